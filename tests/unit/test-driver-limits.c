/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a workload may take of memory and processors, and what is said when it wants more. */
#include "config.h"

#include "driver-items.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/paths.h"
#include "base/xmalloc.h"
#include "platform/drivers/process/cgroups.h"
#include "platform/drivers/process/confine.h"
#include "platform/drivers/process/limits.h"
#include "platform/drivers/process/private.h"
#include "tests/skip.h"

/* A shell that holds so many MB in a variable. */
#define TAKE(mb) "'args': ['x=$(yes | head -c " mb "000000); exec sleep 600']"
#define STAYS "'args': ['exec sleep 600']"

static const struct cgroups *
groups_of(const struct world *world)
{
	return confinement_cgroups(((struct process_driver *)world->driver)->confinement);
}

/* What stands in a file of the control group that "web" is in; "" where there is none. */
static char *
group_file(struct world *world, const char *controller, const char *file)
{
	char *path = xasprintf("/proc/%ld/cgroup", pid_of(world, "web", NULL, NULL));
	char line[512], text[128] = "", name[64];
	FILE *groups = fopen(path, "r"), *found = NULL;

	free(path);
	snprintf(name, sizeof(name), ":%s:", controller);
	while (groups && fgets(line, sizeof(line), groups)) {
		char *at = strstr(line, name);

		if (!at)
			continue;
		path = xasprintf("/sys/fs/cgroup/%s%.*s/%s", controller,
				 (int)strcspn(at + strlen(name), "\n"), at + strlen(name), file);
		found = fopen(path, "r");
		free(path);
	}
	if (groups)
		fclose(groups);
	if (found && fgets(text, sizeof(text), found))
		text[strcspn(text, "\n")] = '\0';
	if (found)
		fclose(found);
	return xstrdup(text);
}

static void
expect_group(struct world *world, const char *controller, const char *file, const char *text)
{
	char *found = group_file(world, controller, file);

	if (strcmp(found, text) != 0)
		fail_msg("%s is %s, not %s", file, found, text);
	free(found);
}

static bool
is_version_1(const struct world *world)
{
	json_t *all = cgroups_describe(groups_of(world));
	bool is = json_integer_value(json_object_get(all, "version")) == 1;

	json_decref(all);
	return is;
}

/* --- memory --- */

/* It is what the workload said of it, in its own words. */
static void
out_of_memory_is_said(void **state)
{
	struct world *world = *state;

	if (!cgroups_has_memory(groups_of(world)))
		SKIP_TEST("no control group limits memory");
	expect_failed(world, apply_container(world, SHELL ", 'resources': {'limits': {'memory': "
						    "'32Mi'}}, 'readiness_probe': {'type': 'tcp', "
						    "'port': 1}, " TAKE("64")),
		      "out of memory (its limit is 32Mi)");
	/* The same program with room for it. */
	expect_ready(world, apply_container(world, SHELL ", 'resources': {'limits': {'memory': "
						   "'512Mi'}}, " TAKE("4")));
}

/* Where the limit of the environment is less, that is said, and not a limit that was not met. */
static void
an_environment_without_memory_is_said(void **state)
{
	struct world *world = *state;

	close_driver(world);
	world->limits.memory = 64 << 20;
	open_driver(world);
	if (!cgroups_has_memory(groups_of(world)))
		SKIP_TEST("no control group limits memory");
	expect_failed(world, apply_container(world, SHELL ", 'readiness_probe': {'type': 'tcp', "
						    "'port': 1}, " TAKE("90")),
		      "out of memory (its environment has no more)");
	expect_failed(world, apply_container(world, SHELL ", 'resources': {'limits': {'memory': "
						    "'2Gi'}}, 'readiness_probe': {'type': 'tcp', "
						    "'port': 1}, " TAKE("90")),
		      "out of memory (its environment has no more)");
}

static bool
is_said_to_lack_memory(void *data)
{
	struct world *world = data;
	struct driver_status all;
	bool said = false;

	world->driver->ops->observe(world->driver, SPACE, &all);
	for (size_t i = 0; i < all.count; i++)
		said = said || (all.items[i].message && strstr(all.items[i].message,
							       "out of memory (its limit is 3.2e7)"));
	driver_status_clear(&all);
	return said;
}

/* Of one that runs, the board says so; the amount is shown as it was written. */
static void
a_workload_that_runs_out_of_memory_later_says_so(void **state)
{
	struct world *world = *state;

	if (!cgroups_has_memory(groups_of(world)))
		SKIP_TEST("no control group limits memory");
	expect_ready(world, apply_container(world, SHELL ", 'resources': {'limits': {'memory': "
						   "'3.2e7'}}, 'args': ['sleep 1; x=$(yes | "
						   "head -c 64000000)']"));
	run_until(world, is_said_to_lack_memory, world);
}

/* It runs again, and nothing is wrong with it now; how it ended is known until a new deployment. */
static bool
has_run_out_of_memory(void *data)
{
	struct world *world = data;
	struct driver_status all;
	bool said = false;

	world->driver->ops->observe(world->driver, SPACE, &all);
	for (size_t i = 0; i < all.count; i++) {
		const struct driver_workload_status *w = &all.items[i];

		if (!w->ready || w->restarts != 1 || w->message)
			continue;
		said = w->last.lacks_memory && w->last.signal + w->last.exit_code > 0 &&
		       strstr(w->last.how, "out of memory (its limit is 32Mi)") &&
		       w->last.started_at <= w->last.ended_at && w->last.ended_at <= w->started_at;
		assert_true(said);
	}
	driver_status_clear(&all);
	return said;
}

static void
a_workload_that_ran_out_of_memory_is_known_for_it(void **state)
{
	struct world *world = *state;
	struct driver_status all;

	if (!cgroups_has_memory(groups_of(world)))
		SKIP_TEST("no control group limits memory");
	expect_ready(world, apply_container(world, SHELL ", 'resources': {'limits': {'memory': "
						   "'32Mi'}}, 'args': ['[ -e seen ] && exec sleep 600; "
						   "touch seen; sleep 1; x=$(yes | head -c 64000000)']"));
	run_until(world, has_run_out_of_memory, world);
	expect_ready(world, apply_container(world, SHELL ", 'args': ['exec sleep 600']"));
	world->driver->ops->observe(world->driver, SPACE, &all);
	assert_int_equal(all.count, 1);
	assert_null(all.items[0].last.how);
	driver_status_clear(&all);
}

static void
limits_and_requests_are_the_groups(void **state)
{
	struct world *world = *state;

	expect_ready(world, apply_container(world, SHELL ", 'resources': {'limits': {'memory': "
						   "'64Mi', 'cpu': '250m'}, 'requests': {'memory': "
						   "33554432, 'cpu': 0.1}}, " STAYS));
	if (!is_version_1(world))
		SKIP_TEST("control groups are not of version 1");
	if (cgroups_has_memory(groups_of(world))) {
		expect_group(world, "memory", "memory.limit_in_bytes", "67108864");
		expect_group(world, "memory", "memory.soft_limit_in_bytes", "33554432");
	}
	if (cgroups_has_cpu(groups_of(world))) {
		expect_group(world, "cpu", "cpu.cfs_quota_us", "25000");
		expect_group(world, "cpu", "cpu.shares", "102");
	}
}

/* Where there are no control groups, each process is held to it. */
static void
without_groups_the_process_is_limited(void **state)
{
	struct limits limits;

	(void)state;
	limits_make(&limits, 64 << 20, false, 0);
	assert_int_equal(limits.memory.rlim_cur, 64 << 20);
	limits_make(&limits, 64 << 20, true, 0);
	assert_true(limits.memory.rlim_cur > 64 << 20);
}

/* --- what is refused --- */

static void
wrong_amounts_are_refused_by_name(void **state)
{
	static const struct {
		const char *resources, *words;
	} rows[] = {
		{"{'limits': {'memory': '64 MB'}}",
		 "The resources.limits.memory \"64 MB\" of workload web must be an amount"},
		{"{'limits': {'cpu': '1.5x'}}",
		 "The resources.limits.cpu \"1.5x\" of workload web must be an amount"},
		{"{'requests': {'cpu': true}}",
		 "The resources.requests.cpu \"true\" of workload web must be an amount"},
		{"{'requests': {'memory': '-1'}}",
		 "The resources.requests.memory \"-1\" of workload web must be an amount"},
		{"{'limits': {'memory': '64m'}}",
		 "The resources.limits.memory \"64m\" of workload web is less than 1Mi"},
		{"{'limits': {'memory': '64Mi'}, 'requests': {'memory': '1Gi'}}",
		 "Workload web requests more memory than its limit"},
		{"{'limits': {'cpu': 1}, 'requests': {'cpu': '1001m'}}",
		 "Workload web requests more cpu than its limit"},
	};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *members = xasprintf(SHELL ", " STAYS ", 'resources': %s", rows[i].resources);

		expect_failed(world, apply_container(world, members), rows[i].words);
		free(members);
	}
}

/* --- the disk --- */

static void
limit_disk(struct world *world, int64_t bytes)
{
	close_driver(world);
	world->limits.disk = bytes;
	open_driver(world);
}

static bool
is_said_to_fill_the_disk(void *data)
{
	struct world *world = data;
	struct driver_status all;
	bool said = false;

	world->driver->ops->observe(world->driver, SPACE, &all);
	for (size_t i = 0; i < all.count; i++)
		said = said || (all.items[i].message &&
				strstr(all.items[i].message, "MB of disk space"));
	driver_status_clear(&all);
	return said;
}

/* A file that is open and has no name takes as much room as one that has. */
static void
deleted_files_count(void **state)
{
	struct world *world = *state;

	limit_disk(world, 16 << 20);
	if (!cgroups_has_memory(groups_of(world)))
		SKIP_TEST("no control group limits memory");
	expect_ready(world, apply_container(world, SHELL ", 'args': ['sleep 1; for i in 1 2 3; do "
		"head -c 8000000 /dev/zero >here$i; done; exec 3<here1 4<here2 5<here3; rm here*; "
		"exec sleep 600']"));
	run_until(world, is_said_to_fill_the_disk, world);
}

/* Many files, each below the limit, as fast as they can be written. */
static void
a_fast_writer_does_not_get_far(void **state)
{
	struct world *world = *state;
	char *data;

	limit_disk(world, 64 << 20);
	expect_ready(world, apply_container(world, SHELL ", 'args': ['sleep 1; i=0; while i=$((i+1)) "
		"&& test $i -le 200; do head -c 8000000 /dev/zero >" DIARY "$i; done; "
		"exec sleep 600']"));
	run_until(world, is_said_to_fill_the_disk, world);
	data = xasprintf("%s/data", world->space_dir);
	print_message("# %lld MB when it was stopped\n", (long long)(paths_size(data) >> 20));
	assert_true(paths_size(data) < INT64_C(1500) << 20);
	free(data);
}

/* --- the groups themselves --- */

/* A tree of version 2 in which all can be done but the last step: then the daemon is where it was,
 * and nothing of it is left. */
static void
what_was_begun_is_undone(void **state)
{
	static const struct cgroup_limits limits = {.memory = 1 << 30};
	const struct world *world = *state;
	char *own = xasprintf("%s/groups", world->folder), *daemon, *mounts, *tree, *path;
	char name[CGROUPS_NAME_MAX], written[64] = "";
	struct cgroups *groups;
	FILE *file;

	cgroups_name(name, sizeof(name), (long)getpid());
	daemon = xasprintf("%s/%s-daemon", own, name);
	tree = xasprintf("%s/%s", own, name);
	assert_int_equal(paths_make(daemon, NULL), 0);
	write_file(own, "cgroup.controllers", "cpu memory pids\n");
	write_file(own, "cgroup.procs", "-");
	write_file(own, "cgroup.subtree_control", "                    ");
	write_file(daemon, "cgroup.procs", "-");
	mounts = xasprintf("30 1 0:26 / %s rw - cgroup2 cgroup2 rw\n", own);
	groups = cgroups_find(&limits, mounts, "0::/\n");
	assert_false(cgroups_has_memory(groups));
	assert_int_equal(access(tree, F_OK), -1);
	path = xasprintf("%s/cgroup.subtree_control", own);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_non_null(fgets(written, sizeof(written), file));
	fclose(file);
	assert_int_equal(strncmp(written, "-cpu -memory -pids", 18), 0);
	cgroups_free(groups);
	free(path);
	free(mounts);
	free(tree);
	free(daemon);
	free(own);
}

/* The number of a process that has ended. */
static long
gone_process(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return pid;
}

/* A daemon in a container may see the groups of one outside, and not its process. */
static void
groups_of_other_namespaces_stay(void **state)
{
	static const struct cgroup_limits limits = {.memory = 1 << 30};
	const struct world *world = *state;
	char *own = xasprintf("%s/groups", world->folder);
	char *mounts = xasprintf("30 1 0:26 / %s rw - cgroup cgroup rw,memory\n", own);
	char name[CGROUPS_NAME_MAX], *ours, *others, *living;
	long gone = gone_process();

	cgroups_name(name, sizeof(name), gone);
	ours = xasprintf("%s/%s/acme", own, name);
	others = xasprintf("%s/sidestaged.1.%ld/acme", own, gone);
	cgroups_name(name, sizeof(name), (long)getppid());
	living = xasprintf("%s/%s/acme", own, name);
	assert_int_equal(paths_make(ours, NULL), 0);
	assert_int_equal(paths_make(others, NULL), 0);
	assert_int_equal(paths_make(living, NULL), 0);
	cgroups_free(cgroups_find(&limits, mounts, "4:memory:/\n"));
	assert_int_equal(access(ours, F_OK), -1);
	assert_int_equal(access(others, F_OK), 0);
	assert_int_equal(access(living, F_OK), 0);
	free(ours);
	free(others);
	free(living);
	free(mounts);
	free(own);
}

/* The name that a descriptor was opened by ends in that. */
static bool
is_open_by(int fd, const char *name)
{
	char link[64], path[4096];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof(path) - 1);
	assert_true(length > (ssize_t)strlen(name));
	path[length] = '\0';
	return strcmp(path + length - strlen(name), name) == 0;
}

/* To move a whole process the kernel waits for every processor. */
static void
a_thread_joins_a_group_of_version_1(void **state)
{
	static const struct cgroup_limits limits = {.memory = 1 << 30};
	static const struct cgroup_share share = {0};
	const struct world *world = *state;
	char *own = xasprintf("%s/groups", world->folder);
	char *mounts = xasprintf("30 1 0:26 / %s rw - cgroup cgroup rw,memory\n", own);
	char name[CGROUPS_NAME_MAX], *inner;
	int files[CGROUP_FILES];
	struct cgroups *groups;

	cgroups_name(name, sizeof(name), (long)getpid());
	inner = xasprintf("%s/%s/acme/1", own, name);
	assert_int_equal(paths_make(inner, NULL), 0);
	write_file(inner, "tasks", "");
	write_file(inner, "cgroup.procs", "");
	groups = cgroups_find(&limits, mounts, "4:memory:/\n");
	assert_int_equal(cgroups_open(groups, "acme", 1, &share, files), 1);
	assert_true(is_open_by(files[0], "/acme/1/tasks"));
	close(files[0]);
	cgroups_free(groups);
	free(inner);
	free(mounts);
	free(own);
}

/* A new group of version 2, to be freed; NULL: this machine has no such tree, or we may not. */
static char *
make_group(void)
{
	char line[1024], where[512], *group = NULL;
	FILE *mounts = fopen("/proc/self/mountinfo", "r");

	while (mounts && !group && fgets(line, sizeof(line), mounts))
		if (strstr(line, " - cgroup2 ") &&
		    sscanf(line, "%*s %*s %*s %*s %511s", where) == 1)
			group = xasprintf("%s/sidestage-test-%ld", where, (long)getpid());
	if (mounts)
		fclose(mounts);
	if (group && mkdir(group, 0755) != 0) {
		free(group);
		group = NULL;
	}
	return group;
}

/* Whether this process is in that group of version 2. */
static bool
is_in_group(const char *group)
{
	const char *name = strrchr(group, '/');
	FILE *groups = fopen("/proc/self/cgroup", "r");
	char line[1024];
	bool found = false;

	while (groups && !found && fgets(line, sizeof(line), groups)) {
		line[strcspn(line, "\n")] = '\0';
		found = strncmp(line, "0::", 3) == 0 && strstr(line, name) &&
			strcmp(strstr(line, name), name) == 0;
	}
	if (groups)
		fclose(groups);
	return found;
}

/* To move it there later the kernel waits for every processor. */
static void
a_process_begins_in_its_group_of_version_2(void **state)
{
	const struct world *world = *state;
	const struct confinement *confinement =
		((struct process_driver *)world->driver)->confinement;
	char *group = make_group();
	int directory, status;
	pid_t pid;

	if (!group)
		SKIP_TEST("no control group can be made");
	directory = open(group, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(directory >= 0);
	pid = confinement_fork_into(confinement, directory);
	if (pid == 0)
		_exit(is_in_group(group) ? 0 : 1);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(confinement_fork_into(confinement, STDIN_FILENO), -1);
	close(directory);
	assert_int_equal(rmdir(group), 0);
	free(group);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SHELL(out_of_memory_is_said),
		WITH_SHELL(an_environment_without_memory_is_said),
		WITH_SHELL(a_workload_that_runs_out_of_memory_later_says_so),
		WITH_SHELL(a_workload_that_ran_out_of_memory_is_known_for_it),
		WITH_SHELL(limits_and_requests_are_the_groups),
		WITH_SHELL(without_groups_the_process_is_limited),
		WITH_SHELL(wrong_amounts_are_refused_by_name),
		WITH_SHELL(deleted_files_count),
		WITH_SHELL(a_fast_writer_does_not_get_far),
		WITH_SHELL(what_was_begun_is_undone),
		WITH_SHELL(groups_of_other_namespaces_stay),
		WITH_SHELL(a_thread_joins_a_group_of_version_1),
		WITH_SHELL(a_process_begins_in_its_group_of_version_2),
	};

	if (!machine_confines()) {
		puts("1..0 # SKIP this kernel refuses namespaces");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
