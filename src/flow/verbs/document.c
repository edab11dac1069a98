/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The request of an operation as JSON, for the journal: what another program needs to go on
 * with it, or to review it again.
 *
 * What was asked for is here, what was found is in the pins (pins.c).  No text of a secret
 * goes in; a decision about one is written down without it.  What is read back is judged like
 * a stranger's input, since the file may be of another version, or of somebody's hand; a
 * document that does not fit whole is no document.
 */
#include "config.h"

#include "flow/verbs/document.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "flow/verbs/flow-state.h"
#include "flow/verbs/pins.h"
#include "flow/verbs/request.h"
#include "model/delta.h"
#include "model/json.h"

/* Pairs of workload and image, hence an even number. */
#define IMAGES_MAX 2000
#define VALUES_MAX 5000

/* The texts of a request.  A member that is not here is not resumed. */
static const struct {
	const char *key;
	size_t offset;
	bool is_name;		/* an id of the platform, or absent */
} texts[] = {
#define TEXT(member, is_name) { #member, offsetof(struct flow_request, member), is_name }
	TEXT(org, true),
	TEXT(app, true),
	TEXT(env, true),
	TEXT(source, true),
	TEXT(name, false),
	TEXT(type, false),
	TEXT(operation_id, false),
	TEXT(before_set, false),
	TEXT(after_set, false),
	TEXT(hotfix, true),
	TEXT(before_values, false),
	TEXT(after_values, false),
#undef TEXT
};
#define TEXT_COUNT (sizeof(texts) / sizeof(texts[0]))

static const char **
text_of(const struct flow_request *request, size_t i)
{
	return (const char **)((char *)(uintptr_t)request + texts[i].offset);
}

/* --- encoding --- */

static void
put_text(json_t *object, const char *key, const char *text)
{
	if (text)
		json_object_set_new(object, key, json_string(text));
}

/* How the conflicts of the merge were decided, for who reads the journal. */
static json_t *
encode_choices(const struct merge *merge)
{
	json_t *choices = json_array();

	for (size_t i = 0; i < merge->count; i++) {
		const struct merge_entry *entry = &merge->entries[i];

		if (entry->side == MERGE_CONFLICT)
			json_array_append_new(choices, json_pack("{s:s, s:s, s:s}",
				"object", entry->object, "path", entry->path, "chosen",
				entry->chosen == MERGE_OURS ? "ours" : "theirs"));
	}
	return choices;
}

static const char *const value_kinds[] = {
	[FLOW_VALUE_UNDECIDED] = "undecided", [FLOW_VALUE_COPY] = "copy",
	[FLOW_VALUE_TEXT] = "text",	      [FLOW_VALUE_REFERENCE] = "reference",
	[FLOW_VALUE_APP] = "application",     [FLOW_VALUE_LEAVE_OUT] = "leave-out",
};
#define VALUE_KIND_COUNT (sizeof(value_kinds) / sizeof(value_kinds[0]))

/* The decisions about values.  A text is kept where it is known to be no secret. */
static json_t *
encode_values(const struct flow *flow)
{
	json_t *values = json_array();

	for (const struct flow_value *v = flow->request.values; v && v->key; v++) {
		const struct value_change *change = value_changes_find(&flow->value_changes,
								       v->key);
		json_t *value = json_pack("{s:s, s:s}", "key", v->key, "kind",
					  value_kinds[v->kind]);

		if (v->kind == FLOW_VALUE_TEXT && change && !change->is_secret)
			put_text(value, "text", v->text);
		json_array_append_new(values, value);
	}
	return values;
}

json_t *
document_encode(const struct flow *flow)
{
	json_t *body = json_pack("{s:i, s:s}", "version", DOCUMENT_VERSION, "verb",
				 flow_verb_name(flow->request.verb));
	json_t *images = json_array();

	for (size_t i = 0; i < TEXT_COUNT; i++)
		put_text(body, texts[i].key, *text_of(&flow->request, i));
	for (const char *const *image = flow->request.images; image && *image; image++)
		json_array_append_new(images, json_string(*image));
	json_object_set_new(body, "images", images);
	if (flow->request.draft)
		json_object_set_new(body, "draft", delta_encode(flow->request.draft));
	put_text(body, "source_last", flow->source.environment.last_deploy.id.raw);
	put_text(body, "from_deploy", flow->target.environment.from_deploy.id.raw);
	if (flow->review.merge.conflicts > 0)
		json_object_set_new(body, "choices", encode_choices(&flow->review.merge));
	if (flow->delta)
		json_object_set_new(body, "delta", delta_encode(flow->delta));
	if (flow->request.values)
		json_object_set_new(body, "values", encode_values(flow));
	json_object_set_new(body, "pins", flow_encode_pins(flow));
	return body;
}

/* --- decoding --- */

static char *
copy_text(const json_t *body, const char *key)
{
	const char *text = json_member_string(body, key);

	return text ? xstrdup(text) : NULL;
}

/* The first release wrote no version. 0: none that could be. */
static int
version_of(const json_t *body)
{
	const json_t *version = json_object_get(body, "version");

	if (!version)
		return 1;
	return json_is_integer(version) && json_integer_value(version) > 0 &&
		json_integer_value(version) < 1000000 ? (int)json_integer_value(version) : 0;
}

int
document_version(const char *text)
{
	json_t *body = json_decode(text, strlen(text), NULL);
	int version = json_is_object(body) ? version_of(body) : 0;

	json_decref(body);
	return version;
}

static int
decode_texts(struct flow_request *out, const json_t *body, struct error *err)
{
	for (size_t i = 0; i < TEXT_COUNT; i++) {
		const json_t *value = json_object_get(body, texts[i].key);

		if (!value)
			continue;
		if (!json_is_string(value) ||
		    (texts[i].is_name && !ids_is_name(json_string_value(value))))
			return error_set(err, ERROR_INPUT, _("\"%s\" of the request is damaged"),
					 texts[i].key);
		*text_of(out, i) = xstrdup(json_string_value(value));
	}
	if (!out->org || !out->app || !out->env)
		return error_set(err, ERROR_INPUT, _("The request does not name an environment."));
	return 0;
}

static int
decode_images(struct flow_request *out, const json_t *body, struct error *err)
{
	const json_t *images = json_object_get(body, "images");
	size_t count = json_array_size(images);
	const char **list;

	if ((images && !json_is_array(images)) || count > IMAGES_MAX || count % 2)
		return error_set(err, ERROR_INPUT, _("\"%s\" of the request is damaged"), "images");
	list = xcalloc(count + 1, sizeof(*list));
	out->images = list;
	for (size_t i = 0; i < count; i++) {
		const char *text = json_string_value(json_array_get(images, i));

		if (!text)
			return error_set(err, ERROR_INPUT, _("\"%s\" of the request is damaged"),
					 "images");
		list[i] = xstrdup(text);
	}
	return 0;
}

static enum flow_value_kind
decode_value_kind(const json_t *value)
{
	const char *kind = json_member_string(value, "kind");

	for (size_t i = 0; kind && i < VALUE_KIND_COUNT; i++)
		if (strcmp(value_kinds[i], kind) == 0)
			return (enum flow_value_kind)i;
	return FLOW_VALUE_UNDECIDED;
}

/* What cannot be read is decided again. */
static int
decode_values(struct flow_request *out, const json_t *body, struct error *err)
{
	const json_t *values = json_object_get(body, "values");
	size_t count = json_array_size(values);
	struct flow_value *list;

	if (!values)
		return 0;
	if (!json_is_array(values) || count > VALUES_MAX)
		return error_set(err, ERROR_INPUT, _("\"%s\" of the request is damaged"), "values");
	list = xcalloc(count + 1, sizeof(*list));
	out->values = list;
	for (size_t i = 0; i < count; i++) {
		const json_t *value = json_array_get(values, i);
		const char *key = json_member_string(value, "key");

		if (!key)
			return error_set(err, ERROR_INPUT, _("\"%s\" of the request is damaged"),
					 "values");
		list[i].key = xstrdup(key);
		list[i].text = copy_text(value, "text");
		list[i].kind = decode_value_kind(value);
		if (list[i].kind == FLOW_VALUE_TEXT && !list[i].text)
			list[i].kind = FLOW_VALUE_UNDECIDED;
	}
	return 0;
}

/* NULL without an error: there is none. */
static int
decode_delta(struct delta **out, const json_t *body, const char *key, struct error *err)
{
	const json_t *value = json_object_get(body, key);

	if (!value)
		return 0;
	*out = delta_decode(value, err);
	return *out ? 0 : error_prefix(err, _("\"%s\" of the request is damaged"), key);
}

static int
decode(struct journal_document *out, const json_t *body, struct error *err)
{
	const char *verb = json_member_string(body, "verb");
	struct delta *draft = NULL;

	if (!json_is_object(body) || version_of(body) != DOCUMENT_VERSION)
		return error_set(err, ERROR_INPUT,
				 _("The request was written by another version of sidestage."));
	if (!verb || !flow_verb_find(verb, &out->request.verb))
		return error_set(err, ERROR_INPUT, _("The operation \"%s\" is not known here."),
				 verb ? verb : "");
	if (decode_texts(&out->request, body, err) || decode_images(&out->request, body, err) ||
	    decode_values(&out->request, body, err) ||
	    decode_delta(&out->delta, body, "delta", err) ||
	    decode_delta(&draft, body, "draft", err))
		return -1;
	out->request.draft = draft;
	out->source_last = copy_text(body, "source_last");
	out->from_deploy = copy_text(body, "from_deploy");
	out->pins = json_incref(json_object_get(body, "pins"));
	return 0;
}

int
document_decode(struct journal_document *out, const char *text, struct error *err)
{
	json_t *body = json_decode(text, strlen(text), err);
	int ret;

	*out = (struct journal_document){ 0 };
	if (!body)
		return -1;
	ret = decode(out, body, err);
	json_decref(body);
	if (ret)
		document_clear(out);
	return ret;
}

void
document_clear(struct journal_document *document)
{
	flow_clear_request(&document->request);
	delta_free(document->delta);
	free(document->source_last);
	free(document->from_deploy);
	json_decref(document->pins);
	*document = (struct journal_document){ 0 };
}
