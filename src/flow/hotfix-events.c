/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The events of a hotfix's story, from the places that know of them: this person's journal, the
 * clone's own deployments, those of its origin, and the note that a colleague's platform left with
 * the clone.
 *
 * The journal comes first, since it has reasons and errors; a deployment that it made is
 * known by its id, so the platform adds only what others did.  The order in which they are
 * collected is therefore part of the result; they are sorted by time afterwards.
 */
#include "config.h"

#include "flow/hotfix-events.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/session.h"
#include "flow/verbs/flow.h"
#include "flow/verbs/interrupted.h"
#include "model/clone-notes.h"
#include "model/comment.h"
#include "model/json.h"
#include "model/nouns.h"
#include "store/history.h"

/* A story has dozens; a platform that sends thousands must not make us draw them. */
#define EVENTS_MAX 5000

static void
clear_event(struct event *event)
{
	untrusted_clear(&event->who);
	untrusted_clear(&event->detail);
	untrusted_clear(&event->note);
	untrusted_clear(&event->deployment_id);
	untrusted_clear(&event->operation_id);
	free(event->env);
	free(event->from_set);
	free(event->to_set);
	value_changes_clear(&event->values);
	free(event->from_values);
	free(event->to_values);
}

void
events_clear(struct events *events)
{
	for (size_t i = 0; i < events->count; i++)
		clear_event(&events->items[i]);
	free(events->items);
	*events = (struct events){0};
}

/* NULL when there are too many. */
static struct event *
add(struct events *events, enum event_kind kind)
{
	if (events->count == EVENTS_MAX)
		return NULL;
	events->items = xreallocarray(events->items, events->count + 1, sizeof(*events->items));
	events->items[events->count] = (struct event){.kind = kind};
	return &events->items[events->count++];
}

/* "promote hotfix-1: web 1.4.2 → 1.4.3 [sidestage …]" without its beginning and its end. */
static void
take_words(struct untrusted *out, const char *text)
{
	char *words = xstrndup(text, comment_people_length(text));
	char *behind = strstr(words, ": ");

	untrusted_init(out, behind ? behind + 2 : words);
	free(words);
}

/* --- the journal --- */

/* false: it does not belong to the clone's story.  A promotion stands in the journal under
 * the origin, with the clone as its source. */
static bool
kind_of(const struct operation *o, const char *env, enum event_kind *kind)
{
	if (untrusted_is(&o->verb, "promote") && o->source.raw && untrusted_is(&o->source, env))
		*kind = EVENT_PROMOTE;
	else if (!untrusted_is(&o->env, env))
		return false;
	else if (untrusted_is(&o->verb, "clone"))
		*kind = EVENT_CLONE;
	else if (untrusted_is(&o->verb, "discard"))
		*kind = EVENT_DISCARD;
	else
		*kind = EVENT_FIX;
	return true;
}

/* What a promotion wrote is only in the pinned request: the
 * platform's deployment names a version. */
static void
take_values(struct event *event, const struct operation *o)
{
	const char *text = untrusted_raw(&o->request);
	json_t *body = json_decode(text, strlen(text), NULL);
	const json_t *pins = json_object_get(body, "pins");

	if (pins &&
	    value_changes_decode(&event->values, json_object_get(pins, "values"), NULL) != 0)
		event->values = (struct value_changes){0};
	json_decref(body);
}

static void
add_operation(struct events *events, const struct operation *o, const char *env)
{
	enum event_kind kind;
	struct event *event = kind_of(o, env, &kind) ? add(events, kind) : NULL;

	if (!event)
		return;
	event->is_busy = o->state == OPERATION_PREPARED || o->state == OPERATION_RUNNING ||
		o->state == OPERATION_UNWATCHED;
	event->has_failed = o->state == OPERATION_FAILED || o->state == OPERATION_ABANDONED ||
		o->state == OPERATION_INTERRUPTED;
	event->at = o->created_at;
	event->ended_at = o->ended_at;
	untrusted_init(&event->who, o->who.raw);
	take_words(&event->detail, untrusted_raw(&o->summary));
	untrusted_init(&event->note, o->state == OPERATION_INTERRUPTED ? _("interrupted") :
		       event->has_failed ? o->error.raw : o->reason.raw);
	untrusted_init(&event->deployment_id, o->deployment_id.raw);
	untrusted_init(&event->operation_id, o->id.raw);
	event->env = xstrdup_or_null(kind == EVENT_PROMOTE ? o->env.raw :
				     kind == EVENT_CLONE ? o->source.raw : NULL);
	event->from_set = xstrdup_or_null(o->from_set.raw);
	event->to_set = xstrdup_or_null(o->to_set.raw);
	if (kind == EVENT_PROMOTE)
		take_values(event, o);
}

int
events_from_journal(struct events *events, const struct events_of *of, struct error *err)
{
	const struct history_query query = {
		.url = session_platform(of->session),
		.org = of->org,
		.app = of->app,
		.env = of->env,
	};
	struct operation_list list;
	size_t begin = 0;

	if (store_history_list(session_store(of->session), &query, &list, err) != 0)
		return -1;
	interrupted_mark(of->session, &list);
	/* Newest first: up to the clone, or to the last one that is not too old. */
	while (begin < list.count && list.items[begin].created_at >= of->since &&
	       !(untrusted_is(&list.items[begin].verb, "clone") &&
		 untrusted_is(&list.items[begin].env, of->env)))
		begin++;
	if (begin < list.count && list.items[begin].created_at >= of->since)
		begin++;
	while (begin-- > 0)
		add_operation(events, &list.items[begin], of->env);
	operation_list_clear(&list);
	return 0;
}

/* --- the platform --- */

static bool
is_known(const struct events *events, const struct deployment *deployment)
{
	const char *comment = untrusted_raw(&deployment->comment);

	/* An operation under way has no deployment in the journal yet; its mark tells it. */
	for (size_t i = 0; i < events->count; i++) {
		const struct event *event = &events->items[i];

		if ((event->deployment_id.raw &&
		     untrusted_equal(&event->deployment_id, &deployment->id)) ||
		    (event->operation_id.raw && strstr(comment, event->operation_id.raw)))
			return true;
	}
	return false;
}

static struct event *
add_deployment(struct events *events, enum event_kind kind, const struct deployment *d)
{
	struct event *event = is_known(events, d) ? NULL : add(events, kind);

	if (!event)
		return NULL;
	event->is_busy = !deployment_is_final(d);
	event->has_failed = d->status == DEPLOYMENT_FAILED;
	event->at = d->created_at;
	event->ended_at = event->is_busy ? 0 : d->status_changed_at;
	untrusted_init(&event->who, d->created_by.raw);
	take_words(&event->detail, untrusted_raw(&d->comment));
	untrusted_init(&event->deployment_id, d->id.raw);
	event->to_set = xstrdup_or_null(d->set_id.raw);
	return event;
}

void
events_from_clone(struct events *events, const struct deployment *history, size_t count)
{
	for (size_t i = count; i-- > 0;)
		add_deployment(events, i + 1 == count ? EVENT_CLONE : EVENT_FIX, &history[i]);
}

/* By the mark in the comment; the first release wrote the verb only as words. */
static bool
is_promotion(const char *text, const char *env, const char *prefix)
{
	struct comment comment;
	bool is;

	comment_decode(&comment, text);
	if (comment.verb)
		is = strcmp(comment.verb, "promote") == 0 && comment.hotfix &&
			strcmp(comment.hotfix, env) == 0;
	else
		is = comment.op && strncmp(text, prefix, strlen(prefix)) == 0;
	comment_clear(&comment);
	return is;
}

/* The sets before and after are what the fix is made of: hotfix-steps.c. */
void
events_from_origin(struct events *events, const struct events_of *of, const char *origin,
		   const struct deployment *history, size_t count)
{
	char *prefix = xasprintf("promote %s: ", of->env);	/* of the first release */

	for (size_t i = count; i-- > 0;) {
		const char *comment = untrusted_raw(&history[i].comment);
		struct event *event;

		if (history[i].created_at < of->since || !is_promotion(comment, of->env, prefix))
			continue;
		event = add_deployment(events, EVENT_PROMOTE, &history[i]);
		if (!event)
			continue;
		event->env = xstrdup(origin);
		event->to_values = xstrdup_or_null(history[i].value_set_version_id.raw);
		for (size_t k = 0; k < count; k++)
			if (!event->from_set &&
			    untrusted_equal(&history[k].id, &history[i].from_id)) {
				event->from_set = xstrdup_or_null(history[k].set_id.raw);
				event->from_values = xstrdup_or_null(
					history[k].value_set_version_id.raw);
			}
	}
	free(prefix);
}

void
events_from_note(struct events *events, const struct events_of *of, const char *origin,
		 const json_t *note)
{
	struct clone_promotion said;
	struct event *event = NULL;

	clone_promotion_read(&said, note);
	if (said.id.raw && said.at >= of->since)
		event = add_deployment(events, EVENT_PROMOTE, &(const struct deployment){
			.id = said.id,
			.comment = said.comment,
			.created_by = said.by,
			.created_at = said.at,
			.status = DEPLOYMENT_SUCCEEDED,
			.status_changed_at = said.at,
		});
	if (event)
		event->env = xstrdup(origin);
	clone_promotion_clear(&said);
}

void
events_add_gone_clone(struct events *events, const char *origin)
{
	struct event *event = add(events, EVENT_CLONE);

	if (event)
		event->env = xstrdup(origin);
}

/* --- looking --- */

/* At the same millisecond in the order of the story. */
static int
compare(const void *left, const void *right)
{
	const struct event *a = left, *b = right;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return (int)a->kind - (int)b->kind;
}

void
events_sort(struct events *events)
{
	if (events->count > 1)
		qsort(events->items, events->count, sizeof(*events->items), compare);
}

const struct event *
events_last(const struct events *events, enum event_kind kind, bool done_only)
{
	for (size_t i = events->count; i-- > 0;) {
		const struct event *event = &events->items[i];

		if (event->kind == kind && !(done_only && (event->is_busy || event->has_failed)))
			return event;
	}
	return NULL;
}

const struct event *
events_first(const struct events *events, enum event_kind kind)
{
	for (size_t i = 0; i < events->count; i++)
		if (events->items[i].kind == kind)
			return &events->items[i];
	return NULL;
}
