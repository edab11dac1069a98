/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is asked of the platform's state costs what it gives, however much was done. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "base/error.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "platform/state/place.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-artefacts.h"
#include "platform/state/repository-idempotency.h"
#include "platform/state/repository-pipelines.h"
#include "platform/state/repository-removal.h"
#include "platform/state/repository-users.h"
#include "platform/state/repository.h"
#include "platform/state/rows.h"

#define RUNS 5000
#define ENOUGH 5000	/* steps of SQLite for a page of twenty */

static char folder[] = "/tmp/state-XXXXXX";
static struct repository *repository;

static int
open_state(void **state)
{
	struct error err = {0};
	char *path;

	(void)state;
	if (!mkdtemp(folder))
		return -1;
	path = xasprintf("%s/platform.db", folder);
	repository = repository_open(path, &err);
	free(path);
	return repository ? 0 : -1;
}

static int
close_state(void **state)
{
	(void)state;
	repository_close(repository);
	return paths_remove_tree(folder, NULL);
}

static void
a_page_of_runs_looks_at_no_more(void **state)
{
	const struct place place = {.org = "acme", .app = "shop"};
	struct run_rows page, next;
	struct run_row run;
	int64_t before;
	char *sql = xasprintf(
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<%d)"
		" INSERT INTO deployments (org, app, env, id, set_id, from_id, comment, status,"
		"  status_changed_at, created_at, created_by) SELECT 'acme', 'shop', 'qa', 'd' || i, 's', '',"
		"  '', 'succeeded', i, i, 'release' FROM n;"
		"INSERT INTO pipeline_runs (org, app, env, id, deployment, inputs, created_at, created_by)"
		"  SELECT org, app, env, 'r' || seq, id, '{}', created_at, created_by FROM deployments",
		RUNS);

	(void)state;
	assert_int_equal(db_run(repository->db, sql, NULL), 0);
	free(sql);
	before = db_work(repository->db);
	assert_int_equal(repository_runs(repository, &place, INT64_MAX, 20, &page, NULL), 0);
	assert_int_equal(page.count, 20);
	assert_string_equal(page.items[0].id, "r5000");
	assert_int_equal(page.items[0].status, DEPLOYMENT_SUCCEEDED);
	assert_int_equal(repository_runs(repository, &place, 4981, 20, &next, NULL), 0);
	assert_string_equal(next.items[0].id, "r4980");
	assert_int_equal(repository_run(repository, &place, "r7", &run, NULL), 0);
	assert_string_equal(run.deployment, "d7");
	run_row_clear(&run);
	assert_true(db_work(repository->db) - before < ENOUGH);
	assert_int_equal(repository_run(repository, &(struct place){.org = "acme", .app = "other"},
					"r7", &run, NULL),
			 -1);
	run_rows_clear(&page);
	run_rows_clear(&next);
}

/* --- what is deleted --- */

#define GATHERED 5000		/* rows of each kind */
#define SLICE_ENOUGH 400000	/* steps of SQLite for a slice; for all of them, more */

static int64_t
count(const char *table)
{
	char *sql = xasprintf("SELECT count(*) FROM %s", table);
	int64_t found = db_number(repository->db, sql, -1);

	free(sql);
	return found;
}

/* An application of two environments; and another that is to stay as it is. */
static void
gather(void)
{
	char *sql = xasprintf(
		"DELETE FROM deployments; DELETE FROM pipeline_runs;"
		"INSERT INTO organizations VALUES ('acme', 'Acme', 1, 'dev');"
		"INSERT INTO applications (org, id, name, created_at, created_by)"
		"  VALUES ('acme', 'old', 'Old', 1, 'dev'), ('acme', 'kept', 'Kept', 1, 'dev');"
		"INSERT INTO environments (org, app, id, name, type, status, status_changed_at, created_at,"
		"  created_by) SELECT 'acme', column1, column2, 'E', 'development', 'active', 1, 1, 'dev'"
		"  FROM (VALUES ('old', 'qa'), ('kept', 'qa'));"
		"CREATE TEMP TABLE n AS WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM c"
		"  WHERE i<%d), a(app) AS (VALUES ('old'), ('kept')) SELECT i, app FROM c, a;"
		"INSERT INTO deployments (org, app, env, id, set_id, from_id, comment, status,"
		"  status_changed_at, created_at, created_by) SELECT 'acme', app, 'qa', app || i, 's', '',"
		"  '', 'failed', i, i, 'release' FROM n;"
		"INSERT INTO deployment_errors (deployment, scope, object_id, code, summary, message)"
		"  SELECT id, 'workload', 'web', 'x', 'x', 'x' FROM deployments;"
		"INSERT INTO pipeline_runs (org, app, env, id, deployment, inputs, created_at, created_by)"
		"  SELECT org, app, env, 'r' || id, id, '{}', created_at, created_by FROM deployments;"
		"INSERT INTO sets SELECT 'acme', app, 's' || i, '{}' FROM n;"
		"INSERT INTO graphs SELECT 'acme', app, 'qa', 'g' || app || i, 'h' || i, '[]', 1, 1 FROM n;"
		"DROP TABLE n", GATHERED);
	struct error err = {0};

	if (db_run(repository->db, sql, &err) != 0)
		fail_msg("%s", err.text);
	free(sql);
}

/* How many slices it took: each one changes few rows. */
static int
repeat(int (*slice)(struct repository *repository, const struct place *place, struct error *err),
       const struct place *place)
{
	struct error err = {0};
	int turns = 0, more;

	do {
		int64_t before = db_total_changes(repository->db), cost = db_work(repository->db);

		more = slice(repository, place, &err);
		assert_true(db_total_changes(repository->db) - before <= 2 * 1000);
		assert_true(db_work(repository->db) - cost < SLICE_ENOUGH);
		turns++;
	} while (more > 0);
	if (more != 0)
		fail_msg("%s", err.text);
	return turns;
}

static int
drop(struct repository *of, const struct place *place, struct error *err)
{
	(void)place;
	return repository_drop_applications(of, err);
}

static void
what_has_been_gathered_is_deleted_in_slices(void **state)
{
	const struct place qa = {.org = "acme", .app = "old", .env = "qa"};
	const struct place old = {.org = "acme", .app = "old"};
	const struct place kept = {.org = "acme", .app = "kept", .env = "qa"};
	struct error err = {0};

	(void)state;
	gather();
	assert_int_equal(repository_set_application_deleting(repository, &old, 1, &err), 0);
	assert_int_equal(repository_set_deleting(repository, &qa, 1, &err), 0);
	assert_true(repeat(repository_trim_environment, &qa) > 10);
	assert_int_equal(count("graphs"), GATHERED);
	assert_int_equal(count("pipeline_runs"), GATHERED);
	assert_int_equal(count("deployments"), 2 * GATHERED);	/* bases of others, maybe */
	assert_int_equal(repository_forget_environment(repository, &qa, &err), 1);
	assert_int_equal(count("environments"), 1);
	assert_int_equal(repository_has(repository, &old, &err), 0);
	assert_true(repeat(drop, NULL) > 10);
	assert_int_equal(repository_has(repository, &old, &err), -1);
	assert_int_equal(repository_has(repository, &kept, &err), 0);
	assert_int_equal(count("deployments"), GATHERED);
	assert_int_equal(count("deployment_errors"), GATHERED);
	assert_int_equal(count("sets"), GATHERED);
	assert_int_equal(count("environments"), 1);
}

/* --- artefacts --- */

static void
run(const char *sql)
{
	struct error err = {0};

	if (db_run(repository->db, sql, &err) != 0)
		fail_msg("%s", err.text);
}

static void
gather_versions(void)
{
	char *sql = xasprintf(
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<%d),"
		" a(artefact) AS (VALUES ('web'), ('kept'))"
		" INSERT INTO artefact_versions (org, id, body, artefact_id, type)"
		" SELECT 'acme', artefact || i, json_object('artefact_id', artefact, 'id', artefact || i,"
		" 'type', 'container'), artefact, 'container' FROM n, a ORDER BY i", GATHERED);

	run(sql);
	free(sql);
}

static size_t
versions_of(const char *artefact)
{
	struct artefacts found;
	int64_t next;
	size_t count;

	assert_int_equal(repository_artefacts_after(repository, "acme", artefact, 0, -1, &next, &found,
						    NULL), 0);
	count = found.count;
	artefacts_clear(&found);
	return count;
}

static void
register_version(const char *id)
{
	struct artefact artefact = {0};

	untrusted_set(&artefact.version.id, id);
	untrusted_set(&artefact.version.artefact_id, "web");
	artefact.version.type = ARTEFACT_CONTAINER;
	assert_int_equal(repository_put_artefact(repository, "acme", &artefact, NULL), 0);
	artefact_clear(&artefact);
}

static int
drop_versions(struct repository *of, const struct place *place, struct error *err)
{
	(void)place;
	return repository_drop_artefacts(of, err);
}

/* At once for everybody; what is registered meanwhile, also under an id of before, stays. */
static void
an_artefact_is_deleted_in_slices(void **state)
{
	const struct artefact_kind any = {.artefact_id = "web"};
	struct artefact found;
	struct error err = {0};
	int64_t cost;

	(void)state;
	gather_versions();
	cost = db_work(repository->db);
	assert_int_equal(repository_drop_artefact(repository, "acme", "web", &err), 0);
	assert_true(db_work(repository->db) - cost < ENOUGH);
	assert_int_equal(count("artefact_versions"), 2 * GATHERED);
	assert_int_equal(versions_of("web"), 0);
	assert_int_equal(versions_of("kept"), GATHERED);
	assert_int_equal(repository_artefact(repository, "acme", "web7", &found, &err), -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	assert_int_equal(repository_has_artefact(repository, "acme", &any, INT64_MAX, &err), 0);
	assert_int_equal(repository_drop_artefact(repository, "acme", "web", &err), -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	register_version("web7");
	register_version("new");
	assert_int_equal(versions_of("web"), 2);
	assert_true(repeat(drop_versions, NULL) >= 10);
	assert_int_equal(count("artefact_versions"), GATHERED + 2);
	assert_int_equal(count("dropped_artefacts"), 0);
	assert_int_equal(versions_of("web"), 2);
	assert_int_equal(repository_drop_artefact(repository, "acme", "web", &err), 0);
	register_version("newer");
	assert_int_equal(repeat(drop_versions, NULL), 1);
	assert_int_equal(versions_of("web"), 1);
}

/* --- what one deployment has --- */

/* It may have failed for many reasons, each with what a program printed. */
static void
what_one_deployment_gathered_is_deleted_in_slices(void **state)
{
	const struct place app = {.org = "acme", .app = "blamed"};
	struct error err = {0};
	int64_t kept = count("deployment_errors");
	char *sql = xasprintf(
		"INSERT INTO applications (org, id, name, created_at, created_by)"
		"  VALUES ('acme', 'blamed', 'B', 1, 'dev');"
		"INSERT INTO deployments (org, app, env, id, set_id, from_id, comment, status,"
		"  status_changed_at, created_at, created_by) VALUES ('acme', 'blamed', 'qa', 'b', 's',"
		"  '', '', 'failed', 1, 1, 'release');"
		"WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM c WHERE i<%d)"
		" INSERT INTO deployment_errors (deployment, scope, object_id, code, summary, message)"
		"  SELECT 'b', 'workload', 'web', 'x', 'x', hex(zeroblob(1000)) FROM c", GATHERED);

	(void)state;
	run(sql);
	free(sql);
	assert_int_equal(repository_set_application_deleting(repository, &app, 1, &err), 0);
	assert_true(repeat(drop, NULL) >= GATHERED / 1000);
	assert_int_equal(count("deployment_errors"), kept);
	assert_int_equal(repository_has(repository, &app, &err), -1);
}

/* --- what is too old --- */

static int
forget_answers(struct repository *of, const struct place *place, struct error *err)
{
	int64_t before = count("idempotency_keys");
	int ret = repository_forget_idempotent(of, GATHERED, err);

	(void)place;
	return ret != 0 ? -1 : count("idempotency_keys") < before;
}

static int
prune(struct repository *of, const struct place *place, struct error *err)
{
	(void)place;
	return repository_prune_audit(of, 2 * GATHERED, GATHERED, err);
}

static void
what_is_too_old_is_forgotten_in_slices(void **state)
{
	char *sql = xasprintf(
		"CREATE TEMP TABLE n AS WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM c"
		"  WHERE i<%d) SELECT i FROM c;"
		"INSERT INTO idempotency_keys SELECT 'anna', 'k' || i, '', 200, '{}', i FROM n;"
		"INSERT INTO audit (at, org, user, token, method, path, status, peer)"
		"  SELECT i, 'acme', 'anna', '', 'POST', '/', 200, '' FROM n; DROP TABLE n",
		3 * GATHERED);

	(void)state;
	run(sql);
	free(sql);
	assert_true(repeat(forget_answers, NULL) >= GATHERED / IDEMPOTENT_SLICE);
	assert_int_equal(count("idempotency_keys"), 2 * GATHERED);
	assert_true(repeat(prune, NULL) >= GATHERED / AUDIT_SLICE);
	assert_int_equal(count("audit"), 2 * GATHERED);
	run("UPDATE audit SET at = 1 WHERE seq % 2");		/* by age, too */
	assert_true(repeat(prune, NULL) >= GATHERED / AUDIT_SLICE);
	assert_int_equal(count("audit"), GATHERED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_of_runs_looks_at_no_more),
		cmocka_unit_test(what_has_been_gathered_is_deleted_in_slices),
		cmocka_unit_test(an_artefact_is_deleted_in_slices),
		cmocka_unit_test(what_one_deployment_gathered_is_deleted_in_slices),
		cmocka_unit_test(what_is_too_old_is_forgotten_in_slices),
	};

	return cmocka_run_group_tests_name("state", tests, open_state, close_state);
}
