/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Which objects workloads become.  tests/kube/objects has them whole, as a List that kubectl takes:
 * what a change makes of them is in its diff, and tests/kube/check.sh asks a real API server
 * whether it takes them.  With OBJECTS=write the files are written instead.
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

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/json-text.h"
#include "model/json.h"
#include "model/placeholder.h"
#include "model/workload-fields.h"
#include "model/workload-placeholders.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/kubernetes.h"
#include "platform/drivers/kubernetes/names.h"
#include "platform/drivers/kubernetes/objects.h"

#define NAMESPACE "objects"
#define MARK "${listen 0123456789abcdef}"
#define WORKLOADS_MAX 10

/* --- a deployment of JSON --- */

/* Single quotes stand for double ones. */
static json_t *
parse(const char *text)
{
	char *copy = xstrdup(text);
	struct error err;
	json_t *value;

	for (char *c = copy; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	value = json_decode_keeping(copy, strlen(copy), &err);
	if (!value)
		fail_msg("%s: %s", err.text, copy);
	free(copy);
	return value;
}

static char *
in_tree(const char *path)
{
	const char *srcdir = getenv("srcdir");

	return xasprintf("%s/%s", srcdir ? srcdir : ".", path);
}

static json_t *
read_tree(const char *path)
{
	char *whole = in_tree(path);
	json_error_t why;
	json_t *value = json_load_file(whole, 0, &why);

	if (!value)
		fail_msg("%s: %s", whole, why.text);
	free(whole);
	return value;
}

/* As the engine reads them. */
static int
replicas_of(const json_t *spec)
{
	const json_t *value = json_object_get(json_object_get(spec, "deployment"), "replicas");
	json_int_t count;

	if (!value || json_is_null(value))
		value = json_object_get(spec, "replicas");
	count = workload_field_number(value);
	return count >= 0 ? (int)count : 1;
}

/* {"module", "profile", "spec", "deploy", "volumes", "secret_places", "replicas", "port"}. */
static void
add_workload(struct driver_deployment *deployment, const json_t *from)
{
	struct driver_workload *w;
	const json_t *replicas = json_object_get(from, "replicas");
	const json_t *port = json_object_get(from, "port");

	deployment->workloads = xreallocarray(deployment->workloads, deployment->count + 1,
					      sizeof(*deployment->workloads));
	w = &deployment->workloads[deployment->count++];
	*w = (struct driver_workload){
		.module = xstrdup(json_member_string(from, "module")),
		.profile = xstrdup_or_null(json_member_string(from, "profile")),
		.image = xstrdup(""),
		.replicas = replicas ? (int)json_integer_value(replicas)
				     : replicas_of(json_object_get(from, "spec")),
		.spec = json_deep_copy(json_object_get(from, "spec")),
		.deploy = json_incref(json_object_get(from, "deploy")),
		.volumes = json_incref(json_object_get(from, "volumes")),
		.secret_places = json_incref(json_object_get(from, "secret_places")),
		.endpoints = xcalloc(1, sizeof(*w->endpoints)),
		.is_held = json_is_true(json_object_get(from, "held")),
	};
	if (!port)
		return;
	w->endpoint_count = 1;
	w->endpoints[0] = (struct driver_endpoint){
		.resource = xstrdup("dns"), .port = (int)json_integer_value(port),
		.mark = xstrdup(MARK)};
}

/* Of one workload, or an array of them. */
static struct driver_deployment
deployment_of(const char *id, const json_t *workloads)
{
	struct driver_deployment deployment = {.id = id};
	const json_t *from;
	size_t i;

	json_array_foreach(workloads, i, from)
		add_workload(&deployment, from);
	if (json_is_object(workloads))
		add_workload(&deployment, workloads);
	return deployment;
}

static json_t *
list_of(const struct kube_objects *objects)
{
	json_t *items = json_array();

	for (size_t i = 0; i < objects->count; i++)
		json_array_append(items, objects->items[i].object);
	return json_pack("{s:s, s:s, s:o}", "apiVersion", "v1", "kind", "List", "items", items);
}

static struct kube_objects
make(const char *id, const json_t *workloads)
{
	struct driver_deployment deployment = deployment_of(id, workloads);
	struct kube_objects objects;
	struct error err;

	if (kube_objects_make(NAMESPACE, &deployment, &objects, &err) != 0)
		fail_msg("%s", err.text);
	driver_deployment_clear(&deployment);
	return objects;
}

/* Text of all of it: what is the same is the same byte for byte. */
static char *
text_of(const char *id, const json_t *workloads)
{
	struct kube_objects objects = make(id, workloads);
	json_t *list = list_of(&objects);
	char *text = json_text(list, JSON_INDENT(1));

	json_decref(list);
	kube_objects_clear(&objects);
	return text;
}

static void
expect_refused(const char *workload, const char *why)
{
	json_t *from = parse(workload);
	struct driver_deployment deployment = deployment_of(NULL, from);
	struct kube_objects objects;
	struct error err;

	assert_int_equal(kube_objects_make(NAMESPACE, &deployment, &objects, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	if (!strstr(err.text, why))
		fail_msg("\"%s\" is not in \"%s\"", why, err.text);
	assert_int_equal(objects.count, 0);
	driver_deployment_clear(&deployment);
	json_decref(from);
}

/* --- whole files --- */

static void
write_file(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	fprintf(out, "%s\n", text);
	assert_int_equal(fclose(out), 0);
}

static void
expect_file(const char *name, const json_t *workloads)
{
	char *relative = xasprintf("tests/kube/objects/%s.json", name);
	char *path = in_tree(relative), *text = text_of("deployment-1", workloads), *expected;
	const char *mode = getenv("OBJECTS");
	json_t *file;

	if (mode && strcmp(mode, "write") == 0)
		write_file(path, text);
	file = read_tree(relative);
	expected = json_text(file, JSON_INDENT(1));
	if (strcmp(text, expected) != 0)
		fail_msg("%s is not what is made now; if that is meant, OBJECTS=write", relative);
	json_decref(file);
	free(expected);
	free(text);
	free(path);
	free(relative);
}

/* --- the sample --- */

static json_t *
sample_value(void *data, const char *const *tokens, size_t count, bool *secret, struct error *err)
{
	const char *last = tokens[count - 1];

	(void)data;
	(void)secret;
	(void)err;
	if (strcmp(last, "listen") == 0)
		return json_string(MARK);
	if (strcmp(last, "port") == 0)
		return json_integer(8080);
	if (strcmp(last, "host") == 0)
		return json_string(tokens[1]);
	return json_string(strcmp(last, "path") == 0 ? "/data/topics.db" : "100");
}

static json_t *
production_of(const json_t *sample)
{
	const json_t *organization = json_array_get(json_object_get(sample, "organizations"), 0);
	const json_t *application = json_array_get(json_object_get(organization, "applications"), 0);
	const json_t *env;
	size_t i;

	json_array_foreach(json_object_get(application, "environments"), i, env)
		if (strcmp(json_member_string(env, "id"), "production") == 0) {
			const json_t *all = json_object_get(env, "deployments");
			const json_t *last = json_array_get(all, json_array_size(all) - 1);

			return json_object_get(json_object_get(last, "set"), "modules");
		}
	fail();
	return NULL;
}

/* Production of TopicShare, as the engine gives it to a driver. */
static json_t *
sample_workloads(void)
{
	json_t *sample = read_tree("data/sample/topicshare/topicshare.json");
	json_t *modules = production_of(sample), *workloads = json_array(), *body;
	const char *module;

	json_object_foreach(modules, module, body) {
		struct error err;
		json_t *spec = placeholder_resolve_some(json_object_get(body, "spec"), "/spec",
							workload_place_is_any, sample_value, NULL,
							NULL, &err);
		json_t *from = json_pack("{s:s, s:O, s:o}", "module", module, "profile",
					 json_object_get(body, "profile"), "spec", spec);

		if (json_object_size(json_object_get(body, "externals")) > 0)
			json_object_set_new(from, "port", json_integer(8080));
		json_array_append_new(workloads, from);
	}
	json_decref(sample);
	return workloads;
}

static void
the_sample_becomes_these(void **state)
{
	json_t *workloads = sample_workloads();

	(void)state;
	expect_file("topicshare", workloads);
	json_decref(workloads);
}

/* --- secrets --- */

#define SECRET "hunter2-and-more"

static const char secretive[] =
	"{'module': 'web', 'spec': {'containers': {'web': {'image': 'web:1', 'variables': "
	"{'TOKEN': '" SECRET "', 'URL': 'https://x:" SECRET "@db', 'PLAIN': 'seen'}, 'files': "
	"{'/etc/web/key.pem': {'value': 'key: " SECRET "', 'mode': '0400'}, '/etc/web/conf': "
	"{'value': 'seen'}}}}, 'pod': {'initContainers': [{'name': 'init', 'image': 'init:1', "
	"'env': [{'name': 'A', 'value': 'seen'}, {'name': 'B', 'value': '" SECRET "'}]}]}}, "
	"'secret_places': ['/spec/containers/web/variables/TOKEN', "
	"'/spec/containers/web/variables/URL', '/spec/pod/initContainers/0/env/1/value', "
	"'/spec/containers/web/files/~1etc~1web~1key.pem/value']}";

static void
a_secret_stands_in_a_secret_alone(void **state)
{
	json_t *from = parse(secretive);
	struct kube_objects objects = make(NULL, from);
	size_t secrets = 0;

	(void)state;
	for (size_t i = 0; i < objects.count; i++) {
		const struct kube_object *object = &objects.items[i];
		char *text = json_text(object->object, 0);
		bool is_secret = strcmp(json_member_string(object->object, "kind"), "Secret") == 0;

		assert_int_equal(object->has_secret, is_secret);
		assert_null(strstr(text, "hunter2"));
		if (is_secret) {
			secrets++;
			/* TOKEN, alone in its value. */
			assert_non_null(strstr(text, "\"aHVudGVyMi1hbmQtbW9yZQ==\""));
			assert_int_equal(json_object_size(json_object_get(object->object, "data")), 4);
		}
		free(text);
	}
	assert_int_equal(secrets, 1);
	kube_objects_clear(&objects);
	expect_file("secrets", from);
	json_decref(from);
}

/* What the platform lets through elsewhere is not shown, either. */
static void
a_secret_elsewhere_is_refused(void **state)
{
	(void)state;
	expect_refused("{'module': 'web', 'spec': {'containers': {'web': {'image': 'a:1', 'args': "
		       "['x']}}}, 'secret_places': ['/spec/containers/web/args/0']}",
		       "/spec/containers/web/args/0: a secret can be used in variables and in files");
	expect_refused("{'module': 'web', 'spec': {'containers': {'web': {'image': 'a:1'}}, "
		       "'labels': {'a': 'x'}}, 'secret_places': ['/spec/labels/a']}",
		       "/spec/labels/a: a secret");
}

/* --- the same is the same --- */

static json_t *
turned_round(const json_t *value)
{
	json_t *copy, *member;
	const char *key, **keys;
	size_t count = 0, i;

	if (json_is_array(value)) {
		copy = json_array();
		json_array_foreach(value, i, member)
			json_array_append_new(copy, turned_round(member));
		return copy;
	}
	if (!json_is_object(value))
		return json_incref((json_t *)value);
	copy = json_object();
	keys = xcalloc(json_object_size(value) + 1, sizeof(*keys));
	json_object_foreach((json_t *)value, key, member)
		keys[count++] = key;
	while (count-- > 0)
		json_object_set_new(copy, keys[count],
				    turned_round(json_object_get(value, keys[count])));
	free(keys);
	return copy;
}

/* Another deployment, and another order of what is written, restart nothing. */
static void
the_same_workloads_are_the_same_bytes(void **state)
{
	json_t *workloads = sample_workloads(), *secrets = parse(secretive), *turned;
	char *first = text_of("1", workloads), *second = text_of("2", workloads);

	(void)state;
	assert_string_equal(first, second);
	free(first);
	free(second);
	turned = turned_round(secrets);
	first = text_of("1", secrets);
	second = text_of("1", turned);
	assert_string_equal(first, second);
	free(first);
	free(second);
	json_decref(turned);
	json_decref(secrets);
	json_decref(workloads);
}

/* The pod template that changed is what restarts pods. */
static json_t *
template_of(const json_t *workload)
{
	struct kube_objects objects = make(NULL, workload);
	json_t *template = NULL;

	for (size_t i = 0; i < objects.count; i++)
		if (objects.items[i].is_workload)
			template = json_incref(json_object_get(
				json_object_get(objects.items[i].object, "spec"), "template"));
	kube_objects_clear(&objects);
	assert_non_null(template);
	return template;
}

static void
what_a_pod_reads_restarts_it_when_it_changed(void **state)
{
	static const struct {
		const char *from, *to;
		bool restarts;
	} changes[] = {
		{SECRET "@db", "hunter3@db", true},
		{"key: " SECRET, "key: other", true},
		{"'value': 'seen'}}}}", "'value': 'new'}}}}", true},
		{"'PLAIN': 'seen'", "'PLAIN': 'new'", true},
		{"'mode': '0400'", "'mode': '0440'", true},
		{"'spec': {", "'spec': {'deployment': {'labels': {'a': 'b'}, 'replicas': 3}, ", false},
		{"'spec': {", "'spec': {'service': {'ports': {'a': {'service_port': 1}}}, ", false},
	};
	json_t *from = parse(secretive), *before = template_of(from);

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		const char *at = strstr(secretive, changes[i].from);
		char *text;
		json_t *changed, *after;

		assert_non_null(at);
		text = xasprintf("%.*s%s%s", (int)(at - secretive), secretive, changes[i].to,
				 at + strlen(changes[i].from));
		changed = parse(text);
		after = template_of(changed);
		assert_int_equal(!json_equal(before, after), changes[i].restarts);
		json_decref(after);
		json_decref(changed);
		free(text);
	}
	json_decref(before);
	json_decref(from);
}

/* --- one by one --- */

#define WEB(spec) "{'module': 'web', 'spec': {'containers': {'web': {'image': 'a:1'}}, " spec "}}"
#define CONTAINER(members) "{'module': 'web', 'spec': {'containers': {'web': {'image': 'a:1', " members "}}}}"
#define CRON(spec) "{'module': 'web', 'profile': 'humanitec/default-cronjob', 'spec': {'containers': {'web': {'image': 'a:1'}}, " spec "}}"
#define JOB(spec) "{'module': 'web', 'profile': 'humanitec/default-job', 'spec': {'containers': {'web': {'image': 'a:1'}}, " spec "}}"

/* What is found in the text of all objects, or not. */
static const struct {
	const char *workload, *has, *lacks;
} cases[] = {
	/* Numbers keep their text, and what Kubernetes would put in stays as it is. */
	{CONTAINER("'variables': {'A': 1.10, 'B': 5, 'C': true, 'D': 1e3}"),
	 "[{'name': 'A', 'value': '1.10'}, {'name': 'B', 'value': '5'}, {'name': 'C', 'value': "
	 "'true'}, {'name': 'D', 'value': '1e3'}]", NULL},
	{CONTAINER("'variables': {'A': '$(B) pa$$word $', 'B': 'pa$word'}"),
	 "[{'name': 'A', 'value': '$$(B) pa$$$$word $$'}, {'name': 'B', 'value': 'pa$word'}]", NULL},
	{CONTAINER("'resources': {'limits': {'cpu': 0.5, 'memory': '64Mi'}}"),
	 "'resources': {'limits': {'cpu': '0.5', 'memory': '64Mi'}}", NULL},
	{CONTAINER("'files': {'/a': {'value': 'x'}, '/b': {'value': 'x', 'mode': 755}}"),
	 "'mode': 493", NULL},
	{CONTAINER("'files': {'/a': {'value': 'x'}}"), "'mode': 420", NULL},
	{CONTAINER("'args': ['$(A)']"), "'args': ['$(A)']", NULL},
	{CONTAINER("'command': [], 'args': null, 'variables': {}"), "'image': 'a:1'", "'command'"},
	/* Nothing is made that nobody asked for. */
	{WEB("'volumes': {}"), "'replicas': 1,", "'Service',"},
	{WEB("'volumes': {}"), "'ServiceAccount'", "'ConfigMap'"},
	{WEB("'replicas': 1"), "'replicas': 1", "'PodDisruptionBudget'"},
	{WEB("'replicas': 2"), "'maxUnavailable': 1", NULL},
	{WEB("'replicas': 0"), "'replicas': 0", "'PodDisruptionBudget'"},
	{WEB("'serviceAccountName': 'own'"), "'serviceAccountName': 'own'", "'ServiceAccount'"},
	{WEB("'serviceAccountName': 'own'"), "'serviceAccountName': 'own'", "'automount"},
	{WEB("'replicas': 1"), "'automountServiceAccountToken': false", NULL},
	/* A port of which one half is said has the other half, too. */
	{WEB("'service': {'ports': {'http': {'service_port': '80'}}}"),
	 "{'name': 'http', 'port': 80, 'protocol': 'TCP', 'targetPort': 80}", NULL},
	{WEB("'service': {'ports': {'http': {'container_port': 8080, 'protocol': 'UDP'}}}"),
	 "{'name': 'http', 'port': 8080, 'protocol': 'UDP', 'targetPort': 8080}", NULL},
	/* The port of a resource is what its mark becomes, and others reach it there. */
	{"{'module': 'web', 'port': 41000, 'spec': {'containers': {'web': {'image': 'a:1', "
	 "'variables': {'PORT': '" MARK "', 'BIND': '0.0.0.0:" MARK "'}}}}}",
	 "[{'name': 'BIND', 'value': '0.0.0.0:41000'}, {'name': 'PORT', 'value': '41000'}]", MARK},
	{"{'module': 'web', 'port': 41000, 'spec': {'containers': {'web': {'image': 'a:1'}}}}",
	 "{'name': 'dns', 'port': 41000, 'protocol': 'TCP', 'targetPort': 41000}", NULL},
	{"{'module': 'web', 'port': 80, 'spec': {'containers': {'web': {'image': 'a:1'}}, "
	 "'service': {'ports': {'http': {'service_port': 80}}}}}",
	 "'ports': [{'name': 'http', 'port': 80, 'protocol': 'TCP', 'targetPort': 80}]", NULL},
	/* A volume of a resource is a claim that is there. */
	{"{'module': 'web', 'volumes': {'externals.cache': 'claim/web-cache', 'shared.x': 'claim/x'}, "
	 "'spec': {'containers': {'web': {'image': 'a:1', 'volume_mounts': {'/c': {'id': "
	 "'externals.cache'}}}}}}", "'persistentVolumeClaim': {'claimName': 'web-cache'}",
	 "'claimName': 'x'"},
	{"{'module': 'web', 'spec': {'containers': {'web': {'image': 'a:1', 'volume_mounts': {'/c': "
	 "{'id': 'volumes.tmp', 'sub_path': 'a/b', 'read_only': true}}}}, 'volumes': {'tmp': {}}}}",
	 "'volumes': [{'name': 'tmp', 'emptyDir': {}}]", NULL},
	{CONTAINER("'readiness_probe': {'type': 'grpc', 'port': '9', 'periodSeconds': 0}"),
	 "'readinessProbe': {'grpc': {'port': 9}}", NULL},
	{CONTAINER("'liveness_probe': {'type': 'http', 'port': 9, 'headers': {'Host': 'a'}}"),
	 "'livenessProbe': {'httpGet': {'path': '/', 'port': 9, 'httpHeaders': [{'name': 'Host', "
	 "'value': 'a'}]}}", NULL},
	/* A cluster does not give up before the deployment does. */
	{"{'module': 'web', 'deploy': {'timeout': 900}, 'spec': {'containers': {'web': {'image': "
	 "'a:1'}}}}", "'progressDeadlineSeconds': 900", NULL},
	{"{'module': 'web', 'deploy': {'timeout': 60}, 'spec': {'containers': {'web': {'image': "
	 "'a:1'}}}}", "'replicas': 1", "'progressDeadlineSeconds'"},
	/* A profile of somebody else's making. */
	{"{'module': 'web', 'profile': 'acme/own', 'spec': {'containers': {'web': {'image': 'a:1'}}}}",
	 "'Deployment'", NULL},
	{JOB("'job': {}"), "'backoffLimit': 1", NULL},
	{JOB("'job': {}"), "'restartPolicy': 'Never'", "'Deployment'"},
	{JOB("'pod': {'restartPolicy': 'OnFailure'}"), "'restartPolicy': 'OnFailure'", "'Never'"},
	{JOB("'job': {'backoffLimit': 0}"), "'backoffLimit': 0", NULL},
	{JOB("'replicas': 0"), "'suspend': true", NULL},
	{CRON("'schedules': {'a': {'schedule': '0 0 * * 5-7'}}"), "'schedule': '0 0 * * 0,5,6'", NULL},
	{CRON("'schedules': {'a': {'schedule': '  0\\t7 * * mon-fri '}}"),
	 "'schedule': '0 7 * * mon-fri'", NULL},
	{CRON("'schedules': {'a': {'schedule': '@Daily'}}"), "'schedule': '@daily'", NULL},
	{CRON("'schedules': {'a': {'schedule': '@daily'}}"), "'startingDeadlineSeconds': 100", NULL},
	{CRON("'schedules': {'a': {'schedule': '@daily'}}, 'replicas': 0"), "'suspend': true", NULL},
	{CRON("'schedules': {'a': {'schedule': '@daily'}}, 'job': {'suspend': true}"),
	 "'suspend': true", "'suspend': false"},
};

static char *
squeezed(const char *text)
{
	char *copy = xstrdup(text);
	size_t length = 0;

	for (const char *c = text; *c; c++)
		if (*c != ' ' && *c != '\n')
			copy[length++] = *c == '\'' ? '"' : *c;
	copy[length] = '\0';
	return copy;
}

static void
each_says_what_it_is_asked_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *from = parse(cases[i].workload);
		char *made = text_of(NULL, from), *text = squeezed(made);
		char *has = squeezed(cases[i].has);
		char *lacks = cases[i].lacks ? squeezed(cases[i].lacks) : NULL;

		if (!strstr(text, has))
			fail_msg("%s is not in %s", has, made);
		if (lacks && strstr(text, lacks))
			fail_msg("%s is in %s", lacks, made);
		free(lacks);
		free(has);
		free(text);
		free(made);
		json_decref(from);
	}
}

static const struct {
	const char *workload, *why;
} refused[] = {
	{"{'module': 'web', 'spec': {}}", "workload web: its container names no image"},
	{"{'module': 'web', 'spec': {'containers': {'a': {'image': 'a:1'}, 'b': {}}}}",
	 "names no image"},
	{CONTAINER("'variables': {'A': null}"), "The variable \"A\" of workload web"},
	{CONTAINER("'variables': {'A=B': 'x'}"), "The variable \"A=B\" of workload web"},
	{CONTAINER("'files': {'etc/x': {'value': 'x'}}"), "The file \"etc/x\" of workload web"},
	{CONTAINER("'files': {'/a/../x': {'value': 'x'}}"), "The file \"/a/../x\" of workload web"},
	{CONTAINER("'files': {'/a': {}}"), "The file \"/a\" of workload web"},
	{CONTAINER("'files': {'/a': {'value': 'x', 'mode': '9'}}"), "The file \"/a\" of workload web"},
	{CONTAINER("'volume_mounts': {'/a': {'id': 'x'}}"), "There is no volume \"x\" for workload web"},
	{CONTAINER("'volume_mounts': {'/a': {}}"), "There is no volume \"\" for workload web"},
	{CONTAINER("'volume_mounts': {'a': {'id': 'x'}}"), "at an absolute path"},
	{CONTAINER("'startup_probe': {'type': 'http'}"), "The startup_probe of workload web"},
	{CONTAINER("'startup_probe': {'type': 'http', 'port': 1, 'path': 'x'}"),
	 "The startup_probe of workload web"},
	{CONTAINER("'liveness_probe': {'type': 'command'}"), "liveness_probe of workload web has no command"},
	{WEB("'service': {'ports': {'a': {}}}"), "A port of the service of workload web"},
	{WEB("'service': {'ports': {'a': {'service_port': 80}, 'b': {'service_port': 80}}}"),
	 "has the port 80 twice"},
	{WEB("'labels': {'app.kubernetes.io/managed-by': 'helm'}"),
	 "\"app.kubernetes.io/managed-by\" of workload web is set by the platform"},
	{WEB("'pod': {'labels': {'sidestage.dev/workload': 'api'}}"), "set by the platform"},
	{WEB("'deployment': {'annotations': {'sidestage.dev/x': 'api'}}"), "set by the platform"},
	{WEB("'service': {'ports': {'a': {'service_port': 80}}, 'labels': {'sidestage.dev/x': 'a'}}"),
	 "set by the platform"},
	{CRON("'cronjob': {}"), "The cronjob web must have 1 to 32 schedules"},
	{CRON("'schedules': {'a': {'schedule': 'never'}}"), "The schedule \"never\" of workload web"},
	{CRON("'schedules': {'a': {'schedule': '@daily', 'containers': {'b': {}}}}"),
	 "names the container b"},
	{"{'module': 'web', 'deploy': {'success': 'complete'}, 'spec': {'containers': {'web': "
	 "{'image': 'a:1'}}}}", "cannot have \"success\": \"complete\""},
	{WEB("'pod': {'initContainers': [{'name': 'a'}]}"), "Each init container of workload web"},
	/* Two are mapped to one. */
	{"[{'module': 'Web', 'spec': {'containers': {'a': {'image': 'a:1'}}}}, {'module': "
	 "'web-29751047', 'spec': {'containers': {'a': {'image': 'a:1'}}}}]", "declared twice"},
};

static void
what_cannot_be_made_is_refused_by_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		expect_refused(refused[i].workload, refused[i].why);
}

/* --- when --- */

static const struct {
	const char *profile, *deploy;
	enum kube_stage stage;
	enum kube_success success;
	int timeout_ms;
} turns[] = {
	{"module", "{}", KUBE_STAGE_WORKLOADS, KUBE_SUCCESS_AVAILABLE, 0},
	{"job", "{}", KUBE_STAGE_WORKLOADS, KUBE_SUCCESS_COMPLETE, 0},
	{"cronjob", "{}", KUBE_STAGE_WORKLOADS, KUBE_SUCCESS_AVAILABLE, 0},
	{"job", "{'when': 'before', 'timeout': 30}", KUBE_STAGE_BEFORE, KUBE_SUCCESS_COMPLETE, 30000},
	{"module", "{'when': 'before', 'success': 'deploy'}", KUBE_STAGE_BEFORE,
	 KUBE_SUCCESS_STARTED, 0},
	{"job", "{'when': 'after', 'success': 'available'}", KUBE_STAGE_AFTER,
	 KUBE_SUCCESS_AVAILABLE, 0},
	{"module", "{'when': 'deploy', 'timeout': '0'}", KUBE_STAGE_WORKLOADS,
	 KUBE_SUCCESS_AVAILABLE, 1},
	{"module", "{'timeout': 999999999}", KUBE_STAGE_WORKLOADS, KUBE_SUCCESS_AVAILABLE,
	 2147483000},
};

static void
each_has_its_turn_and_its_success(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(turns) / sizeof(turns[0]); i++) {
		char *text = xasprintf("{'module': 'web', 'profile': 'humanitec/default-%s', 'deploy': %s, "
				       "'spec': {'containers': {'web': {'image': 'a:1'}}, 'schedules': "
				       "{'a': {'schedule': '@daily'}}}}", turns[i].profile,
				       turns[i].deploy);
		json_t *from = parse(text);
		struct kube_objects objects = make(NULL, from);
		int workloads = 0;

		for (size_t k = 0; k < objects.count; k++) {
			const struct kube_object *object = &objects.items[k];

			assert_string_equal(object->module, "web");
			assert_true(k == 0 || objects.items[k - 1].stage <= object->stage);
			if (!object->is_workload)
				continue;
			workloads++;
			assert_int_equal(object->stage, turns[i].stage);
			assert_int_equal(object->success, turns[i].success);
			assert_int_equal(object->timeout_ms, turns[i].timeout_ms);
		}
		assert_int_equal(workloads, 1);
		kube_objects_clear(&objects);
		json_decref(from);
		free(text);
	}
}

static void
nothing_is_made_of_what_is_held(void **state)
{
	json_t *from = parse("{'module': 'web', 'held': true, 'spec': {}}");
	struct kube_objects objects = make(NULL, from);

	(void)state;
	assert_int_equal(objects.count, 0);
	kube_objects_clear(&objects);
	json_decref(from);
}

static char *
name_of_workload(const char *deployment, const char *workload)
{
	json_t *from = parse(workload);
	struct kube_objects objects = make(deployment, from);
	const json_t *last = objects.items[objects.count - 1].object;
	char *name = xstrdup(json_member_string(json_object_get(last, "metadata"), "name"));

	assert_true(kube_name_is_valid(name));
	kube_objects_clear(&objects);
	json_decref(from);
	return name;
}

/* Each deployment runs it once: the same one does not run it again after a restart of the daemon,
 * and neither does one that only lets it go on. */
static void
a_job_is_called_after_what_it_runs_and_for_whom(void **state)
{
	char *first = name_of_workload("1", JOB("'job': {}"));
	char *again = name_of_workload("1", JOB("'job': {'suspend': true}"));
	char *later = name_of_workload("2", JOB("'job': {}"));
	char *other = name_of_workload("1", JOB("'job': {'backoffLimit': 3}"));

	(void)state;
	assert_int_equal(strncmp(first, "web-", 4), 0);
	assert_string_equal(first, again);
	assert_string_not_equal(first, later);
	assert_string_not_equal(first, other);
	free(other);
	free(later);
	free(again);
	free(first);
}

#define LONG "a-very-long-name-of-a-cronjob-that-has-no-room-for-it"
static void
a_cron_job_has_a_name_with_room_for_its_runs(void **state)
{
	char *name = name_of_workload("1", "{'module': '" LONG "', 'profile': "
					   "'humanitec/default-cronjob', 'spec': {'containers': "
					   "{'a': {'image': 'a:1'}}, 'schedules': {'nightly': "
					   "{'schedule': '@daily'}}}}");

	(void)state;
	assert_int_equal(strlen(name), KUBE_CRONJOB_NAME_MAX);
	free(name);
	name = name_of_workload("1", CRON("'schedules': {'nightly': {'schedule': '@daily'}}"));
	assert_string_equal(name, "web-nightly");
	free(name);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sample_becomes_these),
		cmocka_unit_test(a_secret_stands_in_a_secret_alone),
		cmocka_unit_test(a_secret_elsewhere_is_refused),
		cmocka_unit_test(the_same_workloads_are_the_same_bytes),
		cmocka_unit_test(what_a_pod_reads_restarts_it_when_it_changed),
		cmocka_unit_test(each_says_what_it_is_asked_for),
		cmocka_unit_test(what_cannot_be_made_is_refused_by_name),
		cmocka_unit_test(each_has_its_turn_and_its_success),
		cmocka_unit_test(nothing_is_made_of_what_is_held),
		cmocka_unit_test(a_job_is_called_after_what_it_runs_and_for_whom),
		cmocka_unit_test(a_cron_job_has_a_name_with_room_for_its_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
