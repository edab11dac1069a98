/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a platform is called in the history.
 *
 * A platform that says which one it is (Sidestage-Platform) is known by that, at whatever
 * address it answers.  Else its host is its name, without scheme, port and path: the same
 * platform is reached over http and https, directly and through a proxy.  On this machine
 * every port and every socket is a platform of its own.
 *
 * The columns are called "url", as in the first release, so that a program of that release
 * which still runs can go on writing; what it writes under an address is found by
 * store_platform_seen().
 */
#include "config.h"

#include "store/private.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"

#define SOCKET_MARK " unix:"
#define IDENTITY_PREFIX "platform:"
#define IDENTITY_MAX 64
#define SQL_MAX 512

/* Every table whose rows belong to a platform. */
static const char *const tables[] = { "operation", "clone", "mark", "moment", "setting" };
#define TABLE_COUNT (sizeof(tables) / sizeof(tables[0]))

static bool
is_loopback(const char *host, size_t length)
{
	static const char *const names[] = { "localhost", "[::1]" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == length && strncasecmp(names[i], host, length) == 0)
			return true;
	return length > 4 && strncmp(host, "127.", 4) == 0 &&
		strspn(host, "0123456789.") >= length;
}

char *
store_platform_key(const char *address)
{
	const char *socket = strstr(address, SOCKET_MARK), *host = strstr(address, "://"), *at;
	size_t end, length;
	char *key;

	if (socket)
		return xstrdup(socket + 1);
	host = host ? host + 3 : address;
	end = strcspn(host, "/?#");
	at = memchr(host, '@', end);
	if (at) {
		end -= (size_t)(at + 1 - host);
		host = at + 1;
	}
	length = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/?#");
	if (length > end)
		length = end;
	key = xstrndup(host, is_loopback(host, length) ? end : length);
	for (char *c = key; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return key;
}

/* --- rows that move --- */

static int
run(sqlite3 *history, const char *sql, const char *from, const char *to)
{
	sqlite3_stmt *statement;
	int code;

	if (sqlite3_prepare_v2(history, sql, -1, &statement, NULL) != SQLITE_OK)
		return -1;
	database_bind(statement, 1, from);
	database_bind(statement, 2, to);
	code = sqlite3_step(statement);
	sqlite3_finalize(statement);
	return code == SQLITE_DONE ? 0 : -1;
}

/* Where both have a row of one name, the newer clone counts; the other rows stay where they are,
 * out of sight and not lost. */
static int
move_rows(sqlite3 *history, const char *from, const char *to)
{
	if (strcmp(from, to) == 0)
		return 0;
	if (run(history,
		"DELETE FROM clone AS old WHERE url=?2 AND EXISTS (SELECT 1 FROM clone AS new"
		" WHERE new.url=?1 AND new.org=old.org AND new.app=old.app AND new.env=old.env"
		" AND new.cloned_at > old.cloned_at)", from, to))
		return -1;
	for (size_t i = 0; i < TABLE_COUNT; i++) {
		char sql[SQL_MAX];

		sqlite3_snprintf(sizeof(sql), sql, "UPDATE OR IGNORE %s SET url=?2 WHERE url=?1",
				 tables[i]);
		if (run(history, sql, from, to))
			return -1;
	}
	return 0;
}

static int
put_address(sqlite3 *history, const char *address, const char *key)
{
	sqlite3_stmt *statement;
	int code;

	if (sqlite3_prepare_v2(history, "INSERT OR REPLACE INTO address VALUES (?1, ?2, ?3)", -1,
			       &statement, NULL) != SQLITE_OK)
		return -1;
	database_bind(statement, 1, address);
	database_bind(statement, 2, key);
	sqlite3_bind_int64(statement, 3, clock_wall_ms());
	code = sqlite3_step(statement);
	sqlite3_finalize(statement);
	return code == SQLITE_DONE ? 0 : -1;
}

int
platforms_migrate(sqlite3 *history)
{
	sqlite3_stmt *statement;
	char **addresses = NULL;
	size_t count = 0;
	int code, ret = 0;

	if (sqlite3_prepare_v2(history,
			       "SELECT url FROM operation WHERE url IS NOT NULL UNION SELECT url FROM clone"
			       " UNION SELECT url FROM mark UNION SELECT url FROM moment"
			       " UNION SELECT url FROM setting", -1, &statement, NULL) != SQLITE_OK)
		return -1;
	while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
		const char *address = (const char *)sqlite3_column_text(statement, 0);

		addresses = xreallocarray(addresses, count + 1, sizeof(*addresses));
		addresses[count++] = xstrdup(address ? address : "");
	}
	sqlite3_finalize(statement);
	ret = code == SQLITE_DONE ? 0 : -1;
	for (size_t i = 0; i < count; i++) {
		char *key = store_platform_key(addresses[i]);

		if (ret == 0 && (move_rows(history, addresses[i], key) ||
				 put_address(history, addresses[i], key)))
			ret = -1;
		free(key);
		free(addresses[i]);
	}
	free(addresses);
	return ret;
}

/* --- for a session --- */

char *
store_platform_at(struct store *store, const char *address)
{
	sqlite3_stmt *statement;
	char *key = NULL;

	if (sqlite3_prepare_v2(store->history, "SELECT platform FROM address WHERE address=?1", -1,
			       &statement, NULL) == SQLITE_OK) {
		database_bind(statement, 1, address);
		if (sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_text(statement, 0))
			key = xstrdup((const char *)sqlite3_column_text(statement, 0));
		sqlite3_finalize(statement);
	}
	return key ? key : store_platform_key(address);
}

/* Mostly: the address is known, and nothing was written under it alone. */
static bool
is_settled(struct store *store, const char *address, const char *by_address, const char *key)
{
	struct buf sql;
	sqlite3_stmt *statement;
	bool settled = false;

	buf_init(&sql, 4 * SQL_MAX);
	buf_puts(&sql, "SELECT EXISTS (SELECT 1 FROM address WHERE address=?1 AND platform=?3)");
	for (size_t i = 0; i < TABLE_COUNT; i++)
		buf_printf(&sql, " AND NOT EXISTS (SELECT 1 FROM %s WHERE url IN (?1, ?2))", tables[i]);
	if (sqlite3_prepare_v2(store->history, buf_str(&sql), -1, &statement, NULL) == SQLITE_OK) {
		database_bind(statement, 1, address);
		database_bind(statement, 2, by_address);
		database_bind(statement, 3, key);
		settled = sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_int(statement, 0) == 1;
		sqlite3_finalize(statement);
	}
	buf_clear(&sql);
	return settled;
}

static bool
is_identity(const char *identity)
{
	size_t length = strlen(identity);

	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)identity[i]) && identity[i] != '-')
			return false;
	return length > 0 && length <= IDENTITY_MAX;
}

char *
store_platform_seen(struct store *store, const char *address, const char *identity, struct error *err)
{
	char *key, *by_address;
	int ret;

	if (!is_identity(identity)) {
		error_set(err, ERROR_PROTOCOL, _("the platform's id cannot be used"));
		return NULL;
	}
	key = xasprintf(IDENTITY_PREFIX "%s", identity);
	by_address = store_platform_key(address);
	if (is_settled(store, address, by_address, key)) {
		free(by_address);
		return key;
	}
	if (database_run(store->history, store->history_path, "BEGIN IMMEDIATE", err)) {
		free(by_address);
		free(key);
		return NULL;
	}
	ret = move_rows(store->history, by_address, key) || move_rows(store->history, address, key) ||
		put_address(store->history, address, key);
	if (ret)
		database_error(store->history, store->history_path, err);
	else
		ret = database_run(store->history, store->history_path, "COMMIT", err);
	free(by_address);
	if (ret == 0)
		return key;
	sqlite3_exec(store->history, "ROLLBACK", NULL, NULL, NULL);
	free(key);
	return NULL;
}
