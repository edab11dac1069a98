/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Counted from outside, in /proc and in the state directory: what a daemon says of itself
 * could be what leaks.  The database is left out; it grows by design. */
#include "config.h"

#include "usage.h"

#include <dirent.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/xmalloc.h"

static size_t
count_entries(const char *path)
{
	DIR *dir = opendir(path);
	size_t count = 0;

	while (dir && readdir(dir))
		count++;
	if (dir)
		closedir(dir);
	return count;
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the state is */
static size_t
count_files(const char *path, int depth)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	size_t count = 0;

	while (dir && depth > 0 && (entry = readdir(dir))) {
		char *inner;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		    strncmp(entry->d_name, "platform.db", 11) == 0)
			continue;
		inner = xasprintf("%s/%s", path, entry->d_name);
		count += 1 + (entry->d_type == DT_DIR ? count_files(inner, depth - 1) : 0);
		free(inner);
	}
	if (dir)
		closedir(dir);
	return count;
}

static size_t
count_words(const char *path)
{
	FILE *file = fopen(path, "r");
	size_t count = 0;
	int number;

	while (file && fscanf(file, "%d", &number) == 1)
		count++;
	if (file)
		fclose(file);
	return count;
}

/* One of the descriptors is this socket. */
static bool
has_socket(const char *fds, unsigned long inode)
{
	char want[48], link[48];
	DIR *dir = opendir(fds);
	struct dirent *entry;
	bool found = false;

	snprintf(want, sizeof(want), "socket:[%lu]", inode);
	while (dir && !found && (entry = readdir(dir))) {
		ssize_t n = readlinkat(dirfd(dir), entry->d_name, link, sizeof(link) - 1);

		link[n > 0 ? n : 0] = '\0';
		found = strcmp(link, want) == 0;
	}
	if (dir)
		closedir(dir);
	return found;
}

/* Lines of the kernel's table: "0: LOCAL REMOTE STATE QUEUES TIMER RETRIES USER TIMEOUT INODE". */
static size_t
count_listening(const char *table, const char *fds)
{
	FILE *file = fopen(table, "r");
	char line[512];
	unsigned state;
	unsigned long inode;
	size_t count = 0;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%*s %*s %*s %x %*s %*s %*s %*s %*s %lu", &state, &inode) == 2 &&
		    state == TCP_LISTEN)
			count += has_socket(fds, inode);
	if (file)
		fclose(file);
	return count;
}

static size_t
resident(const char *path)
{
	FILE *file = fopen(path, "r");
	char line[256];
	size_t kib = 0;

	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, "VmRSS:", 6) == 0)
			kib = strtoul(line + 6, NULL, 10);
	if (file)
		fclose(file);
	return kib;
}

struct usage
usage_of(const struct serve *serve)
{
	char *fds = xasprintf("/proc/%d/fd", (int)serve->pid);
	char *status = xasprintf("/proc/%d/status", (int)serve->pid);
	char *children = xasprintf("/proc/%d/task/%d/children", (int)serve->pid, (int)serve->pid);
	char *state = xasprintf("%s/state", serve->folder);
	struct usage usage = {
		.descriptors = count_entries(fds),
		.listening = count_listening("/proc/net/tcp", fds) +
			     count_listening("/proc/net/tcp6", fds),
		.memory_kib = resident(status),
		.files = count_files(state, 16),
		.children = count_words(children),
	};

	free(fds);
	free(status);
	free(children);
	free(state);
	return usage;
}
