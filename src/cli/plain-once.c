/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * One command of the plain lines, and the end.  Nobody is there to answer: what a person would be
 * asked is given by options, and what is not given ends the command with a code of its own before
 * anything is changed.
 */
#include "config.h"

#include "cli/plain-once.h"

#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/knowledge.h"
#include "base/xmalloc.h"
#include "cli/command.h"
#include "cli/kube-named.h"
#include "cli/names.h"
#include "cli/output-json.h"
#include "cli/output-text.h"
#include "cli/plain-approval.h"
#include "cli/plain-fail.h"
#include "cli/plain-logs.h"
#include "cli/plain-repository.h"
#include "cli/plain-state.h"
#include "cli/plain-values.h"
#include "cli/plain-verbs.h"
#include "compare/merge.h"
#include "flow/session.h"
#include "flow/verbs/flow.h"
#include "flow/world/logs.h"
#include "flow/world/world.h"

#define CHANGE_MS (10 * 60000)		/* how long a change is waited for, unless --timeout says */
#define READ_MS 30000			/* the same of what is read */
#define SILENT_MS 3000
#define TURN_MS 200
#define LOOK_MS 3000			/* of a cluster that is looked at for the first time */

/* --- conflicts --- */

/* options_parse() takes no other word. */
static enum merge_side
parse_side(const char *word)
{
	return strcmp(word, "clone") == 0 ? MERGE_OURS : MERGE_THEIRS;
}

/* "web/spec/replicas", or the part within the object alone. */
static bool
is_at(const struct merge_entry *entry, const char *path, size_t length)
{
	size_t object = strlen(entry->object);

	if (strlen(entry->path) == length && strncmp(entry->path, path, length) == 0)
		return true;
	return length == object + strlen(entry->path) &&
	       strncmp(path, entry->object, object) == 0 &&
	       strncmp(path + object, entry->path, length - object) == 0;
}

/* Each path that was decided is that of a conflict.  false: one is not, and that was said. */
static bool
check_taken(struct plain *p, const struct merge *merge)
{
	const struct argument_list *take = &p->once->take;

	for (size_t i = 0; i < take->count; i++) {
		const char *equals = strrchr(take->items[i], '=');
		bool found = !equals;

		for (size_t k = 0; merge && k < merge->count && !found; k++)
			found = merge->entries[k].side == MERGE_CONFLICT &&
				is_at(&merge->entries[k], take->items[i],
				      (size_t)(equals - take->items[i]));
		if (found)
			continue;
		plain_fail(p, EXIT_USAGE, _("--take=%s: there is no conflict at this path."),
			   take->items[i]);
		return false;
	}
	return true;
}

/* PATH=SIDE of one conflict, or SIDE of all that are not decided.  false: it was refused. */
static bool
take_one(struct plain *p, struct flow *flow, const char *take)
{
	const struct merge *merge = flow_merge(flow);
	const char *equals = strrchr(take, '=');
	enum merge_side side = parse_side(equals ? equals + 1 : take);
	size_t found = 0, entry = 0;
	struct error err = {0};

	for (size_t i = 0; i < merge->count; i++) {
		const struct merge_entry *e = &merge->entries[i];

		if (e->side != MERGE_CONFLICT ||
		    (equals && !is_at(e, take, (size_t)(equals - take))) ||
		    (!equals && e->chosen != MERGE_CONFLICT))
			continue;
		entry = i;
		found++;
		if (!equals && flow_choose(flow, i, side, &err) != 0)
			break;
	}
	if (equals && found > 1) {
		plain_fail(
			p, EXIT_USAGE,
			_("--take=%s: several conflicts have this path; put the object before it."),
			take);
		return false;
	}
	if (equals)
		(void)!flow_choose(flow, entry, side, &err);
	if (err.kind != ERROR_NONE)
		plain_fail_error(p, &err, EXIT_STAGE_WORDS);
	return err.kind == ERROR_NONE;
}

static void
list_conflicts(struct plain *p, struct flow *flow)
{
	const struct merge *merge = flow_merge(flow);
	const struct flow_request *request = flow_request(flow);

	if (plain_wants_json(p))
		plain_print_json(p, plain_operation_json(p, flow));
	for (size_t i = 0; i < merge->conflicts && !plain_wants_json(p); i++)
		output_text_conflict(
			&merge->entries[plain_conflict_entry(merge, i)], i + 1, merge->conflicts,
			request->source ? request->source : _("rolled back"), request->env);
	plain_fail(p, EXIT_MOVED,
		   ngettext("%zu conflict waits for a decision: --take=clone, --take=target or "
			    "--take=PATH=clone.",
			    "%zu conflicts wait for a decision: --take=clone, --take=target or "
			    "--take=PATH=clone.",
			    merge->undecided),
		   merge->undecided);
}

/* What names one path comes before what is about all. */
static void
decide_conflicts(struct plain *p, struct flow *flow)
{
	const struct argument_list *take = &p->once->take;
	struct error err = {0};
	bool going = check_taken(p, flow_merge(flow));

	for (size_t i = 0; going && i < 2 * take->count; i++) {
		const char *one = take->items[i % take->count];

		if ((strchr(one, '=') != NULL) == (i < take->count))
			going = take_one(p, flow, one);
	}
	if (going && flow_merge(flow)->undecided > 0) {
		list_conflicts(p, flow);
		going = false;
	}
	if (going && flow_decide(flow, &err) != 0) {
		plain_fail_error(p, &err, EXIT_STAGE_READ);
		going = false;
	}
	if (!going) {
		flow_cancel(flow);
		plain_forget(p, flow);
	}
}

/* --- the approval --- */

/* The next finding that an option changes; the clone is reviewed again with it. */
static int
change_finding(struct plain *p, struct flow *flow)
{
	const char *change = p->once->change.items[p->changed++], *equals = strchr(change, '=');
	struct error err = {0};
	char *id;

	if (!equals || equals == change) {
		plain_fail(p, EXIT_USAGE, _("--change=%s: put the id and = before the text."),
			   change);
		return -1;
	}
	id = xstrndup(change, (size_t)(equals - change));
	if (flow_change_finding(flow, id, equals + 1, &err) != 0)
		plain_fail(p, EXIT_USAGE, _("--change=%s: %s"), id, err.text);
	free(id);
	return err.kind == ERROR_NONE ? 0 : -1;
}

/* The same of a Secret that its pods need. */
static int
choose_secret(struct plain *p, struct flow *flow)
{
	const char *secret = p->once->secrets.items[p->secrets_chosen++];
	const char *equals = strchr(secret, '=');
	struct error err = {0};
	char *name = xstrndup(secret, strcspn(secret, "="));

	if (!equals)
		plain_fail(p, EXIT_USAGE, _("--secret=%s: expected NAME=CHOICE."), secret);
	else if (flow_choose_secret(flow, name, equals + 1, &err) != 0)
		plain_fail(p, EXIT_USAGE, _("--secret=%s: %s"), name, err.text);
	free(name);
	return equals && err.kind == ERROR_NONE ? 0 : -1;
}

/* The next thing that an option changes in the clone.  1: nothing does; 0 or -1. */
static int
change_next(struct plain *p, struct flow *flow)
{
	if (p->changed < p->once->change.count)
		return change_finding(p, flow);
	if (p->secrets_chosen < p->once->secrets.count)
		return choose_secret(p, flow);
	return 1;
}

/* What is reviewed is carried out only by the name of its environment; else that was all. */
static void
answer_review(struct plain *p, struct flow *flow)
{
	struct error err = {0};
	bool is_refused = review_check_outlook(flow_review(flow), &err) != 0;

	if (plain_check_approval(p, flow) != 0 || plain_save_patch(p, flow_review(flow)) != 0) {
		/* nothing is approved */
	} else if (!p->once->approve) {
		if (plain_wants_json(p))
			plain_print_json(p, plain_operation_json(p, flow));
		else if (!is_refused)
			output_text_line(_("Nothing was changed. Add --approve=%s to approve."),
					 flow_request(flow)->env);
		if (is_refused)
			plain_fail_error(p, &err, EXIT_STAGE_READ);
		else
			p->code = EXIT_PREVIEWED;
	} else if (flow_approve(flow, p->once->reason, p->once->approve, &err) != 0) {
		if (plain_wants_json(p))
			plain_print_json(p, plain_operation_json(p, flow));
		plain_fail(p, exit_code_of(err.kind, EXIT_STAGE_CHANGE), "%s", err.text);
	} else {
		/* Who stops listening does not end it. */
		signal(SIGPIPE, SIG_IGN);
		p->approved = true;
		p->asking = ASKING_COMMAND;
		return;
	}
	flow_cancel(flow);
	plain_forget(p, flow);
}

/* --- the end --- */

/* Everything was sent: the last step only watches what the platform does. */
static bool
is_only_watched(const struct flow *flow)
{
	size_t count = flow_step_count(flow);

	return flow_state(flow) == FLOW_RUNNING && count > 0 &&
	       flow_step(flow, count - 1)->state == STEP_ACTIVE;
}

/* It goes on without us; what it became is seen later. */
static void
leave_running(struct plain *p, struct flow *flow)
{
	if (plain_wants_json(p))
		plain_print_json(p, plain_operation_json(p, flow));
	plain_fail(p, EXIT_RUNNING,
		   _("The change to %s is still running. `sidestage environment %s` shows it."),
		   flow_request(flow)->env, flow_request(flow)->env);
	/* Where something is still to be sent it is interrupted, and a person resumes it. */
	if (is_only_watched(flow))
		flow_cancel(flow);
	free(p->operation);
	p->operation = NULL;
}

static void
end_reading(struct plain *p, struct flow *flow)
{
	plain_fail(p, EXIT_UNREAD,
		   _("The platform has not answered in time; nothing was changed."));
	flow_cancel(flow);
	plain_forget(p, flow);
}

/* What the platform finds wrong came from the command line: there is nothing to preview. */
static bool
check_valid(struct plain *p, const struct flow *flow)
{
	struct error err = {0};

	if (flow_state(flow) != FLOW_REVIEW || review_check_outlook(flow_review(flow), &err) == 0 ||
	    err.kind != ERROR_INPUT)
		return true;
	plain_fail(p, EXIT_USAGE, "%s", err.text);
	return false;
}

static void
turn_operation(struct plain *p, int64_t until)
{
	struct flow *flow = plain_flow(p);
	const bool is_new = flow && flow_state(flow) == FLOW_REVIEW && !p->reviewed;

	if (is_new && (!check_taken(p, &flow_review(flow)->merge) ||
		       change_next(p, flow) < 0 || !check_valid(p, flow))) {
		flow_cancel(flow);
		plain_forget(p, flow);
		return;
	}
	if (is_new && flow_state(flow) != FLOW_REVIEW)
		return;		/* it is being reviewed again */
	plain_advance(p);
	flow = plain_flow(p);
	if (!flow)
		return;
	if (flow_state(flow) == FLOW_DECIDING) {
		decide_conflicts(p, flow);
	} else if (flow_state(flow) == FLOW_VALUES) {
		plain_list_values(p, flow);
		flow_cancel(flow);
		plain_forget(p, flow);
	} else if (p->asking == ASKING_FINDING || p->asking == ASKING_YES ||
		   p->asking == ASKING_REASON || p->asking == ASKING_NAME) {
		answer_review(p, flow);
	} else if (p->once->no_wait && is_only_watched(flow)) {
		leave_running(p, flow);
	} else if (until >= 0 && clock_steady_ms() >= until) {
		flow_state(flow) == FLOW_RUNNING ? leave_running(p, flow) : end_reading(p, flow);
	}
}

/* Also what is not there could not be read. */
static enum exit_code
code_of_unread(const struct error *why)
{
	const enum exit_code code = exit_code_of(why->kind, EXIT_STAGE_READ);

	return code == EXIT_FAILED ? EXIT_UNREAD : code;
}

/* --- following --- */

static void
end_following(struct plain *p)
{
	if (p->logs_unread && p->code == EXIT_OK) {
		p->code = code_of_unread(logs_error(p->logs));
		if (!plain_tells_unread_at_once(logs_error(p->logs)))
			plain_note(p, "%s", logs_error(p->logs)->text);
	}
	logs_close(p->logs);
	p->logs = NULL;
}

static volatile sig_atomic_t following_stopped;

static void
stop_following(int number)
{
	(void)number;
	following_stopped = 1;
}

/* Ctrl-C is how a person ends it: then the exit status still says whether all was read. */
static void
catch_signals(void)
{
	struct sigaction action = {.sa_handler = stop_following};

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

/* Until the environment goes, the time is over, nobody can read it, or it is interrupted. */
static void
turn_logs(struct plain *p, const char *env, int64_t until)
{
	const struct world_application *a;

	(void)session_turn(p->session, NULL, NULL, 0, TURN_MS);
	plain_advance(p);
	a = plain_application(p);
	if (a && knowledge_is_current(&a->known) &&
	    !world_environment(session_world(p->session), p->org, p->app, env)) {
		output_text_error(_("The environment %s was deleted."), env);
		p->logs_unread = false; /* with it they went */
		end_following(p);
	} else if (fflush(stdout) != 0 || ferror(stdout)) {
		end_following(p); /* main.c says it */
	} else if (following_stopped) {
		end_following(p);
	} else if (until >= 0 && clock_steady_ms() >= until) {
		end_following(p);
	}
}

/* --- what is read first --- */

/* What our own platform waits for itself; NULL: nothing. */
static const struct world_adoption *
cluster_being_read(const struct plain *p)
{
	const struct world *world = session_world(p->session);

	for (size_t i = 0; i < world->count; i++)
		if (world->organizations[i].adoption.state == ADOPTION_READING)
			return &world->organizations[i].adoption;
	return NULL;
}

/* One word, once, where a person would begin to wonder. */
static void
note_silence(struct plain *p, int64_t waited)
{
	const int64_t silent = session_world(p->session)->silent_ms;
	const struct world_adoption *reading = cluster_being_read(p);
	char *text;

	if (p->told_silence || (silent < SILENT_MS && (!reading || waited < SILENT_MS)))
		return;
	p->told_silence = true;
	text = reading ? adoption_nothing(reading)
		       : xasprintf(_("The platform has not answered for %d seconds; still waiting."),
				   (int)(silent / 1000));
	output_text_error("%s", text);
	free(text);
}

static void
fail_late(struct plain *p)
{
	const struct world_adoption *reading = cluster_being_read(p);
	char *where = reading ? adoption_where(reading) : NULL;

	if (where)
		plain_fail(p, EXIT_UNREAD,
			   _("The cluster did not answer in time. Not read: %s."),
			   where);
	else
		plain_fail(p, EXIT_UNREAD, _("The platform has not answered in time."));
	free(where);
}

/* false: the time is over, and that was said. */
static bool
wait_settled(struct plain *p, const char *org, const char *app, unsigned needs)
{
	const int64_t began = clock_steady_ms();

	while (!session_settled(p->session, org, app, needs, 0)) {
		if (p->until >= 0 && clock_steady_ms() >= p->until) {
			fail_late(p);
			return false;
		}
		(void)session_turn(p->session, NULL, NULL, 0, TURN_MS);
		note_silence(p, clock_steady_ms() - began);
	}
	return true;
}

/* A platform that has just begun to look answers before it has seen anything: nothing is known, and
 * there is no reason why. */
static bool
is_looking(const struct world_environment *e)
{
	size_t unknown = 0;

	for (size_t i = 0; i < e->runtime.count; i++)
		unknown += e->runtime.modules[i].status == RUNTIME_UNKNOWN &&
			   !*untrusted_raw(&e->runtime.modules[i].message);
	return unknown > 0 && unknown == e->runtime.count && e->runtime.cluster.raw;
}

/* One of those that the command is about. */
static bool
one_is_looking(const struct plain *p)
{
	const struct world_application *a = plain_application(p);
	const char *only = p->once->word_count > 0 ? p->once->words[0] : NULL;

	for (size_t i = 0; a && i < a->count; i++)
		if ((!only || untrusted_is(&a->environments[i].environment.id, only)) &&
		    is_looking(&a->environments[i]))
			return true;
	return false;
}

static void
wait_for_look(struct plain *p)
{
	int64_t until = clock_steady_ms() + LOOK_MS;

	if (p->until >= 0 && p->until < until)
		until = p->until;
	while (one_is_looking(p) && clock_steady_ms() < until)
		(void)session_turn(p->session, NULL, NULL, 0, TURN_MS);
}

/* false: something of it could not be read, and that was said. */
static bool
check_read(struct plain *p, const char *org, const char *app, unsigned needs)
{
	const struct knowledge *k = session_unreadable(p->session, org, app, needs);

	if (!k || (p->once->offline && k->at > 0))
		return true;
	if (p->once->offline) {
		plain_fail(p, EXIT_UNREAD, _("The cache does not have this: it was never read."));
		return false;
	}
	plain_fail(p, code_of_unread(knowledge_why(k)), "%s", knowledge_why(k)->text);
	return false;
}

static int
find_names(struct plain *p, const struct plain_verb *verb, const char **org, const char **app,
	   struct error *err)
{
	const struct world *world = session_world(p->session);

	*org = p->org;
	*app = p->app;
	if (!verb->all_apps || p->app)
		return names_application(world, p->org, p->app, org, app, err);
	return p->org ? names_organization(world, p->org, err) : 0;
}

/* Which organization and application are meant.  false: it was said why none is. */
static bool
resolve_names(struct plain *p, const struct plain_verb *verb)
{
	const char *org = NULL, *app = NULL;
	struct error err = {0};

	/* What is kept here can be told without the platform. */
	if (verb->is_local && verb->all_apps)
		return true;
	if (!verb->is_local || find_names(p, verb, &org, &app, &err) != 0) {
		err = (struct error){0};
		if (!wait_settled(p, p->org, NULL, NEED_APPLICATIONS) ||
		    !check_read(p, p->org, NULL, NEED_APPLICATIONS))
			return false;
		if (find_names(p, verb, &org, &app, &err) != 0) {
			plain_fail_error(p, &err, EXIT_STAGE_WORDS);
			return false;
		}
	}
	if (org != p->org) {
		free(p->org);
		p->org = org ? xstrdup(org) : NULL;
	}
	if (app != p->app) {
		free(p->app);
		p->app = app ? xstrdup(app) : NULL;
	}
	if (p->org && p->app)
		session_focus(p->session, p->org, p->app);
	return true;
}

static void
tell_age(struct plain *p)
{
	const struct world_application *a = plain_application(p);
	const int64_t at = a ? a->known.at : session_world(p->session)->known.at;
	char ago[64];

	if (!p->once->offline || at == 0)
		return;
	clock_ago(ago, clock_wall_ms() - at);
	output_text_error(_("Offline: this was read %s."), ago);
}

/* Of a cluster that was not read whole; the rest is told all the same. */
static void
tell_trouble(struct plain *p)
{
	const struct world_organization *o =
		p->org ? world_organization(session_world(p->session), p->org) : NULL;
	char *text = o && o->adoption.state == ADOPTION_DONE
			     ? adoption_trouble(&o->adoption, clock_wall_ms()) : NULL;

	if (text)
		output_text_error("%s", text);
	free(text);
}

/* The lists are needed; of the parts each command knows what it can do without. */
static bool
read_first(struct plain *p, const struct plain_verb *verb)
{
	const unsigned lists = verb->needs &
			       (NEED_APPLICATIONS | NEED_ENVIRONMENTS | NEED_VERSIONS);

	struct error err;

	if (!resolve_names(p, verb))
		return false;
	if (!verb->is_local && (!wait_settled(p, p->org, p->app, verb->needs) ||
				!check_read(p, p->org, p->app, lists)))
		return false;
	if (kube_named_take(p->once, p->session, p->org, &err) != 0) {
		plain_fail_error(p, &err, EXIT_STAGE_WORDS);
		return false;
	}
	if ((verb->needs & NEED_RUNTIME) && !p->once->offline)
		wait_for_look(p);
	tell_age(p);
	tell_trouble(p);
	return true;
}

/* There are two ends in time, since a change may take long and an answer should not; --timeout is
 * both. */
int
plain_once(struct plain *p, struct error *err)
{
	const struct plain_verb *verb = plain_verb(p->once->verb);
	const int64_t given = p->once->timeout_ms, now = clock_steady_ms();
	int64_t until = given == 0 ? -1 : now + (given > 0 ? given : CHANGE_MS);
	char *words[PLAIN_WORDS_MAX] = {(char *)(uintptr_t)p->once->verb};
	size_t count = 1;

	if (p->once->word_count >= PLAIN_WORDS_MAX) {
		error_set(err, ERROR_INPUT,
			  _("Too many words: at most %d are taken.  Quote what belongs together."),
			  PLAIN_WORDS_MAX - 1);
		return EXIT_USAGE;
	}
	while (count < PLAIN_WORDS_MAX && count <= p->once->word_count) {
		words[count] = p->once->words[count - 1];
		count++;
	}
	p->until = given == 0 ? -1 : now + (given > 0 ? given : READ_MS);
	if (plain_check_words(p, words, count) != 0 || plain_check_repository(p) != 0 ||
	    plain_check_patch_file(p) != 0)
		return EXIT_USAGE;
	if (!read_first(p, verb) || plain_words(p, words, count) != 0)
		return (int)p->code;
	if (p->logs)
		catch_signals();
	while (p->operation || p->logs) {
		if (p->operation) {
			(void)session_turn(p->session, NULL, NULL, 0, TURN_MS);
			turn_operation(p, until);
		} else {
			turn_logs(p, words[1], given > 0 ? until : -1);
		}
	}
	return (int)p->code;
}
