/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Whether a workload could be planned, asked before anything of it is there: its images are taken
 * to be, and each placeholder stands for "1", which is as good a text as it is a port.  What a probe
 * has of placeholders is not looked at, since a path is not a port.
 */
#include "config.h"

#include "platform/drivers/process/plan-check.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/placeholder.h"
#include "model/set.h"
#include "model/workload-fields.h"
#include "model/workload-placeholders.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/process/plan.h"
#include "platform/drivers/process/replicas.h"

static json_t *
stand_in(void *data, const char *const *tokens, size_t count, bool *secret, struct error *err)
{
	(void)data;
	(void)tokens;
	(void)count;
	(void)secret;
	(void)err;
	return json_string("1");
}

static bool
has_placeholder(const json_t *value)
{
	char *text = json_dumps(value, JSON_ENCODE_ANY);
	bool has = text && strstr(text, "${");

	free(text);
	return has;
}

/* As it is to be resolved; NULL: it cannot be, which is not what is asked here. */
static json_t *
resolved_spec(const json_t *module)
{
	static const char *const probes[] = {"startup_probe", "readiness_probe", "liveness_probe"};
	json_t *spec = json_deep_copy(json_object_get(module, "spec")), *container, *resolved;
	struct error ignored = {0};
	const char *name;

	json_object_foreach(json_object_get(spec, "containers"), name, container)
		for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++)
			if (has_placeholder(json_object_get(container, probes[i])))
				json_object_del(container, probes[i]);
	resolved = placeholder_resolve_some(spec, "/spec", workload_place_is_any, stand_in, NULL,
					    NULL, &ignored);
	json_decref(spec);
	return resolved;
}

static void
add_volumes(json_t *volumes, const char *prefix, const json_t *declared)
{
	const char *name, *type;
	json_t *declaration;

	json_object_foreach((json_t *)declared, name, declaration) {
		char *id = xasprintf("%s%s", prefix, name);

		type = json_member_string(declaration, "type");
		if (type && strcmp(type, "volume") == 0)
			json_object_set_new(volumes, id, json_string("/volumes/resource.1"));
		free(id);
	}
}

/* How many there may be is the platform's affair; one declaration goes before the other. */
static int
check_replicas(const char *module, const json_t *body, struct error *err)
{
	const json_t *count = workload_declared_replicas(json_object_get(body, "spec"),
							 json_member_string(body, "profile"));

	if (!count || workload_field_number(count) <= WORKLOAD_REPLICAS_MAX)
		return 0;
	return error_set_code(err, CODE_REPLICAS_INVALID, .workload = module,
			      .max = WORKLOAD_REPLICAS_MAX);
}

/* A cronjob has a plan for each of its schedules. */
static int
check_plans(const struct driver_workload *workload, struct error *err)
{
	const struct plan_setting setting = {.is_confined = true};
	int count = plan_count(workload, err);
	const char *code;

	for (int i = 0; i < count; i++) {
		struct replica replica = {.workload = workload, .number = i, .fingerprint = "",
					  .spec = workload->spec};
		struct plan *plan = plan_new(&setting, &replica, &code, err);

		if (!plan)
			return -1;
		plan_free(plan);
	}
	return count < 0 ? -1 : 0;
}

int
plan_check(const struct set *set, const char *module, struct error *err)
{
	const json_t *body = set_module(set, module);
	const char *image = set_module_image(set, module);
	struct driver_workload workload = {
		.module = xstrdup(module),
		.replicas = 1,
		.profile = xstrdup(json_member_string(body, "profile")),
		.image = xstrdup(image ? image : ""),
		.spec = resolved_spec(body),
		.volumes = json_object(),
		.deploy = json_object_get(body, "deploy"),
	};
	int ret = 0;

	add_volumes(workload.volumes, "externals.", json_object_get(body, "externals"));
	add_volumes(workload.volumes, "shared.", set_shared(set));
	if (workload.spec &&
	    (check_replicas(module, body, err) != 0 || check_plans(&workload, err) != 0))
		ret = -1;
	json_decref(workload.volumes);
	json_decref(workload.spec);
	free(workload.image);
	free(workload.profile);
	free(workload.module);
	return ret;
}

static bool
share_a_port(const struct driver_workload *a, const struct driver_workload *b)
{
	for (size_t i = 0; i < a->endpoint_count; i++)
		for (size_t k = 0; k < b->endpoint_count; k++)
			if (a->endpoints[i].port == b->endpoints[k].port)
				return true;
	return false;
}

bool
plan_is_twice(const struct driver_deployment *deployment, size_t which)
{
	const struct driver_workload *one = &deployment->workloads[which];

	for (size_t i = 0; i < which; i++) {
		const struct driver_workload *other = &deployment->workloads[i];

		if (strcmp(other->module, one->module) == 0 ||
		    (other->replicas > 0 && one->replicas > 0 && share_a_port(other, one)))
			return true;
	}
	return false;
}
