/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the comment of a flow's deployment says of it (model/comment.h has the form).
 *
 * These comments are all that the client leaves on a platform.  From them anybody's client
 * knows clones, promotions and undos that were made elsewhere, so what they name must be what
 * the operation did.
 */
#include "config.h"

#include "flow/verbs/flow-comment.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "flow/verbs/flow-state.h"
#include "model/comment.h"

/* Which hotfix it is about: the clone, and what it was made from. */
static int
name_hotfix(const struct flow *flow, struct comment *comment, struct clone_origin *kept,
	    struct error *err)
{
	const struct flow_request *request = &flow->request;
	const struct clone_origin *origin = &flow->origin;
	struct error why = { 0 };

	if (request->verb == FLOW_CLONE) {
		comment->hotfix = xstrdup(request->env);
		comment->origin = xstrdup(request->source);
		comment->origin_deployment = xstrdup(
			untrusted_raw(&flow->record.source_deployment));
		return 0;
	}
	if (request->verb == FLOW_CARRY) {
		comment->hotfix = xstrdup_or_null(request->hotfix);
		return 0;
	}
	if (request->verb == FLOW_PROMOTE)
		comment->source = xstrdup_or_null(flow->record.source_deployment.raw);
	comment->hotfix = xstrdup_or_null(request->verb == FLOW_PROMOTE ? request->source
									: request->env);
	if (!origin->origin || request->verb != FLOW_PROMOTE) {
		if (store_clone_origin(session_store(flow->session),
				       session_platform(flow->session), request->org, request->app,
				       comment->hotfix, kept, &why) == 0)
			origin = kept;
		else if (why.kind != ERROR_NOT_FOUND)
			return error_set(err, why.kind, "%s", why.text);
	}
	if (origin->origin && origin->deployment_id) {
		comment->origin = xstrdup(origin->origin);
		comment->origin_deployment = xstrdup(origin->deployment_id);
	} else if (request->verb != FLOW_PROMOTE) {
		free(comment->hotfix);		/* it is no clone, as far as is known */
		comment->hotfix = NULL;
	}
	return 0;
}

char *
flow_comment(const struct flow *flow, struct error *err)
{
	struct comment comment = {
		.verb = xstrdup(flow->verb->name),
		.op = xstrdup(untrusted_raw(&flow->record.id)),
		.undoes = xstrdup_or_null(flow->record.undoes.raw),
		.base = xstrdup_or_null(flow->record.from_deployment.raw),
	};
	struct clone_origin kept = { 0 };
	char *text = NULL;

	if (name_hotfix(flow, &comment, &kept, err) == 0)
		text = comment_encode(&comment, untrusted_raw(&flow->record.summary),
				      flow->record.reason.raw);
	clone_origin_clear(&kept);
	comment_clear(&comment);
	return text;
}
