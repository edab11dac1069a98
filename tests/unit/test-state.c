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
#include "platform/state/repository-pipelines.h"
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_of_runs_looks_at_no_more),
	};

	return cmocka_run_group_tests_name("state", tests, open_state, close_state);
}
