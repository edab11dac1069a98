/* SPDX-License-Identifier: GPL-3.0-or-later */

/* From two kept objects and the live one to the JSON Patch that changes what was reviewed. */
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
#include "model/manifest-patch.h"
#include "model/manifests.h"
#include "model/patch.h"
#include "model/pointer.h"
#include "platform/drivers/kubernetes/adopted/adopted-order.h"
#include "platform/drivers/kubernetes/adopted/adopted-patch.h"
#include "quoted-json.h"

/* A Deployment as a server gives it, with these containers. */
static json_t *
deployment(const char *containers)
{
	char *text = xasprintf(
		"{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'web','namespace':'shop',"
		"'uid':'u-1','generation':4,'resourceVersion':'77','labels':{'app':'web'}},"
		"'spec':{'replicas':2,'progressDeadlineSeconds':600,'revisionHistoryLimit':10,"
		"'selector':{'matchLabels':{'app':'web'}},'template':{'metadata':{'labels':{'app':'web'}},"
		"'spec':{'restartPolicy':'Always','dnsPolicy':'ClusterFirst','schedulerName':"
		"'default-scheduler','securityContext':{},'terminationGracePeriodSeconds':30,"
		"'containers':[%s]}}},'status':{'replicas':2}}", containers);
	json_t *object = parse(text);

	free(text);
	return object;
}

#define WEB(image, env) "{'name':'web','image':'" image "','imagePullPolicy':'IfNotPresent'," \
	"'terminationMessagePath':'/dev/termination-log','terminationMessagePolicy':'File'," \
	"'resources':{},'env':[" env "]}"
#define PROXY "{'name':'proxy','image':'proxy:1','resources':{},'imagePullPolicy':'IfNotPresent'}"
#define VARIABLE(name, value) "{'name':'" name "','value':'" value "'}"

static json_t *
config_map(const char *data)
{
	char *text = xasprintf("{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'settings',"
			       "'namespace':'shop','uid':'u-2'}%s%s}", *data ? ",'data':" : "", data);
	json_t *object = parse(text);

	free(text);
	return object;
}

/* {"manifests": {KEY: object}}; takes the object. */
static json_t *
spec_of(json_t *object)
{
	struct error err = {0};
	json_t *kept = manifest_keep(object, &err);
	char *key = manifest_key(object);
	json_t *spec;

	assert_non_null(kept);
	spec = json_pack("{s:{s:o}}", "manifests", key, kept);
	free(key);
	json_decref(object);
	return spec;
}

/* What is to become of the first, as the second says; both are taken. */
static struct adopted_changes
changes_between(json_t *before, json_t *after)
{
	json_t *was = spec_of(before), *is = spec_of(after);
	struct adopted_changes changes;
	struct error err;

	assert_int_equal(adopted_changes_make(was, is, &changes, &err), 0);
	json_decref(was);
	json_decref(is);
	return changes;
}

static const json_t *
find(const json_t *object, const char *path)
{
	struct pointer pointer;
	struct error err;
	json_t *found;

	assert_int_equal(pointer_parse(&pointer, path, &err), 0);
	found = pointer_find((json_t *)(uintptr_t)object, &pointer);
	pointer_clear(&pointer);
	return found;
}

/* As an API server does it; NULL: a test fails. */
static json_t *
carry_out(const json_t *live, const json_t *operations)
{
	json_t *at = json_deep_copy(live), *row;
	struct error err;
	size_t i;

	json_array_foreach(operations, i, row) {
		const char *path = json_member_string(row, "path");
		const json_t *value = json_object_get(row, "value"), *there = find(at, path);
		json_t *one, *next;

		if (strcmp(json_member_string(row, "op"), "test") == 0) {
			if (there ? !json_equal(there, value) : !json_is_null(value)) {
				json_decref(at);
				return NULL;
			}
			continue;
		}
		one = json_pack("[O]", row);
		next = patch_apply_encoded(at, one, &err);
		assert_non_null(next);
		json_decref(one);
		json_decref(at);
		at = next;
	}
	return at;
}

static bool
has_test(const json_t *operations, const char *path, const json_t *value)
{
	json_t *row;
	size_t i;

	json_array_foreach(operations, i, row)
		if (strcmp(json_member_string(row, "op"), "test") == 0 &&
		    strcmp(json_member_string(row, "path"), path) == 0 &&
		    json_equal(json_object_get(row, "value"), value))
			return true;
	return false;
}

static bool
tests_text(const json_t *operations, const char *path, const char *text)
{
	json_t *value = text ? json_string(text) : json_null();
	bool has = has_test(operations, path, value);

	json_decref(value);
	return has;
}

static void
assert_text(const json_t *object, const char *path, const char *text)
{
	const json_t *value = find(object, path);

	assert_non_null(value);
	assert_string_equal(json_string_value(value), text);
}

/* The names of a list's items, "A B". */
static void
assert_names(const json_t *object, const char *path, const char *names)
{
	const json_t *list = find(object, path);
	char text[256] = "";
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item) {
		if (i > 0)
			strcat(text, " ");
		strcat(text, json_member_string(item, "name"));
	}
	assert_string_equal(text, names);
}

#define CONTAINER(n) "/spec/template/spec/containers/" #n

/* A change of the first pair, to `live`; all are taken.  The patched object, and its patch. */
static json_t *
patched(json_t *before, json_t *after, json_t *live, struct adopted_patch *patch)
{
	struct adopted_changes changes = changes_between(before, after);
	struct error err = {0};
	json_t *out;

	assert_int_equal(changes.count, 1);
	if (adopted_patch_make(&changes.items[0], live, patch, &err) != 0)
		fail_msg("%s", err.text);
	out = carry_out(live, patch->operations);
	assert_non_null(out);
	adopted_changes_clear(&changes);
	json_decref(live);
	return out;
}

/* The sentence of what moved; free() it. */
static char *
moved(json_t *before, json_t *after, json_t *live)
{
	struct adopted_changes changes = changes_between(before, after);
	struct adopted_patch patch;
	struct error err = {0};

	assert_int_equal(adopted_patch_make(&changes.items[0], live, &patch, &err), -1);
	assert_int_equal(err.kind, ERROR_STALE);
	adopted_changes_clear(&changes);
	json_decref(live);
	return xstrdup(err.text);
}

static void
test_a_patch_tests_what_was_reviewed_where_it_stands(void **state)
{
	json_t *generation = json_integer(4), *out;
	struct adopted_patch patch;

	(void)state;
	/* Somebody put a proxy in front meanwhile. */
	out = patched(deployment(WEB("web:1", "")), deployment(WEB("web:2", "")),
		      deployment(PROXY "," WEB("web:1", "")), &patch);
	assert_text(out, CONTAINER(1) "/image", "web:2");
	assert_text(out, CONTAINER(0) "/image", "proxy:1");
	assert_true(tests_text(patch.operations, "/metadata/uid", "u-1"));
	assert_true(has_test(patch.operations, "/metadata/generation", generation));
	assert_true(tests_text(patch.operations, CONTAINER(1) "/image", "web:1"));
	assert_int_equal(json_array_size(patch.operations), 4);
	assert_int_equal(json_array_size(patch.fields), 1);
	assert_text(json_array_get(patch.fields, 0), "/path", "containers[web].image");
	assert_text(json_array_get(patch.fields, 0), "/from", "web:1");
	assert_text(json_array_get(patch.fields, 0), "/to", "web:2");
	adopted_patch_clear(&patch);
	json_decref(generation);
	json_decref(out);
}

static void
test_what_others_changed_beside_it_stays(void **state)
{
	struct adopted_patch patch;
	json_t *out;

	(void)state;
	out = patched(deployment(WEB("web:1", VARIABLE("A", "1") "," VARIABLE("C", "3"))),
		      deployment(WEB("web:1", VARIABLE("A", "1") "," VARIABLE("B", "2") ","
				     VARIABLE("C", "4"))),
		      deployment(WEB("web:7", VARIABLE("A", "9") "," VARIABLE("AB", "theirs") ","
				     VARIABLE("C", "3"))), &patch);
	assert_text(out, CONTAINER(0) "/image", "web:7");
	assert_names(out, CONTAINER(0) "/env", "A B AB C");
	assert_text(out, CONTAINER(0) "/env/0/value", "9");
	assert_text(out, CONTAINER(0) "/env/3/value", "4");
	adopted_patch_clear(&patch);
	json_decref(out);
	/* Both sides give it its first variables. */
	out = patched(deployment(WEB("web:1", "")), deployment(WEB("web:1", VARIABLE("B", "2"))),
		      deployment(WEB("web:1", VARIABLE("A", "1"))), &patch);
	assert_int_equal(json_array_size(find(out, CONTAINER(0) "/env")), 2);
	adopted_patch_clear(&patch);
	json_decref(out);
}

/* A program gets the later one. */
static void
test_of_two_variables_of_one_name_the_later_is_meant(void **state)
{
	static const char twice[] = VARIABLE("A", "1") "," VARIABLE("B", "b") "," VARIABLE("A", "2");
	char *web = xasprintf(WEB("web:1", "%s"), twice);
	struct adopted_patch patch;
	json_t *out;

	(void)state;
	out = patched(deployment(web), deployment(WEB("web:1", VARIABLE("B", "b") ","
						      VARIABLE("A", "3"))),
		      deployment(web), &patch);
	assert_names(out, CONTAINER(0) "/env", "A B A");
	assert_text(out, CONTAINER(0) "/env/2/value", "3");
	adopted_patch_clear(&patch);
	json_decref(out);
	out = patched(deployment(web), deployment(WEB("web:1", VARIABLE("B", "b"))),
		      deployment(web), &patch);
	assert_names(out, CONTAINER(0) "/env", "B");
	adopted_patch_clear(&patch);
	json_decref(out);
	free(web);
}

static void
test_a_field_that_is_another_by_now_has_moved(void **state)
{
	char *text;

	(void)state;
	text = moved(deployment(WEB("web:1", "")), deployment(WEB("web:2", "")),
		     deployment(WEB("web:3", "")));
	assert_non_null(strstr(text, "Deployment/web moved: containers[web].image is now web:3"));
	free(text);
	text = moved(deployment(WEB("web:1", VARIABLE("A", "1"))),
		     deployment(WEB("web:1", VARIABLE("A", "2"))), deployment(WEB("web:1", "")));
	assert_non_null(strstr(text, "containers[web].env[A].value was removed"));
	free(text);
	/* Two new variables of one name. */
	text = moved(deployment(WEB("web:1", "")), deployment(WEB("web:1", VARIABLE("A", "1"))),
		     deployment(WEB("web:1", VARIABLE("A", "2"))));
	assert_non_null(strstr(text, "containers[web].env[A].value is now 2"));
	free(text);
	/* What is to go is not what it was. */
	text = moved(deployment(WEB("web:1", "") "," PROXY), deployment(WEB("web:1", "")),
		     deployment(WEB("web:1", "") ",{'name':'proxy','image':'proxy:2'}"));
	assert_non_null(strstr(text, "containers[proxy]"));
	free(text);
	text = moved(deployment(WEB("web:1", "")), deployment(WEB("web:2", "")),
		     deployment(PROXY));
	assert_non_null(strstr(text, "containers[web].image was removed"));
	free(text);
}

static void
test_what_is_so_already_is_not_patched(void **state)
{
	struct adopted_patch patch;
	json_t *out;

	(void)state;
	out = patched(deployment(WEB("web:1", "")), deployment(WEB("web:2", "")),
		      deployment(WEB("web:2", VARIABLE("A", "1"))), &patch);
	assert_int_equal(json_array_size(patch.operations), 0);
	adopted_patch_clear(&patch);
	json_decref(out);
}

/* A set may pin what runs to its digest. */
static void
test_a_pinned_image_is_the_same_image(void **state)
{
	struct adopted_patch patch;
	char *text;
	json_t *out;

	(void)state;
	out = patched(deployment(WEB("web:1@sha256:aa", "")), deployment(WEB("web:2", "")),
		      deployment(WEB("web:1", "")), &patch);
	assert_text(out, CONTAINER(0) "/image", "web:2");
	assert_true(tests_text(patch.operations, CONTAINER(0) "/image", "web:1"));
	adopted_patch_clear(&patch);
	json_decref(out);
	text = moved(deployment(WEB("web:1@sha256:aa", "")), deployment(WEB("web:2", "")),
		     deployment(WEB("web:1@sha256:bb", "")));
	free(text);
}

/* Where a kind has no generation, the old values alone say that nobody was faster. */
static void
test_without_a_generation_the_old_values_are_tested(void **state)
{
	struct adopted_patch patch;
	json_t *out;

	(void)state;
	out = patched(config_map("{'a':'1','z':'${HOME}'}"),
		      config_map("{'a':'2','b/c':'3','z':'${HOME}'}"),
		      config_map("{'a':'1','z':'${HOME}'}"), &patch);
	assert_text(out, "/data/a", "2");
	assert_text(out, "/data/b~1c", "3");
	assert_text(out, "/data/z", "${HOME}");
	assert_true(tests_text(patch.operations, "/data/a", "1"));
	assert_true(tests_text(patch.operations, "/data/b~1c", NULL));
	adopted_patch_clear(&patch);
	json_decref(out);
	out = patched(config_map(""), config_map("{'a':'1'}"), config_map(""), &patch);
	assert_text(out, "/data/a", "1");
	adopted_patch_clear(&patch);
	json_decref(out);
}

/* The same kind of patch; what others did meanwhile stays again. */
static void
test_it_is_taken_back_by_a_patch_of_its_own(void **state)
{
	static const char *const pairs[][2] = {
		{WEB("web:1", ""), WEB("web:2", "")},
		{WEB("web:1", VARIABLE("A", "1")), WEB("web:1", "")},
		{WEB("web:1", ""), WEB("web:1", VARIABLE("A", "1") "," VARIABLE("B", "1"))},
		{WEB("web:1", "") "," PROXY, WEB("web:2", "")},
		{WEB("web:1", ""), PROXY "," WEB("web:2", VARIABLE("B", "$(A)") "," VARIABLE("A", "1"))},
		{WEB("web:1", VARIABLE("B", "2") "," VARIABLE("A", "$(B)")),
		 WEB("web:1", VARIABLE("A", "2") "," VARIABLE("B", "$(A)"))},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct adopted_changes changes = changes_between(deployment(pairs[i][0]),
								 deployment(pairs[i][1]));
		struct adopted_change reverse = adopted_change_reverse(&changes.items[0]);
		json_t *live = deployment(pairs[i][0]), *after, *back, *wanted;
		struct adopted_patch patch;
		struct error err;

		assert_int_equal(adopted_patch_make(&changes.items[0], live, &patch, &err), 0);
		after = carry_out(live, patch.operations);
		adopted_patch_clear(&patch);
		wanted = deployment(pairs[i][1]);
		json_object_set_new(wanted, "kept", manifest_keep(wanted, &err));
		json_object_set_new(after, "kept", manifest_keep(after, &err));
		if (!json_equal(json_object_get(wanted, "kept"), json_object_get(after, "kept")))
			fail_msg("%zu: %s\n%s", i,
				 json_dumps(find(wanted, "/kept/spec/template/spec"), 0),
				 json_dumps(find(after, "/kept/spec/template/spec"), 0));
		json_object_del(after, "kept");
		assert_int_equal(adopted_patch_make(&reverse, after, &patch, &err), 0);
		back = carry_out(after, patch.operations);
		assert_true(json_equal(find(back, "/spec/template/spec/containers/0/env"),
				       find(live, "/spec/template/spec/containers/0/env")) ||
			    json_array_size(find(live, "/spec/template/spec/containers/0/env")) == 0);
		adopted_patch_clear(&patch);
		adopted_changes_clear(&changes);
		json_decref(live);
		json_decref(after);
		json_decref(back);
		json_decref(wanted);
	}
}

static void
test_a_default_that_is_said_is_no_obstacle(void **state)
{
	json_t *before = deployment(WEB("web:1", "")), *after = deployment(WEB("web:1", ""));
	json_t *was = spec_of(before), *is = spec_of(after), *out;
	struct adopted_changes changes;
	struct adopted_patch patch;
	struct error err;

	(void)state;
	json_object_set_new(json_object_get(json_object_get(json_object_get(is, "manifests"),
							    "Deployment/web"), "spec"),
			    "progressDeadlineSeconds", json_integer(30));
	assert_int_equal(adopted_changes_make(was, is, &changes, &err), 0);
	before = deployment(WEB("web:1", ""));
	assert_int_equal(adopted_patch_make(&changes.items[0], before, &patch, &err), 0);
	out = carry_out(before, patch.operations);
	assert_int_equal(json_integer_value(find(out, "/spec/progressDeadlineSeconds")), 30);
	adopted_patch_clear(&patch);
	adopted_changes_clear(&changes);
	json_decref(before);
	json_decref(out);
	json_decref(was);
	json_decref(is);
}

static void
test_whole_objects_come_and_go(void **state)
{
	json_t *one = spec_of(config_map("{'a':'1'}")), *none = json_pack("{s:{}}", "manifests");
	json_t *live = config_map("{'a':'1'}"), *other = config_map("{'a':'2'}");
	struct adopted_changes changes;
	struct error err;

	(void)state;
	assert_int_equal(adopted_changes_make(NULL, one, &changes, &err), 0);
	assert_int_equal(changes.count, 1);
	assert_null(changes.items[0].before);
	assert_text(changes.items[0].object, "/data/a", "1");
	adopted_changes_clear(&changes);
	assert_int_equal(adopted_changes_make(one, none, &changes, &err), 0);
	assert_null(changes.items[0].after);
	assert_int_equal(adopted_patch_check(&changes.items[0], live, &err), 0);
	assert_int_equal(adopted_patch_check(&changes.items[0], other, &err), -1);
	assert_int_equal(err.kind, ERROR_STALE);
	adopted_changes_clear(&changes);
	assert_int_equal(adopted_changes_make(one, one, &changes, &err), 0);
	assert_int_equal(changes.count, 0);
	adopted_changes_clear(&changes);
	json_decref(one);
	json_decref(none);
	json_decref(live);
	json_decref(other);
}

static void
test_our_entry_alone_is_removed(void **state)
{
	static const char text[] =
		"{\"metadata\":{\"uid\":\"u-1\",\"managedFields\":["
		"{\"manager\":\"kubectl\",\"operation\":\"Apply\"},"
		"{\"manager\":\"sidestage\",\"operation\":\"Update\",\"subresource\":\"status\"},"
		"{\"manager\":\"sidestage\",\"operation\":\"Update\"}]}}";
	json_t *live = json_loads(text, 0, NULL), *list, *patch, *out;

	(void)state;
	list = (json_t *)(uintptr_t)find(live, "/metadata/managedFields");
	patch = adopted_release(live, "sidestage");
	out = carry_out(live, patch);
	assert_int_equal(json_array_size(find(out, "/metadata/managedFields")), 2);
	assert_text(out, "/metadata/managedFields/1/subresource", "status");
	/* Somebody else's stands there by now. */
	json_array_remove(list, 0);
	assert_null(carry_out(live, patch));
	json_decref(patch);
	json_decref(out);
	/* A list without entries would be taken for one that was not given. */
	json_array_remove(list, 0);
	patch = adopted_release(live, "sidestage");
	out = carry_out(live, patch);
	assert_int_equal(json_array_size(find(out, "/metadata/managedFields")), 1);
	assert_int_equal(json_object_size(find(out, "/metadata/managedFields/0")), 0);
	json_decref(patch);
	assert_null(adopted_release(out, "sidestage"));
	json_decref(out);
	json_decref(live);
}

/* Takes both. */
static void
assert_order(json_t *live, const char *expected)
{
	json_t *order = adopted_order(live), *wanted = parse(expected);

	assert_true(json_equal(order, wanted));
	json_decref(order);
	json_decref(wanted);
	json_decref(live);
}

#define PODS "/spec/template/spec/"

static void
test_an_order_that_no_set_keeps_is_told(void **state)
{
	(void)state;
	assert_order(deployment(PROXY "," WEB("web:1", VARIABLE("A", "1") "," VARIABLE("B", "1"))), "{}");
	assert_order(deployment(PROXY "," WEB("web:1", VARIABLE("ZED", "1") "," VARIABLE("A", "1"))),
		     "{'" PODS "containers/web/env':['ZED','A']}");
	assert_order(deployment(WEB("web:1", VARIABLE("A", "1") "," VARIABLE("A", "2"))),
		     "{'" PODS "containers/web/env':['A','A']}");
	/* What refers to another is kept behind it. */
	assert_order(deployment(WEB("web:1", VARIABLE("Z", "1") "," VARIABLE("A", "$(Z)"))), "{}");
	/* An item without a key leaves the list one. */
	assert_order(deployment(WEB("web:1", VARIABLE("Z", "1") ",{'value':'1'}")), "{}");
	assert_order(parse("{'apiVersion':'example.org/v1','kind':'Site','metadata':{'name':'f'},"
			   "'spec':{'env':[" VARIABLE("Z", "1") "," VARIABLE("A", "1") "]}}"), "{}");
	assert_order(config_map("{'ports':'x'}"), "{}");
}

/* From the object that a set was made of to the patch that changes it. */
static void
test_a_saved_patch_fits_the_live_object(void **state)
{
	json_t *live = deployment(PROXY "," WEB("web:1", VARIABLE("ZED", "1") "," VARIABLE("A", "1")
						"," VARIABLE("A", "2")));
	json_t *wanted = deployment(PROXY "," WEB("web:1", VARIABLE("ZED", "2") ","
						  VARIABLE("A", "3")));
	struct error err;
	json_t *was = manifest_keep(live, &err), *is = manifest_keep(wanted, &err);
	json_t *order = adopted_order(live);
	json_t *patch = manifest_json_patch(was, is, order, &err), *out = carry_out(live, patch);

	(void)state;
	assert_non_null(out);
	assert_text(out, PODS "containers/1/env/0/value", "2");
	assert_text(out, PODS "containers/1/env/1/value", "1");
	assert_text(out, PODS "containers/1/env/2/value", "3");
	json_decref(out);
	json_decref(patch);
	json_decref(order);
	json_decref(was);
	json_decref(is);
	json_decref(wanted);
	json_decref(live);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_patch_tests_what_was_reviewed_where_it_stands),
		cmocka_unit_test(test_what_others_changed_beside_it_stays),
		cmocka_unit_test(test_of_two_variables_of_one_name_the_later_is_meant),
		cmocka_unit_test(test_a_field_that_is_another_by_now_has_moved),
		cmocka_unit_test(test_what_is_so_already_is_not_patched),
		cmocka_unit_test(test_a_pinned_image_is_the_same_image),
		cmocka_unit_test(test_without_a_generation_the_old_values_are_tested),
		cmocka_unit_test(test_it_is_taken_back_by_a_patch_of_its_own),
		cmocka_unit_test(test_a_default_that_is_said_is_no_obstacle),
		cmocka_unit_test(test_whole_objects_come_and_go),
		cmocka_unit_test(test_our_entry_alone_is_removed),
		cmocka_unit_test(test_an_order_that_no_set_keeps_is_told),
		cmocka_unit_test(test_a_saved_patch_fits_the_live_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
