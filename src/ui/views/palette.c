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
#include "ui/terminal.h"
#include "ui/views/finder-view.h"

static const char no_command[] = N_("No such command here.");

/* What the selected item is, whose id is an action in decimal; ACTION_NONE: nothing is. */
static enum action
chosen(const struct view *view)
{
	const struct finder_view *palette = (const struct finder_view *)view;
	const struct finder_item *item = finder_selected(&palette->finder);

	return item ? (enum action)strtol(item->id, NULL, 10) : ACTION_NONE;
}

/* The palette closes first: the command belongs to the view below. */
static void
run_command(struct view *view, struct ui *ui)
{
	enum action command = chosen(view);

	ui_pop(ui);
	ui_do(ui, command);
}

static const struct need a_command = {finder_view_has_match, no_command, NULL};

static const struct key keys[] = {
	{'\r', "Enter", ACTION_OPEN, N_("do it"), N_("Do what is selected."), run_command, {&a_command}},
	{27, "Esc", ACTION_BACK, N_("cancel"), N_("Do nothing and go back."), .run = ui_run_back},
	{KEY_BASE + KEY_DOWN, "Down", ACTION_DOWN, .help = N_("Go to the next command.")},
	{KEY_BASE + KEY_UP, "Up", ACTION_UP, .help = N_("Go to the previous command.")},
	FINDER_PAGE_KEYS,
	NO_KEY,
};

static void
click(struct view *view, struct ui *ui, const struct canvas *canvas, int row, int column)
{
	enum finder_click click = finder_click(&((struct finder_view *)view)->finder, row);

	(void)canvas;
	(void)column;
	if (click == FINDER_MISSED)
		return;
	if (action_changes(chosen(view)))
		ui_say(ui, _("{open} does it: a click never makes a change."));
	else if (click == FINDER_AGAIN)
		run_command(view, ui);
	else
		ui_say(ui, _("{open} or a second click does it."));
}

static void
close_view(struct view *view)
{
	finder_clear(&((struct finder_view *)view)->finder);
	free(view);
}

const struct view_ops palette_view_ops = {
	.title = N_("Commands"),
	.keys = keys,
	.fit = finder_view_fit,
	.draw = finder_view_draw,
	.click = click,
	.close = close_view,
	FINDER_VIEW_OPS,
};

/* Without those that the view does in its own way. */
static void
add_commands(struct finder *finder, const struct key *table, const struct key *own)
{
	for (const struct key *k = table; k->key; k++) {
		const char *help = key_help(table, k);
		char id[12], *text;

		if (!help || k->action == ACTION_PALETTE || (own && key_row_of(own, k->action)))
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
	struct finder_view *p = xcalloc(1, sizeof(*p));

	finder_view_init(p, &palette_view_ops, no_command);
	finder_begin(&p->finder);
	add_commands(&p->finder, ui_keys(ui, of->ops), NULL);
	add_commands(&p->finder, ui_common_keys(ui), ui_keys(ui, of->ops));
	finder_end(&p->finder);
	return &p->view;
}
