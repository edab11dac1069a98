/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The parts that comparing is made of: where two lists of lines differ, which words of a line, how
 * texts that look the same are told apart, what hosts a text names, what is to be written to
 * shared values. */
#include "config.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "compare/hosts.h"
#include "compare/hunks.h"
#include "compare/value-changes.h"
#include "compare/values.h"
#include "compare/visible.h"
#include "compare/word-marks.h"
#include "model/json.h"

/* --- hunks --- */

#define MANY (1 << 20)

/* "abc" is a list of three lines. */
static size_t
lines_of(const char *text, char **lines)
{
	size_t count = strlen(text);

	for (size_t i = 0; i < count; i++)
		lines[i] = xstrndup(text + i, 1);
	return count;
}

static void
free_lines(char **lines, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(lines[i]);
}

/* "a[1,2)b[1,1) ..." */
static char *
hunks_of(const char *a, const char *b, size_t cells_max)
{
	char *a_lines[64], *b_lines[64], *text = xstrdup("");
	size_t a_count = lines_of(a, a_lines), b_count = lines_of(b, b_lines);
	struct hunks hunks;

	hunks_between(&hunks, a_lines, a_count, b_lines, b_count, cells_max);
	for (size_t i = 0; i < hunks.count; i++) {
		const struct hunk *hunk = &hunks.items[i];
		char *longer = xasprintf("%s%s%zu-%zu:%zu-%zu", text, i ? " " : "", hunk->a_from,
					 hunk->a_to, hunk->b_from, hunk->b_to);

		free(text);
		text = longer;
	}
	hunks_clear(&hunks);
	assert_int_equal(hunks.count, 0);
	free_lines(a_lines, a_count);
	free_lines(b_lines, b_count);
	return text;
}

static void
hunks_are_where_lists_differ(void **state)
{
	static const struct { const char *a, *b, *hunks; } cases[] = {
		{"", "", ""},
		{"abc", "abc", ""},
		{"", "abc", "0-0:0-3"},
		{"abc", "", "0-3:0-0"},
		{"abc", "axc", "1-2:1-2"},
		{"abc", "ac", "1-2:1-1"},
		{"ac", "abc", "1-1:1-2"},
		{"abc", "xbc", "0-1:0-1"},
		{"abc", "abx", "2-3:2-3"},
		{"abc", "xyz", "0-3:0-3"},
		{"abcde", "xbcdy", "0-1:0-1 4-5:4-5"},
		{"abcdef", "acef", "1-2:1-1 3-4:2-2"},
		{"aaa", "aa", "2-3:2-2"},
		{"abab", "baba", "0-1:0-0 4-4:3-4"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *hunks = hunks_of(cases[i].a, cases[i].b, MANY);

		if (strcmp(hunks, cases[i].hunks) != 0)
			fail_msg("%s to %s: %s", cases[i].a, cases[i].b, hunks);
		free(hunks);
	}
}

static void
what_costs_too_much_is_one_hunk(void **state)
{
	char *hunks = hunks_of("AxbxcxB", "AybycyB", 4);

	(void)state;
	assert_string_equal(hunks, "1-6:1-6");
	free(hunks);
	hunks = hunks_of("AxbxcxB", "AybycyB", MANY);
	assert_string_equal(hunks, "1-2:1-2 3-4:3-4 5-6:5-6");
	free(hunks);
	hunks = hunks_of("abc", "abc", 0);		/* what is equal costs nothing */
	assert_string_equal(hunks, "");
	free(hunks);
}

/* Of the length of the longest common subsequence, computed the plain way. */
static size_t
common_of(const char *a, const char *b)
{
	size_t table[16][16] = {{0}}, m = strlen(a), n = strlen(b);

	for (size_t i = 1; i <= m; i++)
		for (size_t k = 1; k <= n; k++)
			table[i][k] = a[i - 1] == b[k - 1] ? table[i - 1][k - 1] + 1
				      : table[i - 1][k] > table[i][k - 1] ? table[i - 1][k]
									  : table[i][k - 1];
	return table[m][n];
}

static void
the_way_is_the_shortest(void **state)
{
	(void)state;
	srand(7);
	for (int round = 0; round < 3000; round++) {
		char a[13] = "", b[13] = "", *a_lines[13], *b_lines[13];
		size_t a_count, b_count, removed = 0, added = 0;
		struct hunks hunks;

		for (int i = rand() % 12; i > 0; i--)
			a[strlen(a)] = (char)('a' + rand() % 3);
		for (int i = rand() % 12; i > 0; i--)
			b[strlen(b)] = (char)('a' + rand() % 3);
		a_count = lines_of(a, a_lines);
		b_count = lines_of(b, b_lines);
		hunks_between(&hunks, a_lines, a_count, b_lines, b_count, MANY);
		for (size_t i = 0; i < hunks.count; i++) {
			removed += hunks.items[i].a_to - hunks.items[i].a_from;
			added += hunks.items[i].b_to - hunks.items[i].b_from;
		}
		if (a_count - removed != common_of(a, b) || b_count - added != common_of(a, b))
			fail_msg("%s to %s", a, b);
		hunks_clear(&hunks);
		free_lines(a_lines, a_count);
		free_lines(b_lines, b_count);
	}
}

/* --- words --- */

/* The marked parts in brackets. */
static char *
marked(const char *text, const struct word_marks *marks)
{
	char *out = xcalloc(1, strlen(text) + 2 * marks->count + 1), *to = out;
	size_t next = 0;

	for (size_t i = 0; text[i] || next < marks->count; i++) {
		if (next < marks->count && i == marks->items[next].end) {
			*to++ = ']';
			next++;
		}
		if (next < marks->count && i == marks->items[next].start)
			*to++ = '[';
		if (!text[i])
			break;
		*to++ = text[i];
	}
	return out;
}

static void
the_words_that_differ_are_marked(void **state)
{
	static const struct { const char *old, *new, *old_marked, *new_marked; } cases[] = {
		{"image: web:1.4.2", "image: web:1.4.3", "image: web:1.4.[2]", "image: web:1.4.[3]"},
		{"a b c", "a b c", "a b c", "a b c"},
		{"args: [one, two]", "args: [one, three]", "args: [one, [two]]", "args: [one, [three]]"},
		{"level: info", "level: info and more", "level: info", "level: info[ and more]"},
		{"x", "y", "x", "y"},			/* nothing is common: the lines differ as wholes */
		{"", "new", "", "new"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct word_marks of_old, of_new;
		char *old, *new;

		word_marks_between(&of_old, &of_new, cases[i].old, cases[i].new);
		old = marked(cases[i].old, &of_old);
		new = marked(cases[i].new, &of_new);
		assert_string_equal(old, cases[i].old_marked);
		assert_string_equal(new, cases[i].new_marked);
		free(old);
		free(new);
		word_marks_clear(&of_old);
		word_marks_clear(&of_new);
	}
}

/* --- what cannot be seen --- */

static void
texts_that_look_the_same_are_told_apart(void **state)
{
	static const struct { const char *a, *b; bool same; } cases[] = {
		{"a", "a", false}, {"a", "b", false}, {"a", "A", false},
		{"a", "a ", true}, {"a", " a", true}, {"a  b", "a b", true}, {"a b", "a\xc2\xa0" "b", true},
		/* Shown as escapes, so they are seen. */
		{"a", "a\n", false}, {"a\nb", "a\r\nb", false}, {"a b", "a\tb", false},
		{"a", "a\xe2\x80\x8b", false},
		{"\xc3\xa9", "e\xcc\x81", true},			/* one character written in two ways */
		{"a", "\xd0\xb0", true},				/* Cyrillic */
		{"o", "0", false}, {"1", "l", false}, {"", "", false}, {"", " ", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *a, *b;

		if (visible_looks_same(cases[i].a, cases[i].b) != cases[i].same)
			fail_msg("\"%s\" and \"%s\"", cases[i].a, cases[i].b);
		visible_apart(cases[i].a, cases[i].b, &a, &b);
		assert_int_equal(strcmp(a, b) == 0, strcmp(cases[i].a, cases[i].b) == 0);
		for (const char *c = a; *c; c++)
			assert_true((unsigned char)*c >= ' ' && *c != 0x7f);
		free(a);
		free(b);
	}
}

static void
a_quoted_text_is_json_and_readable(void **state)
{
	static const struct { const char *text, *quoted; } cases[] = {
		{"", "\"\""}, {"plain", "\"plain\""}, {"a\"b\\c", "\"a\\\"b\\\\c\""},
		{"a\nb\tc\r", "\"a\\nb\\tc\\r\""}, {"한글", "\"한글\""}, {"\x01", "\"\\u0001\""},
		{"\xe2\x80\xae", "\"\\u202e\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *quoted = visible_quoted(cases[i].text);
		json_t *back = json_decode(quoted, strlen(quoted), NULL);

		assert_int_equal(strcasecmp(quoted, cases[i].quoted), 0);
		assert_string_equal(json_string_value(back), cases[i].text);
		json_decref(back);
		free(quoted);
	}
}

/* --- hosts --- */

struct found {
	char text[512];
};

static void
add_host(void *data, const struct host *host)
{
	struct found *found = data;
	size_t length = strlen(found->text);

	snprintf(found->text + length, sizeof(found->text) - length, "%s%s%s%s", length ? " " : "",
		 host->name, host->has_port ? ":" : "", host->has_user ? "@" : "");
}

static void
hosts_are_found_in_every_form(void **state)
{
	static const struct { const char *text, *hosts; } cases[] = {
		{"", ""},
		{"https://api.example.com/v1", "api.example.com"},
		{"HTTPS://API.Example.COM:8443", "api.example.com:"},
		{"postgres://user:pw@db.prod.example.com:5432/shop", "db.prod.example.com:@"},
		{"redis://cache", "cache"},
		{"jdbc:postgresql://db1,db2:5433/shop", "db1 db2:"},
		{"host=proddb port=5432", "proddb"},
		{"10.1.2.3", "10.1.2.3"},
		{"http://[fe80::1%25eth0]:80/", "fe80::1:"},
		{"kafka1.example.com:9092,kafka2.example.com:9092", "kafka1.example.com: kafka2.example.com:"},
		{"settings.dev", ""},
		{"log.info", ""},
		{"com.example.shop.Main", ""},
		{"app.js", ""},
		{"version 1.2.3", ""},
		{"12:30:45", ""},
		{"2026-01-02T03:04:05Z", ""},
		{"mail@example.com", "example.com@"},
		{"db.example.com.", "db.example.com"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct found found = {""};

		hosts_find(cases[i].text, add_host, &found);
		if (strcmp(found.text, cases[i].hosts) != 0)
			fail_msg("%s: \"%s\"", cases[i].text, found.text);
	}
}

static void
keys_that_hold_hosts_are_known_by_their_words(void **state)
{
	static const struct { const char *key; bool holds; } cases[] = {
		{"DB_HOST", true}, {"host", true}, {"endpoint", true}, {"brokers", true},
		{"KAFKA_BROKERS", true}, {"dbHost", true}, {"GHOST", false}, {"LEVEL", false},
		{"", false}, {"HOSTILE", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (hosts_is_key(cases[i].key) != cases[i].holds)
			fail_msg("%s", cases[i].key);
}

/* --- shared values that are to be written --- */

static struct value_changes
changes_of(const char *const (*pairs)[2])
{
	struct value_changes changes = {0};

	for (; (*pairs)[0]; pairs++)
		value_changes_put(&changes, &(struct value_change){
						    .kind = (*pairs)[1] ? VALUE_SET : VALUE_DELETE,
						    .key = (char *)(*pairs)[0],
						    .text = (char *)(*pairs)[1],
						    .description = (char *)"d"});
	return changes;
}

static void
changes_of_values_are_by_key_each_once(void **state)
{
	static const char *const pairs[][2] = {
		{"B", "1"}, {"A", "1"}, {"C", NULL}, {"B", "2"}, {"A", NULL}, {NULL, NULL}};
	struct value_changes changes = changes_of(pairs);

	(void)state;
	assert_int_equal(changes.count, 3);
	assert_string_equal(changes.items[0].key, "A");
	assert_int_equal(changes.items[0].kind, VALUE_DELETE);
	assert_string_equal(value_changes_find(&changes, "B")->text, "2");
	assert_null(value_changes_find(&changes, "D"));
	value_changes_drop(&changes, "D");
	value_changes_drop(&changes, "A");
	value_changes_drop(&changes, "C");
	assert_int_equal(changes.count, 1);
	value_changes_clear(&changes);
	assert_int_equal(changes.count, 0);
}

/* {KEY: text}, one that is of the application in brackets. */
static char *
shown(const struct values *values)
{
	char *text = xstrdup("");

	for (size_t i = 0; i < values->count; i++) {
		const struct value *value = &values->items[i];
		char *longer = xasprintf(value->of_env ? "%s%s%s=%s" : "%s%s(%s=%s)", text, i ? " " : "",
					 value->key, value->text ? value->text : "?");

		free(text);
		text = longer;
	}
	return text;
}

static void
what_is_deleted_shows_what_is_beneath(void **state)
{
	static const char *const pairs[][2] = {{"A", NULL}, {"B", "mine"}, {"C", NULL}, {"N", "new"},
					       {"S", "secret"}, {NULL, NULL}};
	struct value_changes changes = changes_of(pairs);
	struct values now = {0}, application = {0}, result = {0};
	char *text;

	(void)state;
	values_put(&now, &(struct value){.key = (char *)"A", .text = (char *)"own", .of_env = true});
	values_put(&now, &(struct value){.key = (char *)"B", .text = (char *)"app"});
	values_put(&now, &(struct value){.key = (char *)"C", .text = (char *)"own", .of_env = true});
	values_put(&now, &(struct value){.key = (char *)"K", .text = (char *)"kept", .of_env = true});
	values_put(&application, &(struct value){.key = (char *)"A", .text = (char *)"app"});
	values_put(&application, &(struct value){.key = (char *)"B", .text = (char *)"app"});
	values_put(&application, &(struct value){.key = (char *)"S", .is_secret = true});
	values_apply(&result, &now, &changes, &application);
	text = shown(&result);
	/* What the application keeps secret is one here, too. */
	assert_string_equal(text, "(A=app) B=mine K=kept N=new S=?");
	free(text);
	assert_true(values_find(&result, "S")->is_secret);
	values_clear(&result);
	values_apply(&result, &now, &changes, NULL);
	text = shown(&result);
	assert_string_equal(text, "B=mine K=kept N=new S=secret");
	free(text);
	for (size_t i = 0; i < changes.count; i++) {
		assert_true(value_change_is_made(&changes.items[i], &result));
		if (changes.items[i].kind == VALUE_DELETE || strcmp(changes.items[i].key, "B") == 0)
			assert_false(value_change_is_made(&changes.items[i], &now));
	}
	values_clear(&result);
	values_clear(&now);
	values_clear(&application);
	value_changes_clear(&changes);
}

static void
what_makes_no_sense_is_no_change(void **state)
{
	static const struct { const char *body; bool reads; } cases[] = {
		{"[]", true},
		{"null", true},
		{"[{\"kind\":\"set\",\"key\":\"A\",\"value\":\"x\"}]", true},
		{"[{\"kind\":\"delete\",\"key\":\"A\"}]", true},
		{"[{\"kind\":\"restore\",\"key\":\"A\",\"version_id\":\"v\"}]", true},
		{"[{\"kind\":\"restore\",\"key\":\"A\"}]", false},
		{"[{\"kind\":\"explode\",\"key\":\"A\"}]", false},
		{"[{\"kind\":\"set\"}]", false},
		{"[{\"key\":\"A\"}]", false},
		{"[7]", false},
		{"[{\"kind\":\"delete\",\"key\":\"A\"},null]", false},
		{"{\"kind\":\"delete\",\"key\":\"A\"}", false},	/* what is no list is not "none" */
		{"\"\"", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *body = json_decode(cases[i].body, strlen(cases[i].body), NULL), *again;
		struct value_changes changes;
		struct error err = {0};

		if ((value_changes_decode(&changes, body, &err) == 0) != cases[i].reads)
			fail_msg("%s: %s", cases[i].body, err.text);
		if (!cases[i].reads) {
			assert_int_equal(err.kind, ERROR_INPUT);
			assert_int_equal(changes.count, 0);
		} else {
			struct value_changes copy;

			again = value_changes_encode(&changes);
			assert_int_equal(value_changes_decode(&copy, again, &err), 0);
			assert_int_equal(copy.count, changes.count);
			for (size_t k = 0; k < copy.count; k++) {
				assert_int_equal(copy.items[k].kind, changes.items[k].kind);
				assert_string_equal(copy.items[k].key, changes.items[k].key);
			}
			value_changes_clear(&copy);
			json_decref(again);
		}
		value_changes_clear(&changes);
		json_decref(body);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(hunks_are_where_lists_differ),
		cmocka_unit_test(what_costs_too_much_is_one_hunk),
		cmocka_unit_test(the_way_is_the_shortest),
		cmocka_unit_test(the_words_that_differ_are_marked),
		cmocka_unit_test(texts_that_look_the_same_are_told_apart),
		cmocka_unit_test(a_quoted_text_is_json_and_readable),
		cmocka_unit_test(hosts_are_found_in_every_form),
		cmocka_unit_test(keys_that_hold_hosts_are_known_by_their_words),
		cmocka_unit_test(changes_of_values_are_by_key_each_once),
		cmocka_unit_test(what_is_deleted_shows_what_is_beneath),
		cmocka_unit_test(what_makes_no_sense_is_no_change),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
