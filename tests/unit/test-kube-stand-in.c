/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A clone of what somebody else wrote must not act on the world: of each rule an object that would,
 * and does not any more, and what is said of it.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "model/manifests.h"
#include "model/pointer.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/objects/facts-hosts.h"
#include "platform/drivers/kubernetes/objects/facts-images.h"
#include "platform/drivers/kubernetes/objects/objects.h"
#include "platform/drivers/kubernetes/objects/stand-in.h"
#include "quoted-json.h"

#define NAME_KEY "0123456789abcdef0123456789abcdef"

/* --- a clone --- */

struct clone {
	struct kube_objects objects;
	struct error err;
	int ret;
};

/* A module of these objects as a set keeps them; more: other members of its spec. */
static json_t *
spec_of(const char *objects, const char *more)
{
	json_t *list = parse(objects), *manifests = json_object(), *spec, *object;
	struct error err;
	size_t i;

	json_array_foreach(list, i, object) {
		char *key = manifest_key(object);
		json_t *kept = manifest_keep(object, &err);

		assert_non_null(key);
		if (!kept)
			fail_msg("%s", err.text);
		json_object_set_new(manifests, key, kept);
		free(key);
	}
	json_decref(list);
	spec = more ? parse(more) : json_object();
	json_object_set_new(spec, "manifests", manifests);
	return spec;
}

static struct clone
make(const char *objects, const char *more, int replicas, const struct stand_in_facts *facts)
{
	struct driver_workload w = {
		.module = xstrdup("web"),
		.profile = xstrdup(MANIFESTS_PROFILE),
		.image = xstrdup(""),
		.replicas = replicas,
		.spec = spec_of(objects, more),
	};
	struct driver_deployment deployment = {.id = "d1", .workloads = &w, .count = 1};
	const struct kube_objects_options options = {
		.namespace = "shop-clone", .space = "acme/shop/clone",
		.name_key = (const uint8_t *)NAME_KEY, .facts = facts};
	struct clone clone = {.ret = 0};

	clone.ret = kube_objects_make(&options, &deployment, &clone.objects, &clone.err);
	free(w.module);
	free(w.profile);
	free(w.image);
	json_decref(w.spec);
	return clone;
}

static struct clone
clone_of(const char *objects, const struct stand_in_facts *facts)
{
	struct clone clone = make(objects, NULL, 1, facts);

	if (clone.ret != 0)
		fail_msg("%s", clone.err.text);
	return clone;
}

static const json_t *
find(const struct clone *clone, const char *kind, const char *name)
{
	for (size_t i = 0; i < clone->objects.count; i++)
		if (kube_read_is(clone->objects.items[i].object, "kind", kind) &&
		    strncmp(kube_read_name(clone->objects.items[i].object), name, strlen(name)) ==
			    0)
			return clone->objects.items[i].object;
	return NULL;
}

static const json_t *
at(const json_t *object, const char *pointer)
{
	struct pointer parsed;
	json_t *found;
	struct error err;

	if (pointer_parse(&parsed, pointer, &err) != 0)
		fail_msg("%s", err.text);
	found = pointer_find((json_t *)(uintptr_t)object, &parsed);
	pointer_clear(&parsed);
	return found;
}

static void
expect_text(const json_t *object, const char *pointer, const char *text)
{
	const json_t *value = at(object, pointer);

	if (!json_is_string(value))
		fail_msg("nothing at %s", pointer);
	assert_string_equal(json_string_value(value), text);
}

/* What is said of it, whole. */
static void
expect_note(const struct clone *clone, const char *code, const char *said)
{
	for (size_t i = 0; i < clone->objects.note_count; i++)
		if (strcmp(clone->objects.notes[i].code, code) == 0) {
			assert_string_equal(clone->objects.notes[i].said.text, said);
			assert_string_equal(clone->objects.notes[i].module, "web");
			return;
		}
	fail_msg("nothing is said of %s", code);
}

static void
expect_silence(const struct clone *clone, const char *code)
{
	for (size_t i = 0; i < clone->objects.note_count; i++)
		assert_string_not_equal(clone->objects.notes[i].code, code);
}

#define POD "'spec': {'containers': [{'name': 'web', 'image': 'example/web:1.2'}]}"
#define TEMPLATE "'template': {'metadata': {'labels': {'app': 'web'}}, " POD "}"
#define DEPLOYMENT(metadata, spec)                                                                \
	"{'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': {'name': 'web'" metadata     \
	"}, 'spec': {'selector': {'matchLabels': {'app': 'web'}}, " TEMPLATE spec "}}"
#define SERVICE(metadata, spec)                                                                   \
	"{'apiVersion': 'v1', 'kind': 'Service', 'metadata': {'name': 'web'" metadata             \
	"}, 'spec': {'selector': {'app': 'web'}, 'ports': [{'port': 80, 'nodePort': 30080}]" spec \
	"}}"
#define INGRESS(metadata, spec)                                                                   \
	"{'apiVersion': 'networking.k8s.io/v1', 'kind': 'Ingress', 'metadata': {'name': 'web'"    \
	metadata "}, 'spec': {" spec "}}"
#define RULE(host)                                                                                \
	"{'host': '" host "', 'http': {'paths': [{'path': '/', 'pathType': 'Prefix', 'backend': " \
	"{'service': {'name': 'web', 'port': {'number': 80}}}}]}}"

/* --- it is ours --- */

static void
what_is_cloned_is_found_by_our_labels_and_keeps_its_selectors(void **state)
{
	struct clone clone = clone_of("[" DEPLOYMENT(", 'namespace': 'shop-prod'", "") ", "
				      SERVICE("", "") "]", NULL);
	const json_t *web = find(&clone, "Deployment", "web");

	(void)state;
	expect_text(web, "/metadata/namespace", "shop-clone");
	expect_text(web, "/metadata/labels/app.kubernetes.io~1managed-by", "sidestage");
	expect_text(web, "/metadata/labels/sidestage.dev~1workload", "web");
	expect_text(web, "/metadata/annotations/sidestage.dev~1workload-id", "web");
	expect_text(web, "/spec/template/metadata/labels/sidestage.dev~1workload", "web");
	expect_text(web, "/spec/template/metadata/labels/app", "web");
	assert_int_equal(json_object_size(at(web, "/spec/selector/matchLabels")), 1);
	assert_int_equal(json_object_size(at(find(&clone, "Service", "web"), "/spec/selector")), 1);
	assert_int_equal(clone.objects.items[0].stage, KUBE_STAGE_PARTS);
	assert_true(clone.objects.items[1].is_workload);
	assert_int_equal(clone.objects.items[1].success, KUBE_SUCCESS_AVAILABLE);
	kube_objects_clear(&clone.objects);
}

/* An API server takes both from who creates an object, and refuses them from who applies it. */
static void
what_is_given_twice_can_be_applied(void **state)
{
	struct clone clone = clone_of(
		"[{'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': {'name': 'web'}, 'spec': "
		"{'selector': {'matchLabels': {'app': 'web'}}, 'template': {'metadata': {'labels': "
		"{'app': 'web'}}, 'spec': {'containers': [{'name': 'web', 'image': 'example/web:1', "
		"'ports': [{'containerPort': 80, 'name': 'a'}, {'containerPort': 80, 'name': 'b'}], "
		"'env': [{'name': 'A', 'value': '1'}, {'name': 'B', 'value': '$(A)'}, {'name': 'A', "
		"'value': '2'}]}]}}}}]", NULL);
	const json_t *web = find(&clone, "Deployment", "web");
	const json_t *container = at(web, "/spec/template/spec/containers/0");

	(void)state;
	assert_int_equal(json_array_size(json_object_get(container, "ports")), 1);
	assert_int_equal(json_array_size(json_object_get(container, "env")), 2);
	expect_text(container, "/env/1/value", "2");
	expect_text(container, "/ports/0/name", "b");
	expect_note(&clone, "twice", "Deployment/web: declared twice; the clone keeps the last one: "
		    "port 80/TCP, variable A");
	kube_objects_clear(&clone.objects);
}

static void
no_tool_takes_a_clone_for_its_own(void **state)
{
	struct clone clone = clone_of("[" DEPLOYMENT(
		", 'uid': 'u', 'ownerReferences': [{'kind': 'App', 'name': 'a', 'uid': 'x', "
		"'apiVersion': 'x/v1'}], 'finalizers': ['x/y'],"
		"'labels': {'app.kubernetes.io/managed-by': 'Helm', 'helm.sh/chart': 'web-1',"
		"  'app.kubernetes.io/instance': 'shop', 'kustomize.toolkit.fluxcd.io/name': 'shop',"
		"  'tier': 'front'},"
		"'annotations': {'meta.helm.sh/release-name': 'shop', 'note': 'kept',"
		"  'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:shop-prod/web',"
		"  'deployment.kubernetes.io/revision': '7',"
		"  'kubectl.kubernetes.io/last-applied-configuration': 'x'}", "") "]", NULL);
	const json_t *metadata = at(find(&clone, "Deployment", "web"), "/metadata");

	(void)state;
	assert_int_equal(json_object_size(at(metadata, "/labels")), 3);
	expect_text(metadata, "/labels/tier", "front");
	assert_int_equal(json_object_size(at(metadata, "/annotations")), 2);
	expect_text(metadata, "/annotations/note", "kept");
	assert_null(at(metadata, "/uid"));
	assert_null(at(metadata, "/ownerReferences"));
	assert_null(at(metadata, "/finalizers"));
	for (size_t i = 0; i < clone.objects.note_count; i++)
		if (strcmp(clone.objects.notes[i].code, "marks") == 0)
			assert_non_null(strstr(clone.objects.notes[i].said.text,
					       "argocd.argoproj.io/tracking-id"));
	kube_objects_clear(&clone.objects);
}

#define MARKED                                                                                    \
	"'labels': {'app.kubernetes.io/instance': 'shop', 'tier': 'front'}, 'annotations': "      \
	"{'argocd.argoproj.io/tracking-id': 'shop:x'}"

/* Or a reconciler would prune the Jobs of a schedule and the data of a set. */
static void
nor_what_is_made_of_it(void **state)
{
	struct clone clone = clone_of(
		"[{'apiVersion': 'batch/v1', 'kind': 'CronJob', 'metadata': {'name': 'mail'}, 'spec': "
		"{'schedule': '0 3 * * *', 'jobTemplate': {'metadata': {" MARKED "}, 'spec': {"
		TEMPLATE "}}}}, {'apiVersion': 'apps/v1', 'kind': 'StatefulSet', 'metadata': {'name': "
		"'db'}, 'spec': {'selector': {'matchLabels': {'app': 'web'}}, " TEMPLATE
		", 'volumeClaimTemplates': [{'metadata': {'name': 'data', " MARKED "}}]}}]", NULL);
	const json_t *made[] = {
		at(find(&clone, "CronJob", "mail"), "/spec/jobTemplate/metadata"),
		at(find(&clone, "StatefulSet", "db"), "/spec/volumeClaimTemplates/0/metadata"),
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		expect_text(made[i], "/labels/tier", "front");
		assert_null(at(made[i], "/labels/app.kubernetes.io~1instance"));
		assert_null(at(made[i], "/annotations/argocd.argoproj.io~1tracking-id"));
	}
	expect_note(&clone, "marks", "CronJob/mail, StatefulSet/db: marks of deployment tools are not "
		    "copied: app.kubernetes.io/instance, argocd.argoproj.io/tracking-id");
	kube_objects_clear(&clone.objects);
}

static void
what_others_act_by_is_left_out(void **state)
{
	static const struct {
		const char *object, *code, *said;
	} cases[] = {
		{"{'apiVersion': 'v1', 'kind': 'Secret', 'metadata': {'name': 's'}}", "secret",
		 "Secret/s: left out, because the content of a Secret is never kept"},
		{"{'apiVersion': 'cert-manager.io/v1', 'kind': 'Certificate', 'metadata': {'name': "
		 "'c'}, 'spec': {'secretName': 'c'}}", "acts",
		 "Certificate/c: left out, because it would deploy something or request a "
		 "certificate or a DNS name"},
		{"{'apiVersion': 'argoproj.io/v1alpha1', 'kind': 'Application', 'metadata': {'name': "
		 "'a'}, 'spec': {}}", "acts",
		 "Application/a: left out, because it would deploy something or request a "
		 "certificate or a DNS name"},
		{"{'apiVersion': 'rbac.authorization.k8s.io/v1', 'kind': 'ClusterRoleBinding', "
		 "'metadata': {'name': 'b'}}", "cluster-wide",
		 "ClusterRoleBinding/b: left out, because it belongs to the whole cluster"},
		{"{'apiVersion': 'autoscaling/v2', 'kind': 'HorizontalPodAutoscaler', 'metadata': "
		 "{'name': 'web'}, 'spec': {'maxReplicas': 9}}", "autoscaler",
		 "HorizontalPodAutoscaler/web: left out, because a clone keeps its number of "
		 "replicas"},
		{"{'apiVersion': 'keda.sh/v1alpha1', 'kind': 'ScaledObject', 'metadata': {'name': "
		 "'web'}, 'spec': {'scaleTargetRef': {'name': 'web'}}}", "autoscaler",
		 "ScaledObject/web: left out, because a clone keeps its number of replicas"},
		{"{'apiVersion': 'policy/v1', 'kind': 'PodDisruptionBudget', 'metadata': {'name': "
		 "'web'}, 'spec': {'minAvailable': 1}}", "budget",
		 "PodDisruptionBudget/web: left out, because with one replica it would block the "
		 "drain of a node"},
		{"{'apiVersion': 'batch/v1', 'kind': 'Job', 'metadata': {'name': 'mail'}, 'spec': {"
		 TEMPLATE "}}", "not-run",
		 "Job/mail: not run in a clone; set spec.runs to true to run it"},
		{"{'apiVersion': 'networking.istio.io/v1', 'kind': 'VirtualService', 'metadata': "
		 "{'name': 'web'}, 'spec': {'hosts': ['shop.example.com']}}", "hosts",
		 "VirtualService/web: not reachable at hosts of the original: shop.example.com"},
		{"{'apiVersion': 'v1', 'kind': 'Binding', 'metadata': {'name': 'b'}}", "kind",
		 "Binding/b: left out, because objects of this kind cannot be copied"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *list = xasprintf("[%s]", cases[i].object);
		struct clone clone = clone_of(list, NULL);

		assert_int_equal(clone.objects.count, 0);
		expect_note(&clone, cases[i].code, cases[i].said);
		kube_objects_clear(&clone.objects);
		free(list);
	}
}

/* --- who reaches it --- */

static void
a_clone_has_no_address_outside_the_cluster(void **state)
{
	struct clone clone = clone_of("[" SERVICE(
		", 'annotations': {'external-dns.alpha.kubernetes.io/hostname': 'shop.example.com', "
		"  'service.beta.kubernetes.io/aws-load-balancer-type': 'nlb'}",
		", 'type': 'LoadBalancer', 'clusterIP': '10.0.0.7', 'clusterIPs': ['10.0.0.7'], "
		"'externalIPs': ['192.0.2.7'], 'loadBalancerIP': '192.0.2.8', "
		"'externalTrafficPolicy': 'Local', 'healthCheckNodePort': 30081") "]", NULL);
	const json_t *web = find(&clone, "Service", "web");
	static const char *const gone[] = {
		"/spec/clusterIP", "/spec/clusterIPs", "/spec/externalIPs", "/spec/loadBalancerIP",
		"/spec/externalTrafficPolicy", "/spec/healthCheckNodePort", "/spec/ports/0/nodePort",
		"/metadata/annotations/external-dns.alpha.kubernetes.io~1hostname",
		"/metadata/annotations/service.beta.kubernetes.io~1aws-load-balancer-type",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
		if (at(web, gone[i]))
			fail_msg("%s is still there", gone[i]);
	assert_true(!at(web, "/spec/type") || kube_read_is(at(web, "/spec"), "type", "ClusterIP"));
	expect_note(&clone, "dns", "Service/web: no DNS name is registered; not copied: "
				   "external-dns.alpha.kubernetes.io/hostname");
	kube_objects_clear(&clone.objects);
	clone = clone_of("[" SERVICE("", ", 'clusterIP': 'None'") "]", NULL);
	expect_text(find(&clone, "Service", "web"), "/spec/clusterIP", "None");
	kube_objects_clear(&clone.objects);
}

static void
a_host_is_taken_only_when_it_is_known_to_be_free(void **state)
{
	json_t *hosts = parse("{'shop.example.com': 'shop-prod', '*.apps.example.com': 'x'}");
	const struct stand_in_facts facts = {.hosts = hosts};
	const char *one = "[" INGRESS("", "'rules': [" RULE("shop.example.com") "]") "]";
	const char *two = "[" INGRESS(
		", 'annotations': {'cert-manager.io/cluster-issuer': 'le'}",
		"'defaultBackend': {'service': {'name': 'web', 'port': {'number': 80}}}, "
		"'tls': [{'hosts': ['Shop.example.com'], 'secretName': 'tls'}], 'rules': ["
		RULE("Shop.example.com") ", " RULE("clone.example.com") ", "
		RULE("a.apps.example.com") "]") "]";
	struct clone clone = clone_of(one, NULL);
	const json_t *web;

	(void)state;
	assert_int_equal(clone.objects.count, 0);
	expect_note(&clone, "hosts", "Ingress/web: not reachable at hosts of the original: "
				     "shop.example.com");
	kube_objects_clear(&clone.objects);
	clone = clone_of(one, &facts);
	assert_int_equal(clone.objects.count, 0);
	kube_objects_clear(&clone.objects);
	clone = clone_of(two, &facts);
	web = find(&clone, "Ingress", "web");
	assert_int_equal(json_array_size(at(web, "/spec/rules")), 1);
	expect_text(web, "/spec/rules/0/host", "clone.example.com");
	assert_null(at(web, "/spec/tls"));
	assert_null(at(web, "/spec/defaultBackend"));
	assert_null(at(web, "/metadata/annotations/cert-manager.io~1cluster-issuer"));
	kube_objects_clear(&clone.objects);
	json_decref(hosts);
}

#define ALIAS "nginx.ingress.kubernetes.io/server-alias"

static void
nor_is_one_taken_by_an_annotation(void **state)
{
	json_t *hosts = parse("{'shop.example.com': 'shop-prod'}");
	const struct stand_in_facts facts = {.hosts = hosts};
	static const char *const notes[] = {
		"'" ALIAS "': 'other.example.com, shop.example.com'",
		"'kubernetes.io/ingress.global-static-ip-name': 'shop-address'",
		"'alb.ingress.kubernetes.io/group.name': 'shop'", "'" ALIAS "': 'other.example.com'",
	};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		char *list = xasprintf("[" INGRESS(", 'annotations': {%s}",
						   "'rules': [" RULE("clone.example.com") "]") "]",
				       notes[i]);
		struct clone clone = clone_of(list, &facts);
		const json_t *metadata = at(find(&clone, "Ingress", "web"), "/metadata");

		/* Ours is the one other. */
		assert_int_equal(json_object_size(at(metadata, "/annotations")), i < 3 ? 1 : 2);
		if (i == 0)
			expect_note(&clone, "hosts", "Ingress/web: not reachable at hosts of the "
				    "original: other.example.com, shop.example.com");
		kube_objects_clear(&clone.objects);
		free(list);
	}
	json_decref(hosts);
}

/* Of several hosts of a route those that are free stay. */
static void
a_route_gets_no_host_of_somebody_else(void **state)
{
	json_t *hosts = parse("{'shop.example.com': 'shop-prod'}");
	const struct stand_in_facts facts = {.hosts = hosts};
	static const char *const kinds[] = {"HTTPRoute", "GRPCRoute", "TLSRoute"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char *list = xasprintf(
			"[{'apiVersion': 'gateway.networking.k8s.io/v1', 'kind': '%s', 'metadata': "
			"{'name': 'web'}, 'spec': {'hostnames': ['clone.example.com', "
			"'Shop.example.com']}}, {'apiVersion': 'gateway.networking.k8s.io/v1', "
			"'kind': '%s', 'metadata': {'name': 'all'}, 'spec': {'hostnames': "
			"['shop.example.com']}}]", kinds[i], kinds[i]);
		struct clone clone = clone_of(list, &facts);
		const json_t *web = find(&clone, kinds[i], "web");

		assert_null(find(&clone, kinds[i], "all"));
		assert_int_equal(json_array_size(at(web, "/spec/hostnames")), 1);
		expect_text(web, "/spec/hostnames/0", "clone.example.com");
		kube_objects_clear(&clone.objects);
		free(list);
	}
	json_decref(hosts);
}

static void
a_route_without_a_host_would_take_them_all(void **state)
{
	json_t *none = json_object();
	const struct stand_in_facts facts = {.hosts = none};
	struct clone clone = clone_of(
		"[{'apiVersion': 'gateway.networking.k8s.io/v1', 'kind': 'HTTPRoute', 'metadata': "
		"{'name': 'web'}, 'spec': {'parentRefs': [{'name': 'gate'}]}}, "
		INGRESS("", "'defaultBackend': {'service': {'name': 'web', 'port': {'number': 80}}}")
		"]", &facts);

	(void)state;
	assert_int_equal(clone.objects.count, 0);
	kube_objects_clear(&clone.objects);
	json_decref(none);
}

static void
hosts_of_others_are_those_of_routes_and_of_registered_names(void **state)
{
	json_t *hosts = json_object();
	json_t *objects = parse("[" INGRESS(
		", 'annotations': {'nginx.ingress.kubernetes.io/server-alias': 'a.example.com, "
		"b.example.com'}", "'rules': [" RULE("Shop.Example.com") "]") ", " SERVICE(
		", 'annotations': {'external-dns.alpha.kubernetes.io/hostname': 'c.example.com'}",
		"") ", {'kind': 'VirtualService', 'metadata': {'name': 'v'}, 'spec': {'hosts': "
		"['d.example.com', 'web', 'web.prod.svc.cluster.local']}}, {'kind': 'Route', "
		"'metadata': {'name': 'r'}, 'spec': {'host': 'e.example.com'}}]");

	(void)state;
	for (size_t i = 0; i < 4; i++)
		facts_take_hosts(hosts, "", json_array_get(objects, i), "prod");
	assert_int_equal(json_object_size(hosts), 6);
	assert_false(facts_is_free(hosts, "d.example.com"));
	assert_false(facts_is_free(hosts, "e.example.com"));
	assert_false(facts_is_free(hosts, "SHOP.example.com"));
	assert_false(facts_is_free(hosts, "b.example.com"));
	assert_false(facts_is_free(hosts, "*.example.com"));
	assert_true(facts_is_free(hosts, "clone.example.com"));
	json_decref(objects);
	json_decref(hosts);
}

/* --- what runs --- */

#define CRON_JOB                                                                                  \
	"{'apiVersion': 'batch/v1', 'kind': 'CronJob', 'metadata': {'name': 'backup'}, 'spec': "  \
	"{'schedule': '0 3 * * *', 'jobTemplate': {'spec': {" TEMPLATE "}}}}"

static void
nothing_runs_by_itself_unless_it_is_asked_for(void **state)
{
	const char *job = "[" CRON_JOB ", {'apiVersion': 'batch/v1', 'kind': 'Job', 'metadata': "
			  "{'name': 'mail', 'labels': {'job-name': 'mail'}}, 'spec': {'selector': "
			  "{'matchLabels': {'job-name': 'mail'}}, " TEMPLATE "}}]";
	struct clone clone = clone_of(job, NULL);
	const json_t *object;

	(void)state;
	object = find(&clone, "CronJob", "backup");
	assert_true(json_is_true(at(object, "/spec/suspend")));
	expect_text(object, "/spec/jobTemplate/metadata/labels/sidestage.dev~1workload", "web");
	assert_null(find(&clone, "Job", "mail"));
	expect_note(&clone, "suspended", "CronJob/backup: suspended (schedule 0 3 * * *); "
					 "set spec.runs to true to let it run");
	kube_objects_clear(&clone.objects);

	clone = make(job, "{'runs': true}", 1, NULL);
	assert_int_equal(clone.ret, 0);
	assert_false(json_is_true(at(find(&clone, "CronJob", "backup"), "/spec/suspend")));
	object = find(&clone, "Job", "mail-");
	assert_non_null(object);
	assert_null(at(object, "/spec/selector"));
	assert_null(at(object, "/metadata/labels/job-name"));
	expect_silence(&clone, "suspended");
	expect_silence(&clone, "not-run");
	kube_objects_clear(&clone.objects);

	clone = make(job, "{'runs': true}", 0, NULL);	/* it is paused */
	assert_true(json_is_true(at(find(&clone, "CronJob", "backup"), "/spec/suspend")));
	kube_objects_clear(&clone.objects);
}

static void
a_rollout_that_is_paused_in_the_original_is_not_in_the_clone(void **state)
{
	struct clone clone = clone_of("[" DEPLOYMENT("", ", 'paused': true") "]", NULL);

	(void)state;
	assert_null(at(find(&clone, "Deployment", "web"), "/spec/paused"));
	expect_note(&clone, "unpaused", "Deployment/web: its rollout is paused in the original, "
					"but not in the clone");
	kube_objects_clear(&clone.objects);

	clone = clone_of("[" DEPLOYMENT("", "") "]", NULL);
	expect_silence(&clone, "unpaused");
	kube_objects_clear(&clone.objects);
}

static void
a_clone_starts_with_one_replica(void **state)
{
	static const struct {
		const char *spec;
		int asked, made;
	} cases[] = {
		{", 'replicas': 5", 1, 1}, {", 'replicas': 5", 3, 3}, {"", 1, 1},
		{", 'replicas': 0", 1, 0}, {", 'replicas': 5", 0, 0}, {", 'replicas': 0", 2, 2},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *list = xasprintf("[%s%s}}]",
				       "{'apiVersion': 'apps/v1', 'kind': 'StatefulSet', 'metadata': "
				       "{'name': 'db'}, 'spec': {'selector': {'matchLabels': {'app': "
				       "'web'}}, " TEMPLATE, cases[i].spec);
		struct clone clone = make(list, NULL, cases[i].asked, NULL);

		assert_int_equal(clone.ret, 0);
		assert_int_equal(json_integer_value(at(find(&clone, "StatefulSet", "db"),
						       "/spec/replicas")), cases[i].made);
		kube_objects_clear(&clone.objects);
		free(list);
	}
}

static void
a_clone_has_no_access_to_its_node(void **state)
{
	struct clone clone = clone_of(
		"[{'apiVersion': 'apps/v1', 'kind': 'DaemonSet', 'metadata': {'name': 'agent'}, 'spec': "
		"{'selector': {'matchLabels': {'app': 'a'}}, 'template': {'metadata': {'labels': "
		"{'app': 'a'}}, 'spec': {'hostNetwork': true, 'hostPID': true, 'nodeName': 'n1', "
		"'volumes': [{'name': 'sock', 'hostPath': {'path': '/var/run/docker.sock'}}], "
		"'containers': [{'name': 'a', 'image': 'a:1', 'ports': [{'containerPort': 80, "
		"'hostPort': 80}], 'volumeMounts': [{'name': 'sock', 'mountPath': '/s'}]}]}}}}]",
		NULL);
	const json_t *pod = at(find(&clone, "DaemonSet", "agent"), "/spec/template/spec");

	(void)state;
	assert_null(at(pod, "/hostNetwork"));
	assert_null(at(pod, "/hostPID"));
	assert_null(at(pod, "/nodeName"));
	assert_null(at(pod, "/containers/0/ports/0/hostPort"));
	assert_null(at(pod, "/volumes/0/hostPath"));
	assert_non_null(at(pod, "/volumes/0/emptyDir"));
	expect_note(&clone, "node", "DaemonSet/agent: has no access to its node; not copied: "
		    "/var/run/docker.sock, hostNetwork, hostPID, hostPort, nodeName");
	kube_objects_clear(&clone.objects);
}

static void
a_clone_has_new_empty_volumes(void **state)
{
	struct clone clone = clone_of(
		"[{'apiVersion': 'v1', 'kind': 'PersistentVolumeClaim', 'metadata': {'name': 'data', "
		"'annotations': {'pv.kubernetes.io/bind-completed': 'yes'}}, 'spec': {'volumeName': "
		"'pv-7', 'storageClassName': 'fast', 'dataSource': {'kind': 'VolumeSnapshot', "
		"'name': 's'}, 'accessModes': ['ReadWriteOnce'], 'resources': {'requests': "
		"{'storage': '1Gi'}}}}]", NULL);
	const json_t *data = find(&clone, "PersistentVolumeClaim", "data");

	(void)state;
	assert_null(at(data, "/spec/volumeName"));
	assert_null(at(data, "/spec/dataSource"));
	assert_null(at(data, "/metadata/annotations/pv.kubernetes.io~1bind-completed"));
	expect_text(data, "/spec/storageClassName", "fast");
	expect_note(&clone, "volume", "PersistentVolumeClaim/data: a new empty volume; the data of "
				      "the original is not copied");
	kube_objects_clear(&clone.objects);
}

static void
a_role_is_for_accounts_of_the_clone(void **state)
{
	const struct stand_in_facts facts = {.origin = "shop-prod"};
	struct clone clone = clone_of(
		"[{'apiVersion': 'rbac.authorization.k8s.io/v1', 'kind': 'RoleBinding', 'metadata': "
		"{'name': 'r'}, 'roleRef': {'apiGroup': 'rbac.authorization.k8s.io', 'kind': 'Role', "
		"'name': 'r'}, 'subjects': [{'kind': 'ServiceAccount', 'name': 'web', 'namespace': "
		"'shop-prod'}]}]", &facts);

	(void)state;
	expect_text(find(&clone, "RoleBinding", "r"), "/subjects/0/namespace", "shop-clone");
	kube_objects_clear(&clone.objects);
}

static void
a_clone_does_not_reach_what_it_was_made_of(void **state)
{
	json_t *ranges = parse("['10.244.0.0/24', 'fd00::/64']"), *all = parse("[{}]");
	json_t *others = parse("[{'matchLabels': {'app': 'other'}}]");
	struct stand_in_facts facts = {.origin = "shop-prod", .pod_ranges = ranges, .limited = others};
	struct clone clone = clone_of("[" DEPLOYMENT("", "") "]", &facts);
	const json_t *policy = find(&clone, "NetworkPolicy", "web-not-to-origin");

	(void)state;
	expect_text(policy, "/spec/podSelector/matchLabels/sidestage.dev~1workload", "web");
	expect_text(policy, "/spec/policyTypes/0", "Egress");
	expect_text(policy, "/spec/egress/0/to/0/namespaceSelector/matchExpressions/0/operator",
		    "NotIn");
	expect_text(policy, "/spec/egress/0/to/0/namespaceSelector/matchExpressions/0/values/0",
		    "shop-prod");
	expect_text(policy, "/spec/egress/0/to/1/ipBlock/except/0", "10.244.0.0/24");
	expect_text(policy, "/spec/egress/0/to/2/ipBlock/except/0", "fd00::/64");
	expect_note(&clone, "network", "web: cannot connect to the namespace shop-prod; set "
				       "spec.reaches_origin to true to allow it");
	kube_objects_clear(&clone.objects);

	facts.limited = all;	/* ours would let them out */
	clone = clone_of("[" DEPLOYMENT("", "") "]", &facts);
	assert_null(find(&clone, "NetworkPolicy", ""));
	expect_note(&clone, "network", "web: cannot connect to the namespace shop-prod; set "
				       "spec.reaches_origin to true to allow it");
	kube_objects_clear(&clone.objects);

	facts.limited = NULL;
	clone = make("[" DEPLOYMENT("", "") "]", "{'reaches_origin': true}", 1, &facts);
	assert_null(find(&clone, "NetworkPolicy", ""));
	kube_objects_clear(&clone.objects);
	json_decref(ranges);
	json_decref(all);
	json_decref(others);
}

static void
a_policy_that_names_its_own_namespace_names_the_clones(void **state)
{
	const struct stand_in_facts facts = {.origin = "shop-prod"};
	struct clone clone = clone_of(
		"[{'apiVersion': 'networking.k8s.io/v1', 'kind': 'NetworkPolicy', 'metadata': {'name': "
		"'own'}, 'spec': {'podSelector': {}, 'ingress': [{'from': [{'namespaceSelector': "
		"{'matchLabels': {'kubernetes.io/metadata.name': 'shop-prod'}}}]}], 'egress': [{'to': "
		"[{'namespaceSelector': {'matchExpressions': [{'key': 'kubernetes.io/metadata.name', "
		"'operator': 'In', 'values': ['mail', 'shop-prod']}]}}]}]}}]", &facts);
	const json_t *own = find(&clone, "NetworkPolicy", "own");

	(void)state;
	expect_text(own, "/spec/ingress/0/from/0/namespaceSelector/matchLabels/"
			 "kubernetes.io~1metadata.name", "shop-clone");
	expect_text(own, "/spec/egress/0/to/0/namespaceSelector/matchExpressions/0/values/0", "mail");
	expect_text(own, "/spec/egress/0/to/0/namespaceSelector/matchExpressions/0/values/1",
		    "shop-clone");
	kube_objects_clear(&clone.objects);
}

#define EGRESS(rules)                                                                             \
	"[{'apiVersion': 'networking.k8s.io/v1', 'kind': 'NetworkPolicy', 'metadata': {'name': "   \
	"'out'}, 'spec': {'podSelector': {'matchLabels': {'app': 'web'}}, 'policyTypes': "         \
	"['Egress'], 'egress': [" rules "]}}]"

#define OTHERS_ONLY "/namespaceSelector/matchExpressions/0/operator"

/* What a policy allows ours cannot deny: so the policy itself allows less. */
static void
a_policy_of_the_original_allows_all_but_the_original(void **state)
{
	json_t *ranges = parse("['10.244.0.0/24', '10.244.1.0/24']");
	const struct stand_in_facts facts = {.origin = "shop-prod", .pod_ranges = ranges};
	struct clone clone = clone_of(EGRESS(
		"{}, {'ports': [{'port': 5432}], 'to': [{'namespaceSelector': {}, 'podSelector': "
		"{'matchLabels': {'app': 'db'}}}, {'namespaceSelector': {'matchLabels': {'team': "
		"'shop'}}}, {'podSelector': {}}]}, {'to': [{'ipBlock': {'cidr': '10.0.0.0/8', "
		"'except': ['10.244.1.0/24']}}]}"), &facts);
	const json_t *rules = at(find(&clone, "NetworkPolicy", "out"), "/spec/egress");

	(void)state;
	expect_text(rules, "/0/to/0" OTHERS_ONLY, "NotIn");
	expect_text(rules, "/0/to/0/namespaceSelector/matchExpressions/0/values/0", "shop-prod");
	expect_text(rules, "/0/to/1/ipBlock/cidr", "0.0.0.0/0");
	expect_text(rules, "/0/to/1/ipBlock/except/1", "10.244.1.0/24");
	assert_non_null(at(rules, "/1/ports/0/port"));
	expect_text(rules, "/1/to/0" OTHERS_ONLY, "NotIn");
	expect_text(rules, "/1/to/0/podSelector/matchLabels/app", "db");
	expect_text(rules, "/1/to/1" OTHERS_ONLY, "NotIn");
	assert_null(at(rules, "/1/to/2/namespaceSelector"));
	expect_text(rules, "/2/to/0/ipBlock/except/0", "10.244.1.0/24");
	expect_text(rules, "/2/to/0/ipBlock/except/1", "10.244.0.0/24");
	assert_int_equal(json_array_size(at(rules, "/2/to/0/ipBlock/except")), 2);
	expect_silence(&clone, "egress");
	kube_objects_clear(&clone.objects);
	json_decref(ranges);
}

/* A rule whose last peer went would allow everything. */
static void
what_may_be_a_pod_of_the_original_is_out_of_reach_until_it_is_allowed(void **state)
{
	json_t *web = parse("[{'app': 'web'}]"), *unknown = parse("[null]");
	struct stand_in_facts facts = {.origin = "shop-prod"};
	const char *policy = EGRESS("{'to': [{'ipBlock': {'cidr': '10.1.2.3/32'}}]}, {'to': "
				    "[{'ipBlock': {'cidr': '192.0.2.0/24'}}, {'ipBlock': {'cidr': "
				    "'fd00::/64'}}]}");
	struct clone clone = clone_of(policy, &facts);
	const json_t *rules = at(find(&clone, "NetworkPolicy", "out"), "/spec/egress");

	(void)state;
	assert_int_equal(json_array_size(rules), 1);
	assert_int_equal(json_array_size(at(rules, "/0/to")), 1);
	expect_text(rules, "/0/to/0/ipBlock/cidr", "192.0.2.0/24");
	expect_note(&clone, "egress", "NetworkPolicy/out: pods of the original may have these "
		    "addresses, so the clone cannot connect to them: 10.1.2.3/32, fd00::/64; set "
		    "spec.reaches_origin to true in its workloads to allow it");
	assert_true(clone.objects.notes[0].is_warning);
	kube_objects_clear(&clone.objects);

	facts.reaching = web;
	clone = clone_of(policy, &facts);
	assert_int_equal(
		json_array_size(at(find(&clone, "NetworkPolicy", "out"), "/spec/egress")), 2);
	expect_silence(&clone, "egress");
	kube_objects_clear(&clone.objects);

	facts.bound = unknown;	/* pods that it may select as well */
	clone = clone_of(policy, &facts);
	assert_int_equal(
		json_array_size(at(find(&clone, "NetworkPolicy", "out"), "/spec/egress")), 1);
	kube_objects_clear(&clone.objects);
	json_decref(web);
	json_decref(unknown);
}

/* Which of an expression's pods are limited is no guess. */
static void
pods_that_no_policy_limits_get_one(void **state)
{
	json_t *others = parse("[{'matchExpressions': [{'key': 'app', 'operator': 'NotIn', "
			       "'values': ['web']}]}]");
	const struct stand_in_facts facts = {.origin = "shop-prod", .limited = others};
	struct clone clone = clone_of("[" DEPLOYMENT("", "") "]", &facts);

	(void)state;
	assert_non_null(find(&clone, "NetworkPolicy", "web-not-to-origin"));
	kube_objects_clear(&clone.objects);
	clone = clone_of("[{'apiVersion': 'example.com/v1', 'kind': 'Database', 'metadata': {'name': "
			 "'db'}, 'spec': {'pod': {'containers': [{'name': 'db', 'image': 'db:1'}]}}}]",
			 &facts);
	assert_null(find(&clone, "NetworkPolicy", ""));
	expect_note(&clone, "network", "web: may connect to the namespace shop-prod: only its own "
				       "network policies prevent it");
	kube_objects_clear(&clone.objects);
	json_decref(others);
}

/* --- Secrets --- */

#define WITH_SECRETS                                                                              \
	"[{'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': {'name': 'web'}, 'spec': "  \
	"{'selector': {'matchLabels': {'app': 'web'}}, 'template': {'metadata': {'labels': "      \
	"{'app': 'web'}}, 'spec': {'imagePullSecrets': [{'name': 'registry'}], 'volumes': "       \
	"[{'name': 'tls', 'secret': {'secretName': 'tls'}}], 'containers': [{'name': 'web', "     \
	"'image': 'web:1', 'envFrom': [{'secretRef': {'name': 'more', 'optional': true}}], "      \
	"'env': [{'name': 'KEY', 'valueFrom': {'secretKeyRef': {'name': 'key', 'key': "           \
	"'k'}}}]}]}}}}]"

static const struct kube_secret *
secret_of(const struct clone *clone, const char *name)
{
	for (size_t i = 0; i < clone->objects.secret_count; i++)
		if (strcmp(clone->objects.secrets[i].name, name) == 0)
			return &clone->objects.secrets[i];
	return NULL;
}

static void
what_pods_need_of_secrets_is_known_and_where_each_comes_from(void **state)
{
	const struct stand_in_facts facts = {.origin = "shop-prod"};
	struct clone clone = clone_of(WITH_SECRETS, &facts);

	(void)state;
	assert_int_equal(clone.objects.secret_count, 4);
	assert_string_equal(secret_of(&clone, "key")->source, "key");
	assert_true(secret_of(&clone, "key")->is_required);
	assert_true(secret_of(&clone, "tls")->is_required);
	assert_false(secret_of(&clone, "more")->is_required);
	assert_false(secret_of(&clone, "registry")->is_required);
	expect_note(&clone, "secret", "Secret key: copied from the namespace shop-prod");
	kube_objects_clear(&clone.objects);

	clone = make(WITH_SECRETS, "{'secrets': {'key': 'leave-out', 'more': 'leave-out', 'tls': "
				   "{'as': 'other'}, 'registry': {'data': {'k': 'text'}}}}", 1, &facts);
	assert_int_equal(clone.ret, 0);
	assert_int_equal(clone.objects.secret_count, 2);
	assert_string_equal(secret_of(&clone, "tls")->source, "other");
	assert_null(secret_of(&clone, "registry")->source);
	expect_note(&clone, "secret-missing",
		    "Secret key is left out, but the pods of web do not start without it");
	for (size_t i = 0; i < clone.objects.note_count; i++)
		assert_int_equal(clone.objects.notes[i].is_warning,
				 strcmp(clone.objects.notes[i].code, "secret-missing") == 0);
	kube_objects_clear(&clone.objects);

	clone = make(WITH_SECRETS, "{'secrets': {'key': 'leave out'}}", 1, &facts);
	assert_int_equal(clone.ret, -1);
	assert_non_null(strstr(clone.err.text, "spec.secrets must say"));
	kube_objects_clear(&clone.objects);
}

/* --- images --- */

#define DIGEST "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER "sha256:1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define RUNNING(since, digest)                                                                    \
	"{'metadata': {'name': 'web-6d5f-x', 'creationTimestamp': '2026-01-0" since               \
	"T00:00:00Z', 'ownerReferences': [{'kind': 'ReplicaSet', 'name': 'web-6d5f', "            \
	"'controller': true}]}, " POD ", 'status': {'containerStatuses': [{'name': 'web', "       \
	"'imageID': '" digest "'}]}}"

static void
an_image_is_pinned_to_what_runs_in_the_original(void **state)
{
	static const struct {
		const char *pods, *pinned;
	} cases[] = {
		{"[" RUNNING("1", "docker.io/example/web@" DIGEST) "]", "example/web:1.2@" DIGEST},
		{"[" RUNNING("2", "docker.io/example/web@" OTHER) ", "
		 RUNNING("1", "docker.io/example/web@" DIGEST) "]", "example/web:1.2@" OTHER},
		{"[" RUNNING("1", DIGEST) "]", "example/web:1.2"},
		{"[" RUNNING("1", "docker.io/library/import-2026@" DIGEST) "]", "example/web:1.2"},
		{"[]", "example/web:1.2"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *pods = parse(cases[i].pods), *pod;
		struct facts_images images;
		struct stand_in_facts facts = {0};
		struct clone clone;
		size_t k;

		facts_images_init(&images);
		json_array_foreach(pods, k, pod)
			facts_take_pod(&images, pod);
		facts.images = facts_images_known(&images);
		clone = clone_of("[" DEPLOYMENT("", "") "]", &facts);
		expect_text(find(&clone, "Deployment", "web"),
			    "/spec/template/spec/containers/0/image", cases[i].pinned);
		/* And stays so when the original moves on. */
		facts_take_pinned(&images, "Deployment", find(&clone, "Deployment", "web"));
		facts.images = facts_images_known(&images);
		kube_objects_clear(&clone.objects);
		clone = clone_of("[" DEPLOYMENT("", "") "]", &facts);
		expect_text(find(&clone, "Deployment", "web"),
			    "/spec/template/spec/containers/0/image", cases[i].pinned);
		kube_objects_clear(&clone.objects);
		facts_images_clear(&images);
		json_decref(pods);
	}
}

#define POD_OF(owner, name, list, image, id)                                                      \
	"{'metadata': {'name': 'p', 'creationTimestamp': '2026-01-01T00:00:00Z', "                \
	"'ownerReferences': [{'kind': '" owner "', 'name': '" name "', 'controller': true}]}, "   \
	"'spec': {'" list "s': [{'name': 'c', 'image': '" image "'}]}, 'status': {'" list         \
	"Statuses': [{'name': 'c', 'imageID': '" id "'}]}}"
#define DATABASE(pod) "{'apiVersion': 'example.com/v1', 'kind': 'Database', 'metadata': {'name': " \
	"'db'}, 'spec': {" pod "}}"

/* Those objects, where those pods run. */
static struct clone
clone_where(const char *objects, const char *pods, struct facts_images *images)
{
	struct stand_in_facts facts = {0};
	json_t *list = parse(pods), *pod;
	size_t i;

	facts_images_init(images);
	json_array_foreach(list, i, pod)
		facts_take_pod(images, pod);
	facts.images = facts_images_known(images);
	facts.by_image = images->by_image;
	facts.seen = images->seen;
	json_decref(list);
	return clone_of(objects, &facts);
}

static void
images_are_pinned_wherever_containers_are(void **state)
{
	static const struct {
		const char *object, *kind, *pod, *at;
	} cases[] = {
		{"{'apiVersion': 'batch/v1', 'kind': 'CronJob', 'metadata': {'name': 'mail'}, 'spec': "
		 "{'schedule': '0 3 * * *', 'jobTemplate': {'spec': {'template': {'spec': "
		 "{'containers': [{'name': 'c', 'image': 'example/web:1'}]}}}}}}", "CronJob",
		 POD_OF("Job", "mail-28471234", "container", "example/web:1", "example/web@" DIGEST),
		 "/spec/jobTemplate/spec/template/spec/containers/0/image"},
		{"{'apiVersion': 'apps/v1', 'kind': 'StatefulSet', 'metadata': {'name': 'db'}, 'spec': "
		 "{'template': {'spec': {'initContainers': [{'name': 'c', 'image': "
		 "'example/web:1'}]}}}}", "StatefulSet",
		 POD_OF("StatefulSet", "db", "initContainer", "example/web:1",
			"example/web@" DIGEST), "/spec/template/spec/initContainers/0/image"},
		{DATABASE("'pod': {'containers': [{'name': 'c', 'image': 'example/web:1'}]}"),
		 "Database", POD_OF("StatefulSet", "db-0", "container", "example/web:1",
				    "example/web@" DIGEST), "/spec/pod/containers/0/image"},
		{DATABASE("'image': 'example/web:1'"), "Database",
		 POD_OF("StatefulSet", "db-0", "container", "example/web:1",
			"example/web@" DIGEST), "/spec/image"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *objects = xasprintf("[%s]", cases[i].object);
		char *pods = xasprintf("[%s]", cases[i].pod);
		struct facts_images images;
		struct clone clone = clone_where(objects, pods, &images);

		expect_text(find(&clone, cases[i].kind, ""), cases[i].at, "example/web:1@" DIGEST);
		expect_silence(&clone, "unpinned");
		kube_objects_clear(&clone.objects);
		facts_images_clear(&images);
		free(objects);
		free(pods);
	}
}

/* Or the bug would be looked for in another program, and nobody had said so. */
static void
an_image_that_cannot_be_pinned_is_said(void **state)
{
	static const char *const pods[] = {
		"[]",
		"[" RUNNING("1", DIGEST) "]",
		"[" POD_OF("StatefulSet", "other", "container", "example/web:1.2", "x") "]",
	};
	struct facts_images images;
	struct clone clone;

	(void)state;
	for (size_t i = 0; i < sizeof(pods) / sizeof(pods[0]); i++) {
		clone = clone_where("[" DEPLOYMENT("", "") "]", pods[i], &images);
		expect_note(&clone, "unpinned", "Deployment/web: the tag may have moved, because no "
			    "digest is known of what runs in the original: example/web:1.2");
		kube_objects_clear(&clone.objects);
		facts_images_clear(&images);
	}
	/* Another version was chosen for the clone. */
	clone = clone_where("[{'apiVersion': 'apps/v1', 'kind': 'StatefulSet', 'metadata': {'name': "
			    "'db'}, 'spec': {'template': {'spec': {'containers': [{'name': 'c', "
			    "'image': 'example/web:2'}]}}}}]",
			    "[" POD_OF("StatefulSet", "db", "container", "example/web:1", "x") "]",
			    &images);
	expect_silence(&clone, "unpinned");
	kube_objects_clear(&clone.objects);
	facts_images_clear(&images);
	/* Two digests of one tag: which one is meant nobody knows. */
	clone = clone_where("[" DATABASE("'pod': {'containers': [{'name': 'c', 'image': "
					 "'example/web:1'}]}") "]",
			    "[" POD_OF("StatefulSet", "a", "container", "example/web:1",
				       "example/web@" DIGEST) ", "
			    POD_OF("StatefulSet", "b", "container", "example/web:1",
				   "example/web@" OTHER) "]", &images);
	expect_text(find(&clone, "Database", "db"), "/spec/pod/containers/0/image",
		    "example/web:1");
	expect_note(&clone, "unpinned", "Database/db: the tag may have moved, because no digest is "
		    "known of what runs in the original: example/web:1");
	kube_objects_clear(&clone.objects);
	facts_images_clear(&images);
}

static void
an_operator_starts_one_replica_too(void **state)
{
	const char *objects = "[" DATABASE("'instances': 3, 'kafka': {'replicas': 5}, 'storage': "
					   "{'size': 10}, 'port': 5432, 'nodeSets': [{'count': 3}]")
			      "]";
	struct clone clone = clone_of(objects, NULL);
	const json_t *spec = at(find(&clone, "Database", "db"), "/spec");

	(void)state;
	assert_int_equal(json_integer_value(at(spec, "/instances")), 1);
	assert_int_equal(json_integer_value(at(spec, "/kafka/replicas")), 1);
	assert_int_equal(json_integer_value(at(spec, "/port")), 5432);
	assert_int_equal(json_integer_value(at(spec, "/nodeSets/0/count")), 3);
	expect_note(&clone, "replicas", "Database/db: starts with 1 replica unless spec.replicas says "
		    "more (original: instances 3, replicas 5)");
	expect_note(&clone, "count", "Database/db: this may be a number of pods, and stays as in the "
		    "original: count 3, size 10");
	kube_objects_clear(&clone.objects);
	clone = make(objects, NULL, 2, NULL);
	assert_int_equal(json_integer_value(at(find(&clone, "Database", "db"), "/spec/instances")),
			 2);
	kube_objects_clear(&clone.objects);
	clone = clone_of("[{'apiVersion': 'apps/v1', 'kind': 'DaemonSet', 'metadata': {'name': 'log'}, "
			 "'spec': {'template': {'metadata': {'labels': {'a': 'b'}}, " POD "}}}]",
			 NULL);
	expect_note(&clone, "nodes", "DaemonSet/log: starts a pod on each node that it is for, as in "
		    "the original");
	kube_objects_clear(&clone.objects);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_cloned_is_found_by_our_labels_and_keeps_its_selectors),
		cmocka_unit_test(what_is_given_twice_can_be_applied),
		cmocka_unit_test(no_tool_takes_a_clone_for_its_own),
		cmocka_unit_test(nor_what_is_made_of_it),
		cmocka_unit_test(what_others_act_by_is_left_out),
		cmocka_unit_test(a_clone_has_no_address_outside_the_cluster),
		cmocka_unit_test(a_host_is_taken_only_when_it_is_known_to_be_free),
		cmocka_unit_test(nor_is_one_taken_by_an_annotation),
		cmocka_unit_test(a_route_gets_no_host_of_somebody_else),
		cmocka_unit_test(a_route_without_a_host_would_take_them_all),
		cmocka_unit_test(hosts_of_others_are_those_of_routes_and_of_registered_names),
		cmocka_unit_test(nothing_runs_by_itself_unless_it_is_asked_for),
		cmocka_unit_test(a_rollout_that_is_paused_in_the_original_is_not_in_the_clone),
		cmocka_unit_test(a_clone_starts_with_one_replica),
		cmocka_unit_test(a_clone_has_no_access_to_its_node),
		cmocka_unit_test(a_clone_has_new_empty_volumes),
		cmocka_unit_test(a_role_is_for_accounts_of_the_clone),
		cmocka_unit_test(a_clone_does_not_reach_what_it_was_made_of),
		cmocka_unit_test(a_policy_that_names_its_own_namespace_names_the_clones),
		cmocka_unit_test(a_policy_of_the_original_allows_all_but_the_original),
		cmocka_unit_test(
			what_may_be_a_pod_of_the_original_is_out_of_reach_until_it_is_allowed),
		cmocka_unit_test(pods_that_no_policy_limits_get_one),
		cmocka_unit_test(what_pods_need_of_secrets_is_known_and_where_each_comes_from),
		cmocka_unit_test(an_image_is_pinned_to_what_runs_in_the_original),
		cmocka_unit_test(images_are_pinned_wherever_containers_are),
		cmocka_unit_test(an_image_that_cannot_be_pinned_is_said),
		cmocka_unit_test(an_operator_starts_one_replica_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
