/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a cluster says of a deployment before it is one, over a double of it: nothing is made,
 * nothing is watched, and a space is not busy for it. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "kube-double.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/manifests.h"
#include "platform/drivers/task.h"
#include "quoted-json.h"
#include "tests/skip.h"

#define FINE "local/web:1"
#define NEWER "local/web:2"

static void
review_one(struct kube_double *d, const char *space, const char *image)
{
	struct driver_workload web = kube_double_workload("web", image, NULL);

	kube_double_review(d, space, &web, 1);
}

static void
deploy_one(struct kube_double *d, const char *space, const char *image)
{
	struct driver_workload web = kube_double_workload("web", image, NULL);

	kube_double_prepare(d, space);
	kube_double_apply(d, space, &web, 1, false);
	assert_false(d->failed);
}

static const json_t *
findings(const struct kube_double *d)
{
	return json_object_get(d->outputs, "findings");
}

/* How many there are of this kind, all about this object (NULL: any). */
static size_t
count(const struct kube_double *d, const char *kind, const char *object)
{
	const json_t *finding;
	size_t i, found = 0;

	json_array_foreach(findings(d), i, finding) {
		const char *about = json_member_string(finding, "object");

		if (strcmp(json_member_string(finding, "kind"), kind) == 0 &&
		    (!object || (about && strcmp(about, object) == 0)))
			found++;
	}
	return found;
}

static const char *
first_text(const struct kube_double *d)
{
	const char *text = json_member_string(json_array_get(findings(d), 0), "message");

	return text ? text : "";
}

/* Writes that were no dry runs, and no access reviews. */
static size_t
count_writes(const struct kube_double *d)
{
	char *path = xasprintf("%s/requests.log", d->folder), line[8192];
	FILE *file = fopen(path, "r");
	size_t writes = 0;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		writes += !strstr(line, " GET ") && !strstr(line, "dryRun=All") &&
			  !strstr(line, "/apis/authorization.k8s.io/");
	fclose(file);
	free(path);
	return writes;
}

static size_t
count_requests(const struct kube_double *d, const char *words)
{
	char *path = xasprintf("%s/requests.log", d->folder), line[8192];
	FILE *file = fopen(path, "r");
	size_t found = 0;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		found += strstr(line, words) != NULL;
	fclose(file);
	free(path);
	return found;
}

/* --- a namespace that is there --- */

static void
test_what_restarts_and_what_goes(void **state)
{
	struct kube_double *d = *state;
	struct driver_workload both[2] = {kube_double_workload("web", FINE, NULL),
					  kube_double_workload("api", FINE, NULL)};
	size_t writes;

	kube_double_prepare(d, "acme/shop/restart");
	kube_double_apply(d, "acme/shop/restart", both, 2, false);
	assert_false(d->failed);
	writes = count_writes(d);
	review_one(d, "acme/shop/restart", NEWER);
	assert_false(d->failed);
	assert_int_equal(count(d, "restart", "deployments/web"), 1);
	assert_int_equal(count(d, "removal", "deployments/api"), 1);
	assert_int_equal(count(d, "removal", "services/api"), 1);
	assert_int_equal(count(d, "refused", NULL), 0);
	/* The same again: nothing would come of it but the removals. */
	review_one(d, "acme/shop/restart", FINE);
	assert_int_equal(count(d, "restart", NULL), 0);
	assert_int_equal(count_writes(d), writes);
}

static void
test_what_a_cluster_would_refuse(void **state)
{
	struct kube_double *d = *state;

	deploy_one(d, "acme/shop/no", FINE);
	kube_double_write(d, KUBE_MERGE, "/apis/apps/v1/namespaces/shop-no/deployments/web",
			  "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"main\","
			  "\"image\":\"local/mine:1\"}]}}}}");
	review_one(d, "acme/shop/no", NEWER);
	assert_false(d->failed);
	assert_int_equal(count(d, "refused", "deployments/web"), 1);
	assert_non_null(strstr(first_text(d), "image"));
	assert_string_equal(json_member_string(json_array_get(findings(d), 0), "code"), "conflict");
}

/* Its words are those of the cluster, but for secrets. */
static void
test_a_warning_is_told_without_secrets(void **state)
{
	struct kube_double *d = *state;
	struct driver_workload web = kube_double_workload("web", FINE, NULL);

	deploy_one(d, "acme/shop/warn", FINE);
	json_array_append_new(web.secrets, json_string("hunter2-hunter2"));
	kube_double_rules(d, "PATCH deployments/web warn beware of hunter2-hunter2\n");
	kube_double_review(d, "acme/shop/warn", &web, 1);
	kube_double_rules(d, "");
	assert_int_equal(count(d, "warning", "deployments/web"), 1);
	assert_non_null(strstr(first_text(d), "beware of [secret]"));
}

static void
test_a_webhook_without_dry_runs_is_a_warning(void **state)
{
	struct kube_double *d = *state;

	deploy_one(d, "acme/shop/hook", FINE);
	kube_double_rules(d, "PATCH deployments/web status 400 {\"kind\":\"Status\",\"status\":"
			     "\"Failure\",\"code\":400,\"message\":\"admission webhook "
			     "\\\"a.example\\\" does not support dry run\"}\n");
	review_one(d, "acme/shop/hook", NEWER);
	kube_double_rules(d, "");
	assert_false(d->failed);
	assert_int_equal(count(d, "warning", "deployments/web"), 1);
	assert_int_equal(count(d, "refused", NULL), 0);
}

/* Its pods have a claim and a volume of the same name. */
#define SET                                                                                        \
	"{'apiVersion': 'apps/v1', 'kind': 'StatefulSet', 'metadata': {'name': 'db', 'labels': "   \
	"{'app.kubernetes.io/managed-by': 'sidestage'}}, 'spec': {'serviceName': 'db', "           \
	"'replicas': 1, 'selector': {'matchLabels': {'app': 'db'}}, 'template': {'metadata': "     \
	"{'labels': {'app': 'db'}}, 'spec': {'containers': [{'name': 'db', 'image': '" FINE "', "  \
	"'volumeMounts': [{'name': 'data', 'mountPath': '/data'}, {'name': 'tmp', 'mountPath': "   \
	"'/tmp'}]}], 'volumes': [{'name': 'data', 'emptyDir': {}}, {'name': 'tmp', 'emptyDir': "   \
	"{}}]}}, 'volumeClaimTemplates': [{'metadata': {'name': 'data'}, 'spec': {'accessModes': " \
	"['ReadWriteOnce'], 'resources': {'requests': {'storage': '1Mi'}}}}]}}"

/* As those that the cluster makes: the claim takes the place of the volume. */
static void
test_a_pod_that_is_tried_has_the_claim_in_place_of_a_volume(void **state)
{
	struct kube_double *d = *state;
	struct driver_workload set = {
		.module = xstrdup("db"), .profile = xstrdup(MANIFESTS_PROFILE),
		.image = xstrdup(FINE), .replicas = 1,
		.spec = parse("{'manifests': {'StatefulSet/db': " SET "}}"),
		.volumes = json_object(), .secret_places = json_array(), .secrets = json_array(),
	};
	char *body = quoted(SET);

	deploy_one(d, "acme/shop/set", FINE);
	kube_double_write(d, KUBE_CREATE, "/apis/apps/v1/namespaces/shop-set/statefulsets", body);
	kube_double_review(d, "acme/shop/set", &set, 1);
	assert_false(d->failed);
	assert_int_equal(count(d, "removal", "deployments/web"), 1);
	assert_int_equal(count_requests(d, " POST 201 /api/v1/namespaces/shop-set/pods?"), 1);
	assert_int_equal(count(d, "warning", NULL), 0);
	free(body);
}

/* --- one that is not --- */

static void
test_a_new_namespace_asks_for_rights(void **state)
{
	struct kube_double *d = *state;
	size_t writes = count_writes(d);

	/* Thirty requests: a busy machine may need longer than a person waits. */
	for (int i = 0; i < 10 && (i == 0 || d->failed); i++)
		review_one(d, "acme/shop/new", FINE);
	if (d->failed)
		SKIP_TEST("each review was late: a busy machine");
	assert_true(json_is_true(json_object_get(d->outputs, "is_new")));
	assert_int_equal(json_array_size(findings(d)), 0);
	assert_int_equal(json_array_size(json_object_get(
		json_object_get(d->outputs, "objects"), "Deployment")), 1);
	kube_double_rules(d, "deny * create deployments.apps\ndeny * get pods/log\n");
	for (int i = 0; i < 10 && (i == 0 || d->failed); i++)
		review_one(d, "acme/shop/new", FINE);
	kube_double_rules(d, "");
	assert_int_equal(count(d, "refused", NULL), 2);
	assert_int_equal(count_writes(d), writes);
	assert_null(kube_double_get(d, "/api/v1/namespaces/shop-new"));
}

static void
test_a_namespace_of_others_is_refused(void **state)
{
	struct kube_double *d = *state;

	kube_double_write(d, KUBE_CREATE, "/api/v1/namespaces",
			  "{\"metadata\":{\"name\":\"shop-others\"}}");
	review_one(d, "acme/shop/others", FINE);
	assert_false(d->failed);
	assert_int_equal(count(d, "refused", NULL), 1);
	assert_non_null(strstr(first_text(d), "was not made for acme/shop/others"));
}

/* --- time --- */

/* A deployment waits for a cluster that is away; a person who reads does not. */
static void
test_nobody_waits_for_a_cluster_that_is_away(void **state)
{
	struct kube_double *d = *state;
	int64_t began;

	deploy_one(d, "acme/shop/away", FINE);
	kube_double_rules(d, "GET /api/v1/namespaces/shop-away$ hang\n");
	began = clock_steady_ms();
	review_one(d, "acme/shop/away", NEWER);
	kube_double_rules(d, "");
	assert_true(d->failed);
	assert_int_equal(d->err.parts[0].code, CODE_CLUSTER_REVIEW_LATE);
	assert_int_equal(json_array_size(findings(d)), 0);
	assert_true(clock_steady_ms() - began < 60000);
}

/* Cancelled, beside a deployment, and when the driver ends. */
static void
test_a_review_is_in_nobodys_way(void **state)
{
	struct kube_double *d = *state;
	const struct driver_home home = {.namespace = ""};
	struct driver_workload *web = xcalloc(1, sizeof(*web));
	struct driver_deployment deployment = {.id = "d1", .workloads = web, .count = 1};
	const struct driver_review review = {.home = &home, .deployment = &deployment};
	struct driver_waiter waiter, nobody = {0};
	struct driver_workload newer = kube_double_workload("web", NEWER, NULL);

	*web = kube_double_workload("web", NEWER, NULL);
	deploy_one(d, "acme/shop/beside", FINE);
	kube_double_rules(d, "GET /api/v1/namespaces/shop-beside$ hang\n");
	(void)d->driver->ops->review(d->driver, "acme/shop/beside", &review, &nobody);
	kube_double_apply(d, "acme/shop/beside", &newer, 1, false);
	assert_false(d->failed);
	waiter = kube_double_waiter(d);
	d->task = d->driver->ops->review(d->driver, "acme/shop/beside", &review, &waiter);
	driver_task_cancel(d->task);
	kube_double_wait(d);
	assert_true(d->failed);
	assert_int_equal(d->err.parts[0].code, CODE_CANCELLED);
	driver_deployment_clear(&deployment);
	kube_double_restart_driver(d);
	kube_double_rules(d, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_restarts_and_what_goes),
		cmocka_unit_test(test_what_a_cluster_would_refuse),
		cmocka_unit_test(test_a_warning_is_told_without_secrets),
		cmocka_unit_test(test_a_webhook_without_dry_runs_is_a_warning),
		cmocka_unit_test(test_a_pod_that_is_tried_has_the_claim_in_place_of_a_volume),
		cmocka_unit_test(test_a_new_namespace_asks_for_rights),
		cmocka_unit_test(test_a_namespace_of_others_is_refused),
		cmocka_unit_test(test_nobody_waits_for_a_cluster_that_is_away),
		cmocka_unit_test(test_a_review_is_in_nobodys_way),
	};

	if (!kube_double_is_possible())
		return 0;
	return cmocka_run_group_tests_name("kube-review", tests, kube_double_start,
					   kube_double_stop);
}
