/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Users, tokens, roles, and the audit log.
 *
 * A token is found by its hash; the token itself was shown once, when it was made, and is
 * nowhere.  Users own nothing that would have to be handed over: what they did names them by
 * id, in plain text, and stays when they are gone.
 */
#include "config.h"

#include "platform/state/repository-users.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "db/statement.h"
#include "model/error-codes.h"
#include "model/grant.h"
#include "model/nouns.h"
#include "platform/state/place.h"
#include "platform/state/repository.h"
#include "platform/state/rows.h"

#define USER "SELECT id, name, type, email, properties, created_at FROM users "
#define TOKEN "SELECT id, description, user, created_by, created_at, expires_at FROM tokens "

/* --- users --- */

static void
read_user(struct statement *row, void *noun)
{
	struct user *user = noun;

	*user = (struct user){.properties = rows_json(row, 4), .created_at = row_int(row, 5)};
	untrusted_init(&user->id, row_text(row, 0));
	untrusted_init(&user->name, row_text(row, 1));
	untrusted_init(&user->type, row_text(row, 2));
	untrusted_init(&user->email, row_text(row, 3));
}

static void
read_another_user(struct statement *row, void *noun)
{
	struct users *users = noun;

	users->items = xreallocarray(users->items, users->count + 1, sizeof(*users->items));
	read_user(row, &users->items[users->count++]);
}

int
repository_read_users(struct repository *repository, struct users *out, struct error *err)
{
	*out = (struct users){0};
	if (rows_each(repository, err, read_another_user, out, USER "ORDER BY id", "") == 0)
		return 0;
	users_clear(out);
	return -1;
}

void
users_clear(struct users *users)
{
	for (size_t i = 0; i < users->count; i++)
		user_clear(&users->items[i]);
	free(users->items);
	*users = (struct users){0};
}

int
repository_read_user(struct repository *repository, const char *id, struct user *out,
		     struct error *err)
{
	*out = (struct user){0};
	if (rows_read(repository, err, read_user, out, USER "WHERE id = ?", "s", id) == 0)
		return 0;
	user_clear(out);
	if (err->kind == ERROR_NOT_FOUND)
		error_set_code(err, CODE_USER_NOT_FOUND, .user = id);
	return -1;
}

int
repository_has_user(struct repository *repository, const char *id, struct error *err)
{
	if (rows_read(repository, err, NULL, NULL, USER "WHERE id = ?", "s", id) == 0)
		return 0;
	if (err->kind == ERROR_NOT_FOUND)
		error_set_code(err, CODE_USER_NOT_FOUND, .user = id);
	return -1;
}

int
repository_put_user(struct repository *repository, const char *id, const char *name,
		    const char *type, int64_t now, struct error *err)
{
	if (rows_run(repository, err, "INSERT INTO users VALUES (?, ?, ?, NULL, '{}', ?)", "sssi",
		     id, name, type, now) == 0)
		return 0;
	if (err->kind == ERROR_CONFLICT)
		error_set_code(err, CODE_USER_EXISTS, .user = id);
	return -1;
}

int
repository_change_user(struct repository *repository, const char *id, const char *name,
		       const char *email, const json_t *properties, struct error *err)
{
	if (name && rows_change(repository, err, "UPDATE users SET name = ?2 WHERE id = ?1", "ss",
				id, name) != 0)
		return -1;
	if (email && rows_change(repository, err, "UPDATE users SET email = ?2 WHERE id = ?1", "ss",
				 id, email) != 0)
		return -1;
	return properties ? rows_change(repository, err,
					"UPDATE users SET properties = ?2 WHERE id = ?1", "sj", id,
					properties)
			  : 0;
}

int
repository_drop_user(struct repository *repository, const char *id, struct error *err)
{
	static const char *const statements[] = {
		"DELETE FROM tokens WHERE user = ?",
		"DELETE FROM grants WHERE user = ?",
		"DELETE FROM idempotency_keys WHERE user = ?",
		"DELETE FROM users WHERE id = ?",
	};
	int ret = 0;

	if (repository_begin(repository, err) != 0)
		return -1;
	for (size_t i = 0; ret == 0 && i < sizeof(statements) / sizeof(statements[0]); i++)
		ret = rows_run(repository, err, statements[i], "s", id);
	return repository_end(repository, ret, err);
}

/* --- roles --- */

/* What is longer was given by nobody: grant_scope_parse() takes no such id. */
static bool
copy_id(char out[GRANT_ID_SIZE], const char *id)
{
	if (strlen(id) >= GRANT_ID_SIZE)
		return false;
	strcpy(out, id);
	return true;
}

static void
read_grant(struct statement *row, void *noun)
{
	struct grant grant = {.role = role_of(row_text(row, 3))};

	if (copy_id(grant.scope.org, row_text_or(row, 0, "")) &&
	    copy_id(grant.scope.app, row_text_or(row, 1, "")) &&
	    copy_id(grant.scope.env_type, row_text_or(row, 2, "")))
		grants_add(noun, &grant);
}

int
repository_grants(struct repository *repository, const char *user, struct grants *out,
		  struct error *err)
{
	*out = (struct grants){0};
	if (rows_each(repository, err, read_grant, out,
		      "SELECT org, app, env_type, role FROM grants WHERE user = ?"
		      " ORDER BY org, app, env_type",
		      "s", user) == 0)
		return 0;
	grants_clear(out);
	return -1;
}

int
repository_put_grant(struct repository *repository, const char *user, const struct grant *grant,
		     struct error *err)
{
	const struct grant_scope *scope = &grant->scope;

	return rows_run(repository, err, "INSERT OR REPLACE INTO grants VALUES (?, ?, ?, ?, ?)",
			"sssss", user, scope->org, scope->app, scope->env_type,
			role_word(grant->role));
}

int
repository_drop_grant(struct repository *repository, const char *user,
		      const struct grant_scope *scope, struct error *err)
{
	return rows_run(
		repository, err,
		"DELETE FROM grants WHERE user = ? AND org = ? AND app = ? AND env_type = ?",
		"ssss", user, scope->org, scope->app, scope->env_type);
}

char *
repository_env_type_of(struct repository *repository, const struct place *place, struct error *err)
{
	return rows_text(repository, err,
			 "SELECT type FROM environments WHERE org = ? AND app = ? AND id = ?",
			 "sss", place->org, place->app, place->env);
}

/* --- tokens --- */

static json_t *
encode_token(struct statement *row, void *data, struct error *err)
{
	struct user_token token = {.created_at = row_int(row, 4), .expires_at = row_int(row, 5)};
	json_t *body;

	(void)data;
	(void)err;
	untrusted_init(&token.id, row_text(row, 0));
	untrusted_init(&token.description, row_text_or(row, 1, ""));
	untrusted_init(&token.user_id, row_text_or(row, 2, ""));
	untrusted_init(&token.created_by, row_text_or(row, 3, ""));
	body = user_token_encode(&token);
	user_token_clear(&token);
	return body;
}

json_t *
repository_tokens(struct repository *repository, const char *user, struct error *err)
{
	return rows_encode(repository, err, encode_token, NULL,
			   TOKEN "WHERE user = ? ORDER BY created_at, id", "s", user);
}

json_t *
repository_token(struct repository *repository, const char *user, const char *id,
		 struct error *err)
{
	json_t *token = rows_encode_one(repository, err, encode_token, NULL,
					TOKEN "WHERE user = ? AND id = ?", "ss", user, id);

	if (!token && err->kind == ERROR_NOT_FOUND)
		error_set_code(err, CODE_TOKEN_NOT_FOUND, .user = user, .token = id);
	return token;
}

static void
read_number(struct statement *row, void *out)
{
	*(int64_t *)out = row_int(row, 0);
}

int
repository_count_tokens(struct repository *repository, const char *user, int64_t *out,
			struct error *err)
{
	return rows_read(repository, err, read_number, out,
			 "SELECT count(*) FROM tokens WHERE user = ?", "s", user);
}

static void
read_kept_token(struct statement *row, void *noun)
{
	struct kept_token *token = noun;

	token->user = row_copy_or(row, 0, "");
	token->id = row_copy_or(row, 1, "");
	token->hash = row_copy_or(row, 2, "");
	token->expires_at = row_int(row, 3);
}

int
repository_token_by_hash(struct repository *repository, const char *hash, struct kept_token *out,
			 struct error *err)
{
	*out = (struct kept_token){0};
	return rows_read(repository, err, read_kept_token, out,
			 "SELECT user, id, hash, expires_at FROM tokens WHERE hash = ?", "s", hash);
}

void
kept_token_clear(struct kept_token *token)
{
	free(token->user);
	free(token->id);
	free(token->hash);
	*token = (struct kept_token){0};
}

int
repository_put_token(struct repository *repository, const struct token_row *row, struct error *err)
{
	if (rows_run(repository, err,
		     "INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, nullif(?, 0))", "ssssisi",
		     row->user, row->id, row->hash, row->description, row->created_at,
		     row->created_by, row->expires_at) == 0)
		return 0;
	if (err->kind == ERROR_CONFLICT)
		error_set_code(err, CODE_TOKEN_EXISTS, .user = row->user, .token = row->id);
	return -1;
}

int
repository_drop_token(struct repository *repository, const char *user, const char *id,
		      struct error *err)
{
	if (rows_change(repository, err, "DELETE FROM tokens WHERE user = ? AND id = ?", "ss", user,
			id) == 0)
		return 0;
	if (err->kind == ERROR_NOT_FOUND)
		error_set_code(err, CODE_TOKEN_NOT_FOUND, .user = user, .token = id);
	return -1;
}

/* --- the audit log --- */

int
repository_put_audit(struct repository *repository, const struct audit_row *row, struct error *err)
{
	return rows_run(repository, err,
			"INSERT INTO audit (at, org, user, token, method, path, status, peer)"
			" VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			"isssssis", row->at, row->org, row->user, row->token, row->method,
			row->path, (int64_t)row->status, row->peer);
}

/* By number and by age; the first is a comparison of numbers and counts nothing. */
int
repository_prune_audit(struct repository *repository, int64_t max_rows, int64_t oldest,
		       struct error *err)
{
	static const char *const statements[] = {
		("DELETE FROM audit WHERE seq IN (SELECT seq FROM audit WHERE seq <="
		 " (SELECT max(seq) FROM audit) - ? ORDER BY seq LIMIT ?)"),
		("DELETE FROM audit WHERE seq IN (SELECT seq FROM audit WHERE at < ?"
		 " ORDER BY at LIMIT ?)"),
	};
	const int64_t limits[] = {max_rows, oldest};
	int64_t left = AUDIT_SLICE;

	for (size_t i = 0; left > 0 && i < sizeof(statements) / sizeof(statements[0]); i++) {
		if (rows_run(repository, err, statements[i], "ii", limits[i], left) != 0)
			return -1;
		left -= db_changes(repository->db);
	}
	return left <= 0;
}

#define AUDIT                                                                                      \
	"SELECT seq, at, user, method, path, status, nullif(org, '')"                              \
	" FROM audit WHERE at > ?2 AND (at < ?3 OR (at = ?3 AND seq < ?4))"                        \
	" AND status BETWEEN ?5 AND ?6"
#define NEWEST_FIRST " ORDER BY at DESC, seq DESC LIMIT ?7"

static void
read_audit_entry(struct statement *row, void *noun)
{
	struct audit_entries *entries = noun;
	struct numbered_entry *numbered;
	struct audit_entry *entry;

	entries->items =
		xreallocarray(entries->items, entries->count + 1, sizeof(*entries->items));
	numbered = &entries->items[entries->count++];
	entry = &numbered->entry;
	numbered->seq = row_int(row, 0);
	*entry = (struct audit_entry){.at = row_int(row, 1), .response_status = row_int(row, 5)};
	untrusted_init(&entry->user_id, row_text_or(row, 2, ""));
	untrusted_init(&entry->request_method, row_text_or(row, 3, ""));
	untrusted_init(&entry->request_path, row_text_or(row, 4, ""));
	untrusted_init(&entry->org_id, row_text(row, 6));
}

/* Two statements, so that each has its index. */
int
repository_audit(struct repository *repository, const struct audit_query *query,
		 struct audit_entries *out, struct error *err)
{
	*out = (struct audit_entries){0};
	if (rows_each(repository, err, read_audit_entry, out,
		      query->org ? AUDIT " AND org = ?1" NEWEST_FIRST
				 : AUDIT " AND ?1 IS NULL" NEWEST_FIRST,
		      "siiiiii", query->org, query->after, query->before, query->before_seq,
		      (int64_t)query->status_from, (int64_t)query->status_to, query->count) == 0)
		return 0;
	audit_entries_clear(out);
	return -1;
}

void
audit_entries_clear(struct audit_entries *entries)
{
	for (size_t i = 0; i < entries->count; i++)
		audit_entry_clear(&entries->items[i].entry);
	free(entries->items);
	*entries = (struct audit_entries){0};
}
