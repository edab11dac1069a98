/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the workloads of an environment write: followed, held, and found in. */
#include "config.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "flow/logs.h"
#include "flow/session.h"
#include "flow/world.h"
#include "model/set.h"
#include "ui/canvas.h"
#include "ui/terminal.h"
#include "ui/view.h"
#include "ui/widgets/field.h"

struct logs_view {
	struct view view;
	char *org, *app, *env;
	char *workload;			/* NULL: all */
	struct logs *logs;
	bool held;
	size_t bottom;			/* lines below the last one that is seen; 0: follows */
	uint64_t revision;		/* of the logs, when bottom was true of them */
	size_t count;
	bool finding;			/* the field has the keys */
	struct field find;
};

static const struct key keys[] = {
	{27, "Esc", ACTION_BACK, N_("back"), N_("Go back.")},
	{'q', NULL, ACTION_BACK, NULL, NULL},
	{' ', "Space", ACTION_HOLD, N_("hold"), N_("Hold what is seen, and go on.")},
	{'\t', "Tab", ACTION_PANE, N_("next workload"), N_("The next workload's lines, or all.")},
	{'/', "/", ACTION_FIND, N_("find"), N_("Find a text.")},
	{'n', "n", ACTION_NEXT, NULL, N_("To the line before that has it.")},
	{'N', "N", ACTION_PREVIOUS, NULL, N_("To the next line that has it.")},
	{'G', "G", ACTION_LAST, N_("follow"), N_("To the newest lines, and follow them.")},
	{'g', "g", ACTION_FIRST, NULL, N_("To the oldest line.")},
	{KEY_BASE + KEY_END, NULL, ACTION_LAST, NULL, NULL},
	{KEY_BASE + KEY_HOME, NULL, ACTION_FIRST, NULL, NULL},
	{KEY_BASE + KEY_UP, "Up", ACTION_UP, NULL, N_("A line up.")},
	{KEY_BASE + KEY_DOWN, "Down", ACTION_DOWN, NULL, N_("A line down.")},
	{'k', NULL, ACTION_UP, NULL, NULL},
	{'j', NULL, ACTION_DOWN, NULL, NULL},
	{KEY_BASE + KEY_PPAGE, "PgUp", ACTION_PAGE_UP, NULL, N_("A page up.")},
	{KEY_BASE + KEY_NPAGE, "PgDn", ACTION_PAGE_DOWN, NULL, N_("A page down.")},
	{0, NULL, ACTION_NONE, NULL, NULL},
};

static void
reopen(struct logs_view *v, struct ui *ui)
{
	logs_close(v->logs);
	v->logs = logs_open(ui_session(ui), v->org, v->app, v->env, v->workload);
	v->bottom = 0;
	v->held = false;
	v->revision = 0;
	v->count = 0;
}

/* --- drawing --- */

/* The payload with every place of the found text marked. */
static void
draw_payload(struct canvas *c, const char *text, const char *find)
{
	const char *at = text, *hit;

	while (*find && (hit = strcasestr(at, find)) != NULL) {
		canvas_piece(c, STYLE_NORMAL, text, (size_t)(at - text), (size_t)(hit - text));
		canvas_piece(c, STYLE_NEW_MARK, text, (size_t)(hit - text),
			     (size_t)(hit - text) + strlen(find));
		at = hit + strlen(find);
	}
	canvas_bytes(c, STYLE_NORMAL, at, 0);
}

static void
draw_line(const struct logs_view *v, struct canvas *c, int row, const struct log_line *line)
{
	char stamp[16] = "";
	time_t seconds = (time_t)(line->at / 1000);
	struct tm tm;

	if (line->at > 0 && localtime_r(&seconds, &tm))
		strftime(stamp, sizeof(stamp), "%H:%M:%S", &tm);
	canvas_at(c, row, 1);
	if (c->width >= 60) {
		canvas_ours(c, STYLE_DIM, stamp);
		canvas_at(c, row, 11);
	}
	if (!v->workload) {
		canvas_foreign(c, STYLE_KEY, &line->workload, 12);
		canvas_at(c, row, c->column + 1 > (c->width >= 60 ? 24 : 10) ? c->column + 1
									   : c->width >= 60 ? 24 : 10);
	}
	draw_payload(c, untrusted_raw(&line->payload), v->find.text);
}

static void
draw_foot(const struct logs_view *v, struct canvas *c, int row)
{
	canvas_at(c, row, 1);
	if (v->finding) {
		canvas_ours(c, STYLE_DIM, _("Find"));
		canvas_ours(c, STYLE_DIM, "  ");
		field_draw(&v->find, c, c->width > 44 ? 40 : c->width - 8, true);
	} else if (logs_error(v->logs)->kind != ERROR_NONE) {
		canvas_bytes(c, STYLE_DANGER, logs_error(v->logs)->text, 0);
	} else if (v->held) {
		canvas_ours(c, STYLE_WARN, _("held; Space goes on"));
	} else if (v->bottom > 0) {
		canvas_format(c, STYLE_WARN, ngettext("%zu newer line below; G follows",
						      "%zu newer lines below; G follows", v->bottom), v->bottom);
	} else {
		canvas_ours(c, STYLE_DIM, _("following"));
	}
}

static void
draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	const struct logs_view *v = (const struct logs_view *)view;
	size_t count = logs_count(v->logs), rows = (size_t)(canvas->height > 1 ? canvas->height - 1 : 1);
	size_t end = count > v->bottom ? count - v->bottom : 0, first = end > rows ? end - rows : 0;

	(void)ui;
	for (size_t i = first; i < end; i++)
		draw_line(v, canvas, (int)(i - first), logs_line(v->logs, i));
	if (count == 0) {
		canvas_at(canvas, 0, 1);
		canvas_ours(canvas, STYLE_DIM, logs_was_read(v->logs) ? _("Nothing was written yet.")
								      : _("Reading the logs …"));
	}
	draw_foot(v, canvas, canvas->height - 1);
}

static void
subject(const struct view *view, struct ui *ui, char *out, size_t size)
{
	const struct logs_view *v = (const struct logs_view *)view;

	(void)ui;
	snprintf(out, size, _("%.60s in %.60s"), v->workload ? v->workload : _("all workloads"), v->env);
}

/* --- keys --- */

/* Lines that came while one reads further up do not move what is read. */
static void
changed(struct view *view, struct ui *ui)
{
	struct logs_view *v = (struct logs_view *)view;
	size_t count = logs_count(v->logs);

	(void)ui;
	if (logs_revision(v->logs) == v->revision)
		return;
	if (v->bottom > 0 && count > v->count)
		v->bottom += count - v->count;
	v->revision = logs_revision(v->logs);
	v->count = count;
}

static void
scroll_by(struct logs_view *v, long by)
{
	long to = (long)v->bottom + by, most = (long)logs_count(v->logs) - 1;

	v->bottom = to < 0 || most < 0 ? 0 : (size_t)(to > most ? most : to);
}

/* The next line that has the text, older (1) or newer (-1), from the last one that is seen or,
 * when `beyond`, from the one behind that. */
static void
find_line(struct logs_view *v, struct ui *ui, int step, bool beyond)
{
	long count = (long)logs_count(v->logs), i = count - 1 - (long)v->bottom - (beyond ? step : 0);

	if (!*v->find.text) {
		ui_say(ui, _("/ asks what to find."));
		return;
	}
	for (; i >= 0 && i < count; i -= step) {
		if (strcasestr(untrusted_raw(&logs_line(v->logs, (size_t)i)->payload), v->find.text)) {
			v->bottom = (size_t)(count - 1 - i);
			return;
		}
	}
	ui_say(ui, step > 0 ? _("No older line has \"%s\".") : _("No newer line has \"%s\"."), v->find.text);
}

static void
next_workload(struct logs_view *v, struct ui *ui)
{
	const struct world_environment *e =
		world_environment(session_world(ui_session(ui)), v->org, v->app, v->env);
	const char *next = NULL, *module;
	bool take = v->workload == NULL;
	json_t *body;

	if (!e || !e->set) {
		ui_say(ui, _("The workloads of %s are not known."), v->env);
		return;
	}
	json_object_foreach(set_modules(e->set), module, body) {
		if (take) {
			next = module;
			break;
		}
		take = strcmp(module, v->workload) == 0;
	}
	free(v->workload);
	v->workload = next ? xstrdup(next) : NULL;
	reopen(v, ui);
}

static void
act(struct view *view, struct ui *ui, enum action action)
{
	struct logs_view *v = (struct logs_view *)view;

	switch (action) {
	case ACTION_BACK:
		if (v->finding)
			v->finding = false;
		else
			ui_pop(ui);
		break;
	case ACTION_HOLD: v->held = !v->held; logs_hold(v->logs, v->held); break;
	case ACTION_PANE: next_workload(v, ui); break;
	case ACTION_FIND: v->finding = true; break;
	case ACTION_NEXT: find_line(v, ui, 1, true); break;
	case ACTION_PREVIOUS: find_line(v, ui, -1, true); break;
	case ACTION_LAST: v->bottom = 0; break;
	case ACTION_FIRST: scroll_by(v, (long)logs_count(v->logs)); break;
	case ACTION_UP: scroll_by(v, 1); break;
	case ACTION_DOWN: scroll_by(v, -1); break;
	case ACTION_PAGE_UP: scroll_by(v, 20); break;
	case ACTION_PAGE_DOWN: scroll_by(v, -20); break;
	default: break;
	}
}

static bool
type(struct view *view, struct ui *ui, int key)
{
	struct logs_view *v = (struct logs_view *)view;

	if (!v->finding)
		return false;
	if (key == '\r') {
		v->finding = false;
		find_line(v, ui, 1, false);
		return true;
	}
	return field_type(&v->find, key);
}

static void
close_view(struct view *view)
{
	struct logs_view *v = (struct logs_view *)view;

	logs_close(v->logs);
	free(v->org);
	free(v->app);
	free(v->env);
	free(v->workload);
	free(v);
}

const struct view_ops logs_view_ops = {
	.title = N_("Logs"), .keys = keys, .draw = draw, .subject = subject, .act = act,
	.type = type, .changed = changed, .close = close_view,
};

struct view *
logs_view_new(struct ui *ui, const char *org, const char *app, const char *env, const char *workload)
{
	struct logs_view *v = xcalloc(1, sizeof(*v));

	v->view.ops = &logs_view_ops;
	v->org = xstrdup(org);
	v->app = xstrdup(app);
	v->env = xstrdup(env);
	v->workload = workload ? xstrdup(workload) : NULL;
	reopen(v, ui);
	return &v->view;
}
