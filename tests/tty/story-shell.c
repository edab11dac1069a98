/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The commands about values and about the world outside of the terminals. */
#include "config.h"

#include "story.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/xmalloc.h"
#include "picture.h"
#include "terminal.h"

static bool
shell_has_ended(struct story *story, const void *data)
{
	(void)data;
	return story->shell == 0;
}

static char *
read_all(int fd)
{
	char bytes[8192];
	struct buf buf;
	ssize_t n;

	buf_init(&buf, OUTPUT_MAX);
	lseek(fd, 0, SEEK_SET);
	while ((n = read(fd, bytes, sizeof(bytes))) > 0)
		if (!buf_append(&buf, bytes, (size_t)n))
			break;
	return buf_take(&buf);
}

int
story_shell(struct story *story, const char *command, double seconds, char **output)
{
	char *path = xasprintf("%s/tmp/output.XXXXXX", story->sandbox.directory);
	int fd = mkostemp(path, O_CLOEXEC);

	unlink(path);
	free(path);
	*output = NULL;
	fflush(stdout);
	story->shell = fd < 0 ? -1 : fork();
	if (story->shell == 0) {
		setpgid(0, 0);
		dup2(open("/dev/null", O_RDONLY), 0);
		dup2(fd, 1);
		dup2(fd, 2);
		close_range(3, ~0U, 0);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	if (story->shell < 0) {
		story->shell = 0;
		*output = xstrdup("the shell could not be started");
		return -1;
	}
	if (!story_wait(story, seconds, shell_has_ended, NULL)) {
		kill(-story->shell, SIGKILL);
		story_wait(story, 5, shell_has_ended, NULL);
		story->shell_status = SIGALRM;
	}
	*output = read_all(fd);
	close(fd);
	return WIFEXITED(story->shell_status) ? WEXITSTATUS(story->shell_status) : -1;
}

bool
act_sh(struct story *story, const struct line *line)
{
	char *output;
	int code = story_shell(story, line->rest, SHELL_LIMIT_S, &output);

	if (code != 0 && code != -1)
		story_fails(story, "the command ended with %d:\n%s", code, output);
	else if (code == -1)
		story_fails(story, "the command did not end within %g s:\n%s",
			    SHELL_LIMIT_S * story->slow, output);
	free(output);
	return code == 0;
}

/* until SECONDS COMMAND: again and again until it ends with 0. */
bool
act_until(struct story *story, const struct line *line)
{
	char *command = NULL, *output = NULL;
	double seconds = strtod(line->rest, &command);
	int64_t until = story_now_ms() + (int64_t)(seconds * story->slow * 1000);
	int code;

	if (command == line->rest)
		return story_fails(story, "this is written: until SECONDS COMMAND");
	do {
		free(output);
		code = story_shell(story, command, SHELL_LIMIT_S, &output);
		if (code != 0)
			story_pump(story, 5 * STEP_MS);
	} while (code != 0 && story_now_ms() < until);
	if (code != 0)
		story_fails(story, "the command still ended with %d after %g s:\n%s", code,
		      seconds * story->slow, output);
	free(output);
	return code == 0;
}

/* let NAME COMMAND: what it prints, without the line ends behind it. */
bool
act_let(struct story *story, const struct line *line)
{
	size_t length = strcspn(line->rest, " \t");
	char *name = xstrndup(line->rest, length), *output;
	int code = story_shell(story, line->rest + length, SHELL_LIMIT_S, &output);

	if (code == 0) {
		for (size_t n = strlen(output); n > 0 && output[n - 1] == '\n'; n--)
			output[n - 1] = '\0';
		setenv(name, output, 1);
	} else {
		story_fails(story, "the command ended with %d:\n%s", code, output);
	}
	free(output);
	free(name);
	return code == 0;
}

bool
act_env(struct story *story, const struct line *line)
{
	for (int i = 0; i < line->count; i++) {
		char *equals = strchr(line->words[i], '=');

		if (equals) {
			*equals = '\0';
			setenv(line->words[i], equals + 1, 1);
		} else {
			unsetenv(line->words[i]);
		}
	}
	(void)story;
	return true;
}

bool
act_equal(struct story *story, const struct line *line)
{
	if (strcmp(line->words[0], line->words[1]) == 0)
		return true;
	return story_fails(story, "\"%s\" is not \"%s\"", line->words[0], line->words[1]);
}

bool
act_differ(struct story *story, const struct line *line)
{
	if (strcmp(line->words[0], line->words[1]) != 0)
		return true;
	return story_fails(story, "both are \"%s\"", line->words[0]);
}

bool
act_save(struct story *story, const struct line *line)
{
	char *text, *path = xasprintf("%s/%s", story->sandbox.directory, line->words[0]);
	const char *ending = strrchr(line->words[0], '.');
	FILE *file = fopen(path, "we");

	free(path);
	if (!file)
		return story_fails(story, "%s cannot be written", line->words[0]);
	story_settle(story);
	if (ending && strcmp(ending, ".svg") == 0) {
		picture_write(file, story->terminal, story->columns);
	} else {
		text = story_screen_text(story->terminal);
		fputs(text, file);
		free(text);
	}
	return fclose(file) == 0 || story_fails(story, "%s cannot be written", line->words[0]);
}

bool
act_limit(struct story *story, const struct line *line)
{
	story->limit = strtod(line->words[0], NULL);
	return story->limit > 0 || story_fails(story, "a limit is a number of seconds");
}

bool
act_on_failure(struct story *story, const struct line *line)
{
	free(story->on_failure);
	story->on_failure = xstrdup(line->rest);
	return true;
}
