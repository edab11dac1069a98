/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What was typed to be found, looked for in pieces.
 *
 * Each operation has its text in `words`, under a number that grows with time.  A piece is a range
 * of numbers, from the newest back: what it costs has a bound, whatever the words are and however
 * long the history is, and how many numbers it takes follows from how long the last one took.
 *
 * The trigram index answers words of three characters and more.  Each becomes one quoted
 * string of FTS5, in which only the quote means anything and is doubled, so that nothing
 * that is typed can be syntax.  Shorter words have no trigram: LIKE looks through the texts,
 * with its two wildcards and the escape itself escaped.  All are bound as parameters.
 */
#include "config.h"

#include "store/search.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "store/private.h"

#define TYPED_MAX 1024
#define TERMS_MAX 32
#define TRIGRAM 3
#define BLANKS " \t\r\n"
#define SQL_MAX 4096
/* A piece: how long it may take, how many numbers it looks at, and how much it gives. */
#define PIECE_MS 6
#define PIECE_FIRST 2048
#define PIECE_LEAST 32
#define PIECE_MOST (1 << 18)
#define FOUND_MAX 64

struct store_search {
	struct store *store;
	char *phrases;		/* an expression of FTS5; NULL: no word is long enough */
	char *patterns[TERMS_MAX];	/* of LIKE */
	size_t pattern_count;
	char *url, *org, *app, *env, *verb, *before;	/* NULL: any */
	int64_t newest,
		next; /* numbers: of the first piece (-1: it failed); the next one is up to it */
	int64_t piece;
};

/* A trigram is of characters, not of bytes. */
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

/* All terms of one kind must occur: FTS5 joins phrases with AND, and each LIKE is a condition. */
static void
add_term(struct store_search *search, struct buf *phrases, const char *word, size_t length)
{
	char *quoted_word;

	if (characters(word, length) < TRIGRAM) {
		search->patterns[search->pattern_count++] = quoted("%", word, length, "%_\\", '\\');
		return;
	}
	quoted_word = quoted("\"", word, length, "\"", '"');
	buf_printf(phrases, "%s%s", phrases->length ? " " : "", quoted_word);
	free(quoted_word);
}

static void
read_typed(struct store_search *search, const char *typed)
{
	size_t left = strnlen(typed, TYPED_MAX);
	struct buf phrases;

	buf_init(&phrases, 4 * TYPED_MAX);
	/* Not within a character. */
	if (left == TYPED_MAX)
		while (left > 0 && ((unsigned char)typed[left] & 0xc0) == 0x80)
			left--;
	for (size_t terms = 0; terms < TERMS_MAX && left > 0; terms++) {
		size_t blank = strspn(typed, BLANKS), length;

		blank = blank < left ? blank : left;
		typed += blank;
		left -= blank;
		length = strcspn(typed, BLANKS);
		length = length < left ? length : left;
		if (length == 0)
			break;
		add_term(search, &phrases, typed, length);
		typed += length;
		left -= length;
	}
	search->phrases = phrases.length ? xstrdup(buf_str(&phrases)) : NULL;
	buf_clear(&phrases);
}

static char *
copy(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

/* The newest number is pinned, so that what is written meanwhile does not move the end. */
struct store_search *
store_search_new(struct store *store, const struct history_query *query)
{
	struct store_search *search = xcalloc(1, sizeof(*search));

	search->store = store;
	read_typed(search, query->find ? query->find : "");
	search->url = copy(query->url);
	search->org = copy(query->org);
	search->app = copy(query->app);
	search->env = copy(query->env);
	search->verb = copy(query->verb);
	search->before = copy(query->before);
	search->newest = db_number(store->history, "SELECT max(number) FROM words", -1);
	search->next = search->newest;
	search->piece = PIECE_FIRST;
	return search;
}

void
store_search_free(struct store_search *search)
{
	if (!search)
		return;
	free(search->phrases);
	for (size_t i = 0; i < search->pattern_count; i++)
		free(search->patterns[i]);
	free(search->url);
	free(search->org);
	free(search->app);
	free(search->env);
	free(search->verb);
	free(search->before);
	free(search);
}

int
store_search_done(const struct store_search *search)
{
	return search->newest > 0 ?
		(int)((search->newest - search->next) * 1000 / search->newest) : 1000;
}

/* The rows of `words` are taken by their numbers alone, and what is looked at of an operation
 * stands before its long texts. */
static struct statement *
piece_statement(const struct store_search *search, int64_t above)
{
	const struct { const char *condition, *value; } filters[] = {
		{" AND o.url=?", search->url}, {" AND o.org=?", search->org},
		{" AND o.app=?", search->app}, {" AND ? IN (o.env, o.source)", search->env},
		{" AND o.verb=?", search->verb}, {" AND o.id<?", search->before},
	};
	struct statement *statement;
	struct buf sql;

	buf_init(&sql, SQL_MAX);
	buf_puts(
		&sql,
		search->phrases
			? "SELECT w.number, o.id FROM words_index CROSS JOIN words AS w ON w.number=words_index.rowid"
			  " CROSS JOIN operation AS o ON o.id=w.operation WHERE words_index MATCH ?"
			  " AND words_index.rowid>? AND words_index.rowid<=?"
			: "SELECT w.number, o.id FROM words AS w CROSS JOIN operation AS o ON o.id=w.operation"
			  " WHERE w.number>? AND w.number<=?");
	for (size_t i = 0; i < search->pattern_count; i++)
		buf_puts(&sql, " AND w.text LIKE ? ESCAPE '\\'");
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		if (filters[i].value)
			buf_puts(&sql, filters[i].condition);
	buf_puts(&sql, search->phrases ? " ORDER BY words_index.rowid DESC LIMIT ?" :
					 " ORDER BY w.number DESC LIMIT ?");
	statement = statement_new(search->store->history, buf_str(&sql));
	buf_clear(&sql);
	if (search->phrases)
		statement_text(statement, search->phrases);
	statement_int(statement, above);
	statement_int(statement, search->next);
	for (size_t i = 0; i < search->pattern_count; i++)
		statement_text(statement, search->patterns[i]);
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		if (filters[i].value)
			statement_text(statement, filters[i].value);
	statement_int(statement, FOUND_MAX);
	return statement;
}

/* Ids sort by time and the numbers nearly so: programs that write at once may differ. */
static void
keep_newest_first(struct operation_list *list, size_t from)
{
	for (size_t i = from; i < list->count; i++)
		for (size_t j = i; j > 0 && strcmp(untrusted_raw(&list->items[j - 1].id),
						   untrusted_raw(&list->items[j].id)) < 0; j--) {
			struct operation o = list->items[j];

			list->items[j] = list->items[j - 1];
			list->items[j - 1] = o;
		}
}

/* The next piece is larger or smaller, by how long this one took. */
static void
choose_size(struct store_search *search, int64_t took_ms)
{
	if (took_ms <= PIECE_MS / 3 && search->piece < PIECE_MOST)
		search->piece *= 2;
	else if (took_ms > PIECE_MS && search->piece > PIECE_LEAST)
		search->piece /= 2;
}

/* A piece that gave all it may ends at its last find; else it was looked through whole. */
int
store_search_step(struct store_search *search, struct operation_list *list, struct error *err)
{
	int64_t began = clock_steady_ms(), last = 0;
	int64_t above = search->next > search->piece ? search->next - search->piece : 0;
	size_t found = 0, had = list->count;
	char *ids[FOUND_MAX];
	struct statement *row;
	int ret;

	if (store_check_readable(search->store, err))
		return -1;
	if (search->newest < 0) {
		db_error(search->store->history, err);
		return error_prefix(err, _("The history cannot be used"));
	}
	if (search->next <= 0)
		return 0;
	row = piece_statement(search, above);
	while (found < FOUND_MAX && statement_row(row)) {
		last = row_int(row, 0);
		ids[found++] = row_copy_or(row, 1, "");
	}
	ret = history_end(row, err);
	for (size_t i = 0; i < found; i++) {
		if (ret == 0)
			ret = operation_list_add(list, search->store, ids[i], err);
		free(ids[i]);
	}
	keep_newest_first(list, had);
	if (ret)
		return -1;
	search->next = found == FOUND_MAX ? last - 1 : above;
	choose_size(search, clock_steady_ms() - began);
	return search->next > 0;
}

/* SQLite lets no trigger write to a virtual table as long as schemas are not
 * trusted.  The old text goes first, since an index with its content
 * elsewhere is told what it shall forget. */
int
search_keep(struct db *history, const char *operation, struct error *err)
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
		struct statement *statement = statement_new(history, statements[i]);

		statement_text(statement, operation);
		if (history_run(statement, err))
			return -1;
	}
	return 0;
}
