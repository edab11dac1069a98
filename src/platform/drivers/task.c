/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A task that ends at once still ends from the loop, by a timer of 0 ms: the caller has then
 * stored its pointer, and needs no second way for what fails immediately. */
#include "config.h"

#include "platform/drivers/task.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/nouns.h"
#include "platform/drivers/driver.h"
#include "net/loop.h"

struct driver_task {
	struct driver *driver;
	struct driver_task *next;
	struct driver_waiter waiter;	/* ended NULL: nobody waits */
	void (*cancel)(void *data);
	void *data;
	struct loop_timer *timer;	/* it has ended, and the waiter is about to hear of it */
	bool failed;
	struct error err;
	json_t *outputs;
	struct driver_errors problems;
	json_t *warnings;
};

#define WARNINGS_MAX 200		/* more say nothing that these do not */

struct driver_task *
driver_task_new(struct driver *driver, const struct driver_waiter *waiter,
		void (*cancel)(void *data), void *data)
{
	struct driver_task *task = xcalloc(1, sizeof(*task));

	task->driver = driver;
	task->waiter = *waiter;
	task->cancel = cancel;
	task->data = data;
	task->warnings = json_array();
	task->next = driver->tasks;
	driver->tasks = task;
	return task;
}

/* The waiter may begin another, or free what it waited with. */
static void
finish(struct driver_task *task)
{
	struct driver_task **link = &task->driver->tasks;
	struct driver_result result = {
		.err = task->failed ? &task->err : NULL,
		.outputs = task->outputs,
		.problems = &task->problems,
		.warnings = task->warnings,
	};

	while (*link != task)
		link = &(*link)->next;
	*link = task->next;
	if (task->waiter.ended)
		task->waiter.ended(task->waiter.data, &result);
	json_decref(task->outputs);
	json_decref(task->warnings);
	driver_errors_clear(&task->problems);
	free(task);
}

static void
ended(void *data)
{
	finish(data);
}

void
driver_task_end(struct driver_task *task, const struct error *err, json_t *outputs,
		struct driver_errors *problems)
{
	task->failed = err != NULL;
	if (err)
		task->err = *err;
	task->outputs = outputs;
	if (problems) {
		task->problems = *problems;
		*problems = (struct driver_errors){0};
	}
	task->timer = loop_add_timer(task->driver->loop, 0, ended, task);
}

struct driver_task *
driver_task_ended(struct driver *driver, const struct driver_waiter *waiter,
		  const struct error *err, json_t *outputs)
{
	struct driver_task *task = driver_task_new(driver, waiter, NULL, NULL);

	driver_task_end(task, err, outputs, NULL);
	return task;
}

void
driver_task_report(struct driver_task *task, const struct driver_progress *progress)
{
	if (task->waiter.progress)
		task->waiter.progress(task->waiter.data, progress);
}

/* Takes the warning. */
static void
add_warning(struct driver_task *task, json_t *warning)
{
	bool is_known = json_array_size(task->warnings) >= WARNINGS_MAX;
	const json_t *known;
	size_t i;

	json_array_foreach(task->warnings, i, known)
		is_known |= json_equal(known, warning);
	if (!is_known)
		json_array_append(task->warnings, warning);
	json_decref(warning);
}

void
driver_task_warn(struct driver_task *task, const char *workload, const char *object,
		 const char *message)
{
	struct driver_warning said = {0};

	untrusted_init(&said.workload, workload);
	untrusted_init(&said.object, object);
	untrusted_init(&said.message, message);
	add_warning(task, driver_warning_encode(&said));
	driver_warning_clear(&said);
}

json_t *
driver_warning_of(const char *workload, const char *object, const char *code,
		  const struct error *why)
{
	json_t *warning;
	char *parts = error_codes_encode(why);
	struct driver_warning said = {
		.message = {error_codes_text(why)},
		.reason = json_loads(parts, 0, NULL),
	};

	untrusted_init(&said.workload, workload);
	untrusted_init(&said.object, object);
	if (code)
		untrusted_init(&said.code, code);
	warning = driver_warning_encode(&said);
	driver_warning_clear(&said);
	free(parts);
	return warning;
}

void
driver_task_warn_of(struct driver_task *task, const char *workload, const char *object,
		    const struct error *why)
{
	add_warning(task, driver_warning_of(workload, object, NULL, why));
}

void
driver_task_warn_unwell(struct driver_task *task, const char *workload, const struct error *why)
{
	add_warning(task, driver_warning_of(workload, "", "does-not-run", why));
}

/* At most once, and not after the end: a driver's cancel
 * function need not check for either. */
void
driver_task_cancel(struct driver_task *task)
{
	void (*cancel)(void *data) = task->cancel;

	task->cancel = NULL;
	if (cancel && !task->timer)
		cancel(task->data);
}

void
driver_task_forget(struct driver_task *task)
{
	if (task)
		task->waiter = (struct driver_waiter){0};
}

/* For a driver that is freed.  Nobody waits for what still goes on,
 * so each ends here, as failed. */
void
driver_end_tasks(struct driver *driver)
{
	while (driver->tasks) {
		struct driver_task *task = driver->tasks;

		loop_remove_timer(task->timer);
		if (!task->timer) {
			task->failed = true;
			error_set_code(&task->err, CODE_PLATFORM_IS_STOPPING);
		}
		finish(task);
	}
}
