/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What all drivers have in common: how some of what they get is read, and the ownership of what
 * goes in and out.  A driver fills these structs, and whoever asked clears them, so no driver
 * has to outlive an answer that it gave.
 */
#include "config.h"

#include "platform/drivers/driver.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "model/json.h"

#define NEEDED(operation) {#operation, offsetof(struct driver_ops, operation), 0}
#define WITH(operation, other)                                                                     \
	{#operation, offsetof(struct driver_ops, operation), offsetof(struct driver_ops, other)}

/* What driver.h does not say to be NULL, and what goes with another.  All of it are pointers. */
static const struct needed_operation {
	const char *name;
	size_t at, with;	/* 0: it is to be there in any case */
} operations[] = {
	NEEDED(driver_type), NEEDED(free), NEEDED(describe),
	NEEDED(image_exists), NEEDED(images), NEEDED(prepare), NEEDED(adopt),
	NEEDED(provision), NEEDED(deprovision), NEEDED(render), NEEDED(apply),
	NEEDED(observe), NEEDED(state), NEEDED(open_log), NEEDED(read_log),
	NEEDED(close_log), NEEDED(remove), NEEDED(detach),
	WITH(survey, declared), WITH(declared, survey), WITH(keep, kept),
	WITH(kept, keep), WITH(review, expect), WITH(expect, review),
};

static bool
has_operation(const struct driver_ops *ops, size_t at)
{
	const void *operation;

	memcpy(&operation, (const char *)ops + at, sizeof(operation));
	return operation != NULL;
}

const char *
driver_ops_lack(const struct driver_ops *ops)
{
	if (!ops->name)
		return "name";
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		const struct needed_operation *one = &operations[i];

		if ((one->with == 0 || has_operation(ops, one->with)) &&
		    !has_operation(ops, one->at))
			return one->name;
	}
	return NULL;
}

void
driver_init(struct driver *driver, const struct driver_ops *ops, struct loop *loop)
{
	*driver = (struct driver){.ops = ops, .loop = loop};
}

const char *
driver_space_env(const char *space)
{
	const char *slash = strrchr(space, '/');

	return slash ? slash + 1 : space;
}

bool
driver_goes_before(const struct driver_workload *workload)
{
	const char *when = json_member_string(workload->deploy, "when");

	return when && strcmp(when, "before") == 0;
}

void
driver_end_clear(struct driver_end *end)
{
	free(end->how);
	*end = (struct driver_end){0};
}

void
driver_status_clear(struct driver_status *status)
{
	for (size_t i = 0; i < status->count; i++) {
		free(status->items[i].module);
		free(status->items[i].container);
		free(status->items[i].message);
		free(status->items[i].reason);
		free(status->items[i].whole_message);
		free(status->items[i].whole_reason);
		free(status->items[i].pod);
		free(status->items[i].node);
		free(status->items[i].waiting);
		driver_end_clear(&status->items[i].last);
	}
	for (size_t i = 0; i < status->owner_count; i++)
		free(status->owners[i].module);
	free(status->owners);
	free(status->items);
	*status = (struct driver_status){0};
}

void
driver_addresses_clear(struct driver_addresses *addresses)
{
	for (size_t i = 0; i < addresses->count; i++) {
		free(addresses->items[i].module);
		free(addresses->items[i].address);
		free(addresses->items[i].command);
	}
	free(addresses->items);
	*addresses = (struct driver_addresses){0};
}

void
driver_errors_clear(struct driver_errors *errors)
{
	for (size_t i = 0; i < errors->count; i++) {
		free(errors->items[i].object_id);
		free(errors->items[i].code);
		free(errors->items[i].message);
	}
	free(errors->items);
	*errors = (struct driver_errors){0};
}

void
driver_logs_clear(struct driver_logs *logs)
{
	for (size_t i = 0; i < logs->count; i++) {
		free(logs->items[i].module);
		free(logs->items[i].container);
		free(logs->items[i].text);
	}
	free(logs->items);
	*logs = (struct driver_logs){0};
}

static void
clear_workload(struct driver_workload *w)
{
	for (size_t i = 0; i < w->endpoint_count; i++) {
		free(w->endpoints[i].resource);
		free(w->endpoints[i].mark);
	}
	free(w->endpoints);
	free(w->module);
	free(w->profile);
	free(w->image);
	json_decref(w->spec);
	json_decref(w->before);
	json_decref(w->deploy);
	json_decref(w->volumes);
	json_decref(w->resources);
	json_decref(w->secret_places);
	json_decref(w->secrets);
}

void
driver_deployment_clear(struct driver_deployment *deployment)
{
	for (size_t i = 0; i < deployment->count; i++)
		clear_workload(&deployment->workloads[i]);
	free(deployment->workloads);
	free(deployment->copy_of);
	json_decref(deployment->past);
	*deployment = (struct driver_deployment){0};
}

static void
keep_endpoints(const struct driver_workload *from, struct driver_workload *to)
{
	to->endpoints = xcalloc(from->endpoint_count + 1, sizeof(*to->endpoints));
	for (size_t i = 0; i < from->endpoint_count; i++)
		to->endpoints[i] = (struct driver_endpoint){
			.resource = xstrdup(from->endpoints[i].resource),
			.port = from->endpoints[i].port,
			.mark = xstrdup(from->endpoints[i].mark),
		};
}

void
driver_deployment_keep(const struct driver_deployment *deployment, struct driver_deployment *out)
{
	*out = *deployment;
	out->copy_of = xstrdup_or_null(deployment->copy_of);
	out->past = json_incref(deployment->past);
	out->workloads = xcalloc(deployment->count + 1, sizeof(*out->workloads));
	for (size_t i = 0; i < deployment->count; i++) {
		const struct driver_workload *from = &deployment->workloads[i];
		struct driver_workload *to = &out->workloads[i];

		*to = *from;
		to->module = xstrdup(from->module);
		to->profile = xstrdup_or_null(from->profile);
		to->image = xstrdup_or_null(from->image);
		to->spec = json_incref(from->spec);
		to->before = json_incref(from->before);
		to->volumes = json_incref(from->volumes);
		to->resources = json_incref(from->resources);
		to->deploy = json_incref(from->deploy);
		to->secret_places = json_incref(from->secret_places);
		to->secrets = json_incref(from->secrets);
		keep_endpoints(from, to);
	}
}
