/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How a story waits: for conditions, with a limit, while every terminal is read on. */
#include "config.h"

#include "story.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

#include "terminal.h"

int64_t
story_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

bool
story_fails(struct story *story, const char *format, ...)
{
	char text[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	buf_clear(&story->why);
	buf_puts(&story->why, text);
	return false;
}

/* We are the reaper of all that the story leaves behind, so that no zombie outlives it. */
static void
reap(struct story *story)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == story->shell) {
			story->shell = 0;
			story->shell_status = status;
		}
		for (size_t i = 0; i < story->terminal_count; i++)
			if (terminal_is_running(story->terminals[i]) &&
			    terminal_pid(story->terminals[i]) == pid)
				terminal_set_ended(story->terminals[i], status);
	}
}

bool
story_pump(struct story *story, int wait_ms)
{
	bool any = terminal_pump(story->terminals, story->terminal_count, wait_ms);

	reap(story);
	return any;
}

void
story_settle(struct story *story)
{
	for (int i = 0; i < 64 && story_pump(story, 0); i++)
		;
}

bool
story_wait(struct story *story, double seconds, condition *holds, const void *data)
{
	int64_t until = story_now_ms() + (int64_t)(seconds * story->slow * 1000);

	story_settle(story);
	while (!holds(story, data)) {
		if (story_now_ms() >= until)
			return false;
		story_pump(story, STEP_MS);
	}
	return true;
}

double
story_limit(const struct story *story, const struct line *line, int i)
{
	char *end = NULL;
	double seconds = line->count > i ? strtod(line->words[i], &end) : story->limit;

	return end && *end != '\0' ? story->limit : seconds;
}
