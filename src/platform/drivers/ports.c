/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Ports are taken below the range from which the kernel gives ports to outgoing connections:
 * one of those could sit on a public port just while its process restarts.
 *
 * A public port is ours as long as its resource lives, also while its environment is paused and
 * nothing listens: two sockets are bound to it, one of each family, so that nobody else can be.
 *
 * The port of a process is bound by that process, some time after it was chosen, so two daemons
 * could choose the same.  Therefore each port that a daemon has is also a name of the machine: an
 * abstract Unix socket, which lives in the network namespace, as ports do, and goes when the daemon
 * does.  The names keep daemons apart that mean each other no harm, and no more: where a workload
 * has taken them, ports are given without, and where it has taken the ports, others are.
 */
#include "config.h"

#include "platform/drivers/ports.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"

#define FIRST_PORT 20000
#define LAST_PORT 32000
#define PORT_COUNT (LAST_PORT - FIRST_PORT + 1)
#define PORTS_ALL 65536
#define NAMED_TRIES 1000
#define HASH_TRIES 20

struct held_port {
	bool held;
	int name;			/* descriptor; -1: the name is another daemon's */
	int sockets[PORT_SOCKETS];	/* bound to it; -1: none */
};
struct ports {
	int next;		/* goes round, so that a port is not given again soon */
	struct held_port all[PORTS_ALL];
};

struct ports *
ports_new(void)
{
	struct ports *ports = xcalloc(1, sizeof(*ports));
	unsigned random = 0;

	/* Two daemons that start together should not try the same. */
	if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
		random = (unsigned)getpid();
	ports->next = FIRST_PORT + (int)(random % PORT_COUNT);
	return ports;
}

void
ports_free(struct ports *ports)
{
	if (!ports)
		return;
	for (int port = 0; port < PORTS_ALL; port++)
		ports_release(ports, port);
	free(ports);
}

/* -1: another daemon has it. */
static int
take_name(int port)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int length = snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1,
			      "sidestage/port/%d", port);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 &&
	    bind(fd, (struct sockaddr *)&address,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length)) != 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* `any`: at every address; else at that of this machine alone. */
static int
bind_to(int port, int family, bool any)
{
	struct sockaddr_in v4 = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(any ? INADDR_ANY : INADDR_LOOPBACK),
	};
	struct sockaddr_in6 v6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons((uint16_t)port),
		.sin6_addr = any ? (struct in6_addr)IN6ADDR_ANY_INIT
				 : (struct in6_addr)IN6ADDR_LOOPBACK_INIT,
	};
	bool is_v6 = family == AF_INET6;
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (is_v6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, is_v6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4,
		 is_v6 ? sizeof(v6) : sizeof(v4)) != 0) {
		int error = errno;

		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

/* A machine without the newer family has nothing to be taken there. */
static bool
is_no_family(int error)
{
	return error == EAFNOSUPPORT || error == EADDRNOTAVAIL || error == EPROTONOSUPPORT;
}

/*
 * It is bound, and never listened on: a connection to it that another daemon makes at this moment,
 * to see whether its own workload is there, must not come to us.  Whoever listens is seen by that.
 */
static bool
is_free(int port)
{
	static const int families[] = {AF_INET, AF_INET6};

	for (size_t i = 0; i < 2; i++) {
		int fd = bind_to(port, families[i], true);

		if (fd < 0 && (i == 0 || !is_no_family(errno)))
			return false;
		if (fd >= 0)
			close(fd);
	}
	return true;
}

/* 0: this one is not to be had. */
static int
try_port(struct ports *ports, int port, bool with_name)
{
	if (port <= 0 || port >= PORTS_ALL || ports->all[port].held)
		return 0;
	/* First the name: a port of another daemon is not even looked at, since its program
	 * could not listen on it just then. */
	ports_hold(ports, port);
	if ((!with_name || ports->all[port].name >= 0) && is_free(port))
		return port;
	ports_release(ports, port);
	return 0;
}

static int
next_port(struct ports *ports)
{
	int port = ports->next;

	ports->next = port == LAST_PORT ? FIRST_PORT : port + 1;
	return port;
}

/* One that the kernel gives to whoever asks for any. */
static int
kernels_port(void)
{
	struct sockaddr_in address = {0};
	socklen_t length = sizeof(address);
	int fd = bind_to(0, AF_INET, true), port = 0;

	if (fd >= 0 && getsockname(fd, (struct sockaddr *)&address, &length) == 0)
		port = ntohs(address.sin_port);
	if (fd >= 0)
		close(fd);
	return port;
}

int
ports_take(struct ports *ports, struct error *err)
{
	int port = 0;

	for (int i = 0; i < NAMED_TRIES && port == 0; i++)
		port = try_port(ports, next_port(ports), true);
	for (int i = 0; i < PORT_COUNT && port == 0; i++)
		port = try_port(ports, next_port(ports), false);
	for (int i = 0; i < NAMED_TRIES && port == 0; i++)
		port = try_port(ports, kernels_port(), false);
	if (port == 0)
		error_set_code(err, CODE_PORTS_ALL_IN_USE, .min = FIRST_PORT, .max = LAST_PORT);
	return port;
}

int
ports_take_by_hash(struct ports *ports, uint64_t hash, struct error *err)
{
	int port = 0;

	for (int i = 0; i < HASH_TRIES && port == 0; i++)
		port = try_port(ports, FIRST_PORT + (int)((hash + (unsigned)i) % PORT_COUNT), true);
	return port > 0 ? port : ports_take(ports, err);
}

void
ports_hold(struct ports *ports, int port)
{
	if (port <= 0 || port >= PORTS_ALL || ports->all[port].held)
		return;
	ports->all[port] = (struct held_port){true, take_name(port), {-1, -1}};
}

bool
ports_may_give(const struct ports *ports, int port)
{
	return port >= FIRST_PORT && port < PORTS_ALL && !ports->all[port].held;
}

static void
close_sockets(int sockets[PORT_SOCKETS])
{
	for (size_t i = 0; i < PORT_SOCKETS; i++) {
		if (sockets[i] >= 0)
			close(sockets[i]);
		sockets[i] = -1;
	}
}

void
ports_unbind(struct ports *ports, int port)
{
	if (port > 0 && port < PORTS_ALL)
		close_sockets(ports->all[port].sockets);
}

void
ports_release(struct ports *ports, int port)
{
	struct held_port *held = port > 0 && port < PORTS_ALL ? &ports->all[port] : NULL;

	if (!held || !held->held)
		return;
	close_sockets(held->sockets);
	if (held->name >= 0)
		close(held->name);
	held->held = false;
}

/* Asked of the kernel, since a right to it can come from several sides. */
int
ports_lowest(void)
{
	int fd = bind_to(1, AF_INET, false), lowest = 1, reason = errno;
	FILE *file;

	if (fd >= 0)
		close(fd);
	if (fd >= 0 || reason != EACCES)
		return 1;
	file = fopen("/proc/sys/net/ipv4/ip_unprivileged_port_start", "re");
	if (!file || fscanf(file, "%d", &lowest) != 1)
		lowest = 1024;
	if (file)
		fclose(file);
	return lowest;
}

/* SO_REUSEADDR is needed where connections of before have not quite ended, and would let others in
 * as long as nobody listens.  Having listened, and being without it, lets nobody in. */
int
ports_unlisten(int fd)
{
	int off = 0;

	return listen(fd, 0) == 0 && shutdown(fd, SHUT_RD) == 0
		       ? setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &off, sizeof(off)) : -1;
}

int
ports_listen(int fd)
{
	int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	return listen(fd, SOMAXCONN);
}

/* A machine without IPv6 has one family, and that is enough. */
const int *
ports_bind(struct ports *ports, int port, struct error *err)
{
	static const int families[PORT_SOCKETS] = {AF_INET, AF_INET6};
	struct held_port *held = &ports->all[port];

	ports_hold(ports, port);
	if (held->sockets[0] >= 0)
		return held->sockets;
	for (size_t i = 0; i < PORT_SOCKETS; i++) {
		held->sockets[i] = bind_to(port, families[i], false);
		if (held->sockets[i] < 0 && i > 0 && is_no_family(errno))
			continue;
		if (held->sockets[i] < 0 || ports_unlisten(held->sockets[i]) != 0) {
			error_set_code(err, CODE_PORT_NOT_USABLE, .port = port,
				       .reason = strerror(errno));
			close_sockets(held->sockets);
			return NULL;
		}
	}
	return held->sockets;
}
