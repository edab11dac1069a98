/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A refused request does nothing.  Every route that changes something is asked again and again,
 * and each time the next of its writes to the database fails: the answer must be an error, the
 * database must be as it was, and the driver must not have been called.  The calls of SQLite
 * that write are wrapped by the linker.
 */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "memory-platform.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "db/statement.h"
#include "model/json.h"
#include "net/loop.h"
#include "platform/admin/import.h"
#include "platform/api/dispatch.h"
#include "platform/api/routes.h"
#include "platform/drivers/driver.h"
#include "platform/engine/engine.h"
#include "platform/http/response-cache.h"
#include "platform/http/exchange.h"
#include "platform/state/platform.h"
#include "platform/state/repository.h"
#include "platform/state/rows.h"
#include "quoted-json.h"
#include "tests/patience.h"

#define TURNS 8			/* what follows a commit comes in the next one */
#define TEXT_MAX (4u * 1024 * 1024)
#define APP "/orgs/acme/apps/shop"
#define ENV APP "/envs/dev"
#define DEFS "/orgs/acme/resources/defs"

/* --- the fault --- */

static struct {
	bool armed, fired;
	bool takes_all_back;	/* as a full disk does: the transaction is gone */
	bool stays;		/* all later writes fail as well */
	bool of_request;	/* only what is written up to the first commit */
	bool is_over;		/* that commit has been made */
	size_t at, count;	/* which write; how many there were */
	int code;
	enum { LIVE, DIE_BEFORE_COMMIT, DIE_AFTER_COMMIT } death;
} fault;

int __real_sqlite3_step(sqlite3_stmt *statement);
int __wrap_sqlite3_step(sqlite3_stmt *statement);
int __real_sqlite3_exec(sqlite3 *database, const char *sql,
			int (*row)(void *, int, char **, char **), void *data, char **message);
int __wrap_sqlite3_exec(sqlite3 *database, const char *sql,
			int (*row)(void *, int, char **, char **), void *data, char **message);

static bool
is_due(sqlite3 *database)
{
	if (!fault.armed || fault.is_over)
		return false;
	fault.count++;
	if (fault.count != fault.at && !(fault.stays && fault.count > fault.at))
		return false;
	fault.fired = true;
	if (fault.takes_all_back)
		__real_sqlite3_exec(database, "ROLLBACK", NULL, NULL, NULL);
	return true;
}

int
__wrap_sqlite3_step(sqlite3_stmt *statement)
{
	if (!sqlite3_stmt_readonly(statement) && is_due(sqlite3_db_handle(statement)))
		return fault.code;
	return __real_sqlite3_step(statement);
}

int
__wrap_sqlite3_exec(sqlite3 *database, const char *sql,
		    int (*row)(void *, int, char **, char **), void *data, char **message)
{
	int code;

	if (strncmp(sql, "ROLLBACK", 8) != 0 && is_due(database))
		return fault.code;
	if (fault.death == DIE_BEFORE_COMMIT && strcmp(sql, "COMMIT") == 0)
		kill(getpid(), SIGKILL);
	code = __real_sqlite3_exec(database, sql, row, data, message);
	if (fault.death == DIE_AFTER_COMMIT && strcmp(sql, "COMMIT") == 0)
		kill(getpid(), SIGKILL);
	if (fault.of_request && code == SQLITE_OK && strcmp(sql, "COMMIT") == 0)
		fault.is_over = true;
	return code;
}

/* --- a platform --- */

static struct {
	char folder[64];
	struct platform platform;
	struct memory_cluster cluster;
	struct memory_driver memory;
	struct caller caller;
	const char *key;	/* Idempotency-Key of what is asked; NULL: none */
} world;

static const char import[] =
	"{'organizations': [{'id': 'acme', 'env_types': [{'id': 'development'}, {'id': 'qa'}],"
	" 'definitions': [{'id': 'local-sqlite', 'name': 'db', 'type': 'sqlite',"
	" 'driver_type': 'process/sqlite', 'driver_inputs': {'values': {}}, 'criteria': [{}]}],"
	" 'applications': [{'id': 'shop', 'environments': [{'id': 'dev', 'type': 'development'},"
	" {'id': 'spare', 'type': 'development'}]}]}]}";

static void
import_all(void)
{
	char *text = quoted(import);

	memory_platform_import(&world.platform, text);
	free(text);
}

static void
open_platform(void)
{
	memory_platform_open(&world.platform, world.folder, &world.memory, &memory_as_process,
			     &world.cluster);
	caller_init_own(&world.caller, &world.platform);
}

static void
close_platform(void)
{
	caller_clear(&world.caller);
	memory_platform_close(&world.platform);
}

static int
make_world(void **state)
{
	(void)state;
	log_set_level((enum log_priority)0);	/* each fault is an error of its own */
	memset(&world, 0, sizeof(world));
	strcpy(world.folder, "/tmp/sidestage-effects-XXXXXX");
	assert_non_null(mkdtemp(world.folder));
	memory_cluster_init(&world.cluster);
	open_platform();
	import_all();
	return 0;
}

static int
remove_world(void **state)
{
	(void)state;
	close_platform();
	memory_cluster_clear(&world.cluster);
	assert_int_equal(paths_remove_tree(world.folder, NULL), 0);
	return 0;
}

static int left;

static void
next_turn(void *data)
{
	if (--left <= 0)
		loop_stop(world.platform.loop);
	else
		loop_add_timer(world.platform.loop, 0, next_turn, data);
}

static void
turn(void)
{
	left = TURNS;
	loop_add_timer(world.platform.loop, 0, next_turn, NULL);
	assert_int_equal(loop_run(world.platform.loop, NULL), 0);
}

/* One text of the database; "" when there is none.  free() it. */
static char *
look_up(const char *sql)
{
	struct error err = {0};
	char *text = rows_text(world.platform.repository, &err, sql, "");

	if (!text && err.kind != ERROR_NOT_FOUND)
		fail_msg("%s: %s", sql, err.text);
	return text ? text : xstrdup("");
}

/* Until nothing is to be done any more, but for what the driver holds. */
static void
come_to_rest(void)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	bool rests = false;

	while (!rests) {
		char *doing = look_up(
			"SELECT (SELECT count(*) FROM deployments WHERE gone = 0 AND status"
			" IN ('pending', 'in progress')) + (SELECT count(*) FROM environments"
			" WHERE status = 'deleting') + (SELECT count(*) FROM applications"
			" WHERE status = 'deleting') + (SELECT count(*) FROM dropped_artefacts)"
			" + (SELECT count(*) FROM rule_updates)"
			" AS it");

		rests = strcmp(doing, "0") == 0 || world.memory.rules[MEMORY_APPLY].holds;
		free(doing);
		turn();
		if (clock_steady_ms() > until)
			fail_msg("it does not come to rest");
	}
}

/* {column: text} */
static json_t *
encode_row(struct statement *row, void *data, struct error *err)
{
	json_t *object = json_object();

	(void)data;
	(void)err;
	for (int i = 0; i < row_columns(row); i++)
		json_object_set_new(object, row_name(row, i), json_string(row_text_or(row, i, "")));
	return object;
}

/* All that is stored, but for the note of who asked for what. */
static char *
dump(void)
{
	struct error err = {0};
	json_t *tables = rows_encode(world.platform.repository, &err, encode_row, NULL,
				  "SELECT name FROM sqlite_schema WHERE type = 'table'"
				  " AND name NOT LIKE 'audit%' ORDER BY name", "");
	struct buf text;
	json_t *table;
	size_t i;

	buf_init(&text, TEXT_MAX);
	json_array_foreach(tables, i, table) {
		char *sql = xasprintf("SELECT * FROM \"%s\"", json_member_string(table, "name"));
		json_t *rows = rows_encode(world.platform.repository, &err, encode_row, NULL, sql, "");
		char *line = json_dumps(rows, JSON_SORT_KEYS);

		buf_printf(&text, "%s ", json_member_string(table, "name"));
		buf_puts(&text, line);
		buf_puts(&text, "\n");
		free(line);
		json_decref(rows);
		free(sql);
	}
	json_decref(tables);
	return buf_take(&text);
}

/* --- asking --- */

static const char *
query_value(void *data, const char *key)
{
	const char *query = data;
	size_t length = strlen(key);

	return query && strncmp(query, key, length) == 0 && query[length] == '='
		       ? query + length + 1 : NULL;
}

static struct response
ask(const char *method, const char *path, const char *query, const char *body)
{
	char *bytes = body ? quoted(body) : NULL;
	struct request request = {
		.method = method,
		.path = path,
		.caller = &world.caller,
		.idempotency_key = world.key,
		.bytes = bytes,
		.length = bytes ? strlen(bytes) : 0,
		.has_query = query != NULL,
		.query = query_value,
		.data = (void *)query,
	};
	struct response response;

	dispatch_answer(&world.platform, &request, &response);
	free(bytes);
	return response;
}

static void
clear(struct response *response)
{
	json_decref(response->body);
	free(response->content_type);
	free(response->link);
	cached_response_free(response->keep);
	*response = (struct response){0};
}

static void
expect(const char *method, const char *path, const char *body, int status)
{
	struct response response = ask(method, path, NULL, body);

	if (response.status != status)
		fail_msg("%s %s: %d: %s", method, path, response.status,
			 json_member_string(response.body, "message"));
	clear(&response);
}

/* --- each write of each route --- */

#define WEB(version)                                                                               \
	"'web': {'profile': 'humanitec/default-module', 'externals': {'db': {'type': 'sqlite'}},"  \
	" 'spec': {'containers': {'web': {'id': 'web', 'image': 'local/web:" version "',"          \
	" 'variables': {'DB': '${externals.db.path}'}}}}}"
#define DEFINITION(id)                                                                             \
	"{'id': '" id "', 'name': 'N', 'type': 'queue', 'driver_type': 'static',"                  \
	" 'driver_inputs': {'values': {'a': 1}}, 'criteria': [{'env_id': 'e1'}]}"

static void
hold(void)
{
	world.memory.rules[MEMORY_APPLY].holds = true;
}

static void
let_go(void)
{
	memory_release(&world.memory, MEMORY_APPLY);
	come_to_rest();
}

static void
leave_one_over(void)
{
	struct error err = {0};

	assert_int_equal(rows_run(world.platform.repository, &err,
				  "UPDATE resources SET status = 'deleting'", ""), 0);
}

static void
archive_no_more(void)
{
	struct error err = {0};

	assert_int_equal(
		rows_run(world.platform.repository, &err, "UPDATE deltas SET archived = 0", ""), 0);
}

static const char the_delta[] = "SELECT id AS it FROM deltas ORDER BY seq LIMIT 1";
static const char first_version[] =
	"SELECT id AS it FROM value_versions WHERE env <> '' ORDER BY seq LIMIT 1";
static const char first_app_version[] =
	"SELECT id AS it FROM value_versions WHERE env = '' ORDER BY seq LIMIT 1";
static const char last_run[] = "SELECT id AS it FROM pipeline_runs ORDER BY seq DESC LIMIT 1";

/* In this order: each finds what the ones before have made. */
static const struct route_case {
	const char *operation, *path, *body;
	int status;
	const char *effect;	/* what the driver is asked in the end; NULL: nothing */
	const char *found;	/* stands for %s in the path, or in the body */
	const char *query;
	void (*before)(void), (*after)(void);
} cases[] = {
	{.operation = "x-createUser",
	 "/users",
	 "{'id': 'ann', 'name': 'Ann', 'roles': {'/orgs/acme': 'viewer'}}",
	 201},
	{.operation = "x-updateUser",
	 "/users/ann",
	 "{'name': 'Anna', 'roles': {'/orgs/acme': 'developer'}}",
	 200},
	{.operation = "createUserToken",
	 "/users/ann/tokens",
	 "{'id': 'one', 'type': 'static'}",
	 200},
	{.operation = "deleteUserToken", "/users/ann/tokens/one", NULL, 204},
	{.operation = "x-deleteUser", "/users/ann", NULL, 204},
	{.operation = "updateCurrentUser", "/current-user", "{'name': 'Owner'}", 200},
	{.operation = "createEnvironmentType",
	 "/orgs/acme/env-types",
	 "{'id': 'staging', 'description': ''}",
	 201},
	{.operation = "updateEnvironmentType",
	 "/orgs/acme/env-types/staging",
	 "{'description': 'd'}",
	 200},
	{.operation = "deleteEnvironmentType", "/orgs/acme/env-types/staging", NULL, 204},
	{.operation = "createResourceDefinition", DEFS, DEFINITION("queue-one"), 200},
	{.operation = "updateResourceDefinition",
	 DEFS "/queue-one",
	 "{'name': 'M', 'driver_type': 'humanitec/echo', 'driver_inputs': {'values': {'a': 2}}}",
	 200},
	{.operation = "patchResourceDefinition",
	 DEFS "/queue-one",
	 "{'name': 'O', 'driver_inputs': {'values': {'a': 3}}}",
	 200},
	{.operation = "updateResourceDefinitionCriteria",
	 DEFS "/queue-one/criteria",
	 "[{'env_id': 'e2'}]",
	 200},
	{.operation = "createResourceDefinitionCriteria",
	 DEFS "/queue-one/criteria",
	 "{'env_id': 'e3'}",
	 200},
	{.operation = "deleteResourceDefinitionCriteria",
	 DEFS "/queue-one/criteria/%s",
	 NULL,
	 204,
	 NULL,
	 "SELECT json_extract(body, '$.criteria[0].id') AS it FROM definitions WHERE id = 'queue-one'"},
	{.operation = "deleteResourceDefinition", DEFS "/queue-one", NULL, 204},
	{.operation = "createApplication",
	 "/orgs/acme/apps",
	 "{'id': 'other', 'name': 'Other'}",
	 201},
	{.operation = "patchApplication", "/orgs/acme/apps/other", "{'name': 'Another'}", 200},
	{.operation = "createEnvironment",
	 "/orgs/acme/apps/other/envs",
	 "{'id': 'two', 'name': 'Two', 'type': 'development'}",
	 201},
	{.operation = "updateEnvironment",
	 "/orgs/acme/apps/other/envs/two",
	 "{'name': 'Second'}",
	 200},
	{.operation = "createDelta",
	 APP "/deltas",
	 "{'modules': {'add': {" WEB("1.0.0") "}}}",
	 200},
	{.operation = "patchDelta",
	 APP "/deltas/%s",
	 "[{'metadata': {'name': 'x'}}]",
	 200,
	 NULL,
	 the_delta},
	{.operation = "putDelta",
	 APP "/deltas/%s",
	 "{'modules': {'add': {" WEB("1.0.1") "}}}",
	 204,
	 NULL,
	 the_delta},
	{.operation = "changeNameOfDelta",
	 APP "/deltas/%s/metadata/name",
	 "'name'",
	 204,
	 NULL,
	 the_delta},
	{.operation = "changeEnvOfDelta",
	 APP "/deltas/%s/metadata/env_id",
	 "'dev'",
	 204,
	 NULL,
	 the_delta},
	{.operation = "archiveDelta",
	 APP "/deltas/%s/metadata/archived",
	 "true",
	 204,
	 NULL,
	 the_delta,
	 .after = archive_no_more},
	{.operation = "updateSet", APP "/sets/0", "{'modules': {'add': {" WEB("1.0.0") "}}}", 200},
	{.operation = "createValueOfApp",
	 APP "/values",
	 "{'key': 'A', 'value': '1', 'description': null}",
	 201},
	{.operation = "putValueOfApp", APP "/values/A", "{'value': '2', 'description': 'd'}", 200},
	{.operation = "patchValueOfApp", APP "/values/A", "{'value': '3'}", 200},
	{.operation = "restoreKeyOfValueSetVersionOfApp",
	 APP "/value-set-versions/%s/restore/A",
	 "{}",
	 200,
	 NULL,
	 first_app_version},
	{.operation = "deleteValueOfApp", APP "/values/A", NULL, 204},
	{.operation = "restoreValueSetVersionOfApp",
	 APP "/value-set-versions/%s/restore",
	 "{}",
	 200,
	 NULL,
	 first_app_version},
	{.operation = "deleteValuesOfApp", APP "/values", NULL, 204},
	{.operation = "purgeKeyOfValueSetVersionOfApp",
	 APP "/value-set-versions/%s/purge/A",
	 "{}",
	 204,
	 NULL,
	 first_app_version},
	{.operation = "createValueOfEnv",
	 ENV "/values",
	 "{'key': 'S', 'value': 'tulip', 'description': null, 'is_secret': true}",
	 201},
	{.operation = "putValueOfEnv",
	 ENV "/values/S",
	 "{'value': 'rose', 'description': 'd'}",
	 200},
	{.operation = "patchValueOfEnv", ENV "/values/S", "{'value': 'lily'}", 200},
	{.operation = "restoreKeyOfValueSetVersionOfEnv",
	 ENV "/value-set-versions/%s/restore/S",
	 "{}",
	 200,
	 NULL,
	 first_version},
	{.operation = "deleteValueOfEnv", ENV "/values/S", NULL, 204},
	{.operation = "restoreValueSetVersionOfEnv",
	 ENV "/value-set-versions/%s/restore",
	 "{}",
	 200,
	 NULL,
	 first_version},
	{.operation = "deleteValuesOfEnv", ENV "/values", NULL, 204},
	{.operation = "purgeKeyOfValueSetVersionOfEnv",
	 ENV "/value-set-versions/%s/purge/S",
	 "{}",
	 204,
	 NULL,
	 first_version},
	{.operation = "createDependencyGraph",
	 ENV "/resources/graphs",
	 "[{'id': 'modules.web.externals.db', 'type': 'sqlite'}]",
	 200},
	{.operation = "queryResourceGraph",
	 ENV "/resources/graph",
	 "[{'id': 'modules.web.externals.db', 'type': 'sqlite'}]",
	 200},
	{.operation = "createDeployment",
	 ENV "/deploys",
	 "{'delta_id': '%s', 'comment': 'c', 'values': {'set': [{'key': 'K', 'value': 'v'},"
	 " {'key': 'L', 'value': 'w'}]}}",
	 201,
	 "apply 1 acme/shop/dev",
	 the_delta},
	{.operation = "rebaseEnvironment",
	 ENV "/from_deploy_id",
	 "'%s'",
	 204,
	 NULL,
	 "SELECT id AS it FROM deployments ORDER BY seq LIMIT 1"},
	{.operation = "updatePaused", ENV "/runtime/paused", "true", 204, "apply 0 acme/shop/dev"},
	{.operation = "updatePaused", ENV "/runtime/paused", "false", 204, "apply 1 acme/shop/dev"},
	{.operation = "patchReplicas",
	 ENV "/runtime/replicas",
	 "{'web': 2}",
	 204,
	 "apply 2 acme/shop/dev"},
	{.operation = "pinActiveResource",
	 ENV "/resources/sqlite/modules.web.externals.db/actions/pin",
	 "{'target_def_version_id': null}",
	 200},
	{.operation = "deleteActiveResource",
	 ENV "/resources/sqlite/modules.web.externals.db",
	 NULL,
	 204,
	 "deprovision acme/shop/dev",
	 .before = leave_one_over},
	{.operation = "createDeployment",
	 APP "/envs/spare/deploys",
	 "{'delta_id': '%s'}",
	 201,
	 "apply 1 acme/shop/spare",
	 the_delta},
	{.operation = "deleteActiveResource",
	 APP "/envs/spare/resources/sqlite/modules.web.externals.db",
	 NULL,
	 204,
	 .query = "detach=true"},
	{.operation = "createAutomationRule",
	 ENV "/rules",
	 "{'type': 'update', 'match_ref': '.*'}",
	 201},
	{.operation = "updateAutomationRule",
	 ENV "/rules/%s",
	 "{'type': 'update', 'match_ref': 'refs/.*'}",
	 200,
	 NULL,
	 "SELECT id AS it FROM rules"},
	{.operation = "createArtefactVersion",
	 "/orgs/acme/artefact-versions",
	 "{'type': 'container', 'name': 'local/web', 'version': '1.1.0', 'ref': 'refs/heads/main'}",
	 200,
	 "apply 2 acme/shop/dev"},
	{.operation = "patchArtefactVersion",
	 "/orgs/acme/artefacts/%s",
	 "{'archived': true}",
	 200,
	 NULL,
	 "SELECT json_extract(body, '$.artefact_id') || '/versions/' || id AS it FROM artefact_versions"},
	{.operation = "deleteArtefact",
	 "/orgs/acme/artefacts/%s",
	 NULL,
	 204,
	 NULL,
	 "SELECT json_extract(body, '$.artefact_id') AS it FROM artefact_versions"},
	{.operation = "x-dropRuleWaits",
	 ENV "/rules/%s/waiting",
	 NULL,
	 204,
	 NULL,
	 "SELECT id AS it FROM rules"},
	{.operation = "deleteAutomationRule",
	 ENV "/rules/%s",
	 NULL,
	 204,
	 NULL,
	 "SELECT id AS it FROM rules"},
	{.operation = "createPipelineRunByTriggerCriteria",
	 APP "/pipeline-runs",
	 "{'trigger': 'deployment_request', 'env_id': 'dev', 'set_id': '0'}",
	 201,
	 "apply 0 acme/shop/dev"},
	{.operation = "createPipelineRun",
	 APP "/pipelines/default/runs",
	 "{'inputs': {'env_id': 'dev', 'delta_id': '%s'}}",
	 201,
	 "apply 2 acme/shop/dev",
	 the_delta,
	 .before = hold},
	{.operation = "cancelPipelineRun",
	 APP "/pipelines/default/runs/%s/cancel",
	 NULL,
	 204,
	 NULL,
	 last_run,
	 .after = let_go},
	{.operation = "restartPipelineRun",
	 APP "/pipelines/default/runs/%s/restart",
	 NULL,
	 201,
	 "apply 2 acme/shop/dev",
	 last_run},
	{.operation = "deleteEnvironment", APP "/envs/spare", NULL, 202, "remove acme/shop/spare"},
	{.operation = "deleteApplication",
	 "/orgs/acme/apps/shop",
	 NULL,
	 202,
	 "remove acme/shop/dev"},
};

#define CASE_COUNT (sizeof(cases) / sizeof(cases[0]))

static const struct {
	int code, status;
} codes[] = {
	{SQLITE_FULL, 507},	{SQLITE_IOERR_WRITE, 500},	{SQLITE_BUSY, 503},
	{SQLITE_READONLY, 503}, {SQLITE_CORRUPT, 500},		{SQLITE_CONSTRAINT_NOTNULL, 500},
	{SQLITE_NOMEM, 503},	{SQLITE_CONSTRAINT_CHECK, 500}, {SQLITE_CONSTRAINT_FOREIGNKEY, 500},
};

#define CODE_COUNT (sizeof(codes) / sizeof(codes[0]))

static size_t asked, failed, called;

static const char *
method_of(const char *operation)
{
	struct route_description route;

	for (size_t i = 0; routes_describe(i, &route); i++)
		if (strcmp(route.operation, operation) == 0)
			return route.method;
	fail_msg("there is no route %s", operation);
	return NULL;
}

/* The pattern with %s replaced; free() it. */
static char *
filled(const char *pattern, const char *found)
{
	const char *at = pattern ? strstr(pattern, "%s") : NULL;

	if (!at)
		return pattern ? xstrdup(pattern) : NULL;
	return xasprintf("%.*s%s%s", (int)(at - pattern), pattern, found, at + 2);
}

/* A sentence for people, and nothing of how it is stored. */
static void
expect_sentence(const struct route_case *c, const struct response *response)
{
	static const char *const inner[] = {"sqlite",	  "SQL",   "INSERT", "UPDATE",
					    "constraint", "table", ".db",    "/tmp"};
	const char *message = json_is_string(response->body)
				      ? json_string_value(response->body)
				      : json_member_string(response->body, "message");

	if (!message || !*message)
		fail_msg("%s: %d without a message", c->operation, response->status);
	for (size_t i = 0; i < sizeof(inner) / sizeof(inner[0]); i++)
		if (strstr(message, inner[i]))
			fail_msg("%s tells of the inside: %s", c->operation, message);
}

/* With the n-th write failing in this way.  false: there is no n-th. */
static bool
try_with_fault(const struct route_case *c, const char *path, const char *body, size_t n, int way,
	       const char *before)
{
	size_t code = (n + (size_t)way) % CODE_COUNT;
	struct response response;
	char *after;

	fault = (typeof(fault)){.armed = true,
				.at = n,
				.takes_all_back = way == 1,
				.stays = way == 2,
				.of_request = true,
				.code = codes[code].code};
	world.key = strstr(path, "/deploys") ? path : NULL;
	response = ask(method_of(c->operation), path, c->query, body);
	world.key = NULL;
	fault.armed = false;
	asked++;
	if (!fault.fired) {
		if (response.status != c->status)
			fail_msg("%s %s: %d: %s", c->operation, path, response.status,
				 json_member_string(response.body, "message"));
		clear(&response);
		return false;
	}
	failed++;
	if (response.status != codes[code].status)
		fail_msg("%s: write %zu fails with %d, the answer is %d: %s", c->operation, n,
			 codes[code].code, response.status,
			 json_member_string(response.body, "message"));
	assert_true((response.retry_after > 0) == (response.status == 503));
	expect_sentence(c, &response);
	clear(&response);
	turn();
	if (world.memory.calls.length > 0)
		fail_msg("%s: write %zu failed, and the driver did: %s", c->operation, n,
			 buf_str(&world.memory.calls));
	after = dump();
	if (strcmp(before, after) != 0)
		fail_msg("%s: write %zu failed, and the state is another:\n%s\n%s", c->operation, n,
			 before, after);
	free(after);
	return true;
}

static void
forget_calls(void)
{
	buf_clear(&world.memory.calls);
	buf_init(&world.memory.calls, TEXT_MAX);
}

static void
walk(const struct route_case *c)
{
	char *found, *path, *body, *before;
	bool more = true;

	if (c->before)
		c->before();
	found = c->found ? look_up(c->found) : xstrdup("");
	if (c->found && !*found)
		fail_msg("%s: nothing to do it to", c->operation);
	path = filled(c->path, found);
	body = filled(c->body, found);
	turn();
	forget_calls();
	before = dump();
	for (size_t n = 1; more; n++)
		for (int way = 0; more && way < 3; way++)
			more = try_with_fault(c, path, body, n, way, before);
	come_to_rest();
	if (c->effect && !strstr(buf_str(&world.memory.calls), c->effect))
		fail_msg("%s: the driver was not asked to %s but:\n%s", c->operation, c->effect,
			 buf_str(&world.memory.calls));
	if (!c->effect && world.memory.calls.length > 0)
		fail_msg("%s: the driver was asked to:\n%s", c->operation,
			 buf_str(&world.memory.calls));
	called += c->effect != NULL;
	if (c->after)
		c->after();
	free(before);
	free(body);
	free(path);
	free(found);
}

static void
each_write_that_fails_leaves_everything_as_it_was(void **state)
{
	(void)state;
	come_to_rest();
	for (size_t i = 0; i < CASE_COUNT; i++)
		walk(&cases[i]);
	print_message("# %zu routes, %zu requests, %zu with a failed write, %zu with an effect\n",
		      CASE_COUNT, asked, failed, called);
	assert_true(failed > 3 * CASE_COUNT);
}

/* There is no approval here, so nobody gives or denies one. */
static bool
is_never_there(const char *operation)
{
	return strcmp(operation, "approvePipelineApprovalRequest") == 0 ||
	       strcmp(operation, "denyPipelineApprovalRequest") == 0;
}

/* No cluster was looked through here: tests/unit/test-follow.c has one. */
static bool
is_tried_elsewhere(const char *operation)
{
	return strcmp(operation, "x-updateAdoption") == 0;
}

/* A review of a deployment is taken back, whatever was written. */
static bool
is_taken_back(const char *operation)
{
	return strcmp(operation, "x-reviewDeployment") == 0 ||
	       strcmp(operation, "x-reviewEnvironment") == 0;
}

static void
every_changing_route_is_tried(void **state)
{
	struct route_description route;

	(void)state;
	for (size_t i = 0; routes_describe(i, &route); i++) {
		bool tried = strcmp(route.method, "GET") == 0 ||
			     is_never_there(route.operation) ||
			     is_tried_elsewhere(route.operation) || is_taken_back(route.operation);

		for (size_t k = 0; !tried && k < CASE_COUNT; k++)
			tried = strcmp(cases[k].operation, route.operation) == 0;
		if (!tried)
			fail_msg("%s %s (%s) is not tried", route.method, route.pattern,
				 route.operation);
	}
}

/* --- an import --- */

static const char more[] =
	"{'organizations': [{'id': 'acme', 'env_types': [{'id': 'late'}], 'applications': ["
	" {'id': 'bakery', 'values': [{'key': 'FLOUR', 'value': 'rye'}],"
	"  'environments': [{'id': 'oven', 'type': 'development', 'deployments': [{'set': {'modules': {" WEB(
		"1.0.0") "  }}}]}]}]}]}";

static void
import_is_all_or_nothing_whatever_write_fails(void **state)
{
	char *text = quoted(more), *before, *after;
	struct error err = {0};
	json_t *file = json_decode(text, strlen(text), &err), *report = NULL;
	size_t n;

	(void)state;
	assert_non_null(file);
	come_to_rest();
	before = dump();
	for (n = 1; !report; n++) {
		err = (struct error){0};
		fault = (typeof(fault)){.armed = true,
					.at = n,
					.takes_all_back = n % 2,
					.of_request = true,
					.code = SQLITE_FULL};
		report = import_apply(&world.platform, file, NULL, &err);
		fault.armed = false;
		if (report)
			break;
		if (!fault.fired)
			fail_msg("%s", err.text);
		assert_int_equal(err.kind, ERROR_FULL);
		turn();
		assert_int_equal(world.memory.calls.length, 0);
		after = dump();
		assert_string_equal(before, after);
		free(after);
	}
	come_to_rest();
	assert_non_null(strstr(buf_str(&world.memory.calls), "unproven acme/bakery/oven\napply 1 "));
	print_message("# %zu writes of an import failed once each\n", n - 1);
	json_decref(report);
	json_decref(file);
	free(before);
	free(text);
}

/* --- what the engine writes by itself --- */

static void
deploy_with_fault(size_t n, bool takes_all_back, bool *fired)
{
	struct response response = ask("POST", ENV "/deploys", NULL, "{'set_id': '0'}");
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	char *id = xstrdup(json_member_string(response.body, "id")), *status = NULL;
	char *from, *errors;

	assert_int_equal(response.status, 201);
	clear(&response);
	fault = (typeof(fault)){.armed = true, .at = n, .takes_all_back = takes_all_back,
				.code = SQLITE_FULL};
	do {
		char *sql = xasprintf("SELECT status AS it FROM deployments WHERE id = '%s'", id);

		turn();
		free(status);
		status = look_up(sql);
		free(sql);
		assert_true(clock_steady_ms() < until);
	} while (strcmp(status, "pending") == 0 || strcmp(status, "in progress") == 0);
	*fired = fault.fired;
	fault.armed = false;
	from = look_up("SELECT from_deploy_id AS it FROM environments WHERE id = 'dev'");
	errors = look_up(
		"SELECT count(*) AS it FROM deployment_errors AS e JOIN deployments AS d"
		" ON d.id = e.deployment WHERE d.seq = (SELECT max(seq) FROM deployments)");
	/* What it needs could not be written down: it says so, and is not built upon. */
	if (strcmp(status, "failed") == 0) {
		assert_string_equal(errors, "1");
		assert_string_not_equal(from, id);
	} else {
		assert_string_equal(errors, "0");
		assert_string_equal(from, id);
	}
	free(errors);
	free(from);
	free(status);
	free(id);
}

static void
end_of_a_deployment_is_recorded_however_often_it_fails(void **state)
{
	struct place place = {"acme", "shop", "dev"};
	bool fired = true;
	size_t n;

	(void)state;
	come_to_rest();
	for (n = 1; fired; n++) {
		deploy_with_fault(n, n % 2 == 0, &fired);
		assert_false(engine_is_busy(world.platform.engine, &place));
	}
	print_message("# %zu writes of a deployment's course failed once each\n", n - 2);
	assert_true(n > 4);
}

static void
deleted_environment_is_forgotten_however_often_it_fails(void **state)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	char *count = NULL;

	(void)state;
	come_to_rest();
	expect("DELETE", APP "/envs/spare", NULL, 202);
	fault = (typeof(fault)){.armed = true, .at = 3, .code = SQLITE_IOERR_WRITE};
	do {
		turn();
		free(count);
		count = look_up("SELECT count(*) AS it FROM environments WHERE id = 'spare'");
		assert_true(clock_steady_ms() < until);
	} while (strcmp(count, "0") != 0);
	assert_true(fault.fired);
	fault.armed = false;
	free(count);
}

/* --- a crash between a commit and what follows it --- */

/* Asked of a process that dies there; then the daemon starts again. */
static void
crash(int death, const char *method, const char *path, const char *body)
{
	struct error err = {0};
	pid_t pid;
	int status;

	close_platform();
	pid = fork();
	if (pid == 0) {
		struct response response;

		open_platform();
		fault.death = death;
		response = ask(method, path, NULL, body);
		_exit(response.status == 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	open_platform();
	if (engine_resume(world.platform.engine, &err) != 0)
		fail_msg("%s", err.text);
	come_to_rest();
}

static void
expect_text(const char *sql, const char *wanted)
{
	char *text = look_up(sql);

	assert_string_equal(text, wanted);
	free(text);
}

static bool
was_called(const char *what)
{
	return strstr(buf_str(&world.memory.calls), what) != NULL;
}

static const char last_status[] = "SELECT status AS it FROM deployments ORDER BY seq DESC LIMIT 1";

static void
deploy_web(void)
{
	char *id, *body;

	expect("POST", APP "/deltas", "{'modules': {'add': {" WEB("1.0.0") "}}}", 200);
	id = look_up(the_delta);
	body = xasprintf("{'delta_id': '%s'}", id);
	expect("POST", ENV "/deploys", body, 201);
	come_to_rest();
	free(body);
	free(id);
}

static void
committed_deployment_is_carried_out_after_a_crash(void **state)
{
	(void)state;
	come_to_rest();
	deploy_web();
	crash(DIE_BEFORE_COMMIT, "POST", ENV "/deploys", "{'set_id': '0'}");
	expect_text("SELECT count(*) AS it FROM deployments", "1");
	assert_true(was_called("apply 1 acme/shop/dev"));
	assert_false(was_called("apply 0 acme/shop/dev"));
	crash(DIE_AFTER_COMMIT, "POST", ENV "/deploys", "{'set_id': '0', 'comment': 'kept'}");
	expect_text("SELECT count(*) AS it FROM deployments", "2");
	expect_text(last_status, "succeeded");
	/* What ran before is started first, so that nothing is missing should it fail. */
	assert_true(was_called("apply 1 acme/shop/dev"));
	assert_true(strstr(buf_str(&world.memory.calls), "apply 0 acme/shop/dev") >
		    strstr(buf_str(&world.memory.calls), "apply 1 acme/shop/dev"));
}

static void
deployment_of_long_ago_is_not_carried_out_unasked(void **state)
{
	struct error err = {0};

	(void)state;
	come_to_rest();
	deploy_web();
	hold();
	expect("POST", ENV "/deploys", "{'set_id': '0'}", 201);
	assert_int_equal(
		rows_run(world.platform.repository, &err,
			 "UPDATE deployments SET status = 'pending', created_at = created_at"
			 " - 16 * 60000 WHERE seq = (SELECT max(seq) FROM deployments)",
			 ""),
		0);
	close_platform();
	open_platform();
	world.memory.rules[MEMORY_APPLY].holds = false;
	assert_int_equal(engine_resume(world.platform.engine, &err), 0);
	come_to_rest();
	expect_text(last_status, "failed");
	assert_true(was_called("apply 1 acme/shop/dev"));
	assert_false(was_called("apply 0 acme/shop/dev"));
}

static void
deployment_that_had_begun_has_failed_after_a_crash(void **state)
{
	struct error err = {0};

	(void)state;
	come_to_rest();
	deploy_web();
	hold();
	expect("POST", ENV "/deploys", "{'comment': 'again'}", 201);
	turn();
	expect_text(last_status, "in progress");
	close_platform();
	open_platform();
	world.memory.rules[MEMORY_APPLY].holds = false;
	assert_int_equal(engine_resume(world.platform.engine, &err), 0);
	come_to_rest();
	expect_text(last_status, "failed");
	expect_text("SELECT code AS it FROM deployment_errors", "interrupted");
}

static void
committed_deletion_goes_on_after_a_crash(void **state)
{
	(void)state;
	come_to_rest();
	deploy_web();
	crash(DIE_BEFORE_COMMIT, "DELETE", ENV, NULL);
	assert_false(was_called("remove"));
	expect("GET", ENV, NULL, 200);
	crash(DIE_AFTER_COMMIT, "DELETE", ENV, NULL);
	assert_true(was_called("remove acme/shop/dev"));
	expect("GET", ENV, NULL, 404);
	crash(DIE_AFTER_COMMIT, "DELETE", APP, NULL);
	assert_false(was_called("remove acme/shop/spare"));	/* it was never deployed */
	expect("GET", APP, NULL, 404);
}

static void
committed_pause_and_replicas_hold_after_a_crash(void **state)
{
	(void)state;
	come_to_rest();
	deploy_web();
	crash(DIE_BEFORE_COMMIT, "PUT", ENV "/runtime/paused", "true");
	assert_true(was_called("apply 1 acme/shop/dev"));
	crash(DIE_AFTER_COMMIT, "PUT", ENV "/runtime/paused", "true");
	assert_true(was_called("apply 0 acme/shop/dev"));
	assert_false(was_called("apply 1"));
	crash(DIE_AFTER_COMMIT, "PUT", ENV "/runtime/paused", "false");
	assert_true(was_called("apply 1 acme/shop/dev"));
	crash(DIE_AFTER_COMMIT, "PATCH", ENV "/runtime/replicas", "{'web': 3}");
	assert_true(was_called("apply 3 acme/shop/dev"));
}

static void
committed_update_of_a_rule_is_made_after_a_crash(void **state)
{
	(void)state;
	come_to_rest();
	deploy_web();
	expect("POST", ENV "/rules", "{'type': 'update', 'match_ref': '.*'}", 201);
	crash(DIE_AFTER_COMMIT, "POST", "/orgs/acme/artefact-versions",
	      "{'type': 'container', 'name': 'local/web', 'version': '1.2.0', 'ref': 'refs/heads/main'}");
	expect_text("SELECT count(*) AS it FROM rule_updates", "0");
	expect_text(
		"SELECT comment LIKE 'local/web:1.2.0%' AS it FROM deployments ORDER BY seq DESC LIMIT 1",
		"1");
	expect_text(last_status, "succeeded");
}

static void
resource_that_was_to_go_is_gone_after_a_crash(void **state)
{
	(void)state;
	come_to_rest();
	deploy_web();
	expect("PUT", ENV "/runtime/paused", "true", 204);
	come_to_rest();
	leave_one_over();
	crash(DIE_AFTER_COMMIT, "DELETE", ENV "/resources/sqlite/modules.web.externals.db", NULL);
	assert_true(was_called("deprovision acme/shop/dev"));
	expect_text("SELECT count(*) AS it FROM resources", "0");
}

/* How often a text stands in the files of the database. */
static size_t
count_in_files(const char *text)
{
	static const char *const names[] = {"platform.db", "platform.db-wal"};
	size_t count = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *path = xasprintf("%s/%s", world.folder, names[i]);
		FILE *file = fopen(path, "r");
		char *bytes = xmalloc(TEXT_MAX);
		size_t length = file ? fread(bytes, 1, TEXT_MAX, file) : 0, at = 0;
		const char *found;

		while ((found = memmem(bytes + at, length - at, text, strlen(text)))) {
			count++;
			at = (size_t)(found - bytes) + 1;
		}
		if (file)
			fclose(file);
		free(bytes);
		free(path);
	}
	return count;
}

static void
purged_value_leaves_the_files_also_after_a_crash(void **state)
{
	char *version, *path;

	(void)state;
	come_to_rest();
	expect("POST", ENV "/values", "{'key': 'P', 'value': 'chrysanthemum', 'description': null}",
	       201);
	expect("PUT", ENV "/values/P", "{'value': 'other', 'description': null}", 200);
	assert_true(count_in_files("chrysanthemum") > 0);
	version = look_up(first_version);
	path = xasprintf(ENV "/value-set-versions/%s/purge/P", version);
	crash(DIE_AFTER_COMMIT, "POST", path, "{}");
	assert_int_equal(count_in_files("chrysanthemum"), 0);
	free(path);
	free(version);
}

/* --- a disk that is really full --- */

static void
full_disk_is_507_and_changes_nothing(void **state)
{
	struct db *db = world.platform.repository->db;
	char *big = xmalloc(60001), *body, *before, *after;
	struct response response;

	(void)state;
	come_to_rest();
	memset(big, 'x', 60000);
	big[60000] = '\0';
	body = xasprintf("{'key': 'BIG', 'value': '%s', 'description': null}", big);
	before = dump();
	assert_int_equal(db_run(db, "PRAGMA max_page_count = 1", NULL), 0);
	response = ask("POST", ENV "/values", NULL, body);
	assert_int_equal(response.status, 507);
	assert_non_null(strstr(json_member_string(response.body, "message"), "full"));
	clear(&response);
	after = dump();
	assert_string_equal(before, after);
	assert_int_equal(db_run(db, "PRAGMA max_page_count = 1000000", NULL), 0);
	expect("POST", ENV "/values", body, 201);
	free(after);
	free(before);
	free(body);
	free(big);
}

static void
only_a_taken_key_exists_already(void **state)
{
	static const char body[] = "{'id': 'dev', 'name': 'Dev', 'type': 'development'}";
	struct repository *repository = world.platform.repository;
	struct error err = {0};

	(void)state;
	expect("POST", APP "/envs", body, 409);
	assert_int_equal(
		rows_run(repository, &err, "INSERT INTO env_types VALUES ('acme', 'qa', '')", ""),
		-1);
	assert_int_equal(err.kind, ERROR_CONFLICT);
	assert_int_equal(rows_run(repository, &err,
				  "INSERT INTO env_types VALUES ('acme', 'new', NULL)", ""), -1);
	assert_int_equal(err.kind, ERROR_STORE);
	assert_null(strstr(err.text, "already"));
	assert_int_equal(rows_run(repository, &err, "INSERT INTO platform VALUES (2, 'x')", ""),
			 -1);
	assert_int_equal(err.kind, ERROR_STORE);
	assert_null(strstr(err.text, "already"));
}

/* --- the list itself --- */

static struct buf order;

static void
add_letter(void *data)
{
	buf_puts(&order, data);
}

static void
add_dot(void *data)
{
	(void)data;
	buf_puts(&order, ".");
}

static void
effects_follow_the_outermost_commit_in_order(void **state)
{
	struct repository *r = world.platform.repository;
	struct error err = {0};

	(void)state;
	come_to_rest();
	buf_init(&order, 100);
	repository_after_commit(r, add_letter, add_dot, (void *)"a");
	assert_string_equal(buf_str(&order), "a.");
	assert_int_equal(repository_begin(r, &err), 0);
	repository_after_commit(r, add_letter, add_dot, (void *)"b");
	assert_int_equal(repository_begin(r, &err), 0);
	repository_after_commit(r, add_letter, add_dot, (void *)"c");
	assert_int_equal(repository_commit(r, &err), 0);
	assert_int_equal(repository_begin(r, &err), 0);
	repository_after_commit(r, add_letter, add_dot, (void *)"x");
	assert_int_equal(repository_begin(r, &err), 0);
	repository_after_commit(r, add_letter, NULL, (void *)"y");
	assert_int_equal(repository_commit(r, &err), 0);
	assert_string_equal(buf_str(&order), "a.");
	repository_rollback(r);
	assert_string_equal(buf_str(&order), "a..");
	repository_after_commit(r, add_letter, NULL, (void *)"d");
	assert_int_equal(repository_commit(r, &err), 0);
	assert_string_equal(buf_str(&order), "a..b.c.d");
	assert_int_equal(repository_begin(r, &err), 0);
	repository_after_commit(r, add_letter, add_dot, (void *)"z");
	repository_rollback(r);
	assert_string_equal(buf_str(&order), "a..b.c.d.");
	buf_clear(&order);
}

static void
nothing_is_written_behind_a_transaction_that_sqlite_took_back(void **state)
{
	struct repository *r = world.platform.repository;
	struct error err = {0};

	(void)state;
	come_to_rest();
	assert_int_equal(repository_begin(r, &err), 0);
	assert_int_equal(db_run(r->db, "ROLLBACK", NULL), 0);
	assert_int_equal(rows_run(r, &err, "INSERT INTO env_types VALUES ('acme', 'late', '')", ""),
			 -1);
	assert_int_equal(repository_begin(r, &err), -1);
	assert_int_equal(repository_commit(r, &err), -1);
	repository_rollback(r);
	assert_int_equal(rows_run(r, &err, "INSERT INTO env_types VALUES ('acme', 'good', '')", ""),
			 0);
	assert_null(rows_text(r, &err, "SELECT id FROM env_types WHERE id = 'late'", ""));
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, make_world, remove_world)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_changing_route_is_tried),
		IN_WORLD(each_write_that_fails_leaves_everything_as_it_was),
		IN_WORLD(import_is_all_or_nothing_whatever_write_fails),
		IN_WORLD(end_of_a_deployment_is_recorded_however_often_it_fails),
		IN_WORLD(deleted_environment_is_forgotten_however_often_it_fails),
		IN_WORLD(committed_deployment_is_carried_out_after_a_crash),
		IN_WORLD(deployment_of_long_ago_is_not_carried_out_unasked),
		IN_WORLD(deployment_that_had_begun_has_failed_after_a_crash),
		IN_WORLD(committed_deletion_goes_on_after_a_crash),
		IN_WORLD(committed_pause_and_replicas_hold_after_a_crash),
		IN_WORLD(committed_update_of_a_rule_is_made_after_a_crash),
		IN_WORLD(resource_that_was_to_go_is_gone_after_a_crash),
		IN_WORLD(purged_value_leaves_the_files_also_after_a_crash),
		IN_WORLD(full_disk_is_507_and_changes_nothing),
		IN_WORLD(only_a_taken_key_exists_already),
		IN_WORLD(effects_follow_the_outermost_commit_in_order),
		IN_WORLD(nothing_is_written_behind_a_transaction_that_sqlite_took_back),
	};

	return cmocka_run_group_tests_name("effects", tests, NULL, NULL);
}
