/* SPDX-License-Identifier: GPL-3.0-or-later */

/* `sidestaged import --from-namespace`, in the daemon: whose the namespaces become, and where they
 * are. */
#ifndef SIDESTAGE_PLATFORM_ADMIN_ADOPT_REQUEST_H
#define SIDESTAGE_PLATFORM_ADMIN_ADOPT_REQUEST_H

#include <jansson.h>

struct error;
struct platform;

/*
 * {"namespaces": [...], "all", "selector", "cluster", "org", "user"}, of which what is missing is
 * what there is only one of.  `done` as that of follow_adopt(), which this begins; 0, or -1 with
 * err.
 */
int adopt_request(struct platform *platform, const json_t *request,
		  void (*done)(void *data, const json_t *report, const struct error *err),
		  void *data, struct error *err);

#endif
