/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a clone and its origin have in common, as it is written down here.  At first it is what
 * the origin ran when it was cloned; each promotion advances it to what was promoted, and an
 * undo of the promotion takes that back.  A promotion itself reads the platform's history; the
 * record is for what is shown without asking.
 */
#include "config.h"

#include "flow/world/origin.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "compare/values.h"
#include "flow/context/context.h"
#include "flow/world/world.h"
#include "model/clone-notes.h"
#include "model/json-text.h"
#include "model/json.h"
#include "model/nouns.h"
#include "store/clone-origins.h"
#include "store/history.h"
#include "store/settings.h"

#define CLOCK_SKEW_MS (5 * 60 * 1000)	/* between the platform's clock and ours */
#define PROMOTIONS_MAX 50	/* the newest; of one clone there are few */

static void
replace(char **text, const char *with)
{
	free(*text);
	*text = xstrdup(with);
}

int
origin_at_cloning(struct session *session, const char *org, const char *app,
		  const char *clone, struct clone_origin *out, struct error *err)
{
	struct operation made = { 0 };
	struct error why = { 0 };

	if (store_clone_origin(session_store(session), session_platform(session), org, app, clone,
			       out, err) != 0)
		return -1;
	if (out->operation_id &&
	    store_operation_get(session_store(session), out->operation_id, &made, &why) == 0 &&
	    made.source_deployment.raw && made.to_set.raw) {
		replace(&out->deployment_id, made.source_deployment.raw);
		replace(&out->set_id, made.to_set.raw);
	}
	operation_clear(&made);
	/* Somebody else's clone has no operation here. */
	if (why.kind == ERROR_NONE || why.kind == ERROR_NOT_FOUND)
		return 0;
	clone_origin_clear(out);
	return error_set(err, why.kind, "%s", why.text);
}

static bool
is_made_here(struct session *session, const struct clone_origin *origin)
{
	struct operation made = { 0 };
	bool ours = origin->origin && origin->operation_id &&
		store_operation_get(session_store(session), origin->operation_id, &made, NULL) == 0;

	operation_clear(&made);
	return ours;
}

const char *
origin_other_owner(struct session *session, const struct environment *environment)
{
	const char *owner = clone_notes_owner(environment->notes);

	return owner && !world_is_user(session_world(session), owner) ? owner : NULL;
}

/* The platform's clock and ours may differ; within that an environment
 * counts as the one of the record. */
bool
origin_is_stale(const struct clone_origin *origin, int64_t created_at)
{
	return origin->cloned_at > 0 && created_at > origin->cloned_at + CLOCK_SKEW_MS;
}

bool
origin_is_mine(struct session *session, const struct clone_origin *origin,
	       const struct environment *environment)
{
	return !origin_is_stale(origin, environment->created_at) &&
	       !origin_other_owner(session, environment) && is_made_here(session, origin);
}

/* The clone's set that an operation promoted; free() it.  NULL: it is not written there. */
static char *
promoted_set(const struct operation *promotion)
{
	const char *text = untrusted_raw(&promotion->request);
	json_t *body = json_decode(text, strlen(text), NULL);
	const char *set = json_member_string(json_object_get(body, "pins"), "source_set");
	char *out = set ? xstrdup(set) : NULL;

	json_decref(body);
	return out;
}

/* Also when nobody can say. */
static bool
is_undone(struct store *store, const struct operation *promotion)
{
	struct operation by = { 0 };
	struct error err = { 0 };

	if (store_operation_undone_by(store, untrusted_raw(&promotion->id), &by, &err) != 0)
		return err.kind != ERROR_NOT_FOUND;
	operation_clear(&by);
	return true;
}

/* The newest promotion of the clone that was not undone advances the origin. */
static int
advance(struct session *session, const struct history_query *query, struct clone_origin *origin,
	struct error *err)
{
	struct store *store = session_store(session);
	struct operation_list promotions;
	bool found = false;

	if (store_history_list(store, query, &promotions, err) != 0)
		return -1;
	for (size_t i = 0; i < promotions.count && !found; i++) {
		const struct operation *p = &promotions.items[i];
		char *set = NULL;

		if (p->state == OPERATION_DONE && untrusted_is(&p->source, query->env) &&
		    untrusted_is(&p->env, origin->origin) && p->deployment_id.raw &&
		    !is_undone(store, p))
			set = promoted_set(p);
		found = set != NULL;
		if (found) {
			replace(&origin->deployment_id, p->deployment_id.raw);
			replace(&origin->set_id, set);
		}
		free(set);
	}
	operation_list_clear(&promotions);
	return 0;
}

/* --- the values that the clone and its origin have in common --- */

/*
 * A setting of the application: what the clone was first deployed with, and what it had when it
 * was promoted last.  What differs from that is not promoted yet.
 */
static char *
values_name(const char *clone)
{
	return xasprintf("clone-values/%s", clone);
}

char *
origin_kept_values(struct session *session, const char *org, const char *app, const char *clone,
		   struct error *err)
{
	char *name = values_name(clone);
	char *kept = store_get_setting(session_store(session), session_platform(session), org, app,
				       name, err);

	free(name);
	return kept;
}

/* NULL: there are none, or, with err, they cannot be read. */
static json_t *
load_values(struct session *session, const char *org, const char *app, const char *clone,
	    struct error *err)
{
	char *kept = origin_kept_values(session, org, app, clone, err);
	json_t *body = kept ? json_decode(kept, strlen(kept), NULL) : NULL;

	free(kept);
	return body;
}

/* What cannot be written is only not shown.  The board may have looked before. */
static void
save_values(struct session *session, const char *org, const char *app, const char *clone,
	    const json_t *body)
{
	char *name = values_name(clone), *text = json_text(body, 0);
	char *before = origin_kept_values(session, org, app, clone, NULL);

	if (text && (!before || strcmp(before, text) != 0) &&
	    store_put_setting(session_store(session), session_platform(session), org, app, name,
			      text, NULL) == 0)
		session_look_again(session);
	free(before);
	free(text);
	free(name);
}

void
origin_keep_values(struct session *session, const char *org, const char *app, const char *clone,
		   const struct values *values, bool is_first)
{
	struct error err = { 0 };
	json_t *body = is_first ? NULL : load_values(session, org, app, clone, &err);

	if (err.kind != ERROR_NONE)
		return;		/* what it was deployed with first would be lost */
	if (!json_is_object(body)) {
		json_decref(body);
		body = json_object();
		json_object_set_new(body, "first", values_encode(values));
	}
	json_object_set_new(body, "base", values_encode(values));
	save_values(session, org, app, clone, body);
	json_decref(body);
}

/* After a promotion was undone: as if nothing had been promoted. */
static void
forget_promoted_values(struct session *session, const char *org, const char *app, const char *clone)
{
	json_t *body = load_values(session, org, app, clone, NULL);

	if (json_object_get(body, "first")) {
		json_object_set(body, "base", json_object_get(body, "first"));
		save_values(session, org, app, clone, body);
	}
	json_decref(body);
}

struct values *
origin_decode_values(const char *kept)
{
	json_t *body = kept ? json_decode(kept, strlen(kept), NULL) : NULL;
	struct values *values = xcalloc(1, sizeof(*values));

	if (values_decode(values, json_object_get(body, "base"), NULL) != 0) {
		free(values);
		values = NULL;
	}
	json_decref(body);
	return values;
}

struct values *
origin_values(struct session *session, const char *org, const char *app, const char *clone,
	      struct error *err)
{
	char *kept = origin_kept_values(session, org, app, clone, err);
	struct values *values = origin_decode_values(kept);

	free(kept);
	return values;
}

/* From the beginning each time, not one step forward: promotions end out of order, and one
 * that was undone must be as if it had not been. */
static int
settle(struct session *session, const char *org, const char *app, const char *clone,
       struct error *err)
{
	const struct history_query query = {
		.url = session_platform(session), .org = org, .app = app, .env = clone,
		.verb = "promote", .limit = PROMOTIONS_MAX,
	};
	struct clone_origin origin = { 0 };
	struct error why = { 0 };
	int ret;

	if (origin_at_cloning(session, org, app, clone, &origin, &why) != 0)
		return why.kind == ERROR_NOT_FOUND ? 0 : error_set(err, why.kind, "%s", why.text);
	/* Without the promotions it would go back to what was cloned. */
	ret = advance(session, &query, &origin, err);
	if (ret == 0)
		ret = store_put_clone_origin(session_store(session), session_platform(session),
					     org, app, clone, &origin, err);
	clone_origin_clear(&origin);
	return ret;
}

/* After a promotion, and after the undo of one; what else an operation
 * does leaves the clone's origin. */
int
origin_settle_operation(struct session *session, const struct operation *operation,
			struct error *err)
{
	const char *org = untrusted_raw(&operation->org), *app = untrusted_raw(&operation->app);
	struct operation undone = { 0 };
	struct error why = { 0 };
	int ret = 0;

	if (untrusted_is(&operation->verb, "promote"))
		ret = settle(session, org, app, untrusted_raw(&operation->source), err);
	else if (operation->undoes.raw &&
		 store_operation_get(session_store(session), operation->undoes.raw, &undone,
				     &why) == 0 &&
		 undone.source.raw)
		ret = settle(session, org, app, undone.source.raw, err);
	if (why.kind != ERROR_NONE && why.kind != ERROR_NOT_FOUND)
		ret = error_set(err, why.kind, "%s", why.text);
	if (undone.source.raw)
		forget_promoted_values(session, org, app, undone.source.raw);
	operation_clear(&undone);
	return ret;
}
