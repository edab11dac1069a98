/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * In place of the process driver: the one that keeps everything in memory (tests/unit), with the
 * images, resources and output of the world.  An image whose version ends in "-broken" does not
 * start, and one in "-slow" never becomes ready.
 */
#include "config.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/memory-driver.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "platform/drivers/process/honours.h"
#include "platform/drivers/process/process.h"

struct driver *__wrap_driver_process_new(struct loop *loop,
					 const struct driver_process_options *options,
					 struct error *err);

struct still_driver {
	struct memory_driver memory;
	struct memory_cluster cluster;
	struct driver_ops ops;
	char *slow_space;		/* what was applied there last is held; NULL: none is */
};

static void
still_free(struct driver *driver)
{
	struct still_driver *still = (struct still_driver *)driver;

	memory_driver_clear(&still->memory);
	memory_cluster_clear(&still->cluster);
	free(still->slow_space);
	free(still);
}

static json_t *
still_describe(struct driver *driver)
{
	json_t *all = process_honours(&process_all_means);

	json_object_set_new(all, "name", json_string(driver->ops->name));
	return all;
}

static json_t *
still_images(struct driver *driver)
{
	static const char *const images[][2] = {
		{"api", "1.4.2"}, {"api", "2.0.0-rc1"}, {"api", "2.0.0-rc3"},
		{"search", "2.0.0-rc1"}, {"search", "2.0.0-rc3"},
		{"web", "1.4.1"}, {"web", "1.4.2"}, {"web", "1.4.3"}, {"web", "1.4.4-broken"},
		{"web", "1.4.5-slow"}, {"web", "2.0.0-rc1"}, {"web", "2.0.0-rc3"},
		{"worker", "1.8.1"}, {"worker", "1.9.0"},
	};
	json_t *all = json_array();

	(void)driver;
	for (size_t i = 0; i < sizeof(images) / sizeof(images[0]); i++) {
		char *name = xasprintf("local/topicshare-%s", images[i][0]);

		json_array_append_new(all, json_pack("{s:s, s:s}", "name", name, "version",
						     images[i][1]));
		free(name);
	}
	return all;
}

static json_t *
still_outputs(const char *space, const struct driver_resource *resource)
{
	const char *env = strrchr(space, '/') + 1;
	const char *module = strchr(resource->name, '.'); /* of "modules.web.externals.dns" */
	char *text;
	json_t *outputs;

	if (strcmp(resource->type, "dns") == 0) {
		text = xasprintf("%.*s.%s.localhost",
				 module ? (int)strcspn(module + 1, ".") : 0,
				 module ? module + 1 : "", env);
		outputs = json_pack("{s:s, s:i}", "host", text, "port", 8080);
	} else {
		text = xasprintf("/srv/%s/%s.db", space, resource->name);
		outputs = json_pack("{s:s}", "path", text);
	}
	free(text);
	return outputs;
}

static bool
some_image_ends(const struct driver_deployment *deployment, const char *end)
{
	for (size_t i = 0; i < deployment->count; i++) {
		const char *image = deployment->workloads[i].image;
		size_t length = image ? strlen(image) : 0;

		if (length > strlen(end) && strcmp(image + length - strlen(end), end) == 0)
			return true;
	}
	return false;
}

static struct driver_task *
still_apply(struct driver *driver, const char *space, const struct driver_deployment *deployment,
	    const struct driver_waiter *waiter)
{
	struct still_driver *still = (struct still_driver *)driver;
	struct memory_rule *rule = &still->memory.rules[MEMORY_APPLY];
	struct driver_task *task;
	struct error why;

	rule->fails = some_image_ends(deployment, "-broken")
			      ? "the program ended with exit code 1" : NULL;
	rule->holds = some_image_ends(deployment, "-slow");
	if (rule->holds) {
		free(still->slow_space);
		still->slow_space = xstrdup(space);
	}
	task = memory_as_process.apply(driver, space, deployment, waiter);
	error_set_code(&why, CODE_WAITING_FOR_PAGE, .page = "/healthz", .port = 8080, .number = 3);
	if (rule->holds)
		memory_report(&still->memory, MEMORY_APPLY, 1, 2, &why);
	return task;
}

/* What is held has not become ready. */
static void
still_observe(struct driver *driver, const char *space, struct driver_status *out)
{
	const struct still_driver *still = (struct still_driver *)driver;

	memory_as_process.observe(driver, space, out);
	if (!still->slow_space || strcmp(still->slow_space, space) != 0)
		return;
	for (size_t i = 0; i < out->count; i++) {
		if (strcmp(out->items[i].module, "web") != 0)
			continue;
		out->items[i].status = RUNTIME_STARTING;
		out->items[i].ready = false;
		out->items[i].message = xstrdup("waiting for GET /healthz on 8080, try 3");
	}
}

/* --- output --- */

struct driver_log {
	struct driver_log_query query;
	char *module;
	bool was_read;
};

static struct driver_log *
still_open_log(struct driver *driver, const char *space, const struct driver_log_query *query)
{
	struct driver_log *log = xcalloc(1, sizeof(*log));

	(void)driver;
	(void)space;
	log->query = *query;
	log->module = query->module ? xstrdup(query->module) : NULL;
	return log;
}

static bool
still_read_log(struct driver_log *log, struct driver_logs *out)
{
	static const struct { int64_t before_ms; const char *module, *text; } lines[] = {
		{600000, "api", "listens on 8080"},
		{599000, "web", "listens on 8080, the API is at http://api:8080"},
		{598500, "worker", "looks at the topics every 2 seconds"},
		{65000, "web", "GET /topics 200 12 ms"},
		{64000, "api", "GET /topics?page=1&size=100 200 4 ms"},
		{4200, "web", "GET /topics/3 200 8 ms title=\"한국어 제목이 잘린다\""},
		{4100, "api", "warning: the title of topic 3 is longer than 40 bytes and was cut in "
			      "the middle of a character, as in issue 212 of the year before"},
		{900, "worker", "the digest is up to date"},
	};

	const int64_t now = clock_wall_ms(), minute = now - now % 60000;

	*out = (struct driver_logs){0};
	if (log->was_read)
		return true;
	log->was_read = true;
	out->items = xcalloc(sizeof(lines) / sizeof(lines[0]), sizeof(*out->items));
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (!log->module || strcmp(log->module, lines[i].module) == 0)
			out->items[out->count++] = (struct driver_log_line){
				.at = minute - lines[i].before_ms,
				.module = xstrdup(lines[i].module),
				.container = xstrdup(lines[i].module),
				.text = xstrdup(lines[i].text),
			};
	return true;
}

static void
still_close_log(struct driver_log *log)
{
	free(log->module);
	free(log);
}

/* --- making it --- */

struct driver *
__wrap_driver_process_new(struct loop *loop, const struct driver_process_options *options,
			  struct error *err)
{
	struct still_driver *still = xcalloc(1, sizeof(*still));

	(void)options;
	(void)err;
	still->ops = memory_as_process;
	still->ops.free = still_free;
	still->ops.describe = still_describe;
	still->ops.images = still_images;
	still->ops.apply = still_apply;
	still->ops.observe = still_observe;
	still->ops.open_log = still_open_log;
	still->ops.read_log = still_read_log;
	still->ops.close_log = still_close_log;
	still->ops.review = NULL;	/* what is answered later needs a clock */
	still->ops.expect = NULL;
	memory_cluster_init(&still->cluster);
	memory_driver_init(&still->memory, &still->ops, loop, &still->cluster);
	still->memory.outputs = still_outputs;
	return &still->memory.base;
}
