/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The probes of a container.  Whatever is wrong with one is refused by its name and key. */
#include "config.h"

#include "platform/drivers/process/plan-parts.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/workload-fields.h"
#include "platform/drivers/process/grpc-health.h"
#include "platform/drivers/process/plan.h"

#define TRY_MS 2000		/* where nothing is said of it */
#define THRESHOLD_MAX 10000
#define HEADERS_MAX 16384	/* bytes of all of them */
#define PATH_MAX_BYTES 1000

static const struct {
	const char *key;
	int failures;		/* in a row, unless it says otherwise */
} kinds[HEALTH_KINDS] = {
	[HEALTH_STARTUP] = {"startup_probe", 3},
	[HEALTH_READINESS] = {"readiness_probe", 3},
	[HEALTH_LIVENESS] = {"liveness_probe", 3},
};

static bool
is_request_path(const char *path)
{
	if (path[0] != '/' || strlen(path) > PATH_MAX_BYTES)
		return false;
	for (; *path; path++)
		if ((unsigned char)*path <= ' ' || (unsigned char)*path >= 0x7f)
			return false;
	return true;
}

/* A token of RFC 9110 as a name; no line ends, and nothing that does not print, in the value. */
static bool
is_header(const char *name, const char *value)
{
	static const char special[] = "!#$%&'*+-.^_`|~";

	for (const char *c = name; *c; c++)
		if (!(*c >= '0' && *c <= '9') && !(*c >= 'a' && *c <= 'z') &&
		    !(*c >= 'A' && *c <= 'Z') && !strchr(special, *c))
			return false;
	for (const char *c = value; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return false;
	return *name;
}

/* What we send ourselves cannot be sent twice. */
static bool
is_ours(const char *name)
{
	static const char *const ours[] = {"Connection", "Content-Length", "Transfer-Encoding"};

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (strcasecmp(ours[i], name) == 0)
			return true;
	return false;
}

static int
read_headers(const struct plan *plan, const char *key, const json_t *headers,
	     struct probe_target *target, struct error *err)
{
	struct buf lines;
	const char *name;
	json_t *value;

	buf_init(&lines, HEADERS_MAX + 1);
	json_object_foreach((json_t *)headers, name, value) {
		const char *text = json_string_value(value);

		if (!text || !is_header(name, text) || is_ours(name) ||
		    lines.length + strlen(name) + strlen(text) + 4 > HEADERS_MAX) {
			buf_clear(&lines);
			return error_set_code(err, CODE_PROBE_HEADER_INVALID, .name = name,
					      .member = key, .workload = plan->module);
		}
		target->has_host = target->has_host || strcasecmp(name, "Host") == 0;
		buf_printf(&lines, "%s: %s\r\n", name, text);
	}
	target->headers = xstrdup(buf_str(&lines));
	buf_clear(&lines);
	return 0;
}

static int
read_command(const struct plan *plan, const char *key, const json_t *command,
	     const json_t *variables, struct probe_target *target, struct error *err)
{
	const char *name = json_string_value(json_array_get(command, 0));
	const json_t *item;
	size_t i;

	if (plan_count_strings(plan, command, key, err) < 0)
		return -1;
	target->command = xcalloc(json_array_size(command) + 1, sizeof(*target->command));
	json_array_foreach(command, i, item)
		target->command[i] = xstrdup(json_string_value(item));
	target->program = name && plan->is_confined ? plan_find_program(name, variables) : NULL;
	if (!name)
		return error_set_code(err, CODE_PROBE_WITHOUT_COMMAND, .member = key,
				      .workload = plan->module);
	if (!plan->is_confined)
		return error_set_code(err, CODE_COMMAND_NOT_CONFINED, .workload = plan->module);
	if (!target->program)
		return error_set_code(err, CODE_COMMAND_NOT_FOUND, .name = name,
				      .workload = plan->module);
	return 0;
}

/* Those that ask a port. */
static bool
find_network_type(const char *name, enum probe_type *out)
{
	static const struct { const char *name; enum probe_type type; } types[] = {
		{"http", PROBE_HTTP}, {"tcp", PROBE_TCP}, {"grpc", PROBE_GRPC},
	};

	for (size_t i = 0; name && i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].name, name) == 0) {
			*out = types[i].type;
			return true;
		}
	return false;
}

static int
read_target(const struct plan *plan, const char *key, const json_t *probe,
	    const json_t *variables, struct probe_target *target, struct error *err)
{
	const char *type = json_member_string(probe, "type");
	const char *path = json_member_string(probe, "path");
	const char *service = json_member_string(probe, "service");
	json_int_t port = workload_field_number(json_object_get(probe, "port"));

	if (type && strcmp(type, "command") == 0) {
		target->type = PROBE_COMMAND;
		return read_command(plan, key, json_object_get(probe, "command"), variables, target,
				    err);
	}
	if (!find_network_type(type, &target->type))
		return error_set_code(err, CODE_PROBE_TYPE_UNKNOWN, .member = key,
				      .workload = plan->module, .type = type ? type : "");
	target->path = xstrdup(path ? path : "/");
	target->service = xstrdup(service ? service : "");
	target->port = port > 0 && port < 65536 ? plan_own_port(plan, (int)port) : 0;
	if (target->port == 0 || !is_request_path(target->path) ||
	    strlen(target->service) > GRPC_SERVICE_MAX)
		return error_set_code(err, CODE_PROBE_INVALID, .member = key,
				      .workload = plan->module);
	return read_headers(plan, key, json_object_get(probe, "headers"), target, err);
}

/* 0 is as good as nothing, as elsewhere. */
static int
read_threshold(const struct plan *plan, const json_t *probe, const char *key, int *out,
	       struct error *err)
{
	const json_t *value = json_object_get(probe, key);
	json_int_t number = workload_field_number(value);

	if (!value || json_is_null(value) || number == 0)
		return 0;
	if (number < 0 || number > THRESHOLD_MAX)
		return error_set_code(err, CODE_WORKLOAD_NUMBER_INVALID, .member = key,
				      .workload = plan->module, .min = 1, .max = THRESHOLD_MAX);
	*out = (int)number;
	return 0;
}

/* The same of a time: without one a try could not succeed, and they would have no time between. */
static int
read_time(const struct plan *plan, const json_t *probe, const char *key, int *out,
	  struct error *err)
{
	return workload_field_number(json_object_get(probe, key)) == 0
		       ? 0 : plan_read_seconds(plan, probe, key, out, err);
}

static int
read_probe(const struct plan *plan, enum health_kind kind, const json_t *container,
	   struct health_probe *out, struct error *err)
{
	const json_t *probe = json_object_get(container, kinds[kind].key);
	const json_t *variables = json_object_get(container, "variables");

	if (!probe || json_is_null(probe))
		return 0;
	*out = (struct health_probe){
		.is_declared = true, .successes = 1, .failures = kinds[kind].failures,
		.target = {.timeout_ms = TRY_MS},
	};
	if (read_target(plan, kinds[kind].key, probe, variables, &out->target, err) != 0 ||
	    plan_read_seconds(plan, probe, "initialDelaySeconds", &out->initial_ms, err) != 0 ||
	    read_time(plan, probe, "periodSeconds", &out->period_ms, err) != 0 ||
	    read_time(plan, probe, "timeoutSeconds", &out->target.timeout_ms, err) != 0 ||
	    read_threshold(plan, probe, "successThreshold", &out->successes, err) != 0)
		return -1;
	return read_threshold(plan, probe, "failureThreshold", &out->failures, err);
}

/* How long it may take by what it says itself; what it does not say takes no time here. */
static int64_t
longest(const struct health_probe *probe, bool all_failures)
{
	int tries = probe->successes + (all_failures ? probe->failures : 0);

	if (!probe->is_declared)
		return 0;
	return probe->initial_ms + (int64_t)tries * probe->period_ms;
}

int
plan_read_probes(struct plan *plan, const json_t *container, struct error *err)
{
	int64_t ms;

	for (int i = 0; i < HEALTH_KINDS; i++)
		if (read_probe(plan, (enum health_kind)i, container, &plan->probes[i], err) != 0)
			return -1;
	ms = longest(&plan->probes[HEALTH_STARTUP], true) +
	     longest(&plan->probes[HEALTH_READINESS], false);
	plan->probes_ms = ms < SECONDS_MAX * 1000 ? (int)ms : SECONDS_MAX * 1000;
	return 0;
}

void
plan_clear_probes(struct plan *plan)
{
	for (int i = 0; i < HEALTH_KINDS; i++) {
		struct probe_target *target = &plan->probes[i].target;

		free(target->path);
		free(target->headers);
		free(target->service);
		free(target->program);
		for (size_t k = 0; target->command && target->command[k]; k++)
			free(target->command[k]);
		free(target->command);
	}
}
