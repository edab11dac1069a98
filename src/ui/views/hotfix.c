/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One hotfix from clone to carry: what is done and by whom, what is next and with which key.
 * The state is flow/hotfix.c's; here are its looks, and the keys that do the next step.
 */
#include "config.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "flow/hotfix-words.h"
#include "flow/hotfix.h"
#include "flow/session.h"
#include "flow/verbs/flow.h"
#include "flow/world/words.h"
#include "flow/world/world.h"
#include "model/set.h"
#include "ui/canvas.h"
#include "ui/terminal.h"
#include "ui/view.h"
#include "ui/views/hotfix.h"

static const struct key keys[] = {
	{27, "Esc", ACTION_BACK, N_("back"), .help = NULL},
	{'q', NULL, ACTION_BACK, NULL, .help = NULL},
	{' ', "Space", ACTION_MARK, N_("mark"), .help = N_("Record the step as done, or undo that.")},
	{'V', "V", ACTION_VERSION, N_("version"), .help = N_("Change the version of a workload in the clone.")},
	{'E', "E", ACTION_EDIT, NULL, .help = NULL},
	{'P', "P", ACTION_PROMOTE, N_("promote"), .help = N_("Take the fix to where the clone came from.")},
	{'X', "X", ACTION_DISCARD, N_("discard"), .help = NULL},
	{'T', "T", ACTION_CARRY, N_("carry"), .help = NULL},
	{'l', "l", ACTION_LOGS, N_("logs"), .help = N_("Show the clone's logs.")},
	{'d', "d", ACTION_DIFF, N_("diff"), .help = NULL},
	{'\r', "Enter", ACTION_OPEN, N_("open"), .help = NULL},
	{KEY_BASE + KEY_UP, "Up", ACTION_UP, NULL, .help = N_("Previous step.")},
	{KEY_BASE + KEY_DOWN, "Down", ACTION_DOWN, NULL, .help = N_("Next step.")},
	{'k', NULL, ACTION_UP, NULL, .help = NULL},
	{'j', NULL, ACTION_DOWN, NULL, .help = NULL},
	{KEY_BASE + KEY_LEFT, "Left", ACTION_LEFT, NULL, .help = N_("Previous workload or environment in the list below.")},
	{KEY_BASE + KEY_RIGHT, "Right", ACTION_RIGHT, NULL, .help = N_("Next workload or environment in the list below.")},
	{'g', "g", ACTION_FIRST, NULL, .help = N_("To the first step.")},
	{'G', "G", ACTION_LAST, NULL, .help = N_("To the last step.")},
	{'y', "y", ACTION_COPY, NULL, .help = N_("Copy the address of the workload that is selected below.")},
	{'R', "R", ACTION_REFRESH, NULL, .help = NULL},
	NO_KEY,
};

/* --- what is selected --- */

const struct world_environment *
hotfix_view_clone(const struct hotfix_view *v, struct ui *ui)
{
	return world_environment(session_world(ui_session(ui)), v->org, v->app, v->env);
}

enum hotfix_step_id
hotfix_view_at(const struct hotfix_view *v)
{
	enum hotfix_step_id now = hotfix_now(v->hotfix);

	if (v->moved)
		return v->at;
	return now == HOTFIX_STEP_COUNT ? HOTFIX_CARRY : now;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

size_t
hotfix_view_items(const struct hotfix_view *v, struct ui *ui, const char *items[HOTFIX_ITEMS_MAX])
{
	const struct world_environment *e = hotfix_view_clone(v, ui);
	size_t count = 0;
	const char *name;
	json_t *module;

	if (hotfix_view_at(v) == HOTFIX_CARRY) {
		while (count < hotfix_other_count(v->hotfix) && count < HOTFIX_ITEMS_MAX) {
			items[count] = hotfix_other(v->hotfix, count)->env;
			count++;
		}
		return count;
	}
	if (!e || !e->set)
		return 0;
	json_object_foreach(set_modules(e->set), name, module)
		if (count < HOTFIX_ITEMS_MAX)
			items[count++] = name;
	qsort(items, count, sizeof(items[0]), compare_names);
	return count;
}

/* What was chosen; before that, what is likely: what the fix changed, or who lacks it. */
size_t
hotfix_view_picked(const struct hotfix_view *v, const char *const *items, size_t count)
{
	bool carries = hotfix_view_at(v) == HOTFIX_CARRY;
	const char *chosen = carries ? v->other : v->module;

	for (size_t i = 0; chosen && i < count; i++)
		if (strcmp(items[i], chosen) == 0)
			return i;
	for (size_t i = 0; carries && i < count; i++) {
		const struct hotfix_other *other = hotfix_other(v->hotfix, i);

		if (other->is_known && other->carry.state == CARRY_LACKS)
			return i;
	}
	return 0;
}

/* NULL: there is nothing to choose from. */
static const char *
picked(const struct hotfix_view *v, struct ui *ui)
{
	const char *items[HOTFIX_ITEMS_MAX];
	size_t count = hotfix_view_items(v, ui, items);

	return count ? items[hotfix_view_picked(v, items, count)] : NULL;
}

static void
replace(char **place, const char *text)
{
	char *copy = text ? xstrdup(text) : NULL;

	free(*place);
	*place = copy;
}

static void
pick(struct hotfix_view *v, struct ui *ui, int by)
{
	const char *items[HOTFIX_ITEMS_MAX];
	size_t count = hotfix_view_items(v, ui, items), at;

	if (!count)
		return;
	at = hotfix_view_picked(v, items, count);
	at = by < 0 ? (at ? at - 1 : 0) : at + 1 < count ? at + 1 : at;
	replace(hotfix_view_at(v) == HOTFIX_CARRY ? &v->other : &v->module, items[at]);
}

/* --- actions --- */

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

static bool
needs_origin(const struct hotfix_view *v, struct ui *ui)
{
	if (!hotfix_origin(v->hotfix))
		ui_say(ui, _("Where %s was cloned from is not known."), v->env);
	return hotfix_origin(v->hotfix) != NULL;
}

static void
act_version(struct hotfix_view *v, struct ui *ui)
{
	const struct world_environment *e = hotfix_view_clone(v, ui);
	const char *module, *image;

	if (hotfix_view_at(v) == HOTFIX_CARRY) {
		v->moved = true;	/* the list below becomes that of the workloads */
		v->at = HOTFIX_FIX;
	}
	module = picked(v, ui);
	image = module && e->set ? set_module_image(e->set, module) : NULL;
	if (image)
		ui_push(ui, picker_view_new(ui, v->org, v->app, v->env, module, image));
	else
		ui_say(ui, _("What runs in %s is not known."), v->env);
}

static void
act_edit(struct hotfix_view *v, struct ui *ui)
{
	const char *module = hotfix_view_at(v) == HOTFIX_CARRY ? NULL : picked(v, ui);

	if (module)
		ui_edit_workload(ui, v->org, v->app, v->env, module);
	else
		ui_say(ui, _("What runs in %s is not known."), v->env);
}

static void
act_promote(struct hotfix_view *v, struct ui *ui)
{
	if (needs_origin(v, ui))
		start(ui, &(struct flow_request){.verb = FLOW_PROMOTE, .org = v->org, .app = v->app,
						 .env = hotfix_origin(v->hotfix), .source = v->env,
						 .decides = true});
}

static void
act_discard(struct hotfix_view *v, struct ui *ui)
{
	start(ui, &(struct flow_request){.verb = FLOW_DISCARD, .org = v->org, .app = v->app,
					 .env = v->env});
}

static void
act_diff(struct hotfix_view *v, struct ui *ui)
{
	const struct moment from = {.env = hotfix_origin(v->hotfix)}, to = {.env = v->env};

	if (needs_origin(v, ui))
		ui_push(ui, compare_view_new(ui, v->org, v->app, &from, &to));
}

static void
act_logs(struct hotfix_view *v, struct ui *ui)
{
	ui_push(ui, logs_view_new(ui, v->org, v->app, v->env,
				  hotfix_view_at(v) == HOTFIX_CARRY ? NULL : picked(v, ui)));
}

static void
act_open(struct hotfix_view *v, struct ui *ui)
{
	ui_push(ui, environment_view_new(ui, v->org, v->app, v->env));
}

static void
act_copy(struct hotfix_view *v, struct ui *ui)
{
	const char *module = hotfix_view_at(v) == HOTFIX_CARRY ? NULL : picked(v, ui);
	char *address = module ? board_address(hotfix_view_clone(v, ui), module) : NULL;
	char *shown = text_printable(address ? address : "");

	if (address)
		ui_copy(ui, _("the address"), shown);
	else
		ui_say(ui, _("There is nothing to copy here: no address."));
	free(shown);
	free(address);
}

/* Actions that need the clone to be there. */
static const struct {
	enum action action;
	void (*run)(struct hotfix_view *v, struct ui *ui);
} clone_actions[] = {
	{ACTION_VERSION, act_version}, {ACTION_PROMOTE, act_promote}, {ACTION_DISCARD, act_discard},
	{ACTION_DIFF, act_diff},       {ACTION_LOGS, act_logs},	      {ACTION_OPEN, act_open},
	{ACTION_COPY, act_copy},       {ACTION_EDIT, act_edit},
};

static void
act_carry(struct hotfix_view *v, struct ui *ui)
{
	struct flow_request request;
	struct error err = {0};
	const char *env;

	v->moved = v->moved || hotfix_view_at(v) != HOTFIX_CARRY;
	v->at = HOTFIX_CARRY;
	env = picked(v, ui);
	if (!env)
		ui_say(ui, _("There is no other environment."));
	else if (hotfix_carry_request(v->hotfix, env, &request, &err) != 0)
		ui_say_error(ui, &err);
	else {
		request.decides = true;
		start(ui, &request);
	}
}

/* --- marks: the prompt's record is made when it opens --- */

struct mark_request {
	struct hotfix_view *view;	/* lies below the question */
	enum hotfix_step_id step;
};

static const char *
check_note(void *data, const char *text)
{
	(void)data;
	(void)text;
	return NULL;
}

static void
note_given(void *data, struct ui *ui, const char *text)
{
	const struct mark_request *r = data;
	struct error err = {0};

	if (hotfix_mark(r->view->hotfix, r->step, text, &err) != 0)
		ui_say_error(ui, &err);
	else
		ui_pop(ui);
}

static void
drop_mark(void *data)
{
	free(data);
}

static void
ask_note(struct hotfix_view *v, struct ui *ui, enum hotfix_step_id step)
{
	static const char *const notes[HOTFIX_STEP_COUNT] = {
		[HOTFIX_REPRODUCE] = N_("You have seen the bug in the clone.  Whoever takes over reads what you note."),
		[HOTFIX_VERIFY] = N_("You have seen that the bug is gone in the clone."),
		[HOTFIX_CARRY] = N_("Environments that lack the fix stay as they are; say why."),
	};
	struct mark_request *r = xcalloc(1, sizeof(*r));
	struct prompt prompt = {
		.title = words_of_step(step), .label = N_("Note, if any"), .note = notes[step],
		.initial = (char *)(uintptr_t)"", .check = check_note, .done = note_given,
		.drop = drop_mark, .data = r,
	};

	*r = (struct mark_request){v, step};
	ui_push(ui, prompt_view_new(&prompt));
}

static void
act_mark(struct hotfix_view *v, struct ui *ui)
{
	enum hotfix_step_id step = hotfix_view_at(v);
	const struct hotfix_step *s = hotfix_step(v->hotfix, step);
	struct error err = {0};

	if (!hotfix_is_marked_by_hand(step)) {
		ui_say(ui, _("An operation does this step; reproduce, verify and carry are for you to mark."));
	} else if (step == HOTFIX_CARRY && s->state == HOTFIX_DONE && !s->at) {
		ui_say(ui, _("Every other environment has the fix; there is nothing to mark."));
	} else if (s->state == HOTFIX_DONE) {
		if (hotfix_unmark(v->hotfix, step, &err) != 0)
			ui_say_error(ui, &err);
		else
			ui_say(ui, _("The mark is taken back."));
	} else if (session_read_only(ui_session(ui))) {
		ui_say(ui, _("This is a read-only session."));
	} else {
		ask_note(v, ui, step);
	}
}

static void
move_to(struct hotfix_view *v, int step)
{
	v->moved = true;
	v->at = step < 0 ? HOTFIX_CLONE : step >= HOTFIX_STEP_COUNT ? HOTFIX_CARRY : (enum hotfix_step_id)step;
}

static void
act(struct view *view, struct ui *ui, enum action action)
{
	struct hotfix_view *v = (struct hotfix_view *)view;
	int at = (int)hotfix_view_at(v);

	for (size_t i = 0; i < sizeof(clone_actions) / sizeof(clone_actions[0]); i++) {
		if (clone_actions[i].action != action)
			continue;
		if (hotfix_view_clone(v, ui))
			clone_actions[i].run(v, ui);
		else
			ui_say(ui, _("%s is not there any more."), v->env);
		return;
	}
	switch (action) {
	case ACTION_BACK: ui_pop(ui); break;
	case ACTION_MARK: act_mark(v, ui); break;
	case ACTION_CARRY: act_carry(v, ui); break;
	case ACTION_REFRESH: ui_refresh(ui); break;
	case ACTION_UP: move_to(v, at - 1); break;
	case ACTION_DOWN: move_to(v, at + 1); break;
	case ACTION_FIRST: move_to(v, 0); break;
	case ACTION_LAST: move_to(v, HOTFIX_CARRY); break;
	case ACTION_LEFT: pick(v, ui, -1); break;
	case ACTION_RIGHT: pick(v, ui, 1); break;
	default: break;
	}
}

static void
click(struct view *view, struct ui *ui, const struct canvas *canvas, int row, int column)
{
	struct hotfix_view *v = (struct hotfix_view *)view;
	int step = row - hotfix_first_row(canvas);

	(void)ui;
	(void)column;
	if (step >= 0 && step < HOTFIX_STEP_COUNT)
		move_to(v, step);
}

/* The next step takes the cursor again when the one under it was done meanwhile. */
static void
changed(struct view *view, struct ui *ui)
{
	struct hotfix_view *v = (struct hotfix_view *)view;
	enum hotfix_step_id before = hotfix_now(v->hotfix);

	(void)ui;
	hotfix_update(v->hotfix);
	if (hotfix_now(v->hotfix) != before && hotfix_step(v->hotfix, v->at)->state == HOTFIX_DONE)
		v->moved = false;
}

static void
subject(const struct view *view, struct ui *ui, char *out, size_t size)
{
	(void)ui;
	snprintf(out, size, "%.60s", ((const struct hotfix_view *)view)->env);
}

static void
close_view(struct view *view)
{
	struct hotfix_view *v = (struct hotfix_view *)view;

	hotfix_close(v->hotfix);
	free(v->org);
	free(v->app);
	free(v->env);
	free(v->module);
	free(v->other);
	free(v);
}

static bool
can(const struct view *view, struct ui *ui, enum action action)
{
	const struct hotfix_view *v = (const struct hotfix_view *)view;

	if (action_changes(action) && session_read_only(ui_session(ui)))
		return false;
	if (action == ACTION_CARRY)
		return hotfix_step(v->hotfix, HOTFIX_PROMOTE)->state == HOTFIX_DONE;
	for (size_t i = 0; i < sizeof(clone_actions) / sizeof(clone_actions[0]); i++)
		if (clone_actions[i].action == action)
			return hotfix_view_clone(v, ui) != NULL;
	return true;
}

const struct view_ops hotfix_view_ops = {
	.title = N_("Hotfix"), .keys = keys, .draw = hotfix_draw, .subject = subject, .act = act,
	.click = click, .changed = changed, .can = can, .close = close_view,
};

struct view *
hotfix_view_new(struct ui *ui, const char *org, const char *app, const char *env)
{
	struct hotfix_view *v = xcalloc(1, sizeof(*v));

	v->view.ops = &hotfix_view_ops;
	v->org = xstrdup(org);
	v->app = xstrdup(app);
	v->env = xstrdup(env);
	v->hotfix = hotfix_open(ui_session(ui), org, app, env);
	session_focus(ui_session(ui), org, app);
	hotfix_update(v->hotfix);
	return &v->view;
}
