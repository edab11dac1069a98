/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which lines are seen, and how they look. */
#ifndef SIDESTAGE_UI_VIEWS_LOGS_DRAW_H
#define SIDESTAGE_UI_VIEWS_LOGS_DRAW_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct canvas;
struct log_line;
struct logs_view;
struct ui;
struct view;

/* Whether the times of the lines have room, or are wanted all the same. */
bool logs_view_shows_stamps(const struct logs_view *v);
/* The lines [first, end) are those that are seen: up to the last one as many as have room. */
void logs_view_seen(const struct logs_view *v, size_t *first, size_t *end);
/* How many lines from the oldest on have room. */
size_t logs_view_count_oldest(const struct logs_view *v);
/* A line as it is seen, but whole. */
void logs_view_add_words(const struct logs_view *v, struct buf *out, const struct log_line *line);

/* view_ops' fit and draw. */
void logs_fit(struct view *view, struct ui *ui, const struct canvas *canvas);
void logs_draw(const struct view *view, struct ui *ui, struct canvas *canvas);

#endif
