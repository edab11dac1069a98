/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Query parameters that are more than text.  One that was given and cannot be read is an
 * error and never the usual value: an answer to another question looks like one to this. */
#include "config.h"

#include "platform/api/handlers/handlers.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"

int
parameter_bool(const struct request *request, const char *key, bool *out, struct error *err)
{
	const char *text = request_query(request, key);
	bool is_true = text && strcmp(text, "true") == 0;

	if (text && !is_true && strcmp(text, "false") != 0)
		return error_set(err, ERROR_INPUT, _("\"%s\" must be true or false."), key);
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
	return error_set(err, ERROR_INPUT, _("\"%s\" must be a time such as 2026-03-02T09:15:04Z."),
			 key);
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
		return error_set(err, ERROR_INPUT, _("\"%s\" must be a number from %d to %d."), key,
				 min, max);
	*out = (int)number;
	return 0;
}
