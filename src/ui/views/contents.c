/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The contents of a set.  Everything in it is foreign text. */
#include "config.h"

#include "ui/views/contents.h"

#include <jansson.h>

#include "base/i18n.h"
#include "model/image.h"
#include "model/set.h"
#include "ui/canvas.h"

#define ID_COLUMN 3

/* Where the second and the third column begin. */
static int
kind_column(const struct canvas *c)
{
	return c->width < 60 ? 14 : 22;
}

static int
name_column(const struct canvas *c)
{
	return c->width < 60 ? 26 : 38;
}

/* Lines are counted from 0; those before `first` and below the canvas are only counted. */
struct lines {
	struct canvas *canvas;
	size_t first, next;
};

/* Puts the pen at the beginning of the next line; NULL when that one is not to be seen. */
static struct canvas *
next_line(struct lines *lines)
{
	size_t line = lines->next++;

	if (line < lines->first || line - lines->first >= (size_t)lines->canvas->height)
		return NULL;
	canvas_at(lines->canvas, (int)(line - lines->first), 1);
	return lines->canvas;
}

static void
draw_title(struct lines *lines, const char *title)
{
	struct canvas *c = next_line(lines);

	if (c)
		canvas_ours(c, STYLE_STRONG, title);
}

static void
draw_workload(struct lines *lines, const struct set *set, const char *module)
{
	const char *reference = set_module_image(set, module);
	struct canvas *c = next_line(lines);
	struct image image;

	if (!c)
		return;
	canvas_at(c, c->row, ID_COLUMN);
	canvas_bytes(c, STYLE_NORMAL, module, kind_column(c) - ID_COLUMN - 2);
	if (!reference)
		return;
	image_parse(&image, reference);
	canvas_at(c, c->row, kind_column(c));
	canvas_bytes(c, STYLE_NORMAL, image.version, name_column(c) - kind_column(c) - 2);
	canvas_at(c, c->row, name_column(c));
	canvas_bytes(c, STYLE_DIM, image.name, 0);
	image_clear(&image);
}

/* owner NULL: the application's. */
static void
draw_resource(struct lines *lines, const char *id, const json_t *declaration, const char *owner)
{
	const char *type = json_string_value(json_object_get(declaration, "type"));
	struct canvas *c = next_line(lines);

	if (!c)
		return;
	canvas_at(c, c->row, ID_COLUMN);
	canvas_bytes(c, STYLE_NORMAL, id, kind_column(c) - ID_COLUMN - 2);
	canvas_at(c, c->row, kind_column(c));
	canvas_bytes(c, STYLE_NORMAL, type ? type : "", name_column(c) - kind_column(c) - 2);
	canvas_at(c, c->row, name_column(c));
	if (owner) {
		canvas_ours(c, STYLE_DIM, _("of "));
		canvas_bytes(c, STYLE_DIM, owner, 0);
	} else {
		canvas_ours(c, STYLE_DIM, _("shared by the workloads"));
	}
}

size_t
contents_count(const struct set *set)
{
	struct canvas nowhere = {0};

	return contents_draw(&nowhere, set, 0);
}

size_t
contents_draw(struct canvas *canvas, const struct set *set, size_t first)
{
	struct lines lines = {canvas, first, 0};
	json_t *module, *declaration;
	const char *name, *id;

	draw_title(&lines, _("Workloads"));
	json_object_foreach(set_modules(set), name, module)
		draw_workload(&lines, set, name);
	next_line(&lines);
	draw_title(&lines, _("Resources"));
	json_object_foreach(set_shared(set), id, declaration)
		draw_resource(&lines, id, declaration, NULL);
	json_object_foreach(set_modules(set), name, module)
		json_object_foreach(json_object_get(module, "externals"), id, declaration)
			draw_resource(&lines, id, declaration, name);
	return lines.next;
}
