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

#include "store/platforms.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "store/private.h"

#define SOCKET_MARK " unix:"
#define IDENTITY_PREFIX "platform:"
#define IDENTITY_MAX 64
#define SQL_MAX 512

/* Every table whose rows belong to a platform. */
static const char *const tables[] = { "operation", "clone", "mark", "moment", "setting" };
#define TABLE_COUNT (sizeof(tables) / sizeof(tables[0]))

/* On this machine a port is another platform, since anybody may start one there. */
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

/* The port is no part of it elsewhere: a platform behind a proxy has one name and several ports. */
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
run(struct db *history, const char *sql, const char *from, const char *to, struct error *err)
{
	struct statement *statement = statement_new(history, sql);

	statement_text(statement, from);
	statement_text(statement, to);
	return statement_run(statement, err);
}

/* Where both have a row of one name, the newer clone counts; the other rows stay where they are,
 * out of sight and not lost. */
static int
move_rows(struct db *history, const char *from, const char *to, struct error *err)
{
	if (strcmp(from, to) == 0)
		return 0;
	if (run(history,
		"DELETE FROM clone AS old WHERE url=?2 AND EXISTS (SELECT 1 FROM clone AS new"
		" WHERE new.url=?1 AND new.org=old.org AND new.app=old.app AND new.env=old.env"
		" AND new.cloned_at > old.cloned_at)", from, to, err))
		return -1;
	for (size_t i = 0; i < TABLE_COUNT; i++) {
		char sql[SQL_MAX];

		snprintf(sql, sizeof(sql), "UPDATE OR IGNORE %s SET url=?2 WHERE url=?1",
			 tables[i]);
		if (run(history, sql, from, to, err))
			return -1;
	}
	return 0;
}

static int
put_address(struct db *history, const char *address, const char *key, struct error *err)
{
	struct statement *statement =
		statement_new(history, "INSERT OR REPLACE INTO address VALUES (?1, ?2, ?3)");

	statement_text(statement, address);
	statement_text(statement, key);
	statement_int(statement, clock_wall_ms());
	return statement_run(statement, err);
}

/* The addresses are read whole before a row is moved: one cannot change what one is reading. */
int
platforms_migrate(struct db *history, struct error *err)
{
	struct statement *row = statement_new(
		history,
		"SELECT url FROM operation WHERE url IS NOT NULL UNION SELECT url FROM clone"
		" UNION SELECT url FROM mark UNION SELECT url FROM moment"
		" UNION SELECT url FROM setting");
	char **addresses = NULL;
	size_t count = 0;
	int ret;

	while (statement_row(row)) {
		addresses = xreallocarray(addresses, count + 1, sizeof(*addresses));
		addresses[count++] = row_copy_or(row, 0, "");
	}
	ret = statement_end(row, err);
	for (size_t i = 0; i < count; i++) {
		char *key = store_platform_key(addresses[i]);

		if (ret == 0 && (move_rows(history, addresses[i], key, err) ||
				 put_address(history, addresses[i], key, err)))
			ret = -1;
		free(key);
		free(addresses[i]);
	}
	free(addresses);
	return ret;
}

/* --- for a session --- */

char *
store_platform_at(struct store *store, const char *address, struct error *err)
{
	struct statement *row = history_statement(
		store, "SELECT platform FROM address WHERE address=?1", &address, 1);
	char *key = statement_row(row) ? row_copy(row, 0) : NULL;

	if (history_end(row, err)) {
		free(key);
		return NULL;
	}
	return key ? key : store_platform_key(address);
}

/* Mostly: the address is known, and nothing was written under it alone. */
static bool
is_settled(struct store *store, const char *address, const char *by_address, const char *key)
{
	struct statement *row;
	struct buf sql;
	bool settled;

	buf_init(&sql, 4 * SQL_MAX);
	buf_puts(&sql, "SELECT EXISTS (SELECT 1 FROM address WHERE address=?1 AND platform=?3)");
	for (size_t i = 0; i < TABLE_COUNT; i++)
		buf_printf(&sql, " AND NOT EXISTS (SELECT 1 FROM %s WHERE url IN (?1, ?2))",
			   tables[i]);
	row = history_statement(store, buf_str(&sql),
				(const char *const[]){address, by_address, key}, 3);
	buf_clear(&sql);
	settled = statement_row(row) && row_int(row, 0) == 1;
	(void)statement_end(row, NULL);
	return settled;
}

/* It becomes a key in our files: only what a UUID is made of. */
static bool
is_identity(const char *identity)
{
	size_t length = strlen(identity);

	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)identity[i]) && identity[i] != '-')
			return false;
	return length > 0 && length <= IDENTITY_MAX;
}

/* Rows that were written before it said who it is stand under its host, or,
 * by the first release, its address. */
char *
store_platform_seen(struct store *store, const char *address, const char *identity,
		    struct error *err)
{
	char *key, *by_address;
	int ret;

	if (!is_identity(identity)) {
		error_set(err, ERROR_PROTOCOL, _("The platform's id cannot be used."));
		return NULL;
	}
	key = xasprintf(IDENTITY_PREFIX "%s", identity);
	by_address = store_platform_key(address);
	if (is_settled(store, address, by_address, key)) {
		free(by_address);
		return key;
	}
	ret = db_begin(store->history, err);
	if (ret == 0) {
		ret = move_rows(store->history, by_address, key, err) ||
			move_rows(store->history, address, key, err) ||
			put_address(store->history, address, key, err);
		ret = db_end(store->history, ret, err);
	}
	free(by_address);
	if (ret == 0)
		return key;
	free(key);
	return NULL;
}
