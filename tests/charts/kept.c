/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * kept keep|object|changes|keys: what a set makes of objects, for tests/charts/charts.py.
 *
 *	keep     a List from standard input as {KEY: kept object}
 *	object   such an object as a List again, its placeholders resolved as a driver gets it
 *	changes  {"from": {KEY: kept}, "to": {KEY: kept}} as a review says it, a line for each change
 *	keys     the table of lists with keys (of whatever is read), as [[LIST, KEY, ...], ...]
 */
#include "config.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "compare/changes.h"
#include "model/manifests.h"
#include "model/merge-keys.h"
#include "model/placeholder.h"
#include "model/set.h"
#include "model/workload-placeholders.h"

static void
fail_with(const struct error *err)
{
	fprintf(stderr, "kept: %s\n", err->text);
	exit(1);
}

static json_t *
keep_all(const json_t *list)
{
	json_t *out = json_object(), *object;
	struct error err = {0};
	size_t i;

	json_array_foreach(json_object_get(list, "items"), i, object) {
		json_t *kept = manifest_keep(object, &err);
		char *key = manifest_key(object);

		if (!kept)
			fail_with(&err);
		json_object_set_new(out, key, kept);
		free(key);
	}
	return out;
}

static json_t *
objects_of(const json_t *kept)
{
	json_t *items = json_array(), *value;
	struct error err = {0};
	const char *key;

	json_object_foreach((json_t *)kept, key, value) {
		json_t *plain = placeholder_resolve_some(value, "/spec/manifests/x",
							 workload_place_is_public,
							 placeholder_find_none, NULL, NULL, &err);
		json_t *object = plain ? manifest_object(plain, &err) : NULL;

		if (!object)
			fail_with(&err);
		json_array_append_new(items, object);
		json_decref(plain);
	}
	return json_pack("{s:s, s:s, s:o}", "kind", "List", "apiVersion", "v1", "items", items);
}

static struct set *
set_of(json_t *kept)
{
	struct error err = {0};
	struct set *set = set_take(json_pack("{s:{s:{s:s, s:{s:O}}}}", "modules", "all", "profile",
					     MANIFESTS_PROFILE, "spec", "manifests", kept),
				   &err);

	if (!set)
		fail_with(&err);
	return set;
}

static void
say_changes(const json_t *both)
{
	struct set *from = set_of(json_object_get(both, "from"));
	struct set *to = set_of(json_object_get(both, "to"));
	struct changes changes;

	changes_between(&changes, from, to);
	for (size_t i = 0; i < changes.count; i++)
		printf("%s: %s > %s\n", changes.items[i].label,
		       changes.items[i].from ? changes.items[i].from : "",
		       changes.items[i].to ? changes.items[i].to : "");
	changes_clear(&changes);
	set_unref(from);
	set_unref(to);
}

static json_t *
all_keys(void)
{
	json_t *rows = json_array();
	const struct merge_key *row;

	for (size_t i = 0; (row = merge_key(i)); i++) {
		json_t *words = json_pack("[s, s]", row->list, row->keys[0]);

		if (row->keys[1])
			json_array_append_new(words, json_string(row->keys[1]));
		json_array_append_new(rows, words);
	}
	return rows;
}

int
main(int argc, char **argv)
{
	json_error_t problem;
	json_t *in = json_loadf(stdin, 0, &problem), *out = NULL;
	const char *what = argc == 2 ? argv[1] : "";

	if (!in) {
		fprintf(stderr, "kept: %s\n", problem.text);
		return 1;
	}
	if (strcmp(what, "keep") == 0)
		out = keep_all(in);
	else if (strcmp(what, "object") == 0)
		out = objects_of(in);
	else if (strcmp(what, "keys") == 0)
		out = all_keys();
	else if (strcmp(what, "changes") == 0)
		say_changes(in);
	if (out)
		json_dumpf(out, stdout, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(out);
	json_decref(in);
	return 0;
}
