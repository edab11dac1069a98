/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The daemon's log: logfmt lines on stderr with the <N> priorities that journald reads. */
#ifndef SIDESTAGE_BASE_LOG_H
#define SIDESTAGE_BASE_LOG_H

#include <stdbool.h>

enum log_priority {
	LOG_PRIORITY_ERROR = 3,
	LOG_PRIORITY_WARNING = 4,
	LOG_PRIORITY_NOTICE = 5,
	LOG_PRIORITY_INFO = 6,
	LOG_PRIORITY_DEBUG = 7
};

/* log_line(LOG_PRIORITY_INFO, "deployment ended", "env", env, "status", status, NULL):
 * pairs of strings, ended by NULL.  A value that is NULL is left out; controls are escaped.
 * Never give it a token or the body of a request. */
void log_line(enum log_priority priority, const char *message, ...)
	__attribute__((sentinel));
/* Lines of a lesser priority are not written (default: info). */
void log_set_level(enum log_priority level);
/* true: from now on this process keeps lines of info and debug until log_flush(), or a line of more
 * priority; false: writes them, and each at once from now on.  A child that was forked meanwhile
 * writes its lines at once. */
void log_hold(bool holds);
/* Writes what is held; for the end of each turn of a loop, before it waits. */
void log_flush(void);
/* "error", "warning", "notice", "info", "debug"; -1: none of these. */
int log_level_of(const char *name);

#endif
