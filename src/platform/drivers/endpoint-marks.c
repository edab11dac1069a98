/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A string that is a mark and nothing else becomes what stands for it, which may be a number; in
 * others it is replaced as text.
 */
#include "config.h"

#include "platform/drivers/endpoint-marks.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "platform/drivers/driver.h"

/* Longer than any spec that was taken. */
#define TEXT_MAX (64u * 1024 * 1024)

struct marks {
	const struct driver_workload *workload;
	endpoint_value *value_of;
	void *data;
};

static const struct driver_endpoint *
next_mark(const struct marks *marks, const char *text, const char **at)
{
	const struct driver_endpoint *first = NULL;

	for (size_t i = 0; i < marks->workload->endpoint_count; i++) {
		const struct driver_endpoint *endpoint = &marks->workload->endpoints[i];
		const char *found = strstr(text, endpoint->mark);

		if (found && (!first || found < *at)) {
			first = endpoint;
			*at = found;
		}
	}
	return first;
}

static json_t *
replace_in_string(const struct marks *marks, const json_t *string)
{
	const char *rest = json_string_value(string), *at = NULL;
	const struct driver_endpoint *endpoint = next_mark(marks, rest, &at);
	json_t *result;
	struct buf out;
	char *text;

	if (!endpoint)
		return json_incref((json_t *)string);
	if (strcmp(rest, endpoint->mark) == 0)
		return marks->value_of(marks->data, endpoint);
	buf_init(&out, TEXT_MAX);
	for (; endpoint; endpoint = next_mark(marks, rest, &at)) {
		json_t *value = marks->value_of(marks->data, endpoint);

		buf_append(&out, rest, (size_t)(at - rest));
		if (json_is_integer(value))
			buf_printf(&out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		else
			buf_puts(&out, json_string_value(value));
		json_decref(value);
		rest = at + strlen(endpoint->mark);
	}
	buf_puts(&out, rest);
	result = json_string(buf_str(&out));
	text = buf_take(&out);
	explicit_bzero(text, strlen(text));	/* there may be a secret beside the port */
	free(text);
	return result ? result : json_string("");
}

static json_t *
replace(const struct marks *marks, const json_t *value)
{
	json_t *copy, *member;
	const char *key;
	size_t i;

	if (json_is_string(value))
		return replace_in_string(marks, value);
	if (json_is_object(value)) {
		copy = json_object();
		json_object_foreach((json_t *)value, key, member)
			json_object_set_new(copy, key, replace(marks, member));
		return copy;
	}
	if (json_is_array(value)) {
		copy = json_array();
		json_array_foreach(value, i, member)
			json_array_append_new(copy, replace(marks, member));
		return copy;
	}
	return json_incref((json_t *)value);
}

json_t *
endpoint_marks_replace(const struct driver_workload *workload, const json_t *value,
		       endpoint_value *value_of, void *data)
{
	const struct marks marks = {workload, value_of, data};

	return replace(&marks, value);
}
