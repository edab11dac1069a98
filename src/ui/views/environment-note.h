/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Below the list of an environment: all of the words of the selected row that are cut in it. */
#ifndef SIDESTAGE_UI_VIEWS_ENVIRONMENT_NOTE_H
#define SIDESTAGE_UI_VIEWS_ENVIRONMENT_NOTE_H

#include <stdbool.h>

struct canvas;
struct environment_view;

/* After the list and its columns were fitted into `rows` rows: how many of them the note takes. */
int environment_note_fit(struct environment_view *v, const struct canvas *canvas, int rows);
/* From that row of the canvas on. */
void environment_note_draw(const struct environment_view *v, struct canvas *canvas, int row);
/* Whether there is more of it than there is room for; and to its next part, or the first again. */
bool environment_note_is_long(const struct environment_view *v);
void environment_note_turn(struct environment_view *v);

#endif
