/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is in a record is checked by whoever takes it (engine/record.c): anybody may have edited
 * it. */
#include "config.h"

#include "model/recorded-clone.h"

#include "model/private.h"

#define AT(member) IN(recorded_application, member)
static const struct member recorded_application_members[] = {
	{"id", MEMBER_TEXT, MEMBER_REQUIRED, AT(id)},
	{"name", MEMBER_TEXT, MEMBER_LOOSE, AT(name)},
	MEMBERS_END,
};
#undef AT
static const struct noun recorded_application_noun = {
	.name = "application", .size = sizeof(struct recorded_application),
	.members = recorded_application_members,
};

#define AT(member) IN(recorded_environment, member)
static const struct member recorded_environment_members[] = {
	{"id", MEMBER_TEXT, MEMBER_REQUIRED, AT(id)},
	{"name", MEMBER_TEXT, MEMBER_LOOSE, AT(name)},
	{"type", MEMBER_TEXT, MEMBER_LOOSE, AT(type)},
	{"created_by", MEMBER_TEXT, MEMBER_LOOSE, AT(created_by)},
	{"created_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(created_at)},
	MEMBERS_END,
};
#undef AT
static const struct noun recorded_environment_noun = {
	.name = "environment", .size = sizeof(struct recorded_environment),
	.members = recorded_environment_members,
};

#define AT(member) IN(recorded_clone, member)
static const struct member recorded_clone_members[] = {
	{"version", MEMBER_NUMBER, MEMBER_OPTIONAL, AT(version)},
	{"app", MEMBER_OBJECT, MEMBER_OPTIONAL, AT(app), .noun = &recorded_application_noun},
	{"env", MEMBER_OBJECT, MEMBER_OPTIONAL, AT(env), .noun = &recorded_environment_noun},
	{"origin", MEMBER_TEXT, MEMBER_OPTIONAL, AT(origin)},
	{"deployments", MEMBER_LIST, MEMBER_OPTIONAL, AT(deployments), .noun = &deployment_noun,
	 .count = offsetof(struct recorded_clone, deployment_count)},
	{"made", MEMBER_TEXT, MEMBER_OPTIONAL, AT(made)},
	{"set", MEMBER_JSON, MEMBER_OPEN, AT(set)},
	{"delta", MEMBER_JSON, MEMBER_OPEN, AT(delta)},
	{"values", MEMBER_JSON, MEMBER_OPTIONAL, AT(values)},
	MEMBERS_END,
};
#undef AT
NOUN(recorded_clone, "record", NULL)
NOUN_ENCODE(recorded_clone)

void
recorded_clone_add(struct recorded_clone *record, struct deployment *deployment)
{
	record->deployments = member_items_add(record->deployments, &record->deployment_count,
					       deployment, sizeof(*deployment));
}
