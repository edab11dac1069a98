/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The secret that the owner of an API's Unix socket shows in a header of its own.
 *
 * It lies beside the socket, in SOCKET.secret, as the one line that is sent, so that
 * `curl -H @SOCKET.secret` sends it too.  The daemon makes it with each start; a client reads it
 * for each request, so that it also speaks to a daemon that was started meanwhile.
 */
#ifndef SIDESTAGE_BASE_OWNER_SECRET_H
#define SIDESTAGE_BASE_OWNER_SECRET_H

#include <stdbool.h>

struct error;

#define OWNER_SECRET_HEADER "Sidestage-Secret"
#define OWNER_SECRET_SIZE 65	/* 256 bits in hex, with its end */
/* "Sidestage-Secret: HEX", with its end. */
#define OWNER_SECRET_LINE_SIZE (sizeof(OWNER_SECRET_HEADER ": ") + OWNER_SECRET_SIZE)

/* "SOCKET.secret"; free() it. */
char *owner_secret_path(const char *socket);
/* 0, or -1 with err. */
int owner_secret_write(const char *path, const char *secret, struct error *err)
	__attribute__((warn_unused_result));
/* The line without its newline.  false: there is no such file, it is not the caller's alone, or it
 * holds something else; nothing is sent then. */
bool owner_secret_read(const char *socket, char line[OWNER_SECRET_LINE_SIZE]);

#endif
