/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A guard ends all that it guards when the daemon dies, unless it was killed itself.  So the
 * guards that live are written down with their start times; a number alone could be somebody
 * else's by the time it is read.  A guard leads a session, and what it started is in that
 * session, if it made no effort to leave it.
 */
#include "config.h"

#include "platform/drivers/process/guard-registry.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/output.h"
#include "base/xmalloc.h"
#include "net/loop.h"

#define KILL_TRIES 200		/* times 10 ms */
#define REMOVED_MS 100

struct group {
	pid_t pid;
	long long start;	/* clock ticks after boot */
};

struct guard_registry {
	struct loop *loop;
	struct loop_task *soon;		/* the file is written at the end of the turn */
	struct loop_timer *later;	/* or then */
	char *directory;
	char *path;
	struct group *groups;
	size_t count;
};

struct stat_line {
	char state;
	pid_t session;
	long long start;
};

static bool
read_stat(pid_t pid, struct stat_line *out)
{
	char path[64], text[1024];
	const char *at;
	ssize_t n;
	int fd, session;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	/* The name may hold spaces and parentheses: count from the last ')'. */
	at = strrchr(text, ')');
	if (!at || sscanf(at + 1, " %c %*d %*d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d"
			  " %*d %*d %*d %lld", &out->state, &session, &out->start) != 3)
		return false;
	out->session = session;
	return true;
}

static bool
boot_id(char out[64])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, out, 63);

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return false;
	out[n] = '\0';
	out[strcspn(out, "\n")] = '\0';
	return true;
}

static int
write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	int failed = fd < 0 || output_write(fd, text, strlen(text)) != 0 ? errno : 0;

	if (fd >= 0 && close(fd) != 0 && failed == 0)
		failed = errno;
	errno = failed;
	return failed ? -1 : 0;
}

/* No fsync: what a crash of the machine could lose, it ended as well. */
static void
save(struct guard_registry *registry)
{
	json_t *groups = json_array();
	char boot[64] = "";
	char *temporary = xasprintf("%s.new", registry->path);
	json_t *all;
	char *text;

	boot_id(boot);
	for (size_t i = 0; i < registry->count; i++)
		json_array_append_new(groups, json_pack("{s:I, s:I}", "pid",
							(json_int_t)registry->groups[i].pid, "start",
							(json_int_t)registry->groups[i].start));
	all = json_pack("{s:s, s:o}", "boot", boot, "groups", groups);
	text = json_dumps(all, JSON_INDENT(1) | JSON_ENSURE_ASCII);
	if (!text || write_text(temporary, text) != 0 || rename(temporary, registry->path) != 0)
		log_line(LOG_PRIORITY_WARNING, "the list of processes cannot be written", "file",
			 registry->path, "reason", strerror(errno), NULL);
	free(text);
	json_decref(all);
	free(temporary);
}

static bool
works_inside(pid_t pid, const char *directory)
{
	char link[64], place[4096];
	size_t length = strlen(directory);
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/%d/cwd", (int)pid);
	n = readlink(link, place, sizeof(place) - 1);
	if (n <= 0)
		return false;
	place[n] = '\0';
	return strncmp(place, directory, length) == 0 && place[length] == '/';
}

/*
 * Is this process what we started?  The guard's number stays reserved while its session lives,
 * but not after; with the guard gone a member has to work in our directory.
 */
static bool
is_ours(const char *directory, const struct group *group, pid_t pid, const struct stat_line *line)
{
	if (line->state == 'Z' || line->session != group->pid)
		return false;
	if (pid == group->pid)
		return line->start == group->start;
	return line->start >= group->start && works_inside(pid, directory);
}

/* Sends it to all that is left; false: nothing is. */
static bool
send_to_session(const char *directory, const struct group *group, int signal_number)
{
	DIR *proc = opendir("/proc");
	struct stat_line line;
	struct dirent *entry;
	bool any = false;

	while (proc && (entry = readdir(proc))) {
		pid_t pid = (pid_t)atoi(entry->d_name);

		if (pid <= 1 || !read_stat(pid, &line) || !is_ours(directory, group, pid, &line))
			continue;
		any = true;
		kill(pid, signal_number);
	}
	if (proc)
		closedir(proc);
	return any;
}

/* First asks the guard, which finds more than we do. */
static void
kill_session(const char *directory, const struct group *group)
{
	struct stat_line line;
	char pid[24];

	snprintf(pid, sizeof(pid), "%d", (int)group->pid);
	if (read_stat(group->pid, &line) && is_ours(directory, group, group->pid, &line))
		kill(group->pid, SIGQUIT);
	for (int i = 0; i < KILL_TRIES; i++) {
		if (!send_to_session(directory, group, i < KILL_TRIES / 2 ? 0 : SIGKILL))
			return;
		if (i == 0)
			log_line(LOG_PRIORITY_NOTICE, "ending processes of an earlier platform",
				 "guard", pid, NULL);
		/* What has no guard any more waits for nobody. */
		if (!read_stat(group->pid, &line) || line.state == 'Z')
			send_to_session(directory, group, SIGKILL);
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	}
}

/* Since the machine has started again, the same numbers are other processes. */
static void
end_leftovers(const char *directory, const char *path)
{
	json_t *all = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
	const char *boot = json_string_value(json_object_get(all, "boot"));
	char now[64];
	json_t *item;
	size_t i;

	if (boot && boot_id(now) && strcmp(boot, now) == 0)
		json_array_foreach(json_object_get(all, "groups"), i, item) {
			json_int_t pid = json_integer_value(json_object_get(item, "pid"));
			struct group group = {
				.pid = (pid_t)pid,
				.start = json_integer_value(json_object_get(item, "start")),
			};

			if (pid > 1 && pid <= 0x7fffffff)
				kill_session(directory, &group);
		}
	json_decref(all);
}

/* Whether there was something to be written. */
static bool
stop_waiting(struct guard_registry *registry)
{
	bool waited = registry->soon || registry->later;

	loop_cancel_task(registry->soon);
	loop_remove_timer(registry->later);
	registry->soon = NULL;
	registry->later = NULL;
	return waited;
}

static void
save_soon(void *data)
{
	struct guard_registry *registry = data;

	registry->soon = NULL;
	stop_waiting(registry);
	save(registry);
}

static void
save_later(void *data)
{
	struct guard_registry *registry = data;

	registry->later = NULL;
	stop_waiting(registry);
	save(registry);
}

struct guard_registry *
guard_registry_open(struct loop *loop, const char *spaces_dir, struct error *err)
{
	struct guard_registry *registry = xcalloc(1, sizeof(*registry));

	registry->loop = loop;
	registry->directory = realpath(spaces_dir, NULL);
	if (!registry->directory) {
		error_errno(err, _("%s: cannot be opened"), spaces_dir);
		free(registry);
		return NULL;
	}
	registry->path = xasprintf("%s/processes.json", registry->directory);
	end_leftovers(registry->directory, registry->path);
	save(registry);
	return registry;
}

void
guard_registry_free(struct guard_registry *registry)
{
	if (!registry)
		return;
	if (stop_waiting(registry))
		save(registry);
	free(registry->directory);
	free(registry->path);
	free(registry->groups);
	free(registry);
}

void
guard_registry_add(struct guard_registry *registry, pid_t group)
{
	struct stat_line line;

	if (!read_stat(group, &line))
		return;
	registry->groups = xreallocarray(registry->groups, registry->count + 1,
					 sizeof(*registry->groups));
	registry->groups[registry->count++] = (struct group){.pid = group, .start = line.start};
	if (!registry->soon)
		registry->soon = loop_defer(registry->loop, save_soon, registry);
}

void
guard_registry_remove(struct guard_registry *registry, pid_t group)
{
	for (size_t i = 0; i < registry->count; i++) {
		if (registry->groups[i].pid == group) {
			registry->groups[i] = registry->groups[--registry->count];
			if (!registry->soon && !registry->later)
				registry->later = loop_add_timer(registry->loop, REMOVED_MS,
								 save_later, registry);
			return;
		}
	}
}
