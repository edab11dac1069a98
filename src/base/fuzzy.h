/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Finding as you type: whether the characters of a needle occur in a text in order, and how
 * good a find that is.  The score follows the method that fzy publishes (its ALGORITHM.md): runs
 * and beginnings of words count, gaps cost, and the best of all ways to place the needle is
 * taken.  Case is ignored; characters are compared as UTF-8 code points, bad bytes as themselves.
 */
#ifndef SIDESTAGE_BASE_FUZZY_H
#define SIDESTAGE_BASE_FUZZY_H

#include <stdbool.h>
#include <stddef.h>

/* Characters of a needle and of a text that are looked at; what is behind never matches. */
#define FUZZY_NEEDLE_MAX 64
#define FUZZY_TEXT_MAX 512

/* false: it does not match.  An empty needle matches everything with 0. */
bool fuzzy_score(const char *needle, const char *text, double *score);
/* The bytes at which the matched characters begin, rising.  How many there are; 0: no match. */
size_t fuzzy_positions(const char *needle, const char *text, size_t positions[FUZZY_NEEDLE_MAX]);

#endif
