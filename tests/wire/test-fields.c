/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Every field that a workload may have, and every wrong form of it, is walked through a deployment
 * to this machine: it has an effect, or is named as one that has none, or is refused by name.  None
 * is silently ignored.
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
#include "base/xmalloc.h"
#include "daemon.h"
#include "model/json.h"
#include "model/pointer.h"
#include "model/workload-fields.h"
#include "../trusted/trusted.h"

#define APP "/orgs/acme/apps/shop"
#define ENV APP "/envs/dev"
#define IMAGE "local/sleep:1.0.0"

static struct daemon here;

static const char import[] =
	"{\"organizations\":[{\"id\":\"acme\",\"env_types\":[{\"id\":\"development\"}],"
	"\"definitions\":[{\"id\":\"machine\",\"type\":\"k8s-cluster\","
	"\"driver_type\":\"sidestage/machine\",\"criteria\":[{}]},"
	"{\"id\":\"dns\",\"type\":\"dns\",\"driver_type\":\"process/dns\",\"criteria\":[{}]}],"
	"\"applications\":[{\"id\":\"shop\",\"environments\":[{\"id\":\"dev\"}]}]}]}";

static int
start(void **state)
{
	(void)state;
	if (daemon_prepare(&here, import) != 0)
		return -1;
	daemon_add_image(&here, "sleep", "#!/bin/sh\nexec sleep ${1:-600}\n");
	return daemon_start(&here) ? 0 : -1;
}

static int
stop(void **state)
{
	int status = daemon_stop(&here);

	(void)state;
	daemon_clear(&here);
	return status;
}

/* --- workloads that have a field --- */

static json_t *
parse(const char *text)
{
	char *copy = xstrdup(text);
	json_t *value;

	for (char *c = copy; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	value = json_loads(copy, JSON_DECODE_ANY, NULL);
	if (!value)
		fail_msg("%s", text);
	free(copy);
	return value;
}

#define ASKED_BY(probe, type) \
	"{'spec': {'containers': {'c': {'image': '" IMAGE "', '" probe "_probe': {'type': '" type "', " \
	"'port': 80}}}}}"
#define ASKED(probe) ASKED_BY(probe, "http")

/* What goes with a field so that it makes sense; the longest beginning of its path counts. */
static const struct {
	const char *path, *module;
} companions[] = {
	{"", "{'spec': {'containers': {'c': {'image': '" IMAGE "'}}}, 'externals': {}}"},
	{"externals", "{'spec': {'containers': {'c': {'image': '" IMAGE "'}}}, 'externals': {'r': "
	 "{'type': 'dns'}}}"},
	{"spec/containers/*/startup_probe", "{'spec': {'containers': {'c': {'image': '" IMAGE "', "
	 "'startup_probe': {'type': 'command', 'command': ['/bin/true']}}}}}"},
	{"spec/containers/*/readiness_probe", "{'spec': {'containers': {'c': {'image': '" IMAGE "', "
	 "'readiness_probe': {'type': 'command', 'command': ['/bin/true']}}}}}"},
	{"spec/containers/*/startup_probe/path", ASKED("startup")},
	{"spec/containers/*/startup_probe/port", ASKED("startup")},
	{"spec/containers/*/startup_probe/headers", ASKED("startup")},
	{"spec/containers/*/startup_probe/service", ASKED_BY("startup", "grpc")},
	{"spec/containers/*/readiness_probe/path", ASKED("readiness")},
	{"spec/containers/*/readiness_probe/port", ASKED("readiness")},
	{"spec/containers/*/readiness_probe/headers", ASKED("readiness")},
	{"spec/containers/*/readiness_probe/service", ASKED_BY("readiness", "grpc")},
	{"spec/containers/*/liveness_probe/path", ASKED("liveness")},
	{"spec/containers/*/liveness_probe/port", ASKED("liveness")},
	{"spec/containers/*/liveness_probe/headers", ASKED("liveness")},
	{"spec/containers/*/liveness_probe/service", ASKED_BY("liveness", "grpc")},
	{"spec/containers/*/liveness_probe", "{'spec': {'containers': {'c': {'image': '" IMAGE "', "
	 "'liveness_probe': {'type': 'command', 'command': ['/bin/true']}}}}}"},
	{"spec/containers/*/files", "{'spec': {'containers': {'c': {'image': '" IMAGE "', "
	 "'files': {'/srv/f': {'value': 'x'}}}}}}"},
	{"spec/containers/*/volume_mounts", "{'spec': {'volumes': {'v': {}}, 'containers': {'c': "
	 "{'image': '" IMAGE "', 'volume_mounts': {'/srv/v': {'id': 'volumes.v'}}}}}}"},
	{"spec/service/ports", "{'spec': {'containers': {'c': {'image': '" IMAGE "'}}, 'service': "
	 "{'ports': {'www': {'service_port': 41231, 'container_port': 41232}}}}}"},
	{"spec/pod/initContainers", "{'spec': {'containers': {'c': {'image': '" IMAGE "'}}, 'pod': "
	 "{'initContainers': [{'name': 'i', 'image': '" IMAGE "', 'args': ['0'], "
	 "'env': [{'name': 'A', 'value': 'b'}]}]}}}"},
	{"spec/job", "{'spec': {'containers': {'c': {'image': '" IMAGE "', 'args': ['0']}}}}"},
	{"spec/cronjob", "{'spec': {'containers': {'c': {'image': '" IMAGE "'}}, 'schedules': "
	 "{'s': {'schedule': '@yearly'}}}}"},
	{"spec/schedules", "{'spec': {'containers': {'c': {'image': '" IMAGE "'}}, 'schedules': "
	 "{'s': {'schedule': '0 0 1 1 *'}}}}"},
};

/* Values where the usual one of the form makes no sense.  NULL: not to be run, since something
 * would have to answer; its own tests do that. */
static const struct {
	const char *path, *value;
} values[] = {
	{"externals/*/type", "'dns'"},
	{"externals/*/class", "'default'"},
	{"spec/containers/*/image", "'" IMAGE "'"},
	{"spec/containers/*/command", "['/bin/sleep', '600']"},
	{"spec/containers/*/args", "['600']"},
	{"spec/containers/*/files/*/mode", "'0640'"},
	{"spec/containers/*/volume_mounts/*/id", "'volumes.v'"},
	{"spec/containers/*/volume_mounts/*/sub_path", "''"},
	{"spec/containers/*/resources/limits/memory", "'512Mi'"},
	{"spec/containers/*/resources/requests/memory", "'64Mi'"},
	{"spec/containers/*/startup_probe/type", "'command'"},
	{"spec/containers/*/readiness_probe/type", "'command'"},
	{"spec/containers/*/liveness_probe/type", "'command'"},
	{"spec/containers/*/startup_probe/command", "['/bin/true']"},
	{"spec/containers/*/readiness_probe/command", "['/bin/true']"},
	{"spec/containers/*/liveness_probe/command", "['/bin/true']"},
	{"spec/schedules/*/schedule", "'@yearly'"},
	{"spec/schedules/*/containers/*/command", "['/bin/true']"},
	{"spec/cronjob/timeZone", "'Europe/Berlin'"},
	{"spec/pod/initContainers/*/image", "'" IMAGE "'"},
	{"spec/pod/initContainers/*/command", "['/bin/sleep']"},
	{"spec/pod/initContainers/*/args", "['0']"},
	{"spec/pod/initContainers/*/env/*/name", "'B'"},
	{"deploy/when", "'deploy'"},
	{"deploy/success", "'deploy'"},
	{"deploy/timeout", "30"},
	{"spec/deployment/progressDeadlineSeconds", "60"},
	{"spec/job/activeDeadlineSeconds", "60"},
	{"spec/containers/*/startup_probe/timeoutSeconds", "30"},
	{"spec/containers/*/startup_probe/failureThreshold", "60"},
	{"spec/containers/*/readiness_probe/timeoutSeconds", "30"},
	{"spec/containers/*/readiness_probe/failureThreshold", "60"},
	{"spec/containers/*/liveness_probe/timeoutSeconds", "30"},
	{"spec/containers/*/liveness_probe/failureThreshold", "60"},
};

static bool
begins(const char *path, const char *with)
{
	size_t length = strlen(with);

	return strncmp(path, with, length) == 0 &&
	       (length == 0 || path[length] == '\0' || path[length] == '/');
}

static json_t *
usual_value(const struct workload_field *field)
{
	static const char *const usual[FIELD_FORM_COUNT] = {
		[FIELD_ANY] = "{'x': 1}", [FIELD_TEXT] = "'x'", [FIELD_TEXTS] = "['x']",
		[FIELD_LABELS] = "{'a': 'b'}", [FIELD_SCALAR] = "'x'", [FIELD_COUNT] = "1",
		[FIELD_PORT] = "41233", [FIELD_FLAG] = "false", [FIELD_AMOUNT] = "1",
	};
	char word[32];

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (strcmp(values[i].path, field->path) == 0)
			return parse(values[i].value);
	if (field->form != FIELD_WORD)
		return usual[field->form] ? parse(usual[field->form]) : NULL;
	snprintf(word, sizeof(word), "%.*s", (int)strcspn(field->words, " "), field->words);
	return json_string(word);
}

/* What a "*" stands for below this member. */
static const char *
name_in(const char *parent)
{
	static const char *const names[][2] = {
		{"externals", "r"}, {"containers", "c"}, {"variables", "X"}, {"files", "/srv/f"}, {"ports", "www"},
		{"volume_mounts", "/srv/v"}, {"volumes", "v"}, {"schedules", "s"},
		{"limits", "ephemeral-storage"}, {"requests", "ephemeral-storage"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i][0], parent) == 0)
			return names[i][1];
	return "0";
}

/* Puts the value where the field is; where gets its JSON pointer. */
static void
put(json_t *module, const char *path, json_t *value, struct buf *where)
{
	char *copy = xstrdup(path), *rest = copy, *part;
	const char *parent = "";
	json_t *at = module;

	while ((part = strsep(&rest, "/"))) {
		const char *name = strcmp(part, "*") == 0 ? name_in(parent) : part;
		json_t *next;

		pointer_append(where, name);
		if (json_is_array(at)) {
			if (!rest)
				json_array_set(at, 0, value);
			at = json_array_get(at, 0);
			parent = part;
			continue;
		}
		if (!rest) {
			json_object_set(at, name, value);
			break;
		}
		next = json_object_get(at, name);
		if (!next) {
			next = json_object();
			json_object_set_new(at, name, next);
		}
		at = next;
		parent = part;
	}
	json_decref(value);
	free(copy);
}

static json_t *
make_module(const char *path, unsigned profiles)
{
	const char *text = companions[0].module;
	size_t longest = 0;
	json_t *module;

	for (size_t i = 0; i < sizeof(companions) / sizeof(companions[0]); i++)
		if (begins(path, companions[i].path) && strlen(companions[i].path) >= longest) {
			longest = strlen(companions[i].path);
			text = companions[i].module;
		}
	module = parse(text);
	for (int profile = PROFILE_UNKNOWN - 1; profile >= 0; profile--)
		if (profiles & (1u << profile))
			json_object_set_new(module, "profile",
					    json_string(workload_profile_name(
						    (enum workload_profile)profile)));
	if (!json_object_get(module, "externals"))
		json_object_set_new(module, "externals", json_object());
	return module;
}

/* --- asking --- */

static int
ask(const char *method, const char *path, json_t *body, json_t **answer)
{
	char *bytes = body ? json_dumps(body, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
	int status = daemon_send(&here, method, path, bytes, answer);

	free(bytes);
	json_decref(body);
	return status;
}

/* The id of a set of these modules; free() it.  Takes them. */
static char *
make_set(json_t *modules)
{
	json_t *answer = NULL;
	char *id;

	assert_int_equal(ask("POST", APP "/sets/0", json_pack("{s:{s:o}}", "modules", "add", modules),
			     &answer), 200);
	id = xstrdup(json_string_value(answer));
	json_decref(answer);
	return id;
}

static json_t *
honoured_here(void)
{
	json_t *platform = NULL, *honours;

	assert_int_equal(ask("GET", "/platform", NULL, &platform), 200);
	honours = json_incref(json_object_get(json_object_get(platform, "driver"), "honours"));
	json_decref(platform);
	return honours;
}

static bool
is_honoured(const json_t *honours, const char *path)
{
	const json_t *one;
	size_t i;

	if (!strchr(path, '/') || begins(path, "externals"))
		return true;		/* the platform's own */
	json_array_foreach(honours, i, one)
		if (begins(path, json_string_value(one)))
			return true;
	return false;
}

/* The workload's field at this pointer, or what it is in, is named in the warnings. */
static bool
is_warned(const json_t *warnings, const char *workload, const char *pointer)
{
	const json_t *warning;
	size_t i;

	json_array_foreach(warnings, i, warning)
		if (strcmp(json_member_string(warning, "workload"), workload) == 0 &&
		    begins(pointer, json_member_string(warning, "path")))
			return true;
	return false;
}

/* --- the walk --- */

struct walk {
	json_t *modules, *pointers;	/* {workload: module}, {workload: pointer of its field} */
	json_t *honoured;		/* {workload: true} */
};

static void
add_field(struct walk *walk, const struct workload_field *field, const json_t *honours)
{
	char *name = xasprintf("f%03zu", json_object_size(walk->modules));
	json_t *module = make_module(field->path, field->profiles);
	struct buf pointer;

	buf_init(&pointer, 1024);
	put(module, field->path, usual_value(field), &pointer);
	json_object_set_new(walk->modules, name, module);
	json_object_set_new(walk->pointers, name, json_string(buf_str(&pointer)));
	if (is_honoured(honours, field->path))
		json_object_set_new(walk->honoured, name, json_true());
	buf_clear(&pointer);
	free(name);
}

/* Of a whole there is nothing to say but by what is in it; and what objects of a cluster alone have
 * is refused here with their profile (tests/unit/test-workload.c). */
static bool
is_leaf(const struct workload_field *field)
{
	return field->profiles != 1u << PROFILE_MANIFESTS && field->form != FIELD_OBJECT &&
	       field->form != FIELD_MAP && field->form != FIELD_LIST && strcmp(field->path, "profile") != 0;
}

/* Needs something that answers; its own tests do that. */
static bool
needs_a_server(const char *path)
{
	static const char *const ends[] = {"_probe/path", "_probe/port", "_probe/headers",
					  "_probe/service"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (strstr(path, ends[i]))
			return true;
	return false;
}

static void
each_field_has_an_effect_or_is_named(void **state)
{
	struct walk walk = {json_object(), json_object(), json_object()};
	json_t *honours = honoured_here(), *warnings = NULL, *pointer;
	const struct workload_field *field;
	size_t warned = 0, silent = 0;
	const char *workload;
	char *set, *path;

	(void)state;
	for (size_t i = 0; (field = workload_field(i)); i++)
		if (is_leaf(field))
			add_field(&walk, field, honours);
	set = make_set(json_incref(walk.modules));
	path = xasprintf(APP "/sets/%s/warnings?env_id=dev", set);
	assert_int_equal(ask("GET", path, NULL, &warnings), 200);
	json_object_foreach(walk.pointers, workload, pointer) {
		const char *text = json_string_value(pointer);
		bool named = is_warned(warnings, workload, text);
		bool honoured = json_object_get(walk.honoured, workload);

		warned += named;
		silent += !named && !honoured;
		if (named == honoured)
			print_message("# %s: %s\n", text, named ? "honoured and warned of" : "silent");
		assert_true(named != honoured);
	}
	print_message("# %zu fields: %zu honoured, %zu warned of, %zu silent\n",
		      json_object_size(walk.modules), json_object_size(walk.honoured), warned,
		      silent);
	assert_true(json_object_size(walk.modules) >= 49);
	assert_int_equal(silent, 0);
	free(path);
	free(set);
	json_decref(warnings);
	json_decref(honours);
	json_decref(walk.honoured);
	json_decref(walk.pointers);
	json_decref(walk.modules);
}

/* Ends the deployment of these; its warnings.  Takes the modules. */
static json_t *
deploy(json_t *modules)
{
	char *set = make_set(modules), *path;
	json_t *deployment = NULL, *ended = NULL, *errors = NULL, *warnings;
	const char *status = "";

	assert_int_equal(ask("POST", ENV "/deploys", json_pack("{s:s}", "set_id", set), &deployment),
			 201);
	path = xasprintf(ENV "/deploys/%s?wait=30", json_member_string(deployment, "id"));
	for (int i = 0; i < 10 && strcmp(status, "succeeded") != 0 && strcmp(status, "failed") != 0; i++) {
		json_decref(ended);
		assert_int_equal(ask("GET", path, NULL, &ended), 200);
		status = json_member_string(ended, "status");
	}
	if (strcmp(status, "succeeded") != 0) {
		free(path);
		path = xasprintf(ENV "/deploys/%s/errors", json_member_string(deployment, "id"));
		assert_int_equal(ask("GET", path, NULL, &errors), 200);
		fail_msg("%s", json_dumps(errors, 0));
	}
	assert_true(json_equal(json_object_get(deployment, "warnings"),
			       json_object_get(ended, "warnings")));
	warnings = json_incref(json_object_get(ended, "warnings"));
	json_decref(ended);
	json_decref(deployment);
	free(path);
	free(set);
	return warnings;
}

/* In groups, since each is a process or two. */
static void
what_is_honoured_runs_and_the_deployment_names_the_rest(void **state)
{
	struct walk walk = {json_object(), json_object(), json_object()};
	json_t *honours = honoured_here();
	const struct workload_field *field;
	size_t ran = 0;

	(void)state;
	for (size_t i = 0; (field = workload_field(i)) || json_object_size(walk.modules) > 0; i++) {
		json_t *warnings, *pointer;
		const char *workload;

		if (field && is_leaf(field) && !needs_a_server(field->path))
			add_field(&walk, field, honours);
		if (json_object_size(walk.modules) < 40 && field)
			continue;
		ran += json_object_size(walk.modules);
		warnings = deploy(json_incref(walk.modules));
		json_object_foreach(walk.pointers, workload, pointer)
			assert_true(is_warned(warnings, workload, json_string_value(pointer)) !=
				    (json_object_get(walk.honoured, workload) != NULL));
		json_decref(warnings);
		json_object_clear(walk.modules);
		json_object_clear(walk.pointers);
		json_object_clear(walk.honoured);
	}
	print_message("# %zu fields deployed, each in a workload of its own\n", ran);
	json_decref(deploy(json_object()));
	json_decref(honours);
	json_decref(walk.honoured);
	json_decref(walk.pointers);
	json_decref(walk.modules);
}

/* --- wrong forms --- */

/* What a set itself is made of is refused when the set is made, the rest when it is deployed. */
static int
try_to_deploy(json_t *module, json_t **answer)
{
	json_t *deployment;
	int status = ask("POST", APP "/sets/0",
			 json_pack("{s:{s:{s:o}}}", "modules", "add", "w", module), answer);

	if (status != 200)
		return status;
	deployment = json_pack("{s:O}", "set_id", *answer);
	json_decref(*answer);
	*answer = NULL;
	return ask("POST", ENV "/deploys", deployment, answer);
}

/* By its name at least; below the spec by its whole place. */
static void
expect_refused(const struct workload_field *field, const char *wrong)
{
	json_t *module = make_module(field->path, field->profiles), *answer = NULL;
	const char *name = strrchr(field->path, '/'), *said;
	struct buf pointer;
	int status;

	buf_init(&pointer, 1024);
	put(module, field->path, parse(wrong), &pointer);
	name = strncmp(field->path, "spec/", 5) == 0 ? buf_str(&pointer)
	       : strcmp(field->path, "externals/*") == 0 ? "externals"
	       : name ? name + 1 : field->path;
	status = try_to_deploy(module, &answer);
	said = json_member_string(answer, "message");
	if (status != 400 || !said || !strstr(said, name))
		fail_msg("%s as %s: %d %s", buf_str(&pointer), wrong, status, said ? said : "");
	json_decref(answer);
	buf_clear(&pointer);
}

static void
each_wrong_form_is_refused_by_name(void **state)
{
	static const char *const wrong[FIELD_FORM_COUNT][8] = {
		[FIELD_OBJECT] = {"[]", "'x'", "7", "true"},
		[FIELD_MAP] = {"[]", "'x'", "7", "true"},
		[FIELD_LIST] = {"{}", "'x'", "7", "true"},
		[FIELD_TEXT] = {"7", "['x']", "{}", "true"},
		[FIELD_TEXTS] = {"'x'", "[1]", "{}", "[null]", "[['x']]", "true"},
		[FIELD_LABELS] = {"'x'", "['x']", "{'a': 1}", "{'a': null}", "true"},
		[FIELD_SCALAR] = {"{}", "[]", "['x']"},
		[FIELD_COUNT] = {"-1", "1.5", "'x'", "[]", "'1.5'", "2147483648", "'-1'", "true"},
		[FIELD_PORT] = {"0", "65536", "'x'", "{}", "-1", "80.5", "'99999'", "true"},
		[FIELD_FLAG] = {"'yes'", "1", "[]", "'true'"},
		[FIELD_AMOUNT] = {"'1 GB'", "[]", "-1", "'x'", "''", "'1KB'", "'-1'", "true"},
		[FIELD_WORD] = {"'nonsense'", "7", "[]", "''", "true"},
	};
	const struct workload_field *field;
	size_t fields = 0, forms = 0;

	(void)state;
	for (size_t i = 0; (field = workload_field(i)); i++) {
		fields += wrong[field->form][0] != NULL;
		for (size_t k = 0; k < 8 && wrong[field->form][k]; k++, forms++)
			expect_refused(field, wrong[field->form][k]);
	}
	print_message("# %zu wrong forms of %zu fields refused\n", forms, fields);
	assert_true(fields >= 49);
}

/* --- names that are none --- */

/* The warning of the field at this pointer, or of the whole that it is in, in a set of this module;
 * new reference.  Takes the module. */
static json_t *
warning_at(json_t *module, const char *pointer)
{
	char *set = make_set(json_pack("{s:o}", "w", module)), *path;
	json_t *warnings = NULL, *warning, *found = NULL;
	size_t i;

	path = xasprintf(APP "/sets/%s/warnings?env_id=dev", set);
	assert_int_equal(ask("GET", path, NULL, &warnings), 200);
	json_array_foreach(warnings, i, warning)
		if (!found && begins(pointer, json_member_string(warning, "path")))
			found = json_incref(warning);
	json_decref(warnings);
	free(path);
	free(set);
	return found;
}

/* What people choose themselves is no name of ours. */
static bool
is_named_by_us(const struct workload_field *field)
{
	return strcmp(field->path + strlen(field->path) - 1, "*") != 0 &&
	       strcmp(field->path, "spec") != 0 && strcmp(field->path, "profile") != 0 &&
	       strcmp(field->path, "externals/*/type") != 0;
}

/* Its last letter is missing: the field that was meant is told. */
static void
each_misspelt_name_is_named(void **state)
{
	const struct workload_field *field;
	size_t fields = 0, wholes = 0;

	(void)state;
	for (size_t i = 0; (field = workload_field(i)); i++) {
		char *path = xasprintf("%.*s", (int)strlen(field->path) - 1, field->path);
		const char *name = strrchr(field->path, '/'), *told;
		json_t *module = make_module(path, field->profiles), *warning;
		struct buf pointer;

		name = name ? name + 1 : field->path;
		if (!is_named_by_us(field) || strcmp(name, "os") == 0 || strcmp(name, "id") == 0 ||
		    strstr(field->path, "limits/") || strstr(field->path, "requests/")) {
			json_decref(module);
			free(path);
			continue;	/* too short for a guess, or any name does */
		}
		buf_init(&pointer, 1024);
		put(module, path, json_true(), &pointer);
		warning = warning_at(module, buf_str(&pointer));
		told = json_member_string(warning, "meant");
		if (!warning)
			fail_msg("%s: silent", buf_str(&pointer));
		/* Of a whole that has no effect, its members have none of their own. */
		if (strcmp(json_member_string(warning, "code"), "not-honoured") == 0)
			wholes++;
		else if (!told || strcmp(told, name) != 0)
			fail_msg("%s: %s was meant", buf_str(&pointer), told ? told : "nothing");
		fields++;
		json_decref(warning);
		buf_clear(&pointer);
		free(path);
	}
	print_message("# %zu misspelt names named, %zu of them in a whole that has no effect\n",
		      fields, wholes);
	assert_true(fields - wholes >= 49);
}

/* Wherever there are names, one that is none is named. */
static void
each_unknown_name_is_named(void **state)
{
	const struct workload_field *field;
	size_t places = 0;

	(void)state;
	for (size_t i = 0; (field = workload_field(i)); i++) {
		json_t *module, *warning;
		struct buf pointer;
		char *nonsense;

		if (field->form != FIELD_OBJECT)
			continue;
		nonsense = xasprintf("%s/nonsense", field->path);
		module = make_module(field->path, field->profiles);
		buf_init(&pointer, 1024);
		put(module, nonsense, json_true(), &pointer);
		warning = warning_at(module, buf_str(&pointer));
		if (!warning)
			fail_msg("%s", buf_str(&pointer));
		json_decref(warning);
		buf_clear(&pointer);
		free(nonsense);
		places++;
	}
	print_message("# an unknown name is named in %zu places\n", places);
	assert_true(places >= 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_field_has_an_effect_or_is_named),
		cmocka_unit_test(each_wrong_form_is_refused_by_name),
		cmocka_unit_test(each_unknown_name_is_named),
		cmocka_unit_test(each_misspelt_name_is_named),
		cmocka_unit_test(what_is_honoured_runs_and_the_deployment_names_the_rest),
	};

	if (daemon_is_trusting()) {
		puts("1..0 # SKIP this machine refuses namespaces, and without them less is honoured");
		return 0;
	}
	return cmocka_run_group_tests_name("fields", tests, start, stop);
}
