/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The definition that is chosen is the one that a plain reading of the order chooses. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "model/definition.h"
#include "model/json.h"
#include "model/match.h"

#define ROUNDS 3000
#define DEFINITIONS 6

static uint64_t state_of_chance;

/* splitmix64: one number decides a whole run. */
static unsigned
below(unsigned n)
{
	uint64_t z = (state_of_chance += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (unsigned)((z ^ (z >> 31)) % n);
}

static const char *const fields[] = {"env_type", "app_id", "env_id", "res_id"};	/* weakest first */
static const char *const words[] = {"a", "b"};

static json_t *
random_definitions(void)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < 1 + below(DEFINITIONS); i++) {
		json_t *criteria = json_array();
		char id[8];

		snprintf(id, sizeof(id), "def-%u", i);
		for (unsigned k = below(3); k > 0; k--) {
			json_t *criterion = json_object();

			for (unsigned f = 0; f < 4; f++)
				if (below(2))
					json_object_set_new(criterion, fields[f],
							    json_string(words[below(2)]));
			if (below(3) == 0)
				json_object_set_new(criterion, "class",
						    json_string(words[below(2)]));
			json_array_append_new(criteria, criterion);
		}
		json_array_append_new(list, json_pack("{s:s, s:s, s:o}", "id", id, "type",
						      below(4) ? "db" : "dns", "criteria",
						      criteria));
	}
	return list;
}

/* As the rule is told to people, field by field: of two that match, the one that names the
 * strongest field on which they differ.  Returns an index, or -1. */
static int
choose_plainly(const json_t *definitions, const struct match_request *r)
{
	const char *asked[] = {r->env_type, r->app_id, r->env_id, r->res_id};
	const json_t *best = NULL;
	int chosen = -1;

	for (size_t i = 0; i < json_array_size(definitions); i++) {
		const json_t *body = json_array_get(definitions, i);
		const json_t *criteria = json_object_get(body, "criteria");

		if (strcmp(json_member_string(body, "type"), r->type) != 0)
			continue;
		for (size_t k = 0; k < json_array_size(criteria); k++) {
			const json_t *c = json_array_get(criteria, k);
			const char *its_class = json_member_string(c, "class");
			bool matches = strcmp(its_class ? its_class : "default",
					      r->resource_class) == 0;
			bool stronger = !best;

			for (int f = 0; f < 4; f++) {
				const char *named = json_member_string(c, fields[f]);

				matches = matches && (!named || strcmp(named, asked[f]) == 0);
			}
			for (int f = 3; f >= 0 && best; f--) {
				bool mine = json_object_get(c, fields[f]) != NULL;

				if (mine != (json_object_get(best, fields[f]) != NULL)) {
					stronger = mine;
					break;
				}
			}
			if (matches && stronger) {
				best = c;
				chosen = (int)i;
			}
		}
	}
	return chosen;
}

static int
chosen_by_us(const json_t *definitions, const struct match_request *r)
{
	struct definitions read;
	const struct definition *found;
	int chosen;

	definitions_read(&read, definitions);
	found = match_definition(&read, r);
	chosen = found ? (int)(found - read.items) : -1;
	definitions_clear(&read);
	return chosen;
}

/* Leaves out definitions and criteria as long as the two still disagree. */
static void
shrink(json_t *definitions, const struct match_request *r)
{
	for (size_t i = json_array_size(definitions); i-- > 0;) {
		json_t *taken = json_incref(json_array_get(definitions, i));

		json_array_remove(definitions, i);
		if (chosen_by_us(definitions, r) == choose_plainly(definitions, r))
			json_array_insert(definitions, i, taken);
		json_decref(taken);
	}
}

static void
the_chosen_definition_is_the_most_specific_one(void **state)
{
	const char *given = getenv("SIDESTAGE_TEST_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);

	(void)state;
	state_of_chance = seed;
	print_message("seed %llu\n", (unsigned long long)seed);
	for (int round = 0; round < ROUNDS; round++) {
		json_t *definitions = random_definitions();
		struct match_request r = {
			.type = "db", .resource_class = below(4) ? "default" : words[below(2)],
			.app_id = words[below(2)], .env_id = words[below(2)],
			.env_type = words[below(2)], .res_id = words[below(2)],
		};

		if (chosen_by_us(definitions, &r) != choose_plainly(definitions, &r)) {
			char *text;

			shrink(definitions, &r);
			text = json_dumps(definitions, JSON_COMPACT);
			fail_msg("seed %llu, round %d: %s", (unsigned long long)seed, round, text);
		}
		json_decref(definitions);
	}
}

static void
a_class_must_agree_and_absent_is_default(void **state)
{
	json_t *body = json_pack("{s:s, s:[{}, {s:s}]}", "type", "db", "criteria", "class", "big");
	struct definition definition;
	struct match_request r = {.type = "db", .resource_class = "default", .app_id = "a",
				  .env_id = "a", .env_type = "a", .res_id = "a"};

	(void)state;
	definition_read(&definition, body);
	json_decref(body);
	assert_int_equal(match_rank(&definition, &r), 0);
	r.resource_class = "big";
	assert_int_equal(match_rank(&definition, &r), 0);
	r.resource_class = "small";
	assert_int_equal(match_rank(&definition, &r), -1);
	r.resource_class = NULL;
	assert_int_equal(match_rank(&definition, &r), 0);
	definition_clear(&definition);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_chosen_definition_is_the_most_specific_one),
		cmocka_unit_test(a_class_must_agree_and_absent_is_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
