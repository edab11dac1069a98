/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Artefacts and their versions, and the rules that deploy them.  README §12 of the reference. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "serve.h"
#include "tests/patience.h"

static struct serve serve;

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

static const char *
text(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "";
}

static size_t
count_at(const char *path)
{
	json_t *list;
	size_t count;

	assert_int_equal(serve_ask(&serve, "GET", path, NULL, &list), 200);
	assert_true(json_is_array(list));
	count = json_array_size(list);
	json_decref(list);
	return count;
}

static json_t *
post(const char *body)
{
	json_t *version;

	assert_int_equal(serve_ask(&serve, "POST", ORG "/artefact-versions", body, &version), 200);
	return version;
}

static void
lists_are_filtered(void **state)
{
	json_t *version = post("{'type': 'container', 'name': 'acme/api', 'version': '1.0', 'ref':"
			       " 'refs/heads/main', 'commit': '0123abc', 'digest': 'sha256:00'}");
	char *versions, *one, *query;

	(void)state;
	json_decref(post("{'type': 'container', 'name': 'acme/api', 'version': '2.0'}"));
	assert_int_equal(count_at(ORG "/artefacts"), 3);
	assert_int_equal(count_at(ORG "/artefacts?name=acme/api"), 1);
	assert_int_equal(count_at(ORG "/artefacts?type=workload"), 0);
	assert_int_equal(count_at(ORG "/artefact-versions"), 6);
	assert_int_equal(count_at(ORG "/artefact-versions?name=acme/api"), 2);
	assert_int_equal(count_at(ORG "/artefact-versions?reference=acme/api:2.0"), 1);
	assert_int_equal(count_at(ORG "/artefact-versions?reference=acme/api:1.0@sha256:00"), 1);
	assert_int_equal(count_at(ORG "/artefact-versions?reference=acme/api:1.0@sha256:11"), 0);
	assert_int_equal(
		serve_ask(&serve, "GET", ORG "/artefact-versions?name=a&reference=b:1", NULL, NULL),
		400);
	versions = xasprintf(ORG "/artefacts/%s/versions", text(version, "artefact_id"));
	assert_int_equal(count_at(versions), 2);
	query = xasprintf("%s?limit=1", versions);
	assert_int_equal(count_at(query), 1);
	free(query);
	query = xasprintf("%s?limit=none", versions);
	assert_int_equal(serve_ask(&serve, "GET", query, NULL, NULL), 400);
	free(query);
	/* Archived: hidden, unless it is asked for; then with the others. */
	one = xasprintf("%s/%s", versions, text(version, "id"));
	json_decref(version);
	assert_int_equal(serve_ask(&serve, "PATCH", one, "{'archived': true}", &version), 200);
	assert_true(json_is_true(json_object_get(version, "archived")));
	json_decref(version);
	assert_int_equal(count_at(versions), 1);
	query = xasprintf("%s?archived=true", versions);
	assert_int_equal(count_at(query), 2);
	free(query);
	assert_int_equal(serve_ask(&serve, "PATCH", one, "{'archived': 1}", NULL), 400);
	free(one);
	free(versions);
}

static void
a_bad_version_is_refused(void **state)
{
	static const char *const bad[] = {
		"{'type': 'container'}", "{'name': 'a'}", "{'type': 'chart', 'name': 'a'}",
		"{'type': 'container', 'name': 'a', 'ref': 'main'}",
		"{'type': 'container', 'name': 'a', 'commit': 'HEAD'}",
		"{'type': 'workload', 'name': 'a'}",
		"{'type': 'workload', 'name': 'a', 'spec': {'apiVersion': 'v1'}}",
		"{'type': 7, 'name': 'a'}", "{'type': 'container', 'name': 7}",
		"{'type': 'container', 'name': 'a', 'version': 1.2}",
		"{'type': 'container', 'name': 'a', 'ref': ['refs/heads/main']}",
		"{'type': 'container', 'name': 'a', 'digest': 7}",
		"{'type': 'workload', 'name': 'a', 'spec': 'text'}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(serve_ask(&serve, "POST", ORG "/artefact-versions", bad[i], NULL),
				 400);
	/* Of another kind of repository the ref may be anything. */
	assert_int_equal(serve_ask(&serve, "POST", ORG "/artefact-versions?vcs=svn",
				   "{'type': 'container', 'name': 'acme/x', 'ref': 'trunk'}", NULL),
			 200);
	assert_int_equal(serve_ask(&serve, "POST", ORG "/artefact-versions?dry_run=true",
				   "{'type': 'container', 'name': 'acme/y'}", NULL), 204);
	assert_int_equal(count_at(ORG "/artefact-versions?name=acme/y"), 0);
	assert_int_equal(serve_ask(&serve, "GET", ORG "/artefact-versions/none", NULL, NULL), 400);
	assert_int_equal(serve_ask(&serve, "GET", ORG "/artefact-versions/"
				   "00000000-0000-0000-0000-000000000000", NULL, NULL), 404);
}

static void
what_was_posted_can_be_deleted_and_what_is_built_in_cannot(void **state)
{
	json_t *version = post("{'type': 'container', 'name': 'acme/api', 'version': '1.0'}"),
	       *list;
	char *path = xasprintf(ORG "/artefacts/%s", text(version, "artefact_id"));

	(void)state;
	json_decref(version);
	assert_int_equal(serve_ask(&serve, "DELETE", path, NULL, NULL), 204);
	assert_int_equal(serve_ask(&serve, "DELETE", path, NULL, NULL), 404);
	assert_int_equal(count_at(ORG "/artefacts?name=acme/api"), 0);
	free(path);
	assert_int_equal(
		serve_ask(&serve, "GET", ORG "/artefact-versions?name=local/web", NULL, &list),
		200);
	version = json_array_get(list, 0);
	path = xasprintf(ORG "/artefacts/%s", text(version, "artefact_id"));
	assert_int_equal(serve_ask(&serve, "DELETE", path, NULL, NULL), 403);
	free(path);
	path = xasprintf(ORG "/artefacts/%s/versions/%s", text(version, "artefact_id"),
			 text(version, "id"));
	assert_int_equal(serve_ask(&serve, "PATCH", path, "{'archived': true}", NULL), 403);
	free(path);
	json_decref(list);
	assert_int_equal(count_at(ORG "/artefact-versions?name=local/web"), 3);
}

static void
a_workload_is_kept_and_converted(void **state)
{
	json_t *version = post(
		"{'type': 'workload', 'name': 'hello', 'version': '1', 'image': 'local/web:1.0.0', 'spec': {"
		"'apiVersion': 'score.dev/v1b1', 'metadata': {'name': 'hello'}, 'containers': {'main': {"
		"'image': '.', 'variables': {'DB': '${resources.db.host}', 'ALL': '${resources.all.host}',"
		" 'KEY': '${resources.env.KEY}', 'API': '${resources.api.name}', 'ME': '${metadata.name}',"
		" 'RAW': '$${x}'}, 'files': [{'target': '/etc/a', 'content': 'x'}], 'readinessProbe': {"
		"'httpGet': {'path': '/ok', 'port': 80}}}}, 'service': {'ports': {'www': {'port': 80,"
		" 'targetPort': 8080}}}, 'resources': {'db': {'type': 'postgres'}, 'env': {'type':"
		" 'environment'}, 'api': {'type': 'service'}, 'all': {'type': 'dns', 'id':"
		" 'shared.edge'}}}}");
	char *path = xasprintf(ORG "/artefact-versions/%s/workload-spec", text(version, "id"));
	json_t *answer, *module, *container, *expected;

	(void)state;
	assert_string_equal(text(version, "type"), "workload");
	assert_null(json_object_get(version, "spec"));
	assert_null(json_object_get(version, "digest"));
	assert_int_equal(count_at(ORG "/artefact-versions?reference=hello:1"), 1);
	assert_int_equal(serve_ask(&serve, "GET", path, NULL, &answer), 200);
	assert_string_equal(text(answer, "apiVersion"), "score.dev/v1b1");
	json_decref(answer);
	free(path);
	path = xasprintf(ORG "/artefact-versions/%s/workload-deployment-set", text(version, "id"));
	assert_int_equal(serve_ask(&serve, "GET", path, NULL, &answer), 200);
	module = json_object_get(json_object_get(answer, "modules"), "hello");
	container = json_object_get(json_object_get(json_object_get(module, "spec"), "containers"),
				    "main");
	assert_string_equal(text(container, "image"), "local/web:1.0.0");
	expected = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "DB", "${externals.db.host}", "ALL",
			     "${shared.edge.host}", "KEY", "${values.KEY}", "API",
			     "${modules.api.service.name}", "ME", "hello", "RAW", "$\\{x}");
	assert_true(json_equal(json_object_get(container, "variables"), expected));
	json_decref(expected);
	assert_string_equal(
		text(json_object_get(json_object_get(container, "files"), "/etc/a"), "value"), "x");
	assert_string_equal(text(json_object_get(container, "readiness_probe"), "type"), "http");
	expected = json_pack("{s:{s:s}}", "edge", "type", "dns");
	assert_true(json_equal(json_object_get(answer, "shared"), expected));
	json_decref(expected);
	expected = json_pack("{s:{s:s}}", "db", "type", "postgres");
	assert_true(json_equal(json_object_get(module, "externals"), expected));
	json_decref(expected);
	json_decref(answer);
	json_decref(version);
	free(path);
	assert_int_equal(count_at(ORG "/artefacts?type=workload"), 1);
	/* A container has neither. */
	version = post("{'type': 'container', 'name': 'acme/api', 'version': '1.0'}");
	path = xasprintf(ORG "/artefact-versions/%s/workload-spec", text(version, "id"));
	assert_int_equal(serve_ask(&serve, "GET", path, NULL, NULL), 400);
	json_decref(version);
	free(path);
}

/* The specification with one more member of its only container, or (a path that begins with
 * "/") elsewhere. */
static json_t *
score_with(const char *at, const char *member)
{
	json_t *spec = json_pack("{s:s, s:{s:s}, s:{s:{s:s}}, s:{s:{s:s}}}", "apiVersion",
				 "score.dev/v1b1", "metadata", "name", "shop", "containers", "main",
				 "image", "acme/shop:1", "resources", "db", "type", "postgres");
	json_t *where = spec;
	char *path = xstrdup(at), *rest = path, *name;
	char *text = xasprintf("{%s}", member);
	json_t *more;

	for (char *c = text; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	more = json_loads(text, 0, NULL);
	assert_non_null(more);
	while ((name = strsep(&rest, "/")))
		where = *name ? json_object_get(where, name) : where;
	assert_int_equal(json_object_update(where, more), 0);
	json_decref(more);
	free(text);
	free(path);
	return json_pack("{s:s, s:s, s:s, s:o}", "type", "workload", "name", "shop", "version", "1",
			 "spec", spec);
}

/* The set that a request's workload becomes, or the sentence that refuses it; free() it.  Takes the
 * request. */
static char *
convert(json_t *request)
{
	char *body = json_dumps(request, 0), *path, *result;
	json_t *version = NULL, *set = NULL;
	int status = serve_ask(&serve, "POST", ORG "/artefact-versions", body, &version);

	if (status == 200) {
		path = xasprintf(ORG "/artefact-versions/%s/workload-deployment-set",
				 text(version, "id"));
		assert_int_equal(serve_ask(&serve, "GET", path, NULL, &set), 200);
		result = json_dumps(set, JSON_SORT_KEYS);
		free(path);
	} else {
		assert_int_equal(status, 400);
		result = xstrdup(text(version, "message"));
	}
	free(body);
	json_decref(set);
	json_decref(version);
	json_decref(request);
	return result;
}

static void
expect_score(const char *at, const char *member, const char *expected)
{
	char *result = convert(score_with(at, member)), *wanted = xstrdup(expected);

	for (char *c = wanted; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	if (!strstr(result, wanted))
		fail_msg("%s %s: %s", at, member, result);
	free(wanted);
	free(result);
}

/* Each part of a Score specification is in the set, or goes along so that it can be said that it
 * has no effect, or is refused by its place. */
static void
all_of_score_is_carried_or_refused_by_name(void **state)
{
	static const struct {
		const char *at, *member, *expected;
	} cases[] = {
		{"containers/main", "'resources': {'limits': {'cpu': '1'}}", "{'limits': {'cpu': '1'}}"},
		{"containers/main", "'livenessProbe': {'httpGet': {'path': '/x', 'port': 1, 'scheme': "
		 "'HTTPS', 'host': 'h', 'httpHeaders': [{'name': 'A', 'value': 'b'}]}, "
		 "'periodSeconds': 3}", "'liveness_probe': {'headers': {'A': 'b'}, 'host': 'h', 'path': "
		 "'/x', 'periodSeconds': 3, 'port': 1, 'scheme': 'HTTPS', 'type': 'http'}"},
		{"containers/main", "'readinessProbe': {'exec': {'command': ['a']}, 'httpGet': "
		 "{'port': 1}}", "'readiness_probe': {'exec': {'command': ['a']}, 'path': '/', 'port': 1"},
		{"containers/main", "'startupProbe': {'httpGet': {}}", "'startupProbe': {'httpGet': {}}"},
		{"containers/main", "'before': {}", "'before': {}"},
		{"containers/main", "'files': [{'target': '/a', 'content': 'x', 'mode': '0600'}]",
		 "'files': {'/a': {'mode': '0600', 'value': 'x'}}"},
		{"containers/main", "'volumes': {'/d': {'source': 'db', 'path': 'p', 'readOnly': true}}",
		 "{'/d': {'id': 'externals.db', 'read_only': true, 'sub_path': 'p'}}"},
		{"metadata", "'annotations': {'a/b': 'c'}, 'free': 1", "'annotations': {'a/b': 'c'}"},
		{"/", "'service': {'ports': {'www': {'port': 80, 'protocol': 'UDP'}}}",
		 "{'container_port': 80, 'protocol': 'UDP', 'service_port': 80}"},
		{"resources/db", "'class': 'large', 'id': 'x', 'metadata': {'annotations': {'a': 'b'}}, "
		 "'params': {'host': '${resources.db.host}', 'n': 3, 'me': ['$$ ${metadata.name}']}",
		 "'db': {'class': 'large', 'id': 'x', 'metadata': {'annotations': {'a': 'b'}}, 'params': "
		 "{'host': '${externals.db.host}', 'me': ['$ shop'], 'n': 3}, 'type': 'postgres'}"},
		/* Refused. */
		{"/", "'kind': 'x'", "/kind: Score has no such field here."},
		{"/", "'resources': []", "/resources must be an object"},
		{"/", "'service': 'x'", "/service must be an object"},
		{"/", "'service': {'port': 80}", "/service/port: Score has no such field here."},
		{"/", "'service': {'ports': {'www': {'port': 70000}}}", "/service/ports/www/port must be a port"},
		{"/", "'service': {'ports': {'www': {'prt': 80}}}", "/service/ports/www/prt: Score has no"},
		{"/", "'containers': {'main': 'x'}", "/containers/main must be an object"},
		{"/", "'containers': ['x']", "/containers must be an object"},
		{"metadata", "'annotations': {'a': 1}", "/metadata/annotations must be an object of strings"},
		{"containers/main", "'args': 'x'", "/containers/main/args must be a list of strings"},
		{"containers/main", "'variables': ['x']", "/containers/main/variables must be an object"},
		{"containers/main", "'variables': {'A': 1}", "The variable 'A' must be a string."},
		{"containers/main", "'files': 'x'", "/containers/main/files must be a list"},
		{"containers/main", "'files': [{'target': '/a', 'source': 'x'}]", "'source' names a file"},
		{"containers/main", "'files': [{'target': '/a', 'content': '', 'binaryContent': ''}]",
		 "/files/0/binaryContent: Score has no such field here."},
		{"containers/main", "'volumes': 'x'", "/containers/main/volumes must be a list"},
		{"containers/main", "'volumes': [{'target': '/a', 'source': 'db', 'sub': 'x'}]",
		 "/volumes/0/sub: Score has no such field here."},
		{"containers/main", "'volumes': [{'target': '/a', 'source': '${resources.v}'}]",
		 "no such resource is declared"},
		{"containers/main", "'livenessProbe': 'x'", "/livenessProbe must be an object"},
		{"containers/main", "'livenessProbe': {'httpGet': 7}", "/livenessProbe/httpGet must be an object"},
		{"containers/main", "'livenessProbe': {'httpGet': {'httpHeaders': [{'nam': 'x'}]}}",
		 "/httpHeaders/0/nam: Score has no such field here."},
		{"containers/main", "'readinessProbe': {'exec': {'command': 'x'}}",
		 "/readinessProbe/exec/command must be a list of strings"},
		{"resources/db", "'properties': {}", "/resources/db/properties: Score has no such field"},
		{"resources/db", "'params': []", "/resources/db/params must be an object"},
		{"resources/db", "'type': 'environment', 'params': {'a': 1}",
		 "/resources/db/params: Score has no such field here."},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect_score(cases[i].at, cases[i].member, cases[i].expected);
	print_message("# %zu parts of Score are carried or refused by name\n",
		      sizeof(cases) / sizeof(cases[0]));
}

/* A request changes its specification, or is told that it cannot. */
static void
a_request_overrides_its_specification(void **state)
{
	static const struct {
		const char *member, *expected;
	} cases[] = {
		{"'overrides': {'containers': {'main': {'image': 'acme/o:2'}}}", "'image': 'acme/o:2'"},
		{"'property_overrides': {'containers.main.image': 'acme/p:3', "
		 "'containers.main.variables.A': 'b'}", "'variables': {'A': 'b'}"},
		{"'property_overrides': {'containers.main.image': null}", "has no image"},
		{"'property_overrides': {'metadata.name.x': 1}", "metadata.name.x is not a path"},
		{"'property_overrides': {'': 1}", "is not a path of the specification"},
		{"'resource_type_aliases': {'postgres': 'mysql'}", "'type': 'mysql'"},
		{"'resource_type_aliases': {'postgres': 1}", "'postgres' must be a string"},
		{"'overrides': []", "'overrides' must be an object or null"},
		{"'extensions': {'apiVersion': 'humanitec.org/v1b1', 'profile': 'x'}",
		 "does not take 'extensions'"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *request = score_with("containers/main", "");
		char *text = xasprintf("{%s}", cases[i].member), *wanted = xstrdup(cases[i].expected);
		char *result;
		json_t *more;

		for (char *c = text; *c; c++)
			*c = *c == '\'' ? '"' : *c;
		for (char *c = wanted; *c; c++)
			*c = *c == '\'' ? '"' : *c;
		more = json_loads(text, 0, NULL);
		assert_non_null(more);
		json_object_update(request, more);
		json_decref(more);
		result = convert(request);
		if (!strstr(result, wanted))
			fail_msg("%s: %s", cases[i].member, result);
		free(result);
		free(wanted);
		free(text);
	}
}

/* Rules. */

static void
rules_are_made_changed_and_deleted(void **state)
{
	static const struct {
		const char *body;
		int status;
	} bad[] = {
		{"{}", 422}, {"{'type': 'delete'}", 422}, {"[]", 422}, {"", 422},
		{"{'type': 'update', 'active': 'yes'}", 422},
		{"{'type': 'update', 'artefacts_filter': [1]}", 422},
		{"{'type': 'update', 'update_to': 'commit'}", 422},
		{"{'type': 'update', 'match_ref': '('}", 400},
		{"{'type': 'update', 'match_ref': '(a)\\\\1'}", 400},
		{"{'type': 'update', 'match_ref': 'a', 'match': 'b'}", 400},
		{"{'type': 'update', 'artefacts_filter': ['a'], 'images_filter': ['b']}", 400},
	};
	static const char *const members[] = {
		"id",
		"active",
		"type",
		"images_filter",
		"artefacts_filter",
		"exclude_images_filter",
		"exclude_artefacts_filter",
		"update_to",
		"match",
		"match_ref",
		"created_at",
		"updated_at",
	};
	json_t *rule;
	char *path;

	(void)state;
	assert_int_equal(count_at(ENV "/rules"), 0);
	assert_int_equal(serve_ask(&serve, "POST", ENV "/rules", "{'type': 'update', 'match_ref':"
				   " '^refs/heads/main$'}", &rule), 201);
	assert_int_equal(json_object_size(rule), sizeof(members) / sizeof(members[0]));
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		assert_non_null(json_object_get(rule, members[i]));
	assert_true(json_is_true(json_object_get(rule, "active")));
	path = xasprintf(ENV "/rules/%s", text(rule, "id"));
	json_decref(rule);
	assert_int_equal(serve_ask(&serve, "POST", ENV "/rules", "{'type': 'update', 'match_ref':"
				   " '^refs/heads/main$'}", NULL), 409);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(serve_ask(&serve, "POST", ENV "/rules", bad[i].body, NULL),
				 bad[i].status);
		assert_int_equal(serve_ask(&serve, "PUT", path, bad[i].body, NULL), bad[i].status);
	}
	assert_int_equal(
		serve_ask(&serve, "PUT", path, "{'type': 'update', 'active': false}", &rule), 200);
	assert_true(json_is_false(json_object_get(rule, "active")));
	json_decref(rule);
	assert_int_equal(serve_ask(&serve, "GET", path, NULL, &rule), 200);
	assert_string_equal(text(rule, "match_ref"), "");
	json_decref(rule);
	assert_int_equal(count_at(ENV "/rules"), 1);
	assert_int_equal(serve_ask(&serve, "DELETE", path, NULL, NULL), 204);
	assert_int_equal(serve_ask(&serve, "DELETE", path, NULL, NULL), 404);
	assert_int_equal(serve_ask(&serve, "GET", path, NULL, NULL), 404);
	assert_int_equal(serve_ask(&serve, "PUT", path, "{'type': 'update'}", NULL), 404);
	free(path);
}

static char *
image_running(void)
{
	json_t *env, *deployment, *set, *spec;
	char *path, *image;

	assert_int_equal(serve_ask(&serve, "GET", ENV, NULL, &env), 200);
	deployment = json_object_get(env, "from_deploy");
	path = xasprintf(APP "/sets/%s", text(deployment, "set_id"));
	assert_int_equal(serve_ask(&serve, "GET", path, NULL, &set), 200);
	spec = json_object_get(json_object_get(json_object_get(set, "modules"), "job"), "spec");
	image = xstrdup(
		text(json_object_get(json_object_get(spec, "containers"), "main"), "image"));
	json_decref(set);
	json_decref(env);
	free(path);
	return image;
}

static void
wait_for_image(const char *wanted)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	bool same;

	do {
		char *image = image_running();

		same = strcmp(image, wanted) == 0;
		free(image);
		assert_true(clock_steady_ms() < until);
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	} while (!same);
}

static void
register_version(const char *version, const char *ref)
{
	char *body = xasprintf(
		"{'type': 'container', 'name': 'local/web', 'version': '%s', 'ref': '%s'}", version,
		ref);

	json_decref(post(body));
	free(body);
}

static void
an_active_rule_deploys_what_it_matches(void **state)
{
	json_t *rule, *deploys;
	char *path;

	(void)state;
	free(serve_deploy(&serve, ENV, ADD(WORKER("job", "local/web:1.0.0", "") ", "
					   WORKER("other", "local/worker:1.0.0", ""))));
	assert_int_equal(serve_ask(&serve, "POST", ENV "/rules",
				   "{'type': 'update', 'match_ref':"
				   " '^refs/heads/main$', 'artefacts_filter': ['local/web']}",
				   &rule),
			 201);
	register_version("2.0.0", "refs/heads/other");
	register_version("1.1.0", "refs/heads/main");
	wait_for_image("local/web:1.1.0");
	assert_int_equal(serve_ask(&serve, "GET", ENV "/deploys", NULL, &deploys), 200);
	assert_int_equal(json_array_size(deploys), 2);
	assert_non_null(strstr(text(json_array_get(deploys, 0), "comment"), text(rule, "id")));
	assert_true(*text(json_array_get(deploys, 0), "delta_id"));
	json_decref(deploys);
	/* What there is no image of is refused, and does no harm. */
	register_version("9.9.9", "refs/heads/main");
	/* Two at once: the second waits for the first, or takes its place. */
	register_version("1.0.0", "refs/heads/main");
	register_version("2.0.0", "refs/heads/main");
	wait_for_image("local/web:2.0.0");
	/* An inactive one does nothing; the branch is named the old way. */
	path = xasprintf(ENV "/rules/%s", text(rule, "id"));
	json_decref(rule);
	assert_int_equal(
		serve_ask(&serve, "PUT", path, "{'type': 'update', 'active': false}", NULL), 200);
	register_version("1.0.0", "refs/heads/main");
	assert_int_equal(serve_ask(&serve, "PUT", path,
				   "{'type': 'update', 'update_to': 'tag', 'match':"
				   " '^v1'}",
				   NULL),
			 200);
	register_version("1.1.0", "refs/tags/v1.1.0");
	wait_for_image("local/web:1.1.0");
	assert_int_equal(serve_ask(&serve, "GET", ENV "/deploys", NULL, &deploys), 200);
	assert_true(json_array_size(deploys) <= 5);
	json_decref(deploys);
	free(path);
}

#define WITH_PLATFORM(test) cmocka_unit_test_setup_teardown(test, make, clear)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_PLATFORM(lists_are_filtered),
		WITH_PLATFORM(a_bad_version_is_refused),
		WITH_PLATFORM(what_was_posted_can_be_deleted_and_what_is_built_in_cannot),
		WITH_PLATFORM(a_workload_is_kept_and_converted),
		WITH_PLATFORM(all_of_score_is_carried_or_refused_by_name),
		WITH_PLATFORM(a_request_overrides_its_specification),
		WITH_PLATFORM(rules_are_made_changed_and_deleted),
		WITH_PLATFORM(an_active_rule_deploys_what_it_matches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
