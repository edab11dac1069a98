/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The plain lines' commands that change something: each begins an operation, or writes a
 * mark.
 *
 * What can be told to be wrong without the platform is refused here in words of the command
 * line; everything else is the review's, which is the same as on the screen.  So a script and
 * a person at a board are stopped by the same things.
 */
#include "config.h"

#include "cli/plain-change.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "cli/command.h"
#include "cli/names.h"
#include "cli/output-json.h"
#include "cli/output-text.h"
#include "cli/plain-fail.h"
#include "cli/plain-scale.h"
#include "cli/plain-set.h"
#include "cli/plain-state.h"
#include "cli/plain-values.h"
#include "flow/clones.h"
#include "flow/hotfix-words.h"
#include "flow/hotfix.h"
#include "flow/session.h"
#include "flow/verbs/flow.h"
#include "flow/world/notes.h"
#include "flow/world/words.h"
#include "flow/world/world.h"
#include "model/delta.h"
#include "model/image.h"
#include "model/json-text.h"
#include "model/json.h"
#include "model/pointer.h"
#include "model/set.h"

/* The steps that people mark, as they are typed; the words of the person's language do too. */
static const struct {
	const char *typed;
	enum hotfix_step_id id;
} marks[] = {
	{"reproduce", HOTFIX_REPRODUCE}, {"verify", HOTFIX_VERIFY}, {"carry", HOTFIX_CARRY},
};

#define TELL_MS 5000		/* for the platform to take what was written down */
#define TURN_MS 100
#define MARK_COUNT (sizeof(marks) / sizeof(marks[0]))

/* Before anything is read for it; the list may be old, so the review looks again.  That nothing is
 * its own source is said by the flow. */
static bool
is_name_free(struct plain *p, const char *source, const char *name)
{
	const struct world_environment *e = world_environment(session_world(p->session), p->org,
							      p->app, name);

	if (!e || e->environment.status == ENVIRONMENT_DELETING || strcmp(source, name) == 0)
		return true;
	plain_fail(p, exit_code_of(ERROR_CONFLICT, EXIT_STAGE_WORDS),
		   _("The environment %s already exists in %s: choose another id."), name, p->app);
	return false;
}

static void
run_clone(struct plain *p, char **words, size_t count)
{
	(void)count;
	if (plain_environment(p, words[0]) && is_name_free(p, words[0], words[1]) &&
	    plain_take_values(p, words[0]))
		plain_begin(p, &(struct flow_request){.verb = FLOW_CLONE,
						      .org = p->org,
						      .app = p->app,
						      .env = words[1],
						      .source = words[0],
						      .values = p->values,
						      .decides = true});
	plain_clear_values(p);
}

/* A version that is not in the list is refused where there is a list of this image, unless a
 * cluster fetches it, which the list need not know of. */
static bool
is_version_there(struct plain *p, const struct world_environment *e, const char *image,
		 const char *version)
{
	const struct world_organization *o = world_organization(session_world(p->session), p->org);
	struct error err = {0};
	size_t of_image = 0;

	for (size_t i = 0; o && i < o->version_count; i++) {
		if (!untrusted_is(&o->versions[i].name, image))
			continue;
		if (untrusted_is(&o->versions[i].version, version))
			return true;
		of_image++;
	}
	if (of_image == 0 || strchr(version, '@') || e->runtime.cluster.raw)
		return true;
	(void)!names_no_version(o, image, version, &err);
	plain_fail_error(p, &err, EXIT_STAGE_WORDS);
	return false;
}

static void
run_version(struct plain *p, char **words, size_t count)
{
	const struct world_environment *e = plain_environment(p, words[0]);
	const char *reference;
	struct image image;
	char *wanted;

	(void)count;
	if (!e || !plain_workload(p, e, words[1]))
		return;
	reference = set_module_image(e->set, words[1]);
	if (!reference) {
		plain_fail(p, EXIT_FAILED, _("The workload %s has no image."), words[1]);
		return;
	}
	image_parse(&image, reference);
	if (is_version_there(p, e, image.name, words[2])) {
		wanted = image_typed(reference, words[2]);
		plain_begin(p, &(struct flow_request){
				       .verb = FLOW_DEPLOY,
				       .org = p->org,
				       .app = p->app,
				       .env = words[0],
				       .images = (const char *const[]){words[1], wanted, NULL}});
		free(wanted);
	}
	image_clear(&image);
}

/* --- whole environments --- */

static void
on_one(struct plain *p, enum flow_verb verb, const char *env)
{
	if (plain_environment(p, env))
		plain_begin(p, &(struct flow_request){
				       .verb = verb, .org = p->org, .app = p->app, .env = env});
}

static void
run_deploy(struct plain *p, char **words, size_t count)
{
	(void)count;
	if (plain_environment(p, words[0]) && plain_take_values(p, words[0]))
		plain_begin(p, &(struct flow_request){.verb = FLOW_DEPLOY,
						      .org = p->org,
						      .app = p->app,
						      .env = words[0],
						      .values = p->values});
	plain_clear_values(p);
}

static void
run_undo(struct plain *p, char **words, size_t count)
{
	(void)count;
	if (plain_environment(p, words[0]))
		plain_begin(p, &(struct flow_request){.verb = FLOW_UNDO,
						      .org = p->org,
						      .app = p->app,
						      .env = words[0],
						      .decides = true});
}

static void
run_discard(struct plain *p, char **words, size_t count)
{
	(void)count;
	on_one(p, FLOW_DISCARD, words[0]);
}

static void
run_promote(struct plain *p, char **words, size_t count)
{
	const struct world_environment *e = plain_environment(p, words[0]);

	(void)count;
	if (e && e->clone_of)
		plain_begin(p, &(struct flow_request){.verb = FLOW_PROMOTE,
						      .org = p->org,
						      .app = p->app,
						      .env = e->clone_of,
						      .source = words[0],
						      .decides = true});
	else if (e && (e->is_protected || plain_clones_told(p))) /* no clone is protected */
		plain_fail(p, EXIT_USAGE, _("%s is not a clone, so it cannot be promoted."),
			   words[0]);
}

/* --- the end of a clone --- */

struct wanted_clone {
	struct clones *clones;
	const char *app, *env;
	const struct clone *found;
};

/* Found is enough: the other clones need not be known for it. */
static bool
has_clone(void *data)
{
	struct wanted_clone *w = data;

	clones_update(w->clones);
	w->found = NULL;
	for (size_t i = 0; i < clones_count(w->clones) && !w->found; i++)
		if (strcmp(clones_get(w->clones, i)->env, w->env) == 0 &&
		    (!w->app || strcmp(clones_get(w->clones, i)->app, w->app) == 0))
			w->found = clones_get(w->clones, i);
	return w->found || clones_is_settled(w->clones);
}

/* Whether everybody sees what was recorded of the clone, once the platform has it. */
static void
tell_local(struct plain *p, const char *org, const char *app, const char *env)
{
	const int64_t until = clock_steady_ms() + TELL_MS;
	struct error err = {0};

	while (!notes_take_error(p->session, org, app, env, &err) &&
	       !notes_are_told(p->session) && clock_steady_ms() < until)
		(void)session_turn(p->session, NULL, NULL, 0, TURN_MS);
	if (err.kind != ERROR_NONE)
		plain_fail_error(p, &err, EXIT_STAGE_CHANGE);
	if (err.kind != ERROR_NONE || plain_wants_json(p))
		return;
	if (!notes_are_told(p->session))
		output_text_line(_("Recorded here, but not sent to the platform yet; the next "
				   "start sends it."));
	else if (!notes_are_shared(p->session))
		output_text_line(
			_("This is recorded on this machine only; other people do not see it."));
}

static void
set_end(struct plain *p, const struct clone *clone, const char *text)
{
	struct error err = {0};
	int64_t life = 0;
	bool kept;

	if (!clock_parse_duration(text, &life)) {
		plain_fail(p, EXIT_USAGE,
			   _("\"%s\" is not a duration. Give one such as 8h, 90m or 2d, or 0 for "
			     "no end."),
			   text);
		return;
	}
	kept = clones_set_end(p->session, clone, life ? clock_wall_ms() + life : 0, &err) == 0;
	if (!kept)
		plain_fail_error(p, &err, EXIT_STAGE_CHANGE);
	else if (plain_wants_json(p))
		plain_print_json(p,
				 output_json_expiry(clone->env, life ? clock_wall_ms() + life : 0));
	else if (life)
		output_text_line(_("%s expires in %s."), clone->env, text);
	else
		output_text_line(_("%s does not expire."), clone->env);
	if (kept)
		tell_local(p, clone->org, clone->app, clone->env);
}

static void
run_ttl(struct plain *p, char **words, size_t count)
{
	struct wanted_clone w = {
		.clones = clones_open(p->session, p->org), .app = p->app, .env = words[0]};
	bool told = plain_wait(p, has_clone, &w);

	(void)count;
	if (w.found)
		set_end(p, w.found, words[1]);
	else if (!told || clones_error(w.clones))
		plain_check_told(p, told, clones_error(w.clones));
	else
		plain_fail_clone(p, words[0]);
	clones_close(w.clones);
}

/* --- the story of a hotfix --- */

static bool
is_known(void *data)
{
	hotfix_update(data);
	return hotfix_is_known(data) || hotfix_is_settled(data);
}

/* What was promoted: here, or, as the platform tells it, by others. */
static bool
is_fix_known(void *data)
{
	hotfix_update(data);
	return hotfix_is_settled(data);
}

/* NULL: there is none, and it was said. */
static struct hotfix *
open_hotfix(struct plain *p, const char *env)
{
	struct hotfix *hotfix;

	if (!p->app) {
		plain_fail(p, EXIT_USAGE,
			   _("No application is open. \"applications\" lists them."));
		return NULL;
	}
	hotfix = hotfix_open(p->session, p->org, p->app, env);
	if (plain_wait(p, is_known, hotfix) && hotfix_is_known(hotfix))
		return hotfix;
	plain_fail_hotfix(p, hotfix);
	hotfix_close(hotfix);
	return NULL;
}

static bool
parse_step(struct plain *p, const char *typed, enum hotfix_step_id *id)
{
	for (size_t i = 0; i < MARK_COUNT; i++)
		if (strcmp(typed, marks[i].typed) == 0 ||
		    strcmp(typed, words_of_step(marks[i].id)) == 0) {
			*id = marks[i].id;
			return true;
		}
	plain_fail(p, EXIT_USAGE, _("\"%s\" is not a manual step. Use reproduce, verify or carry."),
		   typed);
	return false;
}

/* As it is typed, in no person's language. */
static const char *
typed_step(enum hotfix_step_id id)
{
	for (size_t i = 0; i < MARK_COUNT; i++)
		if (marks[i].id == id)
			return marks[i].typed;
	return "";
}

static void
set_mark(struct plain *p, char **words, const char *note)
{
	enum hotfix_step_id step;
	struct error err = {0};
	struct hotfix *hotfix;
	int ret;

	if (!parse_step(p, words[1], &step))
		return;
	hotfix = open_hotfix(p, words[0]);
	if (!hotfix)
		return;
	ret = note ? hotfix_mark(hotfix, step, note, &err) : hotfix_unmark(hotfix, step, &err);
	if (ret != 0)
		plain_fail_error(p, &err, EXIT_STAGE_CHANGE);
	else if (plain_wants_json(p))
		plain_print_json(p, output_json_mark(words[0], typed_step(step), note));
	else if (note)
		output_text_line(_("%s: %s is recorded as done."), words[0], words_of_step(step));
	else
		output_text_line(_("%s: %s is no longer recorded."), words[0], words_of_step(step));
	if (ret == 0)
		tell_local(p, p->org, p->app, words[0]);
	hotfix_close(hotfix);
}

static void
run_mark(struct plain *p, char **words, size_t count)
{
	char *note = plain_joined(p, words + 2, count - 2);

	if (note)	/* NULL would take the mark away */
		set_mark(p, words, note);
	free(note);
}

static void
run_unmark(struct plain *p, char **words, size_t count)
{
	(void)count;
	set_mark(p, words, NULL);
}

static void
run_carry(struct plain *p, char **words, size_t count)
{
	struct flow_request request;
	struct error err = {0};
	struct hotfix *hotfix;

	(void)count;
	if (!plain_environment(p, words[1]))
		return;
	hotfix = open_hotfix(p, words[0]);
	if (!hotfix)
		return;
	if (!plain_wait(p, is_fix_known, hotfix)) {
		plain_fail(p, EXIT_UNREAD, "%s", plain_why(NULL));
	} else if (hotfix_carry_request(hotfix, words[1], &request, &err) == 0) {
		request.decides = true;
		plain_begin(p, &request);
	} else {
		plain_fail_error(p, &err, EXIT_STAGE_CHANGE);
	}
	hotfix_close(hotfix);
}

const struct plain_verb plain_changes[] = {
	{
		.name = "clone",
		.arguments = N_("ENV NAME"),
		.help = N_("Clone an environment"),
		.examples = "sidestage clone production hotfix-1 --demo\n"
			"sidestage clone production hotfix-1 --demo --approve=hotfix-1\n",
		.options = CHANGES | OPTIONS_VALUES | OPTIONS_CLONE,
		.needs = NEED_ENVIRONMENTS | NEED_CLONES,
		.run = run_clone,
	},
	{
		.name = "version",
		.arguments = N_("ENV WORKLOAD VERSION"),
		.help = N_("Deploy another version of a workload"),
		.note = N_("In a cluster VERSION may be any tag, digest (sha256:...) or image:tag."),
		.examples = "sidestage version hotfix-1 api 1.4.2 --demo --approve=hotfix-1\n",
		.options = CHANGES,
		.needs = NEED_ENVIRONMENTS | NEED_SETS | NEED_VERSIONS | NEED_RUNTIME,
		.run = run_version,
	},
	{
		.name = "set",
		.arguments = N_("ENV WORKLOAD PATH VALUE"),
		.help = N_("Change the configuration of a workload"),
		.note = N_("PATH is a JSON pointer into the workload. Only its last part may be new."),
		.examples = "sidestage set hotfix-1 web /spec/containers/web/variables/LEVEL debug --demo\n"
			"sidestage set hotfix-1 web /spec/containers/web/variables/FLAGS '{\"beta\": true}' --demo --json-value\n",
		.has_rest = true,
		.options = CHANGES | OPTIONS_JSON_VALUE,
		.needs = NEED_ENVIRONMENTS | NEED_SETS,
		.run = plain_set,
	},
	{
		.name = "unset",
		.arguments = N_("ENV WORKLOAD PATH"),
		.help = N_("Remove a part of the configuration of a workload"),
		.note = N_("PATH is a JSON pointer into the workload."),
		.examples = "sidestage unset hotfix-1 web /spec/containers/web/variables/LEVEL --demo\n",
		.options = CHANGES,
		.needs = NEED_ENVIRONMENTS | NEED_SETS,
		.run = plain_unset,
	},
	{
		.name = "replicas",
		.arguments = N_("ENV WORKLOAD COUNT"),
		.help = N_("Change the number of replicas of a workload"),
		.note = N_("It is reviewed and deployed like any other change; undo rolls it back."),
		.examples = "sidestage replicas shop web 3 --kube --approve=shop --reason=\"More load\"\n",
		.options = CHANGES,
		.needs = NEED_ENVIRONMENTS | NEED_SETS,
		.run = plain_replicas,
	},
	{
		.name = "restart",
		.arguments = N_("ENV WORKLOAD"),
		.help = N_("Replace the pods of a workload in a cluster"),
		.note = N_("It is reviewed and deployed like any other change."),
		.examples = "sidestage restart shop web --kube --approve=shop --reason=\"It leaks\"\n",
		.options = CHANGES,
		.needs = NEED_ENVIRONMENTS | NEED_SETS,
		.run = plain_restart,
	},
	{
		.name = "pause",
		.arguments = N_("ENV"),
		.help = N_("Set all replicas to 0 and suspend all schedules"),
		.note = N_("It is reviewed and deployed like any other change; undo rolls it back."),
		.examples = "sidestage pause shop --kube --approve=shop --reason=\"Maintenance\"\n",
		.options = CHANGES,
		.needs = NEED_ENVIRONMENTS | NEED_SETS,
		.run = plain_pause,
	},
	{
		.name = "deploy",
		.arguments = N_("ENV"),
		.help = N_("Redeploy an environment"),
		.examples = "sidestage deploy production --demo --approve=production --reason=\"Read the new secret\"\n",
		.options = CHANGES | OPTIONS_VALUES,
		.needs = NEED_ENVIRONMENTS,
		.run = run_deploy,
	},
	{
		.name = "promote",
		.arguments = N_("CLONE"),
		.help = N_("Deploy the changes of a clone to its source"),
		.examples = "sidestage promote hotfix-1 --demo\n"
			"sidestage promote hotfix-1 --demo --approve=production --reason=\"Korean titles\"\n",
		.options = CHANGES | OPTIONS_TAKE,
		.needs = NEED_ENVIRONMENTS | NEED_CLONES,
		.run = run_promote,
	},
	{
		.name = "carry",
		.arguments = N_("CLONE ENV"),
		.help = N_("Carry a promoted fix to another environment"),
		.examples = "sidestage carry hotfix-1 staging --demo --approve=staging\n",
		.options = CHANGES | OPTIONS_TAKE,
		.needs = NEED_ENVIRONMENTS | NEED_CLONES,
		.run = run_carry,
	},
	{
		.name = "undo",
		.arguments = N_("ENV"),
		.help = N_("Roll back the last deployment of an environment"),
		.examples = "sidestage undo production --demo --approve=production --reason=\"Titles are worse\"\n",
		.options = CHANGES | OPTIONS_TAKE,
		.needs = NEED_ENVIRONMENTS,
		.run = run_undo,
	},
	{
		.name = "discard",
		.arguments = N_("CLONE"),
		.help = N_("Delete a clone and everything in it"),
		.examples = "sidestage discard hotfix-1 --demo --approve=hotfix-1\n",
		.options = CHANGES,
		.needs = NEED_ENVIRONMENTS | NEED_CLONES | NEED_USER,
		.run = run_discard,
	},
	{
		.name = "ttl",
		.arguments = N_("CLONE DURATION"),
		.help = N_("Set the time to live of a clone: 8h, 2d, or 0 for no end"),
		.examples = "sidestage ttl hotfix-1 2d --demo\n",
		.options = OPTIONS_ORG | OPTIONS_APP,
		.needs = NEED_ENVIRONMENTS | NEED_CLONES,
		.run = run_ttl,
	},
	{
		.name = "mark",
		.arguments = N_("CLONE STEP [NOTE]"),
		.help = N_("Record a manual step as done: reproduce, verify or carry"),
		.examples = "sidestage mark hotfix-1 reproduce \"Korean titles are cut\" --demo\n",
		.has_rest = true,
		.options = OPTIONS_ORG | OPTIONS_APP,
		.needs = NEED_ENVIRONMENTS,
		.run = run_mark,
	},
	{
		.name = "unmark",
		.arguments = N_("CLONE STEP"),
		.help = N_("Remove the record of a manual step"),
		.examples = "sidestage unmark hotfix-1 reproduce --demo\n",
		.options = OPTIONS_ORG | OPTIONS_APP,
		.needs = NEED_ENVIRONMENTS,
		.run = run_unmark,
	},
	{.name = NULL},
};
