/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Query parameters that are more than text.  One that was given and cannot be read is an
 * error and never the usual value: an answer to another question looks like one to this. */
#include "config.h"

#include "platform/api/handlers/parameters.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "model/error-codes.h"
#include "platform/http/exchange.h"

int
parameter_bool(const struct request *request, const char *key, bool *out, struct error *err)
{
	const char *text = request_query(request, key);
	bool is_true = text && strcmp(text, "true") == 0;

	if (text && !is_true && strcmp(text, "false") != 0)
		return error_set_code(err, CODE_MEMBER_NOT_BOOLEAN, .member = key);
	if (text)
		*out = is_true;
	return 0;
}

int
parameter_time(const struct request *request, const char *key, int64_t *out, struct error *err)
{
	const char *text = request_query(request, key);

	if (!text || clock_parse(text, out))
		return 0;
	return error_set_code(err, CODE_MEMBER_NOT_TIME, .member = key);
}

int
parameter_number(const struct request *request, const char *key, int min, int max, int *out,
		 struct error *err)
{
	const char *text = request_query(request, key);
	char *end;
	long number;

	if (!text)
		return 0;
	number = strtol(text, &end, 10);
	if (end == text || *end || number < min || number > max)
		return error_set_code(err, CODE_MEMBER_NOT_NUMBER, .member = key, .min = min,
				      .max = max);
	*out = (int)number;
	return 0;
}
