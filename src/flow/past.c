/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One set, by its id: it never changes, so it is asked for once. */
#include "config.h"

#include "flow/past.h"

#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/session.h"
#include "model/set.h"
#include "store/store.h"

struct past {
	struct session *session;
	char *org, *app, *id;
	struct api_call *call;
	struct set *set;
	struct error error;
};

static void
got_set(void *data, const struct api_reply *reply)
{
	struct past *past = data;

	past->call = NULL;
	past->error = reply->error;
	if (reply->error.kind == ERROR_NONE)
		past->set = set_decode(reply->body, &past->error);
	if (past->set && strcmp(set_id(past->set), past->id) != 0) {
		set_unref(past->set);
		past->set = NULL;
		error_set(&past->error, ERROR_PROTOCOL, _("The platform answered with another set than the one "
							  "that was asked for."));
	}
	if (past->set)
		store_put_set(session_store(past->session), session_platform(past->session), past->org,
			      past->app, past->id, reply->body);
	session_changed(past->session);
}

struct past *
past_open(struct session *session, const char *org, const char *app, const char *id)
{
	struct past *past = xcalloc(1, sizeof(*past));
	json_t *kept;

	past->session = session;
	past->org = xstrdup(org);
	past->app = xstrdup(app);
	past->id = xstrdup(id);
	if (set_id_is_empty(id)) {
		past->set = set_new();
		return past;
	}
	kept = store_get_set(session_store(session), session_platform(session), org, app, id);
	if (kept)
		past->set = set_decode(kept, NULL);
	json_decref(kept);
	if (past->set && strcmp(set_id(past->set), id) != 0) {
		set_unref(past->set);
		past->set = NULL;
	}
	if (!past->set)
		past->call = api_get_set(session_api(session), org, app, id, got_set, past);
	return past;
}

void
past_close(struct past *past)
{
	if (!past)
		return;
	api_cancel(past->call);
	set_unref(past->set);
	free(past->org);
	free(past->app);
	free(past->id);
	free(past);
}

struct set *
past_set(const struct past *past)
{
	return past->set;
}

const struct error *
past_error(const struct past *past)
{
	return &past->error;
}
