/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fixes that were promoted to an environment: whoever is about to drop one is told its
 * name (promise 10).  The journal knows them; the sets are in the cache since they were
 * promoted, and without them nothing is claimed.
 */
#include "config.h"

#include "flow/verbs.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/xmalloc.h"
#include "model/carry.h"

#define FIXES_MAX 50		/* the newest; an older one has long been released */

static struct set *
cached_set(struct flow *flow, const struct untrusted *id)
{
	json_t *body = id->raw ? store_get_set(session_store(flow->session),
					       session_address(flow->session), flow->request.org,
					       flow->request.app, id->raw) : NULL;

	return body ? set_take(body, NULL) : NULL;
}

/* One that was promoted, taken back and promoted again is one fix. */
static bool
is_said(const struct flow *flow, const char *words)
{
	for (size_t i = 0; i < flow->review.caution_count; i++)
		if (strcmp(flow->review.cautions[i], words) == 0)
			return true;
	return false;
}

/* Whether what is there now has all of the fix. */
static bool
has(const struct set *before, const struct set *after, const struct set *here)
{
	struct carry carry;
	bool found;

	if (carry_find(&carry, before, after, here, NULL) != 0)
		return false;
	found = carry.state == CARRY_HAS && carry.leaves > 0;
	carry_clear(&carry);
	return found;
}

static void
warn(struct flow *flow, const struct operation *fix)
{
	const char *summary = untrusted_raw(&fix->summary), *words = strstr(summary, ": ");

	char *caution = xasprintf(_("This drops the fix that was promoted from %s: %s"),
				  untrusted_raw(&fix->source), words ? words + 2 : summary);

	if (!is_said(flow, caution))
		review_caution(&flow->review, "%s", caution);
	free(caution);
}

static void
check(struct flow *flow, const struct operation *fix)
{
	struct set *before, *after;

	if (fix->state != OPERATION_DONE || !fix->source.raw ||
	    !untrusted_is(&fix->env, flow->request.env))
		return;
	before = cached_set(flow, &fix->from_set);
	after = cached_set(flow, &fix->to_set);
	if (before && after && has(before, after, flow->review.from) &&
	    !has(before, after, flow->review.to))
		warn(flow, fix);
	set_unref(before);
	set_unref(after);
}

void
review_fixes(struct flow *flow)
{
	static const char *const verbs[] = {"promote", "carry"};
	struct history_query query = {
		.url = session_platform(flow->session), .org = flow->request.org,
		.app = flow->request.app, .env = flow->request.env, .limit = FIXES_MAX,
	};
	struct operation_list list;

	if (!flow->review.from || !flow->review.to || flow->request.verb == FLOW_UNDO)
		return;		/* an undo says itself what it takes back */
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		query.verb = verbs[i];
		if (store_history_list(session_store(flow->session), &query, &list, NULL) != 0)
			return;
		for (size_t k = 0; k < list.count; k++)
			check(flow, &list.items[k]);
		operation_list_clear(&list);
	}
}
