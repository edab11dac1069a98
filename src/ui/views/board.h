/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Workloads and environments, and which version runs where. */
#ifndef SIDESTAGE_UI_VIEWS_BOARD_H
#define SIDESTAGE_UI_VIEWS_BOARD_H

struct board_model;
struct board_view;
struct moments;
struct ui;
struct view;

/* org and app: which board first; NULL: the first that there is. */
struct view *board_view_new(const char *org, const char *app);
/* The board as it was at that time (wall ms); NULL, and says why, when it is not known. */
struct view *board_snapshot_view_new(struct ui *ui, const char *org, const char *app,
				     const char *env, long long at);

/* --- for its own files --- */

/* The board as it was, which it takes; NULL: as it is. */
void board_show_snapshot(struct board_view *b, struct ui *ui, struct moments *snapshot);
/* To the change before (-1) or after. */
void board_step_snapshot(struct board_view *b, struct ui *ui, int by);
/* For the tables of keys; they need an environment. */
void board_run_left(struct view *view, struct ui *ui);
void board_run_right(struct view *view, struct ui *ui);
void board_run_first(struct view *view, struct ui *ui);
void board_run_last(struct view *view, struct ui *ui);
/* Moves the cursor to that column and row of the model, or to the nearest that there are. */
void board_move_to(struct board_view *b, const struct board_model *s, long column, long row);

#endif
