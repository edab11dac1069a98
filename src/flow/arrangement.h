/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a person has arranged the board of an application: which environments stay in sight,
 * which are left out, how wide the columns are, and how the workloads are sorted.  It is
 * remembered in the history, and nothing of it reaches the platform.
 */
#ifndef SIDESTAGE_FLOW_ARRANGEMENT_H
#define SIDESTAGE_FLOW_ARRANGEMENT_H

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
void arrangement_close(struct arrangement *arrangement);	/* NULL is fine */

bool arrangement_is_pinned(const struct arrangement *arrangement, const char *env);
bool arrangement_is_hidden(const struct arrangement *arrangement, const char *env);
int arrangement_cell(const struct arrangement *arrangement);	/* columns; 0: as it fits */
enum arrangement_sort arrangement_sort(const struct arrangement *arrangement);

/* Each is so at once; -1 with err (ERROR_STORE) when it could not be remembered for the next time. */
int arrangement_pin(struct arrangement *arrangement, const char *env, bool pinned, struct error *err)
	__attribute__((warn_unused_result));
int arrangement_hide(struct arrangement *arrangement, const char *env, struct error *err)
	__attribute__((warn_unused_result));
int arrangement_show_all(struct arrangement *arrangement, struct error *err)
	__attribute__((warn_unused_result));
int arrangement_set_cell(struct arrangement *arrangement, int columns, struct error *err)
	__attribute__((warn_unused_result));
int arrangement_set_sort(struct arrangement *arrangement, enum arrangement_sort sort, struct error *err)
	__attribute__((warn_unused_result));

#endif
