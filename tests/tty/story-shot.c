/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Whole screens against the files of tests/screens/expected, in several sizes of the window, and
 * what holds for every screen.  With SCREENS=write the files are written instead.
 */
#include "config.h"

#include "story.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xmalloc.h"
#include "terminal.h"

#define SIZES_MAX 4
#define QUIET_MS 400		/* unchanged for so long, a screen that is to be written is whole */
#define CHANGE_MS 2000		/* so soon it is another one after the window was made another */
#define QUIET_LIMIT_MS 20000
#define IMPATIENCE 0.1		/* times the limit, after a screen that was another */
#define BACK_S 0.3		/* a list may have been scrolled by the small sizes */
#define LOOKS_MAX 52
#define TICKS_FAST_MS 4000	/* so long half a second goes by in less than one */
#define FAULTS_MAX (256 * 1024)

struct shot {
	const char *name;
	int columns, rows;
	char *path;
	char *expected;			/* NULL: there is no such file */
	char *text;
};

static char *
read_file(const char *path)
{
	FILE *file = fopen(path, "re");
	struct buf buf;
	char bytes[4096];
	size_t n;

	if (!file)
		return NULL;
	buf_init(&buf, OUTPUT_MAX);
	while ((n = fread(bytes, 1, sizeof(bytes), file)) > 0)
		buf_append(&buf, bytes, n);
	fclose(file);
	return buf_take(&buf);
}

static bool
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	if (!file)
		return false;
	fputs(text, file);
	return fclose(file) == 0;
}

static bool
is_writing(void)
{
	const char *mode = getenv("SCREENS");

	return mode && strcmp(mode, "write") == 0;
}

/* --- looking --- */

static bool
is_as_expected(struct story *story, const void *data)
{
	const struct shot *shot = data;
	char *text = story_screen_text(story->terminal);
	bool same = shot->expected && strcmp(text, shot->expected) == 0;

	free(text);
	return same;
}

static bool
is_as_before(struct story *story, const void *data)
{
	char *text = story_screen_text(story->terminal);
	bool same = strcmp(text, data) == 0;

	free(text);
	return same;
}

static void
wait_until_quiet(struct story *story)
{
	int64_t began = story_now_ms(), since = began + CHANGE_MS - QUIET_MS;
	char *last = story_screen_text(story->terminal);

	while (story_now_ms() - since < QUIET_MS && story_now_ms() - began < QUIET_LIMIT_MS) {
		char *now;

		story_pump(story, STEP_MS);
		now = story_screen_text(story->terminal);
		if (strcmp(now, last) != 0)
			since = story_now_ms();
		free(last);
		last = now;
	}
	free(last);
}

static char *
unified_diff(struct story *story, const struct shot *shot)
{
	char *actual = xasprintf("%s/screen", story->sandbox.directory);
	char *command = xasprintf("diff -u --label expected/%s --label 'the screen' %s %s",
				  strrchr(shot->path, '/') + 1,
				  shot->expected ? shot->path : "/dev/null", actual);
	char *output = NULL;

	if (write_file(actual, shot->text))
		story_shell(story, command, SHELL_LIMIT_S, &output);
	free(command);
	free(actual);
	return output ? output : xstrdup("");
}

/* The screen in that size; faults gets the difference from what is expected. */
static void
take_shot(struct story *story, struct shot *shot, struct buf *faults)
{
	double limit = story->limit * (story->shot_failed ? IMPATIENCE : 1);
	bool same = false;

	terminal_resize(story->terminal, shot->rows, shot->columns);
	if (is_writing())
		wait_until_quiet(story);
	else
		same = story_wait(story, limit, is_as_expected, shot);
	shot->text = story_screen_text(story->terminal);
	if (is_writing()) {
		if (!write_file(shot->path, shot->text))
			buf_printf(faults, "%s cannot be written\n", shot->path);
	} else if (!same) {
		char *diff = unified_diff(story, shot);

		buf_puts(faults, diff);
		free(diff);
	}
}

/* --- what holds for every screen --- */

static const char *
last_word(const char *row, size_t length)
{
	size_t at = length;

	while (at > 0 && row[at - 1] != ' ')
		at--;
	return row + at;
}

/* Whether the next row goes on with what is missing of a word. */
static bool
goes_on(const char *next, const char *missing)
{
	size_t n = strcspn(missing, " \n"), m;

	next += strspn(next, " ");
	m = strcspn(next, " \n");
	return m > 0 && strncmp(next, missing, m < n ? m : n) == 0;
}

/* A row that is full to the last column, whose last word is in the wide screen the beginning of
 * longer words alone, was cut, and nothing says so. */
static bool
is_cut(const char *row, size_t length, const char *next, const char *wide)
{
	const char *word = last_word(row, length);
	size_t n = (size_t)(row + length - word);
	char *sought = xstrndup(word, n);
	bool whole = false, longer = false, drawn = n > 0 && (unsigned char)word[0] >= 0x80;

	for (const char *at = wide; n > 2 && !drawn && (at = strstr(at, sought)) != NULL; at++) {
		bool begins = at == wide || at[-1] == ' ' || at[-1] == '\n';
		bool ends = strchr(" \n,.;:)", at[n]) || goes_on(next, at + n);

		whole |= begins && ends;
		longer |= begins && !ends;
	}
	free(sought);
	return longer && !whole;
}

static void
check_rows(const struct shot *shot, const char *wide, struct buf *faults)
{
	const char *row = shot->text;

	for (int i = 1; *row; i++) {
		size_t length = strcspn(row, "\n");
		char *text = xstrndup(row, length);
		int columns = text_columns(text);

		if (columns > shot->columns)
			buf_printf(faults, "row %d is wider than the window: %s\n", i, text);
		if (columns >= shot->columns - 1 && is_cut(text, length, row + length + 1, wide))
			buf_printf(faults, "row %d is cut without an ellipsis: %s\n", i, text);
		if (strstr(text, "\xef\xbf\xbd"))
			buf_printf(faults, "row %d has a character that was broken: %s\n", i, text);
		free(text);
		row += length + 1;
	}
}

/* " C clone  V version", whole. */
static bool
has_key_bar(const struct shot *shot)
{
	const char *row = shot->text;
	size_t length;

	for (int i = 1; i < shot->rows; i++)
		row = strchr(row, '\n') + 1;
	length = strcspn(row, "\n");
	return length > 4 && row[0] == ' ' && row[1] != ' ' && !memmem(row, length, "…", 3);
}

static void
check_shot(const struct shot *shot, const char *wide, char *const *words, int count,
	   struct buf *faults)
{
	struct buf own;

	buf_init(&own, FAULTS_MAX);
	check_rows(shot, wide, &own);
	if (!has_key_bar(shot))
		buf_puts(&own, "the last row is no bar of keys\n");
	for (int i = 0; i < count; i++)
		if (!strstr(shot->text, words[i]))
			buf_printf(&own, "\"%s\" is not there\n", words[i]);
	if (own.length)
		buf_printf(faults, "%dx%d: %s", shot->columns, shot->rows, buf_str(&own));
	buf_clear(&own);
}

/* --- the commands --- */

/* A screen that is another one is no reason not to look at the next. */
static bool
report(struct story *story, struct buf *faults)
{
	const char *place = story->places[story->at];
	const char *file = strstr(place, "tests/");

	if (faults->length > 0) {
		story->shot_failed = true;
		story_test_fails(story);
		buf_printf(faults, "If that is meant: SCREENS=write make check TESTS=%.*s\n",
			   (int)strcspn(file ? file : place, ":"), file ? file : place);
		story_remark(buf_str(faults));
	}
	buf_clear(faults);
	return true;
}

static char *
path_of(const char *name, int columns, int rows, const char *ending)
{
	return xasprintf("%s/expected/%s-%dx%d.%s", getenv("TTY"), name, columns, rows, ending);
}

/* shot NAME [SIZE]... [TEXT]...: the usual sizes where none is given, the own one the last, so
 * that keys that follow meet it. */
bool
act_shot(struct story *story, const struct line *line)
{
	struct shot shots[SIZES_MAX] = {{.columns = 40, .rows = 12}, {.columns = 80, .rows = 24},
					{.columns = story->columns, .rows = story->rows}};
	int count = 0, first = 1, columns, rows;
	struct buf faults;

	setlocale(LC_CTYPE, "C.UTF-8");	/* for the width of what is wide */
	buf_init(&faults, FAULTS_MAX);
	while (first < line->count && count < SIZES_MAX &&
	       sscanf(line->words[first], "%3dx%3d", &columns, &rows) == 2) {
		shots[count].columns = columns;
		shots[count++].rows = rows;
		first++;
	}
	count = count ? count : 3;
	/* The own size comes first, so that the keys before it have done their work, and is come
	 * back to. */
	for (int k = 0; k < count; k++) {
		int i = k == 0 ? count - 1 : k - 1;

		shots[i].path = path_of(line->words[0], shots[i].columns, shots[i].rows, "txt");
		shots[i].expected = read_file(shots[i].path);
		take_shot(story, &shots[i], &faults);
	}
	terminal_resize(story->terminal, shots[count - 1].rows, shots[count - 1].columns);
	(void)story_wait(story, BACK_S, is_as_before, shots[count - 1].text);
	for (int i = 0; i < count; i++)
		check_shot(&shots[i], shots[count - 1].text, line->words + first,
			   line->count - first, &faults);
	for (int i = 0; i < count; i++) {
		free(shots[i].path);
		free(shots[i].expected);
		free(shots[i].text);
	}
	return report(story, &faults);
}

static bool
same_look(const struct look *a, const struct look *b)
{
	return a->bold == b->bold && a->underline == b->underline && a->reverse == b->reverse &&
	       a->foreground == b->foreground && a->background == b->background;
}

/* One letter a look: what each means, then the rows as letters, blanks left out. */
static char *
looks_text(const struct terminal *terminal)
{
	struct look looks[LOOKS_MAX];
	int count = 0;
	struct buf legend, rows;

	buf_init(&legend, OUTPUT_MAX);
	buf_init(&rows, OUTPUT_MAX);
	for (int i = 0; i < terminal_rows(terminal); i++) {
		char *row = terminal_row(terminal, i);

		for (size_t at = 0; row[at]; at++) {
			struct look look = terminal_look(terminal, i, at);
			int k = 0;

			if (((unsigned char)row[at] & 0xc0) == 0x80)
				continue;
			while (row[at] != ' ' && k < count && !same_look(&look, &looks[k]))
				k++;
			if (row[at] != ' ' && k == count && count < LOOKS_MAX) {
				looks[count++] = look;
				buf_printf(&legend, "%c%s%s%s %d on %d\n",
					   k < 26 ? 'a' + k : 'A' + k - 26,
					   look.bold ? " bold" : "",
					   look.underline ? " underlined" : "",
					   look.reverse ? " reverse" : "", (int)look.foreground,
					   (int)look.background);
			}
			buf_printf(&rows, "%c",
				   row[at] == ' ' ? ' ' : k < 26 ? 'a' + k : 'A' + k - 26);
		}
		buf_puts(&rows, "\n");
		free(row);
	}
	buf_printf(&legend, "\n%s", buf_str(&rows));
	buf_clear(&rows);
	return buf_take(&legend);
}

static bool
looks_are_as_expected(struct story *story, const void *data)
{
	char *text = looks_text(story->terminal);
	bool same = data && strcmp(text, data) == 0;

	free(text);
	return same;
}

/* shot-colours NAME: how the screen looks, in the size that it has. */
bool
act_shot_colours(struct story *story, const struct line *line)
{
	struct shot shot = {.path = path_of(line->words[0], story->columns, story->rows,
					    "colours")};
	struct buf faults;

	buf_init(&faults, FAULTS_MAX);
	shot.expected = read_file(shot.path);
	if (is_writing()) {
		wait_until_quiet(story);
		shot.text = looks_text(story->terminal);
		if (!write_file(shot.path, shot.text))
			buf_printf(&faults, "%s cannot be written\n", shot.path);
	} else if (!story_wait(story, story->limit, looks_are_as_expected, shot.expected)) {
		char *diff;

		shot.text = looks_text(story->terminal);
		diff = unified_diff(story, &shot);
		buf_puts(&faults, diff);
		free(diff);
	}
	free(shot.path);
	free(shot.expected);
	free(shot.text);
	return report(story, &faults);
}

/* Whole at each moment: a clock that was read while it was empty would go back. */
static bool
write_clock(const char *path, const char *text)
{
	char *next = xasprintf("%s.next", path);
	bool is_written = write_file(next, text) && rename(next, path) == 0;

	free(next);
	return is_written;
}

static bool
move_clock(struct story *story, long long ms)
{
	const char *path = getenv("STILL_CLOCK");
	char *before = path ? read_file(path) : NULL, text[32];

	if (!before)
		return story_fails(story, "$STILL_CLOCK names no file with a time");
	snprintf(text, sizeof(text), "%lld\n", strtoll(before, NULL, 10) + ms);
	free(before);
	story_settle(story);
	return write_clock(path, text) || story_fails(story, "%s cannot be written", path);
}

/* tick MILLISECONDS: the clock of tests/screens/still.c goes on. */
bool
act_tick(struct story *story, const struct line *line)
{
	return move_clock(story, strtoll(line->words[0], NULL, 10));
}

/* tick-until TEXT: it goes on by half seconds while what is waited for asks again and again; soon
 * slower than the world's, or on a machine that is slow an answer would seem to come too late. */
bool
act_tick_until(struct story *story, const struct line *line)
{
	const int64_t begin = story_now_ms();
	const int64_t until = begin + (int64_t)(story->limit * story->slow * 1000);

	for (;;) {
		const int64_t now = story_now_ms();
		struct line text = {.count = 2, .words = (char *[]){line->words[0],
			now - begin < TICKS_FAST_MS ? (char[]){"0.2"} : (char[]){"1"}}};

		if (act_expect(story, &text))
			break;
		if (now >= until || !move_clock(story, 500))
			return false;
	}
	buf_clear(&story->why);
	return true;
}
