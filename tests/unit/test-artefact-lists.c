/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is asked about artefacts costs what it gives, however many versions were registered. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "memory-platform.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "platform/api/dispatch.h"
#include "platform/auth/access.h"
#include "platform/http/response-cache.h"
#include "platform/http/exchange.h"
#include "platform/http/stream.h"
#include "platform/state/platform.h"
#include "platform/state/rows.h"

#define MANY 20000
#define SOME 500	/* that are looked at in one go */
#define ENOUGH (SOME * 100)	/* steps of SQLite for those; all of them take twice that */
#define TEXT_MAX (16u * 1024 * 1024)
#define ORG "/orgs/acme"

static struct {
	char folder[64];
	struct platform platform;
	struct memory_driver memory;
	struct memory_cluster cluster;
	struct caller caller;
} world;

static int64_t
work(void)
{
	return db_work(world.platform.repository->db);
}

/* 'b' alone has versions that are shown and hidden ones by the thousand; of each of the others
 * there is one.  Another organization has them all too. */
static void
register_many(void)
{
	char *sql = xasprintf(
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<%d),"
		" o(org) AS (VALUES ('acme'), ('other'))"
		" INSERT INTO artefact_versions (org, id, archived, artefact_id, type, body)"
		" SELECT org, printf('00000000-0000-8000-a000-%%012d', i), i < 5000 AND i %% 2,"
		"  iif(i %% 2, 'b', 'c' || i), 'container', json_object("
		"  'id', printf('00000000-0000-8000-a000-%%012d', i), 'type', 'container',"
		"  'name', iif(i %% 2, 'b', 'c' || i), 'version', '1.' || i,"
		"  'artefact_id', iif(i %% 2, 'b', 'c' || i)) FROM o, n"
		" ORDER BY i, org", MANY);

	assert_int_equal(db_run(world.platform.repository->db, sql, NULL), 0);
	free(sql);
}

static int
make_world(void **state)
{
	(void)state;
	strcpy(world.folder, "/tmp/sidestage-lists-XXXXXX");
	assert_non_null(mkdtemp(world.folder));
	memory_cluster_init(&world.cluster);
	memory_platform_open(&world.platform, world.folder, &world.memory, &memory_as_process,
			     &world.cluster);
	memory_platform_import(&world.platform,
			       "{\"organizations\": [{\"id\": \"acme\", \"name\": \"Acme\"}]}");
	caller_init_own(&world.caller, &world.platform);
	register_many();
	return 0;
}

static int
remove_world(void **state)
{
	(void)state;
	caller_clear(&world.caller);
	memory_platform_close(&world.platform);
	memory_cluster_clear(&world.cluster);
	return paths_remove_tree(world.folder, NULL);
}

/* "KEY=VALUE" alone. */
static const char *
query_value(void *data, const char *key)
{
	const char *query = data;
	size_t length = strlen(key);

	return query && strncmp(query, key, length) == 0 && query[length] == '='
		       ? query + length + 1 : NULL;
}

/* All that a stream sends; each piece costs little. */
static json_t *
read_stream(struct stream *stream)
{
	struct buf all, piece;
	json_t *body;
	bool more;

	buf_init(&all, TEXT_MAX);
	do {
		int64_t before = work();

		buf_init(&piece, TEXT_MAX);
		more = stream->more(stream, &piece);
		assert_true(work() - before < ENOUGH);
		assert_true(buf_append(&all, buf_str(&piece), piece.length));
		buf_clear(&piece);
	} while (more);
	stream->free(stream);
	body = json_loads(buf_str(&all), 0, NULL);
	assert_non_null(body);
	buf_clear(&all);
	return body;
}

/* What is answered, in pieces or not. */
static json_t *
ask(const char *method, const char *path, const char *query, const char *text, int status)
{
	struct request request = {
		.method = method, .path = path, .caller = &world.caller, .bytes = text,
		.length = text ? strlen(text) : 0, .has_query = query != NULL,
		.query = query_value, .data = (void *)query, .may_wait = true,
	};
	struct response response;
	int64_t before = work();
	json_t *body;

	dispatch_answer(&world.platform, &request, &response);
	if (work() - before >= ENOUGH)
		fail_msg("%s?%s: %lld steps", path, query ? query : "",
			 (long long)(work() - before));
	if (response.status != status)
		fail_msg("%s: %d: %s", path, response.status,
			 json_member_string(response.body, "message"));
	body = response.stream ? read_stream(response.stream) : response.body;
	free(response.content_type);
	free(response.link);
	cached_response_free(response.keep);
	return body;
}

static void
expect_count(const char *path, const char *query, size_t count)
{
	json_t *list = ask("GET", path, query, NULL, 200);

	if (json_array_size(list) != count)
		fail_msg("%s?%s: %zu", path, query ? query : "", json_array_size(list));
	json_decref(list);
}

static void
a_list_of_versions_is_read_by_pages(void **state)
{
	json_t *list;

	(void)state;
	expect_count(ORG "/artefact-versions", "type=workload", 0);
	expect_count(ORG "/artefact-versions", "archived=true", MANY);
	list = ask("GET", ORG "/artefact-versions", NULL, NULL, 200);
	assert_int_equal(json_array_size(list), MANY - 2500);
	assert_string_equal(json_member_string(json_array_get(list, 0), "version"), "1.2");
	assert_string_equal(json_member_string(json_array_get(list, MANY - 2501), "version"),
			    "1.20000");
	json_decref(list);
}

static void
a_limit_is_kept_and_reads_no_more(void **state)
{
	json_t *list;

	(void)state;
	expect_count(ORG "/artefacts/c4444/versions", NULL, 1);
	expect_count(ORG "/artefacts/b/versions", NULL, MANY / 2 - 2500);
	expect_count(ORG "/artefacts/b/versions", "archived=true", MANY / 2);
	expect_count(ORG "/artefacts/b/versions", "limit=1400", 1400);
	/* Behind thousands that are hidden. */
	list = ask("GET", ORG "/artefacts/b/versions", "limit=5", NULL, 200);
	assert_int_equal(json_array_size(list), 5);
	assert_string_equal(json_member_string(json_array_get(list, 4), "version"), "1.5009");
	json_decref(list);
	json_decref(ask("GET", ORG "/artefacts/none/versions", NULL, NULL, 404));
}

/* By its first version that is shown, each once. */
static void
a_list_of_artefacts_is_read_by_pages(void **state)
{
	json_t *list = ask("GET", ORG "/artefacts", NULL, NULL, 200);

	(void)state;
	assert_int_equal(json_array_size(list), MANY / 2 + 1);
	assert_string_equal(json_member_string(json_array_get(list, 0), "id"), "c2");
	assert_string_equal(json_member_string(json_array_get(list, 2500), "id"), "b");
	json_decref(list);
	list = ask("GET", ORG "/artefacts", "archived=true", NULL, 200);
	assert_int_equal(json_array_size(list), MANY / 2 + 1);
	assert_string_equal(json_member_string(json_array_get(list, 0), "id"), "b");
	json_decref(list);
	expect_count(ORG "/artefacts", "type=workload", 0);
}

static void
one_version_is_read_alone(void **state)
{
	json_t *version = ask("GET", ORG "/artefact-versions/00000000-0000-8000-a000-000000009999",
			      NULL, NULL, 200);

	(void)state;
	assert_string_equal(json_member_string(version, "version"), "1.9999");
	json_decref(version);
	json_decref(ask("GET", ORG "/artefact-versions/00000000-0000-8000-a000-000000009999"
			"/workload-spec", NULL, NULL, 400));
	json_decref(ask("GET", ORG "/artefact-versions/00000000-0000-8000-a000-0000000xxxxx", NULL,
			NULL, 400));
	json_decref(ask("GET", ORG "/artefact-versions/00000000-0000-8000-a000-00000000ffff", NULL,
			NULL, 404));
	version = ask("PATCH", ORG "/artefacts/c4444/versions/00000000-0000-8000-a000-000000004444",
		      NULL, "{\"archived\": true}", 200);
	assert_true(json_is_true(json_object_get(version, "archived")));
	json_decref(version);
	json_decref(ask("GET", ORG "/artefacts/c4444/versions", NULL, NULL, 404));
	json_decref(ask("DELETE", ORG "/artefacts/c4446", NULL, NULL, 204));
	json_decref(ask("DELETE", ORG "/artefacts/c4446", NULL, NULL, 404));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_of_versions_is_read_by_pages),
		cmocka_unit_test(a_limit_is_kept_and_reads_no_more),
		cmocka_unit_test(a_list_of_artefacts_is_read_by_pages),
		cmocka_unit_test(one_version_is_read_alone),
	};

	return cmocka_run_group_tests_name("artefact lists", tests, make_world, remove_world);
}
