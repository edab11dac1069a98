/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * carry: take a promoted fix to another environment that lacks it.
 *
 * The fix is what a promotion changed, so the merge's base is what the origin held before
 * it; whatever else differs in the target stays as it is.
 */
#include "config.h"

#include "flow/verbs.h"

#include "base/i18n.h"

static void
check_fix(struct flow *flow)
{
	if (flow->request.before_set && flow->request.after_set)
		flow_next_phase(flow);
	else
		flow_fail_text(flow, ERROR_INPUT, _("what was promoted to %s is not known"),
			       flow->request.source);
}

static void
read_before(struct flow *flow)
{
	flow_read_set(flow, flow->request.before_set, &flow->ancestor);
}

static void
read_after(struct flow *flow)
{
	flow_read_set(flow, flow->request.after_set, &flow->ours);
}

/* The values of the fix, where it is known which they are: of the environment that has it. */
static void
read_before_values(struct flow *flow)
{
	if (flow->request.before_values && flow->request.after_values)
		flow_read_values(flow, flow->request.source, flow->request.before_values,
				 &flow->values_ancestor);
	else
		flow_next_phase(flow);
}

static void
read_after_values(struct flow *flow)
{
	if (flow->request.before_values && flow->request.after_values)
		flow_read_values(flow, flow->request.source, flow->request.after_values,
				 &flow->values_ours);
	else
		flow_next_phase(flow);
}

static flow_phase *const prepare[] = {
	check_fix,	    read_target,	read_target_running, read_base_set,
	read_was_set,	    read_before,	read_after,	     read_target_values,
	read_was_values,    read_before_values, read_after_values,   merge_ours,
	read_app_values,    preview_result,	apply_values,	     read_graph,
	review_ready,	    NULL,
};

const struct verb verb_carry = {
	.name = "carry",
	.prepare = prepare,
	.steps = deploy_steps,
	.step_count = DEPLOY_STEP_COUNT,
};
