/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A small HTTP/1.1 server on the loopback interface: one thread, one request a connection,
 * limits on everything a peer sends and a deadline for each connection.
 */
#ifndef TOPICSHARE_HTTP_H
#define TOPICSHARE_HTTP_H

#include <stddef.h>

#include "text.h"

#define HTTP_HEAD_MAX 8192
#define HTTP_BODY_MAX 16384
#define HTTP_REPLY_MAX (1024 * 1024)

struct http_request {
	const char *method;
	const char *path;
	const char *query;	/* without the "?"; "" when there is none */
	const char *body;
	size_t body_length;
};

struct http_reply {
	int status;		/* 200 unless the handler says otherwise */
	const char *type;	/* "application/json" unless the handler says otherwise */
	struct text body;
};

struct http_route {
	const char *method;	/* GET answers HEAD as well; NULL ends a table */
	const char *path;
	void (*handle)(void *data, const struct http_request *request, struct http_reply *reply);
};

struct http_server {
	const char *name;	/* for the Server header: "topicshare-web/1.4.2" */
	int port;
	const struct http_route *routes;
	void *data;		/* handed to the routes */
};

/* Serves until a stop is requested (stop.h).  The exit code of the program. */
int http_serve(const struct http_server *server);

/* Makes the reply an error: {"error": sentence}. */
void http_refuse(struct http_reply *reply, int status, const char *sentence);

/* The route that every program has: GET /healthz. */
void http_health(void *data, const struct http_request *request, struct http_reply *reply);

#endif
