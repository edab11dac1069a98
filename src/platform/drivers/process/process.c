/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The process driver: an environment is a directory, a workload a supervised child.  This
 * file is its door (driver.h); the work is done by the parts that private.h lists.
 */
#include "config.h"

#include "platform/drivers/process/process.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "net/http-client.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/ports.h"
#include "platform/drivers/process/addresses.h"
#include "platform/drivers/process/cgroups.h"
#include "platform/drivers/process/confine.h"
#include "platform/drivers/process/database-init.h"
#include "platform/drivers/process/disk.h"
#include "platform/drivers/process/grpc-health.h"
#include "platform/drivers/process/guard-registry.h"
#include "platform/drivers/process/honours.h"
#include "platform/drivers/process/images.h"
#include "platform/drivers/process/layout.h"
#include "platform/drivers/process/mounts.h"
#include "platform/drivers/process/output.h"
#include "platform/drivers/process/plan.h"
#include "platform/drivers/process/private.h"
#include "platform/drivers/process/remover.h"
#include "platform/drivers/process/resource-files.h"
#include "platform/drivers/process/resource.h"
#include "platform/drivers/process/space-change.h"
#include "platform/drivers/process/space-hosts.h"
#include "platform/drivers/process/space.h"
#include "platform/drivers/process/translation.h"

#define READY_TIMEOUT_MS 20000

static struct process_driver *
own(struct driver *driver)
{
	return (struct process_driver *)driver;
}

static void stop_fills(struct process_driver *process);

/* The spaces first: they end by what is freed behind them. */
static void
process_free(struct driver *driver)
{
	struct process_driver *process = own(driver);

	if (!process)
		return;
	stop_fills(process);
	disk_watch_free(process->disk);
	while (process->spaces)
		space_free(process->spaces);
	remover_free(process->remover);
	http_client_free(process->grpc);
	guard_registry_free(process->registry);
	confinement_free(process->confinement);
	images_free(process->images);
	ports_free(process->ports);
	addresses_free(process->addresses);
	driver_end_tasks(driver);
	free(process->spaces_dir);
	free(process->templates_dir);
	for (size_t i = 0; i < process->template_count; i++) {
		free(process->templates[i].name);
		free(process->templates[i].file);
	}
	free(process->templates);
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

static struct driver_task *
process_prepare(struct driver *driver, const char *space, const struct driver_home *home,
		const struct driver_waiter *waiter)
{
	struct error err = {0};
	char *directory = space_directory(own(driver), space, &err);
	int ret = directory ? layout_make(directory, &err) : -1;

	(void)home;
	free(directory);
	return driver_task_ended(driver, waiter, ret == 0 ? NULL : &err, NULL);
}

/* A process needs the daemon that started it: what an earlier one left was ended when the driver
 * was made, and is started again by the next apply.  That may be late, in an environment that is
 * paused, so its ports are held from now on. */
static struct driver_task *
process_adopt(struct driver *driver, const char *space, const struct driver_home *home,
	      const struct driver_waiter *waiter)
{
	char *directory = space_directory(own(driver), space, NULL);

	if (directory)
		resource_hold_ports(own(driver)->ports, directory);
	free(directory);
	return process_prepare(driver, space, home, waiter);
}

/* --- resources --- */

/* A database that is being filled. */
struct filling {
	struct process_driver *driver;
	struct filling *next;
	struct database_init *fill;
	json_t *outputs;
	struct driver_task *task;
};

static void
end_filling(struct filling *filling, const struct error *err)
{
	struct filling **link = &filling->driver->fillings;

	while (*link != filling)
		link = &(*link)->next;
	*link = filling->next;
	driver_task_end(filling->task, err, err ? NULL : json_incref(filling->outputs), NULL);
	json_decref(filling->outputs);
	free(filling);
}

static void
filled(void *data, const struct error *err)
{
	end_filling(data, err);
}

static void
stop_filling(void *data)
{
	struct filling *filling = data;
	struct error err;

	error_set_code(&err, CODE_CANCELLED);
	database_init_stop(filling->fill);
	end_filling(filling, &err);
}

static void
stop_fills(struct process_driver *process)
{
	while (process->fillings)
		stop_filling(process->fillings);
}

/* Takes the outputs. */
static struct driver_task *
fill_later(struct process_driver *process, const char *sql, json_t *outputs,
	   const struct driver_waiter *waiter)
{
	struct filling *filling = xcalloc(1, sizeof(*filling));
	struct driver_task *task = driver_task_new(&process->base, waiter, stop_filling, filling);
	struct error err = {0};

	filling->driver = process;
	filling->outputs = outputs;
	filling->task = task;
	filling->next = process->fillings;
	process->fillings = filling;
	filling->fill = database_init_start(process->base.loop,
					    json_string_value(json_object_get(outputs, "path")), sql, filled,
					    filling, &err);
	if (!filling->fill)
		end_filling(filling, &err);
	return task;
}

static struct resources
resources_of(const struct process_driver *process)
{
	return (struct resources){process->templates, process->template_count,
				  process->templates_dir, process->ports, process->remover};
}

static int
process_check_resource(struct driver *driver, const struct driver_resource *resource,
		       struct error *err)
{
	struct resources resources = resources_of(own(driver));

	return resource_check(&resources, resource, err);
}

static struct driver_task *
process_provision(struct driver *driver, const char *space, const struct driver_resource *resource,
		  const struct driver_waiter *waiter)
{
	struct process_driver *process = own(driver);
	struct resources resources = resources_of(process);
	struct error err = {0};
	char *directory = space_directory(process, space, &err), *sql = NULL;
	struct driver_task *task;
	json_t *outputs = NULL;

	if (directory)
		outputs = resource_provision(&resources, space, directory, resource, &sql, &err);
	free(directory);
	task = sql ? fill_later(process, sql, outputs, waiter)
		   : driver_task_ended(driver, waiter, outputs ? NULL : &err, outputs);
	free(sql);
	return task;
}

static struct driver_task *
process_deprovision(struct driver *driver, const char *space, const char *type, const char *name,
		    const json_t *outputs, const struct driver_waiter *waiter)
{
	struct process_driver *process = own(driver);
	struct resources resources = resources_of(process);
	struct error err = {0};
	char *directory = space_directory(process, space, &err);
	int ret = -1;

	if (directory)
		ret = resource_deprovision(&resources, directory, type, name, outputs, &err);
	free(directory);
	return driver_task_ended(driver, waiter, ret == 0 ? NULL : &err, NULL);
}

static struct driver_task *
process_render(struct driver *driver, const char *space, const char *name, const json_t *files,
	       const json_t *previous, const struct driver_waiter *waiter)
{
	struct error err = {0};
	char *directory = space_directory(own(driver), space, &err);
	json_t *paths = NULL;

	if (directory)
		paths = resource_files_keep(directory, name, files, previous, &err);
	free(directory);
	return driver_task_ended(driver, waiter, paths ? NULL : &err, paths);
}

/* --- workloads --- */

static struct driver_task *
process_apply(struct driver *driver, const char *space,
	      const struct driver_deployment *deployment, const struct driver_waiter *waiter)
{
	return space_apply(own(driver), space, deployment, waiter);
}

/* Its name is looked up in a file that only a confined program sees. */
static char *
process_service_host(struct driver *driver, const char *space, const char *module)
{
	struct process_driver *process = own(driver);
	char text[INET_ADDRSTRLEN] = "";
	struct in_addr address;

	if (confinement_has_pids(process->confinement) && space_is_host_name(module))
		return xstrdup(module);
	address = addresses_of(process->addresses, space, module);
	inet_ntop(AF_INET, &address, text, sizeof(text));
	return xstrdup(text);
}

static void
process_observe(struct driver *driver, const char *name, struct driver_status *out)
{
	const struct space *space = space_find(own(driver), name);

	*out = (struct driver_status){.seen_at = clock_wall_ms()};
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

/* All of a space, by time. */
static void
read_space(struct process_driver *process, const char *space, const struct driver_log_query *query,
	   struct driver_logs *out)
{
	char *directory = space_directory(process, space, NULL);
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

/* A log that is followed is read by milliseconds: one that is over gets no more lines, from
 * whatever workload, so each is read once and whole. */
struct driver_log {
	struct process_driver *driver;
	char *space;
	struct driver_log_query query;	/* owned strings; what is to be read next */
};

static char *
copy(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

static struct driver_log *
process_open_log(struct driver *driver, const char *space, const struct driver_log_query *query)
{
	struct driver_log *log = xcalloc(1, sizeof(*log));

	log->driver = own(driver);
	log->space = xstrdup(space);
	log->query = *query;
	log->query.module = copy(query->module);
	log->query.container = copy(query->container);
	log->query.deploy_id = copy(query->deploy_id);
	return log;
}

static bool
process_read_log(struct driver_log *log, struct driver_logs *out)
{
	struct driver_log_query *query = &log->query;

	*out = (struct driver_logs){0};
	if (query->follows)
		query->to = clock_wall_ms() - 1;
	if (query->follows && query->to < query->from)
		return true;	/* no millisecond is over since, or the clock was set back */
	read_space(log->driver, log->space, query, out);
	if (query->follows) {
		query->from = query->to + 1;
		query->limit = 0;
	}
	return true;
}

static void
process_close_log(struct driver_log *log)
{
	free((char *)log->query.module);
	free((char *)log->query.container);
	free((char *)log->query.deploy_id);
	free(log->space);
	free(log);
}

static json_t *
process_describe(struct driver *driver)
{
	const struct confinement *confinement = own(driver)->confinement;
	const struct process_means means = {
		.confines = confinement_has_pids(confinement),
		.limits_memory = cgroups_has_memory(confinement_cgroups(confinement)),
		.limits_cpu = cgroups_has_cpu(confinement_cgroups(confinement)),
		.translates = own(driver)->translates,
		.lowest_port = own(driver)->lowest_port,
	};
	json_t *description = process_honours(&means);

	json_object_set_new(description, "name", json_string(driver->ops->name));
	json_object_set_new(description, "confinement",
			    confinement_describe(confinement));
	return description;
}

static struct driver_task *
process_remove(struct driver *driver, const char *space, const struct driver_home *home,
	       const struct driver_waiter *waiter)
{
	(void)home;
	return space_remove(own(driver), space, true, waiter);
}

/* detach: the last space to end tells. */

struct detaching {
	size_t left;
	struct driver_task *task;
};

static void
one_stopped(void *data, const struct driver_result *result)
{
	struct detaching *detaching = data;

	(void)result;
	if (--detaching->left > 0)
		return;
	driver_task_end(detaching->task, NULL, NULL, NULL);
	free(detaching);
}

/* A process needs its daemon. */
static struct driver_task *
process_detach(struct driver *driver, const struct driver_waiter *waiter)
{
	struct process_driver *process = own(driver);
	struct detaching *detaching = xcalloc(1, sizeof(*detaching));
	struct driver_waiter each = {.ended = one_stopped, .data = detaching};
	struct driver_task *task = driver_task_new(driver, waiter, NULL, NULL);

	stop_fills(process);
	detaching->task = task;
	detaching->left = 1;
	for (struct space *space = process->spaces; space; space = space_next(space)) {
		detaching->left++;
		space_remove(process, space_name(space), false, &each);
	}
	driver_task_ended(driver, &each, NULL, NULL);
	return task;
}

const struct driver_kind driver_process_kind = {
	.name = DRIVER_PROCESS_NAME,
	.driver_type = DRIVER_PROCESS_TYPE,
	.resources = driver_process_resources,
	.check_cluster = NULL,
	.open_cluster = NULL,
};

static const struct driver_ops process_ops = {
	.name = DRIVER_PROCESS_NAME,
	.driver_type = DRIVER_PROCESS_TYPE,
	.resources = driver_process_resources,
	.free = process_free,
	.image_exists = process_image_exists,
	.images = process_images,
	.prepare = process_prepare,
	.adopt = process_adopt,
	.check_resource = process_check_resource,
	.provision = process_provision,
	.deprovision = process_deprovision,
	.render = process_render,
	.apply = process_apply,
	.service_host = process_service_host,
	.observe = process_observe,
	.state = process_state,
	.open_log = process_open_log,
	.read_log = process_read_log,
	.close_log = process_close_log,
	.describe = process_describe,
	.remove = process_remove,
	.detach = process_detach,
};

/* Three for a workload and one for each port, two for a connection: the usual 1024 is some dozen
 * environments. */
static void
raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static void
keep_templates(struct process_driver *process, const struct driver_process_options *options)
{
	if (options->templates_dir)
		process->templates_dir = xstrdup(options->templates_dir);
	process->templates = xcalloc(options->template_count + 1, sizeof(*process->templates));
	for (size_t i = 0; i < options->template_count; i++)
		process->templates[process->template_count++] = (struct driver_template){
			xstrdup(options->templates[i].name), xstrdup(options->templates[i].file)};
}

bool
driver_process_shows(const char *images_dir, const char *path)
{
	return mounts_show(images_dir, path);
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
	driver_init(&process->base, &process_ops, loop);
	process->ready_timeout_ms =
		options->ready_timeout_ms > 0 ? options->ready_timeout_ms : READY_TIMEOUT_MS;
	process->min_ready_ms = options->min_ready_ms;
	keep_templates(process, options);
	process->ports = ports_new();
	process->images = images_open(options->images_dir, err);
	/* Children work elsewhere: what they are told must not depend on our directory. */
	process->spaces_dir = realpath(options->spaces_dir, NULL);
	if (!process->spaces_dir)
		error_errno(err, _("%s: cannot be opened"), options->spaces_dir);
	if (process->spaces_dir && process->images)
		process->registry = guard_registry_open(loop, process->spaces_dir, err);
	if (!process->registry) {
		process_free(&process->base);
		return NULL;
	}
	process->remover = remover_new(loop, process->spaces_dir);
	process->grpc = grpc_health_client(loop);
	process->confinement = confinement_new(process->spaces_dir, options->images_dir,
					       options->confine, options->hidden,
					       &options->limits);
	process->addresses = addresses_new(process->spaces_dir);
	process->translates = translation_is_possible(
		confinement_namespaces(process->confinement) & CLONE_NEWUSER);
	process->lowest_port = ports_lowest();
	process->disk = disk_watch_new(process, options->limits.disk);
	/* Should a guard be killed, what it guarded becomes our child, so that it is seen to
	 * end. */
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	return &process->base;
}
