/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is found in the history by typing, and what the board looked like at a time. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "store/history.h"
#include "store/journal.h"
#include "store/moments.h"
#include "store/private.h"
#include "store/search.h"
#include "store/store.h"

#define URL "localhost"
#define DAY (24 * 60 * 60 * (int64_t)1000)

struct place {
	char *folder, *history, *cache;
	struct store *store;
};

static void
open_it(struct place *place)
{
	struct error err = {0};

	place->store = store_open(place->history, place->cache, &err);
	assert_string_equal(err.text, "");
}

static int
make_place(void **state)
{
	struct place *place = xcalloc(1, sizeof(*place));
	const char *tmp = getenv("TMPDIR");

	place->folder = xasprintf("%s/search-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(place->folder))
		return -1;
	place->history = xasprintf("%s/history.db", place->folder);
	place->cache = xasprintf("%s/cache.db", place->folder);
	open_it(place);
	*state = place;
	return 0;
}

static int
remove_place(void **state)
{
	struct place *place = *state;
	int ret;

	store_close(place->store);
	ret = paths_remove_tree(place->folder, NULL);
	free(place->folder);
	free(place->history);
	free(place->cache);
	free(place);
	return ret;
}

static void
add(struct place *place, const char *id, const char *verb, const char *summary, const char *reason)
{
	struct operation o = {0};

	untrusted_init(&o.id, id);
	untrusted_init(&o.verb, verb);
	untrusted_init(&o.url, URL);
	untrusted_init(&o.org, "acme");
	untrusted_init(&o.app, "shop");
	untrusted_init(&o.env, "production");
	untrusted_init(&o.who, "wren");
	untrusted_init(&o.summary, summary);
	untrusted_init(&o.reason, reason);
	o.steps = xcalloc(1, sizeof(*o.steps));
	o.steps[0].name = xstrdup("save");
	o.step_count = 1;
	assert_int_equal(store_operation_begin(place->store, &o, NULL), 0);
	operation_clear(&o);
}

/* The ids of what is found, newest first, as one string. */
static const char *
find(struct place *place, const char *text)
{
	static char found[256];
	struct history_query query = {.url = URL, .find = text};
	struct operation_list list;
	struct error err = {0};

	if (store_history_list(place->store, &query, &list, &err))
		fail_msg("%s: %s", text, err.text);
	*found = '\0';
	for (size_t i = 0; i < list.count; i++)
		snprintf(found + strlen(found), sizeof(found) - strlen(found), "%s%s", i ? " " : "",
			 untrusted_raw(&list.items[i].id));
	operation_list_clear(&list);
	return found;
}

#define FINDS(text, ids) assert_string_equal(find(*state, text), ids)

static void
finds_every_kind_of_word(void **state)
{
	add(*state, "1", "deploy", "web 1.4.2 \xe2\x86\x92 1.4.3", "The cart was empty");
	add(*state, "2", "clone", "clone of production", NULL);
	FINDS("deploy", "1");
	FINDS("production", "2 1");
	FINDS("1.4.3", "1");
	FINDS("CART", "1");
	FINDS("wren", "2 1");
	FINDS("web", "1");
	FINDS("", "2 1");
	FINDS("  \t ", "2 1");
	FINDS("nowhere", "");
}

static void
all_words_must_be_found(void **state)
{
	add(*state, "1", "deploy", "web 1.4.2", "cart");
	add(*state, "2", "deploy", "api 1.4.2", "cart");
	FINDS("cart web", "1");
	FINDS("web cart", "1");
	FINDS(" cart  1.4.2 ", "2 1");
	FINDS("web api", "");
	FINDS("wr ap", "2");
}

static void
nothing_typed_is_syntax(void **state)
{
	static const char *const typed[] = {
		"\"",
		"\"\"",
		"\"\"\"",
		"'",
		"';DROP TABLE operation;--",
		"cart OR web",
		"cart AND",
		"NOT cart",
		"NEAR(",
		"NEAR(cart web)",
		"(cart",
		"cart)",
		"*",
		"car*",
		"^car",
		"text:cart",
		"{text}:cart",
		"-cart",
		"+cart",
		"cart + web",
		"a\"b\"c",
		"\\",
		"\\\\",
		"\\%",
		"?1",
		":a",
		"@a",
		"$a",
		"\x01\x02\x03",
		"\xff\xfe\xfd",
		"\xc3",
		"\xe2\x86",
		"%s%n%d",
		",,,",
		"<<<>>>",
	};

	add(*state, "1", "deploy", "web 1.4.2", "cart");
	for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++)
		FINDS(typed[i], "");
	FINDS("cart", "1");
}

static void
marks_of_syntax_are_found_as_they_stand(void **state)
{
	add(*state, "1", "deploy", "say \"hello\" (now)*", "100% sure_of \\it AND more");
	add(*state, "2", "deploy", "say hello now", "100 sure of it");
	FINDS("\"hello\"", "1");
	FINDS("(now)*", "1");
	FINDS("100%", "1");
	FINDS("%", "1");
	FINDS("_", "1");
	FINDS("\\", "1");
	FINDS("\"", "1");
	FINDS("e_", "1");
	FINDS("AND", "1");
	FINDS("0%", "1");
}

static void
finds_other_scripts(void **state)
{
	add(*state, "1", "deploy", "web",
	    "\xe8\xb4\xad\xe7\x89\xa9\xe8\xbd\xa6\xe4\xb8\xba\xe7\xa9\xba");
	add(*state, "2", "deploy", "web", "\xc3\x84rger mit \xc3\x96len");
	FINDS("\xe8\xb4\xad\xe7\x89\xa9\xe8\xbd\xa6", "1");
	FINDS("\xe7\x89\xa9\xe8\xbd\xa6", "1");		/* two characters: no trigram */
	FINDS("\xe7\xa9\xba", "1");
	FINDS("\xe7\xa9\xba\xe4\xb8\xba", "");
	FINDS("\xc3\xa4rger", "2");			/* the case of other letters, too */
	FINDS("\xc3\x96l", "2");
}

static void
long_texts_are_no_error(void **state)
{
	char *x = xcalloc(100001, 1), *words = xcalloc(100001, 1);

	memset(x, 'x', 100000);
	for (size_t i = 0; i < 100000; i++)
		words[i] = i % 2 ? ' ' : 'e';
	add(*state, "1", "deploy", "web", x);
	add(*state, "2", "deploy", "web", "other");
	FINDS(x, "1");
	FINDS(words, "2 1");
	memset(words, '%', 100000);
	FINDS(words, "");
	for (size_t i = 0; i + 3 <= 99999; i += 3)
		memcpy(words + i, "\xe7\xa9\xba", 3);
	words[99999] = '\0';
	FINDS(words, "");
	/* What is cut is cut between two characters, wherever these begin. */
	for (size_t before = 0; before < 3; before++) {
		char id[] = {'3', (char)('0' + before), '\0'};

		memset(x, 'e', before);
		for (size_t i = 0; i < 500; i++)
			memcpy(x + before + 3 * i, "\xe7\xa9\xba", 3);
		x[before + 1500] = '\0';
		add(*state, id, "deploy", "web", x);
		assert_non_null(strstr(find(*state, x), id));
	}
	free(x);
	free(words);
}

static void
what_cannot_be_looked_through_is_not_taken_for_nothing(void **state)
{
	struct place *place = *state;
	struct operation_list list;
	struct error err = {0};

	add(place, "1", "deploy", "web", NULL);
	assert_int_equal(
		db_run(place->store->history, "DROP TABLE words_index; DROP TABLE words", NULL), 0);
	assert_int_equal(store_history_list(place->store, &(struct history_query){.find = "web"},
					    &list, &err),
			 -1);
	assert_int_equal(err.kind, ERROR_STORE);
	assert_non_null(strstr(err.text, "no such table"));
}

static void
follows_what_an_operation_becomes(void **state)
{
	struct place *place = *state;
	struct operation o;

	add(place, "1", "deploy", "web", NULL);
	assert_int_equal(store_operation_get(place->store, "1", &o, NULL), 0);
	untrusted_set(&o.reason, "sesame");
	untrusted_set(&o.error, "quota used up");
	untrusted_set(&o.steps[0].detail, "delta f00d");
	o.state = OPERATION_FAILED;
	assert_int_equal(store_operation_update(place->store, &o, 0, NULL), 0);
	FINDS("sesame quota f00d failed", "1");
	untrusted_set(&o.reason, "other");
	assert_int_equal(store_operation_update(place->store, &o, SIZE_MAX, NULL), 0);
	FINDS("sesame", "");
	FINDS("other quota f00d", "1");
	operation_clear(&o);
}

static void
other_conditions_hold_as_well(void **state)
{
	struct history_query query = {.url = URL, .verb = "clone", .find = "prod", .before = "3"};
	struct place *place = *state;
	struct operation_list list;

	add(place, "1", "deploy", "web", NULL);
	add(place, "2", "clone", "web", NULL);
	add(place, "3", "clone", "web", NULL);
	assert_int_equal(store_history_list(place->store, &query, &list, NULL), 0);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.items[0].id.raw, "2");
	operation_list_clear(&list);
}

static void
an_older_file_is_searched_too(void **state)
{
	struct place *place = *state;
	sqlite3 *database;

	add(place, "1", "deploy", "web 1.4.2", "cart");
	store_close(place->store);
	assert_int_equal(sqlite3_open(place->history, &database), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(
			database,
			"DROP TABLE words_index; DROP TABLE words; DROP TABLE moment; DROP TABLE setting; DROP INDEX operation_open; DROP INDEX operation_platform; DROP INDEX operation_org; DROP INDEX operation_app; DROP INDEX operation_verb; DROP INDEX operation_source; DROP INDEX operation_undoes; ALTER TABLE step DROP COLUMN id; DROP TABLE address; ALTER TABLE operation DROP COLUMN address; ALTER TABLE operation DROP COLUMN error_kind; PRAGMA user_version=2;",
			NULL, NULL, NULL),
		SQLITE_OK);
	sqlite3_close(database);
	open_it(place);
	FINDS("cart 1.4.2", "1");
}

/* --- a long history --- */

#define LONG 6000

/* Operations 1 to `count` in turn on ten environments, of which the oldest says "needle". */
static void
fill_history(struct place *place, int count)
{
	char *sql = xasprintf(
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<%d)"
		" INSERT INTO operation (id, verb, url, org, app, env, summary, state, created_at, ended_at,"
		"  undoes) SELECT printf('%%07d', i), CASE i %% 10 WHEN 0 THEN 'clone' ELSE 'deploy' END,"
		"  '" URL
		"', 'acme', 'shop', 'env-' || (i %% 10), CASE i WHEN 1 THEN 'needle' ELSE 'web 1.4.2'"
		"  END, 'done', i, i, CASE i WHEN 2 THEN '0000001' END FROM n;"
		"INSERT INTO step (operation, number, name, state, started_at, ended_at, detail, id)"
		"  SELECT id, 0, '', 2, 1, 2, 'said', 'save' FROM operation;"
		"INSERT INTO words (operation, text) " SEARCH_WORDS ";"
		"INSERT INTO words_index (words_index) VALUES ('rebuild');",
		count);

	assert_int_equal(db_run(place->store->history, sql, NULL), 0);
	free(sql);
}

/* What it costs to ask, in steps of SQLite; it gives `count`, of which the first has this id. */
static int64_t
cost(struct place *place, const struct history_query *query, size_t count, const char *first)
{
	int64_t before = db_work(place->store->history);
	struct operation_list list;

	assert_int_equal(store_history_list(place->store, query, &list, NULL), 0);
	assert_int_equal(list.count, count);
	if (first)
		assert_string_equal(untrusted_raw(&list.items[0].id), first);
	operation_list_clear(&list);
	return db_work(place->store->history) - before;
}

/* As many steps as ten times the rows that it gives would take in a short one. */
#define ROWS 20
#define ENOUGH 3000

static void
what_is_asked_costs_the_same_in_a_long_history(void **state)
{
	struct place *place = *state;
	struct operation undone_by;
	int64_t before;
	char last[16], older[16];

	fill_history(place, LONG);
	snprintf(last, sizeof(last), "%07d", LONG);
	snprintf(older, sizeof(older), "%07d", LONG / 2 - 1);
	const struct { struct history_query query; size_t count; const char *first; } cases[] = {
		{{.url = URL}, ROWS, last},
		{{.url = URL, .before = "0003000"}, ROWS, older},
		{{.url = URL, .after = ""}, ROWS, "0000020"},
		{{.url = URL, .after = "0003000"}, ROWS, "0003020"},
		{{.url = URL, .org = "acme"}, ROWS, last},
		{{.url = URL, .org = "nobody"}, 0, NULL},
		{{.url = URL, .org = "acme", .app = "shop"}, ROWS, last},
		{{.url = URL, .org = "acme", .app = "shop", .env = "env-0"}, ROWS, last},
		{{.url = URL, .org = "acme", .app = "shop", .env = "env-0", .before = "0003000"}, ROWS, "0002990"},
		{{.url = URL, .org = "acme", .app = "shop", .verb = "clone"}, ROWS, last},
		{{.url = URL, .org = "acme", .app = "shop", .verb = "undo"}, 0, NULL},
		{{.url = "elsewhere"}, 0, NULL},
		{{.url = URL, .unfinished = true}, 0, NULL},
		{{.url = URL, .unwatched = true}, 0, NULL},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct history_query query = cases[i].query;
		int64_t steps;

		query.limit = ROWS;
		steps = cost(place, &query, cases[i].count, cases[i].first);
		if (steps > ENOUGH)
			fail_msg("question %zu: %lld steps", i, (long long)steps);
	}
	before = db_work(place->store->history);
	assert_int_equal(store_operation_undone_by(place->store, "0000001", &undone_by, NULL), 0);
	assert_string_equal(untrusted_raw(&undone_by.id), "0000002");
	operation_clear(&undone_by);
	assert_int_equal(store_operation_undone_by(place->store, "0000003", &undone_by, NULL), -1);
	assert_true(db_work(place->store->history) - before < ENOUGH);
}

/* Looks for it in pieces; the costliest one, in steps.  *pieces: until the first find, or all. */
static int64_t
look_for(struct place *place, const char *text, int *pieces, size_t *found)
{
	struct store_search *search =
		store_search_new(place->store, &(struct history_query){.url = URL, .find = text});
	struct operation_list list = {0};
	int64_t most = 0;
	int more, done = 0;

	*pieces = 0;
	do {
		int64_t before = db_work(place->store->history);
		size_t had = list.count;

		more = store_search_step(search, &list, NULL);
		assert_true(more >= 0);
		/* Never more at once than a screen or two. */
		assert_true(list.count - had <= 100);
		before = db_work(place->store->history) - before;
		most = before > most ? before : most;
		assert_true(store_search_done(search) >= done);
		done = store_search_done(search);
		++*pieces;
	} while (more && list.count == 0);
	assert_int_equal(done == 1000, !more);
	*found = list.count;
	store_search_free(search);
	operation_list_clear(&list);
	return most;
}

static void
a_long_search_goes_on_in_pieces(void **state)
{
	struct place *place = *state;
	int pieces;
	size_t found;

	fill_history(place, LONG);
	/* What is everywhere is there at once, and not all of it: not even the index of it is. */
	assert_true(look_for(place, "deploy", &pieces, &found) < 3 * ENOUGH);
	assert_int_equal(pieces, 1);
	assert_in_range(found, 1, 100);
	assert_true(look_for(place, "we", &pieces, &found) < 3 * ENOUGH);
	assert_int_equal(pieces, 1);
	/* What is far away, or nowhere, takes several. */
	assert_true(look_for(place, "needle", &pieces, &found) < ENOUGH);
	assert_int_equal(found, 1);
	assert_true(pieces > 1);
	look_for(place, "zz", &pieces, &found);
	assert_int_equal(found, 0);
	assert_true(pieces > 1);
	assert_int_equal(cost(place, &(struct history_query){.url = URL, .find = "needle"}, 1,
			      "0000001") > 0,
			 1);
	assert_true(cost(place, &(struct history_query){.url = URL, .find = "web", .limit = 150},
			 150, NULL) > 0);
}

/* --- moments --- */

static char *
text(const char *ours)
{
	return (char *)(uintptr_t)ours;
}

static void
put(struct place *place, const char *env, int64_t at, const char *set, const char *status)
{
	struct board_moment m = {text(env), text("Name"), text("development"), text(""), text("d"),
			   text(set), text(status), at};
	struct error err = {0};

	assert_int_equal(store_put_moments(place->store, URL, "acme", "shop", &m, 1, &err), 0);
	assert_string_equal(err.text, "");
}

static const char *
board_at(struct place *place, int64_t at)
{
	static char found[256];
	struct moment_list list;

	assert_int_equal(store_moments_at(place->store, URL, "acme", "shop", at, &list, NULL), 0);
	*found = '\0';
	for (size_t i = 0; i < list.count; i++)
		snprintf(found + strlen(found), sizeof(found) - strlen(found), "%s%s:%s",
			 i ? " " : "", list.items[i].env, list.items[i].set_id);
	moment_list_clear(&list);
	return found;
}

static void
only_changes_are_moments(void **state)
{
	struct place *place = *state;

	put(place, "qa", 100, "s1", "succeeded");
	put(place, "qa", 200, "s1", "succeeded");
	put(place, "qa", 300, "s2", "succeeded");
	put(place, "qa", 250, "s3", "succeeded");	/* older than what is known */
	assert_int_equal(store_moment_after(place->store, URL, "acme", "shop", 100, NULL), 300);
	assert_int_equal(store_moment_before(place->store, URL, "acme", "shop", 300, NULL), 100);
	assert_int_equal(store_moment_before(place->store, URL, "acme", "shop", 100, NULL), 0);
	assert_int_equal(store_moment_after(place->store, URL, "acme", "shop", 300, NULL), 0);
	assert_int_equal(store_moment_after(place->store, URL, "acme", "blog", 0, NULL), 0);
}

static void
the_board_is_what_was_known_then(void **state)
{
	struct place *place = *state;

	put(place, "qa", 100, "s1", "succeeded");
	put(place, "dev", 200, "s2", "succeeded");
	put(place, "qa", 300, "s3", "succeeded");
	put(place, "dev", 400, "", "gone");
	assert_string_equal(board_at(place, 99), "");
	assert_string_equal(board_at(place, 100), "qa:s1");
	assert_string_equal(board_at(place, 299), "dev:s2 qa:s1");
	assert_string_equal(board_at(place, 300), "dev:s2 qa:s3");
	assert_string_equal(board_at(place, 400), "qa:s3");
	put(place, "dev", 500, "s4", "succeeded");
	assert_string_equal(board_at(place, 900), "dev:s4 qa:s3");
}

static void
old_moments_go_but_never_the_last(void **state)
{
	struct place *place = *state;

	put(place, "qa", 1 * DAY, "s1", "succeeded");
	put(place, "qa", 2 * DAY, "s2", "succeeded");
	put(place, "dev", 1 * DAY, "s3", "succeeded");
	put(place, "qa", (3 + MOMENT_DAYS) * DAY, "s4", "succeeded");
	/* s1 was followed more than MOMENT_DAYS ago; s2 stood within them. */
	assert_string_equal(board_at(place, 1 * DAY), "dev:s3");
	assert_string_equal(board_at(place, 4 * DAY), "dev:s3 qa:s2");
}

static void
moments_of_an_application_have_a_limit(void **state)
{
	struct place *place = *state;
	char set[16];

	put(place, "dev", 1, "old", "succeeded");
	sqlite3 *database;
	assert_int_equal(sqlite3_open(place->history, &database), SQLITE_OK);
	assert_int_equal(sqlite3_exec(database,
		"WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i+1 FROM n WHERE i<6000)"
		" INSERT INTO moment SELECT '" URL "','acme','shop','qa',i,'Name','development','',"
		" 'd',i,'succeeded' FROM n", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(database);
	snprintf(set, sizeof(set), "%d", 6001);
	put(place, "qa", 6001, set, "succeeded");
	assert_int_equal(store_moment_after(place->store, URL, "acme", "shop", 1, NULL),
			 6001 - MOMENT_MAX + 1);
	assert_string_equal(board_at(place, 1), "dev:old");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_place, remove_place)
		TEST(finds_every_kind_of_word),
		TEST(all_words_must_be_found),
		TEST(nothing_typed_is_syntax),
		TEST(marks_of_syntax_are_found_as_they_stand),
		TEST(finds_other_scripts),
		TEST(long_texts_are_no_error),
		TEST(what_cannot_be_looked_through_is_not_taken_for_nothing),
		TEST(follows_what_an_operation_becomes),
		TEST(other_conditions_hold_as_well),
		TEST(an_older_file_is_searched_too),
		TEST(what_is_asked_costs_the_same_in_a_long_history),
		TEST(a_long_search_goes_on_in_pieces),
		TEST(only_changes_are_moments),
		TEST(the_board_is_what_was_known_then),
		TEST(old_moments_go_but_never_the_last),
		TEST(moments_of_an_application_have_a_limit),
#undef TEST
	};

	return cmocka_run_group_tests_name("search", tests, NULL, NULL);
}
