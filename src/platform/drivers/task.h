/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Something that a driver is doing for somebody.
 *
 * A task ends exactly once, by a call from the loop and never from inside the call that began
 * it, with an error or none; so there is one way for what fails at once and what fails late.
 * Before its end it may report progress, also from inside that call, which never goes back.
 * Cancelling asks for an early end, which comes in the same way.  Whoever does not want to hear
 * of it any more forgets it; what it does goes on.  When the driver is freed, what has not ended
 * ends as failed.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_TASK_H
#define SIDESTAGE_PLATFORM_DRIVERS_TASK_H

#include <jansson.h>
#include <stddef.h>

struct driver;
struct driver_errors;
struct driver_task;
struct error;

struct driver_result {
	const struct error *err;		/* NULL: it was done */
	json_t *outputs; /* what driver.h says that it gives; borrowed; NULL: nothing */
	const struct driver_errors *problems; /* of an apply that failed; borrowed, may be empty */
	const json_t *warnings;	/* array of driver_task_warn()'s; borrowed, may be empty */
};
struct driver_progress {
	size_t done, total;
	const struct error *why;	/* what is waited for, with a code; NULL: nothing */
};
/* Who waits. */
struct driver_waiter {
	void (*ended)(void *data, const struct driver_result *result);	/* the task is gone */
	void (*progress)(void *data, const struct driver_progress *progress); /* NULL: not wanted */
	void *data;
};

/* --- for who began it --- */

/* It ends as soon as it can, as failed; or as it would have, when that is too late. */
void driver_task_cancel(struct driver_task *task);
void driver_task_forget(struct driver_task *task);	/* NULL is fine */

/* --- for drivers --- */

/* `cancel` (NULL: it cannot be) is called at most once, before the end, and may end it. */
struct driver_task *driver_task_new(struct driver *driver, const struct driver_waiter *waiter,
				    void (*cancel)(void *data), void *data);
/* For whoever waits; nobody has to listen. */
void driver_task_report(struct driver_task *task, const struct driver_progress *progress);
/* Warnings are for whoever reads what came of it, also when it is done: driver_result.warnings has
 * each once, as the JSON of a driver_warning (nouns.h). */

/* Adds a warning in the words of the cluster. */
void driver_task_warn(struct driver_task *task, const char *workload, const char *object,
		      const char *message);
/* Adds one in our own words: in English, with "reason" where the error has codes. */
void driver_task_warn_of(struct driver_task *task, const char *workload, const char *object,
			 const struct error *why);
/* Adds one in our own words of a workload that does not run, which was no reason to fail; its
 * "code" is "does-not-run". */
void driver_task_warn_unwell(struct driver_task *task, const char *workload,
			     const struct error *why);
/* A warning in our own words that is added to no task; code NULL: it has none.  New reference. */
json_t *driver_warning_of(const char *workload, const char *object, const char *code,
			  const struct error *why);
/* err NULL: it is done.  Copies err, takes the outputs and what the problems hold (both may be
 * NULL). */
void driver_task_end(struct driver_task *task, const struct error *err, json_t *outputs,
		     struct driver_errors *problems);
/* One that has ended already, in the call that began it; both as for driver_task_end(). */
struct driver_task *driver_task_ended(struct driver *driver, const struct driver_waiter *waiter,
				      const struct error *err, json_t *outputs);

#endif
