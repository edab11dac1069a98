/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Shared values as half of a state: read, compared, merged three ways, shown. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "compare/changes.h"
#include "compare/diff.h"
#include "compare/merge.h"
#include "compare/value-changes.h"
#include "compare/values-used.h"
#include "compare/values.h"
#include "model/json.h"
#include "model/set.h"
#include "property.h"
#include "quoted-json.h"

static struct values
list(const char *text)
{
	json_t *body = parse(text);
	struct values values;
	struct error err = {0};

	if (values_decode(&values, body, &err))
		fail_msg("%s", err.text);
	json_decref(body);
	return values;
}

static void
one_odd_member_does_not_take_the_list_away(void **state)
{
	struct values values = list("[{'key':'A','value':'1','is_secret':false,'source':'env'}, 7,"
				    " {'key':null,'value':'2'}, {'key':'B','value':3},"
				    " {'key':'C','value':'','is_secret':true,'source':'app'}]");

	(void)state;
	assert_int_equal(values.count, 2);
	assert_int_equal(values.odd, 3);
	assert_string_equal(values_find(&values, "A")->text, "1");
	assert_true(values_find(&values, "A")->of_env);
	assert_null(values_find(&values, "C")->text);
	assert_null(values_find_own(&values, "C"));
	values_clear(&values);
}

static void
what_may_be_in_an_odd_entry_is_not_told_as_equal(void **state)
{
	struct values odd = list(
		"[{'key':'A','value':'1','is_secret':false},{'key':'B','value':3}]");
	struct values good = list("[{'key':'A','value':'1','is_secret':false}]");
	json_t *a = parse("{'x':'${values.A}'}"), *b = parse("{'x':'${values.B}'}");

	(void)state;
	assert_int_equal(values_compare_used(a, &odd, &good), VALUE_SAME);
	assert_int_equal(values_compare_used(b, &odd, &good), VALUE_UNKNOWN);
	assert_int_equal(values_compare_used(b, &odd, &odd), VALUE_UNKNOWN);
	assert_int_equal(values_compare_used(b, &good, &good), VALUE_SAME);
	assert_int_equal(values_compare_used(b, NULL, &good), VALUE_UNKNOWN);
	values_clear(&odd);
	values_clear(&good);
	json_decref(a);
	json_decref(b);
}

static void
a_version_of_the_list_is_the_same_list(void **state)
{
	struct values values = list("{'id':'v1','values':{'A':{'key':'A','value':'1',"
				    "'is_secret':false,'source':'env'}}}");
	struct error err = {0};
	json_t *nothing = parse("{'error':'x'}");
	struct values none;

	(void)state;
	assert_string_equal(values.version_id, "v1");
	assert_int_equal(values.count, 1);
	assert_int_equal(values_decode(&none, nothing, &err), -1);
	assert_int_equal(err.kind, ERROR_PROTOCOL);
	json_decref(nothing);
	values_clear(&values);
}

static void
secrets_compare_by_what_is_known_of_them(void **state)
{
	static const struct { const char *a, *b; enum value_relation relation;
	} cases[] = {
		{"'fingerprint':'x'", "'fingerprint':'x'", VALUE_SAME},
		{"'fingerprint':'x'", "'fingerprint':'y'", VALUE_DIFFERS},
		{"'fingerprint':'x'", "'secret_key':'k'", VALUE_UNKNOWN},
		/* the same in two environments: the place differs, the secret does not */
		{"'secret_store_id':'sidestaged','secret_key':'a','secret_version':'x'",
		 "'secret_store_id':'sidestaged','secret_key':'b','secret_version':'x'",
		 VALUE_SAME},
		{"'secret_store_id':'vault','secret_key':'a','secret_version':'1'",
		 "'secret_store_id':'vault','secret_key':'b','secret_version':'1'", VALUE_UNKNOWN},
		{"'secret_store_id':'vault','secret_key':'a','secret_version':'1'",
		 "'secret_store_id':'vault','secret_key':'a','secret_version':'2'", VALUE_DIFFERS},
		{"'secret_store_id':'vault','secret_key':'a','secret_version':'2'",
		 "'secret_store_id':'vault','secret_key':'a','secret_version':'2'", VALUE_SAME},
		{"'secret_store_id':'vault','secret_key':'a'",
		 "'secret_store_id':'vault','secret_key':'a'", VALUE_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = xasprintf(
			"[{'key':'A','is_secret':true,%s},{'key':'B','is_secret':true,%s}]",
			cases[i].a, cases[i].b);
		struct values values = list(text);

		assert_int_equal(value_compare(&values.items[0], &values.items[1]),
				 cases[i].relation);
		assert_int_equal(value_compare(&values.items[1], &values.items[0]),
				 cases[i].relation);
		assert_int_equal(value_compare(&values.items[0], NULL), VALUE_MISSING);
		values_clear(&values);
		free(text);
	}
}

static void
what_reads_the_same_and_may_differ_is_named(void **state)
{
	static const char told[] = "[{'key':'A','is_secret':true,'fingerprint':'x'},"
				   "{'key':'B','is_secret':true,'fingerprint':'y'},"
				   "{'key':'T','value':'t'}]";
	static const char untold[] = "[{'key':'A','is_secret':true},{'key':'B','is_secret':true},"
				     "{'key':'C','is_secret':true},{'key':'T','value':'u'}]";
	struct values a = list(untold), b = list(untold), c = list(told);
	char *keys = changes_not_comparable(&a, &b);

	(void)state;
	assert_string_equal(keys, "A, B, C");
	free(keys);
	assert_null(changes_not_comparable(&a, &a));
	assert_null(changes_not_comparable(&c, &c));
	assert_null(changes_not_comparable(&a, NULL));
	/* A difference shows these: they do not read the same. */
	assert_null(changes_not_comparable(&a, &c));
	a.version_id = xstrdup("1");
	b.version_id = xstrdup("1");
	assert_null(changes_not_comparable(&a, &b));
	values_clear(&a);
	values_clear(&b);
	values_clear(&c);
}

static void
finds_every_key_that_a_set_uses(void **state)
{
	json_t *body = parse(
		"{'modules':{'web':{'profile':'p','spec':{'containers':{'c':{'variables':"
		"{'X':'a ${values.TWO} b ${values.ONE}','Y':'$\\\\{values.NOT}',"
		"'Z':'${values[\\\"DO.T\\\"]}','W':'${broken ${values.LAST}'}}}}}},"
		"'shared':{'db':{'type':'s','params':{'p':'${values.PARAM}'}}}}");
	struct set *set = set_take(body, NULL);
	json_t *keys;
	char *text;

	(void)state;
	assert_non_null(set);
	keys = values_used_by(set);
	text = json_canonical(keys);
	assert_string_equal(text, "[\"DO.T\",\"ONE\",\"PARAM\",\"TWO\"]");
	free(text);
	json_decref(keys);
	set_unref(set);
}

static void
values_stand_in_a_difference_beside_workloads(void **state)
{
	struct set *set = set_new();
	struct set *from = set_with_values(set, parse("{'A':'1','B':'2'}"));
	struct set *to = set_with_values(set, parse("{'A':'3','C':'(secret 12)'}"));
	struct changes changes;
	struct diff diff;

	(void)state;
	changes_between(&changes, from, to);
	assert_int_equal(changes.count, 3);
	assert_int_equal(changes.values, 3);
	assert_string_equal(changes.items[0].object, "values");
	assert_string_equal(changes.items[0].label, "value A");
	assert_string_equal(changes.items[0].from, "1");
	assert_string_equal(changes.items[0].to, "3");
	assert_int_equal(changes.items[1].kind, CHANGE_REMOVED);
	assert_string_equal(changes.items[2].to, "(secret 12)");
	changes_clear(&changes);
	diff_between(&diff, from, to, 1);
	assert_true(diff.count > 4);
	assert_string_equal(diff.lines[0].text, "values");
	diff_clear(&diff);
	/* They are no part of what the set is. */
	assert_true(set_equal(from, to));
	assert_string_equal(set_id(from), set_id(set));
	set_unref(from);
	set_unref(to);
	set_unref(set);
}

static void
a_secret_is_in_no_text(void **state)
{
	struct value_changes changes = {0}, again;
	json_t *body;
	char *text;

	(void)state;
	value_changes_put(&changes, &(struct value_change){.kind = VALUE_SET,
							   .key = (char *)"S",
							   .text = (char *)"hunter2",
							   .is_secret = true});
	body = value_changes_encode(&changes);
	text = json_canonical(body);
	assert_null(strstr(text, "hunter2"));
	assert_int_equal(value_changes_decode(&again, body, NULL), 0);
	assert_null(again.items[0].text);
	assert_true(again.items[0].is_secret);
	value_changes_clear(&again);
	value_changes_clear(&changes);
	free(text);
	json_decref(body);
}

/* --- the merge --- */

static void
merges_by_the_environments_own_level(void **state)
{
	/* base, theirs, ours -> what is written; "" for nothing, "!" for a conflict */
	static const struct { const char *base, *theirs, *ours, *written; } cases[] = {
		{"[]", "[]", "[{'key':'A','value':'1','source':'env'}]", "set A 1"},
		{"[{'key':'A','value':'1','source':'env'}]", "[{'key':'A','value':'1','source':'env'}]",
		 "[]", "delete A"},
		{"[{'key':'A','value':'1','source':'env'}]", "[{'key':'A','value':'2','source':'env'}]",
		 "[{'key':'A','value':'1','source':'env'}]", ""},
		{"[{'key':'A','value':'1','source':'env'}]", "[{'key':'A','value':'2','source':'env'}]",
		 "[{'key':'A','value':'2','source':'env'}]", ""},
		{"[{'key':'A','value':'1','source':'env'}]", "[{'key':'A','value':'2','source':'env'}]",
		 "[{'key':'A','value':'3','source':'env'}]", "!"},
		/* what the application says is everybody's, and no change of an environment */
		{"[{'key':'A','value':'1','source':'app'}]", "[{'key':'A','value':'1','source':'app'}]",
		 "[{'key':'A','value':'2','source':'app'}]", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct values base = list(cases[i].base), theirs = list(cases[i].theirs);
		struct values ours = list(cases[i].ours);
		struct set *set = set_new();
		struct merge merge;
		char written[64] = "";

		assert_int_equal(merge_states(&merge, &(struct state){.set = set, .values = &base},
					      &(struct state){.set = set, .values = &theirs},
					      &(struct state){.set = set, .values = &ours}, NULL),
				 0);
		if (merge.undecided)
			strcpy(written, "!");
		else if (merge.values.count)
			snprintf(written, sizeof(written), "%s %s%s%s",
				 merge.values.items[0].kind == VALUE_SET ? "set" : "delete",
				 merge.values.items[0].key, merge.values.items[0].text ? " " : "",
				 merge.values.items[0].text ? merge.values.items[0].text : "");
		assert_string_equal(written, cases[i].written);
		merge_clear(&merge);
		set_unref(set);
		values_clear(&base);
		values_clear(&theirs);
		values_clear(&ours);
	}
}

static void
a_conflict_of_values_is_decided_like_any_other(void **state)
{
	struct values base = list("[{'key':'A','value':'1','source':'env'}]");
	struct values theirs = list("[{'key':'A','value':'2','source':'env'}]");
	struct values ours = list("[{'key':'A','value':'3','source':'env'}]");
	struct set *set = set_new();
	const struct state b = {.set = set, .values = &base}, t = {.set = set, .values = &theirs};
	const struct state o = {.set = set, .values = &ours};
	struct merge merge;

	(void)state;
	assert_int_equal(merge_states(&merge, &b, &t, &o, NULL), 0);
	assert_int_equal(merge.undecided, 1);
	assert_string_equal(merge.entries[0].object, "values");
	assert_int_equal(merge_apply_states(&merge, &b, &t, &o, NULL), -1);
	assert_true(merge_choose(&merge, 0, MERGE_OURS));
	assert_int_equal(merge_apply_states(&merge, &b, &t, &o, NULL), 0);
	assert_int_equal(merge.values.count, 1);
	assert_string_equal(merge.values.items[0].text, "3");
	merge_clear(&merge);
	set_unref(set);
	values_clear(&base);
	values_clear(&theirs);
	values_clear(&ours);
}

static void
a_changed_secret_is_restored_or_said_to_stay(void **state)
{
	struct values base = list(
		"[{'key':'S','is_secret':true,'fingerprint':'a','source':'env'}]");
	struct values ours = list(
		"[{'key':'S','is_secret':true,'fingerprint':'b','source':'env'}]");
	struct set *set = set_new();
	const struct state b = {.set = set, .values = &base};
	struct merge merge;

	(void)state;
	assert_int_equal(merge_states(&merge, &b, &b,
				      &(struct state){.set = set, .values = &ours}, NULL), 0);
	assert_true(merge.entries[0].is_kept);
	assert_int_equal(merge.values.count, 0);
	merge_clear(&merge);
	assert_int_equal(merge_states(&merge, &b, &b,
				      &(struct state){.set = set, .values = &ours,
						      .restorable = "v7"}, NULL), 0);
	assert_int_equal(merge.values.items[0].kind, VALUE_RESTORE);
	assert_string_equal(merge.values.items[0].version_id, "v7");
	merge_clear(&merge);
	set_unref(set);
	values_clear(&base);
	values_clear(&ours);
}

/* --- laws --- */

static struct values
draw(struct source *source, const char *name)
{
	unsigned count = source_draw(source, 6);
	json_t *body = json_array();
	struct values values;

	for (unsigned i = 0; i < count; i++) {
		char key[2] = {(char)('A' + source_draw(source, 5)), 0};
		char text[2] = {(char)('0' + source_draw(source, 3)), 0};
		bool secret = source_draw(source, 4) == 3, own = source_draw(source, 3) > 0;

		json_array_append_new(body,
				      json_pack("{s:s, s:s, s:b, s:s, s:s}", "key", key, "value",
						secret ? "" : text, "is_secret", secret, "source",
						own ? "env" : "app", "fingerprint", text));
	}
	source_note(source, name, body);
	if (values_decode(&values, body, NULL))
		fail_msg("the generator made no list");
	json_decref(body);
	return values;
}

/* Whether a list with the changes written has the same own level as another. */
static bool
leads_to(const struct values *values, const struct value_changes *changes, const struct values *to)
{
	struct values made;
	bool same = true;

	values_apply(&made, values, changes, NULL);
	for (size_t i = 0; i < to->count; i++)
		if (to->items[i].of_env)
			same = same && value_compare(values_find_own(&made, to->items[i].key),
						     &to->items[i]) == VALUE_SAME;
	for (size_t i = 0; i < made.count; i++)
		if (made.items[i].of_env)
			same = same && values_find_own(to, made.items[i].key);
	for (size_t i = 0; i < changes->count; i++)
		same = same && value_change_is_made(&changes->items[i], &made);
	values_clear(&made);
	return same;
}

static bool
an_unchanged_target_becomes_ours(struct source *source)
{
	struct values base = draw(source, "base"), ours = draw(source, "ours");
	struct set *set = set_new();
	struct merge merge;
	bool good;

	good = merge_states(&merge, &(struct state){.set = set, .values = &base},
			    &(struct state){.set = set, .values = &base},
			    &(struct state){.set = set, .values = &ours, .restorable = "v"},
			    NULL) == 0;
	good = good && merge.conflicts == 0 && leads_to(&base, &merge.values, &ours);
	merge_clear(&merge);
	set_unref(set);
	values_clear(&base);
	values_clear(&ours);
	return good;
}

static bool
what_only_they_changed_is_not_written(struct source *source)
{
	struct values base = draw(source, "base"), theirs = draw(source, "theirs");
	struct values ours = draw(source, "ours");
	struct set *set = set_new();
	struct merge merge;
	bool good;

	good = merge_states(&merge, &(struct state){.set = set, .values = &base},
			    &(struct state){.set = set, .values = &theirs},
			    &(struct state){.set = set, .values = &ours, .restorable = "v"},
			    NULL) == 0;
	for (size_t i = 0; i < merge.values.count; i++) {
		const char *key = merge.values.items[i].key;

		good = good && value_compare(values_find_own(&base, key),
					     values_find_own(&ours, key)) != VALUE_SAME;
		good = good && value_compare(values_find_own(&base, key),
					     values_find_own(&theirs, key)) == VALUE_SAME;
	}
	merge_clear(&merge);
	set_unref(set);
	values_clear(&base);
	values_clear(&theirs);
	values_clear(&ours);
	return good;
}

static bool
equal_lists_have_one_digest(struct source *source)
{
	struct values a = draw(source, "a"), b = draw(source, "b");
	char *x = values_digest(&a), *y = values_digest(&b);
	bool good = (strcmp(x, y) == 0) == values_equal(&a, &b);

	free(x);
	free(y);
	values_clear(&a);
	values_clear(&b);
	return good;
}

static bool
changes_come_back_from_their_encoding(struct source *source)
{
	struct values base = draw(source, "base"), ours = draw(source, "ours");
	struct set *set = set_new();
	struct value_changes again;
	struct merge merge;
	json_t *body, *second;
	bool good;

	good = merge_states(&merge, &(struct state){.set = set, .values = &base},
			    &(struct state){.set = set, .values = &base},
			    &(struct state){.set = set, .values = &ours, .restorable = "v"},
			    NULL) == 0;
	body = value_changes_encode(&merge.values);
	good = good && value_changes_decode(&again, body, NULL) == 0;
	second = value_changes_encode(&again);
	good = good && json_equal(body, second) && leads_to(&base, &again, &ours);
	value_changes_clear(&again);
	json_decref(second);
	json_decref(body);
	merge_clear(&merge);
	set_unref(set);
	values_clear(&base);
	values_clear(&ours);
	return good;
}

#define LAWS(X)                                                                            \
	X(an_unchanged_target_becomes_ours)                                                \
	X(what_only_they_changed_is_not_written)                                           \
	X(equal_lists_have_one_digest)                                                     \
	X(changes_come_back_from_their_encoding)

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
		cmocka_unit_test(one_odd_member_does_not_take_the_list_away),
		cmocka_unit_test(what_may_be_in_an_odd_entry_is_not_told_as_equal),
		cmocka_unit_test(a_version_of_the_list_is_the_same_list),
		cmocka_unit_test(secrets_compare_by_what_is_known_of_them),
		cmocka_unit_test(what_reads_the_same_and_may_differ_is_named),
		cmocka_unit_test(finds_every_key_that_a_set_uses),
		cmocka_unit_test(values_stand_in_a_difference_beside_workloads),
		cmocka_unit_test(a_secret_is_in_no_text),
		cmocka_unit_test(merges_by_the_environments_own_level),
		cmocka_unit_test(a_conflict_of_values_is_decided_like_any_other),
		cmocka_unit_test(a_changed_secret_is_restored_or_said_to_stay),
#define X(law) {#law, test_##law, NULL, NULL, NULL},
		LAWS(X)
#undef X
	};

	return cmocka_run_group_tests_name("values", tests, NULL, NULL);
}
