/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * libmicrohttpd without a thread or a listening socket of its own: we accept, it parses.
 * Its epoll descriptor is one source of our loop, its time-out one of our timers.
 *
 * Its time-out is for silence only, so a peer that sends a byte now and then could hold a
 * connection for ever: each has a deadline by which its next request must have ended, and a sweep
 * that shuts it down.
 */
#include "config.h"

#include "platform/http/server.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "net/loop.h"
#include "platform/http/http.h"
#include "platform/http/private.h"
#include "platform/http/tls.h"
#include "platform/state/platform.h"
#include "platform/state/repository.h"

#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"
#define ACCEPTS_PER_TURN 32
#define WAITS_MAX 64			/* answers that come later, or in pieces */

const struct http_options http_defaults = {
	.silence_s = 75,
	.headers_ms = 10000,
	.deadline_ms = 80000,
	.sweep_ms = 5000,
	.connections = 256,
	.connections_of_peer = 64,
	.uri_bytes = 8192,
	.headers = 100,
	.header_bytes = 32768,
	.body_bytes = JSON_BYTES_MAX,
};

/* --- what the loop calls --- */

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

/* All that wait look again when anything has changed: a few dozen at most, and
 * mostly none.  At the end of a turn, when all of its changes are committed:
 * one wake-up for any number of them. */
static void
look_again(void *data)
{
	struct http *http = data;
	int64_t version;

	if (http->waits.count == 0)
		return;
	version = repository_version(http->platform->repository);
	if (version == http->seen)
		return;
	http->seen = version;
	waits_wake(&http->waits);
}

static void run(void *data);

static void
set_timer(struct server *server)
{
	struct loop *loop = server->http->platform->loop;
	MHD_UNSIGNED_LONG_LONG ms;

	loop_remove_timer(server->timer);
	server->timer = NULL;
	if (MHD_get_timeout(server->daemon, &ms) == MHD_YES)
		server->timer = loop_add_timer(loop, (int64_t)(ms < 60000 ? ms : 60000), run,
					       server);
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

/* A connection that was resumed is served in the next MHD_run() only,
 * and nothing but us calls that. */
static void
run_all(void *data)
{
	struct http *http = data;

	http->resumed = NULL;
	work(&http->plain);
	if (http->tls.daemon)
		work(&http->tls);
}

static void
run_soon(void *data)
{
	struct http *http = data;

	if (!http->resumed)
		http->resumed = loop_defer(http->platform->loop, run_all, http);
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
		/* The library calls http_connection_changed() from within
		 * MHD_add_connection() and has no argument for which socket it came by. */
		listener->server->http->accepting = listener->trust;
		/* It closes the descriptor itself when it refuses. */
		MHD_add_connection(listener->server->daemon, fd, (struct sockaddr *)&address,
				   length);
		listener->server->http->accepting = PEER_REMOTE;
	}
	work(listener->server);
}

static int
start_server(struct http *http, struct server *server, bool tls, struct error *err)
{
	const struct http_options *options = &http->options;
	unsigned flags = MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG |
			 MHD_ALLOW_SUSPEND_RESUME;
	struct MHD_OptionItem secure[] = {
		{MHD_OPTION_HTTPS_CERT_CALLBACK, 0, tls_callback()},
		{MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)TLS_PRIORITIES},
		{MHD_OPTION_END, 0, NULL},
	};
	struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
	const union MHD_DaemonInfo *info;

	server->http = http;
	server->daemon = MHD_start_daemon(
		flags | (tls ? (unsigned)MHD_USE_TLS : 0), 0, NULL, NULL, http_handle, http,
		MHD_OPTION_EXTERNAL_LOGGER, http_log_line, &http->log, MHD_OPTION_URI_LOG_CALLBACK,
		http_exchange_new, http, MHD_OPTION_NOTIFY_COMPLETED, http_exchange_ended, http,
		MHD_OPTION_NOTIFY_CONNECTION, http_connection_changed, http,
		/* Those that were sent away are among them for a moment (room.c). */
		MHD_OPTION_CONNECTION_LIMIT, 2 * options->connections + ACCEPTS_PER_TURN,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, options->header_bytes,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)options->silence_s,
		MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_ARRAY, tls ? secure : none, MHD_OPTION_END);
	info = server->daemon ? MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD)
			      : NULL;
	if (!info)
		return error_set(err, ERROR_SYSTEM, _("The HTTP server cannot be started."));
	server->watch = loop_add_fd(http->platform->loop, info->epoll_fd, EPOLLIN, ready, server);
	return 0;
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
	extensions_write(http->extensions, EXTENSIONS_ALL & ~platform->withheld);
	waits_init(&http->waits, platform->loop, WAITS_MAX, run_soon, http);
	loop_on_turn(platform->loop, look_again, http);
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
	waits_end(&http->waits);
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
	loop_cancel_task(http->resumed);
	free(http);
}
