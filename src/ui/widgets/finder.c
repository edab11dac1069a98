/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A list that is searched by typing a few letters of what is meant.
 *
 * There may be ten thousand items, and each key must be answered at once.  So what was found
 * for what is typed stays as a level: more typed behind it finds only among that, and a
 * character taken back shows the level before.
 */
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
#include "ui/view.h"
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

static void
id_of_match(const void *data, size_t row, struct buf *out)
{
	const struct finder *finder = data;

	(void)buf_puts(out, finder->items[finder->matches[row].item].id);
}

void
finder_init(struct finder *finder)
{
	list_init(&finder->list, id_of_match, finder);
	finder->list.is_suggested = true;	/* the best match */
}

void
finder_clear(struct finder *finder)
{
	drop_items(finder);
	free(finder->items);
	while (finder->level_count > 0)
		free(finder->levels[--finder->level_count].matches);
	free(finder->levels);
	free(finder->clicked);
	list_clear(&finder->list);
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
		finder->items = xreallocarray(finder->items, finder->capacity,
					      sizeof(*finder->items));
	}
	/* No text is wider than it has bytes: the few that may be are measured. */
	if ((int)strlen(text) > finder->widest) {
		int columns = text_columns(text);

		finder->widest = columns > finder->widest ? columns : finder->widest;
	}
	if (note && (int)strlen(note) > finder->widest_note) {
		int columns = text_columns(note);

		finder->widest_note = columns > finder->widest_note ? columns : finder->widest_note;
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
	size_t count = finder->level_count ? finder->list.count : finder->count;
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
	list_update(&finder->list, last->count);
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
	list_select_id(&finder->list, id);
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
	free(finder->clicked);
	finder->clicked = NULL;
	while (before[same] && before[same] == finder->find.text[same])
		same++;
	/* More typed behind what was typed finds among what that found. */
	drop_levels(finder, same);
	if (finder->levels[finder->level_count - 1].length < strlen(finder->find.text))
		add_level(finder, finder->find.text);
	return true;
}

const struct finder_item *
finder_selected(const struct finder *finder)
{
	return finder->list.count ? &finder->items[finder->matches[finder->list.at].item] : NULL;
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
		canvas_range(c, plain, text, from, at[i]);
		canvas_range(c, found, text, at[i], end);
		from = end;
	}
	canvas_untrusted_bytes(c, plain, text + from, 0);
}

/* Where the notes begin: behind the texts, as far as these leave them room. */
static int
note_column(const struct finder *finder, const struct canvas *c)
{
	int most = finder->describe ? c->width * 2 / 3 : c->width - finder->widest_note - 2;
	int widest = finder->widest > 20 ? finder->widest : 20;

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
	canvas_untrusted_bytes(line, style, *item->note ? item->note : buf_str(&note), 0);
	buf_clear(&note);
}

static void
draw_item(const struct finder *finder, struct canvas *c, int row, int note,
	  const struct finder_item *item, bool selected)
{
	struct canvas text = canvas_sub(c, row, 5, 1, note - 6);
	struct canvas line = canvas_sub(c, row, 0, 1, c->width);

	if (selected) {
		canvas_move(&line, 0, 3);
		canvas_fill_row(&line, STYLE_SELECTED);
	}
	canvas_move(&line, 0, 3);
	canvas_text(&line, selected ? STYLE_SELECTED : STYLE_DIM, item->here ? "=" : " ");
	canvas_move(&text, 0, 0);
	draw_found(finder, &text, item->text, selected ? STYLE_SELECTED : STYLE_NORMAL,
		   selected ? STYLE_SELECTED_FOUND : STYLE_KEY);
	canvas_move(&line, 0, note);
	draw_note(finder, &line, selected ? STYLE_SELECTED : STYLE_DIM, item);
}

void
finder_fit(struct finder *finder, const struct canvas *canvas, int top)
{
	finder->top = top;
	list_fit(&finder->list, top + LIST_ROW, canvas->height - top - LIST_ROW);
}

enum finder_click
finder_click(struct finder *finder, int row)
{
	bool again;

	if (!list_click(&finder->list, row))
		return FINDER_MISSED;
	again = finder->clicked && strcmp(finder->clicked, finder->list.selected) == 0;
	free(finder->clicked);
	finder->clicked = xstrdup(finder->list.selected);
	return again ? FINDER_AGAIN : FINDER_SELECTED;
}

void
finder_draw(const struct finder *finder, struct ui *ui, struct canvas *canvas, const char *none)
{
	struct canvas c = canvas_sub(canvas, finder->top, 0, canvas->height, canvas->width);
	const struct list *list = &finder->list;
	struct viewport part = list_part(list);
	int note = note_column(finder, &c);

	part.count += finder->to_come;
	ui_in_sight(ui, &part);
	for (size_t i = list->first; i < list_end(list); i++)
		draw_item(finder, &c, LIST_ROW + (int)(i - list->first), note,
			  &finder->items[finder->matches[i].item], i == list->at);
	if (list->count == 0) {
		canvas_move(&c, LIST_ROW, 3);
		canvas_paragraph(&c, STYLE_WARN, none, 2);
	}
	canvas_move(&c, 0, 1);
	canvas_text(&c, STYLE_DIM, _("Find"));
	canvas_text(&c, STYLE_DIM, "  ");
	field_draw(&finder->find, &c, 30, true);
	if (c.width - c.column > 20 && finder->count) {
		canvas_format(&c, STYLE_DIM, _("  %zu of %zu"), list->count + finder->to_come,
			      finder->count + finder->to_come);
	}
}
