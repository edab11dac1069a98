/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A secret is opened when it is asked for, and its text is wiped when it was handed over.
 *
 * The values are those of the version that the deployment was recorded with, so a deployment
 * that is started again after years has what it had.  A version that a person purged a secret
 * from cannot be deployed any more: it fails instead of running with less.
 */
#include "config.h"

#include "platform/engine/deployed-values.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/pointer.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-value-versions.h"
#include "platform/state/secret.h"

struct deployed_values {
	struct platform *platform;
	const struct place *place;
	json_t *rows;			/* repository_values_at() */
};

struct deployed_values *
deployed_values_read(struct platform *platform, const struct place *place, const char *version,
		     struct error *err)
{
	json_t *rows = version ? repository_values_at(platform->repository, place, version, err)
			       : json_object();
	struct deployed_values *values;

	if (!rows)
		return NULL;
	values = xcalloc(1, sizeof(*values));
	values->platform = platform;
	values->place = place;
	values->rows = rows;
	return values;
}

void
deployed_values_free(struct deployed_values *values)
{
	if (!values)
		return;
	json_decref(values->rows);
	free(values);
}

static json_t *
open_row(const struct deployed_values *values, const json_t *row, const char *key, json_t *texts,
	 struct error *err)
{
	const char *env = json_member_string(row, "env");
	struct place level = {values->place->org, values->place->app, *env ? env : NULL};
	char *text = secrets_unseal(values->platform->secrets, &level, key,
				    json_member_string(row, "sealed"), err);
	json_t *value = text ? json_string(text) : NULL;

	secrets_wipe(text);
	if (value && texts)
		json_array_append(texts, value);
	return value;
}

json_t *
deployed_values_find(const struct deployed_values *values, const char *key, json_t *texts,
		     bool *secret, struct error *err)
{
	const json_t *row = json_object_get(values->rows, key);

	if (!row) {
		error_set_code(err, CODE_VALUE_NOT_IN_VERSION);
		return NULL;
	}
	if (json_is_true(json_object_get(row, "purged"))) {
		error_set_code(err, CODE_VALUE_PURGED_FROM_VERSION);
		return NULL;
	}
	*secret = json_is_true(json_object_get(row, "is_secret"));
	if (*secret)
		return open_row(values, row, key, texts, err);
	return json_incref(json_object_get(row, "value"));
}

/* Only where nothing shows it: arguments, probes and labels are visible in lists of processes
 * and in the API's own answers. */
static bool
may_be_secret(const char *where)
{
	static const char *const places[][8] = {	/* "": any name; NULL at the end */
		{"spec", "containers", "", "variables", ""},
		{"spec", "containers", "", "files", "", "value"},
		{"spec", "schedules", "", "containers", "", "variables", ""},
		{"spec", "pod", "initContainers", "", "env", "", "value"},
		{"spec", "secrets", "", "data", ""},
	};
	struct pointer at;
	struct error why;
	bool may = false;

	if (pointer_parse(&at, where, &why) != 0)
		return false;
	for (size_t i = 0; !may && i < sizeof(places) / sizeof(places[0]); i++) {
		size_t k = 0;

		while (k < at.count && places[i][k] &&
		       (!*places[i][k] || strcmp(places[i][k], at.tokens[k]) == 0))
			k++;
		may = k == at.count && !places[i][k];
	}
	pointer_clear(&at);
	return may;
}

int
deployed_values_check(const json_t *pointers, struct error *err)
{
	const json_t *where;
	size_t i;

	json_array_foreach(pointers, i, where)
		if (!may_be_secret(json_string_value(where)))
			return error_set_code(err, CODE_SECRET_NOT_IN_VARIABLE_OR_FILE,
					      .path = json_string_value(where));
	return 0;
}
