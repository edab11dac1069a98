/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The commands that look at the screen. */
#include "config.h"

#include "story.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "terminal.h"

char *
story_screen_text(const struct terminal *terminal)
{
	struct buf buf;

	buf_init(&buf, OUTPUT_MAX);
	for (int i = 0; i < terminal_rows(terminal); i++) {
		char *row = terminal_row(terminal, i);

		buf_printf(&buf, "%s\n", row);
		free(row);
	}
	return buf_take(&buf);
}

static bool
screen_has(struct story *story, const void *data)
{
	char *text = story_screen_text(story->terminal);
	bool has = strstr(text, data) != NULL;

	free(text);
	return has;
}

static bool
screen_lacks(struct story *story, const void *data)
{
	return !screen_has(story, data);
}

bool
act_expect(struct story *story, const struct line *line)
{
	double limit = story_limit(story, line, 1);

	if (story_wait(story, limit, screen_has, line->words[0]))
		return true;
	return story_fails(story, "\"%s\" was not on the screen within %g s", line->words[0],
		     limit * story->slow);
}

bool
act_gone(struct story *story, const struct line *line)
{
	double limit = story_limit(story, line, 1);

	if (story_wait(story, limit, screen_lacks, line->words[0]))
		return true;
	return story_fails(story, "\"%s\" was still on the screen after %g s", line->words[0],
		     limit * story->slow);
}

bool
act_refuse(struct story *story, const struct line *line)
{
	story_settle(story);
	for (int i = 0; i < line->count; i++)
		if (screen_has(story, line->words[i]))
			return story_fails(story, "\"%s\" is on the screen", line->words[i]);
	return true;
}

/* All of the words in one row, from left to right. */
static bool
row_has_all(const char *row, char *const *words, int count)
{
	for (int i = 0; i < count && row; i++) {
		row = strstr(row, words[i]);
		if (row)
			row += strlen(words[i]);
	}
	return row != NULL;
}

static bool
some_row_has_all(struct story *story, const void *data)
{
	const struct line *line = data;
	bool found = false;

	for (int i = 0; i < terminal_rows(story->terminal) && !found; i++) {
		char *row = terminal_row(story->terminal, i);

		found = row_has_all(row, line->words, line->count);
		free(row);
	}
	return found;
}

static bool
no_row_has_all(struct story *story, const void *data)
{
	return !some_row_has_all(story, data);
}

bool
act_row(struct story *story, const struct line *line)
{
	if (story_wait(story, story->limit, some_row_has_all, line))
		return true;
	return story_fails(story, "no row of the screen had all of this within %g s",
		     story->limit * story->slow);
}

bool
act_no_row(struct story *story, const struct line *line)
{
	if (story_wait(story, story->limit, no_row_has_all, line))
		return true;
	return story_fails(story, "a row of the screen still has all of this");
}

static bool
screen_matches(struct story *story, const void *data)
{
	/* The search is ours; only the condition's form makes it const. */
	struct search *search = (struct search *)(uintptr_t)data;

	free(search->text);
	search->text = story_screen_text(story->terminal);
	return regexec(&search->regex, search->text, 2, search->groups, 0) == 0;
}

bool
story_search(struct story *story, struct search *search, const char *pattern, double limit)
{
	int code = regcomp(&search->regex, pattern, REG_EXTENDED | REG_NEWLINE);

	search->text = NULL;
	if (code != 0)
		return story_fails(story, "\"%s\" is not a regular expression", pattern);
	if (!story_wait(story, limit, screen_matches, search)) {
		story_fails(story, "nothing on the screen matched /%s/ within %g s", pattern,
		      limit * story->slow);
		regfree(&search->regex);
		free(search->text);
		return false;
	}
	return true;
}

bool
act_match(struct story *story, const struct line *line)
{
	struct search search;

	if (!story_search(story, &search, line->words[0], story_limit(story, line, 1)))
		return false;
	regfree(&search.regex);
	free(search.text);
	return true;
}

bool
act_capture(struct story *story, const struct line *line)
{
	struct search search;
	regmatch_t *group = &search.groups[1];
	char *value;

	if (!story_search(story, &search, line->words[1], story_limit(story, line, 2)))
		return false;
	if (search.regex.re_nsub == 0 || group->rm_so < 0)
		group = &search.groups[0];
	value = xstrndup(search.text + group->rm_so, (size_t)(group->rm_eo - group->rm_so));
	setenv(line->words[0], value, 1);
	free(value);
	regfree(&search.regex);
	free(search.text);
	return true;
}

/* ---- screen <<END ---- */

struct picture {
	char **rows;
	size_t count;
	bool whole;		/* from the first row to the last */
};

/* `*` in a row of a picture stands for anything; all else for itself. */
static bool
row_matches(const char *pattern, const char *row)
{
	const char *star = NULL, *retry = NULL;

	while (*row) {
		if (*pattern == '*') {
			star = pattern++;
			retry = row;
		} else if (*pattern == *row) {
			pattern++;
			row++;
		} else if (star) {
			pattern = star + 1;
			row = ++retry;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

/* Whether the picture from `p` on is what the rows from `r` on show.  "..." skips rows. */
static bool
picture_from(const struct picture *picture, size_t p, char *const *rows, size_t r, size_t row_count)
{
	size_t gap = SIZE_MAX, gap_row = 0;

	for (;;) {
		if (p < picture->count && strcmp(picture->rows[p], "...") == 0) {
			gap = p++;
			gap_row = r;
		} else if (p == picture->count && (!picture->whole || r == row_count)) {
			return true;
		} else if (p < picture->count && r < row_count &&
			   row_matches(picture->rows[p], rows[r])) {
			p++;
			r++;
		} else if (gap != SIZE_MAX && gap_row < row_count) {
			p = gap + 1;
			r = ++gap_row;
		} else {
			return false;
		}
	}
}

static bool
screen_shows(struct story *story, const void *data)
{
	const struct picture *picture = data;
	size_t count = (size_t)terminal_rows(story->terminal), shown;
	char **rows = xcalloc(count + 1, sizeof(*rows));
	bool found = false;

	for (size_t i = 0; i < count; i++)
		rows[i] = terminal_row(story->terminal, (int)i);
	for (shown = count; shown > 0 && rows[shown - 1][0] == '\0'; shown--)
		;
	for (size_t i = 0; i <= (picture->whole ? 0 : count) && !found; i++)
		found = picture_from(picture, 0, rows, i, picture->whole ? shown : count);
	for (size_t i = 0; i < count; i++)
		free(rows[i]);
	free(rows);
	return found;
}

static void
picture_fails(struct story *story, const struct picture *picture)
{
	struct buf buf;

	buf_init(&buf, 4000);
	for (size_t i = 0; i < picture->count; i++)
		buf_printf(&buf, "\n  %s", picture->rows[i]);
	story_fails(story, "the screen did not show this picture within %g s:%s",
	      story->limit * story->slow, buf_str(&buf));
	buf_clear(&buf);
}

bool
act_screen(struct story *story, const struct line *line)
{
	const char *last = line->words[line->count - 1];
	struct picture picture = {.whole = line->count == 2};
	size_t first = story->at + 1, end = first;
	bool shown;

	if (strncmp(last, "<<", 2) != 0 || (picture.whole && strcmp(line->words[0], "whole") != 0))
		return story_fails(story, "this is written: screen [whole] <<END");
	while (end < story->line_count && strcmp(story->lines[end], last + 2) != 0)
		end++;
	if (end == story->line_count)
		return story_fails(story, "the end of the picture, \"%s\", is missing", last + 2);
	picture.rows = story->lines + first;
	picture.count = end - first;
	shown = story_wait(story, story->limit, screen_shows, &picture);
	if (!shown)
		picture_fails(story, &picture);
	story->at = end;
	return shown;
}

/* ---- colour ---- */

static bool
look_is(const struct look *look, const char *word)
{
	static const struct look plain = {.foreground = -1, .background = -1};
	bool fg = strncmp(word, "fg=", 3) == 0;
	int32_t colour = fg ? look->foreground : look->background;

	if (fg || strncmp(word, "bg=", 3) == 0) {
		const char *value = word + 3;

		if (strcmp(value, "default") == 0)
			return colour == -1;
		if (value[0] == '#')
			return colour == (int32_t)(0x1000000 | strtol(value + 1, NULL, 16));
		return colour == (int32_t)strtol(value, NULL, 10);
	}
	if (strcmp(word, "bold") == 0)
		return look->bold;
	if (strcmp(word, "underline") == 0)
		return look->underline;
	if (strcmp(word, "reverse") == 0)
		return look->reverse;
	if (strcmp(word, "coloured") == 0)
		return look->foreground != -1 || look->background != -1;
	if (strcmp(word, "plain") == 0)
		return look->foreground == plain.foreground && look->background == plain.background;
	return false;
}

/* Some place where the text stands looks like all of the words. */
static bool
text_looks(struct story *story, const void *data)
{
	const struct line *line = data;
	bool found = false;

	for (int row = 0; row < terminal_rows(story->terminal) && !found; row++) {
		char *text = terminal_row(story->terminal, row);
		const char *at = text;

		while (!found && (at = strstr(at, line->words[0])) != NULL) {
			struct look look =
				terminal_look(story->terminal, row, (size_t)(at - text));

			found = true;
			for (int i = 1; i < line->count; i++)
				found = found && look_is(&look, line->words[i]);
			at++;
		}
		free(text);
	}
	return found;
}

bool
act_colour(struct story *story, const struct line *line)
{
	if (story_wait(story, story->limit, text_looks, line))
		return true;
	return story_fails(story, "\"%s\" never looked like that", line->words[0]);
}
