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

#include "base/text.h"
#include "model/definition.h"

/* What is not asked for agrees with anything; *asked: it is asked for. */
static bool
agrees(const struct untrusted *wanted, const char *value, bool *asked)
{
	*asked = *untrusted_raw(wanted) != '\0';
	return !*asked || (value && strcmp(wanted->raw, value) == 0);
}

/* A class that is not given is "default" (resource references write it either way). */
static int
rank_of(const struct criterion *criterion, const struct match_request *request)
{
	const struct {
		const struct untrusted *wanted;
		const char *value;
	} fields[] = {
		{&criterion->env_type, request->env_type},
		{&criterion->app_id, request->app_id},
		{&criterion->env_id, request->env_id},
		{&criterion->res_id, request->res_id},
	};
	const char *its_class = criterion->resource_class.raw;
	bool asked;
	int score = 0;

	if (request->resource_class &&
	    strcmp(its_class ? its_class : "default", request->resource_class) != 0)
		return -1;
	for (int i = 0; i < 4; i++) {
		if (!agrees(fields[i].wanted, fields[i].value, &asked))
			return -1;
		score |= asked << i;
	}
	return score;
}

/* Strictly better wins: of equals the first one stays, so the answer does not depend on chance. */
const struct criterion *
match_criterion(const struct definition *definition, const struct match_request *request, int *rank)
{
	const struct criterion *best = NULL;

	*rank = -1;
	for (size_t i = 0; i < definition->criterion_count; i++) {
		int its = rank_of(&definition->criteria[i], request);

		if (its > *rank) {
			*rank = its;
			best = &definition->criteria[i];
		}
	}
	return best;
}

int
match_rank(const struct definition *definition, const struct match_request *request)
{
	int rank;

	match_criterion(definition, request, &rank);
	return rank;
}

/* Unknown on either side may be anything: this asks for what cannot be ruled out. */
static bool
may_be(const char *value, const struct untrusted *wanted)
{
	return !value || !*untrusted_raw(wanted) || strcmp(value, wanted->raw) == 0;
}

bool
match_may_serve(const struct definition *definition, const struct match_request *request)
{
	for (size_t i = 0; i < definition->criterion_count; i++) {
		const struct criterion *criterion = &definition->criteria[i];

		if (may_be(request->env_type, &criterion->env_type) &&
		    may_be(request->app_id, &criterion->app_id) &&
		    may_be(request->env_id, &criterion->env_id))
			return true;
	}
	return false;
}

const struct definition *
match_definition(const struct definitions *definitions, const struct match_request *request)
{
	const struct definition *best = NULL;
	int best_rank = -1;

	for (size_t i = 0; i < definitions->count; i++) {
		const struct definition *definition = &definitions->items[i];
		int rank = untrusted_is(&definition->type, request->type) &&
					   !definition->is_deleted
				   ? match_rank(definition, request)
				   : -1;

		if (rank > best_rank) {
			best_rank = rank;
			best = definition;
		}
	}
	return best;
}
