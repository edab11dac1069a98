/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The loop of the plain lines.  A line is taken only when nothing is under way, so that a script
 * can be piped in; an operation is reviewed, approved by a typed word, and followed step by
 * step, as on the screen.
 */
#include "config.h"

#include "cli/plain.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "cli/command.h"
#include "cli/output-json.h"
#include "cli/output-text.h"
#include "cli/plain-fail.h"
#include "cli/plain-interrupted.h"
#include "cli/plain-logs.h"
#include "cli/plain-look.h"
#include "cli/plain-once.h"
#include "cli/plain-state.h"
#include "cli/plain-values.h"
#include "cli/plain-verbs.h"
#include "compare/merge.h"
#include "flow/session.h"
#include "flow/verbs/flow.h"
#include "flow/verbs/interrupted.h"
#include "flow/world/logs.h"
#include "flow/world/world.h"
#include "model/json-text.h"

#define READY_MS 10000
#define JOINED_MAX (1024u * 1024)

const struct world_application *
linear_application(const struct linear *l)
{
	return l->org && l->app ? world_application(session_world(l->session), l->org, l->app)
				: NULL;
}

bool
linear_wants_facts(const struct linear *l)
{
	return l->once && l->once->json;
}

/* What is for a program is ASCII: no terminal finds anything in it to obey. */
void
linear_facts(const struct linear *l, json_t *facts)
{
	json_text_write(facts, stdout, JSON_ENSURE_ASCII | (l->logs ? 0 : JSON_INDENT(2)));
	putchar('\n');
	fflush(stdout);
	json_decref(facts);
}

/* --approve names the environment: a command whose target is another one than was meant stops
 * here. */
void
linear_begin(struct linear *l, const struct flow_request *request)
{
	struct error err = {0};
	struct flow *flow;

	if (l->once && l->once->approve && strcmp(l->once->approve, request->env) != 0) {
		linear_fail(l, EXIT_USAGE,
			    _("This changes %s, but %s was approved. Nothing was changed."),
			    request->env, l->once->approve);
		return;
	}
	flow = flow_new(l->session, request, &err);
	if (!flow) {
		linear_fail_error(l, &err, EXIT_STAGE_WORDS);
		return;
	}
	l->operation = xstrdup(flow_operation_id(flow));
	l->steps_told = 0;
	l->approved = false;
	l->reviewed = false;
	l->conflict = 0;
}

void
linear_watch(struct linear *l, struct flow *flow)
{
	l->operation = xstrdup(flow_operation_id(flow));
	l->steps_told = 0;
	l->approved = true;
	l->reviewed = true;
	l->asking = ASKING_COMMAND;
	if (l->once)
		signal(SIGPIPE, SIG_IGN);	/* as for one that is approved */
}

/* The session is turned meanwhile, so that answers come. */
bool
linear_wait(struct linear *l, bool (*is_there)(void *data), void *data)
{
	int64_t until = l->until ? l->until : clock_steady_ms() + READY_MS;
	bool there = is_there(data);

	while (!there && (until < 0 || clock_steady_ms() < until)) {
		(void)session_turn(l->session, NULL, NULL, 0, 200);
		there = is_there(data);
	}
	return there;
}

char *
linear_joined(struct linear *l, char **words, size_t count)
{
	struct buf joined;
	bool whole = true;

	buf_init(&joined, JOINED_MAX);
	for (size_t i = 0; whole && i < count; i++)
		whole = buf_puts(&joined, i ? " " : "") && buf_puts(&joined, words[i]);
	if (whole)
		return buf_take(&joined);
	buf_clear(&joined);
	linear_fail(l, EXIT_USAGE, _("Too long: at most %u bytes are allowed."), JOINED_MAX);
	return NULL;
}

/* --- an operation --- */

struct flow *
linear_flow(struct linear *l)
{
	return l->operation ? session_flow_by_id(l->session, l->operation) : NULL;
}

/* What is told next is read after this: the operation may have changed it. */
void
linear_forget(struct linear *l, struct flow *flow)
{
	if (flow)
		flow_dismiss(flow);
	free(l->operation);
	l->operation = NULL;
	free(l->reason);
	l->reason = NULL;
	l->asking = ASKING_COMMAND;
	l->since = clock_steady_ms();
}

/* What is asked next: the findings one by one, then what the approval needs. */
static enum linear_asking
asking_after_review(const struct review *review)
{
	return review_open_findings(review) > 0 ? ASKING_FINDING :
	       review->is_protected ? ASKING_REASON :
	       review->asks_name ? ASKING_NAME : ASKING_YES;
}

/* While one is asked about there is one. */
static const struct review_finding *
open_finding(const struct review *review)
{
	size_t i = 0;

	while (i < review->finding_count && review->findings[i].is_acknowledged)
		i++;
	assert(i < review->finding_count);
	return &review->findings[i];
}

/* Nothing was sent: the state of the flow is before its approval. */
static void
give_up(struct linear *l, struct flow *flow)
{
	flow_cancel(flow);
	linear_forget(l, flow);
	if (l->code == EXIT_OK)
		l->code = EXIT_FAILED;
	lines_say(_("Nothing was changed."));
}

/* Each once, in order; a step that is under way ends the list for now. */
static void
tell_steps(struct linear *l, const struct flow *flow)
{
	for (; l->steps_told < flow_step_count(flow); l->steps_told++) {
		const struct flow_step *step = flow_step(flow, l->steps_told);
		char took[16];

		if (step->state != STEP_DONE && step->state != STEP_FAILED)
			return;
		if (linear_wants_facts(l))
			continue;
		clock_duration(took, step->ended_at - step->started_at);
		lines_say(step->state == STEP_DONE ? _("  %s: done (%s)") : _("  %s: failed (%s)"),
			  _(step->name), took);
	}
}

/* The code is the one of how it ended; what a person reads says the same in words. */
static void
follow(struct linear *l, struct flow *flow)
{
	tell_steps(l, flow);
	if (flow_state(flow) == FLOW_RUNNING)
		return;
	if (linear_wants_facts(l))
		linear_facts(l, facts_operation(flow));
	else if (flow_state(flow) == FLOW_DONE)
		lines_say(_("Done."));
	if (flow_state(flow) == FLOW_UNWATCHED) {
		linear_fail(l, EXIT_RUNNING, _("Still running: %s"), flow_error(flow)->text);
	} else if (flow_state(flow) != FLOW_DONE) {
		linear_fail(l, exit_code_of(flow_error(flow)->kind,
					    l->approved ? EXIT_STAGE_CHANGE : EXIT_STAGE_READ),
			    _("Failed: %s"), flow_error(flow)->text);
		for (size_t i = 0; i < flow_deployment_error_count(flow); i++)
			if (*deployment_error_output(flow_deployment_error(flow, i)))
				linear_note(l, "  %s", deployment_error_output(
							       flow_deployment_error(flow, i)));
		if (flow_recovery(flow))
			linear_note(
				l,
				_("To run again what was overwritten, undo this deployment: undo %s"),
				flow_recovery(flow)->env);
	}
	linear_forget(l, flow);
}

/* The questions come after it in the order in which they are read. */
static void
show_review(struct linear *l, const struct flow *flow)
{
	const struct review *review = flow_review(flow);

	if (!linear_wants_facts(l))
		lines_review(review);
	l->reviewed = true;
	l->prompted = false;
	l->asking = asking_after_review(review);
}

/* The merge's entry that is the n-th conflict, from 0. */
size_t
linear_conflict_entry(const struct merge *merge, size_t n)
{
	size_t i = 0;

	while (merge->entries[i].side != MERGE_CONFLICT || n-- > 0)
		i++;
	return i;
}

static void
show_conflict(struct linear *l, const struct flow *flow)
{
	const struct merge *merge = flow_merge(flow);
	const struct flow_request *request = flow_request(flow);

	lines_conflict(&merge->entries[linear_conflict_entry(merge, l->conflict)], l->conflict + 1,
		       merge->conflicts, request->source ? request->source : _("rolled back"),
		       request->env);
	l->prompted = false;
	l->asking = ASKING_SIDE;
}

static void
decide(struct linear *l, struct flow *flow, enum merge_side side)
{
	struct error err = {0};

	if (flow_choose(flow, linear_conflict_entry(flow_merge(flow), l->conflict), side, &err) !=
	    0) {
		lines_say("%s", err.text);
		give_up(l, flow);
		return;
	}
	if (++l->conflict < flow_merge(flow)->conflicts) {
		show_conflict(l, flow);
		return;
	}
	l->asking = ASKING_COMMAND;
	if (flow_decide(flow, &err) != 0) {
		lines_say("%s", err.text);
		give_up(l, flow);
	}
}

/* 1 and 2 are the two values; what is none of the answers is asked again. */
static void
take_side(struct linear *l, const char *line)
{
	struct flow *flow = linear_flow(l);

	if (strcmp(line, "1") == 0 || strcmp(line, "2") == 0) {
		decide(l, flow, line[0] == '1' ? MERGE_OURS : MERGE_THEIRS);
	} else if (strcmp(line, "b") == 0 && l->conflict > 0) {
		l->conflict--;
		show_conflict(l, flow);
	} else if (strcmp(line, "x") == 0) {
		give_up(l, flow);
	} else if (strcmp(line, "b") == 0) {
		lines_say(_("This is the first conflict."));
	} else {
		lines_say(_("Invalid answer \"%s\"."), line);
	}
}

void
linear_advance(struct linear *l)
{
	struct flow *flow = linear_flow(l);

	if (l->logs)
		linear_tell_logs(l);
	if (!flow)
		return;
	if (l->once && (flow_state(flow) == FLOW_DECIDING || flow_state(flow) == FLOW_VALUES))
		return;		/* linear-once.c decides */
	if (flow_state(flow) == FLOW_VALUES && l->asking == ASKING_COMMAND) {
		if (!linear_ask_value(l, flow))
			give_up(l, flow);
		return;
	}
	if (flow_state(flow) == FLOW_DECIDING && l->asking == ASKING_COMMAND)
		show_conflict(l, flow);
	else if (flow_state(flow) == FLOW_REVIEW && !l->reviewed)
		show_review(l, flow);
	else if (flow_state(flow) > FLOW_REVIEW)
		follow(l, flow);
}

/* What the flow refuses (a wrong name, a finding that is open) ends the operation: a script that
 * goes on with the next line must not approve by accident. */
static void
approve(struct linear *l, const char *typed)
{
	struct flow *flow = linear_flow(l);
	struct error err = {0};

	if (flow_approve(flow, l->reason, typed, &err) != 0) {
		lines_say("%s", err.text);
		give_up(l, flow);
		return;
	}
	l->approved = true;
	l->asking = ASKING_COMMAND;
	linear_advance(l);
}

/* "ok" is for this one alone. */
static void
take_finding(struct linear *l, const char *line)
{
	struct flow *flow = linear_flow(l);
	const struct review *review = flow_review(flow);
	const struct review_finding *finding = open_finding(review);
	struct error err = {0};

	if (strcmp(line, "ok") != 0 || flow_acknowledge(flow, finding->id, true, &err) != 0)
		give_up(l, flow);
	else
		l->asking = asking_after_review(review);
}

static void
stop_following(struct linear *l)
{
	logs_close(l->logs);
	l->logs = NULL;
	l->asking = ASKING_COMMAND;
}

/* Whatever is asked, one line answers it. */
static void
take_line(struct linear *l, char *line)
{
	switch (l->asking) {
	case ASKING_COMMAND:
		linear_command(l, line);
		break;
	case ASKING_SIDE:
		take_side(l, line);
		break;
	case ASKING_FINDING:
		take_finding(l, line);
		break;
	case ASKING_VALUE:
		if (!linear_answer_value(l, linear_flow(l), line))
			give_up(l, linear_flow(l));
		break;
	case ASKING_YES:
		if (strcmp(line, _("yes")) == 0 || strcmp(line, "yes") == 0)
			approve(l, NULL);
		else
			give_up(l, linear_flow(l));
		break;
	case ASKING_REASON:
		l->reason = xstrdup(line);
		l->asking = ASKING_NAME;
		break;
	case ASKING_NAME:
		approve(l, line);
		break;
	case ASKING_FOLLOW:
		stop_following(l);
		break;
	}
	l->prompted = false;
}

/* --- input --- */

/* Everything that a command may tell was read, or could not be, since the last thing that changed
 * it. */
static bool
is_ready(const struct linear *l)
{
	const bool chosen = l->org && l->app;
	const unsigned needs = chosen ? NEED_ENVIRONMENTS | NEED_SETS | NEED_RUNTIME
				      : NEED_APPLICATIONS;

	return session_world(l->session)->link == WORLD_OFFLINE ||
	       clock_steady_ms() - l->since > READY_MS ||
	       session_settled(l->session, l->org, chosen ? l->app : NULL, needs, l->since);
}

/* A line that came early waits: it may depend on what the one before does. */
static bool
wants_line(const struct linear *l)
{
	return l->operation ? l->asking != ASKING_COMMAND : is_ready(l);
}

static void
prompt(struct linear *l)
{
	if (l->prompted || !wants_line(l))
		return;
	if (l->asking == ASKING_SIDE)
		fputs(_("1 or 2 (b: back, x: cancel): "), stdout);
	else if (l->asking == ASKING_FINDING)
		lines_say(
			_("%s\nType ok to accept this one finding, anything else changes nothing:"),
			open_finding(flow_review(linear_flow(l)))->text);
	else if (l->asking == ASKING_VALUE)
		fputs(_("copy, app (the application's), same (the same secret), none, =TEXT or file NAME (x: cancel): "),
		      stdout);
	else if (l->asking == ASKING_YES)
		fputs(_("Type yes to approve; anything else changes nothing: "), stdout);
	else if (l->asking == ASKING_REASON)
		fputs(_("This environment is protected.  Reason: "), stdout);
	else if (l->asking == ASKING_NAME)
		fputs(_("Type the name of the environment to approve: "), stdout);
	else if (l->asking == ASKING_FOLLOW)
		fputs(_("Press Enter to stop.\n"), stdout);
	else
		fputs("> ", stdout);
	fflush(stdout);
	l->prompted = true;
}

/* Takes one whole line of what was read, if there is one and it is wanted. */
static bool
take_input(struct linear *l)
{
	char *end = memchr(l->input, '\n', l->length), line[LINEAR_INPUT_MAX];
	size_t n;

	if (!wants_line(l) || (!end && !(l->ended && l->length > 0)))
		return false;
	n = end ? (size_t)(end - l->input) : l->length;
	memcpy(line, l->input, n);
	line[n] = '\0';
	l->length -= end ? n + 1 : n;
	memmove(l->input, l->input + n + (end != NULL), l->length);
	if (text_is_utf8(line, strlen(line))) {
		take_line(l, line);
		return true;
	}
	lines_say(_("That line is not valid UTF-8; it was dropped."));
	l->code = l->code == EXIT_OK ? EXIT_USAGE : l->code;
	l->prompted = false;
	return true;
}

/* What belongs to a line that was dropped is no line of its own. */
static void
skip_rest(struct linear *l)
{
	char *end = l->skips ? memchr(l->input, '\n', l->length) : NULL;
	size_t gone = end ? (size_t)(end - l->input) + 1 : l->skips ? l->length : 0;

	l->length -= gone;
	memmove(l->input, l->input + gone, l->length);
	l->skips = l->skips && !end;
}

/* An error on standard input is its end. */
static void
read_input(struct linear *l)
{
	ssize_t n = read(STDIN_FILENO, l->input + l->length, sizeof(l->input) - 1 - l->length);

	if (n > 0) {
		l->length += (size_t)n;
	} else {
		l->ended = true;
	}
	skip_rest(l);
	if (l->length == sizeof(l->input) - 1 && !memchr(l->input, '\n', l->length)) {
		lines_say(_("That line is too long; it was dropped."));
		l->length = 0;
		l->code = l->code == EXIT_OK ? EXIT_USAGE : l->code;
		l->skips = true;
	}
}

void
linear_choose(struct linear *l)
{
	const struct world *world = session_world(l->session);

	/* A command that is done once has found out what was meant. */
	for (size_t i = 0; i < world->count && !(l->org && l->app) && !l->once; i++) {
		const struct world_organization *o = &world->organizations[i];
		const char *org = untrusted_raw(&o->organization.id);

		/* What was named is waited for. */
		if (o->count == 0 || (l->org && strcmp(org, l->org) != 0) ||
		    (l->app && !world_application(world, org, l->app)))
			continue;
		free(l->org);
		l->org = xstrdup(org);
		if (!l->app)
			l->app = xstrdup(untrusted_raw(&o->applications[0].application.id));
	}
	if (l->org && l->app)
		session_focus(l->session, l->org, l->app);
}

/* Input is read only when a line is wanted and there is room: a pipe is not swallowed ahead. */
static void
turn(struct linear *l)
{
	int fds[] = {STDIN_FILENO};
	bool ready[1] = {false};
	bool more = !l->ended && l->length < sizeof(l->input) - 1;

	if (session_turn(l->session, fds, ready, more && wants_line(l) ? 1 : 0,
			 wants_line(l) ? -1 : 200))
		linear_choose(l);
	if (ready[0])
		read_input(l);
	linear_advance(l);
}

void
linear_wait_anew(struct linear *l)
{
	l->since = clock_steady_ms();
	while (!is_ready(l)) {
		(void)session_turn(l->session, NULL, NULL, 0, 200);
		linear_choose(l);
	}
}

static void
open_first(struct linear *l)
{
	linear_wait_anew(l);
	if (session_world(l->session)->link == WORLD_OFFLINE)
		lines_say("%s", session_world(l->session)->link_error.text);
	lines_say(_("%s, %s in %s.  \"help\" lists the commands."), session_context(l->session),
		  l->app ? l->app : _("no application"), l->org ? l->org : _("no organization"));
	linear_board(l, NULL, 0);
}

/* --- */

/* What is still reviewed when the input ends is given up: nobody is there to approve it. */
int
linear_run(struct session *session, const struct arguments *arguments, struct error *err)
{
	struct linear l = {.session = session, .once = arguments->verb ? arguments : NULL};
	struct flow *flow;
	int code;

	l.org = arguments->org ? xstrdup(arguments->org) : NULL;
	l.app = arguments->app ? xstrdup(arguments->app) : NULL;
	linear_tell_interrupted(&l);
	if (l.once) {
		code = linear_once(&l, err);
		logs_close(l.logs);
		interrupted_close(l.interrupted);
		free(l.org);
		free(l.app);
		return code;
	}
	open_first(&l);
	while (!l.quit) {
		prompt(&l);
		if (take_input(&l))
			continue;
		if (l.ended && l.length == 0 && wants_line(&l))
			break;
		turn(&l);
	}
	flow = linear_flow(&l);
	if (flow)
		give_up(&l, flow);
	logs_close(l.logs);
	interrupted_close(l.interrupted);
	free(l.org);
	free(l.app);
	return l.code == EXIT_OK ? EXIT_OK : EXIT_FAILED;
}
