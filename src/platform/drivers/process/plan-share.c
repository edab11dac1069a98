/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * How much memory and how many processors a container may have (limits), and how much of them it
 * keeps while others want more (requests).
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json-text.h"
#include "model/quantity.h"
#include "platform/drivers/process/plan-parts.h"
#include "platform/drivers/process/plan.h"

/* Nothing runs in less; "64m", which is less than a byte, was meant to be "64Mi". */
#define MEMORY_MIN (1 << 20)

static char *
text_of(const json_t *value)
{
	return json_is_string(value) ? xstrdup(json_string_value(value)) : json_text(value, 0);
}

static int
read_amount(const struct plan *plan, const json_t *value, const char *path,
	    bool (*parse)(const char *text, int64_t *out), int64_t *out, struct error *err)
{
	char *text;
	int ret = 0;

	if (!value || json_is_null(value))
		return 0;
	text = text_of(value);
	if (!parse(text, out))
		ret = error_set_code(err, CODE_WORKLOAD_AMOUNT_INVALID, .member = path,
				     .name = text, .workload = plan->module);
	free(text);
	return ret;
}

static int
read_memory_limit(struct plan *plan, const json_t *limits, struct error *err)
{
	static const char path[] = "resources.limits.memory";
	const json_t *value = json_object_get(limits, "memory");

	if (read_amount(plan, value, path, quantity_parse_whole, &plan->share.memory, err) != 0)
		return -1;
	if (plan->share.memory == 0)
		return 0;
	plan->memory_text = text_of(value);
	if (plan->share.memory < MEMORY_MIN)
		return error_set_code(err, CODE_WORKLOAD_MEMORY_TOO_SMALL, .member = path,
				      .name = plan->memory_text, .workload = plan->module);
	return 0;
}

static int
refuse_request(const struct plan *plan, const char *what, struct error *err)
{
	return error_set_code(err, CODE_WORKLOAD_REQUEST_ABOVE_LIMIT, .name = what,
			      .workload = plan->module);
}

int
plan_read_share(struct plan *plan, const json_t *container, struct error *err)
{
	const json_t *resources = json_object_get(container, "resources");
	const json_t *limits = json_object_get(resources, "limits");
	const json_t *requests = json_object_get(resources, "requests");
	struct cgroup_share *share = &plan->share;

	if (read_memory_limit(plan, limits, err) != 0 ||
	    read_amount(plan, json_object_get(limits, "cpu"), "resources.limits.cpu",
			quantity_parse, &share->cpu, err) != 0 ||
	    read_amount(plan, json_object_get(requests, "memory"), "resources.requests.memory",
			quantity_parse_whole, &share->memory_kept, err) != 0 ||
	    read_amount(plan, json_object_get(requests, "cpu"), "resources.requests.cpu",
			quantity_parse, &share->cpu_kept, err) != 0)
		return -1;
	if (share->memory > 0 && share->memory_kept > share->memory)
		return refuse_request(plan, "memory", err);
	if (share->cpu > 0 && share->cpu_kept > share->cpu)
		return refuse_request(plan, "cpu", err);
	return 0;
}
