/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Limits that hold for all processes of an environment together. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_CGROUPS_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_CGROUPS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cgroups;

struct cgroup_limits {
	int64_t processes;	/* 0: no limit */
	int64_t memory;		/* bytes; 0: no limit */
	int64_t disk;		/* bytes; 0: no limit; no control group has it (disk.h) */
};

/* What one process may have, with all that comes from it; 0: as usual. */
struct cgroup_share {
	int64_t memory;		/* bytes at most */
	int64_t memory_kept;	/* bytes that are not taken from it while others have more */
	int64_t cpu;		/* thousandths of a processor at most */
	int64_t cpu_kept;	/* thousandths that it has while others want more */
};

#define CGROUP_FILES 3

/* How the group of the daemon with this number is called: also after the namespace in which the
 * number means it. */
#define CGROUPS_NAME_MAX 64
void cgroups_name(char *name, size_t size, long pid);

/* Finds out what this machine gives us, and says so in the log.  Copies the limits.  Never NULL. */
struct cgroups *cgroups_new(const struct cgroup_limits *limits);
/* The same with texts as /proc/self/mountinfo and /proc/self/cgroup have them. */
struct cgroups *cgroups_find(const struct cgroup_limits *limits, const char *mounts,
			     const char *groups);
void cgroups_free(struct cgroups *cgroups);	/* NULL is fine */
/* {"version": 1 or 2, "processes", "memory"}; {"refused": WHY} when there is none. */
json_t *cgroups_describe(const struct cgroups *cgroups);
/* What an environment may take on the disk; 0: no limit. */
int64_t cgroups_disk(const struct cgroups *cgroups);
/* Whether a share of it can be had. */
bool cgroups_has_memory(const struct cgroups *cgroups);
bool cgroups_has_cpu(const struct cgroups *cgroups);
/* For a group that there was not before. */
unsigned cgroups_number(struct cgroups *cgroups);
/* Makes the group of a space, and in it the one of this number for a process and all that comes
 * from it, with its share.  That cannot take all of the space: the next version has to be able to
 * start beside it.
 * Descriptors into each of which a process writes "0" to join, while it has one thread; the caller
 * closes them.  How many. */
size_t cgroups_open(const struct cgroups *cgroups, const char *space, unsigned number,
		    const struct cgroup_share *share, int files[CGROUP_FILES]);
/* The group of that number, for a process to begin in (confinement_fork_into()); the caller closes
 * it.  -1: a group of version 1 can only be joined. */
int cgroups_directory(const struct cgroups *cgroups, const char *space, unsigned number);
/* Why the kernel has ended a process of that group: there was no memory left. */
enum cgroup_lack {
	CGROUP_LACKS_NOTHING,
	CGROUP_LACKS_SHARE,	/* of what its share allows */
	CGROUP_LACKS_MORE	/* of what the space may have, or of all there is */
};
enum cgroup_lack cgroups_lack(const struct cgroups *cgroups, const char *space, unsigned number,
			      const struct cgroup_share *share);
/* Calls back with the number of each process in the groups of a space, as this process sees it. */
void cgroups_for_each_process(const struct cgroups *cgroups, const char *space,
			      void (*take)(void *data, long pid), void *data);
/* Nothing runs in the group of that number, or in the space, any more. */
void cgroups_close(const struct cgroups *cgroups, const char *space, unsigned number);
void cgroups_remove(const struct cgroups *cgroups, const char *space);

#endif
