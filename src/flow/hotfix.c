/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the story of a hotfix stands: from what happened, step by step. */
#include "config.h"

#include "flow/hotfix.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/flow.h"
#include "flow/hotfix-events.h"
#include "flow/reader.h"
#include "flow/session.h"
#include "flow/world.h"
#include "model/set.h"
#include "store/store.h"

#define CLOCK_SKEW_MS (5 * 60 * 1000)	/* between the platform's clock and ours */

struct hotfix {
	struct session *session;
	char *org, *app, *env;
	struct reader *reader;
	struct events events;
	struct mark_list marks;
	struct hotfix_step steps[HOTFIX_STEP_COUNT];
	enum hotfix_step_id now;
	struct hotfix_other *others;
	size_t other_count;
	struct hotfix_other at_origin;
	char *origin, *story;			/* NULL: not known; story: the first deployment's id */
	char *before_set, *after_set;		/* the fix; NULL: nothing was promoted */
	bool application_known, clone_exists;
};

/* For the store; NULL: no person marks it. */
static const char *const mark_names[HOTFIX_STEP_COUNT] = {
	[HOTFIX_REPRODUCE] = "reproduce", [HOTFIX_VERIFY] = "verify", [HOTFIX_CARRY] = "carry",
};

struct hotfix *
hotfix_open(struct session *session, const char *org, const char *app, const char *env)
{
	struct hotfix *h = xcalloc(1, sizeof(*h));

	h->session = session;
	h->org = xstrdup(org);
	h->app = xstrdup(app);
	h->env = xstrdup(env);
	h->reader = reader_open(session);
	return h;
}

static void
clear_other(struct hotfix_other *other)
{
	free(other->env);
	untrusted_clear(&other->name);
	carry_clear(&other->carry);
	*other = (struct hotfix_other){0};
}

static void
forget(struct hotfix *h)
{
	events_clear(&h->events);
	mark_list_clear(&h->marks);
	for (size_t i = 0; i < HOTFIX_STEP_COUNT; i++) {
		untrusted_clear(&h->steps[i].who);
		untrusted_clear(&h->steps[i].detail);
		untrusted_clear(&h->steps[i].note);
		h->steps[i] = (struct hotfix_step){.took = -1};
	}
	for (size_t i = 0; i < h->other_count; i++)
		clear_other(&h->others[i]);
	free(h->others);
	h->others = NULL;
	h->other_count = 0;
	clear_other(&h->at_origin);
	free(h->origin);
	free(h->story);
	free(h->before_set);
	free(h->after_set);
	h->origin = h->story = h->before_set = h->after_set = NULL;
}

void
hotfix_close(struct hotfix *h)
{
	if (!h)
		return;
	forget(h);
	reader_close(h->reader);
	free(h->org);
	free(h->app);
	free(h->env);
	free(h);
}

/* --- what happened --- */

static const struct deployment *
history_of(struct hotfix *h, const struct world_environment *e, size_t *count)
{
	*count = 0;
	if (!e || !e->environment.last_deploy.id.raw)
		return NULL;
	return reader_history(h->reader, h->org, h->app, untrusted_raw(&e->environment.id),
			      untrusted_raw(&e->environment.last_deploy.id), count);
}

/* Who made the deployment that the clone began from. */
static void
find_origin(struct hotfix *h, const struct world_application *app, const char *deployment)
{
	for (size_t i = 0; app && i < app->count && !h->origin; i++) {
		const struct world_environment *e = &app->environments[i];
		const struct deployment *history;
		size_t count;

		if (untrusted_is(&e->environment.id, h->env))
			continue;
		history = history_of(h, e, &count);
		for (size_t k = 0; history && k < count && !h->origin; k++)
			if (untrusted_is(&history[k].id, deployment))
				h->origin = xstrdup(untrusted_raw(&e->environment.id));
	}
}

static void
collect(struct hotfix *h, const struct world_application *app, const struct world_environment *clone)
{
	struct events_of of = {h->session, h->org, h->app, h->env, 0};
	const struct deployment *history;
	const struct event *first;
	size_t count;

	if (clone)
		of.since = clone->environment.created_at - CLOCK_SKEW_MS;
	events_from_journal(&h->events, &of);
	history = history_of(h, clone, &count);
	if (history && count > 0)
		events_from_clone(&h->events, history, count);
	events_sort(&h->events);
	first = events_first(&h->events, EVENT_CLONE);
	if (first && first->env)
		h->origin = xstrdup(first->env);
	else if (history && count > 0 && history[count - 1].from_id.raw)
		find_origin(h, app, history[count - 1].from_id.raw);
	if (first && first->deployment_id.raw)
		h->story = xstrdup(first->deployment_id.raw);
	if (!h->origin || !first)
		return;
	of.since = first->at - CLOCK_SKEW_MS;
	history = history_of(h, world_environment(session_world(h->session), h->org, h->app, h->origin),
			     &count);
	if (history)
		events_from_origin(&h->events, &of, h->origin, history, count);
	events_sort(&h->events);
}

/* --- the fix, and who has it --- */

static char *
copy(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

/* One promotion changed the origin by the fix alone.  Of several only the clone itself holds
 * the whole fix: between them the origin may have got other things. */
static void
find_fix(struct hotfix *h)
{
	const struct event *promoted = events_last(&h->events, EVENT_PROMOTE, true);
	const struct event *cloned = events_first(&h->events, EVENT_CLONE);
	const char *after = cloned ? cloned->to_set : NULL;
	size_t promotions = 0;

	if (!promoted)
		return;
	for (size_t i = 0; i < h->events.count; i++) {
		const struct event *e = &h->events.items[i];

		if (e->is_busy || e->has_failed || e->at > promoted->at)
			continue;
		promotions += e->kind == EVENT_PROMOTE;
		if (e->kind == EVENT_FIX && e->to_set)
			after = e->to_set;
	}
	if (promotions > 1 && cloned && cloned->to_set && after) {
		h->before_set = copy(cloned->to_set);
		h->after_set = copy(after);
	} else if (promoted->from_set && promoted->to_set) {
		h->before_set = copy(promoted->from_set);
		h->after_set = copy(promoted->to_set);
	}
}

/* What it runs; NULL: that is not known. */
static const struct set *
running_set(struct hotfix *h, const struct world_environment *e)
{
	if (e->running.id.raw)
		return reader_set(h->reader, h->org, h->app, untrusted_raw(&e->running.set_id));
	return NULL;
}

static void
judge(struct hotfix *h, struct hotfix_other *other, const struct world_environment *e)
{
	const struct set *before = NULL, *after = NULL, *here = running_set(h, e);

	if (h->before_set && h->after_set) {
		before = reader_set(h->reader, h->org, h->app, h->before_set);
		after = reader_set(h->reader, h->org, h->app, h->after_set);
	}
	other->env = xstrdup(untrusted_raw(&e->environment.id));
	untrusted_init(&other->name, e->environment.name.raw);
	other->is_known = before && after && here &&
			  carry_find(&other->carry, before, after, here, NULL) == 0;
}

static void
judge_others(struct hotfix *h, const struct world_application *app)
{
	if (!app || !app->count)
		return;
	h->others = xcalloc(app->count, sizeof(*h->others));
	for (size_t i = 0; i < app->count; i++) {
		const struct world_environment *e = &app->environments[i];

		if (untrusted_is(&e->environment.id, h->env) || e->environment.deleting)
			continue;
		if (h->origin && untrusted_is(&e->environment.id, h->origin))
			judge(h, &h->at_origin, e);
		else
			judge(h, &h->others[h->other_count++], e);
	}
}

/* --- the steps --- */

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
		if (untrusted_is(&h->marks.items[i].step, mark_names[id]))
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
	/* Exactly as before it; a later release is something else and is no way back. */
	if (h->at_origin.is_known && h->at_origin.carry.state == CARRY_LACKS &&
	    h->at_origin.carry.there == 0 && !step->is_busy) {
		untrusted_set(&step->detail, _("taken back: the fix is not there any more"));
		return false;
	}
	return !step->is_busy;
}

static bool
tell_clean_up(struct hotfix *h, const struct world_environment *clone)
{
	struct hotfix_step *step = &h->steps[HOTFIX_CLEAN_UP];

	from_event(step, events_last(&h->events, EVENT_DISCARD, false));
	if (clone && clone->environment.deleting)
		step->is_busy = true;
	return h->application_known && !clone;
}

static bool
tell_carry(struct hotfix *h)
{
	struct hotfix_step *step = &h->steps[HOTFIX_CARRY];
	bool everywhere = h->before_set != NULL;

	for (size_t i = 0; i < h->other_count; i++)
		everywhere = everywhere && h->others[i].is_known &&
			     h->others[i].carry.state == CARRY_HAS;
	if (everywhere) {
		untrusted_set(&step->detail, _("every other environment has it"));
		return true;
	}
	return from_mark(h, HOTFIX_CARRY, h->steps[HOTFIX_PROMOTE].at);
}

/* Next is what comes behind the last thing done; a clone that is gone ends its own steps. */
static void
find_now(struct hotfix *h, const bool *done)
{
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
		else if (i <= highest || (i == HOTFIX_CARRY && done[HOTFIX_CLEAN_UP] && !h->before_set))
			step->state = HOTFIX_SKIPPED;
		else if (h->now == HOTFIX_STEP_COUNT)
			h->now = (enum hotfix_step_id)i;
	}
	if (h->now != HOTFIX_STEP_COUNT)
		h->steps[h->now].state = HOTFIX_NOW;
}

static void
tell_steps(struct hotfix *h, const struct world_environment *clone)
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

void
hotfix_update(struct hotfix *h)
{
	const struct world *world = session_world(h->session);
	const struct world_application *app = world_application(world, h->org, h->app);
	const struct world_environment *clone = world_environment(world, h->org, h->app, h->env);

	forget(h);
	h->application_known = app && app->read_at > 0;
	h->clone_exists = clone != NULL;
	reader_begin(h->reader);
	collect(h, app, clone);
	if (h->story)
		(void)!store_mark_list(session_store(h->session), session_platform(h->session), h->org,
				       h->app, h->story, &h->marks, NULL);
	find_fix(h);
	judge_others(h, app);
	tell_steps(h, clone);
	reader_end(h->reader);
}

/* --- looking --- */

const struct hotfix_step *
hotfix_step(const struct hotfix *h, enum hotfix_step_id step)
{
	return &h->steps[step];
}

enum hotfix_step_id
hotfix_now(const struct hotfix *h)
{
	return h->now;
}

const char *
hotfix_env(const struct hotfix *h)
{
	return h->env;
}

const char *
hotfix_origin(const struct hotfix *h)
{
	return h->origin;
}

bool
hotfix_clone_exists(const struct hotfix *h)
{
	return h->clone_exists;
}

bool
hotfix_is_known(const struct hotfix *h)
{
	return events_first(&h->events, EVENT_CLONE) != NULL;
}

int64_t
hotfix_began_at(const struct hotfix *h)
{
	const struct event *first = events_first(&h->events, EVENT_CLONE);

	return first ? first->at : 0;
}

size_t
hotfix_other_count(const struct hotfix *h)
{
	return h->other_count;
}

const struct hotfix_other *
hotfix_other(const struct hotfix *h, size_t i)
{
	return &h->others[i];
}

/* --- marks --- */

bool
hotfix_is_marked_by_hand(enum hotfix_step_id step)
{
	return mark_names[step] != NULL;
}

static int
check_mark(const struct hotfix *h, enum hotfix_step_id step, struct error *err)
{
	if (!hotfix_is_marked_by_hand(step))
		return error_set(err, ERROR_INPUT, _("That step is done by an operation, not by saying so."));
	if (!h->story)
		return error_set(err, ERROR_INPUT, _("%s was not deployed yet: there is nothing to look at."),
				 h->env);
	if (session_read_only(h->session))
		return error_set(err, ERROR_ACCESS, _("this is a read-only session"));
	return 0;
}

int
hotfix_mark(struct hotfix *h, enum hotfix_step_id step, const char *note, struct error *err)
{
	const struct world *world = session_world(h->session);
	struct mark mark = {.at = clock_wall_ms()};
	int ret;

	if (check_mark(h, step, err) != 0)
		return -1;
	untrusted_init(&mark.step, mark_names[step]);
	untrusted_init(&mark.who, world->user.raw);
	untrusted_init(&mark.note, note && *note ? note : NULL);
	ret = store_put_mark(session_store(h->session), session_platform(h->session), h->org, h->app,
			     h->story, &mark, err);
	untrusted_clear(&mark.step);
	untrusted_clear(&mark.who);
	untrusted_clear(&mark.note);
	session_changed(h->session);
	return ret;
}

int
hotfix_unmark(struct hotfix *h, enum hotfix_step_id step, struct error *err)
{
	if (check_mark(h, step, err) != 0)
		return -1;
	session_changed(h->session);
	return store_drop_mark(session_store(h->session), session_platform(h->session), h->org, h->app,
			       h->story, mark_names[step], err);
}

/* --- carrying --- */

int
hotfix_carry_request(const struct hotfix *h, const char *env, struct flow_request *request,
		     struct error *err)
{
	if (!h->before_set || !h->after_set || !h->origin)
		return error_set(err, ERROR_INPUT, _("Nothing was promoted yet: there is no fix to carry."));
	*request = (struct flow_request){
		.verb = FLOW_CARRY, .org = h->org, .app = h->app, .env = env, .source = h->origin,
		.before_set = h->before_set, .after_set = h->after_set,
	};
	return 0;
}

char *
hotfix_newest(struct session *session, const char *org, const char *app)
{
	const struct history_query query = {.url = session_platform(session), .org = org, .app = app,
					    .verb = "clone", .limit = 1};
	struct operation_list list;
	char *env = NULL;

	if (store_history_list(session_store(session), &query, &list, NULL) != 0)
		return NULL;
	if (list.count > 0)
		env = copy(list.items[0].env.raw);
	operation_list_clear(&list);
	return env;
}
