/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Comments are read by people first, so the part for programs stands last, in brackets, and only
 * its last occurrence counts: a person's text may hold anything, an older bracket included.
 * What does not parse whole is not taken in part. */
#include "config.h"

#include "model/comment.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/xmalloc.h"

#define MARK " [sidestage "
/* Of the first release, which wrote nothing but the operation. */
#define OLD_MARK " [op "
#define WORD_MAX 128
#define MACHINE_MAX 1200

/* The form is a promise to other tools that read it; a key is never given another meaning. */
static const struct {
	const char *key;
	size_t offset;
} members[] = {
	{ "verb", offsetof(struct comment, verb) },
	{ "op", offsetof(struct comment, op) },
	{ "hotfix", offsetof(struct comment, hotfix) },
	{ "origin", offsetof(struct comment, origin) },
	{ "source", offsetof(struct comment, source) },
	{ "undoes", offsetof(struct comment, undoes) },
	{ "base", offsetof(struct comment, base) },
};
#define MEMBER_COUNT (sizeof(members) / sizeof(members[0]))

static char **
member(const struct comment *comment, size_t i)
{
	return (char **)((char *)(uintptr_t)comment + members[i].offset);
}

void
comment_clear(struct comment *comment)
{
	for (size_t i = 0; i < MEMBER_COUNT; i++)
		free(*member(comment, i));
	free(comment->origin_deployment);
	*comment = (struct comment){ 0 };
}

static size_t
word_length(const char *text)
{
	size_t n = 0;

	while (isalnum((unsigned char)text[n]) || (text[n] && strchr("._-", text[n])))
		n++;
	return n;
}

static bool
is_word(const char *text)
{
	size_t n = text ? word_length(text) : 0;

	return n > 0 && n <= WORD_MAX && !text[n];
}

/* --- decoding --- */

/* Where the last bracket of that kind begins, if it ends the text; else NULL. */
static const char *
find_mark(const char *text, const char *mark)
{
	const char *found = NULL;
	size_t length = strlen(text);

	if (!length || text[length - 1] != ']')
		return NULL;
	for (const char *at = text; (at = strstr(at, mark)) != NULL; at++)
		found = at;
	return found;
}

/* "KEY=WORD" or "KEY=WORD/WORD" up to the next blank or the bracket.  NULL:
 * it is none.  What is not exactly of the form ends the whole bracket: a
 * comment is a text that anybody may write. */
static const char *
decode_pair(struct comment *out, const char *at)
{
	size_t key = word_length(at), word, second = 0;
	const char *value = at + key + 1;

	if (!key || at[key] != '=')
		return NULL;
	word = word_length(value);
	if (word > 0 && value[word] == '/')
		second = word_length(value + word + 1) + 1;
	if (!word || word > WORD_MAX || second == 1 || second > WORD_MAX ||
	    !strchr(" ]", value[word + second]))
		return NULL;
	for (size_t i = 0; i < MEMBER_COUNT; i++) {
		bool is_origin = members[i].offset == offsetof(struct comment, origin);

		if (strlen(members[i].key) != key || strncmp(members[i].key, at, key) != 0)
			continue;
		if (*member(out, i) || is_origin != (second > 0))
			return NULL;
		*member(out, i) = xstrndup(value, word);
		if (is_origin)
			out->origin_deployment = xstrndup(value + word + 1, second - 1);
	}
	return value + word + second;	/* a key that is not known is passed over */
}

/* The bracket of the form; NULL, and out empty, when there is none. */
static const char *
decode_mark(struct comment *out, const char *text)
{
	const char *mark = find_mark(text, MARK), *at;

	if (!mark)
		return NULL;
	at = mark + strlen(MARK);
	while ((at = decode_pair(out, at)) != NULL && *at == ' ')
		at++;
	if (at && at[0] == ']' && !at[1])
		return mark;
	comment_clear(out);
	return NULL;
}

static const char *
decode_old_mark(struct comment *out, const char *text)
{
	const char *mark = find_mark(text, OLD_MARK), *at = mark ? mark + strlen(OLD_MARK) : NULL;
	size_t n = at ? word_length(at) : 0;

	if (!n || n > WORD_MAX || strcmp(at + n, "]") != 0)
		return NULL;
	out->op = xstrndup(at, n);
	return mark;
}

void
comment_decode(struct comment *out, const char *text)
{
	*out = (struct comment){ 0 };
	if (text && !decode_mark(out, text))
		(void)decode_old_mark(out, text);
}

size_t
comment_people_length(const char *text)
{
	struct comment comment = { 0 };
	const char *mark = decode_mark(&comment, text);

	if (!mark)
		mark = decode_old_mark(&comment, text);
	comment_clear(&comment);
	return mark ? (size_t)(mark - text) : strlen(text);
}

bool
comment_is_of(const char *text, const char *operation_id)
{
	struct comment comment;
	bool same;

	comment_decode(&comment, text);
	same = comment.op && strcmp(comment.op, operation_id) == 0;
	comment_clear(&comment);
	return same;
}

bool
comment_is_found(const char *text)
{
	struct comment comment;
	bool found;

	comment_decode(&comment, text);
	found = comment.verb && strcmp(comment.verb, "found") == 0;
	comment_clear(&comment);
	return found;
}

/* --- encoding --- */

/* As one line, whole characters, at most `most` bytes. */
static void
put_line(struct buf *out, const char *text, size_t most)
{
	size_t n = strlen(text);

	if (n > most) {
		for (n = most; n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80; n--)
			;
	}
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%c", iscntrl((unsigned char)text[i]) ? ' ' : text[i]);
	if (text[n])
		buf_puts(out, "…");
}

static void
put_pair(struct buf *out, const char *key, const char *value)
{
	if (is_word(value))
		buf_printf(out, "%s%s=%s", out->length ? " " : "", key, value);
}

/* The machine part has its room reserved, so a long reason is cut
 * and never the mark behind it. */
char *
comment_encode(const struct comment *comment, const char *summary, const char *reason)
{
	struct buf machine, text;
	size_t room;

	buf_init(&machine, MACHINE_MAX);
	for (size_t i = 0; i < MEMBER_COUNT; i++)
		if (members[i].offset != offsetof(struct comment, origin))
			put_pair(&machine, members[i].key, *member(comment, i));
		else if (is_word(comment->origin) && is_word(comment->origin_deployment))
			buf_printf(&machine, "%sorigin=%s/%s", machine.length ? " " : "",
				   comment->origin, comment->origin_deployment);
	room = (COMMENT_BYTES_MAX - MACHINE_MAX) / 2;
	buf_init(&text, COMMENT_BYTES_MAX);
	put_line(&text, summary, room);
	if (reason && *reason) {
		buf_puts(&text, " - ");
		put_line(&text, reason, room - 16);
	}
	if (machine.length)
		buf_printf(&text, MARK "%s]", buf_str(&machine));
	buf_clear(&machine);
	return buf_take(&text);
}
