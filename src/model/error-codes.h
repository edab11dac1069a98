/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the platform refuses and what fails there, one row each: a code that never changes, the
 * status, and the sentence with the names of its parameters.  The platform says the sentence in
 * English and sends code and parameters beside it (doc/api/extensions, error-codes); a client that
 * knows the code says the sentence of this table in the language of whoever reads it.
 *
 * An error may have several: "workload web: there is no resource \"db\"" is a sentence that says
 * where, and its cause.  Whoever adds to an error says so by error_prefix_code().
 */
#ifndef SIDESTAGE_MODEL_ERROR_CODES_H
#define SIDESTAGE_MODEL_ERROR_CODES_H

#include <jansson.h>
#include <stdbool.h>

struct error;

/* X(CODE, status, sentence).  The code on the wire is the name in lower case.  A row is never
 * given another meaning or other parameters: clients of other versions know it. */
#define ERROR_CODES(X) \
	X(ENVIRONMENT_EXISTS, 409, N_("There is an environment \"{env}\" already.  Choose another id.")) \
	X(ENVIRONMENT_IS_PAUSED, 400, N_("{env} is paused.  Resume it before you deploy to it."))

/* What a sentence can be said with: a name means the same in all of them. */
#define ERROR_TEXTS(X) \
	X(env)			/* id of an environment */
#define ERROR_NUMBERS(X) \
	X(max)

enum error_code {
	ERROR_CODE_NONE,
#define X(id, status, text) CODE_##id,
	ERROR_CODES(X)
#undef X
	ERROR_CODE_COUNT
};

#define ERROR_CODE_SIZE 48	/* of a code, with its end */
#define ERROR_VALUE_MAX 200	/* bytes of a parameter; a longer one is cut at a character */

struct error_parameters {
	enum error_code code;
#define X(name) const char *name;
	ERROR_TEXTS(X)
#undef X
#define X(name) long long name;
	ERROR_NUMBERS(X)
#undef X
};

/* Fills err (NULL is fine) with the sentence, in the language of this program, and the kind that
 * its status has; returns -1:
 *
 *	return error_set_code(err, CODE_ENVIRONMENT_EXISTS, .env = id);
 */
#define error_set_code(err, ...) \
	error_code_set((err), &(const struct error_parameters){.code = __VA_ARGS__})
/* Puts the sentence and ": " before those that are there; the kind stays.  Returns -1. */
#define error_prefix_code(err, ...) \
	error_code_prefix((err), &(const struct error_parameters){.code = __VA_ARGS__})

int error_code_set(struct error *err, const struct error_parameters *parameters);
int error_code_prefix(struct error *err, const struct error_parameters *parameters);

/* In lower case, as on the wire. */
void error_code_name(char out[ERROR_CODE_SIZE], enum error_code code);
/* The status of the first sentence that has one; 0: none has, or the kind was made another. */
int error_code_status(const struct error *err);
/* The whole text in English, whatever this program speaks; free() it. */
char *error_codes_text(const struct error *err);
/* Adds "code", "parameters" and, where there are more sentences, "cause": as much in an object.
 * Nothing when the error has no code. */
void error_codes_write(const struct error *err, json_t *details);
/* What was written, perhaps by another version: true when the code, all its parameters and all its
 * causes are known; then out says it in the language of this program.  Else out stays. */
bool error_codes_read(struct error *out, const json_t *details);

#endif
