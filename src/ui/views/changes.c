/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes on the screen: the sign first, then what, then from and to; colour comes last. */
#include "config.h"

#include "ui/views/changes.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "model/changes.h"
#include "model/image.h"
#include "model/version.h"
#include "ui/canvas.h"

#define WORDS_BYTES_MAX (1024 * 1024)

void
changes_draw_counts(struct canvas *canvas, const struct changes *changes)
{
	canvas_format(canvas, STYLE_STRONG,
		      ngettext("%zu workload changes", "%zu workloads change", changes->workloads),
		      changes->workloads);
	canvas_ours(canvas, STYLE_DIM, " ");
	canvas_glyph(canvas, STYLE_DIM, GLYPH_MIDDLE);
	canvas_format(canvas, STYLE_DIM, ngettext(" %zu resource", " %zu resources", changes->resources),
		      changes->resources);
}

/* The common name once, and only the versions told apart by colour. */
static void
draw_images(struct canvas *c, const struct change *change)
{
	struct image from, to;
	char *was, *is;
	bool is_other_name;

	image_parse(&from, change->from);
	image_parse(&to, change->to);
	image_labels(change->from, change->to, &was, &is);
	is_other_name = strcmp(from.name, to.name) != 0;
	/* What changes is the version: the name gives way to it. */
	if (!is_other_name &&
	    text_columns(from.name) + 1 + text_columns(was) + text_columns(is) + 3 <= c->width - c->column) {
		canvas_bytes(c, STYLE_NORMAL, from.name, 0);
		canvas_ours(c, STYLE_NORMAL, *from.version ? ":" : "@");
	}
	canvas_bytes(c, STYLE_WARN, is_other_name ? change->from : was, 0);
	canvas_ours(c, STYLE_DIM, " ");
	canvas_glyph(c, STYLE_DIM, GLYPH_ARROW);
	canvas_ours(c, STYLE_DIM, " ");
	canvas_bytes(c, STYLE_AHEAD, is_other_name ? change->to : is, 0);
	canvas_format(c, STYLE_DIM, "   %s", version_step(from.version, to.version));
	free(was);
	free(is);
	image_clear(&from);
	image_clear(&to);
}

static void
draw_values(struct canvas *c, const struct change *change)
{
	int half = (c->width - c->column - 3) / 2;

	if (change->from)
		canvas_bytes(c, STYLE_WARN, change->from, half > 8 ? half : 8);
	if (change->from && change->to) {
		canvas_ours(c, STYLE_DIM, " ");
		canvas_glyph(c, STYLE_DIM, GLYPH_ARROW);
		canvas_ours(c, STYLE_DIM, " ");
	}
	if (change->to)
		canvas_bytes(c, STYLE_AHEAD, change->to, 0);
}

static void
draw_change(struct canvas *c, int row, const struct change *change)
{
	static const struct { const char *sign; enum style style; } signs[] = {
		[CHANGE_ADDED] = {"+", STYLE_AHEAD},
		[CHANGE_REMOVED] = {"-", STYLE_WARN},
		[CHANGE_CHANGED] = {"~", STYLE_KEY},
	};

	canvas_at(c, row, 1);
	canvas_ours(c, signs[change->kind].style, signs[change->kind].sign);
	canvas_ours(c, STYLE_NORMAL, " ");
	canvas_bytes(c, STYLE_STRONG, change->object, 20);
	canvas_ours(c, STYLE_NORMAL, "   ");
	canvas_bytes(c, STYLE_DIM, change->label, 30);
	canvas_ours(c, STYLE_NORMAL, "   ");
	if (change->is_image && change->from && change->to)
		draw_images(c, change);
	else
		draw_values(c, change);
}

int
changes_draw_words(struct canvas *canvas, int row, int rows, const struct changes *changes)
{
	int used = 0;

	for (size_t i = 0; i < changes->count && used < rows; i++, used++) {
		if (used == rows - 1 && changes->count - i > 1) {
			canvas_at(canvas, row + used, 3);
			canvas_format(canvas, STYLE_DIM, _("and %zu more, all in the diff below"),
				      changes->count - i);
			return used + 1;
		}
		draw_change(canvas, row + used, &changes->items[i]);
	}
	return used;
}

char *
changes_words(const struct changes *changes)
{
	static const char signs[] = {
		[CHANGE_ADDED] = '+', [CHANGE_REMOVED] = '-', [CHANGE_CHANGED] = '~',
	};
	struct buf buf;

	buf_init(&buf, WORDS_BYTES_MAX);
	for (size_t i = 0; i < changes->count; i++) {
		const struct change *change = &changes->items[i];
		char *line = xasprintf("%c %s %s%s%s%s%s", signs[change->kind], change->object,
				       change->label, change->from ? " " : "",
				       change->from ? change->from : "",
				       change->from && change->to ? " -> " : change->to ? " " : "",
				       change->to ? change->to : "");
		char *shown = text_printable(line);

		(void)buf_printf(&buf, "%s\n", shown);
		free(shown);
		free(line);
	}
	return buf_take(&buf);
}
