/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Says what did not work, and why something is not there. */
#ifndef SIDESTAGE_CLI_PLAIN_FAIL_H
#define SIDESTAGE_CLI_PLAIN_FAIL_H

#include <stdbool.h>

#include "cli/exit-code.h"

struct error;
struct hotfix;
struct plain;
struct untrusted;
struct world_environment;

/* Says what did not work; the program will end with this code, unless another came before. */
void plain_fail(struct plain *p, enum exit_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void plain_fail_error(struct plain *p, const struct error *error, enum exit_stage stage);
/* More about what failed: to where that was said. */
void plain_note(struct plain *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* NULL: there is none, and it was said. */
const struct world_environment *plain_environment(struct plain *p, const char *id);
/* Whether the environment's set has this workload; when not, that was said. */
bool plain_workload(struct plain *p, const struct world_environment *e, const char *workload);
/* That there is no such clone. */
void plain_fail_clone(struct plain *p, const char *env);
/* The same where its story could not be told, or read. */
void plain_fail_hotfix(struct plain *p, const struct hotfix *hotfix);
/* That its set is not known, and why. */
void plain_fail_set(struct plain *p, const struct world_environment *e);
/* Fails with EXIT_UNREAD where a list of organizations, applications or environments has entries
 * that could not be read. */
void plain_check_lists(struct plain *p);
/* The same of one list, by its problem. */
void plain_check_list(struct plain *p, const struct untrusted *problem);
/* false: of some environment it could not be read whether it is a clone, and that was said. */
bool plain_clones_told(struct plain *p);
/* The parts of an answer about it that could not be read are told, with the code of that. */
void plain_check_parts(struct plain *p, const struct world_environment *e);
/* Whether the local history can be read; when not, that was said. */
bool plain_check_history(struct plain *p);
/* The reason that an answer gave; error NULL or of no kind: that there is no answer. */
const char *plain_why(const struct error *error);
/* What was told is not all: it could not be read, or not in time (told is false). */
void plain_check_told(struct plain *p, bool told, const struct error *error);

#endif
