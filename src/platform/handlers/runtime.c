/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What runs: active resources, runtime in both of its shapes, logs. */
#include "config.h"

#include "platform/handlers/handlers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "platform/driver.h"
#include "platform/repository.h"

#define V2 "application/v2+json"
#define LINES_USUAL 100
#define LINES_MAX 5000

int
list_active_resources(struct platform *platform, const struct request *request,
		      struct response *response, struct error *err)
{
	return answer(response, 200,
		      repository_resources(platform->repository, &request->place, err));
}

/* The words of the wire for a workload's state. */
static const struct words {
	const char *status, *status_class, *phase, *pod;
} words[] = {
	[RUNTIME_UNKNOWN] = {"Unknown", "Unknown", "Unknown", "Unknown"},
	[RUNTIME_RUNNING] = {"Running", "Success", "Running", "Success"},
	[RUNTIME_SUCCEEDED] = {"Succeeded", "Success", "Succeeded", "Success"},
	[RUNTIME_STARTING] = {"Starting", "Warning", "Pending", "Pending"},
	[RUNTIME_FAILED] = {"Failed", "Failure", "Failed", "Failure"},
	[RUNTIME_STOPPED] = {"Stopped", "Stopped", "Unknown", "Unknown"},
};

static json_t *
container_of(const struct driver_workload_status *w, const struct words *word)
{
	const char *state = w->pid > 0 ? "running" : w->status == RUNTIME_FAILED ? "terminated"
										  : "waiting";

	/* restartCount is required by the specification, restart_count defined by it. */
	return json_pack("{s:s, s:b, s:i, s:i, s:s, s:{s:{}}}", "name", w->module, "ready", w->ready,
			 "restart_count", w->restarts, "restartCount", w->restarts, "status",
			 word->pod, "state", state);
}

static json_t *
pod_of(const struct driver_workload_status *w, const struct words *word)
{
	char *name = w->pid > 0 ? xasprintf("%s-%ld", w->module, w->pid) : xstrdup(w->module);
	json_t *pod = json_pack("{s:s, s:s, s:s, s:i, s:[o]}", "podName", name, "phase", word->phase,
				"status", word->pod, "revision", 1, "containerStatuses",
				container_of(w, word));

	free(name);
	return pod;
}

static json_t *
controller_of(const struct driver_workload_status *w, const struct words *word)
{
	json_t *controller = json_pack("{s:s, s:s, s:i, s:i, s:[o]}", "kind", "Deployment",
				       "status", word->status, "replicas", 1, "revision", 1, "pods",
				       pod_of(w, word));
	json_t *message = json_string(w->message ? w->message : "");

	json_object_set_new(controller, "message", message ? message : json_string(""));
	return controller;
}

static json_t *
module_of(const struct driver_workload_status *w, bool v2)
{
	const struct words *word = &words[w->status];
	json_t *controllers = json_pack("{s:o}", w->module, controller_of(w, word));

	if (!v2)
		return controllers;
	return json_pack("{s:s, s:s, s:o}", "status", word->status, "status_class",
			 word->status_class, "controllers", controllers);
}

static char *
space_of(const struct place *place)
{
	return xasprintf("%s/%s/%s", place->org, place->app, place->env);
}

int
get_runtime(struct platform *platform, const struct request *request, struct response *response,
	    struct error *err)
{
	bool v2 = request->accept && strstr(request->accept, V2);
	char *space = space_of(&request->place);
	struct driver_status status = {0};
	json_t *modules = json_object();

	(void)err;
	platform->driver->ops->status(platform->driver, space, &status);
	for (size_t i = 0; i < status.count; i++)
		json_object_set_new(modules, status.items[i].module,
				    module_of(&status.items[i], v2));
	driver_status_clear(&status);
	if (v2)
		response->content_type = xstrdup(V2);
	answer(response, 200, json_pack("{s:s, s:o}", "namespace", space, "modules", modules));
	free(space);
	return 0;
}

int
list_runtime(struct platform *platform, const struct request *request, struct response *response,
	     struct error *err)
{
	const char *only = request_query(request, "id");
	json_t *envs = repository_environments(platform->repository, &request->place, err);
	json_t *list, *env;
	size_t i;

	if (!envs)
		return -1;
	list = json_array();
	json_array_foreach(envs, i, env) {
		const char *id = json_member_string(env, "id");

		if (!only || strcmp(only, id) == 0)
			json_array_append_new(list, json_pack("{s:s, s:b}", "id", id, "paused", 0));
	}
	json_decref(envs);
	return answer(response, 200, list);
}

static json_t *
entry(const char *module, const char *line, const char *stamp)
{
	char *printable = text_is_utf8(line, strlen(line)) ? xstrdup(line) : text_printable(line);
	json_t *payload = json_string(printable);

	free(printable);
	return json_pack("{s:s, s:o, s:s, s:s, s:s}", "level", "INFO", "payload",
			 payload ? payload : json_string(""), "timestamp", stamp, "workload_id", module,
			 "container_id", module);
}

static void
add_lines(struct platform *platform, const char *space, const char *module, size_t lines,
	  bool ascending, json_t *out)
{
	char *text = platform->driver->ops->logs(platform->driver, space, module, lines);
	char *rest = text, *line;
	char stamp[CLOCK_STAMP_SIZE];

	/* Lines are kept without their times: the time is that of the asking. */
	clock_stamp(stamp, clock_wall_ms());
	while ((line = strsep(&rest, "\n")) != NULL) {
		if (!*line)
			continue;
		if (ascending)
			json_array_append_new(out, entry(module, line, stamp));
		else
			json_array_insert_new(out, 0, entry(module, line, stamp));
	}
	free(text);
}

int
get_logs(struct platform *platform, const struct request *request, struct response *response,
	 struct error *err)
{
	const char *only = request_query(request, "workload_id");
	const char *limit = request_query(request, "limit");
	const char *asc = request_query(request, "asc");
	long lines = limit ? strtol(limit, NULL, 10) : LINES_USUAL;
	char *space = space_of(&request->place);
	struct driver_status status = {0};
	json_t *entries;

	if (lines < 1 || lines > LINES_MAX) {
		free(space);
		return error_set(err, ERROR_INPUT, _("\"limit\" must be 1 to %d."), LINES_MAX);
	}
	entries = json_array();
	platform->driver->ops->status(platform->driver, space, &status);
	for (size_t i = 0; i < status.count; i++)
		if (!only || strcmp(only, status.items[i].module) == 0)
			add_lines(platform, space, status.items[i].module, (size_t)lines,
				  asc && strcmp(asc, "true") == 0, entries);
	driver_status_clear(&status);
	free(space);
	return answer(response, 200, entries);
}
