/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is done with pastes, clicks and the wheel: they write into fields and move the cursor,
 * and never do what a key does that changes something. */
#ifndef SIDESTAGE_UI_GESTURES_H
#define SIDESTAGE_UI_GESTURES_H

struct canvas;
struct ui;
struct view;

/* Into a field as one line of text; elsewhere it is dropped, with a sentence. */
void gesture_paste(struct ui *ui, struct view *top, const char *text);
/* Where input_place() says, if that is on the canvas of the view. */
void gesture_click(struct ui *ui, struct view *top, const struct canvas *canvas);
/* After a click: where the button went up. */
void gesture_release(struct ui *ui, struct view *top, const struct canvas *canvas);
/* Down 1 or up -1. */
void gesture_wheel(struct ui *ui, struct view *top, int by);

#endif
