/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One turn: wait until a descriptor is ready or the first timer is due, call what became
 * ready, run the timers, call what wants the end of the turn, free what was removed.
 * Nothing is freed while its callback may be on the stack.
 */
#include "config.h"

#include "platform/loop.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"

#define EVENTS_PER_TURN 64

struct loop_fd {
	struct loop *loop;
	int fd;
	uint32_t events;
	void (*ready)(void *data, uint32_t events);
	void *data;
	bool removed;			/* freed at the end of the turn */
	struct loop_fd *next;
};

struct loop_timer {
	struct loop *loop;
	int64_t due;			/* steady ms */
	uint64_t turn;			/* made in this turn: not run before the next */
	void (*call)(void *data);
	void *data;
	struct loop_timer *next;	/* later, or as late and made after */
};

struct child {
	pid_t pid;
	void (*ended)(void *data, pid_t pid, int status);
	void *data;
	struct child *next;
};

struct on_turn {
	void (*turn)(void *data);
	void *data;
	struct on_turn *next;
};

struct loop {
	int epoll;
	int signals;
	sigset_t blocked_before;
	bool running;
	bool some_removed;
	uint64_t turn;
	struct loop_fd *fds;
	struct loop_fd *signal_watch;
	struct loop_timer *timers;
	struct child *children;
	struct on_turn *on_turn;
	void (*asked)(void *data, int signal);
	void *asked_data;
};

static void
free_removed(struct loop *loop)
{
	struct loop_fd **link = &loop->fds;

	if (!loop->some_removed)
		return;
	loop->some_removed = false;
	while (*link) {
		struct loop_fd *watch = *link;

		if (watch->removed) {
			*link = watch->next;
			free(watch);
		} else {
			link = &watch->next;
		}
	}
}

/* Every zombie, also those of processes that nobody watches any more. */
static void
reap(struct loop *loop)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		struct child **link = &loop->children;

		while (*link && (*link)->pid != pid)
			link = &(*link)->next;
		if (*link) {
			struct child child = **link;

			free(*link);
			*link = child.next;
			child.ended(child.data, pid, status);
		}
	}
}

static void
read_signals(void *data, uint32_t events)
{
	struct loop *loop = data;
	struct signalfd_siginfo info;

	(void)events;
	while (read(loop->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			reap(loop);
		else if (loop->asked)
			loop->asked(loop->asked_data, (int)info.ssi_signo);
	}
}

struct loop *
loop_new(struct error *err)
{
	struct loop *loop = xcalloc(1, sizeof(*loop));
	sigset_t wanted;

	sigemptyset(&wanted);
	sigaddset(&wanted, SIGCHLD);
	sigaddset(&wanted, SIGTERM);
	sigaddset(&wanted, SIGINT);
	sigaddset(&wanted, SIGHUP);
	sigprocmask(SIG_BLOCK, &wanted, &loop->blocked_before);
	loop->signals = signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->signals < 0 || loop->epoll < 0) {
		error_errno(err, _("The event loop cannot be made"));
		goto failed;
	}
	loop->signal_watch = loop_add_fd(loop, loop->signals, EPOLLIN, read_signals, loop);
	return loop;
failed:
	loop_free(loop);
	return NULL;
}

void
loop_free(struct loop *loop)
{
	if (!loop)
		return;
	loop_remove_fd(loop->signal_watch);
	for (struct loop_fd *watch = loop->fds; watch; watch = watch->next)
		watch->removed = true;
	loop->some_removed = true;
	free_removed(loop);
	while (loop->timers)
		loop_remove_timer(loop->timers);
	while (loop->children)
		loop_unwatch_child(loop, loop->children->pid);
	while (loop->on_turn) {
		struct on_turn *next = loop->on_turn->next;

		free(loop->on_turn);
		loop->on_turn = next;
	}
	if (loop->signals >= 0)
		close(loop->signals);
	if (loop->epoll >= 0)
		close(loop->epoll);
	sigprocmask(SIG_SETMASK, &loop->blocked_before, NULL);
	free(loop);
}

static int
wait_ms(const struct loop *loop)
{
	int64_t left;

	if (!loop->timers)
		return -1;
	left = loop->timers->due - clock_steady_ms();
	if (left < 0)
		return 0;
	return left > INT_MAX ? INT_MAX : (int)left;
}

static void
run_timers(struct loop *loop)
{
	int64_t now = clock_steady_ms();

	/* One that was made in this turn waits for the next: the sockets come first. */
	for (;;) {
		struct loop_timer *timer = loop->timers;
		struct loop_timer **link = &loop->timers;

		while (timer && timer->due <= now && timer->turn == loop->turn) {
			link = &timer->next;
			timer = timer->next;
		}
		if (!timer || timer->due > now)
			return;
		*link = timer->next;
		timer->call(timer->data);
		free(timer);
	}
}

int
loop_run(struct loop *loop, struct error *err)
{
	struct epoll_event events[EVENTS_PER_TURN];

	loop->running = true;
	while (loop->running) {
		int count = epoll_wait(loop->epoll, events, EVENTS_PER_TURN, wait_ms(loop));

		if (count < 0 && errno != EINTR)
			return error_errno(err, _("Waiting for events failed"));
		loop->turn++;
		for (int i = 0; i < count; i++) {
			struct loop_fd *watch = events[i].data.ptr;

			if (!watch->removed)
				watch->ready(watch->data, events[i].events);
		}
		run_timers(loop);
		for (struct on_turn *on = loop->on_turn; on; on = on->next)
			on->turn(on->data);
		free_removed(loop);
	}
	return 0;
}

void
loop_stop(struct loop *loop)
{
	loop->running = false;
}

struct loop_fd *
loop_add_fd(struct loop *loop, int fd, uint32_t events, void (*ready)(void *data, uint32_t events),
	    void *data)
{
	struct loop_fd *watch = xcalloc(1, sizeof(*watch));
	struct epoll_event event = {.events = events, .data.ptr = watch};

	watch->loop = loop;
	watch->fd = fd;
	watch->events = events;
	watch->ready = ready;
	watch->data = data;
	watch->next = loop->fds;
	loop->fds = watch;
	/* Fails only for a descriptor that cannot be waited for: a bug, or the kernel's limit
	 * of watches, and then the loop cannot do its work at all. */
	if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
		abort();
	return watch;
}

void
loop_set_events(struct loop_fd *watch, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = watch};

	if (watch->removed || watch->events == events)
		return;
	watch->events = events;
	epoll_ctl(watch->loop->epoll, EPOLL_CTL_MOD, watch->fd, &event);
}

void
loop_remove_fd(struct loop_fd *watch)
{
	if (!watch || watch->removed)
		return;
	epoll_ctl(watch->loop->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
	watch->removed = true;
	watch->loop->some_removed = true;
}

struct loop_timer *
loop_add_timer(struct loop *loop, int64_t delay_ms, void (*due)(void *data), void *data)
{
	struct loop_timer *timer = xcalloc(1, sizeof(*timer));
	struct loop_timer **link = &loop->timers;

	timer->loop = loop;
	timer->due = clock_steady_ms() + (delay_ms > 0 ? delay_ms : 0);
	timer->turn = loop->turn;
	timer->call = due;
	timer->data = data;
	while (*link && (*link)->due <= timer->due)
		link = &(*link)->next;
	timer->next = *link;
	*link = timer;
	return timer;
}

void
loop_remove_timer(struct loop_timer *timer)
{
	struct loop_timer **link;

	if (!timer)
		return;
	for (link = &timer->loop->timers; *link; link = &(*link)->next) {
		if (*link == timer) {
			*link = timer->next;
			free(timer);
			return;
		}
	}
}

void
loop_watch_child(struct loop *loop, pid_t pid,
		 void (*ended)(void *data, pid_t pid, int status), void *data)
{
	struct child *child = xcalloc(1, sizeof(*child));

	child->pid = pid;
	child->ended = ended;
	child->data = data;
	child->next = loop->children;
	loop->children = child;
}

void
loop_unwatch_child(struct loop *loop, pid_t pid)
{
	for (struct child **link = &loop->children; *link; link = &(*link)->next) {
		if ((*link)->pid == pid) {
			struct child *child = *link;

			*link = child->next;
			free(child);
			return;
		}
	}
}

void
loop_on_stop_signal(struct loop *loop, void (*asked)(void *data, int signal), void *data)
{
	loop->asked = asked;
	loop->asked_data = data;
}

void
loop_on_turn(struct loop *loop, void (*turn)(void *data), void *data)
{
	struct on_turn **link = &loop->on_turn;

	while (*link)
		link = &(*link)->next;
	*link = xcalloc(1, sizeof(**link));
	(*link)->turn = turn;
	(*link)->data = data;
}
