/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Reads a line at a time.  A fault ends its line and not the reading, so that a person learns
 * of all faults at once.  Every position is in bytes, as compilers count them.
 *
 * No library is used: inih cuts a long line in silence, and the others have dialects that
 * nobody knows.  Everybody has edited .git/config.  There are no includes, no continued lines
 * and no variables, so an entry can always be traced to its one place in the file.
 */
#include "config.h"

#include "base/config-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"

#define WORD_MAX 64

struct config_reader {
	struct config_file *file;
	config_fault *fault;
	void *data;
	size_t faults;
	unsigned line;
	const char *start, *at, *end;	/* of the line */
	char *section, *name;		/* NULL: none yet, or a broken one */
	/* Lines below a broken section belong to nothing; complaining about
	 * each would hide the one fault. */
	bool skip;			/* below a broken section: said once */
};

static void
complain(struct config_reader *r, const char *at, const char *text)
{
	char *whole = xasprintf("%s:%u:%u: %s", r->file->path, r->line,
				(unsigned)(at - r->start) + 1, text);

	r->faults++;
	r->fault(r->data, whole);
	free(whole);
}

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

static void
skip_spaces(struct config_reader *r)
{
	while (r->at < r->end && (*r->at == ' ' || *r->at == '\t'))
		r->at++;
}

static bool
at_end(struct config_reader *r)
{
	skip_spaces(r);
	return r->at == r->end || *r->at == '#' || *r->at == ';';
}

/* NULL: there is none here. */
static char *
read_word(struct config_reader *r)
{
	const char *start = r->at;

	while (r->at < r->end && is_word(*r->at))
		r->at++;
	if (r->at == start || r->at - start > WORD_MAX) {
		complain(r, start,
			 _("Expected a name of lower-case letters, digits and dashes."));
		return NULL;
	}
	return xstrndup(start, (size_t)(r->at - start));
}

/* Behind the opening quote.  false: complained. */
static bool
read_quoted(struct config_reader *r, struct buf *out)
{
	static const char escapes[][2] = {{'"', '"'}, {'\\', '\\'}, {'n', '\n'}, {'t', '\t'}};

	for (; r->at < r->end && *r->at != '"'; r->at++) {
		char c = *r->at;
		size_t i;

		if (c == '\\') {
			for (i = 0; i < 4 && r->at + 1 < r->end && escapes[i][0] != r->at[1]; i++)
				;
			if (i == 4 || r->at + 1 == r->end) {
				complain(r, r->at,
					 _("After a backslash only \", \\, n and t are known."));
				return false;
			}
			c = escapes[i][1];
			r->at++;
		}
		buf_append(out, &c, 1);
	}
	if (r->at == r->end) {
		complain(r, r->at, _("The closing quote is missing."));
		return false;
	}
	r->at++;
	return true;
}

/* A quote in the middle of a plain value is refused rather than taken
 * literally: what was meant by `key = a "b" # c` cannot be known, and a token
 * that was read wrongly fails far away from here. */
static char *
read_value(struct config_reader *r)
{
	struct buf out;
	bool ok = true;

	buf_init(&out, CONFIG_FILE_LINE_MAX);
	if (r->at < r->end && *r->at == '"') {
		r->at++;
		ok = read_quoted(r, &out);
		if (ok && !at_end(r)) {
			complain(r, r->at, _("Nothing may follow a quoted value but a comment."));
			ok = false;
		}
	} else {
		const char *start = r->at;

		while (r->at < r->end && *r->at != '#' && *r->at != ';')
			r->at++;
		while (r->at > start && (r->at[-1] == ' ' || r->at[-1] == '\t'))
			r->at--;
		buf_append(&out, start, (size_t)(r->at - start));
		if (memchr(start, '"', (size_t)(r->at - start))) {
			complain(r, start,
				 _("A value that contains a quote must be quoted as a whole."));
			ok = false;
		}
	}
	if (ok)
		return buf_take(&out);
	buf_clear(&out);
	return NULL;
}

static void
forget_section(struct config_reader *r)
{
	free(r->section);
	free(r->name);
	r->section = r->name = NULL;
}

/* Behind the '['. */
static void
read_section(struct config_reader *r)
{
	struct buf name;

	forget_section(r);
	r->skip = true;
	buf_init(&name, CONFIG_FILE_LINE_MAX);
	skip_spaces(r);
	r->section = read_word(r);
	if (!r->section)
		return;
	skip_spaces(r);
	if (r->at < r->end && *r->at == '"') {
		r->at++;
		if (!read_quoted(r, &name)) {
			buf_clear(&name);
			return;
		}
		skip_spaces(r);
	}
	r->name = buf_take(&name);
	if (r->at == r->end || *r->at != ']') {
		complain(r, r->at, _("A section ends with \"]\"."));
		return;
	}
	r->at++;
	if (!at_end(r))
		complain(r, r->at, _("Nothing may follow a section on its line but a comment."));
	r->skip = false;
}

static void
add_entry(struct config_reader *r, const struct config_entry *entry)
{
	struct config_file *file = r->file;

	file->entries = xreallocarray(file->entries, file->count + 1, sizeof(*file->entries));
	file->entries[file->count++] = *entry;
}

/* Below a section that was refused all keys would be wrong: they
 * are passed over, without a word. */
static void
read_entry(struct config_reader *r)
{
	struct config_entry entry = {.line = r->line, .column = (unsigned)(r->at - r->start) + 1};
	const char *start = r->at;

	if (r->skip)
		return;
	if (!r->section) {
		complain(r, start, _("A key must stand below a section, such as [listen]."));
		r->skip = true;
		return;
	}
	entry.key = read_word(r);
	if (!entry.key)
		return;
	skip_spaces(r);
	if (r->at == r->end || *r->at != '=') {
		complain(r, r->at, _("After a key comes \"=\" and its value."));
		free(entry.key);
		return;
	}
	r->at++;
	skip_spaces(r);
	entry.value_column = (unsigned)(r->at - r->start) + 1;
	entry.value = read_value(r);
	if (!entry.value || r->file->count == CONFIG_FILE_ENTRIES_MAX) {
		if (entry.value)
			complain(r, start, _("The file has too many keys."));
		free(entry.value);
		free(entry.key);
		return;
	}
	entry.section = xstrdup(r->section);
	entry.name = xstrdup(r->name);
	add_entry(r, &entry);
}

static void
read_line(struct config_reader *r)
{
	if (r->end > r->start && r->end[-1] == '\r')
		r->end--;
	r->at = r->start;
	if (r->end - r->start > CONFIG_FILE_LINE_MAX) {
		complain(r, r->start, _("The line is too long."));
		return;
	}
	if (!text_is_utf8(r->start, (size_t)(r->end - r->start)) ||
	    memchr(r->start, '\0', (size_t)(r->end - r->start))) {
		complain(r, r->start, _("The line is not text in UTF-8."));
		return;
	}
	if (at_end(r))
		return;
	if (*r->at == '[') {
		r->at++;
		read_section(r);
	} else {
		read_entry(r);
	}
}

size_t
config_file_parse(struct config_file *out, const char *path, const char *bytes, size_t length,
		  config_fault *fault, void *data)
{
	struct config_reader r = {.file = out, .fault = fault, .data = data};
	const char *end = bytes + length;

	*out = (struct config_file){.path = xstrdup(path)};
	for (const char *at = bytes; at < end; at = r.end < end ? r.end + 1 : end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline ? newline : end;

		r.line++;
		r.start = at;
		r.end = stop;
		read_line(&r);
		r.end = stop;
	}
	forget_section(&r);
	return r.faults;
}

int
config_file_read(struct config_file *out, const char *path, config_fault *fault, void *data,
		 size_t *faults, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char bytes[16384];
	struct stat st;
	struct buf text;
	ssize_t n;

	if (fd < 0)
		return error_errno(err, _("%s: cannot be read"), path);
	/* A named pipe into which nobody writes would be an empty configuration. */
	if (fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode)) {
		close(fd);
		return error_set(err, ERROR_INPUT, _("%s: not a regular file."), path);
	}
	buf_init(&text, CONFIG_FILE_BYTES_MAX);
	while ((n = read(fd, bytes, sizeof(bytes))) > 0 && buf_append(&text, bytes, (size_t)n))
		;
	if (n < 0)
		error_errno(err, _("%s: cannot be read"), path);
	else if (n > 0)
		error_set(err, ERROR_LIMIT,
			  _("%s: larger than a configuration may be (%u bytes)"), path,
			  CONFIG_FILE_BYTES_MAX);
	else
		*faults = config_file_parse(out, path, buf_str(&text), text.length, fault, data);
	close(fd);
	buf_clear(&text);
	return n == 0 ? 0 : -1;
}

void
config_file_clear(struct config_file *file)
{
	for (size_t i = 0; i < file->count; i++) {
		free(file->entries[i].section);
		free(file->entries[i].name);
		free(file->entries[i].key);
		free(file->entries[i].value);
	}
	free(file->entries);
	free(file->path);
	*file = (struct config_file){0};
}

/* The least number of letters to add, drop, change or swap with the next (optimal string
 * alignment, Damerau 1964). */
static size_t
distance(const char *a, const char *b)
{
	size_t rows[3][WORD_MAX + 1];
	size_t length = strlen(b);

	if (strlen(a) > WORD_MAX || length > WORD_MAX)
		return WORD_MAX;
	for (size_t j = 0; j <= length; j++)
		rows[0][j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *two = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= length; j++) {
			size_t best = above[j - 1] + (a[i - 1] != b[j - 1]);

			if (above[j] + 1 < best)
				best = above[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    two[j - 2] + 1 < best)
				best = two[j - 2] + 1;
			row[j] = best;
		}
	}
	return rows[strlen(a) % 3][length];
}

const char *
config_suggest(const char *word, const char *const *candidates, size_t count)
{
	size_t best = strlen(word) / 3 + 2;	/* further away is another word */
	const char *found = NULL;

	for (size_t i = 0; i < count; i++) {
		size_t d = distance(word, candidates[i]);

		if (d < best) {
			best = d;
			found = candidates[i];
		}
	}
	return found;
}
