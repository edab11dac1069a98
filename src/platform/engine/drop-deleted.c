/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The rows of what was deleted, or is too old, go a slice a turn of the loop, so that others are
 * answered meanwhile.  Which ones, the database says: an end of the daemon on the way changes
 * nothing. */
#include "config.h"

#include "base/error.h"
#include "base/log.h"
#include "net/loop.h"
#include "platform/auth/audit.h"
#include "platform/engine/engine-private.h"
#include "platform/state/platform.h"
#include "platform/state/repository-removal.h"

#define AGAIN_MS 5000		/* after the database has failed */

static int
drop_applications(struct platform *platform, struct error *err)
{
	return repository_drop_applications(platform->repository, err);
}

static int
drop_artefacts(struct platform *platform, struct error *err)
{
	return repository_drop_artefacts(platform->repository, err);
}

/* Each gives 1 while there is more of it, 0, or -1 with err. */
static int (*const kinds[])(struct platform *platform, struct error *err) = {
	drop_applications, drop_artefacts, audit_prune,
};

/* Of the first kind that there is anything of. */
static void
drop_slice(void *data)
{
	struct engine *engine = data;
	struct error err = {0};
	int more = 0;

	engine->dropping = NULL;
	for (size_t i = 0; more == 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		more = kinds[i](engine->platform, &err);
	if (more < 0)
		log_line(LOG_PRIORITY_ERROR, "cannot drop what was deleted, trying again", "error",
			 err.text, NULL);
	if (more != 0)
		engine->dropping = loop_add_timer(engine->platform->loop,
						  more > 0 ? SLICE_PAUSE_MS : AGAIN_MS, drop_slice,
						  engine);
}

void
engine_drop_deleted(struct engine *engine)
{
	if (!engine->stopping && !engine->dropping)
		engine->dropping = loop_add_timer(engine->platform->loop, SLICE_PAUSE_MS,
						  drop_slice, engine);
}
