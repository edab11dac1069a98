/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verb, where from and where to. */
#include "config.h"

#include "ui/views/operation.h"

#include <stdio.h>

#include "base/i18n.h"
#include "flow/flow.h"
#include "ui/theme.h"

void
operation_words(const struct flow *flow, bool ascii, char *out, size_t size)
{
	static const char *const verbs[] = {
		[FLOW_CLONE] = N_("clone"), [FLOW_DEPLOY] = N_("deploy to"),
		[FLOW_PROMOTE] = N_("promote"), [FLOW_UNDO] = N_("undo in"),
		[FLOW_DISCARD] = N_("discard"), [FLOW_CARRY] = N_("carry"),
	};
	const struct flow_request *request = flow ? flow_request(flow) : NULL;

	out[0] = '\0';
	if (request && request->source)
		snprintf(out, size, "%s %.60s %s %.60s", _(verbs[flow_verb(flow)]), request->source,
			 theme_glyph(GLYPH_ARROW, ascii), request->env);
	else if (request)
		snprintf(out, size, "%s %.60s", _(verbs[flow_verb(flow)]), request->env);
}
