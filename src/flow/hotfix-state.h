/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A hotfix from inside, for the files flow/hotfix*.c only. */
#ifndef SIDESTAGE_FLOW_HOTFIX_STATE_H
#define SIDESTAGE_FLOW_HOTFIX_STATE_H

#include "base/error.h"
#include "flow/hotfix-events.h"
#include "flow/hotfix.h"
#include "store/marks.h"

struct fetcher;
struct session;

struct hotfix {
	struct session *session;
	char *org, *app, *env;
	struct fetcher *fetcher;
	struct events events;
	struct mark_list marks;
	struct hotfix_step steps[HOTFIX_STEP_COUNT];
	enum hotfix_step_id now;
	struct hotfix_other *others;
	size_t other_count;
	struct hotfix_other at_origin;
	char *origin, *story; /* NULL: not known; story: the first deployment's id */
	char *before_set, *after_set;		/* the fix; NULL: nothing was promoted */
	struct value_changes values;		/* and what it wrote */
	bool values_unknown; /* what somebody else wrote could not be read, or not yet */
	bool application_known, clone_exists;
	bool owner_unknown; /* whether the owner of a change has it was not seen, or not yet */
	struct error error;		/* why the local history could not be read */
};

#endif
