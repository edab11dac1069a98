/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Answers that are given again: idempotency.h.  Rules of repository.h. */
#ifndef SIDESTAGE_PLATFORM_STATE_REPOSITORY_IDEMPOTENCY_H
#define SIDESTAGE_PLATFORM_STATE_REPOSITORY_IDEMPOTENCY_H

#include <jansson.h>
#include <stdint.h>

struct error;
struct repository;

/* {"request", "status", "body"}, all text; of one that was kept after `since`. */
json_t *repository_idempotent(struct repository *repository, const char *user, const char *key,
			      int64_t since, struct error *err);
int repository_put_idempotent(struct repository *repository, const char *user, const char *key,
			      const char *request, int status, const json_t *body, int64_t now,
			      struct error *err);
/* Those that were kept until then. */
int repository_forget_idempotent(struct repository *repository, int64_t until, struct error *err);

#endif
