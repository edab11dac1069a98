/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a deployment makes of values and secrets: the process gets them, nothing else does.
 * Each test has a daemon of its own; its workloads are scripts that write what they got to
 * "files/told" where they work, which goes when they end.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/xmalloc.h"
#include "daemon.h"
#include "model/json.h"
#include "tests/patience.h"

#define APP "/orgs/acme/apps/shop"
#define ENV APP "/envs/production"
#define ZERO "00000000-0000-0000-0000-000000000000"

#define SECRET "tr0ub4dor&3-\"q\"-${x}"
#define SECRET_IN_JSON "tr0ub4dor&3-\\\"q\\\"-${x}"

static struct daemon here;

static const char import[] =
	"{\"organizations\":[{\"id\":\"acme\",\"env_types\":[{\"id\":\"development\"}],"
	"\"definitions\":[{\"id\":\"db\",\"type\":\"sqlite\",\"driver_type\":\"process/sqlite\","
	"\"driver_inputs\":{\"values\":{\"template\":\"${values.TEMPLATE}\"}},\"criteria\":[{}]}],"
	"\"applications\":[{\"id\":\"shop\",\"environments\":[{\"id\":\"production\","
	"\"name\":\"The shop\"},{\"id\":\"staging\"}]}]}]}";

/* Tells what it got, to the file and to its output; then it goes on or fails. */
static const char teller[] =
	"#!/bin/sh\n"
	"{ echo \"A=$A B=$B PIN=$PIN\"; cat files/etc/pin 2>/dev/null; } >told\n"
	"echo \"my pin is $PIN\"\n"
	"[ -z \"$FAIL\" ] || { echo \"failing with $PIN\" >&2; exit 3; }\n"
	"exec sleep 1000\n";

static int
start(void **state)
{
	(void)state;
	if (daemon_prepare(&here, import) != 0)
		return -1;
	daemon_add_image(&here, "teller", teller);
	daemon_add_template(&here, "t.sql", "CREATE TABLE t (x);\n");
	return daemon_start(&here) ? 0 : -1;
}

static int
stop(void **state)
{
	int status = daemon_stop(&here);	/* a sanitiser complains by it */

	(void)state;
	daemon_clear(&here);
	return status;
}

static json_t *
ask(const char *method, const char *path, const char *body, int status)
{
	json_t *answer = NULL;
	int got = daemon_ask(&here, method, path, body, &answer);

	if (got != status) {
		char *text = answer ? json_canonical(answer) : xstrdup("");

		fail_msg("%s %s %s: %d, not %d: %s", method, path, body ? body : "", got, status,
			 text);
	}
	return answer;
}

static void
expect(const char *method, const char *path, const char *body, int status)
{
	json_decref(ask(method, path, body, status));
}

static const char *externals = "";	/* of the one workload */

/* For a POST that deploys a set with the one workload "teller", whose container has these members;
 * free() it. */
static char *
request_of(const char *members, const char *more)
{
	char *body = xasprintf("{'modules':{'add':{'teller':{'profile':'humanitec/default-module',"
			       "'externals':{%s},'spec':{'containers':{'main':{'id':'main',"
			       "'image':'local/teller:1.0.0',%s}}}}}}}", externals, members);
	json_t *delta = ask("POST", APP "/deltas", body, 200);

	free(body);
	body = xasprintf("{'delta_id':'%s'%s}", json_member_string(delta, "id"), more);
	json_decref(delta);
	return body;
}

/* Deploys that; the deployment as it ended. */
static json_t *
deploy(const char *env, const char *members, const char *more)
{
	char *body = request_of(members, more), *path = xasprintf(APP "/envs/%s/deploys", env);
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	json_t *deployment;

	deployment = ask("POST", path, body, 201);
	free(body);
	body = xasprintf("%s/%s", path, json_member_string(deployment, "id"));
	while (strcmp(json_member_string(deployment, "status"), "pending") == 0 ||
	       strcmp(json_member_string(deployment, "status"), "in progress") == 0) {
		assert_true(clock_steady_ms() < until);
		json_decref(deployment);
		poll(NULL, 0, 10);
		deployment = ask("GET", body, NULL, 200);
	}
	free(body);
	free(path);
	return deployment;
}

static json_t *
errors_of(const char *env, const json_t *deployment)
{
	char *path = xasprintf(APP "/envs/%s/deploys/%s/errors", env,
			       json_member_string(deployment, "id"));
	json_t *errors = ask("GET", path, NULL, 200);

	free(path);
	return errors;
}

static void
deploy_well(const char *env, const char *members)
{
	json_t *deployment = deploy(env, members, "");

	if (strcmp(json_member_string(deployment, "status"), "succeeded") != 0) {
		json_t *errors = errors_of(env, deployment);

		fail_msg("%s: %s", members, json_canonical(errors));
	}
	json_decref(deployment);
}

/* The one error of a deployment that fails. */
static json_t *
deploy_badly(const char *members)
{
	json_t *deployment = deploy("production", members, ""), *errors, *error;

	assert_string_equal(json_member_string(deployment, "status"), "failed");
	errors = errors_of("production", deployment);
	assert_int_equal(json_array_size(errors), 1);
	error = json_incref(json_array_get(errors, 0));
	json_decref(errors);
	json_decref(deployment);
	return error;
}

static bool
file_holds(const char *path, const char *needle)
{
	FILE *file = fopen(path, "r");
	size_t length = strlen(needle), n;
	char bytes[8192];
	struct buf all;
	bool found;

	if (!file)
		return false;
	buf_init(&all, 256u << 20);
	while ((n = fread(bytes, 1, sizeof(bytes), file)) > 0)
		buf_append(&all, bytes, n);
	fclose(file);
	found = all.length >= length && memmem(all.data, all.length, needle, length) != NULL;
	buf_clear(&all);
	return found;
}

/* Some "told" below holds the text. */
static bool
is_told(const char *directory, const char *wanted)
{
	DIR *stream = opendir(directory);
	struct dirent *entry;
	bool told = false;

	while (stream && !told && (entry = readdir(stream))) {
		char *path = xasprintf("%s/%s", directory, entry->d_name);

		if (strcmp(entry->d_name, "told") == 0)
			told = file_holds(path, wanted);
		else if (entry->d_name[0] != '.' && entry->d_type == DT_DIR)
			told = is_told(path, wanted);
		free(path);
	}
	if (stream)
		closedir(stream);
	return told;
}

/* A workload without a probe is ready at once: what it writes comes a little later. */
static void
wait_told(const char *env, const char *wanted)
{
	char *space = xasprintf("%s/spaces/acme/shop/%s", here.state, env);
	int64_t until = clock_steady_ms() + PATIENCE_MS;

	while (!is_told(space, wanted)) {
		if (clock_steady_ms() > until)
			fail_msg("%s was not told \"%s\"", env, wanted);
		poll(NULL, 0, 10);
	}
	free(space);
}

static void
wait_logged(const char *wanted)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	bool found = false;

	while (!found) {
		json_t *log = ask("GET", ENV "/logs?workload_id=teller", NULL, 200);
		char *text = json_canonical(log);

		found = strstr(text, wanted) != NULL;
		if (!found && clock_steady_ms() > until)
			fail_msg("\"%s\" is not in %s", wanted, text);
		free(text);
		json_decref(log);
		poll(NULL, 0, 10);
	}
}

static void
make_secret(const char *level, const char *key, const char *text)
{
	char *path = xasprintf("%s/values", level);
	char *body = xasprintf(
		"{\"key\":\"%s\",\"value\":\"%s\",\"description\":null,\"is_secret\":true}", key,
		text);

	assert_int_equal(daemon_send(&here, "POST", path, body, NULL), 201);
	free(body);
	free(path);
}

/* --- searching --- */

/* Every file below, but for what was written for a workload that runs (.../files/...) or by it. */
static void
assert_nowhere(const char *directory, const char *needle)
{
	DIR *stream = opendir(directory);
	struct dirent *entry;

	assert_non_null(stream);
	while ((entry = readdir(stream))) {
		char *path = xasprintf("%s/%s", directory, entry->d_name);
		struct stat st;

		if (entry->d_name[0] != '.' &&
		    (here.pid == 0 || (strcmp(entry->d_name, "files") != 0 &&
				       strcmp(entry->d_name, "told") != 0)) &&
		    lstat(path, &st) == 0) {
			if (S_ISDIR(st.st_mode))
				assert_nowhere(path, needle);
			else if (S_ISREG(st.st_mode) && file_holds(path, needle))
				fail_msg("\"%s\" is in %s", needle, path);
		}
		free(path);
	}
	closedir(stream);
}

/* Reads whatever there is to be read, so that it is among the answers. */
static void
read_everything(void)
{
	static const char *const paths[] = {
		APP,
		APP "/values",
		ENV "/values",
		APP "/value-set-versions",
		ENV "/value-set-versions",
		APP "/value-set-versions/" ZERO,
		ENV "/value-set-versions/" ZERO,
		APP "/sets",
		APP "/deltas",
		APP "/envs",
		ENV,
		ENV "/deploys",
		ENV "/resources",
		ENV "/runtime",
		ENV "/logs",
		ENV "/logs?workload_id=teller&limit=1000",
		"/orgs/acme/resources/defs",
		"/orgs/acme/artefact-versions",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		(void)daemon_ask(&here, "GET", paths[i], NULL, NULL);
}

static void
assert_kept(const char *secret)
{
	char *images = xasprintf("%s/images", here.folder);

	if (here.pid)
		read_everything();
	assert_nowhere(here.state, secret);
	assert_false(file_holds(here.errors, secret));
	assert_false(file_holds(here.answers, secret));
	assert_nowhere(images, secret);
	free(images);
}

/* --- tests --- */

#define VARIABLES(more) "'variables':{" more "}"

static void
a_secret_reaches_its_process_and_nothing_else(void **state)
{
	static const char whole[] = "{\"key\":\"PIN\",\"value\":\"" SECRET_IN_JSON
				    "\",\"description\":\"of the safe\",\"is_secret\":true}";
	json_t *answer, *error;

	(void)state;
	/* Every way in. */
	assert_int_equal(daemon_send(&here, "POST", APP "/values", whole, &answer), 201);
	assert_string_equal(json_member_string(answer, "value"), "");
	assert_true(json_is_true(json_object_get(answer, "is_secret")));
	assert_non_null(json_member_string(answer, "secret_version"));
	json_decref(answer);
	assert_int_equal(daemon_send(&here, "POST", APP "/values", whole, NULL), 409);
	assert_int_equal(
		daemon_send(
			&here, "POST", ENV "/values",
			"{\"key\":\"PIN\",\"description\":\"\",\"secret_ref\":{\"value\":\"" SECRET_IN_JSON
			"\"}}",
			NULL),
		201);
	assert_int_equal(daemon_send(&here, "PUT", ENV "/values/PIN",
				     "{\"value\":\"" SECRET_IN_JSON "\",\"description\":\"again\"}",
				     &answer), 200);
	assert_string_equal(json_member_string(answer, "value"), "");
	json_decref(answer);
	assert_int_equal(daemon_send(&here, "PATCH", APP "/values/PIN",
				     "{\"secret_ref\":{\"value\":\"" SECRET_IN_JSON "\"}}", NULL),
			 200);
	/* Bodies that do not fit. */
	assert_int_equal(daemon_send(&here, "POST", APP "/values",
				     "{\"key\":\"X\",\"value\":\"" SECRET_IN_JSON, NULL), 422);
	assert_int_equal(daemon_send(&here, "POST", APP "/values",
				     "\"" SECRET_IN_JSON "\"", NULL), 422);
	assert_int_equal(daemon_send(&here, "POST", APP "/values",
				     "{\"key\":\"a b\",\"value\":\"" SECRET_IN_JSON
				     "\",\"description\":\"\"}", NULL), 400);
	assert_int_equal(
		daemon_send(&here, "POST", APP "/values",
			    "{\"key\":\"X\",\"description\":\"\",\"secret_ref\":\"" SECRET_IN_JSON
			    "\"}",
			    NULL),
		400);

	deploy_well("production", VARIABLES("'PIN':'${values.PIN}','A':'<${values.PIN}>'")
		    ",'files':{'/etc/pin':{'mode':'0600','value':'file ${values.PIN}!'}}");
	wait_told("production", "A=<" SECRET "> B= PIN=" SECRET "\nfile " SECRET "!");
	wait_logged("my pin is [secret]");
	assert_kept(SECRET);

	/* A workload that fails, and says why. */
	error = deploy_badly(VARIABLES("'PIN':'${values.PIN}','FAIL':'yes'")
			     ",'readiness_probe':{'type':'tcp','port':1}");
	assert_non_null(strstr(json_member_string(error, "message"), "failing with [secret]"));
	json_decref(error);
	assert_kept(SECRET);

	/* Places that are shown. */
	static const char *const shown[] = {
		"'readiness_probe':{'type':'${values.PIN}','port':80}",
		"'files':{'/etc/x':{'value':'','mode':'${values.PIN}'}}",
	};
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		error = deploy_badly(shown[i]);
		assert_string_equal(json_member_string(error, "object_id"), "teller");
		if (!strstr(json_member_string(error, "summary"), "variables and in files only"))
			fail_msg("%s: %s", shown[i], json_member_string(error, "summary"));
		json_decref(error);
	}
	/* History. */
	expect("POST", ENV "/value-set-versions/" ZERO "/restore", "{}", 200);
	expect("DELETE", ENV "/values", NULL, 204);
	assert_kept(SECRET);
	assert_int_equal(daemon_stop(&here), 0);
	assert_kept(SECRET);
}

static void
a_value_that_becomes_a_secret_stays_one(void **state)
{
	json_t *value, *version;
	char *first;

	(void)state;
	expect("POST", APP "/values", "{'key':'K','value':'open','description':''}", 201);
	value = ask("PUT", APP "/values/K",
		    "{'value':'closed-1','description':'','is_secret':true}", 200);
	assert_true(json_is_true(json_object_get(value, "is_secret")));
	first = xstrdup(json_member_string(value, "secret_version"));
	json_decref(value);
	value = ask("PUT", APP "/values/K",
		    "{'value':'closed-2','description':'','is_secret':false}", 200);
	assert_true(json_is_true(json_object_get(value, "is_secret")));
	assert_string_equal(json_member_string(value, "value"), "");
	assert_string_not_equal(json_member_string(value, "secret_version"), first);
	json_decref(value);
	/* The same secret once more is known by its version. */
	value = ask("PATCH", APP "/values/K", "{'value':'closed-1'}", 200);
	assert_string_equal(json_member_string(value, "secret_version"), first);
	json_decref(value);
	version = ask("GET", APP "/value-set-versions/" ZERO, NULL, 200);
	value = json_object_get(json_object_get(version, "values"), "K");
	assert_string_equal(json_member_string(value, "value"), "");
	json_decref(version);
	free(first);
	/* What an environment has in its place is secret without a word. */
	value = ask("POST", ENV "/values", "{'key':'K','value':'closed-3','description':''}", 201);
	assert_true(json_is_true(json_object_get(value, "is_secret")));
	assert_string_equal(json_member_string(value, "value"), "");
	json_decref(value);
	assert_kept("closed-3");
	assert_kept("closed-1");
	assert_kept("closed-2");
}

static char *
version_now(void)
{
	json_t *version = ask("GET", ENV "/value-set-versions/" ZERO, NULL, 200);
	char *id = xstrdup(json_member_string(version, "id"));

	json_decref(version);
	return id;
}

static void
a_deployment_has_the_values_of_its_version(void **state)
{
	static const char members[] =
		VARIABLES("'A':'${values.A}','B':'${values.B}','PIN':'${values.PIN}'");
	char *old, *now, *more;
	json_t *deployment, *list, *error;

	(void)state;
	expect("POST", APP "/values", "{'key':'A','value':'1','description':''}", 201);
	expect("POST", APP "/values", "{'key':'B','value':'app','description':''}", 201);
	make_secret(APP, "PIN", "pin-one");
	old = version_now();
	expect("POST", ENV "/values", "{'key':'B','value':'env','description':''}", 201);
	expect("PUT", APP "/values/A", "{'value':'2','description':''}", 200);
	expect("PUT", APP "/values/PIN", "{'value':'pin-two','description':''}", 200);
	now = version_now();

	deployment = deploy("production", members, "");
	assert_string_equal(json_member_string(deployment, "value_set_version_id"), now);
	json_decref(deployment);
	wait_told("production", "A=2 B=env PIN=pin-two");

	more = xasprintf(",'value_set_version_id':'%s'", old);
	deployment = deploy("production", members, more);
	assert_string_equal(json_member_string(deployment, "status"), "succeeded");
	assert_string_equal(json_member_string(deployment, "value_set_version_id"), old);
	json_decref(deployment);
	wait_told("production", "A=1 B=app PIN=pin-one");

	/* Another environment of the same set has its own values. */
	deploy_well("staging", members);
	wait_told("staging", "A=2 B=app PIN=pin-two");

	/* The latest, said as null or as zero. */
	deployment = deploy("production", members, ",'value_set_version_id':'" ZERO "'");
	assert_string_equal(json_member_string(deployment, "value_set_version_id"), now);
	json_decref(deployment);
	deployment = deploy("production", members, ",'value_set_version_id':null");
	assert_string_equal(json_member_string(deployment, "value_set_version_id"), now);
	json_decref(deployment);
	list = ask("GET", ENV "/deploys", NULL, 200);
	assert_string_equal(json_member_string(json_array_get(list, 0), "value_set_version_id"),
			    now);
	json_decref(list);

	expect("POST", ENV "/deploys", "{'value_set_version_id':'nobody'}", 400);
	expect("POST", ENV "/deploys", "{'value_set_version_id':7}", 400);

	/* After a restart it still has those of its version. */
	deployment = deploy("production", members, more);
	json_decref(deployment);
	free(more);
	wait_told("production", "A=1 B=app PIN=pin-one");
	daemon_stop(&here);
	assert_true(daemon_start(&here));
	wait_told("production", "A=1 B=app PIN=pin-one");
	wait_told("staging", "A=2 B=app PIN=pin-two");

	/* A purged value cannot be deployed, and nothing takes its place. */
	more = xasprintf(APP "/value-set-versions/%s/purge/PIN", old);
	expect("POST", more, "{'comment':'leaked'}", 204);
	free(more);
	more = xasprintf(",'value_set_version_id':'%s'", old);
	deployment = deploy("production", members, more);
	assert_string_equal(json_member_string(deployment, "status"), "failed");
	list = errors_of("production", deployment);
	error = json_array_get(list, 0);
	assert_non_null(strstr(json_member_string(error, "summary"), "${values.PIN}"));
	assert_non_null(strstr(json_member_string(error, "summary"), "purged"));
	json_decref(list);
	json_decref(deployment);
	free(more);
	free(old);
	free(now);
}

static void
a_deployment_before_any_value_names_no_version(void **state)
{
	json_t *deployment = deploy("production", VARIABLES("'A':'a'"), "");

	(void)state;
	assert_true(json_is_null(json_object_get(deployment, "value_set_version_id")));
	json_decref(deployment);
}

static void
placeholders_name_their_context(void **state)
{
	static const char members[] =
		VARIABLES("'A':'${context.org.id}/${context.app.id}/${context.env.id}/"
			  "${context.env.type}/${context.env.name}',"
			  "'B':'${modules.teller.service.name} $\\\\{values.A}',"
			  "'PIN':'${context.deployment.id} ${context.set.id}'");
	json_t *deployment = deploy("production", members, "");
	char *ids = xasprintf("PIN=%s %s", json_member_string(deployment, "id"),
			      json_member_string(deployment, "set_id"));

	(void)state;
	wait_told("production",
		  "A=acme/shop/production/development/The shop B=localhost ${values.A}");
	wait_told("production", ids);
	free(ids);
	json_decref(deployment);
}

static void
an_unknown_placeholder_is_named_with_its_place(void **state)
{
	static const struct {
		const char *members, *words[3];
	} cases[] = {
		{"'variables':{'A/B':'x${values.NOBODY}'}",
		 {"workload teller", "/spec/containers/main/variables/A~1B", "${values.NOBODY}"}},
		{"'variables':{'A':'${externals.dns.host}'}",
		 {"workload teller", "/spec/containers/main/variables/A", "${externals.dns.host}"}},
		{"'files':{'/etc/x':{'value':'${modules.nobody.service.name}'}}",
		 {"workload teller", "/files/~1etc~1x/value", "${modules.nobody.service.name}"}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *error = deploy_badly(cases[i].members);

		assert_string_equal(json_member_string(error, "scope"), "workload");
		assert_string_equal(json_member_string(error, "object_id"), "teller");
		for (size_t k = 0; k < 3; k++)
			if (!strstr(json_member_string(error, "summary"), cases[i].words[k]))
				fail_msg("%s: %s", cases[i].members,
					 json_member_string(error, "summary"));
		json_decref(error);
	}
}

/* What can have a value nowhere is no deployment: nothing is made for it. */
static void
a_placeholder_that_means_nothing_is_refused_before_anything_is_made(void **state)
{
	static const struct {
		const char *members, *words[3];
	} cases[] = {
		{"'variables':{'A/B':'x${values.X'}",
		 {"workload teller: ", "/spec/containers/main/variables/A~1B",
		  "\"${values.X\" is not a well-formed placeholder"}},
		{"'variables':{'A':'${foo}'}",
		 {"workload teller: ", "/spec/containers/main/variables/A",
		  "the platform knows no placeholder ${foo}"}},
		{"'variables':{'A':'$${foo}'}",
		 {"workload teller: ", "/spec/containers/main/variables/A", "${foo}"}},
		{"'variables':{'A':'${context.nobody}'}",
		 {"workload teller: ", "/spec/containers/main/variables/A", "${context.nobody}"}},
		{"'files':{'/etc/x':{'value':'${}'}}",
		 {"workload teller: ", "/spec/containers/main/files/~1etc~1x/value", "\"${}\""}},
	};
	json_t *before = ask("GET", ENV "/deploys", NULL, 200), *after;

	(void)state;
	externals = "'db':{'type':'sqlite'}";
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *body = request_of(cases[i].members, "");
		json_t *answer = ask("POST", ENV "/deploys", body, 400);

		for (size_t k = 0; k < 3; k++)
			if (!strstr(json_member_string(answer, "message"), cases[i].words[k]))
				fail_msg("%s: %s", cases[i].members,
					 json_member_string(answer, "message"));
		json_decref(answer);
		free(body);
	}
	externals = "";
	after = ask("GET", ENV "/deploys", NULL, 200);
	assert_int_equal(json_array_size(after), json_array_size(before));
	json_decref(before);
	json_decref(after);
	/* Literals stay literal. */
	deploy_well("production", VARIABLES("'A':'$\\\\{foo}','B':'$5'") ",'args':['${foo}']");
	wait_told("production", "A=${foo}");
}

static void
a_resource_takes_values_but_no_secret(void **state)
{
	json_t *error;

	(void)state;
	externals = "'db':{'type':'sqlite'}";
	expect("POST", APP "/values", "{'key':'TEMPLATE','value':'t.sql','description':''}", 201);
	deploy_well("production",
		    VARIABLES("'A':'${externals.db.path}|','B':'${resources.db.path}|',"
			      "'PIN':'${modules.teller.externals.db.path}|'"));
	wait_told("production", "| B=/");
	wait_told("production", "| PIN=/");
	/* Its inputs and outputs are shown and stored in the open. */
	make_secret(ENV, "TEMPLATE", "t.sql");
	error = deploy_badly(VARIABLES("'A':'a'"));
	assert_string_equal(json_member_string(error, "scope"), "resource");
	if (!strstr(json_member_string(error, "summary"), "${values.TEMPLATE}") ||
	    !strstr(json_member_string(error, "summary"), "it is a secret"))
		fail_msg("%s", json_member_string(error, "summary"));
	json_decref(error);
	externals = "";
}

/* --- the key --- */

static void
rename_key(const char *from, const char *to)
{
	char *old = xasprintf("%s/%s", here.folder, from),
	     *new = xasprintf("%s/%s", here.folder, to);

	assert_int_equal(rename(old, new), 0);
	free(old);
	free(new);
}

static void
assert_refused(const char *words)
{
	char *log;

	assert_false(daemon_start(&here));
	log = daemon_read(&here, "stderr");
	if (!strstr(log, words))
		fail_msg("\"%s\" does not say \"%s\"", log, words);
	free(log);
	unlink(here.errors);
}

static void
a_state_with_secrets_needs_its_key(void **state)
{
	static const char members[] = VARIABLES("'PIN':'${values.PIN}'");
	char *key;
	FILE *file;

	(void)state;
	/* While nothing is sealed a lost key is no loss. */
	daemon_stop(&here);
	key = xasprintf("%s/secret.key", here.state);
	assert_int_equal(unlink(key), 0);
	assert_true(daemon_start(&here));
	make_secret(APP, "PIN", "pin-one");
	deploy_well("production", members);
	wait_told("production", "PIN=pin-one");
	daemon_stop(&here);
	unlink(here.errors);

	rename_key("state/secret.key", "moved.key");
	assert_refused("the key of the secrets in this state is not there");
	file = fopen(key, "w");
	for (int i = 0; i < 64; i++)
		fputc('7', file);
	fclose(file);
	chmod(key, 0644);
	assert_refused("others may read or change the key");
	chmod(key, 0600);
	assert_refused("sealed with another key");
	unlink(key);
	assert_int_equal(symlink("../moved.key", key), 0);
	assert_refused("the key cannot be read");
	unlink(key);
	free(key);

	/* From another file, and from a credential, it is the same key. */
	key = xasprintf("%s/moved.key", here.folder);
	here.arguments[0] = "--secret-key-file";
	here.arguments[1] = key;
	assert_true(daemon_start(&here));
	daemon_stop(&here);
	here.arguments[0] = here.arguments[1] = NULL;
	free(key);
	rename_key("moved.key", "sidestaged.key");
	key = xasprintf("CREDENTIALS_DIRECTORY=%s", here.folder);
	here.variables[0] = key;
	assert_true(daemon_start(&here));
	wait_told("production", "PIN=pin-one");
	daemon_stop(&here);
	here.variables[0] = NULL;
	free(key);
}

#define ALONE(test) cmocka_unit_test_setup_teardown(test, start, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ALONE(a_secret_reaches_its_process_and_nothing_else),
		ALONE(a_value_that_becomes_a_secret_stays_one),
		ALONE(a_deployment_has_the_values_of_its_version),
		ALONE(a_deployment_before_any_value_names_no_version),
		ALONE(placeholders_name_their_context),
		ALONE(an_unknown_placeholder_is_named_with_its_place),
		ALONE(a_placeholder_that_means_nothing_is_refused_before_anything_is_made),
		ALONE(a_resource_takes_values_but_no_secret),
		ALONE(a_state_with_secrets_needs_its_key),
	};

	return cmocka_run_group_tests_name("secrets", tests, NULL, NULL);
}
