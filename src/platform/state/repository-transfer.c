/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Importing twice gives the same: what is there is brought to what the file says. */
#include "config.h"

#include "platform/state/repository-transfer.h"

#include "platform/state/rows.h"

int
repository_import_organization(struct repository *repository, const char *id, const char *name,
			       const char *user, int64_t now, struct error *err)
{
	return rows_run(repository, err,
			"INSERT INTO organizations (id, name, created_at, created_by)"
			" VALUES (?1, ifnull(?2, ?1), ?3, ?4)"
			" ON CONFLICT (id) DO UPDATE SET name = ifnull(?2, name)",
			"ssis", id, name, now, user);
}
