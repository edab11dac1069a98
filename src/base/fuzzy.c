/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The scorer.  Two rows of the table say which score is best when the needle's first n
 * characters lie within the text's first m: `ends` with the n-th exactly at m, `best`
 * anywhere up to m.  Only the positions need the whole table; a score keeps two rows.
 *
 * All names are scored with each key that is typed, so the common case (ASCII, no match) must
 * leave early: decode_ascii() and occurs() are there for that and change no result.
 */
#include "config.h"

#include "base/fuzzy.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <unistr.h>

#include "base/xmalloc.h"

/* The weights as published. */
#define GAP_LEADING (-0.005)
#define GAP_TRAILING (-0.005)
#define GAP_INNER (-0.01)
#define CONSECUTIVE 1.0
#define AFTER_SLASH 0.9
#define AFTER_SEPARATOR 0.8
#define CAPITAL 0.7
#define AFTER_DOT 0.6

#define BAD_BYTE 0x110000u	/* added to a byte that is no UTF-8: equal only to itself */

struct characters {
	uint32_t folded[FUZZY_TEXT_MAX], plain[FUZZY_TEXT_MAX];
	size_t count;
};

static double
larger(double a, double b)
{
	return a > b ? a : b;
}

/* "aB" begins a word, in every script that has two cases; plain ASCII is answered without a
 * table. */
static bool
begins_word(ucs4_t before, ucs4_t here)
{
	if (here < 0x80 && (here < 'A' || here > 'Z'))
		return false;
	return uc_is_property_lowercase(before) && uc_is_property_uppercase(here);
}

/* Asked for where a character was found only: that is seldom. */
static double
bonus_at(const struct characters *text, size_t m)
{
	/* The beginning counts like the one of a path's part. */
	uint32_t before = m ? text->plain[m - 1] : '/', here = text->plain[m];

	if (before >= BAD_BYTE || here >= BAD_BYTE)
		return 0;
	switch (before) {
	case '/':
		return AFTER_SLASH;
	case '-': case '_': case ' ': case ':':
		return AFTER_SEPARATOR;
	case '.':
		return AFTER_DOT;
	default:
		return begins_word(before, here) ? CAPITAL : 0;
	}
}

/* Ten thousand names are looked through with each key, and nearly all of them are ASCII.  false:
 * this one is not. */
static bool
decode_ascii(struct characters *out, const char *text, size_t length, size_t *at)
{
	unsigned char all = 0;

	for (size_t i = 0; i < length; i++)
		all |= (unsigned char)text[i];
	if (all >= 0x80)
		return false;
	for (size_t i = 0; i < length; i++) {
		uint32_t c = (unsigned char)text[i];

		out->plain[i] = c;
		out->folded[i] = c + (c - 'A' < 26u ? 'a' - 'A' : 0);
	}
	for (size_t i = 0; at && i < length; i++)
		at[i] = i;
	out->count = length;
	return true;
}

/* at: where each begins; NULL: nobody wants to know. */
static void
decode(struct characters *out, const char *text, size_t max, size_t *at)
{
	size_t length = strlen(text), byte = 0;

	if (decode_ascii(out, text, length < max ? length : max, at))
		return;
	for (out->count = 0; byte < length && out->count < max; out->count++) {
		ucs4_t c;
		int n = u8_mbtoucr(&c, (const uint8_t *)text + byte, length - byte);

		if (n < 1) {
			c = BAD_BYTE + (unsigned char)text[byte];
			n = 1;
		}
		if (at)
			at[out->count] = byte;
		out->plain[out->count] = c;
		out->folded[out->count] = c < BAD_BYTE ? uc_tolower(c) : c;
		byte += (size_t)n;
	}
}

/* A text that does not have the characters at all is most of them, and needs no table. */
static bool
occurs(const struct characters *needle, const struct characters *text)
{
	size_t n = 0;

	for (size_t m = 0; m < text->count && n < needle->count; m++)
		n += needle->folded[n] == text->folded[m];
	return n == needle->count;
}

/* One row, for the needle's character n, from the row before (NULL for the first). */
static void
score_row(const struct characters *needle, const struct characters *text, size_t n,
	  const double *ends_before, const double *best_before, double *ends, double *best)
{
	double gap = n + 1 == needle->count ? GAP_TRAILING : GAP_INNER, reached = -INFINITY;

	for (size_t m = 0; m < text->count; m++) {
		double score = -INFINITY;

		if (needle->folded[n] == text->folded[m] && n == 0)
			score = (double)m * GAP_LEADING + bonus_at(text, m);
		/* Either a new run begins here, which is worth what stands before it, or the run
		 * that ended one character before goes on. */
		else if (needle->folded[n] == text->folded[m] && m > 0)
			score = larger(best_before[m - 1] + bonus_at(text, m),
				       ends_before[m - 1] + CONSECUTIVE);
		ends[m] = score;
		reached = larger(score, reached + gap);
		best[m] = reached;
	}
}

bool
fuzzy_score(const char *needle, const char *text, double *score)
{
	double rows[2][2][FUZZY_TEXT_MAX];
	struct characters n, t;

	*score = 0;
	decode(&n, needle, FUZZY_NEEDLE_MAX, NULL);
	if (n.count == 0)
		return true;
	decode(&t, text, FUZZY_TEXT_MAX, NULL);
	if (!occurs(&n, &t))
		return false;
	for (size_t i = 0; i < n.count; i++)
		score_row(&n, &t, i, rows[(i + 1) % 2][0], rows[(i + 1) % 2][1], rows[i % 2][0],
			  rows[i % 2][1]);
	/* The whole text is better than any part of one. */
	*score = n.count == t.count ? INFINITY : rows[(n.count - 1) % 2][1][t.count - 1];
	return true;
}

/* Needs the whole table, on the heap; it is asked only for the few
 * lines that are on the screen. */
size_t
fuzzy_positions(const char *needle, const char *text, size_t positions[FUZZY_NEEDLE_MAX])
{
	double (*ends)[FUZZY_TEXT_MAX], (*best)[FUZZY_TEXT_MAX];
	size_t at[FUZZY_TEXT_MAX];
	struct characters n, t;
	bool must_join = false;

	decode(&n, needle, FUZZY_NEEDLE_MAX, NULL);
	decode(&t, text, FUZZY_TEXT_MAX, at);
	if (n.count == 0 || !occurs(&n, &t))
		return 0;
	ends = xcalloc(n.count, sizeof(*ends));
	best = xcalloc(n.count, sizeof(*best));
	for (size_t i = 0; i < n.count; i++)
		score_row(&n, &t, i, i ? ends[i - 1] : NULL, i ? best[i - 1] : NULL, ends[i],
			  best[i]);
	/* Backwards along the best way; a run that was counted as one must stay one. */
	for (size_t i = n.count, m = t.count; i-- > 0;) {
		while (m-- > 0) {
			if (ends[i][m] == -INFINITY || (!must_join && ends[i][m] < best[i][m]))
				continue;
			must_join = i > 0 && m > 0 &&
				    ends[i][m] == ends[i - 1][m - 1] + CONSECUTIVE;
			positions[i] = at[m];
			break;
		}
	}
	free(ends);
	free(best);
	return n.count;
}
