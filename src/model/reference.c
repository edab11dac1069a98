/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The forms of placeholders: a table by the first name, a function each.
 *
 * One table serves the engine, which resolves for real, and the client, which shows what a
 * placeholder stands for; they differ in the source alone.  A form whose function the source
 * does not have has no value there, which is an error with the placeholder in it, never an
 * empty string.
 */
#include "config.h"

#include "model/reference.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"

#define KEY_MAX 1024

struct reference_names {
	const char *const *at;
	size_t count;
};

typedef json_t *form(const struct reference_source *source, struct reference_names names,
		     bool *secret,
		     struct error *err);

static bool
is(const struct reference_names *names, size_t i, const char *word)
{
	return i < names->count && strcmp(names->at[i], word) == 0;
}

/* Further names go into an object; takes the value. */
static json_t *
descend(json_t *value, struct reference_names names, size_t from, struct error *err)
{
	json_t *at = value;

	for (size_t i = from; at && i < names.count; i++) {
		at = json_object_get(at, names.at[i]);
		if (!at)
			error_set_code(err, CODE_NAME_MISSING_IN_IT, .name = names.at[i]);
	}
	json_incref(at);
	json_decref(value);
	return at;
}

/* The output that is named by names.at[at], and what follows. */
static json_t *
output_of(const struct reference_source *source, char *res_id, struct reference_names names,
	  size_t at,
	  bool *secret, struct error *err)
{
	json_t *value = source->output
				? source->output(source->data, res_id, names.at[at], secret, err)
				: NULL;

	free(res_id);
	return descend(value, names, at + 1, err);
}

/* Without a module there is no "own": in a definition's inputs this form has no meaning. */
static json_t *
look_up_externals(const struct reference_source *source, struct reference_names names, bool *secret,
		  struct error *err)
{
	if (names.count < 3 || !source->module)
		return NULL;
	return output_of(source, xasprintf("modules.%s.externals.%s", source->module, names.at[1]),
			 names, 2, secret, err);
}

static json_t *
look_up_shared(const struct reference_source *source, struct reference_names names, bool *secret,
	       struct error *err)
{
	if (names.count < 3 || !source->module)
		return NULL;
	return output_of(source, xasprintf("shared.%s", names.at[1]), names, 2, secret, err);
}

static json_t *
look_up_modules(const struct reference_source *source, struct reference_names names, bool *secret,
		struct error *err)
{
	if (!source->module)
		return NULL;
	if (names.count == 4 && is(&names, 2, "service") && is(&names, 3, "name"))
		return source->service ? source->service(source->data, names.at[1], err) : NULL;
	if (names.count < 5 || !is(&names, 2, "externals"))
		return NULL;
	return output_of(source, xasprintf("modules.%s.externals.%s", names.at[1], names.at[3]),
			 names, 4, secret, err);
}

/* Keys have dots, and then they look like several names. */
static json_t *
look_up_values(const struct reference_source *source, struct reference_names names, bool *secret,
	       struct error *err)
{
	struct buf key;
	json_t *value = NULL;
	bool fits = names.count >= 2 && source->value;

	buf_init(&key, KEY_MAX);
	for (size_t i = 1; fits && i < names.count; i++)
		fits = (i == 1 || buf_puts(&key, ".")) && buf_puts(&key, names.at[i]);
	if (fits)
		value = source->value(source->data, buf_str(&key), secret, err);
	buf_clear(&key);
	return value;
}

static json_t *
look_up_context(const struct reference_source *source, struct reference_names names, bool *secret,
		struct error *err)
{
	const struct reference_context *c = &source->context;
	const struct {
		const char *noun, *part, *value;
	} known[] = {
		{"org", "id", c->org_id},
		{"app", "id", c->app_id},
		{"env", "id", c->env_id},
		{"env", "type", c->env_type},
		{"env", "name", c->env_name},
		{"res", "id", c->res_id},
		{"res", "type", c->res_type},
		{"res", "class", c->res_class},
		{"res", "guresid", c->res_guresid},
		{"deployment", "id", c->deployment_id},
		{"set", "id", c->set_id},
	};

	(void)err;
	(void)secret;
	for (size_t i = 0; names.count == 3 && i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].value && is(&names, 1, known[i].noun) && is(&names, 2, known[i].part))
			return json_string(known[i].value);
	return NULL;
}

/* Score knows no shared resources by form: a workload's own resource hides a shared one of its
 * name. */
static json_t *
look_up_score(const struct reference_source *source, struct reference_names names, bool *secret,
	      struct error *err)
{
	char *own = xasprintf("modules.%s.externals.%s", source->module, names.at[1]);

	if (!source->is_declared || !source->is_declared(source->data, own)) {
		free(own);
		own = xasprintf("shared.%s", names.at[1]);
	}
	return output_of(source, own, names, 2, secret, err);
}

/* The same word means two things: in a module it is Score's form, in a definition the
 * resource of another type.  Whether there is a module tells which. */
static json_t *
look_up_resources(const struct reference_source *source, struct reference_names names, bool *secret,
		  struct error *err)
{
	struct reference_resource resource;
	json_t *value;

	if (names.count < 3)
		return NULL;
	if (source->module)
		return look_up_score(source, names, secret, err);
	if (names.count < 4 || !is(&names, 2, "outputs") || !source->resource ||
	    !reference_resource_read(&resource, names.at[1]))
		return NULL;
	value = source->resource(source->data, &resource, names.at[3], secret, err);
	reference_resource_clear(&resource);
	return descend(value, names, 4, err);
}

/* A first name that no form has may be a local one (params, ...); forms win, so that no
 * definition can hide them. */
json_t *
reference_look_up(void *data, const char *const *tokens, size_t count, bool *secret,
		  struct error *err)
{
	static const struct {
		const char *first;
		form *look_up;
	} forms[] = {
		{"externals", look_up_externals}, {"shared", look_up_shared},
		{"modules", look_up_modules},	  {"values", look_up_values},
		{"context", look_up_context},	  {"resources", look_up_resources},
	};
	const struct reference_source *source = data;
	struct reference_names names = {tokens, count};
	json_t *local;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (is(&names, 0, forms[i].first))
			return forms[i].look_up(source, names, secret, err);
	local = json_object_get(source->locals, names.at[0]);
	if (local)
		return count > 1 ? descend(json_incref(local), names, 1, err) : NULL;
	error_set_code(err, CODE_REFERENCE_UNKNOWN);
	return NULL;
}

bool
reference_resource_read(struct reference_resource *out, const char *name)
{
	const char *hash = strchr(name, '#');
	size_t left = hash ? (size_t)(hash - name) : strlen(name);
	const char *dot = memchr(name, '.', left);
	size_t type = dot ? (size_t)(dot - name) : left;

	*out = (struct reference_resource){0};
	if (type == 0 || (dot && type + 1 == left) || (hash && !hash[1]))
		return false;
	out->type = xstrndup(name, type);
	out->resource_class = dot ? xstrndup(dot + 1, left - type - 1) : NULL;
	out->id = hash ? xstrdup(hash + 1) : NULL;
	return true;
}

void
reference_resource_clear(struct reference_resource *resource)
{
	free(resource->type);
	free(resource->resource_class);
	free(resource->id);
	*resource = (struct reference_resource){0};
}
