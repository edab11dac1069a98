/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A clone of what somebody else runs, over the double of a cluster: what it gets from there, and
 * what it does not. */
#include "config.h"

#include "kube-double.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/manifests.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "quoted-json.h"
#include "tests/patience.h"

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
		     "'labels': {'pod-security.kubernetes.io/enforce': 'privileged', 'team': 'a', "
		     "'istio-injection': 'enabled'}, 'annotations': {'linkerd.io/inject': "
		     "'enabled', 'owner': 'a'}}}");
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
workload_with(const char *secret, const char *more)
{
	char *text = xasprintf(
		"{'manifests': {'Deployment/web': {'apiVersion': 'apps/v1', 'kind': 'Deployment', "
		"'metadata': {'name': 'web'}, 'spec': {'replicas': 3, 'selector': {'matchLabels': "
		"{'app': 'web'}}, 'template': {'metadata': {'labels': {'app': 'web'}}, 'spec': "
		"{'containers': [{'name': 'web', 'image': '" FINE "', 'resources': {'requests': "
		"{'cpu': '100m', 'memory': '64Mi'}}, 'env': [{'name': 'KEY', "
		"'valueFrom': {'secretKeyRef': {'name': '%s', 'key': 'k'%s}}}], 'readinessProbe': "
		"{'httpGet': {'path': '/healthz', 'port': 8080}, 'periodSeconds': 1}}]}}}}, "
		"'Ingress/web': {'apiVersion': 'networking.k8s.io/v1', 'kind': 'Ingress', "
		"'metadata': {'name': 'web'}, 'spec': {'rules': [{'host': 'shop.example.com'}]}}}}",
		secret, more);
	struct driver_workload w = manifests_workload("web", FINE, text);

	free(text);
	return w;
}

static struct driver_workload
workload_of(const char *secret)
{
	return workload_with(secret, "");
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
note_of(struct kube_double *d, const char *namespace, const char *note)
{
	char *path = xasprintf("/api/v1/namespaces/%s", namespace);
	const json_t *object = kube_double_get(d, path);

	free(path);
	return kube_read_note(object, note);
}

static const char *
maker_of(struct kube_double *d, const char *namespace)
{
	return note_of(d, namespace, "sidestage.dev/made");
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
	/* What it is and whose is known before anything runs in it. */
	assert_string_equal(note_of(d, "race", "sidestage.dev/origin"), "sick");
	assert_string_equal(note_of(d, "race", "sidestage.dev/owner"), "oncall");
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

/* A review has some seconds; a machine that stands still lets them pass: it is asked for again. */
static void
ask_review(struct kube_double *d, const struct driver_review *review)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;

	do {
		struct driver_waiter waiter = kube_double_waiter(d);

		d->task = d->driver->ops->review(d->driver, "acme/shop/clone", review, &waiter);
		kube_double_wait(d);
	} while (d->failed && d->err.parts[0].code == CODE_CLUSTER_REVIEW_LATE &&
		 clock_steady_ms() < until);
}

static void
review_clone_of(struct kube_double *d, struct driver_workload web)
{
	const struct driver_home home = {
		.namespace = "shop-clone", .origin = "prod", .is_first = true};
	struct driver_deployment deployment = {
		.id = "d1", .workloads = xcalloc(1, sizeof(struct driver_workload)), .count = 1};
	const struct driver_review review = {.home = &home, .deployment = &deployment};

	deployment.workloads[0] = web;
	ask_review(d, &review);
	driver_deployment_clear(&deployment);
	if (d->failed)
		fail_msg("%s", d->err.text);
}

static void
review_clone(struct kube_double *d)
{
	review_clone_of(d, workload_of("key"));
}

static void
a_review_says_what_its_namespace_gets_and_whether_its_pods_fit(void **state)
{
	struct kube_double *d = *state;

	make_origin(d);
	review_clone(d);
	assert_string_equal(found(d, "note", "carried"),
			    "Its namespace gets what prod has: pod-security.kubernetes.io/enforce="
			    "privileged, istio-injection=enabled, linkerd.io/inject=enabled, "
			    "ResourceQuota/pods");
	assert_non_null(strstr(found(d, "note", "requests"), "cpu 100m, memory 64Mi; how much"));
	assert_non_null(json_object_get(json_object_get(d->outputs, "objects"), "Deployment"));

	write_object(d, KUBE_CREATE, "/api/v1/nodes",
		     "{'apiVersion': 'v1', 'kind': 'Node', 'metadata': {'name': 'one'}}");
	write_object(d, KUBE_MERGE, "/api/v1/nodes/one/status",
		     "{'status': {'allocatable': {'cpu': '1500m', 'memory': '32Gi'}}}");
	review_clone(d);
	assert_string_equal(found(d, "note", "requests"), "Its pods request cpu 100m, memory 64Mi; "
			    "the nodes have cpu 1500m, memory 32Gi free");
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

/* A container that begins before the others and goes on beside them needs its room as they do; one
 * that ends before them, only where it needs more. */
static void
a_pod_requests_room_for_the_sidecars_that_run_beside_its_containers(void **state)
{
	struct kube_double *d = *state;
	struct driver_workload web = workload_of("key");
	json_t *pod = json_object_get(json_object_get(json_object_get(
			json_object_get(json_object_get(web.spec, "manifests"), "Deployment/web"),
			"spec"), "template"), "spec");
	char *text = quoted("[{'name': 'one', 'image': '" FINE "', 'resources': {'requests': "
			    "{'cpu': '120m'}}},"
			    "{'name': 'mesh', 'image': '" FINE "', 'restartPolicy': 'Always', "
			    "'resources': {'requests': {'cpu': '50m', 'memory': '16Mi'}}},"
			    "{'name': 'two', 'image': '" FINE "', 'resources': {'requests': "
			    "{'cpu': '20m', 'memory': '100Mi'}}}]");

	json_object_set_new(pod, "initContainers", json_loads(text, 0, NULL));
	review_clone_of(d, web);
	assert_non_null(strstr(found(d, "warning", "requests"), "cpu 150m, memory 116Mi"));
	free(text);
}

static const char *
message_about(const struct kube_double *d, const char *object)
{
	const json_t *finding;
	size_t i;

	json_array_foreach(json_object_get(d->outputs, "findings"), i, finding)
		if (kube_read_is(finding, "object", object))
			return kube_read_text(finding, "message");
	return "";
}

#define ROUTES "/apis/gateway.networking.k8s.io/v1/namespaces/prod/httproutes"

/* Pods that nobody makes, and kinds that no module has. */
static void
a_review_names_what_else_is_there(void **state)
{
	struct kube_double *d = *state;
	struct driver_workload web = workload_of("key");
	char *route = quoted("{'apiVersion': 'gateway.networking.k8s.io/v1', 'kind': 'HTTPRoute', "
			     "'metadata': {'name': 'inner'}, 'spec': {'hostnames': ['a.b']}}");

	json_object_set_new(json_object_get(web.spec, "manifests"),
			    "HTTPRoute.gateway.networking.k8s.io/inner", json_loads(route, 0, NULL));
	write_object(d, KUBE_CREATE, ROUTES, route);
	for (int i = 0; i < 2; i++) {
		char *text = xasprintf("{'apiVersion': 'gateway.networking.k8s.io/v1', 'kind': "
				       "'HTTPRoute', 'metadata': {'name': 'outer-%d'}}", i);

		write_object(d, KUBE_CREATE, ROUTES, text);
		free(text);
	}
	write_object(d, KUBE_CREATE, "/api/v1/namespaces/prod/pods",
		     "{'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': 'alone'}, 'spec': "
		     "{'containers': [{'name': 'web', 'image': '" FINE "'}]}}");
	review_clone_of(d, web);
	assert_string_equal(message_about(d, "Pod (2)"), "Pod: 2 not cloned: alone, big");
	assert_string_equal(message_about(d, "HTTPRoute (2)"),
			    "HTTPRoute.gateway.networking.k8s.io: 2 not cloned: outer-0, outer-1");

	kube_double_rules(d, "deny * list httproutes.gateway.networking.k8s.io prod\n");
	review_clone(d);
	assert_string_equal(message_about(d, "HTTPRoute (3)"), "");
	assert_string_equal(found(d, "warning", "forbidden"),
			    "You have no right to list these kinds in prod; the clone may lack objects "
			    "of them: HTTPRoute.gateway.networking.k8s.io");
	kube_double_rules(d, "GET ^/apis$ status 403 {}\n");
	review_clone(d);
	assert_string_equal(found(d, "warning", "kinds"), "Not all kinds of objects in prod were "
			    "looked at; the clone may lack some.");
	assert_true(strlen(message_about(d, "Pod (2)")) > 0);
	kube_double_rules(d, "");
	free(route);
}

/* Whoever waits for it is not made to wait. */
static void
a_review_does_not_wait_for_kinds_that_are_not_listed_in_time(void **state)
{
	struct kube_double *d = *state;

	kube_double_rules(d, "GET ^/apis$ hang\n");
	review_clone(d);
	assert_non_null(found(d, "warning", "kinds"));
	assert_non_null(json_object_get(json_object_get(d->outputs, "objects"), "Deployment"));
	kube_double_rules(d, "");
}

static void
a_review_copies_nothing_and_logs_no_copy_that_failed(void **state)
{
	const struct driver_home home = {.namespace = "poor", .origin = "prod"};
	struct kube_double *d = *state;
	FILE *log = tmpfile();
	int kept = dup(STDERR_FILENO);
	char text[8192];

	assert_true(dup2(fileno(log), STDERR_FILENO) >= 0);
	kube_double_rules(d, "deny * list resourcequotas prod\n");
	review_clone(d);
	assert_int_equal(pread(fileno(log), text, sizeof(text), 0), 0);
	assert_non_null(strstr(found(d, "warning", "forbidden"), "resourcequotas"));
	prepare(d, "acme/shop/poor", &home);
	text[pread(fileno(log), text, sizeof(text) - 1, 0)] = '\0';
	dup2(kept, STDERR_FILENO);
	close(kept);
	fclose(log);
	kube_double_rules(d, "");
	fprintf(stderr, "%s", text);
	assert_non_null(strstr(text, "cannot copy quotas, limits and labels from the original "
				     "namespace\" namespace=\"poor\" original=\"prod\" "));
	assert_non_null(kube_double_get(d, "/api/v1/namespaces/poor"));
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
	assert_true(kube_read_is(json_object_get(kube_read_metadata(object), "labels"),
				 "istio-injection", "enabled"));
	assert_string_equal(kube_read_note(object, "linkerd.io/inject"), "enabled");
	assert_string_equal(kube_read_note(object, "owner"), "");
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

/* Which lets all out: the clone's may not connect to its origin. */
static void
a_policy_of_the_original_is_narrowed(void **state)
{
	struct kube_double *d = *state;
	struct driver_workload web = workload_of("key");
	char *policy = quoted("{'apiVersion': 'networking.k8s.io/v1', 'kind': 'NetworkPolicy', "
			      "'metadata': {'name': 'out'}, 'spec': {'podSelector': {}, "
			      "'policyTypes': ['Egress'], 'egress': [{}]}}");
	const json_t *object;
	char *text;

	json_object_set_new(json_object_get(web.spec, "manifests"), "NetworkPolicy/out",
			    json_loads(policy, 0, NULL));
	kube_double_apply(d, "acme/shop/clone", &web, 1, false);
	if (d->failed)
		fail_msg("%s", d->err.text);
	object = kube_double_get(d, "/apis/networking.k8s.io/v1/namespaces/shop-clone/"
				    "networkpolicies/out");
	text = json_dumps(json_object_get(json_object_get(object, "spec"), "egress"),
			  JSON_SORT_KEYS);
	assert_non_null(strstr(text, "\"operator\": \"NotIn\", \"values\": [\"prod\"]"));
	free(text);
	assert_null(kube_double_get(d, "/apis/networking.k8s.io/v1/namespaces/shop-clone/"
				       "networkpolicies/web-not-to-origin"));
	free(policy);
}

/* Where the original's number is its autoscaler's, the clone has none to ask for more. */
static void
what_an_autoscaler_counts_has_one_pod_in_a_clone(void **state)
{
	const struct driver_home home = {.namespace = "counted", .origin = "prod"};
	struct kube_double *d = *state;
	char *object = deployment_of("web", FINE), *text, *counted;
	struct driver_workload web;

	text = strstr(object, "'replicas': 1, ");
	counted = xasprintf("{'manifests': {'Deployment/web': %.*s%s, 'HorizontalPodAutoscaler/web': "
			    "{'apiVersion': 'autoscaling/v2', 'kind': 'HorizontalPodAutoscaler', "
			    "'metadata': {'name': 'web'}, 'spec': {'minReplicas': 4, 'maxReplicas': 9, "
			    "'scaleTargetRef': {'apiVersion': 'apps/v1', 'kind': 'Deployment', 'name': "
			    "'web'}}}}}", (int)(text - object), object,
			    text + strlen("'replicas': 1, "));
	web = manifests_workload("web", FINE, counted);
	prepare(d, "acme/shop/counted", &home);
	kube_double_apply(d, "acme/shop/counted", &web, 1, false);
	if (d->failed)
		fail_msg("%s", d->err.text);
	assert_int_equal(kube_read_count(json_object_get(
		kube_double_get(d, "/apis/apps/v1/namespaces/counted/deployments/web"), "spec"),
		"replicas", 0), 1);
	assert_null(kube_double_get(d, "/apis/autoscaling/v2/namespaces/counted/"
				       "horizontalpodautoscalers/web"));
	free(counted);
	free(object);
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

/* A release that Helm would take for its own, tokens of another account and of the cluster. */
static void
a_secret_that_was_generated_is_not_copied_and_says_so(void **state)
{
	static const char *const types[] = {"helm.sh/release.v1",
					    "kubernetes.io/service-account-token",
					    "bootstrap.kubernetes.io/token"};
	struct kube_double *d = *state;

	prepare_clone(d);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		char *name = xasprintf("generated-%zu", i);
		char *copy = xasprintf(CLONE "/secrets/%s", name);
		char *text = xasprintf("{'apiVersion': 'v1', 'kind': 'Secret', 'metadata': {'name': "
				       "'%s'}, 'type': '%s', 'stringData': {'k': "
				       "'only-the-cluster-knows'}}", name, types[i]);
		char *said = xasprintf("Secret %s could not be copied", name);
		struct driver_workload web = workload_of(name);

		write_object(d, KUBE_CREATE, "/api/v1/namespaces/prod/secrets", text);
		kube_double_apply(d, "acme/shop/clone", &web, 1, false);
		assert_true(d->failed);
		assert_non_null(strstr(d->err.text, said));
		assert_non_null(strstr(d->err.text, types[i]));
		assert_null(strstr(d->err.text, "only-the-cluster-knows"));
		assert_null(kube_double_get(d, copy));
		free(said);
		free(text);
		free(copy);
		free(name);
	}
}

static void
a_generated_secret_that_may_be_missing_is_left_out_and_warned_of(void **state)
{
	struct kube_double *d = *state;
	struct driver_workload web = workload_with("release", ", 'optional': true");
	const json_t *warning;

	prepare_clone(d);
	write_object(d, KUBE_CREATE, "/api/v1/namespaces/prod/secrets",
		     "{'apiVersion': 'v1', 'kind': 'Secret', 'metadata': {'name': 'release'}, "
		     "'type': 'helm.sh/release.v1', 'stringData': {'k': 'x'}}");
	kube_double_apply(d, "acme/shop/clone", &web, 1, false);
	if (d->failed)
		fail_msg("%s", d->err.text);
	assert_int_equal(json_array_size(d->warnings), 1);
	warning = json_array_get(d->warnings, 0);
	assert_string_equal(kube_read_text(warning, "object"), "secrets/release");
	assert_non_null(strstr(kube_read_text(warning, "message"), "helm.sh/release.v1"));
	assert_null(kube_double_get(d, CLONE "/secrets/release"));
}

static void
find_records(struct kube_double *d)
{
	struct driver_waiter waiter = kube_double_waiter(d);

	d->task = d->driver->ops->kept(d->driver, NULL, &waiter);
	kube_double_wait(d);
	if (d->failed)
		fail_msg("%s", d->err.text);
}

static void
a_record_that_may_not_be_read_is_told_from_none(void **state)
{
	struct kube_double *d = *state;
	struct driver_waiter waiter;
	json_t *record = json_pack("{s:i}", "version", 1), *notes = json_object();

	prepare_clone(d);
	waiter = kube_double_waiter(d);
	d->task = d->driver->ops->keep(d->driver, "acme/shop/clone", record, notes, &waiter);
	kube_double_wait(d);
	assert_false(d->failed);
	kube_double_rules(d, "deny * get configmaps shop-clone\n");
	find_records(d);
	assert_non_null(json_object_get(json_object_get(d->outputs, "unread"), "shop/clone"));
	assert_int_equal(json_array_size(json_object_get(d->outputs, "records")), 0);
	kube_double_rules(d, "");
	find_records(d);
	assert_int_equal(json_object_size(json_object_get(d->outputs, "unread")), 0);
	assert_int_equal(json_array_size(json_object_get(d->outputs, "records")), 1);
	json_decref(record);
	json_decref(notes);
}

/* Takes the text. */
static void
write_quoted(struct kube_double *d, const char *path, char *text)
{
	char *body = quoted(text);

	kube_double_write(d, KUBE_APPLY, path, body);
	free(body);
	free(text);
}

/* As somebody with kubectl makes it. */
static void
write_copy(struct kube_double *d, const char *name, const char *space)
{
	char path[128];

	snprintf(path, sizeof(path), "/api/v1/namespaces/%s", name);
	write_quoted(d, path, xasprintf(
		"{'apiVersion': 'v1', 'kind': 'Namespace', 'metadata': {'name': '%s', "
		"'labels': {'app.kubernetes.io/managed-by': 'sidestage'}, 'annotations': {"
		"'sidestage.dev/platform': '" PLATFORM "', 'sidestage.dev/record': '0', "
		"'sidestage.dev/environment': '%s'}}}", name, space));
	snprintf(path, sizeof(path), "/api/v1/namespaces/%s/configmaps/sidestage-environment",
		 name);
	write_quoted(d, path, xasprintf(
		"{'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'name': "
		"'sidestage-environment', 'namespace': '%s'}, "
		"'data': {'environment.json': '{}'}}", name));
}

/* Until what is made now is younger than what was. */
static void
let_a_second_pass(void)
{
	time_t begun = time(NULL);

	while (time(NULL) <= begun)
		usleep(20000);
}

static void
a_namespace_under_another_name_is_not_the_clone_and_the_oldest_comes_first(void **state)
{
	struct kube_double *d = *state;
	const json_t *records, *stray;

	prepare_clone(d);
	let_a_second_pass();
	write_copy(d, "aaa-restored", "acme/shop/clone");
	write_copy(d, "shop-aaa", "acme/shop/aaa");
	find_records(d);
	records = json_object_get(d->outputs, "records");
	assert_int_equal(json_array_size(records), 2);
	assert_string_equal(json_member_string(json_array_get(records, 0), "namespace"),
			    "shop-clone");
	assert_string_equal(json_member_string(json_array_get(records, 1), "namespace"),
			    "shop-aaa");
	assert_int_equal(json_object_size(json_object_get(d->outputs, "strays")), 1);
	stray = json_object_get(json_object_get(d->outputs, "strays"), "aaa-restored");
	assert_string_equal(json_member_string(stray, "space"), "shop/clone");
	assert_string_equal(json_member_string(stray, "expected"), "shop-clone");
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
		cmocka_unit_test(
			a_pod_requests_room_for_the_sidecars_that_run_beside_its_containers),
		cmocka_unit_test(a_review_names_what_else_is_there),
		cmocka_unit_test(a_review_does_not_wait_for_kinds_that_are_not_listed_in_time),
		cmocka_unit_test(a_review_copies_nothing_and_logs_no_copy_that_failed),
		cmocka_unit_test(a_clone_has_the_secrets_and_the_limits_of_what_it_is_made_of),
		cmocka_unit_test(a_policy_of_the_original_is_narrowed),
		cmocka_unit_test(what_an_autoscaler_counts_has_one_pod_in_a_clone),
		cmocka_unit_test(a_secret_that_cannot_be_copied_is_named_before_anything_is_made),
		cmocka_unit_test(a_secret_that_was_generated_is_not_copied_and_says_so),
		cmocka_unit_test(a_generated_secret_that_may_be_missing_is_left_out_and_warned_of),
		cmocka_unit_test(a_record_that_may_not_be_read_is_told_from_none),
		cmocka_unit_test(
			a_namespace_under_another_name_is_not_the_clone_and_the_oldest_comes_first),
	};

	if (!kube_double_is_possible())
		return 0;
	return cmocka_run_group_tests(tests, kube_double_start, kube_double_stop);
}
