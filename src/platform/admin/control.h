/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The socket in the state directory.
 *
 * A running daemon holds its database alone, so a command on the same state asks the daemon,
 * through STATE/control.sock, in the words of the API and with every right: who may open the
 * state directory (mode 0700) could as well change the database while no daemon runs.
 */
#ifndef SIDESTAGE_PLATFORM_ADMIN_CONTROL_H
#define SIDESTAGE_PLATFORM_ADMIN_CONTROL_H

#include <jansson.h>
#include <stdbool.h>

struct error;

/* A listening socket, mode 0600; or -1. */
int control_listen(const char *state, struct error *err);
void control_unlink(const char *state);

/* Somebody listens there. */
bool control_is_there(const char *state);

/* One request to the daemon of a state directory, for at most half a minute.  body NULL: none.
 * The status, with *reply a new reference or NULL when there is no body; or -1:
 * ERROR_UNREACHABLE (nothing was sent), ERROR_NO_REPLY, ERROR_PROTOCOL. */
int control_ask(const char *state, const char *method, const char *path, const json_t *body,
		json_t **reply, struct error *err);

#endif
