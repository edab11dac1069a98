/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "model/requests.h"

#include "model/private.h"

#define COMMENT_MAX 4096

#define AT(member) IN(environment_change, member)
static const struct member environment_change_members[] = {
	{"name", MEMBER_TEXT, MEMBER_OPTIONAL, AT(name)},
	{"notes", MEMBER_JSON, MEMBER_OPEN, AT(notes)},
	MEMBERS_END,
};
#undef AT
NOUN(environment_change, "environment", NULL)
NOUN_ENCODE(environment_change)
NOUN_MISFIT(environment_change)

#define AT(member) IN(review_request, member)
static const struct member review_request_members[] = {
	{"environment", MEMBER_JSON, MEMBER_OPEN, AT(environment)},
	{"deployment", MEMBER_JSON, MEMBER_OPEN, AT(deployment)},
	MEMBERS_END,
};
#undef AT
NOUN(review_request, "review", NULL)
NOUN_ENCODE(review_request)
NOUN_MISFIT(review_request)

#define AT(member) IN(group_request, member)
static const struct member group_request_members[] = {
	{"groups", MEMBER_JSON, MEMBER_OPEN, AT(groups)},
	MEMBERS_END,
};
#undef AT
NOUN(group_request, "groups", NULL)
NOUN_ENCODE(group_request)
NOUN_MISFIT(group_request)

#define AT(member) IN(comment_request, member)
static const struct member comment_request_members[] = {
	{"comment", MEMBER_TEXT, MEMBER_OPTIONAL, AT(comment), .max = COMMENT_MAX},
	MEMBERS_END,
};
#undef AT
NOUN(comment_request, "comment", NULL)
NOUN_ENCODE(comment_request)
NOUN_MISFIT(comment_request)
