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
#include "platform/drivers/kubernetes/verdict.h"

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

/* --- the table --- */

struct row {
	const char *name;
	/* When it is seen first, and so much later. */
	enum kube_state first;
	int64_t later_ms;
	enum kube_state later;
	const char *code, *message, *container;
};

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
		 "container web ended with status 0 and was restarted 2 times", "web"},
		{"crash-init", KUBE_FAILED, 0, KUBE_FAILED, "crash-loop",
		 "container prepare ended with status 7 and was restarted 2 times", "prepare"},
		{"crash-once", KUBE_FAILED, 0, KUBE_FAILED, "crash-loop",
		 "container web ended with status 3 and was restarted 2 times", "web"},
		{"crash-second", KUBE_FAILED, 0, KUBE_FAILED, "crash-loop",
		 "container beside ended with status 9 and was restarted 2 times", "beside"},
		{"crash-signal", KUBE_FAILED, 0, KUBE_FAILED, "crash-loop",
		 "container web ended with signal 11 (Segmentation fault) and was restarted 2 times", "web"},
		{"crash", KUBE_FAILED, 0, KUBE_FAILED, "crash-loop",
		 "container web ended with status 3 and was restarted 2 times", "web"},
		{"cron-job", KUBE_READY, 0, KUBE_READY, NULL,
		 NULL, NULL},
		{"evicted", KUBE_COMING, 3000, KUBE_READY, NULL,
		 NULL, NULL},
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
		 "image registry.example/web:1 of container web cannot be pulled: Head \"https://registry.example/v2/web/manifests/1\": dial tcp: lookup registry.example on 10.255.255.53:53: read udp 192.0.2.10:38120->10.255.255.53:53: i/o timeout", NULL},
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
		 "container web ended with status 42, and the job failed: Container web for pod job-failure-policy/web-x8jck failed with exit code 42 matching FailJob rule at index 0", "web"},
		{"job-image", KUBE_FAILED, 0, KUBE_FAILED, "image-not-found",
		 "image 127.0.0.1:5000/missing:1 of container web cannot be pulled: 127.0.0.1:5000/missing:1: not found", NULL},
		{"job-late", KUBE_FAILED, 0, KUBE_FAILED, "exited",
		 "the job failed: Job was active longer than specified deadline", NULL},
		{"job-quota", KUBE_COMING, 15000, KUBE_FAILED, "quota",
		 "the quota of the namespace does not allow another pod: exceeded quota: small, requested: pods=1, used: pods=0, limited: pods=0", NULL},
		{"job-running", KUBE_COMING, AN_HOUR, KUBE_FAILED, "not-ready",
		 "waiting for the job to complete", NULL},
		{"memory", KUBE_FAILED, 0, KUBE_FAILED, "crash-loop",
		 "container web ended with signal 9, out of memory (its limit is 24Mi) and was restarted 2 times", "web"},
		{"mount-config-missing", KUBE_FAILED, 0, KUBE_FAILED, "config-missing",
		 "a volume cannot be mounted: configmap \"settings\" not found", NULL},
		{"mount-secret-missing", KUBE_FAILED, 0, KUBE_FAILED, "config-missing",
		 "a volume cannot be mounted: secret \"keys\" not found", NULL},
		{"new-crashes", KUBE_FAILED, 0, KUBE_FAILED, "crash-loop",
		 "container web ended with status 3 and was restarted 2 times", "web"},
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
		 "container web was restarted 2 times: Liveness probe failed: HTTP probe failed with statuscode: 503", "web"},
		{"probe-readiness", KUBE_COMING, AN_HOUR, KUBE_FAILED, "probe-failing",
		 "container web is not ready: Readiness probe failed: HTTP probe failed with statuscode: 503", "web"},
		{"probe-refused", KUBE_COMING, AN_HOUR, KUBE_FAILED, "probe-failing",
		 "container web is not ready: Readiness probe failed: Get \"http://10.244.0.35:8080/healthz\": dial tcp 10.244.0.35:8080: connect: connection refused", "web"},
		{"probe-startup", KUBE_FAILED, 0, KUBE_FAILED, "probe-failing",
		 "container web was restarted 2 times: Startup probe failed: HTTP probe failed with statuscode: 503", "web"},
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
		 "container web cannot be created: container has runAsNonRoot and image will run as root (pod: \"web-7c4466c5f8-dgw87_runs-as-root(uid-3)\", container: web)", NULL},
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
