/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What api.c, operations.c and reply.c share; nothing outside this folder includes it. */
#ifndef SIDESTAGE_API_PRIVATE_H
#define SIDESTAGE_API_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/api.h"
#include "base/buf.h"
#include "net/curl.h"

#define API_PARTS_MAX 5

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
	CALL_QUEUED,			/* `due` says from when */
	CALL_SENT,
	CALL_HELD,			/* its token was refused; a fresh one may come */
	CALL_DELIVERING			/* in its callback; api.c frees it afterwards */
};

struct api_call {
	struct api *api;
	struct api_call *prev, *next;
	uint64_t sequence;
	const struct api_operation *operation;
	enum call_state state;
	api_done *done;
	void *data;
	char *url;			/* NULL: cannot be made; `refused` says why */
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

	/* of the try under way */
	CURL *easy;
	struct curl_slist *headers;
	struct buf body;
	size_t header_bytes;
	bool too_large;
	char etag[128];
	int64_t retry_after_ms;		/* -1: none given */
	char extensions[512];		/* "" when none were announced */
	char platform[IDS_UUID_SIZE];	/* "" when it was not said */
	char curl_error[CURL_ERROR_SIZE];
	int tries;
	int64_t due;			/* steady ms */
	int64_t first_started, started;	/* steady ms */
};

struct api {
	CURLM *multi;
	char *url;			/* without a trailing slash */
	char *scheme;
	char *socket;
	char *token;
	unsigned token_serial;		/* grows with every token */
	bool renews_token, is_local;	/* is_local: nothing of it leaves this machine */
	char *ca_file, *ca_directory;	/* NULL: the system's */
	char *user_agent;
	char *client_header;
	long timeout_ms, connect_timeout_ms;
	int retries;
	size_t body_max;
	struct api_call *calls;		/* oldest first */
	struct api_call *last;
	uint64_t sequence;
	size_t pending, reads_sent, writes_sent, held;
	bool offline;
	bool waiting;			/* within api_wait() */
	int64_t heard;			/* steady ms of the last byte that came */
	char extensions[512];		/* as announced with the last good answer */
	char platform[IDS_UUID_SIZE];
};

/* api.c: queues a call.  parts: as many as the path has '%'. */
struct api_call *api_call_new(struct api *api, const struct api_operation *operation,
			      const char *const *parts, api_done *done, void *data);
/* Appends to the query: key=value, escaped. */
void api_call_query(struct api_call *call, const char *key, const char *value);
/* Takes over one reference of `body`. */
void api_call_body(struct api_call *call, json_t *body);
void api_call_if_match(struct api_call *call, const char *id);

/* reply.c: what a finished try means.  Fills reply; body and details are new references. */
void api_reply_read(const struct api_call *call, CURLcode result, struct api_reply *reply);
/* Whether the same read may do better a little later. */
bool api_reply_is_passing(const struct api_reply *reply);

#endif
