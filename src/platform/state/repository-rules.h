/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Automation rules.  Rules of repository.h. */
#ifndef SIDESTAGE_PLATFORM_STATE_REPOSITORY_RULES_H
#define SIDESTAGE_PLATFORM_STATE_REPOSITORY_RULES_H

#include <jansson.h>
#include <stdint.h>

struct error;
struct place;
struct repository;

/* Of an environment, in the order in which they were made. */
json_t *repository_rules(struct repository *repository, const struct place *place,
			 struct error *err);
json_t *repository_rule(struct repository *repository, const struct place *place, const char *id,
			struct error *err);
/* maker: whose rights it has; "": the daemon's own user.  ERROR_CONFLICT when the environment has
 * the same already. */
int repository_put_rule(struct repository *repository, const struct place *place, const char *id,
			const json_t *body, const char *maker, int64_t now, struct error *err);
int repository_update_rule(struct repository *repository, const struct place *place,
			   const char *id, const json_t *body, const char *maker, int64_t now,
			   struct error *err);
int repository_drop_rule(struct repository *repository, const struct place *place,
			 const char *id, struct error *err);
/* [{"id","org","app","env","body"}] */
json_t *repository_rules_of_org(struct repository *repository, const char *org,
				struct error *err);
/* An update that is to be made, in the place of earlier ones of the same artefact. */
int repository_put_rule_update(struct repository *repository, const struct place *place,
			       const char *rule, const char *name, const char *version,
			       const char *registered_by, struct error *err);
/* [{"seq","org","app","env","rule","made_by","name","version","registered_by","waits_for"}], the
 * oldest first. */
json_t *repository_rule_updates(struct repository *repository, struct error *err);
/* Why it is not made now; "": it may be tried. */
int repository_rule_update_waits(struct repository *repository, const char *seq,
				 const char *reason, struct error *err);
int repository_drop_rule_update(struct repository *repository, const char *seq,
				struct error *err);

#endif
