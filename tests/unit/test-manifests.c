/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Objects of a cluster as a set keeps them: what goes and what stays, lists by their keys, names,
 * images.  The laws are in test-manifest-laws. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "kept-manifests.h"
#include "model/json.h"
#include "model/manifests.h"
#include "model/placeholder.h"
#include "model/set.h"
#include "model/workload-placeholders.h"
#include "quoted-json.h"

static void
expect_json(const json_t *value, const char *expected)
{
	json_t *parsed = parse(expected);
	char *is = json_canonical(value), *wanted = json_canonical(parsed);

	assert_string_equal(is, wanted);
	free(is);
	free(wanted);
	json_decref(parsed);
}

/* Takes the value. */
static void
expect_taken(json_t *value, const char *expected)
{
	expect_json(value, expected);
	json_decref(value);
}

static void
expect_kept(const char *object, const char *expected)
{
	json_t *given = parse(object), *kept = keep(given);

	expect_json(kept, expected);
	json_decref(kept);
	json_decref(given);
}

static void
expect_back(const char *kept, const char *expected)
{
	json_t *given = parse(kept);

	expect_taken(object_of(given), expected);
	json_decref(given);
}

#define POD(inner) "{" DEPLOYMENT "'spec': {'template': {'spec': {" inner "}}}}"

/* --- what goes --- */

static void
what_the_cluster_owns_goes(void **state)
{
	(void)state;
	expect_kept("{" HEAD("apps/v1", "Deployment", "web") ", 'namespace': 'shop', 'uid': 'u', "
		    "'resourceVersion': '7', 'generation': 3, 'creationTimestamp': 't', 'labels': "
		    "{'a': 'b'}, 'annotations': {'deployment.kubernetes.io/revision': '3', "
		    "'kubectl.kubernetes.io/last-applied-configuration': 'all of it', 'note': 'x'}, "
		    "'managedFields': [{}], 'ownerReferences': [{}], 'finalizers': ['f']}, 'spec': "
		    "{'replicas': 1, 'revisionHistoryLimit': 10, 'progressDeadlineSeconds': 600, "
		    "'strategy': {'type': 'RollingUpdate', 'rollingUpdate': {'maxSurge': '25%', "
		    "'maxUnavailable': '25%'}}, 'template': {'metadata': {'creationTimestamp': null, "
		    "'annotations': {'kubectl.kubernetes.io/last-applied-configuration': 'x'}}, "
		    "'spec': {'restartPolicy': 'Always', 'dnsPolicy': 'ClusterFirst', "
		    "'schedulerName': 'default-scheduler', 'securityContext': {}, "
		    "'terminationGracePeriodSeconds': 30, 'serviceAccount': 'x', "
		    "'serviceAccountName': 'x'}}}, 'status': {'replicas': 1}}",
		    "{" HEAD("apps/v1", "Deployment", "web") ", 'labels': {'a': 'b'}, "
		    "'annotations': {'note': 'x'}}, 'spec': {'replicas': 1, 'template': "
		    "{'spec': {'serviceAccountName': 'x'}}}}");
	expect_kept("{" HEAD("v1", "Service", "web") "}, 'spec': {'clusterIP': '10.0.0.1', "
		    "'clusterIPs': ['10.0.0.1'], 'ipFamilies': ['IPv4'], 'ipFamilyPolicy': "
		    "'SingleStack', 'type': 'NodePort', 'sessionAffinity': 'None', "
		    "'internalTrafficPolicy': 'Cluster', 'externalTrafficPolicy': 'Cluster', "
		    "'healthCheckNodePort': 30000, 'ports': [{'name': 'http', 'port': 80, "
		    "'targetPort': 80, 'protocol': 'TCP', 'nodePort': 30080}, {'port': 53, "
		    "'targetPort': 'dns', 'protocol': 'UDP', 'nodePort': 30081}]}}",
		    "{" HEAD("v1", "Service", "web") "}, 'spec': {'type': 'NodePort', 'ports': "
		    "{'80/TCP': {'name': 'http'}, '53/UDP': {'targetPort': 'dns'}}}}");
}

static void
what_people_wrote_stays(void **state)
{
	(void)state;
	expect_kept("{" HEAD("v1", "Service", "db") "}, 'spec': {'clusterIP': 'None'}}",
		    "{" HEAD("v1", "Service", "db") "}, 'spec': {'clusterIP': 'None'}}");
	expect_kept(POD("'volumes': [{'name': 'tmp', 'emptyDir': {}}], 'containers': [{'name': 'a', "
			"'image': 'x:1', 'imagePullPolicy': 'Always'}, {'name': 'b', 'image': 'x', "
			"'imagePullPolicy': 'IfNotPresent'}, {'name': 'c', 'image': 'h:5000/x:latest', "
			"'imagePullPolicy': 'Always'}, {'name': 'd', 'image': 'x@sha256:1', "
			"'imagePullPolicy': 'IfNotPresent'}]"),
		    POD("'volumes': {'tmp': {'emptyDir': {}}}, 'containers': {'a': {'image': 'x:1', "
			"'imagePullPolicy': 'Always'}, 'b': {'image': 'x', 'imagePullPolicy': "
			"'IfNotPresent'}, 'c': {'image': 'h:5000/x:latest'}, 'd': {'image': "
			"'x@sha256:1'}}"));
	expect_kept("{" HEAD("apps/v1", "Deployment", "web") "}, 'spec': {'strategy': {'type': "
		    "'RollingUpdate', 'rollingUpdate': {'maxSurge': 1, 'maxUnavailable': '25%'}}}}",
		    "{" HEAD("apps/v1", "Deployment", "web") "}, 'spec': {'strategy': "
		    "{'rollingUpdate': {'maxSurge': 1}}}}");
}

static void
a_job_keeps_what_tells_how_often_it_runs(void **state)
{
	(void)state;
	expect_kept("{" HEAD("batch/v1", "Job", "j") "}, 'spec': {'completions': 1, 'parallelism': 1, "
		    "'selector': {'matchLabels': {'batch.kubernetes.io/controller-uid': 'u'}}, "
		    "'template': {'metadata': {'labels': {'job-name': 'j', 'controller-uid': 'u'}}}}}",
		    "{" HEAD("batch/v1", "Job", "j") "}, 'spec': {'template': {}}}");
	expect_kept("{" HEAD("batch/v1", "Job", "j") "}, 'spec': {'completions': 1, 'parallelism': 3}}",
		    "{" HEAD("batch/v1", "Job", "j") "}, 'spec': {'completions': 1, 'parallelism': 3}}");
	expect_kept("{" HEAD("batch/v1", "Job", "j") "}, 'spec': {'parallelism': 1}}",
		    "{" HEAD("batch/v1", "Job", "j") "}, 'spec': {'parallelism': 1}}");
	expect_kept("{" HEAD("batch/v1", "Job", "j") "}, 'spec': {'completions': 3, 'parallelism': 1}}",
		    "{" HEAD("batch/v1", "Job", "j") "}, 'spec': {'completions': 3}}");
}

static void
of_a_custom_resource_all_stays_that_people_wrote(void **state)
{
	static const char given[] =
		"{" HEAD("example.com/v1", "Shop", "web") ", 'uid': 'u'}, 'spec': {'cache': {}, "
		"'list': [], 'nothing': null, 'protocol': 'TCP', 'restartPolicy': 'Always', 'env': "
		"{'A': {'value': 'native'}}, '{env}': {'B': {}}, 'volumes': [{'name': 'b'}, "
		"{'name': 'a'}], 'ports': [{'containerPort': 1}, {'containerPort': 2, 'protocol': "
		"'TCP'}]}, 'status': {'ready': true}}";
	json_t *object = parse(given), *kept = keep(object), *back = object_of(kept);

	(void)state;
	expect_json(kept,
		    "{" HEAD("example.com/v1", "Shop", "web") "}, 'spec': {'cache': {}, 'list': [], "
		    "'nothing': null, 'protocol': 'TCP', 'restartPolicy': 'Always', '{env}': {'A': "
		    "{'value': 'native'}}, '{{env}}': {'B': {}}, 'volumes': {'b': {}, 'a': {'after': "
		    "'b'}}, 'ports': {'1': {}, '2/TCP': {}}}}");
	json_object_del(object, "status");
	json_object_del(json_object_get(object, "metadata"), "uid");
	assert_true(json_equal(object, back));
	json_decref(object);
	json_decref(kept);
	json_decref(back);
}

/* An operator's kind may be called like one of the API's. */
static void
a_custom_kind_of_a_known_name_is_custom(void **state)
{
	(void)state;
	expect_kept("{" HEAD("serving.example.com/v1", "Service", "web") "}, 'spec': {'type': "
		    "'ClusterIP', 'ports': [{'port': 80, 'protocol': 'TCP'}]}}",
		    "{" HEAD("serving.example.com/v1", "Service", "web") "}, 'spec': {'type': "
		    "'ClusterIP', 'ports': [{'port': 80, 'protocol': 'TCP'}]}}");
}

static void
nothing_of_a_secret_is_kept_but_its_name(void **state)
{
	(void)state;
	expect_kept("{" HEAD("v1", "Secret", "db") ", 'annotations': "
		    "{'kubectl.kubernetes.io/last-applied-configuration': 'hunter2'}}, 'type': "
		    "'Opaque', 'data': {'password': 'aHVudGVyMg=='}, 'stringData': {'x': 'hunter2'}}",
		    "{" HEAD("v1", "Secret", "db") "}, 'type': 'Opaque'}");
}

/* --- lists by their keys --- */

static void
lists_with_keys_are_objects_by_that_key(void **state)
{
	static const char folded[] =
		POD("'containers': {'web': {'image': 'x:1', 'env': {'A': {'value': '1'}, 'B': "
		    "{'valueFrom': {'secretKeyRef': {'name': 's', 'key': 'k'}}}}, 'ports': {'80/TCP': "
		    "{'name': 'http'}, '53/UDP': {}}, 'volumeMounts': {'/data': {'name': 'd'}}}}, "
		    "'imagePullSecrets': {'pull': {}}, 'topologySpreadConstraints': "
		    "{'topology.kubernetes.io/zone/DoNotSchedule': {'maxSkew': 1}}");

	(void)state;
	expect_kept(POD("'containers': [{'name': 'web', 'image': 'x:1', 'env': [{'name': 'B', "
			"'valueFrom': {'secretKeyRef': {'name': 's', 'key': 'k'}}}, {'name': 'A', "
			"'value': '1'}], 'ports': [{'containerPort': 80, 'name': 'http', 'protocol': "
			"'TCP'}, {'containerPort': 53, 'protocol': 'UDP'}], 'volumeMounts': "
			"[{'mountPath': '/data', 'name': 'd'}]}], 'imagePullSecrets': [{'name': "
			"'pull'}], 'topologySpreadConstraints': [{'topologyKey': "
			"'topology.kubernetes.io/zone', 'whenUnsatisfiable': 'DoNotSchedule', "
			"'maxSkew': 1}]"),
		    folded);
	expect_back(folded,
		    POD("'containers': [{'name': 'web', 'image': 'x:1', 'env': [{'name': 'A', "
			"'value': '1'}, {'name': 'B', 'valueFrom': {'secretKeyRef': {'name': 's', "
			"'key': 'k'}}}], 'ports': [{'containerPort': 53, 'protocol': 'UDP'}, "
			"{'containerPort': 80, 'name': 'http', 'protocol': 'TCP'}], 'volumeMounts': "
			"[{'mountPath': '/data', 'name': 'd'}]}], 'imagePullSecrets': [{'name': "
			"'pull'}], 'topologySpreadConstraints': [{'topologyKey': "
			"'topology.kubernetes.io/zone', 'whenUnsatisfiable': 'DoNotSchedule', "
			"'maxSkew': 1}]"));
}

/* A volume may be called "containers", and a variable "env". */
static void
names_of_items_may_be_those_of_lists(void **state)
{
	static const char folded[] =
		POD("'containers': {'env': {'image': 'x:1', 'env': {'volumes': {'value': '1'}}}}, "
		    "'volumes': {'containers': {'hostPath': {'path': '/x'}}}");
	static const char plain[] =
		POD("'containers': [{'name': 'env', 'image': 'x:1', 'env': [{'name': 'volumes', "
		    "'value': '1'}]}], 'volumes': [{'name': 'containers', 'hostPath': {'path': "
		    "'/x'}}]");

	(void)state;
	expect_kept(plain, folded);
	expect_back(folded, plain);
}

static void
a_list_whose_items_cannot_be_told_apart_stays_one(void **state)
{
	static const char twice[] =
		POD("'containers': {'web': {'env': [{'name': 'A', 'value': '1'}, {'name': 'A', "
		    "'value': '$(A)2'}], 'ports': [{'hostPort': 1}]}}, 'volumes': [7]");
	static const char plain[] =
		POD("'containers': [{'name': 'web', 'env': [{'name': 'A', 'value': '1'}, {'name': "
		    "'A', 'value': '$(A)2'}], 'ports': [{'hostPort': 1}]}], 'volumes': [7]");

	(void)state;
	expect_kept(plain, twice);
	expect_back(twice, plain);
}

/* An API server refuses two of one name from who applies. */
static void
of_two_variables_the_later_one_is_kept(void **state)
{
	(void)state;
	expect_kept(POD("'containers': [{'name': 'w', 'env': [{'name': 'A', 'value': '1'}, {'name': "
			"'Z', 'value': '$(A)'}, {'name': 'B'}, {'name': 'B', 'value': 'b'}, {'name': "
			"'B', 'value': '$(Z)'}]}]"),
		    POD("'containers': {'w': {'env': {'A': {'value': '1'}, 'B': {'value': '$(Z)'}, "
			"'Z': {'value': '$(A)'}}}}"));
}

/* One that comes in between changes no other. */
static void
an_order_that_means_something_is_kept(void **state)
{
	(void)state;
	expect_kept(POD("'initContainers': [{'name': 'init-db'}, {'name': 'wait'}, {'name': "
			"'migrate'}]"),
		    POD("'initContainers': {'init-db': {}, 'wait': {}, 'migrate': {'after': "
			"'wait'}}"));
	expect_kept(POD("'initContainers': [{'name': 'init-db'}, {'name': 'check'}, {'name': "
			"'wait'}, {'name': 'migrate'}]"),
		    POD("'initContainers': {'init-db': {}, 'check': {'after': 'init-db'}, 'wait': "
			"{}, 'migrate': {'after': 'wait'}}"));
	expect_back(POD("'initContainers': {'a': {'after': 'c'}, 'b': {'after': 'gone'}, 'c': {}, "
			"'x': {'after': 'y'}, 'y': {'after': 'x'}}"),
		    POD("'initContainers': [{'name': 'b'}, {'name': 'c'}, {'name': 'a'}, {'name': "
			"'x'}, {'name': 'y'}]"));
}

#define REFERRING "{'name': 'A', 'value': 'x$(Z)'}, {'name': 'B', 'value': '$$(Y)'}"
static void
a_variable_stands_behind_those_that_it_refers_to(void **state)
{
	(void)state;
	expect_kept(POD("'containers': [{'name': 'w', 'env': [{'name': 'Z'}, {'name': 'Y'}, "
			REFERRING "]}]"),
		    POD("'containers': {'w': {'env': {'A': {'value': 'x$(Z)'}, 'B': {'value': "
			"'$$(Y)'}, 'Y': {}, 'Z': {}}}}"));
	expect_back(POD("'containers': {'w': {'env': {'A': {'value': 'x$(Z)'}, 'B': {'value': "
			"'$$(Y)'}, 'Y': {}, 'Z': {}}}}"),
		    POD("'containers': [{'name': 'w', 'env': [{'name': 'Z'}, " REFERRING
			", {'name': 'Y'}]}]"));
	/* Of a later one it is no reference, and must not become one. */
	expect_kept(POD("'containers': [{'name': 'w', 'env': [" REFERRING ", {'name': 'Z'}]}]"),
		    POD("'containers': {'w': {'env': {'A': {'value': 'x$(Z)'}, 'B': {'value': "
			"'$$(Y)'}, 'Z': {'after': 'B'}}}}"));
}

static void
what_looks_like_a_placeholder_arrives_as_it_is(void **state)
{
	json_t *object = parse("{" HEAD("v1", "ConfigMap", "c") ", 'annotations': {'a': '${x}'}}, "
			       "'data': {'run.sh': 'echo ${HOME} $\\\\{x} $5 ${', 'env': '${a.b}'}}");
	json_t *kept = keep(object), *back = object_of(kept);

	(void)state;
	assert_string_equal(json_member_string(json_object_get(kept, "data"), "env"), "$\\{a.b}");
	assert_true(json_equal(object, back));
	json_decref(object);
	json_decref(kept);
	json_decref(back);
}

static void
what_cannot_be_an_object_is_refused(void **state)
{
	static const struct {
		const char *kept, *reason;
	} cases[] = {
		{"{'kind': 'Pod'}", "An object of a cluster has no kind or no name."},
		{"[]", "An object of a cluster has no kind or no name."},
		{POD("'containers': {'web': 7}"),
		 "Deployment/web: \"web\" in containers is invalid."},
		{POD("'containers': {'web': {'ports': {'http/TCP': {}}}}"),
		 "Deployment/web: \"http/TCP\" in ports is invalid."},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *kept = parse(cases[i].kept);
		struct error err = {0};

		assert_null(manifest_object(kept, &err));
		assert_int_equal(err.kind, ERROR_INPUT);
		assert_string_equal(err.text, cases[i].reason);
		json_decref(kept);
	}
}

/* --- names and images --- */

static void
an_object_is_called_by_kind_and_name(void **state)
{
	static const struct {
		const char *object, *key;
	} cases[] = {
		{"{" DEPLOYMENT "'spec': {}}", "Deployment/web"},
		{"{" HEAD("v1", "Service", "web") "}}", "Service/web"},
		{"{" HEAD("cert-manager.io/v1", "Certificate", "web") "}}",
		 "Certificate.cert-manager.io/web"},
		{"{" HEAD("gateway.networking.k8s.io/v1", "HTTPRoute", "web") "}}",
		 "HTTPRoute.gateway.networking.k8s.io/web"},
		{"{'kind': 'Service', 'metadata': {}}", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *object = parse(cases[i].object);
		char *key = manifest_key(object);

		if (cases[i].key)
			assert_string_equal(key, cases[i].key);
		else
			assert_null(key);
		free(key);
		json_decref(object);
	}
}

#define MODULE(objects) "{'profile': 'sidestage/manifests', 'spec': {'manifests': {" objects "}}}"
#define CONTAINERS(inner) "'spec': {'template': {'spec': {'containers': {" inner "}}}}"
static void
a_workload_is_known_by_an_image(void **state)
{
	static const struct {
		const char *module, *path, *image;
	} cases[] = {
		{MODULE("'Service/web': {" HEAD("v1", "Service", "web") "}}, 'Deployment/web': {" DEPLOYMENT
			CONTAINERS("'proxy': {'image': 'p:1'}, 'web': {'image': 'w:1'}") "}"),
		 "/spec/manifests/Deployment~1web/spec/template/spec/containers/web/image", "w:1"},
		{MODULE("'Deployment/web': {" DEPLOYMENT
			CONTAINERS("'b': {'image': 'b:1'}, 'a': {'image': 'a:1', 'after': 'b'}") "}"),
		 "/spec/manifests/Deployment~1web/spec/template/spec/containers/b/image", "b:1"},
		{MODULE("'CronJob/n': {" HEAD("batch/v1", "CronJob", "n")
			"}, 'spec': {'jobTemplate': {'spec': {'template': {'spec': {'containers': "
			"{'x': {'image': 'x:1'}}, 'initContainers': {'a': {'image': 'a:1'}}}}}}}}"),
		 "/spec/manifests/CronJob~1n/spec/jobTemplate/spec/template/spec/containers/x/image",
		 "x:1"},
		{MODULE("'Rollout.argoproj.io/web': {" HEAD("argoproj.io/v1", "Rollout", "web") "}, "
			"'spec': {'nodes': [{'template': {'spec': {'containers': {'web': {'image': "
			"'w:1'}}}}}]}}"),
		 "/spec/manifests/Rollout.argoproj.io~1web/spec/nodes/0/template/spec/containers/web/"
		 "image", "w:1"},
		{MODULE("'Prometheus.monitoring.coreos.com/k8s': {"
			HEAD("monitoring.coreos.com/v1", "Prometheus", "k8s") "}, 'spec': {'image': "
			"'p:2'}}"),
		 "/spec/manifests/Prometheus.monitoring.coreos.com~1k8s/spec/image", "p:2"},
		{MODULE("'ConfigMap/c': {" HEAD("v1", "ConfigMap", "c") "}, 'data': {'image': 'x'}}"),
		 NULL, NULL},
		{MODULE(""), NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *body = json_pack("{s:{s:o}}", "modules", "m", parse(cases[i].module));
		struct error err = {0};
		struct set *set = set_take(body, &err);
		char *path = set_module_image_path(set, "m");

		if (cases[i].path) {
			assert_string_equal(path, cases[i].path);
			assert_string_equal(set_module_image(set, "m"), cases[i].image);
		} else {
			assert_null(path);
			assert_null(set_module_image(set, "m"));
		}
		free(path);
		set_unref(set);
	}
}

#define TWO_PODS \
	"'Deployment/web': {" DEPLOYMENT \
	"'spec': {'template': {'spec': {'initContainers': {'wait': {'image': 'r/wait:1'}, 'early': {" \
	"'image': 'r/main:1'}}, 'containers': {'side': {'image': 'r/side:1'}, 'main': {'image': " \
	"'r/main:1@sha256:0', 'after': 'side'}}}}}}, 'CronJob/late': {" HEAD("batch/v1", "CronJob", "late") \
	"}, 'spec': {'jobTemplate': {'spec': {'template': {'spec': {'containers': {'late': {'image': " \
	"'r/late:1'}}}}}}}}"
#define WEB_PODS "/spec/manifests/Deployment~1web/spec/template/spec/"
#define LATE_PODS "/spec/manifests/CronJob~1late/spec/jobTemplate/spec/template/spec/"

/* What is known as the workload's image is not whatever image somebody names. */
static void
an_image_goes_to_the_container_that_runs_it(void **state)
{
	static const struct {
		const char *module, *reference, *path;
	} cases[] = {
		{MODULE(TWO_PODS), "r/late:2", LATE_PODS "containers/late/image"},
		{MODULE(TWO_PODS), "r/main:2", WEB_PODS "containers/main/image"},
		{MODULE(TWO_PODS), "r/side@sha256:1", WEB_PODS "containers/side/image"},
		{MODULE(TWO_PODS), "r/wait:2", WEB_PODS "initContainers/wait/image"},
		{MODULE(TWO_PODS), "r/other:2", LATE_PODS "containers/late/image"},
		{"{'profile': 'p', 'spec': {'containers': {'a': {'image': 'a:1'}, 'c': {'image': 'b:1'}, "
		 "'b': {'image': 'b:1'}}}}", "b:2", "/spec/containers/b/image"},
		{"{'profile': 'p', 'spec': {'containers': {'a': {'image': 'a:1'}, 'b': {'image': 'b:1'}}}}",
		 "c:2", "/spec/containers/a/image"},
		{MODULE(""), "r/main:2", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *body = json_pack("{s:{s:o}}", "modules", "m", parse(cases[i].module));
		struct error err = {0};
		struct set *set = set_take(body, &err);
		char *path = set_module_image_path_for(set, "m", cases[i].reference);

		if (cases[i].path)
			assert_string_equal(path, cases[i].path);
		else
			assert_null(path);
		free(path);
		set_unref(set);
	}
}

static void
containers_are_known_wherever_they_are(void **state)
{
	json_t *body = json_pack(
		"{s:{s:o, s:o}}", "modules", "m",
		parse(MODULE("'Service/web': {" HEAD("v1", "Service", "web") "}}, 'Deployment/web': {"
			     DEPLOYMENT CONTAINERS("'proxy': {'image': 'p:1'}, 'web': {'image': "
						   "'w:1'}") "}")),
		"o", parse("{'profile': 'humanitec/default-module', 'spec': {'containers': {'a': {}}}}"));
	struct error err = {0};
	struct set *set = set_take(body, &err);

	(void)state;
	expect_taken(set_module_containers(set, "m"),
		     "{'proxy': {'image': 'p:1'}, 'web': {'image': 'w:1'}}");
	expect_taken(set_module_containers(set, "o"), "{'a': {}}");
	expect_taken(set_module_containers(set, "none"), "{}");
	set_unref(set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_cluster_owns_goes),
		cmocka_unit_test(what_people_wrote_stays),
		cmocka_unit_test(a_job_keeps_what_tells_how_often_it_runs),
		cmocka_unit_test(of_a_custom_resource_all_stays_that_people_wrote),
		cmocka_unit_test(a_custom_kind_of_a_known_name_is_custom),
		cmocka_unit_test(nothing_of_a_secret_is_kept_but_its_name),
		cmocka_unit_test(lists_with_keys_are_objects_by_that_key),
		cmocka_unit_test(names_of_items_may_be_those_of_lists),
		cmocka_unit_test(a_list_whose_items_cannot_be_told_apart_stays_one),
		cmocka_unit_test(of_two_variables_the_later_one_is_kept),
		cmocka_unit_test(an_order_that_means_something_is_kept),
		cmocka_unit_test(a_variable_stands_behind_those_that_it_refers_to),
		cmocka_unit_test(what_looks_like_a_placeholder_arrives_as_it_is),
		cmocka_unit_test(what_cannot_be_an_object_is_refused),
		cmocka_unit_test(an_object_is_called_by_kind_and_name),
		cmocka_unit_test(a_workload_is_known_by_an_image),
		cmocka_unit_test(an_image_goes_to_the_container_that_runs_it),
		cmocka_unit_test(containers_are_known_wherever_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
