/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the keys of the board do, as it is and as it was, and what must be under the cursor for
 * it. */
#include "config.h"

#include "ui/views/board-keys.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "flow/hotfix.h"
#include "flow/session.h"
#include "flow/verbs/flow.h"
#include "flow/world/reach.h"
#include "flow/world/world.h"
#include "model/set.h"
#include "ui/outside.h"
#include "ui/terminal.h"
#include "ui/view.h"
#include "ui/views/board-arrange.h"
#include "ui/views/board-draw.h"
#include "ui/views/board-model.h"
#include "ui/views/board-protect.h"
#include "ui/views/board-state.h"
#include "ui/views/board-tree.h"
#include "ui/views/board.h"
#include "ui/views/clone-note.h"
#include "ui/views/clones.h"
#include "ui/views/compare.h"
#include "ui/views/contexts.h"
#include "ui/views/edit.h"
#include "ui/views/environment.h"
#include "ui/views/goto.h"
#include "ui/views/history.h"
#include "ui/views/hotfix.h"
#include "ui/views/interrupted.h"
#include "ui/views/logs.h"
#include "ui/views/moment.h"
#include "ui/views/operation.h"
#include "ui/views/picker.h"
#include "ui/views/progress.h"
#include "ui/views/prompt.h"

#define COPY_MAX 65536

/* --- of the environment and the workload under the cursor --- */

/* The record that the clone's prompt works on: made when it opens, whatever moves below. */
struct clone_request {
	char *org, *app, *source, *note;
	struct ui *ui;
};

/* Asked with each key: the world may have changed while the name is typed. */
static const char *
check_clone(void *data, const char *text)
{
	const struct clone_request *r = data;

	if (!ids_is_name(text))
		return _("Use 2 to 50 lower-case letters and digits, with single dashes between them.");
	if (world_environment(session_world(ui_session(r->ui)), r->org, r->app, text))
		return _("This name is taken.");
	return NULL;
}

/* In the place of the prompt, so that Esc leads from the review to the board. */
static void
clone_named(void *data, struct ui *ui, const char *text)
{
	const struct clone_request *r = data;

	operation_review_instead(ui, &(struct flow_request){
		.verb = FLOW_CLONE, .org = r->org, .app = r->app, .env = text, .source = r->source,
		.decides = true});
}

/* The prompt owns it and calls this when it closes, however it does. */
static void
drop_clone(void *data)
{
	struct clone_request *r = data;

	free(r->org);
	free(r->app);
	free(r->source);
	free(r->note);
	free(r);
}

/* hotfix-1, or the first number that is free. */
static char *
free_name(const struct world_application *app)
{
	for (int n = 1;; n++) {
		char *name = xasprintf("hotfix-%d", n);
		bool taken = false;

		for (size_t i = 0; i < app->count; i++)
			taken = taken || strcmp(board_env_id(&app->environments[i]), name) == 0;
		if (!taken)
			return name;
		free(name);
	}
}

static void
run_clone(struct view *view, struct ui *ui)
{
	struct board_view *b = (struct board_view *)view;
	const struct board_model *s = &b->model;
	struct clone_request *r = xcalloc(1, sizeof(*r));
	char *name = free_name(s->app);
	struct prompt prompt = {
		.title = N_("Clone"), .label = N_("Name of the clone"),
		.note = clone_note(s->env->set,
				   world_is_adopted(session_world(ui_session(ui)), b->org,
						    board_env_id(s->env)),
				   session_clone_ttl(ui_session(ui))),
		.initial = name, .check = check_clone, .done = clone_named,
		.drop = drop_clone, .data = r, .subject = untrusted_raw(&s->env->environment.name),
	};

	*r = (struct clone_request){xstrdup(b->org), xstrdup(b->app), xstrdup(board_env_id(s->env)),
				    (char *)(uintptr_t)prompt.note, ui};
	ui_push(ui, prompt_view_new(&prompt));
	free(name);
}

/* NULL: none is there. */
static const char *
module_at(const struct board_view *b)
{
	return b->model.module_count ? b->model.modules[b->model.row] : NULL;
}

/* Of the workload under the cursor; NULL: it does not run there, or that is not known. */
static const char *
image_at(const struct board_view *b)
{
	const char *module = module_at(b);

	return module && b->model.env && b->model.env->set
		       ? set_module_image(b->model.env->set, module)
		       : NULL;
}

static void
run_version(struct view *view, struct ui *ui)
{
	const struct board_view *b = (const struct board_view *)view;

	ui_push(ui, picker_view_new(ui, b->org, b->app, board_env_id(b->model.env), module_at(b),
				    image_at(b)));
}

/* What is asked for is complete when the review opens; the cursor may move on below it. */
static void
review(const struct view *view, struct ui *ui, enum flow_verb verb)
{
	const struct board_view *b = (const struct board_view *)view;

	operation_review(ui, &(struct flow_request){
		.verb = verb, .org = b->org, .app = b->app, .env = board_env_id(b->model.env),
		.decides = verb == FLOW_UNDO});
}

static void
run_deploy(struct view *view, struct ui *ui)
{
	review(view, ui, FLOW_DEPLOY);
}

static void
run_undo(struct view *view, struct ui *ui)
{
	review(view, ui, FLOW_UNDO);
}

static void
run_discard(struct view *view, struct ui *ui)
{
	review(view, ui, FLOW_DISCARD);
}

/* To where the clone came from, and nowhere else: that is what it will be merged with. */
static void
run_promote(struct view *view, struct ui *ui)
{
	const struct board_view *b = (const struct board_view *)view;
	const struct board_model *s = &b->model;

	operation_review(ui, &(struct flow_request){
		.verb = FLOW_PROMOTE, .org = b->org, .app = b->app, .env = s->env->clone_of,
		.source = board_env_id(s->env), .decides = true});
}

static void
run_diff(struct view *view, struct ui *ui)
{
	const struct board_view *b = (const struct board_view *)view;
	struct moment from = {.env = board_env_id(b->model.baseline)},
		      to = {.env = board_env_id(b->model.env)};

	ui_push(ui, compare_view_new(ui, b->org, b->app, &from, &to));
}

/* From what ran then to what runs now. */
static void
run_diff_snapshot(struct view *view, struct ui *ui)
{
	const struct board_view *b = (const struct board_view *)view;
	const struct world_environment *e = b->model.env;
	struct moment from = {board_env_id(e), e->running.id.raw, e->running.set_id.raw};
	struct moment to = {.env = board_env_id(e)};

	ui_push(ui, compare_view_new(ui, b->org, b->app, &from, &to));
}

/* The newest: there may be several, and Tab goes through them. */
static void
run_progress(struct view *view, struct ui *ui)
{
	(void)view;
	if (session_flow_count(ui_session(ui)) > 0)
		ui_push(ui, progress_view_new(session_flow(ui_session(ui), 0)));
	else
		ui_say(ui, _("No operation is running; {history} shows the history."));
}

/* By its id, and for this look at the application only: the next one
 * begins with production again. */
static void
run_baseline(struct view *view, struct ui *ui)
{
	struct board_view *b = (struct board_view *)view;

	(void)ui;
	board_replace(&b->baseline, board_env_id(b->model.env));
}

static void
run_open(struct view *view, struct ui *ui)
{
	struct board_view *b = (struct board_view *)view;

	ui_push(ui, environment_view_new(ui, b->org, b->app, board_env_id(b->model.env)));
}

static void
run_logs(struct view *view, struct ui *ui)
{
	struct board_view *b = (struct board_view *)view;
	const struct board_model *s = &b->model;
	const char *module = module_at(b);

	/* A workload that is not in this environment writes nothing here: then all of them. */
	if (module && s->env->set && !set_module(s->env->set, module))
		module = NULL;
	ui_push(ui, logs_view_new(ui, b->org, b->app, board_env_id(s->env), module));
}

/* Of a clone its own; elsewhere the one that was begun last. */
static void
run_hotfix(struct view *view, struct ui *ui)
{
	struct board_view *b = (struct board_view *)view;
	const struct board_model *s = &b->model;
	struct error err = {0};
	char *env = s->env->clone_of ? xstrdup(board_env_id(s->env))
				     : hotfix_newest(ui_session(ui), b->org, b->app, &err);

	if (env)
		ui_push(ui, hotfix_view_new(ui, b->org, b->app, env));
	else if (err.kind != ERROR_NONE)
		ui_say_error(ui, &err);
	else
		ui_say(ui, _("No hotfix was started here: {clone} clones the broken environment."));
	free(env);
}

/* What is worth copying of a workload, with what it is called; NULL: nothing.  free() it. */
static char *
copied(const struct board_model *s, const char *module, const char **called)
{
	const char *image = s->env->set ? set_module_image(s->env->set, module) : NULL;
	const char *command = reach_command(s->env, module);
	char *address = reach_address(s->env, module);
	const char *text = address ? address : command ? command : image;
	char *shown = text ? text_printable(text) : NULL;

	*called = address ? _("the address") : command ? _("the command") : _("the image");
	free(address);
	return shown;
}

static void
copy_marked(const struct board_view *b, struct ui *ui, const struct board_model *s)
{
	const char *called;
	struct buf lines;

	buf_init(&lines, COPY_MAX);
	for (size_t i = 0; i < s->module_count; i++) {
		char *line = row_marks_has(&b->marks, s->modules[i])
				     ? copied(s, s->modules[i], &called)
				     : NULL;

		if (line)
			(void)buf_printf(&lines, "%s\n", line);
		free(line);
	}
	if (lines.length > 0)
		ui_copy(ui, _("the marked workloads"), buf_str(&lines));
	else
		ui_say(ui, _("There is nothing to copy here: no address and no image."));
	buf_clear(&lines);
}

static void
run_copy(struct view *view, struct ui *ui)
{
	struct board_view *b = (struct board_view *)view;
	const struct board_model *s = &b->model;
	const char *called = NULL;
	char *shown = s->module_count ? copied(s, s->modules[s->row], &called) : NULL;

	if (row_marks_any(&b->marks))
		copy_marked(b, ui, s);
	else if (shown)
		ui_copy(ui, called, shown);
	else
		ui_say(ui, _("There is nothing to copy here: no address and no image."));
	free(shown);
}

static void
run_edit(struct view *view, struct ui *ui)
{
	const struct board_view *b = (const struct board_view *)view;

	ui_edit_workload(ui, b->org, b->app, board_env_id(b->model.env), module_at(b));
}

/* Why there is nothing to open, and what is copied instead. */
static void
say_command(struct ui *ui, const struct board_model *s)
{
	char *why = reach_why(s->env, s->modules[s->row]), *shown = text_printable(why);

	ui_say(ui, _("%s  {copy} copies a command that leads to the workload."), shown);
	free(shown);
	free(why);
}

static void
run_browse(struct view *view, struct ui *ui)
{
	struct board_view *b = (struct board_view *)view;
	const struct board_model *s = &b->model;
	char *address = s->module_count ? reach_address(s->env, s->modules[s->row]) : NULL;
	struct error err = {0};

	if (!address && s->module_count && reach_command(s->env, s->modules[s->row]))
		say_command(ui, s);
	else if (!address)
		ui_say(ui, _("This workload has no address here."));
	else if (outside_browse(address, &err) != 0)
		ui_say(ui, _("%s  {copy} copies the address."), err.text);
	else
		ui_say(ui, _("Opened: %s"), address);
	free(address);
}

/* --- elsewhere --- */

/* What was found takes the cursor. */
static void
go(void *data, struct ui *ui, const struct goto_place *place)
{
	struct board_view *b = data;

	if (!b->org || !b->app || strcmp(b->org, place->org) != 0 ||
	    strcmp(b->app, place->app) != 0)
		board_open_application(b, ui, place->org, *place->app ? place->app : NULL);
	if (*place->env)
		board_replace(&b->env, place->env);
	if (*place->module)
		list_select_id(&b->workloads, place->module);
	b->in_tree = false;
	board_model_update(b, ui);	/* the next key may come before the next picture */
}

static void
run_find(struct view *view, struct ui *ui)
{
	struct board_view *b = (struct board_view *)view;

	ui_push(ui, goto_view_new(ui, b->org, b->app, go, b));
}

static void
run_clones(struct view *view, struct ui *ui)
{
	ui_push(ui, clones_view_new(ui, ((const struct board_view *)view)->org));
}

static void
run_contexts(struct view *view, struct ui *ui)
{
	struct view *contexts = contexts_view_new(ui);

	(void)view;
	if (contexts)
		ui_push(ui, contexts);
}

static void
run_interrupted(struct view *view, struct ui *ui)
{
	(void)view;
	ui_push(ui, interrupted_view_new(ui));
}

static void
run_history(struct view *view, struct ui *ui)
{
	(void)view;
	ui_push(ui, history_view_new(ui));
}

/* Only the keys go over: where the cursor is on the board stays. */
static void
run_pane(struct view *view, struct ui *ui)
{
	struct board_view *b = (struct board_view *)view;

	(void)ui;
	b->in_tree = !b->in_tree;
}

/* One thing at a time, the least first; the board itself is not left by Esc. */
static void
run_back(struct view *view, struct ui *ui)
{
	struct board_view *b = (struct board_view *)view;

	if (!row_marks_clear(&b->marks))
		ui_say(ui, _("This is the first screen; {quit} quits, {help} lists the keys."));
}

static void
run_quit(struct view *view, struct ui *ui)
{
	(void)view;
	ui_quit(ui);
}

static void
run_now(struct view *view, struct ui *ui)
{
	board_show_snapshot((struct board_view *)view, ui, NULL);
}

static void
run_earlier(struct view *view, struct ui *ui)
{
	board_step_snapshot((struct board_view *)view, ui, -1);
}

static void
run_later(struct view *view, struct ui *ui)
{
	board_step_snapshot((struct board_view *)view, ui, 1);
}

/* --- what must be there --- */

static const struct board_model *
model_of(const struct view *view)
{
	return &((const struct board_view *)view)->model;
}

/* The needs of the rows below, in the order in which a person would be told. */
static bool
has_environment(const struct view *view, struct ui *ui)
{
	(void)ui;
	return model_of(view)->env != NULL;
}

static bool
is_arranged(const struct view *view, struct ui *ui)
{
	return has_environment(view, ui) && ((const struct board_view *)view)->arrangement;
}

static bool
has_deployment(const struct view *view, struct ui *ui)
{
	(void)ui;
	return model_of(view)->env->running.id.raw != NULL;
}

static bool
has_workload(const struct view *view, struct ui *ui)
{
	(void)ui;
	return image_at((const struct board_view *)view) != NULL;
}

static bool
is_compared(const struct view *view, struct ui *ui)
{
	(void)ui;
	return model_of(view)->env != model_of(view)->baseline;
}

static bool
is_clone(const struct view *view, struct ui *ui)
{
	(void)ui;
	return model_of(view)->env->clone_of != NULL;
}

/* For a hotfix to be shown there must be one, though not under the cursor. */
static bool
has_clones(const struct view *view, struct ui *ui)
{
	const struct world_application *app = model_of(view)->app;

	(void)ui;
	for (size_t i = 0; i < app->count; i++)
		if (app->environments[i].clone_of)
			return true;
	return false;
}

/* The last environment stays, since an application without one has no board. */
static bool
is_disposable(const struct view *view, struct ui *ui)
{
	return !model_of(view)->env->is_protected && model_of(view)->app->count > 1 &&
	       !board_found_environment.is_met(view, ui);
}

/* A snapshot may show what has been deleted since. */
static bool
is_still_there(const struct view *view, struct ui *ui)
{
	const struct board_view *b = (const struct board_view *)view;

	return world_environment(session_world(ui_session(ui)), b->org, b->app,
				 board_env_id(b->model.env));
}

static const char *
env_name(const struct view *view, struct ui *ui)
{
	(void)ui;
	return board_env_id(model_of(view)->env);
}

static const struct need an_environment = {
	has_environment, N_("No environment is selected."), NULL,
};
static const struct need an_arrangement = {is_arranged,
					   N_("No environment is selected."), NULL};
static const struct need a_workload = {
	has_workload,
	N_("This workload does not run here, or its state is unknown."),
	NULL,
};
static const struct need another_than_the_baseline = {
	is_compared, N_("This is the baseline itself; move to another environment."), NULL,
};
static const struct need a_clone = {
	is_clone, N_("Only a clone can be promoted: move to one first."), NULL};
static const struct need a_deployment_in_it = {has_deployment,
					       N_("Nothing was deployed there at that time."), NULL};
static const struct need there_now = {is_still_there, N_("%s is not there any more."), env_name};
/* Of these it is said by what would be done, or shown. */
static const struct need a_deployment = {has_deployment, NULL, NULL},
			 clones = {has_clones, NULL, NULL};
static const struct need disposable = {is_disposable, NULL, NULL};

/* To another cell, on the live board and on a snapshot. */
#define MOVE_KEYS \
	{KEY_BASE + KEY_LEFT, "Left", ACTION_LEFT, NULL, NULL, board_run_left, {&an_environment}}, \
	{KEY_BASE + KEY_RIGHT, "Right", ACTION_RIGHT, NULL, NULL, board_run_right, {&an_environment}}, \
	{KEY_BASE + KEY_UP, "Up", ACTION_UP, NULL, .help = N_("Go to the workload above.")}, \
	{KEY_BASE + KEY_DOWN, "Down", ACTION_DOWN, NULL, .help = N_("Go to the workload below.")}, \
	{'k', "k", ACTION_UP, NULL, .help = NULL}, \
	{'j', "j", ACTION_DOWN, NULL, .help = NULL}, \
	PAGE_KEYS, \
	{'g', "g", ACTION_FIRST, NULL, N_("Go to the first environment."), board_run_first, {&an_environment}}, \
	{'G', "G", ACTION_LAST, NULL, N_("Go to the last environment."), board_run_last, {&an_environment}}

/* The order of the rows is that of the bar, which shows as many as
 * fit: first what changes something. */
const struct key board_keys[] = {
	{'C', "C", ACTION_CLONE, N_("clone"), NULL, run_clone,
	 {&an_environment, &a_deployment, &need_platform}},
	{'V', "V", ACTION_VERSION, N_("version"), NULL, run_version,
	 {&an_environment, &a_workload, &need_platform}},
	{'E', "E", ACTION_EDIT, N_("edit"), NULL, run_edit,
	 {&an_environment, &a_workload, &need_platform}},
	{'D', "D", ACTION_DEPLOY, N_("deploy"), NULL, run_deploy,
	 {&an_environment, &a_deployment, &need_platform}},
	{'d', "d", ACTION_DIFF, N_("diff"), N_("Compare the environment with the baseline."),
	 run_diff, {&an_environment, &another_than_the_baseline}},
	{'P', "P", ACTION_PROMOTE, N_("promote"), N_("Promote a clone's changes to its source."),
	 run_promote, {&an_environment, &a_clone, &need_platform}},
	{'U', "U", ACTION_UNDO, N_("undo"), NULL, run_undo,
	 {&an_environment, &a_deployment, &need_platform}},
	{'X', "X", ACTION_DISCARD, N_("discard"), N_("Delete a clone and everything in it."),
	 run_discard, {&an_environment, &disposable, &need_platform}},
	{'l', "l", ACTION_LOGS, N_("logs"), NULL, run_logs, {&an_environment, &a_deployment}},
	{'/', "/", ACTION_FIND, N_("find"), .run = run_find},
	{'h', "h", ACTION_HISTORY, N_("history"), .run = run_history},
	{'H', "H", ACTION_HOTFIX, N_("hotfix"), N_("Show the steps of the clone's hotfix."),
	 run_hotfix, {&an_environment, &clones}},
	{'c', "c", ACTION_CLONES, N_("clones"), .run = run_clones},
	{'i', "i", ACTION_INTERRUPTED, .run = run_interrupted},
	{'w', "w", ACTION_CONTEXTS, .run = run_contexts},
	MOVE_KEYS,
	{'\t', "Tab", ACTION_NEXT_PANE, NULL, N_("Switch between the applications and the board."), .run = run_pane},
	{'\r', "Enter", ACTION_OPEN, N_("open"), N_("Open the environment (in the application list: open its board)."),
	 run_open, {&an_environment}},
	{27, "Esc", ACTION_BACK, NULL, N_("Clear all marks."), .run = run_back},
	{'b', "b", ACTION_BASELINE, NULL, NULL, run_baseline, {&an_environment}},
	{'S', "S", ACTION_PROTECT, NULL, NULL, board_run_protect, {&an_environment, &board_found_environment}},
	{'a', "a", ACTION_GROUPING, NULL, NULL, board_run_grouping, {&board_found_namespaces}},
	{'[', "[", ACTION_EARLIER, NULL, N_("Show the board as it was before its last change."), .run = run_earlier},
	{'p', "p", ACTION_PROGRESS, NULL, NULL, run_progress, {&an_environment}},
	{' ', "Space", ACTION_MARK, NULL, NULL, board_run_mark, {&an_arrangement}},
	{'n', "n", ACTION_NEXT, NULL, N_("Go to the next marked workload."),
	 board_run_next, {&an_arrangement}},
	{'N', "N", ACTION_PREVIOUS, NULL, N_("Go to the previous marked workload."),
	 board_run_previous, {&an_arrangement}},
	{'s', "s", ACTION_SORT, NULL, NULL, board_run_sort, {&an_arrangement}},
	{'!', "!", ACTION_PIN, NULL, NULL, board_run_pin, {&an_arrangement}},
	{'-', "-", ACTION_HIDE, NULL, NULL, board_run_hide, {&an_arrangement}},
	{'+', "+", ACTION_SHOW_HIDDEN, NULL, NULL, board_run_show, {&an_arrangement}},
	{'<', "<", ACTION_NARROWER, NULL, NULL, board_run_narrower, {&an_arrangement}},
	{'>', ">", ACTION_WIDER, NULL, NULL, board_run_wider, {&an_arrangement}},
	{'y', "y", ACTION_COPY, NULL, N_("Copy the address or the image under the cursor, or those of the marked workloads."),
	 run_copy, {&an_environment}},
	{'o', "o", ACTION_BROWSE, NULL, NULL, run_browse, {&an_environment}},
	{'q', "q", ACTION_QUIT, .run = run_quit},
	NO_KEY,
};

const struct key board_snapshot_keys[] = {
	{27, "Esc", ACTION_BACK, N_("back to now"), N_("Go back to the live board."), .run = run_now},
	{'[', "[", ACTION_EARLIER, N_("earlier"), .run = run_earlier},
	{']', "]", ACTION_LATER, N_("later"), .run = run_later},
	{'d', "d", ACTION_DIFF, N_("diff"), N_("Compare the snapshot with now."),
	 run_diff_snapshot, {&an_environment, &a_deployment_in_it, &there_now}},
	MOVE_KEYS,
	{'b', "b", ACTION_BASELINE, N_("baseline"), NULL, run_baseline, {&an_environment}},
	{'q', NULL, ACTION_BACK, NULL, .help = NULL},
	NO_KEY,
};
