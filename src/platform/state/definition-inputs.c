/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Secrets of resource definitions, sealed all together.
 *
 * One sealed text for all of them: they are written, opened and replaced as one, with the
 * definition that they belong to.  A fingerprint of each is kept in the open beside it, since
 * a definition's version must change when a secret does, and nobody can compare sealed texts:
 * sealing twice gives two.
 */
#include "config.h"

#include "platform/state/definition-inputs.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/secret.h"

#define SECRETS_BYTES_MAX (256 * 1024)

/* No application has such a name, so no shared value is sealed for the same place. */
static struct place
place_of(const char *org)
{
	return (struct place){org, "resources/defs", NULL};
}

static int
check_object(const json_t *inputs, const char *member, struct error *err)
{
	const json_t *value = json_object_get(inputs, member);

	if (!value || json_is_null(value) || json_is_object(value))
		return 0;
	return error_set_code(err, CODE_DRIVER_INPUTS_MEMBER_NOT_OBJECT, .member = member);
}

/* {NAME: {"value": ...}} as {NAME: ...}. */
static json_t *
values_of_refs(const json_t *refs, struct error *err)
{
	json_t *secrets = json_object(), *ref;
	const char *name;

	json_object_foreach((json_t *)refs, name, ref) {
		json_t *value = json_object_get(ref, "value");

		if (value) {
			json_object_set(secrets, name, value);
			continue;
		}
		error_set_code(err, CODE_DRIVER_INPUTS_SECRET_WITHOUT_VALUE, .name = name);
		json_decref(secrets);
		return NULL;
	}
	return secrets;
}

/* Of each a name that is as equal or different as the secret: the definition's version has it. */
static json_t *
fingerprints_of(const struct platform *platform, const struct place *place, const json_t *secrets)
{
	json_t *all = json_object(), *secret;
	char fingerprint[SECRET_FINGERPRINT_SIZE];
	const char *name;

	json_object_foreach((json_t *)secrets, name, secret) {
		char *text = json_dumps(secret, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);

		secrets_fingerprint(platform->secrets, place, text ? text : "", fingerprint);
		secrets_wipe(text);
		json_object_set_new(all, name, json_string(fingerprint));
	}
	return all;
}

static int
seal(const struct platform *platform, const char *org, const char *id, const json_t *secrets,
     json_t *kept, struct error *err)
{
	struct place place = place_of(org);
	char *text = json_dumps(secrets, JSON_COMPACT), *sealed;
	int ret = 0;

	if (!text || strlen(text) > SECRETS_BYTES_MAX) {
		ret = error_set_code(err, CODE_DEFINITION_SECRETS_TOO_LARGE,
				     .max = SECRETS_BYTES_MAX);
	} else {
		sealed = secrets_seal(platform->secrets, &place, id, text);
		json_object_set_new(kept, "sealed", json_string(sealed));
		json_object_set_new(kept, "fingerprints",
				    fingerprints_of(platform, &place, secrets));
		free(sealed);
	}
	secrets_wipe(text);
	return ret;
}

json_t *
definition_inputs_take(const struct platform *platform, const char *org, const char *id,
		       const json_t *inputs, struct error *err)
{
	json_t *values = json_object_get(inputs, "values"),
	       *refs = json_object_get(inputs, "secret_refs");
	json_t *secrets = json_incref(json_object_get(inputs, "secrets")), *kept;
	int ret = 0;

	if (inputs && !json_is_null(inputs) && !json_is_object(inputs))
		ret = error_set_code(err, CODE_DRIVER_INPUTS_NOT_OBJECT);
	if (ret != 0 || check_object(inputs, "values", err) != 0 ||
	    check_object(inputs, "secrets", err) != 0 ||
	    check_object(inputs, "secret_refs", err) != 0) {
		json_decref(secrets);
		return NULL;
	}
	if (json_object_size(secrets) > 0 && json_object_size(refs) > 0)
		ret = error_set_code(err, CODE_DRIVER_INPUTS_SECRETS_TWICE);
	if (ret == 0 && json_object_size(refs) > 0) {
		json_decref(secrets);
		secrets = values_of_refs(refs, err);
		ret = secrets ? 0 : -1;
	}
	kept = json_pack("{s:o}", "values",
			 json_is_object(values) ? json_incref(values) : json_object());
	if (ret == 0 && json_object_size(secrets) > 0)
		ret = seal(platform, org, id, secrets, kept, err);
	json_decref(secrets);
	if (ret == 0)
		return kept;
	json_decref(kept);
	return NULL;
}

json_t *
definition_inputs_shown(const char *org, const char *id, const json_t *kept)
{
	json_t *shown = json_object(), *values = json_object_get(kept, "values"), *refs,
	       *fingerprint;
	const char *name;

	if (values)
		json_object_set(shown, "values", values);
	refs = json_object();
	json_object_foreach(json_object_get(kept, "fingerprints"), name, fingerprint) {
		char *ref = xasprintf("orgs/%s/resources/defs/%s/secrets/.%s", org, id, name);

		json_object_set_new(refs, name,
				    json_pack("{s:s, s:s, s:O}", "store", "sidestaged", "ref", ref,
					      "version", fingerprint));
		free(ref);
	}
	if (json_object_size(refs) > 0)
		json_object_set(shown, "secret_refs", refs);
	json_decref(refs);
	return shown;
}

json_t *
definition_inputs_open(const struct platform *platform, const char *org, const char *id,
		       const json_t *kept, struct error *err)
{
	const char *sealed = json_member_string(kept, "sealed");
	struct place place = place_of(org);
	json_t *secrets;
	char *text;

	if (!sealed)
		return json_object();
	text = secrets_unseal(platform->secrets, &place, id, sealed, err);
	secrets = text ? json_loads(text, 0, NULL) : NULL;
	if (text && !secrets)
		error_set_code(err, CODE_DEFINITION_SECRETS_UNREADABLE, .definition = id);
	secrets_wipe(text);
	return secrets;
}

bool
definition_inputs_have_secrets(const json_t *inputs)
{
	return json_object_get(inputs, "sealed") ||
	       json_object_size(json_object_get(inputs, "secrets")) > 0 ||
	       json_object_size(json_object_get(inputs, "secret_refs")) > 0;
}
