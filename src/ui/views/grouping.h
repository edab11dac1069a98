/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Of which application each namespace is that was found in a cluster, and choosing another. */
#ifndef SIDESTAGE_UI_VIEWS_GROUPING_H
#define SIDESTAGE_UI_VIEWS_GROUPING_H

struct view;

/* Of that organization. */
struct view *grouping_view_new(const char *org);

#endif
