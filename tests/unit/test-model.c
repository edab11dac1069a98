/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The arithmetic of sets: ids, deltas, patches, merges and diffs. */
#include "config.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "compare/changes.h"
#include "compare/diff.h"
#include "compare/effective.h"
#include "compare/merge.h"
#include "compare/word-marks.h"
#include "model/delta.h"
#include "model/image.h"
#include "model/json-text.h"
#include "model/json.h"
#include "model/packed.h"
#include "model/patch.h"
#include "model/pointer.h"
#include "model/set.h"
#include "below-valgrind.h"
#include "quoted-json.h"

static struct set *
parse_set(const char *text)
{
	json_t *body = parse(text);
	struct error err = {0};
	struct set *set = set_decode(body, &err);

	if (!set)
		fail_msg("%s", err.text);
	json_decref(body);
	return set;
}

static void
pointers_follow_rfc_6901_section_5(void **state)
{
	static const struct { const char *pointer, *value; } cases[] = {
		{"", NULL}, {"/foo", "['bar','baz']"}, {"/foo/0", "'bar'"}, {"/", "0"}, {"/a~1b", "1"},
		{"/c%d", "2"}, {"/e^f", "3"}, {"/g|h", "4"}, {"/ ", "7"}, {"/m~0n", "8"},
	};
	json_t *document = parse(
		"{'foo':['bar','baz'],'':0,'a/b':1,'c%d':2,'e^f':3,'g|h':4,' ':7,'m~n':8}");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *want = cases[i].value ? parse(cases[i].value) : json_incref(document);
		struct pointer pointer;

		assert_int_equal(pointer_parse(&pointer, cases[i].pointer, NULL), 0);
		assert_true(json_equal(pointer_find(document, &pointer), want));
		pointer_clear(&pointer);
		json_decref(want);
	}
	json_decref(document);
}

static void
bad_pointers_are_refused(void **state)
{
	static const char *const cases[] = {"a", "/a~", "/a~2", "#/a"};
	struct pointer pointer;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(pointer_parse(&pointer, cases[i], NULL), -1);
}

/* result NULL: refused, and the text names `why`. */
static const struct {
	const char *document, *patch, *result, *why;
} patches[] = {
	{"{'foo':'bar'}", "[{'op':'add','path':'/baz','value':'qux'}]", "{'foo':'bar','baz':'qux'}", NULL},
	{"{'foo':['bar','baz']}", "[{'op':'add','path':'/foo/1','value':'qux'}]", "{'foo':['bar','qux','baz']}", NULL},
	{"{'baz':'qux','foo':'bar'}", "[{'op':'remove','path':'/baz'}]", "{'foo':'bar'}", NULL},
	{"{'foo':['bar','qux','baz']}", "[{'op':'remove','path':'/foo/1'}]", "{'foo':['bar','baz']}", NULL},
	{"{'baz':'qux'}", "[{'op':'replace','path':'/baz','value':'boo'}]", "{'baz':'boo'}", NULL},
	{"{'foo':['bar']}", "[{'op':'add','path':'/foo/-','value':['abc','def']}]", "{'foo':['bar',['abc','def']]}", NULL},
	{"{'a':1}", "[{'op':'add','path':'','value':{'b':2}}]", "{'b':2}", NULL},
	{"{'a':null}", "[{'op':'replace','path':'/a','value':1}]", "{'a':1}", NULL},
	{"{'foo':'bar'}", "[{'op':'add','path':'/baz/bat','value':1}]", NULL, "operation 0"},
	{"{'foo':1}", "[{'op':'replace','path':'/foo','value':2},{'op':'remove','path':'/x'}]", NULL, "operation 1"},
	{"{'foo':[1]}", "[{'op':'add','path':'/foo/2','value':2}]", NULL, "index 2 is out of range"},
	{"{'foo':[1]}", "[{'op':'add','path':'/foo/01','value':2}]", NULL, "not an array index"},
	{"{'foo':[1]}", "[{'op':'remove','path':'/foo/-'}]", NULL, "not an array index"},
	{"{'foo':[]}", "[{'op':'replace','path':'/foo/0','value':1}]", NULL, "does not exist"},
	{"{'foo':1}", "[{'op':'move','from':'/foo','path':'/bar'}]", NULL, "\"move\""},
	{"{'foo':1}", "[{'op':'copy','from':'/foo','path':'/bar'}]", NULL, "\"copy\""},
	{"{'foo':1}", "[{'op':'test','path':'/foo','value':1}]", NULL, "\"test\""},
	{"{'foo':1}", "[{'op':'add','path':'/bar'}]", NULL, "needs a \"value\""},
	{"{'foo':1}", "[{'op':'remove','path':''}]", NULL, "whole document"},
	{"{'foo':1}", "{'op':'remove'}", NULL, "array"},
};

static void
patches_follow_rfc_6902_or_change_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(patches) / sizeof(patches[0]); i++) {
		json_t *document = parse(patches[i].document), *before = json_deep_copy(document);
		json_t *patch = parse(patches[i].patch);
		struct error err = {0};
		json_t *result = patch_apply_encoded(document, patch, &err);

		if (patches[i].result) {
			json_t *want = parse(patches[i].result);

			if (!result || !json_equal(result, want))
				fail_msg("%s: %s", patches[i].patch, err.text);
			json_decref(want);
		} else {
			assert_null(result);
			if (!strstr(err.text, patches[i].why))
				fail_msg("%s: \"%s\" does not say \"%s\"", patches[i].patch,
					 err.text, patches[i].why);
		}
		assert_true(json_equal(document, before));
		json_decref(result);
		json_decref(patch);
		json_decref(before);
		json_decref(document);
	}
}

#define WEB(version) \
	"'web':{'profile':'p','externals':{},'spec':{'containers':{'web':{'id':'web','image':'local/web:" version \
	"','variables':{'A':'1','B':'2'}}}}}"
#define API(version) \
	"'api':{'profile':'p','externals':{},'spec':{'containers':{'api':{'id':'api','image':'local/api:" version \
	"'}}}}"

static void
an_id_depends_on_content_and_not_on_the_order_of_keys(void **state)
{
	struct set *a = parse_set(
		"{'modules':{" WEB("1") "," API("1") "},'shared':{'db':{'type':'sqlite'}}}");
	struct set *b = parse_set("{'shared':{'db':{'type':'sqlite'}},'version':0,'modules':{" API(
		"1") "," WEB("1") "}}");
	struct set *c = parse_set(
		"{'modules':{" WEB("2") "," API("1") "},'shared':{'db':{'type':'sqlite'}}}");
	struct set *empty = set_new();

	(void)state;
	assert_string_equal(set_id(a), set_id(b));
	assert_string_not_equal(set_id(a), set_id(c));
	assert_int_equal(strlen(set_id(a)), 43);
	assert_true(set_id_is_empty(set_id(empty)));
	assert_string_equal(set_module_image(a, "web"), "local/web:1");
	set_unref(a);
	set_unref(b);
	set_unref(c);
	set_unref(empty);
}

static void
an_image_of_another_container_is_changed_there(void **state)
{
	struct set *from = parse_set("{'modules':{'web':{'profile':'p','externals':{},"
				     "'spec':{'containers':{'a':{'image':'r/a:1'},"
				     "'b':{'image':'r/b:1'}}}}}}");
	struct delta *delta = delta_new();
	json_t *encoded;
	char *text;

	(void)state;
	assert_int_equal(delta_set_image(delta, from, "web", "r/b:1", NULL), 0);
	assert_true(delta_is_empty(delta));
	assert_int_equal(delta_set_image(delta, from, "web", "r/b:2", NULL), 0);
	encoded = delta_encode(delta);
	text = json_dumps(json_object_get(json_object_get(encoded, "modules"), "update"), JSON_COMPACT | JSON_SORT_KEYS);
	assert_string_equal(text, "{\"web\":[{\"op\":\"replace\",\"path\":"
				  "\"/spec/containers/b/image\",\"value\":\"r/b:2\"}]}");
	free(text);
	json_decref(encoded);
	delta_free(delta);
	set_unref(from);
}

static void
a_version_change_is_one_leaf_operation(void **state)
{
	struct set *from = parse_set("{'modules':{" WEB("1.4.2") "}}"), *to;
	struct delta *delta = delta_new(), *between;
	struct changes changes;
	json_t *a, *b;

	(void)state;
	assert_int_equal(delta_set_image(delta, from, "web", "local/web:1.4.3", NULL), 0);
	to = delta_apply(delta, from, NULL);
	assert_non_null(to);
	between = delta_between(from, to);
	a = delta_encode(delta);
	b = delta_encode(between);
	assert_true(json_equal(a, b));
	changes_between(&changes, from, to);
	assert_int_equal(changes.count, 1);
	assert_int_equal(changes.workloads, 1);
	assert_true(changes.items[0].is_image);
	assert_string_equal(changes.items[0].label, "image");
	assert_string_equal(changes.items[0].from, "local/web:1.4.2");
	assert_string_equal(changes.items[0].to, "local/web:1.4.3");
	changes_clear(&changes);
	json_decref(a);
	json_decref(b);
	delta_free(delta);
	delta_free(between);
	set_unref(from);
	set_unref(to);
}

static void
the_exact_diff_shows_the_changed_line_and_folds_the_rest(void **state)
{
	struct set *from = parse_set("{'modules':{" WEB("1.4.2") "," API("1") "}}");
	struct set *to = parse_set("{'modules':{" WEB("1.4.3") "," API("1") "}}");
	size_t old = 0, new = 0;
	struct diff diff;

	(void)state;
	diff_between(&diff, from, to, 1);
	assert_int_equal(diff.lines[0].kind, DIFF_HEADER);
	assert_string_equal(diff.lines[0].text, "modules.web.spec.containers.web");
	for (size_t i = 0; i < diff.count; i++) {
		const struct diff_line *line = &diff.lines[i];

		if (line->kind == DIFF_OLD) {
			old++;
			assert_string_equal(line->text, "image: local/web:1.4.2");
			assert_int_equal(line->marks.count, 1);
			assert_int_equal(line->marks.items[0].end - line->marks.items[0].start, 1);
			assert_int_equal(line->text[line->marks.items[0].start], '2');
		}
		if (line->kind == DIFF_NEW) {
			new++;
			assert_string_equal(line->text, "image: local/web:1.4.3");
		}
	}
	assert_int_equal(old, 1);
	assert_int_equal(new, 1);
	assert_int_equal(diff.lines[diff.count - 1].kind, DIFF_FOLD);
	diff_clear(&diff);
	set_unref(from);
	set_unref(to);
}

static void
what_cannot_be_seen_is_shown(void **state)
{
	static const struct {
		const char *from, *to, *from_shown, *to_shown, *old, *new;
	} cases[] = {
		{"'a\\nb'", "'a\\nb\\n'", "\"a\\nb\"", "\"a\\nb\\n\"",
		 "\\ No line break at the end", NULL},
		{"'a\\n'", "'a'", "\"a\\n\"", "\"a\"", "V: |", "V: a"},
		{"'1'", "1", "\"1\" (text)", "1 (number)", "V: \"1\"", "V: 1"},
		{"true", "'true'", "true (boolean)", "\"true\" (text)", "V: true", "V: \"true\""},
		{"'null'", "null", "\"null\" (text)", "null (nothing)", "V: \"null\"", "V: null"},
		{"'{}'", "{}", "\"{}\" (text)", "{} (object)", "V: \"{}\"", "V: {}"},
		{"1.0", "1", "1.0", "1", "V: 1.0", "V: 1"},
		{"9007199254740993", "9007199254740992", "9007199254740993", "9007199254740992",
		 "V: 9007199254740993", "V: 9007199254740992"},
		{"'a'", "'a  '", "\"a\"", "\"a  \"", "V: a", "V: \"a  \""},
		{"''", "' '", "\"\"", "\" \"", "V: \"\"", "V: \" \""},
		{"'a b'", "'a\\u00a0b'", "\"a b\"", "\"a\\u00a0b\"", "V: \"a b\"",
		 "V: \"a\\u00a0b\""},
		{"'\\u00e9'", "'e\\u0301'", "\"\\u00e9\"", "\"e\\u0301\"", "V: \"\\u00e9\"",
		 "V: \"e\\u0301\""},
		{"'paypal'", "'p\\u0430ypal'", "\"paypal\"", "\"p\\u0430ypal\"", "V: \"paypal\"",
		 "V: \"p\\u0430ypal\""},
		{"'a\\nb\\n'", "'a\\r\\nb\\n'", "a\nb\n", "a\r\nb\n", "  a", "  a\r"},
		{"'a\\tb'", "'a\\\\tb'", "\"a\\tb\"", "\"a\\\\tb\"", "V: \"a\\tb\"",
		 "V: \"a\\\\tb\""},
		/* what is plain stays so, other alphabets too */
		{"'1.4.2'", "'1.4.3'", "1.4.2", "1.4.3", "V: 1.4.2", "V: 1.4.3"},
		{"'한글'", "'한글 '", "\"한글\"", "\"한글 \"", "V: 한글", "V: \"한글 \""},
	};
	char text[512];

	(void)state;
	(void)setlocale(LC_ALL, "C.UTF-8");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *old = NULL, *new = NULL;
		struct changes changes;
		struct set *from, *to;
		struct diff diff;

		snprintf(text, sizeof(text), "{'modules':{'w':{'profile':'p','spec':{'V':%s}}}}",
			 cases[i].from);
		from = parse_set(text);
		snprintf(text, sizeof(text), "{'modules':{'w':{'profile':'p','spec':{'V':%s}}}}",
			 cases[i].to);
		to = parse_set(text);
		changes_between(&changes, from, to);
		assert_int_equal(changes.count, 1);
		assert_string_equal(changes.items[0].from, cases[i].from_shown);
		assert_string_equal(changes.items[0].to, cases[i].to_shown);
		diff_between(&diff, from, to, 1);
		for (size_t k = 0; k < diff.count; k++) {
			if (diff.lines[k].kind == DIFF_OLD && !old)
				old = diff.lines[k].text;
			if (diff.lines[k].kind == DIFF_NEW && !new)
				new = diff.lines[k].text;
		}
		assert_string_equal(old, cases[i].old);
		if (cases[i].new)
			assert_string_equal(new, cases[i].new);
		diff_clear(&diff);
		changes_clear(&changes);
		set_unref(from);
		set_unref(to);
	}
	(void)setlocale(LC_ALL, "C");
}

/* As many unchanged lines on either side of a change as were asked for; a fold keeps its own. */
static void
a_fold_keeps_away_from_changes(void **state)
{
	struct set *from = parse_set("{'modules':{'w':{'profile':'p','spec':"
				     "{'a':1,'b':2,'c':3,'d':4,'e':5,'f':6,'g':7,'h':8}}}}");
	struct set *to = parse_set("{'modules':{'w':{'profile':'p','spec':"
				   "{'a':1,'b':2,'c':3,'d':9,'e':5,'f':6,'g':7,'h':8}}}}");
	static const struct { enum diff_line_kind kind; const char *text; } expected[] = {
		{DIFF_HEADER, "modules.w.spec"}, {DIFF_FOLD, ""}, {DIFF_SAME, "c: 3"},
		{DIFF_OLD, "d: 4"}, {DIFF_NEW, "d: 9"}, {DIFF_SAME, "e: 5"}, {DIFF_FOLD, ""},
	};
	struct diff diff;

	(void)state;
	diff_between(&diff, from, to, 1);
	assert_int_equal(diff.count, sizeof(expected) / sizeof(expected[0]));
	for (size_t i = 0; i < diff.count; i++) {
		assert_int_equal(diff.lines[i].kind, expected[i].kind);
		assert_string_equal(diff.lines[i].text, expected[i].text);
	}
	assert_int_equal(diff.lines[6].folded, 3);
	assert_string_equal(diff.lines[6].lines[0].text, "f: 6");
	assert_string_equal(diff.lines[6].lines[2].text, "h: 8");
	assert_int_equal(diff.lines[6].lines[2].number, 8);
	diff_clear(&diff);
	set_unref(from);
	set_unref(to);
}

static void
a_mark_never_cuts_a_character(void **state)
{
	/* The first bytes of both Korean letters are the same. */
	struct set *from = parse_set("{'modules':{'w':{'profile':'p','spec':{'t':'가'}}}}");
	struct set *to = parse_set("{'modules':{'w':{'profile':'p','spec':{'t':'각'}}}}");
	struct diff diff;

	(void)state;
	diff_between(&diff, from, to, 1);
	assert_int_equal(diff.lines[1].kind, DIFF_OLD);
	assert_int_equal(diff.lines[1].marks.items[0].start, strlen("t: "));
	assert_int_equal(diff.lines[1].marks.items[0].end, strlen("t: 가"));
	diff_clear(&diff);
	set_unref(from);
	set_unref(to);
}

/* The text with its marks in brackets. */
static void
assert_marked(const char *text, const struct word_marks *marks, const char *expected)
{
	char shown[4096] = "";
	size_t at = 0;

	for (size_t i = 0; i < marks->count; i++) {
		snprintf(shown + strlen(shown), sizeof(shown) - strlen(shown), "%.*s[%.*s]",
			 (int)(marks->items[i].start - at), text + at,
			 (int)(marks->items[i].end - marks->items[i].start),
			 text + marks->items[i].start);
		at = marks->items[i].end;
	}
	snprintf(shown + strlen(shown), sizeof(shown) - strlen(shown), "%s", text + at);
	assert_string_equal(shown, expected);
}

static void
marks_are_of_the_words_that_differ(void **state)
{
	static const struct { const char *old, *new, *old_marked, *new_marked;
	} cases[] = {
		{"image: web:1.4.2", "image: web:1.4.3", "image: web:1.4.[2]",
		 "image: web:1.4.[3]"},
		/* A version is read as a whole: one sign does not part marks. */
		{"image: web:1.4.2", "image: web:2.0.0-rc1", "image: web:[1.4.2]",
		 "image: web:[2.0.0-rc1]"},
		{"url: http://api.qa.example:80", "url: http://api.live.example:81",
		 "url: http://api.[qa].example:[80]", "url: http://api.[live].example:[81]"},
		/* White space does not part them either; a word does. */
		{"say: one two and three", "say: uno due and tre", "say: [one two] and [three]",
		 "say: [uno due] and [tre]"},
		/* What is only in one of them. */
		{"args: -v --port 80", "args: --port 80 -q", "args: -[v --]port 80",
		 "args: --port 80[ -q]"},
		{"same: a b", "same: a b", "same: a b", "same: a b"},
		{"", "", "", ""},
		{"", "all new", "", "all new"},
		/* Hardly anything in common: the line differs as a whole. */
		{"note: the quick brown fox jumps over a dog",
		 "note: pack my box with five dozen jugs",
		 "note: the quick brown fox jumps over a dog",
		 "note: pack my box with five dozen jugs"},
		{"말: 하나 둘", "말: 하나 셋", "말: 하나 [둘]", "말: 하나 [셋]"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct word_marks of_old, of_new;

		word_marks_between(&of_old, &of_new, cases[i].old, cases[i].new);
		assert_marked(cases[i].old, &of_old, cases[i].old_marked);
		assert_marked(cases[i].new, &of_new, cases[i].new_marked);
		word_marks_clear(&of_old);
		word_marks_clear(&of_new);
	}
}

/* Too many words for the table: what lies between the equal ends is one mark. */
static void
a_very_long_line_has_one_mark(void **state)
{
	char old[4096] = "", new[4096] = "";
	struct word_marks of_old, of_new;

	(void)state;
	for (int i = 0; i < 600; i++) {
		snprintf(old + strlen(old), 8, "%d ", i);
		snprintf(new + strlen(new), 8, "%d ", i == 200 || i == 250 || i == 400 ? 7 : i);
	}
	word_marks_between(&of_old, &of_new, old, new);
	assert_int_equal(of_old.count, 1);
	assert_int_equal(of_new.count, 1);
	assert_memory_equal(old + of_old.items[0].start, "200 ", 4);
	assert_memory_equal(old + of_old.items[0].end - 4, " 400", 4);
	word_marks_clear(&of_old);
	word_marks_clear(&of_new);
}

static void
a_colleagues_change_survives_the_merge(void **state)
{
	struct set *base = parse_set("{'modules':{" WEB("1.4.2") "," API("1.4.2") "}}");
	struct set *theirs = parse_set("{'modules':{" WEB("1.4.2") "," API("1.5.0") "}}");
	struct set *ours = parse_set("{'modules':{" WEB("1.4.3") "," API("1.4.2") "}}");
	struct changes changes;
	struct merge merge;

	(void)state;
	assert_int_equal(merge_sets(&merge, base, theirs, ours, NULL), 0);
	assert_int_equal(merge.conflicts, 0);
	assert_string_equal(set_module_image(merge.result, "web"), "local/web:1.4.3");
	assert_string_equal(set_module_image(merge.result, "api"), "local/api:1.5.0");
	changes_between(&changes, theirs, merge.result);
	assert_int_equal(changes.count, 1);
	changes_clear(&changes);
	merge_clear(&merge);
	set_unref(base);
	set_unref(theirs);
	set_unref(ours);
}

/* Both changed the image and one more leaf each; the one choice does not touch the rest. */
static void
a_conflict_is_decided_by_what_was_chosen(void **state)
{
	static const struct { enum merge_side chosen; const char *web; bool changes; } cases[] = {
		{MERGE_OURS, "local/web:1.4.3", true}, {MERGE_THEIRS, "local/web:1.5.0", false},
	};
	struct set *base = parse_set("{'modules':{" WEB("1.4.2") "," API("1") "}}");
	struct set *theirs = parse_set("{'modules':{" WEB("1.5.0") "," API("2") "}}");
	struct set *ours = parse_set("{'modules':{" WEB("1.4.3") "," API("1") "}}");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = {0};
		struct merge merge;
		size_t at = 0;

		assert_int_equal(merge_sets(&merge, base, theirs, ours, NULL), 0);
		assert_int_equal(merge.undecided, 1);
		while (merge.entries[at].side != MERGE_CONFLICT)
			at++;
		assert_false(merge_choose(&merge, merge.count, MERGE_OURS));
		assert_false(merge_choose(&merge, 1 - at, MERGE_OURS));
		assert_false(merge_choose(&merge, at, MERGE_BOTH));
		assert_int_equal(merge_apply(&merge, base, theirs, ours, &err), -1);
		assert_int_equal(err.kind, ERROR_CONFLICT);
		assert_int_equal(merge.undecided, 1);
		assert_true(merge_choose(&merge, at, MERGE_OURS));
		assert_true(merge_choose(&merge, at, MERGE_CONFLICT));
		assert_int_equal(merge.undecided, 1);
		assert_true(merge_choose(&merge, at, cases[i].chosen));
		assert_int_equal(merge_apply(&merge, base, theirs, ours, &err), 0);
		assert_int_equal(merge.conflicts, 1);
		assert_int_equal(merge.undecided, 0);
		assert_string_equal(set_module_image(merge.result, "web"), cases[i].web);
		assert_string_equal(set_module_image(merge.result, "api"), "local/api:2");
		assert_int_equal(!delta_is_empty(merge.delta), cases[i].changes);
		merge_clear(&merge);
	}
	set_unref(base);
	set_unref(theirs);
	set_unref(ours);
}

/* A whole workload that one side removed can be taken, or left removed. */
static void
a_removed_workload_can_be_chosen_either_way(void **state)
{
	struct set *base = parse_set("{'modules':{" WEB("1.4.2") "}}");
	struct set *theirs = parse_set("{'modules':{}}");
	struct set *ours = parse_set("{'modules':{" WEB("1.4.3") "}}");
	const struct { struct set *theirs, *ours; bool there; } cases[] = {
		{theirs, ours, true}, {ours, theirs, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct merge merge;

		assert_int_equal(merge_sets(&merge, base, cases[i].theirs, cases[i].ours, NULL), 0);
		assert_true(merge_choose(&merge, 0, MERGE_OURS));
		assert_int_equal(merge_apply(&merge, base, cases[i].theirs, cases[i].ours, NULL),
				 0);
		assert_int_equal(set_module_image(merge.result, "web") != NULL, cases[i].there);
		merge_clear(&merge);
	}
	set_unref(base);
	set_unref(theirs);
	set_unref(ours);
}

static void
a_conflict_is_reported_and_never_guessed(void **state)
{
	static const struct { const char *theirs, *ours; size_t conflicts, entries; } cases[] = {
		{"{'modules':{" WEB("1.5.0") "}}", "{'modules':{" WEB("1.4.3") "}}", 1, 1},
		{"{'modules':{" WEB("1.4.3") "}}", "{'modules':{" WEB("1.4.3") "}}", 0, 1},
		{"{'modules':{}}", "{'modules':{" WEB("1.4.3") "}}", 1, 1},
		{"{'modules':{" WEB("1.4.2") "}}", "{'modules':{}}", 0, 1},
		{"{'modules':{" WEB("1.4.2") "," API("1") "}}", "{'modules':{" WEB("1.4.2") "," API("2") "}}", 1, 1},
	};
	struct set *base = parse_set("{'modules':{" WEB("1.4.2") "}}");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct set *theirs = parse_set(cases[i].theirs), *ours = parse_set(cases[i].ours);
		struct merge merge;

		assert_int_equal(merge_sets(&merge, base, theirs, ours, NULL), 0);
		assert_int_equal(merge.conflicts, cases[i].conflicts);
		assert_int_equal(merge.count, cases[i].entries);
		assert_int_equal(merge.result == NULL, cases[i].conflicts > 0);
		merge_clear(&merge);
		set_unref(theirs);
		set_unref(ours);
	}
	set_unref(base);
}

/* A plain random tree; the seed is printed with a failure. */
static json_t *
random_tree(unsigned *seed, int depth)
{
	json_t *object = json_object();
	int n = rand_r(seed) % 4;

	for (int i = 0; i < n; i++) {
		char key[8] = {(char)('a' + rand_r(seed) % 5), '~', '/', '\0'};

		key[1 + rand_r(seed) % 3] = '\0';
		json_object_set_new(object, key, depth > 0 && rand_r(seed) % 2
			? random_tree(seed, depth - 1) : json_integer(rand_r(seed) % 3));
	}
	return object;
}

static struct set *
random_set(unsigned *seed)
{
	json_t *body = json_object(), *modules = json_object();
	struct set *set;

	for (int i = rand_r(seed) % 4; i > 0; i--) {
		char name[2] = {(char)('a' + rand_r(seed) % 4), '\0'};

		json_object_set_new(modules, name, json_pack("{s:s, s:o}", "profile", "p", "spec",
							     random_tree(seed, 3)));
	}
	json_object_set_new(body, "modules", modules);
	set = set_decode(body, NULL);
	json_decref(body);
	assert_non_null(set);
	return set;
}

static void
two_sides_of_a_conflict_never_read_the_same(void **state)
{
#define W(value) "{'modules':{'w':{'profile':'p','spec':{'v':" value "}}}}"
	static const struct { const char *theirs, *ours, *theirs_shown, *ours_shown; } cases[] = {
		{W("'1'"), W("1"), "\"1\" (text)", "1 (number)"}, {W("'a'"), W("'a '"), "\"a\"", "\"a \""},
		{W("'2'"), W("'3'"), "2", "3"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct set *base = parse_set(W("'0'")), *theirs = parse_set(cases[i].theirs);
		struct set *ours = parse_set(cases[i].ours);
		struct merge merge;

		assert_int_equal(merge_sets(&merge, base, theirs, ours, NULL), 0);
		assert_int_equal(merge.conflicts, 1);
		assert_string_equal(merge.entries[0].theirs, cases[i].theirs_shown);
		assert_string_equal(merge.entries[0].ours, cases[i].ours_shown);
		merge_clear(&merge);
		set_unref(base);
		set_unref(theirs);
		set_unref(ours);
	}
#undef W
}

static void
applying_what_is_between_gives_the_other(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= 2000; n++) {
		unsigned seed = n;
		struct set *a = random_set(&seed), *b = random_set(&seed);
		struct delta *delta = delta_between(a, b);
		struct error err = {0};
		struct set *got = delta_apply(delta, a, &err);

		if (!got || strcmp(set_id(got), set_id(b)) != 0)
			fail_msg("seed %u: %s", n, err.text);
		assert_int_equal(delta_is_empty(delta), set_equal(a, b));
		set_unref(got);
		delta_free(delta);
		set_unref(a);
		set_unref(b);
	}
}

static void
composing_equals_applying_one_after_the_other(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= 500; n++) {
		unsigned seed = n;
		struct set *a = random_set(&seed), *b = random_set(&seed), *c = random_set(&seed);
		struct delta *ab = delta_between(a, b), *bc = delta_between(b, c);
		struct error err = {0};
		struct delta *ac = delta_compose(ab, bc, &err);
		struct set *got = ac ? delta_apply(ac, a, &err) : NULL;

		if (!got || strcmp(set_id(got), set_id(c)) != 0)
			fail_msg("seed %u: %s", n, err.text);
		set_unref(got);
		delta_free(ab);
		delta_free(bc);
		delta_free(ac);
		set_unref(a);
		set_unref(b);
		set_unref(c);
	}
}

/* {modules: {remove: [w0, w1, ...]}} */
static struct delta *
removal(size_t from, size_t to)
{
	json_t *ids = json_array(), *body = json_pack("{s:{s:o}}", "modules", "remove", ids);
	struct delta *delta;

	for (size_t i = from; i < to; i++)
		json_array_append_new(ids, json_sprintf("w%zu", i));
	delta = delta_decode(body, NULL);
	json_decref(body);
	return delta;
}

/* One request may hold a hundred thousand changes, and a platform does nothing else meanwhile: a
 * second of a processor is a hundred times what it takes. */
static void
many_changes_of_many_workloads_are_merged_at_once(void **state)
{
	const size_t workloads = below_valgrind() ? 500 : 20000, count = workloads / 10;
	struct delta *earlier = removal(0, workloads), *merged;
	struct delta **later = xcalloc(count, sizeof(*later));
	struct error err = {0};
	json_t *body;
	clock_t began;

	(void)state;
	for (size_t i = 0; i < count; i++)
		later[i] = removal(i, i + 2);
	began = clock();
	merged = delta_compose_all(earlier, later, count, &err);
	assert_true(below_valgrind() || clock() - began < CLOCKS_PER_SEC);
	assert_non_null(merged);
	body = delta_encode(merged);
	assert_int_equal(json_array_size(json_object_get(json_object_get(body, "modules"),
							 "remove")), workloads);
	json_decref(body);
	delta_free(merged);
	delta_free(earlier);
	for (size_t i = 0; i < count; i++)
		delta_free(later[i]);
	free(later);
}

static void
image_references_split_where_registries_do(void **state)
{
	static const struct { const char *reference, *name, *version, *digest; } cases[] = {
		{"local/web:1.4.2", "local/web", "1.4.2", ""},
		{"registry:5000/web", "registry:5000/web", "", ""},
		{"registry:5000/web:1", "registry:5000/web", "1", ""},
		{"web:1@sha256:ab", "web", "1", "sha256:ab"},
		{"", "", "", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct image image;

		image_parse(&image, cases[i].reference);
		assert_string_equal(image.name, cases[i].name);
		assert_string_equal(image.version, cases[i].version);
		assert_string_equal(image.digest, cases[i].digest);
		image_clear(&image);
	}
}

static void
a_digest_that_differs_is_seen(void **state)
{
#define A "1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d1a2b"
#define B "9f8e7d6c5b4a3f2e1d0c9f8e7d6c5b4a3f2e1d0c9f8e7d6c5b4a3f2e1d0c9f8e"
#define C "1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d1a2c"
	static const struct { const char *from, *to, *from_label, *to_label; } cases[] = {
		{"acme/web@sha256:" A, "acme/web@sha256:" B, "sha256:1a2b3c4d…", "sha256:9f8e7d6c…"},
		{"acme/web:1.2@sha256:" A, "acme/web:1.2@sha256:" B, "1.2@sha256:1a2b3c4d…",
		 "1.2@sha256:9f8e7d6c…"},
		{"host:5000/acme/web@sha256:" A, "host:5000/acme/web:1.1@sha256:" B, "sha256:1a2b3c4d…", "1.1"},
		{"web:1.2@sha256:" A, "web:1.3@sha256:" B, "1.2", "1.3"},
		{"web:1.2", "web:1.2@sha256:" A, "1.2", "1.2@sha256:1a2b3c4d…"},
		{"web@sha256:" A, "web@sha256:" C, "sha256:" A, "sha256:" C},	/* the last digit tells */
		{"web", "web@sha256:" A, "web", "sha256:1a2b3c4d…"},
		{"a/web:1", "b/web:1", "a/web:1", "b/web:1"},	/* not the version differs */
		{"web@md5", "web@", "md5", "web@"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *from, *to;

		image_labels(cases[i].from, cases[i].to, &from, &to);
		assert_string_equal(from, cases[i].from_label);
		assert_string_equal(to, cases[i].to_label);
		free(from);
		free(to);
	}
#undef A
#undef B
#undef C
}

/* Only a version or a digest is of the same image. */
static void
what_is_typed_is_a_version_a_digest_or_another_image(void **state)
{
	static const struct { const char *reference, *typed, *wanted; } cases[] = {
		{"acme/web:1.2", "1.3", "acme/web:1.3"},
		{"acme/web:1.2", ":1.3", "acme/web:1.3"},
		{"host:5000/web", "1.3", "host:5000/web:1.3"},
		{"acme/web@sha256:1a", "1.3", "acme/web:1.3"},
		{"acme/web:1.2", "sha256:1a2b", "acme/web@sha256:1a2b"},
		{"acme/web:1.2", "@sha256:1a2b", "acme/web@sha256:1a2b"},
		{"acme/web:1.2", "1.3@sha256:1a2b", "acme/web:1.3@sha256:1a2b"},
		{"acme/web:1.2", "web:1.3", "web:1.3"},
		{"acme/web:1.2", "other/web", "other/web"},
		{"acme/web:1.2", "host:5000/web:1.3@sha256:1a", "host:5000/web:1.3@sha256:1a"},
		{"acme/web:1.2", "other/web@sha256:1a", "other/web@sha256:1a"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *wanted = image_typed(cases[i].reference, cases[i].typed);

		assert_string_equal(wanted, cases[i].wanted);
		free(wanted);
	}
}

static void
json_from_outside_has_limits(void **state)
{
	char deep[200];
	static const char *const bad[] = {"{\"a\":1,\"a\":2}", "[1] x", "", "{\"a\":}", "\"\xff\""};
	struct error err = {0};

	(void)state;
	memset(deep, '[', 100);
	memset(deep + 100, ']', 100);
	assert_null(json_decode(deep, sizeof(deep), &err));
	assert_int_equal(err.kind, ERROR_LIMIT);
	assert_null(json_decode("1\0", 2, &err));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_null(json_decode(bad[i], strlen(bad[i]), &err));
		assert_int_equal(err.kind, ERROR_INPUT);
	}
}

/* Kept is what was written, and a number is shown as the same text. */
static void
numbers_keep_their_text(void **state)
{
	static const struct {
		const char *written, *kept;
	} cases[] = {
		{"0.1", "0.1"}, {"19.99", "19.99"}, {"0.025", "0.025"}, {"-0.5", "-0.5"},
		{"0.30000000000000004", "0.30000000000000004"},	/* it has so many digits */
		{"100", "100"}, {"9223372036854775807", "9223372036854775807"}, {"1.0", "1.0"},
		{"1.10", "\"1.10\""}, {"1e3", "\"1e3\""}, {"1234e56", "\"1234e56\""},
		{"-0", "\"-0\""}, {"0.10000000000000001", "\"0.10000000000000001\""},
		{"9223372036854775808", "\"9223372036854775808\""}, {"1e999", "\"1e999\""},
		{"[1.10,{\"1.10\":\"1.20 \\\" 1.30\"},2]", "[\"1.10\",{\"1.10\":\"1.20 \\\" 1.30\"},2]"},
		{"01", NULL}, {"+1", NULL}, {"1.", NULL}, {".5", NULL}, {"[1.10,]", NULL}, {"1.10.2", NULL},
		{"\"1.10", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *written = cases[i].written;
		struct error err = {0};
		json_t *value = json_decode_keeping(written, strlen(written), &err);
		char *text = json_text(value, 0);

		if (!cases[i].kept && (value || err.kind == ERROR_NONE))
			fail_msg("taken: %s", written);
		else if (cases[i].kept && !value)
			fail_msg("%s: %s", written, err.text);
		else if (cases[i].kept)
			assert_string_equal(text, cases[i].kept);
		free(text);
		json_decref(value);
	}
	assert_null(json_text(NULL, 0));
}

static void
effective_set_has_what_its_placeholders_stand_for(void **state)
{
	struct set *set = parse_set(
		"{'modules':{'web':{'profile':'p','externals':{'dns':{'type':'dns'}},'spec':{"
		"'containers':{'web':{'image':'i:1','variables':{'A':'${values.A} $\\\\{x}',"
		"'B':'${shared.db.path}','C':'${externals.dns.listen}','D':'${context.env.id}'}"
		"}}}}},'shared':{'db':{'type':'sqlite'}}}");
	json_t *values = json_pack("{s:s}", "A", "one"), *outputs, *variables;
	struct effective_source source = {.context = {.env_id = "qa"}};
	struct error err = {0};
	struct set *seen;
	size_t unknown;

	(void)state;
	outputs = json_pack("{s:{s:s}, s:{s:i}}", "shared.db", "path", "/d",
			    "modules.web.externals.dns", "port", 80);
	source.values = values;
	source.outputs = outputs;
	seen = effective_set(set, &source, &unknown, &err);
	assert_non_null(seen);
	variables = json_object_get(
		json_object_get(json_object_get(json_object_get(set_module(seen, "web"), "spec"),
						"containers"),
				"web"),
		"variables");
	assert_string_equal(json_string_value(json_object_get(variables, "A")), "one ${x}");
	assert_string_equal(json_string_value(json_object_get(variables, "B")), "/d");
	/* Only an instance knows that one. */
	assert_string_equal(json_string_value(json_object_get(variables, "C")),
			    "${externals.dns.listen}");
	assert_string_equal(json_string_value(json_object_get(variables, "D")), "qa");
	assert_int_equal(unknown, 1);
	set_unref(seen);
	set_unref(set);
	json_decref(values);
	json_decref(outputs);
}

static void
another_body_of_a_workload_is_a_delta_of_its_leaves(void **state)
{
	json_t *body = json_loads(
		"{\"modules\":{\"web\":{\"profile\":\"p\",\"spec\":{\"a\":{\"b\":1,\"c\":2}}},"
		"\"api\":{\"profile\":\"p\",\"spec\":{}}}}",
		0, NULL);
	json_t *edited = json_loads("{\"profile\":\"p\",\"spec\":{\"a\":{\"b\":1,\"c\":3}}}", 0,
				    NULL),
	       *wire;
	struct set *set = set_decode(body, NULL), *applied;
	char *before = xstrdup(set_id(set));
	struct error err = {0};
	struct delta *delta = delta_of_module(set, "web", edited, &err);
	json_t *number = json_integer(1);

	(void)state;
	assert_non_null(delta);
	wire = delta_encode(delta);
	assert_int_equal(
		json_array_size(json_object_get(
			json_object_get(json_object_get(wire, "modules"), "update"), "web")),
		1);
	applied = delta_apply(delta, set, NULL);
	assert_true(json_equal(set_module(applied, "web"), edited));
	/* The set that it was made from is the one that it was. */
	assert_string_equal(set_id(set), before);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(json_object_get(
		set_module(set, "web"), "spec"), "a"), "c")), 2);
	assert_null(delta_of_module(set, "nobody", edited, &err));
	assert_int_equal(err.kind, ERROR_INPUT);
	err = (struct error){0};
	assert_null(delta_of_module(set, "web", number, &err));
	assert_int_equal(err.kind, ERROR_INPUT);
	set_unref(applied);
	set_unref(set);
	delta_free(delta);
	json_decref(wire);
	json_decref(number);
	json_decref(edited);
	json_decref(body);
	free(before);
}

/* Bytes that packed_write() does not make, each of which would pass where one check is missing. */
static void
packed_bytes_from_outside_have_limits(void **state)
{
#define BYTES(text) {text, sizeof(text) - 1}
	static const struct { const char *bytes; size_t length; } cases[] = {
		BYTES(""), BYTES("x"), BYTES("nn"), BYTES("i1234567"), BYTES("s"), BYTES("s\1"),
		BYTES("s\1a"), BYTES("s\1ab"), BYTES("s\1\0\0"), BYTES("s\2a\0\0"),
		BYTES("s\1\xff\0"), BYTES("s\x81\x80\x80\x80\x80\x80\x80\x80\x80\0a\0"),
		BYTES("a"), BYTES("a\2n"), BYTES("a\xff\xff\xff\x7fn"), BYTES("a\1x"),
		BYTES("o\1"), BYTES("o\1\1a\0"), BYTES("o\1\1anx"), BYTES("o\2\1a\0n\1a\0n"),
		BYTES("o\1\1\xff\0n"), BYTES("r\0\0\0\0\0\0\xf0\x7f"),
	};
	char deep[2 * JSON_DEPTH_MAX + 3], *many = xcalloc(JSON_VALUES_MAX + 10, 1);
	json_t *like = parse("{'a':null}"), *value;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (packed_read(cases[i].bytes, cases[i].length, NULL) ||
		    packed_read(cases[i].bytes, cases[i].length, like))
			fail_msg("case %zu is read", i);
	json_decref(like);
	for (size_t i = 0; i <= JSON_DEPTH_MAX; i++)
		memcpy(deep + 2 * i, "a\1", 2);
	deep[2 * JSON_DEPTH_MAX + 2] = 'n';
	assert_null(packed_read(deep, sizeof(deep), NULL));
	value = packed_read(deep + 2, sizeof(deep) - 2, NULL);
	assert_non_null(value);
	json_decref(value);
	memset(many, 'n', JSON_VALUES_MAX + 10);
	memcpy(many, "a\xc0\x9a\x0c", 4);	/* 200 000 and the array itself */
	assert_null(packed_read(many, 4 + JSON_VALUES_MAX, NULL));
	memcpy(many, "a\xbf\x9a\x0c", 4);
	value = packed_read(many, 4 + JSON_VALUES_MAX - 1, NULL);
	assert_int_equal(json_array_size(value), JSON_VALUES_MAX - 1);
	json_decref(value);
	free(many);
}

/* What lies in several sets at once must be what each of them holds, to the last bit. */
static void
only_what_is_the_same_is_shared(void **state)
{
	json_t *like = parse("{'a':{'x':'1','y':[1,2]},'b':0.0,'c':1,'d':null,'e':{}}");
	json_t *body = parse("{'a':{'x':'1','y':[1,2]},'b':-0.0,'c':1.0,'d':'','e':{'a':{}},'f':1}");
	json_t *copy = json_copy_like(body, like), *again;
	struct buf bytes;

	(void)state;
	buf_init(&bytes, JSON_BYTES_MAX);
	assert_true(packed_write(body, &bytes));
	again = packed_read(bytes.data, bytes.length, like);
	assert_true(json_same(copy, body) && json_same(again, body));
	assert_false(json_same(json_object_get(body, "b"), json_object_get(like, "b")));
	assert_ptr_equal(json_object_get(copy, "a"), json_object_get(like, "a"));
	assert_ptr_equal(json_object_get(again, "a"), json_object_get(like, "a"));
	buf_clear(&bytes);
	json_decref(again);
	json_decref(copy);
	json_decref(body);
	json_decref(like);
}

/* A path names its place whatever the names on the way are, and the operations come in their
 * order. */
static void
a_path_escapes_what_parts_it(void **state)
{
	json_t *from = parse("{'a/b~':{'~1/':'x','/':'y'},'':{'z':1}}");
	json_t *to = parse("{'a/b~':{'~1/':'X','~':'n'},'':{'z':2}}");
	json_t *wanted = parse("[{'op':'replace','path':'//z','value':2},"
			       "{'op':'remove','path':'/a~1b~0/~1'},"
			       "{'op':'add','path':'/a~1b~0/~0','value':'n'},"
			       "{'op':'replace','path':'/a~1b~0/~01~1','value':'X'}]");
	json_t *operations = patch_between_encoded(from, to);

	(void)state;
	assert_true(json_equal(operations, wanted));
	json_decref(operations);
	json_decref(wanted);
	json_decref(from);
	json_decref(to);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pointers_follow_rfc_6901_section_5),
		cmocka_unit_test(bad_pointers_are_refused),
		cmocka_unit_test(patches_follow_rfc_6902_or_change_nothing),
		cmocka_unit_test(an_id_depends_on_content_and_not_on_the_order_of_keys),
		cmocka_unit_test(an_image_of_another_container_is_changed_there),
		cmocka_unit_test(a_version_change_is_one_leaf_operation),
		cmocka_unit_test(the_exact_diff_shows_the_changed_line_and_folds_the_rest),
		cmocka_unit_test(what_cannot_be_seen_is_shown),
		cmocka_unit_test(a_fold_keeps_away_from_changes),
		cmocka_unit_test(a_mark_never_cuts_a_character),
		cmocka_unit_test(marks_are_of_the_words_that_differ),
		cmocka_unit_test(a_very_long_line_has_one_mark),
		cmocka_unit_test(a_colleagues_change_survives_the_merge),
		cmocka_unit_test(a_conflict_is_decided_by_what_was_chosen),
		cmocka_unit_test(a_removed_workload_can_be_chosen_either_way),
		cmocka_unit_test(a_conflict_is_reported_and_never_guessed),
		cmocka_unit_test(two_sides_of_a_conflict_never_read_the_same),
		cmocka_unit_test(applying_what_is_between_gives_the_other),
		cmocka_unit_test(composing_equals_applying_one_after_the_other),
		cmocka_unit_test(many_changes_of_many_workloads_are_merged_at_once),
		cmocka_unit_test(image_references_split_where_registries_do),
		cmocka_unit_test(a_digest_that_differs_is_seen),
		cmocka_unit_test(what_is_typed_is_a_version_a_digest_or_another_image),
		cmocka_unit_test(json_from_outside_has_limits),
		cmocka_unit_test(numbers_keep_their_text),
		cmocka_unit_test(effective_set_has_what_its_placeholders_stand_for),
		cmocka_unit_test(another_body_of_a_workload_is_a_delta_of_its_leaves),
		cmocka_unit_test(packed_bytes_from_outside_have_limits),
		cmocka_unit_test(only_what_is_the_same_is_shared),
		cmocka_unit_test(a_path_escapes_what_parts_it),
	};

	return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
