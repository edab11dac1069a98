/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of the logs share: which lines there are, and which of them are seen.
 *
 * Lines are counted from the newest, which is what one follows: `bottom` is how many are below
 * the last one that is seen.
 */
#ifndef SIDESTAGE_UI_VIEWS_LOGS_H
#define SIDESTAGE_UI_VIEWS_LOGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/view.h"
#include "ui/widgets/field.h"

struct buf;
struct canvas;
struct log_line;
struct logs;

#define LOGS_CONTAINERS_MAX 32
#define LOGS_COPY_BYTES_MAX (256 * 1024)

enum logs_stamps { STAMPS_WHERE_ROOM, STAMPS_SHOWN, STAMPS_HIDDEN };

struct logs_view {
	struct view view;
	char *org, *app, *env;
	char *workload;			/* NULL: all */
	char *container;		/* NULL: all of it */
	char *containers[LOGS_CONTAINERS_MAX]; /* of the workload: that wrote, or that are to run */
	size_t container_count;
	struct logs *logs;
	bool held;
	bool several;			/* some workload has lines of several containers */
	enum logs_stamps stamps;
	int names;			/* columns of who wrote a line */
	int width;			/* of the room that there is */
	bool narrow;
	size_t rows;			/* for how many lines it is */
	bool unwrapped;			/* each line on one row, which is scrolled sideways */
	int sideways;			/* columns that are out of sight on the left then */
	bool only; /* lines that have the text which is looked for, and no others */
	size_t *kept;			/* those lines, while `only` holds */
	size_t kept_count;
	bool found;			/* the last line that is seen is what was found */
	size_t bottom;			/* lines below the last one that is seen; 0: follows */
	uint64_t revision, appended;	/* of the logs, when bottom was true of them */
	bool finding;			/* the field has the keys */
	struct field find;
};

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

/* Whether the times of the lines have room, or are wanted all the same. */
bool logs_view_shows_stamps(const struct logs_view *v);
/* The lines [first, end) are those that are seen: up to the last one as many as have room. */
void logs_view_seen(const struct logs_view *v, size_t *first, size_t *end);
/* How many lines from the oldest on have room. */
size_t logs_view_count_oldest(const struct logs_view *v);
/* A line as it is seen, but whole. */
void logs_view_add_words(const struct logs_view *v, struct buf *out, const struct log_line *line);

/* view_ops' fit, draw and keys. */
void logs_fit(struct view *view, struct ui *ui, const struct canvas *canvas);
void logs_draw(const struct view *view, struct ui *ui, struct canvas *canvas);
extern const struct key logs_keys[];

#endif
