/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The file is completed where it is read, by the person's own program: a daemon that opened
 * paths named in an import would read any file that it can and they cannot. */
#include "config.h"

#include "platform/admin/import-secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "platform/state/value-rules.h"

struct fetch {
	const char *path;
	import_fault *fault;
	void *data;
	size_t faults;
};

static json_t *
text_of(const char *bytes, size_t length, struct error *err)
{
	json_t *text;

	if (length > VALUE_TEXT_MAX) {
		error_set(err, ERROR_LIMIT, _("is longer than %d bytes"), VALUE_TEXT_MAX);
		return NULL;
	}
	text = memchr(bytes, '\0', length) ? NULL : json_stringn(bytes, length);
	if (!text)
		error_set(err, ERROR_INPUT, _("is not valid UTF-8 text"));
	return text;
}

/* One line end at the end goes: editors and shells put it there, and no password has one. */
static json_t *
read_file(const char *path, struct error *err)
{
	char *bytes = xmalloc(VALUE_TEXT_MAX + 2);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t length = 0;
	json_t *text = NULL;
	struct stat st;
	ssize_t n = 0;

	if (fd < 0 || fstat(fd, &st) != 0) {
		error_errno(err, _("%s: cannot be opened"), path);
		goto out;
	}
	if (!S_ISREG(st.st_mode)) {
		error_set(err, ERROR_INPUT, _("%s: not a regular file."), path);
		goto out;
	}
	while (length < VALUE_TEXT_MAX + 2 &&
	       (n = read(fd, bytes + length, VALUE_TEXT_MAX + 2 - length)) > 0)
		length += (size_t)n;
	if (n < 0) {
		error_errno(err, _("%s: cannot be read"), path);
		goto out;
	}
	if (length > 0 && bytes[length - 1] == '\n')
		length--;
	text = text_of(bytes, length, err);
	if (!text)
		error_prefix(err, "%s", path);
out:
	explicit_bzero(bytes, VALUE_TEXT_MAX + 2);
	free(bytes);
	if (fd >= 0)
		close(fd);
	return text;
}

static json_t *
read_variable(const char *name, struct error *err)
{
	const char *value = getenv(name);
	json_t *text;

	if (!value) {
		error_set(err, ERROR_INPUT, _("the environment has no variable \"%s\""), name);
		return NULL;
	}
	text = text_of(value, strlen(value), err);
	if (!text)
		error_prefix(err, "%s", name);
	return text;
}

/* A relative file is beside the document, wherever the command is run. */
static void
fetch_value(struct fetch *fetch, json_t *value, const char *pointer)
{
	const json_t *from = json_object_get(value, "value_from");
	const char *file = json_member_string(from, "file"), *slash = strrchr(fetch->path, '/');
	struct error err = {0};
	char *path;
	json_t *text;

	if (!from)
		return;
	if (file) {
		path = *file == '/' || !slash ? xstrdup(file)
					      : xasprintf("%.*s/%s", (int)(slash - fetch->path),
							  fetch->path, file);
		text = read_file(path, &err);
		free(path);
	} else {
		text = read_variable(json_member_string(from, "variable"), &err);
	}
	if (text) {
		json_object_del(value, "value_from");
		json_object_set_new(value, "value", text);
		return;
	}
	fetch->faults++;
	fetch->fault(fetch->data, pointer, err.text);
}

static void
fetch_list(struct fetch *fetch, const json_t *of, const char *where)
{
	json_t *value;
	size_t i;

	json_array_foreach(json_object_get(of, "values"), i, value) {
		char *pointer = xasprintf("%s/values/%zu/value_from", where, i);

		fetch_value(fetch, value, pointer);
		free(pointer);
	}
}

/* Of an application and of each of its environments. */
static void
fetch_application(struct fetch *fetch, const json_t *app, const char *where)
{
	const json_t *env;
	size_t i;

	fetch_list(fetch, app, where);
	json_array_foreach(json_object_get(app, "environments"), i, env) {
		char *pointer = xasprintf("%s/environments/%zu", where, i);

		fetch_list(fetch, env, pointer);
		free(pointer);
	}
}

static void
fetch_definition(struct fetch *fetch, const json_t *definition, const char *where)
{
	const json_t *inputs = json_object_get(definition, "driver_inputs");
	const char *name;
	json_t *ref;

	json_object_foreach(json_object_get(inputs, "secret_refs"), name, ref) {
		char *pointer = xasprintf("%s/driver_inputs/secret_refs/%s/value_from", where,
					  name);

		fetch_value(fetch, ref, pointer);
		free(pointer);
	}
}

size_t
import_fetch(json_t *file, const char *path, import_fault *fault, void *data)
{
	struct fetch fetch = {.path = path, .fault = fault, .data = data};
	const json_t *org, *app, *definition;
	size_t i, k;

	json_array_foreach(json_object_get(file, "organizations"), i, org) {
		json_array_foreach(json_object_get(org, "definitions"), k, definition) {
			char *pointer = xasprintf("/organizations/%zu/definitions/%zu", i, k);

			fetch_definition(&fetch, definition, pointer);
			free(pointer);
		}
		json_array_foreach(json_object_get(org, "applications"), k, app) {
			char *pointer = xasprintf("/organizations/%zu/applications/%zu", i, k);

			fetch_application(&fetch, app, pointer);
			free(pointer);
		}
	}
	return fetch.faults;
}
