/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the parts of tty-run share: the story that is acted, how it waits, and the commands.
 * A command returns false after story_fails() has said why.
 */
#ifndef SIDESTAGE_TESTS_TTY_STORY_H
#define SIDESTAGE_TESTS_TTY_STORY_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "sandbox.h"

struct terminal;

#define TERMINALS_MAX 8
#define STEP_MS 20
#define PATIENCE 6		/* times each limit: it is for what hangs, not for a busy machine */
#define SHELL_LIMIT_S 30
#define OUTPUT_MAX (1024 * 1024)

struct story {
	char **lines, **places;		/* of each line: "FILE:NUMBER" */
	size_t line_count, at;		/* `at`: the line that is acted now, from 0 */
	struct sandbox sandbox;
	struct terminal *terminals[TERMINALS_MAX];
	size_t terminal_count;
	struct terminal *terminal;	/* the one that keys go to */
	int rows, columns;
	int mouse_row, mouse_column;	/* from 1; where the last click was */
	double limit; /* seconds that a condition may take when a line does not say */
	double slow;			/* times each limit: PATIENCE, and TTY_SLOW */
	int64_t run_at;			/* when the last program was started */
	pid_t shell;			/* of the `sh` line that runs now; 0: none */
	int shell_status;
	char *on_failure;		/* a command whose output explains more; NULL: none */
	struct buf why;			/* what failed */
	int test;			/* number of the test that is acted; 0: before the first */
	char *test_name;
	char *lacks;			/* why the test is skipped; NULL: it is not */
	bool failed, test_failed;
	bool shot_failed;		/* some screen was not as expected */
	bool go_on;			/* after a failure the next test is tried all the same */
};

/* One line of a story: its words, and what stands behind the first, untouched. */
struct line {
	int count;
	char **words;
	const char *rest;
};

struct search {
	regex_t regex;
	regmatch_t groups[2];
	char *text;		/* the screen that matched; owned */
};

int64_t story_now_ms(void);
/* Keeps the text for the report; always false. */
bool story_fails(struct story *story, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* What is told of a test that has failed, and that it has: once, and the story goes on. */
void story_remark(const char *text);
void story_test_fails(struct story *story);
/* Reads all terminals and reaps; true when something was read. */
bool story_pump(struct story *story, int wait_ms);
/* The screen as it is once everything that was written so far is read. */
void story_settle(struct story *story);
typedef bool condition(struct story *story, const void *data);
bool story_wait(struct story *story, double seconds, condition *holds, const void *data);
condition story_nothing_runs;
/* Whether `words[i]` gives the seconds; the usual limit when the line does not say. */
double story_limit(const struct story *story, const struct line *line, int i);

/* The terminal of that name, made when there is none; NULL when there are too many. */
struct terminal *story_terminal(struct story *story, const char *name);
/* "0", or "KILL" when a signal ended its program; free() it. */
char *story_ending(const struct terminal *terminal);
/* All rows, each with its line end; free() it. */
char *story_screen_text(const struct terminal *terminal);
/* true: search->text and groups tell what matched; regfree() and free() both. */
bool story_search(struct story *story, struct search *search, const char *pattern, double limit);
/*
 * Runs a command while the terminals are read on, since a program whose output nobody reads
 * stands still.  The exit code, or -1; what it printed in *output (free() it).
 */
int story_shell(struct story *story, const char *command, double seconds, char **output);

/* The commands of README, each in the file of its section. */
typedef bool story_act(struct story *story, const struct line *line);
story_act act_expect;
story_act act_gone;
story_act act_refuse;
story_act act_row;
story_act act_no_row;
story_act act_match;
story_act act_capture;
story_act act_screen;
story_act act_colour;
story_act act_terminal;
story_act act_run;
story_act act_signal;
story_act act_exit;
story_act act_restored;
story_act act_nothing_runs;
story_act act_within;
story_act act_key;
story_act act_type;
story_act act_click;
story_act act_drag;
story_act act_wheel;
story_act act_paste;
story_act act_wrote;
story_act act_not_wrote;
story_act act_frames;
story_act act_press_until, act_answers;
story_act act_size;
story_act act_resize;
story_act act_sh;
story_act act_until;
story_act act_let;
story_act act_env;
story_act act_equal;
story_act act_differ;
story_act act_save;
story_act act_shot, act_shot_colours;
story_act act_tick, act_tick_until;
story_act act_limit;
story_act act_on_failure;

#endif
