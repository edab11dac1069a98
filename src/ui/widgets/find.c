/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The keys are those of ui_finding_keys; Esc forgets also after the text was typed to its end. */
#include "config.h"

#include "ui/widgets/find.h"

#include "ui/canvas.h"
#include "ui/view.h"

#define FIELD_COLUMNS 40

void
find_begin(struct find *find, size_t from)
{
	find->is_typing = true;
	find->from = from;
	field_offer(&find->field, find->field.text);
}

enum find_key
find_type(struct find *find, int key)
{
	if (key == 27 && find_rows(find) > 0) {
		field_set(&find->field, "");
		find->is_typing = false;
		return FIND_FORGOTTEN;
	}
	if (!find->is_typing)
		return FIND_NOT_MINE;
	if (key == '\r' || key == '\n') {
		find->is_typing = false;
		return FIND_ENDED;
	}
	return field_type(&find->field, key) ? FIND_TYPED : FIND_NOT_MINE;
}

const char *
find_text(const struct find *find)
{
	return find->field.text;
}

bool
find_is_wanted(const struct find *find)
{
	return *find->field.text != '\0';
}

int
find_rows(const struct find *find)
{
	return find->is_typing || find_is_wanted(find);
}

void
find_draw(const struct find *find, struct ui *ui, struct canvas *canvas)
{
	int room = canvas->width - 4;

	if (find_rows(find) == 0 || canvas->height < 1)
		return;
	canvas_move(canvas, canvas->height - 1, 1);
	canvas_text(canvas, STYLE_KEY, ui_keyed_text(ui, "{find} "));
	field_draw(&find->field, canvas, room < FIELD_COLUMNS ? room : FIELD_COLUMNS,
		   find->is_typing);
}
