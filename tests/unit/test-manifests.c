/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Objects of a cluster as a set keeps them: what goes and what stays, lists by their keys, and the
 * two laws: what comes back means the same to a cluster, and keeping it again is the same bytes.
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

#include "base/buf.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "model/manifests.h"
#include "model/merge-keys.h"
#include "model/placeholder.h"
#include "model/set.h"
#include "model/workload-placeholders.h"
#include "property.h"

/* Single quotes stand for double ones, so that JSON can be read here. */
static json_t *
parse(const char *text)
{
	char *copy = xstrdup(text);
	struct error err = {0};
	json_t *value;

	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	value = json_decode(copy, strlen(copy), &err);
	if (!value)
		fail_msg("%s: %s", text, err.text);
	free(copy);
	return value;
}

static json_t *
no_placeholder(void *data, const char *const *tokens, size_t count, bool *secret, struct error *err)
{
	(void)data, (void)tokens, (void)count, (void)secret, (void)err;
	return NULL;
}

/* As a driver gets it: of text from the cluster nothing is a placeholder. */
static json_t *
resolved(const json_t *kept)
{
	struct error err = {0};
	json_t *out = placeholder_resolve_some(kept, "/spec/manifests/x", workload_place_is_public,
					       no_placeholder, NULL, NULL, &err);

	if (!out)
		fail_msg("%s", err.text);
	return out;
}

static json_t *
keep(const json_t *object)
{
	struct error err = {0};
	json_t *kept = manifest_keep(object, &err);

	if (!kept)
		fail_msg("%s", err.text);
	return kept;
}

static json_t *
object_of(const json_t *kept)
{
	struct error err = {0};
	json_t *plain = resolved(kept), *object = manifest_object(plain, &err);

	if (!object)
		fail_msg("%s", err.text);
	json_decref(plain);
	return object;
}

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

#define HEAD(version, type, called) \
	"'apiVersion': '" version "', 'kind': '" type "', 'metadata': {'name': '" called "'"
#define DEPLOYMENT HEAD("apps/v1", "Deployment", "web") "}, "
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

static void
a_list_whose_items_cannot_be_told_apart_stays_one(void **state)
{
	static const char twice[] =
		POD("'containers': {'web': {'env': [{'name': 'A', 'value': '1'}, {'name': 'A', "
		    "'value': '2'}], 'ports': [{'hostPort': 1}]}}, 'volumes': [7]");

	(void)state;
	expect_kept(POD("'containers': [{'name': 'web', 'env': [{'name': 'A', 'value': '1'}, {'name': "
			"'A', 'value': '2'}], 'ports': [{'hostPort': 1}]}], 'volumes': [7]"),
		    twice);
	expect_back(twice,
		    POD("'containers': [{'name': 'web', 'env': [{'name': 'A', 'value': '1'}, {'name': "
			"'A', 'value': '2'}], 'ports': [{'hostPort': 1}]}], 'volumes': [7]"));
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

/* --- laws --- */

static const char *const names[] = {"b", "a", "web", "a/b", "${x}", "A", "after", "9", "z-1"};
#define NAMES (sizeof(names) / sizeof(names[0]))

static json_t *
draw_text(struct source *source)
{
	static const char *const texts[] = {"x", "", "$(A)", "$(b) ${y} $(a)", "$$(A)", "$\\{q}", "TCP",
					    "1"};

	return json_string(texts[source_draw(source, sizeof(texts) / sizeof(texts[0]))]);
}

/* An item of that list, mostly with a key. */
static json_t *
draw_item(struct source *source, const struct merge_key *row)
{
	json_t *item = json_object();

	for (size_t i = 0; i < 2 && row->keys[i]; i++) {
		if (source_draw(source, 20) == 19)
			continue;
		if (i == 0 && row->is_number)
			json_object_set_new(item, row->keys[i],
					    json_integer(1 + source_draw(source, 9)));
		else if (i == 0)
			json_object_set_new(item, row->keys[i],
					    json_string(names[source_draw(source, NAMES)]));
		else if (source_draw(source, 2))
			json_object_set_new(item, row->keys[i],
					    json_string(source_draw(source, 2) ? "UDP" : "TCP"));
	}
	if (source_draw(source, 2))
		json_object_set_new(item, "value", draw_text(source));
	if (source_draw(source, 30) == 29)
		json_object_set_new(item, MERGE_AFTER, draw_text(source));
	return item;
}

static json_t *
draw_list(struct source *source, const struct merge_key *row)
{
	json_t *list = json_array();

	for (unsigned left = source_draw(source, 6); left > 0; left--)
		json_array_append_new(list, draw_item(source, row));
	return list;
}

/* Lists of the table wherever they like to be, and other things under their names. */
static json_t *
draw_part(struct source *source, int depth, bool is_custom)
{
	json_t *part = json_object(), *member;

	for (unsigned left = source_draw(source, 5); left > 0; left--) {
		size_t i = source_draw(source, 16);
		const struct merge_key *row = merge_key(i);
		const char *name = row ? row->list : names[source_draw(source, NAMES)];
		unsigned what = source_draw(source, is_custom ? 6 : 4);

		if (what < 3 && row)
			member = draw_list(source, row);
		else if (what < 4 || depth == 0)
			member = draw_text(source);
		else
			member = draw_part(source, depth - 1, is_custom);
		json_object_set_new(part, name, member);
	}
	if (depth > 0 && source_draw(source, 2))
		json_object_set_new(part, is_custom ? "{env}" : "deeper",
				    draw_part(source, depth - 1, is_custom));
	return part;
}

static json_t *
draw_object(struct source *source, bool is_custom)
{
	json_t *object = parse(is_custom ? "{" HEAD("example.com/v1", "Thing", "x") "}}"
					 : "{" DEPLOYMENT "'spec': {}}");

	json_object_set_new(object, "spec", draw_part(source, 3, is_custom));
	source_note(source, "object", object);
	return object;
}

static int
compare_items(const void *a, const void *b)
{
	char *x = json_canonical(*(json_t *const *)a), *y = json_canonical(*(json_t *const *)b);
	int order = strcmp(x, y);

	free(x);
	free(y);
	return order;
}

static void
sort_items(json_t *list)
{
	size_t count = json_array_size(list);
	json_t **items = xcalloc(count + 1, sizeof(*items));

	for (size_t i = 0; i < count; i++)
		items[i] = json_incref(json_array_get(list, i));
	qsort(items, count, sizeof(*items), compare_items);
	json_array_clear(list);
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, items[i]);
	free(items);
}

/* Puts in the values of the variables before it, as a kubelet does. */
static char *
expand(const char *text, const json_t *values)
{
	struct buf out;

	buf_init(&out, 1u << 20);
	while (*text) {
		size_t length = strncmp(text, "$(", 2) == 0 ? strcspn(text + 2, ")") : 0;
		char *name = length ? xstrndup(text + 2, length) : NULL;
		const char *value = name ? json_member_string(values, name) : NULL;

		if (strncmp(text, "$$", 2) == 0) {
			buf_puts(&out, "$");
			text += 2;
		} else if (value) {
			buf_puts(&out, value);
			text += length + 3;
		} else {
			buf_append(&out, text++, 1);
		}
		free(name);
	}
	return buf_take(&out);
}

/* Of a list of variables: {name: value as the program gets it}, or what is left as it is. */
static json_t *
environment(const json_t *list)
{
	json_t *values = json_object(), *item;
	size_t i;

	json_array_foreach((json_t *)list, i, item) {
		const char *name = json_member_string(item, "name");
		const char *text = json_member_string(item, "value");
		char *expanded = expand(text ? text : "", values);

		if (name)
			json_object_set_new(values, name, json_string(expanded));
		free(expanded);
	}
	return values;
}

static json_t *meaning(const json_t *value);

/* Where the order means nothing, sorted; variables with what they refer to. */
static json_t *
meaning_of_list(const struct merge_key *row, const json_t *list)
{
	json_t *out = json_array(), *item, *both;
	size_t i;

	json_array_foreach((json_t *)list, i, item) {
		json_t *copy = meaning(item);

		if (row && row->otherwise && json_is_object(copy) &&
		    json_object_get(copy, row->keys[0]) && !json_object_get(copy, row->keys[1]))
			json_object_set_new(copy, row->keys[1], json_string(row->otherwise));
		json_array_append_new(out, copy);
	}
	if (!row || row->order == MERGE_ORDERED)
		return out;
	both = json_pack("{s:o, s:O}", "env", environment(list), "items", out);
	if (row->order == MERGE_UNORDERED)
		json_object_del(both, "env");
	sort_items(out);
	json_decref(out);
	return both;
}

static json_t *
meaning(const json_t *value)
{
	json_t *out, *member;
	const char *name;

	if (json_is_array(value))
		return meaning_of_list(NULL, value);
	if (!json_is_object(value))
		return json_deep_copy(value);
	out = json_object();
	json_object_foreach((json_t *)value, name, member) {
		const struct merge_key *row = merge_key_of(name, "Deployment");

		if (row && json_is_array(member) && json_array_size(member) == 0)
			continue;
		json_object_set_new(out, name, row && json_is_array(member)
						       ? meaning_of_list(row, member)
						       : meaning(member));
	}
	return out;
}

static bool
is_the_same_to_a_cluster(const json_t *a, const json_t *b, bool is_custom)
{
	json_t *x = is_custom ? json_deep_copy(a) : meaning(a);
	json_t *y = is_custom ? json_deep_copy(b) : meaning(b);
	bool is_same = json_equal(x, y);

	json_decref(x);
	json_decref(y);
	return is_same;
}

static bool
comes_back(struct source *source, bool is_custom)
{
	json_t *object = draw_object(source, is_custom), *kept = keep(object);
	json_t *back = object_of(kept), *again = keep(back);
	char *first = json_canonical(kept), *second = json_canonical(again);
	bool holds = strcmp(first, second) == 0 &&
		     is_the_same_to_a_cluster(object, back, is_custom);

	source_note(source, "kept", kept);
	source_note(source, "back", back);
	free(first);
	free(second);
	json_decref(object);
	json_decref(kept);
	json_decref(back);
	json_decref(again);
	return holds;
}

static bool
built_in_comes_back(struct source *source)
{
	return comes_back(source, false);
}

static bool
custom_comes_back(struct source *source)
{
	return comes_back(source, true);
}

static void
what_is_kept_comes_back_with_the_same_meaning(void **state)
{
	(void)state;
	assert_true(property_holds("an object comes back", built_in_comes_back));
	assert_true(property_holds("a custom resource comes back to the byte", custom_comes_back));
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
		cmocka_unit_test(a_list_whose_items_cannot_be_told_apart_stays_one),
		cmocka_unit_test(an_order_that_means_something_is_kept),
		cmocka_unit_test(a_variable_stands_behind_those_that_it_refers_to),
		cmocka_unit_test(what_looks_like_a_placeholder_arrives_as_it_is),
		cmocka_unit_test(what_cannot_be_an_object_is_refused),
		cmocka_unit_test(an_object_is_called_by_kind_and_name),
		cmocka_unit_test(a_workload_is_known_by_an_image),
		cmocka_unit_test(what_is_kept_comes_back_with_the_same_meaning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
