/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The mouse only moves: a click that could approve or delete would be too easy to do by
 * mistake.  A place is remembered with the view that it was on, since the view may be another
 * one when the button goes up. */
#include "config.h"

#include "ui/gestures.h"

#include <string.h>
#include <unistr.h>

#include "base/i18n.h"
#include "ui/canvas.h"
#include "ui/input.h"
#include "ui/view.h"
#include "ui/widgets/list.h"

/* Line ends at the end come with what was copied from a terminal, and would end the field. */
void
gesture_paste(struct ui *ui, struct view *top, const char *text)
{
	size_t left = strlen(text);
	bool taken = false;

	while (left > 0 && strchr("\r\n", text[left - 1]))
		left--;
	while (left > 0 && top->ops->type) {
		ucs4_t c;
		int n = u8_mbtouc(&c, (const uint8_t *)text, left);

		/* A control character would be a key: in a paste it is a blank. */
		if (!top->ops->type(top, ui, c < ' ' || c == 0x7f ? ' ' : (int)c))
			break;
		taken = true;
		text += n;
		left -= (size_t)n;
	}
	if (!taken)
		ui_say(ui, _("The pasted text was dropped: no field here takes it."));
}

void
gesture_wheel(struct ui *ui, struct view *top, int by)
{
	enum action action = by < 0 ? ACTION_UP : ACTION_DOWN;
	const struct key *row;

	if (top->ops->wheel) {
		top->ops->wheel(top, ui, by);
		return;
	}
	row = key_row_now(top, ui, action);
	if (row)
		key_run(row, top, ui);
}

/* Where the button went down last, on which view. */
static struct {
	const struct view *view;
	int row, column;
} pressed;

static bool
place_on(const struct canvas *canvas, int *row, int *column)
{
	input_place(row, column);
	*row -= canvas->y;
	*column -= canvas->x;
	return *row >= 0 && *row < canvas->height && *column >= 0;
}

/* A view that does not say otherwise is a list. */
void
gesture_click(struct ui *ui, struct view *top, const struct canvas *canvas)
{
	int row, column;

	pressed.view = NULL;
	if (!place_on(canvas, &row, &column))
		return;
	pressed.view = top;
	pressed.row = row;
	pressed.column = column;
	if (top->ops->click)
		top->ops->click(top, ui, canvas, row, column);
	else if (top->ops->list && list_click(top->ops->list(top), row) && top->ops->acted)
		top->ops->acted(top, ui);
}

void
gesture_release(struct ui *ui, struct view *top, const struct canvas *canvas)
{
	int row, column;
	bool was_here = pressed.view == top;

	pressed.view = NULL;
	if (was_here && top->ops->drag && place_on(canvas, &row, &column) &&
	    column != pressed.column)
		top->ops->drag(top, ui, canvas, pressed.row, pressed.column, column);
}
