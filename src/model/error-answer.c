/* SPDX-License-Identifier: GPL-3.0-or-later */

/* An error is read from whoever answers, also a gateway: none of its members is a fault. */
#include "config.h"

#include "model/error-answer.h"

#include "model/private.h"

#define AT(member) IN(error_answer, member)
static const struct member error_answer_members[] = {
	{"error", MEMBER_TEXT, MEMBER_REQUIRED | MEMBER_LOOSE, AT(status)},
	{"message", MEMBER_TEXT, MEMBER_REQUIRED | MEMBER_LOOSE, AT(message)},
	{"details", MEMBER_JSON, MEMBER_REQUIRED, AT(details)},
	MEMBERS_END,
};
#undef AT
NOUN(error_answer, "error", NULL)
NOUN_ENCODE(error_answer)

const char *
error_answer_words(const struct error_answer *answer)
{
	const char *message = untrusted_raw(&answer->message);

	return *message ? message : untrusted_raw(&answer->status);
}

#define AT(member) IN(removal_problem, member)
static const struct member removal_problem_members[] = {
	{"status_message", MEMBER_TEXT, MEMBER_LOOSE, AT(message)},
	{"status_reason", MEMBER_JSON, MEMBER_OPTIONAL, AT(reason)},
	MEMBERS_END,
};
#undef AT
NOUN(removal_problem, "environment", NULL)
NOUN_ENCODE(removal_problem)
