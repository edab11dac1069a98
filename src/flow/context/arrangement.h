/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * How a person has arranged the board of an application: which environments stay in sight,
 * which are left out, how wide the columns are, and how the workloads are sorted.  It is
 * remembered in the history, and nothing of it reaches the platform.
 */
#ifndef SIDESTAGE_FLOW_CONTEXT_ARRANGEMENT_H
#define SIDESTAGE_FLOW_CONTEXT_ARRANGEMENT_H

#include <stdbool.h>

struct arrangement;
struct error;
struct session;

enum arrangement_sort {
	SORT_NAME,
	SORT_DIFFERS,		/* what differs from the baseline anywhere comes first */
	SORT_COUNT
};

/* As it was left; as it is at first when nothing is remembered.  Never NULL. */
struct arrangement *arrangement_open(struct session *session, const char *org, const char *app);
/* What is not kept yet is tried once more.  NULL is fine. */
void arrangement_close(struct arrangement *arrangement);

/* Whether the environment stays in sight when the board scrolls, and whether it is left out. */
bool arrangement_is_pinned(const struct arrangement *arrangement, const char *env);
bool arrangement_is_hidden(const struct arrangement *arrangement, const char *env);
int arrangement_cell(const struct arrangement *arrangement);	/* columns; 0: as it fits */
enum arrangement_sort arrangement_sort(const struct arrangement *arrangement);

/* Each is so at once, and written down half a second after the last one, or with the end: no key
 * waits for a disk. */
void arrangement_pin(struct arrangement *arrangement, const char *env, bool pinned);
void arrangement_hide(struct arrangement *arrangement, const char *env);
void arrangement_show_all(struct arrangement *arrangement);
void arrangement_set_cell(struct arrangement *arrangement, int columns);
void arrangement_set_sort(struct arrangement *arrangement, enum arrangement_sort sort);

/* Writes down now what waits for it; 0 when nothing does.  -1 with err (ERROR_STORE): it is
 * forgotten at the end. */
int arrangement_keep(struct arrangement *arrangement, struct error *err)
	__attribute__((warn_unused_result));
/* Whether writing it down by itself failed since this was asked last; then with err. */
bool arrangement_has_failed(struct arrangement *arrangement, struct error *err);

#endif
