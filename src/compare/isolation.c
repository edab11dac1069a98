/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Every string is read in several ways: as it is, with its ${values.KEY} put in where the platform
 * does that, decoded where it has percent signs or backslashes, and the base64 in it.  In each
 * reading the hosts are found first (isolation-hosts.c), then the names of environments in what is
 * left (isolation-names.c), so that one reference is one finding.
 */
#include "config.h"

#include "compare/isolation.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/ids.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "compare/hosts.h"
#include "compare/isolation-accounts.h"
#include "compare/isolation-hosts.h"
#include "compare/isolation-manifests.h"
#include "compare/isolation-names.h"
#include "compare/isolation-search.h"
#include "model/definition.h"
#include "model/json.h"
#include "model/pointer.h"
#include "model/set.h"
#include "model/workload-placeholders.h"

#define READINGS_MAX 4			/* a reading of a reading of a reading */
#define TEXT_BYTES_MAX (16u * 1024 * 1024)
#define WHERE_BYTES_MAX 65536
/* Nobody acknowledges hundreds of findings one by one; the same
 * name in many places is then one. */
#define GROUPED_FROM 300u
#define EXCERPT_BYTES 240
#define BASE64_LEAST 16

/* --- findings --- */

bool
isolation_is_found(const struct isolation_search *search, const char *names)
{
	return json_object_get(search->found, names) != NULL;
}

/* What is around the name: whole characters, and not a whole file. */
static char *
excerpt(struct isolation_search *search, const char *name)
{
	const char *text = search->text, *at = strcasestr(text + search->looked_to, name);
	size_t length = strlen(text), start = 0, end = length;

	if (at)
		search->looked_to = (size_t)(at - text);
	if (length <= EXCERPT_BYTES)
		return xstrdup(text);
	if (at && (size_t)(at - text) > EXCERPT_BYTES / 2)
		start = (size_t)(at - text) - EXCERPT_BYTES / 2;
	if (end - start > EXCERPT_BYTES)
		end = start + EXCERPT_BYTES;
	while (start > 0 && ((unsigned char)text[start] & 0xc0) == 0x80)
		start--;
	while (end < length && ((unsigned char)text[end] & 0xc0) == 0x80)
		end++;
	return xasprintf("%s%.*s%s", start > 0 ? "…" : "", (int)(end - start), text + start,
			 end < length ? "…" : "");
}

/* The id is a hash of what and where, not a number: an acknowledgement that is given to a
 * command, or kept with a draft, must mean the same finding the next time. */
void
isolation_add(struct isolation_search *search, enum isolation_kind kind, const char *names)
{
	struct isolation_findings *all = search->findings;
	struct isolation_finding *finding;
	char digest[IDS_SHA256_B64_SIZE], *identity;

	if (isolation_is_found(search, names))
		return;
	json_object_set_new_nocheck(search->found, names, json_true());
	all->items = xreallocarray(all->items, all->count + 1, sizeof(*all->items));
	finding = &all->items[all->count++];
	*finding = (struct isolation_finding){
		.kind = kind, .where = xstrdup(search->where), .text = excerpt(search, names),
		.names = xstrdup(names), .places = 1,
	};
	identity = xasprintf("%d\n%s\n%s", (int)kind, search->where, names);
	ids_sha256_b64(digest, identity, strlen(identity));
	snprintf(finding->id, sizeof(finding->id), "%.12s", digest);
	for (char *c = finding->id; *c; c++)	/* so that it is no option, and can be typed */
		*c = *c == '-' || *c == '_' ? 'x' : *c;
	free(identity);
}

/* --- readings of a string --- */

/* Where a placeholder that begins there ends, and the key if it is ${values.KEY}; 0: it is none. */
static size_t
placeholder_length(const char *text, char *key, size_t size)
{
	const char *end, *from;
	size_t n;

	*key = '\0';
	if (text[0] != '$' || text[1] != '{' || !(end = strchr(text, '}')))
		return 0;
	from = text + 2 + strspn(text + 2, " ");
	if (strncmp(from, "values", 6) == 0) {
		from += 6 + strspn(from + 6, ".['\" ");
		n = strcspn(from, "}]'\" ");
		if (n < size) {
			memcpy(key, from, n);
			key[n] = '\0';
		}
	}
	return (size_t)(end - text) + 1;
}

/* With what is known put in, and holes for the rest.  `put_in`: whether anything was. */
static char *
fill_in(const struct isolation_search *search, const char *text, bool with_values, bool *put_in)
{
	struct buf out;

	*put_in = false;
	buf_init(&out, TEXT_BYTES_MAX);
	(void)buf_puts(&out, "");
	while (*text) {
		char key[256];
		size_t n = placeholder_length(text, key, sizeof(key));
		const char *value = *key && with_values
					    ? json_member_string(search->isolation->values, key)
					    : NULL;

		if (value)
			*put_in = true;
		if (n == 0)
			(void)buf_append(&out, text, 1);
		else if (value)
			(void)buf_puts(&out, value);
		else
			(void)buf_append(&out, "\1", 1);
		text += n ? n : 1;
	}
	return buf_take(&out);
}

/* -1: it is none. */
static int
hex_of(char c)
{
	return c >= '0' && c <= '9'	    ? c - '0'
	       : isxdigit((unsigned char)c) ? (c | 0x20) - 'a' + 10
					    : -1;
}

/* %41 and \u0041, \n, \/ and the like; NULL: there are none. */
static char *
unescape(const char *text)
{
	static const char from[] = "ntr", to[] = "\n\t\r";
	size_t length = strlen(text), n = 0;
	char *out = xcalloc(length + 1, 1);
	bool any = false;

	for (size_t i = 0; i < length; i++) {
		char c = text[i];

		if (c == '%' && hex_of(text[i + 1]) >= 0 && hex_of(text[i + 2]) >= 0) {
			c = (char)(hex_of(text[i + 1]) * 16 + hex_of(text[i + 2]));
			i += 2;
			any = true;
		} else if (c == '\\' && text[i + 1] == 'u' &&
			   strspn(text + i + 2, "0123456789abcdefABCDEF") >= 4) {
			unsigned value = 0;

			for (size_t k = 2; k < 6; k++)
				value = value * 16 + (unsigned)hex_of(text[i + k]);
			c = value < 0x80 ? (char)value : '?';
			i += 5;
			any = true;
		} else if (c == '\\' && text[i + 1]) {
			const char *known = strchr(from, text[++i]);

			c = known ? to[known - from] : text[i];
			any = true;
		}
		out[n++] = c ? c : ' ';
	}
	if (any)
		return out;
	free(out);
	return NULL;
}

static int
value_of_base64(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c == '-' ? '+' : c == '_' ? '/' : c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* NULL: it is no text when decoded. */
static char *
decode_base64(const char *s, size_t n)
{
	char *out = xcalloc(n + 1, 1);
	unsigned bits = 0, count = 0;
	size_t length = 0;

	for (size_t i = 0; i < n; i++) {
		bits = bits << 6 | (unsigned)value_of_base64(s[i]);
		count += 6;
		if (count < 8)
			continue;
		count -= 8;
		out[length] = (char)(bits >> count & 0xff);
		if (!isprint((unsigned char)out[length]) && !isspace((unsigned char)out[length])) {
			free(out);
			return NULL;
		}
		length++;
	}
	return out;
}

static void search_reading(struct isolation_search *search, const char *text, int readings);

/* Shorter runs than BASE64_LEAST are words; a decoded text is read as any other, up to
 * READINGS_MAX layers deep. */
static void
search_base64(struct isolation_search *search, const char *text, int readings)
{
	for (size_t at = 0; text[at];) {
		size_t n = 0;
		char *decoded;

		while (value_of_base64(text[at + n]) >= 0)
			n++;
		decoded = n >= BASE64_LEAST && n % 4 != 1 ? decode_base64(text + at, n) : NULL;
		if (decoded)
			search_reading(search, decoded, readings);
		free(decoded);
		at += n ? n : 1;
	}
}

/* A reading may hold another one, base64 of an escaped text; how deep is bounded, since a
 * text can be made that always holds one more. */
static void
search_reading(struct isolation_search *search, const char *text, int readings)
{
	char *left, *other;

	if (readings >= READINGS_MAX || strlen(text) > TEXT_BYTES_MAX)
		return;
	left = xstrdup(text);
	isolation_hide_own(search, left);
	if (!search->only_names)
		isolation_search_hosts(search, left);
	search->looked_to = 0;
	isolation_hide_objects(search, left);
	if (!search->only_hosts)
		isolation_search_names(search, left);
	free(left);
	other = unescape(text);
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

static void
drop_last(struct isolation_findings *findings)
{
	struct isolation_finding *finding = &findings->items[--findings->count];

	free(finding->where);
	free(finding->text);
	free(finding->names);
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
	read = fill_in(search, text, false, &put_in);
	search_reading(search, read, 0);
	free(read);
	plain = search->findings->count;
	read = fill_in(search, text, true, &put_in);
	if (put_in)
		search_reading(search, read, 0);
	free(read);
	while (search->findings->count > plain &&
	       is_found_in_values(search,
				  search->findings->items[search->findings->count - 1].names))
		drop_last(search->findings);
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
	bool is_read = isolation_is_read(search, path);

	search->only_names = strcmp(key, "image") == 0;
	if (is_read && takes_placeholders(path))
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
	json_object_foreach((json_t *)(uintptr_t)value, member, child) {
		pointer_append(path, member);
		search_value(search, child, path, isolation_called_by(buf_str(path), key, member));
		path->length = length;
		path->data[length] = '\0';
	}
	json_array_foreach((json_t *)(uintptr_t)value, i, child) {
		char index[24];

		snprintf(index, sizeof(index), "%zu", i);
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
		drop_last(all);
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

/* --- what is known before --- */

static void
put_name(json_t *names, const char *name, const char *environment)
{
	char *lower = xstrdup(name);

	for (char *c = lower; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	if (*lower && !json_object_get(names, lower))
		json_object_set_new(names, lower, json_string(environment));
	free(lower);
}

/* How people shorten the usual names. */
static void
put_names(json_t *names, const char *name)
{
	static const struct { const char *name, *shorts[3]; } usual[] = {
		{"production", {"prod", "prd", NULL}}, {"staging", {"stage", "stg", NULL}},
		{"development", {"dev", NULL}},
	};

	put_name(names, name, name);
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		for (size_t k = 0; strcasecmp(name, usual[i].name) == 0 && usual[i].shorts[k]; k++)
			put_name(names, usual[i].shorts[k], name);
}

/* Names of one or two letters would be found everywhere. */
static void
put_host(void *data, const struct host *host)
{
	struct isolation_search *search = data;

	if (!isolation_is_this_machine(host) && !host->is_network &&
	    !isolation_is_neighbour(search, host->name) && strlen(host->name) > 2)
		json_object_set_new(search->hosts, host->name, json_true());
}

static void
put_hosts(struct isolation_search *search, const json_t *value, const char *key)
{
	const char *member, *text = json_string_value(value);
	json_t *child;
	size_t i;

	search->key = key;
	if (text) {
		char *named = isolation_as_host(search, text);

		hosts_find(named ? named : text, put_host, search);
		free(named);
	}
	json_object_foreach((json_t *)(uintptr_t)value, member, child)
		put_hosts(search, child, member);
	json_array_foreach((json_t *)(uintptr_t)value, i, child)
		put_hosts(search, child, key);
}

/* What the parts of the clone call each other: such a name leads to the clone itself. */
static void
put_neighbours(struct isolation_search *search)
{
	const struct set *set = search->isolation->set;
	const char *module, *name;
	json_t *body, *child;

	if (!set)
		return;
	json_object_foreach(set_modules(set), module, body) {
		json_object_set_new(search->neighbours, module, json_true());
		json_object_foreach(json_object_get(json_object_get(body, "spec"), "containers"),
				    name, child)
			json_object_set_new(search->neighbours, name, json_true());
		json_object_foreach(json_object_get(body, "externals"), name, child)
			json_object_set_new(search->neighbours, name, json_true());
		isolation_put_objects(search->objects, body);
	}
	json_object_update(search->neighbours, search->objects);
	json_object_foreach(set_shared(set), name, child)
		json_object_set_new(search->neighbours, name, json_true());
}

static void
search_begin(struct isolation_search *search, struct isolation_findings *findings,
	     const struct isolation *isolation)
{
	json_t *name;
	size_t i;

	*findings = (struct isolation_findings){0};
	*search = (struct isolation_search){
		.isolation = isolation,
		.findings = findings,
		.names = json_object(),
		.hosts = json_object(),
		.neighbours = json_object(),
		.objects = json_object(),
		.found = json_object(),
		.key = "",
	};
	json_array_foreach(isolation->foreign, i, name)
		if (json_is_string(name))
			put_names(search->names, json_string_value(name));
	/* "dev" is no other than the clone's own then */
	json_array_foreach(isolation->own, i, name)
		if (json_is_string(name))
			json_object_del(search->names, json_string_value(name));
	put_neighbours(search);
	put_hosts(search, isolation->outputs, "");
}

static void
search_end(struct isolation_search *search)
{
	json_decref(search->names);
	json_decref(search->hosts);
	json_decref(search->neighbours);
	json_decref(search->objects);
	json_decref(search->found);
}

/* Those that name the same become the first of them. */
static void
group(struct isolation_findings *findings)
{
	json_t *seen = json_object();
	size_t kept = 0;

	for (size_t i = 0; i < findings->count; i++) {
		struct isolation_finding *f = &findings->items[i];
		char *identity = xasprintf("%d %s", (int)f->kind, f->names);
		json_t *at = json_object_get(seen, identity);

		if (at) {
			findings->items[json_integer_value(at)].places++;
			free(f->where);
			free(f->text);
			free(f->names);
		} else {
			json_object_set_new(seen, identity, json_integer((json_int_t)kept));
			findings->items[kept++] = *f;
		}
		free(identity);
	}
	findings->count = kept;
	json_decref(seen);
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

	search_begin(&search, findings, isolation);
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
		group(findings);
	search_end(&search);
}

void
isolation_find_in_text(struct isolation_findings *findings, const struct isolation *isolation,
		       const char *where, const char *text)
{
	const char *key = strrchr(where, '/');
	struct isolation_search search;

	search_begin(&search, findings, isolation);
	search_literal(&search, where, key ? key + 1 : where, text);
	search_end(&search);
}

void
isolation_clear(struct isolation_findings *findings)
{
	while (findings->count > 0)
		drop_last(findings);
	free(findings->items);
	*findings = (struct isolation_findings){0};
}
