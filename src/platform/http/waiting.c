/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A suspended connection is in no list of the library's, so each is in one of ours, with all
 * that can end its wait: a change, a deadline, its peer's end, and the end of the daemon.
 *
 * Each of the four only resumes; what the request then finds decides whether it is over.  A
 * wait that has begun keeps its place until the exchange ends, however often it is suspended,
 * so the maximum counts requests and not wake-ups.
 */
#include "config.h"

#include "platform/http/waiting.h"

#include <microhttpd.h>
#include <sys/epoll.h>

#include "base/clock.h"
#include "net/loop.h"

void
waits_init(struct waits *waits, struct loop *loop, size_t max, void (*resumed)(void *data),
	   void *data)
{
	*waits = (struct waits){.loop = loop, .max = max, .resumed = resumed, .data = data};
}

bool
wait_is_allowed(const struct waits *waits, const struct wait *wait)
{
	return !wait->over && !wait->gone && !waits->ending &&
	       (wait->waits || waits->count < waits->max);
}

static void
resume(struct wait *wait)
{
	if (!wait->suspended)
		return;
	wait->suspended = false;
	loop_remove_timer(wait->timer);
	wait->timer = NULL;
	loop_remove_fd(wait->peer);
	wait->peer = NULL;
	MHD_resume_connection(wait->mhd);
	wait->waits->resumed(wait->waits->data);
}

static void
on_time(void *data)
{
	struct wait *wait = data;

	wait->timer = NULL;
	wait->over = clock_steady_ms() >= wait->until;
	resume(wait);
}

/* A peer that only said that it has nothing more to send is answered at once. */
static void
on_peer(void *data, uint32_t events)
{
	struct wait *wait = data;

	wait->over = true;
	wait->gone = (events & (EPOLLHUP | EPOLLERR)) != 0;
	resume(wait);
}

void
wait_suspend(struct waits *waits, struct wait *wait, struct MHD_Connection *mhd, int fd,
	     int64_t most_ms, int64_t look_ms)
{
	int64_t now = clock_steady_ms(), left;

	if (!wait->waits) {
		wait->waits = waits;
		wait->until = now + most_ms;
		waits->count++;
		wait->next = waits->first;
		wait->link = &waits->first;
		if (wait->next)
			wait->next->link = &wait->next;
		waits->first = wait;
	}
	left = wait->until - now;
	wait->mhd = mhd;
	wait->suspended = true;
	wait->timer = loop_add_timer(waits->loop, look_ms > 0 && look_ms < left ? look_ms : left,
				     on_time, wait);
	wait->peer = loop_add_fd(waits->loop, fd, EPOLLRDHUP, on_peer, wait);
	MHD_suspend_connection(mhd);
}

void
wait_clear(struct wait *wait)
{
	if (!wait->waits)
		return;
	loop_remove_timer(wait->timer);
	loop_remove_fd(wait->peer);
	*wait->link = wait->next;
	if (wait->next)
		wait->next->link = wait->link;
	wait->waits->count--;
	*wait = (struct wait){0};
}

void
waits_wake(struct waits *waits)
{
	for (struct wait *wait = waits->first; wait; wait = wait->next)
		resume(wait);
}

void
waits_end(struct waits *waits)
{
	waits->ending = true;
	for (struct wait *wait = waits->first; wait; wait = wait->next)
		wait->over = true;
	waits_wake(waits);
}
