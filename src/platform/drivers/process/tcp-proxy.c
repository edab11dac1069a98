/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Several targets are given connections in turn; one that does not take it is passed over.
 *
 * A connection has two sides and a buffer for each direction.  A side is read only while the
 * buffer towards the other has room (back-pressure), so what a peer can make us hold is
 * CONNECTIONS_MAX * 2 * BUFFER_SIZE a port.  When a side ended and its buffer is flushed, the
 * other is shut down for writing; when both are, the connection is over.
 *
 * epoll reports EPOLLHUP and EPOLLERR always.  A side that can do nothing any more is
 * therefore taken out of the loop, else a hang-up would be reported for ever.
 */
#include "config.h"

#include "platform/drivers/process/tcp-proxy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "net/loop.h"
#include "platform/drivers/ports.h"

#define CONNECTIONS_MAX 256
#define BUFFER_SIZE 16384
#define ACCEPTS_PER_TURN 32
#define CONNECT_MS 10000
#define IDLE_MS 300000
#define SWEEP_MS 5000
#define PAUSE_MS 200		/* no descriptor left: try again after */

enum { CLIENT, SERVER, SIDES };

struct proxied_connection;
struct proxied_side {
	struct proxied_connection *connection;
	int fd;
	struct loop_fd *watch;		/* NULL: nothing more to do here */
	bool ended;			/* nothing more to read */
	bool shut;			/* nothing more to write */
	char bytes[BUFFER_SIZE];	/* read here, to be written to the other side */
	size_t start, length;
};

struct proxied_connection {
	struct tcp_proxy *proxy;
	struct proxied_connection *next;
	int target;
	size_t tries;
	bool connected;
	int64_t last;			/* steady ms of the last byte */
	struct proxied_side sides[SIDES];
};

struct tcp_proxy {
	struct loop *loop;
	int port;
	int targets[TCP_PROXY_TARGETS_MAX];
	size_t target_count;
	size_t turn;
	struct tcp_proxy_listener {
		struct tcp_proxy *proxy;
		int fd;			/* -1: a family that is not here */
		struct loop_fd *watch;	/* NULL before the first target */
	} listeners[PORT_SOCKETS];
	struct loop_timer *sweep;
	struct loop_timer *pause;
	struct proxied_connection *connections;
	size_t count;
};

static void on_listener(void *data, uint32_t events);

static void
set_accepting(struct tcp_proxy *proxy)
{
	bool accepting = proxy->count < CONNECTIONS_MAX && !proxy->pause;

	for (size_t i = 0; i < PORT_SOCKETS; i++)
		if (proxy->listeners[i].watch)
			loop_set_events(proxy->listeners[i].watch, accepting ? EPOLLIN : 0);
}

static void
close_connection(struct proxied_connection *connection)
{
	struct tcp_proxy *proxy = connection->proxy;
	struct proxied_connection **link = &proxy->connections;

	while (*link != connection)
		link = &(*link)->next;
	*link = connection->next;
	for (int i = 0; i < SIDES; i++) {
		loop_remove_fd(connection->sides[i].watch);
		close(connection->sides[i].fd);
	}
	free(connection);
	proxy->count--;
	set_accepting(proxy);
}

static struct proxied_side *
other_side(const struct proxied_side *side)
{
	struct proxied_connection *connection = side->connection;

	return &connection->sides[side == &connection->sides[CLIENT] ? SERVER : CLIENT];
}

/* The peer is gone: what it sent before still goes to the other. */
static void
give_up(struct proxied_side *side)
{
	side->ended = true;
	side->shut = true;
	other_side(side)->length = 0;
	other_side(side)->ended = true;
}

static void
fill(struct proxied_side *side)
{
	ssize_t n;

	if (side->ended || side->length == BUFFER_SIZE)
		return;
	if (side->start > 0) {
		memmove(side->bytes, side->bytes + side->start, side->length);
		side->start = 0;
	}
	n = recv(side->fd, side->bytes + side->length, BUFFER_SIZE - side->length, 0);
	if (n > 0) {
		side->length += (size_t)n;
		side->connection->last = clock_steady_ms();
	} else if (n == 0) {
		side->ended = true;
	} else if (errno != EAGAIN && errno != EINTR) {
		give_up(side);
	}
}

/* Writes what `side` has for the other one. */
static void
flush(struct proxied_side *side)
{
	struct proxied_side *to = other_side(side);
	ssize_t n;

	if (side->length > 0 && !to->shut) {
		n = send(to->fd, side->bytes + side->start, side->length, MSG_NOSIGNAL);
		if (n >= 0) {
			side->start += (size_t)n;
			side->length -= (size_t)n;
			side->connection->last = clock_steady_ms();
		} else if (errno != EAGAIN && errno != EINTR) {
			give_up(to);
		}
	}
	if (side->length == 0) {
		side->start = 0;
		if (side->ended && !to->shut) {
			shutdown(to->fd, SHUT_WR);
			to->shut = true;
		}
	}
}

static uint32_t
wanted_events(const struct proxied_side *side)
{
	uint32_t events = 0;

	if (!side->ended && side->length < BUFFER_SIZE)
		events |= EPOLLIN;
	if (!side->shut && other_side(side)->length > 0)
		events |= EPOLLOUT;
	return events;
}

static void
update(struct proxied_connection *connection)
{
	bool over = true;

	for (int i = 0; i < SIDES; i++)
		over = over && connection->sides[i].ended && connection->sides[i].shut;
	if (over) {
		close_connection(connection);
		return;
	}
	for (int i = 0; i < SIDES; i++) {
		struct proxied_side *side = &connection->sides[i];

		if (side->ended && side->shut) {
			loop_remove_fd(side->watch);
			side->watch = NULL;
		} else if (side->watch && (i == CLIENT || connection->connected)) {
			loop_set_events(side->watch, wanted_events(side));
		}
	}
}

static int connect_to(int port);
static void on_side(void *data, uint32_t events);

static int
next_target(struct tcp_proxy *proxy)
{
	return proxy->targets[proxy->turn++ % proxy->target_count];
}

/* This target is down: another may not be.  false: there is none left to try. */
static bool
try_next(struct proxied_connection *connection)
{
	struct tcp_proxy *proxy = connection->proxy;
	struct proxied_side *side = &connection->sides[SERVER];
	int fd;

	if (++connection->tries >= proxy->target_count)
		return false;
	connection->target = next_target(proxy);
	fd = connect_to(connection->target);
	if (fd < 0)
		return false;
	loop_remove_fd(side->watch);
	close(side->fd);
	side->fd = fd;
	side->watch = loop_add_fd(proxy->loop, fd, EPOLLOUT, on_side, side);
	return true;
}

static void
on_side(void *data, uint32_t events)
{
	struct proxied_side *side = data;
	struct proxied_connection *connection = side->connection;
	socklen_t size = sizeof(int);
	int error = 0;

	if (side == &connection->sides[SERVER] && !connection->connected) {
		if (getsockopt(side->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error) {
			if (!try_next(connection))
				close_connection(connection);
			return;
		}
		connection->connected = true;
	}
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		fill(side);
	/* A hang-up without an end to read is a reset that was told already. */
	if ((events & EPOLLERR) || ((events & EPOLLHUP) && side->ended && !side->shut))
		give_up(side);
	for (int i = 0; connection->connected && i < SIDES; i++) {
		flush(&connection->sides[i]);
		if (!connection->sides[i].watch && !connection->sides[i].ended) {
			fill(&connection->sides[i]);
			flush(&connection->sides[i]);
		}
	}
	/* A hang-up while the buffer is full would be told again and again; what is left to
	 * read is there, and is read whenever the other side takes some. */
	if ((events & EPOLLHUP) && !side->ended && side->length == BUFFER_SIZE) {
		loop_remove_fd(side->watch);
		side->watch = NULL;
	}
	update(connection);
}

static void
sweep(void *data)
{
	struct tcp_proxy *proxy = data;
	struct proxied_connection *next;
	int64_t now = clock_steady_ms();

	proxy->sweep = NULL;
	for (struct proxied_connection *connection = proxy->connections; connection;
	     connection = next) {
		next = connection->next;
		if (now - connection->last > (connection->connected ? IDLE_MS : CONNECT_MS))
			close_connection(connection);
	}
	if (proxy->count > 0)
		proxy->sweep = loop_add_timer(proxy->loop, SWEEP_MS, sweep, proxy);
}

static int
connect_to(int port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0 &&
	    errno != EINPROGRESS) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Its end of the connect is seen when the server's side can be written to. */
static void
open_connection(struct tcp_proxy *proxy, int client)
{
	int target = next_target(proxy);
	int server = connect_to(target);
	struct proxied_connection *connection;
	int on = 1;

	if (server < 0) {
		close(client);
		return;
	}
	setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	connection = xcalloc(1, sizeof(*connection));
	connection->proxy = proxy;
	connection->target = target;
	connection->last = clock_steady_ms();
	connection->next = proxy->connections;
	proxy->connections = connection;
	proxy->count++;
	for (int i = 0; i < SIDES; i++) {
		struct proxied_side *side = &connection->sides[i];

		side->connection = connection;
		side->fd = i == CLIENT ? client : server;
		side->watch = loop_add_fd(proxy->loop, side->fd, i == CLIENT ? EPOLLIN : EPOLLOUT,
					  on_side, side);
	}
	if (!proxy->sweep)
		proxy->sweep = loop_add_timer(proxy->loop, SWEEP_MS, sweep, proxy);
}

static void
pause_over(void *data)
{
	struct tcp_proxy *proxy = data;

	proxy->pause = NULL;
	set_accepting(proxy);
}

/* Without a free descriptor it would be ready again and again:
 * nobody is taken for a moment. */
static void
on_listener(void *data, uint32_t events)
{
	struct tcp_proxy_listener *listener = data;
	struct tcp_proxy *proxy = listener->proxy;

	(void)events;
	for (int i = 0; i < ACCEPTS_PER_TURN && proxy->count < CONNECTIONS_MAX; i++) {
		int client = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (client >= 0) {
			open_connection(proxy, client);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			proxy->pause = loop_add_timer(proxy->loop, PAUSE_MS, pause_over,
							proxy);
		break;
	}
	set_accepting(proxy);
}

struct tcp_proxy *
tcp_proxy_new(struct loop *loop, struct ports *ports, int port, struct error *err)
{
	const int *sockets = ports_bind(ports, port, err);
	struct tcp_proxy *proxy;

	if (!sockets)
		return NULL;
	proxy = xcalloc(1, sizeof(*proxy));
	proxy->loop = loop;
	proxy->port = port;
	for (size_t i = 0; i < PORT_SOCKETS; i++)
		proxy->listeners[i] = (struct tcp_proxy_listener){
			proxy, sockets[i] < 0 ? -1 : fcntl(sockets[i], F_DUPFD_CLOEXEC, 0), NULL};
	return proxy;
}

/* Bound at once, and closed to all until there is a target. */
static int
bind_at(struct in_addr address, int port)
{
	const struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr = address,
					 .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1, reason;

	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    bind(fd, (const struct sockaddr *)&name, sizeof(name)) == 0 &&
	    ports_unlisten(fd) == 0)
		return fd;
	reason = errno;
	if (fd >= 0)
		close(fd);
	errno = reason;
	return -1;
}

struct tcp_proxy *
tcp_proxy_new_at(struct loop *loop, struct in_addr address, int port, int *reason,
		 struct error *err)
{
	int fd = bind_at(address, port);
	struct tcp_proxy *proxy;

	if (fd < 0) {
		*reason = errno;
		error_set_code(err, CODE_PORT_NOT_USABLE, .port = port,
			       .reason = strerror(*reason));
		return NULL;
	}
	proxy = xcalloc(1, sizeof(*proxy));
	proxy->loop = loop;
	proxy->port = port;
	for (size_t i = 0; i < PORT_SOCKETS; i++)
		proxy->listeners[i] = (struct tcp_proxy_listener){proxy, i == 0 ? fd : -1, NULL};
	return proxy;
}

/* The port stays with its resource. */
void
tcp_proxy_free(struct tcp_proxy *proxy)
{
	if (!proxy)
		return;
	while (proxy->connections)
		close_connection(proxy->connections);
	loop_remove_timer(proxy->sweep);
	loop_remove_timer(proxy->pause);
	for (size_t i = 0; i < PORT_SOCKETS; i++) {
		struct tcp_proxy_listener *listener = &proxy->listeners[i];

		if (listener->watch)
			(void)ports_unlisten(listener->fd);
		loop_remove_fd(listener->watch);
		if (listener->fd >= 0)
			close(listener->fd);
	}
	free(proxy);
}

int
tcp_proxy_port(const struct tcp_proxy *proxy)
{
	return proxy->port;
}

/* It listens only now: a connection that is taken needs somebody to be led to. */
int
tcp_proxy_set_targets(struct tcp_proxy *proxy, const int *ports, size_t count, struct error *err)
{
	for (size_t i = 0; i < PORT_SOCKETS; i++) {
		struct tcp_proxy_listener *listener = &proxy->listeners[i];

		if (listener->watch || listener->fd < 0)
			continue;
		if (ports_listen(listener->fd) != 0)
			return error_set_code(err, CODE_PORT_NOT_USABLE, .port = proxy->port,
					      .reason = strerror(errno));
		listener->watch = loop_add_fd(proxy->loop, listener->fd, EPOLLIN, on_listener,
					      listener);
	}
	memcpy(proxy->targets, ports, count * sizeof(*ports));
	proxy->target_count = count;
	return 0;
}

size_t
tcp_proxy_count(const struct tcp_proxy *proxy, int target)
{
	size_t count = 0;

	for (const struct proxied_connection *connection = proxy->connections; connection;
	     connection = connection->next)
		count += connection->target == target;
	return count;
}
