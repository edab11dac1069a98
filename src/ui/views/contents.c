/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The contents of a set, made anew as lines each time: the review shows them where nothing
 * differs, since "no difference" alone would let a person approve something that was never
 * seen.  Everything in it is foreign text.
 */
#include "config.h"

#include "ui/views/contents.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "model/image.h"
#include "model/set.h"
#include "ui/canvas.h"
#include "ui/widgets/found.h"
#include "ui/widgets/viewport.h"

#define ID_COLUMN 3
#define GAP 3
#define VALUE_COLUMNS 40

/* A title, or a thing with what it is and where it is from, which has a line to itself where it
 * would not fit beside them. */
struct contents_line {
	const char *title; /* ours; NULL: a thing, or, when there is no id, what did not fit */
	const char *id;			/* the set's */
	char *kind, *from;
};

struct contents_lines {
	struct contents_line *items;
	size_t count;
	int kind_column, kind_columns, from_column;
};

/* --- lines --- */

/* Takes kind and from. */
static void
add_line(struct contents_lines *lines, const char *title, const char *id, char *kind, char *from)
{
	lines->items = xreallocarray(lines->items, lines->count + 1, sizeof(*lines->items));
	lines->items[lines->count++] = (struct contents_line){title, id, kind, from};
}

static void
add_workload(struct contents_lines *lines, const struct set *set, const char *module)
{
	const char *reference = set_module_image(set, module);
	struct image image;

	if (!reference) {
		add_line(lines, NULL, module, NULL, NULL);
		return;
	}
	image_parse(&image, reference);
	add_line(lines, NULL, module, image_label(reference), xstrdup(image.name));
	image_clear(&image);
}

/* owner NULL: the application's. */
static void
add_resource(struct contents_lines *lines, const char *id, const json_t *declaration,
	     const char *owner)
{
	const char *type = json_string_value(json_object_get(declaration, "type"));

	add_line(lines, NULL, id, xstrdup(type ? type : ""),
		 owner ? xasprintf(_("of %s"), owner) : xstrdup(_("shared by the workloads")));
}

/* A long one is as long as it was where it comes from; here it only has to be recognized. */
static void
add_value(struct contents_lines *lines, const char *key, const char *text)
{
	bool is_short = text_columns(text) <= VALUE_COLUMNS && !strpbrk(text, "\n\r\t");

	add_line(lines, NULL, key,
		 is_short
			 ? xstrdup(text)
			 : xasprintf(ngettext("%zu byte", "%zu bytes", strlen(text)), strlen(text)),
		 NULL);
}

/* Columns of the widest id and kind. */
static void
measure(struct contents_lines *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		const struct contents_line *line = &lines->items[i];
		int id = line->id ? text_columns(line->id) : 0,
		    kind = line->kind ? text_columns(line->kind) : 0;

		lines->kind_column = id + ID_COLUMN + GAP > lines->kind_column
					     ? id + ID_COLUMN + GAP
					     : lines->kind_column;
		lines->kind_columns = kind > lines->kind_columns ? kind : lines->kind_columns;
	}
}

/* A part of a thing that does not fit beside the others is the line after it. */
static void
wrap(struct contents_lines *lines, int columns)
{
	struct contents_lines whole = *lines;

	measure(&whole);
	whole.from_column = whole.kind_column + whole.kind_columns + GAP;
	whole.items = NULL;
	whole.count = 0;
	for (size_t i = 0; i < lines->count; i++) {
		struct contents_line *line = &lines->items[i];
		int from = line->from ? text_columns(line->from) : 0;
		bool fits = from == 0 || whole.from_column + from <= columns;

		add_line(&whole, line->title, line->id, line->kind, fits ? line->from : NULL);
		if (!fits)
			add_line(&whole, NULL, NULL, NULL, line->from);
	}
	free(lines->items);
	*lines = whole;
}

/* Without resources there is no heading either. */
static void
list_resources(struct contents_lines *lines, const struct set *set)
{
	json_t *module, *declaration;
	const char *name, *id;
	size_t before = lines->count;

	add_line(lines, NULL, NULL, NULL, NULL);
	add_line(lines, _("Resources"), NULL, NULL, NULL);
	json_object_foreach(set_shared(set), id, declaration)
		add_resource(lines, id, declaration, NULL);
	json_object_foreach(set_modules(set), name, module)
		json_object_foreach(json_object_get(module, "externals"), id, declaration)
			add_resource(lines, id, declaration, name);
	if (lines->count == before + 2)
		lines->count = before;
}

/* columns 0: not drawn yet. */
static void
list(struct contents_lines *lines, const struct set *set, int columns)
{
	json_t *module, *value;
	const char *name, *id;

	*lines = (struct contents_lines){0};
	add_line(lines, _("Workloads"), NULL, NULL, NULL);
	json_object_foreach(set_modules(set), name, module)
		add_workload(lines, set, name);
	list_resources(lines, set);
	if (json_object_size(set_values(set)) > 0) {
		add_line(lines, NULL, NULL, NULL, NULL);
		add_line(lines, _("Values"), NULL, NULL, NULL);
		json_object_foreach(set_values(set), id, value)
			add_value(lines, id,
				  json_string_value(value) ? json_string_value(value) : "");
	}
	if (columns > 0)
		wrap(lines, columns);
}

static void
lines_clear(struct contents_lines *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		free(lines->items[i].kind);
		free(lines->items[i].from);
	}
	free(lines->items);
}

static bool
has(const char *text, const char *wanted)
{
	return text && strcasestr(text, wanted);
}

static bool
holds(const struct contents_line *line, const char *wanted)
{
	return has(line->id, wanted) || has(line->kind, wanted) || has(line->from, wanted);
}

/* --- drawing --- */

static void
draw_cell(const struct contents *contents, struct canvas *c, int row, int column, int end,
	  enum style style, const char *text)
{
	struct canvas cell = canvas_sub(c, row, column, 1, end - column);

	canvas_move(&cell, 0, 0);
	if (text)
		found_draw(&cell, style, STYLE_SELECTED_FOUND, text, 0, strlen(text),
			   find_text(&contents->find));
}

static void
draw_line(const struct contents *contents, struct canvas *c, int row,
	  const struct contents_lines *lines, const struct contents_line *line, bool found)
{
	bool continues = !line->id && !line->title;

	canvas_move(c, row, 1);
	if (line->title)
		canvas_text(c, STYLE_STRONG, line->title);
	else if (found)
		canvas_glyph(c, STYLE_KEY, GLYPH_CLOSED);
	draw_cell(contents, c, row, ID_COLUMN, c->width, STYLE_NORMAL, line->id);
	draw_cell(contents, c, row, lines->kind_column, c->width, STYLE_NORMAL, line->kind);
	draw_cell(contents, c, row, continues ? 2 * ID_COLUMN : lines->from_column, c->width,
		  STYLE_DIM, line->from);
}

static void
scroll_to(struct contents *contents, const struct contents_lines *lines, long to)
{
	long last = (long)lines->count - (contents->height > 1 ? contents->height : 1);

	contents->top = to < 0 || last < 0 ? 0 : (size_t)(to > last ? last : to);
}

/* Where there is more room than before the end stays at the end: nothing is approved unseen. */
void
contents_fit(struct contents *contents, const struct canvas *canvas, const struct set *set)
{
	int field = find_rows(&contents->find);
	struct contents_lines lines;

	contents->width = canvas->width;
	contents->height = canvas->height > field ? canvas->height - field : 0;
	list(&lines, set, contents->width);
	contents->count = lines.count;
	scroll_to(contents, &lines, (long)contents->top);
	lines_clear(&lines);
}

void
contents_draw(const struct contents *contents, struct ui *ui, struct canvas *canvas,
	      const struct set *set)
{
	struct contents_lines lines;

	list(&lines, set, contents->width);
	for (int row = 0; row < contents->height && contents->top + (size_t)row < lines.count;
	     row++) {
		size_t i = contents->top + (size_t)row;

		draw_line(contents, canvas, row, &lines, &lines.items[i],
			  (long)i + 1 == contents->at);
	}
	lines_clear(&lines);
	find_draw(&contents->find, ui, canvas);
}

/* --- moving --- */

/* To line i, which is then seen. */
static void
reach(struct contents *contents, const struct contents_lines *lines, size_t i)
{
	contents->at = (long)i + 1;
	if (i < contents->top || i >= contents->top + (size_t)contents->height)
		scroll_to(contents, lines, (long)i);
}

static void
to_next(struct contents *contents, struct ui *ui, const struct contents_lines *lines, int step)
{
	long from = contents->at ? contents->at - 1 : (long)contents->top - 1;

	if (!find_is_wanted(&contents->find)) {
		ui_say(ui, _("Find a text first: {find}."));
		return;
	}
	for (long i = from + step; i >= 0 && i < (long)lines->count; i += step) {
		if (holds(&lines->items[i], find_text(&contents->find))) {
			reach(contents, lines, (size_t)i);
			return;
		}
	}
	ui_say(ui, step > 0 ? _("\"%s\" was not found below.") : _("\"%s\" was not found above."),
	       find_text(&contents->find));
}

static void
act_in(struct contents *contents, struct ui *ui, const struct contents_lines *lines,
       enum action action)
{
	size_t room = contents->height > 0 ? (size_t)contents->height : 0;
	long step = viewport_step(action, room, lines->count);

	if (step)
		scroll_to(contents, lines, (long)contents->top + step);
	else if (action == ACTION_NEXT || action == ACTION_PREVIOUS)
		to_next(contents, ui, lines, action == ACTION_NEXT ? 1 : -1);
	else if (action == ACTION_FIND)
		find_begin(&contents->find,
			   contents->at ? (size_t)contents->at - 1 : contents->top);
}

void
contents_act(struct contents *contents, struct ui *ui, const struct set *set, enum action action)
{
	struct contents_lines lines;

	list(&lines, set, contents->width);
	act_in(contents, ui, &lines, action);
	lines_clear(&lines);
}

/* The first line that has it from where one was on, or else the first of all. */
static void
find_again(struct contents *contents, struct ui *ui, const struct set *set)
{
	struct contents_lines lines;

	list(&lines, set, contents->width);
	contents->at = 0;
	for (size_t n = 0; n < lines.count && !contents->at; n++) {
		size_t i = (contents->find.from + n) % lines.count;

		if (holds(&lines.items[i], find_text(&contents->find)))
			reach(contents, &lines, i);
	}
	if (!contents->at)
		ui_say(ui, _("\"%s\" was not found."), find_text(&contents->find));
	lines_clear(&lines);
}

bool
contents_type(struct contents *contents, struct ui *ui, const struct set *set, int key)
{
	enum find_key did = find_type(&contents->find, key);

	if (did == FIND_TYPED && find_is_wanted(&contents->find))
		find_again(contents, ui, set);
	else if (did == FIND_TYPED || did == FIND_FORGOTTEN)
		contents->at = 0;
	return did != FIND_NOT_MINE;
}
