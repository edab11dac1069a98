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
write_object(struct kube_double *d, const char *path, const char *text)
{
	char *body = quoted(text);

	kube_double_write(d, KUBE_CREATE, path, body);
	free(body);
}

/* What runs, and what holds for all of it. */
static void
make_origin(struct kube_double *d)
{
	write_object(d, "/api/v1/namespaces",
		     "{'apiVersion': 'v1', 'kind': 'Namespace', 'metadata': {'name': 'prod', "
		     "'labels': {'pod-security.kubernetes.io/enforce': 'privileged', 'team': 'a'}}}");
	write_object(d, "/api/v1/namespaces/prod/secrets",
		     "{'apiVersion': 'v1', 'kind': 'Secret', 'metadata': {'name': 'key'}, 'type': "
		     "'Opaque', 'stringData': {'k': 'only-the-cluster-knows'}}");
	write_object(d, "/api/v1/namespaces/prod/resourcequotas",
		     "{'apiVersion': 'v1', 'kind': 'ResourceQuota', 'metadata': {'name': 'pods'}, "
		     "'spec': {'hard': {'pods': '7'}}}");
	write_object(d, "/apis/networking.k8s.io/v1/namespaces/prod/ingresses",
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

/* One with a Deployment whose pods need that Secret, and with the original's host. */
static struct driver_workload
workload_of(const char *secret)
{
	char *text = xasprintf(
		"{'manifests': {'Deployment/web': {'apiVersion': 'apps/v1', 'kind': 'Deployment', "
		"'metadata': {'name': 'web'}, 'spec': {'replicas': 3, 'selector': {'matchLabels': "
		"{'app': 'web'}}, 'template': {'metadata': {'labels': {'app': 'web'}}, 'spec': "
		"{'containers': [{'name': 'web', 'image': '" FINE "', 'env': [{'name': 'KEY', "
		"'valueFrom': {'secretKeyRef': {'name': '%s', 'key': 'k'}}}], 'readinessProbe': "
		"{'httpGet': {'path': '/healthz', 'port': 8080}, 'periodSeconds': 1}}]}}}}, "
		"'Ingress/web': {'apiVersion': 'networking.k8s.io/v1', 'kind': 'Ingress', "
		"'metadata': {'name': 'web'}, 'spec': {'rules': [{'host': 'shop.example.com'}]}}}}",
		secret);
	char *json = quoted(text);
	struct driver_workload w = {
		.module = xstrdup("web"),
		.profile = xstrdup(MANIFESTS_PROFILE),
		.image = xstrdup(FINE),
		.replicas = 1,
		.spec = json_loads(json, 0, NULL),
		.volumes = json_object(),
		.secret_places = json_array(),
		.secrets = json_array(),
	};

	assert_non_null(w.spec);
	free(json);
	free(text);
	return w;
}

static void
a_clone_has_the_secrets_and_the_limits_of_what_it_is_made_of(void **state)
{
	struct kube_double *d = *state;
	struct driver_workload web = workload_of("key");
	const json_t *object;

	make_origin(d);
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
		cmocka_unit_test(a_clone_has_the_secrets_and_the_limits_of_what_it_is_made_of),
		cmocka_unit_test(a_secret_that_cannot_be_copied_is_named_before_anything_is_made),
	};

	if (!kube_double_is_possible())
		return 0;
	return cmocka_run_group_tests(tests, kube_double_start, kube_double_stop);
}
