/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the plain lines say: of the board, of a review, of a difference.  Everything foreign is
 * sanitised on its way to stdout. */
#ifndef SIDESTAGE_CLI_OUTPUT_TEXT_H
#define SIDESTAGE_CLI_OUTPUT_TEXT_H

#include <jansson.h>
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
void output_text_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Every environment, with its state and its versions beside the baseline's. */
void output_text_board(const struct world_application *application);
/* The same on standard error. */
void output_text_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Its state, in one line. */
void output_text_head(const struct world_environment *environment);
/* Its workloads, and how each compares with the baseline (NULL: it is the baseline). */
void output_text_environment(const struct world_environment *environment,
			     const struct world_environment *baseline);
/* How a workload of a cluster is reached, where that is known. */
void output_text_reach(const struct world_environment *environment, const char *module);
/* One line a change, in words. */
void output_text_changes(const struct changes *changes);
/* Objects of a cluster, by their kinds: {"Deployment": ["api", "web"]}; whether a clone has
 * them. */
void output_text_objects(const json_t *objects, bool are_cloned);
/* Everything that a person approves: changes, cautions, findings, what is sent, the way back. */
void output_text_review(const struct review *review);
/* One clone: from what, by whom, how old, its time to live, what is not promoted. */
void output_text_clone(const struct clone *clone);
/* number of count, from 1: what it is about, what was there, and what each side has. */
void output_text_conflict(const struct merge_entry *entry, size_t number, size_t count,
			  const char *ours, const char *theirs);
/* A value that a clone does not simply get: what it is, and why not. */
void output_text_value_question(const struct flow_value_question *question);
/* One line an operation, oldest first. */
void output_text_history(const struct operation_list *list);

#endif
