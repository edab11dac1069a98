/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What is asked of the platform: each kind of question, and how often it is put.
 *
 * One row for each kind; a question that is `once` has an answer that cannot change, because
 * its id is part of the question.  How often the others are asked follows what is going on
 * there and whether somebody looks: most of the time nothing changes, and a team's boards are
 * all open at once.
 */
#include "config.h"

#include "flow/world/watch-questions.h"

#include <string.h>

#include "api/operations.h"
#include "base/clock.h"
#include "flow/context/context.h"
#include "flow/world/watch-state.h"
#include "flow/world/world.h"

#define FAST_MS 1000			/* something is being deployed or deleted */
#define STARTING_MS 300			/* a start takes about as long as a glance */
#define FOCUS_MS 2000
#define UNATTENDED_MS 10000		/* after the last key nobody may be looking */
#define QUIET_MS 10000			/* then it is asked less often, */
#define QUIET_RESOURCES_MS 60000
#define SLOW_MS 15000
#define RESOURCES_MS 10000
#define ADOPTING_MS 250			/* an empty board is looked at until it is over */
#define PER_APPLICATION_MS 1000		/* many applications: one question a second */
#define PER_ENVIRONMENT_MS 50		/* of one application: twenty questions a second */

static struct api_call *
ask_user(struct feed *feed, struct api *api, api_done *done)
{
	return api_current_user(api, done, feed);
}

static struct api_call *
ask_organizations(struct feed *feed, struct api *api, api_done *done)
{
	return api_list_organizations(api, done, feed);
}

static struct api_call *
ask_applications(struct feed *feed, struct api *api, api_done *done)
{
	return api_list_applications(api, feed->org, done, feed);
}

static struct api_call *
ask_adoption(struct feed *feed, struct api *api, api_done *done)
{
	return api_get_adoption(api, feed->org, done, feed);
}

static struct api_call *
ask_versions(struct feed *feed, struct api *api, api_done *done)
{
	return api_list_artefact_versions(api, feed->org, done, feed);
}

static struct api_call *
ask_environments(struct feed *feed, struct api *api, api_done *done)
{
	return api_list_environments(api, feed->org, feed->app, done, feed);
}

static struct api_call *
ask_running(struct feed *feed, struct api *api, api_done *done)
{
	return api_list_deployments(api, feed->org, feed->app, feed->env, done, feed);
}

static struct api_call *
ask_errors(struct feed *feed, struct api *api, api_done *done)
{
	return api_list_deployment_errors(api, feed->org, feed->app, feed->env, feed->id, done,
					  feed);
}

static struct api_call *
ask_runtime(struct feed *feed, struct api *api, api_done *done)
{
	return api_get_runtime(api, feed->org, feed->app, feed->env, done, feed);
}

static struct api_call *
ask_resources(struct feed *feed, struct api *api, api_done *done)
{
	return api_list_active_resources(api, feed->org, feed->app, feed->env, done, feed);
}

static struct api_call *
ask_values(struct feed *feed, struct api *api, api_done *done)
{
	return api_get_value_version(api, feed->org, feed->app, feed->env, feed->id, done, feed);
}

static struct api_call *
ask_newest_values(struct feed *feed, struct api *api, api_done *done)
{
	return api_list_values(api, feed->org, feed->app, feed->env, done, feed);
}

static struct api_call *
ask_set(struct feed *feed, struct api *api, api_done *done)
{
	return api_get_set(api, feed->org, feed->app, feed->id, done, feed);
}

/* --- when --- */

/* Before anything was chosen it is the first application, which
 * is what a board shows then. */
bool
watch_is_focused(const struct watch *watch, const char *org, const char *app)
{
	const struct world *world = watch->world;

	if (watch->focus_org)
		return strcmp(org, watch->focus_org) == 0 &&
		       (!app || (watch->focus_app && strcmp(app, watch->focus_app) == 0));
	if (world->count == 0 || !untrusted_is(&world->organizations[0].organization.id, org))
		return false;
	return !app || (world->organizations[0].count > 0 &&
			untrusted_is(&world->organizations[0].applications[0].application.id, app));
}

bool
watch_is_attended(const struct watch *watch)
{
	return clock_steady_ms() - watch->attended_at < UNATTENDED_MS;
}

/* All applications together cost one question a second, however many there are. */
static int64_t
slow_interval(const struct feed *feed)
{
	size_t applications = 0;
	int64_t interval;

	for (size_t i = 0; i < feed->watch->world->count; i++)
		applications += feed->watch->world->organizations[i].count;
	interval = (int64_t)applications * PER_APPLICATION_MS;
	return interval > SLOW_MS ? interval : SLOW_MS;
}

static int64_t
organization_interval(const struct feed *feed)
{
	return watch_is_focused(feed->watch, feed->org, NULL) ? RESOURCES_MS : slow_interval(feed);
}

static int64_t
adoption_interval(const struct feed *feed)
{
	const struct world_organization *organization =
		world_organization(feed->watch->world, feed->org);

	return organization && organization->adoption.state == ADOPTION_READING ? ADOPTING_MS
										 : FOCUS_MS;
}

/* Busy comes before focus: a deployment is followed by the second wherever it goes on. */
static int64_t
application_interval(const struct feed *feed)
{
	const struct world_application *application =
		world_application(feed->watch->world, feed->org, feed->app);

	for (size_t i = 0; application && i < application->count; i++)
		if (world_is_busy(&application->environments[i]))
			return FAST_MS;
	return watch_is_focused(feed->watch, feed->org, feed->app) ? FOCUS_MS : slow_interval(feed);
}

static bool
is_environment_busy(const struct feed *feed)
{
	const struct world_environment *environment =
		world_environment(feed->watch->world, feed->org, feed->app, feed->env);

	return environment && world_is_busy(environment);
}

/* Something starts without a deployment, as after the platform's own start. */
static bool
is_starting(const struct feed *feed)
{
	const struct world_environment *environment =
		world_environment(feed->watch->world, feed->org, feed->app, feed->env);

	for (size_t i = 0; environment && i < environment->runtime.count; i++)
		if (environment->runtime.modules[i].status == RUNTIME_STARTING)
			return true;
	return false;
}

/* All environments of an application together, however many there are. */
static int64_t
at_least_apart(const struct feed *feed, int64_t interval)
{
	const struct world_application *application =
		world_application(feed->watch->world, feed->org, feed->app);
	int64_t least = application ? (int64_t)application->count * PER_ENVIRONMENT_MS : 0;

	if (json_object_get(feed->watch->open, feed->env))
		return interval;
	return least > interval ? least : interval;
}

static int64_t
runtime_interval(const struct feed *feed)
{
	if (is_starting(feed))
		return at_least_apart(feed, STARTING_MS);
	if (is_environment_busy(feed))
		return FAST_MS;
	return at_least_apart(feed, watch_is_attended(feed->watch) ? FOCUS_MS : QUIET_MS);
}

static int64_t
resources_interval(const struct feed *feed)
{
	const struct world_environment *e =
		world_environment(feed->watch->world, feed->org, feed->app, feed->env);

	/* One that is being made has no address yet. */
	for (size_t i = 0; e && i < e->resource_count; i++)
		if (active_resource_status(&e->resources[i]) == RESOURCE_PENDING)
			return STARTING_MS;
	if (is_environment_busy(feed))
		return FAST_MS;
	return at_least_apart(feed, watch_is_attended(feed->watch) ? RESOURCES_MS
								     : QUIET_RESOURCES_MS);
}

const struct feed_kind feed_kinds[] = {
	[FEED_USER] = {"user", true, true, ask_user, learn_user, NEED_USER, NULL, NULL, NULL},
	[FEED_ORGANIZATIONS] = {"orgs", true, false, ask_organizations, learn_organizations,
				NEED_APPLICATIONS, NULL, slow_interval, NULL},
	[FEED_APPLICATIONS] = {"apps", true, false, ask_applications, learn_applications,
			       NEED_APPLICATIONS, NULL, organization_interval,
			       learn_stored_applications},
	[FEED_ADOPTION] = {"adoption", false, false, ask_adoption, learn_adoption,
			   NEED_APPLICATIONS, NULL, adoption_interval, NULL},
	[FEED_VERSIONS] = {"versions", true, false, ask_versions, learn_versions, NEED_VERSIONS,
			   NULL, organization_interval, NULL},
	[FEED_ENVIRONMENTS] = {"envs", true, false, ask_environments, learn_environments,
			       NEED_ENVIRONMENTS, learn_same_environments, application_interval,
			       NULL},
	[FEED_RUNNING] = {"running", true, true, ask_running, learn_running, NEED_SETS, NULL, NULL, NULL},
	[FEED_ERRORS] = {"errors", true, true, ask_errors, learn_errors, NEED_ERRORS, NULL, NULL, NULL},
	[FEED_RUNTIME] = {"runtime", false, false, ask_runtime, learn_runtime, NEED_RUNTIME, NULL,
			  runtime_interval, NULL},
	[FEED_RESOURCES] = {"resources", true, false, ask_resources, learn_resources,
			    NEED_RESOURCES, NULL, resources_interval, NULL},
	[FEED_VALUES] = {"values", true, true, ask_values, learn_values, NEED_SETS, NULL, NULL, NULL},
	[FEED_NEWEST_VALUES] = {"newest-values", true, false, ask_newest_values, learn_values,
				NEED_SETS, NULL, resources_interval, NULL},
	[FEED_SET] = {"set", false, true, ask_set, NULL, NEED_SETS, NULL, NULL, NULL},
};

bool
feed_is_far(const struct feed *feed)
{
	return feed->kind == FEED_ENVIRONMENTS &&
	       !watch_is_focused(feed->watch, feed->org, feed->app);
}

int64_t
feed_next_delay(const struct feed *feed)
{
	const struct feed_kind *kind = &feed_kinds[feed->kind];
	int64_t interval = kind->interval ? kind->interval(feed) : FAST_MS;
	int64_t delay;

	if (feed->failures == 0)
		return kind->once ? -1 : interval;
	/* It adopts nothing, and will not before it is another platform. */
	if (feed->kind == FEED_ADOPTION && feed->error && feed->error->kind == ERROR_NOT_FOUND)
		return -1;
	/* These two notice that a lost platform is back. */
	if (feed->kind == FEED_ORGANIZATIONS ||
	    (feed->kind == FEED_ENVIRONMENTS &&
	     watch_is_focused(feed->watch, feed->org, feed->app)))
		return FOCUS_MS;
	delay = feed->failures < 5 ? (int64_t)FAST_MS << feed->failures : SLOW_MS;
	if (delay > SLOW_MS)
		delay = SLOW_MS;
	return delay > interval ? delay : interval;
}
