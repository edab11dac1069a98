/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TopicShare's worker: keeps a digest of the topics in the tables beside them.
 *
 *   1.8.1   digest: how many topics and authors there are, and the newest title
 *   1.9.0   also digest_authors: how many topics each author has
 *
 * Variables: DB_PATH, INTERVAL (seconds between two looks).
 */
#include "config.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "settings.h"
#include "stop.h"

#define BUSY_LIMIT_MS 3000

static const char digest_sql[] =
	"BEGIN IMMEDIATE;"
	"CREATE TABLE IF NOT EXISTS digest (name TEXT PRIMARY KEY, value TEXT NOT NULL);"
	"DELETE FROM digest;"
	"INSERT INTO digest SELECT 'topics', count(*) FROM topics"
	" UNION ALL SELECT 'authors', count(DISTINCT author) FROM topics"
	" UNION ALL SELECT 'newest', coalesce((SELECT title FROM topics ORDER BY id DESC LIMIT 1), '')"
	" UNION ALL SELECT 'written_by', 'worker " TOPICSHARE_VERSION "';"
#if TOPICSHARE_RELEASE >= 10900
	"CREATE TABLE IF NOT EXISTS digest_authors (author TEXT PRIMARY KEY, topics INTEGER NOT NULL);"
	"DELETE FROM digest_authors;"
	"INSERT INTO digest_authors SELECT author, count(*) FROM topics GROUP BY author;"
#endif
	"COMMIT;";

static int
on_busy(void *data, int tries)
{
	(void)data;
	if (tries >= BUSY_LIMIT_MS / 10 || stop_requested())
		return 0;
	stop_poll(NULL, 0, 10);
	return 1;
}

/* A number that changes when somebody else has written to the database; -1: not known now. */
static long long
data_version(sqlite3 *db)
{
	sqlite3_stmt *row = NULL;
	long long version = -1;

	if (sqlite3_prepare_v2(db, "PRAGMA data_version", -1, &row, NULL) == SQLITE_OK &&
	    sqlite3_step(row) == SQLITE_ROW)
		version = sqlite3_column_int64(row, 0);
	sqlite3_finalize(row);
	return version;
}

static int
write_digest(sqlite3 *db)
{
	if (sqlite3_exec(db, digest_sql, NULL, NULL, NULL) == SQLITE_OK) {
		puts("the digest is up to date");
		return 0;
	}
	if (!stop_requested())
		fprintf(stderr, "error: the digest was not written: %s\n", sqlite3_errmsg(db));
	if (!sqlite3_get_autocommit(db))
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return -1;
}

static void
keep_up(sqlite3 *db, int interval_ms)
{
	long long written = -1;

	while (!stop_requested()) {
		/* Read before writing: a change in between is then seen at the next look. */
		long long now = data_version(db);

		if (now < 0 || now != written)
			written = write_digest(db) == 0 ? now : -1;
		/* A signal that the busy handler has seen will not interrupt another wait. */
		if (!stop_requested())
			stop_poll(NULL, 0, interval_ms);
	}
}

int
main(void)
{
	sqlite3 *db = NULL;
	const char *path;
	int interval, code;

	stop_init();
	setvbuf(stdout, NULL, _IOLBF, 0);
	path = settings_text("DB_PATH", NULL);
	interval = (int)settings_number("INTERVAL", 1, 3600, 2);
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
	    sqlite3_busy_handler(db, on_busy, NULL) != SQLITE_OK ||
	    sqlite3_exec(db, "SELECT 1 FROM topics LIMIT 1", NULL, NULL, NULL) != SQLITE_OK) {
		/* A stop while the database was busy is no failure. */
		code = stop_requested() ? 0 : 1;
		if (code != 0)
			fprintf(stderr, "error: %s: %s\n", path, sqlite3_errmsg(db));
	} else {
		puts("topicshare-worker/" TOPICSHARE_VERSION " starts");
		keep_up(db, interval * 1000);
		puts("topicshare-worker/" TOPICSHARE_VERSION " ends");
		code = 0;
	}
	sqlite3_close(db);
	return code;
}
