/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What http.c (exchanges) and server.c (sockets, the library in our loop) share; nothing outside
 * this folder includes it. */
#ifndef SIDESTAGE_PLATFORM_HTTP_PRIVATE_H
#define SIDESTAGE_PLATFORM_HTTP_PRIVATE_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/extensions.h"
#include "platform/auth/admit.h"
#include "platform/http/exchange.h"
#include "platform/http/http-guard.h"
#include "platform/http/http-log.h"
#include "platform/http/server.h"
#include "platform/http/waiting.h"

#define LISTENERS_MAX 24
#define REQUEST_ID_DIGITS 16
#define REQUEST_IDS_AHEAD 64
#define METHOD_MAX 16

struct connection {
	struct connection *next, **link;
	struct http *http;
	struct peer peer;
	uint32_t source;	/* a hash of the peer's key */
	int fd;
	int64_t deadline;
	int64_t since;		/* steady ms */
	bool known;		/* somebody was admitted on it, or it is the owner's */
	bool busy;		/* a request is being read or answered */
	bool sent_away;		/* it is shut, and goes when the library sees that */
	bool local;		/* by a Unix socket or the loopback */
	struct {		/* of the exchange that goes on, for the log and the metrics */
		int64_t began;
		char id[REQUEST_ID_DIGITS + 1];
		char method[METHOD_MAX];
		const char *route;	/* its pattern; NULL: none */
		int status;		/* 0: not answered */
	} now;
};

/* One of libmicrohttpd's daemons: TLS is a matter of all of its connections. */
struct server {
	struct http *http;
	struct MHD_Daemon *daemon;	/* NULL: not wanted */
	struct loop_fd *watch;
	struct loop_timer *timer;
};

struct listener {
	struct server *server;
	struct loop_fd *watch;
	enum peer_trust trust;
	int fd;
};

struct http {
	struct platform *platform;
	http_answer *answer;		/* what is not for health.h */
	struct http_options options;
	struct http_log log;
	struct server plain, tls;
	struct listener listeners[LISTENERS_MAX];
	size_t listener_count;
	enum peer_trust accepting;	/* of the listener whose connection is being made */
	struct loop_timer *sweep;
	struct connection *connections;
	size_t exchanges;		/* that go on */
	struct waits waits;
	struct loop_task *resumed;	/* some of them were: the library is to be run */
	int64_t seen;			/* of the database, by those that wait */
	char extensions[EXTENSIONS_LIST_SIZE];	/* for the header of each answer */
	char ids[REQUEST_IDS_AHEAD * REQUEST_ID_DIGITS + 1];	/* of the next requests */
	size_t ids_left;
	bool stopping;
};

struct exchange {
	char *path;		/* percent-encoded, without the query */
	enum error_code uri_fault;
	struct caller caller;
	struct guard_headers headers;
	struct buf body;
	bool begun;		/* the headers were seen */
	bool too_large;
	bool answered;		/* before the body came */
	struct connection *connection;
	struct MHD_Connection *mhd;
	struct wait wait;
	struct stream *stream;	/* owned; NULL: it is no such answer */
	struct buf piece;	/* of the stream, not sent yet */
};

#endif
