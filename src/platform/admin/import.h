/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Organizations with their environment types, resource definitions, applications, shared
 * values, environments, and deployments with their sets, from a file.
 *
 * What is there already is brought to what the file says; nothing is removed.  A deployment
 * is history: an environment that has one keeps its own, whatever the file says, so that the
 * same file can be imported again and again.  Values take effect with the next deployment.
 */
#ifndef SIDESTAGE_PLATFORM_ADMIN_IMPORT_H
#define SIDESTAGE_PLATFORM_ADMIN_IMPORT_H

#include <jansson.h>
#include <stdbool.h>

struct error;
struct platform;

/* Does nothing when the platform has an organization already.  All of it or nothing. */
int import_file(struct platform *platform, const char *path, struct error *err)
	__attribute__((warn_unused_result));
/* The same from a value, whatever the platform has; environments that are new start to run
 * when there is an engine.  user NULL: the platform's.  {"organizations", "applications",
 * "environments", "deployments", "values", "kept": n, "differing", "unserved": [...]} of what was read; NULL with
 * err. */
json_t *import_apply(struct platform *platform, const json_t *file, const char *user,
		     struct error *err);

#endif
