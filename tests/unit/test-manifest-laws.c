/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The two laws of objects in a set, on whatever is drawn: what comes back means the same to a
 * cluster, and keeping it again is the same bytes. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "kept-manifests.h"
#include "model/json.h"
#include "model/manifests.h"
#include "model/merge-keys.h"
#include "model/placeholder.h"
#include "model/workload-placeholders.h"
#include "property.h"
#include "quoted-json.h"

static const char *const names[] = {"b",     "a", "web", "a/b", "${x}",
				    "A", "after", "9", "z-1", "containers"};
#define NAMES (sizeof(names) / sizeof(names[0]))

static json_t *
draw_text(struct source *source)
{
	static const char *const texts[] = {"x", "", "$(A)", "$(b) ${y} $(a)", "$$(A)", "$\\{q}", "TCP",
					    "1"};

	return json_string(texts[source_draw(source, sizeof(texts) / sizeof(texts[0]))]);
}

/* An item of that list, mostly with a key. */
static json_t *
draw_item(struct source *source, const struct merge_key *row)
{
	json_t *item = json_object();

	for (size_t i = 0; i < 2 && row->keys[i]; i++) {
		if (source_draw(source, 20) == 19)
			continue;
		if (i == 0 && row->is_number)
			json_object_set_new(item, row->keys[i],
					    json_integer(1 + source_draw(source, 9)));
		else if (i == 0)
			json_object_set_new(item, row->keys[i],
					    json_string(names[source_draw(source, NAMES)]));
		else if (source_draw(source, 2))
			json_object_set_new(item, row->keys[i],
					    json_string(source_draw(source, 2) ? "UDP" : "TCP"));
	}
	if (source_draw(source, 2))
		json_object_set_new(item, "value", draw_text(source));
	if (source_draw(source, 30) == 29)
		json_object_set_new(item, MERGE_AFTER, draw_text(source));
	if (source_draw(source, 4) == 3)
		json_object_set_new(item, "inside", json_pack("{s:[{s:s, s:s}]}", "env", "name",
							      "env", "value", "x"));
	return item;
}

static json_t *
draw_list(struct source *source, const struct merge_key *row)
{
	json_t *list = json_array();

	for (unsigned left = source_draw(source, 6); left > 0; left--)
		json_array_append_new(list, draw_item(source, row));
	return list;
}

/* Lists of the table wherever they like to be, and other things under their names. */
static json_t *
draw_part(struct source *source, int depth, bool is_custom)
{
	json_t *part = json_object(), *member;

	for (unsigned left = source_draw(source, 5); left > 0; left--) {
		size_t i = source_draw(source, 16);
		const struct merge_key *row = merge_key(i);
		const char *name = row ? row->list : names[source_draw(source, NAMES)];
		unsigned what = source_draw(source, is_custom ? 6 : 4);

		if (what < 3 && row)
			member = draw_list(source, row);
		else if (what < 4 || depth == 0)
			member = draw_text(source);
		else
			member = draw_part(source, depth - 1, is_custom);
		json_object_set_new(part, name, member);
	}
	if (depth > 0 && source_draw(source, 2))
		json_object_set_new(part, is_custom ? "{env}" : "deeper",
				    draw_part(source, depth - 1, is_custom));
	return part;
}

static json_t *
draw_object(struct source *source, bool is_custom)
{
	json_t *object = parse(is_custom ? "{" HEAD("example.com/v1", "Thing", "x") "}}"
					 : "{" DEPLOYMENT "'spec': {}}");

	json_object_set_new(object, "spec", draw_part(source, 3, is_custom));
	source_note(source, "object", object);
	return object;
}

static int
compare_items(const void *a, const void *b)
{
	char *x = json_canonical(*(json_t *const *)a), *y = json_canonical(*(json_t *const *)b);
	int order = strcmp(x, y);

	free(x);
	free(y);
	return order;
}

static void
sort_items(json_t *list)
{
	size_t count = json_array_size(list);
	json_t **items = xcalloc(count + 1, sizeof(*items));

	for (size_t i = 0; i < count; i++)
		items[i] = json_incref(json_array_get(list, i));
	qsort(items, count, sizeof(*items), compare_items);
	json_array_clear(list);
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, items[i]);
	free(items);
}

/* Puts in the values of the variables before it, as a kubelet does. */
static char *
expand(const char *text, const json_t *values)
{
	struct buf out;

	buf_init(&out, 1u << 20);
	while (*text) {
		size_t length = strncmp(text, "$(", 2) == 0 ? strcspn(text + 2, ")") : 0;
		char *name = length ? xstrndup(text + 2, length) : NULL;
		const char *value = name ? json_member_string(values, name) : NULL;

		if (strncmp(text, "$$", 2) == 0) {
			buf_puts(&out, "$");
			text += 2;
		} else if (value) {
			buf_puts(&out, value);
			text += length + 3;
		} else {
			buf_append(&out, text++, 1);
		}
		free(name);
	}
	return buf_take(&out);
}

/* Of a list of variables: {name: value as the program gets it}, or what is left as it is. */
static json_t *
environment(const json_t *list)
{
	json_t *values = json_object(), *item;
	size_t i;

	json_array_foreach((json_t *)list, i, item) {
		const char *name = json_member_string(item, "name");
		const char *text = json_member_string(item, "value");
		char *expanded = expand(text ? text : "", values);

		if (name)
			json_object_set_new(values, name, json_string(expanded));
		free(expanded);
	}
	return values;
}

/* A program gets the last one of each name. */
static void
drop_earlier(json_t *list)
{
	for (size_t i = json_array_size(list); i-- > 0;) {
		const char *name = json_member_string(json_array_get(list, i), "name");

		for (size_t k = i + 1; name && k < json_array_size(list); k++) {
			const char *later = json_member_string(json_array_get(list, k), "name");

			if (later && strcmp(name, later) == 0) {
				json_array_remove(list, i);
				break;
			}
		}
	}
}

static json_t *meaning(const json_t *value);

/* Where the order means nothing, sorted; variables with what they refer to. */
static json_t *
meaning_of_list(const struct merge_key *row, const json_t *list)
{
	json_t *out = json_array(), *item, *both;
	size_t i;

	json_array_foreach((json_t *)list, i, item) {
		json_t *copy = meaning(item);

		if (row && row->otherwise && json_is_object(copy) &&
		    json_object_get(copy, row->keys[0]) && !json_object_get(copy, row->keys[1]))
			json_object_set_new(copy, row->keys[1], json_string(row->otherwise));
		json_array_append_new(out, copy);
	}
	if (!row || row->order == MERGE_ORDERED)
		return out;
	if (row->order == MERGE_REFERENCES)
		drop_earlier(out);
	both = json_pack("{s:o, s:O}", "env", environment(list), "items", out);
	if (row->order == MERGE_UNORDERED)
		json_object_del(both, "env");
	sort_items(out);
	json_decref(out);
	return both;
}

static json_t *
meaning(const json_t *value)
{
	json_t *out, *member;
	const char *name;

	if (json_is_array(value))
		return meaning_of_list(NULL, value);
	if (!json_is_object(value))
		return json_deep_copy(value);
	out = json_object();
	json_object_foreach((json_t *)value, name, member) {
		const struct merge_key *row = merge_key_of(name, "Deployment");

		if (row && json_is_array(member) && json_array_size(member) == 0)
			continue;
		json_object_set_new(out, name, row && json_is_array(member)
						       ? meaning_of_list(row, member)
						       : meaning(member));
	}
	return out;
}

static bool
is_the_same_to_a_cluster(const json_t *a, const json_t *b, bool is_custom)
{
	json_t *x = is_custom ? json_deep_copy(a) : meaning(a);
	json_t *y = is_custom ? json_deep_copy(b) : meaning(b);
	bool is_same = json_equal(x, y);

	json_decref(x);
	json_decref(y);
	return is_same;
}

static bool
comes_back(struct source *source, bool is_custom)
{
	json_t *object = draw_object(source, is_custom), *kept = keep(object);
	json_t *back = object_of(kept), *again = keep(back);
	char *first = json_canonical(kept), *second = json_canonical(again);
	bool holds = strcmp(first, second) == 0 &&
		     is_the_same_to_a_cluster(object, back, is_custom);

	source_note(source, "kept", kept);
	source_note(source, "back", back);
	free(first);
	free(second);
	json_decref(object);
	json_decref(kept);
	json_decref(back);
	json_decref(again);
	return holds;
}

static bool
built_in_comes_back(struct source *source)
{
	return comes_back(source, false);
}

static bool
custom_comes_back(struct source *source)
{
	return comes_back(source, true);
}

static void
what_is_kept_comes_back_with_the_same_meaning(void **state)
{
	(void)state;
	assert_true(property_holds("an object comes back", built_in_comes_back));
	assert_true(property_holds("a custom resource comes back to the byte", custom_comes_back));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_kept_comes_back_with_the_same_meaning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
