/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * One turn: wait until a descriptor is ready or the first timer is due, call what became ready,
 * then the timers, then what was deferred, then what wants the end of the turn; at last free what
 * was removed.  So nothing is freed while its callback may be on the stack, or while the kernel's
 * list of events of this turn may name it.
 *
 * A deadline is about what came, not about when it was read: timers ring by the time at which the
 * descriptors were looked at, however long the machine or a callback has stood still since.
 *
 * A turn ends: of the descriptors at most EVENTS_PER_TURN are served (epoll gives the others first
 * the next time), and timers and tasks that are made in it wait for the next.
 *
 * Timers are a binary heap by deadline, and by age where the deadline is the same; each knows its
 * index, so that one that is removed need not be searched for.
 */
#include "config.h"

#include "net/loop.h"

#include <assert.h>
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

enum watch_state {
	WATCH_KERNEL,			/* epoll has it */
	WATCH_ALWAYS,			/* epoll does not take it: ready in every turn */
	WATCH_STALE,			/* was closed: its number is another watch's now */
	WATCH_REMOVED			/* freed at the end of the turn */
};

struct loop_fd {
	struct loop *loop;
	struct loop_fd *next, **link;	/* in `fds`, `always` or `removed` of the loop */
	int fd;
	uint32_t events;
	enum watch_state state;
	void (*ready)(void *data, uint32_t events);
	void *data;
};

struct loop_timer {
	struct loop *loop;
	int64_t due_at;			/* steady ms */
	uint64_t sequence;		/* older ones are smaller */
	size_t index;			/* in the heap, while `waits` */
	bool waits;
	struct loop_timer *next;	/* of those that are due in this turn */
	void (*due)(void *data);	/* NULL: removed */
	void *data;
};

struct loop_task {
	struct loop *loop;
	struct loop_task *next;
	void (*call)(void *data);	/* NULL: cancelled */
	void *data;
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
	int signals;			/* -1: not ours */
	sigset_t blocked_before;
	bool running, turning;
	struct loop_fd *fds, *always, *removed;
	struct loop_fd **by_number;	/* of epoll; NULL: not watched */
	size_t numbers;
	struct loop_fd *signal_watch;
	struct loop_timer **heap;
	size_t timers, room;
	uint64_t sequence;
	struct loop_timer *due;		/* of this turn, not called yet */
	struct loop_task *tasks, **last_task;
	struct loop_task *current_tasks;	/* of this turn, not called yet */
	struct child *children;
	struct on_turn *on_turn;
	void (*asked)(void *data, int signal);
	void *asked_data;
};

/* --- descriptors --- */

static void
put_watch(struct loop_fd *watch, struct loop_fd **list)
{
	watch->next = *list;
	watch->link = list;
	if (watch->next)
		watch->next->link = &watch->next;
	*list = watch;
}

static void
unlink_watch(struct loop_fd *watch)
{
	*watch->link = watch->next;
	if (watch->next)
		watch->next->link = watch->link;
}

static void
free_watches(struct loop_fd **list)
{
	while (*list) {
		struct loop_fd *next = (*list)->next;

		free(*list);
		*list = next;
	}
}

/* The kernel forgets a descriptor that is closed, we would not: who adds the same number again
 * proves that the watch before it is stale. */
static void
note_number(struct loop *loop, struct loop_fd *watch)
{
	size_t number = (size_t)watch->fd;

	if (number >= loop->numbers) {
		size_t more = number + 64;

		loop->by_number = xreallocarray(loop->by_number, more, sizeof(*loop->by_number));
		memset(loop->by_number + loop->numbers, 0,
		       (more - loop->numbers) * sizeof(*loop->by_number));
		loop->numbers = more;
	}
	if (loop->by_number[number])
		loop->by_number[number]->state = WATCH_STALE;
	loop->by_number[number] = watch;
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
	if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) == 0 ||
	    (errno == EEXIST && epoll_ctl(loop->epoll, EPOLL_CTL_MOD, fd, &event) == 0)) {
		note_number(loop, watch);
		put_watch(watch, &loop->fds);
	} else if (errno == EPERM || errno == EBADF) {
		/* A file, or closed: reading it is what tells. */
		watch->state = WATCH_ALWAYS;
		put_watch(watch, &loop->always);
	} else {
		/* The kernel's limit of watches: the loop cannot do its work at all. */
		abort();
	}
	return watch;
}

void
loop_set_events(struct loop_fd *watch, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = watch};

	if (watch->events == events)
		return;
	watch->events = events;
	if (watch->state == WATCH_KERNEL)
		epoll_ctl(watch->loop->epoll, EPOLL_CTL_MOD, watch->fd, &event);
}

void
loop_remove_fd(struct loop_fd *watch)
{
	if (!watch || watch->state == WATCH_REMOVED)
		return;
	if (watch->state == WATCH_KERNEL) {
		epoll_ctl(watch->loop->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
		watch->loop->by_number[watch->fd] = NULL;
	}
	watch->state = WATCH_REMOVED;
	unlink_watch(watch);
	put_watch(watch, &watch->loop->removed);
}

/* One callback may remove a watch that is later in the list; it is skipped, and freed only after
 * the turn. */
static void
call_ready(const struct epoll_event *events, int count)
{
	for (int i = 0; i < count; i++) {
		struct loop_fd *watch = events[i].data.ptr;

		if (watch->state == WATCH_KERNEL)
			watch->ready(watch->data, events[i].events);
	}
}

static bool
some_always_ready(const struct loop *loop)
{
	for (const struct loop_fd *watch = loop->always; watch; watch = watch->next)
		if (watch->events & (EPOLLIN | EPOLLOUT))
			return true;
	return false;
}

/* The list may change in a callback: each is called once in a turn, by what the list was. */
static void
call_always_ready(struct loop *loop)
{
	struct loop_fd *now[EVENTS_PER_TURN];
	size_t count = 0;

	for (struct loop_fd *watch = loop->always; watch && count < EVENTS_PER_TURN;
	     watch = watch->next)
		now[count++] = watch;
	for (size_t i = 0; i < count; i++) {
		uint32_t events = now[i]->events & (EPOLLIN | EPOLLOUT);

		if (now[i]->state == WATCH_ALWAYS && events)
			now[i]->ready(now[i]->data, events);
	}
}

/* --- timers --- */

/* By age where the time is the same: timers with equal delays ring in the order they were set. */
static bool
is_earlier(const struct loop_timer *a, const struct loop_timer *b)
{
	return a->due_at < b->due_at || (a->due_at == b->due_at && a->sequence < b->sequence);
}

static void
set_index(struct loop *loop, size_t index, struct loop_timer *timer)
{
	loop->heap[index] = timer;
	timer->index = index;
}

static void
sift_up(struct loop *loop, size_t index)
{
	struct loop_timer *timer = loop->heap[index];

	while (index > 0 && is_earlier(timer, loop->heap[(index - 1) / 2])) {
		set_index(loop, index, loop->heap[(index - 1) / 2]);
		index = (index - 1) / 2;
	}
	set_index(loop, index, timer);
}

static void
sift_down(struct loop *loop, size_t index)
{
	struct loop_timer *timer = loop->heap[index];

	for (;;) {
		size_t child = 2 * index + 1;

		if (child + 1 < loop->timers &&
		    is_earlier(loop->heap[child + 1], loop->heap[child]))
			child++;
		if (child >= loop->timers || !is_earlier(loop->heap[child], timer))
			break;
		set_index(loop, index, loop->heap[child]);
		index = child;
	}
	set_index(loop, index, timer);
}

/* The last one fills the hole; it may belong above or below, and one of the two does nothing. */
static void
take_from_heap(struct loop_timer *timer)
{
	struct loop *loop = timer->loop;
	struct loop_timer *last = loop->heap[--loop->timers];
	size_t index = timer->index;

	timer->waits = false;
	if (last == timer)
		return;
	set_index(loop, index, last);
	sift_up(loop, index);
	sift_down(loop, last->index);
}

static void
put_into_heap(struct loop_timer *timer)
{
	struct loop *loop = timer->loop;

	if (loop->timers == loop->room) {
		loop->room = loop->room ? loop->room * 2 : 32;
		loop->heap = xreallocarray(loop->heap, loop->room, sizeof(*loop->heap));
	}
	timer->waits = true;
	set_index(loop, loop->timers++, timer);
	sift_up(loop, timer->index);
}

struct loop_timer *
loop_add_timer(struct loop *loop, int64_t delay_ms, void (*due)(void *data), void *data)
{
	struct loop_timer *timer = xcalloc(1, sizeof(*timer));
	int64_t now = clock_steady_ms();

	if (delay_ms < 0)
		delay_ms = 0;
	timer->loop = loop;
	timer->due_at = delay_ms > INT64_MAX - now ? INT64_MAX : now + delay_ms;
	timer->sequence = ++loop->sequence;
	timer->due = due;
	timer->data = data;
	put_into_heap(timer);
	return timer;
}

/* One that is due in this very turn is in the list of call_timers() and is freed there. */
void
loop_remove_timer(struct loop_timer *timer)
{
	if (!timer)
		return;
	if (!timer->waits) {		/* call_timers() frees it */
		timer->due = NULL;
		return;
	}
	take_from_heap(timer);
	free(timer);
}

/* Those that are due are taken out first and called then: a callback that sets a timer of 0 ms
 * would otherwise keep the turn going for ever. */
static void
call_timers(struct loop *loop, int64_t now, uint64_t newest)
{
	struct loop_timer **end = &loop->due, *too_new = NULL;

	while (loop->timers > 0 && loop->heap[0]->due_at <= now) {
		struct loop_timer *timer = loop->heap[0];

		take_from_heap(timer);
		timer->next = NULL;
		if (timer->sequence > newest) {
			timer->next = too_new;
			too_new = timer;
			continue;
		}
		*end = timer;
		end = &timer->next;
	}
	while (too_new) {
		struct loop_timer *next = too_new->next;

		put_into_heap(too_new);
		too_new = next;
	}
	while (loop->due) {
		struct loop_timer *timer = loop->due;

		loop->due = timer->next;
		if (timer->due)
			timer->due(timer->data);
		free(timer);
	}
}

/* --- deferred work --- */

struct loop_task *
loop_defer(struct loop *loop, void (*call)(void *data), void *data)
{
	struct loop_task *task = xcalloc(1, sizeof(*task));

	*task = (struct loop_task){.loop = loop, .call = call, .data = data};
	*loop->last_task = task;
	loop->last_task = &task->next;
	return task;
}

void
loop_cancel_task(struct loop_task *task)
{
	if (task)
		task->call = NULL;	/* freed in its turn */
}

/* Work that is deferred meanwhile goes to a new list and waits for the next turn. */
static void
call_tasks(struct loop *loop)
{
	loop->current_tasks = loop->tasks;
	loop->tasks = NULL;
	loop->last_task = &loop->tasks;
	while (loop->current_tasks) {
		struct loop_task *task = loop->current_tasks;

		loop->current_tasks = task->next;
		if (task->call)
			task->call(task->data);
		free(task);
	}
}

static void
free_tasks(struct loop_task *task)
{
	while (task) {
		struct loop_task *next = task->next;

		free(task);
		task = next;
	}
}

/* --- signals and children --- */

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

/* signalfd gives one entry for several SIGCHLD, so reap() takes all that have ended. */
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

/* Blocked and read as a descriptor: nothing of ours runs in a signal handler. */
int
loop_take_signals(struct loop *loop, struct error *err)
{
	sigset_t wanted;

	assert(loop->signals < 0);
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGCHLD);
	sigaddset(&wanted, SIGTERM);
	sigaddset(&wanted, SIGINT);
	sigaddset(&wanted, SIGHUP);
	loop->signals = signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
	if (loop->signals < 0)
		return error_errno(err, _("The event loop cannot be made"));
	sigprocmask(SIG_BLOCK, &wanted, &loop->blocked_before);
	loop->signal_watch = loop_add_fd(loop, loop->signals, EPOLLIN, read_signals, loop);
	return 0;
}

void
loop_watch_child(struct loop *loop, pid_t pid,
		 void (*ended)(void *data, pid_t pid, int status), void *data)
{
	struct child *child = xcalloc(1, sizeof(*child));

	*child = (struct child){.pid = pid, .ended = ended, .data = data, .next = loop->children};
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

/* --- the loop --- */

struct loop *
loop_new(struct error *err)
{
	struct loop *loop = xcalloc(1, sizeof(*loop));

	loop->signals = -1;
	loop->last_task = &loop->tasks;
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll < 0) {
		error_errno(err, _("The event loop cannot be made"));
		free(loop);
		return NULL;
	}
	return loop;
}

void
loop_free(struct loop *loop)
{
	if (!loop)
		return;
	assert(!loop->turning);
	if (loop->signals >= 0) {
		close(loop->signals);
		sigprocmask(SIG_SETMASK, &loop->blocked_before, NULL);
	}
	free_watches(&loop->fds);
	free_watches(&loop->always);
	free_watches(&loop->removed);
	free(loop->by_number);
	for (size_t i = 0; i < loop->timers; i++)
		free(loop->heap[i]);
	free(loop->heap);
	free_tasks(loop->tasks);
	while (loop->children)
		loop_unwatch_child(loop, loop->children->pid);
	while (loop->on_turn) {
		struct on_turn *next = loop->on_turn->next;

		free(loop->on_turn);
		loop->on_turn = next;
	}
	close(loop->epoll);
	free(loop);
}

/* What is deferred, or is always ready, must not wait for a descriptor. */
static int
wait_ms(const struct loop *loop, int64_t timeout_ms)
{
	int64_t wait = timeout_ms < 0 ? INT64_MAX : timeout_ms;

	if (loop->tasks || some_always_ready(loop))
		return 0;
	if (loop->timers > 0) {
		int64_t left = loop->heap[0]->due_at - clock_steady_ms();

		if (left < wait)
			wait = left > 0 ? left : 0;
	}
	if (wait == INT64_MAX)
		return -1;
	return wait > INT_MAX ? INT_MAX : (int)wait;
}

/* *now is of before the descriptors were looked at: a process that stood still for seconds finds
 * what came meanwhile before it finds that a deadline has passed. */
static int
wait_for_events(struct loop *loop, struct epoll_event *events, int64_t timeout_ms, int64_t *now)
{
	int wait = wait_ms(loop, timeout_ms), count;

	*now = clock_steady_ms();
	count = epoll_wait(loop->epoll, events, EVENTS_PER_TURN, wait);
	if (wait == 0 || count > 0 || (count < 0 && errno != EINTR))
		return count;
	*now = clock_steady_ms();
	return epoll_wait(loop->epoll, events, EVENTS_PER_TURN, 0);
}

/* The phases are in this order on purpose: replies come before timers, so that a deadline
 * does not end what has just been answered; deferred work sees the results of both; and who
 * asked for the end of the turn is called once for all of it. */
int
loop_turn(struct loop *loop, int64_t timeout_ms, struct error *err)
{
	struct epoll_event events[EVENTS_PER_TURN];
	uint64_t newest = loop->sequence;
	int64_t now;
	int count;

	assert(!loop->turning);
	count = wait_for_events(loop, events, timeout_ms, &now);
	if (count < 0 && errno != EINTR)
		return error_errno(err, _("Waiting for events failed"));
	loop->turning = true;
	call_ready(events, count);
	call_always_ready(loop);
	call_timers(loop, now, newest);
	call_tasks(loop);
	for (struct on_turn *on = loop->on_turn; on; on = on->next)
		on->turn(on->data);
	free_watches(&loop->removed);
	loop->turning = false;
	return 0;
}

int
loop_run(struct loop *loop, struct error *err)
{
	int ret = 0;

	loop->running = true;
	while (loop->running && ret == 0)
		ret = loop_turn(loop, -1, err);
	return ret;
}

void
loop_stop(struct loop *loop)
{
	loop->running = false;
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
