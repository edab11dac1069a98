/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One table for the name and purpose of each step, so that the screen and the plain lines never
 * call the same step by two names. */
#include "config.h"

#include "flow/hotfix-words.h"

#include <stdio.h>

#include "base/i18n.h"

static const struct {
	const char *name, *purpose;	/* N_() */
} hotfix_steps[HOTFIX_STEP_COUNT] = {
	[HOTFIX_CLONE] = {N_("clone"), N_("A copy of the broken environment, with its own resources.")},
	[HOTFIX_REPRODUCE] = {N_("reproduce"),
			      N_("The bug is seen in the clone, so it is the right copy.")},
	[HOTFIX_FIX] = {N_("fix"), N_("The clone gets the change; nobody else is touched.")},
	[HOTFIX_VERIFY] = {N_("verify"), N_("The bug is gone in the clone, and nothing else is.")},
	[HOTFIX_PROMOTE] = {N_("promote"),
			    N_("The clone's changes, and only these, go to its source.")},
	[HOTFIX_CLEAN_UP] = {N_("clean up"),
			     N_("The clone is deleted with everything in it.")},
	[HOTFIX_CARRY] = {N_("carry"), N_("The next release must not bring the bug back.")},
};

const char *
words_of_step(enum hotfix_step_id step)
{
	return _(hotfix_steps[step].name);
}

const char *
words_of_step_purpose(enum hotfix_step_id step)
{
	return _(hotfix_steps[step].purpose);
}

static struct state_words
say(enum mood mood, const char *text)
{
	struct state_words words = {.mood = mood};

	snprintf(words.text, sizeof(words.text), "%s", text);
	return words;
}

/* What goes on and what failed come before the step's own state: they are news. */
struct state_words
words_of_step_state(enum hotfix_step_id id, const struct hotfix_step *step)
{
	if (step->is_busy)
		return say(MOOD_BUSY, _("runs"));
	if (step->has_failed)
		return say(MOOD_BAD, _("failed"));
	switch (step->state) {
	case HOTFIX_DONE: return say(MOOD_GOOD, _("done"));
	case HOTFIX_NOW: return say(MOOD_BUSY, _("next"));
	case HOTFIX_SKIPPED: /* marks stay with who made them: nobody says that it was not done */
		return say(MOOD_QUIET,
			   hotfix_is_marked_by_hand(id) ? _("not marked") : _("not done"));
	default: return say(MOOD_QUIET, _("to do"));
	}
}
