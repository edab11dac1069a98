/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "model/draft.h"

#include "base/error.h"
#include "model/delta.h"
#include "model/private.h"

/* Who made it stands first: it is there when that is. */
#define AT(member) IN(draft_metadata, member)
static const struct member metadata_members[] = {
	{"created_by", MEMBER_TEXT, MEMBER_LOOSE, AT(created_by)},
	{"env_id", MEMBER_TEXT, MEMBER_LOOSE, AT(env_id)},
	{"name", MEMBER_TEXT, MEMBER_LOOSE, AT(name)},
	{"created_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(created_at)},
	{"last_modified_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(last_modified_at)},
	{"archived", MEMBER_FLAG, MEMBER_LOOSE, AT(archived)},
	{"shared", MEMBER_FLAG, MEMBER_LOOSE, AT(shared)},
	{"contributers", MEMBER_TEXTS, MEMBER_LOOSE, AT(contributers),
	 .count = offsetof(struct draft_metadata, contributer_count)},
	MEMBERS_END,
};
#undef AT
static const struct noun metadata_noun = {
	.name = "metadata", .size = sizeof(struct draft_metadata), .members = metadata_members,
};

#define AT(member) IN(draft, member)
static const struct member draft_members[] = {
	{"id", MEMBER_TEXT, MEMBER_REQUIRED, AT(id)},
	{"metadata", MEMBER_OBJECT, MEMBER_LOOSE, AT(metadata), .noun = &metadata_noun},
	{"modules", MEMBER_JSON, MEMBER_OPTIONAL, AT(modules)},
	{"shared", MEMBER_JSON, MEMBER_OPTIONAL, AT(shared)},
	MEMBERS_END,
};
#undef AT
NOUN(draft, "delta", NULL)
NOUN_ENCODE(draft)

struct delta *
draft_delta(const struct draft *draft, struct error *err)
{
	json_t *body = json_pack("{s:O*, s:O*}", "modules", draft->modules, "shared",
				 draft->shared);
	struct delta *delta = delta_decode(body, err);

	json_decref(body);
	return delta;
}

void
draft_add_contributer(struct draft *draft, const char *user)
{
	struct draft_metadata *metadata = &draft->metadata;

	for (size_t i = 0; i < metadata->contributer_count; i++)
		if (untrusted_is(&metadata->contributers[i], user))
			return;
	member_texts_add(&metadata->contributers, &metadata->contributer_count, user);
}
