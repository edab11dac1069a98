/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * How far something is that takes time: a deployment that is carried out, an environment that is
 * deleted.  The member "progress" of either, while it lasts (doc/api/extensions, progress).  Rules
 * of nouns.h.
 */
#ifndef SIDESTAGE_MODEL_TASK_PROGRESS_H
#define SIDESTAGE_MODEL_TASK_PROGRESS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

struct error;

struct task_progress {
	int64_t done, total;		/* parts; total 0: nobody counts them */
	struct untrusted message;	/* what is waited for; raw NULL: nothing is said */
	json_t *reason;			/* the same as code and parameters */
	struct untrusted problem;
};
void task_progress_read(struct task_progress *out, const json_t *body);
int task_progress_decode(struct task_progress *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *task_progress_encode(const struct task_progress *progress);
void task_progress_clear(struct task_progress *progress);

/* What is waited for, in the language of whoever reads it; NULL: nothing is said.  free() it; it
 * holds foreign text. */
char *task_progress_text(const struct task_progress *progress);

#endif
