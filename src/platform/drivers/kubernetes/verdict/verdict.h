/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Whether a workload is ready, is still coming or will never be, and why, as its objects say it:
 * pure, so that each kind of failure is a test with objects that a real cluster gave.
 *
 * Ready is what `kubectl rollout status` calls so: observedGeneration has caught up, and all
 * replicas are updated and available, no old one is left; and what no probe asks has stayed up for
 * some seconds, since a program that ends at once is available for a moment, too.  Failed as soon
 * as it is certain, not at the deadline.  Pods of an earlier revision say nothing about this one; a
 * condition whose transition is older than the deployment's generation is stale; the first message
 * of a failed pull has the registry's words, later ones do not, so what was found once is kept
 * (`kept`).
 *
 * A StatefulSet whose pods are replaced by hand (OnDelete), or above a partition only, is ready
 * when those that it replaces itself are; a DaemonSet when each node that it is for has its pod.
 *
 * Some failures are certain when they are seen (an image that the registry does not have, a Secret
 * that is missing), some when they have lasted (no node has room: another one may come) or happened
 * often enough (a program that ends): `again_at` says when to ask again though nothing has changed.
 * What is not ready at the deadline has failed, whatever it says.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_VERDICT_VERDICT_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_VERDICT_VERDICT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct driver_status;
struct driver_workload_status;
struct kube_verdict;

/* All that is known of a namespace; each {name: object}, borrowed; NULL: not known. */
struct kube_seen {
	const json_t *deployments, *replica_sets, *pods, *jobs, *cron_jobs, *events, *claims;
	const json_t *stateful_sets, *daemon_sets;
	int64_t now;			/* wall ms */
};

enum kube_state { KUBE_COMING, KUBE_READY, KUBE_FAILED };

struct kube_verdict {
	enum kube_state state;
	bool is_late;			/* it has failed by the deadline alone */
	/* Failed: "image-not-found", "config-missing", "cannot-start", "crash-loop", "exited" (a
	 * Job), "admission", "quota", "volume-not-bound", "unschedulable", "probe-failing",
	 * "not-ready"; else NULL. */
	const char *code;
	/* What is waited for, or why it failed, in English, with the cluster's words; it does not
	 * name the workload ("container web ended with status 3").  Ready: NULL. */
	char *message;
	char *reason;	/* the same by error_codes_encode(); NULL: none */
	int64_t again_at;		/* wall ms; 0: it is ready or has failed */
	/* Whose last lines of output say more; NULL: nobody's. */
	char *pod, *container;
	bool previous;			/* of its run before */
	int ready, wanted, restarts;
};

/*
 * `workload` is the object that was applied, with the generation that the answer gave; `kept` is
 * the caller's memory of this workload's rollout, an object that it makes empty and gives again
 * each time; until `deadline` (wall ms) what is not certain is coming.  kube_verdict_clear() the
 * result.
 */
void kube_judge(const struct kube_seen *seen, const json_t *workload, json_t *kept,
		int64_t deadline, struct kube_verdict *out);
/* The workload of that kind and name in what is seen; borrowed, or NULL. */
const json_t *kube_seen_object(const struct kube_seen *seen, const json_t *workload);
void kube_verdict_clear(struct kube_verdict *verdict);

/* What driver_ops.observe gives: a row for each container of each pod that counts. */
void kube_status(const struct kube_seen *seen, struct driver_status *out);

#endif
