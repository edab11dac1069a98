/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list that is found in. */
#include "config.h"

#include "ui/widgets/finder.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fuzzy.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "ui/canvas.h"
#include "ui/widgets/viewport.h"

#define LIST_ROW 2
#define NOTE_MAX 4096
#define PIECE_BYTES (64u * 1024)
#define LEVELS_MAX 16

/* There may be ten thousand items, made anew with each opening: their words lie together. */
struct finder_piece {
	struct finder_piece *next;
	size_t used, size;
	char bytes[];
};

struct finder_match {
	size_t item;
	double score;
};

struct finder_level {
	struct finder_match *matches;	/* the best first */
	size_t count, length;		/* bytes of what was typed */
};

static void
drop_items(struct finder *finder)
{
	while (finder->pieces) {
		struct finder_piece *next = finder->pieces->next;

		free(finder->pieces);
		finder->pieces = next;
	}
	finder->count = 0;
}

static char *
room(struct finder *finder, size_t bytes)
{
	struct finder_piece *piece = finder->pieces;

	if (!piece || bytes > piece->size - piece->used) {
		size_t size = bytes > PIECE_BYTES ? bytes : PIECE_BYTES;

		piece = xmalloc(sizeof(*piece) + size);
		*piece = (struct finder_piece){finder->pieces, 0, size};
		finder->pieces = piece;
	}
	piece->used += bytes;
	return piece->bytes + piece->used - bytes;
}

void
finder_clear(struct finder *finder)
{
	drop_items(finder);
	free(finder->items);
	while (finder->level_count > 0)
		free(finder->levels[--finder->level_count].matches);
	free(finder->levels);
	free(finder->selected);
	*finder = (struct finder){0};
}

void
finder_begin(struct finder *finder)
{
	drop_items(finder);
}

static struct finder_item
make_item(struct finder *finder, const char *id, const char *text, const char *note, bool here)
{
	size_t id_size = strlen(id) + 1, text_size = strlen(text) + 1, note_size = strlen(note) + 1;
	char *piece = room(finder, id_size + text_size + note_size);

	memcpy(piece, id, id_size);
	memcpy(piece + id_size, text, text_size);
	memcpy(piece + id_size + text_size, note, note_size);
	return (struct finder_item){piece, piece + id_size, piece + id_size + text_size, here};
}

void
finder_add(struct finder *finder, const char *id, const char *text, const char *note, bool here)
{
	if (finder->count == finder->capacity) {
		finder->capacity = finder->capacity ? finder->capacity * 2 : 32;
		finder->items = xreallocarray(finder->items, finder->capacity, sizeof(*finder->items));
	}
	/* No text is wider than it has bytes: the few that may be are measured. */
	if ((int)strlen(text) > finder->widest) {
		int columns = text_columns(text);

		finder->widest = columns > finder->widest ? columns : finder->widest;
	}
	finder->items[finder->count++] = make_item(finder, id, text, note ? note : "", here);
}

static int
best_first(const void *a, const void *b)
{
	const struct finder_match *x = a, *y = b;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return x->item < y->item ? -1 : 1;
}

/* Of the matches of the last level, or of all items. */
static struct finder_level
match(const struct finder *finder, const char *needle)
{
	size_t count = finder->level_count ? finder->match_count : finder->count;
	struct finder_level level = {
		.matches = xcalloc(count + 1, sizeof(*level.matches)), .length = strlen(needle),
	};

	for (size_t i = 0; i < count; i++) {
		size_t item = finder->level_count ? finder->matches[i].item : i;
		double score = 0;

		if (level.length == 0 || fuzzy_score(needle, finder->items[item].text, &score))
			level.matches[level.count++] = (struct finder_match){item, score};
	}
	/* Nothing typed: all of them, as they came. */
	if (level.length > 0)
		qsort(level.matches, level.count, sizeof(*level.matches), best_first);
	return level;
}

static void
show_last(struct finder *finder)
{
	const struct finder_level *last = &finder->levels[finder->level_count - 1];

	finder->matches = last->matches;
	finder->match_count = last->count;
}

/* Those for more than `length` bytes go. */
static void
drop_levels(struct finder *finder, size_t length)
{
	while (finder->level_count > 1 && finder->levels[finder->level_count - 1].length > length)
		free(finder->levels[--finder->level_count].matches);
	show_last(finder);
}

static void
add_level(struct finder *finder, const char *needle)
{
	struct finder_level level = match(finder, needle);

	if (!finder->levels)
		finder->levels = xcalloc(LEVELS_MAX, sizeof(*finder->levels));
	if (finder->level_count == LEVELS_MAX)
		free(finder->levels[--finder->level_count].matches);
	finder->levels[finder->level_count++] = level;
	show_last(finder);
}

void
finder_end(struct finder *finder)
{
	while (finder->level_count > 0)
		free(finder->levels[--finder->level_count].matches);
	add_level(finder, "");
	if (finder->find.text[0] != '\0')
		add_level(finder, finder->find.text);
}

void
finder_select(struct finder *finder, const char *id)
{
	char *copy = id ? xstrdup(id) : NULL;

	finder->clicked = false;
	free(finder->selected);
	finder->selected = copy;
}

bool
finder_type(struct finder *finder, int key)
{
	char before[FIELD_MAX];
	size_t same = 0;

	memcpy(before, finder->find.text, strlen(finder->find.text) + 1);
	if (!field_type(&finder->find, key))
		return false;
	finder_select(finder, NULL);
	while (before[same] && before[same] == finder->find.text[same])
		same++;
	/* More typed behind what was typed finds among what that found. */
	drop_levels(finder, same);
	if (finder->levels[finder->level_count - 1].length < strlen(finder->find.text))
		add_level(finder, finder->find.text);
	return true;
}

static size_t
selected_row(const struct finder *finder)
{
	for (size_t i = 0; finder->selected && i < finder->match_count; i++)
		if (strcmp(finder->items[finder->matches[i].item].id, finder->selected) == 0)
			return i;
	return 0;
}

void
finder_move(struct finder *finder, long by)
{
	long to = (long)selected_row(finder) + by, last = (long)finder->match_count - 1;

	if (last < 0)
		return;
	to = to < 0 ? 0 : to > last ? last : to;
	finder_select(finder, finder->items[finder->matches[to].item].id);
}

bool
finder_act(struct finder *finder, enum action action)
{
	long page = finder->rows > 1 ? (long)finder->rows - 1 : 1;

	switch (action) {
	case ACTION_UP: finder_move(finder, -1); return true;
	case ACTION_DOWN: finder_move(finder, 1); return true;
	case ACTION_PAGE_UP: finder_move(finder, -page); return true;
	case ACTION_PAGE_DOWN: finder_move(finder, page); return true;
	default: return false;
	}
}

const struct finder_item *
finder_selected(const struct finder *finder)
{
	return finder->match_count ? &finder->items[finder->matches[selected_row(finder)].item] : NULL;
}

/* The text with the characters that were found in another style. */
static void
draw_found(const struct finder *finder, struct canvas *c, const char *text, enum style plain,
	   enum style found)
{
	size_t at[FUZZY_NEEDLE_MAX], count = fuzzy_positions(finder->find.text, text, at), from = 0;

	for (size_t i = 0; i < count; i++) {
		size_t end = text_cluster_end(text, at[i]);

		if (at[i] < from)
			continue;
		canvas_piece(c, plain, text, from, at[i]);
		canvas_piece(c, found, text, at[i], end);
		from = end;
	}
	canvas_bytes(c, plain, text + from, 0);
}

/* Where the notes begin: behind the texts, as far as these leave them room. */
static int
note_column(const struct finder *finder, const struct canvas *c)
{
	int most = c->width * 2 / 3, widest = finder->widest > 20 ? finder->widest : 20;

	return widest + 9 < most ? widest + 9 : most;
}

static void
draw_note(const struct finder *finder, struct canvas *line, enum style style,
	  const struct finder_item *item)
{
	struct buf note;

	buf_init(&note, NOTE_MAX);
	if (finder->describe && !*item->note)
		finder->describe(finder->data, item->id, &note);
	canvas_bytes(line, style, *item->note ? item->note : buf_str(&note), 0);
	buf_clear(&note);
}

static void
draw_item(const struct finder *finder, struct canvas *c, int row, int note,
	  const struct finder_item *item, bool selected)
{
	struct canvas text = canvas_part(c, row, 5, 1, note - 6);
	struct canvas line = canvas_part(c, row, 0, 1, c->width);

	if (selected) {
		canvas_at(&line, 0, 3);
		canvas_fill_row(&line, STYLE_SELECTED);
	}
	canvas_at(&line, 0, 3);
	canvas_ours(&line, selected ? STYLE_SELECTED : STYLE_DIM, item->here ? "=" : " ");
	canvas_at(&text, 0, 0);
	draw_found(finder, &text, item->text, selected ? STYLE_SELECTED : STYLE_NORMAL,
		   selected ? STYLE_SELECTED_FOUND : STYLE_KEY);
	canvas_at(&line, 0, note);
	draw_note(finder, &line, selected ? STYLE_SELECTED : STYLE_DIM, item);
}

/* How many rows the list has; and the first match that is shown. */
static size_t
list_rows(const struct finder *finder, const struct canvas *canvas, size_t *first)
{
	size_t rows = canvas->height > LIST_ROW ? (size_t)(canvas->height - LIST_ROW) : 0;
	size_t at = selected_row(finder);

	*first = viewport_first(finder->first, at, rows, finder->match_count);
	return rows;
}

bool
finder_click(struct finder *finder, const struct canvas *canvas, int row)
{
	size_t first, rows = list_rows(finder, canvas, &first), at = (size_t)(row - LIST_ROW);
	const char *id;

	if (row < LIST_ROW || at >= rows || first + at >= finder->match_count)
		return false;
	id = finder->items[finder->matches[first + at].item].id;
	if (finder->clicked && strcmp(finder->selected, id) == 0)
		return true;
	finder_select(finder, id);
	finder->clicked = true;
	return false;
}

void
finder_draw(struct finder *finder, struct ui *ui, struct canvas *canvas, const char *none)
{
	size_t first, rows = list_rows(finder, canvas, &first), at = selected_row(finder);
	int note = note_column(finder, canvas);

	finder->first = first;
	finder->rows = rows;
	ui_in_sight(ui, &(struct viewport){first, rows, finder->match_count + finder->to_come});
	for (size_t i = first; i < finder->match_count && i - first < rows; i++)
		draw_item(finder, canvas, LIST_ROW + (int)(i - first), note,
			  &finder->items[finder->matches[i].item], i == at);
	if (finder->match_count == 0) {
		canvas_at(canvas, LIST_ROW, 3);
		canvas_paragraph(canvas, STYLE_WARN, none, 2);
	}
	canvas_at(canvas, 0, 1);
	canvas_ours(canvas, STYLE_DIM, _("Find"));
	canvas_ours(canvas, STYLE_DIM, "  ");
	field_draw(&finder->find, canvas, 30, true);
	if (canvas->width - canvas->column > 20 && finder->count) {
		canvas_format(canvas, STYLE_DIM, _("  %zu of %zu"), finder->match_count + finder->to_come,
			      finder->count + finder->to_come);
	}
}
