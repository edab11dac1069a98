/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Users, the hashes of their tokens, their roles, and who did what; as repository.h says. */
#ifndef SIDESTAGE_PLATFORM_STATE_REPOSITORY_USERS_H
#define SIDESTAGE_PLATFORM_STATE_REPOSITORY_USERS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "model/nouns.h"

struct error;
struct grant;
struct grant_scope;
struct grants;
struct place;
struct repository;

/* --- users (model/nouns.h); their roles are read by themselves --- */

struct users {
	struct user *items;
	size_t count;
};
/* By id; users_clear() them. */
int repository_read_users(struct repository *repository, struct users *out, struct error *err);
void users_clear(struct users *users);
/* -1 with ERROR_NOT_FOUND: there is none. */
int repository_has_user(struct repository *repository, const char *id, struct error *err);
/* The same; the caller clears it. */
int repository_read_user(struct repository *repository, const char *id, struct user *out,
			 struct error *err);
/* type: what kind of user it is, as on the wire. */
int repository_put_user(struct repository *repository, const char *id, const char *name,
			const char *type, int64_t now, struct error *err);
/* NULL: stays as it is. */
int repository_change_user(struct repository *repository, const char *id, const char *name,
			   const char *email, const json_t *properties, struct error *err);
/* And the tokens and roles. */
int repository_drop_user(struct repository *repository, const char *id, struct error *err);

/* --- roles --- */

/* By organization, application and environment type; grants_clear() them. */
int repository_grants(struct repository *repository, const char *user, struct grants *out,
		      struct error *err);
/* In the place of any other that is held in the same scope. */
int repository_put_grant(struct repository *repository, const char *user,
			 const struct grant *grant, struct error *err);
/* One that is not held is none from now on either. */
int repository_drop_grant(struct repository *repository, const char *user,
			  const struct grant_scope *scope, struct error *err);
/* The type of an environment; free() it.  NULL with ERROR_NOT_FOUND. */
char *repository_env_type_of(struct repository *repository, const struct place *place,
			     struct error *err);

/* --- tokens, as TokenInfo: never with the hash --- */

json_t *repository_tokens(struct repository *repository, const char *user, struct error *err);
json_t *repository_token(struct repository *repository, const char *user, const char *id,
			 struct error *err);
int repository_count_tokens(struct repository *repository, const char *user, int64_t *out,
			    struct error *err);
/* What is kept of one: its owner and its hash. */
struct kept_token {
	char *user, *id, *hash;
	int64_t expires_at;			/* wall ms; 0: never */
};
/* kept_token_clear() it. */
int repository_token_by_hash(struct repository *repository, const char *hash,
			     struct kept_token *out, struct error *err);
void kept_token_clear(struct kept_token *token);
struct token_row {
	const char *user, *id, *hash, *description, *created_by;
	int64_t created_at, expires_at;		/* wall ms; expires_at 0: never */
};
/* Its hash alone: the token itself is shown once and kept nowhere. */
int repository_put_token(struct repository *repository, const struct token_row *row,
			 struct error *err);
int repository_drop_token(struct repository *repository, const char *user, const char *id,
			  struct error *err);

/* --- the audit log --- */

struct audit_row {
	const char *org;	/* "": of no organization */
	const char *user, *token, *method, *path, *peer;
	int status;
	int64_t at;		/* wall ms */
};
/* In the transaction of what it tells of. */
int repository_put_audit(struct repository *repository, const struct audit_row *row,
			 struct error *err);
/* Keeps at most max_rows, none from before `oldest` (wall ms).  1: it has deleted as much as a turn
 * of the loop may take, and is to be called again; 0: the rest stays; or -1 with err. */
#define AUDIT_SLICE 1000
int repository_prune_audit(struct repository *repository, int64_t max_rows, int64_t oldest,
			   struct error *err);

struct audit_query {
	const char *org;		/* NULL: of all, and of none */
	int64_t after, before;		/* wall ms, both exclusive */
	int64_t before_seq;		/* of entries at `before` those with a smaller number count;
					 * 0: none */
	int status_from, status_to;	/* both inclusive */
	int64_t count;
};
struct numbered_entry {
	int64_t seq;			/* of all entries */
	struct audit_entry entry;
};
struct audit_entries {
	struct numbered_entry *items;
	size_t count;
};
/* Newest first; audit_entries_clear() them. */
int repository_audit(struct repository *repository, const struct audit_query *query,
		     struct audit_entries *out, struct error *err);
void audit_entries_clear(struct audit_entries *entries);

#endif
