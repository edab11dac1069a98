/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every field that a criterion names must agree.  Specificity goes env_type < app_id <
 * env_id < res_id, and the strongest field decides first: so each field is a bit, and the
 * largest number wins.  Equal ones cannot both be in a platform; if they are, the first
 * definition by id wins, so that the answer is always the same.
 */
#include "config.h"

#include "model/match.h"

#include <stdbool.h>
#include <string.h>

#include "model/json.h"

/* A class that is not given is "default" (resource references write it either way). */
static int
rank_of(const json_t *criterion, const struct match_request *request)
{
	const struct {
		const char *key, *value;
	} fields[] = {
		{"env_type", request->env_type},
		{"app_id", request->app_id},
		{"env_id", request->env_id},
		{"res_id", request->res_id},
	};
	const char *resource_class = json_member_string(criterion, "class");
	int score = 0;

	if (request->resource_class &&
	    strcmp(resource_class ? resource_class : "default", request->resource_class) != 0)
		return -1;
	for (int i = 0; i < 4; i++) {
		const char *wanted = json_member_string(criterion, fields[i].key);

		if (!wanted || !*wanted)
			continue;
		if (!fields[i].value || strcmp(wanted, fields[i].value) != 0)
			return -1;
		score |= 1 << i;
	}
	return score;
}

/* Strictly better wins: of equals the first one stays, so the answer does not depend on chance. */
const json_t *
match_criterion(const json_t *criteria, const struct match_request *request, int *rank)
{
	const json_t *criterion, *best = NULL;
	size_t i;

	*rank = -1;
	json_array_foreach(criteria, i, criterion) {
		int its = rank_of(criterion, request);

		if (its > *rank) {
			*rank = its;
			best = criterion;
		}
	}
	return best;
}

int
match_rank(const json_t *body, const struct match_request *request)
{
	int rank;

	match_criterion(json_object_get(body, "criteria"), request, &rank);
	return rank;
}

/* Unknown on either side may be anything: this asks for what cannot be ruled out. */
static bool
may_be(const char *value, const char *wanted)
{
	return !value || !wanted || !*wanted || strcmp(value, wanted) == 0;
}

bool
match_may_serve(const json_t *body, const struct match_request *request)
{
	const json_t *criteria = json_object_get(body, "criteria"), *criterion;
	size_t i;

	json_array_foreach(criteria, i, criterion)
		if (may_be(request->env_type, json_member_string(criterion, "env_type")) &&
		    may_be(request->app_id, json_member_string(criterion, "app_id")) &&
		    may_be(request->env_id, json_member_string(criterion, "env_id")))
			return true;
	return false;
}

const json_t *
match_definition(const json_t *definitions, const struct match_request *request)
{
	const json_t *best = NULL;
	int best_rank = -1;
	const json_t *definition;
	size_t i;

	json_array_foreach(definitions, i, definition) {
		const json_t *body = json_object_get(definition, "body");
		const char *type = json_member_string(body, "type");
		int score;

		if (!type || strcmp(type, request->type) != 0)
			continue;
		score = match_rank(body, request);
		if (score > best_rank) {
			best_rank = score;
			best = body;
		}
	}
	return best;
}
