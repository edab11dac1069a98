/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The daemon's loop: descriptors, timers, signals and children, on one thread over epoll. */
#ifndef SIDESTAGE_PLATFORM_LOOP_H
#define SIDESTAGE_PLATFORM_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct loop;
struct loop_fd;
struct loop_timer;
struct error;

struct loop *loop_new(struct error *err);	/* also blocks SIGCHLD, SIGTERM, SIGINT, SIGHUP into a signalfd */
void loop_free(struct loop *loop);
/* Until loop_stop(). */
int loop_run(struct loop *loop, struct error *err);
void loop_stop(struct loop *loop);

/* events: EPOLLIN | EPOLLOUT.  The fd stays the caller's.  Removing inside a callback is fine. */
struct loop_fd *loop_add_fd(struct loop *loop, int fd, uint32_t events,
			    void (*ready)(void *data, uint32_t events), void *data);
void loop_set_events(struct loop_fd *watch, uint32_t events);
void loop_remove_fd(struct loop_fd *watch);	/* NULL is fine */

struct loop_timer *loop_add_timer(struct loop *loop, int64_t delay_ms, void (*due)(void *data),
				  void *data);	/* once */
void loop_remove_timer(struct loop_timer *timer);	/* NULL is fine; not after it was due */

/* Called when pid was reaped, with wait's status. */
void loop_watch_child(struct loop *loop, pid_t pid, void (*ended)(void *data, pid_t pid, int status),
		      void *data);
void loop_unwatch_child(struct loop *loop, pid_t pid);
/* SIGTERM, SIGINT or SIGHUP (which by custom means: read the files again) came. */
void loop_on_stop_signal(struct loop *loop, void (*asked)(void *data, int signal), void *data);
/* Called at the end of every turn (MHD_run goes here). */
void loop_on_turn(struct loop *loop, void (*turn)(void *data), void *data);

#endif
