/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * One exchange after the other, as libmicrohttpd hands them over.  Guards that the library
 * does not have: what http-guard.h refuses; bodies have a maximum, and are not read for those
 * who may not ask (admit.h).
 *
 * The library calls http_handle() three times or more for a request: with its headers, with
 * pieces of the body, and at its end.  Who asks is decided at the first call, so a stranger
 * cannot make us hold 16 MiB.
 *
 * A handler that waits for something has its request asked again whenever the database has
 * changed, so it keeps nothing meanwhile and has nothing to take back; the connection stands
 * still (waiting.h).
 */
#include "config.h"

#include "platform/http/http.h"

#include <microhttpd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/owner-secret.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json-text.h"
#include "model/json.h"
#include "net/listener.h"
#include "net/loop.h"
#include "platform/auth/admit.h"
#include "platform/http/etag.h"
#include "platform/http/exchange.h"
#include "platform/http/health.h"
#include "platform/http/http-guard.h"
#include "platform/http/metrics.h"
#include "platform/http/private.h"
#include "platform/http/response-cache.h"
#include "platform/http/room.h"
#include "platform/http/stream.h"
#include "platform/http/waiting.h"
#include "platform/state/platform.h"
#include "platform/state/repository.h"

#define STREAM_MS (60 * 60 * 1000)	/* then it ends, and whoever wants more asks again */
#define PIECE_MAX 65536

/* --- connections --- */

/* Until somebody was admitted on it, its next request has to come soon. */
static int64_t
next_deadline(const struct connection *c)
{
	const struct http_options *options = &c->http->options;

	return clock_steady_ms() +
	       (c->known || options->headers_ms == 0 ? options->deadline_ms : options->headers_ms);
}

/* Connections are listed to close those that send nothing for too long; the library has no such
 * limit for a connection that is slow on purpose. */
void
http_connection_changed(void *data, struct MHD_Connection *mhd, void **context,
			enum MHD_ConnectionNotificationCode code)
{
	struct http *http = data;
	struct connection *c = *context;
	const union MHD_ConnectionInfo *info;

	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (!c)
			return;
		*c->link = c->next;
		if (c->next)
			c->next->link = c->link;
		free(c);
		*context = NULL;
		return;
	}
	info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
	c = xcalloc(1, sizeof(*c));
	c->http = http;
	c->fd = info->connect_fd;
	guard_peer(&c->peer, c->fd, http->accepting);
	c->source = http_source(&c->peer);
	c->since = clock_steady_ms();
	c->known = c->peer.trust == PEER_CONTROL || c->peer.trust == PEER_PRIVATE;
	c->deadline = next_deadline(c);
	info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	c->local = info && info->client_addr && listener_is_local(info->client_addr);
	c->next = http->connections;
	c->link = &http->connections;
	if (c->next)
		c->next->link = &c->next;
	http->connections = c;
	*context = c;
	http_make_room(http, c);
}

static struct connection *
connection_of(struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

/* They tell requests apart and keep nothing secret, so the system is asked for many at once. */
static void
take_request_id(struct http *http, char out[REQUEST_ID_DIGITS + 1])
{
	if (http->ids_left == 0) {
		ids_random_hex(http->ids, REQUEST_IDS_AHEAD * REQUEST_ID_DIGITS);
		http->ids_left = REQUEST_IDS_AHEAD;
	}
	memcpy(out, http->ids + --http->ids_left * REQUEST_ID_DIGITS, REQUEST_ID_DIGITS);
	out[REQUEST_ID_DIGITS] = '\0';
}

/* Called with the first line of a request, before the headers are known. */
void *
http_exchange_new(void *data, const char *uri, struct MHD_Connection *mhd)
{
	struct http *http = data;
	struct exchange *exchange = xcalloc(1, sizeof(*exchange));
	struct connection *c = connection_of(mhd);

	http->exchanges++;
	exchange->connection = c;
	exchange->mhd = mhd;
	if (c) {
		memset(&c->now, 0, sizeof(c->now));
		c->busy = true;
		c->now.began = clock_steady_ms();
		take_request_id(http, c->now.id);
	}
	buf_init(&exchange->body, http->options.body_bytes);
	exchange->body.wipe = true;	/* it may bring a secret */
	exchange->uri_fault = guard_uri(uri, http->options.uri_bytes);
	exchange->path = xasprintf(
		"%.*s", (int)(exchange->uri_fault != ERROR_CODE_NONE ? 0 : strcspn(uri, "?#")),
		uri);
	return exchange;
}

/* The path without its query, which people may put anything in. */
static void
note_end(struct http *http, const struct connection *c, const char *path)
{
	int64_t took = clock_steady_ms() - c->now.began;
	char status[16], ms[24];

	snprintf(status, sizeof(status), "%d", c->now.status);
	snprintf(ms, sizeof(ms), "%lld", (long long)took);
	log_line(LOG_PRIORITY_INFO, "request", "id", c->now.id, "method", c->now.method, "path",
		 path, "status", c->now.status ? status : "none", "ms", ms, NULL);
	metrics_request(http->platform->metrics, c->now.route, c->now.method, c->now.status, took);
}

/* The one place where everything that belongs to a request goes, however it ended. */
void
http_exchange_ended(void *data, struct MHD_Connection *mhd, void **context,
		    enum MHD_RequestTerminationCode code)
{
	struct connection *c = connection_of(mhd);
	struct exchange *exchange = *context;
	struct http *http = data;

	(void)code;
	if (c) {
		c->busy = false;
		c->deadline = next_deadline(c);
	}
	if (!exchange)
		return;
	http->exchanges--;
	if (c)
		note_end(http, c, exchange->path);
	wait_clear(&exchange->wait);
	if (exchange->stream)
		exchange->stream->free(exchange->stream);
	buf_clear(&exchange->piece);
	buf_clear(&exchange->body);
	caller_clear(&exchange->caller);
	guard_headers_clear(&exchange->headers);
	free(exchange->path);
	free(exchange);
	*context = NULL;
}

/* --- one exchange --- */

/* Takes `out`, which may be NULL. */
static enum MHD_Result
queue(struct MHD_Connection *mhd, const struct response *response, struct MHD_Response *out,
      bool has_body, const char *etag)
{
	struct connection *c = connection_of(mhd);
	enum MHD_Result ret;

	if (!out)
		return MHD_NO;
	if (has_body)
		MHD_add_response_header(out, "Content-Type", response->content_type
								     ? response->content_type
								     : "application/json");
	if (etag)
		MHD_add_response_header(out, "ETag", etag);
	if (response->status == 405 && response->allow[0])
		MHD_add_response_header(out, "Allow", response->allow);
	if (response->link)
		MHD_add_response_header(out, "Link", response->link);
	if (response->retry_after > 0) {
		char seconds[16];

		snprintf(seconds, sizeof(seconds), "%d", response->retry_after);
		MHD_add_response_header(out, "Retry-After", seconds);
	}
	/* RFC 9110 §11.6.1: a 401 names the scheme that it wants. */
	if (response->status == 401)
		MHD_add_response_header(out, "WWW-Authenticate", "Bearer");
	MHD_add_response_header(out, "Cache-Control", "no-cache");
	if (c) {
		if (c->http->extensions[0])
			MHD_add_response_header(out, "Sidestage-Extensions", c->http->extensions);
		MHD_add_response_header(out, "Sidestage-Platform",
					repository_platform_id(c->http->platform->repository));
		c->now.status = response->status;
		c->now.route = response->route;
		MHD_add_response_header(out, "X-Request-Id", c->now.id);
	}
	if (response->close)
		MHD_add_response_header(out, "Connection", "close");
	ret = MHD_queue_response(mhd, (unsigned)response->status, out);
	MHD_destroy_response(out);
	return ret;
}

/* Copied by the library: the text may be the response cache's, which can change before it is
 * sent. */
static enum MHD_Result
send_response(struct MHD_Connection *mhd, const struct response *response, const char *text,
	      size_t length, const char *etag)
{
	return queue(mhd, response, MHD_create_response_from_buffer(length, (void *)text,
								     MHD_RESPMEM_MUST_COPY),
		     length > 0, etag);
}

/* With the ETag it has; 304 when the caller has that already.  Takes what the response owns. */
static enum MHD_Result
finish_known(struct MHD_Connection *mhd, struct response *response, const char *if_none_match)
{
	const struct cached_response *known = response->known;
	bool same = if_none_match && etag_matches(if_none_match, known->etag);
	enum MHD_Result ret;

	if (same)
		response->status = 304;
	if (known->content_type)
		response->content_type = xstrdup(known->content_type);
	ret = send_response(mhd, response, known->text, same ? 0 : known->length, known->etag);
	free(response->content_type);
	return ret;
}

static void
free_response(struct response *response)
{
	json_decref(response->body);
	free(response->content_type);
	cached_response_free(response->keep);
	free(response->link);
}

/* Takes what the response owns. */
static enum MHD_Result
finish(struct http *http, struct MHD_Connection *mhd, struct response *response, bool is_get,
       const char *if_none_match)
{
	char *text = response->text ? response->text
		     : response->body ? json_text(response->body, 0)
				      : xstrdup("");
	bool tagged = is_get && text && response->status == 200;
	char etag[ETAG_SIZE];
	enum MHD_Result ret;

	if (!text) {
		log_line(LOG_PRIORITY_ERROR, "an answer could not be written as JSON", NULL);
		response->status = 500;
		text = xstrdup("");
	}
	if (tagged)
		etag_make(etag, text, strlen(text));
	if (tagged && response->keep) {
		if (response->content_type)
			response->keep->content_type = xstrdup(response->content_type);
		response_cache_put(http->platform->response_cache, response->keep,
				   repository_version(http->platform->repository), text, etag);
		response->keep = NULL;
	}
	if (tagged && if_none_match && etag_matches(if_none_match, etag)) {
		response->status = 304;
		text[0] = '\0';
	}
	ret = send_response(mhd, response, text, strlen(text), tagged ? etag : NULL);
	free(text);
	free_response(response);
	return ret;
}

/* --- answers that come later, or in pieces --- */

/* The peer has sent all that it has to: the deadline of its next request is that much later. */
static void
stand_still(struct exchange *exchange, int64_t most_ms, int64_t look_ms)
{
	struct connection *c = exchange->connection;

	c->deadline = clock_steady_ms() + most_ms + c->http->options.deadline_ms;
	wait_suspend(&c->http->waits, &exchange->wait, exchange->mhd, c->fd, most_ms, look_ms);
}

static const char *
header(struct MHD_Connection *mhd, const char *name)
{
	return MHD_lookup_connection_value(mhd, MHD_HEADER_KIND, name);
}

static struct credentials
credentials_of(struct MHD_Connection *mhd)
{
	return (struct credentials){header(mhd, "Authorization"), header(mhd, OWNER_SECRET_HEADER)};
}

/* A token may be revoked while its holder reads a log for an hour. */
static bool
is_still_admitted(struct exchange *exchange, bool *changed, struct refusal *refused)
{
	struct connection *c = exchange->connection;
	struct credentials shown = credentials_of(exchange->mhd);

	return admit_again(c->http->platform, &c->peer, &shown, &exchange->caller, changed,
			   refused);
}

/* The library asks when the peer has taken what came before.  Who may not read it any more, or has
 * other roles than at its beginning, gets no more of it. */
static ssize_t
next_piece(void *data, uint64_t position, char *out, size_t room)
{
	struct exchange *exchange = data;
	struct buf *piece = &exchange->piece;
	bool goes_on = true, changed = false;
	struct refusal refused;

	(void)position;
	if (exchange->wait.gone)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (piece->length == 0 && (!is_still_admitted(exchange, &changed, &refused) || changed))
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (piece->length == 0)
		goes_on = exchange->stream->more(exchange->stream, piece);
	if (piece->length > 0) {
		size_t length = piece->length < room ? piece->length : room;

		memcpy(out, piece->data, length);
		buf_drop_front(piece, length);
		return (ssize_t)length;
	}
	if (!goes_on || !wait_is_allowed(&exchange->connection->http->waits, &exchange->wait))
		return MHD_CONTENT_READER_END_OF_STREAM;
	stand_still(exchange, STREAM_MS, exchange->stream->look_ms);
	return 0;
}

/* Takes what the response owns. */
static enum MHD_Result
send_stream(struct exchange *exchange, struct response *response)
{
	enum MHD_Result ret;

	exchange->stream = response->stream;
	buf_init(&exchange->piece, PIECE_MAX);
	exchange->connection->deadline = clock_steady_ms() + STREAM_MS;
	ret = queue(exchange->mhd, response,
		    MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE_MAX, next_piece,
						      exchange, NULL),
		    true, NULL);
	free_response(response);
	return ret;
}

/* Before a handler is reached. */
static enum MHD_Result
refuse_entry(const struct http *http, struct MHD_Connection *mhd, const struct refusal *refused)
{
	struct response response = {.retry_after = refused->retry_after};

	response_refuse(&response, http->platform, &refused->err);
	return finish(NULL, mhd, &response, false, NULL);
}

static enum MHD_Result
refuse(const struct http *http, struct MHD_Connection *mhd, enum error_code code)
{
	struct refusal refused = {0};

	error_set_code(&refused.err, code);
	return refuse_entry(http, mhd, &refused);
}

static const char *
query(void *data, const char *key)
{
	return MHD_lookup_connection_value(data, MHD_GET_ARGUMENT_KIND, key);
}

struct query_values {
	const char *key;
	const char **out;
	size_t max, count;
};

static enum MHD_Result
take_value(void *data, enum MHD_ValueKind kind, const char *key, const char *value)
{
	struct query_values *values = data;

	(void)kind;
	if (strcmp(key, values->key) != 0)
		return MHD_YES;
	if (values->count < values->max)
		values->out[values->count] = value ? value : "";
	values->count++;
	return MHD_YES;
}

static size_t
query_all(void *data, const char *key, const char **out, size_t max)
{
	struct query_values values = {key, out, max, 0};

	MHD_get_connection_values(data, MHD_GET_ARGUMENT_KIND, take_value, &values);
	return values.count;
}

/* The library hands over each header by itself; what counts is all of them together. */
static enum MHD_Result
see_header(void *data, enum MHD_ValueKind kind, const char *key, const char *value)
{
	(void)kind;
	guard_header(data, key, value);
	return MHD_YES;
}

/* Why not to look at a request any further; ERROR_CODE_NONE: nothing is wrong with it. */
static enum error_code
find_fault(const struct http *http, const struct exchange *exchange)
{
	if (exchange->uri_fault != ERROR_CODE_NONE)
		return exchange->uri_fault;
	return guard_headers_fault(&exchange->headers, http->options.headers,
				   http->options.body_bytes);
}

/* With the headers.  What is refused here is answered at once, and its body not read. */
static enum MHD_Result
begin(struct http *http, struct MHD_Connection *mhd, const char *method,
      struct exchange *exchange)
{
	struct connection *c = connection_of(mhd);
	struct credentials shown = credentials_of(mhd);
	struct refusal refused;
	enum error_code fault;

	exchange->begun = true;
	if (!c)
		return MHD_NO;
	snprintf(c->now.method, sizeof(c->now.method), "%s", method);
	MHD_get_connection_values(mhd, MHD_HEADER_KIND, see_header, &exchange->headers);
	fault = find_fault(http, exchange);
	if (fault != ERROR_CODE_NONE) {
		exchange->answered = true;
		return refuse(http, mhd, fault);
	}
	if (health_is_open(exchange->path, c->local))
		return MHD_YES;
	if (admit(http->platform, &c->peer, &shown, &exchange->caller, &refused)) {
		c->known = true;
		c->deadline = next_deadline(c);		/* of the body */
		return MHD_YES;
	}
	exchange->answered = true;
	return refuse_entry(http, mhd, &refused);
}

/* Called again for a request that waits: it keeps nothing between two calls, so a change that
 * came meanwhile is seen from the beginning. */
static enum MHD_Result
answer_request(struct http *http, struct MHD_Connection *mhd, const char *method,
	       struct exchange *exchange)
{
	/* The library leaves the body of an answer to HEAD away. */
	bool is_get = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
	struct request request = {
		.method = is_get ? "GET" : method,
		.path = exchange->path,
		.caller = &exchange->caller,
		.peer = connection_of(mhd)->peer.text,
		.accept = header(mhd, "Accept"),
		.if_match = header(mhd, "If-Match"),
		.idempotency_key = header(mhd, "Idempotency-Key"),
		.bytes = buf_str(&exchange->body),
		.length = exchange->body.length,
		.may_wait = wait_is_allowed(&http->waits, &exchange->wait),
		.has_query = MHD_get_connection_values(mhd, MHD_GET_ARGUMENT_KIND, NULL, NULL) > 0,
		.query = query,
		.query_all = query_all,
		.data = mhd,
	};
	struct response response;
	struct refusal refused;

	if (exchange->wait.gone)
		return MHD_NO;
	/* The token may have been revoked while the request waited. */
	if (exchange->wait.waits && !is_still_admitted(exchange, NULL, &refused))
		return refuse_entry(http, mhd, &refused);
	if (exchange->too_large)
		return refuse(http, mhd, CODE_BODY_TOO_LARGE);
	if (!health_answer(http->platform, &request, &response))
		http->answer(http->platform, &request, &response);
	response.close = http->stopping;
	if (response.wait_ms > 0) {
		free_response(&response);
		stand_still(exchange, response.wait_ms, 0);
		return MHD_YES;
	}
	if (response.stream)
		return send_stream(exchange, &response);
	if (response.known)
		return finish_known(mhd, &response, exchange->headers.if_none_match);
	return finish(http, mhd, &response, is_get, exchange->headers.if_none_match);
}

/* libmicrohttpd's access handler: once with the headers, then with pieces of the body, then to
 * answer. */
enum MHD_Result
http_handle(void *data, struct MHD_Connection *mhd, const char *path, const char *method,
	    const char *version, const char *bytes, size_t *length, void **context)
{
	struct exchange *exchange = *context;

	(void)path;	/* decoded, so that a slash in a name looks like one between names */
	(void)version;
	if (!exchange->begun)
		return begin(data, mhd, method, exchange);
	if (*length > 0) {
		if (!exchange->too_large && !exchange->answered &&
		    !buf_append(&exchange->body, bytes, *length)) {
			exchange->too_large = true;
			buf_clear(&exchange->body);
		}
		*length = 0;
		return MHD_YES;
	}
	return exchange->answered ? MHD_YES : answer_request(data, mhd, method, exchange);
}
