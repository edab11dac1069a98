/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Answers that are given again: idempotency.h.  Rules of repository.h. */
#ifndef SIDESTAGE_PLATFORM_STATE_REPOSITORY_IDEMPOTENCY_H
#define SIDESTAGE_PLATFORM_STATE_REPOSITORY_IDEMPOTENCY_H

#include <jansson.h>
#include <stdint.h>

struct error;
struct repository;

struct kept_answer {
	char *request;		/* its fingerprint */
	int status;
	char *body;		/* JSON text */
};
void kept_answer_clear(struct kept_answer *answer);
/* One that was kept after `since`; -1 with ERROR_NOT_FOUND.  kept_answer_clear() it. */
int repository_idempotent(struct repository *repository, const char *user, const char *key,
			  int64_t since, struct kept_answer *out, struct error *err);
int repository_put_idempotent(struct repository *repository, const char *user, const char *key,
			      const char *request, int status, const json_t *body, int64_t now,
			      struct error *err);
#define IDEMPOTENT_SLICE 100
/* The oldest of those that were kept until then, so many at most: less than a turn of the loop, and
 * as one is kept at a time, they all go in the end. */
int repository_forget_idempotent(struct repository *repository, int64_t until, struct error *err);

#endif
