/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Sockets in the state directory, by which its daemon is reached.  The name of a socket has
 * room for 107 bytes; a state directory may be longer, so a socket is named by way of a
 * descriptor of that directory.
 */
#ifndef SIDESTAGE_PLATFORM_ADMIN_STATE_SOCKET_H
#define SIDESTAGE_PLATFORM_ADMIN_STATE_SOCKET_H

struct error;

/* Listens; of mode 0600.  -1 with err. */
int state_socket_listen(const char *state, const char *name, struct error *err);
void state_socket_unlink(const char *state, const char *name);
/* Connected, or -1 with ERROR_UNREACHABLE; while nobody listens it is tried again for so long. */
int state_socket_connect(const char *state, const char *name, int wait_ms, struct error *err);
/* err becomes the ERROR_UNREACHABLE that says so, and why. */
void state_socket_unreachable(const char *state, const char *why, struct error *err);

#endif
