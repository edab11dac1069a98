/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How a person likes the board: pinned, hidden, sorted, how wide, what is marked. */
#ifndef SIDESTAGE_UI_VIEWS_BOARD_ARRANGE_H
#define SIDESTAGE_UI_VIEWS_BOARD_ARRANGE_H

struct board_view;
struct canvas;
struct ui;
struct view;

/* Another application: its arrangement is the one that was left, and nothing of it is marked. */
void board_arrange(struct board_view *b, struct ui *ui);
/* For the tables of keys; they need an environment and its arrangement. */
void board_run_pin(struct view *view, struct ui *ui);
/* Each does what its action says, to the environment or workload of the cursor. */
void board_run_hide(struct view *view, struct ui *ui);
void board_run_show(struct view *view, struct ui *ui);
void board_run_narrower(struct view *view, struct ui *ui);
void board_run_wider(struct view *view, struct ui *ui);
void board_run_sort(struct view *view, struct ui *ui);
void board_run_mark(struct view *view, struct ui *ui);
void board_run_next(struct view *view, struct ui *ui);
void board_run_previous(struct view *view, struct ui *ui);
/* view_ops' drag: the border behind a column makes all of them as wide. */
void board_drag(struct view *view, struct ui *ui, const struct canvas *canvas, int row, int from,
		int to);
/* Columns of one environment; 0: as many as are easy to read. */
int board_cell(const struct board_view *b);

#endif
