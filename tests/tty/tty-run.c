/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Acts a story: keys in, then the screen as the person sees it.  tests/tty/README says how
 * stories are written; the table `commands` below is all there is.
 *
 * A story is a list of tests in one sandbox.  When a line fails, the line and the screen are
 * shown, and the tests after it are skipped, because they would only fail for its sake.
 * Everything that waits, waits for a condition and has a limit, which TTY_SLOW multiplies.
 */
#include "config.h"

#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/xmalloc.h"
#include "story.h"
#include "terminal.h"
#include "words.h"

struct command {
	const char *name;
	int least, most; /* words behind the name; most -1: `rest` is used, not words */
	story_act *act;
};

static bool act_line(struct story *story, const char *text);

/* The line must fail: proves that the harness notices. */
static bool
act_fails(struct story *story, const struct line *line)
{
	double limit = story->limit;
	bool worked;

	story->limit = 0.2 / story->slow;
	worked = act_line(story, line->rest);
	story->limit = limit;
	buf_clear(&story->why);
	return !worked || story_fails(story, "this line should have failed");
}

static bool
act_go_on(struct story *story, const struct line *line)
{
	(void)line;
	story->go_on = true;
	return true;
}

/* Not a failure: the rest of the test is skipped, before the first test all of them. */
static bool
act_needs(struct story *story, const struct line *line)
{
	char *command = xasprintf("exec needs %s", line->words[0]), *output;
	int code = story_shell(story, command, SHELL_LIMIT_S, &output);

	free(command);
	if (code == 1) {
		output[strcspn(output, "\n")] = '\0';
		free(story->lacks);
		story->lacks = output;
		return true;
	}
	if (code != 0)
		story_fails(story, "%s", output);
	free(output);
	return code == 0;
}

static const struct command commands[] = {
	/* programs and terminals */
	{"go-on", 0, 0, act_go_on},
	{"size", 1, 1, act_size},
	{"run", 1, WORDS_MAX, act_run},
	{"terminal", 1, 1, act_terminal},
	{"resize", 1, 1, act_resize},
	{"signal", 1, 1, act_signal},
	{"exit", 1, 2, act_exit},
	{"restored", 0, 0, act_restored},
	{"nothing-runs", 0, 1, act_nothing_runs},
	{"within", 1, 1, act_within},
	/* keys */
	{"key", 1, WORDS_MAX, act_key},
	{"type", 1, 1, act_type},
	{"click", 1, 1, act_click},
	{"drag", 2, 2, act_drag},
	{"wheel", 1, 1, act_wheel},
	{"paste", 1, 1, act_paste},
	{"wrote", 1, 2, act_wrote},
	{"not-wrote", 1, 1, act_not_wrote},
	{"frames", 3, 3, act_frames},
	{"press-until", 2, 3, act_press_until},
	{"answers", 1, 2, act_answers},
	/* the screen */
	{"expect", 1, 2, act_expect},
	{"wait", 1, 2, act_expect},
	{"gone", 1, 2, act_gone},
	{"refuse", 1, WORDS_MAX, act_refuse},
	{"row", 1, WORDS_MAX, act_row},
	{"no-row", 1, WORDS_MAX, act_no_row},
	{"match", 1, 2, act_match},
	{"capture", 2, 3, act_capture},
	{"screen", 1, 2, act_screen},
	{"colour", 2, WORDS_MAX, act_colour},
	{"save", 1, 1, act_save},
	{"shot", 1, WORDS_MAX, act_shot},
	{"shot-colours", 1, 1, act_shot_colours},
	/* values and the world outside */
	{"env", 1, WORDS_MAX, act_env},
	{"equal", 2, 2, act_equal},
	{"differ", 2, 2, act_differ},
	{"tick", 1, 1, act_tick},
	{"tick-until", 1, 1, act_tick_until},
	{"limit", 1, 1, act_limit},
	{"sh", 1, -1, act_sh},
	{"let", 1, -1, act_let},
	{"until", 1, -1, act_until},
	{"on-failure", 1, -1, act_on_failure},
	{"needs", 1, 1, act_needs},
	{"fails", 1, -1, act_fails},
};

static const struct command *
find_command(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

/* The words of `rest` go to the command, unless it wants the text as it stands. */
static bool
act_line(struct story *story, const char *text)
{
	size_t length = strcspn(text, " \t");
	char *name = xstrndup(text, length);
	const struct command *command = find_command(name);
	char *words[WORDS_MAX + 1] = {0};
	struct line line = {.words = words, .rest = text + length + strspn(text + length, " \t")};
	const char *why = NULL;
	bool ok;

	free(name);
	if (!command)
		return story_fails(story, "there is no such command");
	if (command->most >= 0)
		line.count = words_split(line.rest, words, &why);
	if (line.count < 0)
		return story_fails(story, "%s", why);
	if (command->most < 0 ? *line.rest == '\0'
			      : line.count < command->least || line.count > command->most)
		ok = story_fails(story, "%s wants %d to %d words", command->name, command->least,
			   command->most < 0 ? WORDS_MAX : command->most);
	else
		ok = command->act(story, &line);
	words_free(words);
	return ok;
}

/* ---- the report ---- */

void
story_remark(const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n");

		printf("#   %.*s\n", (int)length, text);
		text += length + (text[length] == '\n');
	}
}

static void
print_screen(const struct terminal *terminal)
{
	char *ending = terminal_is_running(terminal) ? NULL : story_ending(terminal);
	int row, column, last = -1;
	bool visible;

	terminal_cursor(terminal, &row, &column, &visible);
	printf("# the terminal \"%s\", %s%s; the cursor is %s%d,%d\n", terminal_name(terminal),
	       ending ? "whose program ended with " : "whose program runs", ending ? ending : "",
	       visible ? "at " : "hidden at ", row + 1, column + 1);
	free(ending);
	for (int i = 0; i < terminal_rows(terminal); i++) {
		char *text = terminal_row(terminal, i);

		if (*text)
			last = i;
		free(text);
	}
	for (int i = 0; i <= last; i++) {
		char *text = terminal_row(terminal, i);

		printf("# %3d|%s\n", i + 1, text);
		free(text);
	}
	if (last < 0)
		printf("#    |(nothing)\n");
}

static void
print_failure(struct story *story, size_t at)
{
	char *output;

	printf("# %s: %s\n", story->places[at], story->lines[at] + strspn(story->lines[at], " \t"));
	story_remark(buf_str(&story->why));
	for (size_t i = 0; i < story->terminal_count; i++)
		if (terminal_was_run(story->terminals[i]))
			print_screen(story->terminals[i]);
	if (!story->on_failure)
		return;
	story_shell(story, story->on_failure, SHELL_LIMIT_S, &output);
	printf("# %s\n", story->on_failure);
	story_remark(output);
	free(output);
}

static void
end_test(struct story *story)
{
	if (story->test > 0 && !story->test_failed)
		printf("ok %d - %s%s%s\n", story->test, story->test_name,
		       story->lacks ? " # SKIP " : "", story->lacks ? story->lacks : "");
	free(story->lacks);
	story->lacks = NULL;
	free(story->test_name);
	story->test_name = NULL;
	story->test_failed = false;
	fflush(stdout);
}

void
story_test_fails(struct story *story)
{
	if (!story->test_failed)
		printf("not ok %d - %s\n", story->test, story->test_name);
	story->test_failed = true;
}

static bool
is_test(const char *line)
{
	return strncmp(line, "test ", 5) == 0;
}

static void
begin_test(struct story *story, const char *line)
{
	char *words[WORDS_MAX + 1] = {0};
	const char *why = NULL;

	end_test(story);
	story->test++;
	words_split(line + 5, words, &why);
	story->test_name = xstrdup(words[0] ? words[0] : line + 5);
	words_free(words);
}

static void
act_story(struct story *story)
{
	bool skipping = false;

	for (story->at = 0; story->at < story->line_count && (!story->failed || story->go_on);
	     story->at++) {
		size_t at = story->at;
		const char *text = story->lines[at] + strspn(story->lines[at], " \t");

		if (*text == '\0' || *text == '#' || (skipping && !is_test(text)))
			continue;
		if (is_test(text)) {
			begin_test(story, text);
			skipping = false;
		} else if (!act_line(story, text)) {
			story->failed = skipping = true;
			if (story->test == 0)
				begin_test(story, "test 'before the first test'");
			story_test_fails(story);
			print_failure(story, at);
		} else if (story->lacks) {
			if (story->test == 0)
				return;
			skipping = true;
		}
	}
	end_test(story);
}

static int
count_tests(const struct story *story)
{
	int count = 0;

	for (size_t i = 0; i < story->line_count; i++)
		count += is_test(story->lines[i]);
	return count;
}

/* Hangs up all terminals; what then still runs was left behind. */
static void
end_story(struct story *story, int number)
{
	struct buf list;
	bool clean;

	for (size_t i = 0; i < story->terminal_count; i++)
		terminal_free(story->terminals[i]);
	story->terminal_count = 0;
	clean = story->failed || story_wait(story, 10, story_nothing_runs, NULL);
	buf_init(&list, 65536);
	for (int i = 0; i < 100 && sandbox_processes(&story->sandbox, &list, 1) > 0; i++)
		story_pump(story, STEP_MS);
	if (story->failed)
		printf("ok %d - nothing is left behind # SKIP the story failed before\n", number);
	else
		printf("%sok %d - nothing is left behind\n", clean ? "" : "not ", number);
	if (!clean && !story->failed)
		story_remark(buf_str(&list));
	story->failed |= !clean;
	buf_clear(&list);
	sandbox_leave(&story->sandbox);
}

static void
add_line(struct story *story, const char *line, const char *path, size_t number)
{
	size_t more = story->line_count + 1;

	story->lines = xreallocarray(story->lines, more, sizeof(*story->lines));
	story->places = xreallocarray(story->places, more, sizeof(*story->places));
	story->lines[story->line_count] = xstrdup(line);
	story->places[story->line_count++] = xasprintf("%s:%zu", path, number);
}

/* `include FILE` stands for the lines of a file beside this one, which includes none itself. */
static bool
read_story(struct story *story, const char *path, bool may_include)
{
	FILE *file = fopen(path, "re");
	const char *slash = strrchr(path, '/');
	char *line = NULL;
	size_t size = 0, number = 0;
	ssize_t n;
	bool ok = file != NULL;

	while (ok && (n = getline(&line, &size, file)) >= 0) {
		while (n > 0 && isspace((unsigned char)line[n - 1]))
			line[--n] = '\0';
		number++;
		if (may_include && strncmp(line, "include ", 8) == 0) {
			char *beside = xasprintf("%.*s%s", slash ? (int)(slash + 1 - path) : 0,
						 path, line + 8);

			ok = read_story(story, beside, false);
			free(beside);
		} else {
			add_line(story, line, path, number);
		}
	}
	free(line);
	if (file)
		fclose(file);
	return ok && story->line_count > 0;
}

int
main(int argc, char **argv)
{
	struct story story = {.rows = 40, .columns = 120, .limit = 5, .slow = PATIENCE};
	const char *slow = getenv("TTY_SLOW");
	int count;

	if (argc != 2) {
		fprintf(stderr, "usage: tty-run FILE.story\n");
		return 2;
	}
	if (slow && strtod(slow, NULL) >= 1)
		story.slow *= strtod(slow, NULL);
	if (!read_story(&story, argv[1], true)) {
		printf("Bail out! %s cannot be read\n", argv[1]);
		return 99;
	}
	buf_init(&story.why, OUTPUT_MAX);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	signal(SIGPIPE, SIG_IGN);
	sandbox_enter(&story.sandbox, argv[1]);
	story.terminal = story_terminal(&story, "one");
	count = count_tests(&story);
	printf("1..%d\n", count + 1);
	act_story(&story);
	for (int i = story.test + 1; i <= count; i++)
		printf("ok %d # SKIP %s\n", i,
		       story.lacks ? story.lacks : "a test before it failed");
	end_story(&story, count + 1);
	for (size_t i = 0; i < story.line_count; i++) {
		free(story.lines[i]);
		free(story.places[i]);
	}
	free(story.lines);
	free(story.places);
	free(story.on_failure);
	free(story.lacks);
	buf_clear(&story.why);
	return story.failed || story.shot_failed;
}
