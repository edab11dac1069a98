/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Who has a fix, who lacks it, and where a person has to decide (promise 10). */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "compare/carry.h"
#include "flow/hotfix-state.h"
#include "flow/hotfix-steps.h"
#include "model/json.h"
#include "model/set.h"
#include "quoted-json.h"

#define WEB(version, more)                                                                       \
	"'web':{'profile':'p','spec':{'containers':{'web':{'image':'local/web:" version "'" more \
	"}}}}"
#define API(version) \
	"'api':{'profile':'p','spec':{'containers':{'api':{'image':'local/api:" version "'}}}}"
#define FLAG ",'variables':{'SPLIT':'grapheme'}"
#define OTHER ",'variables':{'SPLIT':'byte'}"

static struct set *
parse_set(const char *modules)
{
	char *text = xasprintf("{'modules':{%s}}", modules);
	struct error err = {0};
	json_t *body = parse(text);
	struct set *set = set_decode(body, &err);

	if (!set)
		fail_msg("%s: %s", text, err.text);
	json_decref(body);
	free(text);
	return set;
}

static struct carry
find(const char *before, const char *after, const char *here)
{
	struct set *b = parse_set(before), *a = parse_set(after), *h = parse_set(here);
	struct carry carry;

	assert_int_equal(carry_find(&carry, b, a, h, NULL), 0);
	set_unref(b);
	set_unref(a);
	set_unref(h);
	return carry;
}

static void
every_environment_has_it_or_lacks_it_or_conflicts(void **state)
{
	static const char before[] = WEB("1.4.2", "") "," API("1.4.2");
	static const char after[] = WEB("1.4.3", FLAG) "," API("1.4.2");
	static const struct {
		const char *here;
		enum carry_state state;
		size_t leaves, there, conflicts;
	} cases[] = {
		/* as before the fix, and as after it */
		{WEB("1.4.2", "") "," API("1.4.2"), CARRY_LACKS, 2, 0, 0},
		{WEB("1.4.3", FLAG) "," API("1.4.2"), CARRY_HAS, 2, 2, 0},
		/* what else differs there is no part of the fix */
		{WEB("1.4.2", "") "," API("2.0.0"), CARRY_LACKS, 2, 0, 0},
		{WEB("1.4.3", FLAG), CARRY_HAS, 2, 2, 0},
		/* half of it is not it */
		{WEB("1.4.3", "") "," API("1.4.2"), CARRY_LACKS, 2, 1, 0},
		/* another version, another value, no such workload: nobody guesses */
		{WEB("2.0.0", FLAG) "," API("1.4.2"), CARRY_CONFLICTS, 2, 1, 1},
		{WEB("1.4.2", OTHER) "," API("1.4.2"), CARRY_CONFLICTS, 2, 0, 1},
		{WEB("2.0.0", OTHER) "," API("1.4.2"), CARRY_CONFLICTS, 2, 0, 2},
		{API("1.4.2"), CARRY_CONFLICTS, 1, 0, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct carry carry = find(before, after, cases[i].here);

		if (carry.state != cases[i].state || carry.leaves != cases[i].leaves ||
		    carry.there != cases[i].there || carry.conflicts != cases[i].conflicts)
			fail_msg("%s: state %d, %zu of %zu there, %zu conflicts", cases[i].here,
				 (int)carry.state, carry.there, carry.leaves, carry.conflicts);
		carry_clear(&carry);
	}
}

static void
a_conflict_says_what_is_there_and_what_the_fix_is(void **state)
{
	struct carry carry = find(WEB("1.4.2", ""), WEB("1.4.3", ""), WEB("2.0.0", ""));

	(void)state;
	assert_string_equal(carry.object, "web");
	assert_string_equal(carry.path, "/spec/containers/web/image");
	assert_string_equal(carry.here, "local/web:2.0.0");
	assert_string_equal(carry.fix, "local/web:1.4.3");
	carry_clear(&carry);
}

static void
a_workload_that_the_fix_added_or_removed_counts(void **state)
{
	struct carry added = find(WEB("1", ""), WEB("1", "") "," API("1"), WEB("1", ""));
	struct carry removed = find(WEB("1", "") "," API("1"), WEB("1", ""), WEB("1", ""));

	(void)state;
	assert_int_equal(added.state, CARRY_LACKS);
	assert_int_equal(removed.state, CARRY_HAS);
	assert_int_equal(removed.there, 1);
	carry_clear(&added);
	carry_clear(&removed);
}

static void
an_empty_fix_is_everywhere(void **state)
{
	struct carry carry = find(WEB("1", ""), WEB("1", ""), API("7"));

	(void)state;
	assert_int_equal(carry.state, CARRY_HAS);
	assert_int_equal(carry.leaves, 0);
	carry_clear(&carry);
}

/* Only the note of a clone tells of the promotion, and nobody saw a fix of the clone. */
static void
a_promotion_of_which_nothing_was_seen_is_nowhere(void **state)
{
	struct event events[] = {
		{.kind = EVENT_CLONE, .at = 1, .to_set = (char *)(uintptr_t)"s1"},
		{.kind = EVENT_PROMOTE, .at = 3},
		{.kind = EVENT_FIX, .at = 2, .to_set = (char *)(uintptr_t)"s2"},
	};
	struct hotfix h = {.events = {events, 2}};

	(void)state;
	hotfix_judge(&h, NULL);
	assert_null(h.before_set);
	assert_null(h.after_set);
	h.events.count = 3;
	hotfix_judge(&h, NULL);
	assert_string_equal(h.before_set, "s1");
	assert_string_equal(h.after_set, "s2");
	free(h.before_set);
	free(h.after_set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_environment_has_it_or_lacks_it_or_conflicts),
		cmocka_unit_test(a_conflict_says_what_is_there_and_what_the_fix_is),
		cmocka_unit_test(a_workload_that_the_fix_added_or_removed_counts),
		cmocka_unit_test(an_empty_fix_is_everywhere),
		cmocka_unit_test(a_promotion_of_which_nothing_was_seen_is_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
