/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A search under way, and what it has found: isolation.c makes it, and what looks for names and for
 * hosts adds to it.
 */
#ifndef SIDESTAGE_COMPARE_ISOLATION_SEARCH_H
#define SIDESTAGE_COMPARE_ISOLATION_SEARCH_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "compare/isolation.h"

struct isolation_search {
	const struct isolation *isolation;
	struct isolation_findings *findings;
	json_t *names;		/* {name: the environment's}: lower case */
	json_t *hosts;		/* {host: true} of the source's resources */
	json_t *neighbours;	/* {name: true}: workloads, containers, resources, objects */
	json_t *objects;	/* {name: true}: those that are objects of a cluster */
	size_t first;		/* finding of the string that is read */
	json_t *found;		/* {name: true} of that string */
	size_t looked_to;	/* how far of its text it was looked for what was found */
	bool only_hosts;	/* the name of an environment alone leads nowhere */
	bool only_names;	/* of environments: where an image is pulled from leads nowhere */
	const char *where, *key, *text;	/* of that string, as it is written */
	/* The string before it in a list ("--lock-table"), or the "name" beside its "value". */
	const char *option;
};

/* A new one, of what is looked at; what it finds is in `findings`, which is empty then. */
void isolation_search_begin(struct isolation_search *search, struct isolation_findings *findings,
			    const struct isolation *isolation);
void isolation_search_end(struct isolation_search *search);

#endif
