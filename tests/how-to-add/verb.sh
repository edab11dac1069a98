# SPDX-License-Identifier: GPL-3.0-or-later
# A verb: deploys once more what an environment's next deployment builds on, and nothing else.
new src/flow/verbs/example.c <<'END'
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An example. */
#include "config.h"

#include "base/i18n.h"
#include "flow/verbs/fixes.h"
#include "flow/verbs/flow-advance.h"
#include "flow/verbs/flow-state.h"
#include "flow/verbs/reads-values.h"
#include "flow/verbs/reads.h"
#include "flow/verbs/review.h"
#include "flow/verbs/steps.h"
#include "model/delta.h"

static void
change_nothing(struct flow *flow)
{
	flow->delta = delta_new();
	flow_next_phase(flow);
}

static flow_phase *const prepare[] = {
	read_target, read_target_running, read_base_set, read_was_set, read_target_values,
	read_was_values, change_nothing, read_app_values, preview_result, apply_values, read_graph,
	read_fixes, review_ready, NULL,
};

const struct verb verb_example = {
	.name = "example",
	.words = N_("example in"),
	.title = N_("example in {env}"),
	.prepare = prepare,
	.steps = deploy_steps,
	.step_count = DEPLOY_STEP_COUNT,
};
END
after src/flow/verbs/flow.h '#define VERBS(X)' <<'END'
	X(EXAMPLE, example) \
END
after src/flow/verbs/local.mk 'libflow_verbs_a_SOURCES = \' <<'END'
	src/flow/verbs/example.c \
END
before src/cli/plain-change.c 'const struct plain_verb plain_changes[] = {' <<'END'
static void
run_example(struct plain *p, char **words, size_t count)
{
	(void)count;
	on_one(p, FLOW_EXAMPLE, words[0]);
}

END
after src/cli/plain-change.c 'const struct plain_verb plain_changes[] = {' <<'END'
	{
		.name = "example",
		.arguments = N_("ENV"),
		.help = N_("Show what an example does"),
		.examples = "sidestage example production --demo\n",
		.options = CHANGES,
		.needs = NEED_ENVIRONMENTS,
		.run = run_example,
	},
END
