/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Two questions, each asked again some time after its answer.  Only one environment is looked at
 * so closely, therefore these are no feeds of the watch, and end with the view that opened them.
 */
#include "config.h"

#include "flow/world/details.h"

#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/operations.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "flow/context/poll.h"
#include "flow/context/session-state.h"
#include "flow/world/watch.h"

#define EVERY_MS 5000
#define PODS_EVERY_MS 30000	/* a platform takes it as said for longer */
#define ITEMS_MAX 10000		/* more than a person reads, and than a platform should send */

struct detail_question {
	struct poll poll;
	struct error error;
	bool known;
};

struct details {
	struct session *session;
	char *org, *app, *env;
	struct detail_question values_asked, deployments_asked;
	struct poll pods_asked;		/* the world shows them */
	struct shared_value *values;
	size_t value_count;
	struct deployment *deployments;
	size_t deployment_count;
};

static void
drop_values(struct details *d)
{
	for (size_t i = 0; i < d->value_count; i++)
		shared_value_clear(&d->values[i]);
	free(d->values);
	d->values = NULL;
	d->value_count = 0;
}

static void
drop_deployments(struct details *d)
{
	for (size_t i = 0; i < d->deployment_count; i++)
		deployment_clear(&d->deployments[i]);
	free(d->deployments);
	d->deployments = NULL;
	d->deployment_count = 0;
}

/* Whether the answer is a list; the question's error otherwise. */
static bool
is_list(struct detail_question *question, const struct api_reply *reply, const char *env)
{
	poll_answered(&question->poll, reply);
	question->error = reply->error;
	if (reply->error.kind == ERROR_NONE && !json_is_array(reply->body))
		error_set(&question->error, ERROR_PROTOCOL,
			  _("What the platform says of %s is not a list; "
			    "its answer is not understood."),
			  env);
	question->known = question->error.kind == ERROR_NONE;
	return question->known;
}

/* Bounded before anything is allocated: the list is the platform's. */
static size_t
most(const json_t *list)
{
	return json_array_size(list) < ITEMS_MAX ? json_array_size(list) : ITEMS_MAX;
}

/* The platform's order is its own; a person looks for a name. */
static int
by_key(const void *a, const void *b)
{
	return strcmp(untrusted_raw(&((const struct shared_value *)a)->key),
		      untrusted_raw(&((const struct shared_value *)b)->key));
}

/* A failed read leaves the list: the view says how it failed, and shows what there was. */
static void
got_values(void *data, const struct api_reply *reply)
{
	struct details *d = data;

	if (is_list(&d->values_asked, reply, d->env)) {
		drop_values(d);
		d->values = xcalloc(most(reply->body) + 1, sizeof(*d->values));
		for (; d->value_count < most(reply->body); d->value_count++)
			shared_value_read(&d->values[d->value_count],
					  json_array_get(reply->body, d->value_count));
		qsort(d->values, d->value_count, sizeof(*d->values), by_key);
	}
	session_changed(d->session);
}

static void
got_deployments(void *data, const struct api_reply *reply)
{
	struct details *d = data;

	if (is_list(&d->deployments_asked, reply, d->env)) {
		drop_deployments(d);
		d->deployments = xcalloc(most(reply->body) + 1, sizeof(*d->deployments));
		for (; d->deployment_count < most(reply->body); d->deployment_count++)
			deployment_read(&d->deployments[d->deployment_count],
					json_array_get(reply->body, d->deployment_count));
	}
	session_changed(d->session);
}

static struct api_call *
ask_values(void *data)
{
	struct details *d = data;

	return api_list_values(session_api(d->session), d->org, d->app, d->env, got_values, d);
}

static struct api_call *
ask_deployments(void *data)
{
	struct details *d = data;

	return api_list_deployments(session_api(d->session), d->org, d->app, d->env,
				    got_deployments, d);
}

static void
got_pods(void *data, const struct api_reply *reply)
{
	struct details *d = data;

	poll_answered(&d->pods_asked, reply);
}

/* Of hundreds of environments in a cluster a platform knows pods only where somebody wants them. */
static struct api_call *
ask_pods(void *data)
{
	struct details *d = data;

	return api_get_runtime_pods(session_api(d->session), d->org, d->app, d->env, got_pods, d);
}

struct details *
details_open(struct session *session, const char *org, const char *app, const char *env)
{
	struct details *d = xcalloc(1, sizeof(*d));

	d->session = session;
	d->org = xstrdup(org);
	d->app = xstrdup(app);
	d->env = xstrdup(env);
	watch_open(session->watch, env);
	poll_open(&d->values_asked.poll, session, EVERY_MS, ask_values, d);
	poll_open(&d->deployments_asked.poll, session, EVERY_MS, ask_deployments, d);
	if (api_has_extension(session_api(session), EXTENSION_ADOPTION))
		poll_open(&d->pods_asked, session, PODS_EVERY_MS, ask_pods, d);
	return d;
}

void
details_close(struct details *details)
{
	if (!details)
		return;
	poll_close(&details->values_asked.poll);
	poll_close(&details->deployments_asked.poll);
	poll_close(&details->pods_asked);
	watch_close(details->session->watch, details->env);
	drop_values(details);
	drop_deployments(details);
	free(details->org);
	free(details->app);
	free(details->env);
	free(details);
}

bool
details_values_known(const struct details *details)
{
	return details->values_asked.known;
}

const struct error *
details_values_error(const struct details *details)
{
	return &details->values_asked.error;
}

size_t
details_value_count(const struct details *details)
{
	return details->value_count;
}

const struct shared_value *
details_value(const struct details *details, size_t i)
{
	return &details->values[i];
}

bool
details_deployments_known(const struct details *details)
{
	return details->deployments_asked.known;
}

const struct error *
details_deployments_error(const struct details *details)
{
	return &details->deployments_asked.error;
}

size_t
details_deployment_count(const struct details *details)
{
	return details->deployment_count;
}

const struct deployment *
details_deployment(const struct details *details, size_t i)
{
	return &details->deployments[i];
}
