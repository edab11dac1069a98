/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Names of environments in a text, which lead there, or are only read in prose and comments. */
#ifndef SIDESTAGE_COMPARE_ISOLATION_NAMES_H
#define SIDESTAGE_COMPARE_ISOLATION_NAMES_H

#include <stdbool.h>
#include <stddef.h>

struct isolation_search;

/* A character of names. */
bool isolation_is_word(char c);
/* Whether the text has at least so many words: prose names an environment without leading to it. */
bool isolation_has_words(const char *text, size_t wanted);
/* The line that a byte is in: where it begins, and how long it is without its end. */
size_t isolation_line_start(const char *text, size_t at);
size_t isolation_line_length(const char *line);
/* Whether a name stands in a text of several lines, and whether it is in a sentence or a comment
 * there. */
bool isolation_is_of_several_lines(const char *text, size_t start);
bool isolation_is_prose(const char *text, size_t start, size_t end);
bool isolation_begins_comment(const char *line);
/* Blanks the clone's own names in `text`, so that "hotfix-production" is not taken for
 * production. */
void isolation_hide_own(const struct isolation_search *search, char *text);
/* The next name of an environment from there on, and where it stands; NULL: none is left.
 * Borrowed. */
const char *isolation_find_name(const struct isolation_search *search, const char *text,
				size_t from, size_t *start, size_t *end);
/* All of them in a text, as findings. */
void isolation_search_names(struct isolation_search *search, const char *text);

#endif
