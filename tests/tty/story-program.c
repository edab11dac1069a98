/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The commands that start, press, type and end. */
#include "config.h"

#include "story.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/xmalloc.h"
#include "terminal.h"
#include "words.h"

struct terminal *
story_terminal(struct story *story, const char *name)
{
	for (size_t i = 0; i < story->terminal_count; i++)
		if (strcmp(terminal_name(story->terminals[i]), name) == 0)
			return story->terminals[i];
	if (story->terminal_count == TERMINALS_MAX)
		return NULL;
	story->terminals[story->terminal_count] = terminal_new(name, story->rows, story->columns);
	return story->terminals[story->terminal_count++];
}

bool
act_terminal(struct story *story, const struct line *line)
{
	struct terminal *found = story_terminal(story, line->words[0]);

	if (!found)
		return story_fails(story, "a story can have %d terminals", TERMINALS_MAX);
	story->terminal = found;
	return true;
}

/* TTY_WRAP, e.g. "valgrind --quiet", goes before the client and nothing else. */
bool
act_run(struct story *story, const struct line *line)
{
	const char *wrap = getenv("TTY_WRAP");
	char *argv[2 * WORDS_MAX + 1] = {0};
	char *wrapper[WORDS_MAX + 1] = {0};
	const char *why = NULL;
	int n = 0;
	bool ok;

	if (wrap && strcmp(line->words[0], "sidestage") == 0 &&
	    words_split(wrap, wrapper, &why) < 0)
		return story_fails(story, "TTY_WRAP: %s", why);
	for (int i = 0; wrapper[i]; i++)
		argv[n++] = wrapper[i];
	for (int i = 0; i < line->count; i++)
		argv[n++] = line->words[i];
	story->run_at = story_now_ms();
	ok = terminal_run(story->terminal, argv, &why);
	words_free(wrapper);
	return ok || story_fails(story, "%s", why);
}

static bool
has_ended(struct story *story, const void *data)
{
	(void)data;
	return !terminal_is_running(story->terminal);
}

static const struct {
	const char *name;
	int number;
} signals[] = {
	{"HUP", SIGHUP},   {"INT", SIGINT},   {"QUIT", SIGQUIT}, {"KILL", SIGKILL}, {"TERM", SIGTERM},
	{"TSTP", SIGTSTP}, {"STOP", SIGSTOP}, {"CONT", SIGCONT}, {"WINCH", SIGWINCH},
	{"USR1", SIGUSR1}, {"USR2", SIGUSR2}, {"PIPE", SIGPIPE}, {"ABRT", SIGABRT}, {"SEGV", SIGSEGV},
};

static const char *
signal_name(int number)
{
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (signals[i].number == number)
			return signals[i].name;
	return "?";
}

bool
act_signal(struct story *story, const struct line *line)
{
	story_settle(story);
	if (!terminal_is_running(story->terminal))
		return story_fails(story, "no program is running in this terminal");
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (strcmp(signals[i].name, line->words[0]) == 0)
			return kill(terminal_pid(story->terminal), signals[i].number) == 0 ||
			       story_fails(story, "the signal could not be sent");
	return story_fails(story, "there is no signal \"%s\"", line->words[0]);
}

char *
story_ending(const struct terminal *terminal)
{
	int status = terminal_status(terminal);

	if (WIFSIGNALED(status))
		return xstrdup(signal_name(WTERMSIG(status)));
	return xasprintf("%d", WEXITSTATUS(status));
}

bool
act_exit(struct story *story, const struct line *line)
{
	double limit = story_limit(story, line, 1);
	char *ending;
	bool same;

	if (!terminal_was_run(story->terminal))
		return story_fails(story, "no program was run in this terminal");
	if (!story_wait(story, limit, has_ended, NULL))
		return story_fails(story, "the program had not ended after %g s",
				   limit * story->slow);
	story_settle(story);
	ending = story_ending(story->terminal);
	same = strcmp(ending, line->words[0]) == 0;
	if (!same)
		story_fails(story, "the program ended with %s, not with %s", ending,
			    line->words[0]);
	free(ending);
	return same;
}

bool
act_restored(struct story *story, const struct line *line)
{
	char *left;

	(void)line;
	story_settle(story);
	left = terminal_not_restored(story->terminal);
	if (!left)
		return true;
	story_fails(story, "the terminal was not given back: %s", left);
	free(left);
	return false;
}

bool
story_nothing_runs(struct story *story, const void *data)
{
	(void)data;
	return sandbox_processes(&story->sandbox, NULL, 0) == 0;
}

bool
act_nothing_runs(struct story *story, const struct line *line)
{
	double limit = story_limit(story, line, 0);
	struct buf list;

	if (story_wait(story, limit, story_nothing_runs, NULL))
		return true;
	buf_init(&list, 2048);
	sandbox_processes(&story->sandbox, &list, 0);
	story_fails(story, "these processes were still there after %g s:\n%s", limit * story->slow,
	      buf_str(&list));
	buf_clear(&list);
	return false;
}

bool
act_within(struct story *story, const struct line *line)
{
	double took = (double)(story_now_ms() - story->run_at) / 1000;
	double limit = strtod(line->words[0], NULL) * story->slow;

	printf("# %.2f s since the program was started (limit %g)\n", took, limit);
	return took <= limit ||
	       story_fails(story, "%.2f s passed since the program was started", took);
}

/* ---- keys ---- */

bool
act_key(struct story *story, const struct line *line)
{
	story_settle(story);
	if (!terminal_is_running(story->terminal))
		return story_fails(story, "no program is running in this terminal");
	for (int i = 0; i < line->count; i++)
		if (!terminal_key(story->terminal, line->words[i]))
			return story_fails(story, "there is no key \"%s\"", line->words[i]);
	return true;
}

bool
act_type(struct story *story, const struct line *line)
{
	story_settle(story);
	if (!terminal_is_running(story->terminal))
		return story_fails(story, "no program is running in this terminal");
	return terminal_send(story->terminal, line->words[0], strlen(line->words[0])) ||
	       story_fails(story, "the program does not read its keys");
}

/* The screen below the header, whose figures change by themselves: text, and how it looks. */
static char *
picture(const struct terminal *terminal)
{
	struct buf buf;

	buf_init(&buf, OUTPUT_MAX);
	for (int i = 1; i < terminal_rows(terminal); i++) {
		char *row = terminal_row(terminal, i);

		for (size_t at = 0; row[at]; at++) {
			struct look look = terminal_look(terminal, i, at);

			if (row[at] != ' ' && ((unsigned char)row[at] & 0xc0) != 0x80)
				buf_printf(&buf, "%x.%x.%d", (unsigned)look.foreground,
					   (unsigned)look.background,
					   look.bold * 4 + look.underline * 2 + look.reverse);
			buf_append(&buf, &row[at], 1);
		}
		buf_puts(&buf, "\n");
		free(row);
	}
	return buf_take(&buf);
}

static bool
is_at_rest(struct story *story, const void *data)
{
	(void)data;
	return terminal_is_at_rest(story->terminal);
}

/*
 * Something is another, and the key is read: a clock that went on before is no answer, and what
 * is typed next does not meet a key that still waits (two of them at once, and the second takes
 * back what the first did, are drawn as nothing).
 */
static bool
has_answered(struct story *story, const void *data)
{
	char *now;
	bool other;

	if (!terminal_is_running(story->terminal))
		return true;
	if (!terminal_is_at_rest(story->terminal))
		return false;
	story_settle(story);
	now = picture(story->terminal);
	other = strcmp(now, data) != 0;
	free(now);
	return other;
}

/* A key, and something is another on the screen: what it did, or why it did nothing. */
bool
act_answers(struct story *story, const struct line *line)
{
	struct line key = {.count = 1, .words = line->words};
	char *before;
	bool answered;

	story_settle(story);
	before = picture(story->terminal);
	answered = act_key(story, &key) &&
		   story_wait(story, story_limit(story, line, 1), has_answered, before);
	free(before);
	return answered ||
	       story_fails(story, "the key %s changed nothing and said nothing", line->words[0]);
}

/* The key that takes back the step of another one; NULL: none. */
static const char *
opposite(const char *key)
{
	static const char *const pairs[][2] = {{"Up", "Down"}, {"Left", "Right"}};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		for (size_t j = 0; j < 2; j++)
			if (strcmp(key, pairs[i][j]) == 0)
				return pairs[i][1 - j];
	return NULL;
}

/* Presses a key again and again until the screen matches, for lists and choices.  Each press
 * waits for its answer: on a busy machine two would go past what is looked for.  A clock that
 * went on looks like an answer, so the middle third of the time goes back. */
bool
act_press_until(struct story *story, const struct line *line)
{
	char *back[] = {
		(char *)(opposite(line->words[0]) ? opposite(line->words[0]) : line->words[0])};
	struct line key = {.count = 1, .words = line->words}, other = {.count = 1, .words = back};
	double limit = story_limit(story, line, 2);
	int64_t began = story_now_ms(), third = (int64_t)(limit * story->slow * 1000 / 3);
	int64_t until = began + 3 * third;
	struct search search;

	for (;;) {
		char *before;
		bool pressed;

		if (story_search(story, &search, line->words[1], 0.1 / story->slow)) {
			regfree(&search.regex);
			free(search.text);
			return true;
		}
		if (story_now_ms() >= until)
			return story_fails(story, "nothing matched /%s/ within %g s of pressing %s",
				     line->words[1], limit * story->slow, line->words[0]);
		before = picture(story->terminal);
		pressed = act_key(story, (story_now_ms() - began) / third == 1 ? &other : &key);
		/* However long it takes until it is read: a second one would go too far. */
		if (pressed && story_wait(story, limit, is_at_rest, NULL))
			(void)story_wait(story, 1.0, has_answered, before);
		free(before);
		if (!pressed)
			return false;
	}
}

static bool
read_size(struct story *story, const char *text, int *columns, int *rows)
{
	if (sscanf(text, "%3dx%3d", columns, rows) == 2 && *columns > 0 && *rows > 0)
		return true;
	return story_fails(story, "a size is written 120x40: columns, rows");
}

bool
act_size(struct story *story, const struct line *line)
{
	if (!read_size(story, line->words[0], &story->columns, &story->rows))
		return false;
	terminal_resize(story->terminal, story->rows, story->columns);
	return true;
}

bool
act_resize(struct story *story, const struct line *line)
{
	int columns, rows;

	story_settle(story);
	if (!read_size(story, line->words[0], &columns, &rows))
		return false;
	terminal_resize(story->terminal, rows, columns);
	return true;
}
