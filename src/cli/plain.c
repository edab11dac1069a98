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
#include "cli/plain-repository.h"
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
plain_application(const struct plain *p)
{
	return p->org && p->app ? world_application(session_world(p->session), p->org, p->app)
				: NULL;
}

bool
plain_wants_json(const struct plain *p)
{
	return p->once && p->once->json;
}

/* What is for a program is ASCII: no terminal finds anything in it to obey. */
void
plain_print_json(const struct plain *p, json_t *object)
{
	if (!p->once || !p->once->is_part) {
		json_text_write(object, stdout, JSON_ENSURE_ASCII | (p->logs ? 0 : JSON_INDENT(2)));
		putchar('\n');
		fflush(stdout);
	}
	json_decref(object);
}

/* --approve names the environment: a command whose target is another one than was meant stops
 * here. */
void
plain_begin(struct plain *p, const struct flow_request *request)
{
	struct error err = {0};
	struct flow *flow;

	if (p->once && p->once->approve && strcmp(p->once->approve, request->env) != 0) {
		plain_fail(p, EXIT_USAGE,
			   _("This changes %s, but %s was approved. Nothing was changed."),
			   request->env, p->once->approve);
		return;
	}
	flow = flow_new(p->session, request, &err);
	if (!flow) {
		plain_fail_error(p, &err, EXIT_STAGE_WORDS);
		return;
	}
	p->operation = xstrdup(flow_operation_id(flow));
	p->steps_told = 0;
	p->approved = false;
	p->reviewed = false;
	p->conflict = 0;
}

void
plain_watch(struct plain *p, struct flow *flow)
{
	p->operation = xstrdup(flow_operation_id(flow));
	p->steps_told = 0;
	p->approved = true;
	p->reviewed = true;
	p->asking = ASKING_COMMAND;
	if (p->once)
		signal(SIGPIPE, SIG_IGN); /* as for one that is approved */
}

/* The session is turned meanwhile, so that answers come. */
bool
plain_wait(struct plain *p, bool (*is_there)(void *data), void *data)
{
	int64_t until = p->until ? p->until : clock_steady_ms() + READY_MS;
	bool there = is_there(data);

	while (!there && (until < 0 || clock_steady_ms() < until)) {
		(void)session_turn(p->session, NULL, NULL, 0, 200);
		there = is_there(data);
	}
	return there;
}

char *
plain_joined(struct plain *p, char **words, size_t count)
{
	struct buf joined;
	bool whole = true;

	buf_init(&joined, JOINED_MAX);
	for (size_t i = 0; whole && i < count; i++)
		whole = buf_puts(&joined, i ? " " : "") && buf_puts(&joined, words[i]);
	if (whole)
		return buf_take(&joined);
	buf_clear(&joined);
	plain_fail(p, EXIT_USAGE, _("Too long: at most %u bytes are allowed."), JOINED_MAX);
	return NULL;
}

/* --- an operation --- */

struct flow *
plain_flow(struct plain *p)
{
	return p->operation ? session_flow_by_id(p->session, p->operation) : NULL;
}

/* What is told next is read after this: the operation may have changed it.  It is asked for now,
 * since what the last step had asked for may have come already. */
void
plain_forget(struct plain *p, struct flow *flow)
{
	if (flow)
		flow_dismiss(flow);
	free(p->operation);
	p->operation = NULL;
	free(p->reason);
	p->reason = NULL;
	p->asking = ASKING_COMMAND;
	p->since = clock_steady_ms();
	if (!p->once)
		session_refresh(p->session);
}

/* What is asked next: the findings one by one, then what the approval needs. */
static enum plain_asking
asking_after_review(const struct review *review)
{
	return review_open_findings(review) > 0 ? ASKING_FINDING
	       : review->is_protected		? ASKING_REASON
	       : review->asks_name		? ASKING_NAME
						: ASKING_YES;
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
give_up(struct plain *p, struct flow *flow)
{
	flow_cancel(flow);
	plain_forget(p, flow);
	if (p->code == EXIT_OK)
		p->code = EXIT_FAILED;
	output_text_line(_("Nothing was changed."));
}

/* Each once, in order; a step that is under way ends the list for now. */
static void
tell_steps(struct plain *p, const struct flow *flow)
{
	for (; p->steps_told < flow_step_count(flow); p->steps_told++) {
		const struct flow_step *step = flow_step(flow, p->steps_told);
		char took[16];

		if (step->state != STEP_DONE && step->state != STEP_FAILED)
			return;
		if (plain_wants_json(p))
			continue;
		clock_duration(took, step->ended_at - step->started_at);
		output_text_line(step->state == STEP_DONE ? _("  %s: done (%s)")
							  : _("  %s: failed (%s)"),
				 _(step->name), took);
	}
}

static void
note_warnings(struct plain *p, const struct flow *flow)
{
	for (size_t i = 0; i < flow_warning_count(flow); i++) {
		char *text = flow_warning_text(flow_warning(flow, i));

		plain_note(p, "%s", text);
		free(text);
	}
}

/* The code is the one of how it ended; what a person reads says the same in words. */
static void
follow(struct plain *p, struct flow *flow)
{
	tell_steps(p, flow);
	if (flow_state(flow) == FLOW_RUNNING)
		return;
	if (plain_wants_json(p))
		plain_print_json(p, plain_operation_json(p, flow));
	else if (flow_state(flow) == FLOW_DONE && !flow_is_unwell(flow))
		output_text_line(_("Done."));
	note_warnings(p, flow);
	if (flow_is_unwell(flow)) {
		plain_fail(p, EXIT_FAILED, _("The clone %s was made, but it does not run."),
			   flow_request(flow)->env);
	} else if (flow_state(flow) == FLOW_UNWATCHED) {
		plain_fail(p, EXIT_RUNNING, _("Still running: %s"), flow_error(flow)->text);
	} else if (flow_state(flow) != FLOW_DONE) {
		plain_fail(p,
			   exit_code_of(flow_error(flow)->kind,
					p->approved ? EXIT_STAGE_CHANGE : EXIT_STAGE_READ),
			   _("Failed: %s"), flow_error(flow)->text);
		for (size_t i = 0; i < flow_deployment_error_count(flow); i++)
			if (*deployment_error_output(flow_deployment_error(flow, i)))
				plain_note(p, "  %s",
					   deployment_error_output(flow_deployment_error(flow, i)));
		if (flow_recovery(flow))
			plain_note(
				p,
				_("To run again what was overwritten, undo this deployment: undo %s"),
				flow_recovery(flow)->env);
	}
	plain_forget(p, flow);
}

/* The questions come after it in the order in which they are read. */
static void
show_review(struct plain *p, const struct flow *flow)
{
	const struct review *review = flow_review(flow);

	if (!plain_wants_json(p)) {
		output_text_review(review);
		plain_tell_repository(p, review);
	}
	p->reviewed = true;
	p->prompted = false;
	p->asking = asking_after_review(review);
}

/* The merge's entry that is the n-th conflict, from 0. */
size_t
plain_conflict_entry(const struct merge *merge, size_t n)
{
	size_t i = 0;

	while (merge->entries[i].side != MERGE_CONFLICT || n-- > 0)
		i++;
	return i;
}

static void
show_conflict(struct plain *p, const struct flow *flow)
{
	const struct merge *merge = flow_merge(flow);
	const struct flow_request *request = flow_request(flow);

	output_text_conflict(&merge->entries[plain_conflict_entry(merge, p->conflict)],
			     p->conflict + 1, merge->conflicts,
			     request->source ? request->source : _("rolled back"), request->env);
	p->prompted = false;
	p->asking = ASKING_SIDE;
}

static void
decide(struct plain *p, struct flow *flow, enum merge_side side)
{
	struct error err = {0};

	if (flow_choose(flow, plain_conflict_entry(flow_merge(flow), p->conflict), side, &err) !=
	    0) {
		output_text_line("%s", err.text);
		give_up(p, flow);
		return;
	}
	if (++p->conflict < flow_merge(flow)->conflicts) {
		show_conflict(p, flow);
		return;
	}
	p->asking = ASKING_COMMAND;
	if (flow_decide(flow, &err) != 0) {
		output_text_line("%s", err.text);
		give_up(p, flow);
	}
}

/* 1 and 2 are the two values; what is none of the answers is asked again. */
static void
take_side(struct plain *p, const char *line)
{
	struct flow *flow = plain_flow(p);

	if (strcmp(line, "1") == 0 || strcmp(line, "2") == 0) {
		decide(p, flow, line[0] == '1' ? MERGE_OURS : MERGE_THEIRS);
	} else if (strcmp(line, "b") == 0 && p->conflict > 0) {
		p->conflict--;
		show_conflict(p, flow);
	} else if (strcmp(line, "x") == 0) {
		give_up(p, flow);
	} else if (strcmp(line, "b") == 0) {
		output_text_line(_("This is the first conflict."));
	} else {
		output_text_line(_("Invalid answer \"%s\"."), line);
	}
}

void
plain_advance(struct plain *p)
{
	struct flow *flow = plain_flow(p);

	if (p->logs)
		plain_tell_logs(p);
	if (!flow)
		return;
	if (p->once && (flow_state(flow) == FLOW_DECIDING || flow_state(flow) == FLOW_VALUES))
		return; /* plain-once.c decides */
	if (flow_state(flow) == FLOW_VALUES && p->asking == ASKING_COMMAND) {
		if (!plain_ask_value(p, flow))
			give_up(p, flow);
		return;
	}
	if (flow_state(flow) == FLOW_DECIDING && p->asking == ASKING_COMMAND)
		show_conflict(p, flow);
	else if (flow_state(flow) == FLOW_REVIEW && !p->reviewed)
		show_review(p, flow);
	else if (flow_state(flow) > FLOW_REVIEW)
		follow(p, flow);
}

/* What the flow refuses (a wrong name, a finding that is open) ends the operation: a script that
 * goes on with the next line must not approve by accident. */
static void
approve(struct plain *p, const char *typed)
{
	struct flow *flow = plain_flow(p);
	struct error err = {0};

	if (flow_approve(flow, p->reason, typed, &err) != 0) {
		output_text_line("%s", err.text);
		give_up(p, flow);
		return;
	}
	p->approved = true;
	p->asking = ASKING_COMMAND;
	plain_advance(p);
}

/* "ok" is for this one alone. */
static void
take_finding(struct plain *p, const char *line)
{
	struct flow *flow = plain_flow(p);
	const struct review *review = flow_review(flow);
	const struct review_finding *finding = open_finding(review);
	struct error err = {0};

	if (strcmp(line, "ok") != 0 || flow_acknowledge(flow, finding->id, true, &err) != 0)
		give_up(p, flow);
	else
		p->asking = asking_after_review(review);
}

static void
stop_following(struct plain *p)
{
	logs_close(p->logs);
	p->logs = NULL;
	p->asking = ASKING_COMMAND;
}

/* Whatever is asked, one line answers it. */
static void
take_line(struct plain *p, char *line)
{
	switch (p->asking) {
	case ASKING_COMMAND:
		plain_command(p, line);
		break;
	case ASKING_SIDE:
		take_side(p, line);
		break;
	case ASKING_FINDING:
		take_finding(p, line);
		break;
	case ASKING_VALUE:
		if (!plain_answer_value(p, plain_flow(p), line))
			give_up(p, plain_flow(p));
		break;
	case ASKING_YES:
		if (strcmp(line, _("yes")) == 0 || strcmp(line, "yes") == 0)
			approve(p, NULL);
		else
			give_up(p, plain_flow(p));
		break;
	case ASKING_REASON:
		p->reason = xstrdup(line);
		p->asking = ASKING_NAME;
		break;
	case ASKING_NAME:
		approve(p, line);
		break;
	case ASKING_FOLLOW:
		stop_following(p);
		break;
	}
	p->prompted = false;
}

/* --- input --- */

/* Everything that a command may tell was read, or could not be, since the last thing that changed
 * it. */
static bool
is_ready(const struct plain *p)
{
	const bool chosen = p->org && p->app;
	const unsigned needs = chosen ? NEED_ENVIRONMENTS | NEED_SETS | NEED_RUNTIME
				      : NEED_APPLICATIONS;

	return session_world(p->session)->link == WORLD_OFFLINE ||
	       clock_steady_ms() - p->since > READY_MS ||
	       session_settled(p->session, p->org, chosen ? p->app : NULL, needs, p->since);
}

/* A line that came early waits: it may depend on what the one before does. */
static bool
wants_line(const struct plain *p)
{
	return p->operation ? p->asking != ASKING_COMMAND : is_ready(p);
}

static void
prompt(struct plain *p)
{
	if (p->prompted || !wants_line(p))
		return;
	if (p->asking == ASKING_SIDE)
		fputs(_("1 or 2 (b: back, x: cancel): "), stdout);
	else if (p->asking == ASKING_FINDING)
		output_text_line(
			_("%s\nType ok to accept this one finding, anything else changes nothing:"),
			open_finding(flow_review(plain_flow(p)))->text);
	else if (p->asking == ASKING_VALUE)
		fputs(_("copy, app (the application's), same (the same secret), none, =TEXT or file NAME (x: cancel): "),
		      stdout);
	else if (p->asking == ASKING_YES)
		fputs(_("Type yes to approve; anything else changes nothing: "), stdout);
	else if (p->asking == ASKING_REASON)
		fputs(_("This environment is protected.  Reason: "), stdout);
	else if (p->asking == ASKING_NAME)
		fputs(_("Type the name of the environment to approve: "), stdout);
	else if (p->asking == ASKING_FOLLOW)
		fputs(_("Press Enter to stop.\n"), stdout);
	else
		fputs("> ", stdout);
	fflush(stdout);
	p->prompted = true;
}

/* Takes one whole line of what was read, if there is one and it is wanted. */
static bool
take_input(struct plain *p)
{
	char *end = memchr(p->input, '\n', p->length), line[PLAIN_INPUT_MAX];
	size_t n;

	if (!wants_line(p) || (!end && !(p->ended && p->length > 0)))
		return false;
	n = end ? (size_t)(end - p->input) : p->length;
	memcpy(line, p->input, n);
	line[n] = '\0';
	p->length -= end ? n + 1 : n;
	memmove(p->input, p->input + n + (end != NULL), p->length);
	if (text_is_utf8(line, strlen(line))) {
		take_line(p, line);
		return true;
	}
	output_text_line(_("That line is not valid UTF-8; it was dropped."));
	p->code = p->code == EXIT_OK ? EXIT_USAGE : p->code;
	p->prompted = false;
	return true;
}

/* What belongs to a line that was dropped is no line of its own. */
static void
skip_rest(struct plain *p)
{
	char *end = p->skips ? memchr(p->input, '\n', p->length) : NULL;
	size_t gone = end ? (size_t)(end - p->input) + 1 : p->skips ? p->length : 0;

	p->length -= gone;
	memmove(p->input, p->input + gone, p->length);
	p->skips = p->skips && !end;
}

/* An error on standard input is its end. */
static void
read_input(struct plain *p)
{
	ssize_t n = read(STDIN_FILENO, p->input + p->length, sizeof(p->input) - 1 - p->length);

	if (n > 0) {
		p->length += (size_t)n;
	} else {
		p->ended = true;
	}
	skip_rest(p);
	if (p->length == sizeof(p->input) - 1 && !memchr(p->input, '\n', p->length)) {
		output_text_line(_("That line is too long; it was dropped."));
		p->length = 0;
		p->code = p->code == EXIT_OK ? EXIT_USAGE : p->code;
		p->skips = true;
	}
}

void
plain_choose(struct plain *p)
{
	const struct world *world = session_world(p->session);

	/* A command that is done once has found out what was meant. */
	for (size_t i = 0; i < world->count && !(p->org && p->app) && !p->once; i++) {
		const struct world_organization *o = &world->organizations[i];
		const char *org = untrusted_raw(&o->organization.id);

		/* What was named is waited for. */
		if (o->count == 0 || (p->org && strcmp(org, p->org) != 0) ||
		    (p->app && !world_application(world, org, p->app)))
			continue;
		free(p->org);
		p->org = xstrdup(org);
		if (!p->app)
			p->app = xstrdup(untrusted_raw(&o->applications[0].application.id));
	}
	if (p->org && p->app)
		session_focus(p->session, p->org, p->app);
}

/* As soon as the cluster has been read. */
static void
protect_as_asked(struct plain *p)
{
	struct error err;

	if (session_protect_as_asked(p->session, &err) != 0)
		plain_fail_error(p, &err, EXIT_STAGE_WORDS);
}

/* Input is read only when a line is wanted and there is room: a pipe is not swallowed ahead. */
static void
turn(struct plain *p)
{
	int fds[] = {STDIN_FILENO};
	bool ready[1] = {false};
	bool more = !p->ended && p->length < sizeof(p->input) - 1;

	if (session_turn(p->session, fds, ready, more && wants_line(p) ? 1 : 0,
			 wants_line(p) ? -1 : 200))
		plain_choose(p);
	protect_as_asked(p);
	if (ready[0])
		read_input(p);
	plain_advance(p);
}

void
plain_wait_anew(struct plain *p)
{
	p->since = clock_steady_ms();
	while (!is_ready(p)) {
		(void)session_turn(p->session, NULL, NULL, 0, 200);
		plain_choose(p);
	}
}

/* Where one is, and what of a cluster is looked at; free() it. */
static char *
place_words(const struct plain *p)
{
	const struct world_organization *o =
		p->org ? world_organization(session_world(p->session), p->org) : NULL;
	char *reads = o && o->adoption.state != ADOPTION_NONE ? adoption_reads(&o->adoption)
							       : NULL;
	const char *remark = reads ? reads : session_remark(p->session);
	char *where = xasprintf("%s%s%s", session_context(p->session), *remark ? ", " : "", remark);

	free(reads);
	return where;
}

static void
open_first(struct plain *p)
{
	char *where;

	plain_wait_anew(p);
	protect_as_asked(p);
	where = place_words(p);
	if (session_world(p->session)->link == WORLD_OFFLINE)
		output_text_line("%s", session_world(p->session)->link_error.text);
	output_text_line(_("%s, %s in %s.  \"help\" lists the commands."), where,
			 p->app ? p->app : _("no application"),
			 p->org ? p->org : _("no organization"));
	plain_board(p, NULL, 0);
	free(where);
}

/* --- */

/* What is still reviewed when the input ends is given up: nobody is there to approve it. */
int
plain_run(struct session *session, const struct arguments *arguments, struct error *err)
{
	struct plain p = {.session = session, .once = arguments->verb ? arguments : NULL};
	struct flow *flow;
	int code;

	p.org = arguments->org ? xstrdup(arguments->org) : NULL;
	p.app = arguments->app ? xstrdup(arguments->app) : NULL;
	plain_tell_interrupted(&p);
	if (p.once) {
		code = plain_once(&p, err);
		logs_close(p.logs);
		interrupted_close(p.interrupted);
		free(p.org);
		free(p.app);
		return code;
	}
	open_first(&p);
	while (!p.quit) {
		prompt(&p);
		if (take_input(&p))
			continue;
		if (p.ended && p.length == 0 && wants_line(&p))
			break;
		turn(&p);
	}
	flow = plain_flow(&p);
	if (flow)
		give_up(&p, flow);
	logs_close(p.logs);
	interrupted_close(p.interrupted);
	free(p.org);
	free(p.app);
	return p.code == EXIT_OK ? EXIT_OK : EXIT_FAILED;
}
