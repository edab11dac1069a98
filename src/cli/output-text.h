/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the plain lines say: of the board, of a review, of a difference.  Everything foreign is
 * sanitised on its way to stdout. */
#ifndef SIDESTAGE_CLI_OUTPUT_TEXT_H
#define SIDESTAGE_CLI_OUTPUT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct changes;
struct clone;
struct flow_value_question;
struct merge_entry;
struct operation_list;
struct review;
struct world_application;
struct world_environment;

/* Our own words with foreign arguments in them; printable, then a newline. */
void lines_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Every environment, with its state and its versions beside the baseline's. */
void lines_board(const struct world_application *application);
/* The same on standard error. */
void lines_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Its state, in one line. */
void lines_head(const struct world_environment *environment);
/* Its workloads, and how each compares with the baseline (NULL: it is the baseline). */
void lines_environment(const struct world_environment *environment,
		       const struct world_environment *baseline);
/* One line a change, in words. */
void lines_changes(const struct changes *changes);
/* Everything that a person approves: changes, cautions, findings, what is sent, the way back. */
void lines_review(const struct review *review);
/* One clone: from what, by whom, how old, its time to live, what is not promoted. */
void lines_clone(const struct clone *clone);
/* number of count, from 1: what it is about, what was there, and what each side has. */
void lines_conflict(const struct merge_entry *entry, size_t number, size_t count, const char *ours,
		    const char *theirs);
/* A value that a clone does not simply get: what it is, and why not. */
void lines_value_question(const struct flow_value_question *question);
/* One line an operation, oldest first. */
void lines_history(const struct operation_list *list);

#endif
