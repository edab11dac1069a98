/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Replicas, restart and pause of workloads.
 *
 * Each is a change of their fields (model/workload-scale.h), and a deployment like any other:
 * reviewed, carried out as a patch where somebody else made the objects, and rolled back by undo,
 * which remembers what was there before.  A command and a key draft it here, so they are refused
 * for the same reasons.
 */
#ifndef SIDESTAGE_FLOW_VERBS_SCALE_H
#define SIDESTAGE_FLOW_VERBS_SCALE_H

#include <stdbool.h>
#include <stddef.h>

struct delta;
struct error;
struct set;
struct world_environment;

/* Zeroed before; exactly one of the two is set, both owned: scale_draft_clear(). */
struct scale_draft {
	struct delta *delta;	/* for the review: flow_request's draft */
	char *unchanged;	/* the sentence that says that it is so already */
};
void scale_draft_clear(struct scale_draft *draft);

/*
 * Each of these workloads has as many replicas as was typed, or new pods.  `e` is not NULL.  0; or
 * -1 with err: its workloads are not known (ERROR_CONFLICT), one of these is not there
 * (ERROR_NOT_FOUND), or cannot be changed so (ERROR_INPUT).
 */
int scale_replicas(const struct world_environment *e, const char *const *workloads, size_t count,
		   const char *typed, struct scale_draft *draft, struct error *err)
	__attribute__((warn_unused_result));
int scale_restart(const struct world_environment *e, const char *const *workloads, size_t count,
		  struct scale_draft *draft, struct error *err)
	__attribute__((warn_unused_result));
/* All workloads of the environment get 0 replicas and suspended schedules. */
int scale_pause(const struct world_environment *e, struct scale_draft *draft, struct error *err)
	__attribute__((warn_unused_result));

/* Whether these workloads can be given a number of replicas; that is, whether it is worth to ask
 * for one: else -1 with err. */
int scale_check(const struct world_environment *e, const char *const *workloads, size_t count,
		struct error *err) __attribute__((warn_unused_result));
/* What was typed is such a number. */
bool scale_is_count(const char *typed);
/* How many the workload is to have; -1: not known. */
int scale_count(const struct world_environment *e, const char *workload);
/* Nothing of it runs, but for what has no number of pods and no schedule: a pause of it would
 * change nothing. */
bool scale_is_paused(const struct set *set);

#endif
