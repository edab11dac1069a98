/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What listens.  Connections have a maximum: who comes then takes the place of the one that has
 * been idle for longest, and waits where all are busy.
 */
#include "config.h"

#include "platform/drivers/kubernetes/reach/reach-door.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "net/listener.h"
#include "net/loop.h"
#include "platform/drivers/kubernetes/cluster/access.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/reach/reach-private.h"
#include "platform/drivers/ports.h"

#define GUESTS_MAX 64
#define ACCEPTS_PER_TURN 16
#define SWEEP_MS 2000
#define PAUSE_MS 200		/* no descriptor left: try again after */

static void
set_accepting(struct reach_door *door, bool accepting)
{
	for (size_t i = 0; i < PORT_SOCKETS; i++)
		if (door->listeners[i].watch)
			loop_set_events(door->listeners[i].watch, accepting ? EPOLLIN : 0);
}

void
reach_door_accept_again(struct reach_door *door)
{
	if (!door->pause)
		set_accepting(door, true);
}

static void
pause_over(void *data)
{
	struct reach_door *door = data;

	door->pause = NULL;
	set_accepting(door, true);
}

static void
sweep(void *data)
{
	struct reach_door *door = data;
	int64_t now = clock_steady_ms();

	for (struct reach_guest *guest = door->guests, *next; guest; guest = next) {
		next = reach_guest_next(guest);
		if (reach_guest_is_late(guest, now))
			reach_guest_free(guest);
	}
	door->sweep = door->count > 0 ? loop_add_timer(door->loop, SWEEP_MS, sweep, door) : NULL;
}

/* The last of those that are idle is the oldest.  false: none is. */
static bool
make_room(struct reach_door *door)
{
	struct reach_guest *oldest = NULL;

	for (struct reach_guest *guest = door->guests; guest; guest = reach_guest_next(guest))
		if (reach_guest_is_idle(guest))
			oldest = guest;
	if (oldest)
		reach_guest_free(oldest);
	return oldest != NULL;
}

static void
on_listener(void *data, uint32_t events)
{
	const struct reach_listener *listener = data;
	struct reach_door *door = listener->door;

	(void)events;
	for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
		struct sockaddr_storage peer;
		socklen_t length = sizeof(peer);
		int fd;

		if (door->count >= GUESTS_MAX && !make_room(door)) {
			set_accepting(door, false);
			return;
		}
		fd = accept4(listener->fd, (struct sockaddr *)&peer, &length,
			     SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
			       errno == ENOMEM)) {
			door->pause = loop_add_timer(door->loop, PAUSE_MS, pause_over, door);
			set_accepting(door, false);
		}
		if (fd < 0)
			return;
		if (!listener_is_local((const struct sockaddr *)&peer)) {
			close(fd);
			continue;
		}
		reach_guest_new(door, fd);
		if (!door->sweep)
			door->sweep = loop_add_timer(door->loop, SWEEP_MS, sweep, door);
	}
}

static int
start_listening(struct reach_door *door, struct error *err)
{
	const int *sockets = ports_bind(door->ports, door->local_port, err);

	if (!sockets)
		return -1;
	for (size_t i = 0; i < PORT_SOCKETS; i++) {
		struct reach_listener *listener = &door->listeners[i];

		if (sockets[i] < 0)
			continue;
		listener->fd = sockets[i];
		if (ports_listen(listener->fd) != 0)
			return error_set_code(err, CODE_PORT_NOT_USABLE, .port = door->local_port,
					      .reason = strerror(errno));
		listener->watch = loop_add_fd(door->loop, listener->fd, EPOLLIN, on_listener,
					      listener);
	}
	return 0;
}

static char *
authority_of(const char *server)
{
	const char *begin = strstr(server, "://");

	begin = begin ? begin + 3 : server;
	return xstrndup(begin, strcspn(begin, "/"));
}

struct reach_door *
reach_door_new(const struct reach_door_options *options, struct error *err)
{
	int port = ports_take_by_hash(options->ports, options->hash, err);
	struct reach_door *door;

	if (port == 0)
		return NULL;
	door = xcalloc(1, sizeof(*door));
	door->cluster = options->cluster;
	door->loop = kube_cluster_loop(options->cluster);
	door->ports = options->ports;
	door->local_port = port;
	door->prefix = xasprintf("/api/v1/namespaces/%s/services/%s%s%s:%d/proxy",
				 options->namespace,
				 strcmp(options->scheme, "https") == 0 ? "https" : "",
				 strcmp(options->scheme, "https") == 0 ? ":" : "",
				 options->service, options->port);
	door->server = authority_of(kube_access_target(kube_cluster_access(door->cluster))->server);
	door->local = xasprintf("%s:%d", options->host, port);
	door->command = xstrdup(options->command);
	door->refused = options->refused;
	door->data = options->data;
	for (size_t i = 0; i < PORT_SOCKETS; i++)
		door->listeners[i] = (struct reach_listener){door, -1, NULL};
	if (start_listening(door, err) == 0)
		return door;
	reach_door_free(door);
	return NULL;
}

void
reach_door_free(struct reach_door *door)
{
	if (!door)
		return;
	while (door->guests)
		reach_guest_free(door->guests);
	loop_remove_timer(door->sweep);
	loop_remove_timer(door->pause);
	for (size_t i = 0; i < PORT_SOCKETS; i++)
		loop_remove_fd(door->listeners[i].watch);
	ports_release(door->ports, door->local_port);
	free(door->prefix);
	free(door->server);
	free(door->local);
	free(door->command);
	free(door);
}

int
reach_door_port(const struct reach_door *door)
{
	return door->local_port;
}
