/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Clones of what was adopted belong to whoever may see their cluster: each is recorded beside what
 * it runs (driver_ops.keep), and those of other machines are found there and become environments
 * here.  A record has what a clone was made of and what it runs now, and no secret.
 */
#ifndef SIDESTAGE_PLATFORM_ENGINE_RECORDS_H
#define SIDESTAGE_PLATFORM_ENGINE_RECORDS_H

#include <jansson.h>

struct adoption;
struct adoption_report;
struct env_home;
struct error;
struct place;
struct platform;
struct records;

/* From the next turn on; copies all of it. */
struct records *records_new(struct platform *platform, const struct adoption *adoption);
void records_free(struct records *records);	/* NULL is fine */
/* What is under way is of no more interest: before the drivers go. */
void records_stop(struct records *records);

/* Adds to what is known of an organization's sources (follow_tell()): to the warnings what cannot
 * be kept, or used, of its clones, and when those of the cluster were read last; and they are
 * ADOPTION_READING until those that were there at first are known, too, for some seconds at most.
 * records NULL is fine. */
void records_tell(struct records *records, const char *org, struct adoption_report *told);

/* Keeps what was deployed and is not kept yet, and calls `done`, once: at once where that is
 * nothing, or cannot be done. */
void records_finish(struct records *records, void (*done)(void *data), void *data);

/* --- for tests --- */

/* What is recorded of a clone; new reference.  NULL with err. */
json_t *record_write(struct platform *platform, const struct place *place,
		     const struct env_home *home, struct error *err);
/* Whether it is the record of that space ("app/env"), whose namespace has these notes
 * (driver_ops.kept): a copy of another's is not.  0, or -1 with err. */
int record_agrees(const json_t *record, const char *space, const json_t *notes, struct error *err);
/* A clone as it was recorded, in that namespace; one that is here becomes what it is there.
 * 0; 1: it is so already; 2: not now, since what it was cloned from is not looked at here, or it is
 * being made or deleted; -1 with err. */
int record_take(struct platform *platform, const struct adoption *adoption, const char *namespace,
		const json_t *record, struct error *err);

#endif
