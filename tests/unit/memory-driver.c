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
#include "platform/drivers/findings.h"

#define CALLS_MAX (4u * 1024 * 1024)

struct memory_task {
	struct memory_driver *driver;
	struct memory_task *next;
	enum memory_op op;
	char *space;
	char *name;			/* of a resource */
	json_t *wanted; /* of an apply: what is to run; of a resource: its outputs */
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
		found = json_pack("{s:{}, s:{}}", "runs", "resources");
		json_object_set_new(cluster->spaces, space, found);
	}
	return found;
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
	free(t);
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
		return json_object();
	case MEMORY_APPLY:
		json_object_set(space, "runs", t->wanted);
		return NULL;
	case MEMORY_REVIEW:
		return json_incref(t->wanted);
	case MEMORY_REMOVE:
		json_object_del(cluster->spaces, t->space);
		return NULL;
	default:
		return NULL;
	}
}

static void
fail_workload(struct driver_errors *errors, const char *module, const char *why)
{
	errors->items = xcalloc(1, sizeof(*errors->items));
	errors->items[errors->count++] = (struct driver_error){
		.object_id = xstrdup(module),
		.code = xstrdup("exited"),
		.message = xstrdup("last words"),
	};
	error_set(&errors->items[0].why, ERROR_INPUT, "%s", why);
}

static void
end(struct memory_task *t)
{
	const char *why = t->driver->rules[t->op].fails;
	struct driver_errors errors = {0};
	struct error err;

	if (why) {
		error_set(&err, ERROR_INPUT, "%s", why);
		if (t->op == MEMORY_APPLY && json_object_size(t->wanted) > 0)
			fail_workload(&errors, json_object_iter_key(json_object_iter(t->wanted)),
				      why);
		driver_task_end(t->task, &err, NULL, &errors);
	} else {
		driver_task_end(t->task, NULL, carry_out(t), NULL);
	}
	free_task(t);
}

static void
cancel(void *data)
{
	struct memory_task *t = data;
	struct error err;

	if (t->driver->rules[t->op].deaf)
		return;
	error_set(&err, ERROR_UNAVAILABLE, "cancelled by request");
	driver_task_end(t->task, &err, NULL, NULL);
	free_task(t);
}

/* Takes what is wanted. */
static struct driver_task *
begin(struct driver *driver, enum memory_op op, const char *space, const char *name, json_t *wanted,
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
	if (memory->rules[op].holds) {
		t->next = memory->tasks;
		memory->tasks = t;
	} else {
		end(t);
	}
	return task;
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
		if (t->op == MEMORY_APPLY)
			driver_task_report(t->task, &all);
}

void
memory_release(struct memory_driver *driver, enum memory_op op)
{
	const struct driver_progress half = {1, 2, "half of it"};
	struct memory_task *t = driver->tasks, *next;

	driver->rules[op].holds = false;
	for (; t; t = next) {
		next = t->next;
		if (t->op != op)
			continue;
		driver_task_report(t->task, &half);
		end(t);
	}
}

/* --- the interface --- */

static void
memory_free(struct driver *driver)
{
	memory_driver_clear(own(driver));
}

static json_t *
memory_describe(struct driver *driver)
{
	return json_pack("{s:s}", "name", driver->ops->name);
}

static bool
memory_image_exists(struct driver *driver, const char *image, struct error *err)
{
	(void)driver;
	(void)image;
	(void)err;
	return true;
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

static struct driver_task *
memory_provision(struct driver *driver, const char *space, const struct driver_resource *resource,
		 const struct driver_waiter *waiter)
{
	struct memory_driver *memory = own(driver);

	note(memory, "provision", space);
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
	(void)files;
	(void)previous;
	return begin(driver, MEMORY_RENDER, space, name, NULL, waiter);
}

static struct driver_task *
memory_apply(struct driver *driver, const char *space, const struct driver_deployment *deployment,
	     const struct driver_waiter *waiter)
{
	json_t *wanted = json_object();
	int replicas = 0;
	char what[32];

	for (size_t i = 0; i < deployment->count; i++) {
		json_object_set_new(wanted, deployment->workloads[i].module,
				    json_integer(deployment->workloads[i].replicas));
		replicas += deployment->workloads[i].replicas;
	}
	snprintf(what, sizeof(what), "apply %d", replicas);
	note(own(driver), what, space);
	return begin(driver, MEMORY_APPLY, space, NULL, wanted, waiter);
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
		     json_pack("{s:b, s:o}", "is_new", runs == NULL, "findings", findings), waiter);
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
	json_t *runs = memory_cluster_runs(own(driver)->cluster, space), *replicas;
	const char *module;

	*out = (struct driver_status){.seen_at = own(driver)->unknown ? 0 : clock_wall_ms()};
	if (own(driver)->unknown)
		return;
	if (own(driver)->observe) {
		own(driver)->observe(out);
		return;
	}
	out->items = xcalloc(json_object_size(runs) + 1, sizeof(*out->items));
	json_object_foreach(runs, module, replicas)
		out->items[out->count++] = (struct driver_workload_status){
			.module = xstrdup(module), .container = xstrdup(module),
			.status = RUNTIME_RUNNING, .ready = true,
		};
}

static uint64_t
memory_state(struct driver *driver, const char *space)
{
	(void)driver;
	(void)space;
	return (uint64_t)clock_steady_ms();
}

static struct driver_task *
memory_remove(struct driver *driver, const char *space, const struct driver_home *home,
	      const struct driver_waiter *waiter)
{
	note_home(own(driver), space, home);
	note(own(driver), "remove", space);
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

static const char *const resources[] = {"dns", "sqlite", NULL};

#define MEMORY_OPS(NAME, TYPE, NAMESPACE)                                                          \
	{                                                                                          \
		.name = NAME, .driver_type = TYPE, .free = memory_free,                            \
		.resources = resources, \
		.describe = memory_describe,                                                       \
		.image_exists = memory_image_exists, .images = memory_images,                      \
		.default_namespace = NAMESPACE, .prepare = memory_prepare, .adopt = memory_adopt,  \
		.provision = memory_provision,                                                     \
		.deprovision = memory_deprovision, .render = memory_render, .apply = memory_apply, \
		.review = memory_review, .expect = memory_expect,                                  \
		.observe = memory_observe, .state = memory_state, .remove = memory_remove,         \
		.detach = memory_detach,                                                           \
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
