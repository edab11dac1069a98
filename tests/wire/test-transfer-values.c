/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Shared values that come from a file and go into one: by the daemon's --import, by
 * `sidestaged import` with a daemon and without, and by `sidestaged export`.
 */
#include "config.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "daemon.h"
#include "model/json.h"
#include "tests/patience.h"

#define APP "/orgs/acme/apps/shop"
#define PIN "tr0ub4dor-and-3"
#define OTHER_PIN "another-0ne-of-these"

static struct daemon here;

#define HEAD "{\"organizations\":[{\"id\":\"acme\",\"env_types\":[{\"id\":\"development\"}]," \
	     "\"applications\":[{\"id\":\"shop\","
#define TAIL "}]}]}"

static const char import[] = HEAD
	"\"values\":[{\"key\":\"LEVEL\",\"value\":\"info\",\"description\":\"How much is said\"},"
	"{\"key\":\"PIN\",\"secret\":true,\"value_from\":{\"file\":\"pin\"}}],"
	"\"environments\":[{\"id\":\"production\","
	"\"values\":[{\"key\":\"LEVEL\",\"value\":\"warning\"}],"
	"\"deployments\":[{\"set\":{\"modules\":{\"teller\":{\"profile\":\"humanitec/default-module\","
	"\"spec\":{\"containers\":{\"main\":{\"id\":\"main\",\"image\":\"local/teller:1.0.0\","
	"\"variables\":{\"LEVEL\":\"${values.LEVEL}\",\"PIN\":\"${values.PIN}\"}}}}}}}}]},"
	"{\"id\":\"staging\"}]" TAIL;

static const char teller[] =
	"#!/bin/sh\n"
	"[ \"$PIN\" = " PIN " ] && echo \"the pin is right, the level is $LEVEL\"\n"
	"exec sleep 1000\n";

static void
write_text(const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", here.folder, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	free(path);
}

static int
start(void **state)
{
	(void)state;
	if (daemon_prepare(&here, import) != 0)
		return -1;
	daemon_add_image(&here, "teller", teller);
	write_text("pin", PIN "\n");
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

/* `sidestaged WORDS`, in the folder; what it says is in the file "said". */
static int
sidestaged(const char *words)
{
	char *line = xasprintf("cd '%s' && '%s' %s >said 2>&1", here.folder, getenv("SIDESTAGED"),
			       words);
	int status = system(line);

	free(line);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool
file_has(const char *name, const char *wanted)
{
	char *text = daemon_read(&here, name);
	bool has = strstr(text, wanted) != NULL;

	free(text);
	return has;
}

static json_t *
value_of(const char *level, const char *key)
{
	char *path = xasprintf(APP "%s/values", level);
	json_t *list = NULL, *found = NULL, *value;
	size_t i;

	assert_int_equal(daemon_ask(&here, "GET", path, NULL, &list), 200);
	json_array_foreach(list, i, value)
		if (strcmp(json_member_string(value, "key"), key) == 0)
			found = json_incref(value);
	json_decref(list);
	free(path);
	return found;
}

static void
assert_member(json_t *object, const char *member, const char *wanted)
{
	assert_non_null(object);
	assert_string_equal(json_member_string(object, member), wanted);
	json_decref(object);
}

static void
what_a_file_declares_runs_with_the_values_of_the_same_file(void **state)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	json_t *env = NULL, *last;
	bool told = false;

	(void)state;
	while (!told && clock_steady_ms() < until) {
		json_t *logs = NULL;
		char *text;

		daemon_ask(&here, "GET", APP "/envs/production/logs", NULL, &logs);
		text = logs ? json_canonical(logs) : xstrdup("");
		told = strstr(text, "the pin is right, the level is warning") != NULL;
		free(text);
		json_decref(logs);
		if (!told)
			poll(NULL, 0, 20);
	}
	assert_true(told);
	assert_int_equal(daemon_ask(&here, "GET", APP "/envs/production", NULL, &env), 200);
	last = json_object_get(env, "last_deploy");
	assert_true(json_is_string(json_object_get(last, "value_set_version_id")));
	json_decref(env);
	assert_member(value_of("", "LEVEL"), "value", "info");
	assert_member(value_of("", "LEVEL"), "description", "How much is said");
	assert_member(value_of("", "PIN"), "value", "");
	assert_member(value_of("/envs/production", "LEVEL"), "source", "env");
	assert_member(value_of("/envs/staging", "LEVEL"), "source", "app");
}

static void
an_export_says_that_there_is_a_secret_and_not_what_it_is(void **state)
{
	(void)state;
	assert_int_equal(sidestaged("export --state state out.json"), 0);
	assert_true(file_has("out.json", "\"secret\": true"));
	assert_true(file_has("out.json", "\"value\": \"warning\""));
	assert_true(file_has("out.json", "\"description\": \"How much is said\""));
	assert_false(file_has("out.json", PIN));
}

static void
an_export_is_what_import_reads_and_secrets_stay_as_they_are(void **state)
{
	json_t *before = value_of("", "PIN"), *after;

	(void)state;
	assert_int_equal(sidestaged("export --state state out.json"), 0);
	assert_int_equal(sidestaged("import --state state out.json"), 0);
	assert_true(file_has("said", "shared values: 3;"));
	after = value_of("", "PIN");
	assert_true(json_equal(before, after));		/* also when it was changed last */
	json_decref(before);
	json_decref(after);
	/* Elsewhere nobody knows it, and nothing of the file is taken. */
	assert_int_equal(sidestaged("import --state elsewhere out.json"), 1);
	assert_true(file_has("said", "shared value PIN: This secret is not known yet"));
	assert_int_equal(sidestaged("export --state elsewhere"), 0);
	assert_false(file_has("said", "acme"));
}

static void
a_secret_comes_from_a_file_or_a_variable_of_whoever_imports(void **state)
{
	static const char file[] = HEAD
		"\"values\":[{\"key\":\"PIN\",\"value_from\":{\"variable\":\"SHOP_PIN\"}}],"
		"\"environments\":[{\"id\":\"staging\",\"values\":[{\"key\":\"TOKEN\",\"secret\":true,"
		"\"value_from\":{\"file\":\"pin\"}}]}]" TAIL;
	json_t *before = value_of("", "PIN"), *after, *token;

	(void)state;
	write_text("more.json", file);
	unsetenv("SHOP_PIN");
	assert_int_equal(sidestaged("import --state state more.json"), 1);
	assert_true(file_has("said", "the environment has no variable \"SHOP_PIN\""));
	assert_null(value_of("/envs/staging", "TOKEN"));
	setenv("SHOP_PIN", OTHER_PIN, 1);
	assert_int_equal(sidestaged("import --state state more.json"), 0);
	/* Nobody said "secret" again: it stays one. */
	after = value_of("", "PIN");
	assert_true(json_is_true(json_object_get(after, "is_secret")));
	assert_string_not_equal(json_member_string(before, "secret_version"),
				json_member_string(after, "secret_version"));
	/* The newline at the end of a file is none of the secret's: it is what PIN was. */
	token = value_of("/envs/staging", "TOKEN");
	assert_string_equal(json_member_string(token, "secret_version"),
			    json_member_string(before, "secret_version"));
	json_decref(before);
	json_decref(after);
	json_decref(token);
	/* The same without a daemon. */
	assert_int_equal(sidestaged("import --state alone more.json"), 0);
	assert_int_equal(sidestaged("export --state alone"), 0);
	assert_true(file_has("said", "\"secret\": true"));
	assert_false(file_has("said", PIN));
}

/* At its line; what will only have no effect is told as well, and taken. */
static void
a_field_of_a_wrong_form_is_a_fault_of_the_file(void **state)
{
	static const char head[] =
		"organizations:\n  - id: acme\n    env_types: [{id: development}]\n"
		"    applications:\n      - id: odd\n        environments:\n          - id: dev\n"
		"            type: development\n            deployments:\n              - set:\n"
		"                  modules:\n                    w:\n"
		"                      profile: humanitec/default-module\n"
		"                      spec:\n                        containers:\n"
		"                          c:\n                            image: local/x:1.0\n"
		"                            ";
	static const struct {
		const char *field, *said;
		int status;
	} cases[] = {
		{"liveness_probe: {type: http, port: 80, path: '${values.GREETING}'}",
		 "bad.yaml: organization acme: application odd: environment dev: w: /spec/containers/c/"
		 "liveness_probe/path: there is no shared value \"GREETING\"", 1},
		{"variables: {A: b}\n                      externals: {q: {type: s3}}",
		 "bad.yaml: warning: acme/odd/dev: resource modules.w.externals.q: no resource definition "
		 "serves type \"s3\", class \"default\"", 0},
		{"args: one", "bad.yaml:18: /organizations/0/applications/0/environments/0/deployments/0/"
			      "set/modules/w/spec/containers/c/args: w: /spec/containers/c/args must be a "
			      "list of strings", 1},
		{"variables: {A: }", "/variables/A must be a string, a number, true or false", 1},
		{"id: 7", "/id must be a string", 1},
		{"lifecycle: {}", "Imported: ", 0},
		{"lifecycle: {a: 1}", "c/lifecycle: warning: w: /spec/containers/c/lifecycle has no "
				      "effect: the driver process does not support it", 0},
		{"variables: {PW: 'a${b'}", "bad.yaml:18: /organizations/0/applications/0/environments/0/"
					    "deployments/0/set/modules/w/spec/containers/c/variables/"
					    "PW: w: /spec/containers/c/variables/PW: \"${b\" is not a "
					    "well-formed placeholder", 1},
		{"files: {etc/x: {value: a}}", "bad.yaml:13: /organizations/0/applications/0/environments/0/"
					       "deployments/0/set/modules/w: The file \"etc/x\" of "
					       "workload w must have an absolute path", 1},
		{"liveness_probe: {type: http, port: 80, path: x}", "must have a path that begins", 1},
		{"liveness_probe: {type: http, port: 80, path: '${context.env.id}'}", "Imported: ", 0},
		{"variables: {'A=B': x}", "\"A=B\" of workload w must have a name without '='", 1},
		{"variables: {A: b}\n                        replicas: 33",
		 "The replicas of \"w\" must be a number from 0 to 32.", 1},
		{"variables: {A: b}\n                    '../x':\n"
		 "                      profile: humanitec/default-module\n"
		 "                      spec: {containers: {c: {image: 'local/x:1.0'}}}",
		 "modules/..~1x: \"../x\" cannot be the name of a workload.", 1},
		{"variables: {A: b}\n                  shared: {s: {type: s3, parms: {}}}",
		 "shared/s/parms: warning: shared resources: /shared/s/parms has no effect: there is no "
		 "such field; did you mean \"params\"?", 0},
		{"args: ['a${b', '${HOME}']", "Imported: ", 0},
		{"variables: {A: '${externals.db.path}'}", "refers to a resource, workload or volume that "
							   "is not declared", 1},
		{"volume_mounts: {/data: {id: externals.v}}",
		 "/c/volume_mounts/~1data/id: w: /spec/containers/c/volume_mounts/~1data/id: externals.v "
		 "refers to a resource, workload or volume that is not declared", 1},
		{"variables: {A: '${externls.db.path}'}", "knows no placeholder ${externls.db.path}", 1},
		{"variables: {A: b}\n                          d:\n"
		 "                            image: local/x:1.0", "bad.yaml:16: /organizations/0/"
		 "applications/0/environments/0/deployments/0/set/modules/w/spec/containers: w: "
		 "/spec/containers must hold exactly one container: the driver process runs no others "
		 "beside it", 1},
		{"variables: {A: b}\n                        pod:\n"
		 "                          initContainers: [{name: i, image: 1.10}]",
		 "bad.yaml:20: /organizations/0/applications/0/environments/0/deployments/0/set/modules/w/"
		 "spec/pod/initContainers/0/image: The image \"1.10\"", 1},
		{"variables: {A: b}\n                        pod:\n"
		 "                          initContainers: [{name: i}]", "\"i\" has no image", 1},
		{"variabels: {A: 1}", "bad.yaml:18: /organizations/0/applications/0/environments/0/"
				      "deployments/0/set/modules/w/spec/containers/c/variabels: warning: "
				      "w: /spec/containers/c/variabels has no effect: there is no such field; "
				      "did you mean \"variables\"?", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *file = xasprintf("%s%s\n", head, cases[i].field), *said;

		write_text("bad.yaml", file);
		assert_int_equal(sidestaged("import --state state bad.yaml"), cases[i].status);
		said = daemon_read(&here, "said");
		if (!strstr(said, cases[i].said))
			fail_msg("%s: %s", cases[i].field, said);
		free(said);
		free(file);
	}
}

static void
a_value_that_makes_no_sense_is_a_fault_of_the_file(void **state)
{
	static const struct {
		const char *value, *why;
	} cases[] = {
		{"{\"key\":\"A B\",\"value\":\"x\"}", "/key: must be 1 to 200 letters"},
		{"{\"value\":\"x\"}", "lacks \"key\""},
		{"{\"key\":\"A\"}", "lacks \"value\""},
		{"{\"key\":\"A\",\"value\":7}", "/value: must be a string; put it in quotes"},
		{"{\"key\":\"A\",\"value\":\"x\",\"secret\":\"yes\"}", "/secret: must be true or false"},
		{"{\"key\":\"A\",\"value\":\"x\",\"value_from\":{\"file\":\"pin\"}}", "has both"},
		{"{\"key\":\"A\",\"value_from\":{}}", "either \"file\" or \"variable\""},
		{"{\"key\":\"A\",\"value_from\":{\"file\":\"pin\",\"variable\":\"B\"}}", "either \"file\""},
		{"{\"key\":\"A\",\"value_from\":{\"file\":\"missing\"}}", "missing: cannot be opened"},
		{"{\"key\":\"A\",\"value_from\":{\"file\":\"/dev/null\"}}", "not a regular file"},
		{"{\"key\":\"A\",\"value_from\":{\"file\":\"binary\"}}", "is not valid UTF-8 text"},
		{"{\"key\":\"A\",\"value\":\"x\"},{\"key\":\"A\",\"value\":\"y\"}", "is in the list twice"},
	};

	(void)state;
	write_text("binary", "\xff\xfe");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *file = xasprintf(HEAD "\"values\":[%s]" TAIL, cases[i].value);

		write_text("bad.json", file);
		assert_int_equal(sidestaged("import --state state bad.json"), 1);
		if (!file_has("said", cases[i].why) || !file_has("said", "nothing was changed"))
			fail_msg("%s: %s", cases[i].value, daemon_read(&here, "said"));
		free(file);
	}
	assert_null(value_of("", "A"));
}

#define DEFINITION(inputs)                                                            \
	"{\"organizations\":[{\"id\":\"acme\",\"definitions\":[{\"id\":\"db-of-it\"," \
	"\"type\":\"acme/vault\",\"driver_type\":\"static\",\"driver_inputs\":" inputs "}]}]}"
#define DEFINITION_PATH "/orgs/acme/resources/defs/db-of-it"

/* The name under which the secret "a" of the definition is known: equal for equal secrets. */
static char *
version_of_secret(void)
{
	json_t *definition = NULL, *a;
	char *version;

	assert_int_equal(daemon_ask(&here, "GET", DEFINITION_PATH, NULL, &definition), 200);
	assert_null(json_object_get(json_object_get(definition, "driver_inputs"), "secrets"));
	a = json_object_get(
		json_object_get(json_object_get(definition, "driver_inputs"), "secret_refs"), "a");
	version = xstrdup(json_member_string(a, "version"));
	json_decref(definition);
	return version;
}

/* As the route of definitions does. */
static void
secrets_of_definitions_are_sealed_and_kept(void **state)
{
	static const char *const same[] = {
		DEFINITION("{\"values\":{\"template\":\"t\"},\"secrets\":{\"a\":\"" PIN "\"}}"),
		DEFINITION("{\"secret_refs\":{\"a\":{\"value\":\"" PIN "\"}}}"),
		DEFINITION("{\"secret_refs\":{\"a\":{\"value_from\":{\"file\":\"pin\"}}}}"),
		DEFINITION("{\"secret_refs\":{\"a\":{\"store\":\"sidestaged\",\"ref\":\"x\"}}}"),
	};
	char *first = NULL, *line;

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		char *version;

		write_text("definition.json", same[i]);
		assert_int_equal(sidestaged("import --state state definition.json"), 0);
		version = version_of_secret();
		if (first)
			assert_string_equal(version, first);
		free(first);
		first = version;
	}
	free(first);
	assert_int_equal(sidestaged("export --state state out.json"), 0);
	assert_false(file_has("out.json", PIN));
	assert_int_equal(sidestaged("import --state state out.json"), 0);
	line = xasprintf("! grep -qF '" PIN "' '%s'/state/platform.db*", here.folder);
	assert_int_equal(system(line), 0);
	free(line);
}

static void
a_definition_whose_secrets_make_no_sense_is_refused(void **state)
{
	static const struct {
		const char *file, *why;
	} cases[] = {
		{DEFINITION("{\"secret_refs\":{\"b\":{\"ref\":\"x\"}}}"), "\"b\" of \"driver_inputs\" is not known"},
		{DEFINITION("{\"secret_refs\":{\"b\":{\"value_from\":{}}}}"), "either \"file\" or \"variable\""},
		{DEFINITION("{\"secret_refs\":[]}"), "must be objects"},
		{DEFINITION("{\"secrets\":{\"a\":\"x\"},\"secret_refs\":{\"a\":{\"value\":\"x\"}}}"), "not both"},
		{DEFINITION("{\"secret_refs\":{\"b\":{\"value_from\":{\"file\":\"none\"}}}}"),
		 "/driver_inputs/secret_refs/b/value_from: "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_text("bad.json", cases[i].file);
		assert_int_equal(sidestaged("import --state state bad.json"), 1);
		if (!file_has("said", cases[i].why))
			fail_msg("%s: %s", cases[i].file, daemon_read(&here, "said"));
	}
}

static char *
text_of_file(const char *path)
{
	char text[128] = "";
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return xstrdup(text);
}

#define DEFINITION_OF(members) \
	"{\"organizations\":[{\"id\":\"acme\",\"definitions\":[{\"id\":\"odd\"," members "}]}]}"
#define OF_SQLITE "\"type\":\"sqlite\",\"driver_type\":\"process/sqlite\""

/* All of them with their places, before anything is asked of a daemon. */
static void
a_definition_that_nothing_could_serve_is_a_fault_of_the_file(void **state)
{
	static const struct { const char *file, *said; int status; } cases[] = {
		{DEFINITION_OF("\"type\":\"sqlit\",\"driver_type\":\"process/sqlite\""),
		 "bad.json:1: /organizations/0/definitions/0: There is no resource type \"sqlit\".  Did "
		 "you mean \"sqlite\"?", 1},
		{DEFINITION_OF("\"type\":\"sqlite\",\"driver_type\":\"other/sqlite\""),
		 "This platform has no driver \"other/sqlite\"", 1},
		{DEFINITION_OF("\"type\":\"postgres\",\"driver_type\":\"process/dns\""),
		 "bad.json:1: /organizations/0/definitions/0: The driver \"process/dns\" makes resources "
		 "of the type dns, not \"postgres\".", 1},
		{DEFINITION_OF("\"type\":\"other/x\",\"driver_type\":\"process/sqlite\""),
		 "There is no resource type \"other/x\"", 1},
		{DEFINITION_OF(OF_SQLITE ",\"driver_input\":{}"),
		 "/driver_input: is not known here; did you mean \"driver_inputs\"?", 1},
		{DEFINITION_OF(OF_SQLITE ",\"criteria\":[{\"env_typ\":\"x\"}]"),
		 "/criteria/0/env_typ: is not known here; did you mean \"env_type\"?", 1},
		{DEFINITION_OF(OF_SQLITE ",\"criteria\":[{\"app_id\":7}]"), "must be a string", 1},
		{DEFINITION_OF(OF_SQLITE ",\"criteria\":[\"x\"]"), "must be an object", 1},
		{DEFINITION_OF(OF_SQLITE ",\"provision\":[]"), "/provision: must be an object", 1},
		{DEFINITION_OF(OF_SQLITE ",\"driver_account\":\"a\",\"created_by\":\"x\""),
		 "/driver_account: warning: has no effect", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_text("bad.json", cases[i].file);
		assert_int_equal(sidestaged("import --state state bad.json"), cases[i].status);
		if (!file_has("said", cases[i].said))
			fail_msg("%s: %s", cases[i].file, daemon_read(&here, "said"));
	}
}

#define SET_OF(members) \
	"{\"organizations\":[{\"id\":\"acme\",\n\"applications\":[{\"id\":\"shop\",\"environments\":" \
	"[{\"id\":\"dev\",\"type\":\"development\",\"deployments\":[{\"set\":{\n" members "}}]}]}]}]}"
#define OF_DEPLOYMENT "/organizations/0/applications/0/environments/0/deployments/0/set"

/* A workload below a misspelt key would not be there, and nobody would know. */
static void
a_set_has_no_members_that_nobody_knows(void **state)
{
	static const struct { const char *members, *said; } cases[] = {
		{"\"module\":{\"w\":{\"profile\":\"humanitec/default-module\",\"spec\":{}}}",
		 "bad.json:3: " OF_DEPLOYMENT "/module: is not known here; did you mean \"modules\"?"},
		{"\"modules\":{},\n\"shard\":{\"d\":{\"type\":\"sqlite\"}}",
		 "bad.json:4: " OF_DEPLOYMENT "/shard: is not known here; did you mean \"shared\"?"},
		{"\"modules\":{},\"foo\":1", "bad.json:3: " OF_DEPLOYMENT "/foo: is not known here"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = xasprintf(SET_OF("%s"), cases[i].members);

		write_text("bad.json", text);
		free(text);
		assert_int_equal(sidestaged("import --state state bad.json"), 1);
		if (!file_has("said", cases[i].said))
			fail_msg("%s: %s", cases[i].members, daemon_read(&here, "said"));
	}
}

/* A daemon has rights that whoever asks it may not have: it opens nothing for him. */
static void
a_daemon_opens_nothing_that_it_is_told(void **state)
{
	char *path = xasprintf("%s/sockets.secret", here.state), *secret = text_of_file(path), *line;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char reply[4096] = "";
	size_t used = 0;
	ssize_t n;

	(void)state;
	line = xasprintf("{\"secret\":\"%s\",\"command\":\"import\",\"file\":" HEAD
			 "\"values\":[{\"key\":\"STOLEN\",\"value_from\":{\"file\":"
			 "\"/etc/passwd\"}}]" TAIL "}\n",
			 secret);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/maintenance.sock", here.state);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(send(fd, line, strlen(line), 0), (ssize_t)strlen(line));
	while (used + 1 < sizeof(reply) &&
	       (n = recv(fd, reply + used, sizeof(reply) - 1 - used, 0)) > 0)
		used += (size_t)n;
	close(fd);
	free(line);
	free(secret);
	free(path);
	assert_non_null(strstr(reply, "was not read"));
	assert_null(value_of("", "STOLEN"));
}

/* Last: what was said, logged and answered until now. */
static void
no_secret_is_in_any_answer_or_log(void **state)
{
	char *errors = daemon_read(&here, "stderr"), *answers = daemon_read(&here, "answers");

	(void)state;
	assert_null(strstr(errors, PIN));
	assert_null(strstr(errors, OTHER_PIN));
	assert_null(strstr(answers, PIN));
	assert_null(strstr(answers, OTHER_PIN));
	free(errors);
	free(answers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_file_declares_runs_with_the_values_of_the_same_file),
		cmocka_unit_test(an_export_says_that_there_is_a_secret_and_not_what_it_is),
		cmocka_unit_test(an_export_is_what_import_reads_and_secrets_stay_as_they_are),
		cmocka_unit_test(a_secret_comes_from_a_file_or_a_variable_of_whoever_imports),
		cmocka_unit_test(a_field_of_a_wrong_form_is_a_fault_of_the_file),
		cmocka_unit_test(a_value_that_makes_no_sense_is_a_fault_of_the_file),
		cmocka_unit_test(secrets_of_definitions_are_sealed_and_kept),
		cmocka_unit_test(a_definition_whose_secrets_make_no_sense_is_refused),
		cmocka_unit_test(a_definition_that_nothing_could_serve_is_a_fault_of_the_file),
		cmocka_unit_test(a_set_has_no_members_that_nobody_knows),
		cmocka_unit_test(a_daemon_opens_nothing_that_it_is_told),
		cmocka_unit_test(no_secret_is_in_any_answer_or_log),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
