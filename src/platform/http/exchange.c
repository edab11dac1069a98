/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a handler needs to know of HTTP, and no more: it can be tested without a socket, and
 * the server can be another one.
 *
 * A handler reports an error of ours (base/error.h); which status that is, is one table here.
 */
#include "config.h"

#include "platform/http/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "model/error-answer.h"
#include "model/error-codes.h"
#include "model/extensions.h"
#include "platform/state/platform.h"

#define UNAVAILABLE_S 5		/* when to try again */

/* A parameter of an extension that is withheld was never sent, as far as handlers can see. */
const char *
request_query(const struct request *request, const char *key)
{
	for (size_t i = 0; i < REQUEST_HIDDEN_MAX && request->hidden[i]; i++)
		if (strcmp(request->hidden[i], key) == 0)
			return NULL;
	return request->query ? request->query(request->data, key) : NULL;
}

size_t
request_query_all(const struct request *request, const char *key, const char **values, size_t max)
{
	return request->query_all ? request->query_all(request->data, key, values, max) : 0;
}

const char *
request_user(const struct request *request)
{
	return request->caller->user;
}

int
response_status_of(const struct error *err)
{
	int status = error_code_status(err);
	static const int statuses[] = {
		[ERROR_NONE] = 500, [ERROR_INPUT] = 400, [ERROR_NOT_FOUND] = 404,
		[ERROR_CONFLICT] = 409, [ERROR_STALE] = 412, [ERROR_ACCESS] = 403,
		[ERROR_UNREACHABLE] = 500, [ERROR_NO_REPLY] = 500, [ERROR_PROTOCOL] = 500,
		[ERROR_LIMIT] = 413, [ERROR_REMOTE] = 500, [ERROR_STORE] = 500,
		[ERROR_SYSTEM] = 500, [ERROR_FULL] = 507, [ERROR_UNAVAILABLE] = 503,
	};

	return status != 0 ? status : statuses[err->kind];
}

void
response_refuse(struct response *response, const struct platform *platform, const struct error *err)
{
	char code[16];
	struct error_answer refusal = {
		.status = {code},
		.message = {error_codes_text(err)},
		.details = response->details ? json_incref(response->details) : json_object(),
	};

	response->status = response_status_of(err);
	if (response->status == 503 && response->retry_after == 0)
		response->retry_after = UNAVAILABLE_S;
	if (!(platform->withheld & EXTENSION_BIT(EXTENSION_ERROR_CODES)))
		error_codes_write(err, refusal.details);
	snprintf(code, sizeof(code), "API-%03d", response->status);
	json_decref(response->body);
	free(response->content_type);
	response->content_type = NULL;
	/* A text that is no UTF-8 cannot be sent; status and code must do then. */
	response->body = error_answer_encode(&refusal);
	json_decref(refusal.details);
	free(refusal.message.raw);
}
