/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the small parts of the screen do with text and room: the field, the cut, the columns, the
 * part of a list that is in sight, links and fuzzy finding. */
#include "config.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <ncurses.h>

#include "base/text.h"
#include "base/xmalloc.h"
#include "ui/terminal.h"
#include "ui/widgets/cut.h"
#include "ui/widgets/field.h"
#include "ui/widgets/viewport.h"

/* --- the field --- */

#define LEFT (KEY_BASE + KEY_LEFT)
#define RIGHT (KEY_BASE + KEY_RIGHT)
#define HOME (KEY_BASE + KEY_HOME)
#define END (KEY_BASE + KEY_END)
#define BACK (KEY_BASE + KEY_BACKSPACE)
#define DELETE (KEY_BASE + KEY_DC)
#define CTRL(letter) ((letter) & 0x1f)

static void
a_field_edits_whole_characters(void **state)
{
	static const struct {
		const char *text;
		int keys[8];
		const char *result;
		size_t at;
	} cases[] = {
		{"", {'a', 'b'}, "ab", 2},
		{"ab", {'c'}, "abc", 3},
		{"ab", {HOME, 'c'}, "cab", 1},
		{"ab", {LEFT, 'c'}, "acb", 2},
		{"ab", {LEFT, LEFT, LEFT, 'c'}, "cab", 1},
		{"ab", {HOME, RIGHT, 'c'}, "acb", 2},
		{"ab", {RIGHT, 'c'}, "abc", 3},
		{"ab", {HOME, END, 'c'}, "abc", 3},
		{"ab", {BACK}, "a", 1},
		{"ab", {0x7f, '\b', BACK}, "", 0},
		{"ab", {HOME, BACK}, "ab", 0},
		{"ab", {DELETE}, "ab", 2},
		{"ab", {HOME, DELETE}, "b", 0},
		{"", {BACK, DELETE, LEFT, RIGHT, CTRL('W')}, "", 0},
		{"한글", {BACK}, "한", 3},
		{"한글", {LEFT, BACK}, "글", 0},
		{"한글", {HOME, DELETE}, "글", 0},
		{"한글", {LEFT, 0xe9}, "한é글", 5},
		{"a", {0x1f600}, "a😀", 5},
		{"a😀b", {LEFT, BACK}, "ab", 1},
		{"one two", {CTRL('W')}, "one ", 4},
		{"one two  ", {CTRL('W')}, "one ", 4},
		{"one two", {LEFT, CTRL('W')}, "one o", 4},
		{"one", {CTRL('W')}, "", 0},
		{"one two", {CTRL('U')}, "", 0},
		{"one two", {LEFT, LEFT, CTRL('U')}, "wo", 0},
		{"one two", {HOME, CTRL('K')}, "", 0},
		{"one two", {CTRL('A'), RIGHT, CTRL('K')}, "o", 1},
		{"one two", {CTRL('A'), CTRL('E'), '!'}, "one two!", 8},
		{"a", {0xd800}, "a", 1},	/* half of a pair is no character */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct field field = {.is_cut = true};

		field_set(&field, cases[i].text);
		for (size_t k = 0; cases[i].keys[k]; k++)
			assert_true(field_type(&field, cases[i].keys[k]));
		if (strcmp(field.text, cases[i].result) != 0 || field.at != cases[i].at)
			fail_msg("case %zu: \"%s\" at %zu", i, field.text, field.at);
		assert_false(field.is_cut);
	}
}

static void
what_a_field_does_not_know_is_left_to_others(void **state)
{
	static const int keys[] = {27, '\r', '\n', '\t', 1000000 + KEY_BASE, KEY_BASE + KEY_UP,
				   KEY_BASE + KEY_DOWN, CTRL('L'), CTRL('C'), 0};
	struct field field = {0};

	(void)state;
	field_set(&field, "text");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		assert_false(field_type(&field, keys[i]));
	assert_string_equal(field.text, "text");
}

static void
what_is_offered_is_replaced_or_kept(void **state)
{
	static const struct { int first; const char *result; } cases[] = {
		{'x', "x"}, {LEFT, "offere"}, {HOME, "offere"}, {END, "offere"}, {BACK, "offer"},
	};
	struct field field = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		field_offer(&field, "offered");
		assert_true(field.offered);
		assert_true(field_type(&field, cases[i].first));
		assert_false(field.offered);
		field_type(&field, END);
		if (cases[i].first != 'x')
			field_type(&field, BACK);
		assert_string_equal(field.text, cases[i].result);
	}
	field_offer(&field, "offered");
	assert_false(field_type(&field, 27));	/* somebody else's key */
	assert_true(field.offered);
	field_offer(&field, "");
	assert_false(field.offered);
}

/* A text is never a part of what was given without its being said. */
static void
a_field_says_when_it_is_cut(void **state)
{
	struct field field = {0};
	char *text = xcalloc(1, FIELD_MAX + 8);

	(void)state;
	memset(text, 'x', FIELD_MAX - 1);
	field_set(&field, text);
	assert_false(field.is_cut);
	assert_string_equal(field.text, text);
	assert_true(field_type(&field, 'y'));
	assert_true(field.is_cut);
	assert_string_equal(field.text, text);
	field_type(&field, BACK);
	assert_true(field.is_cut);
	field_type(&field, CTRL('U'));
	assert_false(field.is_cut);		/* whatever comes is whole again */
	/* At a character, whichever byte of it is the last that has room. */
	for (size_t end = FIELD_MAX - 4; end < FIELD_MAX; end++) {
		memset(text, 'x', end);
		strcpy(text + end, "한글");
		field_offer(&field, text);
		assert_true(field.is_cut);
		assert_true(text_is_utf8(field.text, strlen(field.text)));
		assert_int_equal(field.at, strlen(field.text));
		assert_true(field.at >= FIELD_MAX - 4);
	}
	free(text);
}

/* --- cutting --- */

static const char *const names[] = {
	"", "a", "payment-reconciliation-api", "payment-reconciliation-worker", "한글날", "a한글날b",
	"e\xcc\x81t\xc3\xa9s-and-more", "\x1b[31m-red-and-long", "0123456789", "😀😀😀😀",
	"bad \xff\xfe\xfd bytes",
};
#define NAME_COUNT (sizeof(names) / sizeof(names[0]))

static void
a_cut_text_has_the_room_it_was_given(void **state)
{
	(void)state;
	for (size_t i = 0; i < NAME_COUNT; i++)
		for (int columns = 1; columns <= 30; columns++)
			for (int where = CUT_END; where <= CUT_BEGIN; where++) {
				char *cut = cut_text(names[i], columns, (enum cut)where);

				if (text_columns(cut) > columns)
					fail_msg("\"%s\" in %d columns, way %d: \"%s\"", names[i],
						 columns, where, cut);
				if (text_columns(names[i]) <= columns)
					assert_string_equal(cut, names[i]);
				else
					assert_non_null(strstr(cut, "…"));
				free(cut);
			}
}

static void
a_text_is_cut_where_it_is_asked_for(void **state)
{
	static const struct {
		const char *text;
		int columns;
		enum cut where;
		const char *cut;
	} cases[] = {
		{"0123456789", 10, CUT_END, "0123456789"},
		{"0123456789", 9, CUT_END, "01234567…"},
		{"0123456789", 9, CUT_MIDDLE, "0123…6789"},
		{"0123456789", 8, CUT_MIDDLE, "0123…789"},
		{"0123456789", 9, CUT_BEGIN, "…23456789"},
		{"0123456789", 1, CUT_END, "…"},
		{"0123456789", 1, CUT_MIDDLE, "…"},
		{"0123456789", 1, CUT_BEGIN, "…"},
		{"한글날", 5, CUT_END, "한글…"},
		{"한글날", 4, CUT_END, "한…"},
		{"한글날", 2, CUT_END, "…"},
		{"한글날", 4, CUT_BEGIN, "…날"},
		{"한글날", 2, CUT_BEGIN, "…"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *cut = cut_text(cases[i].text, cases[i].columns, cases[i].where);

		assert_string_equal(cut, cases[i].cut);
		free(cut);
	}
}

static void
names_are_cut_where_they_stay_apart(void **state)
{
	static const char *const ends[] = {"payment-reconciliation-api", "payment-reconciliation-worker"};
	static const char *const starts[] = {"api-payment-reconciliation", "web-payment-reconciliation"};
	static const char *const both[] = {
		"eu-payment-service-of-the-shop-1", "eu-payment-service-of-the-shop-2",
		"us-payment-service-of-the-shop-1", "us-payment-service-of-the-shop-2",
	};
	static const char *const middles[] = {"a-very-long-name-1-with-an-end", "a-very-long-name-2-with-an-end"};

	(void)state;
	assert_int_not_equal(cut_choose(ends, 2, 12), CUT_END);
	assert_int_equal(cut_choose(starts, 2, 12), CUT_END);
	assert_int_equal(cut_choose(both, 4, 12), CUT_MIDDLE);
	assert_int_equal(cut_choose(middles, 2, 12), CUT_END);	/* nothing helps: the usual way */
	assert_int_equal(cut_choose(NULL, 0, 12), CUT_END);
}

/* Whatever the columns want, none is given more than that, they do not overlap, and while there is
 * room nobody gives way. */
static void
columns_share_the_room(void **state)
{
	static const int wanted[][4] = {
		{3, 5, 7, 0}, {40, 5, 7, 0}, {40, 40, 7, 0}, {100, 100, 100, 100}, {1, 1, 1, 1}, {0, 0, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		for (int room = 40; room <= 120; room += 13) {
			struct cut_columns columns = {0};
			int all = 3 * 3, given = 3 * 3;

			for (size_t k = 0; k < 4; k++) {
				char *text = xcalloc(1, 101);

				memset(text, 'x', (size_t)wanted[i][k]);
				cut_columns_measure(&columns, k, "");
				cut_columns_measure(&columns, k, text);
				cut_columns_measure(&columns, k, "");
				assert_int_equal(columns.wanted[k], wanted[i][k]);
				all += wanted[i][k];
				free(text);
			}
			cut_columns_fit(&columns, 5, room);
			for (size_t k = 0; k < 4; k++) {
				assert_true(columns.width[k] <= wanted[i][k]);
				assert_int_equal(
					columns.at[k],
					k == 0 ? 5 : columns.at[k - 1] + columns.width[k - 1] + 3);
				given += columns.width[k];
			}
			assert_true(given <= room);
			assert_int_equal(given, all < room ? all : room);
			/* What is short stays whole beside what is long. */
			if (wanted[i][0] == 40 && wanted[i][2] == 7)
				assert_int_equal(columns.width[2], 7);
		}
}

/* --- the part in sight --- */

static void
a_list_moves_only_when_it_must(void **state)
{
	static const struct { size_t first, at, rows, count, expected; } cases[] = {
		{0, 0, 10, 5, 0},	/* all of it fits */
		{3, 2, 10, 5, 0},
		{0, 4, 0, 5, 0},	/* no rows */
		{0, 9, 10, 50, 0},
		{0, 10, 10, 50, 1},
		{0, 49, 10, 50, 40},
		{40, 39, 10, 50, 39},
		{20, 25, 10, 50, 20},	/* it is in sight */
		{45, 47, 10, 50, 40},	/* no empty rows behind the last */
		{45, 10, 10, 50, 10},
		{0, 0, 1, 2, 0}, {0, 1, 1, 2, 1},
		{7, 0, 3, 0, 0},	/* an empty list */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(viewport_first(cases[i].first, cases[i].at, cases[i].rows,
						cases[i].count),
				 cases[i].expected);
}

static void
steps_are_rows_pages_and_ends(void **state)
{
	(void)state;
	assert_int_equal(viewport_step(ACTION_UP, 10, 50), -1);
	assert_int_equal(viewport_step(ACTION_DOWN, 10, 50), 1);
	assert_int_equal(viewport_step(ACTION_PAGE_UP, 10, 50), -9);	/* one row stays in sight */
	assert_int_equal(viewport_step(ACTION_PAGE_DOWN, 10, 50), 9);
	assert_int_equal(viewport_step(ACTION_PAGE_DOWN, 1, 50), 1);
	assert_int_equal(viewport_step(ACTION_PAGE_DOWN, 0, 50), 1);
	assert_true(viewport_step(ACTION_FIRST, 10, 50) <= -50);
	assert_true(viewport_step(ACTION_LAST, 10, 50) >= 50);
	assert_int_equal(viewport_step(ACTION_OPEN, 10, 50), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_field_edits_whole_characters),
		cmocka_unit_test(what_a_field_does_not_know_is_left_to_others),
		cmocka_unit_test(what_is_offered_is_replaced_or_kept),
		cmocka_unit_test(a_field_says_when_it_is_cut),
		cmocka_unit_test(a_cut_text_has_the_room_it_was_given),
		cmocka_unit_test(a_text_is_cut_where_it_is_asked_for),
		cmocka_unit_test(names_are_cut_where_they_stay_apart),
		cmocka_unit_test(columns_share_the_room),
		cmocka_unit_test(a_list_moves_only_when_it_must),
		cmocka_unit_test(steps_are_rows_pages_and_ends),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
