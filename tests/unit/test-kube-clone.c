/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A clone of what somebody else runs, over the double of a cluster: what it gets from there, and
 * what it does not. */
#include "config.h"

#include "kube-double.h"

#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "model/json.h"
#include "model/manifests.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "quoted-json.h"

#define FINE "local/web:1"
#define CLONE "/api/v1/namespaces/shop-clone"

static void
write_object(struct kube_double *d, enum kube_verb verb, const char *path, const char *text)
{
	char *body = quoted(text);

	kube_double_write(d, verb, path, body);
	free(body);
}

/* What runs, and what holds for all of it. */
static void
make_origin(struct kube_double *d)
{
	write_object(d, KUBE_CREATE, "/api/v1/namespaces",
		     "{'apiVersion': 'v1', 'kind': 'Namespace', 'metadata': {'name': 'prod', "
		     "'labels': {'pod-security.kubernetes.io/enforce': 'privileged', 'team': 'a'}}}");
	write_object(d, KUBE_CREATE, "/api/v1/namespaces/prod/secrets",
		     "{'apiVersion': 'v1', 'kind': 'Secret', 'metadata': {'name': 'key'}, 'type': "
		     "'Opaque', 'stringData': {'k': 'only-the-cluster-knows'}}");
	write_object(d, KUBE_CREATE, "/api/v1/namespaces/prod/resourcequotas",
		     "{'apiVersion': 'v1', 'kind': 'ResourceQuota', 'metadata': {'name': 'pods'}, "
		     "'spec': {'hard': {'pods': '7'}}}");
	write_object(d, KUBE_CREATE, "/apis/networking.k8s.io/v1/namespaces/prod/ingresses",
		     "{'apiVersion': 'networking.k8s.io/v1', 'kind': 'Ingress', 'metadata': {'name': "
		     "'web'}, 'spec': {'rules': [{'host': 'shop.example.com'}]}}");
}

static void
prepare_clone(struct kube_double *d)
{
	const struct driver_home home = {.namespace = "shop-clone", .origin = "prod"};
	struct driver_waiter waiter = kube_double_waiter(d);

	d->task = d->driver->ops->prepare(d->driver, "acme/shop/clone", &home, &waiter);
	kube_double_wait(d);
	if (d->failed)
		fail_msg("%s", d->err.text);
}

/* spec: JSON in single quotes. */
static struct driver_workload
manifests_workload(const char *name, const char *image, const char *spec)
{
	char *json = quoted(spec);
	struct driver_workload w = {
		.module = xstrdup(name),
		.profile = xstrdup(MANIFESTS_PROFILE),
		.image = xstrdup(image),
		.replicas = 1,
		.spec = json_loads(json, 0, NULL),
		.volumes = json_object(),
		.secret_places = json_array(),
		.secrets = json_array(),
	};

	assert_non_null(w.spec);
	free(json);
	return w;
}

/* One with a Deployment whose pods need that Secret, and with the original's host. */
static struct driver_workload
workload_of(const char *secret)
{
	char *text = xasprintf(
		"{'manifests': {'Deployment/web': {'apiVersion': 'apps/v1', 'kind': 'Deployment', "
		"'metadata': {'name': 'web'}, 'spec': {'replicas': 3, 'selector': {'matchLabels': "
		"{'app': 'web'}}, 'template': {'metadata': {'labels': {'app': 'web'}}, 'spec': "
		"{'containers': [{'name': 'web', 'image': '" FINE "', 'resources': {'requests': "
		"{'cpu': '100m', 'memory': '64Mi'}}, 'env': [{'name': 'KEY', "
		"'valueFrom': {'secretKeyRef': {'name': '%s', 'key': 'k'}}}], 'readinessProbe': "
		"{'httpGet': {'path': '/healthz', 'port': 8080}, 'periodSeconds': 1}}]}}}}, "
		"'Ingress/web': {'apiVersion': 'networking.k8s.io/v1', 'kind': 'Ingress', "
		"'metadata': {'name': 'web'}, 'spec': {'rules': [{'host': 'shop.example.com'}]}}}}",
		secret);
	struct driver_workload w = manifests_workload("web", FINE, text);

	free(text);
	return w;
}

/* --- what fails where it was found --- */

#define SICK "acme/shop/sick"
#define RECOVERING "acme/shop/recovering"

static char *
deployment_of(const char *name, const char *image)
{
	char *text = xasprintf(
		"{'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': {'name': '%s'}, "
		"'spec': {'replicas': 1, 'selector': {'matchLabels': {'app': '%s'}}, 'template': "
		"{'metadata': {'labels': {'app': '%s'}}, 'spec': {'containers': [{'name': 'main', "
		"'image': '%s', 'readinessProbe': {'httpGet': {'path': '/healthz', 'port': 8080}, "
		"'periodSeconds': 1}}]}}}}", name, name, name, image);

	return text;
}

static struct driver_workload
simple_workload(const char *name, const char *image)
{
	char *object = deployment_of(name, image);
	char *text = xasprintf("{'manifests': {'Deployment/%s': %s}}", name, object);
	struct driver_workload w = manifests_workload(name, image, text);

	free(text);
	free(object);
	return w;
}

static void
prepare(struct kube_double *d, const char *space, const struct driver_home *home)
{
	struct driver_waiter waiter = kube_double_waiter(d);

	d->task = d->driver->ops->prepare(d->driver, space, home, &waiter);
	kube_double_wait(d);
	if (d->failed)
		fail_msg("%s", d->err.text);
}

/* One that cannot pull its image, and one that crashes, as a daemon finds them. */
static void
make_sick(struct kube_double *d)
{
	const struct driver_home home = {.namespace = "sick", .is_adopted = true};
	struct driver_workload both[] = {simple_workload("api", "fail/crash/api:1"),
					 simple_workload("web", "fail/pull/web:1")};
	char *api = deployment_of("api", "fail/crash/api:1"),
	     *web = deployment_of("web", "fail/pull/web:1");

	write_object(d, KUBE_CREATE, "/api/v1/namespaces",
		     "{'apiVersion': 'v1', 'kind': 'Namespace', 'metadata': {'name': 'sick'}}");
	write_object(d, KUBE_CREATE, "/apis/apps/v1/namespaces/sick/deployments", api);
	write_object(d, KUBE_CREATE, "/apis/apps/v1/namespaces/sick/deployments", web);
	prepare(d, SICK, &home);
	kube_double_apply(d, SICK, both, 2, true);
	assert_false(d->failed);
	free(api);
	free(web);
}

static bool
is_warned(const struct kube_double *d, const char *words)
{
	const json_t *warning;
	bool found = false;
	size_t i;

	json_array_foreach(d->warnings, i, warning)
		found |= strstr(json_member_string(warning, "message"), words) &&
			 kube_read_is(warning, "code", "does-not-run") &&
			 json_is_object(json_object_get(warning, "reason"));
	return found;
}

static const char *
image_of(struct kube_double *d, const char *name)
{
	char *path = xasprintf("/apis/apps/v1/namespaces/recovering/deployments/%s", name);
	const json_t *spec = json_object_get(kube_double_get(d, path), "spec");
	const json_t *pod = json_object_get(json_object_get(spec, "template"), "spec");

	free(path);
	return kube_read_text(json_array_get(json_object_get(pod, "containers"), 0), "image");
}

static void
what_fails_in_production_fails_in_its_clone_and_is_fixed_there_one_by_one(void **state)
{
	const struct driver_home home = {.namespace = "recovering", .origin = "sick"};
	struct kube_double *d = *state;
	struct driver_workload first[] = {simple_workload("api", "fail/crash/api:1"),
					  simple_workload("web", "fail/pull/web:1")},
			       second[] = {simple_workload("api", "fail/crash/api:1"),
					   simple_workload("web", "local/web:2")},
			       third[] = {simple_workload("api", "fail/pull/api:2"),
					  simple_workload("web", "local/web:2")},
			       last[] = {simple_workload("api", "local/api:3"),
					 simple_workload("web", "local/web:2")};

	make_sick(d);
	prepare(d, RECOVERING, &home);
	d->copy_of = SICK;
	kube_double_apply(d, RECOVERING, first, 2, false);
	d->copy_of = NULL;
	if (d->failed)
		fail_msg("%s", d->err.text);
	assert_true(is_warned(d, "web fails here as it does in sick: "));
	assert_true(is_warned(d, "api fails here as it does in sick: "));
	assert_string_equal(image_of(d, "web"), "fail/pull/web:1");

	kube_double_apply(d, RECOVERING, second, 2, false);
	if (d->failed)
		fail_msg("%s", d->err.text);
	assert_true(is_warned(d, "api was not changed, and fails as before: "));
	assert_false(is_warned(d, "web"));

	/* What it changes is to run. */
	kube_double_apply(d, RECOVERING, third, 2, false);
	assert_true(d->failed);
	assert_string_equal(image_of(d, "api"), "fail/crash/api:1");
	assert_string_equal(image_of(d, "web"), "local/web:2");

	kube_double_apply(d, RECOVERING, last, 2, false);
	if (d->failed)
		fail_msg("%s", d->err.text);
	assert_int_equal(json_array_size(d->warnings), 0);
}

static const char *
maker_of(struct kube_double *d, const char *namespace)
{
	char *path = xasprintf("/api/v1/namespaces/%s", namespace);
	const json_t *object = kube_double_get(d, path);

	free(path);
	return kube_read_note(object, "sidestage.dev/made");
}

/* Each with a daemon of its own; the second looks before the first has made it. */
static void
of_two_who_clone_under_one_name_the_cluster_takes_one(void **state)
{
	struct driver_home one = {.namespace = "race", .origin = "sick", .made = "1111",
				  .made_by = "oncall", .is_first = true};
	struct driver_home other = one;
	struct kube_double *d = *state;
	struct driver_waiter waiter;

	other.made = "2222";
	other.made_by = "dev";
	d->platform = "kube";
	kube_double_restart_driver(d);
	prepare(d, "a/shop/race", &one);
	kube_double_restart_driver(d);
	kube_double_rules(d, "1:GET /api/v1/namespaces/race$ status 404\n");
	waiter = kube_double_waiter(d);
	d->task = d->driver->ops->prepare(d->driver, "b/shop/race", &other, &waiter);
	kube_double_wait(d);
	kube_double_rules(d, "");
	assert_true(d->failed);
	assert_int_equal(d->err.kind, ERROR_CONFLICT);
	assert_non_null(strstr(d->err.text, "oncall was faster: the clone race"));
	assert_string_equal(maker_of(d, "race"), "1111");
	/* Nor is it taken away by who was too late, and one who lost all else knows it again. */
	waiter = kube_double_waiter(d);
	d->task = d->driver->ops->remove(d->driver, "b/shop/race", &other, &waiter);
	kube_double_wait(d);
	assert_string_equal(maker_of(d, "race"), "1111");
	kube_double_restart_driver(d);
	prepare(d, "c/shop/race", &one);
	d->platform = NULL;
	kube_double_restart_driver(d);
}

/* By address, too, for who may not list nodes. */
static void
a_clone_cannot_connect_to_the_pods_it_is_made_of(void **state)
{
	struct kube_double *d = *state;
	const json_t *policy = kube_double_get(
		d, "/apis/networking.k8s.io/v1/namespaces/recovering/networkpolicies/web-not-to-origin");
	const json_t *egress = json_object_get(json_object_get(policy, "spec"), "egress");
	char *text = json_dumps(egress, JSON_SORT_KEYS);

	assert_non_null(policy);
	assert_non_null(strstr(text, "\"operator\": \"NotIn\", \"values\": [\"sick\"]"));
	assert_non_null(strstr(text, "\"cidr\": \"0.0.0.0/0\", \"except\": [\""));
	assert_non_null(strstr(text, "/32\""));
	free(text);
}

static void
a_clone_in_which_fails_what_runs_in_production_is_not_made(void **state)
{
	const struct driver_home home = {.namespace = "other", .origin = "sick"};
	struct kube_double *d = *state;
	struct driver_workload more[] = {simple_workload("api", "fail/crash/api:1"),
					 simple_workload("job", "fail/pull/job:1")};

	prepare(d, "acme/shop/other", &home);
	d->copy_of = SICK;
	kube_double_apply(d, "acme/shop/other", more, 2, false);
	d->copy_of = NULL;
	assert_true(d->failed);
	assert_string_equal(d->problems.items[0].object_id, "job");
	assert_null(kube_double_get(d, "/apis/apps/v1/namespaces/other/deployments/api"));
}

/* --- what it has of its origin --- */

/* Of that code, as the review says it; NULL: nothing is. */
static const char *
found(const struct kube_double *d, const char *kind, const char *code)
{
	const json_t *finding;
	size_t i;

	json_array_foreach(json_object_get(d->outputs, "findings"), i, finding)
		if (kube_read_is(finding, "kind", kind) && kube_read_is(finding, "code", code))
			return kube_read_text(finding, "message");
	return NULL;
}

static void
review_clone(struct kube_double *d)
{
	const struct driver_home home = {
		.namespace = "shop-clone", .origin = "prod", .is_first = true};
	struct driver_deployment deployment = {
		.id = "d1", .workloads = xcalloc(1, sizeof(struct driver_workload)), .count = 1};
	const struct driver_review review = {.home = &home, .deployment = &deployment};
	struct driver_waiter waiter = kube_double_waiter(d);

	deployment.workloads[0] = workload_of("key");
	d->task = d->driver->ops->review(d->driver, "acme/shop/clone", &review, &waiter);
	driver_deployment_clear(&deployment);
	kube_double_wait(d);
	if (d->failed)
		fail_msg("%s", d->err.text);
}

static void
a_review_says_what_its_namespace_gets_and_whether_its_pods_fit(void **state)
{
	struct kube_double *d = *state;

	make_origin(d);
	review_clone(d);
	assert_string_equal(found(d, "note", "carried"),
			    "Its namespace gets what prod has: pod-security.kubernetes.io/enforce="
			    "privileged, ResourceQuota/pods");
	assert_non_null(strstr(found(d, "note", "requests"), "100m CPU, 64Mi memory; how much"));
	assert_non_null(json_object_get(json_object_get(d->outputs, "objects"), "Deployment"));

	write_object(d, KUBE_CREATE, "/api/v1/nodes",
		     "{'apiVersion': 'v1', 'kind': 'Node', 'metadata': {'name': 'one'}}");
	write_object(d, KUBE_MERGE, "/api/v1/nodes/one/status",
		     "{'status': {'allocatable': {'cpu': '1500m', 'memory': '32Gi'}}}");
	review_clone(d);
	assert_string_equal(found(d, "note", "requests"), "Its pods request 100m CPU, 64Mi memory; "
			    "the nodes have 1500m CPU, 32Gi memory free");
	write_object(d, KUBE_CREATE, "/api/v1/namespaces/prod/pods",
		     "{'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': 'big'}, 'spec': "
		     "{'nodeName': 'one', 'containers': [{'name': 'a', 'image': '" FINE "', "
		     "'resources': {'limits': {'cpu': '1450m'}}}]}}");
	write_object(d, KUBE_CREATE, "/api/v1/namespaces/prod/resourcequotas",
		     "{'apiVersion': 'v1', 'kind': 'ResourceQuota', 'metadata': {'name': 'small'}, "
		     "'spec': {'hard': {'requests.memory': '32Mi'}}}");
	review_clone(d);
	assert_null(found(d, "note", "requests"));
	assert_non_null(found(d, "warning", "requests"));
	kube_double_write(d, KUBE_DELETE, "/api/v1/namespaces/prod/resourcequotas/small", NULL);
}

static void
a_clone_has_the_secrets_and_the_limits_of_what_it_is_made_of(void **state)
{
	struct kube_double *d = *state;
	struct driver_workload web = workload_of("key");
	const json_t *object;

	prepare_clone(d);
	object = kube_double_get(d, CLONE);
	assert_true(kube_read_is(json_object_get(kube_read_metadata(object), "labels"),
				 "pod-security.kubernetes.io/enforce", "privileged"));
	assert_null(json_object_get(json_object_get(kube_read_metadata(object), "labels"), "team"));
	object = kube_double_get(d, CLONE "/resourcequotas/pods");
	assert_true(kube_read_is(json_object_get(json_object_get(object, "spec"), "hard"), "pods",
				 "7"));

	kube_double_apply(d, "acme/shop/clone", &web, 1, false);
	if (d->failed)
		fail_msg("%s", d->err.text);
	object = kube_double_get(d, CLONE "/secrets/key");
	assert_true(kube_read_is(json_object_get(object, "data"), "k",
				 "b25seS10aGUtY2x1c3Rlci1rbm93cw=="));
	object = kube_double_get(d, "/apis/apps/v1/namespaces/shop-clone/deployments/web");
	assert_int_equal(kube_read_count(json_object_get(object, "spec"), "replicas", 0), 1);
	assert_non_null(kube_double_get(d, "/apis/networking.k8s.io/v1/namespaces/shop-clone/"
					   "networkpolicies/web-not-to-origin"));
	assert_null(kube_double_get(d, "/apis/networking.k8s.io/v1/namespaces/shop-clone/"
				       "ingresses/web"));
	assert_non_null(kube_double_get(d, "/apis/networking.k8s.io/v1/namespaces/prod/"
					   "ingresses/web"));
	kube_double_get(d, "/api/v1/namespaces/prod/secrets/key");

	web = workload_of("key");	/* once more, which changes nothing */
	kube_double_apply(d, "acme/shop/clone", &web, 1, false);
	assert_false(d->failed);
	assert_non_null(kube_double_get(d, CLONE "/secrets/key"));
}

static void
a_secret_that_cannot_be_copied_is_named_before_anything_is_made(void **state)
{
	struct kube_double *d = *state;
	struct driver_workload web = workload_of("absent");

	prepare_clone(d);
	kube_double_apply(d, "acme/shop/clone", &web, 1, false);
	assert_true(d->failed);
	assert_non_null(strstr(d->err.text, "Secret absent could not be copied"));
	assert_null(strstr(d->err.text, "only-the-cluster-knows"));
	/* What was there before is there. */
	assert_non_null(kube_double_get(d, "/apis/apps/v1/namespaces/shop-clone/deployments/web"));
	assert_non_null(kube_double_get(d, CLONE "/secrets/key"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			what_fails_in_production_fails_in_its_clone_and_is_fixed_there_one_by_one),
		cmocka_unit_test(of_two_who_clone_under_one_name_the_cluster_takes_one),
		cmocka_unit_test(a_clone_cannot_connect_to_the_pods_it_is_made_of),
		cmocka_unit_test(a_clone_in_which_fails_what_runs_in_production_is_not_made),
		cmocka_unit_test(a_review_says_what_its_namespace_gets_and_whether_its_pods_fit),
		cmocka_unit_test(a_clone_has_the_secrets_and_the_limits_of_what_it_is_made_of),
		cmocka_unit_test(a_secret_that_cannot_be_copied_is_named_before_anything_is_made),
	};

	if (!kube_double_is_possible())
		return 0;
	return cmocka_run_group_tests(tests, kube_double_start, kube_double_stop);
}
