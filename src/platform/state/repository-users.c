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

#include "base/error.h"
#include "db/statement.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/nouns.h"
#include "platform/state/place.h"
#include "platform/state/repository.h"
#include "platform/state/rows.h"

#define USER "SELECT id, name, type, email, properties, created_at FROM users "
#define TOKEN                                                                                      \
	"SELECT id, 'static' AS type, description, user AS user_id, created_by,"                   \
	" created_at AS \"stamp:created_at\","                                                     \
	" strftime('%Y-%m-%dT%H:%M:%fZ', expires_at / 1000.0, 'unixepoch')"                        \
	" AS \"opt:expires_at\" FROM tokens "

/* --- users --- */

static json_t *
encode_user(struct statement *row, void *data, struct error *err)
{
	struct user user = {.properties = rows_json(row, 4), .created_at = row_int(row, 5)};
	json_t *body;

	(void)data;
	(void)err;
	untrusted_init(&user.id, row_text(row, 0));
	untrusted_init(&user.name, row_text(row, 1));
	untrusted_init(&user.type, row_text(row, 2));
	untrusted_init(&user.email, row_text(row, 3));
	body = user_encode(&user);
	user_clear(&user);
	return body;
}

json_t *
repository_users(struct repository *repository, struct error *err)
{
	return rows_encode(repository, err, encode_user, NULL, USER "ORDER BY id", "");
}

json_t *
repository_user(struct repository *repository, const char *id, struct error *err)
{
	json_t *user = rows_encode_one(repository, err, encode_user, NULL, USER "WHERE id = ?", "s",
				       id);

	if (!user && err->kind == ERROR_NOT_FOUND)
		error_set_code(err, CODE_USER_NOT_FOUND, .user = id);
	return user;
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

json_t *
repository_grants(struct repository *repository, const char *user, struct error *err)
{
	return rows_all(repository, err,
			"SELECT org, app, env_type, role FROM grants WHERE user = ?"
			" ORDER BY org, app, env_type",
			"s", user);
}

int
repository_put_grant(struct repository *repository, const char *user,
		     const struct grant_scope *scope, const char *role, struct error *err)
{
	if (role)
		return rows_run(repository, err,
				"INSERT OR REPLACE INTO grants VALUES (?, ?, ?, ?, ?)", "sssss",
				user, scope->org, scope->app, scope->env_type, role);
	return rows_run(
		repository, err,
		"DELETE FROM grants WHERE user = ? AND org = ? AND app = ? AND env_type = ?",
		"ssss", user, scope->org, scope->app, scope->env_type);
}

json_t *
repository_env_type_of(struct repository *repository, const struct place *place, struct error *err)
{
	return rows_one(repository, err,
			"SELECT type FROM environments WHERE org = ? AND app = ? AND id = ?", "sss",
			place->org, place->app, place->env);
}

/* --- tokens --- */

json_t *
repository_tokens(struct repository *repository, const char *user, struct error *err)
{
	return rows_all(repository, err, TOKEN "WHERE user = ? ORDER BY created_at, id", "s", user);
}

json_t *
repository_token(struct repository *repository, const char *user, const char *id,
		 struct error *err)
{
	json_t *token = rows_one(repository, err, TOKEN "WHERE user = ? AND id = ?", "ss", user,
				 id);

	if (!token && err->kind == ERROR_NOT_FOUND)
		error_set_code(err, CODE_TOKEN_NOT_FOUND, .user = user, .token = id);
	return token;
}

json_t *
repository_token_by_hash(struct repository *repository, const char *hash, struct error *err)
{
	return rows_one(repository, err,
			"SELECT user, id, hash, expires_at AS \"opt:expires_at\" FROM tokens"
			" WHERE hash = ?",
			"s", hash);
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
	if (rows_run(repository, err,
		     "DELETE FROM audit WHERE seq <= (SELECT max(seq) FROM audit) - ?", "i",
		     max_rows) != 0)
		return -1;
	return rows_run(repository, err, "DELETE FROM audit WHERE at < ?", "i", oldest);
}

#define AUDIT                                                                                      \
	"SELECT printf('%x', seq) AS seq, at AS \"stamp:at\", user AS user_id,"                    \
	" method AS request_method, path AS request_path,"                                         \
	" CAST(status AS TEXT) AS \"json:response_status\", nullif(org, '') AS \"opt:org_id\""     \
	" FROM audit WHERE at > ?2 AND (at < ?3 OR (at = ?3 AND seq < ?4))"                        \
	" AND status BETWEEN ?5 AND ?6"
#define NEWEST_FIRST " ORDER BY at DESC, seq DESC LIMIT ?7"

/* Two statements, so that each has its index. */
json_t *
repository_audit(struct repository *repository, const struct audit_query *query, struct error *err)
{
	return rows_all(repository, err,
			query->org ? AUDIT " AND org = ?1" NEWEST_FIRST
				   : AUDIT " AND ?1 IS NULL" NEWEST_FIRST,
			"siiiiii", query->org, query->after, query->before, query->before_seq,
			(int64_t)query->status_from, (int64_t)query->status_to, query->count);
}
