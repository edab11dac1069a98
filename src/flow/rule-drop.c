/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One request.  It is no operation of the history: nothing is deployed, and nothing can be rolled
 * back. */
#include "config.h"

#include "flow/rule-drop.h"

#include <stdlib.h>

#include "api/api.h"
#include "api/operations.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "model/extensions.h"

struct rule_drop {
	struct session *session;
	struct api_call *call;		/* NULL: answered */
	struct error error;
};

static void
got_answer(void *data, const struct api_reply *reply)
{
	struct rule_drop *drop = data;

	drop->call = NULL;
	drop->error = reply->error;
	session_changed(drop->session);
}

struct rule_drop *
rule_drop_open(struct session *session, const char *org, const char *app, const char *env,
	       const char *rule, struct error *err)
{
	struct rule_drop *drop;

	if (session_check_changes(session, err) != 0)
		return NULL;
	if (!api_has_extension(session_api(session), EXTENSION_RULE_WAITS)) {
		error_set(err, ERROR_INPUT, _("This platform does not keep what a rule waits for."));
		return NULL;
	}
	drop = xcalloc(1, sizeof(*drop));
	drop->session = session;
	drop->call = api_drop_rule_waits(session_api(session), org, app, env, rule, got_answer,
					 drop);
	return drop;
}

void
rule_drop_close(struct rule_drop *drop)
{
	if (!drop)
		return;
	api_cancel(drop->call);
	free(drop);
}

bool
rule_drop_is_answered(const struct rule_drop *drop)
{
	return !drop->call;
}

const struct error *
rule_drop_error(const struct rule_drop *drop)
{
	return &drop->error;
}
