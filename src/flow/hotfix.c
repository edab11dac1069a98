/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Where the story of a hotfix stands: from what happened, step by step.
 *
 * Nothing of it is written down but the marks.  Each update begins from nothing: the events
 * are collected (hotfix-events.c), then judged (hotfix-steps.c).  So a story survives a
 * restart, another computer and another person's part in it, and it cannot contradict the
 * platform.
 *
 * Names are used again.  A clone that was discarded and one made later under the same id are
 * two stories; the journal's entries are believed only if the platform's history has the
 * deployment they speak of.
 */
#include "config.h"

#include "flow/hotfix.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/hotfix-state.h"
#include "flow/hotfix-steps.h"
#include "flow/session.h"
#include "flow/verbs/flow.h"
#include "flow/world/fetcher.h"
#include "flow/world/notes.h"
#include "flow/world/world.h"
#include "model/clone-notes.h"
#include "model/json.h"
#include "model/set.h"
#include "store/clone-origins.h"
#include "store/history.h"
#include "store/marks.h"

/* Events of the journal carry our time, those of the platform its own. */
#define CLOCK_SKEW_MS (5 * 60 * 1000)	/* between the platform's clock and ours */

struct hotfix *
hotfix_open(struct session *session, const char *org, const char *app, const char *env)
{
	struct hotfix *h = xcalloc(1, sizeof(*h));

	h->session = session;
	h->org = xstrdup(org);
	h->app = xstrdup(app);
	h->env = xstrdup(env);
	h->fetcher = fetcher_open(session);
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
	value_changes_clear(&h->values);
	h->values_unknown = false;
}

void
hotfix_close(struct hotfix *h)
{
	if (!h)
		return;
	forget(h);
	fetcher_close(h->fetcher);
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
	return fetcher_history(h->fetcher, h->org, h->app, untrusted_raw(&e->environment.id),
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

/* Somebody else's clone that was discarded: its promotions are with where it came from. */
static void
collect_gone(struct hotfix *h, const struct world_application *app)
{
	const struct events_of of = {h->session, h->org, h->app, h->env, 0};

	for (size_t i = 0; app && i < app->count && !h->origin; i++) {
		const struct world_environment *e = &app->environments[i];
		const char *id = untrusted_raw(&e->environment.id);
		const struct deployment *history;
		size_t count;

		history = history_of(h, e, &count);
		if (history)
			events_from_origin(&h->events, &of, id, history, count);
		if (!events_last(&h->events, EVENT_PROMOTE, false))
			continue;
		h->origin = xstrdup(id);
		events_add_gone_clone(&h->events, id);
	}
	events_sort(&h->events);
}

/* What began from nothing, as Production did, is no clone, however many deployments it has. */
static bool
is_clone(const struct hotfix *h, const struct world_environment *e, const struct deployment *first)
{
	return events_first(&h->events, EVENT_CLONE) || (e && e->clone_of) ||
	       (first->from_id.raw && first->from_id.raw[0]);
}

/* The journal's clone of that name may be one that was deleted just before somebody made this
 * one. */
static bool
was_another(const struct hotfix *h, const struct deployment *history, size_t count)
{
	const struct event *first = events_first(&h->events, EVENT_CLONE);
	bool found = !first || !first->deployment_id.raw;

	for (size_t i = 0; i < count && !found; i++)
		found = untrusted_equal(&first->deployment_id, &history[i].id);
	return !found;
}

/* First the clone's own story, because it says from where and since when; then what the
 * origin says of promotions since then.  Without clone and without journal the origin is
 * looked for by its promotions. */
static void
collect(struct hotfix *h, const struct world_application *app,
	const struct world_environment *clone)
{
	struct events_of of = {h->session, h->org, h->app, h->env, 0};
	const struct deployment *history;
	const struct event *first;
	size_t count;
	bool is_taken;

	if (clone)
		of.since = clone->environment.created_at - CLOCK_SKEW_MS;
	(void)!events_from_journal(&h->events, &of, &h->error);
	history = history_of(h, clone, &count);
	is_taken = history && count > 0 && was_another(h, history, count);
	if (is_taken)
		events_clear(&h->events);
	if (history && count > 0 && is_clone(h, clone, &history[count - 1]))
		events_from_clone(&h->events, history, count);
	events_sort(&h->events);
	first = events_first(&h->events, EVENT_CLONE);
	if (!first && !clone) {
		collect_gone(h, app);
		return;
	}
	if (first && first->env)
		h->origin = xstrdup(first->env);
	else if (clone && clone->clone_of && !is_taken)
		h->origin = xstrdup(clone->clone_of);
	else if (history && count > 0 && history[count - 1].from_id.raw)
		find_origin(h, app, history[count - 1].from_id.raw);
	if (first && first->deployment_id.raw)
		h->story = xstrdup(first->deployment_id.raw);
	if (!h->origin || !first)
		return;
	of.since = first->at - CLOCK_SKEW_MS;
	history = history_of(
		h, world_environment(session_world(h->session), h->org, h->app, h->origin), &count);
	if (history)
		events_from_origin(&h->events, &of, h->origin, history, count);
	if (history && clone)
		events_from_note(&h->events, &of, h->origin,
				 notes_of(h->session, h->org, h->app, clone, "promote"));
	events_sort(&h->events);
}

/* --- marks --- */

static const struct mark *
find_mark(const struct hotfix *h, const char *step)
{
	for (size_t i = 0; i < h->marks.count; i++)
		if (untrusted_is(&h->marks.items[i].step, step))
			return &h->marks.items[i];
	return NULL;
}

static bool
is_known_mark(const struct mark *known, const struct clone_mark *said)
{
	return known && known->at == said->at &&
	       untrusted_is(&known->who, untrusted_raw(&said->by)) &&
	       strcmp(untrusted_raw(&known->note), untrusted_raw(&said->note)) == 0;
}

/* true: another one is written down now. */
static bool
take_mark(struct hotfix *h, const char *step, const json_t *note)
{
	const struct mark *known = find_mark(h, step);
	struct clone_mark said;
	bool is_new = false;

	clone_mark_read(&said, note);
	if (said.at != 0 && said.is_removed)
		is_new = known && store_drop_mark(session_store(h->session),
						  session_platform(h->session), h->org, h->app,
						  h->story, step, &h->error) == 0;
	else if (said.at != 0 && !is_known_mark(known, &said))
		is_new = store_put_mark(session_store(h->session), session_platform(h->session),
					h->org, h->app, h->story,
					&(struct mark){
						.step = {(char *)(uintptr_t)step},
						.who = said.by,
						.note = said.note,
						.at = said.at,
					}, &h->error) == 0;
	clone_mark_clear(&said);
	return is_new;
}

static void
list_marks(struct hotfix *h)
{
	mark_list_clear(&h->marks);
	(void)!store_mark_list(session_store(h->session), session_platform(h->session), h->org,
			       h->app, h->story, &h->marks, &h->error);
}

/* What others marked becomes what is written down here: it stays when the clone is gone. */
static void
read_marks(struct hotfix *h, const struct world_environment *clone)
{
	bool is_new = false;

	list_marks(h);
	for (size_t i = 0; clone && i < HOTFIX_STEP_COUNT; i++)
		if (hotfix_mark_names[i])
			is_new |= take_mark(h, hotfix_mark_names[i],
					    notes_of(h->session, h->org, h->app, clone,
						     hotfix_mark_names[i]));
	if (is_new)
		list_marks(h);
}

/* --- now --- */

/* Between fetcher_begin() and fetcher_end(), so that questions which
 * no longer matter are dropped. */
void
hotfix_update(struct hotfix *h)
{
	const struct world *world = session_world(h->session);
	const struct world_application *app = world_application(world, h->org, h->app);
	const struct world_environment *clone = world_environment(world, h->org, h->app, h->env);

	forget(h);
	h->error = (struct error){0};
	h->application_known = app && knowledge_has_content(&app->known);
	h->clone_exists = clone != NULL;
	fetcher_begin(h->fetcher);
	collect(h, app, clone);
	if (h->story)
		read_marks(h, clone);
	hotfix_judge(h, app);
	hotfix_tell_steps(h, clone);
	fetcher_end(h->fetcher);
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

bool
hotfix_is_settled(const struct hotfix *h)
{
	return fetcher_is_settled(h->fetcher);
}

bool
hotfix_owner_is_unknown(const struct hotfix *h)
{
	return h->owner_unknown;
}

const struct error *
hotfix_error(const struct hotfix *h)
{
	return h->error.kind != ERROR_NONE ? &h->error : fetcher_error(h->fetcher);
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
	return hotfix_mark_names[step] != NULL;
}

/* A mark belongs to a story, which is named by the first deployment:
 * without one there is none to mark. */
static int
check_mark(const struct hotfix *h, enum hotfix_step_id step, struct error *err)
{
	if (!hotfix_is_marked_by_hand(step))
		return error_set(err, ERROR_INPUT,
				 _("This step cannot be marked: an operation does it."));
	if (!h->story)
		return error_set(err, ERROR_INPUT,
				 _("%s was not deployed yet, so there is nothing to mark."),
				 h->env);
	if (session_read_only(h->session))
		return error_set(err, ERROR_ACCESS, _("This is a read-only session."));
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
	untrusted_init(&mark.step, hotfix_mark_names[step]);
	untrusted_init(&mark.who, world->user.raw);
	untrusted_init(&mark.note, note && *note ? note : NULL);
	ret = store_put_mark(session_store(h->session), session_platform(h->session), h->org,
			     h->app, h->story, &mark, err);
	if (ret == 0)
		notes_tell(h->session, h->org, h->app, h->env, hotfix_mark_names[step],
			   clone_mark_encode(&(struct clone_mark){.note = mark.note}));
	untrusted_clear(&mark.step);
	untrusted_clear(&mark.who);
	untrusted_clear(&mark.note);
	session_changed(h->session);
	return ret;
}

int
hotfix_unmark(struct hotfix *h, enum hotfix_step_id step, struct error *err)
{
	int ret;

	if (check_mark(h, step, err) != 0)
		return -1;
	ret = store_drop_mark(session_store(h->session), session_platform(h->session), h->org,
			      h->app, h->story, hotfix_mark_names[step], err);
	if (ret == 0)
		notes_tell(h->session, h->org, h->app, h->env, hotfix_mark_names[step],
			   json_null());
	session_changed(h->session);
	return ret;
}

/* --- carrying --- */

int
hotfix_carry_request(const struct hotfix *h, const char *env, struct flow_request *request,
		     struct error *err)
{
	if (!h->before_set || !h->after_set || !h->origin)
		return error_set(err, ERROR_INPUT,
				 _("Nothing was promoted yet: there is no fix to carry."));
	if (hotfix_is_taken_back(h))
		return error_set(err, ERROR_INPUT,
				 _("The promotion was rolled back: %s does not have the fix, so it cannot be carried from there."),
				 h->origin);
	*request = (struct flow_request){
		.verb = FLOW_CARRY, .org = h->org, .app = h->app, .env = env, .source = h->origin,
		.before_set = h->before_set, .after_set = h->after_set, .hotfix = h->env,
	};
	return 0;
}

/* Nothing was cloned here: what others cloned. */
static char *
newest_clone(struct session *session, const char *org, const char *app, struct error *err)
{
	const struct clone_record *newest = NULL;
	struct clone_list list;
	char *env;

	if (store_clone_list(session_store(session), session_platform(session), &list, err) != 0)
		return NULL;
	for (size_t i = 0; i < list.count; i++)
		if (strcmp(list.items[i].org, org) == 0 && strcmp(list.items[i].app, app) == 0 &&
		    (!newest || list.items[i].origin.cloned_at > newest->origin.cloned_at))
			newest = &list.items[i];
	env = newest ? xstrdup(newest->env) : NULL;
	clone_list_clear(&list);
	return env;
}

/* One that this person cloned, if there is one: somebody else's newest
 * clone is rarely what is meant. */
char *
hotfix_newest(struct session *session, const char *org, const char *app, struct error *err)
{
	const struct history_query query = {.url = session_platform(session),
					    .org = org,
					    .app = app,
					    .verb = "clone",
					    .limit = 1};
	struct operation_list list;
	char *env = NULL;

	if (store_history_list(session_store(session), &query, &list, err) != 0)
		return NULL;
	if (list.count > 0)
		env = xstrdup(untrusted_raw(&list.items[0].env));
	operation_list_clear(&list);
	return env ? env : newest_clone(session, org, app, err);
}
