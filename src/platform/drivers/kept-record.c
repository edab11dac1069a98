/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "platform/drivers/kept-record.h"

#include "model/members.h"

#define AT(member) .offset = offsetof(struct kept_record, member)
static const struct member kept_record_members[] = {
	{"space", MEMBER_TEXT, MEMBER_REQUIRED, AT(space)},
	{"namespace", MEMBER_TEXT, MEMBER_LOOSE, AT(namespace)},
	{"created_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(created_at)},
	{"tag", MEMBER_TEXT, MEMBER_LOOSE, AT(tag)},
	{"notes", MEMBER_JSON, MEMBER_LOOSE | MEMBER_OPEN, AT(notes)},
	{"record", MEMBER_JSON, MEMBER_OPTIONAL, AT(record)},
	{"error", MEMBER_TEXT, MEMBER_LOOSE, AT(error)},
	MEMBERS_END,
};
#undef AT
NOUN(kept_record, "record", NULL)
NOUN_ENCODE(kept_record)
