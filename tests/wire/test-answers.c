/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The platform keeps encoded answers.  Whatever is kept: nobody is given what was answered to
 * somebody else, and nobody what he could see before.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "access-world.h"
#include "base/xmalloc.h"
#include "model/json.h"

#define SHOP "/orgs/acme/apps/shop"
#define BILLING "/orgs/acme/apps/billing"
#define ROUNDS 3		/* the first is kept, the others are what was kept */
#define IDS 300
#define ID_SIZE 17

static struct world world;

static int
start(void **state)
{
	(void)state;
	world_make(&world);
	world_start(&world);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	world_clear(&world);
	return 0;
}

static void
change(const char *method, const char *path, const char *body, int status)
{
	struct answer answer = world_ask(&world, BY_CONTROL, NULL, method, path, NULL, body);

	assert_int_equal(answer.status, status);
	answer_clear(&answer);
}

static char *
token_of(const char *user, const char *id)
{
	char *path = xasprintf("/users/%s/tokens", user), *token;
	char *body = xasprintf("{\"id\": \"%s\", \"type\": \"static\"}", id);
	struct answer answer = world_ask(&world, BY_CONTROL, NULL, "POST", path, NULL, body);

	assert_int_equal(answer.status, 200);
	token = xstrdup(json_member_string(answer.body, "token"));
	answer_clear(&answer);
	free(body);
	free(path);
	return token;
}

static char *
user_with(const char *user, const char *roles)
{
	char *body = xasprintf("{\"id\": \"%s\", \"roles\": %s}", user, roles);

	change("POST", "/users", body, 201);
	free(body);
	return token_of(user, "first");
}

/* "200 shop billing": the status, and the ids of a list or of an object. */
static void
expect(const char *token, const char *path, const char *wanted)
{
	/* Who has no good token is slowed down soon. */
	int rounds = strcmp(wanted, "401") == 0 ? 1 : ROUNDS;

	for (int round = 0; round < rounds; round++) {
		struct answer answer = world_ask(&world, token ? BY_TCP : BY_SOCKET, token, "GET",
						 path, NULL, NULL);
		char got[256];
		json_t *item;
		size_t i;

		snprintf(got, sizeof(got), "%d", answer.status);
		json_array_foreach(answer.body, i, item)
			snprintf(got + strlen(got), sizeof(got) - strlen(got), " %s",
				 json_member_string(item, "id"));
		if (answer.status == 200 && json_is_object(answer.body))
			snprintf(got + strlen(got), sizeof(got) - strlen(got), " %s",
				 json_member_string(answer.body, "id"));
		if (strcmp(got, wanted) != 0)
			fail_msg("%s, round %d: \"%s\", not \"%s\"", path, round, got, wanted);
		answer_clear(&answer);
	}
}

static void
each_is_told_what_is_his_in_whatever_order(void **state)
{
	char *all = user_with("all", "{\"/orgs/acme\": \"viewer\"}");
	char *some = user_with("some", "{\"/orgs/acme/apps/shop\": \"viewer\"}");
	char *none = user_with("none", "{}");

	(void)state;
	for (int round = 0; round < 2; round++) {
		expect(all, "/orgs/acme/apps", "200 billing shop");
		expect(some, "/orgs/acme/apps", "200 shop");
		expect(none, "/orgs/acme/apps", "404");
		expect(NULL, "/orgs", "200 acme other");
		expect(all, "/orgs", "200 acme");
		expect(none, "/orgs", "200");
		expect(all, BILLING, "200 billing");
		expect(some, BILLING, "404");
		expect("no-such-token", BILLING, "401");
	}
	free(all);
	free(some);
	free(none);
}

static void
the_tag_of_another_opens_nothing(void **state)
{
	char *all = user_with("tagger", "{\"/orgs/acme\": \"viewer\"}");
	char *some = user_with("tagless", "{\"/orgs/acme/apps/shop\": \"viewer\"}");
	struct answer answer = world_ask(&world, BY_TCP, all, "GET", BILLING, NULL, NULL);
	char *header = xasprintf("If-None-Match: %s\r\n", answer_header(&answer, "ETag"));

	(void)state;
	answer_clear(&answer);
	answer = world_ask(&world, BY_TCP, all, "GET", BILLING, header, NULL);
	assert_int_equal(answer.status, 304);
	answer_clear(&answer);
	answer = world_ask(&world, BY_TCP, some, "GET", BILLING, header, NULL);
	assert_int_equal(answer.status, 404);
	answer_clear(&answer);
	answer = world_ask(&world, BY_TCP, NULL, "GET", BILLING, header, NULL);
	assert_int_equal(answer.status, 401);
	answer_clear(&answer);
	free(header);
	free(all);
	free(some);
}

static void
a_role_that_is_given_or_taken_counts_for_the_next_answer(void **state)
{
	char *token = user_with("mover", "{\"/orgs/acme/apps/shop\": \"viewer\"}");

	(void)state;
	expect(token, "/orgs/acme/apps", "200 shop");
	expect(token, BILLING "/envs", "404");
	change("PATCH", "/users/mover", "{\"roles\": {\"/orgs/acme/apps/billing\": \"viewer\"}}",
	       200);
	expect(token, "/orgs/acme/apps", "200 billing shop");
	expect(token, BILLING "/envs", "200 dev");
	change("PATCH", "/users/mover", "{\"roles\": {\"/orgs/acme/apps/shop\": null}}", 200);
	expect(token, "/orgs/acme/apps", "200 billing");
	expect(token, SHOP, "404");
	change("PATCH", "/users/mover", "{\"roles\": {\"/orgs/acme/apps/billing\": null}}", 200);
	expect(token, "/orgs/acme/apps", "404");
	free(token);
}

static void
a_token_that_is_revoked_gets_nothing_that_was_kept_for_it(void **state)
{
	char *first = user_with("holder", "{\"/orgs/acme\": \"viewer\"}");
	char *second = token_of("holder", "second"), *again;

	(void)state;
	expect(first, SHOP, "200 shop");
	expect(second, SHOP, "200 shop");
	change("DELETE", "/users/holder/tokens/first", NULL, 204);
	expect(first, SHOP, "401");
	expect(second, SHOP, "200 shop");
	/* Of the same name, and with less behind it. */
	change("PATCH", "/users/holder", "{\"roles\": {\"/orgs/acme\": null}}", 200);
	again = token_of("holder", "first");
	expect(again, SHOP, "404");
	expect(first, SHOP, "401");
	change("DELETE", "/users/holder", NULL, 204);
	expect(second, SHOP, "401");
	expect(again, SHOP, "401");
	free(first);
	free(second);
	free(again);
}

/* A user who is called like the daemon's own is not that. */
static void
the_name_of_the_daemons_own_user_is_worth_nothing(void **state)
{
	char *token;

	(void)state;
	expect(NULL, SHOP, "200 shop");		/* by the private socket: "oncall" */
	token = user_with("oncall", "{}");
	expect(NULL, SHOP, "200 shop");
	expect(token, SHOP, "404");
	expect(NULL, SHOP, "200 shop");
	free(token);
}

/* What is kept has one form; whoever asks for the other one is not given it. */
static void
a_runtime_is_given_in_the_form_that_was_asked_for(void **state)
{
	static const char *const accepts[] = {NULL, "Accept: application/v2+json\r\n"};
	static const char *const types[] = {"application/json", "application/v2+json"};

	(void)state;
	for (int i = 0; i < 3 * ROUNDS; i++) {
		/* Each twice, so that the second is what was kept of the first. */
		int form = i / 2 % 2;
		struct answer answer = world_ask(&world, BY_SOCKET, NULL, "GET",
						 SHOP "/envs/dev/runtime", accepts[form],
						 NULL);

		assert_int_equal(answer.status, 200);
		assert_string_equal(answer_header(&answer, "Content-Type"), types[form]);
		answer_clear(&answer);
	}
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* The system is asked for many of them at once. */
static void
no_two_requests_have_the_same_id(void **state)
{
	char ids[IDS][ID_SIZE];

	(void)state;
	for (int i = 0; i < IDS; i++) {
		struct answer answer = world_ask(&world, BY_SOCKET, NULL, "GET", SHOP, NULL, NULL);

		assert_int_equal(snprintf(ids[i], ID_SIZE, "%s",
					  answer_header(&answer, "X-Request-Id")), ID_SIZE - 1);
		assert_int_equal(strspn(ids[i], "0123456789abcdef"), ID_SIZE - 1);
		answer_clear(&answer);
	}
	qsort(ids, IDS, ID_SIZE, by_text);
	for (int i = 1; i < IDS; i++)
		assert_string_not_equal(ids[i - 1], ids[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_told_what_is_his_in_whatever_order),
		cmocka_unit_test(the_tag_of_another_opens_nothing),
		cmocka_unit_test(a_role_that_is_given_or_taken_counts_for_the_next_answer),
		cmocka_unit_test(a_token_that_is_revoked_gets_nothing_that_was_kept_for_it),
		cmocka_unit_test(the_name_of_the_daemons_own_user_is_worth_nothing),
		cmocka_unit_test(a_runtime_is_given_in_the_form_that_was_asked_for),
		cmocka_unit_test(no_two_requests_have_the_same_id),
	};

	return cmocka_run_group_tests(tests, start, end);
}
