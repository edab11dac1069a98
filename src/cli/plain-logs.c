/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Logs in plain lines: told once, or followed.
 *
 * Lines are counted and not compared: logs_appended() says how many came, so a line that is
 * written twice is printed twice.  Of what got lost in between it is said where it is
 * missing.
 */
#include "config.h"

#include "cli/plain-logs.h"

#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/names.h"
#include "cli/output-json.h"
#include "cli/output-text-details.h"
#include "cli/output-text.h"
#include "cli/plain-fail.h"
#include "cli/plain-state.h"
#include "flow/world/logs.h"
#include "flow/world/words.h"
#include "flow/world/world.h"
#include "model/set.h"

static bool
were_logs_read(void *data)
{
	return logs_was_read(data) || logs_error(data)->kind != ERROR_NONE;
}

/*
 * Whether that workload, and container, may write: it is in the set, or it runs.  What the set is
 * may not be known; then the platform is asked for the name as it was given.
 */
static bool
is_source_there(struct plain *p, const struct world_environment *e, char **words, size_t count)
{
	json_t *containers;
	struct error err = {0};
	bool is_there;

	for (size_t i = 0; e && count > 1 && i < e->runtime.count; i++)
		if (untrusted_is(&e->runtime.modules[i].module, words[1]) &&
		    !(e->set && set_module(e->set, words[1])))
			return true;
	if (!e || count < 2 || !e->set)
		return e != NULL;
	if (!plain_workload(p, e, words[1]))
		return false;
	containers = set_module_containers(e->set, words[1]);
	is_there = count < 3 || json_object_size(containers) == 0 ||
		   json_object_get(containers, words[2]);
	json_decref(containers);
	if (is_there)
		return true;
	(void)!names_no_container(e->set, words[1], words[2], &err);
	plain_fail_error(p, &err, EXIT_STAGE_WORDS);
	return false;
}

/* What options say against each other or the platform; false, and it was said. */
static bool
are_options_right(struct plain *p, const struct world_environment *e, size_t count)
{
	const struct arguments *once = p->once;

	if (!once)
		return true;
	if (once->container && count != 2)
		plain_fail(p, EXIT_USAGE, _("--container needs a WORKLOAD, and no CONTAINER."));
	else if (once->previous && once->follow)
		plain_fail(p, EXIT_USAGE, _("What ran before cannot be followed: leave out "
					    "--follow or --previous."));
	else if (once->previous && e && !e->runtime.cluster.raw)
		plain_fail(p, EXIT_FAILED,
			   _("Here the lines of earlier runs stand among the others."));
	else
		return true;
	return false;
}

/* NULL: there are none, and it was said. */
static struct logs *
open_logs(struct plain *p, char **words, size_t count)
{
	const struct world_environment *e = plain_environment(p, words[0]);
	const char *container = p->once ? p->once->container : NULL;
	char *named[] = {words[0], count > 1 ? words[1] : NULL, (char *)(uintptr_t)container};
	struct logs *logs;

	if (e && !are_options_right(p, e, count))
		return NULL;
	if (container) {
		words = named;
		count = 3;
	}
	if (!is_source_there(p, e, words, count))
		return NULL;
	logs = logs_open(p->session,
			 &(struct logs_wanted){.org = p->org, .app = p->app, .env = words[0],
					       .workload = count > 1 ? words[1] : NULL,
					       .container = count > 2 ? words[2] : NULL,
					       .previous = p->once && p->once->previous});
	if (plain_wait(p, were_logs_read, logs) && logs_was_read(logs))
		return logs;
	if (logs_error(logs)->kind != ERROR_NONE)
		plain_fail_error(p, logs_error(logs), EXIT_STAGE_READ);
	else
		plain_fail(p, EXIT_UNREAD, "%s", plain_why(NULL));
	logs_close(logs);
	return NULL;
}

/* The first of the lines that are wanted of what was read at the beginning. */
static size_t
first_line(const struct plain *p, const struct logs *logs)
{
	const struct arguments *once = p->once;
	size_t first = 0, count = logs_count(logs);
	int64_t since;

	if (once && once->tail_lines >= 0 && (size_t)once->tail_lines < count)
		first = count - (size_t)once->tail_lines;
	if (once && once->since_ms >= 0) {
		since = clock_wall_ms() - once->since_ms;
		/* A line without a time is as old as the one before it. */
		while (first < count && logs_line(logs, first)->at < since)
			first++;
	}
	return first;
}

static void
tell_line(struct plain *p, const struct log_line *line)
{
	if (plain_wants_json(p))
		plain_print_json(p, output_json_log_line(line));
	else
		output_text_log(line, p->logs_of_all);
}

static void
follow_logs(struct plain *p, struct logs *logs, bool of_all)
{
	p->logs = logs;
	p->logs_of_all = of_all;
	p->asking = ASKING_FOLLOW;
	for (size_t i = first_line(p, logs); i < logs_count(logs); i++)
		tell_line(p, logs_line(logs, i));
	p->logs_told = logs_appended(logs);
	p->logs_gaps_told = logs_gaps(logs);
	p->logs_unread = false;
}

static void
tell_none(struct plain *p, char **words, size_t count)
{
	const char *why = words_of_no_logs(plain_environment(p, words[0]),
					   count > 1 ? words[1] : NULL,
					   p->once && p->once->previous);

	output_text_line("%s", *why ? why : _("No log lines."));
}

void
plain_logs(struct plain *p, char **words, size_t count)
{
	struct logs *logs = open_logs(p, words, count);

	if (logs && p->once && p->once->follow) {
		follow_logs(p, logs, count < 2);
		return;
	}
	if (logs && plain_wants_json(p))
		plain_print_json(p, output_json_logs(logs, first_line(p, logs)));
	else if (logs && logs_count(logs) == 0)
		tell_none(p, words, count);
	for (size_t i = logs ? first_line(p, logs) : 0;
	     logs && !plain_wants_json(p) && i < logs_count(logs); i++)
		output_text_log(logs_line(logs, i), count < 2);
	logs_close(logs);
}

/* What is not there may come: a workload that starts has no logs yet.
 * If it stays so, the end says it. */
bool
plain_tells_unread_at_once(const struct error *why)
{
	return why->kind != ERROR_NOT_FOUND;
}

void
plain_tell_logs(struct plain *p)
{
	size_t count = logs_count(p->logs);
	uint64_t more = logs_appended(p->logs) - p->logs_told;
	const struct error *why = logs_error(p->logs);

	/* What is not there would be taken for what was not written. */
	if (logs_gaps(p->logs) != p->logs_gaps_told)
		plain_fail(p, EXIT_UNREAD,
			   _("Some lines are missing here: too many were written at once."));
	p->logs_gaps_told = logs_gaps(p->logs);
	if (why->kind != ERROR_NONE && !p->logs_unread && plain_tells_unread_at_once(why))
		plain_note(p, "%s", why->text);
	p->logs_unread = why->kind != ERROR_NONE;
	for (size_t i = more < count ? count - (size_t)more : 0; i < count; i++)
		tell_line(p, logs_line(p->logs, i));
	p->logs_told = logs_appended(p->logs);
}

void
plain_follow(struct plain *p, char **words, size_t count)
{
	struct logs *logs = open_logs(p, words, count);

	if (logs)
		follow_logs(p, logs, count < 2);
}
