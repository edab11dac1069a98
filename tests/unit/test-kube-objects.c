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
#include "model/workload-check.h"
#include "model/workload-fields.h"
#include "model/workload-placeholders.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/kubernetes.h"
#include "platform/drivers/kubernetes/objects/objects.h"
#include "quoted-json.h"

#define NAMESPACE "objects"
#define NAME_KEY "0123456789abcdef0123456789abcdef"
#define MARK "${listen 0123456789abcdef}"
#define WORKLOADS_MAX 10

/* --- a deployment of JSON --- */

/* With numbers as they are written, as a set keeps them. */
static json_t *
parse_keeping(const char *text)
{
	char *copy = quoted(text);
	struct error err;
	json_t *value = json_decode_keeping(copy, strlen(copy), &err);

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
		.resources = json_incref(json_object_get(from, "resources")),
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

static bool is_privileged = true;	/* the namespace; false: of the level baseline */

/* Of workloads, which are freed.  0, or -1 with err. */
static int
try_to_make(struct driver_deployment *deployment, const char *key, struct kube_objects *objects,
	    struct error *err)
{
	const struct kube_objects_options options = {
		.namespace = NAMESPACE,
		.space = "acme/shop/objects",
		.name_key = (const uint8_t *)key,
		.is_privileged = is_privileged,
	};
	int ret = kube_objects_make(&options, deployment, objects, err);

	driver_deployment_clear(deployment);
	return ret;
}

static struct kube_objects
make(const char *id, const json_t *workloads)
{
	struct driver_deployment deployment = deployment_of(id, workloads);
	struct kube_objects objects;
	struct error err;

	if (try_to_make(&deployment, NAME_KEY, &objects, &err) != 0)
		fail_msg("%s", err.text);
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
	json_t *from = parse_keeping(workload);
	struct driver_deployment deployment = deployment_of(NULL, from);
	struct kube_objects objects;
	struct error err;

	assert_int_equal(try_to_make(&deployment, NAME_KEY, &objects, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	if (!strstr(err.text, why))
		fail_msg("\"%s\" is not in \"%s\"", why, err.text);
	assert_int_equal(objects.count, 0);
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

/* --- every field --- */

/* Without what is of other profiles. */
static json_t *
of_profile(const json_t *value, const struct workload_field *field, enum workload_profile profile)
{
	bool is_whole = !field || field->form == FIELD_OBJECT || field->form == FIELD_MAP;
	json_t *copy, *member;
	const char *key;

	if (!is_whole)
		return json_deep_copy(value);
	copy = json_object();
	json_object_foreach((json_t *)value, key, member) {
		const struct workload_field *row = workload_field_below(field, key);

		if (!row)
			fail_msg("%s: there is no such field", key);
		if (row->profiles & 1u << profile)
			json_object_set_new(copy, key, of_profile(member, row, profile));
	}
	return copy;
}

/* A workload with every field that the profile has. */
static json_t *
whole_workload(enum workload_profile profile)
{
	json_t *file = read_tree("tests/kube/objects/every-field.in.json");
	json_t *whole = of_profile(file, NULL, profile);

	json_object_set_new(whole, "module", json_string("every"));
	json_object_set_new(whole, "profile", json_string(workload_profile_name(profile)));
	json_object_set_new(whole, "volumes", parse_keeping("{'externals.cache': 'claim/every-cache'}"));
	if (profile != PROFILE_MODULE)
		json_object_set_new(json_object_get(json_object_get(whole, "spec"), "pod"),
				    "restartPolicy", json_string("Never"));
	json_decref(file);
	return whole;
}

static void
every_field_becomes_these(void **state)
{
	static const char *const names[] = {"every-field-module", "every-field-job",
					    "every-field-cronjob"};

	(void)state;
	for (int i = PROFILE_MODULE; i < PROFILE_MANIFESTS; i++) {
		json_t *whole = whole_workload((enum workload_profile)i);

		expect_file(names[i], whole);
		json_decref(whole);
	}
}

/* The same workload when all of it is something else, and when it says no more than it must. */
static const char all_other[] =
	"{'module': 'every', 'spec': {'containers': {'web': {'image': 'registry.example/web:2', "
	"'variables': {'LEVEL': 'secret', 'MORE': '1'}, 'files': {'/etc/web/web.conf': {'value': "
	"'secret'}}, 'startup_probe': {'type': 'grpc', 'port': 1}, 'readiness_probe': {'type': "
	"'command', 'command': ['x']}, 'liveness_probe': {'type': 'tcp', 'port': 1}, "
	"'volume_mounts': {'/cache': {'id': 'claim'}}, 'resources': {'limits': {'memory': "
	"'16Mi'}}}, 'helper': {'image': 'registry.example/helper:2', 'liveness_probe': {'type': "
	"'http', 'port': 1}}}, 'deployment': {'replicas': 1, 'strategy': {'type': 'Recreate'}}, "
	"'volumes': {'scratch': {'configMap': {'name': 'x'}}, 'claim': {}, 'config': {'hostPath': "
	"{'path': '/x'}}, 'keys': {'emptyDir': {}}}, 'service': {'ports': {'http': {'service_port': "
	"8081}, 'metrics': {'service_port': 80, 'protocol': 'UDP'}}}}, 'secret_places': "
	"['/spec/containers/web/variables/LEVEL', "
	"'/spec/containers/web/files/~1etc~1web~1web.conf/value']}";
static const char least[] =
	"{'module': 'every', 'spec': {'containers': {'web': {'image': 'registry.example/web:1.2.3'}}}}";

static void
another_workload_of_that_name_becomes_these(void **state)
{
	json_t *from = parse_keeping(all_other);

	(void)state;
	expect_file("every-field-other", from);
	json_decref(from);
	from = parse_keeping(least);
	expect_file("every-field-least", from);
	json_decref(from);
}

/* Where the row's field is in a workload: the first of its name.  NULL: nowhere. */
static json_t *
find_parent(json_t *at, const struct workload_field *parent, const char *path, const char **key)
{
	const char *slash = strchr(path, '/'), *name;
	size_t length = slash ? (size_t)(slash - path) : strlen(path);
	json_t *member, *found = NULL;

	if (json_is_array(at))
		return find_parent(json_array_get(at, 0), workload_field_below(parent, "0"),
				   slash + 1, key);
	json_object_foreach(at, name, member) {
		const struct workload_field *row = workload_field_below(parent, name);
		const char *last = row ? strrchr(row->path, '/') : NULL;

		last = last ? last + 1 : row ? row->path : "";
		if (strlen(last) != length || strncmp(last, path, length) != 0)
			continue;
		if (!slash) {
			*key = name;
			return at;
		}
		found = find_parent(member, row, slash + 1, key);
		if (found)
			return found;
	}
	return NULL;
}

static json_t *
other_word(const char *words, const char *word)
{
	size_t length = strcspn(words, " ");

	if (strlen(word) == length && strncmp(words, word, length) == 0) {
		words += length + 1;
		length = strcspn(words, " ");
	}
	return json_stringn(words, length);
}

static json_t *
other_value(const struct workload_field *field, const json_t *value)
{
	json_t *copy = json_deep_copy(value);
	char *text;

	if (json_is_array(value))
		json_array_append_new(copy, field->form == FIELD_TEXTS ? json_string("more")
								       : parse_keeping("{'name': 'more'}"));
	else if (json_is_object(value))
		json_object_set_new(copy, "more", json_string("more"));
	else if (json_is_integer(value))
		json_integer_set(copy, json_integer_value(value) + 1);
	if (json_is_object(value) || json_is_array(value) || json_is_integer(value))
		return copy;
	json_decref(copy);
	switch (field->form) {
	case FIELD_WORD:
		return other_word(field->words, json_string_value(value));
	case FIELD_FLAG:
		return json_boolean(!json_is_true(value));
	case FIELD_AMOUNT:
		return json_string("7");
	case FIELD_SCHEDULE:
		return json_string("1 2 3 4 5");
	case FIELD_SCALAR:
		return json_string("0600");
	default:
		break;
	}
	if (strcmp(json_string_value(value), "externals.cache") == 0)
		return json_string("volumes.scratch");
	text = xasprintf("%sx", json_string_value(value));
	copy = json_string(text);
	free(text);
	return copy;
}

static bool
ends_in(const char *text, const char *end)
{
	size_t length = strlen(text), of_end = strlen(end);

	return length >= of_end && strcmp(text + length - of_end, end) == 0;
}

/* Of two fields for one thing the other one goes; a probe's type decides which others count. */
static void
let_it_count(json_t *whole, const struct workload_field *field, json_t *parent)
{
	static const struct {
		const char *path, *below, *other;
	} others[] = {
		{"spec/replicas", "deployment", "replicas"},
		{"spec/serviceAccountName", "pod", "serviceAccountName"},
		{"spec/service_account_name", "pod", "serviceAccountName"},
		{"spec/service_account_name", NULL, "serviceAccountName"},
	};
	json_t *spec = json_object_get(whole, "spec");

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(field->path, others[i].path) == 0)
			json_object_del(others[i].below ? json_object_get(spec, others[i].below)
							: spec, others[i].other);
	if (ends_in(field->path, "/security_context"))
		json_object_del(parent, "securityContext");
	if (ends_in(field->path, "_probe/command"))
		json_object_set_new(parent, "type", json_string("command"));
	if (ends_in(field->path, "_probe/service"))
		json_object_set_new(parent, "type", json_string("grpc"));
}

/* All that is known of the objects. */
static char *
told_by(const json_t *workload)
{
	struct kube_objects objects = make("1", workload);
	json_t *all = json_array();
	char *text;

	for (size_t i = 0; i < objects.count; i++)
		json_array_append_new(all, json_pack("[i, i, i, O]", objects.items[i].stage,
						     objects.items[i].success,
						     objects.items[i].timeout_ms,
						     objects.items[i].object));
	text = json_text(all, 0);
	json_decref(all);
	kube_objects_clear(&objects);
	return text;
}

static bool
has_effect(const struct workload_field *field, enum workload_profile profile)
{
	json_t *whole = whole_workload(profile), *parent;
	const char *key = NULL;
	char *before, *after;
	bool differs;

	parent = find_parent(whole, NULL, field->path, &key);
	if (!parent)
		fail_msg("%s is not in every-field.in.json", field->path);
	let_it_count(whole, field, parent);
	before = told_by(whole);
	json_object_set_new(parent, key, other_value(field, json_object_get(parent, key)));
	after = told_by(whole);
	differs = strcmp(before, after) != 0;
	free(before);
	free(after);
	json_decref(whole);
	return differs;
}

/* What names things is the platform's affair, and a container is called by its key. */
static bool
is_of_the_platform(const struct workload_field *field)
{
	return strcmp(field->path, "profile") == 0 || strncmp(field->path, "externals/", 10) == 0 ||
	       strcmp(field->path, "spec/containers/*/id") == 0;
}

static void
every_field_has_an_effect_or_is_warned_of(void **state)
{
	json_t *described = kube_honours();
	const json_t *honours = json_object_get(described, "honours");
	const struct workload_field *field;
	int seen = 0;

	(void)state;
	for (size_t i = 0; (field = workload_field(i)); i++) {
		bool honoured = field_is_honoured(field, honours);

		if (field->form == FIELD_OBJECT || field->form == FIELD_MAP ||
		    field->form == FIELD_LIST || is_of_the_platform(field))
			continue;
		for (int k = PROFILE_MODULE; k < PROFILE_MANIFESTS; k++) {
			if (!(field->profiles & 1u << k))
				continue;
			seen++;
			if (has_effect(field, (enum workload_profile)k) != honoured)
				fail_msg("%s of %s %s", field->path,
					 workload_profile_name((enum workload_profile)k),
					 honoured ? "has no effect" : "has an effect");
		}
		if (!honoured &&
		    !json_object_get(json_object_get(described, "partly"), field->path))
			fail_msg("nothing is said of %s", field->path);
	}
	assert_true(seen > 200);
	json_decref(described);
}

static bool
is_field(const char *path)
{
	const struct workload_field *field;

	for (size_t i = 0; (field = workload_field(i)); i++)
		if (strcmp(field->path, path) == 0)
			return true;
	return false;
}

static void
what_is_honoured_are_fields(void **state)
{
	json_t *described = kube_honours(), *value;
	const char *key;
	size_t i;

	(void)state;
	assert_int_equal(json_array_size(json_object_get(described, "profiles")), 4);
	json_array_foreach(json_object_get(described, "honours"), i, value)
		assert_true(is_field(json_string_value(value)));
	json_object_foreach(json_object_get(described, "partly"), key, value)
		assert_true(is_field(key));
	assert_null(json_object_get(described, "one_container"));
	json_decref(described);
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
	json_t *from = parse_keeping(secretive);
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

/* What the one object of that kind is called; free() it. */
static char *
name_with_key(const json_t *from, const char *key, const char *kind)
{
	struct driver_deployment deployment = deployment_of(NULL, from);
	struct kube_objects objects;
	struct error err;
	char *name = NULL;

	assert_int_equal(try_to_make(&deployment, key, &objects, &err), 0);
	for (size_t i = 0; i < objects.count; i++) {
		const json_t *object = objects.items[i].object;

		if (strcmp(json_member_string(object, "kind"), kind) == 0)
			name = xstrdup(json_member_string(json_object_get(object, "metadata"),
							  "name"));
	}
	kube_objects_clear(&objects);
	assert_non_null(name);
	return name;
}

/* Who may list names, and has no key, learns nothing by trying one secret after the other. */
static void
the_name_of_a_secret_tells_nothing_without_the_key(void **state)
{
	static const char other[] = "X123456789abcdef0123456789abcdef";
	json_t *from = parse_keeping(secretive);
	char *secret = name_with_key(from, NAME_KEY, "Secret"),
	     *same = name_with_key(from, NAME_KEY, "Secret"),
	     *another = name_with_key(from, other, "Secret"),
	     *files = name_with_key(from, NAME_KEY, "ConfigMap"),
	     *same_files = name_with_key(from, other, "ConfigMap");

	(void)state;
	assert_string_equal(secret, same);
	assert_string_not_equal(secret, another);
	assert_string_equal(files, same_files);
	free(secret);
	free(same);
	free(another);
	free(files);
	free(same_files);
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

/* --- routes --- */

#define ROUTED(resources, more)                                                                   \
	"{'module': 'web', 'spec': {'containers': {'web': {'image': 'a:1'}}, " more               \
	"}, 'resources': {" resources "}}"
#define PORTS "'service': {'ports': {'http': {'service_port': 80, 'container_port': 8080}, "      \
	      "'admin': {'service_port': 9000}}}"

static void
routes_become_these(void **state)
{
	json_t *from = parse_keeping(ROUTED(
		"'route': {'host': 'a.example.org', 'path': '/', 'route': {'as': 'ingress', 'class': "
		"'nginx', 'port': 8080, 'tls_secret': 'cert', 'annotations': {'a/b': 'c'}}}, "
		"'Admin Route': {'host': 'b.example.org', 'path': '/x', 'route': {'as': 'httproute', "
		"'gateway': 'g', 'gateway_namespace': 'edge', 'section': 's', 'port': 'admin'}}, "
		"'db': {'host': 'db', 'port': 5432}", PORTS));

	(void)state;
	expect_file("routes", from);
	json_decref(from);
}

static void
a_route_without_its_port_is_refused(void **state)
{
#define ROUTE(port) "'r': {'host': 'a.org', 'path': '/', 'route': {'as': 'ingress'" port "}}"
	(void)state;
	expect_refused(ROUTED(ROUTE(""), PORTS), "The route r leads to no port");
	expect_refused(ROUTED(ROUTE(", 'port': 81"), PORTS), "The route r leads to no port");
	expect_refused(ROUTED(ROUTE(", 'port': 'other'"), PORTS), "The route r leads to no port");
	expect_refused(ROUTED(ROUTE(", 'port': {}"), PORTS), "The route r leads to no port");
	expect_refused(ROUTED(ROUTE(", 'port': 80"), "'replicas': 1"), "workload web");
#undef ROUTE
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
	json_t *workloads = sample_workloads(), *secrets = parse_keeping(secretive), *turned;
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
	json_t *from = parse_keeping(secretive), *before = template_of(from);

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		const char *at = strstr(secretive, changes[i].from);
		char *text;
		json_t *changed, *after;

		assert_non_null(at);
		text = xasprintf("%.*s%s%s", (int)(at - secretive), secretive, changes[i].to,
				 at + strlen(changes[i].from));
		changed = parse_keeping(text);
		after = template_of(changed);
		assert_int_equal(!json_equal(before, after), changes[i].restarts);
		json_decref(after);
		json_decref(changed);
		free(text);
	}
	json_decref(before);
	json_decref(from);
}

/* --- what only a privileged namespace lets in --- */

#define IN_CONTAINER(members) "{'module': 'web', 'spec': {'containers': {'web': {'image': 'a:1', "  \
	members "}}}}"
#define IN_SPEC(members) "{'module': 'web', 'spec': {'containers': {'web': {'image': 'a:1'}}, "    \
	members "}}"

static void
what_reaches_the_node_is_refused_by_name(void **state)
{
	static const struct {
		const char *workload, *member;
	} cases[] = {
		{IN_CONTAINER("'securityContext': {'privileged': true}"),
		 "containers.web.securityContext.privileged"},
		{IN_CONTAINER("'security_context': {'privileged': true}"),
		 "containers.web.securityContext.privileged"},
		{IN_CONTAINER("'securityContext': {'capabilities': {'add': ['CHOWN', 'SYS_ADMIN']}}"),
		 "containers.web.securityContext.capabilities.add"},
		{IN_CONTAINER("'securityContext': {'procMount': 'Unmasked'}"),
		 "containers.web.securityContext.procMount"},
		{IN_CONTAINER("'securityContext': {'seccompProfile': {'type': 'Unconfined'}}"),
		 "containers.web.securityContext.seccompProfile.type"},
		{IN_CONTAINER("'securityContext': {'seccompProfile': {'type': 1}}"),
		 "containers.web.securityContext.seccompProfile.type"},
		{IN_CONTAINER("'lifecycle': {'preStop': {'httpGet': {'host': '192.0.2.1'}}}"),
		 "containers.web.lifecycle.preStop.httpGet.host"},
		{IN_SPEC("'pod': {'securityContext': {'sysctls': [{'name': 'kernel.msgmax'}]}}"),
		 "pod.securityContext.sysctls"},
		{IN_SPEC("'pod': {'securityContext': {'seLinuxOptions': {'type': 'spc_t'}}}"),
		 "pod.securityContext.seLinuxOptions.type"},
		{IN_SPEC("'pod': {'securityContext': {'windowsOptions': {'hostProcess': true}}}"),
		 "pod.securityContext.windowsOptions.hostProcess"},
		{IN_SPEC("'pod': {'securityContext': {'appArmorProfile': {'type': 'Unconfined'}}}"),
		 "pod.securityContext.appArmorProfile.type"},
		{IN_SPEC("'pod': {'annotations': "
			 "{'container.apparmor.security.beta.kubernetes.io/web': 'unconfined'}}"),
		 "annotations.container.apparmor.security.beta.kubernetes.io/web"},
		{IN_SPEC("'volumes': {'node': {'hostPath': {'path': '/'}}}"), "volumes.node.hostPath"},
		{IN_SPEC("'pod': {'volumes': [{'name': 'all', 'hostPath': {'path': '/'}}]}"),
		 "volumes.all.hostPath"},
		{"{'module': 'web', 'profile': 'humanitec/default-cronjob', 'spec': {'schedules': "
		 "{'a': {'schedule': '@daily'}}, 'containers': {'web': {'image': 'a:1', "
		 "'securityContext': {'privileged': true}}}}}",
		 "containers.web.securityContext.privileged"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *why = xasprintf("Workload web sets %s, which", cases[i].member);
		json_t *from = parse_keeping(cases[i].workload);
		char *made = text_of("1", from);	/* where it is let in */

		is_privileged = false;
		expect_refused(cases[i].workload, why);
		is_privileged = true;
		free(made);
		json_decref(from);
		free(why);
	}
}

/* What a spec cannot say is in no pod, whatever the namespace lets in. */
static void
the_network_of_the_node_is_for_nobody(void **state)
{
	json_t *from = parse_keeping(IN_SPEC("'pod': {'hostNetwork': true, 'hostPID': true, 'hostIPC': true, "
				     "'hostUsers': true, 'nodeName': 'a'}"));
	char *text = text_of("1", from);

	(void)state;
	assert_null(strstr(text, "host"));
	assert_null(strstr(text, "nodeName"));
	free(text);
	json_decref(from);
}

static void
what_stays_in_its_pod_is_let_in(void **state)
{
	json_t *from = parse_keeping(IN_CONTAINER(
		"'securityContext': {'privileged': false, 'capabilities': {'drop': ['ALL'], 'add': "
		"['NET_BIND_SERVICE']}, 'seccompProfile': {'type': 'RuntimeDefault'}, "
		"'seLinuxOptions': {'type': 'container_t'}, 'runAsUser': 0}"));
	char *text;

	(void)state;
	is_privileged = false;
	text = text_of("1", from);
	is_privileged = true;
	free(text);
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
	{WEB("'volumes': {}"), "'Deployment'", "'Service',"},
	/* An autoscaler may own the number of one that asks for none. */
	{WEB("'volumes': {}"), "'Deployment'", "'replicas'"},
	{"{'module': 'web', 'replicas': 3, 'spec': {'containers': {'web': {'image': 'a:1'}}}}",
	 "'replicas': 3", NULL},
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
	 "'a:1'}}}}", "'Deployment'", "'progressDeadlineSeconds'"},
	/* What we do not say the cluster says, and keeps when we say another. */
	{WEB("'replicas': 1"), "'strategy': {'type': 'RollingUpdate', 'rollingUpdate': {'maxSurge': "
	 "'25%', 'maxUnavailable': '25%'}}", NULL},
	{WEB("'deployment': {'strategy': {'rollingUpdate': {'maxUnavailable': 0}}}"),
	 "'strategy': {'rollingUpdate': {'maxUnavailable': 0, 'maxSurge': '25%'}, 'type': "
	 "'RollingUpdate'}", NULL},
	{WEB("'deployment': {'strategy': {'type': 'Recreate'}}"), "'strategy': {'type': 'Recreate'}",
	 "'rollingUpdate'"},
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
		json_t *from = parse_keeping(cases[i].workload);
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
		json_t *from = parse_keeping(text);
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
a_job_that_waits_is_not_waited_for(void **state)
{
	static const char *const jobs[] = {JOB("'job': {'suspend': true}"), JOB("'replicas': 0")};

	(void)state;
	for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
		json_t *from = parse_keeping(jobs[i]);
		struct kube_objects objects = make("1", from);

		assert_true(objects.items[objects.count - 1].is_workload);
		assert_int_equal(objects.items[objects.count - 1].success, KUBE_SUCCESS_STARTED);
		kube_objects_clear(&objects);
		json_decref(from);
	}
}

static void
nothing_is_made_of_what_is_held(void **state)
{
	json_t *from = parse_keeping("{'module': 'web', 'held': true, 'spec': {}}");
	struct kube_objects objects = make(NULL, from);

	(void)state;
	assert_int_equal(objects.count, 0);
	kube_objects_clear(&objects);
	json_decref(from);
}

static char *
name_of_workload(const char *deployment, const char *workload)
{
	json_t *from = parse_keeping(workload);
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

/* --- nothing from outside is trusted --- */

/* What may stand where something else belongs. */
static const char strange[] =
	"[null, true, false, -1, 0, 1, 70000, 99999999999, 1.5, '', 'x', '웹 ${a}', '/', '..', "
	"'$(A)', [], [null], [1], ['x'], [[]], [{}], [{'name': 'x'}], [{'name': 1, 'value': null}], "
	"{}, {'a': null}, {'': ''}, {'a': 1}, {'a': {}}, {'/a': {'value': 'x', 'id': 'x'}}, "
	"{'a': {'b': [{}]}}]";

struct strange_walk {
	json_t *whole;
	const json_t *values;
	size_t tried, made;
};

static void
try_it(struct strange_walk *walk)
{
	struct driver_deployment deployment = deployment_of("1", walk->whole);
	struct kube_objects objects;
	struct error err = {0};
	int ret = try_to_make(&deployment, NAME_KEY, &objects, &err);

	walk->tried++;
	if (ret == 0) {
		walk->made++;
		for (size_t i = 0; i < objects.count; i++) {
			const json_t *object = objects.items[i].object;
			const json_t *metadata = json_object_get(object, "metadata");
			const char *name = json_member_string(metadata, "name");

			assert_true(name && kube_name_is_valid(name));
			assert_non_null(json_member_string(object, "kind"));
			assert_non_null(json_member_string(metadata, "namespace"));
		}
		kube_objects_clear(&objects);
	} else {
		assert_int_equal(err.kind, ERROR_INPUT);
		assert_true(err.text[0] != '\0');
	}
}

/* Each value of it is replaced by each strange one, and then is again what it was. */
static void
replace_each(struct strange_walk *walk, json_t *at)
{
	const char **keys = xcalloc(json_object_size(at) + 1, sizeof(*keys)), *key;
	size_t count = 0, i, k;
	json_t *member, *value;

	json_object_foreach(at, key, member)
		keys[count++] = key;
	for (i = 0; i < count; i++) {
		char *copy = xstrdup(keys[i]);

		member = json_incref(json_object_get(at, copy));
		json_array_foreach(walk->values, k, value) {
			json_object_set_new(at, copy, json_deep_copy(value));
			try_it(walk);
		}
		json_object_set_new(at, copy, member);
		replace_each(walk, member);
		free(copy);
		keys[i] = NULL;
	}
	free(keys);
	for (i = 0; i < json_array_size(at); i++) {
		member = json_incref(json_array_get(at, i));
		json_array_foreach(walk->values, k, value) {
			json_array_set_new(at, i, json_deep_copy(value));
			try_it(walk);
		}
		json_array_set_new(at, i, member);
		replace_each(walk, member);
	}
}

static void
whatever_stands_in_a_spec_it_is_made_or_refused(void **state)
{
	json_t *values = parse_keeping(strange);

	(void)state;
	for (int i = PROFILE_MODULE; i < PROFILE_MANIFESTS; i++) {
		struct strange_walk walk = {.whole = whole_workload((enum workload_profile)i),
					    .values = values};

		/* All of a job's is in a cronjob, too. */
		replace_each(&walk, i == PROFILE_JOB ? json_object_get(json_object_get(
							walk.whole, "spec"), "job")
						     : json_object_get(walk.whole, "spec"));
		replace_each(&walk, json_object_get(walk.whole, "deploy"));
		replace_each(&walk, json_object_get(walk.whole, "volumes"));
		assert_true(walk.made > 0 && walk.made < walk.tried);
		json_decref(walk.whole);
	}
	json_decref(values);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sample_becomes_these),
		cmocka_unit_test(every_field_becomes_these),
		cmocka_unit_test(another_workload_of_that_name_becomes_these),
		cmocka_unit_test(every_field_has_an_effect_or_is_warned_of),
		cmocka_unit_test(what_is_honoured_are_fields),
		cmocka_unit_test(routes_become_these),
		cmocka_unit_test(a_route_without_its_port_is_refused),
		cmocka_unit_test(what_reaches_the_node_is_refused_by_name),
		cmocka_unit_test(the_network_of_the_node_is_for_nobody),
		cmocka_unit_test(what_stays_in_its_pod_is_let_in),
		cmocka_unit_test(a_secret_stands_in_a_secret_alone),
		cmocka_unit_test(the_name_of_a_secret_tells_nothing_without_the_key),
		cmocka_unit_test(a_secret_elsewhere_is_refused),
		cmocka_unit_test(the_same_workloads_are_the_same_bytes),
		cmocka_unit_test(what_a_pod_reads_restarts_it_when_it_changed),
		cmocka_unit_test(each_says_what_it_is_asked_for),
		cmocka_unit_test(what_cannot_be_made_is_refused_by_name),
		cmocka_unit_test(each_has_its_turn_and_its_success),
		cmocka_unit_test(a_job_that_waits_is_not_waited_for),
		cmocka_unit_test(nothing_is_made_of_what_is_held),
		cmocka_unit_test(a_job_is_called_after_what_it_runs_and_for_whom),
		cmocka_unit_test(a_cron_job_has_a_name_with_room_for_its_runs),
		cmocka_unit_test(whatever_stands_in_a_spec_it_is_made_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
