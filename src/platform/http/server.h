/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The HTTP half of the daemon: connections and their limits; what is answered is another's. */
#ifndef SIDESTAGE_PLATFORM_HTTP_SERVER_H
#define SIDESTAGE_PLATFORM_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/http/exchange.h"

struct error;
struct http;
struct platform;

struct http_options {
	int silence_s;			/* a connection on which nothing comes or goes is closed */
	int headers_ms;		/* so is a new one without headers by then; 0: as next */
	int deadline_ms;		/* and one whose next request is not all here by then */
	int sweep_ms;			/* how often that is looked at */
	unsigned connections;
	unsigned connections_of_peer;	/* of one source that nobody was admitted on yet */
	size_t uri_bytes, headers, header_bytes;
	size_t body_bytes;		/* 0: JSON_BYTES_MAX */
	bool tls; /* tls_new() was called: sockets may be listened on by TLS */
};

extern const struct http_options http_defaults;

/* What is asked of the platform is handed to `answer`; options are copied. */
struct http *http_new_with(struct platform *platform, const struct http_options *options,
			   http_answer *answer, struct error *err);
void http_free(struct http *http);	/* NULL is fine */
/* Serves what comes in on a listening socket, which it owns from now on. */
int http_listen(struct http *http, int fd, struct error *err);
/* The same by TLS. */
int http_listen_tls(struct http *http, int fd, struct error *err);
/* The same for the socket in the state directory: whoever comes there may do everything. */
int http_listen_control(struct http *http, int fd, struct error *err);
/* Takes no new connections; those that are open are served on, and closed behind the answer
 * that they wait for. */
void http_stop_listening(struct http *http);
/* No request is being read or answered. */
bool http_is_idle(const struct http *http);

#endif
