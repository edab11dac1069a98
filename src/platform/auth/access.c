/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Rights are a set of bits, and what a caller may at a place is the union over the roles that
 * cover it.  Seeing is asked first: who may not see a place is told that it is not there,
 * before anything else is said about it.
 *
 * Tokens are kept as SHA-256 and no slower hash: they are random and long, so there is
 * nothing to guess, and each request is looked up by it.  Found hashes are compared again in
 * constant time, in case the index leaks how far two of them agree.
 */
#include "config.h"

#include "platform/auth/access.h"

#include <nettle/memops.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-users.h"

enum right {
	RIGHT_SEE = 1,
	RIGHT_DRAFT = 2,
	RIGHT_DEPLOY = 4,
	RIGHT_ADMINISTER = 8,
	RIGHT_ALL = 15,
};

/* The one table of what a role may. */
static const unsigned rights_of[] = {
	[ROLE_VIEWER] = RIGHT_SEE,
	[ROLE_DEVELOPER] = RIGHT_SEE | RIGHT_DRAFT,
	[ROLE_DEPLOYER] = RIGHT_SEE | RIGHT_DRAFT | RIGHT_DEPLOY,
	[ROLE_ADMINISTRATOR] = RIGHT_ALL,
	[ROLE_UNKNOWN] = 0,
};

/* --- who --- */

void
access_make_token(char out[ACCESS_TOKEN_SIZE])
{
	strcpy(out, ACCESS_TOKEN_PREFIX);
	ids_random_hex(out + strlen(out), ACCESS_TOKEN_DIGITS);
}

bool
access_hash_of(const char *authorization, char hash[IDS_SHA256_HEX_SIZE])
{
	static const char scheme[] = "Bearer ";
	const char *token;

	if (!authorization || strncasecmp(authorization, scheme, strlen(scheme)) != 0)
		return false;
	token = authorization + strlen(scheme);
	token += strspn(token, " ");
	ids_sha256_hex(hash, token, strlen(token));
	return *token != '\0';
}

void
caller_init_own(struct caller *caller, const struct platform *platform)
{
	*caller = (struct caller){
		.user = xstrdup(platform->user),
		.token = xstrdup(""),
		.is_all = true,
	};
}

int
caller_init_user(struct caller *caller, struct platform *platform, const char *user,
		 struct error *err)
{
	struct grants grants;

	if (!*user) {
		caller_init_own(caller, platform);
		return 0;
	}
	if (repository_grants(platform->repository, user, &grants, err) != 0)
		return -1;
	*caller = (struct caller){
		.user = xstrdup(user), .token = xstrdup(""), .grants = grants};
	return 0;
}

void
caller_clear(struct caller *caller)
{
	free(caller->user);
	free(caller->token);
	grants_clear(&caller->grants);
	*caller = (struct caller){0};
}

static bool
is_equal_hash(const char *a, const char *b)
{
	return a && b && strlen(a) == IDS_SHA256_HEX_SIZE - 1 && strlen(b) == strlen(a) &&
	       memeql_sec(a, b, IDS_SHA256_HEX_SIZE - 1) != 0;
}

bool
access_is_owner_secret(const struct platform *platform, const char *secret)
{
	char hash[IDS_SHA256_HEX_SIZE];

	if (!secret)
		return false;
	ids_sha256_hex(hash, secret, strlen(secret));
	return is_equal_hash(platform->owner_hash, hash);
}

static enum access_answer
identify_by_token(struct platform *platform, const struct kept_token *token, struct caller *out,
		  struct error *err)
{
	struct grants grants;

	if (token->expires_at != 0 && token->expires_at <= clock_wall_ms())
		return ACCESS_EXPIRED_TOKEN;
	if (repository_grants(platform->repository, token->user, &grants, err) != 0)
		return ACCESS_FAILED;
	*out = (struct caller){
		.user = xstrdup(token->user),
		.token = xstrdup(token->id),
		.grants = grants,
	};
	return ACCESS_KNOWN;
}

static enum access_answer
look_up_token(struct platform *platform, const char *hash, struct caller *out, struct error *err)
{
	enum access_answer answer = ACCESS_WRONG_TOKEN;
	struct kept_token token;
	struct error why = {0};

	if (repository_token_by_hash(platform->repository, hash, &token, &why) != 0) {
		if (why.kind == ERROR_NOT_FOUND)
			return ACCESS_WRONG_TOKEN;
		if (err)
			*err = why;
		return ACCESS_FAILED;
	}
	if (is_equal_hash(hash, token.hash))
		answer = identify_by_token(platform, &token, out, err);
	kept_token_clear(&token);
	return answer;
}

/* The owner's token of the configuration comes first: it works
 * while the database does not. */
static enum access_answer
identify_by_hash(struct platform *platform, const char *hash, struct caller *out, struct error *err)
{
	enum access_answer answer = ACCESS_KNOWN;

	if (is_equal_hash(hash, platform->token_hash))
		caller_init_own(out, platform);
	else
		answer = look_up_token(platform, hash, out, err);
	if (answer == ACCESS_KNOWN)
		snprintf(out->token_hash, sizeof(out->token_hash), "%s", hash);
	return answer;
}

/* It has the form of those that are made here: one that was revoked, not one of another
 * platform. */
static bool
is_of_our_form(const char *authorization)
{
	const char *token = strrchr(authorization, ' ');

	return token && strncmp(token + 1, ACCESS_TOKEN_PREFIX, strlen(ACCESS_TOKEN_PREFIX)) == 0;
}

/* No token counts there: who has read the secret of the state has it all. */
static enum access_answer
identify_by_secret(const struct platform *platform, const char *authorization, struct caller *out)
{
	char hash[IDS_SHA256_HEX_SIZE];

	if (!authorization)
		return ACCESS_NO_TOKEN;
	if (!access_hash_of(authorization, hash) || !is_equal_hash(platform->control_hash, hash))
		return ACCESS_WRONG_TOKEN;
	caller_init_own(out, platform);
	return ACCESS_KNOWN;
}

/* Who is known as the owner may come without a token.  A token that is shown there
 * counts all the same, so a script can be tried with the rights that it will have. */
enum access_answer
access_identify(struct platform *platform, const char *authorization, enum peer_trust trust,
		struct caller *out, struct error *err)
{
	bool is_open = trust == PEER_PRIVATE && !platform->token_hash;
	enum access_answer answer = ACCESS_NO_TOKEN;
	char hash[IDS_SHA256_HEX_SIZE];

	if (trust == PEER_CONTROL)
		return identify_by_secret(platform, authorization, out);
	if (authorization)
		answer = access_hash_of(authorization, hash)
				 ? identify_by_hash(platform, hash, out, err)
				 : ACCESS_WRONG_TOKEN;
	/* Whoever chose to be less than the owner does not become the owner when that ends. */
	if (is_open && (answer == ACCESS_NO_TOKEN ||
			(answer == ACCESS_WRONG_TOKEN && !is_of_our_form(authorization)))) {
		caller_init_own(out, platform);
		answer = ACCESS_KNOWN;
	}
	return answer;
}

/* --- what --- */

/* covered "": any. */
static bool
covers(const char *covered, const char *id)
{
	return !*covered || (id && strcmp(covered, id) == 0);
}

/* app and env_type NULL: of the organization, the application as a whole.  A role in a type
 * of environment adds to what its holder may draft there anyway, and gives nothing to those
 * who may not see the application. */
static unsigned
rights_at(const struct caller *caller, const char *org, const char *app, const char *env_type)
{
	unsigned rights = 0, by_type = 0;

	if (caller->is_all)
		return RIGHT_ALL;
	for (size_t i = 0; i < caller->grants.count; i++) {
		const struct grant *grant = &caller->grants.items[i];
		const struct grant_scope *scope = &grant->scope;

		if (!covers(scope->org, org) || !covers(scope->app, app) ||
		    !covers(scope->env_type, env_type))
			continue;
		if (scope->env_type[0])
			by_type |= rights_of[grant->role];
		else
			rights |= rights_of[grant->role];
	}
	return rights & RIGHT_DRAFT ? rights | by_type : rights;
}

bool
access_sees_organization(const struct caller *caller, const char *org)
{
	if (caller->is_all)
		return true;
	for (size_t i = 0; i < caller->grants.count; i++)
		if (covers(caller->grants.items[i].scope.org, org))
			return true;
	return false;
}

bool
access_sees_application(const struct caller *caller, const char *org, const char *app)
{
	return rights_at(caller, org, app, NULL) & RIGHT_SEE;
}

bool
access_is_administrator(const struct caller *caller)
{
	return rights_at(caller, NULL, NULL, NULL) & RIGHT_ADMINISTER;
}

/* The sentence of each right, complete for the translators. */
static int
refuse(const struct caller *caller, enum right right, const struct place *place,
       const char *env_type, struct error *err)
{
	const char *app = place->app ? place->app : place->org;

	if (right == RIGHT_DEPLOY && env_type)
		return error_set_code(err, CODE_MAY_NOT_DEPLOY_TO_TYPE, .user = caller->user,
				      .env_type = env_type, .place = app);
	if (right == RIGHT_DEPLOY)
		return error_set_code(err, CODE_MAY_NOT_DEPLOY, .user = caller->user, .place = app);
	if (right == RIGHT_DRAFT)
		return error_set_code(err, CODE_MAY_ONLY_LOOK, .user = caller->user, .place = app);
	if (right == RIGHT_SEE)
		return error_set_code(err, CODE_ROLE_MISSING, .user = caller->user, .place = app);
	return error_set_code(err, CODE_NOT_ADMINISTRATOR_OF_PLACE, .user = caller->user,
			      .place = app);
}

static int
check_visible(const struct caller *caller, const struct place *place, struct error *err)
{
	if (!access_sees_organization(caller, place->org))
		return repository_say_missing(0, place->org, err);
	if (place->app && !access_sees_application(caller, place->org, place->app))
		return repository_say_missing(1, place->app, err);
	return 0;
}

/* Only deploying depends on the environment's type, so only then it is looked up. */
static int
check_right(struct platform *platform, const struct caller *caller, enum right right,
	    const struct place *place, struct error *err)
{
	char *type = NULL;
	int ret = 0;

	if (caller->is_all)
		return 0;
	if (place->env && right == RIGHT_DEPLOY) {
		type = repository_env_type_of(platform->repository, place, err);
		if (!type)
			return -1;
	}
	if (!(rights_at(caller, place->org, place->app, type) & right))
		ret = refuse(caller, right, place, type, err);
	free(type);
	return ret;
}

/* For what has no environment yet: one that is to be made, of a type that is in the body. */
int
access_check_type(const struct caller *caller, const struct place *place, const char *env_type,
		  struct error *err)
{
	if (rights_at(caller, place->org, place->app, env_type) & RIGHT_DEPLOY)
		return 0;
	return refuse(caller, RIGHT_DEPLOY, place, env_type, err);
}

bool
access_may_give(const struct caller *caller, const struct grant_scope *scope)
{
	return rights_at(caller, scope->org[0] ? scope->org : NULL,
			 scope->app[0] ? scope->app : NULL, NULL) &
	       RIGHT_ADMINISTER;
}

/* Whether it is in the scope of what is given is asked for each grant (access_may_give()). */
static int
check_giver(const struct caller *caller, struct error *err)
{
	if (caller->is_all)
		return 0;
	for (size_t i = 0; i < caller->grants.count; i++)
		if (rights_of[caller->grants.items[i].role] & RIGHT_ADMINISTER)
			return 0;
	return error_set_code(err, CODE_NOT_ADMINISTRATOR, .user = caller->user);
}

static int
check_platform(const struct caller *caller, struct error *err)
{
	if (access_is_administrator(caller))
		return 0;
	return error_set_code(err, CODE_NOT_ADMINISTRATOR_OF_PLATFORM, .user = caller->user);
}

/* Whoever may not see a place is told that it is not there, whatever else was asked. */
int
access_check(struct platform *platform, const struct caller *caller, enum permission permission,
	     const struct place *place, const char *self, struct error *err)
{
	static const enum right rights[] = {
		[PERMISSION_SEE] = RIGHT_SEE, [PERMISSION_DRAFT] = RIGHT_DRAFT,
		[PERMISSION_DEPLOY] = RIGHT_DEPLOY, [PERMISSION_ADMINISTER] = RIGHT_ADMINISTER,
	};

	if (place->org && check_visible(caller, place, err) != 0)
		return -1;
	switch (permission) {
	case PERMISSION_KNOWN:
		return 0;
	case PERMISSION_MEMBER:
		return place->org ? 0 : error_set_code(err, CODE_NOT_ALLOWED);
	case PERMISSION_SELF:
		if (self && strcmp(self, caller->user) == 0)
			return 0;
		return check_platform(caller, err);
	case PERMISSION_GIVE:
		return check_giver(caller, err);
	case PERMISSION_PLATFORM:
		return check_platform(caller, err);
	case PERMISSION_SEE:
	case PERMISSION_DRAFT:
	case PERMISSION_DEPLOY:
	case PERMISSION_ADMINISTER:
		return check_right(platform, caller, rights[permission], place, err);
	case PERMISSION_MISSING:
		break;
	}
	return error_set_code(err, CODE_NOT_ALLOWED);
}
