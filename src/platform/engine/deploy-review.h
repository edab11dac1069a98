/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What whoever would carry a deployment out says of it, before it is made: the driver is handed
 * what the deployment would hand over (driver.h, review), and nothing is kept of it.
 *
 * It is read from a deployment that is recorded in a transaction which is then taken back: so it is
 * checked, merged and pinned as every other, and leaves nothing behind.
 */
#ifndef SIDESTAGE_PLATFORM_ENGINE_DEPLOY_REVIEW_H
#define SIDESTAGE_PLATFORM_ENGINE_DEPLOY_REVIEW_H

#include <jansson.h>

struct error;
struct place;
struct platform;
struct review_run;

/* In the transaction that records the deployment, of which nothing is needed afterwards.  NULL with
 * err: it could not be read. */
struct review_run *review_run_new(struct platform *platform, const struct place *place,
				  const char *deploy_id, struct error *err);
/* A deploy_review (nouns.h), on the wire; NULL: it goes on.  Borrowed. */
const json_t *review_run_answer(const struct review_run *run);
/* Whatever is under way is cancelled; NULL is fine. */
void review_run_free(struct review_run *run);

#endif
