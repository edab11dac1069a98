/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Resources that need resources, and what becomes of them from deployment to deployment. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "tests/patience.h"
#include "serve.h"

#define DEFS ORG "/resources/defs"
#define WEB_WITH(more) WEB("web", "local/web:1.0.0", more)
#define DEF(id, type, driver, values)                                                              \
	"{'id': '" id "', 'name': 'N', 'type': '" type "', 'driver_type': '" driver                \
	"', 'driver_inputs': {'values': " values "}, 'criteria': [{}]}"
#define EVIL(type, driver, values)                                                                 \
	"{'id': 'evil', 'name': 'N', 'type': '" type "', 'driver_type': '" driver                  \
	"', 'driver_inputs': {'values': " values "}, 'criteria': [{'res_id': 'evil'}]}"
#define CONFIG DEF("a-config", "config", "static", "{'region': 'eu'}")
#define BUCKET                                                                                     \
	DEF("a-bucket", "bucket", "template",                                                      \
	    "{'templates': {'init': {'name': '${params.prefix}-${context.env.id}'}, 'files': {"    \
	    "'conf': 'region=${resources.config.outputs.region}'}, 'outputs': {'name': "    \
	    "'${init.name}', 'conf': '${files.conf}'}}}")

static struct serve serve;

static json_t *
ask(const char *method, const char *path, const char *body, int status)
{
	json_t *answer = NULL;
	int got = serve_ask(&serve, method, path, body, &answer);

	if (got != status)
		fail_msg("%s %s %s: %d, not %d: %s", method, path, body ? body : "", got, status,
			 answer ? json_canonical(answer) : "");
	return answer;
}

static void
expect(const char *method, const char *path, const char *body, int status)
{
	json_decref(ask(method, path, body, status));
}

/* The deployment as it ended. */
static json_t *
deploy(const char *delta, const char *wanted)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	char *body, *path;
	json_t *made;

	if (delta) {
		made = ask("POST", APP "/deltas", delta, 200);
		body = xasprintf("{'delta_id': '%s'}", json_member_string(made, "id"));
		json_decref(made);
	} else {
		body = xstrdup("{}");
	}
	made = ask("POST", ENV "/deploys", body, 201);
	path = xasprintf(ENV "/deploys/%s", json_member_string(made, "id"));
	while (strcmp(json_member_string(made, "status"), "pending") == 0 ||
	       strcmp(json_member_string(made, "status"), "in progress") == 0) {
		assert_true(clock_steady_ms() < until);
		json_decref(made);
		usleep(10000);
		made = ask("GET", path, NULL, 200);
	}
	if (strcmp(json_member_string(made, "status"), wanted) != 0) {
		free(path);
		path = xasprintf(ENV "/deploys/%s/errors", json_member_string(made, "id"));
		fail_msg("%s: %s", delta ? delta : "", json_canonical(ask("GET", path, NULL, 200)));
	}
	free(body);
	free(path);
	return made;
}

/* The one that is under way has ended. */
static void
deployments_end(void)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	bool active = true;

	while (active) {
		json_t *env = ask("GET", ENV, NULL, 200);
		const char *status = json_member_string(json_object_get(env, "last_deploy"),
							"status");

		active = strcmp(status, "pending") == 0 || strcmp(status, "in progress") == 0;
		json_decref(env);
		assert_true(clock_steady_ms() < until);
		if (active)
			usleep(10000);
	}
}

static void
deploy_well(const char *delta)
{
	json_decref(deploy(delta, "succeeded"));
}

/* What it says of why it failed; free() it. */
static char *
deploy_badly(const char *delta)
{
	json_t *made = deploy(delta, "failed");
	char *path = xasprintf(ENV "/deploys/%s/errors", json_member_string(made, "id")), *text;
	json_t *errors = ask("GET", path, NULL, 200);

	text = xasprintf("%s %s", json_member_string(json_array_get(errors, 0), "scope"),
			 json_member_string(json_array_get(errors, 0), "summary"));
	json_decref(errors);
	json_decref(made);
	free(path);
	return text;
}

/* The resource as on the wire, new; NULL: there is none. */
static json_t *
resource(const char *id, const char *type)
{
	json_t *all = ask("GET", ENV "/resources", NULL, 200), *one, *found = NULL;
	size_t i;

	json_array_foreach(all, i, one)
		if (strcmp(json_member_string(one, "res_id"), id) == 0 &&
		    strcmp(json_member_string(one, "type"), type) == 0)
			found = json_incref(one);
	json_decref(all);
	return found;
}

/* An output, or another member, of it; free() it. */
static char *
output(const char *id, const char *type, const char *name)
{
	json_t *one = resource(id, type);
	const char *text = json_member_string(json_object_get(one, "resource"), name);
	char *copy;

	assert_non_null(one);
	if (!text)
		text = json_member_string(one, name);
	copy = xstrdup(text ? text : "");
	json_decref(one);
	return copy;
}

static void
assert_told(const char *words)
{
	int port = serve_port(&serve, ENV, "modules.web.externals.dns");
	char *about = serve_fetch(port);

	if (!about || !strstr(about, words))
		fail_msg("\"%s\" is not in: %s", words, about ? about : "nothing");
	free(about);
}

/* It listens where it is told to, whether or not somebody is led there. */
#define THIEF                                                                                      \
	"'thief': {'profile': 'humanitec/default-module', 'externals': {'dns': {'type': 'dns'}},"   \
	" 'spec': {'containers': {'main': {'id': 'main', 'image': 'local/web:1.0.0',"               \
	" 'variables': {'PORT': '${externals.dns.listen}'}}}}}"

#define WITH_BUCKET \
	"{'modules': {'add': {" WEB_WITH( \
		", 'BUCKET': '${shared.b.name}', 'CONF': '${shared.b.conf}'") "}}, 'shared': [{'op': 'add', 'path': '/b', 'value': {'type': 'bucket', 'params': " \
									      "{'prefix': 'x'}}}]}"

static void
resource_is_made_after_what_it_needs(void **state)
{
	json_t *made, *graph, *again, *nodes, *declared;
	char *path, *body;

	(void)state;
	expect("POST", DEFS, CONFIG, 200);
	expect("POST", DEFS, BUCKET, 200);
	made = deploy(WITH_BUCKET, "succeeded");
	assert_told("BUCKET=x-development");
	path = xasprintf(ENV "/resources/graphs/%s",
			 json_member_string(made, "dependency_graph_id"));
	graph = ask("GET", path, NULL, 200);
	nodes = json_object_get(graph, "nodes");
	assert_int_equal(json_array_size(nodes), 3);
	for (size_t i = 0; i < 3; i++) {
		const json_t *node = json_array_get(nodes, i),
			     *needs = json_object_get(node, "depends_on");

		if (strcmp(json_member_string(node, "type"), "bucket") != 0) {
			assert_int_equal(json_array_size(needs), 0);
			continue;
		}
		assert_int_equal(json_array_size(needs), 1);
		assert_true(i > 0);
	}
	free(path);
	/* What a preview says is what the deployment did. */
	path = xasprintf(APP "/sets/%s/resources", json_member_string(made, "set_id"));
	declared = ask("GET", path, NULL, 200);
	body = json_dumps(declared, JSON_COMPACT);
	again = ask("POST", ENV "/resources/graphs", body, 200);
	assert_string_equal(json_member_string(again, "id"), json_member_string(graph, "id"));
	json_decref(ask("POST", ENV "/resources/graph", body, 200));
	free(body);
	free(path);
	json_decref(declared);
	json_decref(again);
	json_decref(graph);
	json_decref(made);
}

static void
changed_definition_makes_it_anew_at_the_next_deployment(void **state)
{
	char *before = output("shared.b", "bucket", "conf"),
	     *gu = output("shared.b", "bucket", "gu_res_id");
	char *after;

	(void)state;
	expect("PATCH", DEFS "/a-config", "{'driver_inputs': {'values': {'region': 'us'}}}", 200);
	/* Not by a restart: that runs what was deployed. */
	serve_stop(&serve);
	serve_start(&serve);
	serve_wait_replicas(&serve, ENV, "web", 1);
	after = output("shared.b", "bucket", "conf");
	assert_string_equal(before, after);
	free(after);
	deploy_well(NULL);
	after = output("shared.b", "bucket", "conf");
	assert_string_not_equal(before, after);
	assert_told(after);
	free(after);
	after = output("shared.b", "bucket", "gu_res_id");
	assert_string_equal(gu, after);
	free(after);
	free(gu);
	free(before);
}

/* The hash of what the set that runs would get now; free() it. */
static char *
hash_of_now(void)
{
	json_t *env = ask("GET", ENV, NULL, 200);
	char *path = xasprintf(APP "/sets/%s/resources",
			       json_member_string(json_object_get(env, "last_deploy"), "set_id"));
	json_t *declared = ask("GET", path, NULL, 200), *graph;
	char *body = json_dumps(declared, JSON_COMPACT), *hash;

	graph = ask("POST", ENV "/resources/graphs", body, 200);
	hash = xstrdup(json_member_string(graph, "hash"));
	json_decref(graph);
	free(body);
	json_decref(declared);
	free(path);
	json_decref(env);
	return hash;
}

static void
deployment_gets_the_resources_that_its_sender_looked_at(void **state)
{
	char *seen = hash_of_now(), *body = xasprintf("{'dependency_graph_hash': '%s'}", seen),
	     *now;
	json_t *before = ask("GET", ENV "/deploys", NULL, 200), *after, *refusal;

	(void)state;
	expect("PATCH", DEFS "/a-config", "{'driver_inputs': {'values': {'region': 'moon'}}}", 200);
	refusal = ask("POST", ENV "/deploys", body, 412);
	now = hash_of_now();
	assert_string_not_equal(seen, now);
	assert_string_equal(
		json_member_string(json_object_get(refusal, "details"), "dependency_graph_hash"),
		now);
	after = ask("GET", ENV "/deploys", NULL, 200);
	assert_int_equal(json_array_size(after), json_array_size(before));
	expect("PATCH", DEFS "/a-config", "{'driver_inputs': {'values': {'region': 'us'}}}", 200);
	json_decref(ask("POST", ENV "/deploys", body, 201));
	deployments_end();
	json_decref(refusal);
	json_decref(before);
	json_decref(after);
	free(now);
	free(body);
	free(seen);
}

static void
pinned_resource_stays_with_its_version(void **state)
{
	char *version = output("shared.b", "config", "def_version_id"), *body, *region;

	(void)state;
	body = xasprintf("{'target_def_version_id': '%s'}", version);
	expect("POST", ENV "/resources/config/shared.b/actions/pin", body, 200);
	expect("POST", ENV "/resources/config/shared.b/actions/pin",
	       "{'target_def_version_id': 'x'}", 400);
	expect("POST", ENV "/resources/config/shared.b/actions/pin", "{'target_def_version_id': 1}",
	       400);
	expect("POST", ENV "/resources/config/shared.nobody/actions/pin", body, 404);
	expect("PATCH", DEFS "/a-config", "{'driver_inputs': {'values': {'region': 'asia'}}}", 200);
	deploy_well(NULL);
	region = output("shared.b", "config", "region");
	assert_string_equal(region, "us");
	free(region);
	expect("POST", ENV "/resources/config.default/shared.b/actions/pin",
	       "{'target_def_version_id': null}", 200);
	deploy_well(NULL);
	region = output("shared.b", "config", "region");
	assert_string_equal(region, "asia");
	free(region);
	free(version);
	free(body);
}

static void
circle_is_named_and_what_runs_goes_on(void **state)
{
	char *why;

	(void)state;
	expect("POST", DEFS,
	       DEF("a-left", "acme/left", "static", "{'x': '${resources.acme/right.outputs.x}'}"), 200);
	expect("POST", DEFS,
	       DEF("a-right", "acme/right", "static", "{'x': '${resources.acme/left.outputs.x}'}"), 200);
	why = deploy_badly("{'shared': [{'op': 'add', 'path': '/l', 'value': {'type': 'acme/left'}}]}");
	if (!strstr(why, "shared.l (acme/left) -> shared.l (acme/right) -> shared.l") ||
	    strncmp(why, "resource", 8) != 0)
		fail_msg("%s", why);
	free(why);
	assert_told("BUCKET=x-development");
	expect("POST", ENV "/resources/graphs", "[{'id': 'shared.l', 'type': 'acme/left'}]", 400);
	expect("POST", ENV "/resources/graphs", "[{'id': 'shared.l', 'type': 'unheard-of'}]", 400);
	expect("POST", ENV "/resources/graphs", "[{'id': 'shared.l'}]", 400);
	expect("GET", ENV "/resources/graphs/none", NULL, 404);
}

static void
expect_said(int status, const char *definition, const char *said)
{
	json_t *answer = ask("POST", DEFS, definition, status);
	const char *message = json_member_string(answer, "message");

	if (!message || !strstr(message, said))
		fail_msg("%s: %s", definition, message ? message : "");
	json_decref(answer);
}

static void
unknown_driver_or_output_fails_by_name(void **state)
{
	char *why;

	(void)state;
	expect_said(400, DEF("a-cloud", "acme/cloud", "aws/s3", "{}"), "no driver \"aws/s3\"");
	expect_said(400, DEF("a-cloud", "acme/cloud", "process/s3", "{}"), "process/sqlite");
	expect_said(400, DEF("a-cloud", "postgres", "process/dns", "{}"),
		    "The driver \"process/dns\" makes resources of the type dns, not \"postgres\".");
	expect_said(400, DEF("a-cloud", "postgres", "kubernetes/ingress", "{}"), "route, dns");
	expect_said(400, DEF("a-cloud", "clout", "static", "{}"), "no resource type \"clout\"");
	expect_said(400, DEF("a-cloud", "postgress", "static", "{}"), "Did you mean \"postgres\"?");
	expect_said(400, DEF("a-cloud", "other/cloud", "static", "{}"), "written acme/NAME");
	expect_said(400, DEF("a-cloud", "k8s-cluster", "static", "{}"), "sidestage/machine");
	expect("POST", DEFS, DEF("a-cloud", "acme/cloud", "template", "{'templates': {}}"), 200);
	expect("PATCH", DEFS "/a-cloud", "{'driver_type': 'aws/s3'}", 400);
	expect("PUT", DEFS "/a-cloud", "{'name': 'N', 'driver_type': 'aws/s3'}", 400);
	expect("PATCH", DEFS "/a-cloud",
	       "{'driver_type': 'static', 'driver_inputs': {'values': {'x': '${resources.config.outputs.y}'}}}",
	       200);
	why = deploy_badly("{'shared': [{'op': 'add', 'path': '/c', 'value': {'type': 'acme/cloud'}}]}");
	if (!strstr(why, "${resources.config.outputs.y}"))
		fail_msg("%s", why);
	free(why);
	assert_null(resource("shared.c", "acme/cloud"));
	assert_null(resource("shared.c", "config"));
}

/* A definition, a criterion and a resource are held against their tables first. */
static void
odd_member_is_refused_by_its_name(void **state)
{
	static const struct {
		const char *method, *path, *body, *said;
	} cases[] = {
		{"PATCH", DEFS "/a-cloud", "{'driver_account': 7}", "\"driver_account\""},
		{"PATCH", DEFS "/a-cloud", "{'provision': []}", "\"provision\""},
		{"PATCH", DEFS "/a-cloud", "{'in_place_driver_change': 'yes'}",
		 "\"in_place_driver_change\""},
		{"PATCH", DEFS "/a-cloud", "{'driver_inputs': 7}", "\"driver_inputs\""},
		{"PATCH", DEFS "/a-cloud", "{'name': null}", "\"name\""},
		{"PUT", DEFS "/a-cloud", "{'driver_account': 'a'}", "\"name\""},
		{"PUT", DEFS "/a-cloud", "{'name': 'N', 'driver_type': ''}", "\"driver_type\""},
		{"PUT", DEFS "/a-cloud/criteria", "[{'class': 'odd'}, 7]", "criterion"},
		{"PUT", DEFS "/a-cloud/criteria", "[{'app_id': ['a']}]", "\"app_id\""},
		{"POST", ENV "/resources/graphs", "[{'id': 's', 'type': 't', 'class': 7}]", "class"},
		{"POST", ENV "/resources/graphs", "[{'id': 's', 'type': 't', 'resource': []}]", "s"},
		{"POST", ENV "/resources/graphs", "[{'id': '', 'type': 't'}]", "id"},
		{"POST", ENV "/resources/graphs", "[{'id': 's', 'type': 7}]", "type"},
		{"POST", ENV "/resources/graphs", "[7]", "type"},
	};
	json_t *before = ask("GET", DEFS "/a-cloud", NULL, 200), *answer;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *message;

		answer = ask(cases[i].method, cases[i].path, cases[i].body, 400);
		message = json_member_string(answer, "message");
		if (!message || !strstr(message, cases[i].said))
			fail_msg("%s %s: %s", cases[i].path, cases[i].body, message ? message : "");
		json_decref(answer);
	}
	expect("PUT", DEFS "/a-cloud/criteria", "[{'class': 'a'}, {'class': 'a'}]", 409);
	answer = ask("GET", DEFS "/a-cloud", NULL, 200);
	assert_true(json_equal(answer, before));
	json_decref(answer);
	json_decref(before);
}

/* What is null is taken away; what nobody can set stays as it is. */
static void
changed_definition_has_what_was_given(void **state)
{
	json_t *answer = ask("PATCH", DEFS "/a-cloud",
			     "{'driver_account': 'a', 'created_by': 'al', 'type': 'dns'}", 200);

	(void)state;
	assert_string_equal(json_member_string(answer, "driver_account"), "a");
	assert_string_not_equal(json_member_string(answer, "created_by"), "al");
	assert_string_equal(json_member_string(answer, "type"), "acme/cloud");
	assert_non_null(json_object_get(answer, "updated_at"));
	json_decref(answer);
	answer = ask("PATCH", DEFS "/a-cloud", "{'driver_account': null}", 200);
	assert_null(json_object_get(answer, "driver_account"));
	assert_non_null(json_object_get(answer, "driver_inputs"));
	json_decref(answer);
	answer = ask("PUT", DEFS "/a-cloud", "{'name': 'M'}", 200);
	assert_string_equal(json_member_string(answer, "name"), "M");
	assert_string_equal(json_member_string(answer, "driver_type"), "static");
	assert_null(json_object_get(answer, "driver_inputs"));
	assert_int_equal(json_array_size(json_object_get(answer, "criteria")), 1);
	json_decref(answer);
}

#define WITH_DB "{'shared': [{'op': 'add', 'path': '/db', 'value': {'type': 'sqlite'}}]}"

static void
failed_deployment_takes_its_new_resources_with_it(void **state)
{
	char *why = deploy_badly("{'modules': {'add': {" WEB(
		"bad", "local/web:1.0.0",
		", 'MODE': 'exit'") "}}, 'shared': [{'op': 'add', 'path': '/db', 'value': {'type': 'sqlite'}}]}");
	char *path = xasprintf("%s/state/spaces/acme/shop/development/resources/shared.db.sqlite",
			       serve.folder);

	(void)state;
	assert_non_null(strstr(why, "workload"));
	assert_null(resource("shared.db", "sqlite"));
	assert_null(resource("modules.bad.externals.dns", "dns"));
	assert_int_not_equal(access(path, F_OK), 0);
	assert_told("BUCKET=x-development");
	free(path);
	free(why);
}

static void
removed_resource_goes_after_the_deployment(void **state)
{
	char *path, *why;

	(void)state;
	deploy_well(WITH_DB);
	path = output("shared.db", "sqlite", "path");
	assert_int_equal(access(path, F_OK), 0);
	/* One that fails leaves it. */
	why = deploy_badly("{'modules': {'add': {" WEB("bad", "local/web:1.0.0", ", 'MODE': 'exit'")
			   "}}, 'shared': [{'op': 'remove', 'path': '/db'}]}");
	assert_int_equal(access(path, F_OK), 0);
	free(why);
	expect("DELETE", ENV "/resources/sqlite/shared.db", NULL, 409);
	expect("DELETE", ENV "/resources/sqlite/shared.nobody", NULL, 404);
	deploy_well("{'shared': [{'op': 'remove', 'path': '/db'}]}");
	assert_int_not_equal(access(path, F_OK), 0);
	assert_null(resource("shared.db", "sqlite"));
	free(path);
}

static void
detached_resource_is_left_alone_and_another_made(void **state)
{
	char *path, *other;

	(void)state;
	deploy_well(WITH_DB);
	path = output("shared.db", "sqlite", "path");
	expect("DELETE", ENV "/resources/sqlite/shared.db?detach=true", NULL, 204);
	assert_null(resource("shared.db", "sqlite"));
	deploy_well(NULL);
	other = output("shared.db", "sqlite", "path");
	assert_string_not_equal(path, other);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(access(other, F_OK), 0);
	free(path);
	free(other);
}

static void
another_driver_makes_another_resource(void **state)
{
	char *gu = output("shared.db", "sqlite", "gu_res_id"),
	     *path = output("shared.db", "sqlite", "path");
	char *other;

	(void)state;
	expect("PATCH", DEFS "/local-sqlite",
	       "{'driver_type': 'static', 'driver_inputs': {'values': {'path': '/elsewhere'}}}",
	       200);
	deploy_well(NULL);
	other = output("shared.db", "sqlite", "gu_res_id");
	assert_string_not_equal(gu, other);
	free(other);
	other = output("shared.db", "sqlite", "path");
	assert_string_equal(other, "/elsewhere");
	assert_int_not_equal(access(path, F_OK), 0);
	free(other);
	free(gu);
	free(path);
}

static void
resource_is_provisioned_with_another(void **state)
{
	json_t *graph, *nodes;

	(void)state;
	expect("POST", DEFS,
	       "{'id': 'a-queue', 'name': 'N', 'type': 'queue', 'driver_type': 'static', 'criteria': [{}],"
	       " 'provision': {'acme/policy#guard': {'is_dependent': true, 'match_dependents': false}}}",
	       200);
	expect("POST", DEFS, DEF("a-policy", "acme/policy", "static", "{}"), 200);
	graph = ask("POST", ENV "/resources/graphs", "[{'id': 'shared.q', 'type': 'queue'}]", 200);
	nodes = json_object_get(graph, "nodes");
	assert_int_equal(json_array_size(nodes), 2);
	assert_string_equal(json_member_string(json_array_get(nodes, 1), "id"), "guard");
	assert_string_equal(json_string_value(json_array_get(
				    json_object_get(json_array_get(nodes, 1), "depends_on"), 0)),
			    json_member_string(json_array_get(nodes, 0), "guresid"));
	json_decref(graph);
}

static void
secret_goes_through_a_resource_unseen(void **state)
{
	json_t *one;
	char *all;

	(void)state;
	expect("POST", APP "/values",
	       "{'key': 'PIN', 'value': 'tr0ub4dor', 'description': '', 'is_secret': true}", 201);
	expect("POST", DEFS,
	       DEF("a-account", "acme/account", "static", "{'user': 'u', 'pin': '${values.PIN}'}"), 200);
	deploy_well("{'modules': {'add': {"
		    WEB_WITH(", 'USER': '${shared.acc.user}', 'WORD': '${shared.acc.pin}'")
		    "}}, 'shared': [{'op': 'add', 'path': '/acc', 'value': {'type': 'acme/account'}}]}");
	assert_told("WORD=tr0ub4dor");
	one = resource("shared.acc", "acme/account");
	assert_string_equal(json_member_string(json_object_get(one, "resource"), "user"), "u");
	assert_null(json_object_get(json_object_get(one, "resource"), "pin"));
	assert_non_null(json_object_get(json_object_get(one, "secret_refs"), "pin"));
	json_decref(one);
	one = ask("GET", ENV "/resources", NULL, 200);
	all = json_canonical(one);
	assert_null(strstr(all, "tr0ub4dor"));
	free(all);
	json_decref(one);
}

static void
secret_of_a_definition_goes_in_and_never_out(void **state)
{
	static const char body[] =
		"{'id': 'a-vault', 'name': 'N', 'type': 'acme/vault', 'driver_type': 'static',"
		" 'driver_inputs': {'values': {'host': 'h'}, 'secrets': {'key': 'opensesame'}},"
		" 'criteria': [{}]}";
	json_t *made = ask("POST", DEFS, body, 200), *same, *other;
	char *text = json_canonical(made);

	(void)state;
	assert_null(strstr(text, "opensesame"));
	assert_non_null(strstr(text, "secrets/.key"));
	free(text);
	/* The version is the secret's as well; the same secret is the same version. */
	same = ask(
		"PATCH", DEFS "/a-vault",
		"{'driver_inputs': {'values': {'host': 'h'}, 'secret_refs': {'key': {'value': 'opensesame'}}}}",
		200);
	assert_string_equal(json_member_string(made, "active_version_id"),
			    json_member_string(same, "active_version_id"));
	deploy_well("{'modules': {'add': {" WEB_WITH(", 'KEY': '${shared.v.key}'")
		    "}}, 'shared': [{'op': 'add', 'path': '/v', 'value': {'type': 'acme/vault'}}]}");
	assert_told("KEY=opensesame");
	other = ask("PATCH", DEFS "/a-vault",
		    "{'driver_inputs': {'values': {'host': 'h'}, 'secrets':"
		    " {'key': 'swordfish'}}}",
		    200);
	assert_string_not_equal(json_member_string(other, "active_version_id"),
				json_member_string(same, "active_version_id"));
	/* A restart knows the one that was deployed. */
	serve_stop(&serve);
	serve_start(&serve);
	serve_wait_replicas(&serve, ENV, "web", 1);
	assert_told("KEY=opensesame");
	deploy_well(NULL);
	assert_told("KEY=swordfish");
	expect("PATCH", DEFS "/a-vault",
	       "{'driver_inputs': {'secret_refs': {'key': {'ref': 'x', 'store': 'y'}}}}", 400);
	expect("PATCH", DEFS "/a-vault", "{'driver_type': 'process/sqlite'}", 400);
	deploy_well(NULL);
	json_decref(made);
	json_decref(same);
	json_decref(other);
}

/* What a person with a token that may write definitions tries.  Each is refused by name when it is
 * written, and nothing of it is kept. */
static void
a_definition_makes_the_daemon_run_read_or_ask_nothing(void **state)
{
	static const struct {
		const char *body, *code;
	} bad[] = {
		{EVIL("sqlite", "process/sqlite", "{'template': '/etc/passwd'}"),
		 "template_unknown"},
		{EVIL("sqlite", "process/sqlite", "{'template': '../state/platform.db'}"),
		 "template_unknown"},
		/* The directory of the programs is none of templates. */
		{EVIL("sqlite", "process/sqlite", "{'template': 'local/web/1.0.0'}"),
		 "template_unknown"},
		{EVIL("sqlite", "process/sqlite", "{'command': ['/bin/sh', '-c', 'id']}"),
		 "resource_input_unknown"},
		{EVIL("dns", "process/dns", "{'host': '169.254.169.254'}"),
		 "resource_input_unknown"},
		{EVIL("dns", "process/dns", "{'port': 22}"), "resource_input_unknown"},
		{EVIL("acme/xx", "process/exec", "{}"), "driver_type_unknown"},
		{EVIL("acme/xx", "process/", "{}"), "driver_type_unknown"},
		{EVIL("acme/xx", "humanitec/terraform", "{'source': {'url': 'http://h/x.git'}}"),
		 "driver_type_unknown"},
		{EVIL("acme/xx", "humanitec/script", "{}"), "driver_type_unknown"},
		{EVIL("acme/xx", "template", "{'templates': ['init']}"),
		 "definition_without_templates"},
		{EVIL("acme/xx", "template", "{'templates': {'files': '/etc/passwd'}}"),
		 "template_not_object"},
		{EVIL("k8s-cluster", "humanitec/k8s-cluster", "{'loadbalancer': 'h'}"),
		 "driver_type_unknown"},
		{EVIL("k8s-cluster", "static", "{'kubeconfig': {'users': [{'user': "
		     "{'exec': {'command': '/bin/sh'}}}]}}"), "driver_type_unknown"},
		/* Nobody said that the daemon may go there. */
		{EVIL("k8s-cluster", "sidestage/kubernetes", "{'server': 'https://127.0.0.1:6443'}"),
		 "cluster_server_not_allowed"},
		{EVIL("k8s-cluster", "sidestage/kubernetes",
		      "{'server': 'https://metadata.example.org', 'ca': '-----BEGIN CERTIFICATE-----'}"),
		 "cluster_server_not_allowed"},
		{EVIL("k8s-cluster", "sidestage/machine", "{'images': '/'}"),
		 "resource_input_unknown"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		json_t *why = ask("POST", DEFS, bad[i].body, 400);
		const char *code = json_member_string(json_object_get(why, "details"), "code");

		if (!code || strcmp(code, bad[i].code) != 0)
			fail_msg("%s: %s", bad[i].body, json_canonical(why));
		json_decref(why);
		expect("GET", DEFS "/evil", NULL, 404);
	}
	/* Nor is what is there made into such. */
	expect("POST", DEFS, DEF("tame", "acme/tame", "static", "{'a': 'b'}"), 200);
	expect("PATCH", DEFS "/tame", "{'driver_type': 'process/exec'}", 400);
	expect("PATCH", DEFS "/tame", "{'driver_type': 'process/sqlite'}", 400);
	expect("PUT", DEFS "/tame", "{'name': 'N', 'driver_type': 'humanitec/script'}", 400);
	expect("DELETE", DEFS "/tame", NULL, 204);
}

/* One that nobody listens on now. */
static int
free_port(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	close(fd);
	return ntohs(address.sin_port);
}

/* A workload says that the name of its own is a definition's, with a port in it. */
static void
a_definition_opens_no_port_of_the_machine(void **state)
{
	int port = free_port(), theirs = serve_port(&serve, ENV, "modules.web.externals.dns"), now;
	int own = free_port();
	char *body = xasprintf("{'id': 'mine', 'name': 'N', 'type': 'dns', 'driver_type': 'static',"
			       " 'in_place_driver_change': true, 'driver_inputs': {'values': {'host': 'h',"
			       " 'port': %d, 'listen': %d}},"
			       " 'criteria': [{'res_id': 'modules.thief.externals.dns'}]}",
			       port, own);
	char *about;

	(void)state;
	expect("POST", DEFS, body, 200);
	deploy_well(ADD(THIEF));
	about = serve_fetch(port);
	assert_null(about);
	free(body);
	/* Nor one that another workload has: its visitors go on to it alone. */
	body = xasprintf("{'driver_inputs': {'values': {'host': 'h', 'port': %d, 'listen': %d}}}", theirs,
			 own);
	expect("PATCH", DEFS "/mine", body, 200);
	deploy_well(NULL);
	for (int i = 0; i < 20; i++)
		assert_told("KEY=swordfish");
	/* What the one driver made up is nothing to the next. */
	expect("PATCH", DEFS "/mine",
	       "{'driver_type': 'process/dns', 'driver_inputs': {'values': {}}}", 200);
	deploy_well(NULL);
	now = serve_port(&serve, ENV, "modules.thief.externals.dns");
	assert_int_not_equal(now, theirs);
	assert_int_not_equal(now, port);
	for (int i = 0; i < 20; i++)
		assert_told("KEY=swordfish");
	deploy_well("{'modules': {'remove': ['thief']}}");
	assert_told("KEY=swordfish");
	free(body);
}

static int
make(void **state)
{
	(void)state;
	serve_make(&serve);
	return 0;
}

static int
clear(void **state)
{
	(void)state;
	serve_clear(&serve);
	return 0;
}

int
main(void)
{
	/* One environment's life: each begins with what the one before left. */
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(resource_is_made_after_what_it_needs),
		cmocka_unit_test(changed_definition_makes_it_anew_at_the_next_deployment),
		cmocka_unit_test(deployment_gets_the_resources_that_its_sender_looked_at),
		cmocka_unit_test(pinned_resource_stays_with_its_version),
		cmocka_unit_test(circle_is_named_and_what_runs_goes_on),
		cmocka_unit_test(unknown_driver_or_output_fails_by_name),
		cmocka_unit_test(odd_member_is_refused_by_its_name),
		cmocka_unit_test(changed_definition_has_what_was_given),
		cmocka_unit_test(failed_deployment_takes_its_new_resources_with_it),
		cmocka_unit_test(removed_resource_goes_after_the_deployment),
		cmocka_unit_test(detached_resource_is_left_alone_and_another_made),
		cmocka_unit_test(another_driver_makes_another_resource),
		cmocka_unit_test(resource_is_provisioned_with_another),
		cmocka_unit_test(secret_goes_through_a_resource_unseen),
		cmocka_unit_test(secret_of_a_definition_goes_in_and_never_out),
		cmocka_unit_test(a_definition_makes_the_daemon_run_read_or_ask_nothing),
		cmocka_unit_test(a_definition_opens_no_port_of_the_machine),
	};

	return cmocka_run_group_tests_name("graph", tests, make, clear);
}
