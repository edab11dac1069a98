/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "platform/engine/env-progress.h"

#include <stdlib.h>

#include "model/error-codes.h"
#include "model/task-progress.h"
#include "platform/drivers/task.h"

void
env_progress_note(struct env_progress *progress, const struct driver_progress *reported)
{
	*progress = (struct env_progress){.done = reported->done, .total = reported->total};
	if (reported->why)
		progress->why = *reported->why;
}

json_t *
env_progress_encode(const struct env_progress *progress)
{
	struct task_progress noun = {
		.done = (int64_t)progress->done, .total = (int64_t)progress->total};
	char *text, *code;
	json_t *encoded;

	if (progress->total == 0)
		return NULL;
	if (!progress->why.text[0])
		return task_progress_encode(&noun);
	text = error_codes_text(&progress->why);
	code = error_codes_encode(&progress->why);
	untrusted_init(&noun.message, text);
	noun.reason = json_loads(code, 0, NULL);
	encoded = task_progress_encode(&noun);
	task_progress_clear(&noun);
	free(text);
	free(code);
	return encoded;
}
