/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What workloads write. */
#ifndef SIDESTAGE_UI_VIEWS_LOGS_H
#define SIDESTAGE_UI_VIEWS_LOGS_H

#include <stdbool.h>
#include <stddef.h>

struct log_line;
struct logs_view;
struct ui;
struct view;

/* What a workload writes, or (NULL) all of them. */
struct view *logs_view_new(struct ui *ui, const char *org, const char *app, const char *env,
			   const char *workload);

/* --- for its own files --- */

/* Only lines that have the text which is looked for. */
bool logs_view_is_filtered(const struct logs_view *v);
/* After the lines, or what is looked for, changed. */
void logs_view_keep(struct logs_view *v);
/* How many lines are shown, and one of them: those that are kept, or all. */
size_t logs_view_count(const struct logs_view *v);
const struct log_line *logs_view_line(const struct logs_view *v, size_t i);
/* Of another workload or container: from the beginning. */
void logs_view_reopen(struct logs_view *v, struct ui *ui);
/* Remembers a container that has written, for the key that goes through them; a known one is
 * fine. */
void logs_view_add_container(struct logs_view *v, const char *name);
void logs_view_drop_containers(struct logs_view *v);
/* To the next line that has the text, older (1) or newer (-1), from the last one that is seen or,
 * when `beyond`, from the one behind that. */
void logs_view_find(struct logs_view *v, struct ui *ui, int step, bool beyond);

#endif
