/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "platform/engine/record-values.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-value-versions.h"
#include "platform/state/repository-values.h"
#include "platform/state/value-rules.h"

/* Of a row of repository_values_at(). */
static bool
is_own(const struct place *place, const json_t *row)
{
	const char *env = json_member_string(row, "env");

	return env && strcmp(env, place->env) == 0;
}

static bool
is_open(const json_t *row)
{
	return !json_is_true(json_object_get(row, "is_secret")) &&
	       !json_is_true(json_object_get(row, "purged"));
}

json_t *
record_values_write(struct platform *platform, const struct place *place, const char *version,
		    struct error *err)
{
	json_t *out = json_object(), *rows, *row;
	const char *key;

	if (!version || !*version)
		return out;
	rows = repository_values_at(platform->repository, place, version, err);
	json_object_foreach(rows, key, row)
		if (is_own(place, row) && is_open(row))
			json_object_set(out, key, json_object_get(row, "value"));
	if (!rows) {
		json_decref(out);
		out = NULL;
	}
	json_decref(rows);
	return out;
}

/* --- reading --- */

static int
check(const json_t *values, struct error *err)
{
	const char *key;
	json_t *text;

	if (!json_is_object(values) || json_object_size(values) > VALUES_MAX)
		return error_set(err, ERROR_INPUT, "its values are not an object");
	json_object_foreach((json_t *)(uintptr_t)values, key, text)
		if (!json_is_string(text) || json_string_length(text) > VALUE_TEXT_MAX ||
		    !value_key_is_good(key))
			return error_set(err, ERROR_INPUT, "one of its values is invalid");
	return 0;
}

/* What is here, and not among them. */
static struct untrusted *
list_deleted(const struct place *place, const json_t *rows, const json_t *values, size_t *count)
{
	struct untrusted *out = xcalloc(json_object_size(rows) + 1, sizeof(*out));
	const char *key;
	json_t *row;

	*count = 0;
	json_object_foreach((json_t *)(uintptr_t)rows, key, row)
		if (is_own(place, row) && is_open(row) && !json_object_get(values, key))
			untrusted_init(&out[(*count)++], key);
	return out;
}

/* A secret of here is not written over, and what stands in the place of one is one, too. */
static bool
may_be_written(struct platform *platform, const struct place *place, const char *key,
	       const json_t *row)
{
	struct error none = {0};

	return (!row || !is_own(place, row) || is_open(row)) &&
	       value_inherits_secrecy(platform->repository, place, key, &none) == 0;
}

static int
change(struct platform *platform, const struct place *place, const json_t *rows,
       const json_t *values, const char *user, struct error *err)
{
	const struct value_set_change what = {user, "Found in the cluster", clock_wall_ms()};
	struct value_content *contents = xcalloc(json_object_size(values) + 1, sizeof(*contents));
	size_t count = 0, deleted_count;
	struct untrusted *deleted = list_deleted(place, rows, values, &deleted_count);
	const char *key;
	json_t *text;
	int ret = 0;

	json_object_foreach((json_t *)(uintptr_t)values, key, text)
		if (may_be_written(platform, place, key, json_object_get(rows, key)))
			contents[count++] = (struct value_content){
				.key = key, .value = json_string_value(text)};
	if (count > 0 || deleted_count > 0)
		ret = repository_change_values(platform->repository, place, contents, count,
					       deleted, deleted_count, &what, err);
	for (size_t i = 0; i < deleted_count; i++)
		untrusted_clear(&deleted[i]);
	free(deleted);
	free(contents);
	return ret;
}

int
record_values_take(struct platform *platform, const struct place *place, const json_t *values,
		   const char *user, struct error *err)
{
	char version[IDS_UUID_SIZE];
	json_t *rows;
	int ret;

	if (!values)
		return 0;
	if (check(values, err) != 0 ||
	    repository_pin_values(platform->repository, place, NULL, version, err) != 0)
		return -1;
	rows = version[0] ? repository_values_at(platform->repository, place, version, err)
			  : json_object();
	ret = rows ? change(platform, place, rows, values, user, err) : -1;
	json_decref(rows);
	return ret;
}
