/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Nothing that is drawn leaves its rectangle, whatever the text: columns are filled with
 * difficult strings on a real ncurses in a real pseudo-terminal, whose bytes go through
 * libvterm; then every border and every column beside is looked at, cell by cell.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <curses.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <vterm.h>
#include <cmocka.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "ui/canvas.h"
#include "ui/theme-file.h"
#include "ui/widgets/viewport.h"

#define ROWS 24
#define COLUMNS 100

/* What a name can be; the longest and the empty ones are made at the start. */
static const char *difficult[] = {
	"plain",
	"",
	"한국어 사용자의 제목",			    /* wide */
	"e\u0301\u0301\u0301\u0301 o\u0308u\u0304", /* combining */
	"\u0301\u0301 begins with marks",
	"a\u200bb\u200dc\ufeffd\u2060e",	 /* zero width */
	"مرحبا بالعالم שלום",			 /* right to left */
	"\u202eevil\u202c \u2066isolated\u2069", /* turns direction */
	"line one\nline two\r\ttabbed\b\b\bback",
	"\033[2J\033[1;1Hescaped\033]0;title\a\033[?1049l",
	"\xc2\x9b"
	"2J\xc2\x9d"
	"0;title\xc2\x9c", /* the same in 8 bits */
	"\xff\xfe\xc3\x28 bad bytes \xe2\x82",
	"日本\xcc\x81語 mixed 漢",
	"\U0001F468\u200d\U0001F469\u200d\U0001F467 family",
	"\U000E0041\U000E0042 tags",
	"x\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309\u030a\u030b\u030c many marks",
	"ｆｕｌｌ ｗｉｄｔｈ",
	"\u2028\u2029 separators \xc2\x85",
	NULL, /* 300 narrow */
	NULL, /* 300 wide */
};

#define DIFFICULT_COUNT (sizeof(difficult) / sizeof(difficult[0]))

struct stage {
	int master;
	FILE *terminal;
	SCREEN *screen;
	VTerm *vterm;
	VTermScreen *cells;
};

static char *
repeated(const char *text, int times)
{
	char *all = xcalloc((size_t)times, strlen(text) + 1);

	for (int i = 0; i < times; i++)
		strcat(all, text);
	return all;
}

static int
set_up(void **state)
{
	struct stage *stage = xcalloc(1, sizeof(*stage));
	struct winsize size = {.ws_row = ROWS, .ws_col = COLUMNS};
	struct theme theme;
	struct error err = {0};
	int slave;

	setlocale(LC_ALL, "C.UTF-8");
	difficult[DIFFICULT_COUNT - 2] = repeated("n", 300);
	difficult[DIFFICULT_COUNT - 1] = repeated("넓", 300);
	/* Not openpty(): valgrind does not know what it asks the kernel. */
	stage->master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
	if (stage->master < 0 || grantpt(stage->master) != 0 || unlockpt(stage->master) != 0)
		return -1;
	slave = open(ptsname(stage->master), O_RDWR | O_NOCTTY);
	if (slave < 0 || ioctl(slave, TIOCSWINSZ, &size) != 0)
		return -1;
	stage->terminal = fdopen(slave, "r+");
	unsetenv("NO_COLOR");
	unsetenv("LINES");
	unsetenv("COLUMNS");
	stage->screen = newterm("xterm-256color", stage->terminal, stage->terminal);
	if (!stage->screen || theme_load(&theme, NULL, &err) != 0)
		return -1;
	theme_start(&theme);
	stage->vterm = vterm_new(ROWS, COLUMNS);
	vterm_set_utf8(stage->vterm, 1);
	stage->cells = vterm_obtain_screen(stage->vterm);
	vterm_screen_reset(stage->cells, 1);
	*state = stage;
	return 0;
}

static int
tear_down(void **state)
{
	struct stage *stage = *state;

	endwin();
	delscreen(stage->screen);
	fclose(stage->terminal);
	close(stage->master);
	vterm_free(stage->vterm);
	for (size_t i = DIFFICULT_COUNT - 2; i < DIFFICULT_COUNT; i++)
		free((char *)(uintptr_t)difficult[i]);
	free(stage);
	return 0;
}

static void
look(struct stage *stage)
{
	char bytes[4096];
	ssize_t n;

	while ((n = read(stage->master, bytes, sizeof(bytes))) > 0)
		vterm_input_write(stage->vterm, bytes, (size_t)n);
}

static uint32_t
cell(const struct stage *stage, int row, int column)
{
	VTermScreenCell found;

	vterm_screen_get_cell(stage->cells, (VTermPos){row, column}, &found);
	return found.chars[0];
}

/* A frame of borders at the columns, all between filled: a text in every row. */
static void
draw_columns(const int *borders, int count, size_t first, bool paragraph)
{
	struct canvas screen = {.height = ROWS, .width = COLUMNS};

	canvas_begin();
	for (int i = 0; i + 1 < count; i++) {
		struct canvas part = canvas_sub(&screen, 0, borders[i] + 1, ROWS,
						borders[i + 1] - borders[i] - 1);

		for (int row = 0; row < ROWS; row++) {
			const char *text =
				difficult[(first + (size_t)row + (size_t)i) % DIFFICULT_COUNT];

			canvas_move(&part, row, 0);
			if (paragraph)
				canvas_paragraph(&part, STYLE_NORMAL, text, 1);
			else
				canvas_untrusted_bytes(
					&part, row % 2 ? STYLE_SELECTED : STYLE_NORMAL, text, 0);
		}
	}
	for (int i = 0; i < count; i++)
		canvas_vline(&screen, borders[i]);
	canvas_end();
}

static void
check_borders(const struct stage *stage, const int *borders, int count, size_t first)
{
	for (int row = 0; row < ROWS; row++)
		for (int i = 0; i < count; i++)
			if (cell(stage, row, borders[i]) != 0x2502)
				fail_msg("round %zu, row %d: the border at %d is U+%04X", first,
					 row, borders[i], (unsigned)cell(stage, row, borders[i]));
}

static void
no_border_is_ever_overwritten(void **state)
{
	static const int layouts[][6] = {
		{0, 25, 50, 75, 99, 99}, {0, 2, 5, 9, 14, 99}, {0, 1, 3, 50, 97, 99}, {0, 33, 34, 35, 80, 99},
	};
	struct stage *stage = *state;

	for (size_t l = 0; l < sizeof(layouts) / sizeof(layouts[0]); l++) {
		for (size_t first = 0; first < DIFFICULT_COUNT; first++) {
			draw_columns(layouts[l], 5, first, first % 3 == 2);
			look(stage);
			check_borders(stage, layouts[l], 5, first);
		}
	}
}

/* What stands beside a column does not depend on what is in it, nor on what was there before. */
static void
a_column_does_not_move_its_neighbour(void **state)
{
	struct stage *stage = *state;
	struct canvas screen = {.height = ROWS, .width = COLUMNS};

	for (int width = 1; width <= 40; width++) {
		for (size_t first = 0; first < DIFFICULT_COUNT; first += ROWS / 2) {
			canvas_begin();
			for (int row = 0; row < ROWS; row++) {
				struct canvas part = canvas_sub(&screen, row, 0, 1, width);

				canvas_move(&part, 0, 0);
				canvas_untrusted_bytes(
					&part, STYLE_NORMAL,
					difficult[(first + (size_t)row) % DIFFICULT_COUNT], 0);
				part = canvas_sub(&screen, row, width, 1, 9);
				canvas_move(&part, 0, 0);
				canvas_text(&part, STYLE_STRONG, "neighbour and more");
			}
			canvas_end();
			look(stage);
			for (int row = 0; row < ROWS; row++) {
				for (int i = 0; i < 8; i++)
					if (cell(stage, row, width + i) != (uint32_t)"neighbou"[i])
						fail_msg("width %d, row %d: U+%04X at %d", width,
							 row, (unsigned)cell(stage, row, width + i),
							 i);
				assert_int_equal(cell(stage, row, width + 8), 0x2026);
				assert_true(cell(stage, row, width + 9) == 0 ||
					    cell(stage, row, width + 9) == ' ');
			}
		}
	}
}

static void
nothing_is_drawn_outside_the_screen(void **state)
{
	static const struct { int y, x, height, width; } parts[] = {
		{0, COLUMNS, 1, 5}, {ROWS, 0, 5, 5}, {0, COLUMNS - 1, 3, 30}, {ROWS - 1, 0, 9, 200},
		{0, 0, -1, 10}, {0, 0, 10, -1}, {5, COLUMNS + 10, 2, 2},
	};
	struct stage *stage = *state;
	struct canvas screen = {.height = ROWS, .width = COLUMNS};

	canvas_begin();
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct canvas part = canvas_sub(&screen, parts[i].y, parts[i].x, parts[i].height,
						parts[i].width);

		for (size_t d = 0; d < DIFFICULT_COUNT; d++) {
			canvas_move(&part, (int)d - 2, (int)d - 3);
			canvas_untrusted_bytes(&part, STYLE_NORMAL, difficult[d], 0);
			canvas_move(&part, 0, 0);
			canvas_paragraph(&part, STYLE_NORMAL, difficult[d], 3);
			canvas_fill_row(&part, STYLE_BAR);
			canvas_progress(&part, 30, 5, 3);
			canvas_hline(&part, 0);
			canvas_vline(&part, 1);
		}
	}
	canvas_end();
	look(stage);
	for (int row = 3; row < ROWS - 1; row++)
		for (int column = 0; column < COLUMNS - 1; column++)
			assert_true(cell(stage, row, column) == 0 ||
				    cell(stage, row, column) == ' ');
}

static void
a_list_moves_only_when_the_selected_would_leave(void **state)
{
	(void)state;
	for (size_t count = 0; count < 9; count++)
		for (size_t rows = 0; rows < 9; rows++)
			for (size_t first = 0; first < 12; first++)
				for (size_t at = 0; at < count; at++) {
					size_t now = viewport_first(first, at, rows, count);
					bool seen = first <= at && at < first + rows;

					assert_true(rows == 0 || (now <= at && at < now + rows));
					assert_true(now == 0 || now + rows <= count);
					assert_true(!seen || first + rows > count || now == first);
				}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_border_is_ever_overwritten),
		cmocka_unit_test(a_column_does_not_move_its_neighbour),
		cmocka_unit_test(nothing_is_drawn_outside_the_screen),
		cmocka_unit_test(a_list_moves_only_when_the_selected_would_leave),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
