/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A program beside a workload's: it sees the same files and processes, and has the same limits. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_ASIDE_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_ASIDE_H

#include <sys/types.h>

struct aside;
struct cgroup_share;
struct confinement;
struct error;
struct loop;
struct translation;

struct aside_setup {
	const struct confinement *confinement;
	pid_t guard;		/* whose namespaces it enters */
	const char *directory;	/* where it works */
	const char *program;
	char *const *arguments, *const *environment;	/* for execve */
	const struct cgroup_share *share;	/* of the process that it is asked about */
	const char *space;	/* whose control groups it joins, */
	unsigned group;		/* and there the one of the process that it is asked about */
	const struct translation *translation;	/* of its ports, as of that process */
	int timeout_ms;		/* then it is killed, with what it started in its group */
};

/* why NULL: it ended with 0. */
typedef void aside_done(void *data, const struct error *why);
/* `done` is called once, from the loop, and it is gone then.  NULL with err: there is no process
 * for it. */
struct aside *aside_start(struct loop *loop, const struct aside_setup *setup, aside_done *done,
			  void *data, struct error *err);
void aside_cancel(struct aside *aside);	/* NULL is fine; not after `done` */

#endif
