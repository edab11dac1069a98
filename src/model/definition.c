/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Of a criterion nothing is a fault: what is no text in it is not asked for, on either side of the
 * wire, so client and platform choose the same definition whatever stands there.
 */
#include "config.h"

#include "model/definition.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/private.h"


#define AT(member) IN(criterion, member)
static const struct member criterion_members[] = {
	{"id", MEMBER_TEXT, MEMBER_LOOSE, AT(id)},
	{"env_type", MEMBER_TEXT, MEMBER_LOOSE, AT(env_type)},
	{"app_id", MEMBER_TEXT, MEMBER_LOOSE, AT(app_id)},
	{"env_id", MEMBER_TEXT, MEMBER_LOOSE, AT(env_id)},
	{"res_id", MEMBER_TEXT, MEMBER_LOOSE, AT(res_id)},
	{"class", MEMBER_TEXT, MEMBER_LOOSE, AT(resource_class)},
	{"", MEMBER_DOCUMENT, MEMBER_OPTIONAL, AT(document)},
	MEMBERS_END,
};
#undef AT
NOUN(criterion, "criterion", NULL)
NOUN_ENCODE(criterion)
NOUN_MISFIT(criterion)

static bool
is_same(const struct untrusted *a, const struct untrusted *b, const char *usual)
{
	const char *x = untrusted_raw(a), *y = untrusted_raw(b);

	return strcmp(*x ? x : usual, *y ? y : usual) == 0;
}

bool
criterion_equal(const struct criterion *a, const struct criterion *b)
{
	return is_same(&a->env_type, &b->env_type, "") && is_same(&a->app_id, &b->app_id, "") &&
	       is_same(&a->env_id, &b->env_id, "") && is_same(&a->res_id, &b->res_id, "") &&
	       is_same(&a->resource_class, &b->resource_class, "default");
}

#define AT(member) IN(definition, member)
static const struct member definition_members[] = {
	{"id", MEMBER_TEXT, MEMBER_REQUIRED, AT(id)},
	{"org_id", MEMBER_TEXT, MEMBER_LOOSE, AT(org_id)},
	{"name", MEMBER_TEXT, MEMBER_LOOSE, AT(name)},
	{"type", MEMBER_TEXT, MEMBER_REQUIRED, AT(type)},
	{"active_version_id", MEMBER_TEXT, MEMBER_LOOSE, AT(active_version_id)},
	MEMBERS_CREATED,
	MEMBERS_UPDATED,
	{"driver_type", MEMBER_TEXT, MEMBER_OPTIONAL, AT(driver_type)},
	{"driver_account", MEMBER_TEXT, MEMBER_LOOSE, AT(driver_account)},
	{"in_place_driver_change", MEMBER_FLAG, MEMBER_LOOSE, AT(in_place_driver_change)},
	{"is_default", MEMBER_FLAG, MEMBER_LOOSE, AT(is_default)},
	{"is_deleted", MEMBER_FLAG, MEMBER_LOOSE, AT(is_deleted)},
	{"driver_inputs", MEMBER_JSON, MEMBER_OPTIONAL, AT(driver_inputs)},
	{"provision", MEMBER_JSON, MEMBER_LOOSE | MEMBER_OPEN, AT(provision)},
	{"criteria", MEMBER_LIST, MEMBER_LOOSE, AT(criteria), .noun = &criterion_noun,
	 .count = offsetof(struct definition, criterion_count)},
	{"", MEMBER_DOCUMENT, MEMBER_OPTIONAL, AT(document)},
	MEMBERS_END,
};
#undef AT
NOUN(definition, "definition", NULL)
NOUN_ENCODE(definition)
NOUN_MISFIT(definition)
NOUN_CHANGE(definition)
NOUN_LIST(definition, definitions)

json_t *
definition_encode_criteria(const struct definition *definition)
{
	json_t *list = json_array();

	for (size_t i = 0; i < definition->criterion_count; i++)
		json_array_append_new(list, criterion_encode(&definition->criteria[i]));
	return list;
}

void
definition_add_criterion(struct definition *definition, struct criterion *criterion)
{
	definition->criteria = member_items_add(definition->criteria, &definition->criterion_count,
						criterion, sizeof(*criterion));
}

void
definition_remove_criterion(struct definition *definition, size_t i)
{
	struct criterion *gone = &definition->criteria[i];

	criterion_clear(gone);
	memmove(gone, gone + 1, (--definition->criterion_count - i) * sizeof(*gone));
}

static void
add_list(struct definitions *out, const json_t *list)
{
	struct definition definition;
	json_t *body;
	size_t i;

	json_array_foreach(list, i, body) {
		definition_read(&definition, body);
		definitions_add(out, &definition);
	}
}

void
definitions_read(struct definitions *out, const json_t *body)
{
	const char *type;
	json_t *list;

	*out = (struct definitions){0};
	add_list(out, body);
	json_object_foreach((json_t *)(uintptr_t)body, type, list)
		add_list(out, list);
}

#define AT(member) IN(definition_change, member)
static const struct member definition_change_members[] = {
	{"app_id", MEMBER_TEXT, MEMBER_REQUIRED, AT(app_id)},
	{"env_id", MEMBER_TEXT, MEMBER_REQUIRED, AT(env_id)},
	{"res_id", MEMBER_TEXT, MEMBER_REQUIRED, AT(res_id)},
	{"from_def", MEMBER_TEXT, MEMBER_REQUIRED, AT(from_def)},
	{"to_def", MEMBER_TEXT, MEMBER_REQUIRED, AT(to_def)},
	MEMBERS_END,
};
#undef AT
NOUN(definition_change, "change of a definition", NULL)
NOUN_ENCODE(definition_change)
NOUN_LIST(definition_change, definition_changes)
NOUN_LIST_READ(definition_change, definition_changes)
NOUN_LIST_ENCODE(definition_change, definition_changes)
