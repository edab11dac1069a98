/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is wrong with the records of clones (records.h), for people who look at the board.  A space
 * is "app/env", as in driver_ops.kept. */
#ifndef SIDESTAGE_PLATFORM_ENGINE_RECORD_PROBLEMS_H
#define SIDESTAGE_PLATFORM_ENGINE_RECORD_PROBLEMS_H

#include <jansson.h>
#include <stdbool.h>

struct adoption_report;
struct error;
struct place;
struct record_problems;
struct repository;

/* Both stay with the caller, and outlive it. */
struct record_problems *record_problems_new(struct repository *repository, const char *org);
void record_problems_free(struct record_problems *problems);	/* NULL is fine */

/* In the place of what was said of it; beyond some it is left out, and so is a clone that is to be
 * here (is_ours) and is not any more. */
void record_problems_set(struct record_problems *problems, const char *space, bool is_ours,
			 const struct error *err);
/* A clone is not listed any more, since its namespace is gone: told for some minutes. */
void record_problems_set_gone(struct record_problems *problems, const char *space,
			      const char *namespace);
void record_problems_drop(struct record_problems *problems, const char *space);
/* A record that was found there is not used: err is filled, and is set.  A reason without a code is
 * a detail of its text: it is logged. */
void record_problems_refuse(struct record_problems *problems, const char *space,
			    const char *namespace, const struct error *reason, struct error *err);
/* In the place of all strays (driver_ops.kept) of before. */
void record_problems_set_strays(struct record_problems *problems, const json_t *strays);
/* Adds the sentences to the warnings; nobody needs to hear what was wrong with a clone that is
 * gone. */
void record_problems_tell(struct record_problems *problems, struct adoption_report *told);

/* The place of a space: true, and *app is free()d by the caller; false: it is not such a name. */
bool record_place(const char *org, const char *space, char **app, struct place *place);

#endif
