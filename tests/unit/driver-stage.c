/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The process driver over an empty directory with real processes, the memory driver over its
 * cluster, the driver of clusters over the double.  A stage is one test's: what it begins is to end
 * by its end.
 */
#include "config.h"

#include "driver-stage.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "driver-world.h"
#include "kube-double.h"
#include "memory-driver.h"
#include "tests/patience.h"

#define TURN_MS 10
#define SETTLE_TURNS 20		/* of which each may find nothing */

static struct driver_workload
workload_of(const char *module, const char *image)
{
	return (struct driver_workload){
		.module = xstrdup(module),
		.profile = xstrdup("humanitec/default-module"),
		.image = xstrdup(image),
		.replicas = 1,
		.volumes = json_object(),
		.secret_places = json_array(),
		.secrets = json_array(),
	};
}

/* --- the process driver --- */

static void
take_process(struct stage *stage)
{
	struct world *world = stage->world;

	stage->loop = world->loop;
	stage->driver = world->driver;
}

static void
open_process(struct stage *stage)
{
	assert_int_equal(make_world(&stage->world), 0);
	take_process(stage);
}

static void
close_process(struct stage *stage)
{
	open_driver_again(stage->world);
	assert_int_equal(remove_world(&stage->world), 0);
}

static void
next_process(struct stage *stage)
{
	open_driver_again(stage->world);
	take_process(stage);
}

/*
 * Nothing listens on port 1, which a probe asks for.  It is asked of what ends at once, too: on a
 * slow machine that may take longer than what has no probe has to stay up.
 */
static struct driver_workload
process_workload(struct stage *stage, const char *module, enum program program)
{
	static const char *const images[] = {
		[PROGRAM_FINE] = "local/web:1.0.0",
		[PROGRAM_UNREADY] = "local/web:1.9.0",
		[PROGRAM_FAILS] = "local/web:1.10.0",
	};
	struct driver_workload workload = workload_of(module, images[program]);
	json_t *container = json_pack("{s:s, s:{s:s}}", "image", images[program], "variables",
				      "MODE", program == PROGRAM_FAILS ? "exit" : "count");

	(void)stage;
	if (program != PROGRAM_FINE)
		json_object_set_new(container, "readiness_probe",
				    json_pack("{s:s, s:i, s:i}", "type", "tcp", "port", 1,
					      "periodSeconds", 1));
	workload.spec = json_pack("{s:{s:o}}", "containers", "main", container);
	return workload;
}

/* --- the memory driver --- */

struct memory_world {
	struct memory_cluster cluster;
	struct memory_driver memory;
};

static void
next_memory(struct stage *stage)
{
	struct memory_world *world = stage->world;

	memory_driver_init(&world->memory, &memory_ops, stage->loop, &world->cluster);
	stage->driver = &world->memory.base;
}

static void
open_memory(struct stage *stage)
{
	struct memory_world *world = xcalloc(1, sizeof(*world));

	stage->world = world;
	stage->loop = loop_new(NULL);
	assert_non_null(stage->loop);
	memory_cluster_init(&world->cluster);
	next_memory(stage);
}

static void
close_memory(struct stage *stage)
{
	struct memory_world *world = stage->world;

	memory_cluster_clear(&world->cluster);
	loop_free(stage->loop);
	free(world);
}

static struct driver_workload
memory_workload(struct stage *stage, const char *module, enum program program)
{
	static const char *const images[] = {
		[PROGRAM_FINE] = "fine:1", [PROGRAM_UNREADY] = MEMORY_UNREADY,
		[PROGRAM_FAILS] = MEMORY_FAILS,
	};
	struct driver_workload workload = workload_of(module, images[program]);

	(void)stage;
	workload.spec = json_pack("{s:{s:{s:s}}}", "containers", "main", "image", images[program]);
	return workload;
}

static void
hide_memory(struct stage *stage, bool is_hidden)
{
	((struct memory_world *)stage->world)->memory.unknown = is_hidden;
}

/* --- the driver of clusters --- */

static void
take_kube(struct stage *stage)
{
	const struct kube_double *d = stage->world;

	stage->loop = d->loop;
	stage->driver = d->driver;
}

static void
next_kube(struct stage *stage)
{
	kube_double_start_driver(stage->world);
	take_kube(stage);
}

/* One double for all tests: each has a space of its own in it. */
static void *the_double;

static void
open_kube(struct stage *stage)
{
	bool is_new = !the_double;

	if (is_new)
		assert_int_equal(kube_double_start(&the_double), 0);
	stage->world = the_double;
	if (is_new)
		take_kube(stage);
	else
		next_kube(stage);
}

static void
close_kube(struct stage *stage)
{
	kube_double_rules(stage->world, "");
}

int
stage_drivers_end(void **state)
{
	(void)state;
	if (!the_double)
		return 0;
	kube_double_start_driver(the_double);
	return kube_double_stop(&the_double);
}

static struct driver_workload
kube_workload(struct stage *stage, const char *module, enum program program)
{
	static const char *const images[] = {
		[PROGRAM_FINE] = "local/web:1",
		[PROGRAM_UNREADY] = "fail/unready:1",
		[PROGRAM_FAILS] = "fail/crash:1",
	};

	(void)stage;
	return kube_double_workload(module, images[program], NULL);
}

static void
hide_kube(struct stage *stage, bool is_hidden)
{
	kube_double_rules(stage->world, is_hidden ? "away\n" : "");
}

const struct stage_driver stage_drivers[] = {
	{.name = "memory", .open = open_memory, .close = close_memory, .next = next_memory,
	 .workload = memory_workload, .hide = hide_memory},
	{.name = "process", .open = open_process, .close = close_process, .next = next_process,
	 .workload = process_workload},
	{.name = "kubernetes", .is_possible = kube_double_has_programs, .open = open_kube,
	 .close = close_kube, .next = next_kube, .workload = kube_workload, .hide = hide_kube},
	{.name = NULL},
};

/* --- a stage --- */

struct stage *
stage_open(const struct stage_driver *row, const char *space)
{
	struct stage *stage = xcalloc(1, sizeof(*stage));

	stage->row = row;
	stage->space = space;
	row->open(stage);
	return stage;
}

void
stage_free_driver(struct stage *stage)
{
	stage->driver->ops->free(stage->driver);
	stage->driver = NULL;
}

void
stage_restart(struct stage *stage)
{
	stage_free_driver(stage);
	stage->row->next(stage);
}

void
stage_close(struct stage *stage)
{
	if (stage->driver)
		stage_free_driver(stage);
	stage_settle(stage);
	for (size_t i = 0; i < stage->wait_count; i++) {
		struct stage_wait *wait = &stage->waits[i];

		assert_int_equal(wait->ended, wait->is_forgotten ? 0 : 1);
		json_decref(wait->outputs);
		json_decref(wait->problems);
		json_decref(wait->warnings);
	}
	stage->row->close(stage);
	free(stage);
}

void
stage_turn(struct stage *stage)
{
	assert_int_equal(loop_turn(stage->loop, TURN_MS, NULL), 0);
}

void
stage_settle(struct stage *stage)
{
	for (int i = 0; i < SETTLE_TURNS; i++)
		assert_int_equal(loop_turn(stage->loop, 1, NULL), 0);
}

/* --- tasks --- */

struct stage_wait *
stage_wait(struct stage *stage)
{
	struct stage_wait *wait = &stage->waits[stage->wait_count];

	assert_true(stage->wait_count < STAGE_WAITS);
	stage->wait_count++;
	*wait = (struct stage_wait){.stage = stage, .problems = json_object(),
				     .warnings = json_object()};
	return wait;
}

static void
note_end(void *data, const struct driver_result *result)
{
	struct stage_wait *wait = data;
	const json_t *warning;
	size_t i;

	assert_int_equal(wait->stage->inside, 0);
	assert_int_equal(wait->ended, 0);
	wait->ended++;
	wait->task = NULL;
	wait->failed = result->err != NULL;
	if (result->err) {
		wait->err = *result->err;
		assert_true(result->err->kind != ERROR_NONE);
		assert_true(result->err->text[0] != '\0');
	}
	wait->outputs = json_incref(result->outputs);
	for (i = 0; i < result->problems->count; i++)
		json_object_set_new(wait->problems, result->problems->items[i].object_id,
				    json_string(result->problems->items[i].code));
	json_array_foreach(result->warnings, i, warning)
		json_object_set(wait->warnings, json_member_string(warning, "workload"),
				json_object_get(warning, "code"));
	if (wait->then)
		wait->then(wait);
}

static void
note_progress(void *data, const struct driver_progress *progress)
{
	struct stage_wait *wait = data;

	assert_int_equal(wait->ended, 0);
	assert_false(wait->is_forgotten);
	assert_true(progress->done <= progress->total);
	assert_true(progress->total > 0);
	if (progress->why)
		assert_true(progress->why->part_count > 0);
	if (progress->total == wait->total)
		assert_true(progress->done >= wait->done);
	wait->reports++;
	wait->done = progress->done;
	wait->total = progress->total;
}

struct driver_waiter
stage_waiter(struct stage_wait *wait)
{
	return (struct driver_waiter){note_end, note_progress, wait};
}

void
stage_begun(struct stage_wait *wait, struct driver_task *task)
{
	assert_non_null(task);
	wait->task = task;
}

bool
stage_end(struct stage_wait *wait)
{
	STAGE_UNTIL(wait->stage, wait->ended > 0);
	return !wait->failed;
}

static void
expect_success(struct stage_wait *wait)
{
	if (!stage_end(wait))
		fail_msg("%s", wait->err.text);
}

void
stage_prepare(struct stage *stage)
{
	const struct driver_home home = {.namespace = "", .is_first = true};
	struct stage_wait *wait = stage_wait(stage);

	STAGE_BEGIN(wait, prepare, stage->space, &home);
	expect_success(wait);
}

void
stage_declare(struct stage *stage, struct driver_deployment *deployment, const char *module,
	      enum program program)
{
	size_t count = deployment->count++;

	deployment->workloads = xreallocarray(deployment->workloads, count + 1,
					      sizeof(*deployment->workloads));
	deployment->workloads[count] = stage->row->workload(stage, module, program);
}

struct stage_wait *
stage_begin(struct stage *stage, struct driver_deployment *deployment)
{
	struct stage_wait *wait = stage_wait(stage);

	STAGE_BEGIN(wait, apply, stage->space, deployment);
	driver_deployment_clear(deployment);
	return wait;
}

struct stage_wait *
stage_begin_apply_of(struct stage *stage, const char *module, enum program program)
{
	struct driver_deployment deployment = {.id = "d1"};

	stage_declare(stage, &deployment, module, program);
	return stage_begin(stage, &deployment);
}

struct stage_wait *
stage_begin_apply(struct stage *stage, enum program program)
{
	return stage_begin_apply_of(stage, "web", program);
}

struct stage_wait *
stage_begin_resuming(struct stage *stage, enum program program)
{
	struct driver_deployment deployment = {.id = "d1", .is_resumed = true};

	stage_declare(stage, &deployment, "web", program);
	return stage_begin(stage, &deployment);
}

void
stage_apply(struct stage *stage, enum program program)
{
	expect_success(stage_begin_apply(stage, program));
}

struct stage_wait *
stage_begin_detach(struct stage *stage)
{
	struct stage_wait *wait = stage_wait(stage);
	struct driver_waiter waiter = stage_waiter(wait);

	stage->inside++;
	stage_begun(wait, stage->driver->ops->detach(stage->driver, &waiter));
	stage->inside--;
	return wait;
}

/* --- what runs --- */

static json_t *
row_of(const struct driver_workload_status *row)
{
	return json_pack("{s:s, s:s?, s:i, s:s?, s:I, s:s?, s:s?, s:I, s:I, s:i, s:i, s:b, s:i, s:s?, "
			 "s:s?, s:s?, s:b, s:i, s:b}",
			 "module", row->module, "kind", row->kind, "replica", row->replica,
			 "container", row->container, "pid", (json_int_t)row->pid, "pod", row->pod,
			 "node", row->node, "started_at", (json_int_t)row->started_at, "ended_at",
			 (json_int_t)row->ended_at, "exit_code", row->exit_code, "restarts",
			 row->restarts, "ready", row->ready, "status", (int)row->status, "message",
			 row->message, "reason", row->reason, "waiting", row->waiting, "is_old",
			 row->is_old, "wanted", row->wanted, "runs", row->runs);
}

json_t *
stage_picture(struct stage *stage)
{
	struct driver_status status;
	json_t *picture = NULL;

	stage->driver->ops->observe(stage->driver, stage->space, &status);
	assert_true(status.seen_at <= clock_wall_ms());
	if (status.seen_at > 0 && status.why.kind == ERROR_NONE)
		picture = json_array();
	for (size_t i = 0; i < status.count; i++) {
		assert_true(status.seen_at > 0);
		json_array_append_new(picture, row_of(&status.items[i]));
	}
	driver_status_clear(&status);
	return picture;
}

bool
stage_is_ready(struct stage *stage)
{
	json_t *picture = stage_picture(stage);
	const json_t *row = json_array_get(picture, 0);
	bool is_ready = json_array_size(picture) == 1 &&
			json_is_true(json_object_get(row, "ready")) &&
			json_integer_value(json_object_get(row, "status")) == RUNTIME_RUNNING;

	json_decref(picture);
	return is_ready;
}

json_t *
stage_ready_picture(struct stage *stage)
{
	STAGE_UNTIL(stage, stage_is_ready(stage));
	return stage_picture(stage);
}

static bool
is_pictured(struct stage *stage, const json_t *wanted)
{
	json_t *picture = stage_picture(stage);
	bool is = json_equal(picture, wanted);

	json_decref(picture);
	return is;
}

void
stage_expect_picture(struct stage *stage, json_t *picture)
{
	STAGE_UNTIL(stage, is_pictured(stage, picture));
	json_decref(picture);
}
