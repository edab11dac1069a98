/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Most of a report is left out where it says nothing: of a thousand namespaces each would say that
 * it is not gone.  Nothing in it takes the rest away: what is odd is not shown.
 */
#include "config.h"

#include "model/adoption-report.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/private.h"

static const char *const states[] = {
	[ADOPTION_NONE] = "none",
	[ADOPTION_READING] = "reading",
	[ADOPTION_DONE] = "done",
	[ADOPTION_FAILED] = "failed",
};
static const struct member_words state_words = {
	states, sizeof(states) / sizeof(states[0]), ADOPTION_NONE,
};

#define AT(member) IN(read_failure, member)
static const struct member read_failure_members[] = {
	{"message", MEMBER_TEXT, MEMBER_LOOSE, AT(message)},
	{"", MEMBER_DOCUMENT, MEMBER_OPTIONAL, AT(reason)},
	MEMBERS_END,
};
#undef AT

static int
complete_failure(void *noun, const json_t *body, struct error *err)
{
	struct read_failure *failure = noun;
	struct error why;

	(void)err;
	if (!error_codes_read(&why, body))
		return 0;
	untrusted_set(&failure->message, why.text);
	failure->is_refused = why.kind == ERROR_ACCESS;
	return 0;
}

static const struct noun read_failure_noun = {
	.name = "error", .size = sizeof(struct read_failure), .members = read_failure_members,
	.complete = complete_failure,
};

void
read_failure_set(struct read_failure *out, const struct error *why)
{
	char *text = error_codes_text(why);

	untrusted_set(&out->message, text);
	out->reason = json_object();
	error_codes_write(why, out->reason);
	out->is_refused = why->kind == ERROR_ACCESS;
	free(text);
}

#define AT(member) IN(left_object, member)
static const struct member left_object_members[] = {
	{"object", MEMBER_TEXT, MEMBER_REQUIRED, AT(object)},
	{"why", MEMBER_TEXT, MEMBER_REQUIRED, AT(why)},
	{"reason", MEMBER_TEXT, MEMBER_LOOSE, AT(reason)},
	MEMBERS_END,
};
#undef AT

bool
left_object_error(const struct left_object *left, struct error *out)
{
	const char *reason = untrusted_raw(&left->reason);
	json_t *details = json_decode(reason, strlen(reason), NULL);
	bool is_read = error_codes_read(out, details);

	json_decref(details);
	return is_read;
}

static int
complete_left(void *noun, const json_t *body, struct error *err)
{
	struct left_object *left = noun;
	struct error why;

	(void)body;
	(void)err;
	if (left_object_error(left, &why))
		untrusted_set(&left->why, why.text);
	return 0;
}
NOUN(left_object, "object", complete_left)
NOUN_ENCODE(left_object)

#define AT(member) IN(adopted_environment, member)
static const struct member adopted_environment_members[] = {
	{"app_id", MEMBER_TEXT, MEMBER_LOOSE, AT(app_id)},
	{"env_id", MEMBER_TEXT, MEMBER_REQUIRED, AT(env_id)},
	{"namespace", MEMBER_TEXT, MEMBER_LOOSE, AT(namespace)},
	{"is_gone", MEMBER_FLAG, MEMBER_LOOSE | MEMBER_SPARSE, AT(is_gone)},
	{"is_part", MEMBER_FLAG, MEMBER_LOOSE | MEMBER_SPARSE, AT(is_part)},
	{"is_moving", MEMBER_FLAG, MEMBER_LOOSE | MEMBER_SPARSE, AT(is_moving)},
	{"is_unread", MEMBER_FLAG, MEMBER_LOOSE | MEMBER_SPARSE, AT(is_unread)},
	{"left", MEMBER_JSON, MEMBER_OPTIONAL, AT(left)},
	{"is_new", MEMBER_FLAG, MEMBER_LOOSE | MEMBER_SPARSE, AT(is_new)},
	MEMBERS_END,
};
#undef AT

/* What is no list says nothing of what is left. */
static int
complete_environment(void *noun, const json_t *body, struct error *err)
{
	struct adopted_environment *environment = noun;

	(void)body;
	(void)err;
	if (json_is_array(environment->left))
		return 0;
	json_decref(environment->left);
	environment->left = json_array();
	return 0;
}

static const struct noun adopted_environment_noun = {
	.name = "environment", .size = sizeof(struct adopted_environment),
	.members = adopted_environment_members,
	.problem = offsetof(struct adopted_environment, problem),
	.complete = complete_environment,
};

#define AT(member) IN(adoption_report, member)
static const struct member adoption_report_members[] = {
	{"cluster", MEMBER_TEXT, MEMBER_LOOSE, AT(cluster)},
	{"context", MEMBER_TEXT, MEMBER_LOOSE, AT(context)},
	{"state", MEMBER_WORD, MEMBER_SPARSE, AT(state), .words = &state_words},
	{"warnings", MEMBER_TEXTS, MEMBER_LOOSE, AT(warnings),
	 .count = offsetof(struct adoption_report, warning_count)},
	{"warning_reasons", MEMBER_JSON, MEMBER_LOOSE, AT(warning_reasons)},
	{"environments", MEMBER_LIST, MEMBER_LOOSE, AT(environments),
	 .noun = &adopted_environment_noun,
	 .count = offsetof(struct adoption_report, environment_count)},
	{"groups", MEMBER_JSON, MEMBER_LOOSE | MEMBER_OPEN, AT(groups)},
	{"read_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(read_at)},
	{"error", MEMBER_OBJECT, MEMBER_LOOSE, AT(error), .noun = &read_failure_noun},
	{"all", MEMBER_FLAG, MEMBER_LOOSE | MEMBER_SPARSE, AT(all)},
	{"namespaces", MEMBER_TEXTS, MEMBER_LOOSE | MEMBER_SPARSE, AT(namespaces),
	 .count = offsetof(struct adoption_report, namespace_count)},
	{"selector", MEMBER_TEXT, MEMBER_LOOSE, AT(selector)},
	{"clones_read_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(clones_read_at)},
	MEMBERS_END,
};
#undef AT

static int
complete_report(void *noun, const json_t *body, struct error *err)
{
	struct adoption_report *report = noun;

	(void)body;
	(void)err;
	for (size_t i = 0; i < report->warning_count; i++)
		noun_translate(&report->warnings[i], json_array_get(report->warning_reasons, i));
	return 0;
}
NOUN(adoption_report, "adoption", complete_report)
NOUN_ENCODE(adoption_report)

void
adoption_report_warn(struct adoption_report *report, const char *text, const json_t *reason)
{
	if (!report->warning_reasons)
		report->warning_reasons = json_array();
	while (json_array_size(report->warning_reasons) < report->warning_count)
		json_array_append_new(report->warning_reasons, json_null());
	member_texts_add(&report->warnings, &report->warning_count, text);
	if (reason)
		json_array_append(report->warning_reasons, (json_t *)(uintptr_t)reason);
	else
		json_array_append_new(report->warning_reasons, json_null());
}

void
adoption_report_add(struct adoption_report *report, struct adopted_environment *environment)
{
	report->environments = member_items_add(report->environments, &report->environment_count,
						environment, sizeof(*environment));
}

#define AT(member) IN(survey_report, member)
static const struct member survey_report_members[] = {
	{"state", MEMBER_WORD, MEMBER_SPARSE, AT(state), .words = &state_words},
	{"error", MEMBER_OBJECT, MEMBER_LOOSE, AT(error), .noun = &read_failure_noun},
	MEMBERS_END,
};
#undef AT
NOUN(survey_report, "survey", NULL)
NOUN_ENCODE(survey_report)
