/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * One hotfix from clone to carry: what is done and by whom, what is next and with which key.
 * The state is flow/hotfix.c's; here are its looks, and the keys that do the next step.
 */
#include "config.h"

#include "ui/views/hotfix.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "flow/hotfix-words.h"
#include "flow/hotfix.h"
#include "flow/session.h"
#include "flow/verbs/flow.h"
#include "flow/world/reach.h"
#include "flow/world/words.h"
#include "flow/world/world.h"
#include "model/set.h"
#include "ui/canvas.h"
#include "ui/terminal.h"
#include "ui/view.h"
#include "ui/views/board-model.h"
#include "ui/views/compare.h"
#include "ui/views/edit.h"
#include "ui/views/environment.h"
#include "ui/views/hotfix-draw.h"
#include "ui/views/hotfix-state.h"
#include "ui/views/logs.h"
#include "ui/views/moment.h"
#include "ui/views/operation.h"
#include "ui/views/picker.h"
#include "ui/views/prompt.h"

/* --- what is selected --- */

const struct world_environment *
hotfix_view_clone(const struct hotfix_view *v, struct ui *ui)
{
	return world_environment(session_world(ui_session(ui)), v->org, v->app, v->env);
}

enum hotfix_step_id
hotfix_view_at(const struct hotfix_view *v)
{
	return (enum hotfix_step_id)v->steps.at;
}

const struct hotfix_items *
hotfix_view_items(const struct hotfix_view *v)
{
	return hotfix_view_at(v) == HOTFIX_CARRY ? &v->others : &v->modules;
}

static void
id_of_step(const void *data, size_t row, struct buf *out)
{
	(void)data;
	(void)buf_printf(out, "%zu", row);
}

static void
id_of_item(const void *data, size_t row, struct buf *out)
{
	(void)buf_puts(out, ((const struct hotfix_items *)data)->names[row]);
}

static struct list *
list_of(struct view *view)
{
	return &((struct hotfix_view *)view)->steps;
}

/* NULL: there is nothing to choose from. */
static const char *
picked(const struct hotfix_items *items)
{
	return items->list.count ? items->names[items->list.at] : NULL;
}

/* NULL: none is, or the list has environments. */
static const char *
picked_module(const struct hotfix_view *v)
{
	return hotfix_view_at(v) == HOTFIX_CARRY ? NULL : picked(&v->modules);
}

/* --- what there is below --- */

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
drop_names(struct hotfix_items *items, size_t count)
{
	while (count > 0)
		free(items->names[--count]);
	free(items->names);
	items->names = NULL;
}

/* Copies of the names: the set that has them may be replaced while the cursor is on one. */
static void
read_modules(struct hotfix_view *v, struct ui *ui)
{
	const struct world_environment *e = hotfix_view_clone(v, ui);
	json_t *modules = e && e->set ? set_modules(e->set) : NULL, *module;
	size_t count = 0;
	const char *name;

	drop_names(&v->modules, v->modules.list.count);
	v->modules.names = xcalloc(json_object_size(modules) + 1, sizeof(*v->modules.names));
	json_object_foreach(modules, name, module)
		v->modules.names[count++] = xstrdup(name);
	qsort(v->modules.names, count, sizeof(*v->modules.names), compare_names);
	list_update(&v->modules.list, count);
}

/* Before one is chosen the cursor is on the first that lacks the fix. */
static void
read_others(struct hotfix_view *v)
{
	size_t count = hotfix_other_count(v->hotfix);

	drop_names(&v->others, v->others.list.count);
	v->others.names = xcalloc(count + 1, sizeof(*v->others.names));
	v->others.list.suggested = 0;
	for (size_t i = count; i-- > 0;) {
		const struct hotfix_other *other = hotfix_other(v->hotfix, i);

		v->others.names[i] = xstrdup(other->env);
		if (other->is_known && other->carry.state == CARRY_LACKS)
			v->others.list.suggested = i;
	}
	list_update(&v->others.list, count);
}

/* --- actions --- */

static void
run_version(struct view *view, struct ui *ui)
{
	struct hotfix_view *v = (struct hotfix_view *)view;
	const struct world_environment *e = hotfix_view_clone(v, ui);
	const char *module, *image;

	if (hotfix_view_at(v) == HOTFIX_CARRY)	/* the list below becomes that of the workloads */
		list_select(&v->steps, HOTFIX_FIX);
	module = picked(&v->modules);
	image = module && e->set ? set_module_image(e->set, module) : NULL;
	if (image)
		ui_push(ui, picker_view_new(ui, v->org, v->app, v->env, module, image));
	else
		ui_say(ui, _("Cannot tell what runs in %s."), v->env);
}

static void
run_edit(struct view *view, struct ui *ui)
{
	const struct hotfix_view *v = (const struct hotfix_view *)view;

	ui_edit_workload(ui, v->org, v->app, v->env, picked_module(v));
}

static void
run_promote(struct view *view, struct ui *ui)
{
	const struct hotfix_view *v = (const struct hotfix_view *)view;

	operation_review(ui, &(struct flow_request){.verb = FLOW_PROMOTE,
						    .org = v->org,
						    .app = v->app,
						    .env = hotfix_origin(v->hotfix),
						    .source = v->env,
						    .decides = true});
}

static void
run_discard(struct view *view, struct ui *ui)
{
	const struct hotfix_view *v = (const struct hotfix_view *)view;

	operation_review(
		ui, &(struct flow_request){
			    .verb = FLOW_DISCARD, .org = v->org, .app = v->app, .env = v->env});
}

static void
run_diff(struct view *view, struct ui *ui)
{
	const struct hotfix_view *v = (const struct hotfix_view *)view;
	const struct moment from = {.env = hotfix_origin(v->hotfix)}, to = {.env = v->env};

	ui_push(ui, compare_view_new(ui, v->org, v->app, &from, &to));
}

static void
run_logs(struct view *view, struct ui *ui)
{
	const struct hotfix_view *v = (const struct hotfix_view *)view;

	ui_push(ui, logs_view_new(ui, v->org, v->app, v->env, picked_module(v)));
}

static void
run_open(struct view *view, struct ui *ui)
{
	const struct hotfix_view *v = (const struct hotfix_view *)view;

	ui_push(ui, environment_view_new(ui, v->org, v->app, v->env));
}

static void
run_copy(struct view *view, struct ui *ui)
{
	const struct hotfix_view *v = (const struct hotfix_view *)view;
	const char *module = picked_module(v);
	const struct world_environment *clone = hotfix_view_clone(v, ui);
	char *address = module ? reach_address(clone, module) : NULL;
	const char *command = module ? reach_command(clone, module) : NULL;
	char *shown = text_printable(address ? address : command ? command : "");

	if (address)
		ui_copy(ui, _("the address"), shown);
	else if (command)
		ui_copy(ui, _("the command"), shown);
	else
		ui_say(ui, _("There is nothing to copy here: no address."));
	free(shown);
	free(address);
}

static void
run_carry(struct view *view, struct ui *ui)
{
	struct hotfix_view *v = (struct hotfix_view *)view;
	struct flow_request request;
	struct error err = {0};

	list_select(&v->steps, HOTFIX_CARRY);
	if (hotfix_carry_request(v->hotfix, picked(&v->others), &request, &err) != 0) {
		ui_say_error(ui, &err);
		return;
	}
	request.decides = true;
	operation_review(ui, &request);
}

static struct list *
items_of(struct view *view)
{
	struct hotfix_view *v = (struct hotfix_view *)view;

	return hotfix_view_at(v) == HOTFIX_CARRY ? &v->others.list : &v->modules.list;
}

static void
run_previous_item(struct view *view, struct ui *ui)
{
	struct list *list = items_of(view);

	(void)ui;
	list_select(list, (long)list->at - 1);
}

static void
run_next_item(struct view *view, struct ui *ui)
{
	struct list *list = items_of(view);

	(void)ui;
	list_select(list, (long)list->at + 1);
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
		[HOTFIX_REPRODUCE] = N_(
			"You have seen the bug in the clone.  Your note is for whoever takes over."),
		[HOTFIX_VERIFY] = N_("You have seen that the bug is gone in the clone."),
		[HOTFIX_CARRY] = N_("Environments that lack the fix stay as they are; say why."),
	};
	struct mark_request *r = xcalloc(1, sizeof(*r));
	struct prompt prompt = {
		.title = N_("Mark as done"), .subject = _(words_of_step(step)), .label = N_("Note (optional)"), .note = notes[step],
		.initial = (char *)(uintptr_t)"", .check = check_note, .done = note_given,
		.drop = drop_mark, .data = r,
	};

	*r = (struct mark_request){v, step};
	ui_push(ui, prompt_view_new(&prompt));
}

/* The same key takes a mark back; what an operation does is nobody's to mark. */
static void
run_mark(struct view *view, struct ui *ui)
{
	struct hotfix_view *v = (struct hotfix_view *)view;
	enum hotfix_step_id step = hotfix_view_at(v);
	const struct hotfix_step *s = hotfix_step(v->hotfix, step);
	struct error err = {0};

	if (!hotfix_is_marked_by_hand(step)) {
		ui_say(ui,
		       _("An operation does this step. Only reproduce, verify and carry are marked by hand."));
	} else if (step == HOTFIX_CARRY && s->state == HOTFIX_DONE && !s->at) {
		ui_say(ui, _("Every other environment has the fix; there is nothing to mark."));
	} else if (s->state == HOTFIX_DONE) {
		if (hotfix_unmark(v->hotfix, step, &err) != 0)
			ui_say_error(ui, &err);
		else
			ui_say(ui, _("The step is no longer marked."));
	} else if (session_read_only(ui_session(ui))) {
		ui_say(ui, _("This is a read-only session."));
	} else {
		ask_note(v, ui, step);
	}
}

/* --- keys --- */

static bool
has_clone(const struct view *view, struct ui *ui)
{
	return hotfix_view_clone((const struct hotfix_view *)view, ui) != NULL;
}

static bool
has_origin(const struct view *view, struct ui *ui)
{
	(void)ui;
	return hotfix_origin(((const struct hotfix_view *)view)->hotfix) != NULL;
}

static bool
has_module(const struct view *view, struct ui *ui)
{
	(void)ui;
	return picked_module((const struct hotfix_view *)view) != NULL;
}

static bool
has_others(const struct view *view, struct ui *ui)
{
	(void)ui;
	return ((const struct hotfix_view *)view)->others.list.count > 0;
}

static bool
is_promoted(const struct view *view, struct ui *ui)
{
	(void)ui;
	return hotfix_step(((const struct hotfix_view *)view)->hotfix, HOTFIX_PROMOTE)->state ==
	       HOTFIX_DONE;
}

static const char *
clone_name(const struct view *view, struct ui *ui)
{
	(void)ui;
	return ((const struct hotfix_view *)view)->env;
}

static const struct need a_clone = {has_clone, N_("%s is not there any more."), clone_name};
static const struct need an_origin = {has_origin, N_("The source of %s is not known."),
				      clone_name};
static const struct need a_module = {has_module, N_("Cannot tell what runs in %s."), clone_name};
static const struct need another_environment = {has_others, N_("There is no other environment."),
						NULL};
static const struct need a_promotion = {is_promoted, NULL, NULL};

static const struct key keys[] = {
	{27, "Esc", ACTION_BACK, N_("back"), .run = ui_run_back},
	{'q', NULL, ACTION_BACK, .help = NULL},
	{' ', "Space", ACTION_MARK, N_("mark"), N_("Record the step as done, or undo that."), .run = run_mark},
	{'V', "V", ACTION_VERSION, N_("version"), N_("Change the version of a workload in the clone."),
	 run_version, {&a_clone}},
	{'E', "E", ACTION_EDIT, NULL, NULL, run_edit, {&a_clone, &a_module}},
	{'P', "P", ACTION_PROMOTE, N_("promote"), N_("Promote the fix to the clone's source."),
	 run_promote, {&a_clone, &an_origin}},
	{'X', "X", ACTION_DISCARD, N_("discard"), NULL, run_discard, {&a_clone}},
	{'T', "T", ACTION_CARRY, N_("carry"), NULL, run_carry, {&another_environment, &a_promotion}},
	{'l', "l", ACTION_LOGS, N_("logs"), N_("Show the clone's logs."), run_logs, {&a_clone}},
	{'d', "d", ACTION_DIFF, N_("diff"), NULL, run_diff, {&a_clone, &an_origin}},
	{'\r', "Enter", ACTION_OPEN, N_("open"), NULL, run_open, {&a_clone}},
	{KEY_BASE + KEY_UP, "Up", ACTION_UP, NULL, .help = N_("Go to the previous step.")},
	{KEY_BASE + KEY_DOWN, "Down", ACTION_DOWN, NULL, .help = N_("Go to the next step.")},
	{'k', NULL, ACTION_UP, .help = NULL},
	{'j', NULL, ACTION_DOWN, .help = NULL},
	{KEY_BASE + KEY_LEFT, "Left", ACTION_LEFT, NULL,
	 N_("Go to the previous workload or environment in the list below."), .run = run_previous_item},
	{KEY_BASE + KEY_RIGHT, "Right", ACTION_RIGHT, NULL,
	 N_("Go to the next workload or environment in the list below."), .run = run_next_item},
	{'g', "g", ACTION_FIRST, NULL, .help = N_("Go to the first step.")},
	{'G', "G", ACTION_LAST, NULL, .help = N_("Go to the last step.")},
	{'y', "y", ACTION_COPY, NULL, N_("Copy the address of the workload that is selected below."),
	 run_copy, {&a_clone}},
	NO_KEY,
};

/* The next step takes the cursor again when the one under it was done meanwhile. */
static void
changed(struct view *view, struct ui *ui)
{
	struct hotfix_view *v = (struct hotfix_view *)view;
	enum hotfix_step_id before = hotfix_now(v->hotfix), now;

	hotfix_update(v->hotfix);
	now = hotfix_now(v->hotfix);
	v->steps.suggested = now == HOTFIX_STEP_COUNT ? HOTFIX_CARRY : now;
	if (now != before && hotfix_step(v->hotfix, hotfix_view_at(v))->state == HOTFIX_DONE)
		list_select_id(&v->steps, NULL);
	list_update(&v->steps, HOTFIX_STEP_COUNT);
	read_modules(v, ui);
	read_others(v);
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
	drop_names(&v->modules, v->modules.list.count);
	drop_names(&v->others, v->others.list.count);
	list_clear(&v->modules.list);
	list_clear(&v->others.list);
	list_clear(&v->steps);
	free(v);
}

const struct view_ops hotfix_view_ops = {
	.title = N_("Hotfix"),
	.keys = keys,
	.fit = hotfix_fit,
	.draw = hotfix_draw,
	.subject = subject,
	.list = list_of,
	.changed = changed,
	.close = close_view,
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
	list_init(&v->steps, id_of_step, v);
	v->steps.is_suggested = true;
	list_init(&v->modules.list, id_of_item, &v->modules);
	list_init(&v->others.list, id_of_item, &v->others);
	v->modules.list.is_suggested = v->others.list.is_suggested = true;
	changed(&v->view, ui);
	return &v->view;
}
