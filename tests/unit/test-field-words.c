/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Objects of a cluster in a review: the words for what changes, and three-way merges of what two
 * people did to the same lists.
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
#include "compare/changes.h"
#include "compare/field-words.h"
#include "compare/merge.h"
#include "model/json.h"
#include "model/manifests.h"
#include "model/patch.h"
#include "model/set.h"
#include "quoted-json.h"

/* The set of one workload "web" that holds these objects, as a cluster gives them. */
static struct set *
set_of(const char *objects)
{
	json_t *list = parse(objects), *kept = json_object(), *object, *body;
	struct error err = {0};
	struct set *set;
	size_t i;

	json_array_foreach(list, i, object) {
		char *key = manifest_key(object);

		json_object_set_new(kept, key, manifest_keep(object, &err));
		free(key);
	}
	body = json_pack("{s:{s:{s:s, s:{s:o}}}}", "modules", "web", "profile", MANIFESTS_PROFILE,
			 "spec", "manifests", kept);
	set = set_take(body, &err);
	json_decref(list);
	if (!set)
		fail_msg("%s", err.text);
	return set;
}

/* "+variable A: 1; image: x:1 > x:2", one for each change. */
static char *
changes_of(const struct set *from, const struct set *to)
{
	struct changes changes;
	struct buf out;

	buf_init(&out, 1u << 20);
	changes_between(&changes, from, to);
	for (size_t i = 0; i < changes.count; i++) {
		const struct change *c = &changes.items[i];

		(void)buf_printf(&out, "%s%s%s%s: %s%s%s", i ? "; " : "",
				 c->kind == CHANGE_ADDED     ? "+"
				 : c->kind == CHANGE_REMOVED ? "-"
							     : "",
				 c->is_image ? "*" : "", c->label, c->from ? c->from : "",
				 c->from && c->to ? " > " : "", c->to ? c->to : "");
	}
	changes_clear(&changes);
	return buf_take(&out);
}

static void
expect_changes(const char *from, const char *to, const char *words)
{
	struct set *a = set_of(from), *b = set_of(to);
	char *said = changes_of(a, b);

	assert_string_equal(said, words);
	free(said);
	set_unref(a);
	set_unref(b);
}

#define DEPLOYMENT(called, more, pod) \
	"{'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': {'name': '" called "'}, " \
	"'spec': {" more "'template': {'spec': {" pod "}}}}"
#define CONTAINER(name, inner) "{'name': '" name "', 'image': 'x:1'" inner "}"
#define WEB(inner) DEPLOYMENT("web", "", "'containers': [" CONTAINER("web", inner) "]")
#define SERVICE(port) \
	"{'apiVersion': 'v1', 'kind': 'Service', 'metadata': {'name': 'web'}, 'spec': {'ports': " \
	"[" port "]}}"

static void
a_change_is_called_by_name_and_never_by_place(void **state)
{
	static const struct {
		const char *from, *to, *words;
	} cases[] = {
		{"[" WEB("") "]",
		 "[" DEPLOYMENT("web", "", "'containers': [{'name': 'web', 'image': 'x:2'}]") "]",
		 "*image: x:1 > x:2"},
		{"[" WEB(", 'env': [{'name': 'B', 'value': 'b'}]") "]",
		 "[" WEB(", 'env': [{'name': 'A', 'value': '1'}, {'name': 'B', 'value': 'c'}, "
			 "{'name': 'S', 'valueFrom': {'secretKeyRef': {'name': 's', 'key': 'k'}}}]") "]",
		 "+variable A: 1; variable B: b > c; +variable S: "
		 "{\"valueFrom\":{\"secretKeyRef\":{\"key\":\"k\",\"name\":\"s\"}}}"},
		{"[" WEB("") "]", "[" WEB(", 'env': [{'name': 'A', 'value': '1'}, {'name': 'B'}]") "]",
		 "+variable A: 1; +variable B: {}"},
		{"[" WEB(", 'env': [{'name': 'A', 'value': '1'}]") "]", "[" WEB("") "]",
		 "-variable A: 1"},
		{"[" DEPLOYMENT("web", "'replicas': 1, ", "") "]",
		 "[" DEPLOYMENT("web", "'replicas': 3, 'strategy': {'type': 'Recreate'}, ", "") "]",
		 "replicas of Deployment/web: 1 > 3; +strategy of Deployment/web: "
		 "{\"type\":\"Recreate\"}"},
		{"[" WEB(", 'resources': {'limits': {'memory': '1Gi'}}, 'ports': [{'containerPort': "
			 "80, 'name': 'a'}], 'livenessProbe': {'httpGet': {'path': '/a', 'port': 1}}") "]",
		 "[" WEB(", 'resources': {'limits': {'memory': '2Gi'}}, 'ports': [{'containerPort': "
			 "80, 'name': 'b'}], 'livenessProbe': {'httpGet': {'path': '/b', 'port': 1}}") "]",
		 "livenessProbe.httpGet.path: /a > /b; name of port 80/TCP: a > b; "
		 "memory limit: 1Gi > 2Gi"},
		{"[" SERVICE("{'port': 80, 'targetPort': 8080}") "]",
		 "[" SERVICE("{'port': 80, 'targetPort': 8081}, {'port': 81}") "]",
		 "targetPort of port 80/TCP of Service/web: 8080 > 8081; "
		 "+port 81/TCP of Service/web: {}"},
		{"[" WEB("") "]", "[" WEB("") ", " SERVICE("{'port': 80}") "]",
		 "+object Service/web: {\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":"
		 "{\"name\":\"web\"},\"spec\":{\"ports\":{\"80/TCP\":{}}}}"},
		{"[{'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'name': 'c', 'labels': "
		 "{'a': '1'}}, 'data': {'LEVEL': 'a'}}]",
		 "[{'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'name': 'c', 'labels': "
		 "{'a': '2'}, 'annotations': {'x/y': 'z'}}, 'data': {'LEVEL': 'b'}}]",
		 "entry LEVEL of ConfigMap/c: a > b; +annotation x/y of ConfigMap/c: z; "
		 "label a of ConfigMap/c: 1 > 2"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect_changes(cases[i].from, cases[i].to, cases[i].words);
}

#define TWO(web, proxy) \
	"[" DEPLOYMENT("web", "", "'containers': [" CONTAINER("web", web) ", " \
		       CONTAINER("proxy", proxy) "]") "]"
static void
a_container_is_named_where_there_are_several(void **state)
{
	(void)state;
	expect_changes(TWO("", ""),
		       TWO(", 'env': [{'name': 'A', 'value': '1'}]", ", 'args': ['-v']"),
		       "+args of container proxy: [\"-v\"]; +variable A of container web: 1");
	expect_changes("[" DEPLOYMENT("web", "", "'containers': [{'name': 'web', 'image': 'x:1'}, "
				      "{'name': 'proxy', 'image': 'p:1'}]") "]",
		       "[" DEPLOYMENT("web", "", "'containers': [{'name': 'web', 'image': 'x:2'}, "
				      "{'name': 'proxy', 'image': 'p:2'}]") "]",
		       "image of container proxy: p:1 > p:2; "
		       "*image of container web: x:1 > x:2");
	expect_changes("[" WEB("") "]", TWO("", ""),
		       "+container proxy: x:1");
	expect_changes("[" WEB("") ", " DEPLOYMENT("worker", "'replicas': 1, ",
						  "'containers': [" CONTAINER("worker", "") "]") "]",
		       "[" WEB("") ", " DEPLOYMENT("worker", "'replicas': 2, ",
						  "'containers': [" CONTAINER("worker", "") "]") "]",
		       "replicas of Deployment/worker: 1 > 2");
}

/* --- merges --- */

/* "variable A: base/theirs/ours" of conflicts; the result as changes from theirs. */
static char *
merged(const char *base, const char *theirs, const char *ours)
{
	struct set *b = set_of(base), *t = set_of(theirs), *o = set_of(ours);
	struct merge merge;
	struct error err = {0};
	struct buf out;

	if (merge_sets(&merge, b, t, o, &err) != 0)
		fail_msg("%s", err.text);
	buf_init(&out, 1u << 20);
	for (size_t i = 0; i < merge.count; i++)
		if (merge.entries[i].side == MERGE_CONFLICT)
			(void)buf_printf(&out, "%s: %s/%s/%s; ", merge.entries[i].label,
					 merge.entries[i].base ? merge.entries[i].base : "-",
					 merge.entries[i].theirs ? merge.entries[i].theirs : "-",
					 merge.entries[i].ours ? merge.entries[i].ours : "-");
	if (merge.result) {
		char *changes = changes_of(t, merge.result);

		(void)buf_puts(&out, changes);
		free(changes);
	}
	merge_clear(&merge);
	set_unref(b);
	set_unref(t);
	set_unref(o);
	return buf_take(&out);
}

#define ENV(inner) "[" WEB(", 'env': [" inner "]") "]"
#define VARIABLE(name, value) "{'name': '" name "', 'value': '" value "'}"
#define INIT(inner) "[" DEPLOYMENT("web", "", "'initContainers': [" inner "]") "]"

static void
two_who_insert_are_not_in_each_others_way(void **state)
{
	static const struct {
		const char *base, *theirs, *ours, *expected;
	} cases[] = {
		/* another variable each; into one that had none; the last one goes meanwhile */
		{ENV(VARIABLE("M", "m")), ENV(VARIABLE("A", "a") ", " VARIABLE("M", "m")),
		 ENV(VARIABLE("M", "m") ", " VARIABLE("Z", "z")), "+variable Z: z"},
		{"[" WEB("") "]", ENV(VARIABLE("A", "a")), ENV(VARIABLE("B", "b")),
		 "+variable B: b"},
		{ENV(VARIABLE("A", "a")), "[" WEB("") "]",
		 ENV(VARIABLE("A", "a") ", " VARIABLE("B", "b")), "+variable B: b"},
		{ENV(VARIABLE("A", "a")), "[" WEB("") "]", ENV(VARIABLE("A", "a")), ""},
		{ENV(VARIABLE("A", "a")), ENV(VARIABLE("A", "a")), "[" WEB("") "]",
		 "-variable A: a"},
		/* the same by both */
		{"[" WEB("") "]", ENV(VARIABLE("A", "a")), ENV(VARIABLE("A", "a")), ""},
		/* a container each, between the same two */
		{INIT("{'name': 'init', 'image': 'i'}, {'name': 'wait', 'image': 'w'}"),
		 INIT("{'name': 'init', 'image': 'i'}, {'name': 'check', 'image': 'c'}, {'name': "
		      "'wait', 'image': 'w'}"),
		 INIT("{'name': 'init', 'image': 'i'}, {'name': 'fetch', 'image': 'f'}, {'name': "
		      "'wait', 'image': 'w'}"),
		 "+init container fetch: f"},
		/* one changes what another adds beside */
		{"[" WEB("") "]", "[" WEB(", 'ports': [{'containerPort': 80}]") "]",
		 "[" WEB(", 'ports': [{'containerPort': 81}]") "]", "+port 81/TCP: {}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *is = merged(cases[i].base, cases[i].theirs, cases[i].ours);

		assert_string_equal(is, cases[i].expected);
		free(is);
	}
}

static void
a_conflict_names_the_variable_and_both_values(void **state)
{
	static const struct {
		const char *base, *theirs, *ours, *expected;
	} cases[] = {
		{ENV(VARIABLE("LEVEL", "info")), ENV(VARIABLE("LEVEL", "warn")),
		 ENV(VARIABLE("LEVEL", "debug")), "variable LEVEL: info/warn/debug; "},
		{"[" WEB("") "]", ENV(VARIABLE("LEVEL", "warn")), ENV(VARIABLE("LEVEL", "debug")),
		 "variable LEVEL: -/warn/debug; "},
		{ENV(VARIABLE("LEVEL", "info")), "[" WEB("") "]", ENV(VARIABLE("LEVEL", "debug")),
		 "variable LEVEL: info/-/debug; "},
		{TWO("", ""), TWO(", 'args': ['a']", ""), TWO(", 'args': ['b']", ""),
		 "args of container web: -/[\"a\"]/[\"b\"]; "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *is = merged(cases[i].base, cases[i].theirs, cases[i].ours);

		assert_string_equal(is, cases[i].expected);
		free(is);
	}
}

/* --- every field --- */

static void
no_field_is_said_as_a_pointer(void **state)
{
	static const char *const paths[] = {
		"/spec/manifests/Deployment~1web",
		"/spec/manifests/Deployment~1web/spec",
		"/spec/manifests/Deployment~1web/spec/template/spec",
		"/spec/manifests/Deployment~1web/spec/template/spec/containers/a~1b/env",
		"/spec/manifests/Deployment~1web/metadata",
		"/spec/manifests/gone/spec/x",
		"/spec/manifests/Deployment~1web/spec/selector/matchLabels/app",
	};
	static const char *const words[] = {
		"object Deployment/web", "spec", "template.spec", "env of container a/b", "metadata",
		"x of gone", "selector app",
	};
	json_t *module = parse("{'spec': {'manifests': {'Deployment/web': {'apiVersion': 'apps/v1', "
			       "'kind': 'Deployment', 'spec': {'template': {'spec': {'containers': "
			       "{'a/b': {'image': 'x'}, 'c': {'image': 'y'}}}}}}}}}");

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		char *is = field_words(paths[i], module, NULL);

		assert_string_equal(is, words[i]);
		free(is);
	}
	json_decref(module);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_change_is_called_by_name_and_never_by_place),
		cmocka_unit_test(a_container_is_named_where_there_are_several),
		cmocka_unit_test(two_who_insert_are_not_in_each_others_way),
		cmocka_unit_test(a_conflict_names_the_variable_and_both_values),
		cmocka_unit_test(no_field_is_said_as_a_pointer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
