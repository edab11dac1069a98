/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The steps of a hotfix in words: what the screen and the plain lines say alike. */
#ifndef SIDESTAGE_FLOW_HOTFIX_WORDS_H
#define SIDESTAGE_FLOW_HOTFIX_WORDS_H

#include "flow/hotfix.h"
#include "flow/world/words.h"

/* The name of a hotfix's step, and what it is for; translated. */
const char *words_of_step(enum hotfix_step_id step);
/* A whole sentence; translated. */
const char *words_of_step_purpose(enum hotfix_step_id step);
/* Where the step stands: "done", "next", "runs", "failed", "to do", ... */
struct state_words words_of_step_state(enum hotfix_step_id id, const struct hotfix_step *step);

#endif
