/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A history as long as it can become: what each question to it costs.
 *
 *	tests/bench/history FILE [OPERATIONS]
 *
 * Makes FILE (beside it FILE.cache and FILE.lock) unless it is there, with a million operations
 * that say as much as real ones do (5.5 GB; some minutes), and asks what the screen asks.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "store/history.h"
#include "store/journal.h"
#include "store/private.h"
#include "store/search.h"
#include "store/store.h"

#define URL "localhost"
#define BATCH 50000
#define ROWS 200
#define WRITES 1000
#define HASH_BYTES (256 * 1024 * 1024)
#define USUAL_HASH_BYTES (1024 * 1024)

/* Of the processor, and not of the wall: the disk, and what else the machine does, come on top. */
static double
now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec * 1000 + (double)time.tv_nsec / 1e6;
}

static void
must(int ret, const struct error *err)
{
	if (ret == 0)
		return;
	fprintf(stderr, "%s\n", err->text);
	exit(1);
}

/* One in ten is a clone; environments and versions come again, ids and reasons do not. */
static void
fill(struct db *db, int from, int count)
{
	char *sql = xasprintf(
		"WITH RECURSIVE n(i) AS (SELECT %d UNION ALL SELECT i+1 FROM n WHERE i<%d)"
		" INSERT INTO operation (id, verb, context, url, address, org, app, env, source, env_name,"
		"  env_type, who, reason, summary, request, state, created_at, ended_at, from_deployment,"
		"  from_set, to_set, deployment_id, undo, way_back) SELECT"
		"  printf('%%012x-0000-7000-8000-%%s', i, lower(hex(randomblob(6)))),"
		"  CASE i %% 10 WHEN 0 THEN 'clone' WHEN 9 THEN 'discard' WHEN 5 THEN 'promote' ELSE 'deploy' END,"
		"  'team', '" URL "', '" URL
		"', 'acme', 'shop-' || (i %% 20), 'hotfix-' || (i / 10),"
		"  CASE WHEN i %% 5 THEN NULL ELSE 'production' END, 'Hotfix ' || (i / 10), 'development',"
		"  'user-' || (i %% 50), 'The cart of order ' || i || ' was empty after the last step',"
		"  'web 1.4.' || (i %% 90) || ' → 1.4.' || (i %% 90 + 1),"
		"  json_object('version', 1, 'images', json_object('web', 'local/web:1.4.' || (i %% 90)),"
		"   'comment', hex(randomblob(200))), 'done', 1700000000000 + i * 60000,"
		"  1700000000000 + i * 60000 + 900, lower(hex(randomblob(16))), lower(hex(randomblob(20))),"
		"  lower(hex(randomblob(20))), lower(hex(randomblob(16))),"
		"  json_object('modules', json_object('update', json_object('web', json_array()))),"
		"  'web image → 1.4.' || (i %% 90) FROM n;",
		from, from + count - 1);
	struct error err = {0};

	must(db_begin(db, &err), &err);
	must(db_run(db, sql, &err), &err);
	free(sql);
	sql = xasprintf(
		"INSERT INTO step (operation, number, name, state, started_at, ended_at, detail, id)"
		" SELECT o.id, s.value, '', 2, o.created_at, o.ended_at, 'deployment ' || o.deployment_id,"
		" 'step-' || s.value FROM operation AS o, json_each('[0,1,2,3]') AS s"
		" WHERE o.id>='%012x';"
		"INSERT INTO words (operation, text) " SEARCH_WORDS
		" WHERE id>='%012x' ORDER BY id;"
		"INSERT INTO words_index (rowid, text) SELECT number, text FROM words WHERE operation>='%012x';",
		from, from, from);
	must(db_run(db, sql, &err), &err);
	must(db_end(db, 0, &err), &err);
	free(sql);
}

/* How much of the index is gathered before it is written: each piece that is written is merged with
 * others later, which was most of what making the file took. */
static void
keep_in_memory(struct db *db, int bytes)
{
	char *sql = xasprintf(
		"INSERT INTO words_index (words_index, rank) VALUES ('hashsize', %d)", bytes);
	struct error err = {0};

	must(db_run(db, sql, &err), &err);
	free(sql);
}

static void
make(const char *path, const char *cache, int operations)
{
	struct error err = {0};
	struct store *store = store_open(path, cache, &err);

	must(store ? 0 : -1, &err);
	must(db_run(store->history, "PRAGMA synchronous=OFF; PRAGMA cache_size=-200000", &err),
	     &err);
	keep_in_memory(store->history, HASH_BYTES);
	for (int i = 1; i <= operations; i += BATCH) {
		fill(store->history, i, operations - i + 1 < BATCH ? operations - i + 1 : BATCH);
		fprintf(stderr, "\r%d of %d", i + BATCH - 1, operations);
	}
	fprintf(stderr, "\n");
	keep_in_memory(store->history, USUAL_HASH_BYTES);
	/* The next operation that is written would merge pieces of that size, all at once. */
	must(db_run(store->history, "INSERT INTO words_index (words_index) VALUES ('optimize')",
		    &err), &err);
	store_close(store);
}

static void
say(const char *what, double ms)
{
	printf("%-50s %8.1f ms\n", what, ms);
}

/* The id that the list ends with; NULL: it is empty.  free() it. */
static char *
ask(struct store *store, const char *what, const struct history_query *query)
{
	double began = now_ms();
	struct operation_list list;
	struct error err = {0};
	char *last = NULL;

	must(store_history_list(store, query, &list, &err), &err);
	say(what, now_ms() - began);
	if (list.count > 0)
		last = xstrdup(untrusted_raw(&list.items[list.count - 1].id));
	operation_list_clear(&list);
	return last;
}

/* Until a screen is full, or there is no more. */
static void
find(struct store *store, const char *words)
{
	const struct history_query query = {.url = URL, .find = words};
	double began = now_ms(), first = 0, longest = 0;
	struct store_search *search = store_search_new(store, &query);
	struct operation_list list = {0};
	struct error err = {0};
	int more = 1, pieces = 0;
	char *what;

	while (more > 0 && list.count < 1000) {
		double piece = now_ms();

		more = store_search_step(search, &list, &err);
		must(more < 0 ? -1 : 0, &err);
		piece = now_ms() - piece;
		longest = piece > longest ? piece : longest;
		if (list.count > 0 && first == 0)
			first = now_ms() - began;
		pieces++;
	}
	what = xasprintf("find \"%s\": the longest of %d pieces", words, pieces);
	say(what, longest);
	free(what);
	what = xasprintf("find \"%s\": the first of %zu", words, list.count);
	if (list.count > 0)
		say(what, first);
	free(what);
	what = xasprintf("find \"%s\": all of it", words);
	say(what, now_ms() - began);
	free(what);
	store_search_free(search);
	operation_list_clear(&list);
}

/* How long it took to begin, and to end. */
static void
write_one(struct store *store, double *begins, double *ends)
{
	struct operation o = {.created_at = 1};
	struct error err = {0};
	char id[IDS_UUID_SIZE];
	double began;

	ids_uuid7(id);
	untrusted_init(&o.id, id);
	untrusted_init(&o.verb, "deploy");
	untrusted_init(&o.url, URL);
	untrusted_init(&o.summary, "web 1.4.2 → 1.4.3");
	began = now_ms();
	must(store_operation_begin(store, &o, &err), &err);
	*begins = now_ms() - began;
	o.state = OPERATION_DONE;
	began = now_ms();
	must(store_operation_update(store, &o, SIZE_MAX, &err), &err);
	*ends = now_ms() - began;
	operation_clear(&o);
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Many, since the index of words is merged now and then by whoever writes. */
static void
write_many(struct store *store)
{
	static double begins[WRITES], ends[WRITES];

	for (int i = 0; i < WRITES; i++)
		write_one(store, &begins[i], &ends[i]);
	qsort(begins, WRITES, sizeof(begins[0]), by_size);
	qsort(ends, WRITES, sizeof(ends[0]), by_size);
	say("an operation begins: the median of many", begins[WRITES / 2]);
	say("an operation begins: the longest", begins[WRITES - 1]);
	say("it ends: the median", ends[WRITES / 2]);
	say("it ends: the longest", ends[WRITES - 1]);
}

int
main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : NULL;
	const int operations = argc > 2 ? atoi(argv[2]) : 1000000;
	struct store *store;
	struct error err = {0};
	char *cache, *last;
	double began;

	if (!path || operations < 1) {
		fprintf(stderr, "usage: %s FILE [OPERATIONS]\n", argv[0]);
		return 2;
	}
	cache = xasprintf("%s.cache", path);
	if (access(path, F_OK) != 0)
		make(path, cache, operations);
	began = now_ms();
	store = store_open(path, cache, &err);
	must(store ? 0 : -1, &err);
	say("open", now_ms() - began);
	last = ask(store, "the newest page", &(struct history_query){.url = URL, .limit = ROWS});
	for (int i = 0; last && i < 3; i++) {
		char *next = ask(
			store, "a page before it",
			&(struct history_query){.url = URL, .limit = ROWS, .before = last});

		free(last);
		last = next;
	}
	free(last);
	free(ask(store, "the oldest page",
		 &(struct history_query){.url = URL, .limit = ROWS, .after = ""}));
	free(ask(store, "what one environment was through",
		 &(struct history_query){
			 .url = URL, .org = "acme", .app = "shop-0", .env = "hotfix-4"}));
	free(ask(store, "what is open", &(struct history_query){.url = URL, .unfinished = true}));
	find(store, "deploy");
	find(store, "cart empty");
	find(store, "\"order 77\"");
	find(store, "nowhere-to-be-found");
	find(store, "zq");
	write_many(store);
	store_close(store);
	free(cache);
	return 0;
}
