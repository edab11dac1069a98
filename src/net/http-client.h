/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The one HTTP client, on the loop: requests wait for room, are sent, are sent again where that is
 * allowed and of use, and end with one call of `done`, always from a turn of the loop.  libcurl
 * does the protocol; what it would let pass is bounded here:
 *   - three deadlines: to connect, for silence, for the whole;
 *   - maxima for the header and for the body, as it comes and not as it is announced;
 *   - redirects are not followed, no password is taken from a file, no proxy hears what stays on
 *     this machine;
 *   - libcurl sends a request anew that died on a connection which was used before, a POST too.
 *     One that changes something therefore goes out on a connection of its own, unless it may be
 *     carried out twice.
 */
#ifndef SIDESTAGE_NET_HTTP_CLIENT_H
#define SIDESTAGE_NET_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct http_client;
struct http_request;
struct loop;

/* What a request may do, which decides where it waits and whether it may be sent again. */
enum http_kind {
	HTTP_READ,			/* changes nothing */
	HTTP_WRITE
};
#define HTTP_KINDS 2

enum http_failure {
	HTTP_ANSWERED,	 /* none: a whole answer came, whatever its status */
	HTTP_NO_LIBRARY, /* libcurl cannot be used: `detail` is a sentence for people */
	HTTP_NO_HOST,
	HTTP_NO_PROXY,
	HTTP_NO_CONNECTION,
	HTTP_NO_TLS,
	HTTP_NOT_TRUSTED, /* the certificate */
	HTTP_NO_CA_FILE,
	HTTP_NO_CERTIFICATE, /* ours, or its key: they cannot be used */
	HTTP_TIMED_OUT,
	HTTP_EMPTY, /* the connection ended without a byte */
	HTTP_CUT,   /* within the answer */
	HTTP_BROKEN,
	HTTP_NONSENSE, /* no HTTP that makes sense, or no address that does */
	HTTP_TOO_LARGE,
	HTTP_STOPPED, /* `piece` wanted no more */
	HTTP_FAILURES /* how many there are */
};

struct http_client_options {
	const char *socket;		/* of a Unix socket to connect to; NULL: TCP */
	const char *ca_file; /* trusted certificates (PEM); NULL: those that CURL_CA_BUNDLE,
			      * SSL_CERT_FILE or SSL_CERT_DIR name, else the system's */
	const char *ca;	/* the same as text; then no other is trusted.  NULL: none */
	const char *certificate, *key;	/* who we are (PEM); NULL: not said by TLS */
	const char *server_name; /* in the certificate; NULL: the host of the address */
	const char *proxy; /* for every address; "": none; NULL: that of the environment, which
			    * never hears what stays on this machine */
	const char *user_agent;		/* required */
	bool only_1_1; /* a connection for each request: one that is paused holds up no other */
	bool only_2;	/* HTTP/2 from the first byte, also without TLS, as gRPC has it */
	unsigned at_once[HTTP_KINDS];	/* requests on their way; 0: 8 */
};

/* When the same request is sent again. */
struct http_retry_rule {
	unsigned failures;		/* a set: 1u << enum http_failure; 0: by the status */
	long status;
	unsigned kinds;			/* a set: 1u << enum http_kind */
};
struct http_retry {
	const struct http_retry_rule *rules;	/* the first that fits; none: it has ended */
	size_t count;
	int more;			/* tries beyond the first */
	int64_t within_ms;		/* of the first try: later there is no other */
	/* Before the n-th try anywhere from 0 to first_ms * 2^(n-2), at most ceiling_ms: clients
	 * that failed together must not come back together.  An answer with Retry-After decides
	 * itself. */
	int64_t first_ms, ceiling_ms;
	int64_t retry_after_max_ms;	/* who wants more is not asked again */
};

struct http_reply {
	enum http_failure failure;
	bool sent; /* a byte of the request may have left; always with an answer */
	long status;			/* 0: no answer */
	const char *head;		/* for http_reply_header() */
	const char *bytes;		/* "" when empty, or when `piece` had it; with `length` */
	size_t length;
	const char *detail;		/* of a failure, as the library says it */
	int64_t elapsed_ms;		/* of the last try */
	int64_t retry_after_ms;		/* -1: not said */
};

struct http_deadlines {			/* ms; 0: none */
	int64_t connect;
	int64_t first_byte;		/* from the start */
	int64_t silence;		/* between two bytes */
	int64_t whole;
};

struct http_request_options {
	enum http_kind kind;
	bool repeatable;	/* a write that may be carried out twice: shares connections */
	const char *method;		/* NULL: GET */
	const char *url;
	const char *const *headers;	/* "Name: value", NULL at the end; NULL: none */
	const char *body;		/* NULL: none */
	size_t length;
	const char *token;		/* of a bearer; NULL: none.  See url_check_token(). */
	struct http_deadlines deadlines;
	size_t head_max, body_max;	/* bytes; 0: 256 KiB, 16 MiB */
	const struct http_retry *retry;	/* outlives the request; NULL: one try */
	/* The header is whole, and what is left of the answer begins.  NULL: not wanted.  Here and
	 * in `piece` requests may be sent and cancelled, but the client not be freed. */
	void (*begun)(void *data, long status);
	/* The body, as it comes, instead of being kept; false: no more is wanted.  With it there is
	 * one try only. */
	bool (*piece)(void *data, const char *bytes, size_t length);
	/* Once, unless the request was cancelled; what the reply points to is valid within it. */
	void (*done)(void *data, const struct http_reply *reply);
	void *data;
};

/* The loop outlives the client. */
struct http_client *http_client_new(struct loop *loop, const struct http_client_options *options);
/* Drops every request without calling anybody; not from a callback.  NULL is fine. */
void http_client_free(struct http_client *client);
/* How long a request has been under way and nothing at all has come, of whichever; -1: none is. */
int64_t http_client_silence_ms(const struct http_client *client);

/* Copies the options. */
struct http_request *
http_send(struct http_client *client, const struct http_request_options *options);
/* It is not called any more; what was sent may still be carried out.  NULL is fine, and so is a
 * request in its own callback. */
void http_cancel(struct http_request *request);

/* The head of the answer that has begun, as http_reply.head; borrowed.  Within `begun`. */
const char *http_request_head(const struct http_request *request);
/* Within `piece`: no other comes until it goes on.  The deadlines for silence and for the whole go
 * on meanwhile. */
void http_pause(struct http_request *request);
void http_continue(struct http_request *request);	/* one that is not paused: nothing */

/* The value of a header of the answer (the last, where there are several); false: it has none, or
 * none that fits, and `out` is "". */
bool http_reply_header(const struct http_reply *reply, const char *name, char *out, size_t size);
/* The value of each header of that name in turn: *at is 0 before the first.  false: there is no
 * other.  One that does not fit is passed over. */
bool http_reply_next_header(const struct http_reply *reply, const char *name, size_t *at, char *out,
			    size_t size);

#endif
