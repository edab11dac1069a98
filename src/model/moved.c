/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "model/moved.h"

#include "model/private.h"

#define AT(member) IN(environment_moved, member)
static const struct member environment_moved_members[] = {
	{"last_deploy", MEMBER_OBJECT, MEMBER_NULLABLE, AT(last_deploy), .noun = &deployment_noun},
	{"from_deploy", MEMBER_OBJECT, MEMBER_NULLABLE, AT(from_deploy), .noun = &deployment_noun},
	{"deploy_tag", MEMBER_TEXT, MEMBER_REQUIRED | MEMBER_LOOSE, AT(deploy_tag)},
	MEMBERS_END,
};
#undef AT
NOUN(environment_moved, "environment", NULL)
NOUN_ENCODE(environment_moved)

#define AT(member) IN(graph_moved, member)
static const struct member graph_moved_members[] = {
	{"dependency_graph_hash", MEMBER_TEXT, MEMBER_REQUIRED, AT(dependency_graph_hash)},
	MEMBERS_END,
};
#undef AT
NOUN(graph_moved, "resource graph", NULL)
NOUN_ENCODE(graph_moved)

#define AT(member) IN(values_moved, member)
static const struct member values_moved_members[] = {
	{"value_set_version_id", MEMBER_TEXT, MEMBER_NULLABLE, AT(value_set_version_id)},
	MEMBERS_END,
};
#undef AT
NOUN(values_moved, "shared values", NULL)
NOUN_ENCODE(values_moved)
