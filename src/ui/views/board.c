/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The board: workloads down, environments across, and how each version stands to the
 * baseline.  The cursor is an environment and a workload by id, so that what comes and goes
 * under it never moves it to something else.
 */
#include "config.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "compare/changes.h"
#include "flow/context/arrangement.h"
#include "flow/hotfix.h"
#include "flow/session.h"
#include "flow/verbs/flow.h"
#include "flow/world/moments.h"
#include "flow/world/words.h"
#include "flow/world/world.h"
#include "model/image.h"
#include "model/set.h"
#include "ui/canvas.h"
#include "ui/outside.h"
#include "ui/terminal.h"
#include "ui/view.h"
#include "ui/views/board.h"

#define COPY_MAX 65536

static const struct key keys[] = {
	{'C', "C", ACTION_CLONE, N_("clone"), .help = NULL},
	{'V', "V", ACTION_VERSION, N_("version"), .help = NULL},
	{'E', "E", ACTION_EDIT, N_("edit"), .help = NULL},
	{'D', "D", ACTION_DEPLOY, N_("deploy"), .help = NULL},
	{'d', "d", ACTION_DIFF, N_("diff"), .help = N_("Compare the environment with the baseline.")},
	{'P', "P", ACTION_PROMOTE, N_("promote"), .help = N_("Take a clone's changes to where it came from.")},
	{'U', "U", ACTION_UNDO, N_("undo"), .help = NULL},
	{'X', "X", ACTION_DISCARD, N_("discard"), .help = N_("Delete a clone and everything that is its own.")},
	{'l', "l", ACTION_LOGS, N_("logs"), .help = NULL},
	{'/', "/", ACTION_FIND, N_("find"), .help = NULL},
	{'h', "h", ACTION_HISTORY, N_("history"), .help = NULL},
	{'H', "H", ACTION_HOTFIX, N_("hotfix"), .help = N_("Show how far the clone's hotfix has come, and what is next.")},
	{'c', "c", ACTION_CLONES, N_("clones"), .help = NULL},
	{'i', "i", ACTION_INTERRUPTED, NULL, .help = NULL},
	{'w', "w", ACTION_CONTEXTS, NULL, .help = NULL},
	{KEY_BASE + KEY_LEFT, "Left", ACTION_LEFT, NULL, .help = NULL},
	{KEY_BASE + KEY_RIGHT, "Right", ACTION_RIGHT, NULL, .help = NULL},
	{KEY_BASE + KEY_UP, "Up", ACTION_UP, NULL, .help = N_("To the workload above.")},
	{KEY_BASE + KEY_DOWN, "Down", ACTION_DOWN, NULL, .help = N_("To the workload below.")},
	{'k', "k", ACTION_UP, NULL, .help = NULL},
	{'j', "j", ACTION_DOWN, NULL, .help = NULL},
	PAGE_KEYS,
	{'g', "g", ACTION_FIRST, NULL, .help = N_("To the first environment.")},
	{'G', "G", ACTION_LAST, NULL, .help = N_("To the last environment.")},
	{'\t', "Tab", ACTION_PANE, NULL, .help = N_("To the applications, and back.")},
	{'\r', "Enter", ACTION_OPEN, N_("open"), .help = N_("Open the environment (in the application list: open its board).")},
	{27, NULL, ACTION_BACK, NULL, .help = NULL},
	{'b', "b", ACTION_BASELINE, NULL, .help = NULL},
	{'[', "[", ACTION_EARLIER, NULL, .help = N_("Snapshot of the board before its last change.")},
	{'p', "p", ACTION_PROGRESS, NULL, .help = NULL},
	{' ', "Space", ACTION_MARK, NULL, .help = NULL},
	{'n', "n", ACTION_NEXT, NULL, .help = N_("Next marked workload.")},
	{'N', "N", ACTION_PREVIOUS, NULL, .help = N_("Previous marked workload.")},
	{'s', "s", ACTION_SORT, NULL, .help = NULL},
	{'!', "!", ACTION_PIN, NULL, .help = NULL},
	{'-', "-", ACTION_HIDE, NULL, .help = NULL},
	{'+', "+", ACTION_SHOW, NULL, .help = NULL},
	{'<', "<", ACTION_NARROWER, NULL, .help = NULL},
	{'>', ">", ACTION_WIDER, NULL, .help = NULL},
	{'y', "y", ACTION_COPY, NULL, .help = N_("Copy the address under the cursor, or the image; with marks theirs.")},
	{'o', "o", ACTION_BROWSE, NULL, .help = NULL},
	{'R', "R", ACTION_REFRESH, NULL, .help = NULL},
	{'q', "q", ACTION_QUIT, NULL, .help = NULL},
	NO_KEY,
};

static const struct key then_keys[] = {
	{27, "Esc", ACTION_BACK, N_("back to now"), .help = N_("Back to the live board.")},
	{'[', "[", ACTION_EARLIER, N_("earlier"), .help = NULL},
	{']', "]", ACTION_LATER, N_("later"), .help = NULL},
	{'d', "d", ACTION_DIFF, N_("diff"), .help = N_("Compare the snapshot with now.")},
	{KEY_BASE + KEY_LEFT, "Left", ACTION_LEFT, NULL, .help = NULL},
	{KEY_BASE + KEY_RIGHT, "Right", ACTION_RIGHT, NULL, .help = NULL},
	{KEY_BASE + KEY_UP, "Up", ACTION_UP, NULL, .help = N_("To the workload above.")},
	{KEY_BASE + KEY_DOWN, "Down", ACTION_DOWN, NULL, .help = N_("To the workload below.")},
	{'k', "k", ACTION_UP, NULL, .help = NULL},
	{'j', "j", ACTION_DOWN, NULL, .help = NULL},
	PAGE_KEYS,
	{'g', "g", ACTION_FIRST, NULL, .help = N_("To the first environment.")},
	{'G', "G", ACTION_LAST, NULL, .help = N_("To the last environment.")},
	{'b', "b", ACTION_BASELINE, N_("baseline"), .help = NULL},
	{'q', NULL, ACTION_BACK, NULL, .help = NULL},
	NO_KEY,
};

static void
subject(const struct view *view, struct ui *ui, char *out, size_t size)
{
	const struct board_view *b = (const struct board_view *)view;

	if (b->org && b->app)
		snprintf(out, size, "%s %s %s", b->org, theme_glyph(GLYPH_CLOSED, ui_ascii(ui)), b->app);
}

/* --- actions --------------------------------------------------------------------------- */

static void
start(struct ui *ui, const struct flow_request *request)
{
	struct error err = {0};
	struct flow *flow = flow_new(ui_session(ui), request, &err);

	if (flow)
		ui_push(ui, review_view_new(flow));
	else
		ui_say_error(ui, &err);
}

/* The record that the clone's prompt works on: made when it opens, whatever moves below. */
struct clone_request {
	char *org, *app, *source, *note;
	struct ui *ui;
};

static const char *
check_clone(void *data, const char *text)
{
	const struct clone_request *r = data;

	if (!ids_is_name(text))
		return _("2 to 50 lower-case letters, digits and single dashes inside, please.");
	if (world_environment(session_world(ui_session(r->ui)), r->org, r->app, text))
		return _("This name is taken.");
	return NULL;
}

static void
clone_named(void *data, struct ui *ui, const char *text)
{
	const struct clone_request *r = data;
	struct flow_request request = {
		.verb = FLOW_CLONE, .org = r->org, .app = r->app, .env = text, .source = r->source,
		.decides = true,
	};
	struct error err = {0};
	struct flow *flow = flow_new(ui_session(ui), &request, &err);

	if (flow)
		ui_replace(ui, review_view_new(flow));
	else
		ui_say_error(ui, &err);
}

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

/* What it will be, and until when it is meant to be there. */
static char *
clone_note(struct ui *ui)
{
	const int64_t life = session_clone_life(ui_session(ui));
	const char *what = _("It gets its own database, ports and processes; its type is development.");

	char length[16];

	if (!life)
		return xstrdup(what);
	clock_duration(length, life);
	return xasprintf(_("%s  It is overdue after %s."), what, length);
}

static void
act_clone(struct board_view *b, struct ui *ui, const struct sight *s)
{
	struct clone_request *r = xcalloc(1, sizeof(*r));
	char *name = free_name(s->app);
	struct prompt prompt = {
		.title = N_("Clone"), .label = N_("Name of the clone"),
		.note = clone_note(ui), .initial = name, .check = check_clone, .done = clone_named,
		.drop = drop_clone, .data = r, .subject = untrusted_raw(&s->env->environment.name),
	};

	*r = (struct clone_request){xstrdup(b->org), xstrdup(b->app), xstrdup(board_env_id(s->env)),
				    (char *)(uintptr_t)prompt.note, ui};
	ui_push(ui, prompt_view_new(&prompt));
	free(name);
}

static void
act_version(struct board_view *b, struct ui *ui, const struct sight *s)
{
	const char *module = s->module_count ? s->modules[s->row] : NULL;
	const char *image = module && s->env->set ? set_module_image(s->env->set, module) : NULL;

	if (image)
		ui_push(ui, picker_view_new(ui, b->org, b->app, board_env_id(s->env), module, image));
	else
		ui_say(ui, _("This workload does not run in this environment, or that is not known."));
}

static void
act_deploy(struct board_view *b, struct ui *ui, const struct sight *s)
{
	start(ui, &(struct flow_request){
		.verb = FLOW_DEPLOY, .org = b->org, .app = b->app, .env = board_env_id(s->env)});
}

static void
act_undo(struct board_view *b, struct ui *ui, const struct sight *s)
{
	start(ui, &(struct flow_request){
		.verb = FLOW_UNDO, .org = b->org, .app = b->app, .env = board_env_id(s->env), .decides = true});
}

static void
act_discard(struct board_view *b, struct ui *ui, const struct sight *s)
{
	start(ui, &(struct flow_request){
		.verb = FLOW_DISCARD, .org = b->org, .app = b->app, .env = board_env_id(s->env)});
}

static void
act_promote(struct board_view *b, struct ui *ui, const struct sight *s)
{
	if (!s->env->clone_of) {
		ui_say(ui, _("Only a clone can be promoted, and the cursor is on none."));
		return;
	}
	start(ui, &(struct flow_request){
		.verb = FLOW_PROMOTE, .org = b->org, .app = b->app, .env = s->env->clone_of,
		.source = board_env_id(s->env), .decides = true});
}

/* From what ran then to what runs now. */
static void
act_diff_then(struct board_view *b, struct ui *ui, const struct sight *s)
{
	const struct deployment *ran = &s->env->running;
	struct moment from = {board_env_id(s->env), ran->id.raw, ran->set_id.raw};
	struct moment to = {.env = board_env_id(s->env)};

	if (!ran->id.raw)
		ui_say(ui, _("Nothing had been deployed there then."));
	else if (!world_environment(session_world(ui_session(ui)), b->org, b->app, to.env))
		ui_say(ui, _("%s is not there any more."), to.env);
	else
		ui_push(ui, compare_view_new(ui, b->org, b->app, &from, &to));
}

static void
act_diff(struct board_view *b, struct ui *ui, const struct sight *s)
{
	struct moment from = {.env = board_env_id(s->baseline)}, to = {.env = board_env_id(s->env)};

	if (b->then) {
		act_diff_then(b, ui, s);
		return;
	}
	if (s->env == s->baseline) {
		ui_say(ui, _("This is the baseline itself; move to another environment."));
		return;
	}
	ui_push(ui, compare_view_new(ui, b->org, b->app, &from, &to));
}

static void
act_progress(struct board_view *b, struct ui *ui, const struct sight *s)
{
	(void)b;
	(void)s;
	if (session_flow_count(ui_session(ui)) > 0)
		ui_push(ui, progress_view_new(session_flow(ui_session(ui), 0)));
	else
		ui_say(ui, _("No operation runs; {history} shows what was done."));
}

static void
act_baseline(struct board_view *b, struct ui *ui, const struct sight *s)
{
	(void)ui;
	board_replace(&b->baseline, board_env_id(s->env));
}

static void
act_open(struct board_view *b, struct ui *ui, const struct sight *s)
{
	ui_push(ui, environment_view_new(ui, b->org, b->app, board_env_id(s->env)));
}

static void
act_logs(struct board_view *b, struct ui *ui, const struct sight *s)
{
	const char *module = s->module_count ? s->modules[s->row] : NULL;

	/* A workload that is not in this environment writes nothing here: then all of them. */
	if (module && s->env->set && !set_module(s->env->set, module))
		module = NULL;
	ui_push(ui, logs_view_new(ui, b->org, b->app, board_env_id(s->env), module));
}

/* Of a clone its own; elsewhere the one that was begun last. */
static void
act_hotfix(struct board_view *b, struct ui *ui, const struct sight *s)
{
	char *env = s->env->clone_of ? xstrdup(board_env_id(s->env))
				     : hotfix_newest(ui_session(ui), b->org, b->app);

	if (env)
		ui_push(ui, hotfix_view_new(ui, b->org, b->app, env));
	else
		ui_say(ui, _("No hotfix was begun here: {clone} clones what is broken."));
	free(env);
}

/* What is worth copying of a workload; NULL: nothing.  free() it. */
static char *
copied(const struct sight *s, const char *module, bool *is_address)
{
	const char *image = s->env->set ? set_module_image(s->env->set, module) : NULL;
	char *address = board_address(s->env, module);
	char *shown = address || image ? text_printable(address ? address : image) : NULL;

	*is_address = address != NULL;
	free(address);
	return shown;
}

static void
copy_marked(struct board_view *b, struct ui *ui, const struct sight *s)
{
	struct buf lines;
	bool is_address;

	buf_init(&lines, COPY_MAX);
	for (size_t i = 0; i < s->module_count; i++) {
		char *line = board_is_marked(b, s->modules[i]) ? copied(s, s->modules[i], &is_address) : NULL;

		if (line)
			(void)buf_printf(&lines, "%s\n", line);
		free(line);
	}
	if (lines.length > 0)
		ui_copy(ui, _("what is marked"), buf_str(&lines));
	else
		ui_say(ui, _("There is nothing to copy here: no address and no image."));
	buf_clear(&lines);
}

static void
act_copy(struct board_view *b, struct ui *ui, const struct sight *s)
{
	bool is_address = false;
	char *shown = s->module_count ? copied(s, s->modules[s->row], &is_address) : NULL;

	if (json_object_size(b->marks) > 0)
		copy_marked(b, ui, s);
	else if (shown)
		ui_copy(ui, is_address ? _("the address") : _("the image"), shown);
	else
		ui_say(ui, _("There is nothing to copy here: no address and no image."));
	free(shown);
}

static void
act_edit(struct board_view *b, struct ui *ui, const struct sight *s)
{
	if (s->module_count)
		ui_edit_workload(ui, b->org, b->app, board_env_id(s->env), s->modules[s->row]);
	else
		ui_say(ui, _("This workload does not run in this environment, or that is not known."));
}

static void
act_browse(struct board_view *b, struct ui *ui, const struct sight *s)
{
	char *address = s->module_count ? board_address(s->env, s->modules[s->row]) : NULL;
	struct error err = {0};

	(void)b;
	if (!address)
		ui_say(ui, _("This workload has no address here."));
	else if (outside_browse(address, &err) != 0)
		ui_say_error(ui, &err);
	else
		ui_say(ui, _("Opened: %s"), address);
	free(address);
}

/* Actions that need an environment under the cursor. */
static const struct {
	enum action action;
	void (*run)(struct board_view *b, struct ui *ui, const struct sight *s);
} env_actions[] = {
	{ACTION_CLONE, act_clone},     {ACTION_VERSION, act_version}, {ACTION_DEPLOY, act_deploy},
	{ACTION_UNDO, act_undo},       {ACTION_DISCARD, act_discard}, {ACTION_PROMOTE, act_promote},
	{ACTION_DIFF, act_diff},       {ACTION_BASELINE, act_baseline},
	{ACTION_PROGRESS, act_progress}, {ACTION_LOGS, act_logs},     {ACTION_OPEN, act_open},
	{ACTION_COPY, act_copy},       {ACTION_HOTFIX, act_hotfix},   {ACTION_EDIT, act_edit},
	{ACTION_BROWSE, act_browse},
};

void
board_move_to(struct board_view *b, const struct sight *s, long column, long row)
{
	long columns = (long)s->column_count, rows = (long)s->module_count;

	column = column < 0 ? 0 : column >= columns ? columns - 1 : column;
	row = row < 0 ? 0 : row >= rows ? rows - 1 : row;
	board_replace(&b->env, board_env_id(s->columns[column]));
	if (rows > 0)
		board_replace(&b->module, s->modules[row]);
}

/* What was found takes the cursor. */
static void
go(void *data, struct ui *ui, const struct goto_place *place)
{
	struct board_view *b = data;

	if (!b->org || !b->app || strcmp(b->org, place->org) != 0 || strcmp(b->app, place->app) != 0)
		board_open_application(b, ui, place->org, place->app);
	if (*place->env)
		board_replace(&b->env, place->env);
	if (*place->module)
		board_replace(&b->module, place->module);
	b->in_tree = false;
}

/* --- the board as it was ---------------------------------------------------------------- */

/* Takes it; NULL is now. */
static void
show_then(struct board_view *b, struct ui *ui, struct moments *then)
{
	if (!then && b->is_visit) {
		ui_pop(ui);
		return;
	}
	moments_close(b->then);
	b->then = then;
	b->in_tree = false;
	b->view.ops = then ? &board_then_view_ops : &board_view_ops;
}

static void
step_then(struct board_view *b, struct ui *ui, int by)
{
	struct error err = {0};
	struct moments *last;

	if (b->then && moments_step(b->then, by, &err) == 0)
		return;
	if (b->then && by > 0 && !b->is_visit) {
		show_then(b, ui, NULL);
		ui_say(ui, _("This is the board as it is now."));
		return;
	}
	if (b->then) {
		ui_say_error(ui, &err);
		return;
	}
	last = b->org && b->app ? moments_open_last(ui_session(ui), b->org, b->app, &err) : NULL;
	if (last)
		show_then(b, ui, last);
	else
		ui_say_error(ui, &err);
}

static void
show_contexts(struct ui *ui)
{
	struct view *contexts = contexts_view_new(ui);

	if (contexts)
		ui_push(ui, contexts);
}

static void
act_anywhere(struct board_view *b, struct ui *ui, enum action action)
{
	if (action == ACTION_FIND)
		ui_push(ui, goto_view_new(ui, b->org, b->app, go, b));
	else if (action == ACTION_CLONES)
		ui_push(ui, clones_view_new(ui, b->org));
	else if (action == ACTION_CONTEXTS)
		show_contexts(ui);
	else if (action == ACTION_INTERRUPTED)
		ui_push(ui, interrupted_view_new(ui));
	else if (action == ACTION_HISTORY)
		ui_push(ui, history_view_new(ui));
	else if (action == ACTION_REFRESH)
		ui_refresh(ui);
	else if (action == ACTION_PANE)
		b->in_tree = true;
	else if (action == ACTION_BACK && json_object_size(b->marks) > 0)
		json_object_clear(b->marks);
	else if (action == ACTION_BACK)
		ui_say(ui, _("This is the first screen; q quits, ? lists the keys."));
	else if (action == ACTION_QUIT)
		ui_quit(ui);
}

static void
act(struct view *view, struct ui *ui, enum action action)
{
	struct board_view *b = (struct board_view *)view;
	struct sight s = board_look(b, ui);
	long column = (long)s.column, row = (long)s.row, page = b->drawn_rows > 1 ? b->drawn_rows - 1 : 1;

	if (b->then && action == ACTION_BACK) {
		show_then(b, ui, NULL);
		return;
	}
	if (action == ACTION_EARLIER || action == ACTION_LATER) {
		step_then(b, ui, action == ACTION_EARLIER ? -1 : 1);
		return;
	}
	if (b->in_tree && board_act_in_tree(b, ui, action, s.world))
		return;
	for (size_t i = 0; i < sizeof(env_actions) / sizeof(env_actions[0]); i++) {
		if (env_actions[i].action != action)
			continue;
		if (s.env)
			env_actions[i].run(b, ui, &s);
		else
			ui_say(ui, _("There is no environment to do this with."));
		return;
	}
	act_anywhere(b, ui, action);
	if (!s.env || board_act_arrange(b, ui, &s, action))
		return;
	switch (action) {
	case ACTION_LEFT: board_move_to(b, &s, column - 1, row); break;
	case ACTION_RIGHT: board_move_to(b, &s, column + 1, row); break;
	case ACTION_UP: board_move_to(b, &s, column, row - 1); break;
	case ACTION_DOWN: board_move_to(b, &s, column, row + 1); break;
	case ACTION_PAGE_UP: board_move_to(b, &s, column, row - page); break;
	case ACTION_PAGE_DOWN: board_move_to(b, &s, column, row + page); break;
	case ACTION_FIRST: board_move_to(b, &s, 0, row); break;
	case ACTION_LAST: board_move_to(b, &s, (long)s.column_count - 1, row); break;
	default: break;
	}
}

static void
click(struct view *view, struct ui *ui, const struct canvas *canvas, int row, int column)
{
	struct board_view *b = (struct board_view *)view;
	struct sight s = board_look(b, ui);
	struct canvas body = board_body(b, canvas);
	int tree = board_tree_columns(canvas);
	long x = (long)s.column, y = (long)s.row;
	struct canvas part;
	struct grid g;

	row -= canvas->height - body.height;
	if (row < 0 || (b->then && column < tree))
		return;
	if (column < tree || (b->in_tree && !tree)) {
		board_click_tree(b, ui, s.world, row);
		return;
	}
	if (!s.env)
		return;
	part = board_matrix_part(&body, tree);
	g = board_lay_out(b, &s, &part);
	column -= tree + 1 + g.label;
	if (row >= part.height)
		return;
	if (column >= 0 && (size_t)(column / g.cell) < g.fit)
		x = (long)board_grid_column(&g, (size_t)(column / g.cell));
	if (row > g.head && row < g.head + 1 + g.rows &&
	    g.top + (size_t)(row - g.head - 1) < s.module_count)
		y = (long)g.top + row - g.head - 1;
	b->in_tree = false;
	board_move_to(b, &s, x, y);
}

/* A clone that was asked for takes the cursor, once, as soon as it is there. */
static void
follow_clone(struct board_view *b, struct ui *ui, const struct world *world)
{
	struct session *session = ui_session(ui);
	struct flow *newest = session_flow_count(session) ? session_flow(session, 0) : NULL;
	const struct flow_request *request;

	if (!newest || flow_verb(newest) != FLOW_CLONE || flow_state(newest) < FLOW_RUNNING ||
	    (b->followed && strcmp(b->followed, flow_operation_id(newest)) == 0))
		return;
	request = flow_request(newest);
	if (!b->org || !b->app || strcmp(b->org, request->org) != 0 ||
	    strcmp(b->app, request->app) != 0 ||
	    !world_environment(world, request->org, request->app, request->env))
		return;
	board_replace(&b->env, request->env);
	board_replace(&b->followed, flow_operation_id(newest));
}

/* The first application there is, once there is one, unless one was asked for. */
static void
changed(struct view *view, struct ui *ui)
{
	struct board_view *b = (struct board_view *)view;
	const struct world *world = session_world(ui_session(ui));
	struct error err = {0};

	if (b->org && b->app && !b->arrangement)
		board_arrange(b, ui);
	if (b->arrangement && arrangement_has_failed(b->arrangement, &err))
		ui_say_error(ui, &err);
	if (b->then)
		return;
	follow_clone(b, ui, world);
	if (b->org && b->app)
		return;
	for (size_t i = 0; i < world->count; i++) {
		const struct world_organization *o = &world->organizations[i];

		/* What was asked for is waited for. */
		if (o->count == 0 || (b->org && !untrusted_is(&o->organization.id, b->org)) ||
		    (b->app && !world_application(world, untrusted_raw(&o->organization.id), b->app)))
			continue;
		board_replace(&b->org, untrusted_raw(&o->organization.id));
		if (!b->app)
			board_replace(&b->app, untrusted_raw(&o->applications[0].application.id));
		board_arrange(b, ui);
		session_focus(ui_session(ui), b->org, b->app);
		return;
	}
}

/* Only what would do something is in the key bar; the others say why they do not. */
static bool
can(const struct view *view, struct ui *ui, enum action action)
{
	const struct board_view *b = (const struct board_view *)view;

	if (action_changes(action) && session_read_only(ui_session(ui)))
		return false;
	switch (action) {
	case ACTION_CLONE: return b->under.runs;
	case ACTION_VERSION:
	case ACTION_EDIT: return b->under.module;
	case ACTION_DEPLOY:
	case ACTION_UNDO:
	case ACTION_LOGS: return b->under.runs;
	case ACTION_DIFF: return b->under.env && (b->then || !b->under.is_base);
	case ACTION_PROMOTE: return b->under.is_clone;
	case ACTION_DISCARD: return b->under.env && !b->under.is_protected && !b->under.is_last;
	case ACTION_HOTFIX: return b->under.has_clone;
	case ACTION_OPEN: return b->under.env || b->in_tree;
	default: return true;
	}
}

static void
close_view(struct view *view)
{
	struct board_view *b = (struct board_view *)view;

	free(b->org);
	free(b->app);
	free(b->env);
	free(b->module);
	free(b->baseline);
	free(b->followed);
	free(b->notice);
	moments_close(b->then);
	arrangement_close(b->arrangement);
	json_decref(b->marks);
	free(b->columns);
	free(b->modules);
	free(b);
}

const struct view_ops board_view_ops = {
	.title = N_("Board"), .keys = keys, .draw = board_draw, .subject = subject, .act = act,
	.click = click, .drag = board_drag, .changed = changed, .can = can, .close = close_view,
};

/* What was cannot be changed: the keys that would are not there. */
const struct view_ops board_then_view_ops = {
	.title = N_("Board as it was"), .keys = then_keys, .draw = board_draw, .subject = subject,
	.act = act, .click = click, .drag = board_drag, .changed = changed, .can = can, .close = close_view,
};

struct view *
board_view_new(const char *org, const char *app)
{
	struct board_view *b = xcalloc(1, sizeof(*b));

	b->view.ops = &board_view_ops;
	board_replace(&b->org, org);
	board_replace(&b->app, app);
	return &b->view;
}

struct view *
board_then_view_new(struct ui *ui, const char *org, const char *app, const char *env, long long at)
{
	struct error err = {0};
	struct moments *then = moments_open(ui_session(ui), org, app, at, &err);
	struct view *view;
	struct board_view *b;

	if (!then) {
		ui_say_error(ui, &err);
		return NULL;
	}
	view = board_view_new(org, app);
	b = (struct board_view *)view;
	b->is_visit = true;
	board_replace(&b->env, env);
	show_then(b, ui, then);
	board_arrange(b, ui);
	return view;
}
