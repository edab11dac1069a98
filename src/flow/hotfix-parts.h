/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The insides of a hotfix, for the files flow/hotfix*.c only. */
#ifndef SIDESTAGE_FLOW_HOTFIX_PARTS_H
#define SIDESTAGE_FLOW_HOTFIX_PARTS_H

#include "base/error.h"
#include "flow/hotfix-events.h"
#include "flow/hotfix.h"
#include "store/marks.h"

struct fetcher;
struct world_application;
struct world_environment;

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
	struct error error;		/* why the local history could not be read */
};

/* For the store; NULL: no person marks it. */
extern const char *const hotfix_mark_names[HOTFIX_STEP_COUNT];

/* From the events: what the fix is, and who has it. */
void hotfix_judge(struct hotfix *hotfix, const struct world_application *app);
/* The origin is exactly as it was before the fix: nobody shall get from there what is not there. */
bool hotfix_is_taken_back(const struct hotfix *hotfix);
/* From the events, the marks and who has it: the steps.  clone NULL: it is not there. */
void hotfix_tell_steps(struct hotfix *hotfix, const struct world_environment *clone);

#endif
