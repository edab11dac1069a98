/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the sockets in the state directory ask for besides: a secret that stands in a file of that
 * directory (0600), which no workload sees.
 *
 * That a peer is of our user, and lives in no PID namespace below ours, is what the kernel says; it
 * says it by a process number, which may have been given anew since (net/peer.c).  Having read the
 * file is proof without such a gap.  Both are asked for.  Where confinement is off, a workload is a
 * process like ours and can read the file: there is nothing that the daemon could ask it for.
 *
 * Each daemon makes it anew before it listens; a command reads it after it has connected.
 */
#ifndef SIDESTAGE_PLATFORM_ADMIN_SOCKET_SECRET_H
#define SIDESTAGE_PLATFORM_ADMIN_SOCKET_SECRET_H

struct error;

#define SOCKET_SECRET_SIZE 65	/* with its end */

/* 0, or -1 with err. */
int socket_secret_make(const char *state, char out[SOCKET_SECRET_SIZE], struct error *err)
	__attribute__((warn_unused_result));
/* The one of the daemon that runs there; "" where a daemon of an earlier release asks for none.
 * 0, or -1 with err. */
int socket_secret_read(const char *state, char out[SOCKET_SECRET_SIZE], struct error *err)
	__attribute__((warn_unused_result));
/*
 * The API's own socket asks its owner for another one (base/owner-secret.h), which opens nothing
 * but the API: others may be let in to that socket.  Writes it beside the socket, or, where that
 * cannot be, in STATE/api.secret.  The path of the file (free() it), or NULL with err.
 */
char *socket_secret_publish(const char *state, const char *socket, const char *secret,
			    struct error *err) __attribute__((warn_unused_result));

#endif
