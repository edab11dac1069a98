/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Four states and a time.  The one rule that everything follows: a failed read changes the state
 * and the reason, never the time of the last good answer, so that what is shown keeps its true
 * age. */
#include "config.h"

#include "base/knowledge.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/xmalloc.h"

void
knowledge_clear(struct knowledge *knowledge)
{
	free(knowledge->why);
	*knowledge = (struct knowledge){0};
}

const struct error *
knowledge_why(const struct knowledge *knowledge)
{
	static const struct error none;

	return knowledge->state == KNOWLEDGE_UNREADABLE && knowledge->why ? knowledge->why : &none;
}

/* Whether it changed decides whether the screen is drawn again: the same failure again is no
 * news. */
static bool
set_state(struct knowledge *knowledge, enum knowledge_state state)
{
	bool changed = knowledge->state != state;

	free(knowledge->why);
	knowledge->why = NULL;
	knowledge->state = state;
	return changed;
}

bool
knowledge_set_known(struct knowledge *knowledge, int64_t at)
{
	knowledge->at = at;
	return set_state(knowledge, KNOWLEDGE_KNOWN);
}

bool
knowledge_set_absent(struct knowledge *knowledge, int64_t at)
{
	knowledge->at = at;
	return set_state(knowledge, KNOWLEDGE_ABSENT);
}

bool
knowledge_set_unreadable(struct knowledge *knowledge, const struct error *why)
{
	const struct error *before = knowledge_why(knowledge);
	bool changed = knowledge->state != KNOWLEDGE_UNREADABLE || before->kind != why->kind ||
		       strcmp(before->text, why->text) != 0;
	struct error *kept = xcalloc(1, sizeof(*kept));

	*kept = *why;	/* before the former one goes: it may be the same */
	set_state(knowledge, KNOWLEDGE_UNREADABLE);
	knowledge->why = kept;
	return changed;
}

/* Only a clear 404 means "not there".  A refused token or a broken
 * answer says nothing about the thing. */
bool
knowledge_set_answer(struct knowledge *knowledge, const struct error *answer, int64_t at)
{
	if (answer->kind == ERROR_NONE)
		return knowledge_set_known(knowledge, at);
	if (answer->kind == ERROR_NOT_FOUND)
		return knowledge_set_absent(knowledge, at);
	return knowledge_set_unreadable(knowledge, answer);
}

/* A cache that is read late must not overwrite what the platform has said meanwhile. */
void
knowledge_set_remembered(struct knowledge *knowledge, int64_t at)
{
	if (knowledge->state == KNOWLEDGE_NONE)
		knowledge->at = at;
}

bool
knowledge_is_settled(const struct knowledge *knowledge)
{
	return knowledge->state != KNOWLEDGE_NONE;
}

/* What was read once is still shown while later reads fail; what
 * is known to be gone is not. */
bool
knowledge_has_content(const struct knowledge *knowledge)
{
	return knowledge->at > 0 && knowledge->state != KNOWLEDGE_ABSENT;
}

bool
knowledge_is_current(const struct knowledge *knowledge)
{
	return knowledge->state == KNOWLEDGE_KNOWN || knowledge->state == KNOWLEDGE_ABSENT;
}

const char *
knowledge_state_name(enum knowledge_state state)
{
	static const char *const names[] = {
		[KNOWLEDGE_NONE] = "unknown",
		[KNOWLEDGE_KNOWN] = "known",
		[KNOWLEDGE_ABSENT] = "absent",
		[KNOWLEDGE_UNREADABLE] = "unreadable",
	};

	return names[state];
}

char *
knowledge_text(const struct knowledge *knowledge, int64_t now)
{
	char ago[64] = "";

	if (knowledge->at > 0)
		clock_ago(ago, now > knowledge->at ? now - knowledge->at : 0);
	switch (knowledge->state) {
	case KNOWLEDGE_KNOWN:
		return xstrdup("");
	case KNOWLEDGE_ABSENT:
		return xstrdup(_("not there"));
	case KNOWLEDGE_UNREADABLE:
		return knowledge->at > 0
			       ? xasprintf(_("could not be read (last read %s): %s"), ago,
					   knowledge_why(knowledge)->text)
			       : xasprintf(_("could not be read: %s"),
					   knowledge_why(knowledge)->text);
	case KNOWLEDGE_NONE:
		break;
	}
	return knowledge->at > 0 ? xasprintf(_("from the cache, read %s"), ago) :
				   xstrdup(_("not read yet"));
}
