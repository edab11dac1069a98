/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The steps of a deployment. */
#ifndef SIDESTAGE_FLOW_VERBS_STEPS_H
#define SIDESTAGE_FLOW_VERBS_STEPS_H

#include "flow/verbs/verb.h"

/* The steps of every verb that changes what runs in `target`. */
#define DEPLOY_STEP_COUNT 6
extern const struct step deploy_steps[DEPLOY_STEP_COUNT];

/* The step that deploys what was reviewed, how to tell that it did, and the one that looks whether
 * what was deployed is it; for verbs with steps of their own. */
flow_phase send_deployment, settle_deployment, compare_deployment;

#endif
