/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The cursor of a list is on a row by its id, whatever comes and goes around it. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "ui/widgets/list.h"

/* The ids of the rows are the characters of a text. */
static void
id_of(const void *data, size_t row, struct buf *out)
{
	(void)buf_append(out, *(const char *const *)data + row, 1);
}

static void
update(struct list *list, const char **rows, const char *now)
{
	*rows = now;
	list_update(list, strlen(now));
}

static void
keeps_its_row(void **state)
{
	static const struct {
		const char *before, *after;
		long chosen;
		size_t at;		/* in `after` */
	} cases[] = {
		{"abc", "xabc", 1, 2},
		{"abc", "bc", 1, 0},
		{"abc", "cba", 0, 2},
		{"abc", "ac", 1, 1},	/* the next one gets it */
		{"abc", "ab", 2, 1},	/* there is none: the last */
		{"abc", "", 1, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *rows = "";
		struct list list;

		list_init(&list, id_of, &rows);
		update(&list, &rows, cases[i].before);
		list_select(&list, cases[i].chosen);
		update(&list, &rows, cases[i].after);
		assert_int_equal(list.at, cases[i].at);
		list_clear(&list);
	}
}

/* The board: what runs in an environment may be unknown for a moment. */
static void
finds_a_row_that_comes_back(void **state)
{
	const char *rows = "";
	struct list list;

	(void)state;
	list_init(&list, id_of, &rows);
	list.is_awaited = true;
	update(&list, &rows, "abcd");
	list_select(&list, 2);
	update(&list, &rows, "abd");
	assert_int_equal(list.at, 2);
	update(&list, &rows, "a");
	assert_int_equal(list.at, 0);
	update(&list, &rows, "abcd");
	assert_int_equal(list.at, 2);
	/* Who moves meanwhile has chosen another. */
	update(&list, &rows, "abd");
	(void)list_act(&list, ACTION_UP);
	update(&list, &rows, "abcd");
	assert_int_equal(list.at, 1);
	list_clear(&list);
}

/* Until somebody chooses, the cursor is on what is suggested, whichever row that is by then. */
static void
suggests_until_somebody_moves(void **state)
{
	const char *rows = "";
	struct list list;

	(void)state;
	list_init(&list, id_of, &rows);
	list.is_suggested = true;
	update(&list, &rows, "bc");
	assert_int_equal(list.at, 0);
	update(&list, &rows, "abc");
	assert_int_equal(list.at, 0);
	(void)list_act(&list, ACTION_DOWN);
	update(&list, &rows, "xabc");
	assert_int_equal(list.at, 2);
	list_clear(&list);
}

/* Each has as many rows of the canvas as its digit says. */
static int
height_of(const void *data, size_t row)
{
	return (*(const char *const *)data)[row] - '0';
}

/* A conflict with its values: it is seen whole, and a click on any of its rows is on it. */
static void
a_high_row_is_whole_and_clicked_anywhere(void **state)
{
	const char *rows = "";
	struct list list;

	(void)state;
	list_init(&list, id_of, &rows);
	list.height = height_of;
	update(&list, &rows, "13254");
	list_fit(&list, 4, 5);
	assert_int_equal(list.first, 0);
	assert_int_equal(list_end(&list), 3);	/* the third is cut */
	assert_true(list_click(&list, 7));
	assert_int_equal(list.at, 1);
	assert_true(list_click(&list, 8));
	assert_int_equal(list.at, 2);
	list_fit(&list, 4, 5);
	assert_int_equal(list.first, 1);
	assert_int_equal(list_end(&list), 3);
	assert_false(list_click(&list, 3));
	assert_false(list_click(&list, 9));
	(void)list_act(&list, ACTION_LAST);
	list_fit(&list, 4, 5);
	assert_int_equal(list.first, 4);
	list_fit(&list, 4, 9);
	assert_int_equal(list.first, 3);
	assert_int_equal(list_end(&list), 5);
	(void)list_act(&list, ACTION_PAGE_UP);
	assert_int_equal(list.at, 3);
	list_clear(&list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_its_row),
		cmocka_unit_test(finds_a_row_that_comes_back),
		cmocka_unit_test(suggests_until_somebody_moves),
		cmocka_unit_test(a_high_row_is_whole_and_clicked_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
