/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What `sidestaged backup`, `import` and `export` ask of the daemon that holds a state: one
 * line of JSON there and one back, on STATE/maintenance.sock (0600; only the daemon's own
 * user and root are listened to, with the secret of socket-secret.h).  A daemon owns its
 * database alone, so nobody else can.
 */
#ifndef SIDESTAGE_PLATFORM_ADMIN_MAINTENANCE_H
#define SIDESTAGE_PLATFORM_ADMIN_MAINTENANCE_H

#include <jansson.h>

struct error;
struct maintenance;
struct platform;

/* Listens from now on.  NULL with err. */
struct maintenance *maintenance_new(struct platform *platform, const char *state,
				    const char *secret, struct error *err);
/* Nothing new is taken; what is under way goes on to its end. */
void maintenance_stop_listening(struct maintenance *maintenance);
void maintenance_free(struct maintenance *maintenance);	/* NULL is fine */

/* {"command": "backup" | "import" | "export", ...}.  What came back as "result", a new
 * reference; NULL with err: the daemon's own words, or that it cannot be reached. */
json_t *maintenance_ask(const char *state, const json_t *request, struct error *err);

#endif
