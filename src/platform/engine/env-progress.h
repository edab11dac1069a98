/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a driver reported last of the task that is under way in an environment. */
#ifndef SIDESTAGE_PLATFORM_ENGINE_ENV_PROGRESS_H
#define SIDESTAGE_PLATFORM_ENGINE_ENV_PROGRESS_H

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"

struct driver_progress;

struct env_progress {
	size_t done, total;		/* total 0: nothing was reported */
	struct error why;		/* its text is "": nothing is waited for */
};

void env_progress_note(struct env_progress *progress, const struct driver_progress *reported);
/* As model/task-progress.h has it; new.  NULL: nothing was reported. */
json_t *env_progress_encode(const struct env_progress *progress);

#endif
