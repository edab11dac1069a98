/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * One deployment of the past with its values.
 *
 * Neither a set nor a version of values ever changes, so each is asked for once, and a set
 * may come from the cache.  The version of the values is named by the deployment alone, hence
 * two questions in a row.
 */
#include "config.h"

#include "flow/world/past.h"

#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/operations.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "compare/values.h"
#include "flow/context/context.h"
#include "flow/world/sets.h"
#include "model/nouns.h"
#include "model/set.h"
#include "store/cache.h"

struct past {
	struct session *session;
	char *org, *app, *env, *id;
	struct api_call *call, *values_call;
	struct set *set;
	struct error error;
	struct values values;
	bool has_values;
	struct error values_error;
};

static void
got_set(void *data, const struct api_reply *reply)
{
	struct past *past = data;

	past->call = NULL;
	past->error = reply->error;
	if (reply->error.kind == ERROR_NONE)
		past->set = sets_decode(past->session, past->org, past->app, reply->body,
					&past->error);
	if (past->set && strcmp(set_id(past->set), past->id) != 0) {
		set_unref(past->set);
		past->set = NULL;
		error_set(&past->error, ERROR_PROTOCOL,
			  _("The platform answered with another set than the one "
			    "that was asked for."));
	}
	if (past->set)
		store_put_set(session_store(past->session), session_address(past->session),
			      past->org, past->app, past->id, reply->body);
	session_changed(past->session);
}

static void
got_values(void *data, const struct api_reply *reply)
{
	struct past *past = data;

	past->values_call = NULL;
	past->values_error = reply->error;
	if (reply->error.kind == ERROR_NONE)
		past->has_values = values_decode(&past->values, reply->body, &past->values_error) ==
				   0;
	session_changed(past->session);
}

static void
got_deployment(void *data, const struct api_reply *reply)
{
	struct past *past = data;
	struct deployment deployment = {0};

	past->values_call = NULL;
	past->values_error = reply->error;
	if (reply->error.kind == ERROR_NONE &&
	    deployment_decode(&deployment, reply->body, &past->values_error) == 0 &&
	    deployment.value_set_version_id.raw)
		past->values_call = api_get_value_version(
			session_api(past->session), past->org, past->app, past->env,
			deployment.value_set_version_id.raw, got_values, past);
	deployment_clear(&deployment);
	session_changed(past->session);
}

/* What the cache has is checked by its id like an answer: a file
 * that somebody edited is no set. */
struct past *
past_open(struct session *session, const char *org, const char *app, const char *env,
	  const char *deployment_id, const char *id)
{
	struct past *past = xcalloc(1, sizeof(*past));

	past->session = session;
	past->org = xstrdup(org);
	past->app = xstrdup(app);
	past->env = xstrdup(env);
	past->id = xstrdup(id);
	past->values_call = api_get_deployment(session_api(session), org, app, env, deployment_id,
					       got_deployment, past);
	if (set_id_is_empty(id)) {
		past->set = set_new();
		return past;
	}
	past->set = sets_cached(session, org, app, id);
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
	api_cancel(past->values_call);
	values_clear(&past->values);
	free(past->env);
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

struct set *
past_shown(const struct past *past)
{
	if (!past->set)
		return NULL;
	return past->has_values ? set_with_values(past->set, values_words(&past->values)) :
				  set_ref(past->set);
}

const struct values *
past_values(const struct past *past)
{
	return past->has_values ? &past->values : NULL;
}

bool
past_is_settled(const struct past *past)
{
	return !past->call && !past->values_call;
}

const struct error *
past_values_error(const struct past *past)
{
	return &past->values_error;
}

const struct error *
past_error(const struct past *past)
{
	return &past->error;
}
