/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The resolver itself reads the strings, with a source that knows what is declared and gives every
 * value as "": what it would refuse at a deployment is refused here, and nothing else.
 */
#include "config.h"

#include "model/workload-references.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "model/placeholder.h"
#include "model/pointer.h"
#include "model/reference.h"
#include "model/set.h"
#include "model/workload-placeholders.h"

#define POINTER_MAX 65536
#define WRITTEN_MAX 4096
#define SHOWN_MAX 60	/* bytes of what is no placeholder: its end is not known */

struct references {
	const struct set *set;
	struct reference_source source;
	struct buf pointer;
	workload_report *report;	/* NULL: nobody is told */
	void *data;
	json_t *values;			/* those that were met; NULL: not wanted */
	/* Of the placeholder at hand. */
	bool is_found, is_undeclared;
	size_t count;			/* those of the string that were read */
};

/* --- what is declared --- */

/* "shared.db", "modules.web.externals.dns". */
static bool
is_declared(void *data, const char *res_id)
{
	static const char shared[] = "shared.", modules[] = "modules.", externals[] = ".externals.";
	const struct references *all = data;
	const char *end;
	char *module;
	bool is_there;

	if (strncmp(res_id, shared, strlen(shared)) == 0)
		return json_object_get(set_shared(all->set), res_id + strlen(shared));
	end = strncmp(res_id, modules, strlen(modules)) == 0 ? strstr(res_id, externals) : NULL;
	if (!end)
		return false;
	module = xstrndup(res_id + strlen(modules), (size_t)(end - res_id) - strlen(modules));
	is_there = json_object_get(json_object_get(set_module(all->set, module), "externals"),
				   end + strlen(externals));
	free(module);
	return is_there;
}

static json_t *
found(struct references *all, bool is_there)
{
	all->is_found = is_there;
	all->is_undeclared = !is_there;
	return is_there ? json_string("") : NULL;
}

static json_t *
find_output(void *data, const char *res_id, const char *name, bool *secret, struct error *err)
{
	(void)name;
	(void)secret;
	(void)err;
	return found(data, is_declared(data, res_id));
}

static json_t *
find_service(void *data, const char *module, struct error *err)
{
	struct references *all = data;

	(void)err;
	return found(all, set_module(all->set, module) != NULL);
}

static json_t *
find_value(void *data, const char *key, bool *secret, struct error *err)
{
	struct references *all = data;

	(void)secret;
	(void)err;
	if (all->values && !json_object_get(all->values, key))
		json_object_set_new(all->values, key,
				    json_sprintf("%s: %s", all->source.module,
						 buf_str(&all->pointer)));
	return found(all, true);
}

/* --- strings --- */

static void
report(struct references *all, enum finding_kind kind, const char *written)
{
	struct workload_finding finding = {
		.kind = kind, .path = buf_str(&all->pointer), .profile = "", .meant = written,
	};

	if (all->report)
		all->report(all->data, &finding);
}

/* A name below an output has no value here, and may have one later. */
static json_t *
look_up(void *data, const char *const *tokens, size_t count, bool *secret, struct error *err)
{
	struct references *all = data;
	struct error ignored = {0};
	struct buf written;
	json_t *value;

	(void)err;
	all->count++;
	all->is_found = all->is_undeclared = false;
	value = reference_look_up(&all->source, tokens, count, secret, &ignored);
	if (value)
		return value;
	if (all->is_found)
		return json_string("");
	buf_init(&written, WRITTEN_MAX);
	for (size_t i = 0; i < count; i++)
		(void)buf_printf(&written, "%s%s", i > 0 ? "." : "${", tokens[i]);
	(void)buf_puts(&written, "}");
	report(all, all->is_undeclared ? FINDING_UNDECLARED : FINDING_REFERENCE,
	       buf_str(&written));
	buf_clear(&written);
	return json_string("");
}

/* The one after those that were read. */
static void
report_malformed(struct references *all, const char *text)
{
	const char *at = strstr(text, "${");
	size_t length;
	char *shown;

	for (size_t i = 0; at && i < all->count; i++)
		at = strstr(at + 2, "${");
	at = at ? at : text;
	length = strlen(at);
	if (length > SHOWN_MAX)
		for (length = SHOWN_MAX; ((unsigned char)at[length] & 0xc0) == 0x80; length--)
			;
	shown = xstrndup(at, length);
	report(all, FINDING_PLACEHOLDER, shown);
	free(shown);
}

static void
check_string(struct references *all, const json_t *string)
{
	struct error why = {0};
	json_t *read;

	if (!strstr(json_string_value(string), "${") ||
	    !workload_place_is_any(buf_str(&all->pointer)))
		return;
	all->count = 0;
	read = placeholder_resolve(string, "", look_up, all, NULL, &why);
	if (!read && why.kind == ERROR_INPUT)
		report_malformed(all, json_string_value(string));
	json_decref(read);
}

static void
check_below(struct references *all, const char *token, const json_t *value)
{
	size_t before = all->pointer.length, i;
	const char *name;
	json_t *member;

	pointer_append(&all->pointer, token);
	if (json_is_string(value))
		check_string(all, value);
	json_object_foreach((json_t *)value, name, member)
		check_below(all, name, member);
	json_array_foreach(value, i, member) {
		char index[24];

		snprintf(index, sizeof(index), "%zu", i);
		check_below(all, index, member);
	}
	buf_truncate(&all->pointer, before);
}

/* Parameters are all that is resolved of a declaration; there alone is a resource at hand. */
static void
check_parameters(struct references *all, const json_t *resources)
{
	size_t before = all->pointer.length;
	const char *name;
	json_t *resource;

	all->source.context.res_id = all->source.context.res_type = "x";
	all->source.context.res_class = all->source.context.res_guresid = "x";
	json_object_foreach((json_t *)resources, name, resource) {
		pointer_append(&all->pointer, name);
		check_below(all, "params", json_object_get(resource, "params"));
		buf_truncate(&all->pointer, before);
	}
}

/* "volumes.cache", or "cache": of its spec; else a resource.  One that gets no id is looked at as a
 * field. */
static bool
is_volume(const struct references *all, const json_t *module, const char *id)
{
	static const char own[] = "volumes.", externals[] = "externals.", shared[] = "shared.";

	if (strncmp(id, externals, strlen(externals)) == 0)
		return json_object_get(json_object_get(module, "externals"), id + strlen(externals));
	if (strncmp(id, shared, strlen(shared)) == 0)
		return json_object_get(set_shared(all->set), id + strlen(shared));
	if (strncmp(id, own, strlen(own)) == 0)
		id += strlen(own);
	return json_object_get(json_object_get(json_object_get(module, "spec"), "volumes"), id);
}

static void
check_mounts(struct references *all, const json_t *module)
{
	size_t before = all->pointer.length;
	const char *name, *at, *id;
	json_t *container, *mount;

	json_object_foreach(json_object_get(json_object_get(module, "spec"), "containers"), name,
			    container) {
		json_object_foreach(json_object_get(container, "volume_mounts"), at, mount) {
			id = json_member_string(mount, "id");
			if (!id || strstr(id, "${") || is_volume(all, module, id))
				continue;
			buf_puts(&all->pointer, "/spec/containers");
			pointer_append(&all->pointer, name);
			pointer_append(&all->pointer, "volume_mounts");
			pointer_append(&all->pointer, at);
			pointer_append(&all->pointer, "id");
			report(all, FINDING_UNDECLARED, id);
			buf_truncate(&all->pointer, before);
		}
	}
}

static void
check_workload(const struct set *set, const char *workload, workload_report *callback, void *data,
	       json_t *values)
{
	const json_t *module = *workload ? set_module(set, workload) : NULL;
	struct references all = {
		.set = set,
		.report = callback,
		.data = data,
		.values = values,
		.source = {
			.module = workload,
			.context = {.org_id = "x", .app_id = "x", .env_id = "x", .env_type = "x",
				    .env_name = "x", .deployment_id = "x", .set_id = "x"},
			.output = find_output,
			.is_declared = is_declared,
			.service = find_service,
			.value = find_value,
		},
	};

	all.source.data = &all;
	buf_init(&all.pointer, POINTER_MAX);
	(void)buf_puts(&all.pointer, "");
	check_below(&all, "spec", json_object_get(module, "spec"));
	check_mounts(&all, module);
	pointer_append(&all.pointer, *workload ? "externals" : "shared");
	check_parameters(&all, *workload ? json_object_get(module, "externals") : set_shared(set));
	buf_clear(&all.pointer);
}

void
workload_references_check(const struct set *set, const char *workload, workload_report *callback,
			  void *data)
{
	check_workload(set, workload, callback, data, NULL);
}

json_t *
set_values_used(const struct set *set)
{
	json_t *values = json_object(), *module;
	const char *name;

	json_object_foreach(set_modules(set), name, module)
		check_workload(set, name, NULL, NULL, values);
	check_workload(set, "", NULL, NULL, values);
	return values;
}
