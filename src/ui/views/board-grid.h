/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where the matrix has its columns and rows. */
#ifndef SIDESTAGE_UI_VIEWS_BOARD_GRID_H
#define SIDESTAGE_UI_VIEWS_BOARD_GRID_H

#include <stddef.h>

#include "ui/widgets/cut.h"

struct board_model;
struct board_view;
struct canvas;

/* What the heads say of where their environments run. */
enum grid_place {
	PLACE_NOWHERE,		/* none is in a cluster */
	PLACE_CLUSTER,		/* which, in a row that has no room for the namespaces, too; or */
	PLACE_BESIDE,		/* beside the state, where there is no row for it */
	PLACE_WHOLE
};

/* Where the matrix has its columns; low and narrow screens fold. */
struct grid {
	int label, cell, head;	/* columns, columns, rows */
	size_t pinned, first, fit; /* these columns, and from `first` on as many as fit in all */
	size_t kept; /* the baseline, which would be out of sight: it stays at the edge */
	int kept_at; /* at the left edge of those that move (-1), the right one (1); 0: not */
	int foot; /* rows below the workloads: resources, to promote, and where there is room values
		   */
	int rows;		/* of workloads */
	size_t top;		/* the first workload that is shown */
	enum grid_place place;
	int version;		/* columns of a version, before its sign */
	enum cut heads, names, versions;	/* where those are cut that do not fit */
};

/* In so much room, scrolled from where it was; the list of workloads has its rows there. */
struct grid board_lay_out(struct board_view *b, const struct board_model *s,
			  const struct canvas *c);
/* Which environment the signs compare with: "vs Production".  The caller frees it. */
char *board_baseline_words(const struct board_model *s);
/* Which of the model's columns is shown as the i-th. */
size_t board_grid_column(const struct grid *g, size_t i);

#endif
