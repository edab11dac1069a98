/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The sanitiser.
 *
 * The input is cut into units: a grapheme cluster (UAX #29) whose characters are all
 * printable and have a known width, or one escape for one character or byte that is not.
 * Units are never split; when they do not fit, whole units are dropped and a mark is put
 * behind.
 *
 * Widths are glibc's, because ncurses lays out with it: tables that are newer or better would
 * make columns drift; ncurses itself is no filter: it passes U+202E and U+200B on, and obeys
 * CR and BS inside a string, so that text could overwrite its own beginning.
 */
#include "config.h"

#include "base/text.h"

#include <langinfo.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unictype.h>
#include <unigbrk.h>
#include <unistr.h>
#include <wchar.h>

#include "base/buf.h"
#include "base/xmalloc.h"

/* A cluster may hold any number of marks; more than this is somebody's joke. */
#define CLUSTER_CHARACTERS_MAX 8
#define DRAWABLE_BYTES_MAX (4u * 1024 * 1024)

void
untrusted_init(struct untrusted *text, const char *bytes)
{
	text->raw = bytes ? xstrdup(bytes) : NULL;
}

void
untrusted_clear(struct untrusted *text)
{
	free(text->raw);
	text->raw = NULL;
}

void
untrusted_set(struct untrusted *text, const char *bytes)
{
	char *copy = bytes ? xstrdup(bytes) : NULL;

	free(text->raw);
	text->raw = copy;
}

bool
untrusted_equal(const struct untrusted *a, const struct untrusted *b)
{
	if (!a->raw || !b->raw)
		return a->raw == b->raw;
	return strcmp(a->raw, b->raw) == 0;
}

bool
untrusted_is(const struct untrusted *text, const char *ours)
{
	return text->raw && strcmp(text->raw, ours) == 0;
}

const char *
untrusted_raw(const struct untrusted *text)
{
	return text->raw ? text->raw : "";
}

/* A property of the process as the locale is: widths and cuts must agree everywhere. */
static bool ascii_only;

void
text_use_ascii_only(void)
{
	ascii_only = true;
}

bool
text_locale_is_utf8(void)
{
	return !ascii_only && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

bool
text_is_utf8(const char *bytes, size_t length)
{
	return u8_check((const uint8_t *)bytes, length) == NULL;
}

/* One piece of output: `bytes` of input that become `columns` cells. */
struct unit {
	size_t taken;		/* bytes of the input */
	char escape[16];	/* what is shown instead; "" = the input's own bytes */
	int columns;
};

static bool
is_invisible(ucs4_t c)
{
	/* Formats (bidi controls, joiners, tags), surrogates, private, unassigned, separators. */
	return uc_is_general_category_withtable(c, UC_CATEGORY_MASK_C) ||
	       uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Zl | UC_CATEGORY_MASK_Zp) ||
	       uc_is_property_default_ignorable_code_point(c);
}

/* -1: must not be drawn. */
static int
character_width(ucs4_t c, bool utf8)
{
	if (c < 0x20 || c == 0x7f || (c >= 0x80 && !utf8) || is_invisible(c))
		return -1;
	return wcwidth((wchar_t)c);
}

/* An escape is ASCII, so its length is its width on every terminal. */
static void
escape_character(struct unit *unit, ucs4_t c)
{
	static const struct { ucs4_t c; const char *shown; } known[] = {
		{'\n', "\\n"}, {'\t', "\\t"}, {'\r', "\\r"}, {0x7f, "^?"},
	};

	unit->escape[0] = '\0';
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].c == c)
			strcpy(unit->escape, known[i].shown);
	if (unit->escape[0] == '\0' && c < 0x20)
		snprintf(unit->escape, sizeof(unit->escape), "^%c", (char)(c + 0x40));
	else if (unit->escape[0] == '\0')
		snprintf(unit->escape, sizeof(unit->escape), "<U+%04X>", (unsigned)c);
	unit->columns = (int)strlen(unit->escape);
}

/* Takes the characters that cluster with the first, as long as each may be drawn. */
static void
extend_cluster(struct unit *unit, const uint8_t *s, size_t length, ucs4_t previous, bool utf8)
{
	for (int n = 1; n < CLUSTER_CHARACTERS_MAX && unit->taken < length; n++) {
		ucs4_t c;
		int bytes = u8_mbtoucr(&c, s + unit->taken, length - unit->taken);
		int width;

		if (bytes <= 0 || uc_is_grapheme_break(previous, c))
			return;
		width = character_width(c, utf8);
		if (width < 0)
			return;
		unit->taken += (size_t)bytes;
		unit->columns += width;
		previous = c;
	}
}

static void
next_unit(struct unit *unit, const uint8_t *s, size_t length, bool utf8)
{
	ucs4_t c;
	int bytes, width;

	*unit = (struct unit){.taken = 1};
	/* Most of what is shown: nothing but ASCII behind it, so nothing that joins it. */
	if (s[0] >= ' ' && s[0] < 0x7f && (length == 1 || s[1] < 0x80)) {
		unit->columns = 1;
		return;
	}
	bytes = u8_mbtoucr(&c, s, length);
	if (bytes <= 0) {
		snprintf(unit->escape, sizeof(unit->escape), "\\x%02X", s[0]);
		unit->columns = 4;
		return;
	}
	unit->taken = (size_t)bytes;
	width = character_width(c, utf8);
	if (width <= 0) {	/* 0: a mark without a base would land on somebody else's cell */
		escape_character(unit, c);
		return;
	}
	unit->columns = width;
	extend_cluster(unit, s, length, c, utf8);
}

static void
put_unit(struct buf *out, const struct unit *unit, const uint8_t *s)
{
	/* The limit is far above any screen; what passes it is not shown. */
	if (unit->escape[0])
		(void)buf_puts(out, unit->escape);
	else
		(void)buf_append(out, s, unit->taken);
}

/* What fits so far is remembered at each unit with room for the mark: when one no longer fits,
 * the text is cut there and needs no second pass. */
void
text_sanitise(struct drawable *out, const char *bytes, int max_columns)
{
	const uint8_t *s = (const uint8_t *)bytes;
	size_t length = strlen(bytes);
	bool utf8 = text_locale_is_utf8();
	size_t fitting = 0;	/* bytes of output that leave room for the mark */
	int fitting_columns = 0;
	struct unit unit;
	struct buf buf;

	buf_init(&buf, DRAWABLE_BYTES_MAX);
	out->columns = 0;
	while (length > 0 && buf.length + 64 < DRAWABLE_BYTES_MAX) {
		next_unit(&unit, s, length, utf8);
		if (max_columns > 0 && out->columns + unit.columns > max_columns) {
			if (buf.data)
				buf.data[fitting] = '\0';
			buf.length = fitting;
			(void)buf_puts(&buf, utf8 ? "…" : "~");
			out->columns = fitting_columns + 1;
			break;
		}
		put_unit(&buf, &unit, s);
		out->columns += unit.columns;
		if (max_columns <= 0 || out->columns < max_columns) {
			fitting = buf.length;
			fitting_columns = out->columns;
		}
		s += unit.taken;
		length -= unit.taken;
	}
	out->utf8 = buf_take(&buf);
}

void
drawable_clear(struct drawable *drawable)
{
	free(drawable->utf8);
	*drawable = (struct drawable){0};
}

char *
text_printable(const char *bytes)
{
	struct drawable drawable;

	text_sanitise(&drawable, bytes, 0);
	return drawable.utf8;
}

int
text_columns(const char *bytes)
{
	struct drawable drawable;
	int columns;

	text_sanitise(&drawable, bytes, 0);
	columns = drawable.columns;
	drawable_clear(&drawable);
	return columns;
}

size_t
text_fitting(const char *bytes, size_t length, int columns)
{
	bool utf8 = text_locale_is_utf8();
	size_t taken = 0;
	struct unit unit;
	int used = 0;

	while (taken < length) {
		next_unit(&unit, (const uint8_t *)bytes + taken, length - taken, utf8);
		used += unit.columns;
		if (used > columns && taken > 0)
			break;
		taken += unit.taken;
	}
	return taken;
}

size_t
text_cluster_end(const char *bytes, size_t from)
{
	const uint8_t *start = (const uint8_t *)bytes + from;
	const uint8_t *next = u8_grapheme_next(start, start + strlen(bytes + from));

	return next && next > start ? from + (size_t)(next - start) : from + (bytes[from] != '\0');
}
