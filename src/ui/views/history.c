/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Every operation, newest last as a story is told: what was done on one clone stands together
 * and folds, and what is typed behind `/` is found in all of it.
 */
#include "config.h"

#include "flow/world/sets.h"
#include "ui/views/history.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/session.h"
#include "flow/verbs/flow.h"
#include "flow/world/world.h"
#include "model/set.h"
#include "store/search.h"
#include "ui/canvas.h"
#include "ui/terminal.h"
#include "ui/view.h"
#include "ui/views/board.h"
#include "ui/views/history-draw.h"
#include "ui/views/history-read.h"
#include "ui/views/history-state.h"
#include "ui/views/interrupted.h"
#include "ui/views/operation.h"
#include "ui/widgets/viewport.h"

#define ROWS_AHEAD 20	/* rows to the end of what is at hand, where more is read */

/* --- the rows ------------------------------------------------------------------------- */

/* NULL: there is none. */
static const struct history_row *
selected_row(const struct history_view *h)
{
	return h->cursor.at < h->row_count ? &h->rows[h->cursor.at] : NULL;
}

const struct operation *
history_selected(const struct history_view *h)
{
	const struct history_row *row = selected_row(h);

	return row && !row->is_story ? &h->list.items[row->at] : NULL;
}

static const char *
story_id(const struct history_view *h, size_t story)
{
	return untrusted_raw(&h->list.items[h->stories.items[story].first].id);
}

/* An operation and the story that it began are two rows. */
static void
id_of_row(const void *data, size_t row, struct buf *out)
{
	const struct history_view *h = data;
	const struct history_row *r = &h->rows[row];

	(void)buf_printf(out, "%s %s", r->is_story ? "story" : "operation",
			 r->is_story ? story_id(h, r->at)
				     : untrusted_raw(&h->list.items[r->at].id));
}

static struct list *
list_of(struct view *view)
{
	return &((struct history_view *)view)->cursor;
}

bool
history_is_folded(const struct history_view *h, size_t story)
{
	for (size_t i = 0; i < h->folded_count; i++)
		if (strcmp(h->folded[i], story_id(h, story)) == 0)
			return true;
	return false;
}

static void
add_row(struct history_view *h, bool is_story, size_t at)
{
	h->rows[h->row_count++] = (struct history_row){is_story, at};
}

/* A story stands where the newest of it that is shown would. */
static void
add_story(struct history_view *h, size_t story, size_t newest)
{
	add_row(h, true, story);
	if (history_is_folded(h, story))
		return;
	for (size_t i = h->stories.items[story].first + 1; i-- > newest;)
		if (h->stories.of[i] == story && h->found[i])
			add_row(h, false, i);
}

static bool
is_newest_shown(const struct history_view *h, size_t at)
{
	for (size_t i = h->stories.items[h->stories.of[at]].last; i < at; i++)
		if (h->stories.of[i] == h->stories.of[at] && h->found[i])
			return false;
	return true;
}

void
history_make_rows(struct history_view *h)
{
	h->rows = xreallocarray(h->rows, h->list.count + h->stories.count + 1, sizeof(*h->rows));
	h->row_count = 0;
	for (size_t i = h->list.count; i-- > 0;) {
		if (!h->found[i])
			continue;
		if (h->stories.of[i] == NO_STORY)
			add_row(h, false, i);
		else if (is_newest_shown(h, i))
			add_story(h, h->stories.of[i], i);
	}
	list_update(&h->cursor, h->row_count);
}

/* The set as it was cached, or NULL. */
static struct set *
known_set(struct ui *ui, const struct operation *o, const char *id)
{
	return *id ? sets_cached(ui_session(ui), untrusted_raw(&o->org), untrusted_raw(&o->app), id)
		   : NULL;
}

/* The operation that took it back may be far from it. */
static void
learn_undone(struct history_view *h, struct ui *ui, const struct operation *o)
{
	struct operation by = {0};
	struct error err = {0};

	h->undone_at = 0;
	h->undone_unread = false;
	if (!o)
		return;
	if (store_operation_undone_by(session_store(ui_session(ui)), untrusted_raw(&o->id), &by,
				      &err) == 0) {
		h->undone_at = by.created_at;
		operation_clear(&by);
	} else if (err.kind != ERROR_NOT_FOUND) {
		h->undone_unread = true;
		ui_say_error(ui, &err);
	}
}

/* What the selected operation changed, from the two sets that it stood between. */
static void
learn_changes(struct history_view *h, struct ui *ui)
{
	const struct operation *o = history_selected(h);
	struct set *from, *to;

	if (o && h->changes_of && untrusted_is(&o->id, h->changes_of))
		return;
	changes_clear(&h->changes);
	h->changes = (struct changes){0};
	h->changes_known = false;
	free(h->changes_of);
	h->changes_of = o ? xstrdup(untrusted_raw(&o->id)) : NULL;
	learn_undone(h, ui, o);
	if (!o || untrusted_is(&o->verb, "clone") || untrusted_is(&o->verb, "discard"))
		return;
	from = known_set(ui, o, untrusted_raw(&o->from_set));
	to = known_set(ui, o, untrusted_raw(&o->to_set));
	if (from && to) {
		struct set *before = flow_record_set(o, from, false),
			   *after = flow_record_set(o, to, true);

		changes_between(&h->changes, before, after);
		set_unref(before);
		set_unref(after);
		h->changes_known = true;
	}
	set_unref(from);
	set_unref(to);
}

/* --- the cursor, while what is at hand changes ----------------------------------------- */

struct cursor {
	char *id; /* of the operation, or of the first of the story; NULL: the newest */
	bool is_story;
};

static struct cursor
keep_cursor(const struct history_view *h)
{
	const struct history_row *row = selected_row(h);

	if (!row)
		return (struct cursor){NULL, false};
	return (struct cursor){
		xstrdup(row->is_story ? story_id(h, row->at)
				      : untrusted_raw(&h->list.items[row->at].id)),
		row->is_story,
	};
}

static bool
is_at(const struct history_view *h, const struct history_row *row, const struct cursor *cursor,
      size_t at)
{
	if (!row->is_story)
		return row->at == at && !(cursor->is_story && h->stories.of[at] != NO_STORY);
	return h->stories.of[at] == row->at && (cursor->is_story || history_is_folded(h, row->at));
}

/* To the row that it was on, or the story that hides it; where it went, to the newest. */
static void
put_cursor(struct history_view *h, struct ui *ui, struct cursor *cursor)
{
	size_t at = 0, to = h->row_count ? h->row_count - 1 : 0;

	while (cursor->id && at < h->list.count && !untrusted_is(&h->list.items[at].id, cursor->id))
		at++;
	for (size_t i = 0; cursor->id && at < h->list.count && i < h->row_count; i++)
		if (is_at(h, &h->rows[i], cursor, at)) {
			to = i;
			break;
		}
	list_select(&h->cursor, (long)to);
	free(cursor->id);
	learn_changes(h, ui);
}

static void
read_list(struct history_view *h, struct ui *ui)
{
	struct cursor cursor = keep_cursor(h);

	free(h->changes_of);
	h->changes_of = NULL;
	history_stop_looking(h);
	history_read_newest(h, ui);
	if (history_is_looking_for(h))
		history_look_for(h, ui);
	put_cursor(h, ui, &cursor);
}

/* The same for what does it itself: whether it did. */
static bool
with_cursor(struct history_view *h, struct ui *ui,
	    bool (*read)(struct history_view *h, struct ui *ui))
{
	struct cursor cursor = keep_cursor(h);
	bool done = read(h, ui);

	put_cursor(h, ui, &cursor);
	return done;
}

/* --- what keys do --------------------------------------------------------------------- */

/* The id of a story is that of its first operation; folds are few, and
 * survive that rows come and go. */
static void
fold(struct history_view *h, struct ui *ui, bool want)
{
	const struct history_row *row = selected_row(h);
	size_t story = !row ? NO_STORY : row->is_story ? row->at : h->stories.of[row->at];
	const char *id;

	if (story == NO_STORY || history_is_folded(h, story) == want)
		return;
	id = story_id(h, story);
	for (size_t i = 0; !want && i < h->folded_count; i++) {
		if (strcmp(h->folded[i], id) != 0)
			continue;
		free(h->folded[i]);
		h->folded[i] = h->folded[--h->folded_count];
		break;
	}
	if (want) {
		h->folded = xreallocarray(h->folded, h->folded_count + 1, sizeof(*h->folded));
		h->folded[h->folded_count++] = xstrdup(id);
	}
	history_make_rows(h);
	for (size_t i = 0; i < h->row_count; i++)
		if (h->rows[i].is_story && h->rows[i].at == story)
			list_select(&h->cursor, (long)i);
	learn_changes(h, ui);
}

static void
move_by(struct history_view *h, struct ui *ui, long by)
{
	long at = (long)h->cursor.at;

	/* What comes before changes where the rows stand. */
	if (by < 0 && at + by < ROWS_AHEAD) {
		(void)history_look_further(h);
		(void)with_cursor(h, ui, history_read_older);
	} else if (by > 0 && at + by + ROWS_AHEAD > (long)h->row_count) {
		(void)with_cursor(h, ui, history_read_newer);
	}
	list_select(&h->cursor, (long)h->cursor.at + by);
	learn_changes(h, ui);
}

static void
go_to_oldest(struct history_view *h, struct ui *ui)
{
	if (history_is_looking_for(h))
		(void)history_look_further(h);
	else if (h->has_older)
		history_read_oldest(h, ui);
	list_select(&h->cursor, 0);
	learn_changes(h, ui);
}

static void
go_to_newest(struct history_view *h, struct ui *ui)
{
	if (h->has_newer)
		history_read_newest(h, ui);
	list_select(&h->cursor, (long)h->row_count - 1);
	learn_changes(h, ui);
}

static void
act(struct view *view, struct ui *ui, enum action action)
{
	struct history_view *h = (struct history_view *)view;

	if (action == ACTION_FIRST)
		go_to_oldest(h, ui);
	else if (action == ACTION_LAST)
		go_to_newest(h, ui);
	else
		move_by(h, ui, viewport_step(action, h->cursor.rows, h->row_count));
}

static void
find(struct history_view *h, bool finding)
{
	h->finding = finding;
	h->view.ops = finding ? &history_find_view_ops : &history_view_ops;
	if (finding)
		field_set(&h->find, h->find.text);
}

static void
show_all(struct history_view *h, struct ui *ui)
{
	struct cursor cursor = keep_cursor(h);

	find(h, false);
	field_set(&h->find, "");
	history_stop_looking(h);
	if (cursor.id)
		history_read_around(h, ui, cursor.id);
	put_cursor(h, ui, &cursor);
}

static void
run_undo(struct view *view, struct ui *ui)
{
	const struct operation *o = history_selected((const struct history_view *)view);
	const char *org = untrusted_raw(&o->org), *env = untrusted_raw(&o->env);
	const char *app = world_application_now(session_world(ui_session(ui)), org,
						untrusted_raw(&o->app), env);

	operation_review(ui, &(struct flow_request){.verb = FLOW_UNDO,
						    .org = org,
						    .app = app,
						    .env = env,
						    .operation_id = untrusted_raw(&o->id),
						    .decides = true});
}

/* Of a story: before it began. */
static void
run_then(struct view *view, struct ui *ui)
{
	const struct history_view *h = (const struct history_view *)view;
	const struct history_row *row = selected_row(h);
	const struct operation *o;
	struct view *board;

	o = &h->list.items[row->is_story ? h->stories.items[row->at].first : row->at];
	board = board_snapshot_view_new(ui, untrusted_raw(&o->org), untrusted_raw(&o->app),
				    untrusted_raw(&o->env), o->created_at);
	if (board)
		ui_push(ui, board);
}

static void
run_back(struct view *view, struct ui *ui)
{
	struct history_view *h = (struct history_view *)view;

	if (h->finding || *h->find.text)
		show_all(h, ui);
	else
		ui_pop(ui);
}

static void
run_find(struct view *view, struct ui *ui)
{
	(void)ui;
	find((struct history_view *)view, true);
}

static void
run_keep(struct view *view, struct ui *ui)
{
	(void)ui;
	find((struct history_view *)view, false);
}

static void
run_turn_fold(struct view *view, struct ui *ui)
{
	struct history_view *h = (struct history_view *)view;
	const struct history_row *row = selected_row(h);

	fold(h, ui, !row || !row->is_story || !history_is_folded(h, row->at));
}

static void
run_fold(struct view *view, struct ui *ui)
{
	fold((struct history_view *)view, ui, true);
}

static void
run_unfold(struct view *view, struct ui *ui)
{
	fold((struct history_view *)view, ui, false);
}

static void
run_interrupted(struct view *view, struct ui *ui)
{
	(void)view;
	ui_push(ui, interrupted_view_new(ui));
}

static void
run_read_again(struct view *view, struct ui *ui)
{
	ui_say(ui, _("Reading the history again."));
	read_list((struct history_view *)view, ui);	/* may have something to say itself */
}

/* --- keys --- */

static bool
has_row(const struct view *view, struct ui *ui)
{
	(void)ui;
	return selected_row((const struct history_view *)view) != NULL;
}

/* When nothing was found there is still what was not looked for. */
static bool
has_history(const struct view *view, struct ui *ui)
{
	return has_row(view, ui) || *((const struct history_view *)view)->find.text;
}

static bool
has_operation(const struct view *view, struct ui *ui)
{
	(void)ui;
	return history_selected((const struct history_view *)view) != NULL;
}

static bool
is_not_undone(const struct view *view, struct ui *ui)
{
	(void)ui;
	return !((const struct history_view *)view)->undone_at;
}

static bool
has_deployed(const struct view *view, struct ui *ui)
{
	const struct operation *o = history_selected((const struct history_view *)view);

	(void)ui;
	return o->deployment_id.raw && o->state == OPERATION_DONE &&
	       !untrusted_is(&o->verb, flow_verb_name(FLOW_CLONE));
}

static const struct need a_row = {has_row, N_("Nothing has been done from this machine yet."),
				  NULL};
static const struct need a_history = {has_history,
				      N_("Nothing has been done from this machine yet."), NULL};
static const struct need an_operation = {has_operation,
					 N_("Select the operation to undo."), NULL};
static const struct need not_undone = {
	is_not_undone,
	N_("This was undone already; its rollback is a separate operation below."),
	NULL,
};
static const struct need a_deployment = {has_deployed, NULL, NULL};

static const struct key keys[] = {
	{27, "Esc", ACTION_BACK, N_("back"), N_("Show everything again, or go back."), .run = run_back},
	{'q', NULL, ACTION_BACK, .help = NULL},
	{'/', "/", ACTION_FIND, N_("find"), N_("Search the history."), run_find, {&a_history}},
	{'\r', "Enter", ACTION_OPEN, N_("fold"), N_("Fold the story of a clone, or unfold it."),
	 run_turn_fold, {&a_history}},
	{' ', NULL, ACTION_OPEN, .help = NULL},
	{'U', "U", ACTION_UNDO, N_("undo"), N_("Roll this operation back."),
	 run_undo, {&an_operation, &not_undone, &a_deployment}},
	{'t', "t", ACTION_SNAPSHOT, N_("snapshot"), NULL, run_then, {&a_row}},
	{'j', "j", ACTION_DOWN, N_("later"), N_("Go to the next operation."), NULL, {&a_history}},
	{KEY_BASE + KEY_DOWN, NULL, ACTION_DOWN, .help = NULL},
	{'k', "k", ACTION_UP, N_("earlier"), N_("Go to the previous operation."), NULL, {&a_history}},
	{KEY_BASE + KEY_UP, NULL, ACTION_UP, .help = NULL},
	{KEY_BASE + KEY_LEFT, "Left", ACTION_LEFT, NULL, N_("Fold the story."), .run = run_fold},
	{KEY_BASE + KEY_RIGHT, "Right", ACTION_RIGHT, NULL, N_("Unfold the story."), .run = run_unfold},
	{'g', "g", ACTION_FIRST, NULL, .help = N_("Go to the oldest.")},
	{'G', "G", ACTION_LAST, NULL, .help = N_("Go to the newest.")},
	PAGE_KEYS,
	{'i', "i", ACTION_INTERRUPTED, .run = run_interrupted},
	{'R', "R", ACTION_REFRESH, N_("read again"), N_("Read the history again."), .run = run_read_again},
	NO_KEY,
};

static const struct key finding_keys[] = {
	{27, "Esc", ACTION_BACK, N_("all"), N_("Show everything again."), .run = run_back},
	{'\r', "Enter", ACTION_OPEN, N_("keep"), N_("Leave the field, and keep the matches."), .run = run_keep},
	{KEY_BASE + KEY_DOWN, "Down", ACTION_DOWN, N_("later"), .help = N_("Go to the next operation.")},
	{KEY_BASE + KEY_UP, "Up", ACTION_UP, N_("earlier"), .help = N_("Go to the previous operation.")},
	NO_KEY,
};

static bool
type(struct view *view, struct ui *ui, int key)
{
	struct history_view *h = (struct history_view *)view;

	if (!field_type(&h->find, key))
		return false;
	history_look_for(h, ui);
	put_cursor(h, ui, &(struct cursor){NULL, false});
	return true;
}

/* One piece after each picture, as long as there is something to look through. */
static void
drawn(struct view *view, struct ui *ui)
{
	struct history_view *h = (struct history_view *)view;

	if (history_is_looking(h) && with_cursor(h, ui, history_look_on))
		ui_view_changed(ui);
}

static void
click(struct view *view, struct ui *ui, const struct canvas *canvas, int row, int column)
{
	struct history_view *h = (struct history_view *)view;
	const struct history_row *clicked;

	(void)canvas;
	if (!list_click(&h->cursor, row))
		return;
	learn_changes(h, ui);
	clicked = selected_row(h);
	if (column < 3 && clicked && clicked->is_story)
		run_turn_fold(view, ui);
}

/* An operation began since that was asked last: what is at hand does not have it. */
static bool
notice_new(struct history_view *h, struct ui *ui)
{
	struct session *session = ui_session(ui);
	const char *newest = h->noticed;

	for (size_t i = 0; i < session_flow_count(session); i++) {
		const struct flow *flow = session_flow(session, i);

		if (flow_state(flow) >= FLOW_RUNNING &&
		    (!newest || strcmp(flow_operation_id(flow), newest) > 0))
			newest = flow_operation_id(flow);
	}
	if (newest == h->noticed)
		return false;
	free(h->noticed);
	h->noticed = xstrdup(newest);
	return true;
}

/* An operation that begins or ends while one looks, or in a view above. */
static void
changed(struct view *view, struct ui *ui)
{
	struct history_view *h = (struct history_view *)view;

	if (notice_new(h, ui) && !h->has_newer) {
		read_list(h, ui);
		return;
	}
	for (size_t i = 0; !h->has_newer && i < h->list.count && i < 20; i++) {
		const struct operation *o = &h->list.items[i];
		struct flow *flow;

		if (o->state > OPERATION_RUNNING)
			continue;
		flow = session_flow_by_id(ui_session(ui), untrusted_raw(&o->id));
		if (flow && flow_state(flow) > FLOW_RUNNING) {
			read_list(h, ui);
			return;
		}
	}
}

static void
close_view(struct view *view)
{
	struct history_view *h = (struct history_view *)view;

	store_search_free(h->search);
	operation_list_clear(&h->list);
	stories_clear(&h->stories);
	changes_clear(&h->changes);
	for (size_t i = 0; i < h->folded_count; i++)
		free(h->folded[i]);
	free(h->folded);
	free(h->found);
	free(h->rows);
	list_clear(&h->cursor);
	free(h->changes_of);
	free(h->noticed);
	free(h);
}

const struct view_ops history_view_ops = {
	.title = N_("History"),
	.keys = keys,
	.fit = history_fit,
	.draw = history_draw,
	.list = list_of,
	.act = act,
	.click = click,
	.changed = changed,
	.drawn = drawn,
	.close = close_view,
};

/* The same while the field has the keys: '?' and letters are text then. */
const struct view_ops history_find_view_ops = {
	.title = N_("History"),
	.keys = finding_keys,
	.fit = history_fit,
	.draw = history_draw,
	.list = list_of,
	.act = act,
	.type = type,
	.click = click,
	.changed = changed,
	.drawn = drawn,
	.close = close_view,
	.takes_text = true,
};

struct view *
history_view_new(struct ui *ui)
{
	struct history_view *h = xcalloc(1, sizeof(*h));

	h->view.ops = &history_view_ops;
	list_init(&h->cursor, id_of_row, h);
	(void)notice_new(h, ui);
	read_list(h, ui);
	return &h->view;
}
