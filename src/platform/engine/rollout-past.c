/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Each deployment of an adopted environment that was not found there was a change: from the set of
 * the deployment that it builds upon to its own.  A promotion that another platform made is known
 * by its name alone (adoption_name_promotion()), and what was there before it may never have been
 * seen here.  Where it was never seen alone, only the note of its clone names it.  Then the clone
 * tells: what it changed, of which not all need have been promoted.
 */
#include "config.h"

#include "platform/engine/rollout-past.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "model/clone-notes.h"
#include "model/comment.h"
#include "model/json.h"
#include "model/manifests.h"
#include "model/nouns.h"
#include "model/set.h"
#include "platform/engine/deployed-values.h"
#include "platform/engine/rollout-private.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-deployments.h"
#include "platform/state/repository-notes.h"
#include "platform/state/repository-sets.h"

#define PAST_MAX 50		/* deployments that are looked at, and as many promotions */

/* One change: from a set to another. */
struct past_change {
	const struct rollout *r;
	struct rollout from, to;	/* copies, with their sets and values */
	int64_t at;
	bool is_guess;
	json_t *out;
};

/* --- what differs --- */

static void
add_object(const struct past_change *c, const char *module, const char *key, json_t *before,
	   json_t *after)
{
	if (!before || !after || json_equal(before, after))
		return;
	json_array_append_new(c->out, json_pack("{s:s, s:s, s:O, s:O, s:I, s:b}", "module", module,
						"key", key, "before", before, "after", after, "at",
						(json_int_t)c->at, "is_guess", (int)c->is_guess));
}

static void
say_unknown(const struct rollout *r, const char *what, const struct error *err)
{
	log_line(LOG_PRIORITY_WARNING, "what was changed before is not known", "space", r->space,
		 what, err->text, NULL);
}

static void
add_module(const struct past_change *c, const char *module)
{
	struct error err = {0};
	json_t *before = rollout_resolve_past(&c->from, module, &err),
	       *after = before ? rollout_resolve_past(&c->to, module, &err) : NULL, *object;
	const char *key;

	if (!after)
		say_unknown(c->r, module, &err);
	json_object_foreach(json_object_get(after, "manifests"), key, object)
		add_object(c, module, key,
			   json_object_get(json_object_get(before, "manifests"), key), object);
	json_decref(before);
	json_decref(after);
}

static void
add_modules(const struct past_change *c)
{
	const char *module;
	json_t *body;

	json_object_foreach(set_modules(c->to.set), module, body) {
		const json_t *before = set_module(c->from.set, module);

		if (before && !json_equal(before, body))
			add_module(c, module);
	}
}

/* --- which sets --- */

static int
read_set(struct rollout *side, const struct place *place, const struct deployment *d,
	 struct error *err)
{
	struct platform *platform = side->order.platform;

	side->set = repository_set(platform->repository, place, untrusted_raw(&d->set_id), err);
	side->values = side->set ? deployed_values_read(platform, place,
							d->value_set_version_id.raw, err)
				 : NULL;
	return side->values ? 0 : -1;
}

static void
add_change(const struct rollout *r, const struct place *place, const struct deployment *from,
	   const struct deployment *to, int64_t at, bool is_guess, json_t *out)
{
	struct past_change c = {
		.r = r, .from = *r, .to = *r, .at = at, .is_guess = is_guess, .out = out};
	struct error err = {0};

	c.from.set = c.to.set = NULL;
	c.from.values = c.to.values = NULL;
	if (read_set(&c.from, place, from, &err) == 0 && read_set(&c.to, place, to, &err) == 0)
		add_modules(&c);
	else
		say_unknown(r, "deployment", &err);
	deployed_values_free(c.from.values);
	deployed_values_free(c.to.values);
	set_unref(c.from.set);
	set_unref(c.to.set);
}

/* Of the clone the first, which is what its origin ran, and the last that succeeded. */
static void
add_clones_change(const struct rollout *r, const char *clone, int64_t at, json_t *out)
{
	struct repository *repository = r->order.platform->repository;
	const struct place place = {r->place.org, r->place.app, clone};
	struct deployment first = {0}, last = {0};
	struct error err = {0};

	if (repository_read_oldest(repository, &place, true, &first, &err) == 0 &&
	    repository_read_newest_succeeded(repository, &place, &last, &err) == 0)
		add_change(r, &place, &first, &last, at, true, out);
	deployment_clear(&first);
	deployment_clear(&last);
}

/* --- which deployments --- */

static void
add_deployment(const struct rollout *r, const struct deployment *d, json_t *out)
{
	struct repository *repository = r->order.platform->repository;
	const char *from_id = untrusted_raw(&d->from_id);
	struct deployment from = {0};
	struct comment comment;
	struct error err = {0};
	bool is_known = *from_id && repository_read_deployment(repository, &r->place, from_id,
							       &from, &err) == 0 &&
			!untrusted_is(&from.set_id, untrusted_raw(&d->set_id));

	comment_decode(&comment, untrusted_raw(&d->comment));
	if (is_known)
		add_change(r, &r->place, &from, d, d->created_at, false, out);
	else if (comment.hotfix)
		add_clones_change(r, comment.hotfix, d->created_at, out);
	comment_clear(&comment);
	deployment_clear(&from);
}

static void
add_deployments(const struct rollout *r, json_t *out)
{
	struct error err = {0};
	int64_t next;
	json_t *rows = repository_deployments_before(r->order.platform->repository, &r->place,
						     INT64_MAX, PAST_MAX, &next, &err);

	for (size_t i = json_array_size(rows); i-- > 0;) {
		struct deployment d = {0};

		if (deployment_decode(&d, json_array_get(rows, i), &err) == 0 &&
		    d.status == DEPLOYMENT_SUCCEEDED &&
		    !comment_is_found(untrusted_raw(&d.comment)))
			add_deployment(r, &d, out);
		deployment_clear(&d);
	}
	if (!rows)
		say_unknown(r, "deployments", &err);
	json_decref(rows);
}

/* What became a deployment here was added with the others. */
static void
add_noted(const struct rollout *r, json_t *out)
{
	struct repository *repository = r->order.platform->repository;
	struct error err = {0}, none = {0};
	json_t *rows = repository_promotions(repository, r->place.org, r->home.cluster,
					     r->home.namespace, PAST_MAX, &err), *row;
	size_t i;

	json_array_foreach(rows, i, row) {
		struct clone_promotion promotion;

		clone_promotion_read(&promotion, json_object_get(row, "promote"));
		if (promotion.id.raw &&
		    !repository_has_deployment(repository, promotion.id.raw, &none))
			add_clones_change(r, json_member_string(row, "env"), promotion.at, out);
		clone_promotion_clear(&promotion);
	}
	if (!rows)
		say_unknown(r, "notes", &err);
	json_decref(rows);
}

/* --- all of it --- */

static json_int_t
time_of(const json_t *row)
{
	return json_integer_value(json_object_get(row, "at"));
}

/* Each before the first of the rest that is newer: of one moment they stay as they were added. */
static json_t *
in_order(json_t *rows)
{
	json_t *out = json_array(), *row;
	size_t i;

	json_array_foreach(rows, i, row) {
		size_t at = json_array_size(out);

		while (at > 0 && time_of(json_array_get(out, at - 1)) > time_of(row))
			at--;
		json_array_insert(out, at, row);
	}
	json_decref(rows);
	return out;
}

json_t *
rollout_past(const struct rollout *r)
{
	json_t *out = json_array();

	add_deployments(r, out);
	add_noted(r, out);
	return in_order(out);
}
