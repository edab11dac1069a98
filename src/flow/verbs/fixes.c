/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The fixes that were promoted to an environment: whoever is about to drop one is told its
 * name (promise 10).
 *
 * The platform knows them, whoever promoted them: a deployment's comment says so, and what it
 * changed lies between it and what ran before.  A fix is dropped when all of it is there now
 * and not all of it then, in the set or in the values.  What cannot be read is said.
 */
#include "config.h"

#include "flow/verbs/fixes.h"

#include <stdlib.h>
#include <string.h>

#include "api/operations.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "compare/carry.h"
#include "flow/context/context.h"
#include "flow/verbs/flow-advance.h"
#include "flow/verbs/flow-state.h"
#include "flow/verbs/reads-values.h"
#include "flow/verbs/reads.h"
#include "flow/verbs/review.h"
#include "model/comment.h"
#include "model/set.h"

#define FIXES_MAX 20		/* the newest; an older one has long been released */

/* --- whether one is dropped --- */

/* One that was promoted, taken back and promoted again is one fix. */
static bool
is_said(const struct flow *flow, const char *words)
{
	for (size_t i = 0; i < flow->review.caution_count; i++)
		if (strcmp(flow->review.cautions[i], words) == 0)
			return true;
	return false;
}

/* Whether a set has all of the fix; found: there is something of it in sets at all. */
static bool
set_has(const struct flow *flow, const struct set *here, bool *found)
{
	struct carry carry;
	bool has;

	if (carry_find(&carry, flow->fix_before, flow->fix_after, here, NULL) != 0)
		return true;
	*found = carry.leaves > 0;
	has = carry.state == CARRY_HAS;
	carry_clear(&carry);
	return has;
}

/* The same of values: every key that the fix changed is as it made it. */
static bool
values_have(const struct flow *flow, const struct values *here, bool *found)
{
	const struct values *lists[] = { &flow->values_first.list, &flow->values_seen.list };
	bool has = true;

	if (!flow->values_first.known || !flow->values_seen.known)
		return true;
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < lists[k]->count; i++) {
			const char *key = lists[k]->items[i].key;
			const struct value *before = values_find_own(lists[0], key);
			const struct value *after = values_find_own(lists[1], key);
			enum value_relation changed = value_compare(before, after), now;

			if (changed == VALUE_SAME || changed == VALUE_UNKNOWN)
				continue;
			*found = true;
			now = value_compare(after, values_find_own(here, key));
			has = has && (now == VALUE_SAME || now == VALUE_UNKNOWN);
		}
	return has;
}

/* Where not all of the fix is there now, it was dropped before, and that was said then. */
static bool
is_dropped(const struct flow *flow)
{
	const struct set *from = flow->was ? flow->was : flow->base;
	bool in_set = false, in_values = false, has_now, has_then;

	has_now = set_has(flow, from, &in_set) &&
		  values_have(flow, &flow->values_was.list, &in_values);
	if ((!in_set && !in_values) || !has_now)
		return false;
	has_then = set_has(flow, flow->result, &in_set) &&
		   values_have(flow, &flow->values_result.list, &in_values);
	return !has_then;
}

/* "web 1.4.2 → 1.4.3": the words of the comment behind what begins it. */
static void
warn(struct flow *flow, const struct deployment *fix, const char *clone)
{
	const char *text = untrusted_raw(&fix->comment), *words;
	size_t length = comment_people_length(text);
	char *people = xstrndup(text, length), *caution;

	words = strstr(people, ": ");
	caution = xasprintf(_("This drops the fix that was promoted from %s: %s"), clone,
			    words ? words + 2 : people);
	if (!is_said(flow, caution))
		review_caution(&flow->review, "%s", caution);
	free(caution);
	free(people);
}

/* --- one after the other, from the newest on --- */

static void look_at_next(struct flow *flow);

/* What ran before it: the newest that succeeded. */
static const struct deployment *
before_it(const struct flow *flow)
{
	for (size_t i = flow->scratch_at; i < flow->scratch_count; i++)
		if (flow->scratch[i].status == DEPLOYMENT_SUCCEEDED)
			return &flow->scratch[i];
	return NULL;
}

static void
look_at_fix(struct flow *flow)
{
	const struct deployment *fix = &flow->scratch[flow->scratch_at - 1];
	struct comment comment;

	comment_decode(&comment, fix->comment.raw);
	if (is_dropped(flow))
		warn(flow, fix, comment.hotfix);
	comment_clear(&comment);
	look_at_next(flow);
}

static void
read_values_after(struct flow *flow)
{
	flow->then_read = look_at_fix;
	flow_read_values_of(flow, flow->request.env, &flow->scratch[flow->scratch_at - 1],
			    &flow->values_seen);
}

/* The same version is the same values: nothing of the fix is in them. */
static void
read_values_before(struct flow *flow)
{
	const struct deployment *before = before_it(flow);
	const struct deployment *fix = &flow->scratch[flow->scratch_at - 1];

	flow_values_clear(&flow->values_first);
	flow_values_clear(&flow->values_seen);
	if (!flow->values_was.known || !flow->values_result.known ||
	    untrusted_equal(&before->value_set_version_id, &fix->value_set_version_id)) {
		look_at_fix(flow);
		return;
	}
	flow->then_read = read_values_after;
	flow_read_values_of(flow, flow->request.env, before, &flow->values_first);
}

/* Its own deployment says what the fix made of the set, the one before it what it was. */
static void
read_set_after(struct flow *flow)
{
	flow->then_read = read_values_before;
	flow_read_set(flow, untrusted_raw(&flow->scratch[flow->scratch_at - 1].set_id),
		      &flow->fix_after);
}

/* Whether a deployment brought a fix there. */
static bool
is_fix(const struct deployment *d)
{
	struct comment comment;
	bool is;

	comment_decode(&comment, d->comment.raw);
	is = d->status == DEPLOYMENT_SUCCEEDED && comment.verb && comment.hotfix &&
	     (strcmp(comment.verb, "promote") == 0 || strcmp(comment.verb, "carry") == 0);
	comment_clear(&comment);
	return is;
}

static void
look_at_next(struct flow *flow)
{
	do {
		flow->scratch_at++;
		if (flow->scratch_at > flow->scratch_count || flow->fixes_left == 0) {
			flow->soft = false;
			flow_next_phase(flow);
			return;
		}
	} while (!is_fix(&flow->scratch[flow->scratch_at - 1]) || !before_it(flow));
	flow->fixes_left--;
	flow->then_read = read_set_after;
	flow_read_set(flow, untrusted_raw(&before_it(flow)->set_id), &flow->fix_before);
}

static void
got_history(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	struct error err = reply->error;

	flow->call = NULL;
	if (err.kind != ERROR_NONE || flow_decode_deployments(flow, reply->body, &err)) {
		flow_fail(flow, &err);
		return;
	}
	flow->scratch_at = 0;
	flow->fixes_left = FIXES_MAX;
	look_at_next(flow);
}

void
read_fixes(struct flow *flow)
{
	if (!flow->target.running.id.raw) {
		flow_next_phase(flow);
		return;
	}
	/* That it cannot be found out is no reason to stop; it is said. */
	flow->soft = true;
	flow->call = api_list_deployments(session_api(flow->session), flow->request.org,
					  flow->request.app, flow->request.env, got_history, flow);
}
