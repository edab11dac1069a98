/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The newest lines that the workloads of an environment wrote, read again and again while
 * somebody looks.  Everything in them is foreign.
 */
#ifndef SIDESTAGE_FLOW_WORLD_LOGS_H
#define SIDESTAGE_FLOW_WORLD_LOGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/nouns.h"

struct logs;
struct session;

#define LOGS_LINES 500		/* asked for at a time; older ones are the platform's to keep */

/* What is asked for; copied. */
struct logs_wanted {
	const char *org, *app, *env;
	const char *workload;		/* NULL: all of them */
	const char *container;		/* NULL: all of it */
	bool previous;			/* what was printed before the last restart */
};
/* Reading begins at once. */
struct logs *logs_open(struct session *session, const struct logs_wanted *wanted);
void logs_close(struct logs *logs);	/* NULL is fine */
/* Oldest first.  Borrowed until the session's next turn. */
size_t logs_count(const struct logs *logs);
/* i below logs_count(). */
const struct log_line *logs_line(const struct logs *logs, size_t i);
/* How many lines came behind the last one that there was, since it was opened: older ones may have
 * gone for them. */
uint64_t logs_appended(const struct logs *logs);
/* How often more was written than is read at a time, so that lines are missing before the last
 * ones. */
uint64_t logs_gaps(const struct logs *logs);
/* Grows with each answer that was different. */
uint64_t logs_revision(const struct logs *logs);
/* An answer has come, if only an empty one: nothing to show is then known and not merely
 * awaited. */
bool logs_was_read(const struct logs *logs);
/* Of the last question; kind NONE when it was answered. */
const struct error *logs_error(const struct logs *logs);
/* Held: what is there stays, nothing is asked. */
void logs_hold(struct logs *logs, bool held);

#endif
