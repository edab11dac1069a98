/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Text from elsewhere: what is drawn is printable and as wide as was said; two lines that differ
 * look different; the hunks between two lists of lines lead from one to the other. */
#include "config.h"

#include "fuzz.h"

#include <locale.h>
#include <wchar.h>

#include "base/text.h"
#include "compare/hunks.h"
#include "compare/visible.h"
#include "compare/word-marks.h"

#define LINES_MAX 64

static void
look_at_drawable(const char *text, int max_columns)
{
	struct drawable drawable;
	mbstate_t state = {0};
	wchar_t wide;
	int columns = 0;

	text_sanitise(&drawable, text, max_columns);
	assert(text_is_utf8(drawable.utf8, strlen(drawable.utf8)));
	assert(!max_columns || drawable.columns <= max_columns);
	for (const char *at = drawable.utf8; *at;) {
		size_t used = mbrtowc(&wide, at, strlen(at), &state);

		assert(used > 0 && used <= 4 && wcwidth(wide) >= 0);
		columns += wcwidth(wide);
		at += used;
	}
	assert(columns == drawable.columns);
	assert(max_columns || text_columns(text) == columns);
	drawable_clear(&drawable);
}

static void
look_at_marks(const struct word_marks *marks, const char *text)
{
	size_t last = 0;

	for (size_t i = 0; i < marks->count; i++) {
		assert(marks->items[i].start < marks->items[i].end);
		assert(i == 0 || marks->items[i].start > last);
		last = marks->items[i].end;
	}
	assert(last <= strlen(text));
}

static void
look_at_pair(const char *a, const char *b)
{
	struct word_marks of_a, of_b;
	char *x, *y;

	if (text_is_utf8(a, strlen(a)) && text_is_utf8(b, strlen(b))) {
		visible_apart(a, b, &x, &y);
		assert((strcmp(a, b) == 0) == (strcmp(x, y) == 0));
		free(x);
		free(y);
	}
	assert(visible_looks_same(a, b) == visible_looks_same(b, a));
	word_marks_between(&of_a, &of_b, a, b);
	look_at_marks(&of_a, a);
	look_at_marks(&of_b, b);
	word_marks_clear(&of_a);
	word_marks_clear(&of_b);
}

static size_t
split(char *text, char **lines)
{
	size_t count = 0;

	for (char *line; count < LINES_MAX && (line = strsep(&text, "\n"));)
		lines[count++] = line;
	return count;
}

/* Between two hunks both are equal, so what is left of a and what comes from b is b. */
static void
look_at_hunks(char **a, size_t a_count, char **b, size_t b_count, size_t cells_max)
{
	struct hunks hunks;
	size_t in_a = 0, in_b = 0;

	hunks_between(&hunks, a, a_count, b, b_count, cells_max);
	for (size_t i = 0; i <= hunks.count; i++) {
		size_t a_end = i < hunks.count ? hunks.items[i].a_from : a_count;
		size_t b_end = i < hunks.count ? hunks.items[i].b_from : b_count;

		assert(a_end >= in_a && a_end - in_a == b_end - in_b);
		for (; in_a < a_end; in_a++, in_b++)
			assert(strcmp(a[in_a], b[in_b]) == 0);
		if (i < hunks.count) {
			in_a = hunks.items[i].a_to;
			in_b = hunks.items[i].b_to;
		}
	}
	assert(in_a == a_count && in_b == b_count);
	hunks_clear(&hunks);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char *text = fuzz_text(bytes, length), *second, *lines[2][LINES_MAX];
	static int is_set;
	size_t counts[2];

	if (!is_set)
		is_set = setlocale(LC_ALL, "C.UTF-8") != NULL;
	look_at_drawable(text, 0);
	look_at_drawable(text, 9);
	second = strstr(text, "\n\n");
	if (second) {
		*second = '\0';
		second += 2;
		look_at_pair(text, second);
		counts[0] = split(text, lines[0]);
		counts[1] = split(second, lines[1]);
		look_at_hunks(lines[0], counts[0], lines[1], counts[1], 100000);
		look_at_hunks(lines[1], counts[1], lines[0], counts[0], 4);
	}
	free(text);
	return 0;
}
