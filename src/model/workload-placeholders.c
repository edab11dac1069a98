/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * No more places than the API has: a placeholder that is resolved where nobody expects one is a
 * program that gets another text than was written, and there is no way to see it from
 * outside.
 */
#include "config.h"

#include "model/workload-placeholders.h"

#include <stddef.h>
#include <string.h>

#define SPEC "/spec/"

static const struct {
	const char *path;	/* below the spec, "*": any name; all below it as well */
	bool is_added;		/* by the extension */
} places[] = {
	{"containers/*/variables", false},
	{"containers/*/files", false},
	{"schedules/*/containers/*/variables", false},
	{"pod/initContainers/*/env", false},
	{"labels", false},
	/* Each by its name: any name before it would be all of a container called "labels". */
	{"pod/labels", false},
	{"service/labels", false},
	{"deployment/labels", false},
	{"job/labels", false},
	{"cronjob/labels", false},
	/* What the objects' own texts hold is escaped (manifests.h). */
	{"manifests", false},
	{"secrets", true},
	{"containers/*/startup_probe", true},
	{"containers/*/readiness_probe", true},
	{"containers/*/liveness_probe", true},
	{"service/ports/*/container_port", true},
};

/* Whether the pointer is of the path, or of something below it. */
static bool
is_below(const char *pointer, const char *path)
{
	while (*path) {
		if (*path == '*') {
			pointer += strcspn(pointer, "/");
			path++;
		} else if (*pointer++ != *path++) {
			return false;
		}
	}
	return *pointer == '\0' || *pointer == '/';
}

static bool
is_place(const char *pointer, bool added)
{
	if (strncmp(pointer, SPEC, strlen(SPEC)) != 0)
		return true;
	pointer += strlen(SPEC);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if ((added || !places[i].is_added) && is_below(pointer, places[i].path))
			return true;
	return false;
}

bool
workload_place_is_public(const char *pointer)
{
	return is_place(pointer, false);
}

bool
workload_place_is_any(const char *pointer)
{
	return is_place(pointer, true);
}
