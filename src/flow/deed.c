/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Each asks at once, and says when it was answered; who waits looks at it when the session has
 * changed. */
#include "config.h"

#include "flow/deed.h"

#include <stdlib.h>

#include "api/api.h"
#include "api/operations.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "model/error-codes.h"
#include "model/extensions.h"

struct deed {
	struct session *session;
	struct api_call *call;		/* NULL: answered */
	struct error error;
};

static void
got_answer(void *data, const struct api_reply *reply)
{
	struct deed *deed = data;
	struct error said = {0};

	deed->call = NULL;
	deed->error = reply->error;
	/* Where it says what is wrong with what was asked for, that is all there is to say. */
	if (reply->details && error_codes_read(&said, reply->details))
		error_set(&deed->error, reply->error.kind, "%s", said.text);
	session_changed(deed->session);
}

/* `missing`: what is said where the platform has no such extension. */
static struct deed *
new_deed(struct session *session, enum extension extension, const char *missing, struct error *err)
{
	struct deed *deed;

	if (session_check_changes(session, err) != 0)
		return NULL;
	if (!api_has_extension(session_api(session), extension)) {
		error_set(err, ERROR_INPUT, "%s", missing);
		return NULL;
	}
	deed = xcalloc(1, sizeof(*deed));
	deed->session = session;
	return deed;
}

struct deed *
deed_drop_rule(struct session *session, const char *org, const char *app, const char *env,
	       const char *rule, struct error *err)
{
	struct deed *deed = new_deed(session, EXTENSION_RULE_WAITS,
				     _("This platform does not keep what a rule waits for."), err);

	if (deed)
		deed->call = api_drop_rule_waits(session_api(session), org, app, env, rule,
						 got_answer, deed);
	return deed;
}

struct deed *
deed_groups(struct session *session, const char *org, const json_t *groups, struct error *err)
{
	struct deed *deed = new_deed(session, EXTENSION_ADOPTION,
				     _("This platform does not look for namespaces in a cluster."),
				     err);

	if (deed)
		deed->call = api_group(session_api(session), org, groups, got_answer, deed);
	return deed;
}

struct deed *
deed_group(struct session *session, const char *org, const char *namespace, const char *app,
	   struct error *err)
{
	json_t *groups = json_pack("{s:s}", namespace, app);
	struct deed *deed = deed_groups(session, org, groups, err);

	json_decref(groups);
	return deed;
}

void
deed_close(struct deed *deed)
{
	if (!deed)
		return;
	api_cancel(deed->call);
	free(deed);
}

bool
deed_is_answered(const struct deed *deed)
{
	return !deed->call;
}

const struct error *
deed_error(const struct deed *deed)
{
	return &deed->error;
}
