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

#include "base/error.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "platform/state/place.h"
#include "platform/state/rows.h"

#define RULE                                                                                       \
	"SELECT id, org, app, env, made_by, body AS \"json:body\", created_at AS \"stamp:created_at\","     \
	" updated_at AS \"stamp:updated_at\" FROM rules "

/* The body with what is known of it besides. */
static json_t *
whole(json_t *row)
{
	json_t *rule = json_incref(json_object_get(row, "body"));

	json_object_set(rule, "id", json_object_get(row, "id"));
	json_object_set(rule, "created_at", json_object_get(row, "created_at"));
	json_object_set(rule, "updated_at", json_object_get(row, "updated_at"));
	json_decref(row);
	return rule;
}

json_t *
repository_rules(struct repository *repository, const struct place *place, struct error *err)
{
	json_t *rows = rows_all(repository, err,
				RULE "WHERE org = ? AND app = ? AND env = ? ORDER BY seq", "sss",
				place->org, place->app, place->env);
	json_t *rules, *row;
	size_t i;

	if (!rows)
		return NULL;
	rules = json_array();
	json_array_foreach(rows, i, row)
		json_array_append_new(rules, whole(json_incref(row)));
	json_decref(rows);
	return rules;
}

json_t *
repository_rule(struct repository *repository, const struct place *place, const char *id,
		struct error *err)
{
	json_t *row = rows_one(repository, err,
			       RULE "WHERE org = ? AND app = ? AND env = ? AND id = ?", "ssss",
			       place->org, place->app, place->env, id);

	if (row)
		return whole(row);
	if (err->kind == ERROR_NOT_FOUND)
		error_set_code(err, CODE_RULE_NOT_FOUND, .env = place->env, .rule = id);
	return NULL;
}

int
repository_put_rule(struct repository *repository, const struct place *place, const char *id,
		    const json_t *body, const char *maker, int64_t now, struct error *err)
{
	return rows_run(repository, err,
			"INSERT INTO rules (org, app, env, id, body, made_by, created_at,"
			" updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
			"ssssjsi", place->org, place->app, place->env, id, body, maker, now);
}

int
repository_update_rule(struct repository *repository, const struct place *place, const char *id,
		       const json_t *body, const char *maker, int64_t now, struct error *err)
{
	return rows_change(repository, err,
			   "UPDATE rules SET body = ?5, made_by = ?6, updated_at = ?7 WHERE org = ?1"
			   " AND app = ?2 AND env = ?3 AND id = ?4",
			   "ssssjsi", place->org, place->app, place->env, id, body, maker, now);
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

json_t *
repository_rules_of_org(struct repository *repository, const char *org, struct error *err)
{
	return rows_all(repository, err, RULE "WHERE org = ? ORDER BY seq", "s", org);
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

json_t *
repository_rule_updates(struct repository *repository, struct error *err)
{
	return rows_all(repository, err,
			"SELECT CAST(u.seq AS TEXT) AS seq, u.org, u.app, u.env, u.rule, u.name,"
			" u.version, u.registered_by, u.waits_for, ifnull(r.made_by, '') AS made_by"
			" FROM rule_updates u LEFT JOIN rules r ON r.id = u.rule ORDER BY u.seq",
			"");
}

int
repository_rule_update_waits(struct repository *repository, const char *seq, const char *reason,
			     struct error *err)
{
	return rows_run(repository, err,
			"UPDATE rule_updates SET waits_for = ? WHERE seq = CAST(? AS INTEGER)",
			"ss", reason, seq);
}

int
repository_drop_rule_update(struct repository *repository, const char *seq, struct error *err)
{
	return rows_run(repository, err, "DELETE FROM rule_updates WHERE seq = CAST(? AS INTEGER)",
			"s", seq);
}
