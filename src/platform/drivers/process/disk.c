/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A file system knows no environments, so what they take is measured: by a process of its own, one
 * environment after the other, with a pause that is long beside the work.  The pause ends early
 * when the file system has lost a good part of what an environment may take, which costs one call
 * to know: so a fast writer is seen before it has much more.  One that takes more than it may is
 * stopped, and does not start before it takes less; a single file has the same limit from the
 * kernel (instance.c), which needs no measuring.
 *
 * It measures at the priority of the workloads: at a lower one, those that keep all processors busy
 * would not be measured until they let go.
 */
#include "config.h"

#include "platform/drivers/process/disk.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/output.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "net/loop.h"
#include "platform/drivers/process/confine.h"
#include "platform/drivers/process/deleted-files.h"
#include "platform/drivers/process/private.h"
#include "platform/drivers/process/space.h"

#define PAUSE_LEAST_MS 1000
#define PAUSE_MOST_MS 10000
#define BYTES_PER_MS 100000	/* what is filled so fast is seen before it has twice as much */
#define GLANCE_MS 100		/* at the room that is left in the file system */
#define GLANCE_PARTS 8		/* of a limit: that much less room ends the pause */
#define FILES_MOST ((fsfilcnt_t)1 << 40)
#define PAUSE_TIMES_EARLY 2	/* but then the pause is still so long beside the last round */
#define PAUSE_TIMES 10		/* what the last round took, so that measuring takes 10 % at most */

struct disk_watch {
	struct process_driver *driver;
	int64_t most;
	struct loop_timer *timer;
	pid_t child;		/* 0: none */
	int report;		/* int64_t for each name, in their order */
	int64_t begun;		/* steady ms */
	int64_t due, earliest;	/* steady ms, of the next round; with much less room: the other */
	int64_t room;		/* as paths_size() counts, when the last round began */
	char **names;		/* of the spaces that are measured */
	size_t count;
};

static void begin(struct disk_watch *watch);

static void __attribute__((noreturn))
measure_and_exit(const struct disk_watch *watch, int report)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (size_t i = 0; i < watch->count; i++) {
		char *path = xasprintf("%s/%s", watch->driver->spaces_dir, watch->names[i]);
		int64_t bytes = paths_size(path);
		struct stat st;

		if (stat(path, &st) == 0)
			bytes += deleted_files_size(confinement_cgroups(watch->driver->confinement),
						    watch->names[i], st.st_dev);
		if (output_write(report, &bytes, sizeof(bytes)) != 0)
			_exit(1);
		free(path);
	}
	_exit(0);
}

static int64_t
pause_of(const struct disk_watch *watch)
{
	int64_t ms = watch->most / BYTES_PER_MS;

	return ms < PAUSE_LEAST_MS ? PAUSE_LEAST_MS : ms > PAUSE_MOST_MS ? PAUSE_MOST_MS : ms;
}

static int64_t
room_of(const struct disk_watch *watch)
{
	struct statvfs now;
	int64_t files = 0;

	if (statvfs(watch->driver->spaces_dir, &now) != 0)
		return watch->room;
	if (now.f_ffree < FILES_MOST)	/* else it has no such number, or no limit */
		files = (int64_t)now.f_ffree;
	return (int64_t)now.f_bfree * (int64_t)now.f_frsize + files * PATHS_ENTRY_BYTES;
}

static bool
runs_anything(const struct disk_watch *watch)
{
	for (struct space *space = watch->driver->spaces; space; space = space_next(space))
		if (space_runs(space))
			return true;
	return false;
}

/* Where nothing runs, nothing is written. */
static void
glance(void *data)
{
	struct disk_watch *watch = data;
	int64_t now = clock_steady_ms();
	bool runs = runs_anything(watch);

	watch->timer = NULL;
	if (runs && (now >= watch->due ||
		     (now >= watch->earliest &&
		      watch->room - room_of(watch) > watch->most / GLANCE_PARTS))) {
		begin(watch);
		return;
	}
	watch->timer = loop_add_timer(watch->driver->base.loop, runs ? GLANCE_MS : PAUSE_LEAST_MS,
				      glance, watch);
}

static void
pause_for(struct disk_watch *watch, int64_t took)
{
	int64_t now = clock_steady_ms(), least = pause_of(watch);

	watch->due = now + (took * PAUSE_TIMES > least ? took * PAUSE_TIMES : least);
	watch->earliest = now + took * PAUSE_TIMES_EARLY;
	watch->timer = loop_add_timer(watch->driver->base.loop, GLANCE_MS, glance, watch);
}

static void
forget_names(struct disk_watch *watch)
{
	for (size_t i = 0; i < watch->count; i++)
		free(watch->names[i]);
	free(watch->names);
	watch->names = NULL;
	watch->count = 0;
}

/* Pipes hold more than a thousand environments; what comes after is measured in another round. */
static void
ended(void *data, pid_t pid, int status)
{
	struct disk_watch *watch = data;
	int64_t bytes;

	(void)pid;
	(void)status;
	for (size_t i = 0; i < watch->count; i++) {
		struct space *space = space_find(watch->driver, watch->names[i]);

		if (read(watch->report, &bytes, sizeof(bytes)) != (ssize_t)sizeof(bytes))
			break;
		if (space)
			space_set_size(space, bytes, watch->most);
	}
	close(watch->report);
	watch->child = 0;
	forget_names(watch);
	pause_for(watch, clock_steady_ms() - watch->begun);
}

static void
begin(struct disk_watch *watch)
{
	int ends[2];
	pid_t pid = -1;

	watch->room = room_of(watch);
	for (struct space *space = watch->driver->spaces; space; space = space_next(space)) {
		if (!space_runs(space))
			continue;
		watch->names = xreallocarray(watch->names, watch->count + 1,
					     sizeof(*watch->names));
		watch->names[watch->count++] = xstrdup(space_name(space));
	}
	if (watch->count > 0 && pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0) {
		pid = fork();
		if (pid == 0)
			measure_and_exit(watch, ends[1]);
		close(ends[1]);
		if (pid < 0)
			close(ends[0]);
	}
	if (pid < 0) {
		forget_names(watch);
		pause_for(watch, 0);
		return;
	}
	watch->child = pid;
	watch->report = ends[0];
	watch->begun = clock_steady_ms();
	loop_watch_child(watch->driver->base.loop, pid, ended, watch);
}

struct disk_watch *
disk_watch_new(struct process_driver *driver, int64_t most)
{
	struct disk_watch *watch;

	if (most <= 0)
		return NULL;
	watch = xcalloc(1, sizeof(*watch));
	watch->driver = driver;
	watch->most = most;
	watch->room = room_of(watch);
	pause_for(watch, 0);
	return watch;
}

void
disk_watch_free(struct disk_watch *watch)
{
	if (!watch)
		return;
	loop_remove_timer(watch->timer);
	if (watch->child > 0) {
		loop_unwatch_child(watch->driver->base.loop, watch->child);
		kill(watch->child, SIGKILL);
		waitpid(watch->child, NULL, 0);
		close(watch->report);
	}
	forget_names(watch);
	free(watch);
}
