/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What was typed to be found, as conditions of SQL.
 *
 * The trigram index answers words of three characters and more.  Each becomes one quoted
 * string of FTS5, in which only the quote means anything and is doubled, so that nothing
 * that is typed can be syntax.  Shorter words have no trigram: LIKE looks through all texts,
 * with its two wildcards and the escape itself escaped.  Both are bound as parameters.
 */
#include "config.h"

#include "store/private.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/xmalloc.h"

#define TYPED_MAX 1024
#define TRIGRAM 3
#define BLANKS " \t\r\n"

static size_t
characters(const char *word, size_t length)
{
	size_t count = 0;

	for (size_t i = 0; i < length; i++)
		count += ((unsigned char)word[i] & 0xc0) != 0x80;
	return count;
}

/* The word between `mark`s, with `escape` before each of the characters that need it. */
static char *
quoted(const char *mark, const char *word, size_t length, const char *special, char escape)
{
	char *out = xmalloc(2 * length + 3), *end = out;

	*end++ = *mark;
	for (size_t i = 0; i < length; i++) {
		if (strchr(special, word[i]))
			*end++ = escape;
		*end++ = word[i];
	}
	*end++ = *mark;
	*end = '\0';
	return out;
}

void
search_init(struct search *search, const char *typed)
{
	size_t left = typed ? strnlen(typed, TYPED_MAX) : 0;

	memset(search, 0, sizeof(*search));
	/* Not within a character. */
	while (left == TYPED_MAX && left > 0 && ((unsigned char)typed[left] & 0xc0) == 0x80)
		left--;
	while (left > 0 && search->count < SEARCH_TERMS_MAX) {
		size_t blank = strspn(typed, BLANKS), length;

		blank = blank < left ? blank : left;
		typed += blank;
		left -= blank;
		length = strcspn(typed, BLANKS);
		length = length < left ? length : left;
		if (length == 0)
			break;
		search->is_pattern[search->count] = characters(typed, length) < TRIGRAM;
		search->values[search->count] = search->is_pattern[search->count] ?
			quoted("%", typed, length, "%_\\", '\\') :
			quoted("\"", typed, length, "\"", '"');
		search->count++;
		typed += length;
		left -= length;
	}
}

void
search_clear(struct search *search)
{
	for (size_t i = 0; i < search->count; i++)
		free(search->values[i]);
	search->count = 0;
}

void
search_conditions(const struct search *search, struct buf *sql, int first)
{
	for (size_t i = 0; i < search->count; i++)
		buf_printf(sql,
			   search->is_pattern[i] ?
				   " AND id IN (SELECT operation FROM words WHERE text LIKE ?%d"
				   " ESCAPE '\\')" :
				   " AND id IN (SELECT operation FROM words WHERE number IN"
				   " (SELECT rowid FROM words_index WHERE words_index MATCH ?%d))",
			   first + (int)i);
}

void
search_bind(const struct search *search, sqlite3_stmt *statement, int first)
{
	for (size_t i = 0; i < search->count; i++)
		database_bind(statement, first + (int)i, search->values[i]);
}

/* SQLite lets no trigger write to a virtual table as long as schemas are not trusted. */
int
search_keep(sqlite3 *database, const char *operation)
{
	static const char *const statements[] = {
		"INSERT INTO words_index (words_index, rowid, text)"
		" SELECT 'delete', number, text FROM words WHERE operation=?1",
		"INSERT INTO words (operation, text) " SEARCH_WORDS " WHERE id=?1"
		" ON CONFLICT (operation) DO UPDATE SET text=excluded.text",
		"INSERT INTO words_index (rowid, text)"
		" SELECT number, text FROM words WHERE operation=?1",
	};

	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
		sqlite3_stmt *statement;
		int code;

		if (sqlite3_prepare_v2(database, statements[i], -1, &statement, NULL) != SQLITE_OK)
			return -1;
		database_bind(statement, 1, operation);
		code = sqlite3_step(statement);
		sqlite3_finalize(statement);
		if (code != SQLITE_DONE)
			return -1;
	}
	return 0;
}
