/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What of the workloads will have no effect where they are deployed: a caution for each
 * field.
 *
 * The platform alone knows, since it depends on what runs the workloads there.  Its codes are
 * said in our words, and so in the person's language; a code that we do not know is said in
 * its own.  That nothing could be read is a caution as well: silence would look like
 * "everything has an effect".
 */
#include "config.h"

#include "flow/verbs/field-warnings.h"

#include <stdlib.h>

#include "api/api.h"
#include "api/operations.h"
#include "base/i18n.h"
#include "flow/context/context.h"
#include "flow/verbs/flow-advance.h"
#include "flow/verbs/flow-state.h"
#include "flow/verbs/review.h"
#include "model/extensions.h"
#include "model/nouns.h"
#include "model/workload-check.h"

/* In our words; in those of the platform where it knows a reason that we do not. */
static void
warn(struct review *review, const struct workload_warning *warning)
{
	struct workload_finding finding = {
		.kind = finding_of(untrusted_raw(&warning->code)),
		.path = untrusted_raw(&warning->path),
		.profile = untrusted_raw(&warning->profile),
		.meant = warning->meant.raw,
	};
	char *text;

	if (finding.kind == FINDING_COUNT || finding.kind == FINDING_WRONG) {
		if (*untrusted_raw(&warning->message))
			review_caution(review, "%s", warning->message.raw);
		return;
	}
	text = finding_text(&finding, untrusted_raw(&warning->workload),
			    untrusted_raw(&warning->driver));
	review_caution(review, "%s", text);
	free(text);
}

static void
got_warnings(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	struct workload_warning warning;

	flow->call = NULL;
	if (reply->error.kind != ERROR_NONE || !json_is_array(reply->body))
		review_caution(&flow->review,
			       _("Which fields of the workloads have no effect could not be read"));
	else
		for (size_t i = 0; i < json_array_size(reply->body); i++) {
			workload_warning_read(&warning, json_array_get(reply->body, i));
			warn(&flow->review, &warning);
			workload_warning_clear(&warning);
		}
	flow_next_phase(flow);
}

/* A platform that does not offer it is not asked. */
void
read_warnings(struct flow *flow)
{
	const char *type = flow->request.verb == FLOW_CLONE ? flow->request.type : NULL;

	if (!api_has_extension(session_api(flow->session), EXTENSION_FIELD_WARNINGS)) {
		flow_next_phase(flow);
		return;
	}
	if (flow->request.verb == FLOW_CLONE && !type)
		type = untrusted_raw(&flow->source.environment.type);
	flow->call = api_list_set_warnings(session_api(flow->session), flow->request.org,
					   flow->request.app, flow->result_id, flow->request.env,
					   type, got_warnings, flow);
}
