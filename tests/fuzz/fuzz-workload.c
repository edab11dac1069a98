/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Any JSON as a workload: every finding names a place in it and has a sentence, a field has one at
 * most, and a driver that honours nothing hides none: there is one at the field, or above it. */
#include "config.h"

#include "fuzz.h"

#include "base/error.h"
#include "model/json.h"
#include "model/pointer.h"
#include "model/workload-check.h"
#include "model/workload-fields.h"
#include "model/workload-placeholders.h"

struct seen {
	json_t *paths;
};

static void
take(void *data, const struct workload_finding *finding)
{
	struct seen *seen = data;
	struct error err = {0};
	char *text = finding_text(finding, "web", "memory");

	assert(finding->kind < FINDING_COUNT && *text);
	assert(finding_of(finding_word(finding->kind)) == finding->kind);
	assert(!*finding->path || *finding->path == '/');
	if (finding->kind == FINDING_WRONG)
		assert(finding_refuse(finding, "web", &err) == -1 && err.kind == ERROR_INPUT);
	/* One finding a field; what is no profile at all counts as the usual one. */
	assert(!json_object_get(seen->paths, finding->path) || strcmp(finding->path, "/profile") == 0);
	json_object_set_new(seen->paths, finding->path, json_true());
	(void)workload_place_is_public(finding->path);
	assert(!workload_place_is_public(finding->path) || workload_place_is_any(finding->path));
	free(text);
}

static struct seen
check(const json_t *module, const json_t *driver)
{
	struct seen seen = {.paths = json_object()};

	workload_check(module, driver, take, &seen);
	return seen;
}

static int
is_told(const struct seen *seen, const char *path)
{
	char *above = strdup(path), *slash;
	int is_there = json_object_get(seen->paths, above) != NULL;

	while (!is_there && (slash = strrchr(above, '/'))) {
		*slash = '\0';
		is_there = json_object_get(seen->paths, above) != NULL;
	}
	free(above);
	return is_there;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	json_t *module = json_decode((const char *)bytes, length, NULL), *driver;
	struct seen alone, with;
	const char *path;
	json_t *value;

	if (!module)
		return 0;
	driver = json_pack("{s:s, s:[], s:[]}", "name", "memory", "honours", "profiles");
	alone = check(module, NULL);
	with = check(module, driver);
	json_object_foreach(alone.paths, path, value)
		assert(is_told(&with, path));
	json_decref(alone.paths);
	json_decref(with.paths);
	(void)workload_field_number(module);
	json_decref(driver);
	json_decref(module);
	return 0;
}
