/* SPDX-License-Identifier: GPL-3.0-or-later */

/* [set, set, set]: the difference of two leads from one to the other and shows something, and a
 * merge of three is the same from both sides. */
#include "config.h"

#include "fuzz.h"

#include "base/error.h"
#include "compare/changes.h"
#include "compare/diff.h"
#include "compare/merge.h"
#include "compare/values-used.h"
#include "compare/values.h"
#include "model/delta.h"
#include "model/json.h"
#include "model/set.h"

/* What else a set may carry is kept, but is no part of a change. */
static int
is_same(const struct set *a, const struct set *b)
{
	return json_equal(set_modules(a), set_modules(b)) &&
	       json_equal(set_shared(a), set_shared(b));
}

static void
compare(const struct set *a, const struct set *b)
{
	struct delta *delta = delta_between(a, b);
	struct error err = {0};
	struct set *result = delta_apply(delta, a, &err);
	struct changes changes;
	struct diff diff;
	size_t lines = 0;

	assert(result && is_same(result, b));
	changes_between(&changes, a, b);
	diff_between(&diff, a, b, 2);
	for (size_t i = 0; i < diff.count; i++)
		lines += diff_line_is_change(&diff.lines[i]);
	assert(is_same(a, b) ? changes.count == 0 && lines == 0 : changes.count > 0 && lines > 0);
	for (size_t i = 0; i < changes.count; i++)
		assert(!changes.items[i].from || !changes.items[i].to ||
		       strcmp(changes.items[i].from, changes.items[i].to) != 0);
	diff_clear(&diff);
	changes_clear(&changes);
	set_unref(result);
	delta_free(delta);
}

static void
merge(const struct set *base, const struct set *a, const struct set *b)
{
	struct merge one = {0}, two = {0};
	struct error err = {0};
	int first = merge_sets(&one, base, a, b, &err), second = merge_sets(&two, base, b, a, &err);

	assert(first == second);
	if (first == 0) {
		assert(one.conflicts == two.conflicts);
		assert(!one.result || !two.result || is_same(one.result, two.result));
		merge_clear(&one);
		merge_clear(&two);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	json_t *all = json_decode((const char *)bytes, length, NULL);
	struct set *sets[3] = {NULL, NULL, NULL};
	struct error err = {0};
	struct delta *delta = delta_decode(json_array_get(all, 3), &err);

	for (size_t i = 0; i < 3; i++) {
		sets[i] = json_array_get(all, i) ? set_decode(json_array_get(all, i), &err) : NULL;
		json_decref(sets[i] ? values_used_by(sets[i]) : NULL);
	}
	if (sets[0] && sets[1])
		compare(sets[0], sets[1]);
	if (sets[0] && sets[1] && sets[2])
		merge(sets[0], sets[1], sets[2]);
	if (sets[0] && delta)
		set_unref(delta_apply(delta, sets[0], &err));
	delta_free(delta);
	for (size_t i = 0; i < 3; i++)
		set_unref(sets[i]);
	json_decref(all);
	return 0;
}
