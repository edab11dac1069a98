/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A real sidestaged with two organizations, and a client of raw sockets. */
#ifndef SIDESTAGE_TESTS_WIRE_ACCESS_WORLD_H
#define SIDESTAGE_TESTS_WIRE_ACCESS_WORLD_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

/* In the directory: state/, platform.sock, import.json, log. */
struct world {
	char dir[64];
	char token_file[96];	/* "": none; set it before world_start() */
	const char *socket_mode;	/* NULL: the daemon's own; the same */
	int port;		/* of 127.0.0.1 */
	pid_t daemon;
};

enum way { BY_SOCKET, BY_TCP, BY_CONTROL };

struct answer {
	int status;		/* 0: no answer */
	int last_status;	/* of the last, when several requests were sent at once */
	char head[4096];
	json_t *body;		/* NULL: none, or no JSON */
	size_t length;		/* of the body */
};

void world_make(struct world *world);
void world_start(struct world *world);
void world_stop(struct world *world);
void world_clear(struct world *world);	/* stops it too, and removes the directory */
/* A path below the directory; valid until the next call. */
const char *world_path(const struct world *world, const char *name);
/* The log of the daemon so far; free() it. */
char *world_log(const struct world *world);

/* Connected, or the test fails. */
int world_connect(const struct world *world, enum way way);
/* These bytes, and what comes back until the other end closes. */
struct answer world_send(const struct world *world, enum way way, const char *bytes);
/* What the sockets in the state ask for; free() it. */
char *world_secret(const struct world *world);
/* The header that the owner shows on the API's socket, with its end; "" when there is none. */
char *world_owner_line(const struct world *world);
/* Without a token the control socket is told the secret.  token, headers ("Name: value\r\n...") and body may be NULL. */
struct answer world_ask(const struct world *world, enum way way, const char *token,
			const char *method, const char *path, const char *headers,
			const char *body);
void answer_clear(struct answer *answer);
/* The value of a header, or NULL; valid until the next call. */
const char *answer_header(const struct answer *answer, const char *name);

/* sidestaged ARGUMENTS...: its exit status, and its standard output in out. */
int world_run(char *out, size_t size, const char *const *arguments);

#endif
