/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The driver over a double of a cluster: what a person's Production depends on. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "kube-double.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "platform/drivers/kubernetes/space/kube-driver.h"
#include "tests/patience.h"

#define FINE "local/web:1"
#define NEWER "local/web:2"
#define NOTES(platform, space)                                                                    \
	"\"annotations\":{\"sidestage.dev/platform\":\"" platform                                 \
	"\",\"sidestage.dev/environment\":\"" space "\"}"

static const json_t *
at(const json_t *value, const char *a, const char *b)
{
	return json_object_get(json_object_get(value, a), b);
}

static const char *
image_of(struct kube_double *d, const char *namespace, const char *name)
{
	char *path = xasprintf("/apis/apps/v1/namespaces/%s/deployments/%s", namespace, name);
	const json_t *object = kube_double_get(d, path);
	const json_t *containers = at(at(object, "spec", "template"), "spec", "containers");

	free(path);
	return json_member_string(json_array_get(containers, 0), "image");
}

static void
apply_one(struct kube_double *d, const char *space, const char *image, bool is_resumed)
{
	struct driver_workload web = kube_double_workload("web", image, NULL);

	kube_double_apply(d, space, &web, 1, is_resumed);
}

/* --- the namespace --- */

static void
test_a_namespace_says_whose_it_is(void **state)
{
	struct kube_double *d = *state;
	const struct driver_home home = {.namespace = "its-name"};
	json_t *labels = json_pack("{s:s}", "team", "shop");
	const struct driver_home labelled = {.namespace = "its-name", .labels = labels};
	struct driver_waiter waiter = kube_double_waiter(d);
	const json_t *metadata;

	d->driver->ops->prepare(d->driver, "acme/shop/named", &labelled, &waiter);
	kube_double_wait(d);
	assert_false(d->failed);
	metadata = json_object_get(kube_double_get(d, "/api/v1/namespaces/its-name"), "metadata");
	assert_string_equal(json_string_value(at(metadata, "annotations", "sidestage.dev/platform")),
			    PLATFORM);
	assert_string_equal(
		json_string_value(at(metadata, "annotations", "sidestage.dev/environment")),
		"acme/shop/named");
	assert_string_equal(json_string_value(at(metadata, "labels", "team")), "shop");
	assert_string_equal(
		json_string_value(at(metadata, "labels", "pod-security.kubernetes.io/enforce")),
		"baseline");
	/* Again, by another daemon of the same state. */
	kube_double_restart_driver(d);
	waiter = kube_double_waiter(d);
	d->driver->ops->adopt(d->driver, "acme/shop/named", &home, &waiter);
	kube_double_wait(d);
	assert_false(d->failed);
	json_decref(labels);
}

/* Of Secrets only lists are of their metadata alone. */
static void
test_what_is_called_secrets_is_read_whole(void **state)
{
	static const char deployments[] = "/apis/apps/v1/namespaces/secrets/deployments",
			  secrets[] = "/api/v1/namespaces/secrets/secrets";
	struct kube_double *d = *state;
	const struct driver_home home = {.namespace = "secrets"};
	struct driver_waiter waiter = kube_double_waiter(d);
	const json_t *item;

	d->driver->ops->prepare(d->driver, "acme/shop/secrets", &home, &waiter);
	kube_double_wait(d);
	if (d->failed)
		fail_msg("%s", d->err.text);
	kube_double_write(d, KUBE_CREATE, deployments,
			  "{\"metadata\": {\"name\": \"secrets\"}, \"spec\": {\"replicas\": 0, "
			  "\"selector\": {\"matchLabels\": {\"a\": \"b\"}}, \"template\": "
			  "{\"metadata\": {\"labels\": {\"a\": \"b\"}}, \"spec\": {\"containers\": "
			  "[{\"name\": \"a\", \"image\": \"local/a:1\"}]}}}}");
	kube_double_write(d, KUBE_CREATE, secrets,
			  "{\"metadata\": {\"name\": \"secrets\"}, \"data\": {\"k\": \"eA==\"}}");
	assert_non_null(at(kube_double_get(d, "/api/v1/namespaces/secrets"), "metadata", "uid"));
	assert_non_null(at(kube_double_get(
		d, "/apis/apps/v1/namespaces/secrets/deployments/secrets"), "spec", "template"));
	assert_non_null(at(kube_double_get(d, "/api/v1/namespaces/secrets/secrets/secrets"),
			   "data", "k"));
	item = json_array_get(json_object_get(kube_double_get(d, secrets), "items"), 0);
	assert_non_null(at(item, "metadata", "name"));
	assert_null(json_object_get(item, "data"));
	kube_double_get(d, "/api/v1/secrets?limit=1");
	assert_int_equal(d->status, 200);
}

static void
test_a_namespace_of_others_is_not_used(void **state)
{
	static const struct {
		const char *object, *says;
		enum error_code code;
	} cases[] = {
		{"{\"metadata\":{\"name\":\"shop-foreign\"}}",
		 "was not made for acme/shop/foreign", CODE_NAMESPACE_FOREIGN},
		{"{\"metadata\":{\"name\":\"shop-foreign\"," NOTES("other", "acme/shop/foreign") "}}",
		 "of another platform (other)", CODE_NAMESPACE_OF_PLATFORM},
		{"{\"metadata\":{\"name\":\"shop-foreign\"," NOTES(PLATFORM, "acme/shop/qa") "}}",
		 "belongs to acme/shop/qa", CODE_NAMESPACE_OF_SPACE},
	};
	struct kube_double *d = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct driver_home home = {.namespace = ""};
		struct driver_waiter waiter;

		kube_double_write(d, KUBE_CREATE, "/api/v1/namespaces", cases[i].object);
		waiter = kube_double_waiter(d);
		d->driver->ops->prepare(d->driver, "acme/shop/foreign", &home, &waiter);
		kube_double_wait(d);
		assert_true(d->failed);
		assert_int_equal(d->err.parts[0].code, cases[i].code);
		assert_non_null(strstr(d->err.text, cases[i].says));
		/* Nor is it removed. */
		waiter = kube_double_waiter(d);
		d->driver->ops->remove(d->driver, "acme/shop/foreign", &home, &waiter);
		kube_double_wait(d);
		assert_false(d->failed);
		assert_null(at(kube_double_get(d, "/api/v1/namespaces/shop-foreign"), "metadata",
			       "deletionTimestamp"));
		kube_double_write(d, KUBE_DELETE, "/api/v1/namespaces/shop-foreign", NULL);
		while (kube_double_get(d, "/api/v1/namespaces/shop-foreign"))
			kube_double_turn(d);
	}
}

/* Before there is anything that would have to be cleared away. */
static void
test_a_right_that_is_missing_is_named(void **state)
{
	struct kube_double *d = *state;
	const struct driver_home home = {.namespace = ""};
	struct driver_waiter waiter = kube_double_waiter(d);

	kube_double_rules(d, "deny * create deployments.apps\ndeny * get pods/log\n");
	d->driver->ops->prepare(d->driver, "acme/shop/rights", &home, &waiter);
	kube_double_wait(d);
	kube_double_rules(d, "");
	assert_true(d->failed);
	assert_int_equal(d->err.kind, ERROR_ACCESS);
	assert_non_null(strstr(d->err.text, "create deployments.apps"));
	assert_null(kube_double_get(d, "/api/v1/namespaces/shop-rights"));
}

/* --- a deployment --- */

static void
test_what_is_declared_runs_and_nothing_else(void **state)
{
	struct kube_double *d = *state;
	struct driver_workload both[2] = {kube_double_workload("web", FINE, NULL),
					  kube_double_workload("api", FINE, NULL)};
	const struct kube_driver *kube = (const struct kube_driver *)d->driver;
	size_t before;

	kube_double_prepare(d, "acme/shop/all");
	before = kube_cluster_requests(kube->cluster);
	kube_double_apply(d, "acme/shop/all", both, 2, false);
	assert_false(d->failed);
	/* A service, an account and a deployment each: twice, 10 lists, 8 watches, and whether what
	 * runs may be reached. */
	assert_in_range(kube_cluster_requests(kube->cluster) - before, 12, 12 + 10 + 2 * 8 + 1);
	assert_int_equal(kube_double_count(d, "/apis/apps/v1/namespaces/shop-all/deployments"), 2);
	assert_int_equal(kube_double_count(d, "/api/v1/namespaces/shop-all/services"), 2);
	kube_double_write(d, KUBE_CREATE, "/api/v1/namespaces/shop-all/configmaps",
			  "{\"metadata\":{\"name\":\"by-hand\"}}");
	apply_one(d, "acme/shop/all", FINE, false);
	assert_false(d->failed);
	assert_int_equal(kube_double_count(d, "/apis/apps/v1/namespaces/shop-all/deployments"), 1);
	assert_int_equal(kube_double_count(d, "/api/v1/namespaces/shop-all/services"), 1);
	assert_int_equal(kube_double_count(d, "/api/v1/namespaces/shop-all/serviceaccounts"), 1);
	assert_non_null(kube_double_get(d, "/api/v1/namespaces/shop-all/configmaps/by-hand"));
	/* Nothing is to run. */
	kube_double_apply(d, "acme/shop/all", both, 0, false);
	assert_false(d->failed);
	assert_int_equal(kube_double_count(d, "/apis/apps/v1/namespaces/shop-all/deployments"), 0);
}

#define PRIVILEGED "{\"securityContext\":{\"privileged\":true}}"

/* Nothing is written; and whoever has the namespace says otherwise. */
static void
test_pods_are_what_the_namespace_lets_in(void **state)
{
	static const char deployments[] = "/apis/apps/v1/namespaces/shop-baseline/deployments";
	struct kube_double *d = *state;
	struct driver_workload web = kube_double_workload("web", FINE, PRIVILEGED);

	kube_double_prepare(d, "acme/shop/baseline");
	kube_double_apply(d, "acme/shop/baseline", &web, 1, false);
	assert_true(d->failed);
	assert_int_equal(d->err.parts[0].code, CODE_WORKLOAD_NOT_BASELINE);
	assert_int_equal(kube_double_count(d, "/api/v1/namespaces/shop-baseline/services"), 0);
	kube_double_write(d, KUBE_MERGE, "/api/v1/namespaces/shop-baseline",
			  "{\"metadata\":{\"labels\":"
			  "{\"pod-security.kubernetes.io/enforce\":\"privileged\"}}}");
	kube_double_prepare(d, "acme/shop/baseline");
	web = kube_double_workload("web", FINE, PRIVILEGED);
	kube_double_apply(d, "acme/shop/baseline", &web, 1, false);
	assert_false(d->failed);
	assert_int_equal(kube_double_count(d, deployments), 1);
}

/* An apply of what is there already is none: nothing is restarted, not even touched. */
static void
test_what_is_the_same_is_left_alone(void **state)
{
	static const char path[] = "/apis/apps/v1/namespaces/shop-same/deployments/web";
	struct kube_double *d = *state;
	char *version;

	kube_double_prepare(d, "acme/shop/same");
	apply_one(d, "acme/shop/same", FINE, false);
	assert_false(d->failed);
	version = xstrdup(json_string_value(at(kube_double_get(d, path), "metadata",
					       "resourceVersion")));
	kube_double_restart_driver(d);
	kube_double_prepare(d, "acme/shop/same");
	apply_one(d, "acme/shop/same", FINE, true);
	assert_false(d->failed);
	assert_string_equal(json_string_value(at(kube_double_get(d, path), "metadata",
						 "resourceVersion")), version);
	free(version);
}

/* The other workload is not touched when one of them cannot be had. */
static void
test_nothing_is_applied_when_one_is_refused(void **state)
{
	struct kube_double *d = *state;
	struct driver_workload both[2] = {kube_double_workload("web", FINE, NULL),
					  kube_double_workload("api", FINE, NULL)},
			       newer[2] = {kube_double_workload("web", NEWER, NULL),
					   kube_double_workload("api", NEWER, NULL)};

	kube_double_prepare(d, "acme/shop/refused");
	kube_double_apply(d, "acme/shop/refused", both, 2, false);
	assert_false(d->failed);
	/* An update is another manager than an apply, whoever does it. */
	kube_double_write(d, KUBE_MERGE, "/apis/apps/v1/namespaces/shop-refused/deployments/api",
			  "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"main\","
			  "\"image\":\"local/mine:1\"}]}}}}");
	kube_double_apply(d, "acme/shop/refused", newer, 2, false);
	assert_true(d->failed);
	assert_int_equal(d->problems.count, 1);
	assert_string_equal(d->problems.items[0].object_id, "api");
	assert_string_equal(d->problems.items[0].code, "conflict");
	assert_non_null(strstr(d->problems.items[0].why.text, "image"));
	assert_string_equal(image_of(d, "shop-refused", "web"), FINE);
}

/* --- failures --- */

static void
test_what_ran_before_a_failure_runs_on(void **state)
{
	struct kube_double *d = *state;
	struct driver_workload newer[2] = {
		kube_double_workload("web", "fail/crash:2",
				     "{\"variables\":{\"MODE\":\"other\"}}"),
		kube_double_workload("extra", FINE, NULL)};

	kube_double_prepare(d, "acme/shop/crash");
	apply_one(d, "acme/shop/crash", FINE, false);
	assert_false(d->failed);
	kube_double_apply(d, "acme/shop/crash", newer, 2, false);
	assert_true(d->failed);
	assert_int_equal(d->problems.count, 1);
	assert_string_equal(d->problems.items[0].object_id, "web");
	assert_string_equal(d->problems.items[0].code, "crash-loop");
	/* Its last words; and all is as it was. */
	assert_non_null(d->problems.items[0].message);
	assert_non_null(strstr(d->problems.items[0].message, "main: "));
	assert_string_equal(image_of(d, "shop-crash", "web"), FINE);
	assert_int_equal(kube_double_count(d, "/apis/apps/v1/namespaces/shop-crash/deployments"), 1);
	assert_int_equal(kube_double_count(d, "/api/v1/namespaces/shop-crash/services"), 1);
	/* A first deployment leaves nothing. */
	kube_double_prepare(d, "acme/shop/first");
	apply_one(d, "acme/shop/first", "fail/pull:1", false);
	assert_true(d->failed);
	assert_string_equal(d->problems.items[0].code, "image-not-found");
	assert_int_equal(kube_double_count(d, "/apis/apps/v1/namespaces/shop-first/deployments"), 0);
	assert_int_equal(kube_double_count(d, "/api/v1/namespaces/shop-first/services"), 0);
}

static void
test_a_cancelled_deployment_is_brought_back(void **state)
{
	struct kube_double *d = *state;
	struct driver_workload newer;

	kube_double_prepare(d, "acme/shop/cancel");
	apply_one(d, "acme/shop/cancel", FINE, false);
	assert_false(d->failed);
	newer = kube_double_workload("web", "fail/unready:1", NULL);
	kube_double_begin(d, "acme/shop/cancel", &newer, 1, false);
	while (strcmp(image_of(d, "shop-cancel", "web"), FINE) == 0)
		kube_double_turn(d);
	/* One at a time. */
	assert_int_equal(d->ended, 0);
	driver_task_cancel(d->task);
	kube_double_wait(d);
	assert_true(d->failed);
	assert_int_equal(d->err.parts[0].code, CODE_CANCELLED);
	assert_string_equal(image_of(d, "shop-cancel", "web"), FINE);
}

/* Of what is resumed each counts for itself, and what is held stays. */
static void
test_what_is_resumed_counts_for_itself(void **state)
{
	struct kube_double *d = *state;
	struct driver_workload before[3] = {kube_double_workload("held", FINE, NULL),
					    kube_double_workload("web", FINE, NULL),
					    kube_double_workload("bad", FINE, NULL)},
			       after[3] = {kube_double_workload("held", FINE, NULL),
					   kube_double_workload("web", NEWER, NULL),
					   kube_double_workload("bad", "fail/pull:1", NULL)};

	kube_double_prepare(d, "acme/shop/resumed");
	kube_double_apply(d, "acme/shop/resumed", before, 3, false);
	assert_false(d->failed);
	after[0].is_held = true;
	kube_double_apply(d, "acme/shop/resumed", after, 3, true);
	assert_true(d->failed);
	assert_int_equal(d->problems.count, 1);
	assert_string_equal(d->problems.items[0].object_id, "bad");
	assert_string_equal(image_of(d, "shop-resumed", "web"), NEWER);
	assert_string_equal(image_of(d, "shop-resumed", "held"), FINE);
	assert_string_equal(image_of(d, "shop-resumed", "bad"), "fail/pull:1");
}

/* A hotfix would wait for it: one at a time. */
static void
test_what_is_resumed_is_not_waited_for_long(void **state)
{
	struct kube_double *d = *state;
	int64_t began;

	d->ready_timeout_ms = 60000;
	kube_double_restart_driver(d);
	kube_double_prepare(d, "acme/shop/unready");
	began = clock_steady_ms();
	apply_one(d, "acme/shop/unready", "fail/unready:1", true);
	d->ready_timeout_ms = 0;
	kube_double_restart_driver(d);
	assert_true(clock_steady_ms() - began < 50000);
	assert_true(d->failed);
	assert_string_equal(d->problems.items[0].object_id, "web");
	assert_string_equal(image_of(d, "shop-unready", "web"), "fail/unready:1");
}

/* The cluster repeats what it refuses, and that may be a secret. */
static void
test_a_refusal_is_told_without_secrets(void **state)
{
	struct kube_double *d = *state;
	struct driver_workload web = kube_double_workload("web", FINE, NULL);

	kube_double_prepare(d, "acme/shop/secret");
	json_array_append_new(web.secrets, json_string("hunter2-hunter2"));
	kube_double_rules(d, "PATCH /deployments/web status 422 {\"kind\":\"Status\",\"status\":"
			     "\"Failure\",\"reason\":\"Invalid\",\"message\":\"no hunter2-hunter2"
			     " here\",\"code\":422}\n");
	kube_double_apply(d, "acme/shop/secret", &web, 1, false);
	kube_double_rules(d, "");
	assert_true(d->failed);
	assert_non_null(strstr(d->problems.items[0].why.text, "no [secret] here"));
	assert_null(strstr(d->problems.items[0].why.text, "hunter2"));
	assert_null(strstr(d->err.text, "hunter2"));
}

/* A cluster that does not answer for a while is no reason to fail. */
static void
test_answers_that_are_lost_are_asked_for_again(void **state)
{
	struct kube_double *d = *state;

	kube_double_prepare(d, "acme/shop/lost");
	kube_double_rules(d, "1-2:PATCH /deployments/web lost\n"
			     "1-2:PATCH /services/web drop\n"
			     "1:GET /secrets status 503\n"
			     "1:GET /pods close 0.1\n");
	apply_one(d, "acme/shop/lost", FINE, false);
	kube_double_rules(d, "");
	assert_false(d->failed);
	assert_string_equal(image_of(d, "shop-lost", "web"), FINE);
}

static void
turn_for(struct kube_double *d, int64_t ms)
{
	int64_t end = clock_steady_ms() + ms;

	while (clock_steady_ms() < end)
		kube_double_turn(d);
}

/* In the midst of a rollout: no deadline passes while nothing can be seen. */
static void
test_a_cluster_may_be_gone_for_a_while(void **state)
{
	struct kube_double *d = *state;
	struct driver_workload web = kube_double_workload("web", "slow/web:1", NULL);

	kube_double_prepare(d, "acme/shop/gone");
	kube_double_begin(d, "acme/shop/gone", &web, 1, false);
	while (!image_of(d, "shop-gone", "web"))
		kube_double_turn(d);
	kube_double_rules(d, "away\n");
	turn_for(d, 3000);
	assert_int_equal(d->ended, 0);
	kube_double_rules(d, "");
	kube_double_wait(d);
	assert_false(d->failed);
	assert_string_equal(image_of(d, "shop-gone", "web"), "slow/web:1");
}

/* What it did is found by the next one, which resumes what succeeded last. */
static void
test_a_daemon_may_end_in_the_midst(void **state)
{
	struct kube_double *d = *state;
	struct driver_workload newer[2] = {kube_double_workload("web", "fail/unready:1", NULL),
					   kube_double_workload("extra", "fail/unready:1", NULL)};

	kube_double_prepare(d, "acme/shop/killed");
	apply_one(d, "acme/shop/killed", FINE, false);
	assert_false(d->failed);
	kube_double_begin(d, "acme/shop/killed", newer, 2, false);
	while (!image_of(d, "shop-killed", "extra") ||
	       strcmp(image_of(d, "shop-killed", "web"), FINE) == 0)
		kube_double_turn(d);
	kube_double_restart_driver(d);
	assert_int_equal(d->ended, 1);
	assert_true(d->failed);
	kube_double_prepare(d, "acme/shop/killed");
	apply_one(d, "acme/shop/killed", FINE, true);
	assert_false(d->failed);
	assert_string_equal(image_of(d, "shop-killed", "web"), FINE);
	assert_null(image_of(d, "shop-killed", "extra"));
}

/* --- what runs, and what it prints --- */

static void
test_what_runs_is_seen(void **state)
{
	struct kube_double *d = *state;
	const struct driver_ops *ops = d->driver->ops;
	struct driver_status status;
	uint64_t at_first;

	kube_double_prepare(d, "acme/shop/seen");
	ops->observe(d->driver, "acme/shop/seen", &status);
	assert_int_equal(status.seen_at, 0);	/* it is not known yet */
	driver_status_clear(&status);
	at_first = ops->state(d->driver, "acme/shop/seen");
	apply_one(d, "acme/shop/seen", FINE, false);
	assert_false(d->failed);
	ops->observe(d->driver, "acme/shop/seen", &status);
	assert_true(status.seen_at > 0);
	assert_int_equal(status.count, 1);
	assert_string_equal(status.items[0].module, "web");
	assert_int_equal(status.items[0].status, RUNTIME_RUNNING);
	assert_true(status.items[0].ready);
	driver_status_clear(&status);
	assert_int_not_equal(ops->state(d->driver, "acme/shop/seen"), at_first);
}

/* "running" is not said of what nobody can see. */
static void
test_what_cannot_be_seen_is_not_known(void **state)
{
	struct kube_double *d = *state;
	const struct driver_ops *ops = d->driver->ops;
	struct driver_status status;
	enum runtime_status last;
	int64_t end = clock_steady_ms() + PATIENCE_MS;
	uint64_t while_seen;

	kube_double_prepare(d, "acme/shop/hidden");
	apply_one(d, "acme/shop/hidden", FINE, false);
	assert_false(d->failed);
	while_seen = ops->state(d->driver, "acme/shop/hidden");
	kube_double_rules(d, "away\n");
	do {
		kube_double_turn(d);
		ops->observe(d->driver, "acme/shop/hidden", &status);
		assert_int_equal(status.count, 1);
		last = status.items[0].status;
		if (last == RUNTIME_UNKNOWN) {
			assert_false(status.items[0].ready);
			assert_non_null(strstr(status.items[0].message, "The cluster at https://"));
			assert_non_null(status.items[0].reason);
			assert_non_null(status.items[0].pod);
		}
		driver_status_clear(&status);
		assert_true(clock_steady_ms() < end);
	} while (last != RUNTIME_UNKNOWN);
	assert_int_not_equal(ops->state(d->driver, "acme/shop/hidden"), while_seen);
	kube_double_rules(d, "");
	do {
		kube_double_turn(d);
		ops->observe(d->driver, "acme/shop/hidden", &status);
		last = status.items[0].status;
		driver_status_clear(&status);
		assert_true(clock_steady_ms() < end);
	} while (last != RUNTIME_RUNNING);
}

static void
read_whole(struct kube_double *d, const struct driver_log_query *query, struct driver_logs *out)
{
	struct driver_log *log = d->driver->ops->open_log(d->driver, "acme/shop/logs", query);
	int64_t end = clock_steady_ms() + PATIENCE_MS;

	while (!d->driver->ops->read_log(log, out)) {
		assert_true(clock_steady_ms() < end);
		kube_double_turn(d);
	}
	d->driver->ops->close_log(log);
}

/* A secret is in what a program prints first; a daemon that does not know the secrets yet gives no
 * output. */
static void
test_output_is_read_without_secrets(void **state)
{
	struct kube_double *d = *state;
	struct driver_workload web = kube_double_workload("web", FINE, NULL);
	struct driver_logs logs;

	kube_double_prepare(d, "acme/shop/logs");
	json_array_append_new(web.secrets, json_string("local/web"));
	kube_double_apply(d, "acme/shop/logs", &web, 1, false);
	assert_false(d->failed);
	read_whole(d, &(struct driver_log_query){.limit = 10}, &logs);
	assert_true(logs.count > 0);
	assert_string_equal(logs.items[0].module, "web");
	assert_string_equal(logs.items[0].container, "main");
	assert_string_equal(logs.items[0].text, "main: started as [secret]:1");
	assert_in_range(logs.items[0].at, clock_wall_ms() - 600000, clock_wall_ms());
	driver_logs_clear(&logs);
	read_whole(d, &(struct driver_log_query){.limit = 10, .module = "other"}, &logs);
	assert_int_equal(logs.count, 0);
	driver_logs_clear(&logs);
}

static void
keep_lines(struct driver_logs *logs, json_t *seen)
{
	for (size_t i = 0; i < logs->count; i++) {
		char *line = xasprintf("%lld %s", (long long)logs->items[i].at, logs->items[i].text);

		assert_null(json_object_get(seen, line));
		json_object_set_new(seen, line, json_true());
		free(line);
	}
	driver_logs_clear(logs);
}

static size_t
count_requests(const struct kube_double *d)
{
	return kube_cluster_requests(((const struct kube_driver *)d->driver)->cluster);
}

/* Of a container that runs on, however often the stream is cut; and of each run of one that is
 * started again. */
static void
test_output_that_is_followed_comes_once(void **state)
{
	struct kube_double *d = *state;
	const struct driver_log_query query = {.limit = 100, .follows = true};
	struct driver_workload both[2] = {kube_double_workload("web", FINE, NULL),
					  kube_double_workload("bad", "fail/crash:1", NULL)};
	int64_t end = clock_steady_ms() + PATIENCE_MS;
	json_t *seen = json_object();
	struct driver_log *log;
	struct driver_logs logs;
	size_t before;

	kube_double_prepare(d, "acme/shop/follow");
	kube_double_apply(d, "acme/shop/follow", both, 2, true);
	kube_double_rules(d, "GET /log\\? close 0.2\n");
	before = count_requests(d);
	log = d->driver->ops->open_log(d->driver, "acme/shop/follow", &query);
	while (json_object_size(seen) < 5 || count_requests(d) < before + 8) {
		assert_true(clock_steady_ms() < end);
		kube_double_turn(d);
		assert_true(d->driver->ops->read_log(log, &logs));
		keep_lines(&logs, seen);
	}
	d->driver->ops->close_log(log);
	kube_double_rules(d, "");
	json_decref(seen);
	kube_double_apply(d, "acme/shop/follow", both, 0, false);
}

/* --- the end --- */

static void
test_a_namespace_goes_whole(void **state)
{
	struct kube_double *d = *state;
	const struct driver_home home = {.namespace = "shop-end"};
	struct driver_waiter waiter;

	kube_double_prepare(d, "acme/shop/end");
	apply_one(d, "acme/shop/end", FINE, false);
	assert_false(d->failed);
	kube_double_write(d, KUBE_CREATE, "/api/v1/namespaces/shop-end/configmaps",
			  "{\"metadata\":{\"name\":\"stuck\",\"finalizers\":[\"example.org/mine\"]}}");
	/* Without the right it ends and says so, and can be asked for again. */
	kube_double_rules(d, "deny * delete namespaces\n");
	waiter = kube_double_waiter(d);
	d->driver->ops->remove(d->driver, "acme/shop/end", &home, &waiter);
	kube_double_wait(d);
	assert_true(d->failed);
	assert_int_equal(d->err.kind, ERROR_ACCESS);
	assert_non_null(strstr(d->err.text, "delete namespaces"));
	kube_double_rules(d, "");
	/* By a daemon that has just been started; what it hangs on is named. */
	kube_double_restart_driver(d);
	waiter = kube_double_waiter(d);
	d->driver->ops->remove(d->driver, "acme/shop/end", &home, &waiter);
	while (!d->progress || !strstr(d->progress, "example.org/mine"))
		kube_double_turn(d);
	assert_int_equal(d->ended, 0);
	kube_double_write(d, KUBE_MERGE, "/api/v1/namespaces/shop-end/configmaps/stuck",
			  "{\"metadata\":{\"finalizers\":null}}");
	kube_double_wait(d);
	assert_false(d->failed);
	assert_null(kube_double_get(d, "/api/v1/namespaces/shop-end"));
	/* What is gone is gone. */
	waiter = kube_double_waiter(d);
	d->driver->ops->remove(d->driver, "acme/shop/end", &home, &waiter);
	kube_double_wait(d);
	assert_false(d->failed);
	/* And comes again. */
	kube_double_prepare(d, "acme/shop/end");
	assert_non_null(kube_double_get(d, "/api/v1/namespaces/shop-end"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_namespace_says_whose_it_is),
		cmocka_unit_test(test_what_is_called_secrets_is_read_whole),
		cmocka_unit_test(test_a_namespace_of_others_is_not_used),
		cmocka_unit_test(test_a_right_that_is_missing_is_named),
		cmocka_unit_test(test_what_is_declared_runs_and_nothing_else),
		cmocka_unit_test(test_pods_are_what_the_namespace_lets_in),
		cmocka_unit_test(test_what_is_the_same_is_left_alone),
		cmocka_unit_test(test_nothing_is_applied_when_one_is_refused),
		cmocka_unit_test(test_what_ran_before_a_failure_runs_on),
		cmocka_unit_test(test_a_cancelled_deployment_is_brought_back),
		cmocka_unit_test(test_what_is_resumed_counts_for_itself),
		cmocka_unit_test(test_what_is_resumed_is_not_waited_for_long),
		cmocka_unit_test(test_a_refusal_is_told_without_secrets),
		cmocka_unit_test(test_answers_that_are_lost_are_asked_for_again),
		cmocka_unit_test(test_a_cluster_may_be_gone_for_a_while),
		cmocka_unit_test(test_a_daemon_may_end_in_the_midst),
		cmocka_unit_test(test_what_runs_is_seen),
		cmocka_unit_test(test_what_cannot_be_seen_is_not_known),
		cmocka_unit_test(test_output_is_read_without_secrets),
		cmocka_unit_test(test_output_that_is_followed_comes_once),
		cmocka_unit_test(test_a_namespace_goes_whole),
	};

	if (!kube_double_is_possible())
		return 0;
	return cmocka_run_group_tests(tests, kube_double_start, kube_double_stop);
}
