/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a cluster's policies make of an object is told; its defaults are not. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/buf.h"
#include "base/xmalloc.h"
#include "platform/drivers/kubernetes/review/kube-changes.h"

#define POD(containers) "{\"spec\": {\"template\": {\"spec\": {\"containers\": [" containers "]}}}}"
#define LIMIT(cpu) "{\"name\": \"web\", \"limits\": {\"cpu\": \"" cpu "\"}}"
#define AT "spec.template.spec.containers"

static const struct {
	const char *name, *given, *taken, *before, *changes;
} cases[] = {
	{"nothing", "{\"kind\": \"Service\", \"spec\": {\"a\": 1}}",
	 "{\"kind\": \"Service\", \"spec\": {\"a\": 1}}", "null", ""},
	{"defaults", POD("{\"name\": \"web\", \"image\": \"w:1\"}"),
	 POD("{\"name\": \"web\", \"image\": \"w:1\", \"imagePullPolicy\": \"Always\"}"), "null", ""},
	{"what the cluster owns", "{\"metadata\": {\"name\": \"a\", \"uid\": \"1\"}, \"status\": {\"x\": 1}}",
	 "{\"metadata\": {\"name\": \"b\", \"uid\": \"2\"}, \"status\": {\"x\": 2}}", "null", ""},
	{"another image", POD("{\"name\": \"web\", \"image\": \"w:1\"}"),
	 POD("{\"name\": \"web\", \"image\": \"mirror/w:1\"}"), "null", AT "[web].image \"mirror/w:1\"\n"},
	{"another place in the list", POD("{\"name\": \"a\", \"x\": 1}, {\"name\": \"b\", \"x\": 2}"),
	 POD("{\"name\": \"b\", \"x\": 2}, {\"name\": \"a\", \"x\": 1}"), "null", ""},
	{"a container more", POD("{\"name\": \"web\", \"image\": \"w:1\"}"),
	 POD("{\"name\": \"web\", \"image\": \"w:1\"}, {\"name\": \"proxy\", \"image\": \"p:2\"}"), "null",
	 AT "[proxy] \"p:2\"\n"},
	{"which is there already", POD("{\"name\": \"web\", \"image\": \"w:1\"}"),
	 POD("{\"name\": \"web\", \"image\": \"w:1\"}, {\"name\": \"proxy\", \"image\": \"p:2\"}"),
	 POD("{\"name\": \"web\", \"image\": \"w:0\"}, {\"name\": \"proxy\", \"image\": \"p:1\"}"), ""},
	{"a container that is not taken", POD("{\"name\": \"web\", \"image\": \"w:1\"}"),
	 POD("{\"name\": \"other\", \"image\": \"w:1\"}"), "null",
	 AT "[web] \n" AT "[other] \"w:1\"\n"},
	/* The change that is reviewed would be none: nothing is more worth a line. */
	{"a value that is put back to what was there", POD("{\"name\": \"web\", \"image\": \"w:2\"}"),
	 POD("{\"name\": \"web\", \"image\": \"w:1\"}"), POD("{\"name\": \"web\", \"image\": \"w:1\"}"),
	 AT "[web].image \"w:1\"\n"},
	{"amounts that mean the same", POD(LIMIT("0.5")), POD(LIMIT("500m")), "null", ""},
	{"an amount that does not", POD(LIMIT("0.5")), POD(LIMIT("600m")), "null",
	 AT "[web].limits.cpu \"600m\"\n"},
	{"amounts without end", POD(LIMIT("99999999999999999999")), POD(LIMIT("99999999999999999998")),
	 "null", AT "[web].limits.cpu \"99999999999999999998\"\n"},
	{"a text that looks like an amount", POD("{\"name\": \"web\", \"x\": \"1000m\"}"),
	 POD("{\"name\": \"web\", \"x\": \"1\"}"), "null", AT "[web].x \"1\"\n"},
	{"a list more", POD("{\"name\": \"web\"}"),
	 POD("{\"name\": \"web\", \"env\": [{\"name\": \"A\", \"value\": \"1\"}]}"), "null",
	 AT "[web].env[A] {\"name\":\"A\",\"value\":\"1\"}\n"},
	{"a list of defaults", "{\"spec\": {\"a\": 1}}", "{\"spec\": {\"a\": 1, \"b\": [{\"c\": 1}, \"d\"]}}",
	 "null", ""},
	{"what is empty", "{\"spec\": {\"a\": [], \"b\": {}, \"c\": null}}", "{\"spec\": {}}", "null", ""},
	{"what is taken away", "{\"spec\": {\"a\": 1}}", "{\"spec\": {}}", "null", "spec.a \n"},
	{"labels", "{\"metadata\": {\"labels\": {\"a\": \"1\"}}}",
	 "{\"metadata\": {\"labels\": {\"a\": \"2\", \"b\": \"3\"}}}", "null", "metadata.labels.a \"2\"\n"},
	{"a port", "{\"spec\": {\"ports\": [{\"port\": 80, \"targetPort\": 8080}]}}",
	 "{\"spec\": {\"ports\": [{\"port\": 80, \"targetPort\": 8081}]}}", "null",
	 "spec.ports[80].targetPort 8081\n"},
	{"a list without names", "{\"spec\": {\"args\": [\"a\", \"b\"]}}",
	 "{\"spec\": {\"args\": [\"a\"]}}", "null", "spec.args[1] \n"},
	{"another type", "{\"spec\": {\"a\": {\"b\": 1}}}", "{\"spec\": {\"a\": [7]}}", "null",
	 "spec.a [7]\n"},
	{"a Secret", "{\"kind\": \"Secret\", \"data\": {\"a\": \"eA==\"}}",
	 "{\"kind\": \"Secret\", \"data\": {\"a\": \"eQ==\"}}", "null", ""},
	{"no object", "{\"spec\": 1}", "7", "null", " 7\n"},
};

static json_t *
parse(const char *text)
{
	json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

	assert_non_null(value);
	return value;
}

static void
test_what_a_cluster_makes_of_an_object(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *given = parse(cases[i].given), *taken = parse(cases[i].taken);
		json_t *before = parse(cases[i].before), *list = kube_changes(given, taken, before);
		struct buf text;
		json_t *change;
		size_t at;

		buf_init(&text, 4096);
		json_array_foreach(list, at, change)
			buf_printf(&text, "%s %s\n", json_string_value(json_array_get(change, 0)),
				   json_string_value(json_array_get(change, 1)));
		if (strcmp(buf_str(&text), cases[i].changes) != 0)
			print_error("%s: %s\n", cases[i].name, buf_str(&text));
		assert_string_equal(buf_str(&text), cases[i].changes);
		buf_clear(&text);
		json_decref(list);
		json_decref(before);
		json_decref(taken);
		json_decref(given);
	}
}

static json_t *
items_of(const char *folder, const char *name)
{
	const char *srcdir = getenv("srcdir");
	char *path = xasprintf("%s/tests/kube/%s/every-field-%s.json", srcdir ? srcdir : ".",
			       folder, name);
	json_error_t why;
	json_t *file = json_load_file(path, 0, &why), *items;

	if (!file)
		fail_msg("%s: %s", path, why.text);
	items = json_incref(json_object_get(file, "items"));
	json_decref(file);
	free(path);
	return items;
}

/* As a real API server answered to them: no default of its is taken for somebody's policy. */
static void
test_every_field_is_taken_as_it_was_given(void **state)
{
	static const char *const names[] = {"module", "least", "other", "job", "cronjob"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		json_t *given = items_of("objects", names[i]);
		json_t *taken = items_of("objects/taken", names[i]);
		json_t *object;
		size_t k;

		assert_true(json_array_size(given) > 0);
		assert_int_equal(json_array_size(given), json_array_size(taken));
		json_array_foreach(given, k, object) {
			json_t *list = kube_changes(object, json_array_get(taken, k), NULL);
			char *text = json_dumps(list, JSON_COMPACT);

			assert_string_equal(text, "[]");
			free(text);
			json_decref(list);
		}
		json_decref(taken);
		json_decref(given);
	}
}

/* A list of a thousand, or a thousand levels, is no reason for as many lines or as deep a stack. */
static void
test_what_is_large_has_an_end(void **state)
{
	json_t *given = json_object(), *taken = json_object(), *deep = json_integer(1), *list;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		char *name = xasprintf("k%d", i);

		json_object_set_new(given, name, json_integer(i));
		free(name);
	}
	list = kube_changes(given, taken, NULL);
	assert_int_equal(json_array_size(list), KUBE_CHANGES_MAX);
	json_decref(list);
	json_object_clear(given);
	for (int i = 0; i < 1000; i++)
		deep = json_pack("{s:o}", "spec", deep);
	json_object_set_new(given, "spec", deep);
	list = kube_changes(given, given, NULL);
	assert_int_equal(json_array_size(list), 0);
	json_decref(list);
	json_decref(taken);
	json_decref(given);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_a_cluster_makes_of_an_object),
		cmocka_unit_test(test_every_field_is_taken_as_it_was_given),
		cmocka_unit_test(test_what_is_large_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
