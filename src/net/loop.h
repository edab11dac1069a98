/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The one loop of a program: descriptors, timers, deferred work, signals and children, on one
 * thread over epoll.  Callbacks run only within loop_turn() and loop_run(); in each of them
 * everything may be added, changed and removed, what is calling included.
 */
#ifndef SIDESTAGE_NET_LOOP_H
#define SIDESTAGE_NET_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct loop;
struct loop_fd;
struct loop_timer;
struct loop_task;
struct error;

/* NULL with err (ERROR_SYSTEM): the system gives no descriptor for it. */
struct loop *loop_new(struct error *err);
/* Drops everything that is watched; nothing is called any more.  NULL is fine. */
void loop_free(struct loop *loop);
/* Until loop_stop().  -1 with err: the system does not let us wait. */
int loop_run(struct loop *loop, struct error *err);
/* One turn: waits until something is to be called, at most timeout_ms (-1: no limit), and calls
 * it. */
int loop_turn(struct loop *loop, int64_t timeout_ms, struct error *err);
/* loop_run() returns after the turn that is under way. */
void loop_stop(struct loop *loop);

/*
 * events: EPOLLIN | EPOLLOUT | EPOLLRDHUP; a hang-up or an error is always told.  The descriptor
 * stays the caller's.  One that cannot be waited for (a file, /dev/null) is ready in every turn.
 * A descriptor should be removed before it is closed; one that was not is forgotten as soon as its
 * number is added again.
 */
struct loop_fd *loop_add_fd(struct loop *loop, int fd, uint32_t events,
			    void (*ready)(void *data, uint32_t events), void *data);
/* Other events than before, as in loop_add_fd(); 0: only hang-ups and errors. */
void loop_set_events(struct loop_fd *watch, uint32_t events);
void loop_remove_fd(struct loop_fd *watch);	/* NULL is fine */

/* Calls once.  One that is added within a turn is not called in that turn. */
struct loop_timer *loop_add_timer(struct loop *loop, int64_t delay_ms, void (*due)(void *data),
				  void *data);
/* NULL is fine, and so is a timer in its own callback; not one whose callback has returned. */
void loop_remove_timer(struct loop_timer *timer);

/* Calls once, at the end of this turn or, when there is none, of the next, which does not wait.
 * What is deferred by deferred work is for the next turn. */
struct loop_task *loop_defer(struct loop *loop, void (*call)(void *data), void *data);
/* As loop_remove_timer(). */
void loop_cancel_task(struct loop_task *task);

/* Blocks SIGCHLD, SIGTERM, SIGINT and SIGHUP and takes them from then on, which the three below
 * need; loop_free() gives them back. */
int loop_take_signals(struct loop *loop, struct error *err);
/* Called when pid was reaped, with wait's status. */
void loop_watch_child(struct loop *loop, pid_t pid,
		      void (*ended)(void *data, pid_t pid, int status), void *data);
/* It is still reaped when it ends, and nobody is called. */
void loop_unwatch_child(struct loop *loop, pid_t pid);
/* SIGTERM, SIGINT or SIGHUP (which by custom means: read the files again) came. */
void loop_on_stop_signal(struct loop *loop, void (*asked)(void *data, int signal), void *data);

/* Called at the end of every turn. */
void loop_on_turn(struct loop *loop, void (*turn)(void *data), void *data);

#endif
