/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Rows point to actions and never the other way round: an action has one name and one help, a
 * view decides what it means there.  What a key needs is asked when it is pressed and when the
 * bar is drawn, by the same functions, so the bar never offers what would be refused. */
#include "config.h"

#include "ui/actions.h"

#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "flow/session.h"
#include "flow/world/world.h"
#include "ui/view.h"
#include "ui/widgets/list.h"

#define REFUSAL_BYTES_MAX 4096

static const struct {
	const char *name;
	bool changes;
	const char *help;		/* N_() */
} actions[ACTION_COUNT] = {
	[ACTION_NONE] = {"", false, NULL},
#define X(id, name, changes, help) [ACTION_##id] = {name, changes, help},
	ACTIONS(X)
#undef X
};

bool
action_changes(enum action action)
{
	return actions[action].changes;
}

const char *
action_name(enum action action)
{
	return actions[action].name;
}

enum action
action_of_name(const char *name)
{
	for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++)
		if (strcmp(actions[i].name, name) == 0)
			return (enum action)i;
	return ACTION_NONE;
}

const struct key *
key_row_of(const struct key *keys, enum action action)
{
	for (; keys->key; keys++)
		if (keys->action == action)
			return keys;
	return NULL;
}

/* A mode of the view (a question, a field) comes before its own keys, but only where it has a
 * function for the action; else its row is there for the bar. */
const struct key *
key_row_now(const struct view *view, struct ui *ui, enum action action)
{
	const struct key *mode = view->ops->mode ? view->ops->mode(view, ui) : NULL;
	const struct key *row = mode ? key_row_of(mode, action) : NULL;

	return row && row->run ? row : key_row_of(ui_keys(ui, view->ops), action);
}

/* An action that has several keys is explained once, at the first. */
const char *
key_help(const struct key *keys, const struct key *row)
{
	if (!row->shown || key_row_of(keys, row->action) != row)
		return NULL;
	return row->help ? row->help : actions[row->action].help;
}

/* What changes something asks the platform first. */
static bool
is_reachable(const struct view *view, struct ui *ui)
{
	(void)view;
	return session_world(ui_session(ui))->link != WORLD_OFFLINE;
}

const struct need need_platform = {
	is_reachable,
	N_("The platform is offline: nothing can be changed now. Press {refresh} to try again."),
	NULL,
};

/* The first of its needs that is not met; NULL: all are. */
static const struct need *
find_unmet(const struct key *row, const struct view *view, struct ui *ui)
{
	for (size_t i = 0; i < NEEDS_MAX && row->needs[i]; i++)
		if (!row->needs[i]->is_met(view, ui))
			return row->needs[i];
	return NULL;
}

bool
key_is_of_use(const struct key *row, const struct view *view, struct ui *ui)
{
	struct error err = {0};

	if (action_changes(row->action) && session_check_changes(ui_session(ui), &err) != 0)
		return false;
	return !find_unmet(row, view, ui);
}

/* The sentence with its keys, and what it is about in place of "%s". */
static void
refuse(const struct need *need, const struct view *view, struct ui *ui)
{
	const char *text = ui_keyed(ui, _(need->refusal));
	struct buf whole;

	buf_init(&whole, REFUSAL_BYTES_MAX);
	for (const char *c = text; *c; c++) {
		if (*c == '%' && c[1] == 's' && need->about)
			(void)buf_puts(&whole, need->about(view, ui));
		else
			(void)buf_append(&whole, c, 1);
		c += *c == '%' && c[1];
	}
	ui_say(ui, "%s", buf_str(&whole));
	buf_clear(&whole);
}

static void
move_in(struct view *view, struct ui *ui, enum action action)
{
	if (view->ops->act)
		view->ops->act(view, ui, action);
	else if (view->ops->list)
		(void)list_act(view->ops->list(view), action);
}

/* First whether anything may be changed at all, then what the row needs: a person who may not
 * is not to be told what else is missing. */
void
key_run(const struct key *row, struct view *view, struct ui *ui)
{
	const struct need *unmet = find_unmet(row, view, ui);
	struct error err = {0};

	if (action_changes(row->action) && session_check_changes(ui_session(ui), &err) != 0)
		ui_say_error(ui, &err);
	else if (unmet && unmet->refusal)
		refuse(unmet, view, ui);
	else if (row->run)
		row->run(view, ui);
	else
		move_in(view, ui, row->action);
	if (view->ops->acted)
		view->ops->acted(view, ui);
}
