# SPDX-License-Identifier: GPL-3.0-or-later
# A step: before it watches, each deployment has one more, that only leaves a note.
increase src/flow/verbs/steps.h DEPLOY_STEP_COUNT
before src/flow/verbs/steps.c 'const struct step deploy_steps[DEPLOY_STEP_COUNT] = {' <<'END'
static void
leave_note(struct flow *flow)
{
	flow_detail(flow, "an example");
	flow_step_done(flow);
}

END
before src/flow/verbs/steps.c '{ "watch", N_("Wait until it runs"), watch_deployment, NULL },' <<'END'
	{ "example", N_("Leave a note"), leave_note, NULL },
END
