/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What is read out of a resource definition.
 *
 * The document stays as it was sent, with members that we do not know; a definition that goes
 * out again, or to another platform, has lost nothing.  Whoever needs something of it in two
 * places asks here.
 */
#include "config.h"

#include "platform/state/definition.h"

#include <stdlib.h>
#include <string.h>

#include "base/ids.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "model/definition.h"

char *
definition_criterion_id(const struct definition *definition, size_t i)
{
	const struct untrusted *id = &definition->criteria[i].id;

	return id->raw ? xstrdup(id->raw)
		       : xasprintf("%s-%zu", untrusted_raw(&definition->id), i + 1);
}

void
definition_complete_criteria(struct definition *definition)
{
	for (size_t i = 0; i < definition->criterion_count; i++) {
		struct criterion *criterion = &definition->criteria[i];

		if (!criterion->id.raw)
			criterion->id.raw = definition_criterion_id(definition, i);
		if (!criterion->resource_class.raw)
			untrusted_set(&criterion->resource_class, "default");
	}
}

/* A hash of what decides the resource, and of nothing else: another name or other criteria do
 * not make another version, and what is changed back is the old one again. */
void
definition_version(char out[DEFINITION_VERSION_SIZE], const json_t *body)
{
	static const char *const deciding[] = {"type", "driver_type", "driver_account",
					       "driver_inputs", "provision"};
	json_t *decides = json_object(), *inputs;
	char hash[IDS_SHA256_HEX_SIZE], *text;

	for (size_t i = 0; i < sizeof(deciding) / sizeof(deciding[0]); i++)
		json_object_set(decides, deciding[i], json_object_get(body, deciding[i]));
	/* Sealed anew, the same secret is another text: its fingerprint decides. */
	inputs = json_copy(json_object_get(decides, "driver_inputs"));
	json_object_del(inputs, "sealed");
	json_object_set_new(decides, "driver_inputs", inputs);
	text = json_dumps(decides, JSON_COMPACT | JSON_SORT_KEYS);
	ids_sha256_hex(hash, text ? text : "", text ? strlen(text) : 0);
	memcpy(out, hash, DEFINITION_VERSION_SIZE - 1);
	out[DEFINITION_VERSION_SIZE - 1] = '\0';
	free(text);
	json_decref(decides);
}
