/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * From Score to a deployment set.  Pure: one document in, another one out, so that examples
 * are all that a test of it needs.
 *
 * Forms are checked first (score-fields.c), so what is here may take them for granted.
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
#include "model/placeholder.h"
#include "platform/api/score-fields.h"

#define PROFILE "humanitec/default-module"
#define RESOURCE_ID "score.humanitec.io/resId"
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
	const char *id = text_of(annotations, RESOURCE_ID);

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

/* What is put together: text that is to stay as it is, and placeholders of a set between.  The text
 * waits until its end, since only a whole piece shows what has to be escaped in it. */
struct score_text {
	const json_t *spec;
	struct buf out, plain;
};

static void
end_plain(struct score_text *text)
{
	char *escaped = placeholder_escape(buf_str(&text->plain));

	buf_puts(&text->out, escaped);
	buf_truncate(&text->plain, 0);
	free(escaped);
}

/* `inside` is what stands between ${ and }. */
static bool
put_placeholder(struct score_text *text, const char *inside, size_t length, struct error *err)
{
	static const char resources[] = "resources.", metadata[] = "metadata.";
	size_t name = 0;

	if (length > strlen(metadata) && strncmp(inside, metadata, strlen(metadata)) == 0) {
		char *key = xasprintf("%.*s", (int)(length - strlen(metadata)),
				      inside + strlen(metadata));

		buf_puts(&text->plain, text_of(json_object_get(text->spec, "metadata"), key));
		free(key);
		return true;
	}
	end_plain(text);
	buf_puts(&text->out, "${");
	if (length > strlen(resources) && strncmp(inside, resources, strlen(resources)) == 0) {
		inside += strlen(resources);
		length -= strlen(resources);
		while (name < length && inside[name] != '.')
			name++;
		if (!put_resource(&text->out, json_object_get(text->spec, "resources"), inside,
				  name, err))
			return false;
	}
	buf_append(&text->out, inside + name, length - name);
	buf_puts(&text->out, "}");
	return true;
}

/* The next piece: "$$" is Score's "$", a "$" without a name after it is one as well. */
static bool
put_piece(struct score_text *text, const char **at, struct error *err)
{
	const char *end = strncmp(*at, "${", 2) == 0 ? strchr(*at, '}') : NULL;
	bool good = true;

	if (end) {
		good = put_placeholder(text, *at + 2, (size_t)(end - *at - 2), err);
		*at = end + 1;
	} else {
		good = buf_append(&text->plain, *at, 1) && text->out.length < TEXT_MAX;
		*at += strncmp(*at, "$$", 2) == 0 ? 2 : 1;
		if (!good)
			error_set_code(err, CODE_SCORE_TEXT_TOO_LONG);
	}
	return good;
}

/* NULL with err. */
static json_t *
translate(const json_t *spec, const char *at, struct error *err)
{
	struct score_text text = {.spec = spec};
	json_t *result = NULL;
	bool good = true;

	buf_init(&text.out, 2 * TEXT_MAX);
	buf_init(&text.plain, TEXT_MAX);
	while (good && *at)
		good = put_piece(&text, &at, err);
	if (good) {
		end_plain(&text);
		result = json_string(buf_str(&text.out));
	}
	buf_clear(&text.out);
	buf_clear(&text.plain);
	return result;
}

/* Of a whole: each text in it.  NULL with err. */
static json_t *
translate_all(const json_t *spec, const json_t *value, struct error *err)
{
	json_t *out, *member, *translated;
	const char *key;
	size_t i;

	if (json_is_string(value))
		return translate(spec, json_string_value(value), err);
	if (!json_is_object(value) && !json_is_array(value))
		return json_deep_copy(value);
	out = json_is_object(value) ? json_object() : json_array();
	json_object_foreach((json_t *)value, key, member) {
		translated = translate_all(spec, member, err);
		if (!translated || json_object_set_new(out, key, translated) != 0)
			goto failed;
	}
	json_array_foreach(value, i, member) {
		translated = translate_all(spec, member, err);
		if (!translated || json_array_append_new(out, translated) != 0)
			goto failed;
	}
	return out;
failed:
	json_decref(out);
	return NULL;
}

/* A text in which nothing is a placeholder, as a set has to have it. */
static json_t *
literal(const char *text)
{
	char *escaped = placeholder_escape(text);
	json_t *string = json_string(escaped);

	free(escaped);
	return string;
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

/* One text, or (in its first version) its lines.  NULL: it is neither; free() it. */
static char *
content_of(const json_t *file)
{
	const json_t *content = json_object_get(file, "content"), *line;
	struct buf text;
	bool good = true;
	size_t i;

	if (!json_is_array(content))
		return json_is_string(content) ? xstrdup(json_string_value(content)) : NULL;
	buf_init(&text, TEXT_MAX);
	buf_puts(&text, "");
	json_array_foreach(content, i, line)
		good = good && json_is_string(line) &&
		       buf_printf(&text, "%s%s", i > 0 ? "\n" : "", json_string_value(line));
	if (good)
		return buf_take(&text);
	buf_clear(&text);
	return NULL;
}

/* Score has an array with targets, or (later) an object by target; a set has an object by
 * target. */
static int
put_file(json_t *files, const json_t *spec, const char *target, const json_t *file,
	 struct error *err)
{
	const json_t *expand = json_object_get(file, "noExpand");
	char *content = content_of(file);
	const char *mode = text_of(file, "mode");
	json_t *value;

	if (!*target || !content || *text_of(file, "source")) {
		free(content);
		return error_set_code(err, CODE_SCORE_FILE_INVALID);
	}
	if (!expand)
		expand = json_object_get(file, "no_expand");
	value = json_is_true(expand) ? literal(content) : translate(spec, content, err);
	free(content);
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

/* "${resources.vol}", or its name alone: "externals.vol". */
static json_t *
volume_id(const json_t *spec, const char *source, struct error *err)
{
	static const char before[] = "${resources.";
	const char *name = source;
	size_t length = strlen(source);
	struct buf id;
	json_t *value = NULL;

	if (strncmp(source, before, strlen(before)) == 0 && source[length - 1] == '}') {
		name += strlen(before);
		length -= strlen(before) + 1;
	}
	buf_init(&id, TEXT_MAX);
	if (put_resource(&id, json_object_get(spec, "resources"), name, length, err))
		value = json_string(buf_str(&id));
	buf_clear(&id);
	return value;
}

static const json_t *
either(const json_t *object, const char *key, const char *other)
{
	const json_t *value = json_object_get(object, key);

	return value ? value : json_object_get(object, other);
}

static int
put_volume(json_t *mounts, const json_t *spec, const char *target, const json_t *volume,
	   struct error *err)
{
	json_t *id = NULL;

	if (*target && *text_of(volume, "source"))
		id = volume_id(spec, text_of(volume, "source"), err);
	else
		error_set_code(err, CODE_SCORE_VOLUME_INVALID);
	if (!id)
		return -1;
	json_object_set_new(mounts, target,
			    json_pack("{s:o, s:O*, s:O*}", "id", id, "sub_path",
				      json_object_get(volume, "path"), "read_only",
				      either(volume, "readOnly", "read_only")));
	return 0;
}

/* As files are: an array, or an object by target. */
static int
put_volumes(json_t *out, const json_t *spec, const json_t *container, struct error *err)
{
	json_t *declared = json_object_get(container, "volumes"), *volume;
	json_t *mounts = json_object();
	const char *target;
	int ret = 0;
	size_t i;

	json_array_foreach(declared, i, volume)
		ret = ret == 0 ? put_volume(mounts, spec, text_of(volume, "target"), volume, err)
			       : ret;
	json_object_foreach(declared, target, volume)
		ret = ret == 0 ? put_volume(mounts, spec, target, volume, err) : ret;
	if (json_object_size(mounts) > 0)
		json_object_set(out, "volume_mounts", mounts);
	json_decref(mounts);
	return ret;
}

/* What a set has no word for goes along under Score's: then it is said that it has no effect. */
static void
put_others(json_t *out, const json_t *object, const char *const *known)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value) {
		size_t i = 0;

		while (known[i] && strcmp(known[i], key) != 0)
			i++;
		if (!known[i])
			json_object_set(out, key, value);
	}
}

static json_t *
http_probe(const json_t *http)
{
	static const char *const known[] = {"path", "port", "httpHeaders", NULL};
	json_t *probe = json_pack("{s:s, s:s}", "type", "http", "path",
				  *text_of(http, "path") ? text_of(http, "path") : "/");
	json_t *headers = json_object(), *header;
	size_t i;

	if (json_object_get(http, "port"))
		json_object_set(probe, "port", json_object_get(http, "port"));
	json_array_foreach(json_object_get(http, "httpHeaders"), i, header)
		json_object_set_new(headers, text_of(header, "name"),
				    json_string(text_of(header, "value")));
	if (json_object_size(headers) > 0)
		json_object_set(probe, "headers", headers);
	json_decref(headers);
	put_others(probe, http, known);
	return probe;
}

static void
put_probe(json_t *out, const json_t *container, const char *from, const char *to)
{
	static const char *const by_http[] = {"httpGet", NULL}, *const by_command[] = {"exec", NULL};
	const json_t *declared = json_object_get(container, from);
	const json_t *http = json_object_get(declared, "httpGet");
	json_t *command = json_object_get(json_object_get(declared, "exec"), "command");
	json_t *probe;

	if (!declared)
		return;
	probe = http ? http_probe(http)
		     : json_pack("{s:s, s:O*}", "type", command ? "command" : "", "command",
				 command);
	put_others(probe, declared, http ? by_http : by_command);
	json_object_set_new(out, to, probe);
}

static json_t *
convert_container(const json_t *spec, const char *id, const json_t *container, const char *image,
		  struct error *err)
{
	static const char *const same[] = {"command", "args", "resources"};
	static const char *const known[] = {"image", "command", "args", "resources", "variables",
					    "files", "volumes", "livenessProbe", "readinessProbe",
					    NULL};
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
	    put_files(out, spec, container, err) != 0 ||
	    put_volumes(out, spec, container, err) != 0)
		goto failed;
	put_probe(out, container, "livenessProbe", "liveness_probe");
	put_probe(out, container, "readinessProbe", "readiness_probe");
	put_others(out, container, known);
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

/* What is no part of a declaration goes along: then it is said that it has no effect. */
static json_t *
declaration_of(const json_t *spec, const json_t *resource, struct error *err)
{
	static const char *const known[] = {"params", "metadata", "id", NULL};
	const json_t *params = json_object_get(resource, "params");
	json_t *out = json_object(), *metadata, *annotations, *translated;

	put_others(out, resource, known);
	metadata = json_deep_copy(json_object_get(resource, "metadata"));
	annotations = json_object_get(metadata, "annotations");
	if (shared_id(resource))
		json_object_del(annotations, RESOURCE_ID);
	else if (json_object_get(resource, "id"))
		json_object_set(out, "id", json_object_get(resource, "id"));
	if (annotations && json_object_size(annotations) == 0)
		json_object_del(metadata, "annotations");
	if (json_object_size(metadata) > 0)
		json_object_set(out, "metadata", metadata);
	json_decref(metadata);
	if (params) {
		translated = translate_all(spec, params, err);
		if (!translated) {
			json_decref(out);
			return NULL;
		}
		json_object_set_new(out, "params", translated);
	}
	return out;
}

/* What has its values elsewhere has nothing to declare here. */
static int
check_reference(const char *name, const json_t *resource, struct error *err)
{
	static const char *const useless[] = {"class", "params"};

	for (size_t i = 0; i < sizeof(useless) / sizeof(useless[0]); i++)
		if (json_object_get(resource, useless[i])) {
			char *path = xasprintf("/resources/%s/%s", name, useless[i]);

			error_set_code(err, CODE_SCORE_FIELD_UNKNOWN, .path = path);
			free(path);
			return -1;
		}
	return 0;
}

static int
convert_resources(const json_t *spec, json_t *externals, json_t *shared, struct error *err)
{
	const char *name;
	json_t *resource, *declaration;

	json_object_foreach(json_object_get(spec, "resources"), name, resource) {
		const char *type = text_of(resource, "type");
		const char *id = shared_id(resource);

		if (strcmp(type, "environment") == 0 || strcmp(type, "service") == 0) {
			if (check_reference(name, resource, err) != 0)
				return -1;
			continue;
		}
		declaration = declaration_of(spec, resource, err);
		if (!declaration)
			return -1;
		json_object_set_new(id ? shared : externals, id ? id : name, declaration);
	}
	return 0;
}

/* Of the workload as a whole, what stands beside its containers; takes these. */
static json_t *
convert_spec(const json_t *spec, json_t *containers)
{
	const json_t *annotations = json_object_get(json_object_get(spec, "metadata"),
						    "annotations");
	json_t *out = json_pack("{s:o}", "containers", containers), *ports = convert_ports(spec);

	if (json_object_size(ports) > 0)
		json_object_set_new(out, "service", json_pack("{s:O}", "ports", ports));
	json_decref(ports);
	if (json_object_size(annotations) > 0)
		json_object_set(out, "annotations", (json_t *)annotations);
	return out;
}

static int
check_document(const json_t *spec, struct error *err)
{
	if (strncmp(text_of(spec, "apiVersion"), "score.dev/v1", 12) != 0)
		return error_set_code(err, CODE_SCORE_INVALID);
	if (!*text_of(json_object_get(spec, "metadata"), "name"))
		return error_set_code(err, CODE_SCORE_WITHOUT_NAME);
	return score_fields_check(spec, err);
}

json_t *
score_convert(const json_t *spec, const char *image, struct error *err)
{
	json_t *containers, *externals, *shared;

	containers = check_document(spec, err) == 0 ? convert_containers(spec, image, err) : NULL;
	if (!containers)
		return NULL;
	externals = json_object();
	shared = json_object();
	if (convert_resources(spec, externals, shared, err) != 0) {
		json_decref(containers);
		json_decref(externals);
		json_decref(shared);
		return NULL;
	}
	return json_pack("{s:{s:{s:s, s:o, s:o}}, s:o}", "modules",
			 text_of(json_object_get(spec, "metadata"), "name"), "profile", PROFILE,
			 "spec", convert_spec(spec, containers), "externals", externals, "shared",
			 shared);
}
