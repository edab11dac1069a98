/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of isolation.h share. */
#ifndef SIDESTAGE_COMPARE_ISOLATION_PARTS_H
#define SIDESTAGE_COMPARE_ISOLATION_PARTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "compare/isolation.h"

struct host;

struct isolation_search {
	const struct isolation *isolation;
	struct isolation_findings *findings;
	json_t *names;		/* {name: the environment's}: lower case */
	json_t *hosts;		/* {host: true} of the source's resources */
	json_t *neighbours;	/* {name: true}: workloads, containers, resources */
	size_t first;		/* finding of the string that is read */
	json_t *found;		/* {name: true} of that string */
	size_t looked_to;	/* how far of its text it was looked for what was found */
	bool only_names;	/* of environments: where an image is pulled from leads nowhere */
	const char *where, *key, *text;	/* of that string, as it is written */
};

/* isolation.c */
bool isolation_is_found(const struct isolation_search *search, const char *names);
/* Adds one for the string at hand (where, key, text of the search). */
void isolation_add(struct isolation_search *search, enum isolation_kind kind, const char *names);

/* isolation-names.c */
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

/* isolation-hosts.c */
bool isolation_is_this_machine(const struct host *host);
/* Whether it is a workload, container or resource of the set itself, which the clone has as
 * well. */
bool isolation_is_neighbour(const struct isolation_search *search, const char *name);
/* The value of a key that holds hosts (DB_HOST) as a text that hosts_find() takes for one; free()
 * it.  NULL: it is no such key, or the text says itself what it is. */
char *isolation_as_host(const struct isolation_search *search, const char *text);
/* All hosts of such a text, as findings. */
void isolation_search_hosts(struct isolation_search *search, char *text);

#endif
