/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What is odd about a set, told twice: as warnings for whoever is about to deploy it, and as
 * a refusal when it is deployed.
 *
 * Only a wrong form refuses, of a field or of a placeholder.  A field that has no effect here may
 * have one on another platform, and sets come from there; so it is said and left in.
 */
#include "config.h"

#include "platform/engine/workload-warnings.h"

#include <stdlib.h>

#include "base/error.h"
#include "model/json.h"
#include "model/nouns.h"
#include "model/set.h"
#include "model/workload-check.h"
#include "model/workload-references.h"
#include "platform/drivers/driver.h"

#define WARNINGS_MAX 1000	/* more say nothing that these do not */

struct findings {
	const char *workload;
	const char *driver;
	json_t *warnings;		/* NULL: only the first wrong form is asked for */
	struct error *err;
};

static void
add_warning(void *data, const struct workload_finding *finding)
{
	struct findings *all = data;
	struct workload_warning warning = {
		.message = {finding_text(finding, all->workload, all->driver)},
	};

	if (json_array_size(all->warnings) < WARNINGS_MAX) {
		untrusted_init(&warning.workload, all->workload);
		untrusted_init(&warning.path, finding->path);
		untrusted_init(&warning.code, finding_word(finding->kind));
		untrusted_init(&warning.driver, all->driver);
		untrusted_init(&warning.profile, finding->profile);
		untrusted_init(&warning.meant, finding->meant);
		json_array_append_new(all->warnings, workload_warning_encode(&warning));
	}
	workload_warning_clear(&warning);
}

json_t *
workload_warnings(struct driver *driver, const struct set *set)
{
	json_t *description = driver->ops->describe(driver), *module;
	struct findings all = {
		.driver = json_member_string(description, "name"),
		.warnings = json_array(),
	};
	const char *name;

	json_object_foreach(set_modules(set), name, module) {
		all.workload = name;
		workload_check(module, description, add_warning, &all);
		workload_references_check(set, name, add_warning, &all);
	}
	all.workload = "";
	shared_check(set_shared(set), add_warning, &all);
	workload_references_check(set, "", add_warning, &all);
	json_decref(description);
	return all.warnings;
}

static void
refuse_first(void *data, const struct workload_finding *finding)
{
	struct findings *all = data;

	if (all->err->kind == ERROR_NONE && finding_is_wrong(finding->kind))
		finding_refuse(finding, all->workload, all->err);
}

/* Without the driver: what is written wrongly is wrong wherever it runs. */
int
workload_forms_check(const struct set *set, struct error *err)
{
	struct error wrong = {0};
	struct findings all = {.err = &wrong};
	const char *name;
	json_t *module;

	json_object_foreach(set_modules(set), name, module) {
		all.workload = name;
		workload_check(module, NULL, refuse_first, &all);
		workload_references_check(set, name, refuse_first, &all);
	}
	all.workload = "";
	workload_references_check(set, "", refuse_first, &all);
	if (wrong.kind != ERROR_NONE)
		*err = wrong;
	return wrong.kind == ERROR_NONE ? 0 : -1;
}
