/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Processes are found by a variable of their environment or by where they work.  Both are
 * inherited, also by what a daemon leaves behind and by what changes its own environment;
 * neither can be mistaken for another story's.
 */
#include "config.h"

#include "sandbox.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/xmalloc.h"

/* A socket's name has room for 107 bytes; what sidestage adds to the directory needs 40. */
#define DIRECTORY_MAX 48

extern char **environ;

/* Kept from the person's environment: where the programs are, how sanitisers report, and that
 * freed memory is filled. */
static const char *const kept[] = {
	"PATH",	    "SIDESTAGE_LIBEXEC", "SIDESTAGE_DATA", "SIDESTAGED",    "SIDESTAGE",
	"srcdir",   "builddir",		 "ASAN_OPTIONS",   "UBSAN_OPTIONS", "LSAN_OPTIONS",
	"TTY_SLOW", "TTY_WRAP",		 "GUIDE",	   "MALLOC_PERTURB_",
	"SCREENS",  "KUBE_CLUSTER",
};

#define KEPT_COUNT (sizeof(kept) / sizeof(kept[0]))

static void
make_directory(const char *path)
{
	if (mkdir(path, 0700) == 0)
		return;
	printf("Bail out! %s: cannot make the directory\n", path);
	exit(99);
}

static void
set_below(const char *variable, const struct sandbox *sandbox, const char *below, bool make)
{
	char *path = xasprintf("%s%s", sandbox->directory, below);

	if (make)
		make_directory(path);
	setenv(variable, path, 1);
	free(path);
}

static void
choose_directory(struct sandbox *sandbox)
{
	const char *parent = getenv("TMPDIR");

	if (!parent || parent[0] != '/' || strlen(parent) > DIRECTORY_MAX)
		parent = "/tmp";
	sandbox->directory = xasprintf("%s/tty.XXXXXX", parent);
	if (!mkdtemp(sandbox->directory)) {
		printf("Bail out! %s: cannot make a directory in it\n", parent);
		exit(99);
	}
}

/* The helpers of the stories stand beside the stories, the built ones beside this program. */
static void
set_path(void)
{
	char own[4096];
	ssize_t n = readlink("/proc/self/exe", own, sizeof(own) - 1);
	char *slash, *path;

	own[n > 0 ? n : 0] = '\0';
	slash = strrchr(own, '/');
	if (slash)
		*slash = '\0';
	path = xasprintf("%s:%s:%s", getenv("TTY"), own,
			 getenv("PATH") ? getenv("PATH") : "/usr/bin:/bin");
	setenv("PATH", path, 1);
	free(path);
}

void
sandbox_enter(struct sandbox *sandbox, const char *story)
{
	char *values[KEPT_COUNT];
	char *folder, *slash;

	choose_directory(sandbox);
	for (size_t i = 0; i < KEPT_COUNT; i++)
		values[i] = getenv(kept[i]) ? xstrdup(getenv(kept[i])) : NULL;
	clearenv();
	for (size_t i = 0; i < KEPT_COUNT; i++) {
		if (values[i])
			setenv(kept[i], values[i], 1);
		free(values[i]);
	}
	sandbox->mark = xasprintf("TTY_MARK=%s", sandbox->directory);
	setenv("TTY_MARK", sandbox->directory, 1);
	setenv("DIR", sandbox->directory, 1);
	set_below("HOME", sandbox, "/home", true);
	set_below("XDG_CONFIG_HOME", sandbox, "/config", true);
	set_below("XDG_STATE_HOME", sandbox, "/state", true);
	set_below("XDG_CACHE_HOME", sandbox, "/cache", true);
	set_below("XDG_RUNTIME_DIR", sandbox, "/run", true);
	set_below("TMPDIR", sandbox, "/tmp", true);
	set_below("STATE", sandbox, "/state/sidestage/demo", false);
	set_below("SPACES", sandbox, "/state/sidestage/demo/spaces", false);
	set_below("SOCKET", sandbox, "/run/sidestage/demo.sock", false);
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("TERM", "xterm-256color", 1);
	setenv("TZ", "UTC", 1);
	setenv("PS1", "$ ", 1);
	folder = realpath(story, NULL);
	slash = folder ? strrchr(folder, '/') : NULL;
	if (slash)
		*slash = '\0';
	setenv("TTY", folder ? folder : ".", 1);
	free(folder);
	set_path();
}

static int
remove_entry(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st;
	(void)type;
	(void)walk;
	return remove(path);
}

void
sandbox_leave(struct sandbox *sandbox)
{
	if (nftw(sandbox->directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) != 0)
		printf("# %s could not be removed\n", sandbox->directory);
	free(sandbox->directory);
	free(sandbox->mark);
}

static size_t
read_proc(const char *pid, const char *file, char *bytes, size_t size)
{
	char *path = xasprintf("/proc/%s/%s", pid, file);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	ssize_t n;

	free(path);
	bytes[0] = '\0';
	if (fd < 0)
		return 0;
	while (length < size - 1 && (n = read(fd, bytes + length, size - 1 - length)) > 0)
		length += (size_t)n;
	close(fd);
	bytes[length] = '\0';
	return length;
}

static bool
carries_mark(const char *pid, const char *mark)
{
	static char bytes[65536];
	size_t length = read_proc(pid, "environ", bytes, sizeof(bytes));

	for (size_t at = 0; at < length; at += strlen(bytes + at) + 1)
		if (strcmp(bytes + at, mark) == 0)
			return true;
	return false;
}

static bool
works_below(const char *pid, const char *directory)
{
	char *path = xasprintf("/proc/%s/cwd", pid);
	char place[4096];
	ssize_t n = readlink(path, place, sizeof(place) - 1);
	size_t length = strlen(directory);

	free(path);
	if (n <= 0)
		return false;
	place[n] = '\0';
	return strncmp(place, directory, length) == 0 &&
	       (place[length] == '/' || place[length] == '\0' || place[length] == ' ');
}

static void
describe(const char *pid, struct buf *list)
{
	char command[512];
	size_t length = read_proc(pid, "cmdline", command, sizeof(command));

	for (size_t i = 0; i + 1 < length; i++)
		if (command[i] == '\0')
			command[i] = ' ';
	buf_printf(list, "%s %s\n", pid, command);
}

size_t
sandbox_processes(const struct sandbox *sandbox, struct buf *list, int end)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	size_t count = 0;

	if (!proc)
		return 0;
	while ((entry = readdir(proc)) != NULL) {
		const char *pid = entry->d_name;

		if (strspn(pid, "0123456789") != strlen(pid) || atol(pid) == (long)getpid())
			continue;
		if (!carries_mark(pid, sandbox->mark) && !works_below(pid, sandbox->directory))
			continue;
		count++;
		if (list)
			describe(pid, list);
		if (end)
			kill((pid_t)atol(pid), SIGKILL);
	}
	closedir(proc);
	return count;
}
