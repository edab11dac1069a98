/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the events mean: what the fix is, who has it, and which steps are done.
 *
 * A step is done when something proves it.  Four are operations and prove themselves; three
 * are a person's word, a mark, and a mark that is older than the last change of the clone
 * proves nothing any more.  "carry" needs no mark where every other environment has the fix.
 *
 * Whether an environment has the fix is asked of its content, leaf by leaf, and never of its
 * history: a release may have brought the same change by another way, or taken it out again.
 */
#include "config.h"

#include "flow/hotfix-steps.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/session.h"
#include "flow/hotfix-state.h"
#include "flow/world/fetcher.h"
#include "flow/world/world.h"
#include "model/json.h"
#include "model/set.h"

const char *const hotfix_mark_names[HOTFIX_STEP_COUNT] = {
	[HOTFIX_REPRODUCE] = "reproduce", [HOTFIX_VERIFY] = "verify", [HOTFIX_CARRY] = "carry",
};

/* --- the fix, and who has it --- */

/* What one promotion made of the values that were there before it. */
static void
put_differences(struct value_changes *changes, const struct values *from, const struct values *to)
{
	for (size_t i = 0; i < to->count; i++) {
		const struct value *v = &to->items[i];

		if (v->of_env && value_compare(values_find_own(from, v->key), v) != VALUE_SAME)
			value_changes_put(changes,
					  &(struct value_change){.kind = VALUE_SET,
								 .key = v->key,
								 .text = v->text,
								 .description = v->description,
								 .is_secret = v->is_secret,
								 .fingerprint = v->fingerprint});
	}
	for (size_t i = 0; i < from->count; i++)
		if (from->items[i].of_env && !values_find_own(to, from->items[i].key))
			value_changes_put(changes,
					  &(struct value_change){.kind = VALUE_DELETE,
								 .key = from->items[i].key});
}

/* The values of a promotion that the journal does not know are those of its two versions. */
static void
read_values(struct hotfix *h, const struct event *e)
{
	const struct values *from = NULL, *to = NULL;

	if (!e->from_values && !e->to_values)
		return;
	if (e->from_values && e->to_values && strcmp(e->from_values, e->to_values) == 0)
		return;
	if (e->from_values && e->to_values && e->env) {
		(void)fetcher_values(h->fetcher, h->org, h->app, e->env, e->from_values, &from);
		(void)fetcher_values(h->fetcher, h->org, h->app, e->env, e->to_values, &to);
	}
	if (from && to)
		put_differences(&h->values, from, to);
	else
		h->values_unknown = true;
}

/* Something was promoted: where it is not seen, every environment would have it. */
static void
forget_empty_fix(struct hotfix *h)
{
	if (!h->before_set || !h->after_set || strcmp(h->before_set, h->after_set) != 0 ||
	    h->values.count > 0 || h->values_unknown)
		return;
	free(h->before_set);
	free(h->after_set);
	h->before_set = h->after_set = NULL;
}

/* One promotion changed the origin by the fix alone.  Of several, and of one whose sets nobody here
 * has seen, the clone itself holds the whole fix; between them the origin may have got other
 * things.  Where the clone is gone and was not
 * made here, the fix is known only if the promotions came one right after the other. */
static void
find_fix(struct hotfix *h)
{
	const struct event *promoted = events_last(&h->events, EVENT_PROMOTE, true);
	const struct event *cloned = events_first(&h->events, EVENT_CLONE);
	const char *after = cloned ? cloned->to_set : NULL;
	const struct event *last = NULL;
	const char *before = NULL;
	bool is_chain = true;
	size_t promotions = 0;

	if (!promoted)
		return;
	for (size_t i = 0; i < h->events.count; i++) {
		const struct event *e = &h->events.items[i];

		if (e->is_busy || e->has_failed || e->at > promoted->at)
			continue;
		promotions += e->kind == EVENT_PROMOTE;
		if (e->kind == EVENT_PROMOTE) {
			is_chain = is_chain && e->from_set && e->to_set &&
				(!last || strcmp(last->to_set, e->from_set) == 0);
			before = last ? before : e->from_set;
			last = e;
		}
		for (size_t k = 0; e->kind == EVENT_PROMOTE && k < e->values.count; k++)
			value_changes_put(&h->values, &e->values.items[k]);
		if (e->kind == EVENT_PROMOTE)
			read_values(h, e);
		if (e->kind == EVENT_FIX && e->to_set)
			after = e->to_set;
	}
	if ((promotions > 1 || !promoted->from_set) && cloned && cloned->to_set && after) {
		h->before_set = xstrdup_or_null(cloned->to_set);
		h->after_set = xstrdup_or_null(after);
	} else if (promotions > 1 && (!cloned || !cloned->to_set) && is_chain) {
		h->before_set = xstrdup_or_null(before);
		h->after_set = xstrdup_or_null(promoted->to_set);
	} else if (promotions == 1 && promoted->from_set && promoted->to_set) {
		h->before_set = xstrdup_or_null(promoted->from_set);
		h->after_set = xstrdup_or_null(promoted->to_set);
	}
	forget_empty_fix(h);
}

/* What it runs; NULL: that is not known. */
static const struct set *
running_set(struct hotfix *h, const struct world_environment *e)
{
	if (e->running.id.raw)
		return fetcher_set(h->fetcher, h->org, h->app, untrusted_raw(&e->running.set_id));
	return NULL;
}

/* Values that the promotion wrote are leaves of the fix as well. */
static void
judge_values(const struct hotfix *h, struct hotfix_other *other, const struct world_environment *e)
{
	struct carry *carry = &other->carry;

	other->is_known = e->values != NULL;
	for (size_t i = 0; e->values && i < h->values.count; i++) {
		carry->leaves++;
		carry->there += value_change_is_made(&h->values.items[i], e->values);
	}
	if (carry->state != CARRY_CONFLICTS)
		carry->state = carry->there == carry->leaves ? CARRY_HAS : CARRY_LACKS;
}

/* What is not known is not guessed: without the sets, or without the values where the fix has
 * some, the environment counts neither as having it nor as lacking it. */
static void
judge(struct hotfix *h, struct hotfix_other *other, const struct world_environment *e)
{
	const struct set *before = NULL, *after = NULL, *here = running_set(h, e);

	if (h->before_set && h->after_set) {
		before = fetcher_set(h->fetcher, h->org, h->app, h->before_set);
		after = fetcher_set(h->fetcher, h->org, h->app, h->after_set);
	}
	other->env = xstrdup(untrusted_raw(&e->environment.id));
	untrusted_init(&other->name, e->environment.name.raw);
	other->is_known = before && after && here &&
			  carry_find(&other->carry, before, after, here, NULL) == 0;
	if (other->is_known && h->values_unknown)
		other->is_known = false;
	else if (other->is_known && h->values.count > 0)
		judge_values(h, other, e);
}

/* What ran where nobody looks now may be gone. */
static void
judge_other(struct hotfix *h, const struct world_environment *e)
{
	struct hotfix_other *other = &h->others[h->other_count++];

	judge(h, other, e);
	other->is_known = other->is_known && !world_is_not_read(e);
}

/* The origin is judged as well, but apart: whether it still has the fix
 * is whether the promotion stands. */
void
hotfix_judge(struct hotfix *h, const struct world_application *app)
{
	find_fix(h);
	if (!app || !app->count)
		return;
	h->others = xcalloc(app->count, sizeof(*h->others));
	for (size_t i = 0; i < app->count; i++) {
		const struct world_environment *e = &app->environments[i];

		if (untrusted_is(&e->environment.id, h->env) ||
		    e->environment.status == ENVIRONMENT_DELETING)
			continue;
		if (h->origin && untrusted_is(&e->environment.id, h->origin))
			judge(h, &h->at_origin, e);
		else
			judge_other(h, e);
	}
}

/* A later release is something else and is no way back. */
bool
hotfix_is_taken_back(const struct hotfix *h)
{
	return h->at_origin.is_known && h->at_origin.carry.state == CARRY_LACKS &&
	       h->at_origin.carry.there == 0;
}

/* Where it was found in a cluster; NULL: it was made here, or is not known. */
static const struct world_environment *
adopted_origin(const struct hotfix *h)
{
	const struct world *world = session_world(h->session);

	if (!h->origin || !world_is_adopted(world, h->org, h->origin))
		return NULL;
	return world_environment(world, h->org, h->app, h->origin);
}

/* What runs there is of whoever put it back. */
static void
tell_taken_back(struct hotfix_step *step, const struct world_environment *adopted)
{
	char *text;

	if (!adopted || !adopted->running.created_by.raw) {
		untrusted_set(&step->detail, _("rolled back: the fix is not there any more"));
		return;
	}
	text = xasprintf(_("reverted by %s: the fix is not there any more"),
			 adopted->running.created_by.raw);
	untrusted_set(&step->detail, text);
	free(text);
}

/* Whether the promotion changed it; also where that is not known. */
static bool
is_of_fix(const struct hotfix *h, const char *module)
{
	const struct set *before = NULL, *after = NULL;
	const json_t *was, *is;

	if (h->before_set && h->after_set && strcmp(h->before_set, h->after_set) != 0) {
		before = fetcher_set(h->fetcher, h->org, h->app, h->before_set);
		after = fetcher_set(h->fetcher, h->org, h->app, h->after_set);
	}
	was = before ? set_module(before, module) : NULL;
	is = after ? set_module(after, module) : NULL;
	return !was || !is || !json_same(was, is);
}

/* Whether the owner of what was found has the fix; of what it lacks here is one. */
static enum runtime_owner
owner_of_fix(const struct hotfix *h, const struct world_environment *adopted,
	     const struct runtime_module **lacking)
{
	enum runtime_owner owner = RUNTIME_OWNER_NOT_ASKED;

	for (size_t i = 0; i < adopted->runtime.count; i++) {
		const struct runtime_module *module = &adopted->runtime.modules[i];

		if (module->owner == RUNTIME_OWNER_NOT_ASKED ||
		    !is_of_fix(h, untrusted_raw(&module->module)))
			continue;
		if (module->owner == RUNTIME_OWNER_LACKS_IT) {
			*lacking = module;
			return module->owner;
		}
		if (owner != RUNTIME_OWNER_UNKNOWN)
			owner = module->owner;
	}
	return owner;
}

/* --- the steps --- */

/* The newest of its kind tells, also when it failed: a step that was done
 * and is being repeated shows so. */
static void
from_event(struct hotfix_step *step, const struct event *event)
{
	if (!event)
		return;
	step->is_busy = event->is_busy;
	step->has_failed = event->has_failed;
	step->at = event->ended_at ? event->ended_at : event->at;
	step->took = event->ended_at ? event->ended_at - event->at : -1;
	untrusted_set(&step->who, event->who.raw);
	untrusted_set(&step->detail, event->detail.raw);
	untrusted_set(&step->note, event->note.raw);
}

static const struct mark *
find_mark(const struct hotfix *h, enum hotfix_step_id id)
{
	for (size_t i = 0; i < h->marks.count; i++)
		if (untrusted_is(&h->marks.items[i].step, hotfix_mark_names[id]))
			return &h->marks.items[i];
	return NULL;
}

/* By hand.  It took as long as since the step before it. */
static bool
from_mark(struct hotfix *h, enum hotfix_step_id id, int64_t not_before)
{
	struct hotfix_step *step = &h->steps[id];
	const struct mark *mark = find_mark(h, id);

	if (!mark)
		return false;
	step->at = mark->at;
	untrusted_set(&step->who, mark->who.raw);
	untrusted_set(&step->note, mark->note.raw);
	for (int i = (int)id; i-- > 0 && step->took < 0;)
		if (h->steps[i].at && h->steps[i].at <= mark->at)
			step->took = mark->at - h->steps[i].at;
	if (mark->at >= not_before)
		return true;
	untrusted_set(&step->detail, _("marked before the last change: look again"));
	return false;
}

static bool
tell_promote(struct hotfix *h, const struct event *fixed)
{
	struct hotfix_step *step = &h->steps[HOTFIX_PROMOTE];
	const struct event *done = events_last(&h->events, EVENT_PROMOTE, true);

	from_event(step, events_last(&h->events, EVENT_PROMOTE, false));
	if (!done)
		return false;
	if (fixed && fixed->at > done->at) {
		untrusted_set(&step->detail, _("the clone was changed after it: promote again"));
		return false;
	}
	if (hotfix_is_taken_back(h) && !step->is_busy) {
		tell_taken_back(step, adopted_origin(h));
		return false;
	}
	return !step->is_busy;
}

/* That the clone is gone is the proof, whoever deleted it; but an application that was not
 * read has no environments either. */
static bool
tell_clean_up(struct hotfix *h, const struct world_environment *clone)
{
	struct hotfix_step *step = &h->steps[HOTFIX_CLEAN_UP];

	from_event(step, events_last(&h->events, EVENT_DISCARD, false));
	if (clone && clone->environment.status == ENVIRONMENT_DELETING)
		step->is_busy = true;
	return h->application_known && !clone;
}

/* Where the origin was found in a cluster its owner has to have it, too, which has to be seen: as
 * long as it is not, nothing is said to be done. */
static bool
is_carried_by_owner(struct hotfix *h)
{
	const struct world_environment *adopted = adopted_origin(h);
	const struct runtime_module *lacking = NULL;
	enum runtime_owner owner;

	if (!adopted)
		return true;
	if (hotfix_is_taken_back(h))
		return false;
	owner = owner_of_fix(h, adopted, &lacking);
	if (owner == RUNTIME_OWNER_HAS_IT)
		return true;
	h->owner_unknown = !lacking;
	untrusted_set(&h->steps[HOTFIX_CARRY].detail,
		      lacking && lacking->is_of_owner ? lacking->message.raw
		      : lacking ? _("the owner of what was changed does not have it yet")
				: _("not known: the cluster does not show whether its owner has "
				    "the change; ask them, then mark this step"));
	return false;
}

static bool
tell_carry(struct hotfix *h)
{
	bool everywhere = h->before_set != NULL;

	h->owner_unknown = false;
	for (size_t i = 0; i < h->other_count; i++)
		everywhere = everywhere && h->others[i].is_known &&
			     h->others[i].carry.state == CARRY_HAS;
	if (h->before_set && is_carried_by_owner(h) && everywhere) {
		untrusted_set(&h->steps[HOTFIX_CARRY].detail, _("every other environment has it"));
		return true;
	}
	return from_mark(h, HOTFIX_CARRY, h->steps[HOTFIX_PROMOTE].at);
}

/* Next is what comes behind the last thing done; a clone that is gone ends its own steps. */
static void
find_now(struct hotfix *h, const bool *done)
{
	bool nothing_to_carry = !h->before_set || hotfix_is_taken_back(h);
	int highest = -1;

	for (int i = 0; i <= HOTFIX_PROMOTE; i++)
		if (done[i])
			highest = i;
	if (done[HOTFIX_CLEAN_UP])
		highest = HOTFIX_CLEAN_UP;
	h->now = HOTFIX_STEP_COUNT;
	for (int i = 0; i < HOTFIX_STEP_COUNT; i++) {
		struct hotfix_step *step = &h->steps[i];

		if (done[i])
			step->state = HOTFIX_DONE;
		else if (i <= highest ||
			 (i == HOTFIX_CARRY && done[HOTFIX_CLEAN_UP] && nothing_to_carry))
			step->state = HOTFIX_SKIPPED;
		else if (h->now == HOTFIX_STEP_COUNT)
			h->now = (enum hotfix_step_id)i;
	}
	if (h->now != HOTFIX_STEP_COUNT)
		h->steps[h->now].state = HOTFIX_NOW;
}

/* In the order of the events, not of the steps: promote needs the
 * fix, carry needs the promotion. */
void
hotfix_tell_steps(struct hotfix *h, const struct world_environment *clone)
{
	const struct event *fixed = events_last(&h->events, EVENT_FIX, true);
	bool done[HOTFIX_STEP_COUNT] = {false};

	from_event(&h->steps[HOTFIX_CLONE], events_last(&h->events, EVENT_CLONE, false));
	done[HOTFIX_CLONE] = events_last(&h->events, EVENT_CLONE, true) != NULL;
	from_event(&h->steps[HOTFIX_FIX], events_last(&h->events, EVENT_FIX, false));
	done[HOTFIX_FIX] = fixed != NULL && !h->steps[HOTFIX_FIX].is_busy;
	done[HOTFIX_REPRODUCE] = from_mark(h, HOTFIX_REPRODUCE, 0);
	done[HOTFIX_VERIFY] = from_mark(h, HOTFIX_VERIFY, fixed ? fixed->at : 0);
	done[HOTFIX_PROMOTE] = tell_promote(h, fixed);
	done[HOTFIX_CLEAN_UP] = tell_clean_up(h, clone);
	done[HOTFIX_CARRY] = tell_carry(h);
	find_now(h, done);
}
