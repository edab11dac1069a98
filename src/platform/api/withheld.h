/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A platform that was told to do without an extension (model/extensions.h) is one that never heard
 * of it: what the extension adds to a request is not seen, and not told in an answer.  So handlers
 * need not know what is withheld.
 */
#ifndef SIDESTAGE_PLATFORM_API_WITHHELD_H
#define SIDESTAGE_PLATFORM_API_WITHHELD_H

#include "model/extensions.h"
#include "platform/http/exchange.h"

/* EXTENSION_COUNT: the route is there.  Else the extension that would add it. */
enum extension withheld_route(const struct platform *platform, const char *operation);
/* The body must have been read. */
void withheld_from_request(const struct platform *platform, const char *operation,
			   struct request *request);
void withheld_from_answer(const struct platform *platform, const char *operation,
			  struct response *response);

#endif
