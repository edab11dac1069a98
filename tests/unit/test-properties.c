/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The laws of sets, deltas, merges, patches and pointers, on whatever is drawn. */
#include "config.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "compare/changes.h"
#include "compare/diff.h"
#include "compare/merge.h"
#include "compare/visible.h"
#include "model/delta-text.h"
#include "model/delta.h"
#include "model/json-text.h"
#include "model/json.h"
#include "model/packed.h"
#include "model/patch.h"
#include "model/pointer.h"
#include "model/set.h"
#include "property.h"

/* Takes the body. */
static struct set *
decode(struct source *source, const char *name, json_t *body)
{
	struct error err = {0};
	struct set *set = set_decode(body, &err);

	source_note(source, name, body);
	json_decref(body);
	if (!set)
		fail_msg("the generator made no set: %s", err.text);
	return set;
}

static struct set *
draw(struct source *source, const char *name)
{
	return decode(source, name, source_set(source));
}

static struct set *
draw_near(struct source *source, const char *name, const struct set *set)
{
	json_t *body = set_encode(set), *near;

	json_object_del(body, "id");
	near = source_set_near(source, body);
	json_decref(body);
	return decode(source, name, near);
}

static bool
gives(const struct delta *delta, const struct set *base, const struct set *expected)
{
	struct error err = {0};
	struct set *result = delta_apply(delta, base, &err);
	bool same = result && set_equal(result, expected) &&
		    strcmp(set_id(result), set_id(expected)) == 0;

	set_unref(result);
	return same;
}

/* What a delta is after it went over the wire. */
static struct delta *
sent(const struct delta *delta)
{
	json_t *body = delta_encode(delta);
	char *text = json_dumps(body, JSON_COMPACT);
	struct error err = {0};
	json_t *again = json_decode(text, strlen(text), &err);
	struct delta *out = again ? delta_decode(again, &err) : NULL;

	json_decref(again);
	json_decref(body);
	free(text);
	return out;
}

static char *
stored(const struct set *set)
{
	json_t *body = set_encode(set);
	char *text = json_canonical(body);

	json_decref(body);
	return text;
}

/* The delta between their stored texts, and how many slices it took; NULL: it could not be made. */
static json_t *
delta_of_texts(char *from, char *to, size_t whole, size_t *slices, size_t *largest)
{
	struct delta_text *delta = delta_text_new(from, to, whole);
	json_t *body = NULL;
	struct buf out;
	size_t before;
	int more;

	*slices = *largest = 0;
	buf_init(&out, SIZE_MAX / 4);
	do {
		before = out.length;
		more = delta_text_more(delta, &out);
		if (out.length - before > *largest)
			*largest = out.length - before;
		++*slices;
	} while (more > 0);
	if (more == 0)
		body = json_loads(buf_str(&out), 0, NULL);
	buf_clear(&out);
	delta_text_free(delta);
	return body;
}

/* But for the order of what is removed, which means nothing. */
static bool
is_delta_of_texts(const struct set *a, const struct set *b, size_t whole)
{
	struct delta *delta = delta_between(a, b), *made = NULL;
	json_t *body = delta_encode(delta), *modules = json_object_get(body, "modules");
	size_t slices, largest;
	json_t *text = delta_of_texts(stored(a), stored(b), whole, &slices, &largest);
	json_t *of_text = json_object_get(text, "modules");
	bool good = text && (made = delta_decode(text, NULL)) && gives(made, a, b) &&
		    json_equal(json_object_get(text, "shared"), json_object_get(body, "shared")) &&
		    json_equal(json_object_get(of_text, "add"), json_object_get(modules, "add")) &&
		    json_equal(json_object_get(of_text, "update"), json_object_get(modules, "update")) &&
		    json_array_size(json_object_get(of_text, "remove")) ==
			    json_array_size(json_object_get(modules, "remove"));

	json_decref(text);
	json_decref(body);
	delta_free(made);
	delta_free(delta);
	return good;
}

static bool
diff_of_stored_texts_is_the_diff(struct source *source)
{
	struct set *a = draw(source, "a"), *b = draw_near(source, "b", a), *c = draw(source, "c");
	bool good = true;

	for (size_t whole = 0; whole < 2000; whole = 4 * whole + 40)
		good = good && is_delta_of_texts(a, b, whole) && is_delta_of_texts(b, a, whole) &&
		       is_delta_of_texts(a, c, whole) && is_delta_of_texts(a, a, whole);
	set_unref(a);
	set_unref(b);
	set_unref(c);
	return good;
}

static bool
diff_applied_gives_the_other(struct source *source)
{
	struct set *a = draw(source, "a"), *b = draw_near(source, "b", a);
	struct delta *delta = delta_between(a, b), *wire = sent(delta);
	bool good = wire && gives(delta, a, b) && gives(wire, a, b);

	delta_free(wire);
	delta_free(delta);
	set_unref(a);
	set_unref(b);
	return good;
}

static bool
diff_of_strangers_gives_the_other(struct source *source)
{
	struct set *a = draw(source, "a"), *b = draw(source, "b");
	struct delta *delta = delta_between(a, b);
	bool good = gives(delta, a, b) && delta_is_empty(delta) == set_equal(a, b);

	delta_free(delta);
	set_unref(a);
	set_unref(b);
	return good;
}

static bool
diff_of_itself_is_empty(struct source *source)
{
	struct set *a = draw(source, "a");
	struct delta *delta = delta_between(a, a);
	bool good = delta_is_empty(delta) && gives(delta, a, a);

	delta_free(delta);
	set_unref(a);
	return good;
}

/* What is applied shares with the base what it does not change. */
static bool
a_delta_leaves_its_base_alone(struct source *source)
{
	struct set *a = draw(source, "a"), *b = draw_near(source, "b", a);
	json_t *before = set_encode(a), *after;
	struct delta *there = delta_between(a, b), *back = delta_between(b, a);
	bool good = gives(there, a, b) && gives(back, b, a);

	after = set_encode(a);
	good = good && json_equal(before, after);
	delta_free(back);
	delta_free(there);
	json_decref(after);
	json_decref(before);
	set_unref(a);
	set_unref(b);
	return good;
}

/* The same, its members put in the other way round. */
static json_t *
reversed(const json_t *value)
{
	size_t count = json_object_size(value), i = 0;
	const char *key, **keys;
	json_t *out, *member;

	if (json_is_array(value)) {
		out = json_array();
		json_array_foreach((json_t *)value, i, member)
			json_array_append_new(out, reversed(member));
		return out;
	}
	if (!json_is_object(value))
		return json_deep_copy(value);
	keys = xcalloc(count + 1, sizeof(*keys));
	json_object_foreach((json_t *)value, key, member)
		keys[i++] = key;
	out = json_object();
	while (i-- > 0)
		json_object_set_new(out, keys[i], reversed(json_object_get(value, keys[i])));
	free(keys);
	return out;
}

static bool
id_is_of_content_not_of_order(struct source *source)
{
	struct set *a = draw(source, "a"), *b, *c = draw_near(source, "c", a);
	json_t *body = set_encode(a);
	bool good;

	json_object_del(body, "id");
	b = decode(source, "b", reversed(body));
	good = strcmp(set_id(a), set_id(b)) == 0 &&
	       (strcmp(set_id(a), set_id(c)) == 0) == set_equal(a, c);
	json_decref(body);
	set_unref(a);
	set_unref(b);
	set_unref(c);
	return good;
}

static bool
composed_is_one_after_the_other(struct source *source)
{
	struct set *sets[4] = {draw(source, "a")};
	struct delta *steps[3], *ab, *bc, *left, *right;
	bool good;

	for (int i = 0; i < 3; i++) {
		sets[i + 1] = draw_near(source, "next", sets[i]);
		steps[i] = delta_between(sets[i], sets[i + 1]);
	}
	ab = delta_compose(steps[0], steps[1], NULL);
	bc = delta_compose(steps[1], steps[2], NULL);
	left = ab ? delta_compose(ab, steps[2], NULL) : NULL;
	right = bc ? delta_compose(steps[0], bc, NULL) : NULL;
	good = left && right && gives(ab, sets[0], sets[2]) && gives(bc, sets[1], sets[3]) &&
	       gives(left, sets[0], sets[3]) && gives(right, sets[0], sets[3]);
	delta_free(ab);
	delta_free(bc);
	delta_free(left);
	delta_free(right);
	for (int i = 0; i < 3; i++)
		delta_free(steps[i]);
	for (int i = 0; i < 4; i++)
		set_unref(sets[i]);
	return good;
}

/* Whether the merge has no conflict and gives that set, and its delta leads there. */
static bool
merges_to(const struct set *base, const struct set *theirs, const struct set *ours,
	  const struct set *expected)
{
	struct merge merge = {0};
	bool good;

	if (merge_sets(&merge, base, theirs, ours, NULL) != 0)
		return false;
	good = merge.conflicts == 0 && set_equal(merge.result, expected) &&
	       gives(merge.delta, theirs, expected);
	merge_clear(&merge);
	return good;
}

static bool
merge_with_an_unchanged_side_is_the_other(struct source *source)
{
	struct set *a = draw(source, "a"), *b = draw_near(source, "b", a);
	bool good = merges_to(a, a, b, b) && merges_to(a, b, a, b) && merges_to(a, b, b, b) &&
		    merges_to(a, a, a, a);

	set_unref(a);
	set_unref(b);
	return good;
}

/* Changing sides changes who is named, not what comes of it. */
static bool
merge_does_not_depend_on_the_side(struct source *source)
{
	struct set *base = draw(source, "base"), *a = draw_near(source, "a", base);
	struct set *b = draw_near(source, "b", base);
	struct merge one = {0}, two = {0};
	int first = merge_sets(&one, base, a, b, NULL), second = merge_sets(&two, base, b, a, NULL);
	bool good = first == second;

	if (good && first == 0) {
		good = one.count == two.count && one.conflicts == two.conflicts;
		if (good && one.conflicts == 0)
			good = set_equal(one.result, two.result);
	}
	if (first == 0)
		merge_clear(&one);
	if (second == 0)
		merge_clear(&two);
	set_unref(base);
	set_unref(a);
	set_unref(b);
	return good;
}

/* Each place in a value is found again by the pointer that is made of its way. */
static bool
finds_all(json_t *root, json_t *value, struct buf *path)
{
	size_t length = path->length, i;
	struct pointer pointer;
	struct error err = {0};
	const char *key;
	json_t *member;
	char index[24];
	bool good;

	if (pointer_parse(&pointer, buf_str(path), &err) != 0)
		return false;
	good = pointer_find(root, &pointer) == value;
	pointer_clear(&pointer);
	json_object_foreach(value, key, member) {
		pointer_append(path, key);
		good = good && finds_all(root, member, path);
		path->length = length;
		path->data[length] = '\0';
	}
	json_array_foreach(value, i, member) {
		snprintf(index, sizeof(index), "%zu", i);
		pointer_append(path, index);
		good = good && finds_all(root, member, path);
		path->length = length;
		path->data[length] = '\0';
	}
	return good;
}

static bool
pointers_come_back(struct source *source)
{
	json_t *value = source_object(source, 4);
	struct buf path;
	bool good;

	source_note(source, "value", value);
	buf_init(&path, 4096);
	(void)buf_puts(&path, "");
	good = finds_all(value, value, &path);
	buf_clear(&path);
	json_decref(value);
	return good;
}

static bool
patch_between_two_leads_to_the_other(struct source *source)
{
	json_t *a = source_object(source, 4), *b = source_near(source, a, 4), *patch, *result;
	struct error err = {0};
	bool good;

	if (!json_is_object(b)) {
		json_decref(b);
		b = json_object();
	}
	patch = patch_between_encoded(a, b);
	result = patch_apply_encoded(a, patch, &err);
	source_note(source, "a", a);
	source_note(source, "b", b);
	source_note(source, "patch", patch);
	source_note(source, "result", result);
	good = result && json_equal(result, b) && (json_array_size(patch) == 0) == json_equal(a, b);
	json_decref(result);
	json_decref(patch);
	json_decref(a);
	json_decref(b);
	return good;
}

/* Two platforms send the members of one set each in an order of its own. */
static bool
patch_does_not_depend_on_the_order_of_members(struct source *source)
{
	json_t *a = source_object(source, 4), *b = source_near(source, a, 4);
	json_t *other_a = reversed(a), *other_b = reversed(b);
	json_t *patch = patch_between_encoded(a, b), *other = patch_between_encoded(a, other_b);
	json_t *third = patch_between_encoded(other_a, b);
	bool good;

	source_note(source, "a", a);
	source_note(source, "b", b);
	source_note(source, "patch", patch);
	source_note(source, "other", other);
	good = json_equal(patch, other) && json_equal(patch, third);
	json_decref(third);
	json_decref(other);
	json_decref(patch);
	json_decref(other_b);
	json_decref(other_a);
	json_decref(a);
	json_decref(b);
	return good;
}

/* A patch whose last operation cannot be done leaves all as it was. */
static bool
patch_is_done_whole_or_not_at_all(struct source *source)
{
	json_t *a = source_object(source, 3), *b = source_near(source, a, 3);
	json_t *patch = patch_between_encoded(a, json_is_object(b) ? b : a);
	json_t *before = json_deep_copy(a), *whole = json_deep_copy(patch), *result;
	struct error err = {0};
	bool good;

	json_array_append_new(patch, json_pack("{s:s, s:s, s:i}", "op", "replace", "path",
					       "/not/there/at all", "value", 1));
	result = patch_apply_encoded(a, patch, &err);
	source_note(source, "a", a);
	source_note(source, "patch", patch);
	good = !result && err.kind == ERROR_INPUT && json_equal(a, before);
	json_decref(result);
	/* Nor does success touch what it is given. */
	result = patch_apply_encoded(a, whole, &err);
	good = good && result && json_equal(a, before);
	json_decref(result);
	json_decref(whole);
	json_decref(before);
	json_decref(patch);
	json_decref(a);
	json_decref(b);
	return good;
}

static bool
canonical_text_is_the_value(struct source *source)
{
	json_t *value = source_json(source, 4), *other = reversed(value), *again;
	char *text = json_canonical(value), *same = json_canonical(other);
	char *jansson = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
	struct error err = {0};
	bool good;

	source_note(source, "value", value);
	again = json_decode(text, strlen(text), &err);
	/* ids of sets that were written down hold only as long as this is what jansson writes */
	good = again && json_equal(again, value) && json_same(again, value) &&
	       strcmp(text, same) == 0 && strcmp(text, jansson) == 0;
	free(text);
	free(jansson);
	free(same);
	json_decref(again);
	json_decref(other);
	json_decref(value);
	return good;
}

static void
take_element(void *data, const json_t *element)
{
	json_array_append(data, (json_t *)element);
}

/* Entry by entry it is the same list, and where it is none, or damaged, both ways say so. */
static bool
reads_each_as_whole(const char *bytes, size_t length, const json_t *whole)
{
	json_t *list = json_array();
	bool is_list = packed_each(bytes, length, take_element, list);
	bool good = is_list ? json_equal(list, whole) : !json_is_array(whole);

	json_decref(list);
	return good;
}

static bool
what_is_packed_reads_back(struct source *source)
{
	json_t *value = source_json(source, 4), *again;
	struct buf bytes;
	bool good;

	source_note(source, "value", value);
	buf_init(&bytes, JSON_BYTES_MAX);
	good = packed_write(value, &bytes);
	again = packed_read(bytes.data, bytes.length, NULL);
	good = good && again && json_equal(again, value) &&
	       reads_each_as_whole(bytes.data, bytes.length, value);
	json_decref(again);
	/* Neither a part of it nor more than it is read as anything. */
	for (size_t n = 0; good && n < bytes.length; n++) {
		again = packed_read(bytes.data, n, NULL);
		good = !again && reads_each_as_whole(bytes.data, n, NULL);
		json_decref(again);
	}
	good = good && buf_append(&bytes, "n", 1) &&
	       !packed_read(bytes.data, bytes.length, NULL) &&
	       reads_each_as_whole(bytes.data, bytes.length, NULL);
	buf_clear(&bytes);
	json_decref(value);
	return good;
}

static bool
has_text_of(const json_t *a, const json_t *b)
{
	char *x = a ? json_canonical(a) : xstrdup(""), *y = json_canonical(b);
	bool same = strcmp(x, y) == 0;

	free(x);
	free(y);
	return same;
}

/* Of whatever it is read beside, a part of it shared or none. */
static bool
what_is_packed_reads_back_beside_another(struct source *source)
{
	json_t *value = source_json(source, 4), *like = source_json(source, 4), *again;
	json_t *before = json_copy_deep(like);
	struct buf bytes;
	bool good;

	source_note(source, "value", value);
	source_note(source, "like", like);
	buf_init(&bytes, JSON_BYTES_MAX);
	good = packed_write(value, &bytes);
	again = packed_read(bytes.data, bytes.length, like);
	good = good && has_text_of(again, value);
	json_decref(again);
	again = packed_read(bytes.data, bytes.length, value);
	good = good && again && (!json_is_object(value) || again == value);
	json_decref(again);
	for (size_t n = 0; good && n < bytes.length; n++) {
		again = packed_read(bytes.data, n, value);
		good = !again;
		json_decref(again);
	}
	good = good && has_text_of(like, before);
	json_decref(before);
	buf_clear(&bytes);
	json_decref(like);
	json_decref(value);
	return good;
}

/* The same body, read beside another set from JSON and from the cache. */
static struct set *
read_beside(const struct set *like, const json_t *body, bool from_cache)
{
	struct buf bytes;
	struct set *set;

	if (!from_cache)
		return set_decode_like(body, like, NULL);
	buf_init(&bytes, JSON_BYTES_MAX);
	set = packed_write(body, &bytes)
		      ? set_take(packed_read(bytes.data, bytes.length, set_content(like)), NULL)
		      : NULL;
	buf_clear(&bytes);
	return set;
}

static bool
shares_equal_modules(const struct set *a, const struct set *b)
{
	const char *name;
	json_t *module;

	json_object_foreach(set_modules(a), name, module)
		if (json_equal(module, set_module(b, name)) && module != set_module(b, name))
			return false;
	return true;
}

/* What a set is read beside changes nothing of it: not its id, nor what differs. */
static bool
a_set_read_beside_another_is_itself(struct source *source)
{
	struct set *a = draw(source, "a"), *b = draw_near(source, "b", a);
	json_t *body = json_copy(set_content(b)), *change, *wanted;
	json_t *before = json_copy_deep(set_content(a));
	struct delta *delta = delta_between(a, b);
	bool good = true;

	wanted = delta_encode(delta);
	delta_free(delta);
	for (int from_cache = 0; from_cache < 2; from_cache++) {
		struct set *read = read_beside(a, body, from_cache);

		good = good && read && strcmp(set_id(read), set_id(b)) == 0 && set_equal(read, b) &&
		       (from_cache || shares_equal_modules(a, read));
		delta = read ? delta_between(a, read) : delta_new();
		change = delta_encode(delta);
		good = good && has_text_of(change, wanted);
		json_decref(change);
		delta_free(delta);
		set_unref(read);
	}
	good = good && has_text_of(set_content(a), before);
	json_decref(before);
	json_decref(wanted);
	json_decref(body);
	set_unref(a);
	set_unref(b);
	return good;
}

static bool
text_is_what_jansson_writes(struct source *source)
{
	static const size_t flags[] = {
		0, JSON_SORT_KEYS, JSON_ENSURE_ASCII, JSON_INDENT(2) | JSON_SORT_KEYS,
		JSON_INDENT(1) | JSON_ENSURE_ASCII,
	};
	json_t *value = source_json(source, 4);	/* whose numbers have few digits */
	bool good = true;

	source_note(source, "value", value);
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		size_t compact = flags[i] & JSON_MAX_INDENT ? 0 : JSON_COMPACT;
		char *text = json_text(value, flags[i]);
		char *jansson = json_dumps(value, flags[i] | compact | JSON_ENCODE_ANY);

		good = good && strcmp(text, jansson) == 0;
		free(text);
		free(jansson);
	}
	json_decref(value);
	return good;
}

/* --- what no small value reaches --- */

/* As many members as a key's number, in any order: some begin as another ends, some have more than
 * eight bytes in common after that. */
static json_t *
wide_object(size_t count)
{
	json_t *object = json_object();

	for (size_t i = 0; i < count; i++) {
		size_t n = (i * 7919 + 13) % 211;
		char *key = xasprintf("%s%.*s%zu", n % 5 == 0 ? "" : "VARIABLE_",
				      (int)(n % 4 * 7), "LONGER_THAN_EIGHT_BYTES_IN", n / 3);

		json_object_set_new(object, key, json_integer((json_int_t)i));
		free(key);
	}
	return object;
}

/* With something to escape at every place of a word, and around the end of a piece. */
static json_t *
long_text(size_t length)
{
	char *text = xmalloc(length + 1);
	json_t *value;

	memset(text, 'x', length);
	for (size_t i = length % 9; i < length; i += i > 16300 && i < 16500 ? 3 : 97)
		text[i] = "\"\\\n\x01"[i % 4];
	text[length] = '\0';
	value = json_string(text);
	free(text);
	return value;
}

static void
wide_objects_and_long_texts_are_canonical(void **state)
{
	(void)state;
	for (size_t n = 0; n < 120; n++) {
		json_t *value = json_pack("[o, o]", wide_object(n), long_text(16320 + n));
		char *text = json_canonical(value);
		char *jansson = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);

		assert_string_equal(text, jansson);
		free(text);
		free(jansson);
		json_decref(value);
	}
}

/* A set of so many workloads, each of a kilobyte. */
static char *
stored_workloads(int count, const char *value)
{
	json_t *modules = json_object(), *body = json_pack("{s:O, s:{}}", "modules", modules, "shared");
	char name[16], *text;

	for (int i = 0; i < count; i++) {
		char *filler = xasprintf("%s%01000d", value, i);

		snprintf(name, sizeof(name), "w%d", i);
		json_object_set_new(modules, name, json_pack("{s:s, s:{s:s}}", "profile", "p", "spec",
							     "a", filler));
		free(filler);
	}
	text = json_canonical(body);
	json_decref(modules);
	json_decref(body);
	return text;
}

static void
a_big_diff_is_made_in_slices(void **state)
{
	static const struct { const char *from, *to; size_t slices, updates; } cases[] = {
		{"a", "a", 2, 0}, {"a", "b", 2 + 3, 200},
	};
	size_t slices, largest;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *from = stored_workloads(200, cases[i].from);
		char *to = stored_workloads(200, cases[i].to);
		json_t *delta = delta_of_texts(from, to, DELTA_TEXT_WHOLE, &slices, &largest);

		assert_int_equal(json_object_size(json_object_get(json_object_get(delta, "modules"),
								  "update")), cases[i].updates);
		assert_true(slices >= cases[i].slices);
		assert_true(largest < 150 * 1024);
		json_decref(delta);
	}
}

/* A set of one workload, of a megabyte and more. */
static char *
stored_giant(const char *each_hundredth)
{
	struct buf out;

	buf_init(&out, SIZE_MAX / 4);
	(void)buf_puts(&out, "{\"modules\":{\"giant\":{\"spec\":{\"containers\":{\"c\":{\"variables\":{");
	for (int i = 0; i < 20000; i++)
		(void)buf_printf(&out, "%s\"V%05d\":\"%s and some more of it, as long as values are\"",
				 i > 0 ? "," : "", i, i % 100 == 7 ? each_hundredth : "same");
	(void)buf_puts(&out, "}}}}}},\"shared\":{}}");
	return buf_take(&out);
}

static void
a_giant_workload_is_compared_in_slices(void **state)
{
	size_t slices, largest;
	json_t *delta = delta_of_texts(stored_giant("old"), stored_giant("new"), DELTA_TEXT_WHOLE,
				       &slices, &largest);
	json_t *update = json_object_get(json_object_get(delta, "modules"), "update");
	json_t *steps = json_object_get(update, "giant");

	(void)state;
	assert_int_equal(json_array_size(steps), 200);
	assert_string_equal(json_member_string(json_array_get(steps, 0), "path"),
			    "/spec/containers/c/variables/V00007");
	assert_true(slices >= 5);
	assert_true(largest < 48 * 1024);
	json_decref(delta);
}

static void
keys_are_in_the_order_of_what_they_stand_for(void **state)
{
	static const char *const texts[][2] = {
		{"{\"modules\":{\"a\\\"\":{},\"a#\":{}},\"shared\":{}}", "{\"modules\":{},\"shared\":{}}"},
		{"{\"modules\":{\"\\u0001\":{},\"\\n\":{},\"a\\\\\":{},\"ab\":{}},\"shared\":{}}",
		 "{\"modules\":{\"\\n\":{},\"ab\":{}},\"shared\":{}}"},
	};
	size_t slices, largest;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		json_t *delta = delta_of_texts(xstrdup(texts[i][0]), xstrdup(texts[i][1]),
					       DELTA_TEXT_WHOLE, &slices, &largest);

		assert_int_equal(json_array_size(json_object_get(json_object_get(delta, "modules"),
								 "remove")), 2);
		json_decref(delta);
	}
}

static void
a_damaged_text_is_no_delta(void **state)
{
	static const char *const texts[] = {
		"", "7", "{", "{}", "{\"modules\":{}}", "{\"modules\":7,\"shared\":{}}",
		"{\"modules\":{\"b\":{},\"a\":{}},\"shared\":{}}",
		"{\"modules\":{\"a\":{},\"a\":{}},\"shared\":{}}",
		"{\"modules\":{\"a\"},\"shared\":{}}", "{\"modules\":{\"a\":{]},\"shared\":{}}",
		"{\"modules\":{\"a\":\"},\"shared\":{}}", "{\"modules\":{\"a\":},\"shared\":{}}",
		"{\"modules\":{a:1},\"shared\":{}}", "{\"modules\":{},\"shared\":x}",
	};
	size_t slices, largest;

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(texts) / sizeof(texts[0]); i++)
		assert_null(delta_of_texts(xstrdup(texts[i / 2]),
					   xstrdup("{\"modules\":{\"a\":{}},\"shared\":{}}"),
					   i % 2 * DELTA_TEXT_WHOLE, &slices, &largest));
}

/* A text is looked at in words, the last of which begins in the one before it. */
static void
one_byte_to_escape_is_canonical_wherever_it_stands(void **state)
{
	static const char bytes[] = "\"\\\x01\x1f \x7f!#[]";

	(void)state;
	for (size_t n = 0; n < 40 * 40 * (sizeof(bytes) - 1); n++) {
		char text[41] = "", *canonical, *jansson;
		json_t *value;

		memset(text, 'x', n / 40 % 40);
		text[n % 40] = bytes[n / 1600];
		value = json_string(text);
		canonical = json_canonical(value);
		jansson = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
		assert_string_equal(canonical, jansson);
		free(canonical);
		free(jansson);
		json_decref(value);
	}
}

/* --- what is shown --- */

static bool
has_change_that_shows(const struct set *a, const struct set *b)
{
	struct changes changes;
	bool good = false, all = true;

	changes_between(&changes, a, b);
	for (size_t i = 0; i < changes.count; i++) {
		const struct change *c = &changes.items[i];
		bool shows = !c->from != !c->to ||
			     (c->from && c->to && strcmp(c->from, c->to) != 0 &&
			      !visible_looks_same(c->from, c->to));

		good = good || shows;
		all = all && shows;
	}
	changes_clear(&changes);
	return good && all;
}

static bool
is_same_to_read(const char *a, const char *b)
{
	return strcmp(a, b) == 0 || (strspn(a, " ") == strspn(b, " ") && visible_looks_same(a, b));
}

/* An old and a new line that face each other never look the same; one of them may be alone. */
static bool
has_lines_that_show(const struct set *a, const struct set *b)
{
	size_t changed = 0;
	bool good = true;
	struct diff diff;

	diff_between(&diff, a, b, 2);
	for (size_t i = 0; i < diff.count; i++) {
		changed += diff_line_is_change(&diff.lines[i]);
		if (diff.lines[i].kind == DIFF_OLD && i + 1 < diff.count &&
		    diff.lines[i + 1].kind == DIFF_NEW)
			good = good && !is_same_to_read(diff.lines[i].text, diff.lines[i + 1].text);
	}
	diff_clear(&diff);
	return good && changed > 0;
}

static bool
a_difference_always_shows_something(struct source *source)
{
	struct set *a = draw(source, "a"), *b = draw_near(source, "b", a), *c = draw(source, "c");
	bool good = (set_equal(a, b) ||
		     (has_change_that_shows(a, b) && has_lines_that_show(a, b))) &&
		    (set_equal(a, c) || (has_change_that_shows(a, c) && has_lines_that_show(a, c)));

	set_unref(a);
	set_unref(b);
	set_unref(c);
	return good;
}

#define LAWS(X)                                                                            \
	X(diff_applied_gives_the_other)                                                    \
	X(diff_of_strangers_gives_the_other)                                               \
	X(diff_of_itself_is_empty)                                                         \
	X(diff_of_stored_texts_is_the_diff)                                                \
	X(a_delta_leaves_its_base_alone)                                                   \
	X(id_is_of_content_not_of_order)                                                   \
	X(composed_is_one_after_the_other)                                                 \
	X(merge_with_an_unchanged_side_is_the_other)                                       \
	X(merge_does_not_depend_on_the_side)                                               \
	X(pointers_come_back)                                                              \
	X(patch_between_two_leads_to_the_other)                                            \
	X(patch_does_not_depend_on_the_order_of_members)                                   \
	X(patch_is_done_whole_or_not_at_all)                                               \
	X(canonical_text_is_the_value)                                                     \
	X(what_is_packed_reads_back)                                                       \
	X(what_is_packed_reads_back_beside_another)                                        \
	X(a_set_read_beside_another_is_itself)                                             \
	X(text_is_what_jansson_writes)                                                     \
	X(a_difference_always_shows_something)

#define X(law)                                                                             \
	static void test_##law(void **state)                                               \
	{                                                                                  \
		(void)state;                                                               \
		assert_true(property_holds(#law, law));                                    \
	}
LAWS(X)
#undef X

int
main(void)
{
	static const struct CMUnitTest tests[] = {
#define X(law) {#law, test_##law, NULL, NULL, NULL},
		LAWS(X)
#undef X
		cmocka_unit_test(wide_objects_and_long_texts_are_canonical),
		cmocka_unit_test(a_big_diff_is_made_in_slices),
		cmocka_unit_test(a_giant_workload_is_compared_in_slices),
		cmocka_unit_test(keys_are_in_the_order_of_what_they_stand_for),
		cmocka_unit_test(a_damaged_text_is_no_delta),
		cmocka_unit_test(one_byte_to_escape_is_canonical_wherever_it_stands),
	};

	(void)setlocale(LC_ALL, "C.UTF-8");	/* where other alphabets are shown */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
