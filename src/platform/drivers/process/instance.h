/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One program, with all that comes from it, from start to end. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_INSTANCE_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_INSTANCE_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/drivers/process/aside.h"

struct confinement;
struct error;
struct instance;
struct loop;
struct plan;
struct plan_program;
struct guard_registry;

struct instance_place {
	const struct plan_program *program;	/* of the plan */
	struct loop *loop;
	struct guard_registry *registry;
	const struct confinement *confinement;
	const char *space_dir;
	const char *directory;	/* its working directory; is there */
	const char *log;	/* file */
};

/* Each is called once at most, from the loop. */
struct instance_events {
	void (*runs)(void *data);	/* the program was executed, and its number is known */
	/* The program has ended, and what it started is being killed; left out when that is over
	 * already. */
	void (*ends)(void *data);
	/* Nothing is left of all that it started; the callee may free the instance in it. */
	void (*ended)(void *data);
	void *data;
};

/* The plan must live as long.  NULL with err when there is no process.  Until `runs` there is none
 * but the guard, which a busy machine may leave there for seconds. */
struct instance *instance_start(const struct plan *plan, const struct instance_place *place,
				const struct instance_events *events, struct error *err);
void instance_free(struct instance *instance);	/* kills what is left, at once */
void instance_stop(struct instance *instance);	/* SIGTERM, after 2 s SIGKILL */
/* 0: the program does not run yet, or has ended. */
long instance_pid(const struct instance *instance);
/* "status 3", "signal 9 (Killed)"; when it could not be run at all *cannot_start is true. */
char *instance_end(const struct instance *instance, bool *cannot_start);
/* A program beside it (aside.h), which sees what it sees. */
struct aside *instance_run_aside(const struct instance *instance, const char *program,
				 char *const *arguments, int timeout_ms, aside_done *done,
				 void *data, struct error *err);
/* It has ended because it, or its environment, had no memory left. */
bool instance_lacks_memory(const struct instance *instance);
int instance_status(const struct instance *instance);	/* wait()'s, when it has ended */
char *instance_tail(const struct instance *instance, size_t lines);

#endif
