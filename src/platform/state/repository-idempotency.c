/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One table, keyed by user and key: nobody can be answered with what somebody else was told. */
#include "config.h"

#include "platform/state/repository-idempotency.h"

#include <stdlib.h>

#include "db/statement.h"
#include "platform/state/rows.h"

void
kept_answer_clear(struct kept_answer *answer)
{
	free(answer->request);
	free(answer->body);
	*answer = (struct kept_answer){0};
}

static void
read_answer(struct statement *row, void *noun)
{
	*(struct kept_answer *)noun = (struct kept_answer){
		.request = row_copy_or(row, 0, ""),
		.status = (int)row_int_in(row, 1, 100, 599, 500),
		.body = row_copy_or(row, 2, ""),
	};
}

int
repository_idempotent(struct repository *repository, const char *user, const char *key,
		      int64_t since, struct kept_answer *out, struct error *err)
{
	*out = (struct kept_answer){0};
	if (rows_read(repository, err, read_answer, out,
		      "SELECT request, status, body FROM idempotency_keys"
		      " WHERE user = ? AND key = ? AND created_at > ?", "ssi", user, key,
		      since) == 0)
		return 0;
	kept_answer_clear(out);
	return -1;
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
	return rows_run(repository, err,
			"DELETE FROM idempotency_keys WHERE (user, key) IN (SELECT user, key"
			" FROM idempotency_keys WHERE created_at <= ? ORDER BY created_at LIMIT ?)",
			"ii", until, (int64_t)IDEMPOTENT_SLICE);
}
