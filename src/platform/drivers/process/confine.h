/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the processes of a workload may see and touch. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_CONFINE_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_CONFINE_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "platform/drivers/process/process.h"

struct cgroups;
struct cgroup_limits;
struct confinement;
struct error;
struct mount_view;

/* Tries what the kernel allows, and says so in the log.  `hidden` (NULL at the end, or NULL) are
 * files and directories that no workload sees, wherever they lie.  Never NULL. */
struct confinement *confinement_new(const char *spaces_dir, const char *images_dir,
				    enum driver_confine confine, const char *const *hidden,
				    const struct cgroup_limits *limits);
void confinement_free(struct confinement *confinement);	/* NULL is fine */
/* 0: workloads may be started.  -1 with err: there is no confinement, and nobody said that
 * they are trusted. */
int confinement_refuses(const struct confinement *confinement, struct error *err);
/* {"private_files": true, ...}, with "refused" when it is, and "trusted" when none is wanted. */
json_t *confinement_describe(const struct confinement *confinement);
/* The limits of environments. */
struct cgroups *confinement_cgroups(const struct confinement *confinement);
/* A process and all that comes from it have numbers of their own, and end together. */
bool confinement_has_pids(const struct confinement *confinement);
/* Those that it has beside the daemon's, for setns(); 0: none. */
int confinement_namespaces(const struct confinement *confinement);
/* fork(), into namespaces of its own where there are such. */
pid_t confinement_fork(const struct confinement *confinement);
/* The same, beginning in the control group of that directory.  -1: this kernel cannot. */
pid_t confinement_fork_into(const struct confinement *confinement, int group);

/* Everything that a program needs can be read, and nothing can be written to. */
struct mount_view *view_new(const struct confinement *confinement);
/* `from`, a directory or a file, is seen at `to`; both are absolute, and what is named later lies
 * on top.  Without namespaces it stays where it is. */
void view_add(struct mount_view *view, bool writable, const char *from, const char *to);
void view_free(struct mount_view *view);	/* NULL is fine */
/* In the child of confinement_fork(), then in the one that will execute: only system calls.
 * 0, or -1 with errno and what it was about. */
int view_enter(const struct mount_view *view, const char **step);
/* For what is to be forbidden last, in the process that will execute. */
int view_restrict(const struct mount_view *view, const char **step);

#endif
