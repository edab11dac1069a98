/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The delta between two sets, from their stored texts to its own, a slice at a time: to parse two
 * sets of 1,000 workloads takes a quarter of a second, and most of their workloads are equal.  A
 * workload of megabytes is cut as well.
 */
#ifndef SIDESTAGE_MODEL_DELTA_TEXT_H
#define SIDESTAGE_MODEL_DELTA_TEXT_H

#include <stddef.h>

struct buf;
struct delta_text;

#define DELTA_TEXT_WHOLE (128u << 10)

/* Takes both, which are canonical.  A workload of which both together have no more bytes than
 * `whole`, usually DELTA_TEXT_WHOLE, is compared in one piece.  delta_text_free() it. */
struct delta_text *delta_text_new(char *from, char *to, size_t whole);
void delta_text_free(struct delta_text *delta);
/* Appends what the next slice gives, maybe nothing; one that is added, or a value, is never cut, so
 * it may be more than a slice.  1: there is more; 0: that was the end; -1: a text is no set. */
int delta_text_more(struct delta_text *delta, struct buf *out);

#endif
