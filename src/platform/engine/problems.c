/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A row is an array of texts, so that it goes into the database and into an answer as it is. */
#include "config.h"

#include "platform/engine/problems.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "model/error-codes.h"

json_t *
problem_new(const char *scope, const char *object_id, const char *code, const struct error *why,
	    const char *output)
{
	char *summary = error_codes_text(why), *reason = error_codes_encode(why);
	const char *const texts[PROBLEM_TEXTS] = {
		[PROBLEM_SCOPE] = scope,     [PROBLEM_OBJECT_ID] = object_id,
		[PROBLEM_CODE] = code,	     [PROBLEM_SUMMARY] = summary,
		[PROBLEM_REASON] = reason,   [PROBLEM_MESSAGE] = *output ? output : summary,
	};
	json_t *problem = json_array();

	for (size_t i = 0; i < PROBLEM_TEXTS; i++) {
		json_t *text = json_string(texts[i]);

		/* What a program wrote may be no UTF-8. */
		json_array_append_new(problem, text ? text : json_string(""));
	}
	free(summary);
	free(reason);
	return problem;
}

const char *
problem_text(const json_t *problem, enum problem_text which)
{
	return json_string_value(json_array_get(problem, which));
}

const json_t *
problems_of_workload(const json_t *problems, const char *module)
{
	const json_t *problem, *of_all = NULL;
	size_t i;

	json_array_foreach(problems, i, problem) {
		if (strcmp(problem_text(problem, PROBLEM_SCOPE), "workload") != 0)
			of_all = problem;
		else if (strcmp(problem_text(problem, PROBLEM_OBJECT_ID), module) == 0)
			return problem;
	}
	return of_all;
}

void
problems_set(struct problems *problems, json_t *list)
{
	if (json_equal(problems->list, list))
		return;
	json_decref(problems->list);
	problems->list = json_incref(list);
	problems->version++;
}

void
problems_set_env(struct problems *problems, const char *env, const char *code,
		 const struct error *why)
{
	json_t *list = json_array();

	json_array_append_new(list, problem_new("environment", env, code, why, ""));
	problems_set(problems, list);
	json_decref(list);
}

void
problems_clear(struct problems *problems)
{
	json_decref(problems->list);
	problems->list = NULL;
}
