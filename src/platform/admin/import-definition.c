/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A definition from a file.  Its secrets are the difficulty: a file that was exported names
 * them without their texts, and importing it again must neither fail nor lose what is known.
 */
#include "config.h"

#include "platform/admin/import-definition.h"

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "model/definition.h"
#include "model/json.h"
#include "platform/engine/definition-check.h"
#include "platform/state/definition-inputs.h"
#include "platform/state/platform.h"
#include "platform/state/repository-resources.h"

/* {NAME: secret} of secret_refs; what has no value is the one that is known. */
static json_t *
secrets_of(const json_t *refs, const json_t *known, struct error *err)
{
	json_t *secrets = json_object(), *ref;
	const char *name;

	json_object_foreach((json_t *)refs, name, ref) {
		json_t *value = json_object_get(ref, "value");

		if (!value)
			value = json_object_get(known, name);
		if (value && !json_object_get(ref, "value_from")) {
			json_object_set(secrets, name, value);
			continue;
		}
		error_set(err, ERROR_INPUT,
			  _("The secret \"%.100s\" of \"driver_inputs\" is not known yet; "
			    "give its \"value\", or say with \"value_from\" where it "
			    "is."),
			  name);
		json_decref(secrets);
		return NULL;
	}
	return secrets;
}

/* As they are kept; NULL with err. */
static json_t *
inputs_of(struct platform *platform, const char *org, const struct definition *definition,
	  const struct definition *known, struct error *err)
{
	const char *id = untrusted_raw(&definition->id);
	json_t *inputs = json_deep_copy(definition->driver_inputs);
	const json_t *refs = json_object_get(inputs, "secret_refs");
	json_t *before, *secrets, *kept = NULL;

	if (import_definition_has_secrets(definition->document) && !platform->secrets) {
		error_set(err, ERROR_INPUT, _("There is no key to seal a secret with."));
		json_decref(inputs);
		return NULL;
	}
	if (json_object_size(refs) > 0) {
		before = definition_inputs_open(platform, org, id, known->driver_inputs, err);
		secrets = before ? secrets_of(refs, before, err) : NULL;
		json_decref(before);
		if (!secrets) {
			json_decref(inputs);
			return NULL;
		}
		json_object_del(inputs, "secret_refs");
		json_object_set_new(inputs, "secrets", secrets);
	}
	kept = definition_inputs_take(platform, org, id, inputs, err);
	json_decref(inputs);
	return kept;
}

/* A document keeps all that it came with. */
static int
put(struct platform *platform, const char *org, const struct definition *definition,
    bool is_known, struct error *err)
{
	const char *id = untrusted_raw(&definition->id);
	json_t *body = json_copy(definition->document);
	int ret;

	json_object_set(body, "driver_inputs", definition->driver_inputs);
	ret = is_known ? repository_change_definition(platform->repository, org, id, body, err)
		       : repository_put_definition(platform->repository, org, id, body, err);
	json_decref(body);
	return ret;
}

int
import_definition(struct platform *platform, const char *org, const json_t *body,
		  struct error *err)
{
	const char *id = json_member_string(body, "id");
	struct definition definition, known;
	struct error why = {0};
	json_t *inputs;
	int ret = -1;

	if (repository_read_definition(platform->repository, org, id, &known, &why) != 0 &&
	    why.kind != ERROR_NOT_FOUND) {
		*err = why;
		return -1;
	}
	definition_read(&definition, body);
	inputs = definition_check(platform, org, &definition, err) == 0
			 ? inputs_of(platform, org, &definition, &known, err) : NULL;
	if (inputs) {
		json_decref(definition.driver_inputs);
		definition.driver_inputs = inputs;
		ret = put(platform, org, &definition, known.document != NULL, err);
	}
	definition_clear(&definition);
	definition_clear(&known);
	return ret == 0 ? 0 : error_prefix(err, _("definition %s"), id);
}

bool
import_definition_has_secrets(const json_t *definition)
{
	const json_t *inputs = json_object_get(definition, "driver_inputs");

	return json_object_size(json_object_get(inputs, "secrets")) > 0 ||
	       json_object_size(json_object_get(inputs, "secret_refs")) > 0;
}
