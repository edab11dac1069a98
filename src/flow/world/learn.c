/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * From answers to the world: decode, compare, keep what stayed, replace what did not.
 *
 * Each list is built anew and then adopts, entry by entry, what was known under the same id;
 * the old list is freed with whatever nobody adopted.  So what hangs on an entry (values,
 * sets, runtime) survives a poll, and nothing points into a list that is half of one answer
 * and half of another.
 *
 * `revision` rises when a person could see a difference, `moved` when the arrays were
 * replaced: a poll that brings the same draws nothing, but a view that holds pointers must
 * look them up again.
 */
#include "config.h"

#include "flow/world/learn.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "compare/values.h"
#include "flow/context/context.h"
#include "flow/world/watch.h"
#include "flow/world/world.h"
#include "model/nouns.h"
#include "model/set.h"
#include "store/cache.h"
#include "store/clone-origins.h"

/* More than anybody works with, and few enough for all that is drawn and sorted.  A longer
 * list is refused whole: a part of it would look like all. */
#define ORGANIZATIONS_MAX 500
#define APPLICATIONS_MAX 2000
#define ENVIRONMENTS_MAX 2000
#define VERSIONS_MAX 20000

void
learn_touch(struct world *world, struct world_environment *environment)
{
	environment->revision++;
	world->revision++;
}

int
learn_check_list(const json_t *body, size_t max, const char *what, struct error *err)
{
	if (!json_is_array(body))
		return error_set(err, ERROR_PROTOCOL, _("The platform's answer for %s is not a list."),
				 what);
	if (json_array_size(body) > max)
		return error_set(err, ERROR_LIMIT,
				 _("The platform lists %zu %s; at most %zu are shown."),
				 json_array_size(body), what, max);
	return 0;
}

/*
 * What is said of the entries that have no id: nothing can be asked about them, and there is no
 * place for them among the others.  `why` is of the first of them.
 */
static bool
set_problem(struct untrusted *problem, size_t count, const char *why)
{
	char *text =
		count == 0
			? NULL
			: xasprintf(
				  ngettext(
					  "%zu entry of the list is not understood: %s",
					  "%zu entries of the list are not understood; the first: %s",
					  count),
				  count, why);
	bool same = text ? untrusted_is(problem, text) : !problem->raw;

	untrusted_set(problem, text);
	free(text);
	return same;
}

/* Counts an entry without an id and remembers the first one's reason.  true: it has none. */
static bool
is_nameless(const struct untrusted *id, const struct untrusted *problem, size_t *count,
	    struct untrusted *why)
{
	if (id->raw && id->raw[0])
		return false;
	if ((*count)++ == 0)
		untrusted_set(why, problem->raw ? problem->raw : _("its id is empty"));
	return true;
}

int
learn_user(struct world *world, const struct learn_place *place, const json_t *body,
	   int64_t read_at, struct error *err)
{
	const struct untrusted *name;
	struct user user;
	int ret = 0;

	(void)place;
	(void)read_at;
	user_read(&user, body);
	name = *untrusted_raw(&user.name) ? &user.name : &user.id;
	if (!name->raw) {
		ret = error_set(err, ERROR_PROTOCOL,
				_("The platform does not say who we are: neither name nor id."));
	} else if (!untrusted_equal(&world->user, name) ||
		   !untrusted_equal(&world->user_id, &user.id)) {
		untrusted_set(&world->user, name->raw);
		untrusted_set(&world->user_id, user.id.raw);
		world->revision++;
	}
	user_clear(&user);
	return ret;
}

/* --- organizations --- */

/* Moves what was known of the organization into the fresh entry. */
static bool
adopt_organization(struct world *world, struct world_organization *fresh)
{
	const char *id = untrusted_raw(&fresh->organization.id);
	struct world_organization *known = world_edit_organization(world, id);
	struct organization organization = fresh->organization;
	bool same;

	if (!known)
		return false;
	same = untrusted_equal(&known->organization.name, &organization.name) &&
	       untrusted_equal(&known->organization.problem, &organization.problem);
	organization_clear(&known->organization);
	*fresh = *known;
	fresh->organization = organization;
	*known = (struct world_organization){0};
	return same;
}

int
learn_organizations(struct world *world, const struct learn_place *place, const json_t *body,
		    int64_t read_at, struct error *err)
{
	struct world_organization *list;
	struct untrusted why = {0};
	size_t count = 0, nameless = 0;
	bool same;

	(void)read_at;
	if (learn_check_list(body, ORGANIZATIONS_MAX, _("organizations"), err) != 0)
		return -1;
	list = xcalloc(json_array_size(body) + 1, sizeof(*list));
	for (size_t i = 0; i < json_array_size(body); i++) {
		struct organization *entry = &list[count].organization;

		organization_read(entry, json_array_get(body, i));
		if (is_nameless(&entry->id, &entry->problem, &nameless, &why) ||
		    (place->only_org && !untrusted_is(&entry->id, place->only_org)))
			organization_clear(entry);
		else
			count++;
	}
	same = set_problem(&world->problem, nameless, why.raw) && count == world->count;
	untrusted_clear(&why);
	for (size_t i = 0; i < count; i++)
		same &= adopt_organization(world, &list[i]);
	for (size_t i = 0; i < world->count; i++)
		world_organization_clear(&world->organizations[i]);
	free(world->organizations);
	world->organizations = list;
	world->count = count;
	world_sort_organizations(world);
	world->moved++;
	if (!same)
		world->revision++;
	return 0;
}

/* --- applications --- */

/* As adopt_organization(). */
static bool
adopt_application(struct world *world, const char *org, struct world_application *fresh)
{
	struct world_application *known =
		world_edit_application(world, org, untrusted_raw(&fresh->application.id));
	struct application application = fresh->application;
	bool same;

	if (!known)
		return false;
	same = untrusted_equal(&known->application.name, &application.name) &&
	       untrusted_equal(&known->application.problem, &application.problem);
	application_clear(&known->application);
	*fresh = *known;
	fresh->application = application;
	*known = (struct world_application){0};
	return same;
}

struct application_list {
	struct world_application *items;
	size_t count, room, nameless;
	struct untrusted why;		/* of the first without an id */
};

static void
add_application(void *data, const json_t *body)
{
	struct application_list *list = data;
	struct application *entry;

	if (list->count == list->room) {
		list->room = list->room ? 2 * list->room : 64;
		list->items = xreallocarray(list->items, list->room, sizeof(*list->items));
	}
	list->items[list->count] = (struct world_application){0};
	entry = &list->items[list->count].application;
	application_read(entry, body);
	if (is_nameless(&entry->id, &entry->problem, &list->nameless, &list->why))
		application_clear(entry);
	else
		list->count++;
}

static void
drop_applications(struct application_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		world_application_clear(&list->items[i]);
	free(list->items);
	untrusted_clear(&list->why);
}

/* The list goes to the organization. */
static void
take_applications(struct world *world, const char *org, struct application_list *list)
{
	struct world_organization *organization = world_edit_organization(world, org);
	bool same = set_problem(&organization->problem, list->nameless, list->why.raw) &&
		    list->count == organization->count;

	untrusted_clear(&list->why);
	for (size_t i = 0; i < list->count; i++)
		same &= adopt_application(world, org, &list->items[i]);
	for (size_t i = 0; i < organization->count; i++)
		world_application_clear(&organization->applications[i]);
	free(organization->applications);
	organization->applications = list->items;
	organization->count = list->count;
	world_sort_applications(organization);
	world->moved++;
	if (!same)
		world->revision++;
}

int
learn_applications(struct world *world, const struct learn_place *place, const json_t *body,
		   int64_t read_at, struct error *err)
{
	struct application_list list = {0};

	(void)read_at;
	if (!world_edit_organization(world, place->org))
		return 0;
	if (learn_check_list(body, APPLICATIONS_MAX, _("applications"), err) != 0)
		return -1;
	for (size_t i = 0; i < json_array_size(body); i++)
		add_application(&list, json_array_get(body, i));
	take_applications(world, place->org, &list);
	return 0;
}

bool
learn_stored_applications(struct world *world, const struct learn_place *place,
			  struct store *store, const char *key,
			  char digest[IDS_SHA256_B64_SIZE], int64_t *read_at)
{
	struct application_list list = {0};

	if (!store_cache_each(store, key, digest, read_at, add_application, &list) ||
	    list.count > APPLICATIONS_MAX || !world_edit_organization(world, place->org)) {
		drop_applications(&list);
		return false;
	}
	take_applications(world, place->org, &list);
	return true;
}

/* No entry is known by anything but its place in the list, so it is replaced whole. */
int
learn_versions(struct world *world, const struct learn_place *place, const json_t *body,
	       int64_t read_at, struct error *err)
{
	struct world_organization *organization = world_edit_organization(world, place->org);
	struct artefact_version *list;
	size_t count = 0;

	(void)read_at;
	if (!organization)
		return 0;
	if (learn_check_list(body, VERSIONS_MAX, _("versions"), err) != 0)
		return -1;
	list = xcalloc(json_array_size(body) + 1, sizeof(*list));
	for (; count < json_array_size(body); count++)
		artefact_version_read(&list[count], json_array_get(body, count));
	for (size_t i = 0; i < organization->version_count; i++)
		artefact_version_clear(&organization->versions[i]);
	free(organization->versions);
	organization->versions = list;
	organization->version_count = count;
	world->revision++;
	return 0;
}

/* --- environments --- */

/*
 * What runs is the newest succeeded deployment.  While the last one is no success, what was
 * known stays; watch.c asks for the list once for every such deployment.  Of one that is not
 * understood nothing is known.
 */
static void
derive_running(struct world_environment *environment)
{
	const struct deployment *last = &environment->environment.last_deploy;

	if (last->id.raw && !last->problem.raw && last->status != DEPLOYMENT_SUCCEEDED)
		return;
	deployment_clear(&environment->running);
	if (last->id.raw && !last->problem.raw)
		deployment_copy(&environment->running, last);
}

/* Moves what was known into the fresh entry.  true: nothing differs. */
static bool
adopt_environment(struct world *world, const struct learn_place *place,
		  struct world_environment *fresh)
{
	struct environment environment = fresh->environment;
	struct world_environment *known = world_edit_environment(
		world, place->org, place->app, untrusted_raw(&environment.id));
	bool same, same_deploy;

	if (!known)
		return false;
	same = world_same_environment(&known->environment, &environment);
	same_deploy = untrusted_equal(&known->environment.last_deploy.id,
				      &environment.last_deploy.id);
	environment_clear(&known->environment);
	*fresh = *known;
	fresh->environment = environment;
	*known = (struct world_environment){0};
	if (!same)
		fresh->revision++;
	if (!same_deploy || environment.last_deploy.status != DEPLOYMENT_FAILED) {
		world_clear_errors(fresh);
		if (fresh->parts)
			knowledge_clear(world_edit_known(fresh, WORLD_ERRORS));
	}
	return same;
}

int
learn_environments(struct world *world, const struct learn_place *place, const json_t *body,
		   int64_t read_at, struct error *err)
{
	struct world_application *application =
		world_edit_application(world, place->org, place->app);
	struct world_environment *list;
	struct untrusted why = {0};
	size_t count = 0, nameless = 0;
	bool same;

	if (!application)
		return 0;
	if (learn_check_list(body, ENVIRONMENTS_MAX, _("environments"), err) != 0)
		return -1;
	list = xcalloc(json_array_size(body) + 1, sizeof(*list));
	for (size_t i = 0; i < json_array_size(body); i++) {
		struct environment *entry = &list[count].environment;

		environment_read(entry, json_array_get(body, i));
		if (is_nameless(&entry->id, &entry->problem, &nameless, &why))
			environment_clear(entry);
		else
			count++;
	}
	same = set_problem(&application->problem, nameless, why.raw) && count == application->count;
	untrusted_clear(&why);
	for (size_t i = 0; i < count; i++) {
		struct environment *environment = &list[i].environment;

		same &= adopt_environment(world, place, &list[i]);
		derive_running(&list[i]);
		list[i].is_protected = session_is_protected(place->session,
							    untrusted_raw(&environment->id),
							    untrusted_raw(&environment->type));
		list[i].read_at = read_at;
	}
	for (size_t i = 0; i < application->count; i++)
		world_environment_clear(&application->environments[i]);
	free(application->environments);
	application->environments = list;
	application->count = count;
	world_sort_environments(application);
	world->moved++;
	if (!same)
		world->revision++;
	return 0;
}

void
learn_same_environments(struct world *world, const struct learn_place *place, int64_t read_at)
{
	struct world_application *application =
		world_edit_application(world, place->org, place->app);

	for (size_t i = 0; application && i < application->count; i++)
		application->environments[i].read_at = read_at;
}

/* true: it was not known to be a clone. */
static bool
learn_clone(struct world *world, struct world_environment *environment,
	    const struct clone_record *record)
{
	const struct clone_origin *origin = &record->origin;
	bool new = !environment->clone_of;
	const char *set_id = origin->set_id ? origin->set_id : "";
	const char *deployment = origin->deployment_id ? origin->deployment_id : "";
	bool same_set = strcmp(environment->clone_set_id ? environment->clone_set_id : "",
			       set_id) == 0;
	/* A promotion of values alone leaves the set as it is. */
	bool same_deployment = strcmp(environment->clone_deployment_id ?
				      environment->clone_deployment_id : "", deployment) == 0;

	if (!new &&same_set && same_deployment &&
	    environment->clone_expires_at == origin->expires_at &&
	    environment->clone_has_expiry == record->has_expiry)
		return false;
	if (new)
		environment->clone_of = xstrdup(origin->origin ? origin->origin : "");
	if (!same_set) {	/* it moves on with each promotion */
		free(environment->clone_set_id);
		environment->clone_set_id = *set_id ? xstrdup(set_id) : NULL;
	}
	if (!same_deployment) {
		free(environment->clone_deployment_id);
		environment->clone_deployment_id = xstrdup(deployment);
	}
	environment->clone_expires_at = origin->expires_at;
	environment->clone_has_expiry = record->has_expiry;
	learn_touch(world, environment);
	return new;
}

void
learn_clones(struct world *world, const struct learn_place *place, const struct clone_list *clones)
{
	bool found = false;

	for (size_t i = 0; i < clones->count; i++) {
		const struct clone_record *clone = &clones->items[i];
		struct world_environment *environment = NULL;

		if (strcmp(clone->org, place->org) == 0 && strcmp(clone->app, place->app) == 0)
			environment = world_edit_environment(world, place->org, place->app,
							     clone->env);
		if (environment && learn_clone(world, environment, clone))
			found = true;
	}
	if (found)
		world_sort_environments(world_edit_application(world, place->org, place->app));
}

const char *
learn_set_id(const struct world_environment *environment)
{
	if (environment->running.id.raw)
		return untrusted_raw(&environment->running.set_id);
	return learn_from_set_id(environment);
}

const char *
learn_from_set_id(const struct world_environment *environment)
{
	const struct deployment *from = &environment->environment.from_deploy;

	return from->id.raw ? untrusted_raw(&from->set_id) : "";
}
