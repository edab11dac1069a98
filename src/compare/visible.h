/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Differences that cannot be seen, made visible: blanks at an end, line breaks, other spaces,
 * characters that look alike, one character written in two ways. */
#ifndef SIDESTAGE_COMPARE_VISIBLE_H
#define SIDESTAGE_COMPARE_VISIBLE_H

#include <stdbool.h>

/* How a text looks: equal for two that would be read as the same.  free() it. */
char *visible_look(const char *text);
/* Whether two texts that differ would be read as the same. */
bool visible_looks_same(const char *a, const char *b);
/* In double quotes, with the escapes of JSON; \uNNNN only for what is no printable character. */
char *visible_quoted(const char *text);
/* Both in quotes; where they differ each character beyond ASCII is written \uNNNN.  Different
 * texts have different forms, as long as they are UTF-8, as all text of JSON is. */
void visible_apart(const char *a, const char *b, char **a_form, char **b_form);

#endif
