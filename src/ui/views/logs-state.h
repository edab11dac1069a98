/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The view of logs from inside: which lines there are, and which of them are seen.
 *
 * Lines are counted from the newest, which is what one follows: `bottom` is how many are below
 * the last one that is seen.
 */
#ifndef SIDESTAGE_UI_VIEWS_LOGS_STATE_H
#define SIDESTAGE_UI_VIEWS_LOGS_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/view.h"
#include "ui/widgets/find.h"

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
	bool previous;			/* what was printed before the last restart */
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
	struct find find;
};

#endif
