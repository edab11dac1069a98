/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The answer is kept in the transaction of the change: the same key is answered again or was
 * never carried out, and no crash comes between.
 *
 * The request is kept as a hash only.  A key that comes with another request is refused: it
 * was used twice by mistake, and either answer would be wrong.
 */
#include "config.h"

#include "platform/api/idempotency.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "platform/http/exchange.h"
#include "platform/state/platform.h"
#include "platform/state/repository-idempotency.h"
#include "platform/state/secret.h"

#define OLDEST_MS (IDEMPOTENCY_HOURS * 3600 * INT64_C(1000))

static bool
is_good(const char *key)
{
	size_t length = strlen(key);

	for (const char *c = key; *c; c++)
		if (*c < ' ' || *c > '~')
			return false;
	return length > 0 && length <= IDEMPOTENCY_KEY_MAX;
}

/* What must be the same: the address, and what the body says however it is written. */
static void
fingerprint(struct platform *platform, const struct request *request,
	    char out[IDS_SHA256_HEX_SIZE])
{
	const char *dry_run = request_query(request, "dry_run");
	char *body = request->body ? json_canonical(request->body) : xstrdup("");
	char *text = xasprintf("%s %s %s %s", request->method, request->path,
			       dry_run ? dry_run : "", body);

	/* A body with secrets is told from others by the key that nobody else has. */
	if (json_object_get(request->body, "values"))
		secrets_fingerprint(platform->secrets, &request->place, text, out);
	else
		ids_sha256_hex(out, text, strlen(text));
	secrets_wipe(text);
	secrets_wipe(body);
}

static int
answer_again(const struct kept_answer *kept, struct response *response, struct error *err)
{
	response->body = json_decode(kept->body, strlen(kept->body), err);
	response->status = kept->status;
	return response->body ? 1 : -1;
}

int
idempotency_find(struct platform *platform, const struct request *request,
		 struct response *response, struct error *err)
{
	char print[IDS_SHA256_HEX_SIZE];
	struct error why = {0};
	struct kept_answer kept;
	int ret = -1;

	if (!request->idempotency_key)
		return 0;
	if (!is_good(request->idempotency_key))
		return error_set_code(err, CODE_IDEMPOTENCY_KEY_INVALID,
				      .max = IDEMPOTENCY_KEY_MAX);
	if (repository_idempotent(platform->repository, request_user(request),
				  request->idempotency_key, clock_wall_ms() - OLDEST_MS, &kept,
				  &why) != 0) {
		if (why.kind == ERROR_NOT_FOUND)
			return 0;
		*err = why;
		return -1;
	}
	fingerprint(platform, request, print);
	if (strcmp(print, kept.request) == 0)
		ret = answer_again(&kept, response, err);
	else
		error_set_code(err, CODE_IDEMPOTENCY_KEY_REUSED);
	kept_answer_clear(&kept);
	return ret;
}

int
idempotency_keep(struct platform *platform, const struct request *request,
		 const struct response *response, struct error *err)
{
	char print[IDS_SHA256_HEX_SIZE];
	int64_t now = clock_wall_ms();

	if (!request->idempotency_key || response->status < 200 || response->status > 299 ||
	    !response->body)
		return 0;
	fingerprint(platform, request, print);
	if (repository_forget_idempotent(platform->repository, now - OLDEST_MS, err) != 0)
		return -1;
	return repository_put_idempotent(platform->repository, request_user(request),
					 request->idempotency_key, print, response->status,
					 response->body, now, err);
}
