/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Every string is read in several ways: as it is, with its ${values.KEY} put in where the platform
 * does that, decoded where it has percent signs or backslashes, and the base64 in it.  In each
 * reading the hosts are found first (isolation-hosts.c), then the names of environments in what is
 * left (isolation-names.c), so that one reference is one finding.
 */
#include "config.h"

#include "compare/isolation.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "compare/isolation-accounts.h"
#include "compare/isolation-findings.h"
#include "compare/isolation-hosts.h"
#include "compare/isolation-manifests.h"
#include "compare/isolation-names.h"
#include "compare/isolation-readings.h"
#include "compare/isolation-search.h"
#include "model/definition.h"
#include "model/json.h"
#include "model/pointer.h"
#include "model/set.h"
#include "model/workload-placeholders.h"

#define READINGS_MAX 4			/* a reading of a reading of a reading */
#define WHERE_BYTES_MAX 65536
/* Nobody acknowledges hundreds of findings one by one; the same
 * name in many places is then one. */
#define GROUPED_FROM 300u

/* --- readings of a string --- */

static void search_reading(struct isolation_search *search, const char *text, int readings);

/* A decoded text is read as any other, up to READINGS_MAX layers deep. */
static void
search_base64(struct isolation_search *search, const char *text, int readings)
{
	for (size_t at = 0, n; text[at]; at += n ? n : 1) {
		char *decoded = reading_of_base64(text + at, &n);

		if (decoded)
			search_reading(search, decoded, readings);
		free(decoded);
	}
}

/* A reading may hold another one, base64 of an escaped text; how deep is bounded, since a
 * text can be made that always holds one more. */
static void
search_reading(struct isolation_search *search, const char *text, int readings)
{
	char *left, *other;

	if (readings >= READINGS_MAX || strlen(text) > READING_BYTES_MAX)
		return;
	left = xstrdup(text);
	reading_hide_encoded(left);
	isolation_hide_own(search, left);
	if (!search->only_names)
		isolation_search_hosts(search, left);
	search->looked_to = 0;
	isolation_hide_objects(search, left);
	if (!search->only_hosts || isolation_is_reference(text))
		isolation_search_names(search, left);
	free(left);
	other = reading_unescape(text);
	if (other)
		search_reading(search, other, readings + 1);
	free(other);
	search_base64(search, text, readings + 1);
}

/* The values that it stands for are looked at by themselves: only what comes of putting them
 * together is new here. */
static bool
is_found_in_values(const struct isolation_search *search, const char *names)
{
	for (size_t i = 0; i < search->first; i++) {
		const struct isolation_finding *f = &search->findings->items[i];

		if (strncmp(f->where, "values/", 7) == 0 && strcasecmp(f->names, names) == 0)
			return true;
	}
	return false;
}

/* What is found is counted from here, so that one text gives each finding once. */
static void
string_begin(struct isolation_search *search, const char *where, const char *key, const char *text)
{
	search->first = search->findings->count;
	search->where = where;
	search->key = key;
	search->text = text;
	search->looked_to = 0;
	json_object_clear(search->found);
}

/* A text in which "${" is no placeholder: what stands there is read as it is. */
static void
search_literal(struct isolation_search *search, const char *where, const char *key,
	       const char *text)
{
	string_begin(search, where, key, text);
	search_reading(search, text, 0);
}

/* Twice: as it is written, and with its values put in, since "${values.A}.${values.B}" may name
 * what neither of them does. */
static void
search_text(struct isolation_search *search, const char *where, const char *key, const char *text)
{
	size_t plain;
	bool put_in;
	char *read;

	string_begin(search, where, key, text);
	read = reading_fill_in(NULL, text, &put_in);
	search_reading(search, read, 0);
	free(read);
	plain = search->findings->count;
	read = reading_fill_in(search->isolation->values, text, &put_in);
	if (put_in)
		search_reading(search, read, 0);
	free(read);
	while (search->findings->count > plain &&
	       is_found_in_values(search,
				  search->findings->items[search->findings->count - 1].names))
		isolation_drop_last(search->findings);
}

/* Base64 that is never read as it is written: only what it stands for, if that is a text. */
static void
search_bytes(struct isolation_search *search, const char *where, const char *key, const char *text)
{
	string_begin(search, where, key, text);
	search_base64(search, text, 1);
}

/* Whether placeholders are resolved there: in a workload, not everywhere. */
static bool
takes_placeholders(const char *path)
{
	static const char modules[] = "/modules/";
	const char *below = strncmp(path, modules, strlen(modules)) == 0
				    ? strchr(path + strlen(modules), '/') : NULL;

	return !below || workload_place_is_any(below);
}

static void
search_string(struct isolation_search *search, const json_t *s, const char *path, const char *key)
{
	bool is_read;

	search->only_names = strcmp(key, "image") == 0;
	is_read = !isolation_is_account(key) && isolation_is_read(search, path);
	if (is_read && isolation_is_bytes(path))
		search_bytes(search, path, key, json_string_value(s));
	else if (is_read && takes_placeholders(path))
		search_text(search, path, key, json_string_value(s));
	else if (is_read)
		search_literal(search, path, key, json_string_value(s));
	search->only_names = search->only_hosts = false;
	isolation_search_accounts(search, s, path, key);
}

/* As deep as json_decode() lets a body be. */
static void
search_value(struct isolation_search *search, const json_t *value, struct buf *path,
	     const char *key)
{
	size_t i, length = path->length;
	const char *member;
	json_t *child;

	if (json_is_string(value))
		search_string(search, value, buf_str(path), key);
	if (json_object_get(value, "roleRef"))
		isolation_search_binding(search, value, buf_str(path));
	json_object_foreach((json_t *)(uintptr_t)value, member, child) {
		search->option = strcmp(member, "value") == 0 ? json_member_string(value, "name")
							      : NULL;
		pointer_append(path, member);
		search_value(search, child, path, isolation_called_by(buf_str(path), key, member));
		path->length = length;
		path->data[length] = '\0';
	}
	json_array_foreach((json_t *)(uintptr_t)value, i, child) {
		char index[24];

		snprintf(index, sizeof(index), "%zu", i);
		search->option = i > 0 ? json_string_value(json_array_get(value, i - 1)) : NULL;
		pointer_append(path, index);
		search_value(search, child, path, key);
		path->length = length;
		path->data[length] = '\0';
	}
}

/* --- resources --- */

/* A definition whose resource is the same for everybody who matches it. */
static bool
is_static(const struct definition *definition)
{
	const char *driver = untrusted_raw(&definition->driver_type);
	const char *last = strrchr(driver, '/');

	last = last ? last + 1 : driver;
	return strcmp(last, "static") == 0 || strcmp(last, "echo") == 0;
}

/* What a definition says to its driver, as far as it leads to the source: a machine that several
 * environments have their own databases on is meant to be shared. */
static void
search_inputs(struct isolation_search *search, const char *where,
	      const struct definition *definition)
{
	struct isolation_findings *all = search->findings;
	size_t kept = all->count;
	struct buf path;

	buf_init(&path, WHERE_BYTES_MAX);
	(void)buf_puts(&path, where);
	search_value(search, json_object_get(definition->driver_inputs, "values"), &path, "");
	buf_clear(&path);
	for (size_t i = kept; i < all->count; i++) {
		struct isolation_finding f = all->items[i];

		if (f.kind == ISOLATION_ENVIRONMENT ||
		    (f.kind == ISOLATION_SAME_HOST && is_static(definition))) {
			all->items[i] = all->items[kept];
			all->items[kept++] = f;
		}
	}
	while (all->count > kept)
		isolation_drop_last(all);
}

/* A static definition that serves both is the same thing for both.  Any other driver makes a new
 * one, and then only its inputs can lead back. */
static void
search_resource(struct isolation_search *search, const char *res_id, const json_t *declaration)
{
	const struct isolation *isolation = search->isolation;
	struct match_request clone = isolation->clone, source = isolation->source;
	const char *type = json_member_string(declaration, "type");
	const char *class = json_member_string(declaration, "class");
	const struct definition *its;
	char *where;

	if (!type || !isolation->definitions)
		return;
	clone.type = source.type = type;
	clone.resource_class = source.resource_class = class ? class : "default";
	clone.res_id = source.res_id = res_id;
	its = match_definition(isolation->definitions, &clone);
	if (!its)
		return;
	where = xasprintf("resources/%s", res_id);
	if (is_static(its) && its == match_definition(isolation->definitions, &source)) {
		string_begin(search, where, "", type);
		isolation_add(search, ISOLATION_RESOURCE, untrusted_raw(&its->id));
	} else {
		search_inputs(search, where, its);
	}
	free(where);
}

static void
search_resources(struct isolation_search *search)
{
	const struct set *set = search->isolation->set;
	const char *name, *module;
	json_t *declaration, *body;

	json_object_foreach(set_shared(set), name, declaration) {
		char *id = xasprintf("shared.%s", name);

		search_resource(search, id, declaration);
		free(id);
	}
	json_object_foreach(set_modules(set), module, body)
		json_object_foreach(json_object_get(body, "externals"), name, declaration) {
			char *id = xasprintf("modules.%s.externals.%s", module, name);

			search_resource(search, id, declaration);
			free(id);
		}
}

/* Values come first: what a string only repeats from a value is
 * found there and dropped here. */
void
isolation_find(struct isolation_findings *findings, const struct isolation *isolation)
{
	struct isolation_search search;
	const char *key;
	json_t *value;
	struct buf path;

	isolation_search_begin(&search, findings, isolation);
	json_object_foreach((json_t *)(uintptr_t)isolation->values, key, value) {
		char *where = xasprintf("values/%s", key);

		if (json_is_string(value))
			search_text(&search, where, key, json_string_value(value));
		free(where);
	}
	buf_init(&path, WHERE_BYTES_MAX);
	if (isolation->set) {
		(void)buf_puts(&path, "/modules");
		search_value(&search, set_modules(isolation->set), &path, "");
		buf_clear(&path);
		(void)buf_puts(&path, "/shared");
		search_value(&search, set_shared(isolation->set), &path, "");
		search_resources(&search);
	}
	buf_clear(&path);
	if (findings->count > GROUPED_FROM)
		isolation_group(findings);
	isolation_search_end(&search);
}

void
isolation_find_in_text(struct isolation_findings *findings, const struct isolation *isolation,
		       const char *where, const char *text)
{
	const char *key = strrchr(where, '/');
	struct isolation_search search;

	isolation_search_begin(&search, findings, isolation);
	search_literal(&search, where, key ? key + 1 : where, text);
	isolation_search_end(&search);
}
