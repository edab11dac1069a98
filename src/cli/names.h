/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Names that a person gave.  Each is what it says or is refused with the nearest ones; none is ever
 * replaced by another, and one that could mean two things is refused with both.
 */
#ifndef SIDESTAGE_CLI_NAMES_H
#define SIDESTAGE_CLI_NAMES_H

#include <stdbool.h>
#include <stddef.h>

struct error;
struct set;
struct world;
struct world_adoption;
struct world_application;
struct world_organization;

/* " Did you mean production?", or all there are when they are few: to end a sentence.  Foreign when
 * the names are; free() it. */
char *names_near(const char *name, const char *const *names, size_t count);

/*
 * Which application is meant.  org or app NULL: not given.  Without an app the only one there is.
 * Borrowed from the world.  0, or -1 with err: ERROR_NOT_FOUND, or ERROR_INPUT when it could be
 * several.
 */
int names_application(const struct world *world, const char *org, const char *app,
		      const char **found_org, const char **found_app, struct error *err)
	__attribute__((warn_unused_result));
/* The same of an organization alone. */
int names_organization(const struct world *world, const char *org, struct error *err)
	__attribute__((warn_unused_result));

/* The sentences of what is not there; each returns -1 with ERROR_NOT_FOUND.  In a cluster
 * nothing was found, for a reason: */
int names_nothing(const struct world_adoption *adoption, struct error *err);
int names_no_environment(const struct world_application *application, const char *env,
			 struct error *err);
/* None of the environments that are clones. */
int names_no_clone(const struct world_application *application, const char *env, struct error *err);
/* The environment has no workload of that name; and so on for what a workload may lack. */
int
names_no_workload(const struct set *set, const char *env, const char *workload, struct error *err);
int names_no_container(const struct set *set, const char *workload, const char *container,
		       struct error *err);
int names_no_version(const struct world_organization *organization, const char *image,
		     const char *version, struct error *err);

#endif
