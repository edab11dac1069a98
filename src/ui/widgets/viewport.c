/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Lists only move when what is selected would leave the screen, and say what is in sight. */
#include "config.h"

#include "ui/widgets/viewport.h"

#include <stdio.h>

#include "base/i18n.h"
#include "base/text.h"
#include "ui/canvas.h"

size_t
viewport_first(size_t first, size_t at, size_t rows, size_t count)
{
	if (rows == 0 || count <= rows)
		return 0;
	if (first > count - rows)
		first = count - rows;
	if (at < first)
		return at;
	return at - first >= rows ? at - rows + 1 : first;
}

/* Beyond both ends, since list_select() keeps to the list. */
long
viewport_step(enum action action, size_t rows, size_t count)
{
	long page = rows > 1 ? (long)rows - 1 : 1;

	switch (action) {
	case ACTION_UP: return -1;
	case ACTION_DOWN: return 1;
	case ACTION_PAGE_UP: return -page;
	case ACTION_PAGE_DOWN: return page;
	case ACTION_FIRST: return -(long)count - 1;
	case ACTION_LAST: return (long)count + 1;
	default: return 0;
	}
}

void
viewport_draw(const struct viewport *v, struct canvas *canvas, int row)
{
	size_t end = v->count - v->first < v->rows ? v->count : v->first + v->rows;
	char text[80];

	if (v->rows == 0 || v->first >= v->count || end - v->first == v->count)
		return;
	snprintf(text, sizeof(text), _(" %zu-%zu of %zu "), v->first + 1, end, v->count);
	if (canvas->width < text_columns(text) + 2)
		return;
	canvas_move(canvas, row, canvas->width - text_columns(text) - 2);
	canvas_text(canvas, STYLE_DIM, text);
}
