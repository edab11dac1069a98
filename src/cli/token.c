/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Reads the bearer token without ever letting it be seen.
 *
 * It is never an option's value (others can read command lines), never in a message, and
 * wiped where a copy ends.  There are two ways to it: at the start, when waiting is fine and
 * a token-command may ask on the terminal; and while a session goes on, when the loop must
 * not wait and the screen has the terminal.
 */
#include "config.h"

#include "cli/token.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/output.h"
#include "base/xmalloc.h"
#include "flow/context/renewal.h"
#include "flow/session.h"

/* The mode is looked at on the open descriptor: a path can be swapped between two calls. */
static int
check_file(int fd, const char *file, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return error_errno(err, _("%s: cannot look at the token file"), file);
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid())
		return error_set(err, ERROR_INPUT, _("%s: a token file must be a regular file that "
						     "you own."), file);
	if ((st.st_mode & 077) != 0)
		return error_set(err, ERROR_INPUT,
				 _("%s: others may read this token.  Run "
				   "`chmod 600` on it, and renew the token."),
				 file);
	return 0;
}

/* Non-blocking, since a FIFO of that name would hold the open for ever;
 * what is no file is refused then. */
static int
read_file(const char *file, char **token, struct error *err)
{
	char bytes[TOKEN_MAX + 2] = "";
	size_t length;
	int ret = 0, fd = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return error_errno(err, _("%s: cannot read the token file"), file);
	if (check_file(fd, file, err) != 0) {
		close(fd);
		return -1;
	}
	if (read(fd, bytes, sizeof(bytes) - 1) < 0)
		ret = error_errno(err, _("%s: cannot read the token file"), file);
	close(fd);
	length = strcspn(bytes, "\r\n");
	if (ret == 0 && length == 0)
		ret = error_set(err, ERROR_SYSTEM, _("%s: holds no token on its first line."),
				file);
	else if (ret == 0 && length > TOKEN_MAX)
		ret = error_set(err, ERROR_LIMIT, _("%s: the token is longer than %d bytes"), file,
				TOKEN_MAX);
	if (ret == 0)
		*token = xstrndup(bytes, length);
	explicit_bzero(bytes, sizeof(bytes));
	return ret;
}

int
token_read(const char *file, char **token, struct error *err)
{
	static const char *const variables[] = {"SIDESTAGE_TOKEN", "HUMANITEC_TOKEN"};

	*token = NULL;
	if (file)
		return read_file(file, token, err);
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		const char *value = getenv(variables[i]);

		if (value && *value) {
			*token = xstrdup(value);
			return 0;
		}
	}
	return 0;
}

/* With the terminal, on purpose: it is where a password manager asks. */
int
token_command(const char *command, char **token, struct error *err)
{
	char line[TOKEN_MAX + 2] = "";
	FILE *output = popen(command, "re");
	bool is_whole;
	size_t length;
	int status;

	*token = NULL;
	if (!output)
		return error_errno(err, _("The token-command cannot be started"));
	/* All is read, else the command would end by a broken pipe. */
	if (fgets(line, sizeof(line), output))
		while (!strchr(line, '\n') && !feof(output) && fgetc(output) != '\n')
			;
	status = pclose(output);
	length = strcspn(line, "\r\n");
	is_whole = length <= TOKEN_MAX;
	if (status == 0 && length > 0 && is_whole)
		*token = xstrndup(line, length);
	explicit_bzero(line, sizeof(line));
	if (*token)
		return 0;
	if (status != 0)
		return error_set(err, ERROR_SYSTEM,
				 _("The token-command `%s` ended with status %d; it gave no "
				   "token."),
				 command, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	if (!is_whole)
		return error_set(err, ERROR_LIMIT,
				 _("The token-command `%s` printed a token longer than %d bytes."),
				 command, TOKEN_MAX);
	return error_set(err, ERROR_SYSTEM, _("The token-command `%s` printed no token."), command);
}

/* --- while a session goes on --- */

extern char **environ;

/* The command in a session of its own: it finds no terminal to ask on, and the screen stays
 * whole. */
static int
start_command(struct token_fetch *fetch, int output, struct error *err)
{
	char *const words[] = {(char *)"sh", (char *)"-c", (char *)(uintptr_t)fetch->command, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int failed;

	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigmask(&attributes, &none);
	failed = posix_spawn(&fetch->pid, "/bin/sh", &actions, &attributes, words, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	if (failed == 0)
		return 0;
	fetch->pid = 0;
	errno = failed;
	return error_errno(err, _("The token-command cannot be started"));
}

/* A file is there at once; what it holds goes the same way as what a command prints. */
static int
start_file(const struct token_fetch *fetch, int output, struct error *err)
{
	char *token = NULL;
	int ret = read_file(fetch->file, &token, err);

	if (token && output_write(output, token, strlen(token)) != 0)
		ret = error_errno(err, _("%s: cannot read the token file"), fetch->file);
	if (token) {
		explicit_bzero(token, strlen(token));
		free(token);
	}
	return ret;
}

static int
fetch_begin(void *data, struct error *err)
{
	struct token_fetch *fetch = data;
	int ends[2], ret;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return error_errno(err, _("The token cannot be fetched again"));
	fetch->pid = 0;
	fetch->length = 0;
	ret = fetch->command ? start_command(fetch, ends[1], err) : start_file(fetch, ends[1], err);
	close(ends[1]);
	if (ret != 0) {
		close(ends[0]);
		return -1;
	}
	return fetch->fd = ends[0];
}

/* Nothing of it is left, neither a process nor what it printed. */
static int
end_fetch(struct token_fetch *fetch, bool kills)
{
	int status = 0;

	close(fetch->fd);
	fetch->fd = -1;
	explicit_bzero(fetch->bytes, sizeof(fetch->bytes));
	if (fetch->pid == 0)
		return 0;
	if (kills)
		(void)kill(-fetch->pid, SIGKILL);
	while (waitpid(fetch->pid, &status, 0) < 0 && errno == EINTR)
		;
	fetch->pid = 0;
	return status;
}

static int
fetch_advance(void *data, char **token, struct error *err)
{
	struct token_fetch *fetch = data;
	ssize_t n = read(fetch->fd, fetch->bytes + fetch->length,
			 sizeof(fetch->bytes) - 1 - fetch->length);
	size_t length;
	int status;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n > 0 && (fetch->length += (size_t)n) < sizeof(fetch->bytes) - 1 &&
	    !memchr(fetch->bytes, '\n', fetch->length))
		return 0;
	fetch->bytes[fetch->length] = '\0';
	length = strcspn(fetch->bytes, "\r\n");
	*token = length > 0 && length <= TOKEN_MAX ? xstrndup(fetch->bytes, length) : NULL;
	/* One that closes its output and goes on must not hold the loop. */
	status = end_fetch(fetch, true);
	if (*token)
		return 1;
	if (length > TOKEN_MAX)
		return error_set(err, ERROR_ACCESS,
				 _("Asked again, the token-command printed a token longer than %d bytes."),
				 TOKEN_MAX);
	return error_set(err, ERROR_ACCESS,
			 status == 0 ? _("Asked again, the token-command printed no token.")
				     : _("Asked again, the token-command failed."));
}

static void
fetch_cancel(void *data)
{
	struct token_fetch *fetch = data;

	if (fetch->fd >= 0)
		(void)end_fetch(fetch, true);
}

struct token_source
token_fetch_source(struct token_fetch *fetch)
{
	fetch->fd = -1;
	return (struct token_source){.begin = fetch_begin, .advance = fetch_advance,
				     .cancel = fetch_cancel, .data = fetch};
}
