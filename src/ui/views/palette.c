/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every command of the view below, found by typing: made from its table of keys.
 *
 * A command is run as if its key had been pressed, refusals included, so there is nothing
 * that can be done only here or only there.
 */
#include "config.h"

#include "ui/views/palette.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/i18n.h"
#include "base/xmalloc.h"
#include "ui/canvas.h"
#include "ui/terminal.h"
#include "ui/view.h"
#include "ui/widgets/finder.h"

struct palette_view {
	struct view view;
	struct finder finder;		/* ids are actions in decimal */
};

static struct list *
list_of(struct view *view)
{
	return &((struct palette_view *)view)->finder.list;
}

static void
fit(struct view *view, struct ui *ui, const struct canvas *canvas)
{
	(void)ui;
	finder_fit(&((struct palette_view *)view)->finder, canvas, canvas->height >= 14);
}

static void
draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	finder_draw(&((const struct palette_view *)view)->finder, ui, canvas,
		    _("There is no such command here."));
}

/* What the selected item is; ACTION_NONE: nothing is. */
static enum action
chosen(const struct view *view)
{
	const struct finder_item *item = finder_selected(
		&((const struct palette_view *)view)->finder);

	return item ? (enum action)strtol(item->id, NULL, 10) : ACTION_NONE;
}

static bool
has_command(const struct view *view, struct ui *ui)
{
	(void)ui;
	return chosen(view) != ACTION_NONE;
}

/* The palette closes first: the command belongs to the view below. */
static void
run_command(struct view *view, struct ui *ui)
{
	enum action command = chosen(view);

	ui_pop(ui);
	ui_do(ui, command);
}

static const struct need a_command = {has_command, N_("There is no such command here."), NULL};

static const struct key keys[] = {
	{'\r', "Enter", ACTION_OPEN, N_("do it"), N_("Do what is selected."), run_command, {&a_command}},
	{27, "Esc", ACTION_BACK, N_("cancel"), N_("Do nothing and go back."), .run = ui_run_back},
	{KEY_BASE + KEY_DOWN, "Down", ACTION_DOWN, N_("down"), .help = N_("Next command.")},
	{KEY_BASE + KEY_UP, "Up", ACTION_UP, N_("up"), .help = N_("Previous command.")},
	FINDER_PAGE_KEYS,
	NO_KEY,
};

static bool
type(struct view *view, struct ui *ui, int key)
{
	(void)ui;
	return finder_type(&((struct palette_view *)view)->finder, key);
}

static void
click(struct view *view, struct ui *ui, const struct canvas *canvas, int row, int column)
{
	enum finder_click click = finder_click(&((struct palette_view *)view)->finder, row);

	(void)canvas;
	(void)column;
	if (click == FINDER_MISSED)
		return;
	if (action_changes(chosen(view)))
		ui_say(ui, _("Enter does it: a click never leads to a change."));
	else if (click == FINDER_AGAIN)
		run_command(view, ui);
	else
		ui_say(ui, _("Enter or a second click does it."));
}

static void
close_view(struct view *view)
{
	struct palette_view *p = (struct palette_view *)view;

	finder_clear(&p->finder);
	free(p);
}

const struct view_ops palette_view_ops = {
	.title = N_("Commands"),
	.keys = keys,
	.fit = fit,
	.draw = draw,
	.list = list_of,
	.type = type,
	.click = click,
	.close = close_view,
	.takes_text = true,
};

static void
add_commands(struct finder *finder, const struct key *table)
{
	for (const struct key *k = table; k->key; k++) {
		const char *help = key_help(table, k);
		char id[12], *text;

		if (!help || k->action == ACTION_PALETTE)
			continue;
		snprintf(id, sizeof(id), "%d", (int)k->action);
		/* The word of the key bar is what a person has learnt; the rest have the name of
		 * their action. */
		text = xasprintf("%s: %s", k->label ? _(k->label) : action_name(k->action),
				 _(help));
		finder_add(finder, id, text, k->shown, false);
		free(text);
	}
}

struct view *
palette_view_new(struct ui *ui, const struct view *of)
{
	struct palette_view *p = xcalloc(1, sizeof(*p));

	p->view.ops = &palette_view_ops;
	finder_init(&p->finder);
	finder_begin(&p->finder);
	add_commands(&p->finder, ui_keys(ui, of->ops));
	add_commands(&p->finder, ui_common_keys(ui));
	finder_end(&p->finder);
	return &p->view;
}
