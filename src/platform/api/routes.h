/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a request to its answer: one table of routes; knows no socket. */
#ifndef SIDESTAGE_PLATFORM_API_ROUTES_H
#define SIDESTAGE_PLATFORM_API_ROUTES_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/auth/access.h"
#include "platform/http/exchange.h"

struct error;

/* The whole API. */
http_answer routes_answer;

struct route_description {
	const char *method, *pattern, *operation;
	enum permission permission;
};
/* The i-th route; false behind the last. */
bool routes_describe(size_t i, struct route_description *out);

#endif
