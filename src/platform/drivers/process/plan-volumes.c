/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Volumes are directories of the environment, "volumes/NAME" in it, which only those workloads see
 * that mount them, and which live as long as the environment or, of a resource, as that.  A volume
 * of a workload's spec is its own ("web.cache"), one that it claims by name is shared by all that
 * claim it ("claim.cache").
 *
 * Only a whole volume is mounted: what lies in it is the workloads', who might put links into the
 * way to a part of it.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/process/plan-parts.h"
#include "platform/drivers/process/plan.h"
#include "platform/drivers/process/resource.h"

#define MOUNTS_MAX 50
#define OWN "volumes."		/* before the name of a volume of the spec */

/* The directory's name in "volumes"; free() it.  NULL with err: there is no such volume. */
static char *
own_directory(const struct plan *plan, const json_t *volumes, const char *id, struct error *err)
{
	const char *name = strncmp(id, OWN, strlen(OWN)) == 0 ? id + strlen(OWN) : id;
	const json_t *volume = json_object_get(volumes, name);
	const char *claim = json_member_string(json_object_get(volume, "persistentVolumeClaim"),
					       "claimName");
	char *directory = claim ? xasprintf("claim.%s", claim)
				: xasprintf("%s.%s", plan->module, name);

	if (json_is_object(volume) && resource_is_file_name(directory))
		return directory;
	free(directory);
	error_set_code(err, CODE_VOLUME_NOT_FOUND, .name = id, .workload = plan->module);
	return NULL;
}

/* A resource's own, which this driver made. */
static char *
resource_directory(const struct plan *plan, const json_t *paths, const char *id, struct error *err)
{
	const char *path = json_member_string(paths, id), *slash = path ? strrchr(path, '/') : NULL;

	if (slash && strncmp(slash + 1, "resource.", 9) == 0 && resource_is_file_name(slash + 1))
		return xstrdup(slash + 1);
	error_set_code(err, CODE_VOLUME_NOT_FOUND, .name = id, .workload = plan->module);
	return NULL;
}

static int
read_mount(struct plan *plan, const json_t *volumes, const json_t *paths, const char *at,
	   const json_t *mount, struct error *err)
{
	const char *id = json_member_string(mount, "id"), *sub = json_member_string(mount, "sub_path");
	struct plan_mount *out = &plan->mounts[plan->mount_count];

	if (at[0] != '/' || !paths_is_inside(at + 1))
		return error_set_code(err, CODE_VOLUME_PATH_INVALID, .path = at,
				      .workload = plan->module);
	if (sub && *sub)
		return error_set_code(err, CODE_VOLUME_PART_NOT_MOUNTED, .path = at,
				      .workload = plan->module);
	if (id && (strncmp(id, "externals.", 10) == 0 || strncmp(id, "shared.", 7) == 0))
		out->directory = resource_directory(plan, paths, id, err);
	else
		out->directory = own_directory(plan, volumes, id ? id : "", err);
	if (!out->directory)
		return -1;
	out->at = xstrdup(at);
	out->read_only = json_is_true(json_object_get(mount, "read_only"));
	plan->mount_count++;
	return 0;
}

int
plan_read_volumes(struct plan *plan, const struct driver_workload *workload, const json_t *spec,
		  const json_t *container, struct error *err)
{
	const json_t *mounts = json_object_get(container, "volume_mounts");
	const char *at;
	json_t *mount;

	if (json_object_size(mounts) > MOUNTS_MAX)
		return error_set_code(err, CODE_VOLUME_MOUNTS_TOO_MANY, .workload = plan->module,
				      .max = MOUNTS_MAX);
	plan->mounts = xcalloc(json_object_size(mounts) + 1, sizeof(*plan->mounts));
	json_object_foreach((json_t *)mounts, at, mount)
		if (read_mount(plan, json_object_get(spec, "volumes"), workload->volumes, at, mount,
			       err) != 0)
			return -1;
	return 0;
}
