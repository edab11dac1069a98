/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Says what did not work, and why something is not there. */
#ifndef SIDESTAGE_CLI_PLAIN_FAIL_H
#define SIDESTAGE_CLI_PLAIN_FAIL_H

#include <stdbool.h>

#include "cli/exit-code.h"

struct error;
struct hotfix;
struct linear;
struct untrusted;
struct world_environment;

/* Says what did not work; the program will end with this code, unless another came before. */
void linear_fail(struct linear *l, enum exit_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void linear_fail_error(struct linear *l, const struct error *error, enum exit_stage stage);
/* More about what failed: to where that was said. */
void linear_note(struct linear *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* NULL: there is none, and it was said. */
const struct world_environment *linear_environment(struct linear *l, const char *id);
/* Whether the environment's set has this workload; when not, that was said. */
bool linear_workload(struct linear *l, const struct world_environment *e, const char *workload);
/* That there is no such clone. */
void linear_fail_clone(struct linear *l, const char *env);
/* The same where its story could not be told, or read. */
void linear_fail_hotfix(struct linear *l, const struct hotfix *hotfix);
/* That its set is not known, and why. */
void linear_fail_set(struct linear *l, const struct world_environment *e);
/* Fails with EXIT_UNREAD where a list of organizations, applications or environments has entries
 * that could not be read. */
void linear_check_lists(struct linear *l);
/* The same of one list, by its problem. */
void linear_check_list(struct linear *l, const struct untrusted *problem);
/* false: of some environment it could not be read whether it is a clone, and that was said. */
bool linear_clones_told(struct linear *l);
/* The parts of an answer about it that could not be read are told, with the code of that. */
void linear_check_parts(struct linear *l, const struct world_environment *e);
/* Whether the local history can be read; when not, that was said. */
bool linear_check_history(struct linear *l);
/* The reason that an answer gave; error NULL or of no kind: that there is no answer. */
const char *linear_why(const struct error *error);
/* What was told is not all: it could not be read, or not in time (told is false). */
void linear_check_told(struct linear *l, bool told, const struct error *error);

#endif
