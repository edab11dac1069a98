/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * How a text looks is how it is printed, composed, its blanks one each and none at an end,
 * and letters of other alphabets as those of ours that they are drawn like.  Two texts that
 * look the same and are not are told apart by the escapes of JSON, in the part where they
 * differ.
 *
 * The reason is the review: a person approves by reading, and a colleague's "1.4.3" with a
 * Cyrillic letter, or a trailing blank in a password, must not pass as no change.
 */
#include "config.h"

#include "compare/visible.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/xmalloc.h"

#define TEXT_BYTES_MAX (64u * 1024 * 1024)	/* no more than a body has, each byte escaped */

/* Letters that a terminal draws like one of ASCII. */
static const struct { const char *letters; char like; } lookalikes[] = {
	{"аα", 'a'}, {"ϲс", 'c'}, {"ԁ", 'd'}, {"еҽ", 'e'}, {"ɡ", 'g'}, {"һ", 'h'}, {"іι", 'i'}, {"јϳ", 'j'},
	{"ӏ", 'l'}, {"ո", 'n'}, {"оοօ", 'o'}, {"рρ", 'p'}, {"ԛ", 'q'}, {"ѕ", 's'}, {"υս", 'u'}, {"νѵ", 'v'},
	{"ԝ", 'w'}, {"хχ", 'x'}, {"уγ", 'y'}, {"АΑ", 'A'}, {"ВΒ", 'B'}, {"СϹ", 'C'}, {"ЕΕ", 'E'}, {"НΗ", 'H'},
	{"ІΙ", 'I'}, {"Ј", 'J'}, {"КΚ", 'K'}, {"МΜ", 'M'}, {"Ν", 'N'}, {"ОΟ", 'O'}, {"РΡ", 'P'}, {"Ѕ", 'S'},
	{"ТΤ", 'T'}, {"ХΧ", 'X'}, {"УΥ", 'Y'}, {"Ζ", 'Z'}, {"‐‑‒–−", '-'}, {"’‘ʼ", '\''}, {"“”", '"'},
	{"∕⁄", '/'}, {"ː∶", ':'}, {"․", '.'},
};

/* Only letters that a terminal draws the same: a list to read by, not the Unicode confusables,
 * which would call far more the same. */
static ucs4_t
like(ucs4_t c)
{
	if (c < 0x80)
		return c;
	for (size_t i = 0; i < sizeof(lookalikes) / sizeof(lookalikes[0]); i++)
		if (u8_strchr((const uint8_t *)lookalikes[i].letters, c))
			return (ucs4_t)lookalikes[i].like;
	return c;
}

static void
append(struct buf *out, ucs4_t c)
{
	uint8_t bytes[6];
	int n = u8_uctomb(bytes, c, sizeof(bytes));

	if (n > 0)
		(void)buf_append(out, bytes, (size_t)n);
}

char *
visible_look(const char *text)
{
	char *printed = text_printable(text);
	size_t length = 0;
	uint8_t *composed = u8_normalize(UNINORM_NFC, (const uint8_t *)printed, strlen(printed),
					 NULL, &length);
	const uint8_t *at = composed;
	bool blank = false;
	struct buf out;
	ucs4_t c;

	buf_init(&out, TEXT_BYTES_MAX);
	(void)buf_puts(&out, "");
	while (composed && length > 0) {
		int n = u8_mbtouc(&c, at, length);

		at += n;
		length -= (size_t)n;
		if (uc_is_property_white_space(c)) {
			blank = true;
			continue;
		}
		if (blank && out.length > 0)
			(void)buf_puts(&out, " ");
		blank = false;
		append(&out, like(c));
	}
	free(composed);
	free(printed);
	return buf_take(&out);
}

/* Equal bytes are no answer to "do two that differ look the same". */
bool
visible_looks_same(const char *a, const char *b)
{
	char *x, *y;
	bool same;

	if (strcmp(a, b) == 0)
		return false;
	x = visible_look(a);
	y = visible_look(b);
	same = strcmp(x, y) == 0;
	free(x);
	free(y);
	return same;
}

static void
escape(struct buf *out, ucs4_t c)
{
	if (c == '"' || c == '\\')
		(void)buf_printf(out, "\\%c", (char)c);
	else if (c == '\n')
		(void)buf_puts(out, "\\n");
	else if (c == '\t')
		(void)buf_puts(out, "\\t");
	else if (c == '\r')
		(void)buf_puts(out, "\\r");
	else if (c >= 0x20 && c < 0x7f)
		append(out, c);
	else
		(void)buf_printf(out, c < 0x10000 ? "\\u%04x" : "\\U%08x", (unsigned)c);
}

/* What is seen as itself: no blank but ' ', nothing invisible. */
static bool
is_plain(ucs4_t c)
{
	return c >= 0xa0 && !uc_is_property_white_space(c) && uc_is_print(c) &&
	       !uc_is_property_default_ignorable_code_point(c);
}

static void
quote(struct buf *out, const char *text, size_t length, bool plainly)
{
	const uint8_t *at = (const uint8_t *)text;
	ucs4_t c;

	while (length > 0) {
		int n = u8_mbtouc(&c, at, length);

		if (plainly && is_plain(c))
			(void)buf_append(out, at, (size_t)n);
		else
			escape(out, c);
		at += n;
		length -= (size_t)n;
	}
}

char *
visible_quoted(const char *text)
{
	struct buf out;

	buf_init(&out, TEXT_BYTES_MAX);
	(void)buf_puts(&out, "\"");
	quote(&out, text, strlen(text), true);
	(void)buf_puts(&out, "\"");
	return buf_take(&out);
}

static bool
begins_character(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

static char *
quote_around(const char *text, size_t start, size_t end)
{
	struct buf out;

	buf_init(&out, TEXT_BYTES_MAX);
	(void)buf_puts(&out, "\"");
	quote(&out, text, start, true);
	quote(&out, text + start, end - start, false);
	quote(&out, text + end, strlen(text + end), true);
	(void)buf_puts(&out, "\"");
	return buf_take(&out);
}

/* What differs is cut at whole characters: half of one would be an escape of its own. */
void
visible_apart(const char *a, const char *b, char **a_form, char **b_form)
{
	size_t m = strlen(a), n = strlen(b), start = 0, same = 0;

	while (a[start] && a[start] == b[start])
		start++;
	while (start > 0 && !begins_character(a[start]))
		start--;
	while (same < m - start && same < n - start && a[m - same - 1] == b[n - same - 1])
		same++;
	while (same > 0 && !begins_character(a[m - same]))
		same--;
	*a_form = quote_around(a, start, m - same);
	*b_form = quote_around(b, start, n - same);
}
