/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The values of a version stay JSON: a platform makes hundreds of versions of the same few values,
 * and whoever reads one takes out of it what a list of values has too.
 */
#include "config.h"

#include "model/shared-value.h"

#include <stddef.h>

#include "model/private.h"


static const char *const sources[] = {[VALUE_OF_APP] = "app", [VALUE_OF_ENV] = "env"};
NOUN_WORDS(value_source, sources, VALUE_OF_UNKNOWN)

static const struct member secret_place_members[] = {
	{"store", MEMBER_TEXT, MEMBER_LOOSE, IN(secret_place, store)},
	{"ref", MEMBER_TEXT, MEMBER_LOOSE, IN(secret_place, key)},
	{"version", MEMBER_TEXT, MEMBER_LOOSE, IN(secret_place, version)},
	MEMBERS_END,
};
static const struct noun secret_place_noun = {
	.name = "secret_ref", .size = sizeof(struct secret_place), .members = secret_place_members,
};

#define AT(member) IN(shared_value, member)
static const struct member shared_value_members[] = {
	{"key", MEMBER_TEXT, MEMBER_REQUIRED, AT(key)},
	{"value", MEMBER_TEXT, MEMBER_REQUIRED | MEMBER_LOOSE, AT(value)},
	{"description", MEMBER_TEXT, MEMBER_OPTIONAL, AT(description)},
	{"is_secret", MEMBER_FLAG, MEMBER_LOOSE, AT(is_secret)},
	{"source", MEMBER_TEXT, MEMBER_OPTIONAL, AT(source)},
	{"created_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(created_at)},
	{"updated_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(updated_at)},
	{"secret_store_id", MEMBER_TEXT, MEMBER_NULLABLE | MEMBER_LOOSE, AT(secret_store_id)},
	{"secret_key", MEMBER_TEXT, MEMBER_NULLABLE | MEMBER_LOOSE, AT(secret_key)},
	{"secret_version", MEMBER_TEXT, MEMBER_NULLABLE, AT(secret_version)},
	{"secret_ref", MEMBER_OBJECT, MEMBER_LOOSE, AT(secret_ref), .noun = &secret_place_noun},
	{"fingerprint", MEMBER_TEXT, MEMBER_LOOSE, AT(fingerprint)},
	MEMBERS_END,
};
#undef AT

/* A secret has no value, and whatever stands there is not kept; every other value has one. */
static int
complete_value(void *noun, const json_t *body, struct error *err)
{
	struct shared_value *value = noun;

	if (!value->is_secret)
		return json_is_object(body) ? member_need_text(body, "value", err) : 0;
	untrusted_clear(&value->value);
	return 0;
}
NOUN(shared_value, "shared value", complete_value)
NOUN_ENCODE(shared_value)

#define AT(member) IN(secret_source, member)
static const struct member secret_source_members[] = {
	{"store", MEMBER_TEXT, MEMBER_OPTIONAL, AT(store)},
	{"ref", MEMBER_TEXT, MEMBER_OPTIONAL, AT(key)},
	{"version", MEMBER_TEXT, MEMBER_OPTIONAL, AT(version)},
	{"value", MEMBER_TEXT, MEMBER_OPTIONAL, AT(value)},
	MEMBERS_END,
};
#undef AT
NOUN(secret_source, "secret_ref", NULL)
NOUN_ENCODE(secret_source)
NOUN_MISFIT(secret_source)

#define AT(member) IN(value_request, member)
static const struct member value_request_members[] = {
	{"key", MEMBER_TEXT, MEMBER_OPTIONAL, AT(key)},
	{"is_secret", MEMBER_FLAG, MEMBER_OPTIONAL, AT(is_secret)},
	{"description", MEMBER_TEXT, MEMBER_OPTIONAL, AT(description)},
	{"value", MEMBER_TEXT, MEMBER_OPTIONAL, AT(value)},
	{"secret_ref", MEMBER_OBJECT, MEMBER_OPTIONAL, AT(secret_ref), .noun = &secret_source_noun},
	{"description", MEMBER_GIVEN, MEMBER_NULLABLE, AT(has_description)},
	{"secret_ref", MEMBER_GIVEN, MEMBER_OPTIONAL, AT(has_secret_ref)},
	MEMBERS_END,
};
#undef AT
NOUN(value_request, "shared value", NULL)
NOUN_ENCODE(value_request)
NOUN_MISFIT(value_request)

#define AT(member) IN(values_request, member)
static const struct member values_request_members[] = {
	{"base", MEMBER_TEXT, MEMBER_NULLABLE, AT(base)},
	{"base", MEMBER_GIVEN, MEMBER_NULLABLE, AT(has_base)},
	{"set", MEMBER_LIST, MEMBER_OPTIONAL, AT(set), .noun = &value_request_noun,
	 .count = offsetof(struct values_request, set_count)},
	{"delete", MEMBER_TEXTS, MEMBER_OPTIONAL, AT(deleted),
	 .count = offsetof(struct values_request, deleted_count)},
	MEMBERS_END,
};
#undef AT
NOUN(values_request, "values", NULL)
NOUN_ENCODE(values_request)
NOUN_MISFIT(values_request)
NOUN_STRANGER(values_request)

void
values_request_add(struct values_request *request, struct value_request *value)
{
	request->set = member_items_add(request->set, &request->set_count, value, sizeof(*value));
}

#define AT(member) IN(value_set_version, member)
static const struct member value_set_version_members[] = {
	{"id", MEMBER_TEXT, MEMBER_REQUIRED, AT(id)},
	{"comment", MEMBER_TEXT, MEMBER_LOOSE, AT(comment)},
	MEMBERS_CREATED,
	{"updated_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(updated_at)},
	{"result_of", MEMBER_TEXT, MEMBER_LOOSE, AT(result_of)},
	{"source_value_set_version_id", MEMBER_TEXT, MEMBER_NULLABLE | MEMBER_LOOSE, AT(source_id)},
	{"change", MEMBER_JSON, MEMBER_OPTIONAL, AT(change)},
	{"values", MEMBER_JSON, MEMBER_OPTIONAL, AT(values)},
	MEMBERS_END,
};
#undef AT
NOUN(value_set_version, "value set version", NULL)
NOUN_ENCODE(value_set_version)
