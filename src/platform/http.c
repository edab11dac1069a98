/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libmicrohttpd without a thread or a listening socket of its own: we accept, it parses.
 * Its epoll descriptor is one source of our loop, its time-out one of our timers.
 *
 * Guards that the library does not have:
 *   - its time-out is for silence only, so a peer that sends a byte now and then could hold
 *     a connection for ever: each has a deadline by which its next request must have ended,
 *     and a sweep that shuts it down;
 *   - it takes two Content-Length, two Host, and Content-Length beside Transfer-Encoding:
 *     refused here with 400;
 *   - bodies have a maximum.
 */
#include "config.h"

#include "platform/http.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "platform/answers.h"
#include "platform/log.h"
#include "platform/loop.h"
#include "platform/repository.h"
#include "platform/routes.h"

#define LISTENERS_MAX 2
#define CONNECTIONS_MAX 512
#define ACCEPTS_PER_TURN 32
#define SILENCE_S 75
#define DEADLINE_MS 80000
#define SWEEP_MS 5000
#define ETAG_SIZE (IDS_SHA256_B64_SIZE + 2)

struct connection {
	struct connection *next, **link;
	int fd;
	int64_t deadline;
};

struct http {
	struct platform *platform;
	struct MHD_Daemon *daemon;
	int listeners[LISTENERS_MAX];
	struct loop_fd *listener_watches[LISTENERS_MAX];
	size_t listener_count;
	struct loop_fd *watch;
	struct loop_timer *timer, *sweep;
	struct connection *connections;
};

struct exchange {
	struct buf body;
	bool too_large;
	bool answered;		/* before the body came */
};

/* --- connections --- */

static void
connection_changed(void *data, struct MHD_Connection *mhd, void **context,
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
	c->fd = info->connect_fd;
	c->deadline = clock_steady_ms() + DEADLINE_MS;
	c->next = http->connections;
	c->link = &http->connections;
	if (c->next)
		c->next->link = &c->next;
	http->connections = c;
	*context = c;
}

static void
sweep(void *data)
{
	struct http *http = data;
	int64_t now = clock_steady_ms();

	for (struct connection *c = http->connections; c; c = c->next)
		if (now >= c->deadline)
			shutdown(c->fd, SHUT_RDWR);
	http->sweep = loop_add_timer(http->platform->loop, SWEEP_MS, sweep, http);
}

static void
extend_deadline(struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct connection *c = info ? info->socket_context : NULL;

	if (c)
		c->deadline = clock_steady_ms() + DEADLINE_MS;
}

static void
exchange_ended(void *data, struct MHD_Connection *mhd, void **context,
	       enum MHD_RequestTerminationCode code)
{
	struct exchange *exchange = *context;

	(void)data;
	(void)code;
	extend_deadline(mhd);
	if (!exchange)
		return;
	buf_clear(&exchange->body);
	free(exchange);
	*context = NULL;
}

/* --- one exchange --- */

static enum MHD_Result
send_response(struct MHD_Connection *mhd, const struct response *response, const char *text,
	      const char *etag)
{
	struct MHD_Response *out = MHD_create_response_from_buffer(
		strlen(text), (void *)text, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result ret;

	if (!out)
		return MHD_NO;
	if (*text)
		MHD_add_response_header(out, "Content-Type", response->content_type
								     ? response->content_type
								     : "application/json");
	if (etag)
		MHD_add_response_header(out, "ETag", etag);
	if (response->status == 405 && response->allow[0])
		MHD_add_response_header(out, "Allow", response->allow);
	if (response->status == 401)
		MHD_add_response_header(out, "WWW-Authenticate", "Bearer");
	MHD_add_response_header(out, "Cache-Control", "no-cache");
	ret = MHD_queue_response(mhd, (unsigned)response->status, out);
	MHD_destroy_response(out);
	return ret;
}

/* With the ETag it has; 304 when the caller has that already. */
static enum MHD_Result
finish_known(struct MHD_Connection *mhd, struct response *response, const char *if_none_match)
{
	const struct known_answer *known = response->known;
	bool same = if_none_match && strcmp(if_none_match, known->etag) == 0;

	if (same)
		response->status = 304;
	return send_response(mhd, response, same ? "" : known->text, known->etag);
}

/* Takes the response's body and content type. */
static enum MHD_Result
finish(struct http *http, struct MHD_Connection *mhd, struct response *response, bool is_get,
       const char *if_none_match)
{
	char *text = response->body ? json_dumps(response->body, JSON_COMPACT | JSON_ENCODE_ANY)
				    : xstrdup("");
	char hash[IDS_SHA256_B64_SIZE], etag[ETAG_SIZE + 1];
	bool tagged = is_get && text && response->status == 200;
	enum MHD_Result ret;

	if (!text) {
		log_line(LOG_PRIORITY_ERROR, "an answer could not be written as JSON", NULL);
		response->status = 500;
		text = xstrdup("");
	}
	if (tagged) {
		ids_sha256_b64(hash, text, strlen(text));
		snprintf(etag, sizeof(etag), "\"%s\"", hash);
		if (response->key)
			answers_put(http->platform->answers, response->key,
				    repository_version(http->platform->repository), text, etag);
	}
	if (tagged && if_none_match && strcmp(if_none_match, etag) == 0) {
		response->status = 304;
		text[0] = '\0';
	}
	ret = send_response(mhd, response, text, tagged ? etag : NULL);
	free(text);
	json_decref(response->body);
	free(response->content_type);
	free(response->key);
	return ret;
}

static enum MHD_Result
refuse(struct MHD_Connection *mhd, int status, const char *message)
{
	struct response response = {0};

	routes_refuse(&response, status, message);
	return finish(NULL, mhd, &response, false, NULL);
}

struct header_count {
	int hosts, lengths, encodings;
};

static enum MHD_Result
count_header(void *data, enum MHD_ValueKind kind, const char *key, const char *value)
{
	struct header_count *count = data;

	(void)kind;
	(void)value;
	count->hosts += strcasecmp(key, "Host") == 0;
	count->lengths += strcasecmp(key, "Content-Length") == 0;
	count->encodings += strcasecmp(key, "Transfer-Encoding") == 0;
	return MHD_YES;
}

/* NULL: fine. */
static const char *
find_fault(struct MHD_Connection *mhd)
{
	struct header_count count = {0};

	MHD_get_connection_values(mhd, MHD_HEADER_KIND, count_header, &count);
	if (count.lengths > 1 || count.encodings > 1)
		return _("The length of the body is given twice.");
	if (count.lengths > 0 && count.encodings > 0)
		return _("Content-Length and Transfer-Encoding exclude each other.");
	if (count.hosts > 1)
		return _("The Host is given twice.");
	return NULL;
}

static const char *
header(struct MHD_Connection *mhd, const char *name)
{
	return MHD_lookup_connection_value(mhd, MHD_HEADER_KIND, name);
}

static const char *
query(void *data, const char *key)
{
	return MHD_lookup_connection_value(data, MHD_GET_ARGUMENT_KIND, key);
}

static enum MHD_Result
begin(struct MHD_Connection *mhd, void **context)
{
	struct exchange *exchange = xcalloc(1, sizeof(*exchange));
	const char *fault = find_fault(mhd);
	const char *length = header(mhd, "Content-Length");

	buf_init(&exchange->body, JSON_BYTES_MAX);
	*context = exchange;
	if (fault) {
		exchange->answered = true;
		return refuse(mhd, 400, fault);
	}
	if (length && strtoull(length, NULL, 10) > JSON_BYTES_MAX) {
		exchange->answered = true;
		return refuse(mhd, 413, _("The body is larger than this platform takes."));
	}
	return MHD_YES;
}

static enum MHD_Result
answer(struct http *http, struct MHD_Connection *mhd, const char *path, const char *method,
       struct exchange *exchange)
{
	struct request request = {
		.method = method,
		.path = path,
		.accept = header(mhd, "Accept"),
		.if_match = header(mhd, "If-Match"),
		.if_none_match = header(mhd, "If-None-Match"),
		.authorization = header(mhd, "Authorization"),
		.bytes = buf_str(&exchange->body),
		.length = exchange->body.length,
		.has_query = MHD_get_connection_values(mhd, MHD_GET_ARGUMENT_KIND, NULL, NULL) > 0,
		.query = query,
		.data = mhd,
	};
	struct response response;

	if (exchange->too_large)
		return refuse(mhd, 413, _("The body is larger than this platform takes."));
	routes_answer(http->platform, &request, &response);
	if (response.known)
		return finish_known(mhd, &response, request.if_none_match);
	return finish(http, mhd, &response, strcmp(method, "GET") == 0, request.if_none_match);
}

/* Called with the headers, then with each piece of the body, then at its end. */
static enum MHD_Result
handle(void *data, struct MHD_Connection *mhd, const char *path, const char *method,
       const char *version, const char *bytes, size_t *length, void **context)
{
	struct exchange *exchange = *context;

	(void)version;
	if (!exchange)
		return begin(mhd, context);
	if (*length > 0) {
		if (!exchange->too_large && !exchange->answered &&
		    !buf_append(&exchange->body, bytes, *length)) {
			exchange->too_large = true;
			buf_clear(&exchange->body);
		}
		*length = 0;
		return MHD_YES;
	}
	return exchange->answered ? MHD_YES : answer(data, mhd, path, method, exchange);
}

/* --- the library in our loop --- */

static void run(void *data);

static void
set_timer(struct http *http)
{
	MHD_UNSIGNED_LONG_LONG ms;

	loop_remove_timer(http->timer);
	http->timer = NULL;
	if (MHD_get_timeout(http->daemon, &ms) == MHD_YES)
		http->timer = loop_add_timer(http->platform->loop, (int64_t)(ms < 60000 ? ms : 60000),
					     run, http);
}

static void
work(struct http *http)
{
	MHD_run(http->daemon);
	set_timer(http);
}

static void
run(void *data)
{
	struct http *http = data;

	http->timer = NULL;
	work(http);
}

static void
ready(void *data, uint32_t events)
{
	(void)events;
	work(data);
}

static void
accept_all(void *data, uint32_t events)
{
	struct http *http = data;

	(void)events;
	for (size_t i = 0; i < http->listener_count; i++) {
		for (int n = 0; n < ACCEPTS_PER_TURN; n++) {
			struct sockaddr_storage address;
			socklen_t length = sizeof(address);
			int fd = accept4(http->listeners[i], (struct sockaddr *)&address, &length,
					 SOCK_CLOEXEC | SOCK_NONBLOCK);

			if (fd < 0)
				break;
			/* It closes the descriptor itself when it refuses. */
			MHD_add_connection(http->daemon, fd, (struct sockaddr *)&address, length);
		}
	}
	work(http);
}

/* The library sets options of TCP on every socket that was handed to it, and complains three
 * times an answer that a Unix socket has none. */
static bool
is_noise(const char *format)
{
	static const char *const noise[] = {"Setting %s option to ", "Failed to push the data "};

	for (size_t i = 0; i < sizeof(noise) / sizeof(noise[0]); i++)
		if (strncmp(format, noise[i], strlen(noise[i])) == 0)
			return true;
	return false;
}

static void
log_mhd(void *data, const char *format, va_list args)
{
	char text[512];

	(void)data;
	if (is_noise(format))
		return;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	vsnprintf(text, sizeof(text), format, args);
#pragma GCC diagnostic pop
	log_line(LOG_PRIORITY_INFO, "http", "text", text, NULL);
}

struct http *
http_new(struct platform *platform, struct error *err)
{
	struct http *http = xcalloc(1, sizeof(*http));
	const union MHD_DaemonInfo *info;

	http->platform = platform;
	http->daemon = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG, 0, NULL, NULL, handle,
		http, MHD_OPTION_EXTERNAL_LOGGER, log_mhd, NULL, MHD_OPTION_NOTIFY_COMPLETED,
		exchange_ended, http, MHD_OPTION_NOTIFY_CONNECTION, connection_changed, http,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SILENCE_S, MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_END);
	info = http->daemon ? MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
	if (!info) {
		error_set(err, ERROR_SYSTEM, _("The HTTP server cannot be started."));
		http_free(http);
		return NULL;
	}
	http->watch = loop_add_fd(platform->loop, info->epoll_fd, EPOLLIN, ready, http);
	http->sweep = loop_add_timer(platform->loop, SWEEP_MS, sweep, http);
	return http;
}

int
http_listen(struct http *http, int fd, struct error *err)
{
	if (http->listener_count == LISTENERS_MAX) {
		close(fd);
		return error_set(err, ERROR_LIMIT, _("No more than %d sockets can be listened on."),
				 LISTENERS_MAX);
	}
	http->listeners[http->listener_count] = fd;
	http->listener_watches[http->listener_count++] =
		loop_add_fd(http->platform->loop, fd, EPOLLIN, accept_all, http);
	return 0;
}

void
http_stop_listening(struct http *http)
{
	for (size_t i = 0; i < http->listener_count; i++) {
		loop_remove_fd(http->listener_watches[i]);
		close(http->listeners[i]);
	}
	http->listener_count = 0;
}

void
http_free(struct http *http)
{
	if (!http)
		return;
	http_stop_listening(http);
	loop_remove_fd(http->watch);
	loop_remove_timer(http->timer);
	loop_remove_timer(http->sweep);
	if (http->daemon)
		MHD_stop_daemon(http->daemon);
	free(http);
}
