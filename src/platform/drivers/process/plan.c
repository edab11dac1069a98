/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Reads a module's spec.  What is read of a container is a table, and the driver tells it
 * (describe): of the rest of a spec, which other platforms honour, people are warned.  What is
 * read and cannot be done is refused by name.
 */
#include "config.h"

#include "platform/drivers/process/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/output.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json-text.h"
#include "model/json.h"
#include "model/manifests.h"
#include "model/workload-fields.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/process/images.h"
#include "platform/drivers/process/plan-parts.h"
#include "platform/drivers/ports.h"
#include "platform/drivers/process/replicas.h"

#define STRINGS_MAX 1000
#define MODULE_MAX 100
#define FILES_MAX 200
#define DEFAULT_PATH "/usr/local/bin:/usr/bin:/bin"

/* It may hold a secret. */
static void
wipe(char *text)
{
	explicit_bzero(text, strlen(text));
	free(text);
}

int
plan_count_strings(const struct plan *plan, const json_t *list, const char *key, struct error *err)
{
	const json_t *item;
	size_t i;

	if (list && !json_is_null(list) &&
	    (!json_is_array(list) || json_array_size(list) > STRINGS_MAX))
		return error_set_code(err, CODE_WORKLOAD_STRINGS_INVALID, .member = key,
				      .workload = plan->module, .max = STRINGS_MAX);
	json_array_foreach(list, i, item)
		if (!json_is_string(item))
			return error_set_code(err, CODE_WORKLOAD_STRING_INVALID, .number = i + 1,
					      .member = key, .workload = plan->module);
	return (int)json_array_size(list);
}

char *
plan_find_program(const char *name, const json_t *variables)
{
	const char *search = json_string_value(json_object_get(variables, "PATH"));
	char *copy, *rest, *found = NULL;

	if (strchr(name, '/'))
		return xstrdup(name);
	copy = rest = xstrdup(search ? search : DEFAULT_PATH);
	for (char *part; !found && (part = strsep(&rest, ":"));) {
		found = part[0] == '/' ? xasprintf("%s/%s", part, name) : NULL;
		if (found && access(found, X_OK) != 0) {
			free(found);
			found = NULL;
		}
	}
	free(copy);
	return found;
}

/* A command runs in the place of the image.  Whoever may deploy chooses it, so it may be any
 * program only where it is confined. */
static int
read_command(const struct plan *plan, const json_t *command, const json_t *variables,
	     struct plan_program *program, struct error *err)
{
	const char *name = json_string_value(json_array_get(command, 0));
	char *found;

	if (plan_count_strings(plan, command, "command", err) < 0)
		return -1;
	if (!name)
		return 0;
	if (!plan->is_confined)
		return error_set_code(err, CODE_COMMAND_NOT_CONFINED, .workload = plan->module);
	found = plan_find_program(name, variables);
	if (!found)
		return error_set_code(err, CODE_COMMAND_NOT_FOUND, .name = name,
				      .workload = plan->module);
	free(program->executable);
	program->executable = found;
	return 0;
}

/* The arguments go after the command's other words. */
int
plan_read_words(struct plan *plan, const json_t *container, const json_t *variables,
		struct plan_program *program, struct error *err)
{
	const json_t *command = json_object_get(container, "command");
	const json_t *args = json_object_get(container, "args"), *item;
	size_t words = json_array_size(command), at = 0, i;
	int count;

	if (read_command(plan, command, variables, program, err) != 0)
		return -1;
	count = plan_count_strings(plan, args, "args", err);
	if (count < 0)
		return -1;
	program->arguments = xcalloc(words + (size_t)count + 2, sizeof(*program->arguments));
	if (words == 0)
		program->arguments[at++] = xstrdup(program->executable);
	json_array_foreach(command, i, item)
		program->arguments[at++] = xstrdup(json_string_value(item));
	json_array_foreach(args, i, item)
		program->arguments[at++] = xstrdup(json_string_value(item));
	return 0;
}

static int
read_words(struct plan *plan, const json_t *container, struct error *err)
{
	return plan_read_words(plan, container, json_object_get(container, "variables"),
			       &plan->program, err);
}

static int
read_variables(struct plan *plan, const json_t *container, struct error *err)
{
	json_t *variables = json_object_get(container, "variables");
	size_t i = 0;
	const char *name;
	json_t *value;

	if (variables && !json_is_null(variables) &&
	    (!json_is_object(variables) || json_object_size(variables) > STRINGS_MAX))
		return error_set_code(err, CODE_VARIABLES_INVALID, .workload = plan->module,
				      .max = STRINGS_MAX);
	plan->program.environment =
		xcalloc(json_object_size(variables) + 1, sizeof(*plan->program.environment));
	json_object_foreach(variables, name, value) {
		char *text;

		/* A variable that is one placeholder took the type of its value: a port is a
		 * number. */
		if (!name[0] || strchr(name, '=') || json_is_object(value) ||
		    json_is_array(value) || json_is_null(value))
			return error_set_code(err, CODE_VARIABLE_INVALID, .name = name,
					      .workload = plan->module);
		text = json_is_string(value) ? xstrdup(json_string_value(value))
					     : json_text(value, 0);
		plan->program.environment[i++] = xasprintf("%s=%s", name, text);
		wipe(text);
	}
	return 0;
}

/* "0644", 644 as written in YAML, or nothing. */
static bool
read_mode(const json_t *mode, mode_t *out)
{
	char *text = json_is_integer(mode) ? xasprintf("%lld", (long long)json_integer_value(mode))
		     : json_is_string(mode) ? xstrdup(json_string_value(mode)) : xstrdup("0644");
	char *end;
	long number = strtol(text, &end, 8);
	bool fits = text[0] && !*end && number >= 0 && number <= 0777;

	free(text);
	*out = (mode_t)number;
	return fits;
}

static int
read_file(struct plan *plan, const char *path, json_t *declared, struct error *err)
{
	const json_t *value = json_object_get(declared, "value");
	struct plan_file file = {0};

	if (path[0] != '/' || !paths_is_inside(path + 1))
		return error_set_code(err, CODE_FILE_PATH_INVALID, .file = path,
				      .workload = plan->module);
	if (!json_is_string(value) || !read_mode(json_object_get(declared, "mode"), &file.mode))
		return error_set_code(err, CODE_FILE_INVALID, .file = path,
				      .workload = plan->module);
	file.path = xstrdup(path + 1);
	file.content = xstrdup(json_string_value(value));
	file.length = json_string_length(value);
	plan->files[plan->file_count++] = file;
	return 0;
}

static int
read_files(struct plan *plan, const json_t *container, struct error *err)
{
	json_t *files = json_object_get(container, "files");
	const char *path;
	json_t *value;

	if (!files || json_is_null(files))
		return 0;
	if (!json_is_object(files) || json_object_size(files) > FILES_MAX)
		return error_set_code(err, CODE_FILES_INVALID, .workload = plan->module,
				      .max = FILES_MAX);
	plan->files = xcalloc(json_object_size(files) + 1, sizeof(*plan->files));
	json_object_foreach(files, path, value)
		if (read_file(plan, path, value, err) != 0)
			return -1;
	return 0;
}

/* Besides its image.  What they read is in honours.c. */
static int (*const readers[])(struct plan *plan, const json_t *container, struct error *err) = {
	read_words,
	read_variables,
	read_files,
	plan_read_probes,
	plan_read_share,
};
#define READER_COUNT (sizeof(readers) / sizeof(readers[0]))

int
plan_read_seconds(const struct plan *plan, const json_t *object, const char *key, int *out,
		  struct error *err)
{
	const json_t *value = json_object_get(object, key);
	json_int_t seconds = workload_field_number(value);

	if (!value || json_is_null(value))
		return 0;
	if (seconds < 0 || seconds > SECONDS_MAX)
		return error_set_code(err, CODE_WORKLOAD_SECONDS_INVALID, .member = key,
				      .workload = plan->module, .max = SECONDS_MAX);
	/* Of nothing there would be no time at all. */
	*out = seconds > 0 ? (int)seconds * 1000 : 1;
	return 0;
}

/* What is said of the workload as a whole: how long it has for what. */
static int
read_times(struct plan *plan, const json_t *spec, struct error *err)
{
	const json_t *pod = json_object_get(spec, "pod");
	const json_t *deployment = json_object_get(spec, "deployment");

	if (plan_read_seconds(plan, pod, "terminationGracePeriodSeconds", &plan->grace_ms, err) != 0 ||
	    plan_read_seconds(plan, deployment, "minReadySeconds", &plan->settle_ms, err) != 0)
		return -1;
	return plan_read_seconds(plan, deployment, "progressDeadlineSeconds",
				 &plan->ready_timeout_ms, err);
}

static json_t *
only_container(struct plan *plan, const json_t *spec, struct error *err)
{
	json_t *containers = json_object_get(spec, "containers");
	const char *id;
	json_t *container = NULL;

	if (json_object_size(containers) == 1)
		json_object_foreach(containers, id, container)
			break;
	if (json_is_object(container))
		plan->program.container = xstrdup(id);
	else {
		error_set_code(err, CODE_WORKLOAD_NOT_ONE_CONTAINER, .workload = plan->module);
		return NULL;
	}
	return container;
}

/* It becomes a directory. */
static bool
is_module(const char *name)
{
	if (strchr(name, '/') || name[0] == '.' || strlen(name) > MODULE_MAX)
		return false;
	for (const char *c = name; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return false;
	return paths_is_inside(name);
}

static int
read_all(struct plan *plan, const struct plan_setting *setting, const struct replica *replica,
	 const char **code, struct error *err)
{
	const struct images *images = setting->images;
	const struct driver_workload *workload = replica->workload;
	json_t *container;
	int ret = 0;

	*code = "cannot-start";
	if (!is_module(workload->module))
		return error_set_code(err, CODE_WORKLOAD_NAME_INVALID,
				      .workload = workload->module);
	if (manifests_is(workload->profile))
		return error_set_code(err, CODE_WORKLOAD_NEEDS_CLUSTER,
				      .workload = workload->module);
	container = only_container(plan, replica->spec, err);
	if (!container)
		return -1;
	plan->program.executable = images_find(images, workload->image, err);
	if (!plan->program.executable) {
		*code = "image-not-found";
		return -1;
	}
	if (workload_profile_of(workload->profile) == PROFILE_CRONJOB)
		container = plan_read_schedule(plan, replica->spec, container, err);
	else
		json_incref(container);
	if (!container)
		return -1;
	ret = plan_read_services(plan, workload, replica->spec, setting->translates, err);
	for (size_t i = 0; ret == 0 && i < READER_COUNT; i++)
		ret = readers[i](plan, container, err);
	if (ret == 0)
		ret = plan_read_volumes(plan, workload, replica->spec, container, err);
	json_decref(container);
	if (ret != 0 || read_times(plan, replica->spec, err) != 0)
		return -1;
	return plan_read_run(plan, images, workload, replica->spec, err);
}

struct plan *
plan_new(const struct plan_setting *setting, struct replica *replica, const char **code,
	 struct error *err)
{
	const struct driver_workload *workload = replica->workload;
	struct plan *plan = xcalloc(1, sizeof(*plan));

	plan->references = 1;
	plan->module = xstrdup(workload->module);
	plan->replica = replica->number;
	plan->is_confined = setting->is_confined;
	plan->deployment = setting->deployment ? xstrdup(setting->deployment) : NULL;
	plan->image = xstrdup(workload->image);
	plan->fingerprint = xstrdup(replica->fingerprint);
	plan->secrets = json_incref(workload->secrets);
	plan->holder = replica->holder;
	plan->port_count = replica->port_count;
	plan->ports = replica->ports;
	replica->port_count = 0;
	replica->ports = NULL;
	if (read_all(plan, setting, replica, code, err) != 0) {
		plan_free(plan);
		return NULL;
	}
	return plan;
}

static void
free_strings(char **strings)
{
	for (size_t i = 0; strings && strings[i]; i++)
		wipe(strings[i]);
	free(strings);
}

static void
clear_program(struct plan_program *program)
{
	free(program->container);
	free(program->executable);
	free_strings(program->arguments);
	free_strings(program->environment);
}

/* Who has taken one meanwhile keeps it: then the program says that it cannot listen. */
static void
close_port(struct ports *holder, int port)
{
	struct error ignored;

	(void)ports_bind(holder, port, &ignored);
}

void
plan_close_ports(const struct plan *plan)
{
	for (size_t i = 0; i < plan->port_count; i++)
		close_port(plan->holder, plan->ports[i][1]);
	plan_for_each_taken(plan, close_port);
}

void
plan_open_ports(const struct plan *plan)
{
	for (size_t i = 0; i < plan->port_count; i++)
		ports_unbind(plan->holder, plan->ports[i][1]);
	plan_for_each_taken(plan, ports_unbind);
}

struct plan *
plan_ref(struct plan *plan)
{
	plan->references++;
	return plan;
}

void
plan_free(struct plan *plan)
{
	if (!plan || --plan->references > 0)
		return;
	for (size_t i = 0; i < plan->file_count; i++) {
		free(plan->files[i].path);
		wipe(plan->files[i].content);
	}
	free(plan->files);
	for (size_t i = 0; i < plan->mount_count; i++) {
		free(plan->mounts[i].directory);
		free(plan->mounts[i].at);
	}
	free(plan->mounts);
	clear_program(&plan->program);
	for (size_t i = 0; i < plan->init_count; i++)
		clear_program(&plan->inits[i]);
	free(plan->inits);
	plan_clear_probes(plan);
	plan_clear_schedule(plan);
	for (size_t i = 0; i < plan->port_count; i++)
		ports_release(plan->holder, plan->ports[i][1]);
	plan_for_each_taken(plan, ports_release);
	free(plan->services);
	free(plan->ports);
	json_decref(plan->secrets);
	free(plan->module);
	free(plan->deployment);
	free(plan->memory_text);
	free(plan->image);
	free(plan->fingerprint);
	free(plan);
}

static int
write_file(const struct plan_file *file, const char *path, struct error *err)
{
	/* O_EXCL: the directory is new, so nothing may stand there, and no link either. */
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int ret = 0;

	if (fd < 0)
		return error_set_code(err, CODE_WORKLOAD_FILE_NOT_WRITTEN, .file = path,
				      .reason = strerror(errno));
	if (output_write(fd, file->content, file->length) != 0 || fchmod(fd, file->mode) != 0)
		ret = error_set_code(err, CODE_WORKLOAD_FILE_NOT_WRITTEN, .file = path,
				     .reason = strerror(errno));
	if (close(fd) != 0 && ret == 0)
		ret = error_set_code(err, CODE_WORKLOAD_FILE_NOT_WRITTEN, .file = path,
				     .reason = strerror(errno));
	return ret;
}

int
plan_write_files(const struct plan *plan, const char *directory, struct error *err)
{
	for (size_t i = 0; i < plan->file_count; i++) {
		char *path = xasprintf("%s/files/%s", directory, plan->files[i].path);
		char *slash = strrchr(path, '/');
		int ret;

		*slash = '\0';
		ret = paths_make(path, err);
		*slash = '/';
		if (ret == 0)
			ret = write_file(&plan->files[i], path, err);
		free(path);
		if (ret != 0)
			return -1;
	}
	return 0;
}
