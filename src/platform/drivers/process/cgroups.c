/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Control groups, in both of the kernel's forms.  In version 1 each controller has a tree of its
 * own, and a group is made below ours in each.  In version 2 there is one tree, in which only
 * groups without processes have groups with limits below them: so the daemon first moves itself
 * into a group of its own, which needs ours to be delegated to it (Delegate= of its unit).
 *
 * Where neither can be had the limits of each process stay (instance.c).  A group is a directory
 * of the daemon's, out of the workloads' sight.
 */
#include "config.h"

#include "platform/drivers/process/cgroups.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/output.h"
#include "base/xmalloc.h"

#define PREFIX "sidestaged."	/* not "sidestaged-": earlier versions take those for left */

#define NEAR_LIMIT 65536	/* bytes; the kernel takes several pages at once */
#define PERIOD_US 100000	/* of a share of the processors; the kernel's usual one */
#define QUOTA_US_MIN 1000	/* the kernel refuses less */
#define SHARES_MIN 2		/* of version 1, as are the others */
#define SHARES_MAX 262144
#define SHARES_PER_CPU 1024
#define WEIGHT_MAX 10000	/* of version 2 */

static const char all_controllers[] = "+pids +memory +cpu";
static const char no_controllers[] = "-cpu -memory -pids";
/* Where a process of one thread joins a group of version 1, 2.  In version 1 a thread moves at
 * once; a whole process waits for a grace period of RCU, some 15 ms.  A thread of version 2 may not
 * leave its process behind. */
static const char *const join_files[] = {"tasks", "cgroup.procs"};

/* What is limited, and the files that say so: the first that is there counts. */
static const struct controller {
	const char *name;
	const char *files[2];		/* version 1, 2; NULL: an equal share is enough */
	size_t limit;			/* in struct cgroup_limits */
} controllers[CGROUP_FILES] = {
	{"pids", {"pids.max", "pids.max"}, offsetof(struct cgroup_limits, processes)},
	{"memory", {"memory.limit_in_bytes", "memory.max"}, offsetof(struct cgroup_limits, memory)},
	{"cpu", {NULL, NULL}, 0},
};
enum { PIDS, MEMORY, CPU };

struct cgroups {
	struct cgroup_limits limits;
	int version;			/* 0: none */
	char *trees[CGROUP_FILES];	/* our group in each; version 2: the first alone */
	const char *why;		/* there is none */
	unsigned last;			/* number of a process's group */
};

static int
write_text(const char *directory, const char *file, const char *text)
{
	char *path = xasprintf("%s/%s", directory, file);
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	int ret = fd < 0 ? -1 : output_write(fd, text, strlen(text));

	if (fd >= 0)
		close(fd);
	free(path);
	return ret;
}

/* All of a small file of /proc; free() it. */
static char *
read_text(const char *path)
{
	char *text = xcalloc(65536, 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	ssize_t n;

	while (fd >= 0 && length < 65535 && (n = read(fd, text + length, 65535 - length)) > 0)
		length += (size_t)n;
	if (fd >= 0)
		close(fd);
	return text;
}

static bool
has_word(const char *list, const char *word, const char *separators)
{
	size_t length = strlen(word);

	for (const char *at = list; *at; at += strspn(at, separators)) {
		size_t n = strcspn(at, separators);

		if (n == length && strncmp(at, word, n) == 0)
			return true;
		at += n;
	}
	return false;
}

/* Where the tree of a controller (NULL: of version 2) is mounted; free() it. */
static char *
find_mount(const char *mounts, const char *controller)
{
	char *copy = xstrdup(mounts), *rest = copy, *found = NULL;

	for (char *line; !found && (line = strsep(&rest, "\n"));) {
		char *kind = strstr(line, " - "), where[4096], type[32], options[512];

		if (!kind || sscanf(line, "%*s %*s %*s %*s %4095s", where) != 1 ||
		    sscanf(kind + 3, "%31s %*s %511s", type, options) != 2)
			continue;
		if (controller ? strcmp(type, "cgroup") == 0 && has_word(options, controller, ",")
			       : strcmp(type, "cgroup2") == 0)
			found = xstrdup(where);
	}
	free(copy);
	return found;
}

/* The group that we are in, of "7:pids:/a/b", or "0::/a/b" (NULL); free() it. */
static char *
find_group(const char *groups, const char *controller)
{
	char *copy = xstrdup(groups), *rest = copy, *found = NULL;

	for (char *line; !found && (line = strsep(&rest, "\n"));) {
		char *names = strchr(line, ':'), *path = names ? strchr(names + 1, ':') : NULL;

		if (!path)
			continue;
		*path++ = '\0';
		if (controller ? has_word(names + 1, controller, ",") : names[1] == '\0')
			found = xstrdup(strcmp(path, "/") == 0 ? "" : path);
	}
	free(copy);
	return found;
}

static char *
own_directory(const char *mounts, const char *groups, const char *controller)
{
	char *mount = find_mount(mounts, controller), *group = find_group(groups, controller);
	char *directory = mount && group ? xasprintf("%s%s", mount, group) : NULL;

	free(mount);
	free(group);
	return directory;
}

/* Groups below this one in which nothing is left. */
static void
remove_empty(const char *tree)
{
	DIR *directory = opendir(tree);
	struct dirent *entry;

	while (directory && (entry = readdir(directory))) {
		char *path;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		path = xasprintf("%s/%s", tree, entry->d_name);
		remove_empty(path);
		(void)rmdir(path);
		free(path);
	}
	if (directory)
		closedir(directory);
}

/* Numbers of processes mean something within one namespace of them (pid_namespaces(7)): a daemon in
 * a container may see the same groups, and others' processes not at all. */
static unsigned long
process_namespace(void)
{
	struct stat st;

	return stat("/proc/self/ns/pid", &st) == 0 ? (unsigned long)st.st_ino : 0;
}

void
cgroups_name(char *name, size_t size, long pid)
{
	snprintf(name, size, PREFIX "%lu.%ld", process_namespace(), pid);
}

/* Of daemons that were killed: those of other namespaces may live. */
static void
remove_left(const char *parent)
{
	DIR *directory = opendir(parent);
	struct dirent *entry;

	while (directory && (entry = readdir(directory))) {
		unsigned long namespace = 0;
		long pid = 0;
		char *path;

		if (sscanf(entry->d_name, PREFIX "%lu.%ld", &namespace, &pid) != 2 || pid <= 1 ||
		    namespace != process_namespace() || kill((pid_t)pid, 0) == 0 ||
		    errno != ESRCH)
			continue;
		path = xasprintf("%s/%s", parent, entry->d_name);
		remove_empty(path);
		(void)rmdir(path);
		free(path);
	}
	if (directory)
		closedir(directory);
}

static bool
make_tree(struct cgroups *c, size_t i, const char *parent, const char *name)
{
	if (!parent)
		return false;
	remove_left(parent);
	c->trees[i] = xasprintf("%s/%s", parent, name);
	if (mkdir(c->trees[i], 0755) == 0 || errno == EEXIST)
		return true;
	free(c->trees[i]);
	c->trees[i] = NULL;
	return false;
}

/* Some of them are better than none. */
static bool
begin_version_1(struct cgroups *c, const char *mounts, const char *groups, const char *name)
{
	bool any = false;

	for (size_t i = 0; i < CGROUP_FILES; i++) {
		char *parent = own_directory(mounts, groups, controllers[i].name);

		any = make_tree(c, i, parent, name) || any;
		free(parent);
	}
	return any;
}

/* Processes cannot come back while there are controllers below, nor these go while there is a group
 * that has them. */
static void
undo_version_2(struct cgroups *c, const char *own, const char *daemon)
{
	if (c->trees[0])
		(void)rmdir(c->trees[0]);
	free(c->trees[0]);
	c->trees[0] = NULL;
	(void)write_text(own, "cgroup.subtree_control", no_controllers);
	(void)write_text(own, "cgroup.procs", "0");
	(void)rmdir(daemon);
}

static bool
begin_version_2(struct cgroups *c, const char *mounts, const char *groups, const char *name)
{
	char *own = own_directory(mounts, groups, NULL);
	char *path = own ? xasprintf("%s/cgroup.controllers", own) : NULL;
	char *list = path ? read_text(path) : xstrdup("");
	char *daemon = own ? xasprintf("%s/%s-daemon", own, name) : NULL;
	bool made = false;

	if (daemon && has_word(list, "pids", " \n") && has_word(list, "memory", " \n") &&
	    (mkdir(daemon, 0755) == 0 || errno == EEXIST)) {
		made = write_text(daemon, "cgroup.procs", "0") == 0 &&
		       write_text(own, "cgroup.subtree_control", all_controllers) == 0 &&
		       make_tree(c, 0, own, name) &&
		       write_text(c->trees[0], "cgroup.subtree_control", all_controllers) == 0;
		if (!made)
			undo_version_2(c, own, daemon);
	}
	free(daemon);
	free(list);
	free(path);
	free(own);
	return made;
}

struct cgroups *
cgroups_find(const struct cgroup_limits *limits, const char *mounts, const char *groups)
{
	struct cgroups *c = xcalloc(1, sizeof(*c));
	char name[CGROUPS_NAME_MAX], version[16];

	c->limits = *limits;
	cgroups_name(name, sizeof(name), (long)getpid());
	if (begin_version_2(c, mounts, groups, name))
		c->version = 2;
	else if (begin_version_1(c, mounts, groups, name))
		c->version = 1;
	else
		c->why = "no control groups are delegated to us";
	snprintf(version, sizeof(version), "%d", c->version);
	log_line(c->why ? LOG_PRIORITY_WARNING : LOG_PRIORITY_NOTICE, "limits of environments",
		 "control-groups", c->why ? NULL : version, "refused", c->why, NULL);
	return c;
}

struct cgroups *
cgroups_new(const struct cgroup_limits *limits)
{
	char *mounts = read_text("/proc/self/mountinfo"), *groups = read_text("/proc/self/cgroup");
	struct cgroups *c = cgroups_find(limits, mounts, groups);

	free(mounts);
	free(groups);
	return c;
}

void
cgroups_free(struct cgroups *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < CGROUP_FILES; i++) {
		if (!c->trees[i])
			continue;
		remove_empty(c->trees[i]);
		(void)rmdir(c->trees[i]);
		free(c->trees[i]);
	}
	free(c);
}

json_t *
cgroups_describe(const struct cgroups *c)
{
	return c->why ? json_pack("{s:s}", "refused", c->why)
		      : json_pack("{s:i, s:I, s:I}", "version", c->version, "processes",
				  (json_int_t)c->limits.processes, "memory",
				  (json_int_t)c->limits.memory);
}

int64_t
cgroups_disk(const struct cgroups *c)
{
	return c->limits.disk;
}

/* In version 2 there is one tree for all of them. */
static const char *
tree_of(const struct cgroups *c, size_t controller)
{
	return c->version == 0 ? NULL : c->trees[c->version == 1 ? controller : 0];
}

bool
cgroups_has_memory(const struct cgroups *c)
{
	return tree_of(c, MEMORY);
}

/* A kernel may have the controller without its limits. */
bool
cgroups_has_cpu(const struct cgroups *c)
{
	const char *tree = tree_of(c, CPU);
	char *path = tree ? xasprintf("%s/%s", tree,
				      c->version == 1 ? "cpu.cfs_quota_us" : "cgroup.controllers")
			  : NULL;
	bool has = path && access(path, F_OK) == 0;

	free(path);
	return has;
}

/* "acme/shop/dev" -> TREE/acme:shop:dev; free() it. */
static char *
group_of(const char *tree, const char *space)
{
	char *path = xasprintf("%s/%s", tree, space);

	for (char *slash = path + strlen(tree) + 1; (slash = strchr(slash, '/'));)
		*slash = ':';
	return path;
}

/* share: of the limit, in quarters. */
static void
set_limit(const struct cgroups *c, const char *group, size_t i, int share)
{
	int64_t limit = *(const int64_t *)((const char *)&c->limits + controllers[i].limit);
	const char *file = controllers[i].files[c->version - 1];
	char text[24];

	if (!file || limit <= 0)
		return;
	snprintf(text, sizeof(text), "%" PRId64, limit / 4 * share + (share == 4 ? limit % 4 : 0));
	if (write_text(group, file, text) != 0)
		log_line(LOG_PRIORITY_WARNING, "a limit cannot be set", "group", group, "file",
			 file, "reason", strerror(errno), NULL);
}

static void
set_limits(const struct cgroups *c, const char *group, size_t i, int share)
{
	(void)mkdir(group, 0755);
	if (c->version == 1) {
		set_limit(c, group, i, share);
		return;
	}
	for (size_t k = 0; k < CGROUP_FILES; k++)
		set_limit(c, group, k, share);
}

static void
set_share(const char *group, const char *file, const char *text)
{
	if (write_text(group, file, text) != 0 && errno != ENOENT)
		log_line(LOG_PRIORITY_WARNING, "a limit cannot be set", "group", group, "file",
			 file, "value", text, "reason", strerror(errno), NULL);
}

static void
set_share_number(const char *group, const char *file, int64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, number);
	set_share(group, file, text);
}

/* More than it has as a part of the space is no limit. */
static bool
has_memory_share(const struct cgroups *c, const struct cgroup_share *share)
{
	int64_t most = c->limits.memory / 4 * 3;

	return share->memory > 0 && (most <= 0 || share->memory < most);
}

/* What is swapped out is as much its memory as the rest. */
static void
set_memory_share(const struct cgroups *c, const char *group, const struct cgroup_share *share)
{
	static const char *const kept[] = {"memory.soft_limit_in_bytes", "memory.low"};

	if (has_memory_share(c, share)) {
		set_share_number(group, controllers[MEMORY].files[c->version - 1], share->memory);
		if (c->version == 1)
			set_share_number(group, "memory.memsw.limit_in_bytes", share->memory);
		else
			set_share(group, "memory.swap.max", "0");
	}
	if (share->memory_kept > 0)
		set_share_number(group, kept[c->version - 1], share->memory_kept);
}

static int64_t
between(int64_t number, int64_t min, int64_t max)
{
	return number < min ? min : number > max ? max : number;
}

/* As Kubernetes makes weights of shares. */
static void
set_cpu_share(const struct cgroups *c, const char *group, const struct cgroup_share *share)
{
	int64_t quota = between(share->cpu, 1, INT64_MAX / PERIOD_US) * (PERIOD_US / 1000);
	int64_t shares = between(share->cpu_kept, 1, SHARES_MAX) * SHARES_PER_CPU / 1000;
	char text[48];

	quota = between(quota, QUOTA_US_MIN, quota);
	shares = between(shares, SHARES_MIN, SHARES_MAX);
	if (share->cpu > 0 && c->version == 1)
		set_share_number(group, "cpu.cfs_quota_us", quota);
	else if (share->cpu > 0) {
		snprintf(text, sizeof(text), "%" PRId64 " %d", quota, PERIOD_US);
		set_share(group, "cpu.max", text);
	}
	if (share->cpu_kept > 0 && c->version == 1)
		set_share_number(group, "cpu.shares", shares);
	else if (share->cpu_kept > 0)
		set_share_number(group, "cpu.weight",
				 1 + (shares - SHARES_MIN) * (WEIGHT_MAX - 1) /
					     (SHARES_MAX - SHARES_MIN));
}

static void
set_shares(const struct cgroups *c, const char *group, size_t i, const struct cgroup_share *share)
{
	if (c->version == 2 || i == MEMORY)
		set_memory_share(c, group, share);
	if (c->version == 2 || i == CPU)
		set_cpu_share(c, group, share);
}

unsigned
cgroups_number(struct cgroups *c)
{
	return ++c->last;
}

size_t
cgroups_open(const struct cgroups *c, const char *space, unsigned number,
	     const struct cgroup_share *share, int files[CGROUP_FILES])
{
	size_t count = 0;

	for (size_t i = 0; i < CGROUP_FILES; i++) {
		char *group, *inner, *path;
		int fd;

		if (!c->trees[i])
			continue;
		group = group_of(c->trees[i], space);
		inner = xasprintf("%s/%u", group, number);
		path = xasprintf("%s/%s", inner, join_files[c->version - 1]);
		set_limits(c, group, i, 4);
		if (c->version == 2)
			(void)write_text(group, "cgroup.subtree_control", all_controllers);
		set_limits(c, inner, i, 3);
		set_shares(c, inner, i, share);
		fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
		if (fd >= 0)
			files[count++] = fd;
		free(path);
		free(inner);
		free(group);
	}
	return count;
}

int
cgroups_directory(const struct cgroups *c, const char *space, unsigned number)
{
	char *group, *inner;
	int fd;

	if (c->version != 2)
		return -1;
	group = group_of(c->trees[0], space);
	inner = xasprintf("%s/%u", group, number);
	fd = open(inner, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	free(inner);
	free(group);
	return fd;
}

/* The number behind a word in a file of a group, or all of the file; 0: it is not there. */
static unsigned long
read_count(const char *group, const char *file, const char *word)
{
	char *path = xasprintf("%s/%s", group, file), *text = read_text(path);
	const char *found = strstr(text, word);
	unsigned long count = found ? strtoul(found + strlen(word), NULL, 10) : 0;

	free(text);
	free(path);
	return count;
}

/* Version 1 does not count each time. */
static bool
has_hit_limit(const struct cgroups *c, const char *group, int64_t limit)
{
	if (c->version == 2)
		return read_count(group, "memory.events", "\nmax ") > 0;
	return (int64_t)read_count(group, "memory.max_usage_in_bytes", "") >= limit - NEAR_LIMIT;
}

enum cgroup_lack
cgroups_lack(const struct cgroups *c, const char *space, unsigned number,
	     const struct cgroup_share *share)
{
	static const char *const kills[] = {"memory.oom_control", "memory.events"};
	const char *tree = tree_of(c, MEMORY);
	enum cgroup_lack lack = CGROUP_LACKS_NOTHING;
	char *group, *inner;

	if (!tree)
		return lack;
	group = group_of(tree, space);
	inner = xasprintf("%s/%u", group, number);
	if (read_count(inner, kills[c->version - 1], "oom_kill ") > 0)
		lack = has_memory_share(c, share) && has_hit_limit(c, inner, share->memory)
			       ? CGROUP_LACKS_SHARE : CGROUP_LACKS_MORE;
	free(inner);
	free(group);
	return lack;
}

static void
take_processes(const char *group, void (*take)(void *data, long pid), void *data)
{
	char *path = xasprintf("%s/cgroup.procs", group);
	FILE *file = fopen(path, "re");
	long pid;

	while (file && fscanf(file, "%ld", &pid) == 1)
		take(data, pid);
	if (file)
		fclose(file);
	free(path);
}

/* Any of the trees has them all. */
void
cgroups_for_each_process(const struct cgroups *c, const char *space,
			 void (*take)(void *data, long pid), void *data)
{
	const char *tree = NULL;
	struct dirent *entry;
	char *group;
	DIR *directory;

	for (size_t i = 0; !tree && i < CGROUP_FILES; i++)
		tree = c->trees[i];
	if (!tree)
		return;
	group = group_of(tree, space);
	directory = opendir(group);
	while (directory && (entry = readdir(directory))) {
		char *inner = xasprintf("%s/%s", group, entry->d_name);

		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			take_processes(inner, take, data);
		free(inner);
	}
	if (directory)
		closedir(directory);
	free(group);
}

void
cgroups_close(const struct cgroups *c, const char *space, unsigned number)
{
	for (size_t i = 0; i < CGROUP_FILES; i++) {
		char *group = c->trees[i] ? group_of(c->trees[i], space) : NULL;
		char *inner = group ? xasprintf("%s/%u", group, number) : NULL;

		if (inner)
			(void)rmdir(inner);
		free(inner);
		free(group);
	}
}

void
cgroups_remove(const struct cgroups *c, const char *space)
{
	for (size_t i = 0; i < CGROUP_FILES; i++) {
		char *group = c->trees[i] ? group_of(c->trees[i], space) : NULL;

		if (group) {
			remove_empty(group);
			(void)rmdir(group);
		}
		free(group);
	}
}
