/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Placeholders of a set, resolved with what is known of an environment.
 *
 * The platform's own table of forms is asked with what the client knows.  A placeholder that
 * has no value here stays as it is written: equal texts with unknown values are still
 * comparable.
 */
#include "config.h"

#include "compare/effective.h"

#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "model/json.h"
#include "model/placeholder.h"
#include "model/set.h"
#include "model/workload-placeholders.h"

#define PLACEHOLDER_MAX 4096

struct set_view {
	const struct effective_source *source;
	const struct set *set;
	struct reference_source reference;
	size_t unknown;
};

/* Nothing is a secret here: the client is given fingerprints and never the texts. */
static json_t *
find_output(void *data, const char *res_id, const char *name, bool *secret, struct error *err)
{
	const struct set_view *v = data;

	(void)secret;
	(void)err;
	return json_incref(json_object_get(json_object_get(v->source->outputs, res_id), name));
}

static bool
is_declared(void *data, const char *res_id)
{
	const struct set_view *v = data;

	return json_object_get(v->source->outputs, res_id) != NULL;
}

static json_t *
find_value(void *data, const char *key, bool *secret, struct error *err)
{
	const struct set_view *v = data;

	(void)secret;
	(void)err;
	return json_incref(json_object_get(v->source->values, key));
}

/* As it may be written. */
static json_t *
written(const char *const *tokens, size_t count)
{
	struct buf text;
	json_t *string;

	buf_init(&text, PLACEHOLDER_MAX);
	buf_puts(&text, "${");
	for (size_t i = 0; i < count; i++)
		buf_printf(&text, "%s%s", i > 0 ? "." : "", tokens[i]);
	buf_puts(&text, "}");
	string = json_string(buf_str(&text));
	buf_clear(&text);
	return string;
}

static json_t *
look_up(void *data, const char *const *tokens, size_t count, bool *secret, struct error *err)
{
	struct set_view *v = data;
	struct error ignored = {0};
	json_t *value = reference_look_up(&v->reference, tokens, count, secret, &ignored);

	(void)err;
	if (value)
		return value;
	v->unknown++;
	return written(tokens, count);
}

struct set *
effective_set(const struct set *set, const struct effective_source *source, size_t *unknown,
	      struct error *err)
{
	json_t *body = set_encode(set), *whole = json_deep_copy(body), *module;
	struct set_view v = {.source = source, .set = set};
	const char *name;
	int ret = 0;

	json_decref(body);
	json_object_del(whole, "id");
	json_object_foreach(json_object_get(whole, "modules"), name, module) {
		json_t *spec;

		v.reference = (struct reference_source){
			.data = &v, .module = name, .context = source->context,
			.output = find_output, .is_declared = is_declared, .value = find_value,
		};
		spec = placeholder_resolve_some(json_object_get(module, "spec"), "/spec",
						workload_place_is_any, look_up, &v, NULL, err);
		if (spec)
			json_object_set_new(module, "spec", spec);
		else
			ret = -1;
	}
	*unknown = v.unknown;
	if (ret == 0)
		return set_take(whole, err);
	json_decref(whole);
	return NULL;
}
