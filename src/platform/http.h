/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The HTTP half of the daemon: connections and their limits; routes.h has the answers. */
#ifndef SIDESTAGE_PLATFORM_HTTP_H
#define SIDESTAGE_PLATFORM_HTTP_H

#include "platform/platform.h"

struct error;
struct http;

struct http *http_new(struct platform *platform, struct error *err);
void http_free(struct http *http);	/* NULL is fine */
/* Serves what comes in on a listening socket, which it owns from now on. */
int http_listen(struct http *http, int fd, struct error *err);
/* Takes no new connections; those that are open are served on. */
void http_stop_listening(struct http *http);

#endif
