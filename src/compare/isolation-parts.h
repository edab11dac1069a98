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
void isolation_add(struct isolation_search *search, enum isolation_kind kind, const char *names);

/* isolation-names.c */
bool isolation_is_word(char c);
bool isolation_has_words(const char *text, size_t wanted);
size_t isolation_line_start(const char *text, size_t at);
size_t isolation_line_length(const char *line);
bool isolation_is_of_several_lines(const char *text, size_t start);
bool isolation_is_prose(const char *text, size_t start, size_t end);
bool isolation_begins_comment(const char *line);
void isolation_hide_own(const struct isolation_search *search, char *text);
const char *isolation_find_name(const struct isolation_search *search, const char *text,
				size_t from, size_t *start, size_t *end);
void isolation_search_names(struct isolation_search *search, const char *text);

/* isolation-hosts.c */
bool isolation_is_this_machine(const struct host *host);
bool isolation_is_neighbour(const struct isolation_search *search, const char *name);
char *isolation_as_host(const struct isolation_search *search, const char *text);
void isolation_search_hosts(struct isolation_search *search, char *text);

#endif
