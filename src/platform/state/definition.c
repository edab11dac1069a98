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
#include "base/xmalloc.h"
#include "model/json.h"

/* Ids are by place in the list: the API wants one for each, and senders give none. */
json_t *
definition_criteria(const json_t *body)
{
	json_t *list = json_array();
	const json_t *criterion;
	size_t i;

	json_array_foreach(json_object_get(body, "criteria"), i, criterion) {
		char *id = xasprintf("%s-%zu", json_member_string(body, "id"), i + 1);
		json_t *whole = json_pack("{s:s, s:s}", "id", id, "class", "default");

		json_object_update(whole, (json_t *)criterion);
		json_array_append_new(list, whole);
		free(id);
	}
	return list;
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
