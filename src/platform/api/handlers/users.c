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

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/config-file.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-users.h"

#define TOKENS_MAX 100		/* of one user */
#define TEXT_MAX 1000
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

static json_t *
complete(struct platform *platform, json_t *user, const struct caller *caller, struct error *err)
{
	json_t *grants = user ? repository_grants(platform->repository,
						  json_member_string(user, "id"), err)
			      : NULL;

	if (!grants) {
		json_decref(user);
		return NULL;
	}
	json_object_set_new(user, "roles", scope_roles(grants));
	if (caller && caller->is_all)
		json_object_set_new(json_object_get(user, "roles"), "/",
				    json_string("administrator"));
	json_decref(grants);
	return user;
}

static json_t *
user_with_roles(struct platform *platform, const char *id, struct error *err)
{
	return complete(platform, repository_user(platform->repository, id, err), NULL, err);
}

/* The daemon's own user need not be in the database. */
int
get_current_user(struct platform *platform, const struct request *request,
		 struct response *response, struct error *err)
{
	const char *id = request_user(request);
	struct error why = {0};
	json_t *user = repository_user(platform->repository, id, &why);
	char stamp[CLOCK_STAMP_SIZE];

	if (!user && why.kind != ERROR_NOT_FOUND) {
		*err = why;
		return -1;
	}
	clock_stamp(stamp, platform->started_at);
	if (!user)
		user = json_pack("{s:s, s:s, s:s, s:s, s:{}}", "id", id, "name", id, "created_at",
				 stamp, "type", "user", "properties");
	return answer(response, 200, complete(platform, user, request->caller, err));
}

static int
check_texts(const json_t *body, struct error *err)
{
	static const char *const texts[] = {"name", "email", "description"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const json_t *value = json_object_get(body, texts[i]);

		if (value && (!json_is_string(value) || json_string_length(value) > TEXT_MAX))
			return error_set_code(err, CODE_MEMBER_NOT_SHORT_STRING, .member = texts[i],
					      .max = TEXT_MAX);
	}
	return 0;
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
	const json_t *properties = json_object_get(request->body, "properties");
	struct repository *repository = platform->repository;
	const char *id = request_user(request);
	struct error why = {0};
	json_t *known;

	if (check_texts(request->body, err) != 0 || check_properties(properties, err) != 0)
		return -1;
	known = repository_user(repository, id, &why);
	json_decref(known);
	if (!known &&
	    repository_put_user(repository, id, id, "user", platform->started_at, err) != 0)
		return -1;
	if (repository_change_user(repository, id, json_member_string(request->body, "name"),
				   json_member_string(request->body, "email"), properties,
				   err) != 0)
		return -1;
	return get_current_user(platform, request, response, err);
}

/* GET /users: all users. */
int
list_users(struct platform *platform, const struct request *request, struct response *response,
	   struct error *err)
{
	json_t *users = repository_users(platform->repository, err);
	json_t *user;
	size_t i;

	(void)request;
	json_array_foreach(users, i, user) {
		if (!complete(platform, json_incref(user), NULL, err)) {
			json_decref(users);
			return -1;
		}
		json_decref(user);
	}
	return answer(response, 200, users);
}

/* GET /users/{userId}: one user. */
int
get_user(struct platform *platform, const struct request *request, struct response *response,
	 struct error *err)
{
	return answer(response, 200, user_with_roles(platform, request->ids[0], err));
}

static int
read_scope(const char *text, const json_t *role, struct grant_scope *out, struct error *err)
{
	const char *name = json_string_value(role);

	/* To take a role away any that can be held there will do for the check. */
	if (json_is_null(role) ? scope_parse(text, "deployer", out) ||
					 scope_parse(text, "administrator", out)
			       : scope_parse(text, name, out))
		return 0;
	return error_set_code(err, CODE_ROLE_INVALID, .scope = text, .role = name);
}

/* The name that was meant, borrowed from the list; NULL: none is like it. */
static const char *
suggest(const char *name, const json_t *list)
{
	const size_t count = json_array_size(list);
	const char **names = xcalloc(count + 1, sizeof(*names)), *meant;
	size_t known = 0;

	for (size_t i = 0; i < count; i++) {
		const char *id = json_member_string(json_array_get(list, i), "id");

		if (id)
			names[known++] = id;
	}
	meant = config_suggest(name, names, known);
	free(names);
	return meant;
}

/* Takes over the list, which is NULL with err when it could not be read.  What to say when it does
 * not have the name, and when it has one that is like it. */
static int
check_listed(json_t *list, const char *name, const struct grant_scope *scope,
	     enum error_code missing, enum error_code misspelled, struct error *err)
{
	struct error_parameters parameters = {
		.org = scope->org,
		.app = scope->app,
		.env_type = scope->env_type,
	};
	int ret = list ? 1 : -1;

	for (size_t i = 0; i < json_array_size(list) && ret > 0; i++) {
		const char *id = json_member_string(json_array_get(list, i), "id");

		if (id && strcmp(id, name) == 0)
			ret = 0;
	}
	if (ret > 0) {
		parameters.meant = suggest(name, list);
		parameters.code = parameters.meant ? misspelled : missing;
		ret = error_code_set(err, &parameters);
	}
	json_decref(list);
	return ret;
}

/* A role in what is not there would be one in what somebody makes there one day. */
static int
check_scope_exists(struct repository *repository, const struct grant_scope *scope,
		   struct error *err)
{
	if (scope->org[0] && check_listed(repository_organizations(repository, err), scope->org,
					  scope, CODE_SCOPE_ORGANIZATION_NOT_FOUND,
					  CODE_SCOPE_ORGANIZATION_MISSPELLED, err) != 0)
		return -1;
	if (scope->app[0] && check_listed(repository_applications(repository, scope->org, err),
					  scope->app, scope, CODE_SCOPE_APPLICATION_NOT_FOUND,
					  CODE_SCOPE_APPLICATION_MISSPELLED, err) != 0)
		return -1;
	if (scope->env_type[0] &&
	    check_listed(repository_env_types(repository, scope->org, err), scope->env_type, scope,
			 CODE_SCOPE_ENVIRONMENT_TYPE_NOT_FOUND,
			 CODE_SCOPE_ENVIRONMENT_TYPE_MISSPELLED, err) != 0)
		return -1;
	return 0;
}

/* {scope: role}; null takes the role of that scope away. */
static int
put_roles(struct platform *platform, const struct request *request, const char *user,
	  struct error *err)
{
	json_t *roles = json_object_get(request->body, "roles");
	const char *text;
	json_t *role;

	if (roles && !json_is_object(roles))
		return error_set_code(err, CODE_ROLES_NOT_OBJECT);
	json_object_foreach(roles, text, role) {
		struct grant_scope scope;

		if (read_scope(text, role, &scope, err) != 0)
			return -1;
		if (!access_may_give(request->caller, &scope))
			return error_set_code(err, CODE_MAY_NOT_GIVE_ROLES,
					      .user = request_user(request), .scope = text);
		if (json_is_string(role) &&
		    check_scope_exists(platform->repository, &scope, err) != 0)
			return -1;
		if (repository_put_grant(platform->repository, user, &scope,
					 json_string_value(role), err) != 0)
			return -1;
	}
	return 0;
}

/* POST /users: add a user. */
int
create_user(struct platform *platform, const struct request *request, struct response *response,
	    struct error *err)
{
	const char *id = json_member_string(request->body, "id");
	const char *name = json_member_string(request->body, "name");
	const char *email = json_member_string(request->body, "email");
	const char *type = json_member_string(request->body, "type");

	if (!type)
		type = "user";
	if (check_id(id, err) != 0 || check_texts(request->body, err) != 0)
		return -1;
	if (strcmp(type, "user") != 0 && strcmp(type, "service") != 0)
		return error_set_code(err, CODE_USER_TYPE_INVALID);
	if (repository_put_user(platform->repository, id, name ? name : id, type, clock_wall_ms(),
				err) != 0 ||
	    repository_change_user(platform->repository, id, NULL, email, NULL, err) != 0 ||
	    put_roles(platform, request, id, err) != 0)
		return -1;
	return answer(response, 201, user_with_roles(platform, id, err));
}

/* The roles that are the caller's business. */
static void
leave_out_roles(json_t *user, const struct caller *caller)
{
	json_t *roles = json_object_get(user, "roles"), *role;
	const char *text;
	void *next;

	json_object_foreach_safe(roles, next, text, role) {
		struct grant_scope scope;

		if (!scope_parse(text, json_string_value(role), &scope) ||
		    !access_may_give(caller, &scope))
			json_object_del(roles, text);
	}
}

/* Administrators of an organization or an application give roles in it; what the user is
 * called is the platform's. */
int
update_user(struct platform *platform, const struct request *request, struct response *response,
	    struct error *err)
{
	const char *name = json_member_string(request->body, "name");
	const char *email = json_member_string(request->body, "email");
	const char *id = request->ids[0];
	json_t *user = repository_user(platform->repository, id, err);

	json_decref(user);
	if (!user || check_texts(request->body, err) != 0)
		return -1;
	if ((name || email) && !access_is_administrator(request->caller))
		return error_set_code(err, CODE_MAY_CHANGE_ONLY_ROLES,
				      .user = request_user(request));
	if (repository_change_user(platform->repository, id, name, email, NULL, err) != 0 ||
	    put_roles(platform, request, id, err) != 0)
		return -1;
	user = user_with_roles(platform, id, err);
	if (user)
		leave_out_roles(user, request->caller);
	return answer(response, 200, user);
}

/* DELETE /users/{userId}: remove a user with their tokens. */
int
delete_user(struct platform *platform, const struct request *request, struct response *response,
	    struct error *err)
{
	json_t *known = repository_user(platform->repository, request->ids[0], err);

	json_decref(known);
	response->status = 204;
	return known ? repository_drop_user(platform->repository, request->ids[0], err) : -1;
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
	json_t *user = repository_user(platform->repository, request->ids[0], err);
	json_t *tokens = user ? repository_tokens(platform->repository, request->ids[0], err)
			      : NULL;
	int ret = tokens ? 0 : -1;

	if (ret == 0 && strcmp(json_member_string(user, "type"), "service") != 0 &&
	    !access_is_administrator(request->caller))
		ret = error_set_code(err, CODE_MAY_NOT_MAKE_TOKENS);
	if (ret == 0 && json_array_size(tokens) >= TOKENS_MAX)
		ret = error_set_code(err, CODE_TOO_MANY_TOKENS, .user = request->ids[0],
				     .max = TOKENS_MAX);
	json_decref(user);
	json_decref(tokens);
	return ret;
}

/* 0: never. */
static int
read_expiry(const json_t *body, int64_t *at, struct error *err)
{
	const json_t *value = json_object_get(body, "expires_at");

	*at = 0;
	if (!value || json_is_null(value))
		return 0;
	if (!json_is_string(value) || !clock_parse(json_string_value(value), at))
		return error_set_code(err, CODE_EXPIRY_NOT_TIME);
	if (*at <= clock_wall_ms())
		return error_set_code(err, CODE_EXPIRY_HAS_PASSED);
	return 0;
}

/* POST /users/{userId}/tokens: make a token; it is shown this once. */
int
create_token(struct platform *platform, const struct request *request, struct response *response,
	     struct error *err)
{
	const char *description = json_member_string(request->body, "description");
	const char *type = json_member_string(request->body, "type");
	char token[ACCESS_TOKEN_SIZE], hash[IDS_SHA256_HEX_SIZE];
	struct token_row row = {
		.user = request->ids[0],
		.id = json_member_string(request->body, "id"),
		.hash = hash,
		.description = description ? description : "",
		.created_by = request_user(request),
		.created_at = clock_wall_ms(),
	};

	if (check_owner(platform, request, err) != 0 || check_id(row.id, err) != 0 ||
	    check_texts(request->body, err) != 0 ||
	    read_expiry(request->body, &row.expires_at, err) != 0)
		return -1;
	if (!type || strcmp(type, "static") != 0)
		return error_set_code(err, CODE_TOKEN_TYPE_INVALID);
	access_make_token(token);
	/* The answer is the only place where the token ever is; what is kept is its hash. */
	ids_sha256_hex(hash, token, strlen(token));
	if (repository_put_token(platform->repository, &row, err) != 0)
		return -1;
	answer(response, 200, json_pack("{s:s, s:s}", "token", token, "type", "static"));
	explicit_bzero(token, sizeof(token));
	return 0;
}
