/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A clock that is looked at once a minute at least, since it may be set: what is due then runs, and
 * of several times that were missed the last one.  How late a run may begin is declared
 * (startingDeadlineSeconds), or short: after a pause of days nobody wants all that was left out.
 * When it ran last is kept in a file, so a daemon that starts again knows what it owes.
 *
 * A run is a workload (workload.h) with the owner's plan, from the first try to the last, and is
 * told from the others by nothing but that it is on the list.
 */
#include "config.h"

#include "platform/drivers/process/cron.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/time-zone.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/schedule.h"
#include "net/loop.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/process/instance.h"
#include "platform/drivers/process/plan.h"
#include "platform/drivers/process/run-records.h"
#include "platform/drivers/process/workload-private.h"

#define LOOK_MS 60000
#define RUNS_MAX 16		/* at the same time, whatever its policy */

struct cron {
	struct workload *owner;
	const struct plan_schedule *schedule;
	unsigned *generations;
	struct workload **runs;		/* the oldest first */
	size_t count;
	struct loop_timer *timer;	/* NULL: nothing will begin */
	int64_t next;			/* seconds since 1970; 0: nothing will begin */
	bool never;			/* since no such minute comes */
	int64_t replacing;	/* the due time for which those that run make room; 0: none */
	struct run_record last;
	int status;			/* wait()'s, of the last run that ended */
};

static void begin_run(struct cron *cron, int64_t due);

/* --- what is said of it --- */

/* As the clocks of the schedule show it, with their distance from UTC. */
static void
put_time(const struct cron *cron, int64_t at, char out[40])
{
	int offset = time_zone_offset(cron->schedule->zone, at), minutes = offset / 60;
	time_t shown = (time_t)(at + offset);
	struct tm local;
	size_t length;

	gmtime_r(&shown, &local);
	length = strftime(out, 40, "%Y-%m-%d %H:%M", &local);
	snprintf(out + length, 40 - length, "%c%02d:%02d", minutes < 0 ? '-' : '+',
		 abs(minutes) / 60 % 100, abs(minutes) % 60);
}

/* The one that runs, or else ran last; of several that which began last.  NULL: none ever ran. */
static const struct cron *
find_latest(const struct cron *const *crons, size_t count)
{
	const struct cron *found = NULL;

	for (size_t i = 0; i < count; i++) {
		const bool runs = crons[i]->count > 0, other_runs = found && found->count > 0;

		if (crons[i]->last.due != 0 &&
		    (!found || runs > other_runs ||
		     (runs == other_runs && crons[i]->last.started > found->last.started)))
			found = crons[i];
	}
	return found;
}

/* The one that is due first; NULL: none will be. */
static const struct cron *
find_next(const struct cron *const *crons, size_t count)
{
	const struct cron *found = NULL;

	for (size_t i = 0; i < count; i++)
		if (crons[i]->next > 0 && (!found || crons[i]->next < found->next))
			found = crons[i];
	return found;
}

/* No kind: nothing can be said, since none has begun. */
static void
say_without_next(const struct cron *const *crons, size_t count, struct error *said)
{
	*said = (struct error){0};
	for (size_t i = 0; i < count; i++)
		if (!crons[i]->never || crons[i]->count > 0)
			return;
	error_set_code(said, CODE_SCHEDULE_NEVER_DUE);
}

void
cron_say(const struct cron *const *crons, size_t count, struct error *said)
{
	const struct cron *latest = find_latest(crons, count), *due = find_next(crons, count);
	char next[40], last[40];

	if (crons[0]->schedule->suspended) {
		error_set_code(said, CODE_SCHEDULE_SUSPENDED);
		return;
	}
	if (!due) {
		say_without_next(crons, count, said);
		return;
	}
	put_time(due, due->next, next);
	if (!latest) {
		error_set_code(said, CODE_SCHEDULE_FIRST_RUN, .next = next);
		return;
	}
	put_time(latest, latest->last.started / 1000, last);
	if (latest->count > 0)
		error_set_code(said, CODE_SCHEDULE_RUNS, .time = last, .next = next);
	else if (latest->last.succeeded)
		error_set_code(said, CODE_SCHEDULE_RUN_SUCCEEDED, .time = last, .next = next);
	else if (latest->last.how)
		error_set_code(said, CODE_SCHEDULE_RUN_FAILED, .time = last,
			       .how = latest->last.how, .next = next);
	else
		error_set_code(said, CODE_SCHEDULE_RUN_INTERRUPTED, .time = last, .next = next);
}

static void
say(struct cron *cron)
{
	const struct cron *one = cron;

	cron_say(&one, 1, &cron->owner->said);
}

static void
log_run(const struct cron *cron, const char *what, const char *why)
{
	log_line(LOG_PRIORITY_INFO, "cronjob", "place", cron->owner->module_dir, "schedule",
		 cron->schedule->name, "run", what, "reason", why, NULL);
}

/* --- runs --- */

static void
keep(const struct cron *cron)
{
	run_record_write(&cron->last, cron->owner->space_dir, cron->owner->plan->module,
			 cron->schedule->name);
}

static bool
is_last(const struct cron *cron, const struct workload *run)
{
	return cron->count > 0 && cron->runs[cron->count - 1] == run;
}

/* Of several, the one that began last counts.  how NULL: it was interrupted. */
static void
end_run(struct cron *cron, struct workload *run, bool succeeded, const char *how)
{
	log_run(cron, succeeded ? "succeeded" : how ? "failed" : "interrupted", how);
	if (!is_last(cron, run))
		return;
	cron->status = run->status;
	cron->last.ended = clock_wall_ms();
	cron->last.succeeded = succeeded;
	free(cron->last.how);
	cron->last.how = how ? xstrdup(how) : NULL;
	keep(cron);
}

static void
run_gone(struct cron *cron, struct workload *run)
{
	int64_t due = cron->replacing;
	size_t kept = 0;

	if (is_last(cron, run) && cron->last.ended == 0)
		end_run(cron, run, false, NULL);
	for (size_t i = 0; i < cron->count; i++)
		if (cron->runs[i] != run)
			cron->runs[kept++] = cron->runs[i];
	cron->count = kept;
	workload_free(run);
	if (cron->owner->stop_asked) {
		if (cron->count == 0)
			workload_stopped_later(cron->owner);
		return;
	}
	if (cron->count == 0 && due > 0) {
		cron->replacing = 0;
		begin_run(cron, due);
	}
	say(cron);
}

static void
run_changed(void *data, struct workload *run, enum workload_event event)
{
	struct cron *cron = data;

	if (event == WORKLOAD_IS_STOPPED) {
		run_gone(cron, run);
	} else if (event == WORKLOAD_IS_FAILED) {
		end_run(cron, run, false, run->how);
		workload_stop(run);
	} else if (run->state == DONE) {
		end_run(cron, run, true, NULL);
		workload_stop(run);
	}
	if (event != WORKLOAD_IS_STOPPED)
		say(cron);
}

static void
begin_run(struct cron *cron, int64_t due)
{
	struct workload *owner = cron->owner, *run;
	const struct workload_place place = {
		.loop = owner->loop,
		.registry = owner->registry,
		.remover = owner->remover,
		.grpc = owner->grpc,
		.confinement = owner->confinement,
		.refusal = owner->refusal,
		.space_dir = owner->space_dir,
		.module_dir = owner->module_dir,
		.generation = ++*cron->generations,
		.ready_timeout_ms = owner->ready_timeout_ms,
		.is_run = true,
	};

	run = workload_new(plan_ref(owner->plan), &place, run_changed, cron);
	workload_accept(run);
	cron->runs = xreallocarray(cron->runs, cron->count + 1, sizeof(struct workload *));
	cron->runs[cron->count++] = run;
	run_record_clear(&cron->last);
	cron->last.due = due;
	cron->last.started = clock_wall_ms();
	keep(cron);
	log_run(cron, "begins", NULL);
}

static void
stop_runs(struct cron *cron)
{
	for (size_t i = 0; i < cron->count; i++)
		workload_stop(cron->runs[i]);
}

/* By its policy, when those before have not ended. */
static void
run_or_leave(struct cron *cron, int64_t due)
{
	if (cron->count == 0) {
		begin_run(cron, due);
	} else if (cron->schedule->concurrency == PLAN_REPLACE) {
		cron->replacing = due;
		stop_runs(cron);
	} else if (cron->schedule->concurrency == PLAN_FORBID || cron->count >= RUNS_MAX) {
		log_run(cron, "left out", "the last one has not ended");
	} else {
		begin_run(cron, due);
	}
}

/* --- the clock --- */

static void look(void *data);

static void
look_later(struct cron *cron)
{
	int64_t ms = cron->next * 1000 - clock_wall_ms();

	if (cron->never)
		return;
	cron->timer = loop_add_timer(cron->owner->loop, ms < 0 ? 0 : ms < LOOK_MS ? ms : LOOK_MS,
				     look, cron);
}

/* The last due minute that has come, from that one on; *next is the first that has not, or 0. */
static int64_t
last_due(const struct plan_schedule *schedule, int64_t due, int64_t now, int64_t *next)
{
	if (due < (now - schedule->late_ms) / 1000 - 1)
		due = schedule_next(&schedule->when, schedule->zone,
				    (now - schedule->late_ms) / 1000 - 1);
	while (due > 0 && (*next = schedule_next(&schedule->when, schedule->zone, due)) > 0 &&
	       *next * 1000 <= now)
		due = *next;
	return due;
}

static void
look(void *data)
{
	struct cron *cron = data;
	const struct plan_schedule *schedule = cron->schedule;
	int64_t now = clock_wall_ms(), due = cron->next, next = 0;

	cron->timer = NULL;
	if (now < due * 1000) {
		look_later(cron);
		return;
	}
	due = last_due(schedule, due, now, &next);
	if (due == 0 || due * 1000 > now) {
		/* None of those that were missed is early enough. */
		log_run(cron, "left out", "it is too late");
		cron->next = due;
	} else {
		cron->next = next;
		run_or_leave(cron, due);
	}
	cron->never = cron->next == 0;
	say(cron);
	look_later(cron);
}

/* A new one is due from now on; one that ran before owes what it missed since, if that is not too
 * late by now. */
void
cron_begin(struct cron *cron)
{
	const struct plan_schedule *schedule = cron->schedule;
	int64_t now = clock_wall_ms(), from = now / 1000, earliest;

	if (cron->timer || schedule->suspended)
		return;
	run_record_read(&cron->last, cron->owner->space_dir, cron->owner->plan->module,
			schedule->name);
	earliest = (now - schedule->late_ms) / 1000;
	if (cron->last.due > 0)
		from = cron->last.due > earliest ? cron->last.due : earliest;
	cron->next = schedule_next(&schedule->when, schedule->zone, from);
	cron->never = cron->next == 0;
	say(cron);
	look_later(cron);
}

struct cron *
cron_new(struct workload *owner, unsigned *generations)
{
	struct cron *cron = xcalloc(1, sizeof(*cron));

	cron->owner = owner;
	cron->schedule = owner->plan->schedule;
	cron->generations = generations;
	say(cron);
	return cron;
}

void
cron_free(struct cron *cron)
{
	if (!cron)
		return;
	loop_remove_timer(cron->timer);
	for (size_t i = 0; i < cron->count; i++)
		workload_free(cron->runs[i]);
	free(cron->runs);
	run_record_clear(&cron->last);
	free(cron);
}

void
cron_stop(struct cron *cron)
{
	loop_remove_timer(cron->timer);
	cron->timer = NULL;
	cron->next = cron->replacing = 0;
	cron->never = false;
	stop_runs(cron);
	if (cron->count == 0)
		workload_stopped_later(cron->owner);
}

void
cron_interrupt(struct cron *cron)
{
	for (size_t i = 0; i < cron->count; i++)
		workload_interrupt(cron->runs[i]);
}

/* --- status --- */

static long
pid_of(const struct cron *cron)
{
	const struct workload *run = cron->count > 0 ? cron->runs[cron->count - 1] : NULL;

	return run && run->instance ? instance_pid(run->instance) : 0;
}

static enum runtime_status
status_of(const struct cron *cron)
{
	if (cron->count > 0 || cron->last.ended == 0)
		return RUNTIME_RUNNING;
	return cron->last.succeeded ? RUNTIME_SUCCEEDED : RUNTIME_FAILED;
}

void
cron_get_status(const struct cron *cron, struct driver_workload_status *out)
{
	out->kind = "CronJob";
	out->started_at = cron->last.started;
	out->ended_at = cron->last.ended;
	out->exit_code = WIFEXITED(cron->status) ? WEXITSTATUS(cron->status) : 0;
	out->signal = WIFSIGNALED(cron->status) ? WTERMSIG(cron->status) : 0;
	out->status = status_of(cron);
	out->pid = pid_of(cron);
	out->ready = true;
}

uint64_t
cron_state(const struct cron *cron)
{
	return (uint64_t)cron->last.started * 31 + (uint64_t)cron->last.ended * 17 +
	       (uint64_t)cron->count * 7 + (uint64_t)pid_of(cron);
}
