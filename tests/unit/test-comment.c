/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a deployment's comment says to people and to another person's program. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/comment.h"

#define OP "0198f0c2-7a11-7b3c-9d55-0123456789ab"

static void
same(const char *got, const char *wanted)
{
	if (wanted)
		assert_string_equal(got ? got : "(none)", wanted);
	else
		assert_null(got);
}

static void
says_it_to_people_and_programs(void **state)
{
	static const struct {
		const char *text;
		size_t people;		/* bytes; SIZE_MAX: all */
		const char *verb, *op, *hotfix, *origin, *origin_deployment, *undoes;
	} cases[] = {
		{ "promote f: web 1 - urgent [sidestage verb=promote op=a-1 hotfix=f origin=production/01J9]",
		  25, "promote", "a-1", "f", "production", "01J9", NULL },
		{ "undo [sidestage verb=undo op=b undoes=a-1]", 4, "undo", "b", NULL, NULL, NULL, "a-1" },
		{ "web 1 [op " OP "]", 5, NULL, OP, NULL, NULL, NULL, NULL },
		/* The last bracket counts: a reason may hold anything. */
		{ "x [sidestage op=old] [sidestage op=new]", 20, NULL, "new", NULL, NULL, NULL, NULL },
		{ "x [op old] [sidestage op=new]", 10, NULL, "new", NULL, NULL, NULL, NULL },
		/* A later release may say more. */
		{ "x [sidestage op=a colour=red]", 1, NULL, "a", NULL, NULL, NULL, NULL },
		/* What does not have the form is text. */
		{ "", SIZE_MAX, NULL, NULL, NULL, NULL, NULL, NULL },
		{ "by hand", SIZE_MAX, NULL, NULL, NULL, NULL, NULL, NULL },
		{ "x [sidestage op=a] y", SIZE_MAX, NULL, NULL, NULL, NULL, NULL, NULL },
		{ "x [sidestage op=a", SIZE_MAX, NULL, NULL, NULL, NULL, NULL, NULL },
		{ "x [sidestage ]", SIZE_MAX, NULL, NULL, NULL, NULL, NULL, NULL },
		{ "x [sidestage op=]", SIZE_MAX, NULL, NULL, NULL, NULL, NULL, NULL },
		{ "x [sidestage op=a op=b]", SIZE_MAX, NULL, NULL, NULL, NULL, NULL, NULL },
		{ "x [sidestage op=a/b]", SIZE_MAX, NULL, NULL, NULL, NULL, NULL, NULL },
		{ "x [sidestage origin=production]", SIZE_MAX, NULL, NULL, NULL, NULL, NULL, NULL },
		{ "x [sidestage origin=production/]", SIZE_MAX, NULL, NULL, NULL, NULL, NULL, NULL },
		{ "x [sidestage op=a\x1b[31m]", SIZE_MAX, NULL, NULL, NULL, NULL, NULL, NULL },
		{ "x [sidestage op]", SIZE_MAX, NULL, NULL, NULL, NULL, NULL, NULL },
		{ "x [op ]", SIZE_MAX, NULL, NULL, NULL, NULL, NULL, NULL },
		{ "x [op a b]", SIZE_MAX, NULL, NULL, NULL, NULL, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct comment c;
		size_t people = cases[i].people == SIZE_MAX ? strlen(cases[i].text)
							    : cases[i].people;

		assert_int_equal(comment_people_length(cases[i].text), people);
		comment_decode(&c, cases[i].text);
		same(c.verb, cases[i].verb);
		same(c.op, cases[i].op);
		same(c.hotfix, cases[i].hotfix);
		same(c.origin, cases[i].origin);
		same(c.origin_deployment, cases[i].origin_deployment);
		same(c.undoes, cases[i].undoes);
		comment_clear(&c);
	}
}

static void
what_is_written_is_read(void **state)
{
	static char verb[] = "clone", op[] = OP, hotfix[] = "hotfix-1", origin[] = "production",
		    deployment[] = "01J9ZZ";
	static char bad[] = "a b]";
	struct comment said = {.verb = verb,
			       .op = op,
			       .hotfix = hotfix,
			       .origin = origin,
			       .origin_deployment = deployment,
			       .undoes = bad,
			       .base = deployment},
		       read;
	char *text = comment_encode(&said, "web 1 → 2", "the login\nis [sidestage op=x] broken");

	(void)state;
	assert_string_equal(text, "web 1 → 2 - the login is [sidestage op=x] broken [sidestage "
				  "verb=clone op=" OP
				  " hotfix=hotfix-1 origin=production/01J9ZZ base=01J9ZZ]");
	assert_true(comment_is_of(text, OP));
	assert_false(comment_is_of(text, "x"));
	comment_decode(&read, text);
	assert_string_equal(read.origin_deployment, "01J9ZZ");
	assert_null(read.undoes);
	assert_string_equal(read.base, "01J9ZZ");
	comment_clear(&read);
	free(text);
}

/* However long the reason is, the part for programs stays whole, and so does each character. */
static void
a_long_reason_cuts_nothing_else(void **state)
{
	static char op[] = OP;
	struct comment said = { .op = op };
	char reason[12001], *text;

	(void)state;
	for (size_t i = 0; i < 4000; i++)
		memcpy(reason + 3 * i, "한", 3);
	reason[12000] = '\0';
	for (size_t cut = 0; cut < 4; cut++) {
		text = comment_encode(&said, "web", reason + 3 * cut);
		assert_true(strlen(text) <= COMMENT_BYTES_MAX);
		assert_true(comment_is_of(text, OP));
		assert_true(text_is_utf8(text, strlen(text)));
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_it_to_people_and_programs),
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(a_long_reason_cuts_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
