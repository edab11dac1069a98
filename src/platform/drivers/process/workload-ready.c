/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * From a running program to one that is ready, and back: what the probes say, how long it must stay
 * so, and how long it has.
 *
 * A program without a startup or a readiness probe gives no sign that it works, other than that it
 * stays up.  One of a new deployment must do so for the time that it declares (minReadySeconds) or
 * that is usual here (min-ready, 3 s): most that cannot work end in their first second, since their
 * configuration or what they connect to is missing.  Kubernetes takes such a program for ready as
 * soon as it runs, and a deployment of it "succeeds" and then crashes for ever; Docker's services
 * watch each for 5 s, and so do we, for less, since a person waits.  With a probe there is nothing
 * to wait for but what is declared.  What was up before, and starts again because the daemon or the
 * program did, has been good already: it only has to live for a moment.
 */
#include "config.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "net/loop.h"
#include "platform/drivers/process/health.h"
#include "platform/drivers/process/instance.h"
#include "platform/drivers/process/plan.h"
#include "platform/drivers/process/workload-private.h"

/* Told after each restart as well: public ports are pointed by it.  The probes go on. */
static void
now_ready(struct workload *workload)
{
	loop_remove_timer(workload->next);
	loop_remove_timer(workload->deadline);
	workload->next = NULL;
	workload->deadline = NULL;
	workload_say_nothing(workload);
	workload_set_state(workload, READY);
	workload_tell(workload, WORKLOAD_IS_READY);
}

/* Without a probe there is no sign of readiness but that it has not ended; with one, that it stays
 * ready may be asked for. */
static void
lived_long_enough(void *data)
{
	struct workload *workload = data;

	workload->next = NULL;
	now_ready(workload);
}

static void
wait_to_settle(struct workload *workload, int ms)
{
	loop_remove_timer(workload->next);
	workload->next = loop_add_timer(workload->loop, ms, lived_long_enough, workload);
}

static void
health_ready(void *data)
{
	struct workload *workload = data;

	if (workload->state == STARTING && workload->plan->settle_ms > 0)
		wait_to_settle(workload, workload->plan->settle_ms);
	else
		now_ready(workload);
}

static void not_ready_in_time(void *data);

void
workload_limit_wait(struct workload *workload)
{
	loop_remove_timer(workload->deadline);
	workload->deadline = loop_add_timer(workload->loop, workload->ready_timeout_ms,
					    not_ready_in_time, workload);
}

/* Others go on being sent to those that are ready; the time that it had to settle is over. */
static void
health_unready(void *data, const struct error *why)
{
	struct workload *workload = data;

	workload->said = *why;
	if (workload->state != READY) {
		loop_remove_timer(workload->next);
		workload->next = NULL;
		return;
	}
	workload_set_state(workload, UNREADY);
	if (workload->candidate)
		workload_limit_wait(workload);
	workload_tell(workload, WORKLOAD_IS_UNREADY);
}

/* A refused connection is no fault yet: most programs listen some time after they have started. */
static void
health_waiting(void *data, const struct error *why)
{
	struct workload *workload = data;

	if (workload->state == STARTING)
		workload->said = *why;
}

/* Its end leads to the next start. */
static void
health_dead(void *data, const char *how)
{
	struct workload *workload = data;

	workload_stop_waiting(workload);
	free(workload->cause);
	workload->cause = xstrdup(how);
	instance_stop(workload->instance);
	if (workload->state != READY)
		return;
	workload_set_state(workload, UNREADY);
	workload_tell(workload, WORKLOAD_IS_UNREADY);
}

static const struct health_events health_events = {
	.ready = health_ready,
	.unready = health_unready,
	.waiting = health_waiting,
	.dead = health_dead,
};

/* A candidate has failed by that; one that runs already is only started again. */
static void
not_ready_in_time(void *data)
{
	struct workload *workload = data;
	char seconds[16];
	struct error why;

	workload->deadline = NULL;
	clock_duration(seconds, workload->ready_timeout_ms);
	if (!workload->candidate) {
		/* Its end leads to the next try, with back-off, and must not hide the reason. */
		workload_stop_waiting(workload);
		workload->is_slow = true;
		free(workload->cause);
		workload->cause = xasprintf("its readiness deadline (%s)", seconds);
		error_set_code(&workload->said, CODE_WORKLOAD_NOT_READY_AFTER, .duration = seconds);
		instance_stop(workload->instance);
		return;
	}
	why = workload->said;
	if (workload_words(workload))
		error_prefix_code(&why, CODE_WORKLOAD_NOT_READY_WHILE,
				  .workload = workload->plan->module,
				  .image = workload->plan->image, .duration = seconds);
	else
		error_set_code(&why, CODE_WORKLOAD_NOT_READY, .workload = workload->plan->module,
			       .image = workload->plan->image, .duration = seconds);
	workload_fail_candidate(workload, "not-ready", &why);
	workload_tell(workload, WORKLOAD_IS_FAILED);
}

bool
workload_needs_grace(const struct workload *workload)
{
	const struct plan *plan = workload->plan;

	return !plan->is_job && !plan->probes[HEALTH_STARTUP].is_declared &&
	       !plan->probes[HEALTH_READINESS].is_declared;
}

static bool
has_probes(const struct plan *plan)
{
	for (int i = 0; i < HEALTH_KINDS; i++)
		if (plan->probes[i].is_declared)
			return true;
	return false;
}

/* All waiting for readiness begins here. */
void
workload_wait_until_ready(struct workload *workload)
{
	const struct probe_means means = {workload->loop, workload->grpc, workload->instance};
	const struct plan *plan = workload->plan;

	if (has_probes(plan))
		workload->health = health_start(&means, plan->probes, &health_events, workload);
	if (workload_needs_grace(workload))
		wait_to_settle(workload, workload->grace_ms);
	workload_limit_wait(workload);
}

/* The answer is the same in each moment of a round that begins again and again, so what was
 * restarted is unwell until it is ready, and for a while afterwards.  ENDING is no end that a
 * deployment asked for (that is STOPPING), but may be that of an init container that has done its
 * work. */
bool
workload_is_unwell(const struct workload *workload)
{
	int64_t lived = clock_steady_ms() - workload->started_at;

	switch (workload->state) {
	case FAILED:
	case WAITING:
	case UNREADY:
		return true;
	case ENDING:
		return workload->restarts > 0 || workload->has_run;
	case STARTING:
		return workload->restarts > 0;
	default:
		return workload->restarts > 0 && lived < STABLE_MS;
	}
}
