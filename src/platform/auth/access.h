/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Who asks, and what they may do.
 *
 * A user holds roles, each in a scope (model/grant.h):
 *
 *	role            may
 *	viewer          see
 *	developer       see, draft
 *	deployer        see, draft, deploy
 *	administrator   see, draft, deploy, administer
 *
 *	see         read the application, its environments, deployments, logs and values
 *	draft       make and change deltas, sets and artefact versions: nothing that runs changes
 *	deploy      change environments: make, rebase, deploy to, pause and delete them
 *	administer  applications, environment types, resource definitions, the audit log
 *
 * Roles add up; nothing takes a right away.  In the scope of an environment type there is
 * only the deployer, and it counts for those who may draft in the application: so a
 * developer of an application who is a deployer of "development" deploys there, and not to
 * "production".  The whole platform has only administrators.  Any role in an organization
 * lets its holder see what belongs to the organization as a whole (environment types,
 * definitions, artefacts), but of its applications only those that a role covers.
 *
 * What a user may not see does not exist for them: 404, word for word as for a thing that is
 * not there.  What they see but may not do is 403, and the sentence says which role it takes.
 */
#ifndef SIDESTAGE_PLATFORM_AUTH_ACCESS_H
#define SIDESTAGE_PLATFORM_AUTH_ACCESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ids.h"
#include "model/grant.h"

struct error;
struct place;
struct platform;

/* --- who --- */

/* How far the way that a request came is trusted when it carries no token. */
enum peer_trust {
	PEER_REMOTE,		/* TCP: not at all */
	PEER_STRANGER,		/* a Unix socket whose mode lets another user in, or one that a
				 * workload found: not at all */
	PEER_PRIVATE,		/* the same from the daemon's own user or root: as that user, with
				 * the secret of the socket (admit.c), unless the daemon was given a
				 * token that every request must carry */
	PEER_CONTROL,		/* the socket in the state directory: asked for the secret that lies
				 * there; who may open that directory may do everything anyway */
};

struct caller {
	char *user;		/* owned; the id that changes are written down to */
	char *token;		/* owned; the token's id, "" for none or the token file's */
	char token_hash[IDS_SHA256_HEX_SIZE];	/* "" without a token; the key of its rate limit */
	bool is_all;		/* the daemon's own user: may do everything */
	struct grants grants;	/* owned */
};

enum access_answer {
	ACCESS_KNOWN,
	ACCESS_NO_TOKEN,	/* none was given, and one is needed */
	ACCESS_WRONG_TOKEN,	/* no such token, or not in the form "Bearer TOKEN" */
	ACCESS_EXPIRED_TOKEN,
	ACCESS_FAILED,		/* the database failed: err */
};

#define ACCESS_TOKEN_PREFIX "sst_"
#define ACCESS_TOKEN_DIGITS 48		/* 192 random bits */
#define ACCESS_TOKEN_SIZE (sizeof(ACCESS_TOKEN_PREFIX) + ACCESS_TOKEN_DIGITS)

/* A new token; only its hash is to be kept. */
void access_make_token(char out[ACCESS_TOKEN_SIZE]);
/* false: the header is not of the form "Bearer TOKEN". */
bool access_hash_of(const char *authorization, char hash[IDS_SHA256_HEX_SIZE]);

/* authorization: the header's value, or NULL.  Fills out only when the caller is known;
 * caller_clear() it then.  A token that is not ours is no fault where none is needed: a
 * client that always sends one also speaks to a private socket.  One that was revoked is. */
enum access_answer access_identify(struct platform *platform, const char *authorization,
				   enum peer_trust trust, struct caller *out, struct error *err);
/* The secret that the owner shows on the API's socket (base/owner-secret.h); NULL: none. */
bool access_is_owner_secret(const struct platform *platform, const char *secret);
/* The daemon's own user. */
void caller_init_own(struct caller *caller, const struct platform *platform);
/* A user by name, as they are now, for what they asked for earlier; "": the daemon's own.  Somebody
 * who is not there any more may do nothing.  0, or -1 with err. */
int caller_init_user(struct caller *caller, struct platform *platform, const char *user,
		     struct error *err);
/* Frees what access_identify() filled; the hash of the token is wiped with it. */
void caller_clear(struct caller *caller);

/* --- what --- */

/* What a route asks of its caller; the last column of the table of routes. */
enum permission {
	PERMISSION_MISSING, /* a route whose row says nothing: nobody may */
	PERMISSION_KNOWN,  /* any caller that is known; the handler leaves out what is not theirs */
	PERMISSION_SELF,   /* the user that the path names, and administrators of the platform */
	PERMISSION_MEMBER, /* any role in the organization */
	PERMISSION_SEE,	   /* these four: the right of that name at the route's place */
	PERMISSION_DRAFT,
	PERMISSION_DEPLOY,
	PERMISSION_ADMINISTER,
	PERMISSION_GIVE,     /* administrators of anything; the handler asks access_may_give() */
	PERMISSION_PLATFORM, /* administrators of the platform */
};

/* The place exists.  self: the user that the path names, or NULL.  0, or -1 with
 * ERROR_NOT_FOUND (it may not be seen) or ERROR_ACCESS (it may not be done). */
int access_check(struct platform *platform, const struct caller *caller,
		 enum permission permission, const struct place *place, const char *self,
		 struct error *err);
/* The same for an environment that is still to be made, of this type. */
int access_check_type(const struct caller *caller, const struct place *place, const char *env_type,
		      struct error *err);

/* Whether any role covers it, or something in it; what is not seen is told as not there. */
bool access_sees_organization(const struct caller *caller, const char *org);
bool access_sees_application(const struct caller *caller, const char *org, const char *app);
bool access_is_administrator(const struct caller *caller);	/* of the platform */

/* Roles in this scope are the caller's to give and to take: who administers a place does so
 * for all that is in it. */
bool access_may_give(const struct caller *caller, const struct grant_scope *scope);

#endif
