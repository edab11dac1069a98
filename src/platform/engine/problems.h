/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What went wrong in a rollout, as a list of rows of texts: those that a deployment error is stored
 * with, and by which the runtime says why something does not run.
 */
#ifndef SIDESTAGE_PLATFORM_ENGINE_PROBLEMS_H
#define SIDESTAGE_PLATFORM_ENGINE_PROBLEMS_H

#include <jansson.h>
#include <stdint.h>

struct error;

#define PROBLEM_REMOVAL "cannot-remove"	/* the code of what keeps an environment that is to go */

enum problem_text {
	PROBLEM_SCOPE,		/* "workload", "resource", "environment" */
	PROBLEM_OBJECT_ID,
	PROBLEM_CODE,
	PROBLEM_SUMMARY,	/* in English */
	PROBLEM_REASON,		/* the summary, as error_codes_encode() has it */
	PROBLEM_MESSAGE,	/* the last lines of a program, or the summary again */
	PROBLEM_TEXTS
};

/* A row, a new reference. */
json_t *problem_new(const char *scope, const char *object_id, const char *code,
		    const struct error *why, const char *output);
/* Borrowed. */
const char *problem_text(const json_t *problem, enum problem_text which);
/* That of a workload, or else of all of its environment; NULL: there is none.  Borrowed. */
const json_t *problems_of_workload(const json_t *problems, const char *module);

/* What is known now; all zero at first. */
struct problems {
	json_t *list;		/* NULL: nothing */
	uint64_t version;	/* another one whenever the list changes */
};

/* Of an environment that cannot even be tried. */
void problems_set_env(struct problems *problems, const char *env, const char *code,
		      const struct error *why);
/* NULL: nothing. */
void problems_set(struct problems *problems, json_t *list);
void problems_clear(struct problems *problems);

#endif
