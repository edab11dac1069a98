/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One table, keyed by user and key: nobody can be answered with what somebody else was told. */
#include "config.h"

#include "platform/state/repository-idempotency.h"

#include "platform/state/rows.h"

json_t *
repository_idempotent(struct repository *repository, const char *user, const char *key,
		      int64_t since, struct error *err)
{
	return rows_one(repository, err,
			"SELECT request, CAST(status AS TEXT) AS status, body FROM idempotency_keys"
			" WHERE user = ? AND key = ? AND created_at > ?", "ssi", user, key, since);
}

int
repository_put_idempotent(struct repository *repository, const char *user, const char *key,
			  const char *request, int status, const json_t *body, int64_t now,
			  struct error *err)
{
	return rows_run(
		repository, err,
		"INSERT INTO idempotency_keys (user, key, request, status, body, created_at)"
		" VALUES (?, ?, ?, ?, ?, ?)",
		"sssiji", user, key, request, (int64_t)status, body, now);
}

int
repository_forget_idempotent(struct repository *repository, int64_t until, struct error *err)
{
	return rows_run(repository, err, "DELETE FROM idempotency_keys WHERE created_at <= ?", "i",
			until);
}
