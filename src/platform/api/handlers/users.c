/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Users, their roles and their tokens.  /users itself is ours; the rest is of the wire.
 *
 * Administrators of an organization give roles in it, and are shown no others; what a user is
 * called is the platform's.  Whoever the daemon belongs to needs no row: without one a user
 * is made up of the id.
 */
#include "config.h"

#include "platform/api/handlers/users.h"

#include <string.h>

#include "base/clock.h"
#include "base/config-file.h"
#include "base/error.h"
#include "base/ids.h"
#include "model/error-codes.h"
#include "model/grant.h"
#include "model/json.h"
#include "model/members.h"
#include "model/nouns.h"
#include "platform/api/handlers/misfit.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-users.h"

#define TOKENS_MAX 100		/* of one user */
#define ID_MAX 100

/* What goes into paths and lines of the log unquoted.  No slash, since it stands in paths; no
 * blank and no quote, since it stands in the log. */
static bool
is_id(const char *id)
{
	static const char characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "0123456789._@+-";

	return id && *id && strlen(id) <= ID_MAX && id[strspn(id, characters)] == '\0' &&
	       strcmp(id, ".") != 0 && strcmp(id, "..") != 0;
}

static int
check_id(const char *id, struct error *err)
{
	if (is_id(id))
		return 0;
	return error_set_code(err, CODE_USER_ID_INVALID, .max = ID_MAX);
}

/* --- users --- */

/* With the roles that `giver` gives and takes; NULL: with all of them. */
static json_t *
encode_user(struct platform *platform, struct user *user, const struct caller *giver,
	    struct error *err)
{
	struct grants grants, shown = {0};

	if (repository_grants(platform->repository, user->id.raw, &grants, err) != 0)
		return NULL;
	for (size_t i = 0; i < grants.count; i++)
		if (!giver || access_may_give(giver, &grants.items[i].scope))
			grants_add(&shown, &grants.items[i]);
	json_decref(user->roles);
	user->roles = grants_encode(&shown);
	grants_clear(&shown);
	grants_clear(&grants);
	return user_encode(user);
}

static int
answer_user(struct platform *platform, const char *id, const struct caller *giver, int status,
	    struct response *response, struct error *err)
{
	struct user user;
	json_t *body;

	if (repository_read_user(platform->repository, id, &user, err) != 0)
		return -1;
	body = encode_user(platform, &user, giver, err);
	user_clear(&user);
	return answer(response, status, body);
}

/* The daemon's own user need not be in the database. */
static int
read_current_user(struct platform *platform, const char *id, struct user *out, struct error *err)
{
	struct error why = {0};

	if (repository_read_user(platform->repository, id, out, &why) == 0)
		return 0;
	if (why.kind != ERROR_NOT_FOUND) {
		*err = why;
		return -1;
	}
	*out = (struct user){.created_at = platform->started_at};
	untrusted_init(&out->id, id);
	untrusted_init(&out->name, id);
	untrusted_init(&out->type, "user");
	return 0;
}

int
get_current_user(struct platform *platform, const struct request *request,
		 struct response *response, struct error *err)
{
	struct user user;
	json_t *body;

	if (read_current_user(platform, request_user(request), &user, err) != 0)
		return -1;
	body = encode_user(platform, &user, NULL, err);
	user_clear(&user);
	if (body && request->caller->is_all)
		json_object_set_new(json_object_get(body, "roles"), "/",
				    json_string(role_word(ROLE_ADMINISTRATOR)));
	return answer(response, 200, body);
}

/* What people call a user or a token; of what else is sent a client may know more than we do. */
static int
check_texts(const struct member *misfit, struct error *err)
{
	return misfit && misfit->max > 0 ? refuse_misfit(misfit, err) : 0;
}

static int
check_properties(const json_t *properties, struct error *err)
{
	if (!properties || (json_is_object(properties) &&
			    json_dumpb(properties, NULL, 0, JSON_COMPACT) <= 64 * 1024))
		return 0;
	return error_set_code(err, CODE_PROPERTIES_INVALID);
}

/* Only name, email and properties are the user's own; what else is sent is what they read. */
int
update_current_user(struct platform *platform, const struct request *request,
		    struct response *response, struct error *err)
{
	struct repository *repository = platform->repository;
	const char *id = request_user(request);
	struct error why = {0};
	struct user asked;
	int ret;

	if (check_texts(user_misfit(request->body), err) != 0)
		return -1;
	user_read(&asked, request->body);
	ret = check_properties(asked.properties, err);
	if (ret == 0 && repository_has_user(repository, id, &why) != 0)
		ret = repository_put_user(repository, id, id, "user", platform->started_at, err);
	if (ret == 0)
		ret = repository_change_user(repository, id, asked.name.raw, asked.email.raw,
					     asked.properties, err);
	user_clear(&asked);
	return ret == 0 ? get_current_user(platform, request, response, err) : -1;
}

/* GET /users: all users. */
int
list_users(struct platform *platform, const struct request *request, struct response *response,
	   struct error *err)
{
	json_t *list = json_array();
	struct users users;
	int ret = repository_read_users(platform->repository, &users, err);

	(void)request;
	for (size_t i = 0; ret == 0 && i < users.count; i++)
		ret = json_array_append_new(list,
					    encode_user(platform, &users.items[i], NULL, err));
	users_clear(&users);
	if (ret == 0)
		return answer(response, 200, list);
	json_decref(list);
	return -1;
}

/* GET /users/{userId}: one user. */
int
get_user(struct platform *platform, const struct request *request, struct response *response,
	 struct error *err)
{
	return answer_user(platform, request->ids[0], NULL, 200, response, err);
}

/* role null: the one that is held there is taken away, whichever it is. */
static int
read_grant(struct grant *out, const char *scope, const json_t *role, struct error *err)
{
	const char *word = json_string_value(role);

	out->role = role_of(word);
	if (grant_scope_parse(&out->scope, scope) &&
	    (json_is_null(role) || grant_scope_takes(&out->scope, out->role)))
		return 0;
	return error_set_code(err, CODE_ROLE_INVALID, .scope = scope, .role = word);
}

static bool
is_listed(const struct id_list *ids, const char *id)
{
	for (size_t i = 0; i < ids->count; i++)
		if (strcmp(ids->items[i], id) == 0)
			return true;
	return false;
}

/* What to say when it is not there, and when there is one that is like it. */
static int
check_listed(struct repository *repository, enum listed what, const char *id,
	     const struct grant_scope *scope, enum error_code missing, enum error_code misspelled,
	     struct error *err)
{
	struct error_parameters parameters = {
		.org = scope->org,
		.app = scope->app,
		.env_type = scope->env_type,
	};
	struct id_list ids;
	int ret = 0;

	if (repository_ids(repository, what, scope->org, &ids, err) != 0)
		return -1;
	if (!is_listed(&ids, id)) {
		parameters.meant = config_suggest(id, (const char *const *)ids.items, ids.count);
		parameters.code = parameters.meant ? misspelled : missing;
		ret = error_code_set(err, &parameters);
	}
	id_list_clear(&ids);
	return ret;
}

/* A role in what is not there would be one in what somebody makes there one day. */
static int
check_scope_exists(struct repository *repository, const struct grant_scope *scope,
		   struct error *err)
{
	if (scope->org[0] &&
	    check_listed(repository, LISTED_ORGANIZATIONS, scope->org, scope,
			 CODE_SCOPE_ORGANIZATION_NOT_FOUND, CODE_SCOPE_ORGANIZATION_MISSPELLED,
			 err) != 0)
		return -1;
	if (scope->app[0] &&
	    check_listed(repository, LISTED_APPLICATIONS, scope->app, scope,
			 CODE_SCOPE_APPLICATION_NOT_FOUND, CODE_SCOPE_APPLICATION_MISSPELLED,
			 err) != 0)
		return -1;
	if (scope->env_type[0] &&
	    check_listed(repository, LISTED_ENV_TYPES, scope->env_type, scope,
			 CODE_SCOPE_ENVIRONMENT_TYPE_NOT_FOUND,
			 CODE_SCOPE_ENVIRONMENT_TYPE_MISSPELLED, err) != 0)
		return -1;
	return 0;
}

static int
put_grant(struct platform *platform, const struct request *request, const char *user,
	  const char *text, const json_t *role, struct error *err)
{
	struct grant grant;

	if (read_grant(&grant, text, role, err) != 0)
		return -1;
	if (!access_may_give(request->caller, &grant.scope))
		return error_set_code(err, CODE_MAY_NOT_GIVE_ROLES, .user = request_user(request),
				      .scope = text);
	if (json_is_null(role))
		return repository_drop_grant(platform->repository, user, &grant.scope, err);
	if (check_scope_exists(platform->repository, &grant.scope, err) != 0)
		return -1;
	return repository_put_grant(platform->repository, user, &grant, err);
}

/* {scope: role}; null takes the role of that scope away. */
static int
put_roles(struct platform *platform, const struct request *request, const char *user,
	  json_t *roles, struct error *err)
{
	const char *text;
	json_t *role;

	if (roles && !json_is_object(roles))
		return error_set_code(err, CODE_ROLES_NOT_OBJECT);
	json_object_foreach(roles, text, role)
		if (put_grant(platform, request, user, text, role, err) != 0)
			return -1;
	return 0;
}

static int
put_new_user(struct platform *platform, const struct request *request, const struct user *asked,
	     struct error *err)
{
	struct repository *repository = platform->repository;
	const char *id = asked->id.raw, *type = asked->type.raw ? asked->type.raw : "user";

	if (check_id(id, err) != 0 || refuse_misfit(user_misfit(request->body), err) != 0)
		return -1;
	if (strcmp(type, "user") != 0 && strcmp(type, "service") != 0)
		return error_set_code(err, CODE_USER_TYPE_INVALID);
	if (repository_put_user(repository, id, asked->name.raw ? asked->name.raw : id, type,
				clock_wall_ms(), err) != 0 ||
	    repository_change_user(repository, id, NULL, asked->email.raw, NULL, err) != 0)
		return -1;
	return put_roles(platform, request, id, asked->roles, err);
}

/* POST /users: add a user. */
int
create_user(struct platform *platform, const struct request *request, struct response *response,
	    struct error *err)
{
	struct user asked;
	int ret;

	user_read(&asked, request->body);
	ret = put_new_user(platform, request, &asked, err);
	if (ret == 0)
		ret = answer_user(platform, asked.id.raw, NULL, 201, response, err);
	user_clear(&asked);
	return ret;
}

/* Administrators of an organization or an application give roles in it; what the user is
 * called is the platform's. */
int
update_user(struct platform *platform, const struct request *request, struct response *response,
	    struct error *err)
{
	const char *id = request->ids[0];
	struct user asked;
	int ret;

	if (repository_has_user(platform->repository, id, err) != 0 ||
	    check_texts(user_misfit(request->body), err) != 0)
		return -1;
	user_read(&asked, request->body);
	if ((asked.name.raw || asked.email.raw) && !access_is_administrator(request->caller))
		ret = error_set_code(err, CODE_MAY_CHANGE_ONLY_ROLES,
				     .user = request_user(request));
	else
		ret = repository_change_user(platform->repository, id, asked.name.raw,
					     asked.email.raw, NULL, err);
	if (ret == 0)
		ret = put_roles(platform, request, id, asked.roles, err);
	user_clear(&asked);
	return ret == 0 ? answer_user(platform, id, request->caller, 200, response, err) : -1;
}

/* DELETE /users/{userId}: remove a user with their tokens. */
int
delete_user(struct platform *platform, const struct request *request, struct response *response,
	    struct error *err)
{
	response->status = 204;
	if (repository_has_user(platform->repository, request->ids[0], err) != 0)
		return -1;
	return repository_drop_user(platform->repository, request->ids[0], err);
}

/* --- tokens --- */

/* GET /users/{userId}/tokens: what is known of the tokens of a user; never the tokens. */
int
list_tokens(struct platform *platform, const struct request *request, struct response *response,
	    struct error *err)
{
	return answer(response, 200,
		      repository_tokens(platform->repository, request->ids[0], err));
}

/* GET /users/{userId}/tokens/{tokenId}: what is known of one token. */
int
get_token(struct platform *platform, const struct request *request, struct response *response,
	  struct error *err)
{
	return answer(
		response, 200,
		repository_token(platform->repository, request->ids[0], request->ids[1], err));
}

/* DELETE /users/{userId}/tokens/{tokenId}: withdraw a token. */
int
delete_token(struct platform *platform, const struct request *request, struct response *response,
	     struct error *err)
{
	response->status = 204;
	return repository_drop_token(platform->repository, request->ids[0], request->ids[1], err);
}

/* The wire gives static tokens to service users only.  Here a token is the only way in, so
 * administrators make them for people too. */
static int
check_owner(struct platform *platform, const struct request *request, struct error *err)
{
	const char *id = request->ids[0];
	struct user user;
	int64_t count;
	int ret = 0;

	if (repository_read_user(platform->repository, id, &user, err) != 0)
		return -1;
	if (!untrusted_is(&user.type, "service") && !access_is_administrator(request->caller))
		ret = error_set_code(err, CODE_MAY_NOT_MAKE_TOKENS);
	user_clear(&user);
	if (ret == 0)
		ret = repository_count_tokens(platform->repository, id, &count, err);
	if (ret == 0 && count >= TOKENS_MAX)
		ret = error_set_code(err, CODE_TOO_MANY_TOKENS, .user = id, .max = TOKENS_MAX);
	return ret;
}

/* 0: never. */
static int
read_expiry(const json_t *body, const struct token_request *asked, int64_t *at, struct error *err)
{
	const struct member *misfit = token_request_misfit(body);
	bool is_odd = misfit && strcmp(misfit->key, "expires_at") == 0;

	*at = 0;
	if (is_odd || (asked->expires_at.raw && !clock_parse(asked->expires_at.raw, at)))
		return error_set_code(err, CODE_EXPIRY_NOT_TIME);
	if (asked->expires_at.raw && *at <= clock_wall_ms())
		return error_set_code(err, CODE_EXPIRY_HAS_PASSED);
	return 0;
}

/* The answer is the only place where the token ever is; what is kept is its hash. */
static int
make_token(struct platform *platform, struct token_row *row, struct response *response,
	   struct error *err)
{
	char token[ACCESS_TOKEN_SIZE], hash[IDS_SHA256_HEX_SIZE], type[] = "static";
	const struct token_answer made = {.token = {token}, .type = {type}};
	int ret;

	access_make_token(token);
	ids_sha256_hex(hash, token, strlen(token));
	row->hash = hash;
	ret = repository_put_token(platform->repository, row, err);
	if (ret == 0)
		answer(response, 200, token_answer_encode(&made));
	explicit_bzero(token, sizeof(token));
	return ret;
}

/* POST /users/{userId}/tokens: make a token; it is shown this once. */
int
create_token(struct platform *platform, const struct request *request, struct response *response,
	     struct error *err)
{
	struct token_request asked;
	struct token_row row = {
		.user = request->ids[0],
		.created_by = request_user(request),
		.created_at = clock_wall_ms(),
	};
	int ret;

	token_request_read(&asked, request->body);
	row.id = asked.id.raw;
	row.description = untrusted_raw(&asked.description);
	if (check_owner(platform, request, err) != 0 || check_id(row.id, err) != 0 ||
	    check_texts(token_request_misfit(request->body), err) != 0 ||
	    read_expiry(request->body, &asked, &row.expires_at, err) != 0)
		ret = -1;
	else if (!untrusted_is(&asked.type, "static"))
		ret = error_set_code(err, CODE_TOKEN_TYPE_INVALID);
	else
		ret = make_token(platform, &row, response, err);
	token_request_clear(&asked);
	return ret;
}
