/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * STARTING -> READY <-> UNREADY; from these -> (its program ended) ENDING -> (and all it started)
 * WAITING -> STARTING ...; from everywhere -> STOPPING -> STOPPED.  A candidate that ends, or is
 * not ready in time, is FAILED and stays so.  A job: STARTING -> RUNNING -> DONE, or WAITING and
 * again; or SUSPENDED at once.  A job with a schedule: STARTING -> SCHEDULED, and each run is a
 * workload (cron.h) that goes the way of a job.  workload_set_state() is the only place where the
 * state changes.
 */
#include "config.h"

#include "platform/drivers/process/workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "net/loop.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/process/cron.h"
#include "platform/drivers/process/health.h"
#include "platform/drivers/process/instance.h"
#include "platform/drivers/process/jobs.h"
#include "platform/drivers/process/layout.h"
#include "platform/drivers/process/output.h"
#include "platform/drivers/process/plan.h"
#include "platform/drivers/process/remover.h"
#include "platform/drivers/process/workload-private.h"

#define CANDIDATE_TRIES 2
#define RETRY_MS 100
#define BACK_OFF_FIRST_MS 500
#define BACK_OFF_MAX_MS 30000
#define ERROR_LINES 20

static const char *const state_names[] = {
	[STARTING] = "starting", [READY] = "ready",   [UNREADY] = "unready", [RUNNING] = "running", [DONE] = "done",   [ENDING] = "ending",
	[WAITING] = "waiting",	 [FAILED] = "failed", [STOPPING] = "stopping", [STOPPED] = "stopped",
	[SCHEDULED] = "scheduled", [SUSPENDED] = "suspended",
};

static void begin(void *data);

void
workload_say_nothing(struct workload *workload)
{
	workload->said = (struct error){0};
}

const char *
workload_words(const struct workload *workload)
{
	return workload->said.text[0] ? workload->said.text : NULL;
}

void
workload_set_state(struct workload *workload, enum workload_state state)
{
	char pid[24] = "";

	if (workload->state == state && state != STARTING)
		return;
	workload->state = state;
	if (workload->instance && instance_pid(workload->instance))
		snprintf(pid, sizeof(pid), "%ld", instance_pid(workload->instance));
	log_line(LOG_PRIORITY_INFO, "workload", "place", workload->module_dir, "image",
		 workload->plan->image, "state", state_names[state], "pid", pid[0] ? pid : NULL,
		 "message", workload_words(workload), NULL);
}

void
workload_stop_waiting(struct workload *workload)
{
	health_free(workload->health);
	loop_remove_timer(workload->next);
	loop_remove_timer(workload->deadline);
	workload->health = NULL;
	workload->next = NULL;
	workload->deadline = NULL;
}

void
workload_tell(struct workload *workload, enum workload_event event)
{
	workload->changed(workload->data, workload, event);
}

void
workload_fail_candidate(struct workload *workload, const char *code, const struct error *why)
{
	struct driver_error *error = &workload->error;

	workload_stop_waiting(workload);
	workload->failed = true;
	error->object_id = xstrdup(workload->plan->module);
	error->code = xstrdup(code);
	error->why = *why;
	error->message = workload->instance ? instance_tail(workload->instance, ERROR_LINES)
					    : xstrdup("");
	workload->said = *why;
	workload_set_state(workload, FAILED);
}

/* What runs again keeps it: the words of how it ended go when it is ready. */
static void
keep_end(struct workload *workload, const char *how)
{
	driver_end_clear(&workload->last);
	workload->last = (struct driver_end){
		.how = xstrdup(how),
		.started_at = workload->started_wall,
		.ended_at = workload->ended_wall,
		.exit_code = WIFEXITED(workload->status) ? WEXITSTATUS(workload->status) : 0,
		.signal = WIFSIGNALED(workload->status) ? WTERMSIG(workload->status) : 0,
		.lacks_memory = workload->instance && instance_lacks_memory(workload->instance),
	};
}

/* Another workload must not take its port meanwhile, and with it the requests that are its. */
static void
wait_for_start(struct workload *workload, const char *how, int ms)
{
	if (workload->instance)
		keep_end(workload, how);
	plan_close_ports(workload->plan);
	workload_set_state(workload, WAITING);
	workload->restarts++;
	workload->next = loop_add_timer(workload->loop, ms, begin, workload);
}

/* Supervision: again, later and later. */
static void
wait_and_restart(struct workload *workload, const char *how)
{
	char delay[16], limit[16];

	if (clock_steady_ms() - workload->started_at > STABLE_MS || workload->back_off_ms == 0)
		workload->back_off_ms = BACK_OFF_FIRST_MS;
	else if (workload->back_off_ms < BACK_OFF_MAX_MS / 2)
		workload->back_off_ms *= 2;
	else
		workload->back_off_ms = BACK_OFF_MAX_MS;
	clock_duration(delay, workload->back_off_ms);
	clock_duration(limit, workload->ready_timeout_ms);
	if (workload->is_slow)
		error_set_code(&workload->said, CODE_WORKLOAD_NOT_READY_STARTS_AGAIN,
			       .limit = limit, .duration = delay);
	else
		error_set_code(&workload->said, CODE_WORKLOAD_STARTS_AGAIN, .how = how,
			       .duration = delay);
	wait_for_start(workload, how, workload->back_off_ms);
}

/* Of a candidate. */
static void
describe_end(const struct workload *workload, const char *how, struct error *why)
{
	const struct plan *plan = workload->plan;
	char grace[16];

	clock_duration(grace, workload->grace_ms);
	if (workload->has_run && workload_needs_grace(workload) && workload->grace_ms > ALIVE_MS)
		error_set_code(why, CODE_WORKLOAD_DID_NOT_STAY_UP, .workload = plan->module,
			       .image = plan->image, .how = how, .duration = grace);
	else
		error_set_code(why, CODE_WORKLOAD_ENDED, .workload = plan->module,
			       .image = plan->image, .how = how);
}

/* One more try, since a port may still be in TIME_WAIT or a database be filled; then it has
 * failed, so that a deployment ends in seconds and not with a back-off. */
static void
candidate_ended(struct workload *workload, const char *how, bool cannot_start)
{
	struct error why;

	if (cannot_start) {
		error_set_code(&why, CODE_WORKLOAD_NOT_EXECUTED, .workload = workload->plan->module,
			       .image = workload->plan->image, .how = how);
		workload_fail_candidate(workload, "cannot-start", &why);
	} else if (workload->starts < CANDIDATE_TRIES) {
		error_set_code(&workload->said, CODE_WORKLOAD_TRIES_AGAIN, .how = how);
		wait_for_start(workload, how, RETRY_MS);
	} else {
		describe_end(workload, how, &why);
		workload_fail_candidate(workload, "exited", &why);
	}
}

/* --- what goes before, and jobs --- */

static bool
is_initializing(const struct workload *workload)
{
	return workload->init_at < workload->plan->init_count;
}

static const struct plan_program *
program_of(const struct workload *workload)
{
	const struct plan *plan = workload->plan;

	return is_initializing(workload) ? &plan->inits[workload->init_at] : &plan->program;
}

/* The next one begins when this one has succeeded. */
static void
init_ended(struct workload *workload, const char *how, bool succeeded, bool cannot_start)
{
	char *whole;

	if (succeeded) {
		workload->init_at++;
		workload->starts = 0;
		workload->next = loop_add_timer(workload->loop, 0, begin, workload);
		return;
	}
	whole = xasprintf("%s (init container %s)", how, program_of(workload)->container);
	candidate_ended(workload, whole, cannot_start);
	free(whole);
}

static void
now_done(void *data)
{
	struct workload *workload = data;

	workload_stop_waiting(workload);
	workload_say_nothing(workload);
	workload_set_state(workload, DONE);
	workload_tell(workload, WORKLOAD_IS_READY);
}

/* It stays as it is; a deployment that still waits for it fails. */
static void
job_failed(struct workload *workload, const char *code, const char *how)
{
	struct error why;

	free(workload->how);
	workload->how = xstrdup(how);
	error_set_code(&why, CODE_JOB_FAILED, .workload = workload->plan->module,
		       .image = workload->plan->image, .how = how);
	workload_fail_candidate(workload, code, &why);
}

static void
job_ended(struct workload *workload, const char *how, bool succeeded, bool cannot_start)
{
	const struct plan *plan = workload->plan;

	if (!succeeded) {
		if (cannot_start)
			job_failed(workload, "cannot-start", how);
		else if (workload->is_late || ++workload->failures > plan->back_offs)
			job_failed(workload, "exited", how);
		else
			wait_and_restart(workload, how);
		return;
	}
	if (plan->deployment && !plan->schedule)
		jobs_set_done(workload->space_dir, plan->module, plan->replica, plan->deployment);
	workload->next = loop_add_timer(workload->loop, 0, now_done, workload);
}

/* Its active deadline; it is not tried again. */
static void
job_too_late(void *data)
{
	struct workload *workload = data;

	workload->next = NULL;
	workload->is_late = true;
	free(workload->cause);
	workload->cause = xstrdup("its active deadline");
	instance_stop(workload->instance);
}

static void
job_runs(struct workload *workload)
{
	const struct plan *plan = workload->plan;

	error_set_code(&workload->said, CODE_RUNNING_JOB);
	workload_set_state(workload, RUNNING);
	if (!workload->candidate || plan->success != PLAN_COMPLETE) {
		loop_remove_timer(workload->deadline);
		workload->deadline = NULL;
	}
	if (plan->active_ms > 0)
		workload->next = loop_add_timer(workload->loop, plan->active_ms, job_too_late,
						workload);
}

/* --- its end --- */

/* Called by the loop in each case: the callee may free the workload. */
static void
now_stopped(void *data)
{
	struct workload *workload = data;

	workload->next = NULL;
	workload_set_state(workload, STOPPED);
	workload_tell(workload, WORKLOAD_IS_STOPPED);
}

void
workload_stopped_later(struct workload *workload)
{
	workload->next = loop_add_timer(workload->loop, 0, now_stopped, workload);
}

static void
now_scheduled(void *data)
{
	struct workload *workload = data;

	workload->next = NULL;
	workload_set_state(workload, SCHEDULED);
	workload_tell(workload, WORKLOAD_IS_READY);
}

static void
now_suspended(void *data)
{
	struct workload *workload = data;

	workload->next = NULL;
	error_set_code(&workload->said, CODE_SCHEDULE_SUSPENDED);
	workload_set_state(workload, SUSPENDED);
	workload_tell(workload, WORKLOAD_IS_READY);
}

/* Not by being asked to. */
static void
ended(struct workload *workload, const char *how, bool succeeded, bool cannot_start)
{
	if (is_initializing(workload))
		init_ended(workload, how, succeeded, cannot_start);
	else if (workload->plan->is_job)
		job_ended(workload, how, succeeded, cannot_start);
	else if (!workload->candidate)
		wait_and_restart(workload, how);
	else
		candidate_ended(workload, how, cannot_start);
}

/* The message of how it ended is made before the instance goes, which has it. */
static void
instance_ended(void *data)
{
	struct workload *workload = data;
	bool cannot_start, succeeded, was_ended = workload->cause != NULL;
	char *how;

	workload->ended_wall = clock_wall_ms();
	workload->status = instance_status(workload->instance);
	if (workload->stop_asked) {
		instance_free(workload->instance);
		workload->instance = NULL;
		now_stopped(workload);
		return;
	}
	workload_stop_waiting(workload);
	how = instance_end(workload->instance, &cannot_start);
	if (workload->cause) {
		free(how);
		how = workload->cause;
		workload->cause = NULL;
	}
	succeeded = !was_ended && !cannot_start && WIFEXITED(workload->status) &&
		    WEXITSTATUS(workload->status) == 0;
	if (workload->state != FAILED)
		ended(workload, how, succeeded, cannot_start);
	free(how);
	instance_free(workload->instance);
	workload->instance = NULL;
	if (workload->state == FAILED)
		workload_tell(workload, WORKLOAD_IS_FAILED);
}

/* It is not ready any more, whatever the rest of it still takes; the limit stays, which a rest
 * that does not die would run into. */
static void
instance_ends(void *data)
{
	struct workload *workload = data;

	bool was_ready = workload->state == READY;

	if (workload->state != STARTING && !was_ready && workload->state != UNREADY)
		return;
	health_free(workload->health);
	loop_remove_timer(workload->next);
	workload->health = NULL;
	workload->next = NULL;
	workload_set_state(workload, ENDING);
	if (was_ready)
		workload_tell(workload, WORKLOAD_IS_UNREADY);
}

static void
say_started(struct workload *workload)
{
	char grace[16];

	clock_duration(grace, workload->grace_ms);
	if (workload_needs_grace(workload) && workload->grace_ms > ALIVE_MS)
		error_set_code(&workload->said, CODE_WORKLOAD_MUST_STAY_UP, .duration = grace);
	else
		error_set_code(&workload->said, CODE_WORKLOAD_STARTED);
}

/* All waiting for readiness begins here: before the program is executed it can neither be ready
 * nor have lived for long enough, however long ago it was asked for. */
static void
instance_runs(void *data)
{
	struct workload *workload = data;

	if (workload->state != STARTING)
		return;
	if (is_initializing(workload)) {
		error_set_code(&workload->said, CODE_INITIALIZING,
			       .container = program_of(workload)->container);
		workload_set_state(workload, STARTING);
		return;
	}
	workload->has_run = true;
	say_started(workload);
	workload_set_state(workload, STARTING);
	if (workload->plan->is_job)
		job_runs(workload);
	else
		workload_wait_until_ready(workload);
	if (workload_is_good(workload))
		workload_tell(workload, WORKLOAD_IS_READY);
}

/* Files are written once for a generation: a restart finds what the program left there. */
static int
make_directory(struct workload *workload, struct error *err)
{
	char *files;
	int ret;

	if (workload->has_directory)
		return 0;
	files = xasprintf("%s/files", workload->directory);
	ret = layout_make(workload->space_dir, err);

	if (ret == 0)
		ret = paths_make(files, err);
	if (ret == 0)
		ret = plan_write_files(workload->plan, workload->directory, err);
	for (size_t i = 0; ret == 0 && i < workload->plan->mount_count; i++)
		ret = layout_make_volume(workload->space_dir, workload->plan->mounts[i].directory,
					 err);
	free(files);
	workload->has_directory = ret == 0;
	return ret;
}

static bool
is_refused(const struct workload *workload, struct error *err)
{
	*err = *workload->refusal;
	return err->kind != ERROR_NONE;
}

/* One that was accepted is tried again for ever, since the fault may be the machine's and
 * pass; a candidate's fails its deployment at once. */
static void
begin(void *data)
{
	struct workload *workload = data;
	struct instance_place place = {
		.program = program_of(workload),
		.loop = workload->loop,
		.registry = workload->registry,
		.confinement = workload->confinement,
		.space_dir = workload->space_dir,
		.directory = workload->directory,
		.log = workload->log,
	};
	const struct instance_events events = {instance_runs, instance_ends, instance_ended,
						workload};
	struct error err;

	workload->next = NULL;
	workload->is_slow = false;
	workload->started_at = clock_steady_ms();
	workload->started_wall = clock_wall_ms();
	plan_open_ports(workload->plan);
	if (is_refused(workload, &err) ||
	    make_directory(workload, &err) != 0 ||
	    !(workload->instance = instance_start(workload->plan, &place, &events, &err))) {
		if (!workload->candidate) {
			wait_and_restart(workload, err.text);
			workload->said = err;
			return;
		}
		error_prefix_code(&err, CODE_WORKLOAD_NOT_STARTED,
				  .workload = workload->plan->module);
		workload_fail_candidate(workload, "cannot-start", &err);
		workload_tell(workload, WORKLOAD_IS_FAILED);
		return;
	}
	workload->starts++;
	workload_say_nothing(workload);
	workload_set_state(workload, STARTING);
	workload_limit_wait(workload);
}

/* What it says itself, or else as long as its probes and its staying up may take. */
static int
ready_timeout_of(const struct plan *plan, const struct workload_place *place)
{
	if (plan->ready_timeout_ms > 0)
		return plan->ready_timeout_ms;
	return plan->probes_ms + plan->settle_ms + place->ready_timeout_ms;
}

/* As it says itself, or as usual, but never all of the time that it has. */
static int
grace_of(const struct plan *plan, const struct workload_place *place, int ready_timeout_ms)
{
	int usual = place->min_ready_ms < ready_timeout_ms / 2 ? place->min_ready_ms
							       : ready_timeout_ms / 2;
	int ms = plan->settle_ms > 0 ? plan->settle_ms : usual;

	return !place->has_proven && ms > ALIVE_MS ? ms : ALIVE_MS;
}

struct workload *
workload_new(struct plan *plan, const struct workload_place *place, workload_changed *changed,
	     void *data)
{
	struct workload *workload = xcalloc(1, sizeof(*workload));

	workload->plan = plan;
	workload->loop = place->loop;
	workload->registry = place->registry;
	workload->remover = place->remover;
	workload->grpc = place->grpc;
	workload->confinement = place->confinement;
	workload->refusal = place->refusal;
	workload->space_dir = xstrdup(place->space_dir);
	workload->module_dir = xstrdup(place->module_dir);
	workload->directory = xasprintf("%s/%u", place->module_dir, place->generation);
	workload->log = xasprintf("%s/output.log", place->module_dir);
	workload->ready_timeout_ms = ready_timeout_of(plan, place);
	workload->grace_ms = grace_of(plan, place, workload->ready_timeout_ms);
	workload->changed = changed;
	workload->data = data;
	workload->candidate = true;
	workload->state = STARTING;
	if (plan->schedule && !place->is_run)
		workload->cron = cron_new(workload, place->generations);
	workload->next = loop_add_timer(workload->loop, 0,
					workload->cron	     ? now_scheduled
					: place->is_done     ? now_done
					: plan->is_suspended ? now_suspended
							     : begin,
					workload);
	return workload;
}

void
workload_free(struct workload *workload)
{
	if (!workload)
		return;
	workload_stop_waiting(workload);
	cron_free(workload->cron);
	instance_free(workload->instance);
	(void)remover_take(workload->remover, workload->directory, NULL, NULL);
	(void)rmdir(workload->module_dir);	/* when no other generation is in it */
	plan_free(workload->plan);
	free(workload->space_dir);
	free(workload->module_dir);
	free(workload->directory);
	free(workload->cause);
	free(workload->how);
	free(workload->log);
	free(workload->error.object_id);
	free(workload->error.code);
	free(workload->error.message);
	driver_end_clear(&workload->last);
	free(workload);
}

const struct plan *
workload_plan(const struct workload *workload)
{
	return workload->plan;
}

bool
workload_is_good(const struct workload *workload)
{
	const struct plan *plan = workload->plan;

	if (workload->failed)
		return false;
	if (workload->cron)
		return workload->state == SCHEDULED;
	if (plan->is_suspended)
		return workload->state == SUSPENDED;
	if (plan->success == PLAN_STARTED && workload->has_run)
		return true;
	if (plan->is_job)
		return workload->state == DONE ||
		       (workload->state == RUNNING && plan->success != PLAN_COMPLETE);
	return workload->state == READY;
}

bool
workload_is_ready(const struct workload *workload)
{
	return workload->state == READY;
}

void
workload_accept(struct workload *workload)
{
	workload->candidate = false;
	workload->restarts = 0;
	driver_end_clear(&workload->last);
	workload->grace_ms = ALIVE_MS;
	if (workload->cron)
		cron_begin(workload->cron);
}

/* Somebody asks for it now: a new deployment must not wait for half a minute of back-off. */
void
workload_hurry(struct workload *workload)
{
	if (workload->state != WAITING || !workload->next)
		return;
	loop_remove_timer(workload->next);
	workload->next = loop_add_timer(workload->loop, 0, begin, workload);
}

/* Without a process it still stops from the loop, as with one. */
void
workload_stop(struct workload *workload)
{
	if (workload->stop_asked)
		return;
	workload->stop_asked = true;
	workload_stop_waiting(workload);
	workload_set_state(workload, STOPPING);
	if (workload->cron)
		cron_stop(workload->cron);
	else if (workload->instance)
		instance_stop(workload->instance);
	else
		workload_stopped_later(workload);
}

void
workload_interrupt(struct workload *workload)
{
	if (workload->cron)
		cron_interrupt(workload->cron);
	else if (!workload->stop_asked && workload->instance)
		instance_stop(workload->instance);
}

const struct error *
workload_said(const struct workload *workload)
{
	return &workload->said;
}

char *
workload_output(const struct workload *workload)
{
	return output_tail(workload->log, ERROR_LINES);
}

void
workload_take_error(struct workload *workload, struct driver_error *out)
{
	*out = workload->error;
	workload->error = (struct driver_error){0};
}
