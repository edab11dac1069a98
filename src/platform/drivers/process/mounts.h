/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a workload's root is made of: a table that is laid out before anything is mounted. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_MOUNTS_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/syscall.h>

#ifdef SYS_mount_setattr
#define MOUNTS_SETATTR SYS_mount_setattr
#else
#define MOUNTS_SETATTR 442
#endif

enum mount_kind {
	MOUNT_READ_ONLY, MOUNT_WRITABLE, MOUNT_DEVICE, MOUNT_LINK, MOUNT_EMPTY,
	MOUNT_HIDDEN,			/* a file that cannot be read any more */
	MOUNT_COVERED,		/* a directory that is empty now */
	MOUNT_PROCESSES,
	MOUNT_FROZEN			/* what is there already, read only */
};

struct mount {
	enum mount_kind kind;
	bool is_file;
	char *from;		/* of a MOUNT_LINK: where it points */
	char *to;
};

struct mounts {
	struct mount *items;
	size_t count;
};

/* Copies the paths; later ones lie on top of earlier ones. */
void mounts_add(struct mounts *mounts, enum mount_kind kind, const char *from, const char *to);
/* What every workload sees: the system, a short list of /etc, the images, a /tmp and a /proc; and
 * without those of `hidden` (NULL at the end, or NULL) that would be seen. */
void mounts_lay_out(struct mounts *mounts, const char *images, const char *const *hidden);
/* Whether a workload would see what is made there, now or later. */
bool mounts_show(const char *images, const char *path);
void mounts_clear(struct mounts *mounts);	/* what is in it */

#endif
