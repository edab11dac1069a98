# SPDX-License-Identifier: GPL-3.0-or-later
# A driver: every image exists, everything runs at once, and nothing is made.
new src/platform/drivers/example/example.c <<'END'
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An example. */
#include "config.h"

#include "platform/drivers/example/example.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "platform/drivers/driver.h"

struct example_driver {
	struct driver base;
	json_t *spaces;			/* {SPACE: [MODULE]}: what "runs" */
};

static struct example_driver *
own(struct driver *driver)
{
	return (struct example_driver *)driver;
}

static struct driver_task *
end_at_once(struct driver *driver, const struct driver_waiter *waiter, json_t *outputs)
{
	struct driver_task *task = driver_task_new(driver, waiter, NULL, NULL);

	driver_task_end(task, NULL, outputs, NULL);
	return task;
}

static void
example_free(struct driver *driver)
{
	driver_end_tasks(driver);
	json_decref(own(driver)->spaces);
	free(driver);
}

static json_t *
example_describe(struct driver *driver)
{
	return json_pack("{s:s, s:[s]}", "name", driver->ops->name, "honours",
			 "spec/containers/*/image");
}

static bool
example_image_exists(struct driver *driver, const char *image, struct error *err)
{
	(void)driver;
	(void)image;
	(void)err;
	return true;
}

static json_t *
example_images(struct driver *driver)
{
	(void)driver;
	return json_array();
}

static struct driver_task *
example_prepare(struct driver *driver, const char *space, const struct driver_home *home,
		const struct driver_waiter *waiter)
{
	(void)space;
	(void)home;
	return end_at_once(driver, waiter, NULL);
}

static struct driver_task *
example_provision(struct driver *driver, const char *space, const struct driver_resource *resource,
		  const struct driver_waiter *waiter)
{
	(void)space;
	(void)resource;
	return end_at_once(driver, waiter, json_object());
}

static struct driver_task *
example_deprovision(struct driver *driver, const char *space, const char *type, const char *name,
		    const json_t *outputs, const struct driver_waiter *waiter)
{
	(void)space;
	(void)type;
	(void)name;
	(void)outputs;
	return end_at_once(driver, waiter, NULL);
}

static struct driver_task *
example_render(struct driver *driver, const char *space, const char *name, const json_t *files,
	       const json_t *previous, const struct driver_waiter *waiter)
{
	(void)space;
	(void)name;
	(void)files;
	(void)previous;
	return end_at_once(driver, waiter, json_object());
}

static struct driver_task *
example_apply(struct driver *driver, const char *space, const struct driver_deployment *deployment,
	      const struct driver_waiter *waiter)
{
	json_t *modules = json_array();

	for (size_t i = 0; i < deployment->count; i++)
		json_array_append_new(modules, json_string(deployment->workloads[i].module));
	json_object_set_new(own(driver)->spaces, space, modules);
	return end_at_once(driver, waiter, NULL);
}

static void
example_observe(struct driver *driver, const char *space, struct driver_status *out)
{
	json_t *modules = json_object_get(own(driver)->spaces, space), *module;
	size_t i;

	*out = (struct driver_status){.seen_at = clock_wall_ms()};
	out->items = xcalloc(json_array_size(modules) + 1, sizeof(*out->items));
	json_array_foreach(modules, i, module)
		out->items[out->count++] = (struct driver_workload_status){
			.module = xstrdup(json_string_value(module)), .container = xstrdup("one"),
			.status = RUNTIME_RUNNING, .ready = true,
		};
}

static uint64_t
example_state(struct driver *driver, const char *space)
{
	(void)driver;
	(void)space;
	return (uint64_t)clock_steady_ms();
}

static struct driver_log *
example_open_log(struct driver *driver, const char *space, const struct driver_log_query *query)
{
	(void)driver;
	(void)space;
	(void)query;
	return xcalloc(1, 1);
}

static bool
example_read_log(struct driver_log *log, struct driver_logs *out)
{
	(void)log;
	*out = (struct driver_logs){0};
	return true;
}

static void
example_close_log(struct driver_log *log)
{
	free(log);
}

static struct driver_task *
example_remove(struct driver *driver, const char *space, const struct driver_home *home,
	       const struct driver_waiter *waiter)
{
	(void)home;
	json_object_del(own(driver)->spaces, space);
	return end_at_once(driver, waiter, NULL);
}

static struct driver_task *
example_detach(struct driver *driver, const struct driver_waiter *waiter)
{
	return end_at_once(driver, waiter, NULL);
}

const struct driver_kind driver_example_kind = {
	.name = "example", .driver_type = "sidestage/example",
};

static const struct driver_ops example_ops = {
	.name = "example", .driver_type = "sidestage/example", .free = example_free,
	.describe = example_describe, .image_exists = example_image_exists,
	.images = example_images, .prepare = example_prepare, .adopt = example_prepare,
	.provision = example_provision, .deprovision = example_deprovision,
	.render = example_render, .apply = example_apply, .observe = example_observe,
	.state = example_state, .open_log = example_open_log, .read_log = example_read_log,
	.close_log = example_close_log, .remove = example_remove, .detach = example_detach,
};

struct driver *
driver_example_new(struct loop *loop)
{
	struct example_driver *example = xcalloc(1, sizeof(*example));

	driver_init(&example->base, &example_ops, loop);
	example->spaces = json_object();
	return &example->base;
}
END
new src/platform/drivers/example/example.h <<'END'
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the example is made; what it does is driver.h. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_EXAMPLE_EXAMPLE_H
#define SIDESTAGE_PLATFORM_DRIVERS_EXAMPLE_EXAMPLE_H

#include "platform/drivers/kinds.h"

struct driver *driver_example_new(struct loop *loop);
extern const struct driver_kind driver_example_kind;

#endif
END
after src/platform/drivers/local.mk 'libplatform_drivers_a_SOURCES = \' <<'END'
	src/platform/drivers/example/example.c \
	src/platform/drivers/example/example.h \
END
before src/platform/admin/driver-kinds.c '#include "platform/drivers/kubernetes/kubernetes.h"' <<'END'
#include "platform/drivers/example/example.h"
END
after src/platform/admin/driver-kinds.c '&driver_process_kind,' <<'END'
	&driver_example_kind,
END
before src/platform/admin/daemon.c '#include "platform/drivers/process/process.h"' <<'END'
#include "platform/drivers/example/example.h"
END
after src/platform/admin/daemon.c 'drivers_add(platform->drivers, machine);' <<'END'
		drivers_add(platform->drivers, driver_example_new(platform->loop));
END
