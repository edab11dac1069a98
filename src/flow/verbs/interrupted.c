/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What became of the operations that nobody saw the end of: first the environment is asked
 * for, then, where the verb deploys, its deployments, among which ours is known by its
 * comment.  One question at a time: there are few, and nobody waits for them.
 *
 * Looking changes nothing on the platform, and in the journal only what is certain: the id of a
 * deployment that was found, the end of what was merely not watched, and that of a deletion whose
 * environment is gone.
 * Everything else waits for a person, who resumes, abandons or reviews again (resume.c).
 */
#include "config.h"

#include "flow/verbs/interrupted.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/operations.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "flow/verbs/flows.h"
#include "flow/verbs/verb.h"
#include "flow/world/origin.h"
#include "model/comment.h"
#include "model/nouns.h"
#include "model/set.h"
#include "net/loop.h"
#include "store/clone-origins.h"
#include "store/journal.h"

#define DEPLOYMENTS_MAX 1000
#define ASK_AGAIN_MS 10000

struct item {
	struct interrupted_operation op;
	bool is_unwatched;		/* its record is to be corrected; it is not in the list */
	bool is_over;			/* its record was */
};

struct interrupted {
	struct session *session;
	struct item *items; /* oldest first; the interrupted ones before the unwatched ones */
	size_t count, interrupted;
	bool asks;
	size_t at;			/* the item that is asked about */
	struct api_call *call;
	struct loop_timer *timer;	/* to ask again about what still goes on unwatched */
	struct error error;		/* why the list could not be read the last time */
};

static void ask_next(struct interrupted *list);

/* --- names --- */

const char *
interrupted_kind_name(enum interrupted_kind kind)
{
	static const char *const names[] = {
		[INTERRUPTED_RESUMABLE] = "resumable", [INTERRUPTED_EXPIRED] = "expired",
		[INTERRUPTED_FIRST_RELEASE] = "first-release", [INTERRUPTED_NOT_OURS] = "not-ours",
	};

	return names[kind];
}

const char *
interrupted_deed_name(enum interrupted_deed deed)
{
	static const char *const names[] = {
		[DEED_UNKNOWN] = "unknown", [DEED_NOT_DONE] = "not-done",
		[DEED_GOING_ON] = "in-progress", [DEED_DONE] = "done", [DEED_FAILED] = "failed",
	};

	return names[deed];
}

char *
interrupted_title(const struct operation *record)
{
	const char *env = untrusted_raw(&record->env), *source = untrusted_raw(&record->source);
	enum flow_verb id;
	const struct verb *verb = flow_verb_find(untrusted_raw(&record->verb), &id);

	return verb ? flow_verb_text(_(verb->title), env, source, NULL)
		    : xasprintf(_("%s of %s"), untrusted_raw(&record->verb), env);
}

const char *
flow_record_step_name(const struct operation *record, size_t i)
{
	const struct operation_step *step = &record->steps[i];
	enum flow_verb id;
	const struct verb *verb = flow_verb_find(untrusted_raw(&record->verb), &id);

	if (!step->id)		/* kept untranslated, in whatever language it was seen */
		return step->name && *step->name ? _(step->name) : "";
	for (size_t k = 0; verb && k < verb->step_count; k++)
		if (strcmp(verb->steps[k].id, step->id) == 0)
			return _(verb->steps[k].name);
	return step->id;
}

/* --- the list --- */

static void
clear_item(struct item *item)
{
	operation_clear(&item->op.record);
	knowledge_clear(&item->op.asked);
	free(item->op.now);
}

static void
clear_items(struct item *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		clear_item(&items[i]);
	free(items);
}

struct interrupted *
interrupted_open(struct session *session)
{
	struct interrupted *list = xcalloc(1, sizeof(*list));

	list->session = session;
	interrupted_update(list);
	return list;
}

/* The items may change now; an answer would be taken for another item's. */
static void
stop_asking(struct interrupted *list)
{
	if (list->call)
		api_cancel(list->call);
	list->call = NULL;
}

void
interrupted_close(struct interrupted *list)
{
	if (!list)
		return;
	stop_asking(list);
	loop_remove_timer(list->timer);
	clear_items(list->items, list->count);
	free(list);
}

/* What was asked of it before stays. */
static void
take_answer(struct item *item, struct interrupted *from)
{
	for (size_t i = 0; i < from->count; i++) {
		struct item *old = &from->items[i];

		if (!untrusted_equal(&old->op.record.id, &item->op.record.id))
			continue;
		free(item->op.now);
		item->op.now = old->op.now;
		old->op.now = NULL;
		knowledge_clear(&item->op.asked);
		item->op.asked = old->op.asked;
		old->op.asked = (struct knowledge){0};
		item->op.deed = old->op.deed;
		if (old->op.kind == INTERRUPTED_EXPIRED)
			item->op.kind = INTERRUPTED_EXPIRED;
		item->op.moved = old->op.moved;
		item->is_over = old->is_over;
	}
}

/* What a living program works on, this one included, is not interrupted. */
static int
add_items(struct interrupted *from, struct item **items, size_t *count, bool unwatched)
{
	struct store *store = session_store(from->session);
	const struct history_query query = {
		.url = session_platform(from->session), .unfinished = !unwatched,
		.unwatched = unwatched,
	};
	struct operation_list list;

	if (store_history_list(store, &query, &list, &from->error))
		return -1;
	*items = xreallocarray(*items, *count + list.count + 1, sizeof(**items));
	for (size_t i = list.count; i-- > 0;) {
		struct item *item = &(*items)[*count];

		if (session_flow_by_id(from->session, untrusted_raw(&list.items[i].id)) ||
		    store_operation_is_claimed(store, untrusted_raw(&list.items[i].id)))
			continue;
		*item = (struct item){ .is_unwatched = unwatched };
		item->op.now = xstrdup("");
		item->op.record = list.items[i];
		list.items[i] = (struct operation){ 0 };
		item->op.kind = flow_interrupted_kind(&item->op.record);
		while (item->op.step < item->op.record.step_count &&
		       item->op.record.steps[item->op.step].state == RECORD_DONE)
			item->op.step++;
		++*count;
	}
	operation_list_clear(&list);
	return 0;
}

/* What cannot be read is as it was. */
void
interrupted_update(struct interrupted *list)
{
	struct item *items = NULL;
	size_t count = 0, interrupted = 0;
	bool was_asking = list->call != NULL;
	int ret;

	stop_asking(list);
	list->error = (struct error){ 0 };
	ret = add_items(list, &items, &count, false);
	interrupted = count;
	if (ret == 0)
		ret = add_items(list, &items, &count, true);
	if (ret != 0) {
		clear_items(items, count);
	} else {
		for (size_t i = 0; i < count; i++)
			take_answer(&items[i], list);
		clear_items(list->items, list->count);
		list->items = items;
		list->count = count;
		list->interrupted = interrupted;
	}
	list->at = 0;
	if (was_asking || list->asks)
		ask_next(list);
}

const struct error *
interrupted_error(const struct interrupted *list)
{
	return list->error.kind != ERROR_NONE ? &list->error : NULL;
}

bool
interrupted_is_settled(const struct interrupted *list)
{
	return list->asks && !list->call;
}

bool
interrupted_is_empty(const struct interrupted *list)
{
	return list->count == 0;
}

bool
interrupted_has_records(const struct interrupted *list)
{
	return list->count > list->interrupted;
}

size_t
interrupted_count(const struct interrupted *list)
{
	return list->interrupted;
}

const struct interrupted_operation *
interrupted_get(const struct interrupted *list, size_t i)
{
	assert(i < list->interrupted);
	return &list->items[i].op;
}

/* A beginning that two have is none: the person is asked for more of it. */
const struct interrupted_operation *
interrupted_find(const struct interrupted *list, const char *id)
{
	const struct interrupted_operation *found = NULL;
	size_t length = strlen(id);

	for (size_t i = 0; i < list->interrupted; i++) {
		const struct interrupted_operation *op = &list->items[i].op;

		if (length == 0 || strncmp(untrusted_raw(&op->record.id), id, length) != 0)
			continue;
		if (found)
			return NULL;
		found = op;
	}
	return found;
}

void
interrupted_mark(struct session *session, struct operation_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct operation *o = &list->items[i];

		if (o->state <= OPERATION_RUNNING &&
		    !session_flow_by_id(session, untrusted_raw(&o->id)) &&
		    !store_operation_is_claimed(session_store(session), untrusted_raw(&o->id)))
			o->state = OPERATION_INTERRUPTED;
	}
}

/* --- what the platform says --- */

static void
say(struct item *item, enum interrupted_deed deed, char *text)
{
	item->op.deed = deed;
	free(item->op.now);
	item->op.now = text;
}

/* The record as the journal has it now, ours to write.  false: somebody else works on it. */
static bool
take_record(struct interrupted *list, const struct item *item, struct operation *record)
{
	struct store *store = session_store(list->session);
	const char *id = untrusted_raw(&item->op.record.id);

	if (!store_operation_claim(store, id))
		return false;
	if (store_operation_get(store, id, record, NULL) == 0) {
		if (record->state == item->op.record.state)
			return true;
		operation_clear(record);
	}
	store_operation_release(store, id);
	return false;
}

/* It is undone by this id, also when the operation is abandoned. */
static void
keep_deployment(struct interrupted *list, struct item *item, const struct deployment *ours)
{
	struct operation record = { 0 };

	if (item->op.record.deployment_id.raw || !take_record(list, item, &record))
		return;
	untrusted_set(&record.deployment_id, untrusted_raw(&ours->id));
	untrusted_set(&item->op.record.deployment_id, untrusted_raw(&ours->id));
	(void)!store_operation_update(session_store(list->session), &record, SIZE_MAX, NULL);
	store_operation_release(session_store(list->session), untrusted_raw(&record.id));
	operation_clear(&record);
}

/* All of it came about, so no step of its record is under way.  The last one is written with the
 * end of the operation. */
static void
finish_steps(struct interrupted *list, struct operation *record)
{
	for (size_t i = 0; i < record->step_count; i++) {
		struct operation_step *step = &record->steps[i];

		if (step->state == RECORD_DONE)
			continue;
		step->state = RECORD_DONE;
		step->ended_at = record->ended_at;
		untrusted_set(&step->detail, NULL);
		if (i + 1 < record->step_count)
			(void)!store_operation_update(session_store(list->session), record, i,
						      NULL);
	}
}

/* kind: of the error, when it failed. */
static void
end_record(struct interrupted *list, struct item *item, enum operation_state state,
	   int64_t ended_at, enum error_kind kind, const char *error)
{
	struct operation record = { 0 };

	if (!take_record(list, item, &record))
		return;
	record.ended_at = ended_at ? ended_at : clock_wall_ms();
	untrusted_set(&record.error, error);
	untrusted_set(&record.error_kind, kind != ERROR_NONE ? error_kind_name(kind) : NULL);
	if (state == OPERATION_DONE)
		finish_steps(list, &record);
	record.state = state;
	item->is_over = store_operation_update(session_store(list->session), &record,
					       record.step_count ? record.step_count - 1 : SIZE_MAX,
					       NULL) == 0;
	/* What is written down of a clone follows; the platform's history says it as well. */
	if (item->is_over && state == OPERATION_DONE)
		(void)origin_settle_operation(list->session, &record, NULL);
	if (!item->is_over)
		store_operation_release(session_store(list->session), untrusted_raw(&record.id));
	operation_clear(&record);
	session_changed(list->session);
}

/* The end of an operation that nobody watched, as it was. */
static void
correct(struct interrupted *list, struct item *item, enum operation_state state, int64_t ended_at,
	enum error_kind kind, const char *error)
{
	if (item->is_unwatched)
		end_record(list, item, state, ended_at, kind, error);
}

/* Nothing was done, as the platform says: then the age of the approval counts. */
static void
say_not_done(struct item *item, char *text)
{
	say(item, DEED_NOT_DONE, text);
	if (item->op.kind == INTERRUPTED_RESUMABLE &&
	    clock_wall_ms() - item->op.record.created_at > APPROVAL_VALID_MS &&
	    !flow_record_has_acted(&item->op.record))
		item->op.kind = INTERRUPTED_EXPIRED;
}

/* A deployment with another set than the reviewed one is a failure, however it ended. */
static void
judge_ours(struct interrupted *list, struct item *item, const struct deployment *ours)
{
	const struct operation *record = &item->op.record;
	const char *id = untrusted_raw(&ours->id);

	keep_deployment(list, item, ours);
	if (!deployment_is_final(ours)) {
		say(item, DEED_GOING_ON,
		    xasprintf(_("The deployment was made (%s) and is still running."), id));
	} else if (ours->status == DEPLOYMENT_FAILED) {
		say(item, DEED_FAILED,
		    xasprintf(_("The deployment was made (%s) and failed."), id));
		correct(list, item, OPERATION_FAILED, ours->status_changed_at, ERROR_REMOTE,
			_("The deployment failed after nobody watched it any more."));
	} else if (!untrusted_is(&ours->set_id, untrusted_raw(&record->to_set))) {
		say(item, DEED_FAILED,
		    xasprintf(_("A deployment was made (%s), but it is NOT the reviewed state."),
			      id));
		correct(list, item, OPERATION_FAILED, ours->status_changed_at, ERROR_PROTOCOL,
			_("The deployed state is NOT the reviewed one."));
	} else {
		say(item, DEED_DONE,
		    xasprintf(_("The deployment was made (%s) and succeeded."), id));
		correct(list, item, OPERATION_DONE, ours->status_changed_at, ERROR_NONE, NULL);
	}
}

/* Whether anybody else deployed since decides whether the approval can still be meant. */
static void
judge_not_made(struct item *item, const struct deployment *newest)
{
	const struct operation *record = &item->op.record;
	const char *env = untrusted_raw(&record->env);
	int people;

	item->op.moved = newest &&
			 !untrusted_is(&newest->id, untrusted_raw(&record->from_deployment));
	if (!item->op.moved) {
		say_not_done(item,
			     xasprintf(_("The deployment was not made; %s has not changed since."),
				       env));
		return;
	}
	people = (int)comment_people_length(untrusted_raw(&newest->comment));
	say_not_done(
		item,
		xasprintf(_("The deployment was not made; since then %s deployed \"%.*s\" to %s."),
			  untrusted_raw(&newest->created_by), people,
			  untrusted_raw(&newest->comment), env));
}

/* Newest first: what was found before ours was made after it, so the environment has moved. */
static void
judge_deployments(struct interrupted *list, struct item *item, const json_t *body)
{
	const char *id = untrusted_raw(&item->op.record.id);
	const char *known = item->op.record.deployment_id.raw;
	struct deployment newest = { 0 }, d = { 0 };
	bool found = false;

	for (size_t i = 0; i < json_array_size(body) && i < DEPLOYMENTS_MAX && !found; i++) {
		if (deployment_decode(&d, json_array_get(body, i), NULL))
			continue;
		if ((known && untrusted_is(&d.id, known)) ||
		    comment_is_of(untrusted_raw(&d.comment), id)) {
			judge_ours(list, item, &d);
			item->op.moved = newest.id.raw != NULL;
			found = true;
		}
		if (!newest.id.raw)
			newest = d;
		else
			deployment_clear(&d);
		d = (struct deployment){ 0 };
	}
	if (!found)
		judge_not_made(item, newest.id.raw ? &newest : NULL);
	deployment_clear(&newest);
}

/* --- asking --- */

static void
answered(struct interrupted *list, const struct error *error)
{
	struct item *item = &list->items[list->at];

	knowledge_set_answer(&item->op.asked, error, clock_wall_ms());
	list->at++;
	session_changed(list->session);
	ask_next(list);
}

static void
got_deployments(void *data, const struct api_reply *reply)
{
	struct interrupted *list = data;
	struct error err = reply->error;

	list->call = NULL;
	if (err.kind == ERROR_NONE && !json_is_array(reply->body))
		error_set(&err, ERROR_PROTOCOL, _("The list of deployments is not an array."));
	if (err.kind == ERROR_NONE)
		judge_deployments(list, &list->items[list->at], reply->body);
	answered(list, &err);
}

/* With the environment everything is done that a person could resume, unless the record is one that
 * this version does not understand. */
static void
end_discard(struct interrupted *list, struct item *item)
{
	const struct operation *record = &item->op.record;

	if (!item->is_unwatched && item->op.kind != INTERRUPTED_RESUMABLE &&
	    item->op.kind != INTERRUPTED_EXPIRED)
		return;
	(void)!store_drop_clone_origin(session_store(list->session),
				       session_platform(list->session),
				       untrusted_raw(&record->org), untrusted_raw(&record->app),
				       untrusted_raw(&record->env), NULL);
	end_record(list, item, OPERATION_DONE, 0, ERROR_NONE, NULL);
}

/* That an environment is gone is what was wanted, whoever deleted it. */
static void
judge_discard(struct interrupted *list, struct item *item, const struct environment *now)
{
	const struct operation *record = &item->op.record;
	const char *env = untrusted_raw(&record->env);

	if (now && now->status == ENVIRONMENT_DELETING) {
		say(item, DEED_GOING_ON, xasprintf(_("%s is being deleted."), env));
	} else if (now) {
		say_not_done(item, xasprintf(_("%s was not deleted."), env));
		correct(list, item, OPERATION_FAILED, 0, ERROR_REMOTE,
			_("The platform did not delete it."));
	} else {
		say(item, DEED_DONE, xasprintf(_("%s was deleted."), env));
		end_discard(list, item);
	}
}

/* true: the deployments must be asked for. */
static bool
judge_environment(struct interrupted *list, struct item *item, const struct environment *now)
{
	const struct operation *record = &item->op.record;
	const char *env = untrusted_raw(&record->env);

	if (untrusted_is(&record->verb, "discard")) {
		judge_discard(list, item, now);
		return false;
	}
	if (now && now->last_deploy.id.raw)
		return true;
	if (!now && untrusted_is(&record->verb, "clone") && !item->is_unwatched)
		say_not_done(item, xasprintf(_("%s was not created."), env));
	else if (!now)
		say(item, DEED_UNKNOWN, xasprintf(_("%s is not there any more."), env));
	else if (untrusted_is(&record->verb, "clone"))
		say(item, DEED_GOING_ON,
		    xasprintf(_("%s was created, and nothing was deployed to it yet."), env));
	else
		judge_not_made(item, NULL);
	if (!now)
		correct(list, item, OPERATION_ABANDONED, 0, ERROR_NONE,
			_("The environment was deleted; how it ended is not known."));
	return false;
}

/* 404 is an answer here and no error. */
static void
got_environment(void *data, const struct api_reply *reply)
{
	struct interrupted *list = data;
	struct item *item = &list->items[list->at];
	const struct operation *record = &item->op.record;
	struct environment now = { 0 };
	struct error err = reply->error;
	bool gone = err.kind == ERROR_NOT_FOUND, more = false;

	list->call = NULL;
	if (gone)
		err = (struct error){ 0 };
	else if (err.kind == ERROR_NONE)
		(void)!environment_decode(&now, reply->body, &err);
	if (err.kind == ERROR_NONE)
		more = judge_environment(list, item, gone ? NULL : &now);
	environment_clear(&now);
	if (more)
		list->call = api_list_deployments(
			session_api(list->session), untrusted_raw(&record->org),
			untrusted_raw(&record->app), untrusted_raw(&record->env), got_deployments,
			list);
	else
		answered(list, &err);
}

/* A path is made of these: what is no id of the platform is not asked about. */
static bool
is_askable(const struct operation *record)
{
	return ids_is_name(untrusted_raw(&record->org)) &&
	       ids_is_name(untrusted_raw(&record->app)) && ids_is_name(untrusted_raw(&record->env));
}

/* Only those that still go on: a person's list is not asked about behind their back. */
static void
ask_again_later(void *data)
{
	struct interrupted *list = data;

	list->timer = NULL;
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].is_unwatched)
			knowledge_clear(&list->items[i].op.asked);
	if (!list->call) {
		list->at = 0;
		ask_next(list);
	}
}

/* What cannot be asked about is said to be damaged, and never sent. */
static void
ask_next(struct interrupted *list)
{
	bool goes_on = false;

	for (; list->at < list->count; list->at++) {
		struct item *item = &list->items[list->at];
		const struct operation *record = &item->op.record;

		if (item->is_over || knowledge_is_current(&item->op.asked))
			continue;
		if (!is_askable(record)) {
			struct error err = { 0 };

			error_set(&err, ERROR_INPUT, _("its record is damaged"));
			knowledge_set_answer(&item->op.asked, &err, 0);
			continue;
		}
		list->call = api_get_environment(
			session_api(list->session), untrusted_raw(&record->org),
			untrusted_raw(&record->app), untrusted_raw(&record->env), got_environment,
			list);
		return;
	}
	for (size_t i = 0; i < list->count; i++)
		goes_on = goes_on || (list->items[i].is_unwatched && !list->items[i].is_over);
	if (goes_on && !list->timer)
		list->timer = loop_add_timer(session_loop(list->session), ASK_AGAIN_MS,
					     ask_again_later, list);
}

void
interrupted_ask_again(struct interrupted *list)
{
	stop_asking(list);
	for (size_t i = 0; i < list->count; i++)
		knowledge_clear(&list->items[i].op.asked);
	interrupted_ask(list);
}

void
interrupted_ask(struct interrupted *list)
{
	list->asks = true;
	if (list->call)
		return;
	list->at = 0;
	ask_next(list);
}
