/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Of a criterion nothing is a fault: what is no text in it is not asked for, on either side of the
 * wire, so client and platform choose the same definition whatever stands there.
 */
#include "config.h"

#include "model/definition.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/xmalloc.h"
#include "model/members.h"

#define IN(noun, field) .offset = offsetof(struct noun, field)

#define AT(member) IN(criterion, member)
static const struct member criterion_members[] = {
	{"id", MEMBER_TEXT, MEMBER_LOOSE, AT(id)},
	{"env_type", MEMBER_TEXT, MEMBER_LOOSE, AT(env_type)},
	{"app_id", MEMBER_TEXT, MEMBER_LOOSE, AT(app_id)},
	{"env_id", MEMBER_TEXT, MEMBER_LOOSE, AT(env_id)},
	{"res_id", MEMBER_TEXT, MEMBER_LOOSE, AT(res_id)},
	{"class", MEMBER_TEXT, MEMBER_LOOSE, AT(resource_class)},
	MEMBERS_END,
};
#undef AT
static const struct noun criterion_noun = {
	.name = "criterion", .size = sizeof(struct criterion), .members = criterion_members,
};

#define AT(member) IN(definition, member)
static const struct member definition_members[] = {
	{"id", MEMBER_TEXT, MEMBER_REQUIRED, AT(id)},
	{"type", MEMBER_TEXT, MEMBER_REQUIRED, AT(type)},
	{"driver_type", MEMBER_TEXT, MEMBER_OPTIONAL, AT(driver_type)},
	{"driver_account", MEMBER_TEXT, MEMBER_LOOSE, AT(driver_account)},
	{"in_place_driver_change", MEMBER_FLAG, MEMBER_LOOSE, AT(in_place_driver_change)},
	{"is_deleted", MEMBER_FLAG, MEMBER_LOOSE, AT(is_deleted)},
	{"driver_inputs", MEMBER_JSON, MEMBER_OPTIONAL, AT(driver_inputs)},
	{"criteria", MEMBER_LIST, MEMBER_LOOSE, AT(criteria), .noun = &criterion_noun,
	 .count = offsetof(struct definition, criterion_count)},
	{"", MEMBER_DOCUMENT, MEMBER_OPTIONAL, AT(document)},
	MEMBERS_END,
};
#undef AT
NOUN(definition, "definition", NULL)

void
definitions_add(struct definitions *definitions, struct definition *definition)
{
	definitions->items = xreallocarray(definitions->items, definitions->count + 1,
					   sizeof(*definitions->items));
	definitions->items[definitions->count++] = *definition;
	*definition = (struct definition){0};
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

void
definitions_clear(struct definitions *definitions)
{
	for (size_t i = 0; i < definitions->count; i++)
		definition_clear(&definitions->items[i]);
	free(definitions->items);
	*definitions = (struct definitions){0};
}
