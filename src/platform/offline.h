/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A command's work on a state: by the daemon that has it, or here when none runs. */
#ifndef SIDESTAGE_PLATFORM_OFFLINE_H
#define SIDESTAGE_PLATFORM_OFFLINE_H

#include <jansson.h>

#include "platform/platform.h"

struct error;

/*
 * request is for maintenance_ask(); `here` does the same with a platform that has a
 * repository and nothing else.  The result, a new reference; NULL with err.
 */
json_t *offline_run(const char *state, const json_t *request,
		    json_t *(*here)(struct platform *platform, const char *state,
				    const json_t *request, struct error *err),
		    struct error *err);

#endif
