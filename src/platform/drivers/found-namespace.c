/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "platform/drivers/found-namespace.h"

#include "model/members.h"

#define AT(member) .offset = offsetof(struct found_namespace, member)
static const struct member found_namespace_members[] = {
	{"modules", MEMBER_JSON, MEMBER_OPEN, AT(modules)},
	{"left", MEMBER_JSON, MEMBER_OPTIONAL, AT(left)},
	{"app", MEMBER_TEXT, MEMBER_OPTIONAL, AT(app)},
	{"namespace", MEMBER_TEXT, MEMBER_REQUIRED, AT(namespace)},
	{"labels", MEMBER_JSON, MEMBER_OPEN, AT(labels)},
	{"changed_by", MEMBER_TEXT, MEMBER_OPTIONAL, AT(changed_by)},
	{"changed_at", MEMBER_NUMBER, MEMBER_SPARSE, AT(changed_at)},
	{"declared", MEMBER_JSON, MEMBER_OPTIONAL, AT(declared)},
	{"kinds", MEMBER_JSON, MEMBER_OPEN, AT(kinds)},
	{"is_same", MEMBER_FLAG, MEMBER_SPARSE, AT(is_same)},
	MEMBERS_END,
};
#undef AT
NOUN(found_namespace, "namespace", NULL)
NOUN_ENCODE(found_namespace)
