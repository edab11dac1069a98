/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Other programs get the terminal whole, and our signals' actions as they were; nothing of what
 * a platform said ever goes through a shell but as an argument of its own.
 */
#include "config.h"

#include "ui/outside.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <unistr.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/output.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "ui/terminal.h"

extern char **environ;

/* Ends when the program does; its status as of waitpid(2), or -1 with err.  Waiting stops the
 * whole program, on purpose: the terminal is somebody else's meanwhile. */
static int
run(char *const argv[], struct error *err)
{
	static const int usual[] = {SIGINT,  SIGQUIT, SIGTSTP,	SIGPIPE,
				    SIGTERM, SIGHUP,  SIGWINCH, SIGCONT};
	posix_spawnattr_t attributes;
	sigset_t signals;
	int status = 0, ret;
	pid_t pid;

	sigemptyset(&signals);
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		sigaddset(&signals, usual[i]);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigdefault(&attributes, &signals);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	ret = posix_spawnp(&pid, argv[0], NULL, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	if (ret != 0) {
		errno = ret;
		return error_errno(err, _("%s cannot be started"), argv[0]);
	}
	while ((ret = waitpid(pid, &status, 0)) < 0 && errno == EINTR)
		;
	return ret < 0 ? error_errno(err, _("%s cannot be waited for"), argv[0]) : status;
}

/* --- the editor --- */

static int
write_file(const char *path, const char *text, struct error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int ret = 0;

	if (fd < 0)
		return error_errno(err, _("Cannot make %s for the editor"), path);
	if (output_write(fd, text, strlen(text)) != 0)
		ret = error_errno(err, _("Cannot write %s for the editor"), path);
	if (close(fd) != 0 && ret == 0)
		ret = error_errno(err, _("Cannot write %s for the editor"), path);
	return ret;
}

/* Editors write beside and rename, so it is opened anew. */
static char *
read_file(const char *path, struct error *err)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	char *text;
	size_t length;

	if (!file) {
		error_errno(err, _("Cannot read %s, which the editor left"), path);
		return NULL;
	}
	text = xmalloc(OUTSIDE_TEXT_MAX + 2);
	length = fread(text, 1, OUTSIDE_TEXT_MAX + 1, file);
	if (ferror(file)) {
		error_errno(err, _("Cannot read %s, which the editor left"), path);
		fclose(file);
		free(text);
		return NULL;
	}
	fclose(file);
	text[length] = '\0';
	if (length <= OUTSIDE_TEXT_MAX && strlen(text) == length &&
	    !u8_check((const uint8_t *)text, length))
		return text;
	error_set(err, ERROR_INPUT, length > OUTSIDE_TEXT_MAX
			  ? _("The edited text is larger than 1 MiB; it was not taken.")
			  : _("The edited text is not valid UTF-8; it was not taken."));
	free(text);
	return NULL;
}

static const char *
editor(void)
{
	static const char *const variables[] = {"VISUAL", "EDITOR"};

	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		const char *value = getenv(variables[i]);

		if (value && *value)
			return value;
	}
	return "vi";
}

static int
edit_file(char *path, struct error *err)
{
	/* The variable may hold arguments: its words are the person's own. */
	char *command = xasprintf("%s \"$1\"", editor());
	char sh[] = "sh", c[] = "-c";
	char *argv[] = {sh, c, command, sh, path, NULL};
	int status;

	terminal_lend();
	status = run(argv, err);
	terminal_take_back();
	free(command);
	if (status < 0)
		return -1;
	if (status != 0)
		return error_set(err, ERROR_INPUT,
				 _("The editor (%s) ended with status %d; nothing was changed."),
				 editor(),
				 WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return 0;
}

/* In the runtime directory if there is one, which is in memory and readable by nobody else;
 * what was edited may be a secret. */
int
outside_edit(const char *name, char **text, struct error *err)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	char *directory = xasprintf("%s/sidestage-XXXXXX",
				    runtime && *runtime == '/' ? runtime : "/tmp");
	char *path = NULL, *left = NULL;

	if (!mkdtemp(directory)) {
		error_errno(err, _("Cannot make %s for the editor"), directory);
		free(directory);
		return -1;
	}
	path = xasprintf("%s/%s", directory, name);
	if (write_file(path, *text, err) == 0 && edit_file(path, err) == 0)
		left = read_file(path, err);
	if (paths_remove_tree(directory, left ? err : NULL) != 0) {
		free(left);
		left = NULL;
	}
	free(path);
	free(directory);
	if (!left)
		return -1;
	free(*text);
	*text = left;
	return 0;
}

/* --- the browser --- */

static bool
is_address(const char *address)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
		"-._~:/?#[]@!$&'()*+,;=%";

	return (strncmp(address, "http://", 7) == 0 || strncmp(address, "https://", 8) == 0) &&
	       address[strspn(address, allowed)] == '\0';
}

/* NULL: there is none that could show anything. */
static const char *
browser(void)
{
	const char *chosen = getenv("BROWSER"), *x = getenv("DISPLAY"),
		   *wayland = getenv("WAYLAND_DISPLAY");

	if (chosen && *chosen)
		return chosen;
	return (x && *x) || (wayland && *wayland) ? "xdg-open" : NULL;
}

/* In the background, with nothing to write to: a browser that
 * complains would draw over the screen. */
int
outside_browse(const char *address, struct error *err)
{
	char sh[] = "sh", c[] = "-c";
	char *command, *copy;
	int status;

	if (!is_address(address))
		return error_set(err, ERROR_INPUT,
				 _("A browser cannot open this address."));
	if (!browser())
		return error_set(err, ERROR_INPUT, _("There is no browser here."));
	command = xasprintf(
		"command -v %s >/dev/null || exit 127; %s \"$1\" </dev/null >/dev/null 2>&1 &",
		browser(), browser());
	copy = xstrdup(address);
	status = run((char *const[]){sh, c, command, sh, copy, NULL}, err);
	free(command);
	free(copy);
	if (status > 0)
		return error_set(err, ERROR_INPUT,
				 _("The browser (%s) was not found."), browser());
	return status;
}
