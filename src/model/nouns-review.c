/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What is said of a deployment before it is made, and of one that was (nouns.h).  Its sentences
 * come with their codes, so whoever reads them has them in the language of this program.
 */
#include "config.h"

#include "model/nouns.h"

#include <stdlib.h>

#include "base/error.h"
#include "model/error-codes.h"
#include "model/private.h"

void
noun_translate(struct untrusted *text, const json_t *reason)
{
	struct error read;

	if (text->raw && error_codes_read(&read, reason))
		untrusted_set(text, read.text);
}

/* A reader makes the best of each; it is a platform that says it all. */
#define AT(member) IN(workload_warning, member)
#define SAID (MEMBER_REQUIRED | MEMBER_LOOSE)
static const struct member workload_warning_members[] = {
	{"workload", MEMBER_TEXT, SAID, AT(workload)},
	{"path", MEMBER_TEXT, SAID, AT(path)},
	{"code", MEMBER_TEXT, SAID, AT(code)},
	{"driver", MEMBER_TEXT, SAID, AT(driver)},
	{"profile", MEMBER_TEXT, SAID, AT(profile)},
	{"meant", MEMBER_TEXT, MEMBER_LOOSE, AT(meant)},
	{"message", MEMBER_TEXT, SAID, AT(message)},
	{"reason", MEMBER_JSON, MEMBER_OPTIONAL, AT(reason)},
	MEMBERS_END,
};
#undef SAID
#undef AT
static int
complete_warning(void *noun, const json_t *body, struct error *err)
{
	struct workload_warning *warning = noun;

	(void)body;
	(void)err;
	noun_translate(&warning->message, warning->reason);
	return 0;
}
NOUN(workload_warning, "warning", complete_warning)
NOUN_ENCODE(workload_warning)

#define AT(member) IN(driver_warning, member)
static const struct member driver_warning_members[] = {
	{"workload", MEMBER_TEXT, MEMBER_REQUIRED | MEMBER_LOOSE, AT(workload)},
	{"object", MEMBER_TEXT, MEMBER_REQUIRED | MEMBER_LOOSE, AT(object)},
	{"message", MEMBER_TEXT, MEMBER_REQUIRED | MEMBER_LOOSE, AT(message)},
	{"code", MEMBER_TEXT, MEMBER_LOOSE, AT(code)},
	{"reason", MEMBER_JSON, MEMBER_OPTIONAL, AT(reason)},
	MEMBERS_END,
};
#undef AT
NOUN(driver_warning, "warning", NULL)
NOUN_ENCODE(driver_warning)

static const char *const deploy_finding_kinds[] = {
	[DEPLOY_REFUSED] = "refused",
	[DEPLOY_WARNING] = "warning",
	[DEPLOY_RESTART] = "restart",
	[DEPLOY_REMOVAL] = "removal",
	[DEPLOY_ADJUSTED] = "adjusted",
	[DEPLOY_LEFT] = "left",
	[DEPLOY_NOTE] = "note",
};
NOUN_WORDS(deploy_finding_kind, deploy_finding_kinds, DEPLOY_FINDING_UNKNOWN)

#define AT(member) IN(deploy_finding, member)
static const struct member deploy_finding_members[] = {
	{"kind", MEMBER_WORD, MEMBER_OPTIONAL, AT(kind), .words = &deploy_finding_kind_words},
	{"workload", MEMBER_TEXT, MEMBER_OPTIONAL, AT(workload)},
	{"object", MEMBER_TEXT, MEMBER_OPTIONAL, AT(object)},
	{"code", MEMBER_TEXT, MEMBER_REQUIRED, AT(code)},
	{"message", MEMBER_TEXT, MEMBER_REQUIRED, AT(message)},
	{"reason", MEMBER_JSON, MEMBER_OPTIONAL, AT(reason)},
	MEMBERS_END,
};
#undef AT

static int
complete_finding(void *noun, const json_t *body, struct error *err)
{
	struct deploy_finding *finding = noun;

	(void)body;
	(void)err;
	noun_translate(&finding->message, finding->reason);
	return 0;
}
NOUN(deploy_finding, "finding", complete_finding)
NOUN_ENCODE(deploy_finding)

#define AT(member) IN(deploy_review, member)
static const struct member deploy_review_members[] = {
	{"cluster", MEMBER_TEXT, MEMBER_OPTIONAL, AT(cluster)},
	{"namespace", MEMBER_TEXT, MEMBER_OPTIONAL, AT(namespace)},
	{"is_new", MEMBER_FLAG, MEMBER_OPTIONAL, AT(is_new)},
	{"findings", MEMBER_LIST, MEMBER_OPTIONAL, AT(findings), .noun = &deploy_finding_noun,
	 .count = offsetof(struct deploy_review, finding_count)},
	{"objects", MEMBER_JSON, MEMBER_OPTIONAL, AT(objects)},
	{"list_order", MEMBER_JSON, MEMBER_OPTIONAL, AT(list_order)},
	{"unasked", MEMBER_TEXT, MEMBER_OPTIONAL, AT(unasked)},
	{"reason", MEMBER_JSON, MEMBER_OPTIONAL, AT(reason)},
	MEMBERS_END,
};
#undef AT

static int
complete_review(void *noun, const json_t *body, struct error *err)
{
	struct deploy_review *review = noun;

	(void)body;
	(void)err;
	noun_translate(&review->unasked, review->reason);
	return 0;
}
NOUN(deploy_review, "review", complete_review)
NOUN_ENCODE(deploy_review)
