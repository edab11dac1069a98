/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A small server of raw sockets for tests of HTTP clients: it hangs, drips, cuts, floods and lies.
 * What it does with its n-th connection is data.
 */
#ifndef SIDESTAGE_TESTS_SCRIPTED_SERVER_H
#define SIDESTAGE_TESTS_SCRIPTED_SERVER_H

#include <pthread.h>
#include <stddef.h>

#define EXCHANGES_MAX 24
#define GIBIBYTE (1024LL * 1024 * 1024)

enum after {
	CLOSE,
	HOLD,				/* open, and nothing more */
	DRIP,				/* a byte now and then, for ever */
	FLOOD,				/* GIBIBYTE of bytes, then close */
	AGAIN				/* the next exchange is on the same connection */
};

struct exchange {
	const char *reply;		/* NULL ends the list; "": nothing */
	enum after after;
};

struct server {
	struct exchange exchanges[EXCHANGES_MAX];	/* a copy of the script */
	int listener, stop[2];
	char url[64];
	const char *socket;		/* NULL: TCP */
	pthread_t thread;
	int held[EXCHANGES_MAX];
	char requests[EXCHANGES_MAX][4096];
	_Atomic size_t count;		/* of exchanges, so far */
	size_t connections;		/* so far; read it after server_stop() */
	long long flooded;
};

/* socket: the path of a Unix socket, which stays the caller's; NULL: TCP. */
void server_start(struct server *server, const struct exchange *exchanges, const char *socket);
void server_stop(struct server *server);

#endif
