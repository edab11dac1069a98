/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Limits that hold for all processes of an environment together. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_CGROUPS_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_CGROUPS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct cgroups;

struct cgroup_limits {
	int64_t processes;	/* 0: no limit */
	int64_t memory;		/* bytes; 0: no limit */
	int64_t disk;		/* bytes; 0: no limit; no control group has it (disk.h) */
};

#define CGROUP_FILES 3

/* Finds out what this machine gives us, and says so in the log.  Copies the limits.  Never NULL. */
struct cgroups *cgroups_new(const struct cgroup_limits *limits);
void cgroups_free(struct cgroups *cgroups);	/* NULL is fine */
/* {"version": 1 or 2, "processes", "memory"}; {"refused": WHY} when there is none. */
json_t *cgroups_describe(const struct cgroups *cgroups);
/* What an environment may take on the disk; 0: no limit. */
int64_t cgroups_disk(const struct cgroups *cgroups);
/* For a group that there was not before. */
unsigned cgroups_number(struct cgroups *cgroups);
/* Makes the group of a space, and in it the one of this number for a process and all that comes
 * from it.  That cannot take all of the space: the next version has to be able to start beside it.
 * Descriptors into each of which a process writes "0" to join; the caller closes them.  How many. */
size_t cgroups_open(const struct cgroups *cgroups, const char *space, unsigned number,
		    int files[CGROUP_FILES]);
/* Nothing runs in the group of that number, or in the space, any more. */
void cgroups_close(const struct cgroups *cgroups, const char *space, unsigned number);
void cgroups_remove(const struct cgroups *cgroups, const char *space);

#endif
