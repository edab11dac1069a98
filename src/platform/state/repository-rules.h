/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Automation rules.  Rules of repository.h. */
#ifndef SIDESTAGE_PLATFORM_STATE_REPOSITORY_RULES_H
#define SIDESTAGE_PLATFORM_STATE_REPOSITORY_RULES_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "model/rule.h"

struct error;
struct place;
struct rule_wait;
struct repository;

/* Of an environment, in the order in which they were made. */
json_t *repository_rules(struct repository *repository, const struct place *place,
			 struct error *err);
json_t *repository_rule(struct repository *repository, const struct place *place, const char *id,
			struct error *err);
/* -1 with ERROR_NOT_FOUND: it has none of that id. */
int repository_has_rule(struct repository *repository, const struct place *place, const char *id,
			struct error *err);
/* maker: whose rights it has; "": the daemon's own user.  ERROR_CONFLICT when the environment has
 * the same already. */
int repository_put_rule(struct repository *repository, const struct place *place, const char *id,
			const struct rule *rule, const char *maker, int64_t now, struct error *err);
int repository_update_rule(struct repository *repository, const struct place *place,
			   const char *id, const struct rule *rule, const char *maker,
			   int64_t now, struct error *err);
int repository_drop_rule(struct repository *repository, const struct place *place,
			 const char *id, struct error *err);
/* With the environment that it is of. */
struct placed_rule {
	char *app, *env;
	struct rule rule;
};
struct placed_rules {
	struct placed_rule *items;
	size_t count;
};
/* placed_rules_clear() them. */
int repository_rules_of_org(struct repository *repository, const char *org,
			    struct placed_rules *out, struct error *err);
void placed_rules_clear(struct placed_rules *rules);
/* An update that is to be made, in the place of earlier ones of the same artefact. */
int repository_put_rule_update(struct repository *repository, const struct place *place,
			       const char *rule, const char *name, const char *version,
			       const char *registered_by, struct error *err);
struct rule_update {
	int64_t seq;
	char *org, *app, *env;
	char *rule, *made_by;		/* its id, and whose rights it has; "": the daemon's user */
	char *name, *version, *registered_by;
	char *waits_for;		/* "": it may be tried */
};
struct rule_updates {
	struct rule_update *items;
	size_t count;
};
/* The oldest first; rule_updates_clear() them. */
int repository_rule_updates(struct repository *repository, struct rule_updates *out,
			    struct error *err);
void rule_updates_clear(struct rule_updates *updates);
/* Why it is not made now; "": it may be tried. */
int repository_rule_update_waits(struct repository *repository, int64_t seq, const char *reason,
				 struct error *err);
int repository_drop_rule_update(struct repository *repository, int64_t seq, struct error *err);
/* Those of an environment that wait, oldest first; the list is the caller's. */
int repository_rule_waits(struct repository *repository, const struct place *place,
			  struct rule_wait **out, size_t *count, struct error *err);
/* What waits of a rule is wanted no more. */
int repository_drop_rule_waits(struct repository *repository, const struct place *place,
			       const char *rule, struct error *err);

#endif
