/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Interrupted operations: what was begun and left, how far it came, and what the platform says
 * of it now.  The person resumes or abandons each; leaving the view decides nothing.
 */
#include "config.h"

#include "ui/views/interrupted.h"

#include <assert.h>
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
#include "flow/session.h"
#include "flow/verbs/flow.h"
#include "flow/verbs/interrupted.h"
#include "flow/verbs/resume.h"
#include "ui/canvas.h"
#include "ui/terminal.h"
#include "ui/view.h"
#include "ui/views/progress.h"
#include "ui/views/prompt.h"
#include "ui/views/review.h"
#include "ui/widgets/list.h"

#define LABEL_COLUMNS 14
#define PARAGRAPH_ROWS 4

struct interrupted_view {
	struct view view;
	struct interrupted *operations;
	struct list list;
};

/* --- the cursor --- */

static void
id_of_operation(const void *data, size_t row, struct buf *out)
{
	const struct interrupted *operations = ((const struct interrupted_view *)data)->operations;

	(void)buf_puts(out, untrusted_raw(&interrupted_get(operations, row)->record.id));
}

static struct list *
list_of(struct view *view)
{
	return &((struct interrupted_view *)view)->list;
}

/* NULL: none is there. */
static const struct interrupted_operation *
selected(const struct view *view)
{
	const struct interrupted_view *v = (const struct interrupted_view *)view;

	return v->list.count ? interrupted_get(v->operations, v->list.at) : NULL;
}

/* For the keys that need one: there is one. */
static const struct interrupted_operation *
chosen(const struct view *view)
{
	const struct interrupted_operation *op = selected(view);

	assert(op);
	return op;
}

static void
subject(const struct view *view, struct ui *ui, char *out, size_t size)
{
	size_t count = interrupted_count(((const struct interrupted_view *)view)->operations);

	(void)ui;
	snprintf(out, size, ngettext("%zu operation", "%zu operations", count), count);
}

/* --- drawing --- */

static void
draw_row(struct canvas *c, int row, const struct interrupted_operation *op, bool is_selected)
{
	enum style style = is_selected ? STYLE_SELECTED : STYLE_NORMAL;
	char *title = interrupted_title(&op->record), ago[64];

	canvas_move(c, row, 0);
	if (is_selected)
		canvas_fill_row(c, STYLE_SELECTED);
	canvas_move(c, row, 1);
	canvas_glyph(c, is_selected ? STYLE_SELECTED : STYLE_WARN, GLYPH_HALF);
	canvas_text(c, style, " ");
	canvas_untrusted_bytes(c, style, title, c->width > 24 ? c->width - 20 : 0);
	clock_ago(ago, clock_wall_ms() - op->record.created_at);
	canvas_format(c, is_selected ? STYLE_SELECTED : STYLE_DIM, "  %s", ago);
	free(title);
}

/* The next free row. */
static int
draw_line(struct canvas *c, int row, const char *label, enum style style, const char *text)
{
	struct canvas body = canvas_sub(c, row, LABEL_COLUMNS + 1, c->height - row,
					c->width - LABEL_COLUMNS - 2);
	int used;

	if (row >= c->height)
		return row;
	canvas_move(c, row, 1);
	canvas_text(c, STYLE_DIM, label);
	canvas_move(&body, 0, 0);
	used = canvas_paragraph(&body, style, text, PARAGRAPH_ROWS);
	return row + (used > 0 ? used : 1);
}

/* What is best done now, and not only what can be done: the keys are in the bar. */
static const char *
choice_words(const struct interrupted_operation *op)
{
	switch (op->kind) {
	case INTERRUPTED_EXPIRED:
		return _(
			"The approval has expired and nothing was done: review it again, or abandon it.");
	case INTERRUPTED_FIRST_RELEASE:
		return _(
			"It was begun by an earlier release, whose steps are not known here: it can only be abandoned.");
	case INTERRUPTED_NOT_OURS:
		return _(
			"It was begun by another version of sidestage, or its record is damaged: it can only be abandoned here.");
	case INTERRUPTED_RESUMABLE:
		break;
	}
	if (op->deed == DEED_DONE || op->deed == DEED_FAILED)
		return _("Resuming sends nothing again: it only notes how it ended.");
	if (op->moved)
		return _(
			"It was changed by somebody else since: resuming will be refused. Review it again.");
	return _("Resume it, or abandon it. Nothing happens until you decide.");
}

static int
draw_step(struct canvas *c, int row, const struct interrupted_operation *op)
{
	const struct operation *o = &op->record;
	char *text;

	if (op->step >= o->step_count)
		return row;
	text = xasprintf(_("step %zu of %zu: %s"), op->step + 1, o->step_count,
			 flow_record_step_name(o, op->step));
	row = draw_line(c, row, _("interrupted"), STYLE_NORMAL, text);
	free(text);
	return row;
}

static void
draw_details(struct canvas *c, int row, const struct interrupted_operation *op)
{
	const struct operation *o = &op->record;
	char stamp[CLOCK_STAMP_SIZE], *unread;

	clock_local(stamp, o->created_at);
	row = draw_line(c, row, _("approved"), STYLE_NORMAL, stamp);
	if (o->summary.raw)
		row = draw_line(c, row, _("what"), STYLE_NORMAL, o->summary.raw);
	if (o->reason.raw)
		row = draw_line(c, row, _("reason"), STYLE_NORMAL, o->reason.raw);
	row = draw_step(c, row, op);
	if (knowledge_is_current(&op->asked)) {
		row = draw_line(c, row, _("now"), op->moved ? STYLE_WARN : STYLE_STRONG, op->now);
	} else {
		unread = knowledge_text(&op->asked, clock_wall_ms());
		row = draw_line(c, row, _("now"), STYLE_DIM,
				*unread ? unread : _("asking the platform"));
		free(unread);
	}
	(void)draw_line(c, row + 1, "", STYLE_NORMAL, choice_words(op));
}

static void
fit(struct view *view, struct ui *ui, const struct canvas *canvas)
{
	struct list *list = list_of(view);
	int rows = canvas->height > 12 ? canvas->height / 3 : 2;

	(void)ui;
	list_fit(list, 0, list->count < (size_t)rows ? (int)list->count : rows);
}

static void
draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	const struct interrupted_view *v = (const struct interrupted_view *)view;
	const struct list *list = &v->list;
	struct viewport part = list_part(list);

	if (list->count == 0) {
		canvas_move(canvas, 1, 1);
		canvas_text(canvas, STYLE_DIM, _("No operation is interrupted."));
		return;
	}
	for (size_t i = list->first; i < list_end(list); i++)
		draw_row(canvas, (int)(i - list->first), interrupted_get(v->operations, i),
			 i == list->at);
	ui_in_sight(ui, &part);
	canvas_hline(canvas, (int)list->rows);
	draw_details(canvas, (int)list->rows + 1, interrupted_get(v->operations, list->at));
}

/* --- deciding: the target is a record that is made when the prompt opens --- */

struct decision {
	char *id, *env, *title, *note;
};

static struct decision *
decide_about(const struct interrupted_operation *op)
{
	struct decision *d = xcalloc(1, sizeof(*d));

	d->id = xstrdup(untrusted_raw(&op->record.id));
	d->env = xstrdup(untrusted_raw(&op->record.env));
	d->title = interrupted_title(&op->record);
	return d;
}

static void
drop_decision(void *data)
{
	struct decision *d = data;

	free(d->id);
	free(d->env);
	free(d->title);
	free(d->note);
	free(d);
}

static void
resume(struct ui *ui, const char *id)
{
	struct error err = {0};
	struct flow *flow = flow_resume(ui_session(ui), id, &err);

	if (flow)
		ui_replace(ui, progress_view_new(flow));
	else
		ui_say_error(ui, &err);
}

static const char *
check_env(void *data, const char *text)
{
	return strcmp(text, ((struct decision *)data)->env) == 0 ? NULL
		: _("Type the id of the environment to resume.");
}

static void
env_given(void *data, struct ui *ui, const char *text)
{
	if (!check_env(data, text))
		resume(ui, ((struct decision *)data)->id);
}

/* What is protected asks for its name, as it did before it was approved.  What cannot be
 * resumed is refused by flow_resume() in its own words, without asking for anything first. */
static void
run_resume(struct view *view, struct ui *ui)
{
	const struct interrupted_operation *op = chosen(view);
	const struct operation *o = &op->record;
	struct decision *d;

	if (!session_is_protected(ui_session(ui), untrusted_raw(&o->env),
				  untrusted_raw(&o->env_type)) ||
	    op->kind != INTERRUPTED_RESUMABLE) {
		resume(ui, untrusted_raw(&o->id));
		return;
	}
	d = decide_about(op);
	d->note = xasprintf(_("Type \"%s\" to resume."), d->env);
	ui_push(ui, prompt_view_new(&(struct prompt){.title = N_("Resume"),
						     .initial = (char *)(uintptr_t) "",
						     .subject = d->title,
						     .label = N_("Environment"),
						     .note = d->note,
						     .check = check_env,
						     .done = env_given,
						     .drop = drop_decision,
						     .data = d}));
}

/* Any reason, and none, will do. */
static const char *
check_reason(void *data, const char *text)
{
	(void)data;
	(void)text;
	return NULL;
}

static void
reason_given(void *data, struct ui *ui, const char *text)
{
	struct decision *d = data;
	struct error err = {0};

	if (flow_abandon(ui_session(ui), d->id, text, &err) != 0) {
		ui_say_error(ui, &err);
		return;
	}
	ui_say(ui, _("Abandoned. The platform keeps what was already sent."));
	ui_pop(ui);
}

static void
run_abandon(struct view *view, struct ui *ui)
{
	struct decision *d = decide_about(selected(view));

	ui_push(ui,
		prompt_view_new(&(struct prompt){
			.title = N_("Abandon"),
			.initial = (char *)(uintptr_t) "",
			.subject = d->title,
			.label = N_("Reason (optional)"),
			.note = N_(
				"It will not be resumed. The platform keeps what was already sent."),
			.check = check_reason,
			.done = reason_given,
			.drop = drop_decision,
			.data = d}));
}

static void
run_review(struct view *view, struct ui *ui)
{
	struct error err = {0};
	struct flow *flow = flow_review_again(ui_session(ui),
					      untrusted_raw(&chosen(view)->record.id), &err);

	if (flow)
		ui_replace(ui, review_view_new(flow));
	else
		ui_say_error(ui, &err);
}

static void
run_ask_again(struct view *view, struct ui *ui)
{
	interrupted_ask_again(((struct interrupted_view *)view)->operations);
	ui_say(ui, _("Asking the platform again."));
}

/* --- keys --- */

static bool
has_operation(const struct view *view, struct ui *ui)
{
	(void)ui;
	return selected(view) != NULL;
}

static bool
is_resumable(const struct view *view, struct ui *ui)
{
	(void)ui;
	return chosen(view)->kind == INTERRUPTED_RESUMABLE;
}

static bool
is_reviewable(const struct view *view, struct ui *ui)
{
	return is_resumable(view, ui) || chosen(view)->kind == INTERRUPTED_EXPIRED;
}

static bool
may_change(const struct view *view, struct ui *ui)
{
	struct error err = {0};

	(void)view;
	return session_check_changes(ui_session(ui), &err) == 0;
}

static const struct need an_operation = {has_operation, N_("No operation is interrupted."), NULL};
/* Whoever is asked knows why not. */
static const struct need resumable = {is_resumable, NULL, NULL},
			 reviewable = {is_reviewable, NULL, NULL};
static const struct need changes_allowed = {may_change, NULL, NULL};

static const struct key keys[] = {
	{'S', "S", ACTION_RESUME, N_("resume"), NULL, run_resume, {&an_operation, &resumable}},
	{'X', "X", ACTION_ABANDON, N_("abandon"), NULL, run_abandon, {&an_operation}},
	{'\r', "Enter", ACTION_OPEN, N_("review again"),
	 N_("Review the same change again; the old operation is abandoned."),
	 run_review, {&an_operation, &reviewable, &changes_allowed}},
	{27, "Esc", ACTION_BACK, N_("decide later"), N_("Decide nothing now and go back."), .run = ui_run_back},
	{'q', NULL, ACTION_BACK, .help = NULL},
	{'R', "R", ACTION_REFRESH, N_("ask again"), N_("Ask the platform again."), .run = run_ask_again},
	{KEY_BASE + KEY_UP, "Up", ACTION_UP, NULL, N_("Go to the previous operation."), NULL, {&an_operation}},
	{KEY_BASE + KEY_DOWN, "Down", ACTION_DOWN, NULL, N_("Go to the next operation."), NULL, {&an_operation}},
	{'k', "k", ACTION_UP, .help = NULL},
	{'j', "j", ACTION_DOWN, .help = NULL},
	NO_KEY,
};

/* Without an operation nothing is decided later. */
static const struct key no_operation_keys[] = {
	{27, "Esc", ACTION_BACK, N_("back"), .run = ui_run_back},
	{'R', "R", ACTION_REFRESH, N_("ask again"), .run = run_ask_again},
	{'?', "?", ACTION_HELP, N_("help"), .help = NULL},
	NO_KEY,
};

static const struct key *
mode(const struct view *view, struct ui *ui)
{
	(void)ui;
	return selected(view) ? NULL : no_operation_keys;
}

/* The cursor keeps its operation, whatever ended meanwhile; with the last one the view goes. */
static void
changed(struct view *view, struct ui *ui)
{
	struct interrupted_view *v = (struct interrupted_view *)view;
	bool was_there = v->list.count > 0;

	interrupted_update(v->operations);
	list_update(&v->list, interrupted_count(v->operations));
	if (was_there && v->list.count == 0 && ui_top(ui) == view)
		ui_pop(ui);
}

static void
close_view(struct view *view)
{
	struct interrupted_view *v = (struct interrupted_view *)view;

	interrupted_close(v->operations);
	list_clear(&v->list);
	free(v);
}

const struct view_ops interrupted_view_ops = {
	.title = N_("Interrupted"),
	.keys = keys,
	.mode = mode,
	.fit = fit,
	.draw = draw,
	.subject = subject,
	.list = list_of,
	.changed = changed,
	.close = close_view,
	.unseen_keys_dropped = true,
};

struct view *
interrupted_view_new(struct ui *ui)
{
	struct interrupted_view *v = xcalloc(1, sizeof(*v));

	v->view.ops = &interrupted_view_ops;
	v->operations = interrupted_open(ui_session(ui));
	list_init(&v->list, id_of_operation, v);
	interrupted_ask(v->operations);
	list_update(&v->list, interrupted_count(v->operations));
	return &v->view;
}
