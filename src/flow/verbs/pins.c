/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What was reviewed beside the sets, as one object of the journal's document: the values that
 * are written, the version that they are written to, the resources, the tag.  No secret is in
 * it: its text lives in the program that was told it, and no longer.
 */
#include "config.h"

#include "flow/verbs/pins.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/verbs/flow-state.h"
#include "model/json.h"
#include "model/set.h"

/* {KEY: [before, after]} in words, null where there is none: for whoever reads the history. */
static json_t *
encode_shown_values(const struct changes *changes)
{
	json_t *shown = json_object();

	for (size_t i = 0; i < changes->count; i++) {
		const struct change *change = &changes->items[i];

		if (change->is_value && !strncmp(change->label, "value ", 6))
			json_object_set_new(shown, change->label + 6,
					    json_pack("[s?, s?]", change->from, change->to));
	}
	return shown;
}

struct set *
flow_record_set(const struct operation *record, const struct set *set, bool after)
{
	const char *text = untrusted_raw(&record->request), *key;
	json_t *body = json_decode(text, strlen(text), NULL), *pair;
	json_t *shown = json_object_get(json_object_get(body, "pins"), "values_shown");
	json_t *words = json_object();

	json_object_foreach(shown, key, pair)
		if (json_is_string(json_array_get(pair, after)))
			json_object_set(words, key, json_array_get(pair, after));
	json_decref(body);
	return set_with_values(set, words);
}

json_t *
flow_encode_pins(const struct flow *flow)
{
	const struct review *review = &flow->review;

	return json_pack("{s:b, s:b, s:s*, s:s*, s:s*, s:s*, s:s*, s:s*, s:s*, s:s*, s:o, s:o}",
			 "values_known", flow->values_now.known, "values_together",
			 flow->values_together, "values_version", review->values_version,
			 "values_digest", review->values_digest, "graph", review->graph,
			 "graph_hash", review->graph_hash, "definitions", review->definitions,
			 "deploy_tag", flow->target.environment.deploy_tag.raw, "source_set",
			 flow->source.running.set_id.raw, "source_values",
			 flow->source.running.value_set_version_id.raw, "values",
			 value_changes_encode(&flow->value_changes), "values_shown",
			 encode_shown_values(&review->changes));
}

static char *
copy(const json_t *body, const char *key)
{
	const char *text = json_member_string(body, key);

	return text ? xstrdup(text) : NULL;
}

int
flow_decode_pins(struct flow *flow, const json_t *body, struct error *err)
{
	struct review *review = &flow->review;

	if (!body)
		return 0;	/* of a verb that deploys nothing */
	if (!json_is_object(body))
		return error_set(err, ERROR_INPUT,
				 _("The record does not hold the reviewed state."));
	if (value_changes_decode(&flow->value_changes, json_object_get(body, "values"), err))
		return -1;
	flow->values_now.known = json_is_true(json_object_get(body, "values_known"));
	flow->values_together = json_is_true(json_object_get(body, "values_together"));
	review->values_version = copy(body, "values_version");
	review->values_digest = copy(body, "values_digest");
	review->graph = copy(body, "graph");
	review->graph_hash = copy(body, "graph_hash");
	review->definitions = copy(body, "definitions");
	untrusted_set(&flow->target.environment.deploy_tag, json_member_string(body, "deploy_tag"));
	untrusted_set(&flow->source.running.set_id, json_member_string(body, "source_set"));
	untrusted_set(&flow->source.running.value_set_version_id,
		      json_member_string(body, "source_values"));
	return 0;
}
