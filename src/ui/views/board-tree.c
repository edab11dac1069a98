/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The applications beside the board: one is always open, and the arrows go from one to the next. */
#include "config.h"

#include <limits.h>
#include <stdint.h>

#include "base/text.h"
#include "flow/session.h"
#include "flow/world.h"
#include "ui/view.h"
#include "ui/views/board.h"

void
board_open_application(struct board_view *b, struct ui *ui, const char *org, const char *app)
{
	board_replace(&b->org, org);
	board_replace(&b->app, app);
	board_replace(&b->env, NULL);
	board_replace(&b->module, NULL);
	board_replace(&b->baseline, NULL);
	board_arrange(b, ui);
	session_focus(ui_session(ui), b->org, b->app);
}

/* Of all organizations; *here: which of them is open, if one is. */
static size_t
count_applications(const struct board_view *b, const struct world *world, size_t *here)
{
	size_t count = 0;

	for (size_t i = 0; i < world->count; i++) {
		const struct world_organization *o = &world->organizations[i];
		bool open = b->org && untrusted_is(&o->organization.id, b->org);

		for (size_t k = 0; k < o->count; k++, count++)
			if (open && b->app && untrusted_is(&o->applications[k].application.id, b->app))
				*here = count;
	}
	return count;
}

/* So many applications down (> 0) or up, within those there are. */
static void
step_application(struct board_view *b, struct ui *ui, const struct world *world, long step)
{
	size_t here = SIZE_MAX, count = count_applications(b, world, &here), to;

	if (here == SIZE_MAX || step == 0)
		return;
	if (step < 0)
		to = (size_t)-step < here ? here - (size_t)-step : 0;
	else
		to = (size_t)step < count - here ? here + (size_t)step : count - 1;
	if (to == here)
		return;
	for (size_t i = 0; i < world->count; to -= world->organizations[i++].count) {
		const struct world_organization *o = &world->organizations[i];

		if (to >= o->count)
			continue;
		board_open_application(b, ui, untrusted_raw(&o->organization.id),
				 untrusted_raw(&o->applications[to].application.id));
		return;
	}
}

bool
board_act_in_tree(struct board_view *b, struct ui *ui, enum action action, const struct world *world)
{
	long page = b->tree_rows > 1 ? b->tree_rows - 1 : 1;

	switch (action) {
	case ACTION_UP: step_application(b, ui, world, -1); return true;
	case ACTION_DOWN: step_application(b, ui, world, 1); return true;
	case ACTION_PAGE_UP: step_application(b, ui, world, -page); return true;
	case ACTION_PAGE_DOWN: step_application(b, ui, world, page); return true;
	case ACTION_FIRST: step_application(b, ui, world, -LONG_MAX); return true;
	case ACTION_LAST: step_application(b, ui, world, LONG_MAX); return true;
	case ACTION_RIGHT:
	case ACTION_OPEN:
	case ACTION_BACK:
	case ACTION_PANE: b->in_tree = false; return true;
	case ACTION_LEFT: return true;
	default: return false;
	}
}

void
board_click_tree(struct board_view *b, struct ui *ui, const struct world *world, int clicked)
{
	int row = 1 - b->tree_top;

	if (clicked < 1)
		return;
	for (size_t i = 0; i < world->count; i++) {
		const struct world_organization *o = &world->organizations[i];
		bool open = b->org && untrusted_is(&o->organization.id, b->org);
		bool chosen = row++ == clicked && !open && o->count > 0;
		size_t which = 0;

		for (size_t k = 0; open && k < o->count; k++) {
			if (row++ == clicked) {
				chosen = true;
				which = k;
			}
		}
		if (chosen) {
			board_open_application(b, ui, untrusted_raw(&o->organization.id),
					 untrusted_raw(&o->applications[which].application.id));
			return;
		}
	}
}
