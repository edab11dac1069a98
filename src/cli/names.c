/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Names from a command line, looked up in what was read; one that is not there is told with
 * those that may have been meant.
 *
 * "There is no ..." is only said of a list that was read whole.  With an entry that was not
 * understood it might be just that one, and then the answer is that the list could not be
 * read.
 */
#include "config.h"

#include "cli/names.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/config-file.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/world/world.h"
#include "model/set.h"

#define NEAR_MAX 3			/* names that may have been meant */
#define ALL_MAX 8			/* so few are listed whole */
#define LIST_BYTES_MAX 512

/* A list that grows; each name once. */
struct names {
	const char **items;
	size_t count;
};

/* Two organizations may have applications of one name. */
static void
add(struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->items[i], name) == 0)
			return;
	names->items = xreallocarray(names->items, names->count + 1, sizeof(*names->items));
	names->items[names->count++] = name;
}

/* "a, b, c"; free() it. */
static char *
join(const char *const *names, size_t count)
{
	struct buf list;

	buf_init(&list, LIST_BYTES_MAX);
	for (size_t i = 0; i < count; i++)
		if (!buf_puts(&list, i ? ", " : "") || !buf_puts(&list, names[i]))
			break;
	return buf_take(&list);
}

char *
names_near(const char *name, const char *const *names, size_t count)
{
	const char *near[NEAR_MAX], **left = xcalloc(count + 1, sizeof(*left));
	size_t found = 0, left_count = count;
	char *list, *text;

	for (size_t i = 0; i < count; i++)
		left[i] = names[i];
	while (found < NEAR_MAX) {
		const char *one = config_suggest(name, left, left_count);
		size_t kept = 0;

		if (!one)
			break;
		near[found++] = one;
		for (size_t i = 0; i < left_count; i++)
			if (left[i] != one)
				left[kept++] = left[i];
		left_count = kept;
	}
	list = found ? join(near, found) : join(names, count <= ALL_MAX ? count : 0);
	if (found)
		text = xasprintf(_(" Did you mean %s?"), list);
	else
		text = *list ? xasprintf(_(" Available: %s."), list) : xstrdup("");
	free(list);
	free(left);
	return text;
}

/* The sentence, and the names near; frees the list and the sentence. */
static int
refuse(struct names *names, const char *name, char *sentence, struct error *err)
{
	char *near = names_near(name, names->items, names->count);

	error_set(err, ERROR_NOT_FOUND, "%s%s", sentence, near);
	free(near);
	free(sentence);
	free(names->items);
	return -1;
}

/* --- organizations and applications --- */

/* What was not understood may be what was asked for: then nobody knows that it is not there. */
static int
refuse_unread(const struct untrusted *problem, struct error *err)
{
	return error_set(err, ERROR_PROTOCOL, _("The platform's list could not be read: %s."),
			 untrusted_raw(problem));
}

int
names_organization(const struct world *world, const char *org, struct error *err)
{
	struct names names = {0};

	if (world_organization(world, org))
		return 0;
	if (world->problem.raw)
		return refuse_unread(&world->problem, err);
	for (size_t i = 0; i < world->count; i++)
		add(&names, untrusted_raw(&world->organizations[i].organization.id));
	return refuse(&names, org, xasprintf(_("There is no organization \"%s\"."), org), err);
}

/* "acme/first, acme/second" of those that have this name; app NULL: of all.  free() it. */
static char *
list_applications(const struct world *world, const char *org, const char *app)
{
	struct buf list;

	buf_init(&list, LIST_BYTES_MAX);
	for (size_t i = 0; i < world->count; i++) {
		const struct world_organization *o = &world->organizations[i];

		for (size_t j = 0; j < o->count; j++)
			if ((!org || untrusted_is(&o->organization.id, org)) &&
			    (!app || untrusted_is(&o->applications[j].application.id, app)) &&
			    !buf_printf(&list, "%s%s/%s", list.length ? ", " : "",
					untrusted_raw(&o->organization.id),
					untrusted_raw(&o->applications[j].application.id)))
				break;
	}
	return buf_take(&list);
}

static int
refuse_application(const struct world *world, const char *org, const char *app, struct error *err)
{
	struct names names = {0};

	for (size_t i = 0; i < world->count; i++) {
		const struct world_organization *o = &world->organizations[i];

		for (size_t j = 0; j < o->count && (!org || untrusted_is(&o->organization.id, org));
		     j++)
			add(&names, untrusted_raw(&o->applications[j].application.id));
	}
	return refuse(&names, app,
		      org ? xasprintf(_("There is no application \"%s\" in %s."), app, org)
			  : xasprintf(_("There is no application \"%s\"."), app), err);
}

int
names_nothing(const struct world_adoption *adoption, struct error *err)
{
	char *nothing = adoption_nothing(adoption);
	char *why = adoption_trouble(adoption, clock_wall_ms());
	const char *advice = adoption->state == ADOPTION_DONE
				     ? _("Choose others with `sidestage kube --namespace=NAME` or "
					 "--all-namespaces.") : NULL;

	error_set(err, ERROR_NOT_FOUND, "%s%s%s%s%s", nothing, why ? " " : "", why ? why : "",
		  advice ? " " : "", advice ? advice : "");
	free(nothing);
	free(why);
	return -1;
}

static bool
refuse_nothing(const struct world *world, const char *org, struct error *err)
{
	for (size_t i = 0; i < world->count; i++) {
		const struct world_organization *o = &world->organizations[i];

		if (o->adoption.state == ADOPTION_NONE ||
		    (org && !untrusted_is(&o->organization.id, org)))
			continue;
		(void)names_nothing(&o->adoption, err);
		return true;
	}
	return false;
}

static int
refuse_several(const struct world *world, const char *org, const char *app, struct error *err)
{
	char *list = list_applications(world, org, app);

	if (app)
		error_set(err, ERROR_INPUT,
			  _("Several organizations have an application \"%s\": %s. Give --org."),
			  app, list);
	else
		error_set(err, ERROR_INPUT,
			  org || world->count == 1
				  ? _("There are several applications: %s. Give --app.")
				  : _("There are several applications: %s. Give --org and --app."),
			  list);
	free(list);
	return -1;
}

static const struct untrusted *
problem_of_applications(const struct world *world, const char *org)
{
	if (world->problem.raw)
		return &world->problem;
	for (size_t i = 0; i < world->count; i++)
		if (world->organizations[i].problem.raw &&
		    (!org || untrusted_is(&world->organizations[i].organization.id, org)))
			return &world->organizations[i].problem;
	return NULL;
}

int
names_application(const struct world *world, const char *org, const char *app,
		  const char **found_org, const char **found_app, struct error *err)
{
	const struct untrusted *problem = problem_of_applications(world, org);
	size_t found = 0;

	if (org && names_organization(world, org, err) != 0)
		return -1;
	for (size_t i = 0; i < world->count; i++) {
		const struct world_organization *o = &world->organizations[i];

		if (org && !untrusted_is(&o->organization.id, org))
			continue;
		for (size_t j = 0; j < o->count; j++) {
			if (app && !untrusted_is(&o->applications[j].application.id, app))
				continue;
			if (found++ > 0)
				continue;
			*found_org = untrusted_raw(&o->organization.id);
			*found_app = untrusted_raw(&o->applications[j].application.id);
		}
	}
	if (found == 1)
		return 0;
	if (found > 1)
		return refuse_several(world, org, app, err);
	if (problem)
		return refuse_unread(problem, err);
	if (app)
		return refuse_application(world, org, app, err);
	if (refuse_nothing(world, org, err))
		return -1;
	return error_set(err, ERROR_NOT_FOUND, org ? _("The organization %s has no applications.")
						   : _("There are no applications."), org);
}

/* --- within an application --- */

int
names_no_environment(const struct world_application *application, const char *env,
		     struct error *err)
{
	struct names names = {0};

	if (application->problem.raw)
		return refuse_unread(&application->problem, err);
	for (size_t i = 0; i < application->count; i++)
		add(&names, untrusted_raw(&application->environments[i].environment.id));
	return refuse(&names, env,
		      xasprintf(_("There is no environment \"%s\" in %s."), env,
				untrusted_raw(&application->application.id)), err);
}

int
names_no_clone(const struct world_application *application, const char *env, struct error *err)
{
	struct names names = {0};

	for (size_t i = 0; i < application->count; i++)
		if (application->environments[i].clone_of)
			add(&names, untrusted_raw(&application->environments[i].environment.id));
	return refuse(&names, env,
		      xasprintf(_("There is no clone \"%s\" in %s."), env,
				untrusted_raw(&application->application.id)), err);
}

static void
add_keys(struct names *names, const json_t *object)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value)
		add(names, key);
}

int
names_no_workload(const struct set *set, const char *env, const char *workload, struct error *err)
{
	struct names names = {0};

	add_keys(&names, set_modules(set));
	return refuse(&names, workload,
		      xasprintf(_("There is no workload \"%s\" in %s."), workload, env), err);
}

int
names_no_container(const struct set *set, const char *workload, const char *container,
		   struct error *err)
{
	json_t *containers = set_module_containers(set, workload);
	struct names names = {0};
	int ret;

	add_keys(&names, containers);
	ret = refuse(&names, container,
		     xasprintf(_("The workload %s has no container \"%s\"."), workload, container),
		     err);
	json_decref(containers);
	return ret;
}

int
names_no_version(const struct world_organization *organization, const char *image,
		 const char *version, struct error *err)
{
	struct names names = {0};

	for (size_t i = 0; i < organization->version_count; i++)
		if (!organization->versions[i].archived &&
		    untrusted_is(&organization->versions[i].name, image))
			add(&names, untrusted_raw(&organization->versions[i].version));
	return refuse(&names, version,
		      xasprintf(_("There is no version \"%s\" of %s."), version, image), err);
}
