/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Everything that an approval can be refused for is looked at before anything is written, here or
 * on the platform. */
#include "config.h"

#include "cli/plain-approval.h"

#include "base/error.h"
#include "base/i18n.h"
#include "cli/command.h"
#include "cli/plain-fail.h"
#include "cli/plain-repository.h"
#include "cli/plain-state.h"
#include "flow/verbs/flow.h"

/* Each finding by its own id; there is no word for all of them.  false: it was refused. */
static bool
acknowledge(struct plain *p, struct flow *flow)
{
	const struct argument_list *ids = &p->once->acknowledge;
	const struct review *review = flow_review(flow);
	struct error err = {0};
	size_t open;

	for (size_t i = 0; i < ids->count; i++)
		if (flow_acknowledge(flow, ids->items[i], true, &err) != 0) {
			plain_fail(p, EXIT_USAGE, _("--acknowledge=%s: %s"), ids->items[i],
				   err.text);
			return false;
		}
	open = review_open_findings(review);
	if (open == 0 || !p->once->approve)
		return true;
	if (plain_wants_json(p))
		plain_print_json(p, plain_operation_json(p, flow));
	plain_fail(p, EXIT_MOVED,
		   ngettext("%zu finding may lead to %s. --acknowledge=ID accepts it, "
			    "--change=ID=TEXT replaces its text.",
			    "%zu findings may lead to %s. --acknowledge=ID accepts one of them, "
			    "--change=ID=TEXT replaces its text.",
			    open),
		   open, review->source);
	return false;
}

int
plain_check_approval(struct plain *p, struct flow *flow)
{
	const struct review *review = flow_review(flow);
	struct error err = {0};
	/* What would be refused is not even begun. */
	const enum exit_stage stage = review_check_outlook(review, &err) != 0 ? EXIT_STAGE_READ
									      : EXIT_STAGE_CHANGE;
	bool lacks_reason;

	if (!acknowledge(p, flow))
		return -1;
	if (!p->once->approve ||
	    flow_check_approval(flow, p->once->reason, p->once->approve, &err) == 0)
		return 0;
	if (plain_wants_json(p))
		plain_print_json(p, plain_operation_json(p, flow));
	/* Without a reason, what is protected stays as it is. */
	lacks_reason = review->is_protected && err.kind == ERROR_INPUT;
	plain_fail(p, lacks_reason ? EXIT_REFUSED : exit_code_of(err.kind, stage),
		   lacks_reason ? _("%s (--reason=TEXT)") : "%s", err.text);
	return -1;
}
