/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Calls end at once, or where a test asks for it are held until it releases them: so the
 * order of events is the test's own, and what happens between two of them can be looked at
 * without any waiting.
 */
#include "config.h"

#include "memory-driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/workload-fields.h"
#include "platform/drivers/findings.h"

#define CALLS_MAX (4u * 1024 * 1024)

struct memory_task {
	struct memory_driver *driver;
	struct memory_task *next;
	enum memory_op op;
	char *space;
	char *name;			/* of a resource */
	/* Of an apply: {MODULE: {"replicas", "image", "held"}}; of a resource: its outputs. */
	json_t *wanted;
	bool is_resumed;
	char *copy_of;
	bool has_taken_over;	/* it cannot be cancelled any more */
	struct driver_task *task;
};

/* --- the cluster --- */

void
memory_cluster_init(struct memory_cluster *cluster)
{
	cluster->spaces = json_object();
}

void
memory_cluster_clear(struct memory_cluster *cluster)
{
	json_decref(cluster->spaces);
	cluster->spaces = NULL;
}

json_t *
memory_cluster_runs(const struct memory_cluster *cluster, const char *space)
{
	return json_object_get(json_object_get(cluster->spaces, space), "runs");
}

json_t *
memory_cluster_resources(const struct memory_cluster *cluster, const char *space)
{
	return json_object_get(json_object_get(cluster->spaces, space), "resources");
}

static json_t *
space_in(struct memory_cluster *cluster, const char *space)
{
	json_t *found = json_object_get(cluster->spaces, space);

	if (!found) {
		found = json_pack("{s:{}, s:{}, s:{}, s:[]}", "runs", "resources", "starts",
				  "output");
		json_object_set_new(cluster->spaces, space, found);
	}
	return found;
}

/* What is the same goes on; all else starts, and prints a line. */
static void
run_these(struct memory_cluster *cluster, json_t *space, const json_t *wanted)
{
	json_t *starts = json_object(), *runs = json_object(), *one;
	const json_t *before = json_object_get(space, "starts"), *now = json_object_get(space, "runs");
	const char *module;

	json_object_foreach((json_t *)wanted, module, one) {
		const char *image = json_string_value(json_object_get(one, "image"));
		json_t *old = json_object_get(before, module);

		bool is_held = json_is_true(json_object_get(one, "held"));

		if (is_held && !old)
			continue;
		json_object_set(runs, module, is_held ? json_object_get(now, module)
						      : json_object_get(one, "replicas"));
		if (is_held || (old && json_equal(json_object_get(old, "image"),
						  json_object_get(one, "image")))) {
			json_object_set(starts, module, old);
			continue;
		}
		json_object_set_new(starts, module,
				    json_pack("{s:I, s:O?}", "at", (json_int_t)clock_wall_ms(),
					      "image", json_object_get(one, "image")));
		json_array_append_new(json_object_get(space, "output"),
				      json_pack("{s:I, s:s, s:s++}", "at",
						(json_int_t)clock_wall_ms(), "module", module,
						"text", "started ", image ? image : "", ""));
	}
	if (!json_equal(json_object_get(space, "runs"), runs) || !json_equal(before, starts))
		cluster->version++;
	json_object_set_new(space, "runs", runs);
	json_object_set_new(space, "starts", starts);
}

/* --- tasks --- */

static struct memory_driver *
own(struct driver *driver)
{
	return (struct memory_driver *)driver;
}

static void
note(struct memory_driver *memory, const char *what, const char *where)
{
	buf_printf(&memory->calls, "%s %s\n", what, where);
}

/* Where the space was said to be, whoever asked last. */
static void
note_home(struct memory_driver *memory, const char *space, const struct driver_home *home)
{
	json_object_set_new(memory->homes, space,
			    json_pack("{s:s, s:O?}", "namespace", home->namespace, "labels",
				      home->labels));
}

static void
unlink_task(struct memory_task *t)
{
	struct memory_task **link;

	for (link = &t->driver->tasks; *link; link = &(*link)->next) {
		if (*link == t) {
			*link = t->next;
			return;
		}
	}
}

static void
free_task(struct memory_task *t)
{
	unlink_task(t);
	json_decref(t->wanted);
	free(t->space);
	free(t->name);
	free(t->copy_of);
	free(t);
}

/* Of a space that is not there, too: the same end. */
static void
report_removal(struct memory_task *t, const json_t *space)
{
	size_t total = json_object_size(json_object_get(space, "runs"));

	for (size_t done = 1; done <= total; done++)
		driver_task_report(t->task, &(struct driver_progress){done, total, NULL});
}

static json_t *
carry_out(struct memory_task *t)
{
	struct memory_cluster *cluster = t->driver->cluster;
	bool is_of_none = t->op == MEMORY_DETACH || t->op == MEMORY_REVIEW;
	json_t *space = is_of_none ? NULL : space_in(cluster, t->space);

	switch (t->op) {
	case MEMORY_PROVISION:
		json_object_set(json_object_get(space, "resources"), t->name, t->wanted);
		return json_incref(t->wanted);
	case MEMORY_DEPROVISION:
		json_object_del(json_object_get(space, "resources"), t->name);
		return NULL;
	case MEMORY_RENDER:
		return json_incref(t->wanted);
	case MEMORY_APPLY:
		run_these(cluster, space, t->wanted);
		return NULL;
	case MEMORY_REVIEW:
		return json_incref(t->wanted);
	case MEMORY_REMOVE:
		report_removal(t, space);
		json_object_del(cluster->spaces, t->space);
		cluster->version++;
		return NULL;
	default:
		return NULL;
	}
}

static void
fail_workload(struct driver_errors *errors, const char *module, const char *why)
{
	errors->items = xreallocarray(errors->items, errors->count + 1, sizeof(*errors->items));
	errors->items[errors->count] = (struct driver_error){
		.object_id = xstrdup(module),
		.code = xstrdup("exited"),
		.message = xstrdup("last words"),
	};
	error_set(&errors->items[errors->count++].why, ERROR_INPUT, "%s", why);
}

/* Of one that is held nothing is started. */
static bool
has_image(const json_t *workload, const char *image)
{
	const char *own = json_member_string(workload, "image");

	return own && strcmp(own, image) == 0 && !json_is_true(json_object_get(workload, "held"));
}

/* Nothing of it runs in the space that this is the first copy of either. */
static bool
is_excused(const struct memory_task *t, const char *module)
{
	json_t *runs = t->copy_of ? memory_cluster_runs(t->driver->cluster, t->copy_of) : NULL;
	struct error why;

	if (!runs || json_object_get(runs, module))
		return false;
	error_set(&why, ERROR_INPUT, "%s ended there too", module);
	driver_task_warn_unwell(t->task, module, &why);
	return true;
}

/* Those that end at once are told, and are not to run any more. */
static void
take_failures(struct memory_task *t, struct driver_errors *errors)
{
	const char *module;
	json_t *workload;
	void *next;

	json_object_foreach_safe(t->wanted, next, module, workload)
		if (has_image(workload, MEMORY_FAILS)) {
			if (!is_excused(t, module))
				fail_workload(errors, module, "it ended");
			json_object_del(t->wanted, module);
		}
}

/* Of what is resumed the others run all the same. */
static void
end(struct memory_task *t)
{
	const char *why = t->driver->rules[t->op].fails;
	bool is_apply = t->op == MEMORY_APPLY;
	struct driver_errors errors = {0};
	json_t *outputs = NULL;
	struct error err;

	if (is_apply && why && json_object_size(t->wanted) > 0)
		fail_workload(&errors, json_object_iter_key(json_object_iter(t->wanted)), why);
	else if (is_apply && !why)
		take_failures(t, &errors);
	if (why)
		error_set(&err, ERROR_INPUT, "%s", why);
	else if (errors.count > 0)
		err = errors.items[0].why;
	if (!why && (errors.count == 0 || t->is_resumed))
		outputs = carry_out(t);
	driver_task_end(t->task, why || errors.count > 0 ? &err : NULL, outputs, &errors);
	free_task(t);
}

static void
cancel(void *data)
{
	struct memory_task *t = data;
	struct error err;

	if (t->driver->rules[t->op].deaf || t->has_taken_over)
		return;
	error_set_code(&err, CODE_CANCELLED);
	driver_task_end(t->task, &err, NULL, NULL);
	free_task(t);
}

static bool
is_held(const struct memory_task *t)
{
	const char *module;
	json_t *workload;

	if (t->op == MEMORY_APPLY)
		json_object_foreach(t->wanted, module, workload)
			if (has_image(workload, MEMORY_UNREADY))
				return true;
	return t->driver->rules[t->op].holds;
}

/* Takes what is wanted. */
static struct driver_task *
begin_change(struct driver *driver, enum memory_op op, const char *space, const char *name,
	     json_t *wanted, const struct driver_deployment *deployment,
	     const struct driver_waiter *waiter)
{
	struct memory_driver *memory = own(driver);
	struct memory_task *t = xcalloc(1, sizeof(*t));
	struct driver_task *task = driver_task_new(driver, waiter, cancel, t);

	t->driver = memory;
	t->op = op;
	t->space = xstrdup(space);
	t->name = name ? xstrdup(name) : NULL;
	t->wanted = wanted;
	t->task = task;
	t->is_resumed = deployment && deployment->is_resumed;
	t->copy_of = deployment ? xstrdup_or_null(deployment->copy_of) : NULL;
	if (memory->begins)
		memory->begins(op);
	if (is_held(t)) {
		t->next = memory->tasks;
		memory->tasks = t;
	} else {
		end(t);
	}
	return task;
}

static struct driver_task *
begin(struct driver *driver, enum memory_op op, const char *space, const char *name, json_t *wanted,
      const struct driver_waiter *waiter)
{
	return begin_change(driver, op, space, name, wanted, NULL, waiter);
}

bool
memory_is_held(const struct memory_driver *driver, enum memory_op op)
{
	for (const struct memory_task *t = driver->tasks; t; t = t->next)
		if (t->op == op)
			return true;
	return false;
}

void
memory_take_over(struct memory_driver *driver)
{
	const struct driver_progress all = {2, 2, NULL};

	for (struct memory_task *t = driver->tasks; t; t = t->next)
		if (t->op == MEMORY_APPLY) {
			t->has_taken_over = true;
			driver_task_report(t->task, &all);
		}
}

void
memory_report(struct memory_driver *driver, enum memory_op op, size_t done, size_t total,
	      const struct error *why)
{
	for (struct memory_task *t = driver->tasks; t; t = t->next)
		if (t->op == op)
			driver_task_report(t->task, &(struct driver_progress){done, total, why});
}

void
memory_release(struct memory_driver *driver, enum memory_op op)
{
	struct memory_task *t = driver->tasks, *next;

	driver->rules[op].holds = false;
	memory_report(driver, op, 1, 2, NULL);
	for (; t; t = next) {
		next = t->next;
		if (t->op != op)
			continue;
		end(t);
	}
}

/* --- the interface --- */

static void
memory_free(struct driver *driver)
{
	memory_driver_clear(own(driver));
}

/* It takes whatever is declared. */
static json_t *
memory_describe(struct driver *driver)
{
	json_t *profiles = json_array();

	for (int i = PROFILE_MODULE; i < PROFILE_UNKNOWN; i++)
		json_array_append_new(profiles, json_string(workload_profile_name(
							(enum workload_profile)i)));
	return json_pack("{s:s, s:o, s:[ss]}", "name", driver->ops->name, "profiles", profiles,
			 "honours", "deploy", "spec");
}

static bool
memory_image_exists(struct driver *driver, const char *image, struct error *err)
{
	(void)driver;
	if (*image)
		return true;
	error_set_code(err, CODE_IMAGE_REFERENCE_INVALID, .image = image);
	return false;
}

static json_t *
memory_images(struct driver *driver)
{
	(void)driver;
	return json_array();
}

static struct driver_task *
memory_prepare(struct driver *driver, const char *space, const struct driver_home *home,
	       const struct driver_waiter *waiter)
{
	note_home(own(driver), space, home);
	if (own(driver)->notes_all)
		note(own(driver), "prepare", space);
	return begin(driver, MEMORY_PREPARE, space, NULL, NULL, waiter);
}

static struct driver_task *
memory_adopt(struct driver *driver, const char *space, const struct driver_home *home,
	     const struct driver_waiter *waiter)
{
	note_home(own(driver), space, home);
	if (own(driver)->notes_all)
		note(own(driver), "adopt", space);
	return begin(driver, MEMORY_ADOPT, space, NULL, NULL, waiter);
}

static const struct driver_resource_kind resources[] = {
	{"dns", {"dns", NULL}}, {"sqlite", {"sqlite", NULL}}, {NULL, {NULL}},
};

static int
memory_check_resource(struct driver *driver, const struct driver_resource *resource,
		      struct error *err)
{
	(void)driver;
	for (size_t i = 0; resources[i].name; i++)
		if (strcmp(resources[i].name, resource->type) == 0)
			return 0;
	return error_set_code(err, CODE_CLUSTER_RESOURCE_UNKNOWN, .resource = resource->name,
			      .type = resource->type);
}

static struct driver_task *
memory_provision(struct driver *driver, const char *space, const struct driver_resource *resource,
		 const struct driver_waiter *waiter)
{
	struct memory_driver *memory = own(driver);
	struct error err;

	note(memory, "provision", space);
	if (memory_check_resource(driver, resource, &err) != 0)
		return driver_task_ended(driver, waiter, &err, NULL);
	return begin(driver, MEMORY_PROVISION, space, resource->name,
		     memory->outputs ? memory->outputs(space, resource)
				     : json_pack("{s:s}", "path", "/data"), waiter);
}

static struct driver_task *
memory_deprovision(struct driver *driver, const char *space, const char *type, const char *name,
		   const json_t *outputs, const struct driver_waiter *waiter)
{
	(void)type;
	(void)outputs;
	note(own(driver), "deprovision", space);
	return begin(driver, MEMORY_DEPROVISION, space, name, NULL, waiter);
}

static struct driver_task *
memory_render(struct driver *driver, const char *space, const char *name, const json_t *files,
	      const json_t *previous, const struct driver_waiter *waiter)
{
	json_t *paths = json_object(), *content;
	const char *file;

	(void)previous;
	json_object_foreach((json_t *)files, file, content)
		json_object_set_new(paths, file,
				    json_pack("s++", "/files/", file, "-"));
	return begin(driver, MEMORY_RENDER, space, name, paths, waiter);
}

/* One apply at a time in a space. */
static bool
is_changing(const struct memory_driver *memory, const char *space)
{
	for (const struct memory_task *t = memory->tasks; t; t = t->next)
		if (t->op == MEMORY_APPLY && strcmp(t->space, space) == 0)
			return true;
	return false;
}

static struct driver_task *
memory_apply(struct driver *driver, const char *space, const struct driver_deployment *deployment,
	     const struct driver_waiter *waiter)
{
	json_t *wanted = json_object();
	struct error err;
	int replicas = 0;
	char what[32];

	for (size_t i = 0; i < deployment->count; i++) {
		json_object_set_new(wanted, deployment->workloads[i].module,
				    json_pack("{s:i, s:s?, s:b}", "replicas",
					      deployment->workloads[i].replicas, "image",
					      deployment->workloads[i].image, "held",
					      deployment->workloads[i].is_held));
		replicas += deployment->workloads[i].replicas;
	}
	if (deployment->is_unproven)
		note(own(driver), "unproven", space);
	snprintf(what, sizeof(what), "apply %d", replicas);
	note(own(driver), what, space);
	if (is_changing(own(driver), space)) {
		json_decref(wanted);
		error_set_code(&err, CODE_SPACE_IS_CHANGING, .space = space);
		return driver_task_ended(driver, waiter, &err, NULL);
	}
	return begin_change(driver, MEMORY_APPLY, space, NULL, wanted, deployment, waiter);
}

/* What runs there restarts; what does not is nothing to it. */
static struct driver_task *
memory_review(struct driver *driver, const char *space, const struct driver_review *review,
	      const struct driver_waiter *waiter)
{
	const json_t *runs = memory_cluster_runs(own(driver)->cluster, space);
	json_t *findings = json_array();
	struct error why;
	char what[64];

	for (size_t i = 0; i < review->deployment->count; i++) {
		const char *module = review->deployment->workloads[i].module;
		const struct finding_subject subject = {module, NULL};

		error_set(&why, ERROR_INPUT, "%s restarts", module);
		if (json_object_get(runs, module))
			findings_add(findings, DEPLOY_RESTART, &subject, "restart", &why);
	}
	snprintf(what, sizeof(what), "review %zu workloads %zu resources",
		 review->deployment->count, review->resource_count);
	note(own(driver), what, space);
	return begin(driver, MEMORY_REVIEW, space, NULL,
		     json_pack("{s:b, s:o, s:{s:{s:[s, s]}}}", "is_new", runs == NULL, "findings",
			       findings, "list_order", "Deployment/web", "/spec/env", "B", "A"),
		     waiter);
}

static json_t *
memory_expect(struct driver *driver, const char *space, const struct driver_home *home,
	      const struct driver_resource *resource, const json_t *files, struct error *err)
{
	struct memory_driver *memory = own(driver);

	(void)home;
	(void)err;
	if (files)
		return json_object();
	return memory->outputs ? memory->outputs(space, resource)
			       : json_pack("{s:s}", "path", "/data");
}

static void
memory_observe(struct driver *driver, const char *space, struct driver_status *out)
{
	const json_t *there = json_object_get(own(driver)->cluster->spaces, space), *start;
	json_t *runs = json_object_get(there, "runs"), *replicas;
	const char *module;

	*out = (struct driver_status){.seen_at = own(driver)->unknown ? 0 : clock_wall_ms()};
	if (own(driver)->unknown)
		return;
	if (own(driver)->observe) {
		own(driver)->observe(out);
		return;
	}
	out->items = xcalloc(json_object_size(runs) + 1, sizeof(*out->items));
	json_object_foreach(runs, module, replicas) {
		start = json_object_get(json_object_get(there, "starts"), module);
		out->items[out->count++] = (struct driver_workload_status){
			.module = xstrdup(module), .container = xstrdup(module),
			.status = RUNTIME_RUNNING, .ready = true,
			.started_at = json_integer_value(json_object_get(start, "at")),
		};
	}
}

/* What a test shows instead may be another at any time. */
static uint64_t
memory_state(struct driver *driver, const char *space)
{
	const struct memory_driver *memory = own(driver);

	(void)space;
	if (memory->observe || driver->ops->observe != memory_observe)
		return (uint64_t)clock_steady_ms();
	return memory->cluster->version * 2 + memory->unknown;
}

/* --- output --- */

struct driver_log {
	const struct memory_driver *memory;
	char *space, *module, *container;
	struct driver_log_query query;
	size_t next;			/* line of the space's output */
};

static struct driver_log *
memory_open_log(struct driver *driver, const char *space, const struct driver_log_query *query)
{
	struct driver_log *log = xcalloc(1, sizeof(*log));

	log->memory = own(driver);
	log->space = xstrdup(space);
	log->query = *query;
	log->module = xstrdup_or_null(query->module);
	log->container = xstrdup_or_null(query->container);
	return log;
}

/* A module's container is called as the module is. */
static bool
is_asked_for(const struct driver_log *log, const json_t *line)
{
	const char *module = json_member_string(line, "module");
	int64_t at = json_integer_value(json_object_get(line, "at"));

	return (!log->module || strcmp(log->module, module) == 0) &&
	       (!log->container || strcmp(log->container, module) == 0) &&
	       at >= log->query.from &&
	       (log->query.follows || log->query.to == 0 || at <= log->query.to);
}

static void
drop_lines(struct driver_logs *out, size_t from, size_t count)
{
	for (size_t i = from; i < from + count; i++) {
		free(out->items[i].module);
		free(out->items[i].container);
		free(out->items[i].text);
	}
	memmove(out->items + from, out->items + from + count,
		(out->count - from - count) * sizeof(*out->items));
	out->count -= count;
}

static bool
memory_read_log(struct driver_log *log, struct driver_logs *out)
{
	const json_t *space = json_object_get(log->memory->cluster->spaces, log->space);
	const json_t *output = json_object_get(space, "output");
	size_t limit = log->query.limit, count = json_array_size(output);

	*out = (struct driver_logs){
		.items = xcalloc(count + 1, sizeof(*out->items)), .capacity = count + 1};
	for (; log->next < count; log->next++) {
		const json_t *line = json_array_get(output, log->next);

		if (is_asked_for(log, line))
			out->items[out->count++] = (struct driver_log_line){
				.at = json_integer_value(json_object_get(line, "at")),
				.module = xstrdup(json_member_string(line, "module")),
				.container = xstrdup(json_member_string(line, "module")),
				.text = xstrdup(json_member_string(line, "text")),
			};
	}
	if (limit > 0 && out->count > limit)
		drop_lines(out, log->query.oldest ? limit : 0, out->count - limit);
	log->query.limit = 0;
	return true;
}

static void
memory_close_log(struct driver_log *log)
{
	free(log->space);
	free(log->module);
	free(log->container);
	free(log);
}

static struct driver_task *
memory_remove(struct driver *driver, const char *space, const struct driver_home *home,
	      const struct driver_waiter *waiter)
{
	struct error err;

	note_home(own(driver), space, home);
	note(own(driver), "remove", space);
	if (is_changing(own(driver), space)) {
		error_set_code(&err, CODE_SPACE_IS_CHANGING, .space = space);
		return driver_task_ended(driver, waiter, &err, NULL);
	}
	return begin(driver, MEMORY_REMOVE, space, NULL, NULL, waiter);
}

/* What runs stays. */
static struct driver_task *
memory_detach(struct driver *driver, const struct driver_waiter *waiter)
{
	return begin(driver, MEMORY_DETACH, "", NULL, NULL, waiter);
}

/* "APP-ENV". */
static char *
memory_namespace(struct driver *driver, const char *space)
{
	char *name = xstrdup(strchr(space, '/') + 1);

	(void)driver;
	*strchr(name, '/') = '-';
	return name;
}

#define MEMORY_OPS(NAME, TYPE, NAMESPACE)                                                          \
	{                                                                                          \
		.name = NAME, .driver_type = TYPE, .outlives = true, .free = memory_free,          \
		.resources = resources, .check_resource = memory_check_resource,                   \
		.describe = memory_describe,                                                       \
		.image_exists = memory_image_exists, .images = memory_images,                      \
		.default_namespace = NAMESPACE, .prepare = memory_prepare, .adopt = memory_adopt,  \
		.provision = memory_provision,                                                     \
		.deprovision = memory_deprovision, .render = memory_render, .apply = memory_apply, \
		.review = memory_review, .expect = memory_expect,                                  \
		.observe = memory_observe, .state = memory_state,                                  \
		.open_log = memory_open_log, .read_log = memory_read_log,                          \
		.close_log = memory_close_log,                                                     \
		.remove = memory_remove, .detach = memory_detach,                                  \
	}

const struct driver_ops memory_as_process = MEMORY_OPS("process", "sidestage/machine", NULL),
			memory_ops = MEMORY_OPS("memory", "memory/cluster", NULL),
			memory_as_kubernetes = MEMORY_OPS("kubernetes", "sidestage/kubernetes",
							  memory_namespace);

void
memory_driver_init(struct memory_driver *memory, const struct driver_ops *ops, struct loop *loop,
		   struct memory_cluster *cluster)
{
	*memory = (struct memory_driver){.cluster = cluster, .homes = json_object()};
	driver_init(&memory->base, ops, loop);
	buf_init(&memory->calls, CALLS_MAX);
}

void
memory_driver_clear(struct memory_driver *memory)
{
	driver_end_tasks(&memory->base);
	while (memory->tasks)
		free_task(memory->tasks);
	buf_clear(&memory->calls);
	json_decref(memory->homes);
}
