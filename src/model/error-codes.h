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

/* clang-format off */
/* X(CODE, status, sentence).  The code on the wire is the name in lower case.  A row is never
 * given another meaning or other parameters: clients of other versions know it. */
#define ERROR_CODES(X) \
	X(ENVIRONMENT_EXISTS, 409, N_("There is an environment \"{env}\" already.  Choose another id.")) \
	X(ENVIRONMENT_IS_PAUSED, 400, N_("{env} is paused.  Resume it before you deploy to it.")) \
	/* who may do what */ \
	X(MAY_NOT_DEPLOY_TO_TYPE, 403, N_("{user} may not change environments of the type \"{env_type}\" of {place}.  That takes the role deployer there; an administrator can give it.")) \
	X(MAY_NOT_DEPLOY, 403, N_("{user} may not change the environments of {place}.  That takes the role deployer there; an administrator can give it.")) \
	X(MAY_ONLY_LOOK, 403, N_("{user} may only look at {place}.  To change it takes the role developer there; an administrator can give it.")) \
	X(HAS_NO_ROLE, 403, N_("{user} holds no role in the whole of {place}.")) \
	X(NOT_ADMINISTRATOR_OF_PLACE, 403, N_("{user} is not an administrator of {place}, which this requires.")) \
	X(NOT_ADMINISTRATOR, 403, N_("{user} is not an administrator, which this requires.")) \
	X(NOT_ADMINISTRATOR_OF_PLATFORM, 403, N_("{user} is not an administrator of this platform, which this requires.")) \
	X(NOBODY_MAY, 403, N_("Nobody may do this.")) \
	/* the database */ \
	X(ALREADY_EXISTS, 409, N_("It exists already.")) \
	X(STORED_DANGLING, 500, N_("The platform refused to store this: it refers to something that is not there.")) \
	X(STORED_INCOMPLETE, 500, N_("The platform refused to store this: a part of it is missing.")) \
	X(STORED_NOT_ALLOWED, 500, N_("The platform refused to store this: a part of it is not allowed.")) \
	X(STORED_CONTRADICTION, 500, N_("The platform refused to store this: it contradicts what is stored.")) \
	X(DISK_FULL, 507, N_("The platform's disk is full.  Nothing was changed.")) \
	X(TOO_LARGE_TO_STORE, 413, N_("This is larger than the platform can store.")) \
	X(DATABASE_BUSY, 503, N_("The platform's database is busy.  Try again.")) \
	X(OUT_OF_MEMORY, 503, N_("The platform is out of memory.  Try again later.")) \
	X(DATABASE_READ_ONLY, 503, N_("The platform's database cannot be written now.  It can be read.")) \
	X(DATABASE_UNAVAILABLE, 503, N_("The platform's database cannot be opened now.")) \
	X(DATABASE_DISK_FAILED, 500, N_("The platform's disk failed to read or write its database.")) \
	X(DATABASE_DAMAGED, 500, N_("The platform's database is damaged.  Restore it from a backup.")) \
	X(DATABASE_IS_NONE, 500, N_("The platform's database is damaged: it is not a database.")) \
	X(DATABASE_UNCHANGED, 500, N_("The platform's database failed.  Nothing was changed.")) \
	X(DATABASE_FAILED, 500, N_("The platform's database failed.")) \
	/* what is there, and what is not */ \
	X(DRIVER_INPUTS_MEMBER_NOT_OBJECT, 400, N_("The \"{member}\" of \"driver_inputs\" must be an object.")) \
	X(DRIVER_INPUTS_SECRET_WITHOUT_VALUE, 400, N_("The secret \"{name}\" of \"driver_inputs\" has no \"value\"; this platform knows no other store of secrets.")) \
	X(DEFINITION_SECRETS_TOO_LARGE, 400, N_("The secrets of a definition are at most {max} bytes.")) \
	X(DRIVER_INPUTS_NOT_OBJECT, 400, N_("\"driver_inputs\" must be an object.")) \
	X(DRIVER_INPUTS_SECRETS_TWICE, 400, N_("\"driver_inputs\" has \"secrets\" or \"secret_refs\", not both.")) \
	X(DEFINITION_SECRETS_UNREADABLE, 500, N_("The secrets of the definition \"{definition}\" cannot be read.")) \
	X(ENVIRONMENT_MOVED_TO_NOTHING, 412, N_("The environment moved: nothing was deployed to it yet.  Look at it again.")) \
	X(ENVIRONMENT_MOVED, 412, N_("The environment moved: its last deployment is \"{deployment}\", and the next one builds on \"{base}\".  Look at it again.")) \
	X(VALUES_MOVED, 412, N_("The shared values of {place} changed: their newest version is \"{version}\".  Look at them again.")) \
	X(ORGANIZATION_NOT_FOUND, 404, N_("There is no organization \"{org}\".")) \
	X(APPLICATION_NOT_FOUND, 404, N_("There is no application \"{app}\".")) \
	X(ENVIRONMENT_NOT_FOUND, 404, N_("There is no environment \"{env}\".")) \
	X(ENVIRONMENT_TYPE_IN_USE, 409, N_("The environment type \"{env_type}\" is in use by the environment {env} of {app}.")) \
	X(NOT_FOUND, 404, N_("There is no such thing.")) \
	X(DEPLOYMENT_NOT_FOUND, 404, N_("{env} has no deployment \"{deployment}\".")) \
	X(DEPLOYMENT_OF_APPLICATION_NOT_FOUND, 404, N_("The application {app} has no deployment \"{deployment}\".")) \
	X(DEFINITION_NOT_FOUND, 404, N_("There is no resource definition \"{definition}\".")) \
	X(DEFINITION_VERSION_NOT_FOUND, 404, N_("The definition \"{definition}\" has no version \"{version}\".")) \
	X(GRAPH_NOT_FOUND, 404, N_("{env} has no resource graph \"{graph}\".")) \
	X(RULE_NOT_FOUND, 404, N_("{env} has no rule \"{rule}\".")) \
	X(SET_NOT_FOUND, 404, N_("The application {app} has no set \"{set}\".")) \
	X(DELTA_NOT_FOUND, 404, N_("The application {app} has no delta \"{delta}\".")) \
	X(DELTA_IS_ARCHIVED, 400, N_("The delta \"{delta}\" is archived, so it cannot be changed.")) \
	X(USER_NOT_FOUND, 404, N_("There is no user \"{user}\".")) \
	X(USER_EXISTS, 409, N_("There is a user \"{user}\" already.")) \
	X(TOKEN_NOT_FOUND, 404, N_("{user} has no token \"{token}\".")) \
	X(TOKEN_EXISTS, 409, N_("{user} has a token \"{token}\" already.  Choose another id.")) \
	X(NO_VALUE_SET_VERSION_YET, 404, N_("There is no value set version: no shared value was made yet.")) \
	X(VALUE_SET_VERSION_NOT_FOUND, 404, N_("There is no value set version \"{version}\" here.")) \
	X(VERSION_WITHOUT_OWN_VALUE, 400, N_("This version has no value \"{key}\" of the environment's own.")) \
	X(VERSION_WITHOUT_VALUE, 400, N_("This version has no value \"{key}\".")) \
	X(VALUE_WAS_PURGED, 400, N_("The value that \"{key}\" had in this version was purged.")) \
	X(VALUE_IS_CURRENT, 400, N_("\"{key}\" has this value now.  Change or delete it first.")) \
	X(VALUE_NOT_FOUND, 404, N_("There is no shared value \"{key}\".")) \
	X(TOO_MANY_VALUES, 400, N_("There cannot be more than {max} shared values.")) \
	X(VALUES_TOO_LARGE, 400, N_("All shared values together cannot be larger than {max} bytes.")) \
	X(VALUE_EXISTS, 409, N_("There is a shared value \"{key}\" already.")) \
	X(ENVIRONMENT_VALUE_NOT_FOUND, 400, N_("{env} does not have its own shared value \"{key}\".")) \
	X(SECRET_UNREADABLE, 500, N_("the secret {key} cannot be opened: it was changed, moved, or sealed with another key"))

/* What a sentence can be said with: a name means the same in all of them. */
#define ERROR_TEXTS(X) \
	X(app)		/* ids */ \
	X(base)		/* of the deployment that the next one builds on */ \
	X(definition) \
	X(delta) \
	X(deployment) \
	X(env) \
	X(env_type) \
	X(graph) \
	X(org) \
	X(place)	/* of an organization, an application or an environment */ \
	X(rule) \
	X(set) \
	X(token) \
	X(user) \
	X(version) \
	X(key)		/* of a shared value */ \
	X(member)	/* of a JSON object that the API defines */ \
	X(name)		/* in a JSON object whose names are free */
#define ERROR_NUMBERS(X) \
	X(max)
/* clang-format on */

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
