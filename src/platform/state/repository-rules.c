/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Automation rules, and the updates that they still have to make.
 *
 * An update that is due is kept until it is made, so that a restart forgets none; of one
 * artefact in one environment only the newest is, since a version that has been overtaken
 * need not be deployed.
 */
#include "config.h"

#include "platform/state/repository-rules.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "db/statement.h"
#include "model/error-codes.h"
#include "model/nouns.h"
#include "platform/state/place.h"
#include "platform/state/rows.h"

#define RULE "SELECT id, body, created_at, updated_at, app, env FROM rules "

static void
read_rule(struct statement *row, void *noun)
{
	json_t *body = rows_json(row, 1);
	struct rule *rule = noun;

	rule_read(rule, body);
	json_decref(body);
	untrusted_set(&rule->id, row_text(row, 0));
	rule->created_at = row_int(row, 2);
	rule->updated_at = row_int(row, 3);
}

static json_t *
encode_rule(struct statement *row, void *data, struct error *err)
{
	struct rule rule;
	json_t *body;

	(void)data;
	(void)err;
	read_rule(row, &rule);
	body = rule_encode(&rule);
	rule_clear(&rule);
	return body;
}

json_t *
repository_rules(struct repository *repository, const struct place *place, struct error *err)
{
	return rows_encode(repository, err, encode_rule, NULL,
			   RULE "WHERE org = ? AND app = ? AND env = ? ORDER BY seq", "sss",
			   place->org, place->app, place->env);
}

json_t *
repository_rule(struct repository *repository, const struct place *place, const char *id,
		struct error *err)
{
	json_t *rule = rows_encode_one(repository, err, encode_rule, NULL,
				       RULE "WHERE org = ? AND app = ? AND env = ? AND id = ?",
				       "ssss", place->org, place->app, place->env, id);

	if (!rule && err->kind == ERROR_NOT_FOUND)
		error_set_code(err, CODE_RULE_NOT_FOUND, .env = place->env, .rule = id);
	return rule;
}

int
repository_has_rule(struct repository *repository, const struct place *place, const char *id,
		    struct error *err)
{
	if (rows_read(repository, err, NULL, NULL,
		      RULE "WHERE org = ? AND app = ? AND env = ? AND id = ?", "ssss", place->org,
		      place->app, place->env, id) == 0)
		return 0;
	if (err->kind == ERROR_NOT_FOUND)
		error_set_code(err, CODE_RULE_NOT_FOUND, .env = place->env, .rule = id);
	return -1;
}

/* The rule has no id and no times yet, so that two that mean the same are the same. */
int
repository_put_rule(struct repository *repository, const struct place *place, const char *id,
		    const struct rule *rule, const char *maker, int64_t now, struct error *err)
{
	json_t *body = rule_encode(rule);
	int ret = rows_run(repository, err,
			   "INSERT INTO rules (org, app, env, id, body, made_by, created_at,"
			   " updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
			   "ssssjsi", place->org, place->app, place->env, id, body, maker, now);

	json_decref(body);
	return ret;
}

int
repository_update_rule(struct repository *repository, const struct place *place, const char *id,
		       const struct rule *rule, const char *maker, int64_t now, struct error *err)
{
	json_t *body = rule_encode(rule);
	int ret = rows_change(
		repository, err,
		"UPDATE rules SET body = ?5, made_by = ?6, updated_at = ?7 WHERE org = ?1"
		" AND app = ?2 AND env = ?3 AND id = ?4",
		"ssssjsi", place->org, place->app, place->env, id, body, maker, now);

	json_decref(body);
	return ret;
}

/* What it still wanted goes with it. */
int
repository_drop_rule(struct repository *repository, const struct place *place, const char *id,
		     struct error *err)
{
	if (rows_run(repository, err, "DELETE FROM rule_updates WHERE rule = ?", "s", id) != 0)
		return -1;
	return rows_change(repository, err,
			   "DELETE FROM rules WHERE org = ? AND app = ? AND env = ? AND id = ?",
			   "ssss", place->org, place->app, place->env, id);
}

static void
read_placed_rule(struct statement *row, void *noun)
{
	struct placed_rules *rules = noun;
	struct placed_rule *placed;

	rules->items = xreallocarray(rules->items, rules->count + 1, sizeof(*rules->items));
	placed = &rules->items[rules->count++];
	read_rule(row, &placed->rule);
	placed->app = row_copy_or(row, 4, "");
	placed->env = row_copy_or(row, 5, "");
}

int
repository_rules_of_org(struct repository *repository, const char *org, struct placed_rules *out,
			struct error *err)
{
	*out = (struct placed_rules){0};
	if (rows_each(repository, err, read_placed_rule, out, RULE "WHERE org = ? ORDER BY seq",
		      "s", org) == 0)
		return 0;
	placed_rules_clear(out);
	return -1;
}

void
placed_rules_clear(struct placed_rules *rules)
{
	for (size_t i = 0; i < rules->count; i++) {
		rule_clear(&rules->items[i].rule);
		free(rules->items[i].app);
		free(rules->items[i].env);
	}
	free(rules->items);
	*rules = (struct placed_rules){0};
}

int
repository_put_rule_update(struct repository *repository, const struct place *place,
			   const char *rule, const char *name, const char *version,
			   const char *registered_by, struct error *err)
{
	/* What came before has been overtaken. */
	if (rows_run(repository, err,
		     "DELETE FROM rule_updates WHERE org = ? AND app = ? AND env = ? AND name = ?",
		     "ssss", place->org, place->app, place->env, name) != 0)
		return -1;
	return rows_run(repository, err,
			"INSERT INTO rule_updates (org, app, env, rule, name, version,"
			" registered_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
			"sssssss", place->org, place->app, place->env, rule, name, version,
			registered_by);
}

static void
read_rule_update(struct statement *row, void *noun)
{
	struct rule_updates *updates = noun;

	updates->items =
		xreallocarray(updates->items, updates->count + 1, sizeof(*updates->items));
	updates->items[updates->count++] = (struct rule_update){
		.seq = row_int(row, 0),
		.org = row_copy_or(row, 1, ""),
		.app = row_copy_or(row, 2, ""),
		.env = row_copy_or(row, 3, ""),
		.rule = row_copy_or(row, 4, ""),
		.name = row_copy_or(row, 5, ""),
		.version = row_copy_or(row, 6, ""),
		.registered_by = row_copy_or(row, 7, ""),
		.waits_for = row_copy_or(row, 8, ""),
		.made_by = row_copy_or(row, 9, ""),
	};
}

int
repository_rule_updates(struct repository *repository, struct rule_updates *out, struct error *err)
{
	*out = (struct rule_updates){0};
	if (rows_each(repository, err, read_rule_update, out,
		      "SELECT u.seq, u.org, u.app, u.env, u.rule, u.name, u.version,"
		      " u.registered_by, u.waits_for, r.made_by"
		      " FROM rule_updates u LEFT JOIN rules r ON r.id = u.rule ORDER BY u.seq",
		      "") == 0)
		return 0;
	rule_updates_clear(out);
	return -1;
}

void
rule_updates_clear(struct rule_updates *updates)
{
	for (size_t i = 0; i < updates->count; i++) {
		struct rule_update *update = &updates->items[i];
		char *const texts[] = {update->org, update->app, update->env, update->rule,
				       update->name, update->version, update->registered_by,
				       update->waits_for, update->made_by};

		for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++)
			free(texts[k]);
	}
	free(updates->items);
	*updates = (struct rule_updates){0};
}

int
repository_rule_update_waits(struct repository *repository, int64_t seq, const char *reason,
			     struct error *err)
{
	return rows_run(repository, err, "UPDATE rule_updates SET waits_for = ? WHERE seq = ?",
			"si", reason, seq);
}

int
repository_drop_rule_update(struct repository *repository, int64_t seq, struct error *err)
{
	return rows_run(repository, err, "DELETE FROM rule_updates WHERE seq = ?", "i", seq);
}

struct rule_waits {
	struct rule_wait *items;
	size_t count;
};

static void
read_wait(struct statement *row, void *data)
{
	struct rule_waits *waits = data;
	struct rule_wait *wait;

	waits->items = xreallocarray(waits->items, waits->count + 1, sizeof(*waits->items));
	wait = &waits->items[waits->count++];
	*wait = (struct rule_wait){0};
	untrusted_init(&wait->artefact, row_text(row, 0));
	untrusted_init(&wait->version, row_text(row, 1));
	untrusted_init(&wait->rule, row_text(row, 2));
	untrusted_init(&wait->made_by, row_text(row, 3));
	untrusted_init(&wait->registered_by, row_text(row, 4));
	untrusted_init(&wait->reason, row_text(row, 5));
}

int
repository_rule_waits(struct repository *repository, const struct place *place,
		      struct rule_wait **out, size_t *count, struct error *err)
{
	struct rule_waits waits = {0};
	int ret = rows_each(repository, err, read_wait, &waits,
			    "SELECT u.name, u.version, u.rule, ifnull(r.made_by, ''),"
			    " u.registered_by, u.waits_for FROM rule_updates u LEFT JOIN rules r"
			    " ON r.id = u.rule WHERE u.org = ? AND u.app = ? AND u.env = ?"
			    " AND u.waits_for <> '' ORDER BY u.seq",
			    "sss", place->org, place->app, place->env);

	*out = waits.items;
	*count = waits.count;
	return ret;
}

int
repository_drop_rule_waits(struct repository *repository, const struct place *place,
			   const char *rule, struct error *err)
{
	return rows_run(repository, err,
			"DELETE FROM rule_updates WHERE org = ? AND app = ? AND env = ? AND rule = ?"
			" AND waits_for <> ''",
			"ssss", place->org, place->app, place->env, rule);
}
