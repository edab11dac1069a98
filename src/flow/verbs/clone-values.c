/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Values of the source's own level are no part of its set, so they are copied one by one:
 * at once where nothing in them leads back to the source, and else after a person has said
 * what the clone shall have instead.  A value that the set uses and that would be missing is
 * asked for as well.
 */
#include "config.h"

#include "flow/verbs/clone-values.h"

#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "base/buf.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "compare/values-used.h"
#include "flow/context/context.h"
#include "flow/verbs/flow-advance.h"
#include "flow/verbs/flow-state.h"
#include "flow/verbs/isolation.h"
#include "flow/verbs/reads-values.h"
#include "flow/verbs/review.h"

#define NAMED_MAX 600

void
clone_read_source_values(struct flow *flow)
{
	flow_read_values_of(flow, flow->request.source, &flow->source.running, &flow->values_ours);
}

/* Where a platform does not tell what a deployment had, there is what the source has now. */
void
clone_read_newest_source_values(struct flow *flow)
{
	if (flow->values_ours.known) {
		flow_next_phase(flow);
		return;
	}
	review_caution(
		&flow->review,
		_("The platform does not say which values %s was deployed with; those that it has "
		  "now are cloned"),
		flow->request.source);
	flow->clones_newest_values = true;
	flow_read_values(flow, flow->request.source, NULL, &flow->values_ours);
}

/* What a new environment sees: the application's values, none of its own. */
void
clone_read_application_values(struct flow *flow)
{
	flow_read_values(flow, NULL, NULL, &flow->values_app);
}

static void
free_questions(struct flow_value_question *questions, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct flow_value_question *q = &questions[i];

		if (q->text)
			explicit_bzero(q->text, strlen(q->text));
		free(q->key);
		free(q->text);
		free(q->app_text);
		free(q->why);
	}
	free(questions);
}

void
flow_clear_questions(struct flow *flow)
{
	free_questions(flow->questions, flow->question_count);
	flow->questions = NULL;
	flow->question_count = 0;
}

void
flow_clear_kept(struct flow *flow)
{
	free_questions(flow->kept, flow->kept_count);
	flow->kept = NULL;
	flow->kept_count = 0;
	value_changes_clear(&flow->kept_changes);
	merge_clear(&flow->kept_merge);
}

static const struct flow_value *
find_decision(const struct flow *flow, const char *key)
{
	for (const struct flow_value *v = flow->request.values; v && v->key; v++)
		if (!strcmp(v->key, key))
			return v;
	return NULL;
}

static bool
is_used(const json_t *used, const char *key)
{
	const json_t *name;
	size_t i;

	json_array_foreach(used, i, name)
		if (!strcmp(json_string_value(name), key))
			return true;
	return false;
}

/* A store outside can always be referred to, the platform's own where it says so. */
static bool
can_refer(const struct flow *flow, const struct value *value)
{
	return value && (value_is_reference(value) ||
			 (value_is_in_own_store(value) &&
			  api_has_extension(session_api(flow->session), EXTENSION_DEPLOY_VALUES)));
}

/* Takes `why`. */
static void
ask(struct flow *flow, const char *key, const struct value *value, bool used, char *why)
{
	const struct value *app = values_find(&flow->values_app.list, key);
	struct flow_value_question *q;

	flow->questions = xreallocarray(flow->questions, flow->question_count + 1,
					sizeof(*flow->questions));
	q = &flow->questions[flow->question_count++];
	*q = (struct flow_value_question){
		.key = xstrdup(key),
		.text = value && value->text ? xstrdup(value->text) : NULL,
		.app_text = app ? value_words(app) : NULL,
		.why = why,
		.is_secret = (value && value->is_secret) || (app && app->is_secret),
		.is_reference = can_refer(flow, value),
		.is_used = used,
	};
}

void
clone_set_value(struct flow *flow, const char *key, const char *text, const struct value *like,
		bool is_secret)
{
	value_changes_put(&flow->value_changes,
			  &(struct value_change){
				  .kind = VALUE_SET, .key = (char *)(uintptr_t)key,
				  .text = (char *)(uintptr_t)text,
				  .description = like ? like->description : NULL,
				  .is_secret = is_secret || (like && like->is_secret) });
}

void
clone_note_typed(struct flow *flow, const char *key)
{
	if (!flow->typed)
		flow->typed = json_object();
	json_object_set_new(flow->typed, key, json_true());
}

void
clone_forget_typed(struct flow *flow, const struct set *set)
{
	json_t *used = values_used_by(set), *is;
	const char *key;
	void *next;

	json_object_foreach_safe(flow->typed, next, key, is) {
		if (is_used(used, key))
			continue;
		value_changes_drop(&flow->value_changes, key);
		json_object_del(flow->typed, key);
	}
	json_decref(used);
}

/* This and the two below: 1, or -1 with err. */
static int
copy_value(struct flow *flow, const char *key, const struct value *value, bool is_secret,
	   struct error *err)
{
	if (!value)
		return error_set(err, ERROR_INPUT, _("%s has no value %s to copy"),
				 flow->request.source, key);
	if (value->is_secret)
		return error_set(err, ERROR_INPUT,
				 _("%s is a secret: it cannot be read, so it cannot be copied. "
				   "Give it, or take the application's."), key);
	clone_set_value(flow, key, value->text, value, is_secret);
	return 1;
}

static int
give_text(struct flow *flow, const char *key, const char *text, const struct value *like,
	  bool is_secret, struct error *err)
{
	if (!text)
		return error_set(err, ERROR_INPUT, _("No text is given for the value %s."), key);
	if (is_secret && !*text)
		return error_set(err, ERROR_INPUT, _("%s is a secret, and an empty one was given"),
				 key);
	clone_set_value(flow, key, text, like, is_secret);
	return 1;
}

static int
refer_to_secret(struct flow *flow, const char *key, const struct value *value, struct error *err)
{
	if (!can_refer(flow, value))
		return error_set(err, ERROR_INPUT, _("%s is not a secret that can be referred to"),
				 key);
	value_changes_put(&flow->value_changes,
			  &(struct value_change){
				  .kind = VALUE_SET, .key = value->key,
				  .description = value->description, .is_secret = true,
				  .store = value->store, .store_key = value->store_key,
				  .store_version = value->store_version,
				  .fingerprint = value->fingerprint });
	return 1;
}

/* Whether the decision settles it; -1 with err: it cannot be meant. */
static int
apply_decision(struct flow *flow, const char *key, const struct value *value,
	       enum flow_value_kind kind, const char *text, struct error *err)
{
	const struct value *app = values_find(&flow->values_app.list, key);
	bool secret = (value && value->is_secret) || (app && app->is_secret);

	switch (kind) {
	case FLOW_VALUE_UNDECIDED:
		return 0;
	case FLOW_VALUE_COPY:
		return copy_value(flow, key, value, secret, err);
	case FLOW_VALUE_TEXT:
		return give_text(flow, key, text, value, secret, err);
	case FLOW_VALUE_REFERENCE:
		return refer_to_secret(flow, key, value, err);
	case FLOW_VALUE_APP:
		if (!app)
			return error_set(err, ERROR_INPUT, _("The application has no value %s."),
					 key);
		return 1;
	case FLOW_VALUE_LEAVE_OUT:
		return 1;
	}
	return error_set(err, ERROR_INPUT, _("Unknown decision about a value."));
}

/* NULL: it can simply be copied. */
static char *
why_not_copied(const struct flow *flow, const struct value *value)
{
	char *leads, *why;

	if (value->is_secret)
		return xstrdup(_("It is a secret, which cannot be read and copied."));
	leads = flow_value_leads(flow, value->key, value->text);
	why = leads ? xasprintf(_("It leads to %s."), leads) : NULL;
	free(leads);
	return why;
}

/* What was decided, or what the isolation check says, of one own value of the source. */
static int
look_at_value(struct flow *flow, const struct value *value, const json_t *used, struct error *err)
{
	const struct flow_value *decision = find_decision(flow, value->key);
	char *why;
	int settled = 0;

	if (decision)
		settled = apply_decision(flow, value->key, value, decision->kind, decision->text,
					 err);
	if (settled)
		return settled < 0 ? -1 : 0;
	why = why_not_copied(flow, value);
	if (why)
		ask(flow, value->key, value, is_used(used, value->key), why);
	else
		clone_set_value(flow, value->key, value->text, value, false);
	return 0;
}

/* A key that the set uses, and that neither would have. */
static int
look_at_missing(struct flow *flow, const char *key, struct error *err)
{
	const struct flow_value *decision = find_decision(flow, key);
	int settled = 0;

	if (values_find(&flow->values_app.list, key) ||
	    values_find_own(&flow->values_ours.list, key))
		return 0;
	if (decision && decision->kind != FLOW_VALUE_LEAVE_OUT)
		settled = apply_decision(flow, key, NULL, decision->kind, decision->text, err);
	if (settled == 0)
		ask(flow, key, NULL, true, xstrdup(_("The set uses it, and it has no value.")));
	return settled < 0 ? -1 : 0;
}

/* One that is given for a key that nobody has, is new. */
static int
look_at_given(struct flow *flow, const struct flow_value *given, struct error *err)
{
	if (values_find_own(&flow->values_ours.list, given->key) ||
	    value_changes_find(&flow->value_changes, given->key))
		return 0;
	return apply_decision(flow, given->key, NULL, given->kind, given->text, err) < 0 ? -1 : 0;
}

static void
fail_undecided(struct flow *flow)
{
	struct buf named;

	buf_init(&named, NAMED_MAX);
	for (size_t i = 0; i < flow->question_count; i++)
		if (!buf_printf(&named, "%s%s (%s)", i ? "; " : "", flow->questions[i].key,
				flow->questions[i].why))
			break;
	flow_fail_text(flow, ERROR_CONFLICT,
		       ngettext("%zu value of %s needs a decision before it can be cloned: %s",
				"%zu values of %s need a decision before it can be cloned: %s",
				flow->question_count),
		       flow->question_count, flow->request.source, buf_str(&named));
	buf_clear(&named);
}

/* Only a value that still has the text which the person saw:
 * another text is another question. */
static const struct flow_value_question *
same_question(const struct flow *flow, const struct flow_value_question *q)
{
	for (size_t i = 0; i < flow->kept_count; i++) {
		const struct flow_value_question *kept = &flow->kept[i];
		bool same_text = kept->text && q->text ? !strcmp(kept->text, q->text)
						       : kept->text == q->text;

		if (!strcmp(kept->key, q->key) && same_text)
			return kept;
	}
	return NULL;
}

static void
take_kept(struct flow *flow, const char *key)
{
	const struct value_change *change = value_changes_find(&flow->kept_changes, key);

	if (change)
		value_changes_put(&flow->value_changes, change);
}

/* What a person chose, where the value is still the same; then what was typed for a finding or a
 * Secret.  What cannot be meant any more is asked again. */
static void
decide_as_before(struct flow *flow)
{
	struct error ignored = { 0 };
	const char *where;
	json_t *is;

	for (size_t i = 0; i < flow->question_count; i++) {
		const char *key = flow->questions[i].key;
		const struct flow_value_question *kept = same_question(flow, &flow->questions[i]);
		const struct value_change *change = value_changes_find(&flow->kept_changes, key);

		if (kept && kept->chosen != FLOW_VALUE_UNDECIDED)
			(void)!flow_decide_value(flow, key, kept->chosen,
						 change ? change->text : NULL, &ignored);
	}
	json_object_foreach(flow->changed, where, is)
		if (strncmp(where, "values/", 7) == 0)
			take_kept(flow, where + 7);
	json_object_foreach(flow->typed, where, is)
		take_kept(flow, where);
}

static size_t
open_questions(const struct flow *flow)
{
	size_t open = 0;

	for (size_t i = 0; i < flow->question_count; i++)
		open += flow->questions[i].chosen == FLOW_VALUE_UNDECIDED;
	return open;
}

/* The phase ends in one of three ways: with an error, with questions for a person, or, where
 * nothing is open, as if a person had just decided. */
void
clone_decide_values(struct flow *flow)
{
	const struct values *ours = &flow->values_ours.list;
	struct error err = { 0 };
	json_t *used = values_used_by(flow->base), *key;
	int ret = 0;
	size_t i;

	if (!flow->values_ours.known || !flow->values_app.known) {
		json_decref(used);
		review_caution(&flow->review,
			       _("The platform does not show the values of %s: none is copied"),
			       flow->request.source);
		flow_next_phase(flow);
		return;
	}
	for (i = 0; ret == 0 && i < ours->count; i++)
		if (ours->items[i].of_env)
			ret = look_at_value(flow, &ours->items[i], used, &err);
	json_array_foreach(used, i, key)
		if (ret == 0)
			ret = look_at_missing(flow, json_string_value(key), &err);
	for (const struct flow_value *v = flow->request.values; ret == 0 && v && v->key; v++)
		ret = look_at_given(flow, v, &err);
	json_decref(used);
	if (ret != 0) {
		flow_fail(flow, &err);
	} else if (flow->question_count > 0 && !flow->request.decides) {
		fail_undecided(flow);
	} else {
		flow->state = FLOW_VALUES;
		decide_as_before(flow);
		session_changed(flow->session);
		if (open_questions(flow) == 0)
			(void)!flow_decide_values(flow, &err);
	}
}

size_t
flow_value_count(const struct flow *flow)
{
	return flow->state == FLOW_VALUES ? flow->question_count : 0;
}

const struct flow_value_question *
flow_value(const struct flow *flow, size_t i)
{
	return i < flow_value_count(flow) ? &flow->questions[i] : NULL;
}

/* A decision that cannot be meant leaves the value undecided, with nothing written. */
int
flow_decide_value(struct flow *flow, const char *key, enum flow_value_kind kind,
		  const char *text, struct error *err)
{
	struct flow_value_question *q = NULL;

	for (size_t i = 0; i < flow_value_count(flow) && !q; i++)
		if (!strcmp(flow->questions[i].key, key))
			q = &flow->questions[i];
	if (!q)
		return error_set(err, ERROR_INPUT, _("%s does not wait for a decision"), key);
	if (kind == FLOW_VALUE_LEAVE_OUT && q->is_used && !q->app_text)
		return error_set(err, ERROR_INPUT,
				 _("The set uses %s: without a value the clone cannot be "
				   "deployed."),
				 key);
	value_changes_drop(&flow->value_changes, key);
	q->chosen = FLOW_VALUE_UNDECIDED;
	if (kind != FLOW_VALUE_UNDECIDED &&
	    apply_decision(flow, key, values_find_own(&flow->values_ours.list, key), kind, text,
			   err) < 0)
		return -1;
	q->chosen = kind;
	session_changed(flow->session);
	return 0;
}

int
flow_decide_values(struct flow *flow, struct error *err)
{
	size_t open = open_questions(flow);

	if (open > 0)
		return error_set(err, ERROR_CONFLICT,
				 ngettext("%zu value is not decided yet",
					  "%zu values are not decided yet", open),
				 open);
	flow->state = FLOW_PREPARING;
	session_changed(flow->session);
	flow_next_phase(flow);
	return 0;
}
