/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The HTTP half of the daemon: connections and their limits; routes.h has the answers. */
#ifndef SIDESTAGE_PLATFORM_HTTP_H
#define SIDESTAGE_PLATFORM_HTTP_H

#include <stddef.h>

#include "platform/platform.h"

struct error;
struct http;

struct http_options {
	int silence_s;			/* a connection on which nothing comes or goes is closed */
	int deadline_ms;		/* so is one whose next request is not all here by then */
	int sweep_ms;			/* how often that is looked at */
	unsigned connections;
	unsigned connections_of_peer;	/* of one address; Unix sockets have no such limit */
	size_t uri_bytes, headers, header_bytes;
};

extern const struct http_options http_defaults;

struct http *http_new(struct platform *platform, struct error *err);
/* options are copied. */
struct http *http_new_with(struct platform *platform, const struct http_options *options,
			   struct error *err);
void http_free(struct http *http);	/* NULL is fine */
/* Serves what comes in on a listening socket, which it owns from now on. */
int http_listen(struct http *http, int fd, struct error *err);
/* The same for the socket in the state directory: whoever comes there may do everything. */
int http_listen_control(struct http *http, int fd, struct error *err);
/* Takes no new connections; those that are open are served on. */
void http_stop_listening(struct http *http);

#endif
