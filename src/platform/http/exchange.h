/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A request and its answer as the server hands them to whoever answers; knows no socket. */
#ifndef SIDESTAGE_PLATFORM_HTTP_EXCHANGE_H
#define SIDESTAGE_PLATFORM_HTTP_EXCHANGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "platform/auth/access.h"
#include "platform/state/place.h"

struct error;
struct cached_response;
struct platform;
struct stream;

#define REQUEST_PARAMS_MAX 8
#define REQUEST_HIDDEN_MAX 4

struct request {
	const char *method;
	const char *path;		/* as it was sent: its names still percent-encoded */
	const struct caller *caller;	/* who asks, by admit() */
	const char *peer;		/* where from, for the audit log; NULL: from here */
	const char *accept, *if_match;	/* NULL: not sent */
	const char *idempotency_key;	/* the same */
	const char *bytes;		/* of the body */
	size_t length;
	bool has_query;
	bool may_wait; /* the answer may come later (wait_ms) or in pieces (stream) */
	const char *(*query)(void *data, const char *key);	/* NULL: not given */
	/* All that were given with this key, at most `max`; how many there are. */
	size_t (*query_all)(void *data, const char *key, const char **values, size_t max);
	void *data;

	/* What the dispatch fills for the handler; borrowed. */
	struct place place;
	const char *ids[REQUEST_PARAMS_MAX];	/* of other things than places, in order */
	json_t *body;			/* NULL when the route takes none */
	const char *hidden[REQUEST_HIDDEN_MAX]; /* query parameters that are not to be seen */
};

struct response {
	int status;
	json_t *body;			/* owned; NULL: no body */
	json_t *details;		/* owned; of an error that has more than its code */
	char allow[64];			/* for 405 */
	char *content_type;		/* owned; NULL: application/json */
	const struct cached_response *known;	/* borrowed; instead of a body */
	struct cached_response *keep;	/* owned; not NULL: the answer may be kept as this one */
	char *link;			/* owned; the header of a page that is not the last */
	int retry_after;		/* seconds; for 429 and 503 */
	char *text;			/* owned; sent instead of a body, as it is */
	const char *route;		/* the pattern that was found; NULL: none */
	bool close;			/* the connection, behind the answer */
	/* > 0: there is no answer yet.  The request is asked again when something has changed, and
	 * for the last time, may_wait false, so much later.  For what changes nothing. */
	int wait_ms;
	struct stream *stream;		/* owned; instead of a body */
};

/* A query parameter, or NULL. */
const char *request_query(const struct request *request, const char *key);

/* All values of a parameter that may be repeated, at most max; how many there are. */
size_t request_query_all(const struct request *request, const char *key, const char **values,
			 size_t max);

/* The id of the user who asks: what created_by and the like become. */
const char *request_user(const struct request *request);

/* Always gives an answer, without details, or says how long to wait for one; what the response owns
 * is the caller's from then on. */
typedef void http_answer(struct platform *platform, struct request *request,
			 struct response *response);

/* The status on the wire of an error of this kind. */
int response_status_of(const struct error *err);
/* Makes the error body of the wire, with the response's details. */
void response_refuse(struct response *response, const struct platform *platform,
		     const struct error *err);

#endif
