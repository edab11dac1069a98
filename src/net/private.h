/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A client and its requests from inside, for http-client.c, http-security.c and http-try.c;
 * nothing outside this folder includes it. */
#ifndef SIDESTAGE_NET_PRIVATE_H
#define SIDESTAGE_NET_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "net/curl.h"
#include "net/http-client.h"
#include "net/http-security.h"

enum request_state { REQUEST_QUEUED, REQUEST_SENT, REQUEST_WAITING, REQUEST_DELIVERING };

struct http_request {
	struct http_client *client;
	struct http_request *prev, *next;	/* older, newer */
	enum request_state state;
	bool cancelled;			/* within libcurl: the pump frees it */
	enum http_kind kind;
	bool repeatable;
	char *method, *url, *body, *token;	/* owned; NULL: as in the options */
	char **headers;
	size_t header_count, length;
	struct http_deadlines deadlines;
	const struct http_retry *retry;
	void (*begun)(void *data, long status);
	bool (*piece)(void *data, const char *bytes, size_t length);
	void (*done)(void *data, const struct http_reply *reply);
	void *data;
	int tries;
	int64_t first_started;		/* steady ms */
	struct loop_timer *due;		/* of the next try */

	/* of the try under way */
	CURL *easy;
	struct curl_slist *list, *connect_to;
	struct buf head, came;
	size_t head_length;		/* of all headers, those of 1xx too */
	bool too_large, stopped, has_begun;
	bool is_paused, goes_on;	/* goes_on: the pump tells libcurl */
	int64_t started, heard;		/* steady ms; heard 0: nothing yet */
	struct loop_timer *silence;
	char detail[CURL_ERROR_SIZE];
};

struct http_client {
	struct loop *loop;
	const struct curl_library *curl;
	CURLM *multi;			/* NULL: nothing was sent yet, nor `curl` loaded */
	struct loop_timer *timer;	/* libcurl's */
	struct loop_task *pump;
	char *user_agent;
	bool only_1_1, only_2;
	struct http_security security;
	unsigned at_once[HTTP_KINDS], sent[HTTP_KINDS];
	struct http_request *oldest, *newest;
	int64_t heard;			/* steady ms of the last byte of any answer */
	bool in_library;
};

/* What has to be done is done at the end of this turn of the loop. */
void http_pump_soon(struct http_client *client);
/* Of the try that is being prepared. */
void http_try_add_header(struct http_request *request, const char *line);

#endif
