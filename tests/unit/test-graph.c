/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whatever needs whatever: a graph is in order, or the circle in it is named. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/definition.h"
#include "model/json.h"
#include "model/resource-graph.h"
#include "platform/engine/graph.h"
#include "platform/state/place.h"
#include "platform/state/repository-resources.h"

#define ROUNDS 2000
#define TYPES 7

static uint64_t chance;

/* splitmix64: one number decides a whole run. */
static unsigned
below(unsigned n)
{
	uint64_t z = (chance += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (unsigned)((z ^ (z >> 31)) % n);
}

static const struct place place = {"o", "a", "e"};

/* A definition for each type "tN" whose inputs name those types that it needs. */
static json_t *
definitions_of(bool needs[TYPES][TYPES])
{
	json_t *list = json_array();

	for (int i = 0; i < TYPES; i++) {
		json_t *values = json_object();
		char *id = xasprintf("def-%d", i), *type = xasprintf("t%d", i);

		for (int k = 0; k < TYPES; k++) {
			char *name = xasprintf("v%d", k),
			     *value = xasprintf("a ${resources.t%d.outputs.x} b", k);

			if (needs[i][k])
				json_object_set_new(values, name, json_string(value));
			free(name);
			free(value);
		}
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:{s:o}, s:[{}]}", "id", id,
						      "type", type, "driver_type", "static",
						      "driver_inputs", "values", values,
						      "criteria"));
		free(id);
		free(type);
	}
	return list;
}

/* The graph is the caller's. */
static bool
build(struct resource_graph *out, const json_t *definitions, const struct known_resources *known,
      const char *declared, struct error *err)
{
	static const struct known_resources nothing = {0};
	struct definitions read;
	struct graph_source source = {.place = &place, .env_type = "t", .env_since = "2026",
				      .definitions = &read, .known = known ? known : &nothing};
	json_t *wanted = json_loads(declared, 0, NULL);
	struct declared_resources all;
	char blamed[256];
	int ret;

	assert_non_null(wanted);
	declared_resources_read(&all, wanted);
	definitions_read(&read, definitions);
	ret = graph_build(&source, &all, out, blamed, err);
	definitions_clear(&read);
	assert_int_equal(ret != 0, blamed[0] != '\0');
	declared_resources_clear(&all);
	json_decref(wanted);
	return ret == 0;
}

/* The plain reading: what is reached from the first, and whether something reaches itself. */
static bool
has_circle(bool needs[TYPES][TYPES], bool reached[TYPES])
{
	bool way[TYPES][TYPES], circle = false;

	memcpy(way, needs, sizeof(way));
	for (int k = 0; k < TYPES; k++)
		for (int i = 0; i < TYPES; i++)
			for (int j = 0; j < TYPES; j++)
				way[i][j] |= way[i][k] && way[k][j];
	for (int i = 0; i < TYPES; i++) {
		reached[i] = i == 0 || way[0][i];
		circle |= reached[i] && way[i][i];
	}
	return circle;
}

static void
check_order(const struct resource_graph *graph, const bool reached[TYPES], uint64_t seed)
{
	json_t *seen = json_object();
	size_t wanted = 0;

	for (size_t i = 0; i < TYPES; i++)
		wanted += reached[i];
	if (graph->node_count != wanted)
		fail_msg("seed %llu: %zu nodes", (unsigned long long)seed, graph->node_count);
	for (size_t i = 0; i < graph->node_count; i++) {
		const struct graph_node *node = &graph->nodes[i];

		for (size_t k = 0; k < node->depends_on_count; k++)
			if (!json_object_get(seen, node->depends_on[k].raw))
				fail_msg("seed %llu: one is before what it needs",
					 (unsigned long long)seed);
		json_object_set_new(seen, node->gu_res_id.raw, json_true());
	}
	json_decref(seen);
}

static void
order_holds_or_the_circle_is_named(void **state)
{
	int circles = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
		bool needs[TYPES][TYPES] = {{false}}, reached[TYPES], circle;
		struct error err = {0};
		struct resource_graph graph;
		json_t *definitions;
		bool made;

		chance = seed;
		for (unsigned n = below(12); n > 0; n--)
			needs[below(TYPES)][below(TYPES)] = true;
		definitions = definitions_of(needs);
		circle = has_circle(needs, reached);
		made = build(&graph, definitions, NULL,
			     "[{\"id\": \"shared.r\", \"type\": \"t0\"}]", &err);
		if (circle == made || (circle && !strstr(err.text, " -> ")))
			fail_msg("seed %llu: %s", (unsigned long long)seed, err.text);
		if (made)
			check_order(&graph, reached, seed);
		circles += circle;
		resource_graph_clear(&graph);
		json_decref(definitions);
	}
	assert_in_range(circles, ROUNDS / 20, ROUNDS - ROUNDS / 20);
}

static void
graph_without_an_end_is_refused(void **state)
{
	json_t *definitions = json_pack("[{s:s, s:s, s:s, s:{s:{s:s}}, s:[{}]}]", "id", "d", "type",
					"t", "driver_type", "static", "driver_inputs", "values",
					"x", "${resources['t#a'].outputs.x}", "criteria");
	json_t *wanted = json_array();
	struct resource_graph graph;
	struct error err = {0};
	char *text;

	(void)state;
	for (int i = 0; i <= GRAPH_NODES_MAX; i++) {
		char *id = xasprintf("shared.r%d", i);

		json_array_append_new(wanted, json_pack("{s:s, s:s}", "id", id, "type", "t"));
		free(id);
	}
	text = json_dumps(wanted, 0);
	assert_false(build(&graph, definitions, NULL, text, &err));
	assert_int_equal(err.kind, ERROR_LIMIT);
	free(text);
	json_decref(wanted);
	json_decref(definitions);
}

static void
same_resources_are_the_same_graph_and_keep_their_ids(void **state)
{
	bool needs[TYPES][TYPES] = {{false, true}};
	struct known_resource earlier = {
		.res_id = (char[]){"shared.r"}, .type = (char[]){"t0"},
		.resource_class = (char[]){"default"}, .gu_res_id = (char[]){"earlier"},
		.driver_type = (char[]){"static"}, .status = RESOURCE_ACTIVE,
	};
	const struct known_resources known = {&earlier, 1};
	json_t *definitions = definitions_of(needs);
	char hash_one[IDS_SHA256_HEX_SIZE], hash_two[IDS_SHA256_HEX_SIZE];
	struct resource_graph one, two;
	struct error err = {0};

	(void)state;
	assert_true(build(&one, definitions, NULL, "[{\"id\": \"shared.r\", \"type\": \"t0\"}]",
			  &err));
	assert_true(build(&two, definitions, NULL,
			  "[{\"type\": \"t0\", \"class\": \"default\", \"id\": \"shared.r\"}]",
			  &err));
	resource_graph_hash(hash_one, &one);
	resource_graph_hash(hash_two, &two);
	assert_string_equal(hash_one, hash_two);
	resource_graph_clear(&two);
	assert_true(build(&two, definitions, &known, "[{\"id\": \"shared.r\", \"type\": \"t0\"}]",
			  &err));
	assert_string_equal(two.nodes[1].gu_res_id.raw, "earlier");
	earlier.driver_type = (char[]){"other"};
	resource_graph_clear(&two);
	assert_true(build(&two, definitions, &known, "[{\"id\": \"shared.r\", \"type\": \"t0\"}]",
			  &err));
	assert_string_equal(two.nodes[1].gu_res_id.raw, one.nodes[1].gu_res_id.raw);
	resource_graph_clear(&one);
	resource_graph_clear(&two);
	json_decref(definitions);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_holds_or_the_circle_is_named),
		cmocka_unit_test(graph_without_an_end_is_refused),
		cmocka_unit_test(same_resources_are_the_same_graph_and_keep_their_ids),
	};

	return cmocka_run_group_tests_name("graph", tests, NULL, NULL);
}
