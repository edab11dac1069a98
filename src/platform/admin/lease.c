/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The kernel is the one that counts: a connection closes whatever becomes of its process, so
 * there is no process id to check and no heartbeat to miss. */
#include "config.h"

#include "platform/admin/lease.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/xmalloc.h"
#include "net/loop.h"

/* A client that starts a daemon and dies before it connects must not leave it behind. */
#define FIRST_MS 15000
#define BUSY_MS 500		/* how often what is still busy is asked again */

struct holder {
	struct lease *lease;
	struct holder *next;
	struct loop_fd *watch;
	int fd;
};

struct lease {
	struct loop *loop;
	int listener;
	struct loop_fd *watch;
	struct loop_timer *first;	/* nobody has come yet */
	struct loop_timer *busy;	/* nobody is left, but something is under way */
	struct holder *holders;
	bool is_over;
	void (*over)(void *data);
	bool (*is_busy)(const void *data);	/* NULL: never */
	void *data;
};

static void
end(struct lease *lease)
{
	if (lease->is_over)
		return;
	lease->is_over = true;
	lease->over(lease->data);
}

static void
drop(struct holder *holder)
{
	struct holder **link = &holder->lease->holders;

	while (*link != holder)
		link = &(*link)->next;
	*link = holder->next;
	loop_remove_fd(holder->watch);
	close(holder->fd);
	free(holder);
}

static void
look_again(void *data)
{
	struct lease *lease = data;

	lease->busy = lease->is_busy(lease->data)
			      ? loop_add_timer(lease->loop, BUSY_MS, look_again, lease)
			      : NULL;
	if (!lease->busy)
		end(lease);
}

static void
holder_ready(void *data, uint32_t events)
{
	struct holder *holder = data;
	struct lease *lease = holder->lease;
	char bytes[64];
	ssize_t n = recv(holder->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	(void)events;
	if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
		return;
	if (holder->next || lease->holders != holder) {
		drop(holder);
		return;
	}
	if (!lease->is_over && lease->is_busy && lease->is_busy(lease->data)) {
		drop(holder);
		lease->busy = loop_add_timer(lease->loop, BUSY_MS, look_again, lease);
		return;
	}
	/* The last: kept open, no longer watched. */
	loop_remove_fd(holder->watch);
	holder->watch = NULL;
	end(lease);
}

static void
listener_ready(void *data, uint32_t events)
{
	struct lease *lease = data;
	struct holder *holder;
	int fd = accept4(lease->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (fd < 0)
		return;
	if (lease->is_over || send(fd, "+", 1, MSG_NOSIGNAL | MSG_DONTWAIT) != 1) {
		close(fd);
		return;
	}
	loop_remove_timer(lease->first);
	loop_remove_timer(lease->busy);
	lease->first = lease->busy = NULL;
	holder = xcalloc(1, sizeof(*holder));
	holder->lease = lease;
	holder->fd = fd;
	holder->next = lease->holders;
	lease->holders = holder;
	holder->watch = loop_add_fd(lease->loop, fd, EPOLLIN, holder_ready, holder);
}

static void
nobody_came(void *data)
{
	struct lease *lease = data;

	lease->first = NULL;
	end(lease);
}

struct lease *
lease_new(struct loop *loop, int listener, void (*over)(void *data), void *data)
{
	struct lease *lease = xcalloc(1, sizeof(*lease));

	lease->loop = loop;
	lease->listener = listener;
	lease->over = over;
	lease->data = data;
	lease->watch = loop_add_fd(loop, listener, EPOLLIN, listener_ready, lease);
	lease->first = loop_add_timer(loop, FIRST_MS, nobody_came, lease);
	return lease;
}

void
lease_wait_for(struct lease *lease, bool (*is_busy)(const void *data))
{
	lease->is_busy = is_busy;
}

void
lease_stop_listening(struct lease *lease)
{
	lease->is_over = true;
	loop_remove_fd(lease->watch);
	lease->watch = NULL;
	loop_remove_timer(lease->first);
	loop_remove_timer(lease->busy);
	lease->first = lease->busy = NULL;
	if (lease->listener >= 0)
		close(lease->listener);
	lease->listener = -1;
}

void
lease_free(struct lease *lease)
{
	if (!lease)
		return;
	lease_stop_listening(lease);
	while (lease->holders)
		drop(lease->holders);
	free(lease);
}
