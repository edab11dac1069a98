/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A plan that is kept running. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_WORKLOAD_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct confinement;
struct driver_error;
struct driver_workload_status;
struct error;
struct loop;
struct plan;
struct guard_registry;
struct remover;
struct workload;

enum workload_event {
	WORKLOAD_IS_READY,	/* or good; also each time after a restart */
	WORKLOAD_IS_UNREADY,	/* it was ready, and runs on */
	WORKLOAD_IS_FAILED,	/* a candidate only; ask workload_take_error() */
	WORKLOAD_IS_STOPPED	/* no process is left; the callee may free it in the callback */
};

typedef void workload_changed(void *data, struct workload *workload, enum workload_event event);
struct workload_place {
	struct loop *loop;
	struct guard_registry *registry;
	struct remover *remover;
	struct http_client *grpc;	/* grpc-health.h */
	const struct confinement *confinement;
	const struct error *refusal;	/* why it may not start now; no kind: it may */
	const char *space_dir;
	const char *module_dir;	/* <space>/modules/<module> */
	unsigned generation;
	unsigned *generations;	/* of the driver; NULL: it has no schedule, or is a run of one */
	int ready_timeout_ms;
	int min_ready_ms;	/* that it must stay up when it says nothing of it */
	bool has_proven;	/* it was deployed before, and has nothing to prove */
	bool is_done;		/* a job that has run already, in this deployment */
	bool is_run;		/* of a schedule: it begins now */
};

/* Takes the plan.  It begins as a candidate, with its first process at the next turn. */
struct workload *workload_new(struct plan *plan, const struct workload_place *place,
			      workload_changed *changed, void *data);
void workload_free(struct workload *workload);
const struct plan *workload_plan(const struct workload *workload);
/* What counts as its success in a deployment (plan.h) is so. */
bool workload_is_good(const struct workload *workload);
/* Its process is, now. */
bool workload_is_ready(const struct workload *workload);
/* It does not run, or is started again and again; not: it is stopped, since another replaces it. */
bool workload_is_unwell(const struct workload *workload);
/* No candidate any more: from now on it is started again whenever it ends. */
void workload_accept(struct workload *workload);
/* Do not wait for the end of the pause before the next start. */
void workload_hurry(struct workload *workload);
void workload_stop(struct workload *workload);
/* Its process is ended; it starts again when that is allowed. */
void workload_interrupt(struct workload *workload);
void workload_get_status(const struct workload *workload, struct driver_workload_status *out);
/* What is said of the schedules of one cronjob at once, each of which is a workload here; without a
 * text: nothing, or it is not a cronjob. */
void workload_say_schedules(const struct workload *const *all, size_t count, struct error *said);
/* `sum` with all that decides workload_get_status() mixed in. */
uint64_t workload_mix_state(const struct workload *workload, uint64_t sum);
/* What is said of its state; its text is empty where there is nothing to say.  Borrowed until the
 * next turn of the loop. */
const struct error *workload_said(const struct workload *workload);
char *workload_output(const struct workload *workload);	/* the last lines */
void workload_take_error(struct workload *workload, struct driver_error *out);

#endif
