/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "model/task-progress.h"

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/private.h"

#define AT(member) IN(task_progress, member)
static const struct member task_progress_members[] = {
	{"done", MEMBER_NUMBER, MEMBER_LOOSE, AT(done)},
	{"total", MEMBER_NUMBER, MEMBER_LOOSE, AT(total)},
	{"message", MEMBER_TEXT, MEMBER_LOOSE, AT(message)},
	{"reason", MEMBER_JSON, MEMBER_OPTIONAL, AT(reason)},
	MEMBERS_END,
};
#undef AT
NOUN(task_progress, "progress", NULL)
NOUN_ENCODE(task_progress)

char *
task_progress_text(const struct task_progress *progress)
{
	const char *message = untrusted_raw(&progress->message);
	struct error why;

	if (error_codes_read(&why, progress->reason))
		return xstrdup(why.text);
	return *message ? xstrdup(message) : NULL;
}
