/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A change of kept objects, as it is written in a repository. */
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
#include "compare/repository-lines.h"
#include "model/json.h"
#include "model/manifest-patch.h"
#include "model/workload-scale.h"
#include "model/manifests.h"
#include "model/patch.h"
#include "model/pointer.h"
#include "quoted-json.h"

/* {"web": module} of an object whose text has ' for "; NULL: a module of none. */
static json_t *
modules_of(const char *text)
{
	json_t *object = NULL, *manifests = json_object();
	struct error err;
	char *key;

	if (text) {
		object = parse(text);
		key = manifest_key(object);
		json_object_set_new(manifests, key, manifest_keep(object, &err));
		free(key);
	}
	json_decref(object);
	return json_pack("{s:{s:{s:o}}}", "web", "spec", "manifests", manifests);
}

#define WEB(containers) "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'web'}," \
	"'spec':{'selector':{'matchLabels':{'app':'web'}},'template':{'spec':{'containers':[" \
	containers "]}}}}"
#define SITE(version) "{'apiVersion':'example.org/v1','kind':'Site','metadata':{'name':'forum'}," \
	"'spec':{'containers':[{'name':'a','image':'x:" version "'},{'name':'b','image':'y:1'}]}}"

static json_t *
patches_between(const char *before, const char *after)
{
	json_t *was = modules_of(before), *is = modules_of(after);
	json_t *patches = manifests_patches(was, is, NULL);

	json_decref(was);
	json_decref(is);
	return patches;
}

static void
assert_text(const char *before, const char *after, const char *expected)
{
	json_t *patches = patches_between(before, after);
	struct error err;
	char *text = manifests_patches_text(patches, &err);

	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
	json_decref(patches);
}

static void
test_items_are_named_by_their_keys(void **state)
{
	(void)state;
	assert_text(WEB("{'name':'web','image':'web:1','env':[{'name':'A','value':'1'},"
			"{'name':'B','value':'yes'}]}"),
		    WEB("{'name':'web','image':'web:2','env':[{'name':'A','value':'1'},"
			"{'name':'C','value':'no: 1'}]}"),
		    "# patch: Deployment/web\n"
		    "apiVersion: apps/v1\n"
		    "kind: Deployment\n"
		    "metadata:\n"
		    "  name: web\n"
		    "spec:\n"
		    "  template:\n"
		    "    spec:\n"
		    "      containers:\n"
		    "      - image: \"web:2\"\n"
		    "        env:\n"
		    "        - \"$patch\": delete\n"
		    "          name: B\n"
		    "        - value: \"no: 1\"\n"
		    "          name: C\n"
		    "        name: web\n"
		    "# or as JSON Patch:\n"
		    "#   [{\"op\":\"test\",\"path\":\"/spec/template/spec/containers/0/name\","
		    "\"value\":\"web\"},\n"
		    "#    {\"op\":\"replace\",\"path\":\"/spec/template/spec/containers/0/image\","
		    "\"value\":\"web:2\"},\n"
		    "#    {\"op\":\"test\",\"path\":\"/spec/template/spec/containers/0/env/1/name\","
		    "\"value\":\"B\"},\n"
		    "#    {\"op\":\"remove\",\"path\":\"/spec/template/spec/containers/0/env/1\"},\n"
		    "#    {\"op\":\"add\",\"path\":\"/spec/template/spec/containers/0/env/-\","
		    "\"value\":{\"value\":\"no: 1\",\"name\":\"C\"}}]\n");
}

/* Takes the patches. */
static void
assert_json_text(json_t *patches, const char *expected)
{
	struct error err;
	char *text = manifests_json_patch_text(patches, &err);

	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
	json_decref(patches);
}

/* Takes the patches. */
static void
assert_no_json_text(json_t *patches, enum error_kind kind, const char *why)
{
	struct error err = {0};

	assert_null(manifests_json_patch_text(patches, &err));
	assert_int_equal(err.kind, kind);
	assert_non_null(strstr(err.text, why));
	json_decref(patches);
}

static void
test_json_patch_of_one_object_is_json(void **state)
{
	(void)state;
	assert_json_text(patches_between(WEB("{'name':'web','image':'web:1'}"),
					 WEB("{'name':'web','image':'web:2'}")),
			 "[{\"op\":\"test\",\"path\":\"/spec/template/spec/containers/0/name\","
			 "\"value\":\"web\"},\n"
			 " {\"op\":\"replace\",\"path\":\"/spec/template/spec/containers/0/image\","
			 "\"value\":\"web:2\"}]\n");
	assert_json_text(patches_between(NULL, NULL), "");
}

/* A file of JSON that kubectl would not take, or not as what it is. */
static void
test_only_a_change_of_one_object_has_a_json_patch(void **state)
{
	(void)state;
	assert_no_json_text(patches_between(SITE("1"), NULL), ERROR_INPUT, "created or deleted");
	assert_no_json_text(patches_between(NULL, SITE("1")), ERROR_INPUT, "created or deleted");
	assert_no_json_text(patches_between(WEB(""), SITE("1")), ERROR_INPUT, "Several objects");
	assert_no_json_text(parse("[{'object':'A/a','operation':'patch','json_patch':[{'op':'x'}]},"
				  "{'object':'B/b','operation':'patch','json_patch':[{'op':'x'}]}]"),
			    ERROR_INPUT, "Several objects");
}

/* After a long value there is room for what is shorter, but it would be another patch. */
static void
test_a_patch_that_does_not_fit_is_none(void **state)
{
	static const size_t lengths[] = {600u << 10, 2u << 20};

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		char *long_text = xmalloc(lengths[i] + 1);
		json_t *was = modules_of(SITE("1")), *is = modules_of(SITE("2")), *patches;
		json_t *objects = manifests_of(json_object_get(is, "web"));
		json_t *spec = json_object_get(json_object_get(objects, "Site.example.org/forum"),
					       "spec");
		struct error err = {0};

		memset(long_text, 'x', lengths[i]);
		long_text[lengths[i]] = '\0';
		json_object_set_new(spec, "a", json_string(long_text));
		json_object_set_new(spec, "b", json_string(long_text));
		patches = manifests_patches(was, is, NULL);
		assert_null(manifests_patches_text(patches, &err));
		assert_int_equal(err.kind, ERROR_LIMIT);
		assert_no_json_text(patches, ERROR_LIMIT, "too large");
		json_decref(was);
		json_decref(is);
		free(long_text);
	}
}

static void
test_a_patch_has_the_digits_that_were_written(void **state)
{
	json_t *patches = parse("[{'object':'A/a','operation':'patch','merge_patch':{'size':0.1},"
				"'json_patch':[{'op':'add','path':'/size','value':0.1}]}]");
	struct error err;
	char *text = manifests_patches_text(patches, &err);

	(void)state;
	assert_string_equal(text, "# patch: A/a\nsize: 0.1\n# or as JSON Patch:\n"
				  "#   [{\"op\":\"add\",\"path\":\"/size\",\"value\":0.1}]\n");
	free(text);
	assert_json_text(patches, "[{\"op\":\"add\",\"path\":\"/size\",\"value\":0.1}]\n");
}

/* --- JSON Patch of a file that has more --- */

static bool
is_refused_test(const json_t *object, const json_t *operation)
{
	const json_t *value = json_object_get(operation, "value");
	struct pointer pointer;
	struct error err;
	const json_t *found;
	bool is;

	if (strcmp(json_member_string(operation, "op"), "test") != 0)
		return false;
	assert_int_equal(pointer_parse(&pointer, json_member_string(operation, "path"), &err), 0);
	found = pointer_find((json_t *)(uintptr_t)object, &pointer);
	is = found ? !json_equal(found, value) : !json_is_null(value);
	pointer_clear(&pointer);
	return is;
}

/* As kubectl does it: all of it, or nothing.  Takes the object; NULL: refused. */
static json_t *
apply_patch(json_t *object, const json_t *operations)
{
	struct error err;
	json_t *operation;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)operations, i, operation) {
		json_t *one = json_pack("[O]", operation), *next = NULL;
		bool is_test = strcmp(json_member_string(operation, "op"), "test") == 0;

		if (!is_refused_test(object, operation))
			next = is_test ? json_incref(object)
				       : patch_apply_encoded(object, one, &err);
		json_decref(one);
		json_decref(object);
		object = next;
		if (!object)
			return NULL;
	}
	return object;
}

/* What the patch of one change makes of another file of that object; expected NULL: refused. */
static void
assert_applied(const char *before, const char *after, const char *file, const char *expected)
{
	json_t *patches = patches_between(before, after);
	const json_t *patch = json_object_get(json_array_get(patches, 0), "json_patch");
	json_t *made = apply_patch(parse(file), patch), *wanted = expected ? parse(expected) : NULL;

	assert_int_equal(!made, !wanted);
	assert_true(!made || json_equal(made, wanted));
	json_decref(made);
	json_decref(wanted);
	json_decref(patches);
}

#define LEVEL(level) "{'name':'LEVEL','value':'" level "'}"
#define WAITS "{'name':'WAITS','value':'1'}"
#define SIDECAR "{'name':'proxy','image':'proxy:1'}"
#define WITH(env, more) WEB("{'name':'web','image':'web:1','env':[" env "]}" more)

static void
test_a_json_patch_takes_nothing_from_a_file_that_has_more(void **state)
{
	(void)state;
	assert_applied(WITH(LEVEL("info"), ""), WITH(LEVEL("debug"), ""),
		       WITH(LEVEL("info") "," WAITS, "," SIDECAR),
		       WITH(LEVEL("debug") "," WAITS, "," SIDECAR));
	assert_applied(WITH(LEVEL("info"), ""), WITH(LEVEL("info") ",{'name':'N','value':'2'}", ""),
		       WITH(LEVEL("info") "," WAITS, "," SIDECAR),
		       WITH(LEVEL("info") "," WAITS ",{'name':'N','value':'2'}", "," SIDECAR));
	/* In another order it would be another variable, or container. */
	assert_applied(WITH(LEVEL("info"), ""), WITH(LEVEL("debug"), ""),
		       WITH(WAITS "," LEVEL("info"), ""), NULL);
	assert_applied(WITH(LEVEL("info"), ""), WITH(LEVEL("debug"), ""),
		       WEB(SIDECAR ",{'name':'web','image':'web:1','env':[" LEVEL("info") "]}"), NULL);
	assert_applied(WITH(LEVEL("info"), ""), WITH("", ""), WITH(WAITS "," LEVEL("info"), ""), NULL);
	/* Nor does what is new take the place of what waits there. */
	assert_applied(WEB("{'name':'web','image':'web:1'}"), WITH(LEVEL("debug"), ""),
		       WITH(WAITS, ""), NULL);
	assert_applied(WEB("{'name':'web','image':'web:1'}"), WITH(LEVEL("debug"), ""),
		       WEB("{'name':'web','image':'web:1'}"), WITH(LEVEL("debug"), ""));
	/* What has no keys is replaced where it is what it was. */
	assert_applied(WEB("{'name':'web','args':['a']}"), WEB("{'name':'web','args':['b']}"),
		       WEB("{'name':'web','args':['a','waits']}"), NULL);
	assert_applied(WEB("{'name':'web','args':['a']}"), WEB("{'name':'web','args':['b']}"),
		       WEB("{'name':'web','args':['a']}"), WEB("{'name':'web','args':['b']}"));
	assert_applied(SITE("1"), SITE("2"), SITE("1"), SITE("2"));
}

#define VAR(name, value) "{'name':'" name "','value':'" value "'}"
#define PORT(number, name) "{'containerPort':" number ",'protocol':'TCP','name':'" name "'}"
#define PODS "/spec/template/spec/containers"

/* The object is the very one that it was kept of, of which another is told the order of lists. */
static void
assert_fits(const char *live, const char *after, const char *order, const char *expected)
{
	json_t *was = modules_of(live), *is = modules_of(after), *told = parse(order);
	json_t *patches = manifests_patches(was, is, told);
	json_t *made = apply_patch(parse(live), json_object_get(json_array_get(patches, 0),
								"json_patch"));
	json_t *wanted = expected ? parse(expected) : NULL;

	assert_int_equal(!made, !wanted);
	assert_true(!made || json_equal(made, wanted));
	json_decref(made);
	json_decref(wanted);
	json_decref(patches);
	json_decref(told);
	json_decref(was);
	json_decref(is);
}

#define TOLD(keys) "{'Deployment/web':{'" PODS "/web/env':[" keys "]}}"

static void
test_a_json_patch_has_the_indices_of_the_object(void **state)
{
	static const char three[] = WITH(VAR("ZED", "1") "," VAR("MID", "1") "," VAR("ALPHA", "1"), "");
	static const char told[] = TOLD("'ZED','MID','ALPHA'");
	static const char twice[] = WITH(VAR("PASSWORD", "p") "," VAR("A", "1") "," VAR("A", "2") ","
					 VAR("B", "1"), "");
	static const char told_twice[] = TOLD("'PASSWORD','A','A','B'");

	(void)state;
	assert_fits(three, WITH(VAR("ZED", "2") "," VAR("MID", "1") "," VAR("ALPHA", "1"), ""), told,
		    WITH(VAR("ZED", "2") "," VAR("MID", "1") "," VAR("ALPHA", "1"), ""));
	assert_fits(three, WITH(VAR("MID", "2") "," VAR("ALPHA", "1"), ""), told,
		    WITH(VAR("MID", "2") "," VAR("ALPHA", "1"), ""));
	assert_fits(three, WITH(VAR("ZED", "1") "," VAR("MID", "1") "," VAR("NEW", "1") ","
				VAR("ALPHA", "1"), ""), told,
		    WITH(VAR("ZED", "1") "," VAR("MID", "1") "," VAR("NEW", "1") ","
			 VAR("ALPHA", "1"), ""));
	/* Programs get the later one. */
	assert_fits(twice, WITH(VAR("PASSWORD", "p") "," VAR("A", "3") "," VAR("B", "2"), ""),
		    told_twice,
		    WITH(VAR("PASSWORD", "p") "," VAR("A", "1") "," VAR("A", "3") "," VAR("B", "2"),
			 ""));
	assert_fits(twice, WITH(VAR("PASSWORD", "p") "," VAR("B", "1"), ""), told_twice,
		    WITH(VAR("PASSWORD", "p") "," VAR("B", "1"), ""));
	assert_fits(WEB("{'name':'web','ports':[" PORT("9090", "m") "," PORT("8080", "w") "]}"),
		    WEB("{'name':'web','ports':[" PORT("9090", "x") "," PORT("8080", "w") "]}"),
		    "{'Deployment/web':{'" PODS "/web/ports':['9090/TCP','8080/TCP']}}",
		    WEB("{'name':'web','ports':[" PORT("9090", "x") "," PORT("8080", "w") "]}"));
	/* Of an order that is not the list's, or is none, the tests say so. */
	assert_fits(three, WITH(VAR("ZED", "2") "," VAR("MID", "1") "," VAR("ALPHA", "1"), ""),
		    TOLD("'MID','ALPHA'"), NULL);
	assert_fits(three, WITH(VAR("ZED", "2") "," VAR("MID", "1") "," VAR("ALPHA", "1"), ""),
		    TOLD("'ZED','MID','ALPHA',1"), NULL);
}

static void
test_lists_of_custom_resources_are_whole(void **state)
{
	json_t *patches = patches_between(SITE("1"), SITE("2")), *spec, *list;

	(void)state;
	assert_int_equal(json_array_size(patches), 1);
	spec = json_object_get(json_object_get(json_array_get(patches, 0), "merge_patch"), "spec");
	list = json_object_get(spec, "containers");
	assert_int_equal(json_array_size(list), 2);
	assert_string_equal(json_member_string(json_array_get(list, 0), "image"), "x:2");
	json_decref(patches);
}

static void
test_what_comes_and_goes(void **state)
{
	json_t *patches;
	char *text;

	(void)state;
	assert_text(NULL, NULL, "");
	assert_text(SITE("1"), SITE("1"), "");
	assert_text(SITE("1"), NULL, "# delete: Site.example.org/forum\n");
	patches = patches_between(NULL, SITE("1"));
	assert_string_equal(json_member_string(json_array_get(patches, 0), "operation"), "create");
	assert_non_null(json_object_get(json_array_get(patches, 0), "manifest"));
	json_decref(patches);
	/* What looks like a placeholder of ours is theirs. */
	patches = patches_between(SITE("1"), SITE("${TAG}"));
	text = json_dumps(patches, 0);
	assert_non_null(strstr(text, "x:${TAG}"));
	free(text);
	json_decref(patches);
}

/* --- replicas, restart, pause --- */

#define SCALED "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'web'},'spec':{'replicas':" \
	"2,'selector':{'matchLabels':{'app':'web'}},'template':{'metadata':{'labels':{'app':'web'}}," \
	"'spec':{'containers':[{'name':'web','image':'x:1'}]}}}}"
#define NIGHTLY "{'apiVersion':'batch/v1','kind':'CronJob','metadata':{'name':'night'},'spec':{" \
	"'schedule':'0 3 * * *','jobTemplate':{'spec':{'template':{'spec':{'containers':[" \
	"{'name':'n','image':'x:1'}]}}}}}}"
#define SCALER "{'apiVersion':'autoscaling/v2','kind':'HorizontalPodAutoscaler','metadata':{'name':" \
	"'web'},'spec':{'scaleTargetRef':{'kind':'Deployment','name':'web'},'maxReplicas':3}}"

/* Takes the operations. */
static void
assert_operations(json_t *operations, const char *expected)
{
	char *text = json_dumps(operations, JSON_COMPACT | JSON_SORT_KEYS);

	assert_string_equal(text, expected);
	free(text);
	json_decref(operations);
}

static void
test_what_scales_is_a_change_of_fields(void **state)
{
	static const char at[] = "2026-03-01T10:00:00.000Z";
	json_t *all = modules_of(SCALED), *module = json_object_get(all, "web");
	json_t *jobs = modules_of(NIGHTLY), *job = json_object_get(jobs, "web");
	json_t *scaled = modules_of(SCALER);

	(void)state;
	assert_operations(workload_scale(module, 3, false),
			  "[{\"op\":\"replace\",\"path\":\"/spec/manifests/Deployment~1web/spec/replicas\","
			  "\"value\":3}]");
	assert_operations(workload_scale(module, 2, false), "[]");
	assert_operations(workload_restart(module, at),
			  "[{\"op\":\"add\",\"path\":\"/spec/manifests/Deployment~1web/spec/template/"
			  "metadata/annotations\",\"value\":{\"kubectl.kubernetes.io/restartedAt\":"
			  "\"2026-03-01T10:00:00.000Z\"}}]");
	assert_operations(workload_pause(job),
			  "[{\"op\":\"add\",\"path\":\"/spec/manifests/CronJob~1night/spec/suspend\","
			  "\"value\":true}]");
	assert_true(workload_can_scale(module) && workload_can_restart(module));
	assert_true(workload_can_pause(module));
	assert_true(workload_can_pause(job));
	assert_false(workload_can_scale(job) || workload_can_restart(job));
	assert_null(workload_scaler(module));
	assert_string_equal(workload_scaler(json_object_get(scaled, "web")), "web");
	json_decref(all);
	json_decref(jobs);
	json_decref(scaled);
}

/* One pod of each in a clone, unless its workload says how many. */
static void
test_a_clone_has_the_number_of_its_workload(void **state)
{
	json_t *all = modules_of(SCALED), *module = json_object_get(all, "web");

	(void)state;
	assert_int_equal(workload_count(module, false), 2);
	assert_int_equal(workload_count(module, true), 1);
	assert_operations(workload_scale(module, 1, true), "[]");
	assert_operations(workload_scale(module, 3, true),
			  "[{\"op\":\"add\",\"path\":\"/spec/replicas\",\"value\":3}]");
	json_object_set_new(json_object_get(module, "spec"), "replicas", json_integer(3));
	assert_int_equal(workload_count(module, true), 3);
	assert_operations(workload_pause(module),
			  "[{\"op\":\"replace\",\"path\":\"/spec/manifests/Deployment~1web/spec/replicas\","
			  "\"value\":0},{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":0}]");
	json_decref(all);
}

static void
test_what_rests_in_the_origin_can_be_started_in_its_clone(void **state)
{
	json_t *all = modules_of(SCALED), *module = json_object_get(all, "web");
	json_t *object = json_object_get(manifests_of(module), "Deployment/web");

	(void)state;
	json_object_set_new(json_object_get(object, "spec"), "replicas", json_integer(0));
	assert_int_equal(workload_count(module, true), 0);
	assert_operations(workload_scale(module, 1, true),
			  "[{\"op\":\"replace\",\"path\":\"/spec/manifests/Deployment~1web/spec/replicas\","
			  "\"value\":1}]");
	json_decref(all);
}

/* Takes the operations; the module with them. */
static json_t *
changed(const json_t *module, json_t *operations)
{
	struct error err;
	json_t *made = patch_apply_encoded(module, operations, &err);

	assert_non_null(made);
	json_decref(operations);
	return made;
}

/* Paused, and then scaled where it rests: as it is in a clone. */
static void
assert_counts_stay(const char *object, bool rests)
{
	json_t *all = modules_of(object), *origin = json_object_get(all, "web");
	json_t *before = json_deep_copy(origin);
	json_t *paused = changed(origin, workload_pause(origin));
	json_t *started = changed(paused, workload_scale(paused, 1, true));
	json_t *was = json_deep_copy(paused), *promoted;

	promoted = workload_with_count_of(paused, origin);
	assert_int_equal(promoted == NULL, rests);
	assert_true(!promoted || json_equal(promoted, origin));
	json_decref(promoted);
	promoted = workload_with_count_of(started, origin);
	assert_true(promoted ? json_equal(promoted, origin) : json_equal(started, origin));
	json_decref(promoted);
	assert_null(workload_with_count_of(origin, origin));
	assert_true(json_equal(paused, was) && json_equal(origin, before));
	json_decref(was);
	json_decref(started);
	json_decref(paused);
	json_decref(before);
	json_decref(all);
}

static void
test_the_counts_and_the_pause_of_a_clone_are_not_promoted(void **state)
{
	json_t *all = modules_of(SCALED), *none = modules_of(NULL), *image, *promoted;
	json_t *module = json_object_get(all, "web");

	(void)state;
	assert_counts_stay(SCALED, false);
	assert_counts_stay(WEB("{'name':'web','image':'web:1'}"), false);
	assert_counts_stay(NIGHTLY, false);
	assert_counts_stay(SITE("1"), true);
	/* What else was changed meanwhile goes along. */
	image = changed(module, parse("[{'op':'replace','path':'/spec/manifests/Deployment~1web/spec/"
				      "template/spec/containers/web/image','value':'x:2'},"
				      "{'op':'replace','path':'/spec/manifests/Deployment~1web/spec/"
				      "replicas','value':0},"
				      "{'op':'add','path':'/spec/replicas','value':3}]"));
	promoted = workload_with_count_of(image, module);
	assert_operations(patch_between_encoded(module, promoted),
			  "[{\"op\":\"replace\",\"path\":\"/spec/manifests/Deployment~1web/spec/"
			  "template/spec/containers/web/image\",\"value\":\"x:2\"}]");
	json_decref(promoted);
	/* An object that is new has no other number. */
	assert_null(workload_with_count_of(module, json_object_get(none, "web")));
	json_decref(image);
	json_decref(none);
	json_decref(all);
}

#define OWN(members) "{\"profile\": \"humanitec/default-" members "}}"

static void
assert_promoted(const char *clone, const char *origin, const char *expected)
{
	json_t *ours = parse(clone), *theirs = origin ? parse(origin) : NULL;
	json_t *promoted = workload_with_count_of(ours, theirs), *wanted = parse(expected);

	assert_true(json_equal(promoted ? promoted : ours, wanted));
	json_decref(wanted);
	json_decref(promoted);
	json_decref(theirs);
	json_decref(ours);
}

static void
test_of_our_own_profiles_a_pause_alone_is_not_promoted(void **state)
{
	static const char paused[] = OWN("module\", \"spec\": {\"replicas\": 0"),
			  two[] = OWN("module\", \"spec\": {\"replicas\": 2"),
			  unsaid[] = OWN("module\", \"spec\": {"),
			  night[] = OWN("cronjob\", \"spec\": {\"cronjob\": {\"suspend\": true}"),
			  day[] = OWN("cronjob\", \"spec\": {\"cronjob\": {\"suspend\": false}");

	(void)state;
	assert_promoted(paused, two, two);
	assert_promoted(paused, unsaid, unsaid);
	assert_promoted(paused, NULL, paused);
	assert_promoted(paused, paused, paused);
	assert_promoted(two, unsaid, two);
	assert_promoted(night, day, day);
}

static void
test_our_own_profiles_have_one_field(void **state)
{
	static const struct {
		const char *module, *scaled, *paused;
		int count;
	} cases[] = {
		{"{'profile':'humanitec/default-module','spec':{}}",
		 "[{'op':'add','path':'/spec/replicas','value':3}]",
		 "[{'op':'add','path':'/spec/replicas','value':0}]", 1},
		{"{'spec':{'replicas':2}}", "[{'op':'replace','path':'/spec/replicas','value':3}]",
		 "[{'op':'replace','path':'/spec/replicas','value':0}]", 2},
		{"{'spec':{'replicas':2,'deployment':{'replicas':3}}}", "[]",
		 "[{'op':'replace','path':'/spec/deployment/replicas','value':0}]", 3},
		{"{'spec':{'replicas':'${values.N}'}}",
		 "[{'op':'replace','path':'/spec/replicas','value':3}]",
		 "[{'op':'replace','path':'/spec/replicas','value':0}]", -1},
		{"{'spec':{'replicas':0}}", "[{'op':'replace','path':'/spec/replicas','value':3}]",
		 "[]", 0},
		{"{'profile':'humanitec/default-cronjob','spec':{}}", "[]",
		 "[{'op':'add','path':'/spec/cronjob','value':{'suspend':true}}]", -1},
		{"{'profile':'humanitec/default-job','spec':{}}", "[]", "[]", -1},
		{"{'profile':'acme/own','spec':{'replicas':2}}", "[]", "[]", -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *module = parse(cases[i].module), *scaled = parse(cases[i].scaled);
		json_t *paused = parse(cases[i].paused), *made;

		made = workload_scale(module, 3, false);
		assert_true(json_equal(made, scaled));
		json_decref(made);
		made = workload_pause(module);
		assert_true(json_equal(made, paused));
		json_decref(made);
		assert_int_equal(workload_count(module, false), cases[i].count);
		assert_false(workload_can_restart(module));
		json_decref(module);
		json_decref(scaled);
		json_decref(paused);
	}
}

/* --- lines of a repository --- */

static void
test_the_lines_of_a_repository_are_found(void **state)
{
	static const char manifest[] = "kind: Deployment\nspec:\n  containers:\n"
				       "  - name: web\n    image: \"local/web:1.4.2\"   # pinned\n"
				       "    env:\n    - name: LEVEL\n      value: info\n"
				       "    - name: OTHER\n      value: info\n";
	static const char values[] = "image:\n  repository: registry.example/local/web\n  tag: 1.4.2\n"
				     "LEVEL: 'info'\nother:\n  repository: local/api\n\n\n\n\n\n"
				     "  tag: 1.4.2\n";
	json_t *was = modules_of(WEB("{'name':'web','image':'local/web:1.4.2','env':[{'name':'LEVEL',"
				     "'value':'info'}]}"));
	json_t *is = modules_of(WEB("{'name':'web','image':'local/web:1.4.3','env':[{'name':'LEVEL',"
				    "'value':'debug'}]}"));
	json_t *changed = repository_lines_changes(was, is), *found = json_array();

	(void)state;
	repository_lines_find(changed, "web.yaml", manifest, found);
	repository_lines_find(changed, "values.yaml", values, found);
	assert_operations(found,
			  "[{\"becomes\":\"value: debug\",\"file\":\"web.yaml\",\"line\":8,\"was\":"
			  "\"value: info\"},"
			  "{\"becomes\":\"image: \\\"local/web:1.4.3\\\"   # pinned\",\"file\":"
			  "\"web.yaml\",\"line\":5,\"was\":\"image: \\\"local/web:1.4.2\\\"   # pinned\"},"
			  "{\"becomes\":\"LEVEL: 'debug'\",\"file\":\"values.yaml\",\"line\":4,\"was\":"
			  "\"LEVEL: 'info'\"},"
			  "{\"becomes\":\"tag: 1.4.3\",\"file\":\"values.yaml\",\"line\":3,\"was\":"
			  "\"tag: 1.4.2\"}]");
	json_decref(changed);
	json_decref(was);
	json_decref(is);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json_patch_of_one_object_is_json),
		cmocka_unit_test(test_only_a_change_of_one_object_has_a_json_patch),
		cmocka_unit_test(test_a_patch_that_does_not_fit_is_none),
		cmocka_unit_test(test_a_patch_has_the_digits_that_were_written),
		cmocka_unit_test(test_items_are_named_by_their_keys),
		cmocka_unit_test(test_a_json_patch_takes_nothing_from_a_file_that_has_more),
		cmocka_unit_test(test_a_json_patch_has_the_indices_of_the_object),
		cmocka_unit_test(test_lists_of_custom_resources_are_whole),
		cmocka_unit_test(test_what_comes_and_goes),
		cmocka_unit_test(test_what_scales_is_a_change_of_fields),
		cmocka_unit_test(test_a_clone_has_the_number_of_its_workload),
		cmocka_unit_test(test_what_rests_in_the_origin_can_be_started_in_its_clone),
		cmocka_unit_test(test_the_counts_and_the_pause_of_a_clone_are_not_promoted),
		cmocka_unit_test(test_of_our_own_profiles_a_pause_alone_is_not_promoted),
		cmocka_unit_test(test_our_own_profiles_have_one_field),
		cmocka_unit_test(test_the_lines_of_a_repository_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
