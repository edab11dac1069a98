/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The commands for the mouse, for pastes, and for what was written byte by byte. */
#include "config.h"

#include "story.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "terminal.h"

static bool
send_text(struct story *story, const char *text)
{
	story_settle(story);
	if (!terminal_is_running(story->terminal))
		return story_fails(story, "no program is running in this terminal");
	return terminal_send(story->terminal, text, strlen(text)) ||
	       story_fails(story, "the program does not read its keys");
}

/* As xterm reports a button in SGR form; `end` is M for pressed and m for released. */
static bool
report_mouse(struct story *story, int button, char end)
{
	char text[64];

	snprintf(text, sizeof(text), "\033[<%d;%d;%d%c", button, story->mouse_column,
		 story->mouse_row, end);
	return send_text(story, text);
}

/* The first place of the text, counted in characters: none before it may be wide. */
static bool
finds_place(struct story *story, const void *data)
{
	for (int row = 0; row < terminal_rows(story->terminal); row++) {
		char *text = terminal_row(story->terminal, row);
		char *found = strstr(text, data);
		int column = 1;

		for (const char *s = text; found && s < found; s++)
			column += ((unsigned char)*s & 0xc0) != 0x80;
		free(text);
		if (!found)
			continue;
		story->mouse_row = row + 1;
		story->mouse_column = column;
		return true;
	}
	return false;
}

bool
act_click(struct story *story, const struct line *line)
{
	const char *where = line->words[0];

	if (sscanf(where, "%3dx%3d", &story->mouse_column, &story->mouse_row) != 2 &&
	    !story_wait(story, story->limit, finds_place, where))
		return story_fails(story, "\"%s\" was not on the screen within %g s", where,
				   story->limit * story->slow);
	return report_mouse(story, 0, 'M') && report_mouse(story, 0, 'm');
}

/* The left button, down at one place and up at another. */
bool
act_drag(struct story *story, const struct line *line)
{
	for (int i = 0; i < 2; i++) {
		if (sscanf(line->words[i], "%3dx%3d", &story->mouse_column, &story->mouse_row) != 2)
			return story_fails(story, "a place is written 30x5: column, row");
		if (!report_mouse(story, 0, i == 0 ? 'M' : 'm'))
			return false;
	}
	return true;
}

bool
act_wheel(struct story *story, const struct line *line)
{
	bool up = strcmp(line->words[0], "up") == 0;

	if (!up && strcmp(line->words[0], "down") != 0)
		return story_fails(story, "the wheel turns up or down");
	if (story->mouse_row == 0)
		story->mouse_row = story->mouse_column = 1;
	return report_mouse(story, up ? 64 : 65, 'M');
}

bool
act_paste(struct story *story, const struct line *line)
{
	char *text = xasprintf("\033[200~%s\033[201~", line->words[0]);
	bool sent = send_text(story, text);

	free(text);
	return sent;
}

static bool
has_written(struct story *story, const void *data)
{
	return strstr(terminal_written(story->terminal), data) != NULL;
}

bool
act_wrote(struct story *story, const struct line *line)
{
	return story_wait(story, story_limit(story, line, 1), has_written, line->words[0]) ||
	       story_fails(story, "the program has not written these bytes");
}

bool
act_not_wrote(struct story *story, const struct line *line)
{
	story_settle(story);
	return !has_written(story, line->words[0]) ||
	       story_fails(story, "the program has written these bytes");
}

/* How often the program has said that a frame is whole. */
static size_t
count_frames(const struct story *story)
{
	static const char end[] = "\033[?2026l";
	const char *at = terminal_written(story->terminal);
	size_t count = 0;

	while ((at = strstr(at, end)) != NULL) {
		count++;
		at += strlen(end);
	}
	return count;
}

/* A rate is of a time: here, and nowhere else, a story waits for one.  On a busy machine the
 * least number may take longer, and then more may be drawn. */
bool
act_frames(struct story *story, const struct line *line)
{
	size_t least = strtoul(line->words[0], NULL, 10), most = strtoul(line->words[1], NULL, 10),
	       before, n;
	int64_t span = (int64_t)(strtod(line->words[2], NULL) * 1000), start, passed;

	story_settle(story);
	before = count_frames(story);
	start = story_now_ms();
	do {
		(void)story_pump(story, STEP_MS);
		passed = story_now_ms() - start;
		n = count_frames(story) - before;
	} while (passed < span || (n < least && passed < (int64_t)((double)span * story->slow)));
	most = (size_t)((int64_t)most * passed / span);
	return (n >= least && n <= most) ||
	       story_fails(story, "%zu frames were drawn, not %zu to %zu", n, least, most);
}
