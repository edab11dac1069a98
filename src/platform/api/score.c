/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From Score to a deployment set.  Pure: one document in, another one out, so that examples
 * are all that a test of it needs.
 *
 * Placeholders are rewritten, not resolved: what they mean is only known at a deployment.  A
 * resource that is not declared is an error here, since ${resources.x} would otherwise fail
 * at the first deployment, far away from whoever wrote it.
 */
#include "config.h"

#include "platform/api/score.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"

#define PROFILE "humanitec/default-module"
#define TEXT_MAX (4u * 1024 * 1024)

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_member_string(object, key);

	return text ? text : "";
}

/* "shared.db" is what the whole application has; its id there, or NULL. */
static const char *
shared_id(const json_t *resource)
{
	const json_t *annotations = json_object_get(json_object_get(resource, "metadata"),
						    "annotations");
	const char *id = text_of(annotations, "score.humanitec.io/resId");

	if (!*id)
		id = text_of(resource, "id");
	return strncmp(id, "shared.", 7) == 0 && id[7] ? id + 7 : NULL;
}

/* Placeholders. */

/* What stands for resources.NAME, without the output: "externals.db". */
static bool
put_resource(struct buf *out, const json_t *resources, const char *name, size_t length,
	     struct error *err)
{
	char *key = xasprintf("%.*s", (int)length, name);
	const json_t *resource = json_object_get(resources, key);
	const char *type = text_of(resource, "type");
	const char *shared = shared_id(resource);
	bool good = resource != NULL;

	if (!good)
		error_set_code(err, CODE_SCORE_RESOURCE_UNDECLARED, .resource = key);
	else if (strcmp(type, "environment") == 0)
		buf_puts(out, "values");
	else if (strcmp(type, "service") == 0)
		buf_printf(out, "modules.%s.service", key);
	else if (shared)
		buf_printf(out, "shared.%s", shared);
	else
		buf_printf(out, "externals.%s", key);
	free(key);
	return good;
}

/* `inside` is what stands between ${ and }. */
static bool
put_placeholder(struct buf *out, const json_t *spec, const char *inside, size_t length,
		struct error *err)
{
	static const char resources[] = "resources.", metadata[] = "metadata.";
	size_t name;

	if (length > strlen(resources) && strncmp(inside, resources, strlen(resources)) == 0) {
		inside += strlen(resources);
		length -= strlen(resources);
		for (name = 0; name < length && inside[name] != '.'; name++)
			;
		buf_puts(out, "${");
		if (!put_resource(out, json_object_get(spec, "resources"), inside, name, err))
			return false;
		buf_append(out, inside + name, length - name);
		buf_puts(out, "}");
	} else if (length > strlen(metadata) && strncmp(inside, metadata, strlen(metadata)) == 0) {
		char *key = xasprintf("%.*s", (int)(length - strlen(metadata)),
				      inside + strlen(metadata));

		buf_puts(out, text_of(json_object_get(spec, "metadata"), key));
		free(key);
	} else {
		buf_puts(out, "${");
		buf_append(out, inside, length);
		buf_puts(out, "}");
	}
	return true;
}

/* NULL with err.  $$ is Score's escape of $. */
static json_t *
translate(const json_t *spec, const char *text, struct error *err)
{
	struct buf out;
	json_t *result = NULL;
	bool good = true;

	buf_init(&out, TEXT_MAX);
	while (good && *text) {
		const char *end = strncmp(text, "${", 2) == 0 ? strchr(text, '}') : NULL;

		if (strncmp(text, "$${", 3) == 0) {
			buf_puts(&out, "$\\{");
			text += 3;
		} else if (end) {
			good = put_placeholder(&out, spec, text + 2, (size_t)(end - text - 2), err);
			text = end + 1;
		} else {
			good = buf_append(&out, text++, 1) ||
			       error_set_code(err, CODE_SCORE_TEXT_TOO_LONG) == 0;
		}
	}
	if (good)
		result = json_string(buf_str(&out));
	buf_clear(&out);
	return result;
}

/* Parts of a container. */

static int
put_variables(json_t *out, const json_t *spec, const json_t *container, struct error *err)
{
	json_t *variables = json_object_get(container, "variables"), *value;
	json_t *translated = json_object();
	const char *name;
	int ret = 0;

	json_object_foreach(variables, name, value) {
		json_t *text = ret == 0 && json_is_string(value)
				       ? translate(spec, json_string_value(value), err) : NULL;

		if (!text && ret == 0)
			ret = json_is_string(value)
				      ? -1
				      : error_set_code(err, CODE_SCORE_VARIABLE_NOT_STRING,
						       .name = name);
		if (text)
			json_object_set_new(translated, name, text);
	}
	json_object_set_new(out, "variables", translated);
	return ret;
}

/* Score has an array with targets, or (later) an object by target; a set has an object by
 * target. */
static int
put_file(json_t *files, const json_t *spec, const char *target, const json_t *file,
	 struct error *err)
{
	const json_t *content = json_object_get(file, "content");
	const char *mode = text_of(file, "mode");
	json_t *value;

	if (!*target || !json_is_string(content))
		return error_set_code(err, CODE_SCORE_FILE_INVALID);
	value = json_is_true(json_object_get(file, "noExpand"))
			? json_incref((json_t *)content)
			: translate(spec, json_string_value(content), err);
	if (!value)
		return -1;
	json_object_set_new(files, target, json_pack("{s:s, s:o}", "mode", *mode ? mode : "0644",
						     "value", value));
	return 0;
}

static int
put_files(json_t *out, const json_t *spec, const json_t *container, struct error *err)
{
	json_t *declared = json_object_get(container, "files"), *file;
	json_t *files = json_object();
	const char *target;
	int ret = 0;
	size_t i;

	json_array_foreach(declared, i, file)
		ret = ret == 0 ? put_file(files, spec, text_of(file, "target"), file, err) : ret;
	json_object_foreach(declared, target, file)
		ret = ret == 0 ? put_file(files, spec, target, file, err) : ret;
	json_object_set_new(out, "files", files);
	return ret;
}

static void
put_probe(json_t *out, const json_t *container, const char *from, const char *to)
{
	json_t *http = json_object_get(json_object_get(container, from), "httpGet");
	json_t *probe, *headers, *header;
	size_t i;

	if (!http)
		return;
	probe = json_pack("{s:s, s:s}", "type", "http", "path",
			  *text_of(http, "path") ? text_of(http, "path") : "/");
	if (json_object_get(http, "port"))
		json_object_set(probe, "port", json_object_get(http, "port"));
	headers = json_object();
	json_array_foreach(json_object_get(http, "httpHeaders"), i, header)
		json_object_set(headers, text_of(header, "name"), json_object_get(header, "value"));
	if (json_object_size(headers) > 0)
		json_object_set(probe, "headers", headers);
	json_decref(headers);
	json_object_set_new(out, to, probe);
}

static json_t *
convert_container(const json_t *spec, const char *id, const json_t *container, const char *image,
		  struct error *err)
{
	static const char *const same[] = {"command", "args", "resources"};
	const char *own = text_of(container, "image");
	json_t *out = json_pack("{s:s}", "id", id);

	/* "." is Score's way to say: the image that is being built. */
	if (*own && strcmp(own, ".") != 0)
		image = own;
	if (!image || !*image) {
		error_set_code(err, CODE_SCORE_CONTAINER_WITHOUT_IMAGE, .container = id);
		goto failed;
	}
	json_object_set_new(out, "image", json_string(image));
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (json_object_get(container, same[i]))
			json_object_set(out, same[i], json_object_get(container, same[i]));
	if (put_variables(out, spec, container, err) != 0 ||
	    put_files(out, spec, container, err) != 0)
		goto failed;
	put_probe(out, container, "livenessProbe", "liveness_probe");
	put_probe(out, container, "readinessProbe", "readiness_probe");
	return out;
failed:
	json_decref(out);
	return NULL;
}

/* The module. */

static json_t *
convert_containers(const json_t *spec, const char *image, struct error *err)
{
	json_t *declared = json_object_get(spec, "containers"), *container;
	json_t *containers = json_object();
	const char *id;

	if (json_object_size(declared) == 0) {
		error_set_code(err, CODE_SCORE_WITHOUT_CONTAINER);
		json_decref(containers);
		return NULL;
	}
	json_object_foreach(declared, id, container) {
		json_t *out = convert_container(spec, id, container, image, err);

		if (!out) {
			json_decref(containers);
			return NULL;
		}
		json_object_set_new(containers, id, out);
	}
	return containers;
}

static json_t *
convert_ports(const json_t *spec)
{
	json_t *ports = json_object_get(json_object_get(spec, "service"), "ports"), *port;
	json_t *out = json_object();
	const char *name;

	json_object_foreach(ports, name, port) {
		json_t *public = json_object_get(port, "port");
		json_t *own = json_object_get(port, "targetPort");
		const char *protocol = text_of(port, "protocol");

		json_object_set_new(out, name,
				    json_pack("{s:s, s:O?, s:O?}", "protocol",
					      *protocol ? protocol : "TCP", "service_port", public,
					      "container_port", own ? own : public));
	}
	return out;
}

static json_t *
declaration_of(const json_t *resource)
{
	static const char *const same[] = {"type", "class", "params"};
	json_t *out = json_object();

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (json_object_get(resource, same[i]))
			json_object_set(out, same[i], json_object_get(resource, same[i]));
	return out;
}

static void
convert_resources(const json_t *spec, json_t *externals, json_t *shared)
{
	const char *name;
	json_t *resource;

	json_object_foreach(json_object_get(spec, "resources"), name, resource) {
		const char *type = text_of(resource, "type");
		const char *id = shared_id(resource);

		if (strcmp(type, "environment") == 0 || strcmp(type, "service") == 0)
			continue;
		json_object_set_new(id ? shared : externals, id ? id : name,
				    declaration_of(resource));
	}
}

json_t *
score_convert(const json_t *spec, const char *image, struct error *err)
{
	const char *name = text_of(json_object_get(spec, "metadata"), "name");
	json_t *containers, *externals, *shared, *ports, *body;

	if (strncmp(text_of(spec, "apiVersion"), "score.dev/v1", 12) != 0) {
		error_set_code(err, CODE_NOT_SCORE);
		return NULL;
	}
	if (!*name) {
		error_set_code(err, CODE_SCORE_WITHOUT_NAME);
		return NULL;
	}
	containers = convert_containers(spec, image, err);
	if (!containers)
		return NULL;
	externals = json_object();
	shared = json_object();
	convert_resources(spec, externals, shared);
	body = json_pack("{s:o}", "containers", containers);
	ports = convert_ports(spec);
	if (json_object_size(ports) > 0)
		json_object_set_new(body, "service", json_pack("{s:O}", "ports", ports));
	json_decref(ports);
	return json_pack("{s:{s:{s:s, s:o, s:o}}, s:o}", "modules", name, "profile", PROFILE,
			 "spec", body, "externals", externals, "shared", shared);
}
