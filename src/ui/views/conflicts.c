/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Four lines a conflict: what it is of, what it was, and the two that it became. */
#include "config.h"

#include "ui/views/conflicts.h"

#include <stdbool.h>

#include "base/i18n.h"
#include "model/merge.h"
#include "ui/canvas.h"

#define LINES_EACH 5
#define HEAD 3
#define VALUE_COLUMN 24

size_t
conflicts_count(const struct merge *merge)
{
	size_t count = 0;

	for (size_t i = 0; i < merge->count; i++)
		count += merge->entries[i].side == MERGE_CONFLICT;
	return count;
}

size_t
conflicts_entry(const struct merge *merge, size_t wanted)
{
	size_t i = 0;

	for (; i < merge->count; i++)
		if (merge->entries[i].side == MERGE_CONFLICT && wanted-- == 0)
			break;
	return i;
}

static void
draw_value(struct canvas *c, int row, const char *label, const char *value, bool taken, const char *key)
{
	enum style style = taken ? STYLE_OK : STYLE_NORMAL;

	canvas_at(c, row, 3);
	if (key)
		canvas_ours(c, style, taken ? (c->ascii ? "(*)" : "●") : c->ascii ? "( )" : "○");
	canvas_at(c, row, 7);
	canvas_bytes(c, key ? style : STYLE_DIM, label, VALUE_COLUMN - 9);
	canvas_at(c, row, VALUE_COLUMN);
	if (value)
		canvas_bytes(c, key ? style : STYLE_DIM, value, c->width - VALUE_COLUMN - 6);
	else
		canvas_ours(c, STYLE_DIM, _("absent"));
	if (key) {
		canvas_ours(c, STYLE_DIM, "  ");
		canvas_ours(c, STYLE_KEY, key);
	}
}

static void
draw_conflict(struct canvas *c, int row, const struct merge_entry *entry, bool selected,
	      const char *ours, const char *theirs)
{
	canvas_at(c, row, 1);
	canvas_ours(c, STYLE_KEY, selected ? (c->ascii ? "> " : "▸ ") : "  ");
	canvas_bytes(c, STYLE_STRONG, entry->object, 30);
	canvas_ours(c, STYLE_DIM, "  ");
	canvas_bytes(c, STYLE_DIM, entry->path, 0);
	if (entry->choice == MERGE_UNDECIDED)
		canvas_ours(c, STYLE_WARN, _("  undecided"));
	draw_value(c, row + 1, _("when cloned"), entry->base, false, NULL);
	draw_value(c, row + 2, theirs, entry->theirs, entry->choice == MERGE_TAKE_THEIRS, "t");
	draw_value(c, row + 3, ours, entry->ours, entry->choice == MERGE_TAKE_OURS, "o");
}

void
conflicts_draw(struct canvas *canvas, const struct merge *merge, size_t selected, const char *ours,
	       const char *theirs)
{
	size_t count = conflicts_count(merge), undecided = 0, first;
	size_t room = canvas->height > HEAD + LINES_EACH ? (size_t)(canvas->height - HEAD) / LINES_EACH : 1;

	for (size_t i = 0; i < merge->count; i++)
		undecided += merge->entries[i].side == MERGE_CONFLICT &&
			     merge->entries[i].choice == MERGE_UNDECIDED;
	canvas_at(canvas, 1, 1);
	canvas_glyph(canvas, STYLE_WARN, GLYPH_DOT);
	canvas_format(canvas, STYLE_STRONG,
		      ngettext(" Both changed the same thing: %zu conflict, ", " Both changed the same things: %zu conflicts, ",
			       count), count);
	canvas_format(canvas, undecided ? STYLE_WARN : STYLE_OK,
		      undecided ? _("%zu undecided") : _("all are decided: D goes on to the review"), undecided);
	first = selected >= room ? selected - room + 1 : 0;
	for (size_t i = first; i < count && i - first < room; i++)
		draw_conflict(canvas, HEAD + (int)(i - first) * LINES_EACH,
			      &merge->entries[conflicts_entry(merge, i)], i == selected, ours, theirs);
}
