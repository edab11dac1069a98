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
#include "model/manifest-scale.h"
#include "model/manifests.h"
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
	json_t *patches = manifests_patches(was, is);

	json_decref(was);
	json_decref(is);
	return patches;
}

static void
assert_text(const char *before, const char *after, const char *expected)
{
	json_t *patches = patches_between(before, after);
	char *text = manifests_patches_text(patches);

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
		    "        name: web\n");
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
	assert_operations(manifests_scale(module, 3),
			  "[{\"op\":\"replace\",\"path\":\"/spec/manifests/Deployment~1web/spec/replicas\","
			  "\"value\":3}]");
	assert_operations(manifests_scale(module, 2), "[]");
	assert_operations(manifests_restart(module, at),
			  "[{\"op\":\"add\",\"path\":\"/spec/manifests/Deployment~1web/spec/template/"
			  "metadata/annotations\",\"value\":{\"kubectl.kubernetes.io/restartedAt\":"
			  "\"2026-03-01T10:00:00.000Z\"}}]");
	assert_operations(manifests_pause(job),
			  "[{\"op\":\"add\",\"path\":\"/spec/manifests/CronJob~1night/spec/suspend\","
			  "\"value\":true}]");
	assert_true(manifests_can_scale(module) && manifests_can_restart(module));
	assert_false(manifests_can_scale(job) || manifests_can_restart(job));
	assert_null(manifests_scaler(module));
	assert_string_equal(manifests_scaler(json_object_get(scaled, "web")), "web");
	json_decref(all);
	json_decref(jobs);
	json_decref(scaled);
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
	json_t *changed = repository_values(was, is), *found = json_array();

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
		cmocka_unit_test(test_items_are_named_by_their_keys),
		cmocka_unit_test(test_lists_of_custom_resources_are_whole),
		cmocka_unit_test(test_what_comes_and_goes),
		cmocka_unit_test(test_what_scales_is_a_change_of_fields),
		cmocka_unit_test(test_the_lines_of_a_repository_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
