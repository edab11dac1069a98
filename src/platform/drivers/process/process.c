/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The process driver: an environment is a directory, a workload a supervised child.  This
 * file is its door (driver.h); the work is done by the parts that private.h lists.
 */
#include "config.h"

#include "private.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "net/loop.h"

#define READY_TIMEOUT_MS 20000

static struct process_driver *
own(struct driver *driver)
{
	return (struct process_driver *)driver;
}

static void stop_provisionings(struct process_driver *process);

static void
process_free(struct driver *driver)
{
	struct process_driver *process = own(driver);

	if (!process)
		return;
	stop_provisionings(process);
	while (process->spaces)
		space_free(process->spaces);
	record_free(process->record);
	confinement_free(process->confinement);
	images_free(process->images);
	ports_free(process->ports);
	free(process->spaces_dir);
	free(process->templates_dir);
	free(process);
}

static bool
process_image_exists(struct driver *driver, const char *image, struct error *err)
{
	char *path = images_find(own(driver)->images, image, err);

	free(path);
	return path != NULL;
}

static json_t *
process_images(struct driver *driver)
{
	return images_list(own(driver)->images);
}

static int
process_ensure_space(struct driver *driver, const char *space, struct error *err)
{
	char *directory = space_directory(own(driver), space, err);
	int ret = directory ? paths_make(directory, err) : -1;

	free(directory);
	return ret;
}

/* --- resources --- */

struct provisioning {
	struct process_driver *driver;
	struct provisioning *next;
	struct fill *fill;
	json_t *outputs;
	driver_provisioned *provisioned;
	void *data;
};

static void
end_provisioning(struct provisioning *provisioning)
{
	struct provisioning **link = &provisioning->driver->provisionings;

	while (*link != provisioning)
		link = &(*link)->next;
	*link = provisioning->next;
	json_decref(provisioning->outputs);
	free(provisioning);
}

static void
filled(void *data, const struct error *err)
{
	struct provisioning *provisioning = data;

	provisioning->fill = NULL;
	provisioning->provisioned(provisioning->data, err ? NULL : json_incref(provisioning->outputs),
				  err);
	end_provisioning(provisioning);
}

/* Nobody is told. */
static void
stop_provisionings(struct process_driver *process)
{
	while (process->provisionings) {
		fill_stop(process->provisionings->fill);
		end_provisioning(process->provisionings);
	}
}

/* Takes the outputs. */
static int
fill_later(struct process_driver *process, const char *sql, json_t *outputs,
	   driver_provisioned *provisioned, void *data, struct error *err)
{
	struct provisioning *provisioning = xcalloc(1, sizeof(*provisioning));

	provisioning->driver = process;
	provisioning->outputs = outputs;
	provisioning->provisioned = provisioned;
	provisioning->data = data;
	provisioning->next = process->provisionings;
	process->provisionings = provisioning;
	provisioning->fill = fill_start(process->loop,
					json_string_value(json_object_get(outputs, "path")), sql, filled,
					provisioning, err);
	if (provisioning->fill)
		return 0;
	end_provisioning(provisioning);
	return -1;
}

static void
process_provision(struct driver *driver, const char *space, const struct driver_resource *resource,
		  driver_provisioned *provisioned, void *data)
{
	struct process_driver *process = own(driver);
	struct resources resources = {process->templates_dir, process->ports};
	struct error err = {0};
	char *directory = space_directory(process, space, &err), *sql = NULL;
	json_t *outputs = NULL;

	if (directory)
		outputs = resource_provision(&resources, space, directory, resource, &sql, &err);
	free(directory);
	if (!sql)
		provisioned(data, outputs, outputs ? NULL : &err);
	else if (fill_later(process, sql, outputs, provisioned, data, &err) != 0)
		provisioned(data, NULL, &err);
	free(sql);
}

static int
process_deprovision(struct driver *driver, const char *space, const char *type, const char *name,
		    const json_t *outputs, struct error *err)
{
	struct process_driver *process = own(driver);
	struct resources resources = {process->templates_dir, process->ports};
	char *directory = space_directory(process, space, err);
	int ret = -1;

	if (directory)
		ret = resource_deprovision(&resources, directory, type, name, outputs, err);
	free(directory);
	return ret;
}

static json_t *
process_keep_files(struct driver *driver, const char *space, const char *name, const json_t *files,
		   const json_t *previous, struct error *err)
{
	char *directory = space_directory(own(driver), space, err);
	json_t *paths = NULL;

	if (directory)
		paths = rendered_keep(directory, name, files, previous, err);
	free(directory);
	return paths;
}

static int
process_listen_port(struct driver *driver, struct error *err)
{
	return ports_take(own(driver)->ports, err);
}

static int
process_apply(struct driver *driver, const char *space, const struct driver_workload *workloads,
	      size_t count, driver_applied *applied, void *data, struct error *err)
{
	return space_apply(own(driver), space, workloads, count, applied, data, err);
}

static void
process_cancel(struct driver *driver, const char *name)
{
	struct space *space = space_find(own(driver), name);

	if (space)
		space_cancel(space);
}

static void
process_status(struct driver *driver, const char *name, struct driver_status *out)
{
	const struct space *space = space_find(own(driver), name);

	*out = (struct driver_status){0};
	if (space)
		space_get_status(space, out);
}

static uint64_t
process_state(struct driver *driver, const char *name)
{
	const struct space *space = space_find(own(driver), name);

	return space ? space_state(space) : 0;
}

static int
by_time(const void *a, const void *b)
{
	const struct driver_log_line *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

/* Lines of one module are in order already; qsort() would mix those of one millisecond. */
static void
merge(struct driver_logs *out, size_t old, struct driver_log_line *scratch)
{
	size_t a = 0, b = old;

	for (size_t i = 0; i < out->count; i++)
		scratch[i] = a < old && (b == out->count ||
					 by_time(&out->items[a], &out->items[b]) <= 0)
				     ? out->items[a++] : out->items[b++];
	if (out->count > 0)
		memcpy(out->items, scratch, out->count * sizeof(*scratch));
}

static void
clear_line(struct driver_log_line *line)
{
	free(line->module);
	free(line->container);
	free(line->text);
}

static void
cut(struct driver_logs *out, const struct driver_log_query *query)
{
	size_t from = 0, extra;

	if (query->limit == 0 || out->count <= query->limit)
		return;
	extra = out->count - query->limit;
	if (query->oldest)
		from = query->limit;
	for (size_t i = from; i < from + extra; i++)
		clear_line(&out->items[i]);
	if (!query->oldest)
		memmove(out->items, out->items + extra, query->limit * sizeof(*out->items));
	out->count = query->limit;
}

static void
read_module(const char *modules, const char *module, const struct driver_log_query *query,
	    struct driver_logs *out)
{
	char *file = xasprintf("%s/%s/output.log", modules, module);
	size_t before = out->count;
	struct driver_log_line *scratch;

	output_read(file, module, query, out);
	scratch = xcalloc(out->count + 1, sizeof(*scratch));
	merge(out, before, scratch);
	/* Already here, so that what is kept never grows past two modules' lines. */
	cut(out, query);
	free(scratch);
	free(file);
}

static void
process_logs(struct driver *driver, const char *space, const struct driver_log_query *query,
	     struct driver_logs *out)
{
	char *directory = space_directory(own(driver), space, NULL);
	char *modules = directory ? xasprintf("%s/modules", directory) : NULL;
	DIR *dir = modules ? opendir(modules) : NULL;
	struct dirent *entry;

	*out = (struct driver_logs){0};
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' &&
		    (!query->module || strcmp(query->module, entry->d_name) == 0))
			read_module(modules, entry->d_name, query, out);
	if (dir)
		closedir(dir);
	free(modules);
	free(directory);
}

static json_t *
process_describe(struct driver *driver)
{
	return json_pack("{s:s, s:o}", "name", driver->ops->name, "confinement",
			 confinement_describe(own(driver)->confinement));
}

static int
process_remove(struct driver *driver, const char *space, void (*done)(void *data), void *data,
	       struct error *err)
{
	return space_remove(own(driver), space, true, done, data, err);
}

/* stop_all: the last space to end tells. */

struct stop {
	size_t left;
	void (*done)(void *data);
	void *data;
};

static void
one_stopped(void *data)
{
	struct stop *stop = data;

	if (--stop->left > 0)
		return;
	stop->done(stop->data);
	free(stop);
}

static void
process_stop_all(struct driver *driver, void (*done)(void *data), void *data)
{
	struct process_driver *process = own(driver);
	struct stop *stop = xcalloc(1, sizeof(*stop));

	stop_provisionings(process);
	stop->done = done;
	stop->data = data;
	stop->left = 1;
	for (struct space *space = process->spaces; space; space = space_next(space)) {
		stop->left++;
		/* Fails only for a name that is no space. */
		if (space_remove(process, space_name(space), false, one_stopped, stop, NULL) != 0)
			stop->left--;
	}
	loop_add_timer(process->loop, 0, one_stopped, stop);
}

static const struct driver_ops process_ops = {
	.name = "process",
	.free = process_free,
	.image_exists = process_image_exists,
	.images = process_images,
	.ensure_space = process_ensure_space,
	.provision = process_provision,
	.deprovision = process_deprovision,
	.keep_files = process_keep_files,
	.listen_port = process_listen_port,
	.apply = process_apply,
	.cancel = process_cancel,
	.status = process_status,
	.state = process_state,
	.logs = process_logs,
	.describe = process_describe,
	.remove = process_remove,
	.stop_all = process_stop_all,
};

/* Three for a workload, two for a connection: the usual 1024 is some dozen environments. */
static void
raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

struct driver *
driver_process_new(struct loop *loop, const struct driver_process_options *options,
		   struct error *err)
{
	struct process_driver *process;

	if (paths_make(options->spaces_dir, err) != 0)
		return NULL;
	raise_descriptor_limit();
	process = xcalloc(1, sizeof(*process));
	process->base.ops = &process_ops;
	process->loop = loop;
	process->ready_timeout_ms =
		options->ready_timeout_ms > 0 ? options->ready_timeout_ms : READY_TIMEOUT_MS;
	process->templates_dir = xstrdup(options->templates_dir);
	process->ports = ports_new();
	process->images = images_open(options->images_dir, err);
	/* Children work elsewhere: what they are told must not depend on our directory. */
	process->spaces_dir = realpath(options->spaces_dir, NULL);
	if (!process->spaces_dir)
		error_errno(err, _("%s: cannot be opened"), options->spaces_dir);
	if (process->spaces_dir && process->images)
		process->record = record_open(process->spaces_dir, err);
	if (!process->record) {
		process_free(&process->base);
		return NULL;
	}
	process->confinement = confinement_new(process->spaces_dir, options->images_dir,
					       options->confine);
	/* Should a guard be killed, what it guarded becomes our child, so that it is seen to end. */
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	return &process->base;
}

void
driver_status_clear(struct driver_status *status)
{
	for (size_t i = 0; i < status->count; i++) {
		free(status->items[i].module);
		free(status->items[i].container);
		free(status->items[i].message);
	}
	free(status->items);
	*status = (struct driver_status){0};
}

void
driver_errors_clear(struct driver_errors *errors)
{
	for (size_t i = 0; i < errors->count; i++) {
		free(errors->items[i].object_id);
		free(errors->items[i].code);
		free(errors->items[i].summary);
		free(errors->items[i].message);
	}
	free(errors->items);
	*errors = (struct driver_errors){0};
}

void
driver_logs_clear(struct driver_logs *logs)
{
	for (size_t i = 0; i < logs->count; i++)
		clear_line(&logs->items[i]);
	free(logs->items);
	*logs = (struct driver_logs){0};
}
