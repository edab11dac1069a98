/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Shared values from a file, under the rules of the routes (state/value-rules.c).  Each is a
 * change of its own in the history, as if a person had made them one after the other. */
#include "config.h"

#include "platform/admin/import-values.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/i18n.h"
#include "model/json.h"
#include "platform/admin/import-definition.h"
#include "platform/state/platform.h"
#include "platform/state/repository-values.h"
#include "platform/state/value-rules.h"

/* 1: it is to be sealed; 0; -1.  What is a secret already, or stands in the place of one,
 * stays one. */
static int
is_secret(struct platform *platform, const struct place *place, const json_t *value,
	  int known, struct error *err)
{
	if (json_is_true(json_object_get(value, "secret")) || known > 0)
		return 1;
	return value_inherits_secrecy(platform->repository, place, json_member_string(value, "key"),
				      err);
}

/* known: whether the value that is there is a secret; -1: there is none. */
static int
put(struct platform *platform, const struct place *place, const json_t *value, int known,
    const struct value_set_change *change, struct error *err)
{
	const char *text = json_member_string(value, "value");
	struct value_content content = {
		.key = json_member_string(value, "key"),
		.description = json_member_string(value, "description"),
		.value = text,
	};
	char fingerprint[SECRET_FINGERPRINT_SIZE], *sealed = NULL;
	int ret, secret = is_secret(platform, place, value, known, err);

	if (secret < 0)
		return -1;
	if (!text && known <= 0)
		return error_set(err, ERROR_INPUT,
				 _("This secret is not known yet; give its \"value\", or "
				   "say with \"value_from\" where it is."));
	if (text && secret && !platform->secrets)
		return error_set(err, ERROR_INPUT, _("There is no key to seal a secret with."));
	if (text && secret)
		sealed = value_seal(platform->secrets, place, text, fingerprint, &content);
	ret = known >= 0
		      ? repository_update_value(platform->repository, place, &content, change, err)
		      : repository_create_value(platform->repository, place, &content, change, err);
	free(sealed);
	return ret;
}

static int
import_value(struct platform *platform, const struct place *place, const json_t *value,
	     const struct value_set_change *change, struct error *err)
{
	struct error why = {0};
	int known;

	/* Somebody who asks a daemon has read it already (import-secrets.h). */
	if (json_object_get(value, "value_from"))
		return error_set(err, ERROR_INPUT, _("What \"value_from\" names was not read."));
	known = repository_value_is_secret(platform->repository, place,
					   json_member_string(value, "key"), &why);
	if (known < 0 && why.kind != ERROR_NOT_FOUND) {
		*err = why;
		return -1;
	}
	return put(platform, place, value, known, change, err);
}

int
import_values(struct platform *platform, const struct place *place, const json_t *list,
	      const struct value_set_change *change, struct error *err)
{
	const json_t *value;
	size_t i;

	json_array_foreach(list, i, value)
		if (import_value(platform, place, value, change, err) != 0)
			return error_prefix(err, _("shared value %s"),
					    json_member_string(value, "key"));
	return 0;
}

static bool
has_secret(const json_t *of)
{
	const json_t *value;
	size_t i;

	json_array_foreach(json_object_get(of, "values"), i, value)
		if (json_is_true(json_object_get(value, "secret")))
			return true;
	return false;
}

bool
import_has_secrets(const json_t *file)
{
	const json_t *org, *definition, *app, *env;
	size_t i, k, m;

	json_array_foreach(json_object_get(file, "organizations"), i, org) {
		json_array_foreach(json_object_get(org, "definitions"), k, definition)
			if (import_definition_has_secrets(definition))
				return true;
		json_array_foreach(json_object_get(org, "applications"), k, app) {
			if (has_secret(app))
				return true;
			json_array_foreach(json_object_get(app, "environments"), m, env)
				if (has_secret(env))
					return true;
		}
	}
	return false;
}
