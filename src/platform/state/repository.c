/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The database file.
 *
 * One connection owns the file (DB_OWNED), which keeps a second daemon out.  How statements run is
 * rows.c.
 */
#include "config.h"

#include "platform/state/repository.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "db/migrate.h"
#include "model/json.h"
#include "platform/state/repository-value-versions.h"
#include "platform/state/rows.h"
#include "platform/state/schema.h"

#define BUSY_MS 5000
#define ROOM_MIN (1024 * 1024)

const char *
repository_platform_id(const struct repository *repository)
{
	return repository->id;
}

/* The number of changes since the file was opened: it grows with every
 * write and costs nothing to ask. */
int64_t
repository_version(const struct repository *repository)
{
	return db_total_changes(repository->db);
}

/* A transaction within another is a savepoint: a route's handler and the note of who called
 * it are one transaction, and the handler has its own inside. */
int
repository_begin(struct repository *repository, struct error *err)
{
	return db_begin(repository->db, NULL) ? rows_failed(repository, err) : 0;
}

int
repository_commit(struct repository *repository, struct error *err)
{
	return db_commit(repository->db, NULL) ? rows_failed(repository, err) : 0;
}

void
repository_rollback(struct repository *repository)
{
	db_rollback(repository->db);
}

int
repository_end(struct repository *repository, int ret, struct error *err)
{
	if (ret == 0)
		ret = repository_commit(repository, err);
	if (ret != 0)
		repository_rollback(repository);
	return ret;
}

void
repository_after_commit(struct repository *repository, effect *run, effect *drop, void *data)
{
	db_after_commit(repository->db, run, drop, data);
}

/* A step that turns out wrong can be gone back from by hand.  A copy that is there already is
 * of the same version and of an attempt that failed: the file is still as it was then. */
static int
copy_aside(struct repository *r, int version, struct error *err)
{
	char *copy = xasprintf("%s.version-%d", db_path(r->db), version);
	int ret = 0;

	if (access(copy, F_OK) != 0) {
		mode_t mask = umask(0077);

		ret = rows_run(r, err, "VACUUM INTO ?", "s", copy);
		umask(mask);
		if (ret != 0) {
			unlink(copy);
			error_prefix(err, _("%s: cannot make a copy before the migration"), copy);
		}
	}
	free(copy);
	return ret;
}

static int
migrate(struct repository *r, struct error *err)
{
	int version = db_version(r->db);

	if (version < 0)
		return rows_failed(r, err);
	if (version > 0 && version < (int)platform_schema.count && copy_aside(r, version, err) != 0)
		return -1;
	return db_migrate(r->db, &platform_schema, err);
}

/* The first that opens the state gives it its id. */
static int
read_platform_id(struct repository *r, struct error *err)
{
	char id[IDS_UUID_SIZE], *kept;

	ids_uuid7(id);
	if (rows_run(r, err, "INSERT INTO platform VALUES (1, ?) ON CONFLICT DO NOTHING", "s",
		     id) != 0)
		return -1;
	kept = rows_text(r, err, "SELECT id FROM platform", "");
	if (!kept)
		return -1;
	snprintf(r->id, sizeof(r->id), "%s", kept);
	free(kept);
	return 0;
}

static int
prepare_state(struct repository *r, struct error *err)
{
	if (migrate(r, err) == 0 && read_platform_id(r, err) == 0)
		return 0;
	return error_prefix(err, "%s", db_path(r->db));
}

struct repository *
repository_open(const char *path, struct error *err)
{
	const struct db_options options = {.mode = DB_OWNED, .busy_ms = BUSY_MS};
	struct repository *r = xcalloc(1, sizeof(*r));

	r->db = db_open(path, &options, err);
	if (!r->db || prepare_state(r, err) != 0) {
		repository_close(r);
		return NULL;
	}
	/* What was purged right before a crash is still in the log. */
	repository_scrub(r);
	return r;
}

/* Beginning a transaction takes the lock and writes nothing, so
 * it can be asked every second. */
int
repository_check_writable(struct repository *repository, struct error *err)
{
	struct statvfs disk;

	if (statvfs(db_path(repository->db), &disk) != 0 || (disk.f_flag & ST_RDONLY) ||
	    disk.f_bavail < ROOM_MIN / disk.f_frsize)
		return error_set(err, ERROR_STORE, _("%s: there is no room left, or it cannot be "
						     "written"), db_path(repository->db));
	if (db_depth(repository->db) > 0)
		return 0;
	if (repository_begin(repository, err) != 0)
		return -1;
	repository_rollback(repository);
	return 0;
}

void
repository_close(struct repository *repository)
{
	if (!repository)
		return;
	db_close(repository->db);
	free(repository);
}
