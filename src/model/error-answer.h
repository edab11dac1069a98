/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a platform answers where it does not do what was asked; the rules of nouns.h. */
#ifndef SIDESTAGE_MODEL_ERROR_ANSWER_H
#define SIDESTAGE_MODEL_ERROR_ANSWER_H

#include <jansson.h>

#include "base/text.h"

struct error;

/* The body of an error. */
struct error_answer {
	struct untrusted status;	/* "API-404", in "error"; of others a sentence */
	struct untrusted message;	/* a sentence in English */
	json_t *details;	/* the same as code and parameters (model/error-codes.h), beside
				 * what a 412 says (model/moved.h); NULL: nothing */
	struct untrusted problem;
};
void error_answer_read(struct error_answer *out, const json_t *body);
int error_answer_decode(struct error_answer *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *error_answer_encode(const struct error_answer *answer);
void error_answer_clear(struct error_answer *answer);
/* The words of whoever refused, "" where there are none.  Borrowed. */
const char *error_answer_words(const struct error_answer *answer);

/* Why an environment that is being deleted is still there; beside its members. */
struct removal_problem {
	struct untrusted message;	/* "status_message": a sentence; raw NULL: none is said */
	json_t *reason;			/* "status_reason": the same as code and parameters */
	struct untrusted problem;
};
/* From GET .../envs/{env}. */
void removal_problem_read(struct removal_problem *out, const json_t *body);
int removal_problem_decode(struct removal_problem *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *removal_problem_encode(const struct removal_problem *removal);
void removal_problem_clear(struct removal_problem *removal);

#endif
