/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What api.c, operations.c and reply.c share; nothing outside this folder includes it. */
#ifndef SIDESTAGE_API_PRIVATE_H
#define SIDESTAGE_API_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/api.h"
#include "net/http-client.h"

#define API_PARTS_MAX 5
#define API_ANNOUNCED_MAX 512		/* bytes of the list of extensions */

/* One operation of the wire.  `what` begins the sentence of every error: "Reading set
 * topicshare-inc/topicshare/Wq0f: ...". */
struct api_operation {
	const char *what;		/* N_() */
	const char *method;
	const char *path;		/* each '%' is one escaped part */
	const char *accept;		/* NULL: application/json */
	bool idempotent;		/* may be sent again without being asked */
};

enum call_state {
	CALL_QUEUED,			/* until the end of this turn of the loop */
	CALL_SENT,			/* the HTTP client has it */
	CALL_HELD,			/* its token was refused; a fresh one may come */
	CALL_DELIVERING			/* in its callback; api.c frees it afterwards */
};

struct api_call {
	struct api *api;
	struct api_call *prev, *next;
	const struct api_operation *operation;
	enum call_state state;
	api_done *done;
	void *data;
	char *url;			/* not sent when a part is unusable: `refused` says why */
	char *object;			/* "topicshare-inc/topicshare/production": for errors */
	struct error refused;		/* delivered instead of being sent */
	long refused_status;		/* of the answer that said so; 0: none was asked */
	struct error held;		/* what to say when no fresh token comes */
	bool renewed;			/* it was held once already */
	unsigned token_serial;		/* of the token that was sent */
	char *request;			/* JSON body; NULL: none */
	size_t request_length;
	char *if_match;			/* deployment id; NULL: none */
	char *if_none_match;		/* entity tag as it came, with its quotes; NULL: none */
	bool no_retry;
	bool digested;			/* the reply says its digest, */
	char digest[IDS_SHA256_B64_SIZE];	/* and is known when it is this */

	struct loop_task *begins;	/* while CALL_QUEUED */
	struct http_request *sent;	/* while CALL_SENT */
};

struct api {
	struct loop *loop;
	struct http_client *client;
	struct http_retry retry;
	char *url;			/* without a trailing slash */
	char *socket;			/* NULL: TCP */
	char *token;
	unsigned token_serial;		/* grows with every token */
	bool renews_token;
	char *client_header;
	int64_t timeout_ms, connect_timeout_ms;
	size_t body_max;
	struct api_call *calls;		/* oldest first */
	struct api_call *last;
	size_t pending, held;
	bool offline;
	bool has_answered;		/* and the last 2xx made sense */
	unsigned extensions;		/* as announced with the last good answer */
	char platform[IDS_UUID_SIZE];	/* "" when it was not said */
};

/* Queues a call.  parts: as many as the path has '%'. */
struct api_call *api_call_new(struct api *api, const struct api_operation *operation,
			      const char *const *parts, api_done *done, void *data);
/* Appends to the query: key=value, escaped. */
void api_call_query(struct api_call *call, const char *key, const char *value);
/* Takes over one reference of `body`. */
void api_call_body(struct api_call *call, json_t *body);
/* Adds If-Match with that id or tag; NULL: nothing. */
void api_call_if_match(struct api_call *call, const char *id);

#endif
