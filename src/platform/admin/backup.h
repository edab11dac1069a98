/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A copy of a state in one file: a tar (POSIX ustar) with platform.db and the databases of
 * environments below spaces/, each copied by SQLite's backup API, so each is whole even while
 * it is written.  The key that secrets are sealed with is not in it: a copy of both would
 * protect nothing.  Programs and what they wrote beside their databases are not in it either.
 */
#ifndef SIDESTAGE_PLATFORM_ADMIN_BACKUP_H
#define SIDESTAGE_PLATFORM_ADMIN_BACKUP_H

#include <jansson.h>

struct backup;
struct error;
struct repository;

/* repository NULL: no daemon runs, and the caller holds the state's lock.  Makes `path`. */
struct backup *backup_new(struct repository *repository, const char *state, const char *path,
			  struct error *err);
/* 1: a little was done, call again; 0: the file is whole and on the disk; -1 with err. */
int backup_step(struct backup *backup, struct error *err);
/* [{"name", "reason"}]: databases of environments that could not be copied.  New reference. */
json_t *backup_left_out(const struct backup *backup);
void backup_free(struct backup *backup);	/* removes what is not whole; NULL is fine */

#endif
