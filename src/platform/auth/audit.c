/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * An entry is written in the transaction of the change that it tells of: there is never one
 * without the other.  The log is bounded by rows and by age, and pruned now and then, not
 * with every entry.
 *
 * What was refused is noted after the rollback, by itself.
 */
#include "config.h"

#include "platform/auth/audit.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/error.h"
#include "platform/state/platform.h"
#include "platform/state/repository-users.h"

#define DAY_MS (24 * 60 * 60 * 1000LL)
#define PRUNE_EVERY (AUDIT_SLICE / 2)	/* so that what is left over grows less */
#define PATH_MAX_BYTES 1024	/* no address of ours is longer; one of nothing may be */

const struct audit_options audit_defaults = {
	.max_rows = 250000,
	.max_age_ms = 400 * DAY_MS,
};

int
audit_prune(struct platform *platform, struct error *err)
{
	const struct audit_options *options = platform->audit ? platform->audit : &audit_defaults;

	return repository_prune_audit(platform->repository, options->max_rows,
				      clock_wall_ms() - options->max_age_ms, err);
}

int
audit_put(struct platform *platform, const struct audit_row *entry, struct error *err)
{
	char path[PATH_MAX_BYTES];
	struct audit_row row = *entry;

	snprintf(path, sizeof(path), "%s", entry->path);
	row.path = path;
	row.at = clock_wall_ms();
	if (repository_put_audit(platform->repository, &row, err) != 0)
		return -1;
	if (++platform->audited % PRUNE_EVERY == 0)
		return audit_prune(platform, err) < 0 ? -1 : 0;
	return 0;
}
