/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The loop of the plain lines.  A line is taken only when nothing is under way, so that a script
 * can be piped in; an operation is reviewed, approved by a typed word, and followed step by
 * step, as on the screen.
 */
#include "config.h"

#include "cli/linear.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "cli/command.h"
#include "cli/lines.h"
#include "flow/clones.h"
#include "flow/flow.h"
#include "flow/session.h"
#include "flow/world.h"
#include "model/changes.h"
#include "model/image.h"
#include "model/merge.h"
#include "model/set.h"
#include "store/store.h"

#define INPUT_MAX 4096
#define WORDS_MAX 5
#define READY_MS 10000

/* What the next line answers. */
enum asking { ASKING_COMMAND, ASKING_SIDE, ASKING_YES, ASKING_REASON, ASKING_NAME };

struct linear {
	struct session *session;
	char *org, *app;
	char input[INPUT_MAX];
	size_t length;
	bool ended, quit, prompted, failed;
	enum asking asking;
	char *reason;
	char *operation;		/* that is under way; NULL: none */
	size_t steps_told;
	bool reviewed;			/* the review has been printed */
	size_t conflict;		/* which of them is asked about, from 0 */
	int64_t since;			/* wall ms: what is older is not told as if it were now */
};

struct verb {
	const char *name, *arguments, *help;	/* arguments and help N_() */
	size_t least;				/* words behind the name */
	void (*run)(struct linear *l, char **words, size_t count);
};

static const struct world_application *
application(const struct linear *l)
{
	return l->org && l->app ? world_application(session_world(l->session), l->org, l->app) : NULL;
}

static const struct world_environment *
environment(struct linear *l, const char *id)
{
	const struct world_environment *e =
		world_environment(session_world(l->session), l->org, l->app, id);

	if (!e) {
		l->failed = true;
		lines_say(_("There is no environment \"%s\" here; \"board\" lists them."), id);
	}
	return e;
}

/* --- the verbs --- */

static void
begin(struct linear *l, const struct flow_request *request)
{
	struct error err = {0};
	struct flow *flow = flow_new(l->session, request, &err);

	if (!flow) {
		l->failed = true;
		lines_say("%s", err.text);
		return;
	}
	l->operation = xstrdup(flow_operation_id(flow));
	l->steps_told = 0;
	l->reviewed = false;
	l->conflict = 0;
}

static void
run_board(struct linear *l, char **words, size_t count)
{
	const struct world_application *a = application(l);

	(void)words;
	(void)count;
	if (a)
		lines_board(a);
}

static void
run_clone(struct linear *l, char **words, size_t count)
{
	(void)count;
	if (environment(l, words[0]))
		begin(l, &(struct flow_request){.verb = FLOW_CLONE, .org = l->org, .app = l->app,
						.env = words[1], .source = words[0]});
}

static void
run_version(struct linear *l, char **words, size_t count)
{
	const struct world_environment *e = environment(l, words[0]);
	const char *reference = e && e->set ? set_module_image(e->set, words[1]) : NULL;
	struct image image;
	char *wanted;

	(void)count;
	if (!e)
		return;
	if (!reference) {
		l->failed = true;
		lines_say(_("There is no workload \"%s\" in %s."), words[1], words[0]);
		return;
	}
	image_parse(&image, reference);
	wanted = xasprintf("%s:%s", image.name, words[2]);
	begin(l, &(struct flow_request){
			 .verb = FLOW_DEPLOY, .org = l->org, .app = l->app, .env = words[0],
			 .images = (const char *const[]){words[1], wanted, NULL}});
	free(wanted);
	image_clear(&image);
}

static void
on_one(struct linear *l, enum flow_verb verb, const char *env)
{
	if (environment(l, env))
		begin(l, &(struct flow_request){.verb = verb, .org = l->org, .app = l->app, .env = env});
}

static void
run_deploy(struct linear *l, char **words, size_t count)
{
	(void)count;
	on_one(l, FLOW_DEPLOY, words[0]);
}

static void
run_undo(struct linear *l, char **words, size_t count)
{
	(void)count;
	on_one(l, FLOW_UNDO, words[0]);
}

static void
run_discard(struct linear *l, char **words, size_t count)
{
	(void)count;
	on_one(l, FLOW_DISCARD, words[0]);
}

static void
run_promote(struct linear *l, char **words, size_t count)
{
	const struct world_environment *e = environment(l, words[0]);

	(void)count;
	if (!e)
		return;
	if (e->clone_of) {
		begin(l, &(struct flow_request){.verb = FLOW_PROMOTE, .org = l->org, .app = l->app,
						.env = e->clone_of, .source = words[0],
						.decides = true});
		return;
	}
	l->failed = true;
	lines_say(_("%s is no clone made here; only such can be promoted."), words[0]);
}

static void
run_diff(struct linear *l, char **words, size_t count)
{
	const struct world_environment *from = environment(l, words[0]), *to = environment(l, words[1]);
	struct changes changes;

	(void)count;
	if (!from || !to)
		return;
	if (!from->set || !to->set) {
		l->failed = true;
		lines_say(_("What they hold is not known yet; try again."));
		return;
	}
	changes_between(&changes, from->set, to->set);
	lines_changes(&changes);
	changes_clear(&changes);
}

static void
run_versions(struct linear *l, char **words, size_t count)
{
	const struct world_environment *e = environment(l, words[0]);
	const char *reference = e && e->set ? set_module_image(e->set, words[1]) : NULL;
	const struct world_organization *o = world_organization(session_world(l->session), l->org);
	struct image image;

	(void)count;
	if (!reference || !o)
		return;
	image_parse(&image, reference);
	for (size_t i = 0; i < o->version_count; i++)
		if (!o->versions[i].archived && untrusted_is(&o->versions[i].name, image.name))
			lines_say("  %s%s", untrusted_raw(&o->versions[i].version),
				  untrusted_is(&o->versions[i].version, image.version) ? _(" runs here")
										       : "");
	image_clear(&image);
}

static void
run_clones(struct linear *l, char **words, size_t count)
{
	struct clones *clones = clones_open(l->session, l->org);
	int64_t until = clock_wall_ms() + READY_MS;

	(void)words;
	(void)count;
	clones_update(clones);
	while (clones_untold(clones) > 0 && clock_wall_ms() < until) {
		(void)session_turn(l->session, NULL, NULL, 0, 200);
		clones_update(clones);
	}
	for (size_t i = 0; i < clones_count(clones); i++)
		lines_clone(clones_get(clones, i));
	if (clones_count(clones) == 0)
		lines_say(_("There is no clone."));
	clones_close(clones);
}

static void
run_history(struct linear *l, char **words, size_t count)
{
	struct history_query query = {.url = session_platform(l->session), .limit = 100};
	struct operation_list list = {0};
	struct error err = {0};

	(void)words;
	(void)count;
	if (store_history_list(session_store(l->session), &query, &list, &err) == 0)
		lines_history(&list);
	else
		lines_say("%s", err.text);
	operation_list_clear(&list);
}

static void
run_quit(struct linear *l, char **words, size_t count)
{
	(void)words;
	(void)count;
	l->quit = true;
}

static void run_help(struct linear *l, char **words, size_t count);

static const struct verb verbs[] = {
	{"board", "", N_("say what runs where"), 0, run_board},
	{"clone", N_("ENV NAME"), N_("clone an environment"), 2, run_clone},
	{"version", N_("ENV WORKLOAD VERSION"), N_("deploy another version of a workload"), 3, run_version},
	{"versions", N_("ENV WORKLOAD"), N_("list the versions there are"), 2, run_versions},
	{"deploy", N_("ENV"), N_("deploy again what it holds"), 1, run_deploy},
	{"diff", N_("ENV ENV"), N_("say what the second has otherwise than the first"), 2, run_diff},
	{"promote", N_("CLONE"), N_("take a clone's changes to where it came from"), 1, run_promote},
	{"undo", N_("ENV"), N_("return to the deployment before"), 1, run_undo},
	{"discard", N_("CLONE"), N_("delete a clone and all that is its own"), 1, run_discard},
	{"clones", "", N_("list the clones, and what of them is not promoted"), 0, run_clones},
	{"history", "", N_("say what has been done, in order"), 0, run_history},
	{"help", "", N_("list the commands"), 0, run_help},
	{"quit", "", N_("end"), 0, run_quit},
};

#define VERB_COUNT (sizeof(verbs) / sizeof(verbs[0]))

static void
run_help(struct linear *l, char **words, size_t count)
{
	(void)l;
	(void)words;
	(void)count;
	for (size_t i = 0; i < VERB_COUNT; i++)
		lines_say("  %s %s: %s", verbs[i].name, *verbs[i].arguments ? _(verbs[i].arguments) : "",
			  _(verbs[i].help));
}

static void
take_command(struct linear *l, char *line)
{
	char *words[WORDS_MAX + 1], *word, *rest = line;
	size_t count = 0;

	while ((word = strsep(&rest, " \t")) != NULL && count < WORDS_MAX)
		if (*word)
			words[count++] = word;
	if (count == 0)
		return;
	for (size_t i = 0; i < VERB_COUNT; i++) {
		if (strcmp(verbs[i].name, words[0]) != 0)
			continue;
		if (count - 1 == verbs[i].least) {
			verbs[i].run(l, words + 1, count - 1);
			return;
		}
		l->failed = true;
		lines_say(_("Usage: %s %s"), verbs[i].name,
			  *verbs[i].arguments ? _(verbs[i].arguments) : "");
		return;
	}
	l->failed = true;
	lines_say(_("There is no command \"%s\"; \"help\" lists them."), words[0]);
}

/* --- an operation --- */

static struct flow *
under_way(struct linear *l)
{
	return l->operation ? session_flow_by_id(l->session, l->operation) : NULL;
}

static void
forget(struct linear *l, struct flow *flow)
{
	if (flow)
		flow_dismiss(flow);
	free(l->operation);
	l->operation = NULL;
	free(l->reason);
	l->reason = NULL;
	l->asking = ASKING_COMMAND;
	l->since = clock_wall_ms();
}

static void
give_up(struct linear *l, struct flow *flow)
{
	flow_cancel(flow);
	forget(l, flow);
	l->failed = true;
	lines_say(_("Nothing was changed."));
}

static void
tell_steps(struct linear *l, const struct flow *flow)
{
	for (; l->steps_told < flow_step_count(flow); l->steps_told++) {
		const struct flow_step *step = flow_step(flow, l->steps_told);
		char took[16];

		if (step->state != STEP_DONE && step->state != STEP_FAILED)
			return;
		clock_duration(took, step->ended_at - step->started_at);
		lines_say(step->state == STEP_DONE ? _("  %s: done (%s)") : _("  %s: failed (%s)"),
			  _(step->name), took);
	}
}

static void
follow(struct linear *l, struct flow *flow)
{
	tell_steps(l, flow);
	if (flow_state(flow) == FLOW_RUNNING)
		return;
	l->failed = flow_state(flow) != FLOW_DONE;
	if (!l->failed) {
		lines_say(_("Done."));
	} else {
		lines_say(_("Failed: %s"), flow_error(flow)->text);
		for (size_t i = 0; i < flow_deployment_error_count(flow); i++)
			lines_say("  %s", untrusted_raw(&flow_deployment_error(flow, i)->message));
	}
	forget(l, flow);
}

static void
show_review(struct linear *l, const struct flow *flow)
{
	const struct review *review = flow_review(flow);

	lines_review(review);
	l->reviewed = true;
	l->prompted = false;
	l->asking = review->is_protected ? ASKING_REASON : ASKING_YES;
}

/* The merge's entry that is the n-th conflict, from 0. */
static size_t
conflict_entry(const struct merge *merge, size_t n)
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

	lines_conflict(&merge->entries[conflict_entry(merge, l->conflict)], l->conflict + 1,
		       merge->conflicts, request->source, request->env);
	l->prompted = false;
	l->asking = ASKING_SIDE;
}

static void
decide(struct linear *l, struct flow *flow, enum merge_side side)
{
	struct error err = {0};

	if (flow_choose(flow, conflict_entry(flow_merge(flow), l->conflict), side, &err) != 0) {
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
	struct flow *flow = under_way(l);

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
		lines_say(_("\"%s\" is none of the answers."), line);
	}
}

static void
advance(struct linear *l)
{
	struct flow *flow = under_way(l);

	if (!flow)
		return;
	if (flow_state(flow) == FLOW_DECIDING && l->asking == ASKING_COMMAND)
		show_conflict(l, flow);
	else if (flow_state(flow) == FLOW_REVIEW && !l->reviewed)
		show_review(l, flow);
	else if (flow_state(flow) > FLOW_REVIEW)
		follow(l, flow);
}

static void
approve(struct linear *l, const char *typed)
{
	struct flow *flow = under_way(l);
	struct error err = {0};

	if (flow_approve(flow, l->reason, typed, &err) != 0) {
		lines_say("%s", err.text);
		give_up(l, flow);
		return;
	}
	l->asking = ASKING_COMMAND;
	advance(l);
}

static void
take_line(struct linear *l, char *line)
{
	switch (l->asking) {
	case ASKING_COMMAND:
		take_command(l, line);
		break;
	case ASKING_SIDE:
		take_side(l, line);
		break;
	case ASKING_YES:
		if (strcmp(line, _("yes")) == 0 || strcmp(line, "yes") == 0)
			approve(l, NULL);
		else
			give_up(l, under_way(l));
		break;
	case ASKING_REASON:
		l->reason = xstrdup(line);
		l->asking = ASKING_NAME;
		break;
	case ASKING_NAME:
		approve(l, line);
		break;
	}
	l->prompted = false;
}

/* --- input --- */

/* Everything that a command may tell was read since the last thing that changed it. */
static bool
is_ready(const struct linear *l)
{
	const struct world_application *a = application(l);

	if (session_world(l->session)->link == WORLD_OFFLINE || clock_wall_ms() - l->since > READY_MS)
		return true;
	if (!a || a->read_at < l->since)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->environments[i].environment.last_deploy.id.raw &&
		    (!a->environments[i].set || !a->environments[i].runtime_known))
			return false;
	return true;
}

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
		fputs(_("1 or 2; b goes back, x gives up and changes nothing: "), stdout);
	else if (l->asking == ASKING_YES)
		fputs(_("Type yes to do it, anything else changes nothing: "), stdout);
	else if (l->asking == ASKING_REASON)
		fputs(_("This environment is protected.  Reason: "), stdout);
	else if (l->asking == ASKING_NAME)
		fputs(_("Type the environment's name to do it: "), stdout);
	else
		fputs("> ", stdout);
	fflush(stdout);
	l->prompted = true;
}

/* Takes one whole line of what was read, if there is one and it is wanted. */
static bool
take_input(struct linear *l)
{
	char *end = memchr(l->input, '\n', l->length), line[INPUT_MAX];
	size_t n;

	if (!wants_line(l) || (!end && !(l->ended && l->length > 0)))
		return false;
	n = end ? (size_t)(end - l->input) : l->length;
	memcpy(line, l->input, n);
	line[n] = '\0';
	l->length -= end ? n + 1 : n;
	memmove(l->input, l->input + n + (end != NULL), l->length);
	take_line(l, line);
	return true;
}

static void
read_input(struct linear *l)
{
	ssize_t n = read(STDIN_FILENO, l->input + l->length, sizeof(l->input) - 1 - l->length);

	if (n > 0) {
		l->length += (size_t)n;
	} else {
		l->ended = true;
	}
	if (l->length == sizeof(l->input) - 1 && !memchr(l->input, '\n', l->length)) {
		lines_say(_("That line is too long; it was dropped."));
		l->length = 0;
		l->failed = true;
	}
}

static void
choose(struct linear *l)
{
	const struct world *world = session_world(l->session);

	for (size_t i = 0; i < world->count && !l->app; i++) {
		const struct world_organization *o = &world->organizations[i];

		if (o->count == 0 || (l->org && !untrusted_is(&o->organization.id, l->org)))
			continue;
		free(l->org);
		l->org = xstrdup(untrusted_raw(&o->organization.id));
		l->app = xstrdup(untrusted_raw(&o->applications[0].application.id));
	}
	if (l->org && l->app)
		session_focus(l->session, l->org, l->app);
}

static void
turn(struct linear *l)
{
	int fds[] = {STDIN_FILENO};
	bool ready[1] = {false};
	bool more = !l->ended && l->length < sizeof(l->input) - 1;

	if (session_turn(l->session, fds, ready, more && wants_line(l) ? 1 : 0, wants_line(l) ? -1 : 200))
		choose(l);
	if (ready[0])
		read_input(l);
	advance(l);
}

static void
open_first(struct linear *l)
{
	l->since = clock_wall_ms();
	while (!is_ready(l)) {
		(void)session_turn(l->session, NULL, NULL, 0, 200);
		choose(l);
	}
	if (session_world(l->session)->link == WORLD_OFFLINE)
		lines_say("%s", session_world(l->session)->link_error.text);
	lines_say(_("%s, %s in %s.  \"help\" lists the commands."), session_context(l->session),
		  l->app ? l->app : _("no application"), l->org ? l->org : _("no organization"));
	run_board(l, NULL, 0);
}

int
linear_run(struct session *session, const struct arguments *arguments, struct error *err)
{
	struct linear l = {.session = session};
	struct flow *flow;

	(void)err;
	l.org = arguments->org ? xstrdup(arguments->org) : NULL;
	l.app = arguments->org && arguments->app ? xstrdup(arguments->app) : NULL;
	flow_resume_all(session);
	open_first(&l);
	while (!l.quit) {
		prompt(&l);
		if (take_input(&l))
			continue;
		if (l.ended && l.length == 0 && wants_line(&l))
			break;
		turn(&l);
	}
	flow = under_way(&l);
	if (flow)
		give_up(&l, flow);
	free(l.org);
	free(l.app);
	return l.failed ? EXIT_FAILED : EXIT_OK;
}
