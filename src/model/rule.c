/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "model/rule.h"

#include "base/error.h"
#include "model/members.h"

/* There is no other type. */
static const char *const types[] = {"update"};
static const struct member_words type = {.items = types};

static const char *const updates[] = {[RULE_BRANCH] = "branch", [RULE_TAG] = "tag"};
static const struct member_words update_words = {updates, RULE_UNKNOWN, RULE_UNKNOWN};

#define AT(member) .offset = offsetof(struct rule, member)
static const struct member rule_members[] = {
	{"id", MEMBER_TEXT, MEMBER_LOOSE, AT(id)},
	{"type", MEMBER_CONSTANT, MEMBER_OPTIONAL, .words = &type},
	{"active", MEMBER_FLAG, MEMBER_LOOSE, AT(active)},
	{"artefacts_filter", MEMBER_TEXTS, MEMBER_LOOSE, AT(artefacts_filter),
	 .count = offsetof(struct rule, artefact_count)},
	{"exclude_artefacts_filter", MEMBER_FLAG, MEMBER_LOOSE, AT(exclude_artefacts_filter)},
	{"images_filter", MEMBER_TEXTS, MEMBER_LOOSE, AT(images_filter),
	 .count = offsetof(struct rule, image_count)},
	{"exclude_images_filter", MEMBER_FLAG, MEMBER_LOOSE, AT(exclude_images_filter)},
	{"match_ref", MEMBER_TEXT, MEMBER_REQUIRED | MEMBER_LOOSE, AT(match_ref)},
	{"match", MEMBER_TEXT, MEMBER_REQUIRED | MEMBER_LOOSE, AT(match)},
	{"update_to", MEMBER_WORD, MEMBER_OPTIONAL, AT(update_to), .words = &update_words},
	{"created_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(created_at)},
	{"updated_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(updated_at)},
	MEMBERS_END,
};
#undef AT
NOUN(rule, "rule", NULL)
NOUN_ENCODE(rule)
NOUN_MISFIT(rule)
