/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What refuses a deployment has twice the room of all else, so that warnings never push it out. */
#include "config.h"

#include "platform/drivers/findings.h"

#include <stdlib.h>

#include "base/error.h"
#include "model/error-codes.h"

void
findings_add(json_t *findings, enum deploy_finding_kind kind,
	     const struct finding_subject *subject, const char *code, const struct error *why)
{
	struct deploy_finding finding = {.kind = kind, .message = {error_codes_text(why)}};
	size_t most = kind == DEPLOY_REFUSED ? 2 * FINDINGS_MAX : FINDINGS_MAX;

	if (json_array_size(findings) < most) {
		untrusted_init(&finding.workload, subject->workload);
		untrusted_init(&finding.object, subject->object);
		untrusted_init(&finding.code, code);
		if (why->part_count > 0) {
			finding.reason = json_object();
			error_codes_write(why, finding.reason);
		}
		json_array_append_new(findings, deploy_finding_encode(&finding));
	}
	deploy_finding_clear(&finding);
}
