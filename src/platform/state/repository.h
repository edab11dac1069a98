/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The platform's state in one SQLite file.
 *
 * Nouns go in as their parts and come out as JSON in the shape of the wire, as new
 * references.  What is not there is NULL (or -1) with ERROR_NOT_FOUND, what is there already
 * ERROR_CONFLICT.  A database that fails is ERROR_FULL, ERROR_UNAVAILABLE or ERROR_STORE, with
 * a sentence that a client may read; what SQLite says of it is in the log.  Each put is durable
 * when it returns, unless it is between repository_begin() and repository_commit().
 */
#ifndef SIDESTAGE_PLATFORM_STATE_REPOSITORY_H
#define SIDESTAGE_PLATFORM_STATE_REPOSITORY_H

#include <stdint.h>

#include "db/effects.h"

struct error;
struct repository;

/* Makes the file (0600) or opens it; a newer schema than ours is refused. */
struct repository *repository_open(const char *path, struct error *err);
void repository_close(struct repository *repository);	/* NULL is fine */
/* A change could be made now: the file takes one, and the disk has room. */
int repository_check_writable(struct repository *repository, struct error *err);

/* A UUID, made with the state: the same for as long as the state lives, wherever it is served. */
const char *repository_platform_id(const struct repository *repository);

/* Another one after each change of a row; for what is kept of answers. */
int64_t repository_version(const struct repository *repository);

/* They nest: what is inside another becomes durable with the outermost. */
int repository_begin(struct repository *repository, struct error *err);
/* The outermost one is durable when this returns 0; then what was asked for by
 * repository_after_commit() is done. */
int repository_commit(struct repository *repository, struct error *err);
/* Takes back what was done since the begin that it belongs to. */
void repository_rollback(struct repository *repository);
/* For "return repository_end(repository, ret, err)": commits when ret is 0, else, or when that
 * fails, rolls back. */
int repository_end(struct repository *repository, int ret, struct error *err);
/* run(data) follows the commit of the outermost transaction, or comes at once when there is
 * none; it is left out when what asked for it is rolled back.  In each case drop(data) (NULL is
 * fine) comes last. */
void repository_after_commit(struct repository *repository, effect *run, effect *drop, void *data);

#endif
