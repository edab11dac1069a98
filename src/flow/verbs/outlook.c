/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What would come of the deployment, said by whoever carries it out: the platform hands it to the
 * cluster as it would be deployed, and nothing is made.
 *
 * A refusal there would be one of the deployment as well, so it stops the approval, and so does it
 * when the platform finds the request itself wrong (an image that is none).  That nothing could be
 * asked stops nothing: it is said, since silence would look like consent.
 */
#include "config.h"

#include "flow/verbs/outlook.h"

#include <stdlib.h>

#include "api/api.h"
#include "api/operations.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "flow/verbs/flow-advance.h"
#include "flow/verbs/flow-state.h"
#include "flow/verbs/review.h"
#include "flow/verbs/write-values.h"
#include "model/error-codes.h"
#include "model/extensions.h"
#include "model/manifest-patch.h"
#include "model/nouns.h"
#include "model/set.h"

#define LINE_MAX_BYTES 2000
#define INVALID "invalid"		/* the platform takes no such deployment */
#define FAILED "failed"			/* whoever carries it out had an error of its own */

/* --- what it says --- */

static const struct deploy_finding *
next_of_kind(const struct review *review, enum deploy_finding_kind kind, size_t *at)
{
	const struct deploy_review *outlook = &review->outlook;

	while (*at < outlook->finding_count)
		if (outlook->findings[(*at)++].kind == kind)
			return &outlook->findings[*at - 1];
	return NULL;
}

int
review_check_outlook(const struct review *review, struct error *err)
{
	size_t at = 0, more = 0;
	const struct deploy_finding *first = next_of_kind(review, DEPLOY_REFUSED, &at);
	enum error_kind kind;
	const char *name;

	if (!first)
		return 0;
	kind = untrusted_is(&first->code, "moved")   ? ERROR_STALE
	       : untrusted_is(&first->code, INVALID) ? ERROR_INPUT
	       : untrusted_is(&first->code, FAILED)  ? ERROR_REMOTE
						     : ERROR_ACCESS;
	while (next_of_kind(review, DEPLOY_REFUSED, &at))
		more++;
	name = first->object.raw ? first->object.raw
	       : first->workload.raw ? first->workload.raw
				     : review->env;
	if (kind == ERROR_REMOTE)
		return error_set(err, kind,
				 _("%s could not be checked, and nothing was changed. Try again, or "
				   "ask whoever runs the cluster. %s"),
				 name, untrusted_raw(&first->message));
	if (more == 0)
		return error_set(err, kind, _("%s would be refused: %s"), name,
				 untrusted_raw(&first->message));
	return error_set(err, kind,
			 ngettext("%s would be refused: %s (and %zu more)",
				  "%s would be refused: %s (and %zu more)", more),
			 name, untrusted_raw(&first->message), more);
}

char *
review_outlook_line(const struct review *review, enum deploy_finding_kind kind)
{
	const struct deploy_finding *finding;
	struct buf names;
	size_t at = 0;
	char *line = NULL;

	buf_init(&names, LINE_MAX_BYTES);
	while ((finding = next_of_kind(review, kind, &at)))
		(void)buf_printf(&names, "%s%s", names.length > 0 ? ", " : "",
				 kind == DEPLOY_RESTART ? untrusted_raw(&finding->workload)
							: untrusted_raw(&finding->object));
	if (names.length > 0)
		line = xasprintf(kind == DEPLOY_RESTART ? _("Restarts %s") : _("Removes %s"),
				 buf_str(&names));
	buf_clear(&names);
	return line;
}

bool
review_has_owners(const struct review *review)
{
	for (size_t i = 0; i < review->outlook.finding_count; i++)
		if (untrusted_is(&review->outlook.findings[i].code, "owner"))
			return true;
	return false;
}

json_t *
review_repository_patches(const struct review *review)
{
	if (!review->from || !review->to || review->verb == FLOW_CLONE ||
	    review->verb == FLOW_DISCARD)
		return json_array();
	return manifests_patches(set_modules(review->from), set_modules(review->to),
				 review->outlook.list_order);
}

/* --- asking --- */

/* In its own words, where we know them: the deployment itself was not asked for. */
static void
add_refusal(struct deploy_review *outlook, const struct api_reply *reply)
{
	struct error said = {0};
	struct deploy_finding *finding;

	outlook->findings = xreallocarray(outlook->findings, outlook->finding_count + 1,
					  sizeof(*outlook->findings));
	finding = &outlook->findings[outlook->finding_count++];
	*finding = (struct deploy_finding){.kind = DEPLOY_REFUSED};
	untrusted_set(&finding->code, INVALID);
	untrusted_set(&finding->message, reply->details && error_codes_read(&said, reply->details)
						 ? said.text
						 : reply->error.text);
}

static void
got_outlook(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	struct review *review = &flow->review;

	flow->call = NULL;
	if (reply->error.kind == ERROR_INPUT) {
		add_refusal(&review->outlook, reply);
	} else if (reply->error.kind != ERROR_NONE) {
		review_caution(review, _("Not checked before the deployment: %s"),
			       reply->error.text);
	} else {
		deploy_review_read(&review->outlook, reply->body);
		review->has_outlook = true;
	}
	if (review->outlook.problem.raw)
		review_caution(review, _("Not checked before the deployment: %s"),
			       review->outlook.problem.raw);
	if (review->outlook.unasked.raw)
		review_caution(review, _("Not fully checked before the deployment: %s"),
			       review->outlook.unasked.raw);
	if (review_has_owners(review))
		review_caution(review, _("Other tools own what this changes and may undo it.  "
					 "Make the same change in their repository: it can be "
					 "copied or saved as a patch."));
	flow_next_phase(flow);
}

static struct api_call *
ask(struct flow *flow, const json_t *values)
{
	const struct flow_request *r = &flow->request;
	const struct api_new_environment new = {
		.name = r->name,
		.type = r->type,
		.from_deploy_id = flow->source.running.id.raw,
	};
	const struct api_new_deployment deployment = {.set_id = flow->result_id, .values = values};

	return api_review_deployment(session_api(flow->session), r->org, r->app, r->env,
				     r->verb == FLOW_CLONE ? &new : NULL, &deployment, got_outlook,
				     flow);
}

/* Asked once: a person waits.  Values that can only be written one by one are not there yet, and
 * what names them would look refused. */
void
read_outlook(struct flow *flow)
{
	json_t *values;

	if (!api_has_extension(session_api(flow->session), EXTENSION_DEPLOY_REVIEW) ||
	    (flow->value_changes.count > 0 && !flow_can_send_together(flow))) {
		flow_next_phase(flow);
		return;
	}
	values = flow_values_to_review(flow);
	flow->call = ask(flow, values);
	api_no_retry(flow->call);
	json_decref(values);
}
