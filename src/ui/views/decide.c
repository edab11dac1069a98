/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The conflicts of a merge.  Every line says in a word who changed it, colour comes second;
 * a conflict has what it was below it, and the two values, the chosen one marked.
 * Nothing is chosen at first, and the review is made only when everything is.
 */
#include "config.h"

#include "ui/views/decide.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/i18n.h"
#include "flow/verbs/flow.h"
#include "ui/canvas.h"
#include "ui/widgets/cut.h"
#include "ui/widgets/viewport.h"

#define WORD_COLUMNS 12
#define NAME_COLUMNS 16		/* of an environment, before its value */

static const struct { const char *word; enum style style; } sides[] = {
	[MERGE_OURS] = {N_("ours"), STYLE_AHEAD},
	[MERGE_THEIRS] = {N_("theirs"), STYLE_DIM},
	[MERGE_BOTH] = {N_("both"), STYLE_DIM},
	[MERGE_CONFLICT] = {N_("conflict"), STYLE_DANGER},
};

/* No other change is of that field of that object. */
static void
id_of(const void *data, size_t row, struct buf *out)
{
	const struct merge_entry *entry = &((const struct decide *)data)->merge->entries[row];

	buf_printf(out, "%d %s\n%s", entry->is_value, entry->object, entry->path);
}

/* An undo has no source: its two sides are times. */
static const char *
ours_of(const struct flow_request *request)
{
	return request->source ? request->source : _("before");
}

static const char *
theirs_of(const struct flow_request *request)
{
	return request->source ? request->env : _("now");
}

#define VALUE_COLUMN (4 + 4 + NAME_COLUMNS + 2)
#define NARROW_COLUMNS 60		/* below that a longer value has rows to itself */
#define NARROW_VALUE_COLUMN 8
#define VALUE_ROWS_MAX 8

/* A value is seen whole, since it is chosen by it; what is longer than that is told by its length,
 * and stands whole in the review. */
static bool
has_own_rows(const char *value, int width)
{
	return value && width < NARROW_COLUMNS &&
	       canvas_wrapped_rows(value, width - VALUE_COLUMN) > 1;
}

static int
value_rows(const char *value, int width)
{
	bool own = has_own_rows(value, width);
	int rows = value ? canvas_wrapped_rows(value,
					       width - (own ? NARROW_VALUE_COLUMN : VALUE_COLUMN))
			 : 1;

	return (rows > VALUE_ROWS_MAX ? 1 : rows) + own;
}

static int
rows_of(const struct merge_entry *entry, int width)
{
	if (entry->side != MERGE_CONFLICT)
		return 1;
	return 1 + value_rows(entry->base, width) + value_rows(entry->ours, width) +
	       value_rows(entry->theirs, width);
}

/* How many rows were used. */
static int
draw_value(struct canvas *c, int row, const char *sign, const char *whose, const char *value,
	   bool chosen)
{
	enum style style = chosen ? STYLE_STRONG : STYLE_DIM;

	canvas_move(c, row, 4);
	canvas_text(c, chosen ? STYLE_KEY : STYLE_DIM, sign);
	if (has_own_rows(value, c->width)) {
		canvas_untrusted_bytes(c, style, whose, 0);
		canvas_move(c, row + 1, NARROW_VALUE_COLUMN);
	} else {
		canvas_untrusted_bytes(c, style, whose, NAME_COLUMNS);
		canvas_move(c, row, VALUE_COLUMN);
	}
	if (!value)
		canvas_text(c, style, _("(not set)"));
	else if (canvas_wrapped_rows(value, c->width - c->column) > VALUE_ROWS_MAX)
		canvas_format(c, style, ngettext("%zu byte", "%zu bytes", strlen(value)),
			      strlen(value));
	else
		(void)canvas_wrapped(c, chosen ? STYLE_STRONG : STYLE_NORMAL, value);
	return value_rows(value, c->width);
}

static void
draw_entry(struct canvas *c, int row, const struct merge_entry *entry, bool selected,
	   const struct flow_request *request)
{
	bool decided = entry->side == MERGE_CONFLICT && entry->chosen != MERGE_CONFLICT;
	char *path;

	canvas_move(c, row, 1);
	canvas_text(c, STYLE_KEY, selected ? ">" : " ");
	canvas_text(c, STYLE_NORMAL, " ");
	canvas_text(c, decided ? STYLE_OK : sides[entry->side].style,
		    decided ? _("decided") : _(sides[entry->side].word));
	canvas_move(c, row, 3 + WORD_COLUMNS);
	canvas_untrusted_bytes(c, selected ? STYLE_SELECTED : STYLE_STRONG, entry->object, 24);
	canvas_text(c, STYLE_NORMAL, "  ");
	/* Its end is what it is about. */
	path = cut_text(entry->label, c->width - c->column, CUT_BEGIN);
	canvas_untrusted_bytes(c, STYLE_NORMAL, path, 0);
	free(path);
	if (entry->side != MERGE_CONFLICT)
		return;
	row += 1 + draw_value(c, row + 1, "    ", _("was"), entry->base, false);
	row += draw_value(c, row, entry->chosen == MERGE_OURS ? "(*) " : "( ) ", ours_of(request),
		   entry->ours, entry->chosen == MERGE_OURS);
	(void)draw_value(c, row, entry->chosen == MERGE_THEIRS ? "(*) " : "( ) ",
			 theirs_of(request), entry->theirs, entry->chosen == MERGE_THEIRS);
}

static void
draw_head(struct ui *ui, struct canvas *c, int row, const struct merge *merge,
	  const struct flow_request *request)
{
	canvas_move(c, row, 1);
	if (merge->undecided > 0) {
		canvas_format(c, STYLE_STRONG,
			      ngettext("%zu conflict to decide", "%zu conflicts to decide",
				       merge->undecided), merge->undecided);
		if (request->source)
			canvas_format(c, STYLE_DIM,
				      ui_keyed(ui, _("   {ours} takes %s's, {theirs} takes %s's")),
				      request->source, request->env);
		else
			canvas_text(c, STYLE_DIM,
				    ui_keyed_text(ui, _("   {ours} restores the earlier value, {theirs} keeps the current one")));
	} else {
		canvas_text(c, STYLE_STRONG, _("All conflicts are decided."));
		canvas_text(c, STYLE_DIM,
			    ui_keyed_text(ui, _("   {open} makes the review; nothing is sent yet.")));
	}
}

/* Below the head and its rule. */
static int
list_row(const struct canvas *canvas)
{
	return canvas->height >= 16 ? 4 : 2;
}

void
decide_draw(const struct decide *decide, struct ui *ui, struct canvas *canvas,
	    const struct flow *flow)
{
	const struct merge *merge = flow_merge(flow);
	const struct list *list = &decide->list;
	struct viewport part;
	int row = list->top;

	draw_head(ui, canvas, canvas->height >= 16, merge, flow_request(flow));
	canvas_hline(canvas, row - 1);
	for (size_t i = list->first; i < list_end(list) && i < merge->count; i++) {
		draw_entry(canvas, row, &merge->entries[i], i == list->at, flow_request(flow));
		row += rows_of(&merge->entries[i], canvas->width);
	}
	part = list_part(list);
	ui_in_sight(ui, &part);
}

/* --- the cursor --- */

static int
height_of(const void *data, size_t row)
{
	const struct decide *decide = data;

	return rows_of(&decide->merge->entries[row], decide->width);
}

void
decide_init(struct decide *decide)
{
	*decide = (struct decide){0};
	list_init(&decide->list, id_of, decide);
	decide->list.height = height_of;
	decide->list.is_suggested = true;
}

void
decide_clear(struct decide *decide)
{
	list_clear(&decide->list);
}

/* The next conflict from there on, or before it; with `open` one that nobody decided.
 * merge->count: there is none. */
static size_t
find_conflict(const struct merge *merge, size_t from, bool down, bool open)
{
	/* Below the first it wraps, and ends the loop as well. */
	for (size_t i = from; i < merge->count; i += down ? 1 : (size_t)-1)
		if (merge->entries[i].side == MERGE_CONFLICT &&
		    !(open && merge->entries[i].chosen != MERGE_CONFLICT))
			return i;
	return merge->count;
}

/* By what it was on: the merge may be another one, made of what is there now. */
static void
update(struct decide *decide, const struct flow *flow)
{
	decide->merge = flow_merge(flow);
	decide->list.suggested = find_conflict(decide->merge, 0, true, false);
	list_update(&decide->list, decide->merge->count);
}

void
decide_fit(struct decide *decide, const struct canvas *canvas, const struct flow *flow)
{
	int top = list_row(canvas);

	decide->width = canvas->width;
	update(decide, flow);
	list_fit(&decide->list, top, canvas->height - top);
}

void
decide_act(struct decide *decide, const struct flow *flow, enum action action)
{
	update(decide, flow);
	(void)list_act(&decide->list, action);
}

void
decide_click(struct decide *decide, const struct flow *flow, int row)
{
	update(decide, flow);
	(void)list_click(&decide->list, row);
}

/* On to the next that is open, so that one key decides one conflict after the other. */
void
decide_choose(struct decide *decide, struct ui *ui, struct flow *flow, enum merge_side side)
{
	struct error err = {0};
	size_t next;

	update(decide, flow);
	if (decide->merge->entries[decide->list.at].side != MERGE_CONFLICT) {
		ui_say(ui, _("This change is not a conflict; {next} goes to the next one."));
		return;
	}
	if (flow_choose(flow, decide->list.at, side, &err) != 0) {
		ui_say_error(ui, &err);
		return;
	}
	next = find_conflict(decide->merge, decide->list.at + 1, true, true);
	list_select(&decide->list, (long)(next < decide->merge->count ? next : decide->list.at));
}

void
decide_go_on(struct decide *decide, struct ui *ui, const struct flow *flow, bool down)
{
	size_t next;

	update(decide, flow);
	next = find_conflict(decide->merge, decide->list.at + (down ? 1 : (size_t)-1), down, false);
	if (next < decide->merge->count)
		list_select(&decide->list, (long)next);
	else
		ui_say(ui, down ? _("This is the last conflict.")
				: _("This is the first conflict."));
}
