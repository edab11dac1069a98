/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The world: finding, ordering and freeing its parts.
 *
 * Everything is looked up by ids and by walking: there are few organizations and
 * applications, and a pointer or an index would be wrong after the next poll.  The order of
 * environments is decided here, so that every view has the same columns: from development to
 * production, then the clones.
 */
#include "config.h"

#include "flow/world/world.h"

#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "compare/values.h"
#include "flow/world/watch.h"
#include "model/set.h"

void
world_init(struct world *world)
{
	*world = (struct world){.link = WORLD_CONNECTING, .latency_ms = -1};
}

void
world_clear_errors(struct world_environment *environment)
{
	for (size_t i = 0; i < environment->error_count; i++)
		deployment_error_clear(&environment->errors[i]);
	free(environment->errors);
	environment->errors = NULL;
	environment->error_count = 0;
}

void
world_environment_clear(struct world_environment *environment)
{
	environment_clear(&environment->environment);
	deployment_clear(&environment->running);
	set_unref(environment->set);
	set_unref(environment->from_set);
	if (environment->values)
		values_clear(environment->values);
	free(environment->values);
	runtime_clear(&environment->runtime);
	for (size_t i = 0; i < environment->resource_count; i++)
		active_resource_clear(&environment->resources[i]);
	free(environment->resources);
	world_clear_errors(environment);
	unpromoted_clear(&environment->unpromoted);
	set_unref(environment->clone_set);
	free(environment->clone_of);
	free(environment->clone_set_id);
	free(environment->clone_deployment_id);
	for (size_t i = 0; environment->parts && i < WORLD_PART_COUNT; i++)
		knowledge_clear(&environment->parts[i]);
	free(environment->parts);
	*environment = (struct world_environment){0};
}

void
world_application_clear(struct world_application *application)
{
	application_clear(&application->application);
	untrusted_clear(&application->problem);
	knowledge_clear(&application->known);
	for (size_t i = 0; i < application->count; i++)
		world_environment_clear(&application->environments[i]);
	free(application->environments);
	*application = (struct world_application){0};
}

void
world_organization_clear(struct world_organization *organization)
{
	organization_clear(&organization->organization);
	untrusted_clear(&organization->problem);
	for (size_t i = 0; i < organization->count; i++)
		world_application_clear(&organization->applications[i]);
	free(organization->applications);
	for (size_t i = 0; i < organization->version_count; i++)
		artefact_version_clear(&organization->versions[i]);
	free(organization->versions);
	adoption_clear(&organization->adoption);
	knowledge_clear(&organization->versions_known);
	knowledge_clear(&organization->adoption_known);
	knowledge_clear(&organization->known);
	*organization = (struct world_organization){0};
}

void
world_clear(struct world *world)
{
	for (size_t i = 0; i < world->count; i++)
		world_organization_clear(&world->organizations[i]);
	free(world->organizations);
	untrusted_clear(&world->user);
	untrusted_clear(&world->user_id);
	untrusted_clear(&world->problem);
	knowledge_clear(&world->known);
	world_init(world);
}

/* --- finding --- */

bool
world_is_user(const struct world *world, const char *name)
{
	return untrusted_is(&world->user, name) || untrusted_is(&world->user_id, name);
}

struct world_organization *
world_edit_organization(struct world *world, const char *org)
{
	for (size_t i = 0; org && i < world->count; i++)
		if (untrusted_is(&world->organizations[i].organization.id, org))
			return &world->organizations[i];
	return NULL;
}

struct world_application *
world_edit_application(struct world *world, const char *org, const char *app)
{
	struct world_organization *organization = world_edit_organization(world, org);

	for (size_t i = 0; organization && app && i < organization->count; i++)
		if (untrusted_is(&organization->applications[i].application.id, app))
			return &organization->applications[i];
	return NULL;
}

struct world_environment *
world_edit_environment(struct world *world, const char *org, const char *app, const char *env)
{
	struct world_application *application = world_edit_application(world, org, app);

	for (size_t i = 0; application && env && i < application->count; i++)
		if (untrusted_is(&application->environments[i].environment.id, env))
			return &application->environments[i];
	return NULL;
}

const struct world_organization *
world_organization(const struct world *world, const char *org)
{
	return world_edit_organization((struct world *)world, org);
}

const struct world_application *
world_application(const struct world *world, const char *org, const char *app)
{
	return world_edit_application((struct world *)world, org, app);
}

const struct world_environment *
world_environment(const struct world *world, const char *org, const char *app, const char *env)
{
	return world_edit_environment((struct world *)world, org, app, env);
}

bool
world_is_adopted(const struct world *world, const char *org, const char *env)
{
	const struct world_organization *o = world_organization(world, org);

	return o && adoption_has(&o->adoption, env);
}

bool
world_is_not_read(const struct world_environment *e)
{
	for (size_t i = 0; i < e->runtime.count; i++)
		if (e->runtime.modules[i].is_not_read)
			return true;
	return false;
}

const char *
world_application_now(const struct world *world, const char *org, const char *app, const char *env)
{
	const struct world_organization *o = world_organization(world, org);
	const char *now = o ? adoption_application(&o->adoption, env) : NULL;

	return now && !world_environment(world, org, app, env) ? now : app;
}

bool
world_is_adopting(const struct world *world, const char *org)
{
	for (size_t i = 0; i < world->count; i++) {
		const struct world_organization *o = &world->organizations[i];

		if (o->adoption.state == ADOPTION_READING &&
		    (!org || untrusted_is(&o->organization.id, org)))
			return true;
	}
	return false;
}

/* Most environments are never looked at closely, so their parts are
 * made when something is noted. */
struct knowledge *
world_edit_known(struct world_environment *environment, enum world_part part)
{
	if (!environment->parts)
		environment->parts = xcalloc(WORLD_PART_COUNT, sizeof(*environment->parts));
	return &environment->parts[part];
}

/* What was never asked for shares one NONE. */
const struct knowledge *
world_known(const struct world_environment *environment, enum world_part part)
{
	static const struct knowledge none;

	return environment->parts ? &environment->parts[part] : &none;
}

bool
world_is_trouble(const struct world *world, const struct knowledge *known)
{
	return known->state == KNOWLEDGE_UNREADABLE &&
	       (world->link != WORLD_OFFLINE ||
		knowledge_why(known)->kind != world->link_error.kind);
}

bool
world_is_known(const struct world_environment *environment, enum world_part part)
{
	return world_known(environment, part)->state == KNOWLEDGE_KNOWN;
}

/* --- order --- */

/* Nothing on the wire says which type comes before which, so the usual words decide. */
static const struct {
	const char *word;
	int rank;
} stages[] = {
	{"dev", 0}, {"sandbox", 0}, {"local", 0},
	{"qa", 1}, {"test", 1}, {"stag", 1}, {"integration", 1}, {"preview", 1}, {"uat", 1},
};

enum { RANK_OTHER = 2, RANK_PROTECTED, RANK_CLONE };

/* By the beginning: "staging-2" and "qa-berlin" are what their first letters say. */
static int
stage_of(const char *text)
{
	for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++)
		if (strncmp(text, stages[i].word, strlen(stages[i].word)) == 0)
			return stages[i].rank;
	return RANK_OTHER;
}

/* The type says it better than the id, which people choose freely. */
static int
rank_of(const struct world_environment *environment)
{
	int rank;

	if (environment->clone_of)
		return RANK_CLONE;
	if (environment->is_protected)
		return RANK_PROTECTED;
	rank = stage_of(untrusted_raw(&environment->environment.type));
	return rank != RANK_OTHER ? rank : stage_of(untrusted_raw(&environment->environment.id));
}

static int
compare_numbers(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

static int
compare_texts(const struct untrusted *a, const struct untrusted *b)
{
	return strcmp(untrusted_raw(a), untrusted_raw(b));
}

/* Of one rank the older first: a new environment must not move the columns that people know. */
static int
compare_environments(const void *left, const void *right)
{
	const struct world_environment *a = left, *b = right;
	int order = rank_of(a) - rank_of(b);

	if (order == 0)
		order = compare_numbers(a->environment.created_at, b->environment.created_at);
	return order != 0 ? order : compare_texts(&a->environment.id, &b->environment.id);
}

static int
compare_applications(const void *left, const void *right)
{
	const struct world_application *a = left, *b = right;
	int order = compare_texts(&a->application.name, &b->application.name);

	return order != 0 ? order : compare_texts(&a->application.id, &b->application.id);
}

static int
compare_organizations(const void *left, const void *right)
{
	const struct world_organization *a = left, *b = right;
	int order = compare_texts(&a->organization.name, &b->organization.name);

	return order != 0 ? order : compare_texts(&a->organization.id, &b->organization.id);
}

void
world_sort_environments(struct world_application *application)
{
	if (application->count > 1)
		qsort(application->environments, application->count,
		      sizeof(*application->environments), compare_environments);
}

void
world_sort_applications(struct world_organization *organization)
{
	if (organization->count > 1)
		qsort(organization->applications, organization->count,
		      sizeof(*organization->applications), compare_applications);
}

void
world_sort_organizations(struct world *world)
{
	if (world->count > 1)
		qsort(world->organizations, world->count, sizeof(*world->organizations),
		      compare_organizations);
}

/* --- comparing --- */

/* Whatever a person could see; a comment may be edited by nobody, but another platform may allow
 * it. */
static bool
same_deployment(const struct deployment *a, const struct deployment *b)
{
	return untrusted_equal(&a->id, &b->id) && untrusted_equal(&a->set_id, &b->set_id) &&
	       untrusted_equal(&a->from_id, &b->from_id) &&
	       untrusted_equal(&a->env_id, &b->env_id) &&
	       untrusted_equal(&a->comment, &b->comment) &&
	       untrusted_equal(&a->value_set_version_id, &b->value_set_version_id) &&
	       a->status == b->status && a->status_changed_at == b->status_changed_at &&
	       untrusted_equal(&a->problem, &b->problem);
}

bool
world_same_environment(const struct environment *a, const struct environment *b)
{
	return untrusted_equal(&a->id, &b->id) && untrusted_equal(&a->name, &b->name) &&
	       untrusted_equal(&a->type, &b->type) &&
	       untrusted_equal(&a->created_by, &b->created_by) &&
	       untrusted_equal(&a->problem, &b->problem) &&
	       untrusted_equal(&a->status_message, &b->status_message) &&
	       a->created_at == b->created_at && a->status == b->status &&
	       same_deployment(&a->last_deploy, &b->last_deploy) &&
	       same_deployment(&a->from_deploy, &b->from_deploy);
}

/* A status that we do not know counts as busy: looking once more costs little. */
bool
world_is_busy(const struct world_environment *environment)
{
	const struct environment *e = &environment->environment;

	return e->status == ENVIRONMENT_DELETING ||
	       (e->last_deploy.id.raw && !deployment_is_final(&e->last_deploy));
}

struct set *
world_shown(const struct world_environment *environment)
{
	if (!environment->set)
		return NULL;
	return environment->values
		       ? set_with_values(environment->set, values_words(environment->values))
		       : set_ref(environment->set);
}

bool
world_is_primed(const struct environment *environment, const struct deployment *running)
{
	const struct untrusted *base = &environment->from_deploy.id;

	return environment->last_deploy.id.raw && base->raw &&
	       !untrusted_equal(&environment->last_deploy.id, base) &&
	       !untrusted_equal(&running->id, base);
}
