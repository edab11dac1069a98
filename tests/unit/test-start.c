/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a first picture has from the cache, and what it does not wait for.  The platform is away. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "flow/session.h"
#include "flow/world/world.h"
#include "model/set.h"
#include "store/cache.h"
#include "store/store.h"
#include "tests/patience.h"

#define URL "http://127.0.0.1:1"
#define ENVIRONMENTS 20
#define FIRST_SETS 4		/* as in flow/world/watch.c */

static struct {
	char *folder, *history, *cache;
} here;

static json_t *
deployment(const char *app, int env)
{
	char *set_id = xasprintf("set-%s-%d", app, env);
	json_t *body = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "id", set_id, "env_id", "e",
				 "set_id", set_id, "status", "succeeded", "status_changed_at",
				 "2026-01-01T00:01:00Z", "created_at", "2026-01-01T00:00:00Z",
				 "created_by", "dev");

	free(set_id);
	return body;
}

static void
put_application(struct store *store, const char *app)
{
	char *key = xasprintf("%s envs acme/%s//", URL, app);
	json_t *environments = json_array();

	for (int i = 0; i < ENVIRONMENTS; i++) {
		char *id = xasprintf("env-%02d", i), *set_id = xasprintf("set-%s-%d", app, i);
		json_t *set = json_pack("{s:s, s:{s:{s:s, s:{s:s}}, s:{s:s, s:{s:i}}}, s:{}, s:i}",
					"id", set_id, "modules", "api", "profile", "p", "spec",
					"image", "api:1", "web", "profile", "p", "spec", "number",
					i, "shared", "version", 0);

		json_array_append_new(environments,
				      json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "id", id, "name",
						id, "type", "development", "status", "active",
						"last_deploy", deployment(app, i), "from_deploy",
						deployment(app, i)));
		store_put_set(store, URL, "acme", app, set_id, set);
		json_decref(set);
		free(set_id);
		free(id);
	}
	store_cache_put(store, key, environments, "");
	json_decref(environments);
	free(key);
}

static int
make_place(void **state)
{
	json_t *orgs = json_pack("[{s:s, s:s}]", "id", "acme", "name", "Acme");
	json_t *apps = json_pack("[{s:s, s:s}, {s:s, s:s}]", "id", "first", "name", "First", "id",
				 "second", "name", "Second");
	const char *tmp = getenv("TMPDIR");
	struct store *store;

	(void)state;
	here.folder = xasprintf("%s/start-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(here.folder))
		return -1;
	here.history = xasprintf("%s/history.db", here.folder);
	here.cache = xasprintf("%s/cache.db", here.folder);
	store = store_open(here.history, here.cache, NULL);
	if (!store)
		return -1;
	store_cache_put(store, URL " orgs ///", orgs, "");
	store_cache_put(store, URL " apps acme///", apps, "");
	put_application(store, "first");
	put_application(store, "second");
	store_close(store);
	json_decref(orgs);
	json_decref(apps);
	return 0;
}

static int
remove_place(void **state)
{
	int ret = paths_remove_tree(here.folder, NULL);

	(void)state;
	free(here.folder);
	free(here.history);
	free(here.cache);
	return ret;
}

static struct session *
begin(void)
{
	struct error err = {0};
	struct session *session = session_new(&(struct session_options){
		.url = URL, .history_path = here.history, .cache_path = here.cache }, &err);

	if (!session)
		fail_msg("%s", err.text);
	return session;
}

static size_t
count_sets(const struct session *session, const char *app)
{
	const struct world_application *application =
		world_application(session_world(session), "acme", app);
	size_t count = 0;

	assert_non_null(application);
	assert_int_equal(application->count, ENVIRONMENTS);
	for (size_t i = 0; i < application->count; i++)
		count += application->environments[i].set != NULL;
	return count;
}

/* What is left out comes by itself in the turns that follow. */
static void
has_few_sets_then_all(struct session *session, const char *app)
{
	const int64_t until = clock_steady_ms() + PATIENCE_MS;

	assert_int_equal(count_sets(session, app), FIRST_SETS);
	while (count_sets(session, app) < ENVIRONMENTS && clock_steady_ms() < until)
		(void)session_turn(session, NULL, NULL, 0, 50);
	assert_int_equal(count_sets(session, app), ENVIRONMENTS);
}

static void
a_first_picture_waits_for_few_sets(void **state)
{
	struct session *session = begin();

	(void)state;
	session_focus(session, "acme", "first");
	has_few_sets_then_all(session, "first");
	session_free(session);
}

/* It is another one than what was read before it was chosen. */
static void
a_first_picture_has_sets_of_the_application_that_was_chosen(void **state)
{
	struct session *session = begin();

	(void)state;
	session_focus(session, "acme", "second");
	has_few_sets_then_all(session, "second");
	session_free(session);
}

/* Twenty environments of one application are one set and what differs. */
static void
sets_of_an_application_share_what_they_have_in_common(void **state)
{
	struct session *session = begin();
	const struct world_application *first;

	(void)state;
	session_focus(session, "acme", "first");
	has_few_sets_then_all(session, "first");
	first = world_application(session_world(session), "acme", "first");
	for (size_t i = 1; i < first->count; i++) {
		const struct set *a = first->environments[0].set, *b = first->environments[i].set;

		assert_ptr_equal(set_module(a, "api"), set_module(b, "api"));
		assert_false(json_equal(set_module(a, "web"), set_module(b, "web")));
	}
	session_free(session);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_first_picture_waits_for_few_sets),
		cmocka_unit_test(a_first_picture_has_sets_of_the_application_that_was_chosen),
		cmocka_unit_test(sets_of_an_application_share_what_they_have_in_common),
	};

	return cmocka_run_group_tests(tests, make_place, remove_place);
}
