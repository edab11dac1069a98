/* SPDX-License-Identifier: GPL-3.0-or-later */

/* /healthz, /readyz and /metrics: for those who look after the daemon, beside the API. */
#ifndef SIDESTAGE_PLATFORM_HTTP_HEALTH_H
#define SIDESTAGE_PLATFORM_HTTP_HEALTH_H

#include <stdbool.h>

#include "platform/http/exchange.h"

/* Whether the path may be read without a token; local: from this machine. */
bool health_is_open(const char *path, bool local);
/* false: the path is none of these.  Who asks was admitted, or need not be. */
bool health_answer(struct platform *platform, const struct request *request,
		   struct response *response);

#endif
