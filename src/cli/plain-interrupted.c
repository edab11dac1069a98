/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Interrupted operations: "resume" lists or resumes them, "abandon" gives one up.
 *
 * They are told of in one line at the start of every other command as well, so that a change
 * which stopped half-way is not forgotten because nobody opens the board any more.
 */
#include "config.h"

#include "cli/plain-interrupted.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "cli/command.h"
#include "cli/output-json.h"
#include "cli/output-text.h"
#include "cli/plain-fail.h"
#include "cli/plain-state.h"
#include "flow/session.h"
#include "flow/verbs/flow.h"
#include "flow/verbs/interrupted.h"
#include "flow/verbs/resume.h"

#define RECORDS_MS 3000	/* the history is told without the newest end, if need be */

/* --- one line at the start --- */

/* Only one line: the command does its own work. */
static void
tell_newest(struct plain *p, const struct interrupted *list)
{
	const size_t count = interrupted_count(list);
	const struct interrupted_operation *newest = interrupted_get(list, count - 1);
	char *title = interrupted_title(&newest->record), ago[64];

	clock_ago(ago, clock_wall_ms() - newest->record.created_at);
	plain_note(
		p,
		ngettext(
			"%zu interrupted operation: %s (%s); see `sidestage resume`",
			"%zu interrupted operations, the last one: %s (%s); see `sidestage resume`",
			count),
		count, title, ago);
	free(title);
}

void
plain_tell_interrupted(struct plain *p)
{
	const char *verb = p->once ? p->once->verb : "";

	p->interrupted = interrupted_open(p->session);
	/* Of a history that cannot be used at all it is said elsewhere. */
	if (interrupted_error(p->interrupted) && !session_history_problem(p->session))
		plain_note(p, "%s", interrupted_error(p->interrupted)->text);
	if (interrupted_count(p->interrupted) > 0 && strcmp(verb, "resume") != 0 &&
	    strcmp(verb, "abandon") != 0)
		tell_newest(p, p->interrupted);
	if (!interrupted_is_empty(p->interrupted) && !(p->once && p->once->offline))
		interrupted_ask(p->interrupted);
}

void
plain_await_records(struct plain *p)
{
	const int64_t until = clock_steady_ms() + RECORDS_MS;

	while (interrupted_has_records(p->interrupted) && !(p->once && p->once->offline) &&
	       !interrupted_is_settled(p->interrupted) && clock_steady_ms() < until)
		(void)session_turn(p->session, NULL, NULL, 0, 200);
}

/* --- the list --- */

static bool
is_settled(void *data)
{
	return interrupted_is_settled(data);
}

static struct interrupted *
ask(struct plain *p)
{
	struct interrupted *list = interrupted_open(p->session);

	interrupted_ask(list);
	(void)plain_wait(p, is_settled, list);
	interrupted_update(list);	/* an answer may have ended one */
	return list;
}

static const char *
kind_words(enum interrupted_kind kind)
{
	switch (kind) {
	case INTERRUPTED_EXPIRED:
		return _("its approval has expired: it can only be abandoned, and reviewed again");
	case INTERRUPTED_FIRST_RELEASE:
		return _("begun by an earlier release: it can only be abandoned");
	case INTERRUPTED_NOT_OURS:
		return _("begun by another version of sidestage: it can only be abandoned here");
	default: return _("it can be resumed or abandoned");
	}
}

static void
tell(const struct interrupted_operation *op)
{
	const struct operation *o = &op->record;
	char *title = interrupted_title(o), *unread, ago[64];

	clock_ago(ago, clock_wall_ms() - o->created_at);
	output_text_line("%s  %s (%s)", untrusted_raw(&o->id), title, ago);
	if (o->summary.raw)
		output_text_line("  %s", o->summary.raw);
	if (op->step < o->step_count)
		output_text_line(_("  Interrupted at step %zu of %zu: %s"), op->step + 1,
				 o->step_count, flow_record_step_name(o, op->step));
	if (knowledge_is_current(&op->asked)) {
		output_text_line(_("  Now: %s"), op->now);
	} else {
		unread = knowledge_text(&op->asked, clock_wall_ms());
		output_text_line(_("  Now: %s"), *unread ? unread : _("not known"));
		free(unread);
	}
	output_text_line("  %s", kind_words(op->kind));
	free(title);
}

/* What the platform did of one of them is not known. */
static void
check_asked(struct plain *p, const struct interrupted *list)
{
	bool told = true;

	for (size_t i = 0; i < interrupted_count(list) && told; i++) {
		const struct knowledge *asked = &interrupted_get(list, i)->asked;

		told = knowledge_is_current(asked);
		if (!told)
			plain_check_told(p, told, knowledge_why(asked));
	}
}

static void
tell_list(struct plain *p)
{
	struct interrupted *list;

	if (!plain_check_history(p))
		return;
	list = ask(p);
	if (plain_wants_json(p))
		plain_print_json(p, output_json_interrupted(list));
	for (size_t i = 0; i < interrupted_count(list) && !plain_wants_json(p); i++)
		tell(interrupted_get(list, i));
	if (interrupted_count(list) == 0 && !plain_wants_json(p))
		output_text_line(_("No operation is interrupted."));
	check_asked(p, list);
	interrupted_close(list);
}

/* --- one of them --- */

/* The whole id; NULL: there is none, and it was said.  free() it. */
static char *
find(struct plain *p, struct interrupted *list, const char *word)
{
	const struct interrupted_operation *op = interrupted_find(list, word);

	if (op)
		return xstrdup(untrusted_raw(&op->record.id));
	plain_fail(p, EXIT_USAGE,
		   _("No interrupted operation has the id \"%s\"; \"resume\" lists them."), word);
	return NULL;
}

void
plain_resume(struct plain *p, char **words, size_t count)
{
	struct interrupted *list;
	struct error err = {0};
	struct flow *flow;
	char *id;

	if (count == 0) {
		tell_list(p);
		return;
	}
	if (!plain_check_history(p))
		return;
	list = interrupted_open(p->session);
	id = find(p, list, words[0]);
	interrupted_close(list);
	if (!id)
		return;
	flow = flow_resume(p->session, id, &err);
	if (flow)
		plain_watch(p, flow);
	else
		plain_fail_error(p, &err, EXIT_STAGE_CHANGE);
	free(id);
}

void
plain_abandon(struct plain *p, char **words, size_t count)
{
	struct interrupted *list;
	struct error err = {0};
	char *id, *reason;

	if (!plain_check_history(p))
		return;
	list = ask(p); /* what the platform did of it is kept in the record */
	id = find(p, list, words[0]);
	reason = plain_joined(p, words + 1, count - 1);
	if (id && reason &&
	    flow_abandon(p->session, id, *reason || !p->once ? reason : p->once->reason, &err) != 0)
		plain_fail_error(p, &err, EXIT_STAGE_CHANGE);
	else if (id && reason && !plain_wants_json(p))
		output_text_line(_("Abandoned. The platform keeps what was already sent."));
	else if (id && reason)
		plain_print_json(p, json_pack("{s:s, s:s}", "id", id, "state",
					      operation_state_name(OPERATION_ABANDONED)));
	free(id);
	free(reason);
	interrupted_close(list);
}
