/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What somebody else declared in a namespace, over a double of a cluster: it is read as workloads,
 * looked at, and never written to. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "kube-double.h"
#include "model/json.h"
#include "model/runtime.h"
#include "platform/drivers/kubernetes/space/kube-driver.h"
#include "platform/drivers/kubernetes/space/wide.h"
#include "platform/drivers/kubernetes/survey/survey-modules.h"
#include "platform/drivers/task.h"
#include "quoted-json.h"
#include "tests/patience.h"
#include "tests/skip.h"

#define SHOP "/api/v1/namespaces/shop"
#define APPS "/apis/apps/v1/namespaces/shop"

/* --- which object belongs to which workload --- */

#define META(name) "'metadata':{'name':'" name "'}"
#define POD(app, spec) "'template':{'metadata':{'labels':{'app':'" app "'}},'spec':{" spec "}}"
#define DEPLOYMENT(name, spec)                                                                     \
	"{'apiVersion':'apps/v1','kind':'Deployment'," META(name) ",'spec':{" POD(name, spec) "}}"
#define WEB DEPLOYMENT("web", "'containers':[{'name':'web','image':'web:1'}]")
#define API DEPLOYMENT("api", "'containers':[{'name':'api','image':'api:1'}]")
#define CONFIG "{'apiVersion':'v1','kind':'ConfigMap'," META("settings") "}"
#define USES_CONFIG "'volumes':[{'name':'c','configMap':{'name':'settings'}}]"
#define SERVICE(name, app)                                                                         \
	"{'apiVersion':'v1','kind':'Service'," META(name) ",'spec':{'selector':{'app':'" app "'}}}"
#define BINDING                                                                                    \
	"{'apiVersion':'rbac.authorization.k8s.io/v1','kind':'RoleBinding'," META("reads")         \
	",'roleRef':{'kind':'Role','name':'reader'},"                                              \
	"'subjects':[{'kind':'ServiceAccount','name':'web'}]}"
#define ROLE "{'apiVersion':'rbac.authorization.k8s.io/v1','kind':'Role'," META("reader") "}"
#define ACCOUNT "{'apiVersion':'v1','kind':'ServiceAccount'," META("web") "}"
#define CRON                                                                                       \
	"{'apiVersion':'batch/v1','kind':'CronJob'," META("web") ",'spec':{'jobTemplate':{'spec':" \
	"{" POD("tidy", "'containers':[{'name':'t','image':'t:1'}]") "}}}}"

/* Each expects "MODULE: KEY ..." for each module, by name, with "; " between. */
static const struct {
	const char *promise, *objects, *modules;
} cases[] = {
	{"a Service belongs to what it selects", WEB "," API "," SERVICE("front", "web"),
	 "api: Deployment/api; web: Deployment/web Service/front"},
	{"what selects nothing is common", WEB "," SERVICE("old", "gone"),
	 "common: Service/old; web: Deployment/web"},
	{"what two of them use is common",
	 DEPLOYMENT("web", USES_CONFIG) "," DEPLOYMENT("api", USES_CONFIG) "," CONFIG,
	 "api: Deployment/api; common: ConfigMap/settings; web: Deployment/web"},
	{"what one uses is its own", DEPLOYMENT("web", USES_CONFIG) "," API "," CONFIG,
	 "api: Deployment/api; web: ConfigMap/settings Deployment/web"},
	{"an account brings its rights",
	 DEPLOYMENT("web", "'serviceAccountName':'web'") "," ROLE "," BINDING "," ACCOUNT,
	 "web: Deployment/web Role/reader RoleBinding/reads ServiceAccount/web"},
	{"two of one name are two", WEB "," CRON, "web-cronjob: CronJob/web; web: Deployment/web"},
	{"a workload may be called common", DEPLOYMENT("common", "") "," CONFIG,
	 "common-objects: ConfigMap/settings; common: Deployment/common"},
	{"an Ingress belongs to its Services",
	 WEB "," SERVICE("front", "web") ","
	 "{'apiVersion':'networking.k8s.io/v1','kind':'Ingress'," META("shop") ",'spec':{'rules':"
	 "[{'http':{'paths':[{'backend':{'service':{'name':'front'}}}]}}]}}",
	 "web: Deployment/web Ingress/shop Service/front"},
	{"a run of a schedule is none",
	 CRON ",{'apiVersion':'batch/v1','kind':'Job','metadata':{'name':'web-1',"
	 "'ownerReferences':[{'kind':'CronJob','name':'web','uid':'u','controller':true}]}}",
	 "web: CronJob/web"},
	{"what an operator makes is its custom resource",
	 "{'apiVersion':'example.org/v1','kind':'Site','metadata':{'name':'forum','uid':'u'},"
	 "'spec':{'containers':[{'name':'api','image':'api:1'}]}},"
	 "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'forum-1',"
	 "'ownerReferences':[{'apiVersion':'example.org/v1','kind':'Site','name':'forum',"
	 "'uid':'u','controller':true}]},'spec':{" POD("forum", USES_CONFIG) "}}," CONFIG ","
	 SERVICE("forum", "forum"),
	 "forum: ConfigMap/settings Service/forum Site.example.org/forum"},
	{"a kind of others may be called as one of the cluster's",
	 "{'apiVersion':'serving.knative.dev/v1','kind':'Service','metadata':{'name':'web','uid':'u'},"
	 "'spec':{'template':{'spec':{'containers':[{'name':'web','image':'web:1'}]}}}},"
	 "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'web-1','ownerReferences':"
	 "[{'apiVersion':'serving.knative.dev/v1','kind':'Service','name':'web','uid':'u',"
	 "'controller':true}]},'spec':{" POD("web", "") "}}," SERVICE("web-1", "web") ","
	 "{'apiVersion':'batch.volcano.sh/v1alpha1','kind':'Job','metadata':{'name':'train',"
	 "'uid':'v'},'spec':{}}",
	 "train: Job.batch.volcano.sh/train; web: Service.serving.knative.dev/web Service/web-1"},
	{"what the cluster makes in each namespace is left out",
	 WEB ",{'apiVersion':'v1','kind':'ConfigMap'," META("kube-root-ca.crt") "},"
	 "{'apiVersion':'v1','kind':'ServiceAccount'," META("default") "}",
	 "web: Deployment/web"},
};

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The keys in order, with a separator; free() it. */
static char *
join(const json_t *object, const char *between, char *(*text)(const char *key, const json_t *value))
{
	char *parts[32], *all = xstrdup(""), *more;
	size_t count = 0;
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value)
		parts[count++] = text(key, value);
	qsort(parts, count, sizeof(parts[0]), by_text);
	for (size_t i = 0; i < count; i++) {
		more = xasprintf("%s%s%s", all, i > 0 ? between : "", parts[i]);
		free(all);
		free(parts[i]);
		all = more;
	}
	return all;
}

static char *
key_text(const char *key, const json_t *value)
{
	(void)value;
	return xstrdup(key);
}

static char *
module_text(const char *name, const json_t *module)
{
	char *keys = join(json_object_get(json_object_get(module, "spec"), "manifests"), " ",
			  key_text);
	char *text = xasprintf("%s: %s", name, keys);

	free(keys);
	return text;
}

static json_t *
objects_of(const char *text)
{
	char *whole = xasprintf("[%s]", text);
	json_t *objects = parse(whole);

	free(whole);
	return objects;
}

static void
test_whose_an_object_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *objects = objects_of(cases[i].objects);
		json_t *found = kube_survey_modules(objects, false);
		char *modules = join(json_object_get(found, "modules"), "; ", module_text);

		if (strcmp(modules, cases[i].modules) != 0)
			fail_msg("%s: %s", cases[i].promise, modules);
		free(modules);
		json_decref(found);
		json_decref(objects);
	}
}

/* By a selector only what the chosen use is read, and their images are pulled by that account. */
static void
test_pods_without_an_account_use_the_default_one(void **state)
{
	json_t *objects = objects_of(
		DEPLOYMENT("web", "'containers':[]") "," DEPLOYMENT("own", "'serviceAccountName':'own'")
		",{'apiVersion':'v1','kind':'ServiceAccount'," META("default")
		",'imagePullSecrets':[{'name':'pull'}]}");
	json_t *found = kube_survey_modules(objects, true);
	char *modules = join(json_object_get(found, "modules"), "; ", module_text);

	(void)state;
	assert_string_equal(modules, "own: Deployment/own; web: Deployment/web ServiceAccount/default");
	free(modules);
	json_decref(found);
	json_decref(objects);
}

/* Replicas that an autoscaler sets are no declaration: each change would be a deployment. */
static void
test_what_an_autoscaler_sets_is_left_out(void **state)
{
	json_t *objects = objects_of(
		"{'apiVersion':'apps/v1','kind':'Deployment'," META("web") ",'spec':{'replicas':7}},"
		"{'apiVersion':'autoscaling/v2','kind':'HorizontalPodAutoscaler'," META("scale")
		",'spec':{'scaleTargetRef':{'kind':'Deployment','name':'web'}}}");
	json_t *found = kube_survey_modules(objects, false);
	char *text = json_dumps(found, 0);

	(void)state;
	assert_null(strstr(text, "replicas"));
	assert_non_null(strstr(text, "HorizontalPodAutoscaler/scale"));
	free(text);
	json_decref(found);
	json_decref(objects);
}

/* Whatever a clone cannot have is said of its object. */
static void
test_what_a_clone_cannot_carry_is_said(void **state)
{
	static const struct {
		const char *objects, *object, *why;
	} left[] = {
		{DEPLOYMENT("web", "'containers':[{'name':'a','ports':[{'hostPort':8080}]}]"),
		 "Deployment/web", "port of its node (8080)"},
		{DEPLOYMENT("web", "'hostNetwork':true"), "Deployment/web", "hostNetwork"},
		{DEPLOYMENT("web", "'volumes':[{'name':'x','hostPath':{'path':'/var/run'}}]"),
		 "Deployment/web", "/var/run"},
		{DEPLOYMENT("web", "'imagePullSecrets':[{'name':'pull'}]"), "Secret/pull", "copy"},
		{DEPLOYMENT("web", "'volumes':[{'name':'d','persistentVolumeClaim':"
				   "{'claimName':'data'}}]")
		 ",{'apiVersion':'v1','kind':'PersistentVolumeClaim'," META("data") "}",
		 "PersistentVolumeClaim/data", "empty volume"},
		{"{'apiVersion':'rbac.authorization.k8s.io/v1','kind':'RoleBinding'," META("b")
		 ",'roleRef':{'kind':'ClusterRole','name':'view'}}",
		 "ClusterRole/view", "whole cluster"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
		json_t *objects = objects_of(left[i].objects);
		json_t *found = kube_survey_modules(objects, false);
		json_t *list = json_object_get(found, "left"), *first = json_array_get(list, 0);

		assert_int_equal(json_array_size(list), 1);
		assert_string_equal(json_member_string(first, "object"), left[i].object);
		assert_non_null(strstr(json_member_string(first, "why"), left[i].why));
		json_decref(found);
		json_decref(objects);
	}
}

/* A set is kept for each deployment, and goes to people. */
static void
test_what_is_too_large_is_left(void **state)
{
	json_t *objects = objects_of(WEB "," CONFIG), *found, *left;
	char *large = xcalloc(600 * 1024 + 1, 1);

	(void)state;
	memset(large, 'x', 600 * 1024);
	json_object_set_new(json_array_get(objects, 1), "data",
			    json_pack("{s:s}", "dump", large));
	found = kube_survey_modules(objects, false);
	left = json_object_get(found, "left");
	assert_int_equal(json_array_size(left), 1);
	assert_string_equal(json_member_string(json_array_get(left, 0), "object"),
			    "ConfigMap/settings");
	assert_int_equal(json_object_size(json_object_get(found, "modules")), 1);
	free(large);
	json_decref(found);
	json_decref(objects);
}

/* --- over the double --- */

static void
write_json(struct kube_double *d, const char *path, const char *text)
{
	json_t *objects = objects_of(text);
	char *body = json_dumps(json_array_get(objects, 0), 0);

	kube_double_write(d, KUBE_CREATE, path, body);
	free(body);
	json_decref(objects);
}

static void
fill_shop(struct kube_double *d)
{
	write_json(d, "/api/v1/namespaces",
		   "{'metadata':{'name':'shop','labels':{'team':'sales'}}}");
	write_json(d, SHOP "/configmaps", CONFIG);
	write_json(d, SHOP "/services",
		   "{'apiVersion':'v1','kind':'Service'," META("web")
		   ",'spec':{'selector':{'app':'web'},'ports':[{'port':80}]}}");
	write_json(d, APPS "/deployments",
		   "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'web','labels':"
		   "{'app.kubernetes.io/part-of':'store'}},'spec':{'replicas':2,'selector':"
		   "{'matchLabels':{'app':'web'}}," POD("web", "'containers':[{'name':'web',"
		   "'image':'local/web:1','env':[{'name':'P','valueFrom':{'secretKeyRef':"
		   "{'name':'db','key':'password'}}}]}]") "}}");
	write_json(d, SHOP "/secrets",
		   "{'apiVersion':'v1','kind':'Secret'," META("db")
		   ",'stringData':{'password':'hunter2'}}");
}

/* Writes since that moment in the log. */
static size_t
count_writes(const struct kube_double *d, long *since)
{
	char *path = xasprintf("%s/requests.log", d->folder), line[8192];
	FILE *file = fopen(path, "r");
	size_t writes = 0;

	assert_non_null(file);
	assert_int_equal(fseek(file, *since, SEEK_SET), 0);
	while (fgets(line, sizeof(line), file))
		writes += !strstr(line, " GET ");
	*since = ftell(file);
	fclose(file);
	free(path);
	return writes;
}

static const json_t *
survey(struct kube_double *d, const struct driver_survey *asked)
{
	const struct driver_waiter waiter = kube_double_waiter(d);

	d->task = d->driver->ops->survey(d->driver, asked, &waiter);
	kube_double_wait(d);
	return json_object_get(d->outputs, "namespaces");
}

static void
test_a_namespace_is_read_as_workloads(void **state)
{
	static const char *const names[] = {"shop", NULL};
	struct kube_double *d = *state;
	long since = 0;
	const json_t *found;
	char *text;

	fill_shop(d);
	(void)count_writes(d, &since);
	found = json_array_get(survey(d, &(struct driver_survey){.namespaces = names}), 0);
	assert_false(d->failed);
	assert_string_equal(json_member_string(found, "namespace"), "shop");
	assert_string_equal(json_member_string(found, "app"), "store");
	assert_string_equal(
		json_member_string(json_object_get(found, "labels"), "team"), "sales");
	assert_non_null(json_object_get(json_object_get(found, "modules"), "web"));
	text = json_dumps(found, 0);
	assert_null(strstr(text, "hunter2"));
	assert_non_null(strstr(text, "Secret/db"));
	free(text);
	assert_int_equal(count_writes(d, &since), 0);
}

/* All of them: without the cluster's own, and without our clones. */
static void
test_all_namespaces_are_those_of_others(void **state)
{
	struct kube_double *d = *state;
	const json_t *found, *one;
	bool has_shop = false;
	size_t i;

	kube_double_prepare(d, "acme/shop/clone");
	write_json(d, "/api/v1/namespaces", "{'metadata':{'name':'kube-fancy'}}");
	write_json(d, "/api/v1/namespaces", "{'metadata':{'name':'other'}}");
	found = survey(d, &(struct driver_survey){.all = true});
	assert_false(d->failed);
	json_array_foreach(found, i, one) {
		const char *name = json_member_string(one, "namespace");

		assert_true(strncmp(name, "kube-", 5) != 0);
		assert_string_not_equal(name, "shop-clone");
		has_shop = has_shop || strcmp(name, "shop") == 0;
	}
	assert_true(has_shop);
}

static void
test_a_namespace_that_is_not_there_is_gone(void **state)
{
	static const char *const names[] = {"shop", "mistyped", NULL};
	struct kube_double *d = *state;
	const json_t *found = survey(d, &(struct driver_survey){.namespaces = names});

	assert_false(d->failed);
	assert_int_equal(json_array_size(found), 1);
	assert_non_null(json_object_get(json_object_get(d->outputs, "gone"), "mistyped"));
}

/* A kind that may not be read is left out; one that could not be read at all fails its namespace,
 * which would look as if somebody had deleted it. */
static void
test_what_may_not_be_read_is_no_deletion(void **state)
{
	static const char *const names[] = {"shop", NULL};
	const struct driver_survey asked = {.namespaces = names};
	struct kube_double *d = *state;
	const json_t *found;

	kube_double_rules(d, "deny * list configmaps\n");
	found = json_array_get(survey(d, &asked), 0);
	assert_false(d->failed);
	assert_null(json_object_get(json_object_get(found, "modules"), "common"));
	kube_double_rules(d, "deny * list deployments.apps\n");
	(void)survey(d, &asked);
	assert_true(d->failed);
	assert_non_null(strstr(d->err.text, "deployments"));
	kube_double_rules(d, "");
}

/* --- looking at it --- */

static const struct driver_home shop_home = {.namespace = "shop", .is_adopted = true};

static struct driver_workload
workload_of(const json_t *found)
{
	const json_t *web = json_object_get(json_object_get(found, "modules"), "web");

	return (struct driver_workload){
		.module = xstrdup("web"),
		.spec = json_deep_copy(json_object_get(web, "spec")),
	};
}

static struct driver_workload
found_web(struct kube_double *d)
{
	static const char *const names[] = {"shop", NULL};
	const json_t *found = json_array_get(
		survey(d, &(struct driver_survey){.namespaces = names}), 0);

	return workload_of(found);
}

/* Lines with that since that moment in the log. */
static size_t
count_asked(const struct kube_double *d, const char *what, long since)
{
	char *path = xasprintf("%s/requests.log", d->folder), line[8192];
	FILE *file = fopen(path, "r");
	size_t count = 0;

	assert_non_null(file);
	assert_int_equal(fseek(file, since, SEEK_SET), 0);
	while (fgets(line, sizeof(line), file))
		count += strstr(line, what) != NULL;
	fclose(file);
	free(path);
	return count;
}

/* Nobody chose it at this start: whoever looks is told so, and the cluster is asked nothing. */
static void
expect_not_looked_at(struct kube_double *d)
{
	const char *const space = "acme/store/shop";
	struct driver_status status;
	long since = 0;

	(void)count_writes(d, &since);
	d->driver->ops->set_read(d->driver, shop_home.namespace, false);
	for (int i = 0; i < 5; i++) {
		(void)d->driver->ops->state(d->driver, space);
		d->driver->ops->attend(d->driver, space);
		d->driver->ops->observe(d->driver, space, &status);
		assert_int_equal(status.seen_at, 0);
		assert_int_equal(status.count, 0);
		assert_non_null(strstr(status.why.text, "shop is not read now"));
		driver_status_clear(&status);
		kube_double_turn(d);
	}
	assert_int_equal(count_asked(d, "/", since), 0);
	d->driver->ops->set_read(d->driver, shop_home.namespace, true);
}

static void
test_what_runs_in_it_is_seen_and_nothing_is_written(void **state)
{
	struct kube_double *d = *state;
	struct driver_workload web = found_web(d);
	struct driver_waiter waiter = kube_double_waiter(d);
	struct driver_status status = {0};
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	long since = 0;
	size_t ready = 0;

	(void)count_writes(d, &since);
	d->task = d->driver->ops->adopt(d->driver, "acme/store/shop", &shop_home, &waiter);
	kube_double_wait(d);
	assert_false(d->failed);
	kube_double_apply(d, "acme/store/shop", &web, 1, true);
	assert_false(d->failed);
	expect_not_looked_at(d);
	while (ready != 2) {
		assert_true(clock_steady_ms() < until);
		driver_status_clear(&status);
		kube_double_turn(d);
		d->driver->ops->observe(d->driver, "acme/store/shop", &status);
		ready = 0;
		for (size_t i = 0; i < status.count; i++)
			ready += status.items[i].status == RUNTIME_RUNNING;
	}
	assert_string_equal(status.items[0].module, "web");
	assert_non_null(status.items[0].pod);
	driver_status_clear(&status);
	waiter = kube_double_waiter(d);
	d->task = d->driver->ops->remove(d->driver, "acme/store/shop", &shop_home, &waiter);
	kube_double_wait(d);
	assert_false(d->failed);
	assert_int_equal(count_writes(d, &since), 0);
	assert_non_null(kube_double_get(d, APPS "/deployments/web"));
}

/* --- a large cluster --- */

#define CROWD 24
#define LISTS " /apis/apps/v1/deployments?limit"
#define LISTS_APART "/deployments?limit"

#define DATABASE                                                                                   \
	"{'apiVersion':'apps/v1','kind':'StatefulSet'," META("db") ",'spec':{'serviceName':'db',"  \
	"'selector':{'matchLabels':{'app':'db'}},"                                                 \
	POD("db", "'containers':[{'name':'db','image':'local/db:1'}]") "}}"

/* Each with a Deployment and a Service, one with a StatefulSet; their names have an order of the
 * store's own. */
static void
fill_crowd(struct kube_double *d)
{
	for (int i = 0; i < CROWD; i++) {
		char *name = i == 0 ? xstrdup("crowd") : xasprintf("crowd-%02d", i), *path, *text;

		text = xasprintf("{'metadata':{'name':'%s'}}", name);
		write_json(d, "/api/v1/namespaces", text);
		free(text);
		path = xasprintf("/apis/apps/v1/namespaces/%s/deployments", name);
		write_json(d, path,
			   "{'apiVersion':'apps/v1','kind':'Deployment'," META("web")
			   ",'spec':{'replicas':2,'selector':{'matchLabels':{'app':'web'}},"
			   POD("web", "'containers':[{'name':'web','image':'local/web:1'}]") "}}");
		free(path);
		path = xasprintf("/api/v1/namespaces/%s/services", name);
		write_json(d, path,
			   "{'apiVersion':'v1','kind':'Service'," META("web")
			   ",'spec':{'selector':{'app':'web'},'ports':[{'port':80}]}}");
		free(path);
		free(name);
	}
	write_json(d, "/apis/apps/v1/namespaces/crowd-07/statefulsets", DATABASE);
}

struct crowd {
	json_t *known;			/* {namespace: declared} */
	json_t *last;			/* the last that was given; NULL: none was */
	json_t *web;			/* the manifests of the last web; NULL: none */
	size_t count, workloads, services, modules;
	bool is_full;			/* no more is wanted now */
	bool has_ended, has_failed;	/* the task of start_crowd() */
};

static bool
note_found(void *data, const json_t *found)
{
	const char *namespace = json_member_string(found, "namespace");
	json_t *declared = json_object_get(found, "declared");
	const json_t *web = json_object_get(json_object_get(found, "modules"), "web");
	const json_t *manifests = json_object_get(json_object_get(web, "spec"), "manifests");
	struct crowd *crowd = data;

	if (!found)
		return !crowd->is_full;
	crowd->count++;
	crowd->modules += json_object_size(json_object_get(found, "modules"));
	json_object_set(crowd->known, namespace, declared);
	json_decref(crowd->last);
	crowd->last = json_incref((json_t *)found);
	if (json_object_get(manifests, "Deployment/web")) {
		json_decref(crowd->web);
		crowd->web = json_incref((json_t *)manifests);
		crowd->workloads++;
	}
	crowd->services += json_object_get(manifests, "Service/web") != NULL;
	return true;
}

static void
survey_crowd(struct kube_double *d, struct crowd *crowd)
{
	const struct driver_survey asked = {
		.all = true, .known = crowd->known, .found = note_found, .data = crowd};

	json_decref(crowd->last);
	crowd->last = NULL;
	crowd->count = crowd->workloads = crowd->services = crowd->modules = 0;
	(void)survey(d, &asked);
	assert_false(d->failed);
}

static void
clear_crowd(struct crowd *crowd)
{
	json_decref(crowd->known);
	json_decref(crowd->last);
	json_decref(crowd->web);
}

static void
test_with_no_right_to_all_some_are_read_and_it_is_said(void **state)
{
	struct kube_double *d = *state;
	struct crowd crowd = {.known = json_object()};
	char *said;

	fill_crowd(d);
	kube_double_rules(d, "deny * list deployments.apps -\n");
	survey_crowd(d, &crowd);
	assert_int_equal(crowd.count, 20);
	assert_true(crowd.services >= 18);	/* as few as that are read whole */
	said = json_dumps(d->warnings, 0);
	assert_non_null(strstr(said, "namespaces are read"));
	free(said);
	kube_double_rules(d, "");
	clear_crowd(&crowd);
}

/* What the other kinds gave before that came out is not there twice. */
static void
test_some_that_are_read_after_all_are_read_once(void **state)
{
	struct kube_double *d = *state;
	struct crowd crowd = {.known = json_object()};
	size_t modules;

	kube_double_restart_driver(d);
	kube_double_rules(d, "deny * list deployments.apps -\n");
	survey_crowd(d, &crowd);
	modules = crowd.modules;
	kube_double_restart_driver(d);
	kube_double_rules(d, "deny * list deployments.apps -\n"
			     "GET ^/apis/apps/v1/deployments delay 0.5\n");
	survey_crowd(d, &crowd);
	assert_int_equal(crowd.modules, modules);
	assert_int_equal(crowd.count, 20);
	kube_double_rules(d, "");
	clear_crowd(&crowd);
}

static void
test_of_many_namespaces_workloads_are_read_at_once(void **state)
{
	struct kube_double *d = *state;
	struct crowd crowd = {.known = json_object()};
	long since = 0;

	kube_double_restart_driver(d);
	(void)count_writes(d, &since);
	survey_crowd(d, &crowd);
	assert_true(crowd.count >= CROWD);
	assert_true(crowd.workloads >= CROWD);
	assert_int_equal(crowd.services, 0);
	assert_non_null(json_object_get(json_object_get(crowd.last, "kinds"), "Deployment"));
	assert_int_equal(count_asked(d, LISTS, since), 1);
	assert_int_equal(count_asked(d, LISTS_APART, since), 1);
	assert_int_equal(count_writes(d, &since), 0);
	clear_crowd(&crowd);
}

static void
count_end(void *data, const struct driver_result *result)
{
	assert_null(result->err);
	(*(int *)data)++;
}

static void
test_two_may_read_all_of_it_at_once(void **state)
{
	struct kube_double *d = *state;
	struct crowd first = {.known = json_object()}, second = {.known = json_object()};
	const struct driver_survey asked = {.all = true, .found = note_found, .data = &first};
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	int ends = 0;

	kube_double_restart_driver(d);
	(void)d->driver->ops->survey(d->driver, &asked, &(struct driver_waiter){
								.ended = count_end, .data = &ends});
	survey_crowd(d, &second);
	while (ends == 0) {
		assert_true(clock_steady_ms() < until);
		kube_double_turn(d);
	}
	assert_true(first.workloads >= CROWD);
	assert_int_equal(first.workloads, second.workloads);
	clear_crowd(&first);
	clear_crowd(&second);
}

static void
note_ending(void *data, const struct driver_result *result)
{
	struct crowd *crowd = data;

	crowd->has_ended = true;
	crowd->has_failed = result->err != NULL;
}

static void
start_crowd(struct kube_double *d, struct crowd *crowd)
{
	const struct driver_survey asked = {.all = true, .found = note_found, .data = crowd};

	(void)d->driver->ops->survey(d->driver, &asked, &(struct driver_waiter){
								.ended = note_ending,
								.data = crowd});
}

/* Slowly, so that whoever waits looks again in each turn. */
static void
test_of_two_the_other_reads_when_the_one_failed(void **state)
{
	struct kube_double *d = *state;
	struct crowd first = {.known = json_object()}, second = {.known = json_object()};
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	long since = 0;

	kube_double_restart_driver(d);
	kube_double_rules(d, "1:GET ^/apis/apps/v1/deployments\\?limit delay 0.5\n"
			     "1:GET ^/apis/apps/v1/deployments\\?limit status 500 {}\n");
	(void)count_writes(d, &since);
	start_crowd(d, &first);
	start_crowd(d, &second);
	while (!first.has_ended || !second.has_ended) {
		assert_true(clock_steady_ms() < until);
		kube_double_turn(d);
		if (!first.has_failed && !second.has_failed &&
		    count_asked(d, " 500 /apis/apps/v1/deployments?limit", since) > 0)
			usleep(250000);
	}
	assert_true(first.has_failed != second.has_failed);
	assert_true((first.has_failed ? &second : &first)->workloads >= CROWD);
	kube_double_rules(d, "");
	clear_crowd(&first);
	clear_crowd(&second);
}

static struct kube_wide *
wide_of(const struct kube_double *d)
{
	return ((struct kube_driver *)d->driver)->wides;
}

/* While whoever takes it has enough the watches run already. */
static void
test_what_changes_while_all_is_read_is_no_second_workload(void **state)
{
	struct kube_double *d = *state;
	struct crowd crowd = {.known = json_object(), .is_full = true};
	const struct driver_survey asked = {.all = true, .found = note_found, .data = &crowd};
	const struct driver_waiter waiter = kube_double_waiter(d);
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	uint64_t declared;

	kube_double_restart_driver(d);
	d->task = d->driver->ops->survey(d->driver, &asked, &waiter);
	while (!wide_of(d) || !kube_wide_is_listed(wide_of(d))) {
		assert_true(clock_steady_ms() < until);
		kube_double_turn(d);
	}
	declared = kube_wide_declared(wide_of(d), "crowd-03");
	kube_double_write(d, KUBE_MERGE, "/apis/apps/v1/namespaces/crowd-03/deployments/web",
			  "{\"spec\":{\"minReadySeconds\":1}}");
	while (kube_wide_declared(wide_of(d), "crowd-03") == declared) {
		assert_true(clock_steady_ms() < until);
		kube_double_turn(d);
	}
	crowd.is_full = false;
	kube_double_wait(d);
	assert_int_equal(crowd.modules, crowd.workloads + 1);	/* and a database */
	survey_crowd(d, &crowd);
	assert_int_equal(crowd.count, 1);
	assert_string_equal(json_member_string(crowd.last, "namespace"), "crowd-03");
	clear_crowd(&crowd);
}

static void
turn_until_rows(struct kube_double *d, const char *namespace, size_t count)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;

	while (json_object_size(kube_wide_rows(wide_of(d), namespace)) != count) {
		assert_true(clock_steady_ms() < until);
		kube_double_turn(d);
	}
}

/* Nothing is left of one that is gone, and the next one takes its place. */
static void
test_a_namespace_that_is_empty_is_forgotten_until_it_has_something_again(void **state)
{
	static const char *const sets = "/apis/apps/v1/namespaces/crowd-%02d/statefulsets";
	struct kube_double *d = *state;
	struct crowd crowd = {.known = json_object()};
	uint64_t before, other;

	kube_double_restart_driver(d);
	survey_crowd(d, &crowd);
	other = kube_wide_declared(wide_of(d), "crowd-12");
	for (int i = 10; i < 12; i++) {
		char *namespace = xasprintf("crowd-%02d", i), *path = xasprintf(sets, i);
		char *web = xasprintf("/apis/apps/v1/namespaces/%s/deployments/web", namespace);

		before = kube_wide_state(wide_of(d), namespace);
		kube_double_write(d, KUBE_DELETE, web, NULL);
		turn_until_rows(d, namespace, 0);
		assert_null(kube_wide_rows(wide_of(d), namespace));
		assert_int_equal(kube_wide_declared(wide_of(d), namespace), 0);
		write_json(d, path, DATABASE);
		turn_until_rows(d, namespace, 1);
		assert_true(kube_wide_state(wide_of(d), namespace) > before);
		free(web);
		free(path);
		free(namespace);
	}
	assert_int_equal(kube_wide_declared(wide_of(d), "crowd-12"), other);
	assert_non_null(json_object_get(kube_wide_rows(wide_of(d), "crowd-11"), "StatefulSet/db"));
	clear_crowd(&crowd);
}

#define SCALERS                                                                                    \
	"{\"kind\":\"HorizontalPodAutoscalerList\",\"apiVersion\":\"autoscaling/v2\",\"metadata\":"   \
	"{\"resourceVersion\":\"1\"},\"items\":[{\"metadata\":{\"name\":\"web\",\"namespace\":"      \
	"\"crowd\",\"uid\":\"u\",\"resourceVersion\":\"1\"},\"spec\":{\"maxReplicas\":4,"           \
	"\"scaleTargetRef\":{\"kind\":\"Deployment\",\"name\":\"web\"}}}]}"

/* It says what it scales by its name alone, and has no labels, mostly. */
static void
test_with_a_selector_what_scales_is_read_too(void **state)
{
	struct kube_double *d = *state;
	struct crowd crowd = {.known = json_object()};
	const struct driver_survey asked = {
		.all = true, .selector = "tier=front", .found = note_found, .data = &crowd};
	const json_t *spec;

	kube_double_write(d, KUBE_MERGE, "/apis/apps/v1/namespaces/crowd/deployments/web",
			  "{\"metadata\":{\"labels\":{\"tier\":\"front\"}}}");
	kube_double_restart_driver(d);
	kube_double_rules(d, "GET ^/apis/autoscaling/v2/horizontalpodautoscalers\\?limit=\\d+$"
			     " status 200 " SCALERS "\n");
	(void)survey(d, &asked);
	assert_false(d->failed);
	assert_int_equal(crowd.workloads, 1);
	assert_non_null(json_object_get(crowd.web, "HorizontalPodAutoscaler/web"));
	spec = json_object_get(json_object_get(crowd.web, "Deployment/web"), "spec");
	assert_non_null(spec);
	assert_null(json_object_get(spec, "replicas"));
	kube_double_rules(d, "");
	clear_crowd(&crowd);
}

/* Then nothing is listed any more: the watches say what is another. */
static void
test_of_many_namespaces_only_what_changed_is_read_again(void **state)
{
	struct kube_double *d = *state;
	struct crowd crowd = {.known = json_object()};
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	long since = 0;

	kube_double_restart_driver(d);
	survey_crowd(d, &crowd);
	(void)count_writes(d, &since);
	survey_crowd(d, &crowd);
	assert_int_equal(crowd.count, 0);
	assert_int_equal(count_asked(d, LISTS_APART, since), 0);
	kube_double_write(d, KUBE_MERGE, "/apis/apps/v1/namespaces/crowd-07/deployments/web",
			  "{\"spec\":{\"paused\":true}}");
	while (crowd.count == 0) {
		assert_true(clock_steady_ms() < until);
		survey_crowd(d, &crowd);
	}
	assert_int_equal(crowd.count, 1);
	assert_string_equal(json_member_string(crowd.last, "namespace"), "crowd-07");
	clear_crowd(&crowd);
}

/* The only row of that namespace, when its replicas are ready. */
static void
look_until(struct kube_double *d, const char *space, bool has_pod)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	bool is_so = false;

	while (!is_so) {
		struct driver_status status;

		assert_true(clock_steady_ms() < until);
		kube_double_turn(d);
		d->driver->ops->observe(d->driver, space, &status);
		is_so = status.count == 2 && status.items[1].status == RUNTIME_RUNNING &&
			(status.items[0].pod != NULL) == has_pod;
		driver_status_clear(&status);
	}
}

static void
test_pods_of_many_are_those_of_what_somebody_looks_at(void **state)
{
	static const struct driver_home home = {.namespace = "crowd-05", .is_adopted = true};
	struct kube_double *d = *state;
	struct driver_waiter waiter = kube_double_waiter(d);
	struct crowd crowd = {.known = json_object()};
	struct driver_workload web;
	long since = 0;

	kube_double_restart_driver(d);
	survey_crowd(d, &crowd);
	web = workload_of(crowd.last);
	(void)count_writes(d, &since);
	waiter = kube_double_waiter(d);
	d->task = d->driver->ops->adopt(d->driver, "acme/store/crowd-05", &home, &waiter);
	kube_double_wait(d);
	kube_double_apply(d, "acme/store/crowd-05", &web, 1, true);
	look_until(d, "acme/store/crowd-05", false);
	assert_int_equal(count_asked(d, "/namespaces/crowd-05/", since), 0);
	d->driver->ops->attend(d->driver, "acme/store/crowd-05");
	look_until(d, "acme/store/crowd-05", true);
	assert_int_equal(count_writes(d, &since), 0);
	clear_crowd(&crowd);
}

static const char *const followed = "acme/store/crowd-06";

static void
follow_crowd(struct kube_double *d, const struct crowd *crowd)
{
	static const struct driver_home home = {.namespace = "crowd-06", .is_adopted = true};
	struct driver_waiter waiter = kube_double_waiter(d);
	json_t *spec = json_pack("{s:O}", "manifests", crowd->web);
	struct driver_workload web = {.module = xstrdup("web"), .spec = spec};

	d->task = d->driver->ops->adopt(d->driver, followed, &home, &waiter);
	kube_double_wait(d);
	kube_double_apply(d, followed, &web, 1, true);
	look_until(d, followed, false);
}

/* Each has what it asked for, whoever else asks for something else. */
static void
test_who_reads_with_another_selector_changes_nothing_for_others(void **state)
{
	struct kube_double *d = *state;
	struct crowd crowd = {.known = json_object()}, front = {.known = json_object()};
	const struct driver_survey asked = {
		.all = true, .selector = "tier=front", .found = note_found, .data = &front};
	struct driver_status status;
	uint64_t declared;
	long since = 0;

	kube_double_restart_driver(d);
	survey_crowd(d, &crowd);
	follow_crowd(d, &crowd);
	declared = d->driver->ops->declared(d->driver, followed, NULL);
	assert_int_not_equal(declared, 0);
	(void)survey(d, &asked);
	assert_false(d->failed);
	assert_int_equal(front.workloads, 1);
	assert_true(declared == d->driver->ops->declared(d->driver, followed, NULL));
	d->driver->ops->observe(d->driver, followed, &status);
	assert_int_equal(status.count, 2);
	driver_status_clear(&status);
	(void)count_writes(d, &since);
	survey_crowd(d, &crowd);
	assert_int_equal(crowd.count, 0);
	assert_int_equal(count_asked(d, LISTS_APART, since), 0);
	clear_crowd(&crowd);
	clear_crowd(&front);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whose_an_object_is),
		cmocka_unit_test(test_pods_without_an_account_use_the_default_one),
		cmocka_unit_test(test_what_an_autoscaler_sets_is_left_out),
		cmocka_unit_test(test_what_a_clone_cannot_carry_is_said),
		cmocka_unit_test(test_what_is_too_large_is_left),
		cmocka_unit_test(test_a_namespace_is_read_as_workloads),
		cmocka_unit_test(test_all_namespaces_are_those_of_others),
		cmocka_unit_test(test_a_namespace_that_is_not_there_is_gone),
		cmocka_unit_test(test_what_may_not_be_read_is_no_deletion),
		cmocka_unit_test(test_what_runs_in_it_is_seen_and_nothing_is_written),
		cmocka_unit_test(test_with_no_right_to_all_some_are_read_and_it_is_said),
		cmocka_unit_test(test_some_that_are_read_after_all_are_read_once),
		cmocka_unit_test(test_of_many_namespaces_workloads_are_read_at_once),
		cmocka_unit_test(test_two_may_read_all_of_it_at_once),
		cmocka_unit_test(test_of_two_the_other_reads_when_the_one_failed),
		cmocka_unit_test(test_what_changes_while_all_is_read_is_no_second_workload),
		cmocka_unit_test(test_of_many_namespaces_only_what_changed_is_read_again),
		cmocka_unit_test(
			test_a_namespace_that_is_empty_is_forgotten_until_it_has_something_again),
		cmocka_unit_test(test_with_a_selector_what_scales_is_read_too),
		cmocka_unit_test(test_pods_of_many_are_those_of_what_somebody_looks_at),
		cmocka_unit_test(test_who_reads_with_another_selector_changes_nothing_for_others),
	};

	if (!kube_double_is_possible())
		return 0;
	return cmocka_run_group_tests(tests, kube_double_start, kube_double_stop);
}
