/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The resources that this machine itself can give: a table of types, each made and unmade.
 *
 * Making is called again with each deployment and has to find what it made before: a database
 * is the environment's data, and an address is open in somebody's browser.  What there is, is
 * known by files of the daemon's own ("records"), since workloads can write to everything
 * else that lies there.
 */
#include "config.h"

#include "platform/drivers/process/resource.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/process/beneath.h"
#include "platform/drivers/process/layout.h"
#include "platform/drivers/ports.h"
#include "platform/drivers/process/process.h"
#include "platform/drivers/process/remover.h"

#define TEMPLATE_MAX (4 * 1024 * 1024)
#define NAME_MAX_BYTES 200

bool
resource_is_file_name(const char *id)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-";

	return id[0] && id[0] != '.' && strlen(id) <= NAME_MAX_BYTES &&
	       id[strspn(id, letters)] == '\0';
}

/* sqlite */

/*
 * One that the operator named; else a file in the directory of templates, through no link
 * (beneath.c): the name comes from a definition, which is written by whoever has a token for that.
 */
static int
open_template(const struct resources *resources, const char *name, struct error *err)
{
	struct stat st;
	int fd = -1, dir;

	for (size_t i = 0; fd < 0 && i < resources->template_count; i++)
		if (strcmp(resources->templates[i].name, name) == 0)
			fd = open(resources->templates[i].file,
				  O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	dir = fd < 0 && resources->templates_dir
		      ? open(resources->templates_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (dir >= 0) {
		fd = beneath_open(dir, name, O_RDONLY | O_NONBLOCK);
		close(dir);
	}
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	if (fd >= 0)
		close(fd);
	return error_set_code(err, CODE_TEMPLATE_UNKNOWN, .name = name);
}

static char *
read_template(const struct resources *resources, const char *name, struct error *err)
{
	int fd = open_template(resources, name, err);
	char chunk[16384];
	struct buf text;
	ssize_t n;

	if (fd < 0)
		return NULL;
	buf_init(&text, TEMPLATE_MAX);
	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		if (!buf_append(&text, chunk, (size_t)n))
			break;
	close(fd);
	if (n != 0) {
		buf_clear(&text);
		error_set_code(err, CODE_TEMPLATE_UNKNOWN, .name = name);
		return NULL;
	}
	return buf_take(&text);
}

/*
 * A file of that name may also have been put there by a workload.  It is the database when we made
 * it: there is a record of that, or the platform remembers its outputs (of an earlier release, or
 * of a backup, which has no records).
 */
static bool
is_there(const char *path, const char *record, const json_t *previous)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       (access(record, F_OK) == 0 || json_object_get(previous, "path"));
}

/* A database that is there already is left as it is: it is the environment's data. */
static json_t *
provision_sqlite(const struct resources *resources, const char *space, const char *dir,
		 const struct driver_resource *resource, char **sql, struct error *err)
{
	const char *template = json_string_value(json_object_get(resource->inputs, "template"));
	char *path = xasprintf("%s/resources/%s.sqlite", dir, resource->name);
	char *record = xasprintf("%s/records/%s.sqlite", dir, resource->name);
	json_t *outputs = json_pack("{s:s}", "path", path);

	(void)space;
	if (!outputs) {
		error_set_code(err, CODE_DATABASE_PATH_NOT_UTF8);
	} else if (!is_there(path, record, resource->previous_outputs)) {
		*sql = template ? read_template(resources, template, err)
				: xstrdup("");
		if (!*sql) {
			json_decref(outputs);
			outputs = NULL;
		}
	}
	free(record);
	free(path);
	return outputs;
}

/* With what SQLite puts beside it. */
static int
remove_sqlite(const struct resources *resources, const char *dir, const char *name,
	      const json_t *outputs, struct error *err)
{
	static const char *const endings[] = {"", "-journal", "-wal", "-shm"};
	char *record = xasprintf("%s/records/%s.sqlite", dir, name);
	int ret = 0;

	(void)outputs;
	/* A workload may have made a directory of it. */
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		char *path = xasprintf("%s/resources/%s.sqlite%s", dir, name, endings[i]);

		(void)remover_take(resources->remover, path, NULL, NULL);
		free(path);
	}
	if (unlink(record) != 0 && errno != ENOENT)
		ret = error_set_code(err, CODE_FILE_NOT_REMOVED, .file = record,
				     .reason = strerror(errno));
	free(record);
	return ret;
}

/* dns */

/* "modules.web.externals.dns" -> "web", "shared.dns" -> "dns"; always a host name label. */
static void
put_label(struct buf *host, const char *res_id)
{
	const char *name = strncmp(res_id, "modules.", 8) == 0 ? res_id + 8
			   : strncmp(res_id, "shared.", 7) == 0 ? res_id + 7 : res_id;
	size_t length = strcspn(name, ".");

	for (size_t i = 0; i < length && i < 63; i++) {
		bool fits = (name[i] >= 'a' && name[i] <= 'z') ||
			    (name[i] >= '0' && name[i] <= '9');
		bool upper = name[i] >= 'A' && name[i] <= 'Z';

		buf_printf(host, "%c", fits ? name[i] : upper ? name[i] - 'A' + 'a' : '-');
	}
}

/* 0: there is none that makes sense. */
static int
port_of(const json_t *outputs)
{
	json_int_t port = json_integer_value(json_object_get(outputs, "port"));

	return port > 0 && port < 65536 ? (int)port : 0;
}

/* What our own file says; else what the platform remembers, as after a backup was brought back,
 * and then only a port that nobody has: another's would get us the other's connections. */
static json_t *
earlier_outputs(const struct ports *ports, const char *path, const json_t *previous)
{
	json_t *outputs = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);

	if (port_of(outputs) > 0)
		return outputs;
	json_decref(outputs);
	return ports_may_give(ports, port_of(previous)) ? json_incref((json_t *)previous) : NULL;
}

/* The port stays the same over deployments and restarts: people have the address open. */
static json_t *
provision_dns(const struct resources *resources, const char *space, const char *dir,
	      const struct driver_resource *resource, char **sql, struct error *err)
{
	char *path = xasprintf("%s/records/%s.dns", dir, resource->name);
	char *temporary = xasprintf("%s.new", path);
	json_t *earlier = earlier_outputs(resources->ports, path, resource->previous_outputs);
	const char *app = strchr(space, '/') + 1;
	const char *env = strchr(app, '/') + 1;
	int port = port_of(earlier), new_port = 0;
	json_t *outputs = NULL;
	struct buf host;

	(void)sql;
	buf_init(&host, 256);
	if (port == 0)
		port = new_port = ports_take(resources->ports, err);
	if (port == 0)
		goto out;
	put_label(&host, resource->res_id);
	buf_printf(&host, ".%s.%.*s.localhost", env, (int)(env - 1 - app), app);
	outputs = json_pack("{s:s, s:i}", "host", buf_str(&host), "port", port);
	if (!json_equal(outputs, earlier) || access(path, F_OK) != 0) {
		/* The file makes a second call give the same port. */
		if (json_dump_file(outputs, temporary, JSON_COMPACT) != 0 ||
		    rename(temporary, path) != 0) {
			error_set_code(err, CODE_FILE_NOT_WRITTEN, .file = path,
				       .reason = strerror(errno));
			json_decref(outputs);
			outputs = NULL;
			ports_release(resources->ports, new_port);
			goto out;
		}
	}
	/* Whoever has it now keeps it; what is to listen there will say so. */
	(void)ports_bind(resources->ports, port, NULL);
out:
	buf_clear(&host);
	json_decref(earlier);
	free(temporary);
	free(path);
	return outputs;
}

static int
remove_dns(const struct resources *resources, const char *dir, const char *name,
	   const json_t *outputs, struct error *err)
{
	char *path = xasprintf("%s/records/%s.dns", dir, name);
	json_t *kept = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
	int ret = 0;

	(void)outputs;	/* what is held has a file */
	ports_release(resources->ports, port_of(kept));
	json_decref(kept);
	if (unlink(path) != 0 && errno != ENOENT)
		ret = error_set_code(err, CODE_FILE_NOT_REMOVED, .file = path,
				     .reason = strerror(errno));
	free(path);
	return ret;
}

/* The files are what tells which ports are held after a start of the daemon. */
static void
for_each_port(struct ports *ports, const char *space_dir,
	      void (*change)(struct ports *ports, int port))
{
	char *directory = xasprintf("%s/records", space_dir);
	DIR *dir = opendir(directory);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		const char *ending = strrchr(entry->d_name, '.');
		json_t *outputs;
		char *path;

		if (!ending || strcmp(ending, ".dns") != 0)
			continue;
		path = xasprintf("%s/%s", directory, entry->d_name);
		outputs = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
		change(ports, port_of(outputs));
		json_decref(outputs);
		free(path);
	}
	if (dir)
		closedir(dir);
	free(directory);
}

static void
hold(struct ports *ports, int port)
{
	if (port > 0)
		(void)ports_bind(ports, port, NULL);
}

void
resource_hold_ports(struct ports *ports, const char *space_dir)
{
	for_each_port(ports, space_dir, hold);
}

void
resource_release_ports(struct ports *ports, const char *space_dir)
{
	for_each_port(ports, space_dir, ports_release);
}

/* volume */

static char *
volume_name(const char *name)
{
	return xasprintf("resource.%s", name);
}

static json_t *
provision_volume(const struct resources *resources, const char *space, const char *dir,
		 const struct driver_resource *resource, char **sql, struct error *err)
{
	char *name = volume_name(resource->name), *path = xasprintf("%s/volumes/%s", dir, name);
	json_t *outputs = NULL;

	(void)resources;
	(void)space;
	(void)sql;
	if (layout_make_volume(dir, name, err) == 0) {
		outputs = json_pack("{s:s}", "path", path);
		if (!outputs)
			error_set_code(err, CODE_DATABASE_PATH_NOT_UTF8);
	}
	free(path);
	free(name);
	return outputs;
}

static int
remove_volume(const struct resources *resources, const char *dir, const char *name,
	      const json_t *outputs, struct error *err)
{
	char *path = xasprintf("%s/volumes/resource.%s", dir, name);

	(void)outputs;
	(void)err;
	(void)remover_take(resources->remover, path, NULL, NULL);
	free(path);
	return 0;
}

struct resource_type {
	const char *name;
	const char *input;		/* the only one that it takes; NULL: none */
	json_t *(*provision)(const struct resources *resources, const char *space, const char *dir,
			     const struct driver_resource *resource, char **sql, struct error *err);
	int (*remove)(const struct resources *resources, const char *dir, const char *name,
		      const json_t *outputs, struct error *err);
};

static const struct resource_type types[] = {
	{ "sqlite", "template", provision_sqlite, remove_sqlite },
	{ "dns", NULL, provision_dns, remove_dns },
	{ "volume", NULL, provision_volume, remove_volume },
};

const struct driver_resource_kind driver_process_resources[] = {
	{"dns", {"dns", NULL}},
	{"sqlite", {"sqlite", NULL}},
	{"volume", {"volume", NULL}},
	{NULL, {NULL}},
};

static const struct resource_type *
find_type(const char *type)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].name, type) == 0)
			return &types[i];
	return NULL;
}

/* The name becomes a file name, so it is checked before the type is looked for. */
static const struct resource_type *
type_of(const char *type, const char *name, struct error *err)
{
	const struct resource_type *found = find_type(type);

	if (!resource_is_file_name(name)) {
		error_set_code(err, CODE_RESOURCE_NAME_INVALID, .resource = name);
		return NULL;
	}
	if (!found)
		error_set_code(err, CODE_RESOURCE_TYPE_UNKNOWN, .resource = name, .type = type);
	return found;
}

static int
check_template(const struct resources *resources, const json_t *template, struct error *err)
{
	const char *name = json_string_value(template);
	int fd;

	if (!template || json_is_null(template))
		return 0;
	if (!name || !*name)
		return error_set_code(err, CODE_RESOURCE_INPUT_NOT_TEXT, .name = "template");
	if (strstr(name, "${"))
		return 0;
	fd = open_template(resources, name, err);
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

int
resource_check(const struct resources *resources, const struct driver_resource *resource,
	       struct error *err)
{
	const struct resource_type *found = type_of(resource->type, resource->name, err);
	const char *name;
	json_t *value;

	if (!found)
		return -1;
	json_object_foreach((json_t *)resource->inputs, name, value)
		if (!found->input || strcmp(name, found->input) != 0)
			return error_set_code(err, CODE_RESOURCE_INPUT_UNKNOWN, .name = name,
					      .type = resource->type);
	return found->input ? check_template(resources,
					     json_object_get(resource->inputs, found->input), err)
			    : 0;
}

json_t *
resource_provision(const struct resources *resources, const char *space, const char *space_dir,
		   const struct driver_resource *resource, char **sql, struct error *err)
{
	json_t *outputs = NULL;

	if (resource_check(resources, resource, err) == 0 && layout_make(space_dir, err) == 0)
		outputs = find_type(resource->type)->provision(resources, space, space_dir,
							       resource, sql, err);
	return outputs;
}

int
resource_deprovision(const struct resources *resources, const char *space_dir, const char *type,
		     const char *name, const json_t *outputs, struct error *err)
{
	const struct resource_type *found = type_of(type, name, err);

	return found ? found->remove(resources, space_dir, name, outputs, err) : -1;
}
