/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A program may not have more than the daemon itself; and the machine stays usable whatever it
 * does. */
#include "config.h"

#include "platform/drivers/process/limits.h"

#include <errno.h>
#include <stddef.h>
#include <sys/sysinfo.h>

#define MEMORY_MAX ((rlim_t)2 << 30)
#define FILES_MAX 1024
#define PROCESSES_MORE 512

/* A limit that is not above the one we have ourselves. */
static struct rlimit
limit(int which, rlim_t wanted)
{
	struct rlimit own = {RLIM_INFINITY, RLIM_INFINITY};

	if (getrlimit((__rlimit_resource_t)which, &own) == 0 && own.rlim_max != RLIM_INFINITY &&
	    own.rlim_max < wanted)
		wanted = own.rlim_max;
	return (struct rlimit){wanted, wanted};
}

/* Addresses are not memory: many programs reserve much more of them than they ever touch.  So
 * they are limited only where nothing else is. */
void
limits_make(struct limits *limits, int64_t memory, bool is_grouped, int64_t disk)
{
	struct sysinfo info;

	limits->memory = limit(RLIMIT_AS, memory <= 0	? MEMORY_MAX
					  : is_grouped ? RLIM_INFINITY
						       : (rlim_t)memory);
	limits->files = limit(RLIMIT_NOFILE, FILES_MAX);
	/* The kernel counts all tasks of the user, also those that have nothing to do with us;
	 * the machine's number of tasks is never less than that. */
	if (sysinfo(&info) != 0)
		info.procs = 0;
	limits->processes = limit(RLIMIT_NPROC, (rlim_t)info.procs + PROCESSES_MORE);
	limits->file_size = limit(RLIMIT_FSIZE, disk > 0 ? (rlim_t)disk : RLIM_INFINITY);
	limits->core = (struct rlimit){0, 0};
}

/* valgrind keeps descriptors for itself and refuses to lower the hard limit; the kernel never
 * does. */
static int
limit_files(const struct rlimit *files)
{
	struct rlimit own;

	if (setrlimit(RLIMIT_NOFILE, files) == 0)
		return 0;
	if (errno != EPERM || getrlimit(RLIMIT_NOFILE, &own) != 0)
		return -1;
	own.rlim_cur = files->rlim_cur;
	return setrlimit(RLIMIT_NOFILE, &own);
}

const char *
limits_enter(const struct limits *limits)
{
	if (setrlimit(RLIMIT_CORE, &limits->core) != 0 || limit_files(&limits->files) != 0 ||
	    setrlimit(RLIMIT_NPROC, &limits->processes) != 0 ||
	    setrlimit(RLIMIT_FSIZE, &limits->file_size) != 0)
		return "its limits";
#ifndef __SANITIZE_ADDRESS__	/* its shadow takes terabytes of addresses */
	if (setrlimit(RLIMIT_AS, &limits->memory) != 0)
		return "its limit of memory";
#endif
	return NULL;
}
