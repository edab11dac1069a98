/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Extended regular expressions (POSIX) that come from elsewhere.  Whatever the pattern and the text
 * are, compiling and matching end after a bounded number of steps; there are no groups to refer
 * back to, since nothing but yes or no is asked.
 */
#ifndef SIDESTAGE_BASE_PATTERN_H
#define SIDESTAGE_BASE_PATTERN_H

#include <stdbool.h>

struct error;
struct pattern;

/* NULL with ERROR_INPUT, a part of a sentence: "a bracket is not closed". */
struct pattern *pattern_new(const char *text, struct error *err);
void pattern_free(struct pattern *pattern);	/* NULL is fine */
/* Some part of the text is like it.  A text of more than PATTERN_TEXT_MAX bytes never is. */
bool pattern_matches(const struct pattern *pattern, const char *text);
#define PATTERN_TEXT_MAX 4096

#endif
