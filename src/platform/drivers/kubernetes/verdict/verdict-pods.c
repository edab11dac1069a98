/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a pod says as a whole: that it was refused, finds no node, no volume, or was thrown out. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "platform/drivers/kubernetes/cluster/cluster-words.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/verdict/verdict-private.h"

#define NODE_MS 60000		/* a node that comes for it is announced sooner */
#define CLAIM_MS 60000		/* a volume that is being made */
#define QUOTA_MS 15000		/* others' pods that are ending give room */
#define ACCOUNT_MS 30000	/* a new namespace's own account comes after it */
#define WEBHOOK_MS 60000	/* one that does not answer may start again */
#define MOUNT_MS 5000		/* the kubelet may not have heard of it yet */
#define BROKEN_PODS 3		/* evicted as often as this it does not fit at all */

/* --- events --- */

int64_t
kube_look_event_time(const json_t *event)
{
	int64_t last = kube_read_time(json_object_get(event, "series"), "lastObservedTime");

	if (last == 0)
		last = kube_read_time(event, "lastTimestamp");
	return last != 0 ? last : kube_read_time(event, "eventTime");
}

int
kube_look_event_count(const json_t *event)
{
	int count = kube_read_count(json_object_get(event, "series"), "count", 0);

	return count > 0 ? count : kube_read_count(event, "count", 1);
}

const json_t *
kube_look_for_event(const struct kube_look *look, const char *uid, const char *reason,
		    const char *text)
{
	const json_t *found = NULL;
	const char *name;
	json_t *event;

	if (*uid == '\0')
		return NULL;
	json_object_foreach((json_t *)look->seen->events, name, event)
		if (kube_read_is(event, "reason", reason) &&
		    kube_read_is(json_object_get(event, "involvedObject"), "uid", uid) &&
		    (!text || strstr(kube_read_text(event, "message"), text)) &&
		    (!found || kube_look_event_time(event) >= kube_look_event_time(found)))
			found = event;
	return found;
}

/* --- pods that were not made --- */

void
kube_look_at_refusal(struct kube_look *look, const char *message)
{
	static const char *const quotas[] = {"exceeded quota", NULL};
	static const char *const unsaid[] = {"failed quota", NULL};	/* an amount must be said */
	static const char *const accounts[] = {"error looking up service account", NULL};
	static const char *const away[] = {"failed calling webhook", "failed to call webhook",
					   "timeout", "try again", "connection refused", NULL};
	struct kube_finding finding = {.why = KUBE_WHY_ADMISSION, .is_certain = true};
	char *words = kube_words_of_refusal(message);

	if (kube_words_have(words, quotas)) {
		finding.why = KUBE_WHY_QUOTA;
		finding.is_certain = kube_look_has_lasted(look, QUOTA_MS, "quota");
	} else if (kube_words_have(words, unsaid)) {
		finding.why = KUBE_WHY_QUOTA;
	} else if (kube_words_have(words, accounts)) {
		finding.why = KUBE_WHY_CONFIG;
		finding.is_certain = kube_look_has_lasted(look, ACCOUNT_MS, "account");
	} else if (kube_words_have(words, away)) {
		finding.is_certain = kube_look_has_lasted(look, WEBHOOK_MS, "webhook");
	}
	if (finding.why == KUBE_WHY_QUOTA)
		error_set_code(&finding.said, CODE_PODS_EXCEED_QUOTA, .reason = words);
	else
		error_set_code(&finding.said, CODE_PODS_REFUSED, .reason = words);
	kube_look_add(look, &finding);
	free(words);
}

/* --- volumes --- */

/* The claim of this pod that is not bound, with what keeps it so, where that is known. */
static const char *
unbound_claim(const struct kube_look *look, const json_t *pod, const json_t **event)
{
	const json_t *volumes = json_object_get(json_object_get(pod, "spec"), "volumes"), *volume;
	size_t i;

	json_array_foreach(volumes, i, volume) {
		const char *name = kube_read_text(json_object_get(volume, "persistentVolumeClaim"),
						  "claimName");
		const json_t *claim = json_object_get(look->seen->claims, name);
		const char *uid = kube_read_uid(claim);

		if (*name == '\0' ||
		    kube_read_is(json_object_get(claim, "status"), "phase", "Bound"))
			continue;
		*event = kube_look_for_event(look, uid, "ProvisioningFailed", NULL);
		if (!*event)
			*event = kube_look_for_event(look, uid, "FailedBinding", NULL);
		return name;
	}
	return NULL;
}

/* One that is only being made takes its time; one that cannot be made does not. */
static void
say_unbound(struct kube_look *look, const char *uid, const char *claim, const json_t *event,
	    const char *words)
{
	struct kube_finding finding = {.why = KUBE_WHY_VOLUME};
	char *reason = kube_words(kube_read_text(event, "message"));

	if (event || !json_object_get(look->seen->claims, claim))
		finding.is_certain = kube_look_has_lasted(look, CLAIM_MS, "claim/%s", uid);
	error_set_code(&finding.said, CODE_POD_CLAIM_NOT_BOUND, .name = claim,
		       .reason = *reason ? reason : words);
	kube_look_add(look, &finding);
	free(reason);
}

/* A volume that cannot be mounted has an event alone, which stays when it could be mounted later;
 * then the pod says that it is ready for containers. */
static void
look_at_mounts(struct kube_look *look, const json_t *pod)
{
	static const char *const missing[] = {"not found", "non-existent", NULL};
	static const char *const reasons[] = {"FailedMount", "FailedAttachVolume",
					      "FailedCreatePodSandBox", NULL};
	const char *uid = kube_read_uid(pod);
	struct kube_finding finding = {.why = KUBE_WHY_OTHER};
	const json_t *event = NULL;
	char *words;
	size_t i;

	for (i = 0; reasons[i] && !event; i++)
		event = kube_look_for_event(look, uid, reasons[i], NULL);
	if (!event)
		return;
	words = kube_words_of_mount(kube_read_text(event, "message"));
	if (i == 1 && kube_words_have(words, missing)) {
		finding.why = KUBE_WHY_CONFIG;
		finding.is_certain = kube_look_event_count(event) >= 3 ||
				     kube_look_has_lasted(look, MOUNT_MS, "mount/%s", uid);
	} else if (i <= 2) {
		finding.why = KUBE_WHY_VOLUME;
	}
	if (i <= 2)
		error_set_code(&finding.said, CODE_POD_VOLUME_NOT_MOUNTED, .reason = words);
	else
		error_set_code(&finding.said, CODE_POD_BROKEN, .reason = words);
	kube_look_add(look, &finding);
	free(words);
}

/* --- nodes --- */

/* A node is on its way when whoever makes nodes says so, and none when it says that it cannot. */
static bool
has_no_node_for_certain(struct kube_look *look, const char *uid)
{
	if (kube_look_for_event(look, uid, "TriggeredScaleUp", NULL) ||
	    kube_look_for_event(look, uid, "Nominated", NULL))
		return false;
	return kube_look_has_lasted(look, NODE_MS, "node/%s", uid);
}

static void
look_at_schedule(struct kube_look *look, const json_t *pod, const json_t *condition)
{
	static const char *const claims[] = {"persistentvolumeclaim", NULL};
	char *words = kube_words_of_scheduler(kube_read_text(condition, "message"));
	const char *uid = kube_read_uid(pod), *claim;
	const json_t *event = NULL;

	claim = kube_words_have(words, claims) ? unbound_claim(look, pod, &event) : NULL;
	if (claim) {
		say_unbound(look, uid, claim, event, words);
	} else {
		struct kube_finding finding = {.why = KUBE_WHY_SCHEDULE};

		finding.is_certain = kube_read_is(condition, "reason", "Unschedulable") &&
				     has_no_node_for_certain(look, uid);
		error_set_code(&finding.said, CODE_POD_NOT_SCHEDULED, .reason = words);
		kube_look_add(look, &finding);
	}
	free(words);
}

/* Evicted, lost with its node, or not let in by it: another pod takes its place. */
static void
say_broken(struct kube_look *look, const json_t *status, bool is_job)
{
	struct kube_finding finding = {.why = KUBE_WHY_OTHER};
	char *words = xasprintf("%s: %s", kube_read_text(status, "reason"),
				kube_read_text(status, "message"));
	char *reason = kube_words(words);

	look->broken_pods++;
	/* A Job counts them itself. */
	finding.is_certain = !is_job && look->broken_pods >= BROKEN_PODS;
	error_set_code(&finding.said, CODE_POD_BROKEN, .reason = reason);
	kube_look_add(look, &finding);
	free(words);
	free(reason);
}

/* --- all of it --- */

/* Returns whether one of them is not created yet. */
static bool
look_at_containers(struct kube_look *look, const json_t *pod, bool is_job)
{
	const json_t *status = json_object_get(pod, "status"), *one;
	bool is_waiting = false;

	for (int is_main = 0; is_main <= 1; is_main++) {
		const json_t *list = json_object_get(
			status, is_main ? "containerStatuses" : "initContainerStatuses");
		size_t i;

		json_array_foreach(list, i, one) {
			const json_t *waiting = json_object_get(json_object_get(one, "state"),
								"waiting");

			is_waiting = is_waiting ||
				     kube_read_is(waiting, "reason", "ContainerCreating") ||
				     kube_read_is(waiting, "reason", "PodInitializing");
			kube_look_at_container(look, pod, one, !is_main, is_job);
		}
	}
	return is_waiting;
}

/* Its containers are ready by what the kubelet said last, but the pod is not, and no gate of it is
 * named as the reason: that says the cluster, which does not hear of the node any more. */
static void
look_at_node(struct kube_look *look, const json_t *pod)
{
	const json_t *ready = kube_read_condition(pod, "Ready");
	struct kube_finding finding = {.why = KUBE_WHY_OTHER};

	if (!kube_read_is(kube_read_condition(pod, "ContainersReady"), "status", "True") ||
	    !kube_read_is(ready, "status", "False") || *kube_read_text(ready, "reason"))
		return;
	error_set_code(&finding.said, CODE_POD_NODE_LOST,
		       .node = kube_read_text(json_object_get(pod, "spec"), "nodeName"));
	kube_look_add(look, &finding);
}

void
kube_look_at_pod(struct kube_look *look, const json_t *pod, bool is_job)
{
	const json_t *status = json_object_get(pod, "status");
	const json_t *scheduled = kube_read_condition(pod, "PodScheduled");
	const json_t *prepared = kube_read_condition(pod, "PodReadyToStartContainers");

	look_at_node(look, pod);
	if (json_object_get(kube_read_metadata(pod), "deletionTimestamp"))
		return;
	if (kube_read_is(status, "phase", "Failed") && *kube_read_text(status, "reason")) {
		say_broken(look, status, is_job);
		return;
	}
	if (kube_read_is(scheduled, "status", "False")) {
		look_at_schedule(look, pod, scheduled);
		return;
	}
	if (look_at_containers(look, pod, is_job) && !kube_read_is(prepared, "status", "True"))
		look_at_mounts(look, pod);
}
