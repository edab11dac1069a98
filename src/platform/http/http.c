/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libmicrohttpd without a thread or a listening socket of its own: we accept, it parses.
 * Its epoll descriptor is one source of our loop, its time-out one of our timers.
 *
 * Guards that the library does not have:
 *   - its time-out is for silence only, so a peer that sends a byte now and then could hold
 *     a connection for ever: each has a deadline by which its next request must have ended,
 *     and a sweep that shuts it down;
 *   - what http-guard.h refuses;
 *   - bodies have a maximum, and are not read for those who may not ask (admit.h).
 */
#include "config.h"

#include "platform/http/http.h"

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
#include "base/log.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "net/listener.h"
#include "net/loop.h"
#include "platform/auth/admit.h"
#include "platform/http/answers.h"
#include "platform/http/etag.h"
#include "platform/http/exchange.h"
#include "platform/http/health.h"
#include "platform/http/http-guard.h"
#include "platform/http/http-log.h"
#include "platform/http/metrics.h"
#include "platform/http/tls.h"
#include "platform/state/repository.h"

/* What doc/api/extensions describes. */
#define EXTENSIONS "deploy-values, deploy-tag, deploy-graph, value-fingerprints"
#define LISTENERS_MAX 24
#define REQUEST_ID_DIGITS 16
#define METHOD_MAX 16
#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"
#define ACCEPTS_PER_TURN 32

const struct http_options http_defaults = {
	.silence_s = 75,
	.deadline_ms = 80000,
	.sweep_ms = 5000,
	.connections = 256,
	.connections_of_peer = 128,
	.uri_bytes = 8192,
	.headers = 100,
	.header_bytes = 32768,
	.body_bytes = JSON_BYTES_MAX,
};

struct connection {
	struct connection *next, **link;
	struct http *http;
	struct peer peer;
	int fd;
	int64_t deadline;
	bool local;		/* by a Unix socket or the loopback */
	struct {		/* of the exchange that goes on, for the log and the metrics */
		int64_t began;
		char id[REQUEST_ID_DIGITS + 1];
		char method[METHOD_MAX];
		const char *route;	/* its pattern; NULL: none */
		int status;		/* 0: not answered */
	} now;
};

/* One of libmicrohttpd's daemons: TLS is a matter of all of its connections. */
struct server {
	struct http *http;
	struct MHD_Daemon *daemon;	/* NULL: not wanted */
	struct loop_fd *watch;
	struct loop_timer *timer;
};

struct listener {
	struct server *server;
	struct loop_fd *watch;
	enum peer_trust trust;
	int fd;
};

struct http {
	struct platform *platform;
	http_answer *answer;		/* what is not for health.h */
	struct http_options options;
	struct http_log log;
	struct server plain, tls;
	struct listener listeners[LISTENERS_MAX];
	size_t listener_count;
	enum peer_trust accepting;	/* of the listener whose connection is being made */
	struct loop_timer *sweep;
	struct connection *connections;
	size_t exchanges;		/* that go on */
	bool stopping;
};

struct exchange {
	char *path;		/* percent-encoded, without the query */
	const char *uri_fault;
	struct caller caller;
	struct guard_headers headers;
	struct buf body;
	bool begun;		/* the headers were seen */
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
	c->http = http;
	c->fd = info->connect_fd;
	guard_peer(&c->peer, c->fd, http->accepting);
	c->deadline = clock_steady_ms() + http->options.deadline_ms;
	info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	c->local = info && info->client_addr && listener_is_local(info->client_addr);
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
	http->sweep = loop_add_timer(http->platform->loop, http->options.sweep_ms, sweep, http);
}

static struct connection *
connection_of(struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

/* The first that is called for a request, with the first line as it was sent. */
static void *
exchange_new(void *data, const char *uri, struct MHD_Connection *mhd)
{
	struct http *http = data;
	struct exchange *exchange = xcalloc(1, sizeof(*exchange));
	struct connection *c = connection_of(mhd);

	http->exchanges++;
	if (c) {
		memset(&c->now, 0, sizeof(c->now));
		c->now.began = clock_steady_ms();
		ids_random_hex(c->now.id, REQUEST_ID_DIGITS);
	}
	buf_init(&exchange->body, http->options.body_bytes);
	exchange->body.wipe = true;	/* it may bring a secret */
	exchange->uri_fault = guard_uri(uri, http->options.uri_bytes);
	exchange->path = xasprintf("%.*s", (int)(exchange->uri_fault ? 0 : strcspn(uri, "?#")), uri);
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
	log_line(LOG_PRIORITY_INFO, "request", "id", c->now.id, "method", c->now.method, "path", path,
		 "status", c->now.status ? status : "none", "ms", ms, NULL);
	metrics_request(http->platform->metrics, c->now.route, c->now.method, c->now.status, took);
}

static void
exchange_ended(void *data, struct MHD_Connection *mhd, void **context,
	       enum MHD_RequestTerminationCode code)
{
	struct connection *c = connection_of(mhd);
	struct exchange *exchange = *context;
	struct http *http = data;

	(void)code;
	if (c)
		c->deadline = clock_steady_ms() + http->options.deadline_ms;
	if (!exchange)
		return;
	http->exchanges--;
	if (c)
		note_end(http, c, exchange->path);
	buf_clear(&exchange->body);
	caller_clear(&exchange->caller);
	guard_headers_clear(&exchange->headers);
	free(exchange->path);
	free(exchange);
	*context = NULL;
}

/* --- one exchange --- */

static enum MHD_Result
send_response(struct MHD_Connection *mhd, const struct response *response, const char *text,
	      const char *etag)
{
	struct connection *c = connection_of(mhd);
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
	if (response->link)
		MHD_add_response_header(out, "Link", response->link);
	if (response->retry_after > 0) {
		char seconds[16];

		snprintf(seconds, sizeof(seconds), "%d", response->retry_after);
		MHD_add_response_header(out, "Retry-After", seconds);
	}
	if (response->status == 401)
		MHD_add_response_header(out, "WWW-Authenticate", "Bearer");
	MHD_add_response_header(out, "Cache-Control", "no-cache");
	MHD_add_response_header(out, "Sidestage-Extensions", EXTENSIONS);
	if (c) {
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

/* With the ETag it has; 304 when the caller has that already.  Takes what the response owns. */
static enum MHD_Result
finish_known(struct MHD_Connection *mhd, struct response *response, const char *if_none_match)
{
	const struct known_answer *known = response->known;
	bool same = if_none_match && etag_matches(if_none_match, known->etag);
	enum MHD_Result ret;

	if (same)
		response->status = 304;
	ret = send_response(mhd, response, same ? "" : known->text, known->etag);
	free(response->content_type);
	return ret;
}

/* Takes what the response owns. */
static enum MHD_Result
finish(struct http *http, struct MHD_Connection *mhd, struct response *response, bool is_get,
       const char *if_none_match)
{
	char *text = response->text ? response->text
		     : response->body ? json_dumps(response->body, JSON_COMPACT | JSON_ENCODE_ANY)
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
	if (tagged && response->key)
		answers_put(http->platform->answers, response->key,
			    repository_version(http->platform->repository), text, etag);
	if (tagged && if_none_match && etag_matches(if_none_match, etag)) {
		response->status = 304;
		text[0] = '\0';
	}
	ret = send_response(mhd, response, text, tagged ? etag : NULL);
	free(text);
	json_decref(response->body);
	free(response->content_type);
	free(response->key);
	free(response->link);
	return ret;
}

static enum MHD_Result
refuse(struct MHD_Connection *mhd, int status, const char *message)
{
	struct response response = {0};

	response_refuse(&response, status, message);
	return finish(NULL, mhd, &response, false, NULL);
}

static enum MHD_Result
refuse_entry(struct MHD_Connection *mhd, const struct refusal *refused)
{
	struct response response = {.retry_after = refused->retry_after};

	if (refused->status == 0)
		response_refuse_error(&response, &refused->err);
	else
		response_refuse(&response, refused->status, refused->text);
	return finish(NULL, mhd, &response, false, NULL);
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

static enum MHD_Result
see_header(void *data, enum MHD_ValueKind kind, const char *key, const char *value)
{
	(void)kind;
	guard_header(data, key, value);
	return MHD_YES;
}

/* Whose fault it is not to be answered; 0: nobody's. */
static int
find_fault(const struct http *http, const struct exchange *exchange, const char **why)
{
	*why = exchange->uri_fault;
	if (*why)
		return **why ? 400 : 414;
	return guard_headers_fault(&exchange->headers, http->options.headers, http->options.body_bytes,
				   why);
}

/* With the headers.  What is refused here is answered at once, and its body not read. */
static enum MHD_Result
begin(struct http *http, struct MHD_Connection *mhd, const char *method,
      struct exchange *exchange)
{
	struct connection *c = connection_of(mhd);
	struct refusal refused;
	const char *why;
	int status;

	exchange->begun = true;
	snprintf(c->now.method, sizeof(c->now.method), "%s", method);
	MHD_get_connection_values(mhd, MHD_HEADER_KIND, see_header, &exchange->headers);
	status = find_fault(http, exchange, &why);
	if (status != 0) {
		exchange->answered = true;
		return refuse(mhd, status, *why ? why : _("The address is too long."));
	}
	if (health_is_open(exchange->path, c->local))
		return MHD_YES;
	if (admit(http->platform, &c->peer, header(mhd, "Authorization"), &exchange->caller, &refused))
		return MHD_YES;
	exchange->answered = true;
	return refuse_entry(mhd, &refused);
}

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
		.has_query = MHD_get_connection_values(mhd, MHD_GET_ARGUMENT_KIND, NULL, NULL) > 0,
		.query = query,
		.query_all = query_all,
		.data = mhd,
	};
	struct response response;

	if (exchange->too_large)
		return refuse(mhd, 413, _("The body is larger than this platform takes."));
	if (!health_answer(http->platform, &request, &response))
		http->answer(http->platform, &request, &response);
	response.close = http->stopping;
	if (response.known)
		return finish_known(mhd, &response, exchange->headers.if_none_match);
	return finish(http, mhd, &response, is_get, exchange->headers.if_none_match);
}

/* Called with the headers, then with each piece of the body, then at its end. */
static enum MHD_Result
handle(void *data, struct MHD_Connection *mhd, const char *path, const char *method,
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

/* --- the library in our loop --- */

static void run(void *data);

static void
set_timer(struct server *server)
{
	struct loop *loop = server->http->platform->loop;
	MHD_UNSIGNED_LONG_LONG ms;

	loop_remove_timer(server->timer);
	server->timer = NULL;
	if (MHD_get_timeout(server->daemon, &ms) == MHD_YES)
		server->timer = loop_add_timer(loop, (int64_t)(ms < 60000 ? ms : 60000), run, server);
}

static void
work(struct server *server)
{
	MHD_run(server->daemon);
	set_timer(server);
}

static void
run(void *data)
{
	struct server *server = data;

	server->timer = NULL;
	work(server);
}

static void
ready(void *data, uint32_t events)
{
	(void)events;
	work(data);
}

static void
accept_some(void *data, uint32_t events)
{
	struct listener *listener = data;

	(void)events;
	for (int n = 0; n < ACCEPTS_PER_TURN; n++) {
		struct sockaddr_storage address;
		socklen_t length = sizeof(address);
		int fd = accept4(listener->fd, (struct sockaddr *)&address, &length,
				 SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0)
			break;
		listener->server->http->accepting = listener->trust;
		/* It closes the descriptor itself when it refuses. */
		MHD_add_connection(listener->server->daemon, fd, (struct sockaddr *)&address, length);
		listener->server->http->accepting = PEER_REMOTE;
	}
	work(listener->server);
}

static int
start_server(struct http *http, struct server *server, bool tls, struct error *err)
{
	const struct http_options *options = &http->options;
	unsigned flags = MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG;
	struct MHD_OptionItem secure[] = {
		{MHD_OPTION_HTTPS_CERT_CALLBACK, 0, tls_callback()},
		{MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)TLS_PRIORITIES},
		{MHD_OPTION_END, 0, NULL},
	};
	struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
	const union MHD_DaemonInfo *info;

	server->http = http;
	server->daemon = MHD_start_daemon(
		flags | (tls ? (unsigned)MHD_USE_TLS : 0), 0, NULL, NULL, handle, http,
		MHD_OPTION_EXTERNAL_LOGGER, http_log_line, &http->log, MHD_OPTION_URI_LOG_CALLBACK,
		exchange_new, http, MHD_OPTION_NOTIFY_COMPLETED, exchange_ended, http,
		MHD_OPTION_NOTIFY_CONNECTION, connection_changed, http,
		MHD_OPTION_CONNECTION_LIMIT, options->connections,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, options->connections_of_peer,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, options->header_bytes,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)options->silence_s,
		MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_ARRAY, tls ? secure : none, MHD_OPTION_END);
	info = server->daemon ? MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
	if (!info)
		return error_set(err, ERROR_SYSTEM, _("The HTTP server cannot be started."));
	server->watch = loop_add_fd(http->platform->loop, info->epoll_fd, EPOLLIN, ready, server);
	return 0;
}

struct http *
http_new(struct platform *platform, http_answer *answer, struct error *err)
{
	return http_new_with(platform, &http_defaults, answer, err);
}

struct http *
http_new_with(struct platform *platform, const struct http_options *options, http_answer *answer,
	      struct error *err)
{
	struct http *http = xcalloc(1, sizeof(*http));

	http->platform = platform;
	http->options = *options;
	http->answer = answer;
	if (http->options.body_bytes == 0)
		http->options.body_bytes = JSON_BYTES_MAX;
	if (start_server(http, &http->plain, false, err) != 0 ||
	    (options->tls && start_server(http, &http->tls, true, err) != 0)) {
		http_free(http);
		return NULL;
	}
	http->sweep = loop_add_timer(platform->loop, options->sweep_ms, sweep, http);
	return http;
}

static int
add_listener(struct http *http, struct server *server, int fd, enum peer_trust trust,
	     struct error *err)
{
	struct listener *listener = &http->listeners[http->listener_count];

	if (http->listener_count == LISTENERS_MAX) {
		close(fd);
		return error_set(err, ERROR_LIMIT, _("No more than %d sockets can be listened on."),
				 LISTENERS_MAX);
	}
	listener->server = server;
	listener->trust = trust;
	listener->fd = fd;
	listener->watch = loop_add_fd(http->platform->loop, fd, EPOLLIN, accept_some, listener);
	http->listener_count++;
	return 0;
}

int
http_listen(struct http *http, int fd, struct error *err)
{
	return add_listener(http, &http->plain, fd, guard_is_unix(fd) ? PEER_PRIVATE : PEER_REMOTE,
			    err);
}

int
http_listen_tls(struct http *http, int fd, struct error *err)
{
	if (!http->tls.daemon) {
		close(fd);
		return error_set(err, ERROR_INPUT, _("A socket asks for TLS, and there is no "
						     "certificate."));
	}
	return add_listener(http, &http->tls, fd, PEER_REMOTE, err);
}

int
http_listen_control(struct http *http, int fd, struct error *err)
{
	return add_listener(http, &http->plain, fd, PEER_CONTROL, err);
}

void
http_stop_listening(struct http *http)
{
	for (size_t i = 0; i < http->listener_count; i++) {
		loop_remove_fd(http->listeners[i].watch);
		close(http->listeners[i].fd);
	}
	http->listener_count = 0;
	http->stopping = true;
}

bool
http_is_idle(const struct http *http)
{
	return http->exchanges == 0;
}

static void
stop_server(struct server *server)
{
	if (!server->daemon)
		return;
	loop_remove_fd(server->watch);
	loop_remove_timer(server->timer);
	MHD_stop_daemon(server->daemon);
}

void
http_free(struct http *http)
{
	if (!http)
		return;
	http_stop_listening(http);
	loop_remove_timer(http->sweep);
	stop_server(&http->plain);
	stop_server(&http->tls);
	free(http);
}
