/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the files of verdict.h share: everything that keeps a workload from being ready is a
 * finding, and the worst of them is what is said. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_VERDICT_VERDICT_PRIVATE_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_VERDICT_VERDICT_PRIVATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "platform/drivers/kubernetes/verdict/verdict.h"

/* The worst first: of two that are equally certain the first is said. */
enum kube_why {
	KUBE_WHY_IMAGE,
	KUBE_WHY_CONFIG,
	KUBE_WHY_START,
	KUBE_WHY_CRASH,
	KUBE_WHY_EXIT,
	KUBE_WHY_ADMISSION,
	KUBE_WHY_QUOTA,
	KUBE_WHY_VOLUME,
	KUBE_WHY_SCHEDULE,
	KUBE_WHY_PROBE,
	KUBE_WHY_OTHER,
	KUBE_WHY_NOTHING
};

struct kube_finding {
	enum kube_why why;
	bool is_certain;
	struct error said;
	/* Whose output says more; NULL: nobody's. */
	const char *pod, *container;
	bool previous;
};

/* One call of kube_judge(). */
struct kube_look {
	const struct kube_seen *seen;
	json_t *kept;			/* the caller's */
	json_t *since;			/* {what was found: wall ms since when}, of this call */
	int64_t again_at;		/* 0: nothing is waited for */
	struct kube_finding worst;	/* KUBE_WHY_NOTHING: none yet */
	int must_stay;			/* seconds, what is ready but may end again; 0: nothing */
	int restarts;			/* of the pods that were looked at */
	int broken_pods;		/* that ended as a whole: evicted, lost */
};

/* Takes it when it is worse than what was found before. */
void kube_look_add(struct kube_look *look, const struct kube_finding *finding);
/* Whether this has been so for ms: the same `what` was asked for in each call since then. */
bool kube_look_has_lasted(struct kube_look *look, int64_t ms, const char *what, ...)
	__attribute__((format(printf, 3, 4)));

/* The one that the Deployment is now; NULL: it was not made yet. */
const json_t *kube_newest_replica_set(const struct kube_seen *seen, const json_t *deployment);
/* What it says of pods that were refused. */
void kube_look_at_replica_set(struct kube_look *look, const json_t *replica_set);
/* What a pod that belongs to the workload has to say. */
void kube_look_at_pod(struct kube_look *look, const json_t *pod, bool is_job);
/* What one of its containers has: `status` of containerStatuses or initContainerStatuses. */
void kube_look_at_container(struct kube_look *look, const json_t *pod, const json_t *status,
			    bool is_init, bool is_job);
/* Why pods were not made, in the cluster's message. */
void kube_look_at_refusal(struct kube_look *look, const char *message);
/* The newest event of an object with this reason; text NULL: whatever it says, else what its
 * message has in it. */
const json_t *kube_look_for_event(const struct kube_look *look, const char *uid,
				  const char *reason, const char *text);
int kube_look_event_count(const json_t *event);
int64_t kube_look_event_time(const json_t *event);

/* "status 3", "signal 9, out of memory (its limit is 24Mi)"; free() it.  `pod` for the limit. */
char *kube_end_words(const json_t *terminated, const json_t *pod, const char *container);
/* The signal, and then status 0, or the status. */
void kube_end_numbers(const json_t *terminated, int *status, int *signal);

/* The newest of them has been taken up by its controller. */
bool kube_read_is_observed(const json_t *object);
/* The condition by which pods of a Deployment or ReplicaSet are missing, since they were refused;
 * the one by which a Deployment's own deadline has passed.  NULL: it is not so. */
const json_t *kube_read_refusal(const json_t *object);
const json_t *kube_read_lateness(const json_t *deployment);
/* All pods that this object has made have run long enough to be called up. */
bool kube_look_all_stay_up(struct kube_look *look, const char *uid);
/* At those of them that have this revision ("": at all).  How many there are. */
int kube_look_at_pods_of(struct kube_look *look, const char *uid, const char *revision);
/* Of what makes pods and says by events alone that they were refused. */
void kube_look_at_refusals(struct kube_look *look, const json_t *maker);

void kube_judge_set(struct kube_look *look, const json_t *object, struct kube_verdict *out);
void kube_judge_job(struct kube_look *look, const json_t *job, struct kube_verdict *out);

#endif
