/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Objects that a real cluster gave (tests/kube/failures/record.py), and what is said of them.  A
 * row without a recording is made of another one by a change: of what cannot be brought about on
 * one node, and of what is no object at all.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/verdict/verdict.h"
#include "platform/drivers/kubernetes/verdict/wide-row.h"
#include "quoted-json.h"

#define AN_HOUR (60 * 60 * 1000)

/* --- what was recorded --- */

struct recording {
	json_t *root, *kept;
	struct kube_seen seen;
	const json_t *workload;
	int64_t deadline;
};

static void
point_at(struct recording *out)
{
	out->seen.deployments = json_object_get(out->root, "deployments");
	out->seen.replica_sets = json_object_get(out->root, "replica_sets");
	out->seen.pods = json_object_get(out->root, "pods");
	out->seen.jobs = json_object_get(out->root, "jobs");
	out->seen.cron_jobs = json_object_get(out->root, "cron_jobs");
	out->seen.events = json_object_get(out->root, "events");
	out->seen.claims = json_object_get(out->root, "claims");
	out->workload = json_object_get(out->root, "workload");
}

static struct recording
recorded(const char *name)
{
	const char *srcdir = getenv("srcdir");
	char *path = xasprintf("%s/tests/unit/kube-recorded/%s.json", srcdir ? srcdir : ".", name);
	struct recording out = {.kept = json_object()};
	json_error_t error;

	out.root = json_load_file(path, 0, &error);
	if (!out.root)
		fail_msg("%s: %s", path, error.text);
	free(path);
	point_at(&out);
	assert_true(clock_parse(json_string_value(json_object_get(out.root, "now")), &out.seen.now));
	out.deadline = out.seen.now + AN_HOUR;
	return out;
}

static void
forget(struct recording *recording)
{
	json_decref(recording->root);
	json_decref(recording->kept);
}

static struct kube_verdict
judge(struct recording *recording)
{
	struct kube_verdict verdict;

	kube_judge(&recording->seen, recording->workload, recording->kept, recording->deadline,
		   &verdict);
	return verdict;
}

/* So much later nothing has changed. */
static struct kube_verdict
judge_after(struct recording *recording, int64_t ms)
{
	recording->seen.now += ms;
	return judge(recording);
}

static const char *
shown(const char *text)
{
	return text ? text : "(nothing)";
}

/* The member of the recording at a path such as "pods/web-1/status"; a name "*" is the first one,
 * in an array a number. */
static json_t *
part_of(const struct recording *recording, const char *path)
{
	json_t *at = recording->root;
	char *copy = xstrdup(path), *save = NULL;

	for (char *name = strtok_r(copy, "/", &save); name; name = strtok_r(NULL, "/", &save)) {
		if (json_is_array(at))
			at = json_array_get(at, (size_t)atoi(name));
		else if (strcmp(name, "*") == 0)
			at = json_object_iter_value(json_object_iter(at));
		else
			at = json_object_get(at, name);
		if (!at)
			fail_msg("%s: there is no %s", path, name);
	}
	free(copy);
	return at;
}

static void
set_part(const struct recording *recording, const char *path, const char *name, json_t *value)
{
	assert_int_equal(json_object_set_new(part_of(recording, path), name, value), 0);
}

static void
assert_said(struct recording *recording, enum kube_state state, const char *message)
{
	struct kube_verdict verdict = judge(recording);

	if (verdict.state != state || strcmp(shown(verdict.message), message) != 0)
		fail_msg("%d: %s", (int)verdict.state, shown(verdict.message));
	kube_verdict_clear(&verdict);
}

/* --- the table --- */

struct row {
	const char *name;
	/* When it is seen first, and so much later. */
	enum kube_state first;
	int64_t later_ms;
	enum kube_state later;
	const char *code, *message, *container;
};

/* A client reads the same sentence out of its code and parameters. */
static void
check_reason(const struct kube_verdict *verdict)
{
	json_t *reason = json_loads(verdict->reason ? verdict->reason : "", 0, NULL);
	struct error said;

	assert_true(error_codes_read(&said, reason));
	assert_string_equal(said.text, verdict->message);
	json_decref(reason);
}

static void
check_row(const struct row *row)
{
	struct recording recording = recorded(row->name);
	struct kube_verdict verdict = judge(&recording);

	if (verdict.state != row->first)
		fail_msg("%s: at first %d: %s", row->name, (int)verdict.state,
			 shown(verdict.message));
	if (row->later_ms != 0) {
		kube_verdict_clear(&verdict);
		verdict = judge_after(&recording, row->later_ms);
	}
	if (verdict.state != row->later)
		fail_msg("%s: later %d: %s", row->name, (int)verdict.state, shown(verdict.message));
	if (strcmp(shown(verdict.code), shown(row->code)) != 0)
		fail_msg("%s: %s: %s", row->name, shown(verdict.code), shown(verdict.message));
	if (strcmp(shown(verdict.message), shown(row->message)) != 0)
		fail_msg("%s: %s", row->name, shown(verdict.message));
	if (strcmp(shown(verdict.container), shown(row->container)) != 0)
		fail_msg("%s: container %s", row->name, shown(verdict.container));
	if (verdict.state != KUBE_READY)
		check_reason(&verdict);
	kube_verdict_clear(&verdict);
	forget(&recording);
}

static void
test_recorded(void **state)
{
	static const struct row rows[] = {
		{"account-missing", KUBE_COMING, 30000, KUBE_FAILED, "config-missing",
		 "the cluster refused a pod: error looking up service account account-missing/nobody: serviceaccount \"nobody\" not found", NULL},
		{"admission-policy", KUBE_FAILED, 0, KUBE_FAILED, "admission",
		 "the cluster refused a pod: ValidatingAdmissionPolicy 'no-pods' with binding 'no-pods' denied request: images must come from registry.corp.example", NULL},
		{"admission-security", KUBE_FAILED, 0, KUBE_FAILED, "admission",
		 "the cluster refused a pod: violates PodSecurity \"baseline:latest\": host namespaces (hostNetwork=true)", NULL},
		{"admission-webhook-away", KUBE_COMING, 60000, KUBE_FAILED, "admission",
		 "the cluster refused a pod: failed calling webhook \"pods.away.example\": failed to call webhook: Post \"https://127.0.0.1:1/pods?timeout=1s\": dial tcp 127.0.0.1:1: connect: connection refused", NULL},
		{"config-key-missing", KUBE_FAILED, 0, KUBE_FAILED, "config-missing",
		 "container web cannot be created: couldn't find key B in ConfigMap config-key-missing/there", NULL},
		{"config-missing", KUBE_FAILED, 0, KUBE_FAILED, "config-missing",
		 "container web cannot be created: configmap \"settings\" not found", NULL},
		{"crash-completed", KUBE_FAILED, 0, KUBE_FAILED, "crash-loop",
		 "container web ended with status 0 and was restarted 3 times", "web"},
		{"crash-init", KUBE_FAILED, 0, KUBE_FAILED, "crash-loop",
		 "container prepare ended with status 7 and was restarted 3 times", "prepare"},
		{"crash-once", KUBE_COMING, AN_HOUR, KUBE_FAILED, "crash-loop",
		 "container web ended with status 3 and was restarted 1 time", "web"},
		{"crash-restarted", KUBE_COMING, 20000, KUBE_READY, NULL,
		 NULL, NULL},
		{"crash-second", KUBE_FAILED, 0, KUBE_FAILED, "crash-loop",
		 "container beside ended with status 9 and was restarted 3 times", "beside"},
		{"crash-signal", KUBE_FAILED, 0, KUBE_FAILED, "crash-loop",
		 "container web ended with signal 11 (Segmentation fault) and was restarted 3 times", "web"},
		{"crash", KUBE_FAILED, 0, KUBE_FAILED, "crash-loop",
		 "container web ended with status 3 and was restarted 2 times", "web"},
		{"cron-job", KUBE_READY, 0, KUBE_READY, NULL,
		 NULL, NULL},
		{"evicted", KUBE_FAILED, 0, KUBE_FAILED, "not-ready",
		 "a pod failed: Evicted: Pod ephemeral local storage usage exceeds the total limit of containers 1Mi.", NULL},
		{"gated", KUBE_COMING, AN_HOUR, KUBE_FAILED, "unschedulable",
		 "no node can run the pod: Scheduling is blocked due to non-empty scheduling gates", NULL},
		{"image-broken", KUBE_COMING, 120000, KUBE_FAILED, "image-not-found",
		 "image 127.0.0.1:5000/broken:1 of container web cannot be pulled: 500 Internal Server Error", NULL},
		{"image-forbidden", KUBE_FAILED, 0, KUBE_FAILED, "image-not-found",
		 "image 127.0.0.1:5000/forbidden:1 of container web cannot be pulled: 403 Forbidden", NULL},
		{"image-limited", KUBE_COMING, 120000, KUBE_FAILED, "image-not-found",
		 "image 127.0.0.1:5000/limited:1 of container web cannot be pulled: 429 Too Many Requests", NULL},
		{"image-name-invalid", KUBE_FAILED, 0, KUBE_FAILED, "image-not-found",
		 "image Local/UPPER:1 of container web cannot be pulled: invalid reference format: repository name (UPPER) must be lowercase", NULL},
		{"image-never", KUBE_FAILED, 0, KUBE_FAILED, "image-not-found",
		 "image local/never:1 of container web cannot be pulled: Container image \"local/never:1\" is not present with pull policy of Never", NULL},
		{"image-no-host", KUBE_COMING, 120000, KUBE_FAILED, "image-not-found",
		 "image registry.example/web:1 of container web cannot be pulled: Head \"https://registry.example/v2/web/manifests/1\": dial tcp: lookup registry.example on 10.255.255.53:53: read udp 192.0.2.10:40000->10.255.255.53:53: i/o timeout", NULL},
		{"image-not-found", KUBE_FAILED, 0, KUBE_FAILED, "image-not-found",
		 "image 127.0.0.1:5000/missing:1 of container web cannot be pulled: 127.0.0.1:5000/missing:1: not found", NULL},
		{"image-refused", KUBE_COMING, 120000, KUBE_FAILED, "image-not-found",
		 "image 127.0.0.1:5001/web:1 of container web cannot be pulled: Head \"http://127.0.0.1:5001/v2/web/manifests/1\": dial tcp 127.0.0.1:5001: connect: connection refused", NULL},
		{"image-unauthorized", KUBE_FAILED, 0, KUBE_FAILED, "image-not-found",
		 "image 127.0.0.1:5000/unauthorized:1 of container web cannot be pulled: 401 Unauthorized", NULL},
		{"job-completed", KUBE_READY, 0, KUBE_READY, NULL,
		 NULL, NULL},
		{"job-failed", KUBE_FAILED, 0, KUBE_FAILED, "exited",
		 "container web ended with status 3, and the job failed: Job has reached the specified backoff limit", "web"},
		{"job-failure-policy", KUBE_FAILED, 0, KUBE_FAILED, "exited",
		 "container web ended with status 42, and the job failed: Container web for pod job-failure-policy/web-pod-1 failed with exit code 42 matching FailJob rule at index 0", "web"},
		{"job-image", KUBE_FAILED, 0, KUBE_FAILED, "image-not-found",
		 "image 127.0.0.1:5000/missing:1 of container web cannot be pulled: 127.0.0.1:5000/missing:1: not found", NULL},
		{"job-late", KUBE_FAILED, 0, KUBE_FAILED, "exited",
		 "the job failed: Job was active longer than specified deadline", NULL},
		{"job-quota", KUBE_COMING, 15000, KUBE_FAILED, "quota",
		 "the quota of the namespace does not allow another pod: exceeded quota: small, requested: pods=1, used: pods=0, limited: pods=0", NULL},
		{"job-running", KUBE_COMING, AN_HOUR, KUBE_FAILED, "not-ready",
		 "waiting for the job to complete", NULL},
		{"memory", KUBE_FAILED, 0, KUBE_FAILED, "crash-loop",
		 "container web ended with signal 9, out of memory (its limit is 24Mi) and was restarted 3 times", "web"},
		{"mount-config-missing", KUBE_FAILED, 0, KUBE_FAILED, "config-missing",
		 "a volume cannot be mounted: configmap \"settings\" not found", NULL},
		{"mount-secret-missing", KUBE_FAILED, 0, KUBE_FAILED, "config-missing",
		 "a volume cannot be mounted: secret \"keys\" not found", NULL},
		{"new-crashes", KUBE_FAILED, 0, KUBE_FAILED, "crash-loop",
		 "container web ended with status 3 and was restarted 2 times", "web"},
		{"node-lost", KUBE_COMING, AN_HOUR, KUBE_FAILED, "not-ready",
		 "node node of a pod does not answer", NULL},
		{"none-wanted", KUBE_READY, 0, KUBE_READY, NULL,
		 NULL, NULL},
		{"not-executable", KUBE_FAILED, 0, KUBE_FAILED, "cannot-start",
		 "container web cannot be started: exec: \"/nothing\": stat /nothing: no such file or directory", NULL},
		{"old-crashed", KUBE_READY, 0, KUBE_READY, NULL,
		 NULL, NULL},
		{"old-crashes", KUBE_COMING, AN_HOUR, KUBE_FAILED, "probe-failing",
		 "container web is not ready: Readiness probe failed: HTTP probe failed with statuscode: 503", "web"},
		{"paused", KUBE_COMING, AN_HOUR, KUBE_FAILED, "not-ready",
		 "the rollout is paused in the cluster", NULL},
		{"probe-liveness", KUBE_FAILED, 0, KUBE_FAILED, "probe-failing",
		 "container web was restarted 4 times: Liveness probe failed: HTTP probe failed with statuscode: 503", "web"},
		{"probe-readiness", KUBE_COMING, AN_HOUR, KUBE_FAILED, "probe-failing",
		 "container web is not ready: Readiness probe failed: HTTP probe failed with statuscode: 503", "web"},
		{"probe-refused", KUBE_COMING, AN_HOUR, KUBE_FAILED, "probe-failing",
		 "container web is not ready: Readiness probe failed: Get \"http://10.244.0.9:8080/healthz\": dial tcp 10.244.0.9:8080: connect: connection refused", "web"},
		{"probe-startup", KUBE_FAILED, 0, KUBE_FAILED, "probe-failing",
		 "container web was restarted 4 times: Startup probe failed: HTTP probe failed with statuscode: 503", "web"},
		{"progress-deadline", KUBE_COMING, AN_HOUR, KUBE_FAILED, "probe-failing",
		 "container web is not ready: Readiness probe failed: HTTP probe failed with statuscode: 503", "web"},
		{"quota-surge", KUBE_COMING, 15000, KUBE_FAILED, "quota",
		 "the quota of the namespace does not allow another pod: exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1", NULL},
		{"quota-too-small", KUBE_COMING, 15000, KUBE_FAILED, "quota",
		 "the quota of the namespace does not allow another pod: exceeded quota: small, requested: limits.memory=2Gi, used: limits.memory=0, limited: limits.memory=1Gi", NULL},
		{"quota-unsaid", KUBE_FAILED, 0, KUBE_FAILED, "quota",
		 "the quota of the namespace does not allow another pod: failed quota: small: must specify limits.memory for: web", NULL},
		{"quota", KUBE_COMING, 15000, KUBE_FAILED, "quota",
		 "the quota of the namespace does not allow another pod: exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1", NULL},
		{"ready", KUBE_READY, 0, KUBE_READY, NULL,
		 NULL, NULL},
		{"runs-as-root", KUBE_FAILED, 0, KUBE_FAILED, "config-missing",
		 "container web cannot be created: container has runAsNonRoot and image will run as root (pod: \"web-7c4466c5f8-pod-1_runs-as-root(uid-3)\", container: web)", NULL},
		{"secret-missing", KUBE_FAILED, 0, KUBE_FAILED, "config-missing",
		 "container web cannot be created: secret \"keys\" not found", NULL},
		{"unschedulable-cpu", KUBE_COMING, 60000, KUBE_FAILED, "unschedulable",
		 "no node can run the pod: 0/1 nodes are available: 1 Insufficient cpu", NULL},
		{"unschedulable-selector", KUBE_COMING, 60000, KUBE_FAILED, "unschedulable",
		 "no node can run the pod: 0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector", NULL},
		{"volume-claim-missing", KUBE_COMING, 60000, KUBE_FAILED, "volume-not-bound",
		 "volume claim nothing is not bound: 0/1 nodes are available: persistentvolumeclaim \"nothing\" not found. not found", NULL},
		{"volume-class-missing", KUBE_COMING, 60000, KUBE_FAILED, "volume-not-bound",
		 "volume claim data is not bound: storageclass.storage.k8s.io \"fast\" not found", NULL},
		{"volume-unbound", KUBE_COMING, 60000, KUBE_FAILED, "volume-not-bound",
		 "volume claim data is not bound: no persistent volumes available for this claim and no storage class is set", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i]);
}

/* --- what is known is not what was applied --- */

#define NOT_SEEN "waiting for the cluster to accept the change"

static void
test_not_seen_yet(void **state)
{
	struct recording recording = recorded("crash");

	(void)state;
	set_part(&recording, "workload/metadata", "generation", json_integer(2));
	assert_said(&recording, KUBE_COMING, NOT_SEEN);
	set_part(&recording, "deployments/web/metadata", "generation", json_integer(2));
	assert_said(&recording, KUBE_COMING, NOT_SEEN);	/* the controller has not looked yet */
	set_part(&recording, "deployments/web/status", "observedGeneration", json_integer(2));
	assert_said(&recording, KUBE_FAILED,
		    "container web ended with status 3 and was restarted 2 times");
	set_part(&recording, "workload/metadata", "uid", json_string("another"));
	assert_said(&recording, KUBE_COMING, NOT_SEEN);
	forget(&recording);
}

static void
test_deleted(void **state)
{
	struct recording recording = recorded("probe-readiness");
	json_t *deployment = json_incref(part_of(&recording, "deployments/web"));

	(void)state;
	json_object_del(part_of(&recording, "deployments"), "web");
	assert_said(&recording, KUBE_COMING, NOT_SEEN);
	set_part(&recording, "deployments", "web", deployment);
	assert_said(&recording, KUBE_COMING, "container web is not ready: Readiness probe failed: "
					     "HTTP probe failed with statuscode: 503");
	json_object_del(part_of(&recording, "deployments"), "web");
	assert_said(&recording, KUBE_FAILED, "Deployment web was deleted during the rollout");
	forget(&recording);
}

/* dmake#475: what is not ready in time has failed, whatever it is. */
static void
test_past_the_deadline(void **state)
{
	static const char *const names[] = {"gated", "image-limited", "job-running", "old-crashes",
					    "paused", "probe-readiness", "quota",
					    "volume-unbound"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct recording recording = recorded(names[i]);
		struct kube_verdict verdict = judge(&recording);

		assert_int_equal(verdict.state, KUBE_COMING);
		assert_null(verdict.code);
		assert_true(verdict.again_at > recording.seen.now);
		assert_true(verdict.again_at <= recording.deadline);
		kube_verdict_clear(&verdict);
		recording.deadline = recording.seen.now;
		verdict = judge(&recording);
		assert_int_equal(verdict.state, KUBE_FAILED);
		assert_non_null(verdict.code);
		kube_verdict_clear(&verdict);
		forget(&recording);
	}
}

/* --- what is stale --- */

/* kubedog#399 */
static void
test_stale_refusal(void **state)
{
	struct recording recording = recorded("quota");

	(void)state;
	set_part(&recording, "replica_sets/*/metadata", "generation", json_integer(7));
	assert_said(&recording, KUBE_COMING, "1 of 2 pods are ready");
	forget(&recording);
	recording = recorded("quota");
	set_part(&recording, "replica_sets/*/status", "replicas", json_integer(2));
	assert_said(&recording, KUBE_COMING, "1 of 2 pods are ready");
	forget(&recording);
}

/* Room that is missing now and again is not missing for long. */
static void
test_refusal_that_passed(void **state)
{
	struct recording recording = recorded("quota");
	json_t *conditions = json_incref(part_of(&recording, "replica_sets/*/status/conditions"));

	(void)state;
	for (int i = 0; i < 5; i++) {
		struct kube_verdict verdict = judge_after(&recording, 5000);

		assert_int_equal(verdict.state, KUBE_COMING);
		kube_verdict_clear(&verdict);
		set_part(&recording, "replica_sets/*/status", "conditions",
			 i % 2 ? json_incref(conditions) : json_array());
	}
	json_decref(conditions);
	forget(&recording);
}

/* A rollout before may have left it. */
static void
test_progress_deadline(void **state)
{
	const char *said = "container web is not ready: Readiness probe failed: HTTP probe failed "
			   "with statuscode: 503";
	struct recording recording = recorded("progress-deadline");
	json_t *conditions = json_incref(part_of(&recording, "deployments/web/status/conditions"));

	(void)state;
	assert_said(&recording, KUBE_COMING, said);
	json_object_clear(recording.kept);
	set_part(&recording, "deployments/web/status", "conditions", json_array());
	assert_said(&recording, KUBE_COMING, said);
	set_part(&recording, "deployments/web/status", "conditions", conditions);
	assert_said(&recording, KUBE_FAILED, said);
	forget(&recording);
}

/* The event stays when the volume was mounted in the end. */
static void
test_mounted_later(void **state)
{
	struct recording recording = recorded("mount-config-missing");
	json_t *prepared = json_pack("{s:s, s:s}", "type", "PodReadyToStartContainers", "status",
				     "True");

	(void)state;
	set_part(&recording, "pods/*/status", "conditions", json_pack("[o]", prepared));
	assert_said(&recording, KUBE_COMING, "0 of 1 pods are ready");
	forget(&recording);
}

/* --- images --- */

#define WAITING "pods/*/status/containerStatuses/0/state/waiting"
#define MISSING "image 127.0.0.1:5000/missing:1 of container web cannot be pulled: " \
		"127.0.0.1:5000/missing:1: not found"

/* krane#124: of a cluster before 1.32, whose later messages do not have the reason. */
static void
test_first_words_of_a_pull(void **state)
{
	const char *later = "Back-off pulling image \"127.0.0.1:5000/missing:1\"";
	struct recording recording = recorded("image-not-found");

	(void)state;
	assert_said(&recording, KUBE_FAILED, MISSING);
	set_part(&recording, WAITING, "message", json_string(later));
	set_part(&recording, WAITING, "reason", json_string("ImagePullBackOff"));
	json_object_clear(recording.kept);
	assert_said(&recording, KUBE_FAILED, MISSING);	/* an event has them, too */
	json_object_clear(part_of(&recording, "events"));
	assert_said(&recording, KUBE_FAILED, MISSING);
	json_object_clear(recording.kept);
	assert_said(&recording, KUBE_COMING, "image 127.0.0.1:5000/missing:1 of container web "
					     "cannot be pulled: ImagePullBackOff");
	forget(&recording);
}

static void
test_tries_of_a_pull(void **state)
{
	struct recording recording = recorded("image-refused");
	json_t *event;
	const char *name;

	(void)state;
	json_object_foreach(part_of(&recording, "events"), name, event)
		json_object_set_new(event, "count", json_integer(4));
	assert_said(&recording, KUBE_FAILED,
		    "image 127.0.0.1:5001/web:1 of container web cannot be pulled: Head "
		    "\"http://127.0.0.1:5001/v2/web/manifests/1\": dial tcp 127.0.0.1:5001: "
		    "connect: connection refused");
	forget(&recording);
}

/* Names may hold any word. */
static void
test_words_of_registries(void **state)
{
	static const struct {
		const char *message;
		enum kube_state state;
	} rows[] = {
		{"pull access denied, repository does not exist", KUBE_FAILED},
		{"reading manifest 1 in docker.io/x/y: requested access is denied", KUBE_FAILED},
		{"failed to copy: httpReadSeeker: 403 Forbidden", KUBE_FAILED},
		{"no match for platform in manifest: not found", KUBE_FAILED},
		{"tls: failed to verify certificate: x509: unknown authority", KUBE_FAILED},
		{"toomanyrequests: you have reached your pull rate limit", KUBE_COMING},
		{"dial tcp: lookup registry.example: no such host", KUBE_COMING},
		{"Head \"https://r.example/v2/denied/manifests/1\": EOF", KUBE_COMING},
		{"r.example/timeout/web:1: not found", KUBE_FAILED},
		{"failed with status code [manifests denied]: 503 Service Unavailable", KUBE_COMING},
		{"", KUBE_COMING},
		{"\"", KUBE_COMING},
		{"[", KUBE_COMING},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct recording recording = recorded("image-refused");
		struct kube_verdict verdict;

		json_object_clear(part_of(&recording, "events"));
		set_part(&recording, WAITING, "message", json_string(rows[i].message));
		verdict = judge(&recording);
		if (verdict.state != rows[i].state)
			fail_msg("%s", rows[i].message);
		kube_verdict_clear(&verdict);
		forget(&recording);
	}
}

/* --- what may come yet --- */

static void
add_event(const struct recording *recording, const char *reason, const char *message)
{
	const char *uid = json_string_value(part_of(recording, "pods/*/metadata/uid"));

	set_part(recording, "events", reason,
		 json_pack("{s:s, s:s, s:{s:s}}", "reason", reason, "message", message,
			   "involvedObject", "uid", uid));
}

static void
test_node_that_comes(void **state)
{
	static const char *const reasons[] = {"TriggeredScaleUp", "Nominated"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct recording recording = recorded("unschedulable-cpu");
		struct kube_verdict verdict;

		add_event(&recording, reasons[i], "pod triggered scale-up: [{group 1->2}]");
		verdict = judge(&recording);
		kube_verdict_clear(&verdict);
		verdict = judge_after(&recording, AN_HOUR - 1);
		assert_int_equal(verdict.state, KUBE_COMING);
		kube_verdict_clear(&verdict);
		verdict = judge_after(&recording, 1);
		assert_int_equal(verdict.state, KUBE_FAILED);
		kube_verdict_clear(&verdict);
		forget(&recording);
	}
}

/* A volume that somebody is making has no event that says it cannot be made. */
static void
test_claim_that_comes(void **state)
{
	struct recording recording = recorded("volume-unbound");
	struct kube_verdict verdict;

	(void)state;
	json_object_clear(part_of(&recording, "events"));
	verdict = judge(&recording);
	kube_verdict_clear(&verdict);
	verdict = judge_after(&recording, AN_HOUR - 1);
	assert_int_equal(verdict.state, KUBE_COMING);
	kube_verdict_clear(&verdict);
	forget(&recording);
}

static void
test_config_that_comes(void **state)
{
	struct recording recording = recorded("config-missing");
	struct kube_verdict verdict;

	(void)state;
	set_part(&recording, WAITING, "message",
		 json_string("failed to sync configmap cache: timed out waiting"));
	verdict = judge(&recording);
	assert_int_equal(verdict.state, KUBE_COMING);
	kube_verdict_clear(&verdict);
	verdict = judge_after(&recording, 60000);
	assert_int_equal(verdict.state, KUBE_FAILED);
	kube_verdict_clear(&verdict);
	forget(&recording);
}

/* --- what ends --- */

#define STATUS "pods/*/status/containerStatuses/0"

static void
test_end_after_a_long_run(void **state)
{
	struct recording recording = recorded("crash");

	(void)state;
	set_part(&recording, STATUS, "state",
		 json_pack("{s:{s:i, s:s, s:s}}", "terminated", "exitCode", 3, "startedAt",
			   "2025-12-31T23:00:00Z", "finishedAt", "2026-01-01T00:00:00Z"));
	assert_said(&recording, KUBE_COMING,
		    "container web ended with status 3 and was restarted 2 times");
	forget(&recording);
}

/* As long as it runs this time may be the one that lasts. */
static void
test_runs_again(void **state)
{
	struct recording recording = recorded("crash");
	struct kube_verdict verdict;

	(void)state;
	set_part(&recording, STATUS, "lastState",
		 json_pack("{s:{s:i}}", "terminated", "exitCode", 3));
	set_part(&recording, STATUS, "state", json_pack("{s:{}}", "running"));
	verdict = judge(&recording);
	assert_int_equal(verdict.state, KUBE_COMING);
	assert_string_equal(verdict.container, "web");
	assert_true(verdict.previous);
	kube_verdict_clear(&verdict);
	/* CrashLoopBackOff: the output is that of the run that ended last. */
	set_part(&recording, STATUS, "state",
		 json_pack("{s:{s:s}}", "waiting", "reason", "CrashLoopBackOff"));
	verdict = judge(&recording);
	assert_int_equal(verdict.state, KUBE_FAILED);
	assert_false(verdict.previous);
	kube_verdict_clear(&verdict);
	forget(&recording);
}

/* Where nothing probes a program it is available as soon as it runs, and then it ends. */
static void
test_stays_up(void **state)
{
	struct recording recording = recorded("none-wanted"), ready = recorded("ready");
	json_t *pods = part_of(&ready, "pods"), *pod;
	const char *name;

	(void)state;
	forget(&recording);
	ready.seen.now -= 60000;
	assert_said(&ready, KUBE_READY, "(nothing)");	/* a probe costs no time */
	json_object_foreach(pods, name, pod) {
		json_t *spec = json_object_get(pod, "spec");
		json_t *container = json_array_get(json_object_get(spec, "containers"), 0);

		json_object_del(container, "readinessProbe");
	}
	assert_said(&ready, KUBE_COMING, "started; ready when it has stayed up for 3s");
	ready.seen.now += 2999;
	assert_said(&ready, KUBE_COMING, "started; ready when it has stayed up for 3s");
	ready.seen.now += 1;
	assert_said(&ready, KUBE_READY, "(nothing)");
	/* One that has ended before has more to prove. */
	json_object_foreach(pods, name, pod)
		json_object_set_new(json_array_get(json_object_get(json_object_get(pod, "status"),
								   "containerStatuses"), 0),
				    "restartCount", json_integer(1));
	assert_said(&ready, KUBE_COMING, "started; ready when it has stayed up for 20s");
	/* Unless it says itself how long that is. */
	set_part(&ready, "deployments/web/spec", "minReadySeconds", json_integer(5));
	assert_said(&ready, KUBE_READY, "(nothing)");
	forget(&ready);
}

/* Its Deployment has not heard yet that it ended. */
static void
test_available_for_a_moment(void **state)
{
	struct recording recording = recorded("crash-once");

	(void)state;
	set_part(&recording, "deployments/web", "status",
		 json_pack("{s:i, s:i, s:i, s:i}", "observedGeneration", 1, "replicas", 1,
			   "updatedReplicas", 1, "availableReplicas", 1));
	assert_said(&recording, KUBE_COMING,
		    "container web ended with status 3 and was restarted 1 time");
	forget(&recording);
}

/* --- what runs --- */

static struct driver_status
status_of(const struct recording *recording)
{
	struct driver_status status;

	kube_status(&recording->seen, &status);
	assert_int_equal(status.seen_at, recording->seen.now);
	return status;
}

static void
test_rows(void **state)
{
	static const struct {
		const char *name, *rows;	/* "replica container word ready restarts message" */
	} rows[] = {
		{"ready", "0 web Running 1 0 -\n1 web Running 1 0 -\n"},
		{"none-wanted", ""},
		{"crash-second", "0 beside Failed 0 3 container beside ended with status 9 and was "
				 "restarted 3 times\n0 web Running 1 0 -\n"},
		{"crash-init", "0 web Failed 0 0 container prepare ended with status 7 and was "
			       "restarted 3 times\n"},
		{"quota", "0 web Running 1 0 -\n1 web Failed 0 0 the quota of the namespace does not "
			  "allow another pod: exceeded quota: small, requested: pods=1, used: pods=1, "
			  "limited: pods=1\n"},
		/* Those of before go on while there are no others. */
		{"quota-surge", "0 web Running 1 0 -\n1 web Failed 0 0 the quota of the namespace does "
				"not allow another pod: exceeded quota: small, requested: pods=1, used: "
				"pods=1, limited: pods=1\n"},
		{"old-crashes", "0 web Starting 0 0 container web is not ready: Readiness probe failed: "
				"HTTP probe failed with statuscode: 503\n"},
		{"old-crashed", "0 web Running 1 0 -\n"},
		{"unschedulable-cpu", "0 web Starting 0 0 no node can run the pod: 0/1 nodes are "
				      "available: 1 Insufficient cpu\n"},
		{"job-completed", "0 web Succeeded 1 0 -\n"},
		{"job-failed", "0 web Failed 0 0 container web ended with status 3\n"},
		{"job-late", ""},
		{"cron-job", "0 web Running 1 0 -\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct recording recording = recorded(rows[i].name);
		struct driver_status status = status_of(&recording);
		char *text = xstrdup("");

		for (size_t k = 0; k < status.count; k++) {
			const struct driver_workload_status *w = &status.items[k];
			char *more = xasprintf("%s%d %s %s %d %d %s\n", text, w->replica,
					       w->container, runtime_status_word(w->status),
					       w->ready, w->restarts,
					       w->message ? w->message : "-");

			assert_string_equal(w->module, "web");
			free(text);
			text = more;
		}
		if (strcmp(text, rows[i].rows) != 0)
			fail_msg("%s: %s", rows[i].name, text);
		free(text);
		driver_status_clear(&status);
		forget(&recording);
	}
}

static void
test_row_of_an_end(void **state)
{
	struct recording recording = recorded("memory");
	struct driver_status status = status_of(&recording);
	const struct driver_workload_status *w = status.items;

	(void)state;
	assert_int_equal(status.count, 1);
	assert_null(w->kind);
	assert_int_equal(w->signal, 9);
	assert_int_equal(w->exit_code, 0);
	assert_true(w->started_at > 0 && w->ended_at >= w->started_at);
	assert_true(w->last.lacks_memory);
	assert_string_equal(w->last.how, "signal 9, out of memory (its limit is 24Mi)");
	assert_int_equal(w->pid, 0);
	assert_false(w->runs);
	assert_string_equal(w->node, "node");
	assert_memory_equal(w->pod, "web-", 4);
	assert_true(w->pod_created_at > 0 && w->pod_created_at <= w->started_at);
	driver_status_clear(&status);
	forget(&recording);
}

static void
test_row_of_a_run(void **state)
{
	struct recording recording = recorded("cron-job");
	struct driver_status status = status_of(&recording);

	(void)state;
	assert_int_equal(status.count, 1);
	assert_string_equal(status.items[0].kind, "CronJob");
	assert_false(status.items[0].runs);
	assert_true(status.items[0].ended_at >= status.items[0].started_at);
	driver_status_clear(&status);
	set_part(&recording, STATUS, "state", json_pack("{s:{}}", "running"));
	status = status_of(&recording);
	assert_true(status.items[0].runs);
	driver_status_clear(&status);
	set_part(&recording, "cron_jobs/web/spec", "suspend", json_true());
	status = status_of(&recording);
	assert_int_equal(status.items[0].status, RUNTIME_STOPPED);
	assert_string_equal(status.items[0].message, "suspended: no run begins");
	driver_status_clear(&status);
	forget(&recording);
}

/* A pod of nobody's in our namespace is not ours. */
static void
test_row_of_a_stranger(void **state)
{
	struct recording recording = recorded("crash");
	struct driver_status status;

	(void)state;
	json_object_del(part_of(&recording, "pods/*/metadata"), "annotations");
	status = status_of(&recording);
	assert_int_equal(status.count, 0);
	driver_status_clear(&status);
	forget(&recording);
}

/* --- what is no object --- */

/* Everything that may stand where something else belongs. */
static json_t *
odd_value(size_t i)
{
	switch (i % 11) {
	case 0: return json_null();
	case 1: return json_true();
	case 2: return json_integer(INT64_MAX);
	case 3: return json_integer(-1);
	case 4: return json_integer(INT64_MIN);
	case 5: return json_real(1e300);
	case 6: return json_array();
	case 7: return json_object();
	case 8: return json_string("");
	case 9: return json_string("\x1b[2J\x07\r\n\xc2\x9b" "1m: \"not found");
	default: return json_pack("[{s:[{s:n}]}, n, i]", "name", "state", 1);
	}
}

static void
judge_odd(struct recording *recording)
{
	struct kube_verdict verdict;
	struct driver_status status;

	json_object_clear(recording->kept);
	for (int i = 0; i < 2; i++) {
		verdict = judge(recording);
		assert_true((verdict.state == KUBE_FAILED) == (verdict.code != NULL));
		assert_true((verdict.state == KUBE_READY) == (verdict.message == NULL));
		assert_true(verdict.ready >= 0 && verdict.wanted >= 0 && verdict.restarts >= 0);
		kube_verdict_clear(&verdict);
	}
	kube_status(&recording->seen, &status);
	for (size_t i = 0; i < status.count; i++)
		assert_non_null(status.items[i].container);
	driver_status_clear(&status);
}

/* Every value of the recording is another one once, then it is as it was. */
static void
make_odd(struct recording *recording, json_t *at, size_t *count)
{
	size_t length = json_is_array(at) ? json_array_size(at) : json_object_size(at);
	void *member = json_object_iter(at);

	for (size_t i = 0; i < length; i++) {
		json_t *value = json_is_array(at) ? json_array_get(at, i)
						  : json_object_iter_value(member);

		json_incref(value);
		make_odd(recording, value, count);
		if (json_is_array(at))
			json_array_set_new(at, i, odd_value((*count)++));
		else
			json_object_iter_set_new(at, member, odd_value((*count)++));
		point_at(recording);
		judge_odd(recording);
		if (json_is_array(at))
			json_array_set_new(at, i, value);
		else
			json_object_iter_set_new(at, member, value);
		point_at(recording);
		member = json_object_iter_next(at, member);
	}
}

static void
test_odd_objects(void **state)
{
	static const char *const names[] = {"crash-init", "cron-job", "evicted", "image-refused",
					    "job-failed", "memory", "mount-config-missing",
					    "not-executable", "old-crashes", "probe-liveness",
					    "quota", "unschedulable-cpu", "volume-unbound"};
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct recording recording = recorded(names[i]);

		make_odd(&recording, recording.root, &count);
		forget(&recording);
	}
	assert_true(count > 3000);
}

/* A ReplicaSet and its pod, of one Deployment. */
#define REPLICA_SET(name, image, word, flag) \
	"{'set': {'metadata': {'name': '" name "', 'uid': 'u-" name "', 'ownerReferences': [{'uid': " \
	"'u-web', 'controller': true}]}, 'spec': {'template': {'spec': {'containers': [{'name': " \
	"'web', 'image': '" image "'}]}}}}, 'pod': {'metadata': {'name': '" name "-p', " \
	"'annotations': {'sidestage.dev/workload-id': 'web'}, 'ownerReferences': [{'uid': 'u-" \
	name "', 'controller': true}]}, 'spec': {'containers': [{'name': 'web'}]}, 'status': " \
	"{'phase': 'Running', 'conditions': [{'type': 'Ready', 'status': '" word "'}], " \
	"'containerStatuses': [{'name': 'web', 'ready': " flag ", 'state': {'running': {}}}]}}}"

static void
test_what_serves_counts_until_the_new_version_does(void **state)
{
	json_t *deployment = parse("{'metadata': {'name': 'web', 'uid': 'u-web', 'annotations': "
				   "{'sidestage.dev/workload-id': 'web'}}, 'spec': {'replicas': 2, "
				   "'template': {'spec': {'containers': [{'name': 'web', 'image': "
				   "'web:2'}]}}}}");
	json_t *versions[] = {parse(REPLICA_SET("old", "web:1", "True", "true")), parse(REPLICA_SET("new", "web:2", "False", "false"))};
	json_t *sets = json_object(), *pods = json_object();
	struct kube_seen seen = {.now = 1000, .replica_sets = sets, .pods = pods};
	struct driver_status status;

	(void)state;
	seen.deployments = json_pack("{s:o}", "web", deployment);
	for (size_t i = 0; i < 2; i++) {
		json_object_set(sets, i ? "new" : "old", json_object_get(versions[i], "set"));
		json_object_set(pods, i ? "new-p" : "old-p", json_object_get(versions[i], "pod"));
		json_decref(versions[i]);
	}
	kube_status(&seen, &status);
	assert_int_equal(status.count, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct driver_workload_status *row = &status.items[i];

		assert_int_equal(row->is_old, strcmp(row->pod, "old-p") == 0);
		assert_int_equal(row->ready, row->is_old);
		assert_int_equal(row->wanted, 2);
		assert_true(row->is_old || strncmp(row->message, "the new version is not ready", 28) == 0);
	}
	driver_status_clear(&status);
	json_decref((json_t *)seen.deployments);
	json_decref(sets);
	json_decref(pods);
}

static void
test_nothing_known(void **state)
{
	struct kube_seen seen = {.now = 1000};
	json_t *kept = json_object(), *workload = json_pack("{s:s, s:{s:s}}", "kind", "Deployment",
							    "metadata", "name", "web");
	struct kube_verdict verdict;
	struct driver_status status;

	(void)state;
	kube_judge(&seen, workload, kept, 2000, &verdict);
	assert_int_equal(verdict.state, KUBE_COMING);
	assert_int_equal(verdict.again_at, 2000);
	kube_verdict_clear(&verdict);
	kube_status(&seen, &status);
	assert_int_equal(status.count, 0);
	driver_status_clear(&status);
	json_decref(workload);
	json_decref(kept);
}

/* --- sets --- */

/* An object that one of these has made, judged by what its status says: true when it is ready. */
static bool
set_is_ready(const char *kind, const char *spec, const char *status)
{
	char *text = xasprintf("{\"kind\": \"%s\", \"metadata\": {\"name\": \"db\", \"uid\": \"u\", "
			       "\"generation\": 3}, \"spec\": {%s}, \"status\": {%s}}",
			       kind, spec, status);
	json_t *object = json_loads(text, 0, NULL), *list = json_object(), *kept = json_object();
	struct kube_seen seen = {.now = 1000};
	struct kube_verdict verdict;
	bool is_ready;

	if (!object)
		fail_msg("%s", text);
	json_object_set_new(list, "db", object);
	if (strcmp(kind, "StatefulSet") == 0)
		seen.stateful_sets = list;
	else
		seen.daemon_sets = list;
	kube_judge(&seen, object, kept, 100000, &verdict);
	is_ready = verdict.state == KUBE_READY;
	kube_verdict_clear(&verdict);
	json_decref(kept);
	json_decref(list);
	free(text);
	return is_ready;
}

#define NEW "\"observedGeneration\": 3, \"replicas\": 3, "
#define ROLLING "\"replicas\": 3, \"updateStrategy\": {\"type\": \"RollingUpdate\", "              \
	"\"rollingUpdate\": {\"partition\": 2}}"

/* As `kubectl rollout status` has it. */
static void
a_set_is_ready_when_its_pods_are_the_new_ones(void **state)
{
	(void)state;
	assert_true(set_is_ready("StatefulSet", "\"replicas\": 3",
				 NEW "\"readyReplicas\": 3, \"updatedReplicas\": 3"));
	assert_false(set_is_ready("StatefulSet", "\"replicas\": 3",
				  NEW "\"readyReplicas\": 3, \"updatedReplicas\": 2"));
	assert_false(set_is_ready("StatefulSet", "\"replicas\": 3",
				  NEW "\"readyReplicas\": 2, \"updatedReplicas\": 3"));
	assert_false(set_is_ready("StatefulSet", "\"replicas\": 3",
				  "\"observedGeneration\": 2, \"replicas\": 3, \"readyReplicas\": 3, "
				  "\"updatedReplicas\": 3"));
	assert_true(set_is_ready("StatefulSet", ROLLING,
				 NEW "\"readyReplicas\": 3, \"updatedReplicas\": 1"));
	assert_false(set_is_ready("StatefulSet", ROLLING,
				  NEW "\"readyReplicas\": 3, \"updatedReplicas\": 0"));
	assert_true(set_is_ready("StatefulSet",
				 "\"replicas\": 3, \"updateStrategy\": {\"type\": \"OnDelete\"}",
				 NEW "\"readyReplicas\": 3, \"updatedReplicas\": 0"));
	assert_true(set_is_ready("DaemonSet", "",
				 "\"observedGeneration\": 3, \"desiredNumberScheduled\": 2, "
				 "\"updatedNumberScheduled\": 2, \"numberAvailable\": 2"));
	assert_false(set_is_ready("DaemonSet", "",
				  "\"observedGeneration\": 3, \"desiredNumberScheduled\": 2, "
				  "\"updatedNumberScheduled\": 1, \"numberAvailable\": 2"));
	assert_true(set_is_ready("DaemonSet", "\"updateStrategy\": {\"type\": \"OnDelete\"}",
				 "\"observedGeneration\": 3, \"desiredNumberScheduled\": 2, "
				 "\"updatedNumberScheduled\": 0, \"numberAvailable\": 2"));
}

/* --- rows of a large cluster --- */

#define SAYS(kind, spec, status)                                                                  \
	"{\"apiVersion\": \"x\", \"kind\": \"" kind "\", \"metadata\": {\"name\": \"web\", "          \
	"\"namespace\": \"shop\", \"uid\": \"u\", \"resourceVersion\": \"7\", \"generation\": 3}, "  \
	"\"spec\": {" spec "}, \"status\": {" status "}}"
#define CONDITION(type, status, reason)                                                           \
	"\"conditions\": [{\"type\": \"" type "\", \"status\": \"" status "\", \"reason\": \"" reason  \
	"\", \"message\": \"it says so\"}]"
#define HALF "\"observedGeneration\": 3, \"readyReplicas\": 1, "
#define ONE_REVISION "\"currentRevision\": \"a\", \"updateRevision\": \"a\", "
#define OVER                                                                                      \
	"\"conditions\": [{\"type\": \"Progressing\", \"reason\": \"NewReplicaSetAvailable\"}"
#define AVAILABLE(status)                                                                         \
	"{\"type\": \"Available\", \"status\": \"" status "\", \"message\": \"it says so\"}"

/* Each expects the states of its replicas: r(unning), s(tarting), f(ailed), stopped: -, done: d. */
static const struct {
	const char *object, *states;
} said[] = {
	{SAYS("Deployment", "\"replicas\": 2", "\"readyReplicas\": 2"), "rr"},
	{SAYS("Deployment", "", "\"readyReplicas\": 1"), "r"},
	{SAYS("Deployment", "\"replicas\": 0", ""), ""},
	{SAYS("Deployment", "\"replicas\": 2", "\"readyReplicas\": 1"), "rs"},
	{SAYS("Deployment", "\"replicas\": 2", HALF OVER "]"), "rs"},
	{SAYS("Deployment", "\"replicas\": 2", HALF OVER ", " AVAILABLE("True") "]"), "rs"},
	{SAYS("Deployment", "\"replicas\": 2", HALF OVER ", " AVAILABLE("False") "]"), "rf"},
	{SAYS("Deployment", "\"replicas\": 2", HALF "\"conditions\": [" AVAILABLE("False") "]"),
	 "rs"},
	{SAYS("Deployment", "",
	      "\"observedGeneration\": 3, "
	      CONDITION("Progressing", "False", "ProgressDeadlineExceeded")), "f"},
	{SAYS("Deployment", "",
	      "\"observedGeneration\": 2, "
	      CONDITION("Progressing", "False", "ProgressDeadlineExceeded")), "s"},
	{SAYS("Deployment", "",
	      "\"observedGeneration\": 3, " CONDITION("ReplicaFailure", "True", "FailedCreate")),
	 "f"},
	{SAYS("Deployment", "", "\"observedGeneration\": 3, \"replicas\": 1, "
	      CONDITION("ReplicaFailure", "True", "FailedCreate")), "s"},
	{SAYS("StatefulSet", "\"replicas\": 1",
	      "\"observedGeneration\": 3, \"currentRevision\": \"a\", \"updateRevision\": \"b\""),
	 "s"},
	{SAYS("StatefulSet", "\"replicas\": 3", HALF ONE_REVISION "\"replicas\": 2"), "rss"},
	{SAYS("StatefulSet", "\"replicas\": 3", HALF ONE_REVISION "\"replicas\": 3"), "rff"},
	{SAYS("DaemonSet", "", "\"observedGeneration\": 3, \"desiredNumberScheduled\": 2, "
	      "\"updatedNumberScheduled\": 2, \"numberReady\": 1"), "rf"},
	{SAYS("CronJob", "", ""), "r"},
	{SAYS("CronJob", "\"suspend\": true", ""), "-"},
	{SAYS("Job", "", CONDITION("Complete", "True", "")), "d"},
	{SAYS("Job", "", CONDITION("Failed", "True", "")), "f"},
	{SAYS("Job", "", "\"ready\": 1"), "r"},
	{SAYS("Service", "", ""), NULL},
	{"{\"kind\": \"Deployment\", \"metadata\": {\"name\": \"web\"}, \"spec\": 7, \"status\": []}",
	 "s"},
	{"{\"kind\": \"Deployment\"}", NULL},
	{"{\"kind\": \"Job\", \"metadata\": {\"name\": \"web\", \"ownerReferences\": [{\"kind\": "
	 "\"CronJob\", \"controller\": true}]}}", NULL},
};

static void
assert_states(const json_t *row, const char *expected)
{
	static const char letters[] = {
		[RUNTIME_UNKNOWN] = '?', [RUNTIME_RUNNING] = 'r', [RUNTIME_SUCCEEDED] = 'd',
		[RUNTIME_STARTING] = 's', [RUNTIME_FAILED] = 'f', [RUNTIME_STOPPED] = '-',
	};
	json_t *rows = json_object(), *found = json_object();
	struct driver_status status;
	char states[16] = "";

	json_object_set(rows, wide_row_key(row), (json_t *)row);
	json_object_set_new(found, wide_row_key(row), json_string("web"));
	wide_row_status(rows, found, &status);
	for (size_t i = 0; i < status.count && i + 1 < sizeof(states); i++) {
		states[i] = letters[status.items[i].status];
		assert_int_equal(status.items[i].message != NULL,
				 !strchr("rd", states[i]));
	}
	assert_string_equal(states, expected);
	driver_status_clear(&status);
	json_decref(rows);
	json_decref(found);
}

/* Nobody looks at the pods of thousands: what a workload says of itself is on the board. */
static void
test_what_a_workload_says_of_itself(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		json_t *object = json_loads(said[i].object, 0, NULL), *row = wide_row(object);

		assert_non_null(object);
		assert_int_equal(row != NULL, said[i].states != NULL);
		if (row)
			assert_states(row, said[i].states);
		json_decref(row);
		json_decref(object);
	}
}

/* Nor is it one that has lost its pods while they come up for the first time. */
static void
test_what_was_just_made_starts(void **state)
{
	static const char *const made[] = {
		SAYS("StatefulSet", "\"replicas\": 2", HALF ONE_REVISION "\"replicas\": 2"),
		SAYS("DaemonSet", "", "\"observedGeneration\": 3, \"desiredNumberScheduled\": 2, "
		     "\"updatedNumberScheduled\": 2, \"numberReady\": 1"),
	};
	char at[CLOCK_STAMP_SIZE];

	(void)state;
	clock_stamp(at, clock_wall_ms());
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		json_t *object = json_loads(made[i], 0, NULL), *row;

		json_object_set_new(json_object_get(object, "metadata"), "creationTimestamp",
				    json_string(at));
		row = wide_row(object);
		assert_states(row, "rs");
		json_decref(row);
		json_decref(object);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded),
		cmocka_unit_test(test_not_seen_yet),
		cmocka_unit_test(test_deleted),
		cmocka_unit_test(test_past_the_deadline),
		cmocka_unit_test(test_stale_refusal),
		cmocka_unit_test(test_refusal_that_passed),
		cmocka_unit_test(test_progress_deadline),
		cmocka_unit_test(test_mounted_later),
		cmocka_unit_test(test_first_words_of_a_pull),
		cmocka_unit_test(test_tries_of_a_pull),
		cmocka_unit_test(test_words_of_registries),
		cmocka_unit_test(test_node_that_comes),
		cmocka_unit_test(test_claim_that_comes),
		cmocka_unit_test(test_config_that_comes),
		cmocka_unit_test(test_end_after_a_long_run),
		cmocka_unit_test(test_runs_again),
		cmocka_unit_test(test_stays_up),
		cmocka_unit_test(test_available_for_a_moment),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_row_of_an_end),
		cmocka_unit_test(test_row_of_a_run),
		cmocka_unit_test(test_row_of_a_stranger),
		cmocka_unit_test(test_odd_objects),
		cmocka_unit_test(test_what_serves_counts_until_the_new_version_does),
		cmocka_unit_test(test_nothing_known),
		cmocka_unit_test(a_set_is_ready_when_its_pods_are_the_new_ones),
		cmocka_unit_test(test_what_was_just_made_starts),
		cmocka_unit_test(test_what_a_workload_says_of_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
