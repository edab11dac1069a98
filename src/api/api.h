/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The client's half of the wire: calls, all asynchronous, all over one HTTP client; the operations
 * (api/operations.h) make them.  A call is queued when it is made; it is sent, and its callback
 * runs, only within a turn of the loop.  Reads (GET) are tried again by themselves; writes never
 * are: what a lost answer means is for the journal to find out.
 */
#ifndef SIDESTAGE_API_API_H
#define SIDESTAGE_API_API_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/ids.h"
#include "model/extensions.h"

struct api;
struct api_call;
struct loop;

struct api_options {
	const char *url;		/* "http://localhost", "https://host/base"; required */
	const char *socket;		/* Unix socket path; NULL: TCP */
	const char *token;		/* bearer token; NULL: none is sent */
	const char *user_agent;		/* NULL: "sidestage/VERSION" */
	int timeout_ms;			/* of one request, all of it; 0: 30000 */
	int connect_timeout_ms;		/* 0: 5000 */
	int retries;			/* of a read, beyond the first try; 0: 3; -1: none */
	size_t body_max;		/* bytes of an answer; 0: JSON_BYTES_MAX */
	bool offline;			/* nothing is sent: each call ends with ERROR_UNREACHABLE */
	const char *ca_file; /* trusted certificates (PEM) instead of the system's; NULL: those that
			      * CURL_CA_BUNDLE or SSL_CERT_FILE and SSL_CERT_DIR name, if any */
	bool allow_http;		/* send the token in clear to another machine, too */
	bool renews_token; /* a request whose token is refused waits for api_set_token() */
};

/* Copies the options; the loop outlives it.  NULL with ERROR_INPUT when the URL is none that we
 * speak, with ERROR_ACCESS when the token would go in clear to another machine. */
struct api *api_new(struct loop *loop, const struct api_options *options, struct error *err);
/* Drops every call without its callback; not from a callback.  NULL is fine. */
void api_free(struct api *api);

/* What a call ended with; valid within the callback only. */
struct api_reply {
	long status;			/* HTTP status; 0: no answer came */
	json_t *body; /* borrowed (json_incref() to keep it); NULL: empty, not modified, or an error
		       */
	const char *bytes;		/* the body as it came, "" when empty; with `length` */
	size_t length;
	struct error error; /* kind NONE: it went well (2xx, or 304 after api_if_none_match()) */
	json_t *details;		/* borrowed: "details" of an error's body; NULL: none */
	char etag[128];			/* "" when none was given or it is longer */
	bool not_modified;		/* 304: what the caller has is still so */
	char digest[IDS_SHA256_B64_SIZE]; /* of the bytes, after api_unless(); else "" */
	int64_t elapsed_ms;		/* of the last try, from sending to the whole answer */
	int64_t retry_after_ms; /* how long the platform asks to wait (Retry-After); -1: not said */
};

/* Called once per call, unless it was cancelled.  The call is over then: forget it. */
typedef void api_done(void *data, const struct api_reply *reply);

/* No callback comes any more.  A write that was sent already may still be carried out.
 * NULL is fine, and so is a call within its own callback. */
void api_cancel(struct api_call *call);
/* For a read, right after it was made: asks for an answer only if it is another than this one.
 * NULL or "" changes nothing. */
void api_if_none_match(struct api_call *call, const char *etag);
/* For a read, right after it was made: an answer whose bytes have this digest ("" has none) is
 * not decoded, and counts as not modified. */
void api_unless(struct api_call *call, const char *digest);
/* For a read, right after it was made: one try only, for what is asked again anyway. */
void api_no_retry(struct api_call *call);

/* Calls queued or under way. */
size_t api_pending(const struct api *api);

/*
 * With `renews_token`: whether a request waits since its token was refused.  It goes on with
 * api_set_token(), once (nothing was carried out, so a write may be repeated, too), or is delivered
 * as it was refused with api_give_up_token(), which adds `why` (NULL: nothing) to what it says.
 */
bool api_wants_token(const struct api *api);
void api_set_token(struct api *api, const char *token);
void api_give_up_token(struct api *api, const struct error *why);
/* Whether it is the one that is sent now. */
bool api_has_token(const struct api *api, const char *token);

/* How long a request has been under way and nothing at all has come, of whichever; -1: none is. */
int64_t api_silence_ms(const struct api *api);

/*
 * Whether the platform announces this beyond the common API (Sidestage-Extensions), by its last
 * good answer; false before the first one.  extension_absent() is what to say where it matters.
 */
bool api_has_extension(const struct api *api, enum extension extension);
/* Whether there was one: what it did not announce is not there.  Neither an error nor a page of
 * something in between says that. */
bool api_has_answered(const struct api *api);
/* Which platform answers, whatever its address (Sidestage-Platform); "" when it does not say. */
const char *api_platform_id(const struct api *api);

#endif
