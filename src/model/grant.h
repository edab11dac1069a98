/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A role that somebody holds in a scope.  On the wire they are {scope: role}, where a scope is
 *
 *	/                                     the whole platform
 *	/orgs/O                               an organization
 *	/orgs/O/apps/A                        one application of it
 *	/orgs/O/env-types/T                   its environments of one type
 *	/orgs/O/apps/A/env-types/T            those of one application
 *
 * What each role may is platform/auth/access.h.
 */
#ifndef SIDESTAGE_MODEL_GRANT_H
#define SIDESTAGE_MODEL_GRANT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum role {
	ROLE_VIEWER, ROLE_DEVELOPER, ROLE_DEPLOYER, ROLE_ADMINISTRATOR,
	ROLE_UNKNOWN	/* a word we do not know: it gives nothing */
};
const char *role_word(enum role role);	/* "unknown" for ROLE_UNKNOWN */
enum role role_of(const char *word);	/* NULL is fine */

#define GRANT_ID_SIZE 64
/* Where a role is held: "" for any. */
struct grant_scope {
	char org[GRANT_ID_SIZE], app[GRANT_ID_SIZE], env_type[GRANT_ID_SIZE];
};
/* false: there is no such scope. */
bool grant_scope_parse(struct grant_scope *out, const char *text);
/* Whether such a role can be held there. */
bool grant_scope_takes(const struct grant_scope *scope, enum role role);

struct grant {
	struct grant_scope scope;
	enum role role;
};
/* In their order.  Zero is none; grants_clear() frees them. */
struct grants {
	struct grant *items;
	size_t count;
};
void grants_add(struct grants *grants, const struct grant *grant);
bool grants_are_equal(const struct grants *a, const struct grants *b);
void grants_clear(struct grants *grants);
/* {scope: role}; new reference. */
json_t *grants_encode(const struct grants *grants);

#endif
