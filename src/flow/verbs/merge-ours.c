/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The three-way merge of a verb: what differs between the ancestor and ours comes to the target,
 * and what others changed there meanwhile stays.  What both changed differently waits for a person,
 * where there is one.
 */
#include "config.h"

#include "flow/verbs/merge-ours.h"

#include <string.h>

#include "api/operations.h"
#include "base/buf.h"
#include "base/i18n.h"
#include "flow/context/context.h"
#include "flow/verbs/clone-values.h"
#include "flow/verbs/flow-advance.h"
#include "flow/verbs/flow-state.h"
#include "flow/verbs/review.h"
#include "flow/verbs/undo.h"
#include "model/delta.h"

#define NAMED_MAX 600

static void
fail_with_conflicts(struct flow *flow, const struct merge *merge)
{
	struct buf named;

	buf_init(&named, NAMED_MAX);
	for (size_t i = 0; i < merge->count; i++)
		if (merge->entries[i].side == MERGE_CONFLICT &&
		    !buf_printf(&named, "%s%s %s: %s / %s", named.length ? "; " : "",
				merge->entries[i].object, merge->entries[i].label,
				merge->entries[i].theirs ? merge->entries[i].theirs : "-",
				merge->entries[i].ours ? merge->entries[i].ours : "-"))
			break;
	flow_fail_text(flow, ERROR_CONFLICT,
		       _("%s and %s changed the same things differently (%s / %s): %s"),
		       flow->request.env, flow->request.source, flow->request.env,
		       flow->request.source, buf_str(&named));
	buf_clear(&named);
}

static void
caution_kept_secrets(struct flow *flow)
{
	const struct merge *merged = &flow->review.merge;

	for (size_t i = 0; i < merged->count; i++)
		if (merged->entries[i].is_kept)
			review_caution(
				&flow->review,
				_("The secret %s differs in %s; a secret cannot be read, so it "
				  "stays as it is in %s: set it there by hand"),
				merged->entries[i].path + 1,
				flow->request.source ? flow->request.source : flow->request.env,
				flow->request.env);
}

/* Nothing of the merge is left to be deployed: why. */
static void
fail_with_nothing(struct flow *flow)
{
	const struct merge *merged = &flow->review.merge;

	if (flow->request.verb == FLOW_UNDO)
		undo_fail_with_nothing(flow);
	else if (merged->conflicts > 0)
		flow_fail_text(flow, ERROR_CONFLICT,
			       _("Nothing is left to bring from %s: every conflict was decided "
				 "for %s."),
			       flow->request.source, flow->request.env);
	else if (flow->request.verb == FLOW_PROMOTE &&
		 !untrusted_is(&flow->source.environment.last_deploy.id,
			       untrusted_raw(&flow->source.running.id)))
		flow_fail_text(
			flow, ERROR_CONFLICT,
			_("The last deployment to %s did not succeed, and everything that runs there is in %s as well: there is nothing to promote."),
			flow->request.source, flow->request.env);
	else
		flow_fail_text(
			flow, ERROR_CONFLICT,
			flow->request.verb == FLOW_CARRY
				? _("There is nothing to carry: %s has the fix of %s.")
				: _("There is nothing to promote: %s has every change of %s."),
			flow->request.env, flow->request.source);
}

/* The delta and the values of the merge, which has no undecided conflict now. */
static void
take_merge(struct flow *flow)
{
	const struct merge *merged = &flow->review.merge;
	struct error err = { 0 };
	json_t *body = delta_encode(merged->delta);

	flow->delta = delta_decode(body, &err);
	json_decref(body);
	if (!flow->delta) {
		flow_fail(flow, &err);
		return;
	}
	value_changes_clear(&flow->value_changes);
	for (size_t i = 0; i < merged->values.count; i++)
		value_changes_put(&flow->value_changes, &merged->values.items[i]);
	caution_kept_secrets(flow);
	if (delta_is_empty(flow->delta) && flow->value_changes.count == 0)
		fail_with_nothing(flow);
	else
		flow_next_phase(flow);
}

/* The three states; values take part when all of them are known. */
static void
make_states(const struct flow *flow, struct state *base, struct state *theirs, struct state *ours)
{
	bool known = flow->values_ancestor.known && flow->values_now.known &&
		     flow->values_ours.known;

	*base = (struct state){ .set = flow->ancestor };
	*theirs = (struct state){ .set = flow->base };
	*ours = (struct state){ .set = flow->ours };
	if (!known)
		return;
	base->values = &flow->values_ancestor.list;
	theirs->values = &flow->values_now.list;
	ours->values = &flow->values_ours.list;
	ours->restorable = flow->restorable;
	/* Where a deployment takes them, the values' requests do too. */
	ours->refers = api_has_extension(session_api(flow->session), EXTENSION_DEPLOY_VALUES);
	ours->can_refer = api_has_extension(session_api(flow->session), EXTENSION_DEPLOY_VALUES);
}

/* Who approves reads once more what was chosen. */
static void
caution_choices(struct flow *flow)
{
	const struct merge *merged = &flow->review.merge;

	for (size_t i = 0; i < merged->count; i++) {
		const struct merge_entry *entry = &merged->entries[i];

		if (entry->side != MERGE_CONFLICT)
			continue;
		if (flow->request.verb == FLOW_UNDO)
			review_caution(
				&flow->review,
				entry->chosen == MERGE_OURS
					? _("Overwritten, though it was changed since: %s %s (%s)")
					: _("Kept, since it was changed since: %s %s (%s)"),
				entry->object, entry->label,
				entry->theirs ? entry->theirs : _("(not set)"));
		else
			review_caution(&flow->review, _("Decided for %s: %s %s"),
				       entry->chosen == MERGE_OURS
					       ? flow->request.source : flow->request.env,
				       entry->object, entry->label);
	}
}

static bool
is_same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* A conflict that is the same as in the flow that this one replaces was decided there. */
static void
choose_as_before(struct flow *flow)
{
	struct merge *merged = &flow->review.merge;

	for (size_t i = 0; i < merged->count; i++)
		for (size_t k = 0; k < flow->kept_merge.count; k++) {
			const struct merge_entry *now = &merged->entries[i],
						 *kept = &flow->kept_merge.entries[k];

			if (now->side == MERGE_CONFLICT && kept->side == MERGE_CONFLICT &&
			    !strcmp(now->object, kept->object) && !strcmp(now->path, kept->path) &&
			    is_same(now->theirs, kept->theirs) && is_same(now->ours, kept->ours))
				(void)merge_choose(merged, i, kept->chosen);
		}
}

/* An undo without a person that decides: the other's change stays. */
static void
keep_what_others_changed(struct flow *flow)
{
	struct merge *merged = &flow->review.merge;
	struct state base, theirs, ours;
	struct error err = { 0 };

	for (size_t i = 0; i < merged->count; i++)
		if (merged->entries[i].side == MERGE_CONFLICT)
			(void)merge_choose(merged, i, MERGE_THEIRS);
	make_states(flow, &base, &theirs, &ours);
	if (merge_apply_states(merged, &base, &theirs, &ours, &err)) {
		flow_fail(flow, &err);
		return;
	}
	caution_choices(flow);
	take_merge(flow);
}

void
merge_ours(struct flow *flow)
{
	struct merge *merged = &flow->review.merge;
	struct state base, theirs, ours;
	struct error err = { 0 };

	make_states(flow, &base, &theirs, &ours);
	if (!base.values && flow->request.verb != FLOW_CARRY)
		review_caution(
			&flow->review,
			_("The values could not be compared, so none is changed: the platform "
			  "does not say what they were"));
	if (merge_states(merged, &base, &theirs, &ours, &err)) {
		flow_fail(flow, &err);
	} else if (merged->undecided == 0) {
		take_merge(flow);
	} else if (flow->request.decides) {
		flow->state = FLOW_DECIDING;
		choose_as_before(flow);
		session_changed(flow->session);
		if (merged->undecided == 0 && flow_decide(flow, &err) != 0)
			flow->state = FLOW_DECIDING;
	} else if (flow->request.verb == FLOW_UNDO) {
		keep_what_others_changed(flow);
	} else {
		fail_with_conflicts(flow, merged);
	}
}

const struct merge *
flow_merge(const struct flow *flow)
{
	return flow->state == FLOW_DECIDING ? &flow->review.merge : NULL;
}

int
flow_choose(struct flow *flow, size_t entry, enum merge_side side, struct error *err)
{
	if (flow->state != FLOW_DECIDING || !merge_choose(&flow->review.merge, entry, side))
		return error_set(err, ERROR_INPUT, _("No conflict is waiting for a decision."));
	session_changed(flow->session);
	return 0;
}

int
flow_decide(struct flow *flow, struct error *err)
{
	struct state base, theirs, ours;

	if (flow->state == FLOW_VALUES)
		return flow_decide_values(flow, err);
	if (flow->state != FLOW_DECIDING)
		return error_set(err, ERROR_INPUT, _("No conflict is waiting for a decision."));
	make_states(flow, &base, &theirs, &ours);
	if (merge_apply_states(&flow->review.merge, &base, &theirs, &ours, err))
		return -1;
	flow->state = FLOW_PREPARING;
	caution_choices(flow);
	session_changed(flow->session);
	take_merge(flow);
	return 0;
}
