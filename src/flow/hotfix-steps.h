/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where the story of a hotfix stands: worked out from what happened. */
#ifndef SIDESTAGE_FLOW_HOTFIX_STEPS_H
#define SIDESTAGE_FLOW_HOTFIX_STEPS_H

#include <stdbool.h>

#include "flow/hotfix.h"

struct hotfix;
struct world_application;
struct world_environment;

/* For the store; NULL: no person marks it. */
extern const char *const hotfix_mark_names[HOTFIX_STEP_COUNT];

/* From the events: what the fix is, and who has it. */
void hotfix_judge(struct hotfix *hotfix, const struct world_application *app);
/* The origin is exactly as it was before the fix: nobody shall get from there what is not there. */
bool hotfix_is_taken_back(const struct hotfix *hotfix);
/* From the events, the marks and who has it: the steps.  clone NULL: it is not there. */
void hotfix_tell_steps(struct hotfix *hotfix, const struct world_environment *clone);

#endif
