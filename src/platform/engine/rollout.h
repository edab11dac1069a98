/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * One deployment's way to what runs, as one state machine:
 *
 *	READ       the environment's driver; the deployment, its set and its values
 *	GRAPH      which resources it needs, by which definitions
 *	PROVISION  those resources, made or found
 *	PLAN       its workloads, with every placeholder resolved
 *	APPLY      the driver takes them
 *	WATCH      until they are ready, or one has failed
 *	COMMIT     how it ended, in one transaction; tried again while the database fails
 *	RETIRE     until what was replaced has ended
 *	PRUNE      what no deployment needs any more is removed
 *	ENDED
 *
 * WATCH is over as soon as the new ones are ready and have taken over, which is when a deployment
 * has succeeded: what was replaced has its time to end, in RETIRE, and nobody waits for that but
 * PRUNE and the next rollout.
 *
 * Each can be cancelled, and lets go where nothing is half done:
 *
 *	up to PLAN  it fails as soon as what is under way has ended
 *	APPLY       the driver is asked to end as soon as it has begun
 *	WATCH       the driver is asked to end, and brings back what ran; or it is too late
 *	COMMIT      what has happened is written down first, however long that takes; no PRUNE then
 *	RETIRE      the driver is asked to end: what was replaced ends all the same; no PRUNE then
 *	PRUNE       after the resource that is being removed; the rest goes another time
 *
 * A state that fails, or in which the rollout is cancelled before COMMIT, leads there, and it is
 * written down why.  COMMIT comes before PRUNE: a resource may hold data, so it goes only when it
 * is durable that nothing needs it.  After a crash between the two the next rollout prunes.
 */
#ifndef SIDESTAGE_PLATFORM_ENGINE_ROLLOUT_H
#define SIDESTAGE_PLATFORM_ENGINE_ROLLOUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum rollout_state {
	ROLLOUT_READ,
	ROLLOUT_GRAPH,
	ROLLOUT_PROVISION,
	ROLLOUT_PLAN,
	ROLLOUT_APPLY,
	ROLLOUT_WATCH,
	ROLLOUT_COMMIT,
	ROLLOUT_RETIRE,
	ROLLOUT_PRUNE,
	ROLLOUT_ENDED
};

struct error;
struct rollout;

struct rollout_order {
	struct platform *platform;
	const struct place *place;	/* copied */
	const char *deploy_id;		/* copied; NULL: nothing is to run, it only prunes */
	/* It was deployed before, and what runs is to be that again (or nothing, when the
	 * environment is paused).  Its status, errors and graph stay as they are. */
	bool resuming;
	bool leaving;			/* with resuming: driver_deployment.is_left */
	/* A daemon before began it and ended in its midst: it goes on.  What fails then leaves the
	 * environment as rollout_is_unsettled() says. */
	bool continuing;
	/* Nothing is to run: what a deployment that failed has left goes.  With resuming, and
	 * without a deployment. */
	bool clearing;
	/* It left COMMIT: the next deployment may be asked for. */
	void (*committed)(void *data, bool succeeded);
	/* Comes last, once; the callee frees the rollout in it. */
	void (*ended)(void *data, bool succeeded);
	void *data;
};

/* Nothing is done before rollout_begin(). */
struct rollout *rollout_new(const struct rollout_order *order);
/* May end it at once. */
void rollout_begin(struct rollout *rollout);
/* Where it is now. */
enum rollout_state rollout_state(const struct rollout *rollout);
/* What went wrong, as in problems.h.  Borrowed. */
json_t *rollout_problems(const struct rollout *rollout);
/* What the driver reported last of what it is doing for it; new.  NULL: nothing. */
json_t *rollout_progress(const struct rollout *rollout);
/* It failed, and what was there before was not brought back: it is to be resumed. */
bool rollout_is_unsettled(const struct rollout *rollout);
/* It succeeded, and its driver has left out what does not run (driver_deployment.copy_of): what was
 * left out is resumed, which tries it again and says why it does not run. */
bool rollout_is_partial(const struct rollout *rollout);
/* It ends as soon as its state lets go: as failed, with this as the reason, or as it had ended
 * where that was before. */
void rollout_cancel(struct rollout *rollout, const struct error *why);
/* Nothing more comes of it, and nothing is recorded: the daemon ends. */
void rollout_stop(struct rollout *rollout);
/* NULL is fine. */
void rollout_free(struct rollout *rollout);

#endif
