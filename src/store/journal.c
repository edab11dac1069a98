/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The journal of operations: what is written of them, and who works on one.  It is the history
 * too, which history.c reads.
 *
 * An operation under way is claimed by a lock on one byte of a file beside the database,
 * at an offset made from the operation's id.  Locks of an open file description end with
 * the program, however it ends, so a crashed owner needs no time-out and no process id.
 */
#include "config.h"

#include "store/journal.h"

#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "store/history.h"
#include "store/private.h"

static int
begin(struct store *store, struct error *err)
{
	if (db_begin(store->history, err))
		return error_prefix(err, _("The history cannot be used"));
	return 0;
}

/* Ends a transaction: commit when all went well so far. */
static int
end(struct store *store, int ret, struct error *err)
{
	if (ret == 0 && db_commit(store->history, err))
		ret = error_prefix(err, _("The history cannot be written"));
	if (ret)
		db_rollback(store->history);
	return ret;
}

/* A step is written before its request is sent and again when it has
 * ended, hence the conflict clause. */
static int
write_step(struct store *store, const char *id, size_t number, const struct operation_step *step,
	   struct error *err)
{
	struct statement *statement = statement_new(
		store->history,
		"INSERT INTO step (operation, number, name, state, started_at, ended_at, detail, id)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (operation, number) DO"
		" UPDATE SET state=?4, started_at=?5, ended_at=?6, detail=?7");

	statement_text(statement, id);
	statement_int(statement, (int64_t)number);
	statement_text(statement, step->name ? step->name : "");
	statement_int(statement, (int64_t)step->state);
	statement_int(statement, step->started_at);
	statement_int(statement, step->ended_at);
	statement_text(statement, step->detail.raw);
	statement_text(statement, step->id);
	return history_run(statement, err);
}

/* The statement is made from the table of columns, so a new column is one line in one place. */
static int
insert_operation(struct store *store, const struct operation *operation, struct error *err)
{
	struct statement *statement;
	struct buf sql;

	buf_init(&sql, OPERATION_SQL_MAX);
	buf_puts(&sql, "INSERT INTO operation (");
	for (size_t i = 0; i < operation_column_count; i++)
		buf_printf(&sql, "%s, ", operation_columns[i].name);
	buf_puts(&sql, OPERATION_NUMBERS ") VALUES (");
	for (size_t i = 0; i < operation_column_count; i++)
		buf_puts(&sql, "?,");
	buf_puts(&sql, "?,?,?)");
	statement = statement_new(store->history, buf_str(&sql));
	buf_clear(&sql);
	for (size_t i = 0; i < operation_column_count; i++)
		statement_text(statement, operation_text(operation, i)->raw);
	statement_text(statement, operation_state_name(operation->state));
	statement_int(statement, operation->created_at);
	statement_int(statement, operation->ended_at);
	return history_run(statement, err);
}

/* Claimed after the commit: a claim on an operation that is not there would be nobody's.
 * Failing to claim is no failure; nobody else knows the id yet. */
int
store_operation_begin(struct store *store, const struct operation *operation, struct error *err)
{
	int ret;

	assert(operation->id.raw && operation->verb.raw);
	if (store_check_writable(store, err) || begin(store, err))
		return -1;
	ret = insert_operation(store, operation, err);
	for (size_t i = 0; ret == 0 && i < operation->step_count; i++)
		ret = write_step(store, operation->id.raw, i, &operation->steps[i], err);
	if (ret == 0)
		ret = search_keep(store->history, operation->id.raw, err);
	ret = end(store, ret, err);
	if (ret == 0) {
		store_mark_history(store);
		(void)store_operation_claim(store, operation->id.raw);
	}
	return ret;
}

/* An id's place in the lock file.  Of a hash: ids begin with the time, and so alike. */
static void
lock_of(struct flock *lock, short type, const char *id)
{
	char hex[IDS_SHA256_HEX_SIZE];

	ids_sha256_hex(hex, id, strlen(id));
	hex[15] = '\0';
	memset(lock, 0, sizeof(*lock));
	lock->l_type = type;
	lock->l_whence = SEEK_SET;
	lock->l_start = (off_t)strtoull(hex, NULL, 16);
	lock->l_len = 1;
}

/* A lock that is held already by this program is granted again, so claiming twice is fine. */
bool
store_operation_claim(struct store *store, const char *id)
{
	struct flock lock;

	lock_of(&lock, F_WRLCK, id);
	return fcntl(store->lock_fd, F_OFD_SETLK, &lock) == 0;
}

void
store_operation_release(struct store *store, const char *id)
{
	struct flock lock;

	lock_of(&lock, F_UNLCK, id);
	(void)fcntl(store->lock_fd, F_OFD_SETLK, &lock);
}

bool
store_operation_is_claimed(const struct store *store, const char *id)
{
	struct flock lock;

	lock_of(&lock, F_WRLCK, id);
	return fcntl(store->lock_fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

/* Exactly one row: anything else means that the file is not the one in which it began. */
static int
update_operation(struct store *store, const struct operation *operation, struct error *err)
{
	struct statement *statement;
	struct buf sql;

	buf_init(&sql, OPERATION_SQL_MAX);
	buf_puts(&sql, "UPDATE operation SET ");
	for (size_t i = 0; i < operation_column_count; i++)
		if (operation_columns[i].changes)
			buf_printf(&sql, "%s=?, ", operation_columns[i].name);
	buf_puts(&sql, "state=?, ended_at=? WHERE id=?");
	statement = statement_new(store->history, buf_str(&sql));
	buf_clear(&sql);
	for (size_t i = 0; i < operation_column_count; i++)
		if (operation_columns[i].changes)
			statement_text(statement, operation_text(operation, i)->raw);
	statement_text(statement, operation_state_name(operation->state));
	statement_int(statement, operation->ended_at);
	statement_text(statement, operation->id.raw);
	if (history_run(statement, err))
		return -1;
	if (db_changes(store->history) != 1)
		return error_set(err, ERROR_STORE, _("%s: operation %s is not in the history"),
				 store->history_path, operation->id.raw);
	return 0;
}

int
store_operation_update(struct store *store, const struct operation *operation, size_t step,
		       struct error *err)
{
	int ret;

	if (begin(store, err))
		return -1;
	ret = update_operation(store, operation, err);
	if (ret == 0 && step < operation->step_count)
		ret = write_step(store, operation->id.raw, step, &operation->steps[step], err);
	if (ret == 0)
		ret = search_keep(store->history, operation->id.raw, err);
	ret = end(store, ret, err);
	if (ret == 0 && operation->state >= OPERATION_DONE)
		store_operation_release(store, operation->id.raw);
	return ret;
}
