/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ports are taken below the range from which the kernel gives ports to outgoing connections:
 * one of those could sit on a public port just while its process restarts.
 *
 * A port that was chosen is not listened on at once, and a public one not while its environment is
 * paused, so two daemons could choose the same.  Therefore each port that a daemon has is also a
 * name of the machine: an abstract Unix socket, which lives in the network namespace, as ports do,
 * and goes when the daemon does.
 */
#include "config.h"

#include "platform/drivers/process/ports.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"

#define FIRST_PORT 20000
#define LAST_PORT 32000
#define PORT_COUNT (LAST_PORT - FIRST_PORT + 1)
#define PORTS_ALL 65536

struct ports {
	int next;		/* goes round, so that a port is not given again soon */
	bool held[PORTS_ALL];
	int names[PORTS_ALL];	/* descriptors; of what is held, -1: the name is another daemon's */
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

/*
 * It is bound, and never listened on: a connection to it that another daemon makes at this moment,
 * to see whether its own workload is there, must not come to us.  Whoever listens is seen by that.
 */
static bool
is_free(int port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_ANY),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool free_port;
	int on = 1;

	if (fd < 0)
		return false;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	free_port = bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
	close(fd);
	return free_port;
}

int
ports_take(struct ports *ports, struct error *err)
{
	for (int i = 0; i < PORT_COUNT; i++) {
		int port = ports->next;

		ports->next = port == LAST_PORT ? FIRST_PORT : port + 1;
		if (ports->held[port])
			continue;
		/* First the name: a port of another daemon is not even looked at, since its program
		 * could not listen on it just then. */
		ports_hold(ports, port);
		if (ports->names[port] >= 0 && is_free(port))
			return port;
		ports_release(ports, port);
	}
	error_set(err, ERROR_SYSTEM, _("No port from %d to %d is free."), FIRST_PORT, LAST_PORT);
	return 0;
}

void
ports_hold(struct ports *ports, int port)
{
	if (port <= 0 || port >= PORTS_ALL || ports->held[port])
		return;
	ports->held[port] = true;
	ports->names[port] = take_name(port);
}

void
ports_release(struct ports *ports, int port)
{
	if (port <= 0 || port >= PORTS_ALL || !ports->held[port])
		return;
	ports->held[port] = false;
	if (ports->names[port] >= 0)
		close(ports->names[port]);
}
