/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Lists of Kubernetes objects whose items have a name of their own: the API's merge keys
 * (x-kubernetes-list-map-keys) as one table, and such a list as an object by that key.
 *
 *	[{"name": "A", "value": "1"}]                   {"A": {"value": "1"}}
 *	[{"containerPort": 80, "protocol": "TCP"}]      {"80/TCP": {}}
 *
 * Where the order means something and does not follow from the keys, items name their predecessor
 * in "after".  An item in the middle that comes or goes then changes one other item at most, where
 * numbers would change all that follow.
 */
#ifndef SIDESTAGE_MODEL_MERGE_KEYS_H
#define SIDESTAGE_MODEL_MERGE_KEYS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define MERGE_AFTER "after"

enum merge_order {
	MERGE_UNORDERED,	/* the order of items means nothing */
	MERGE_ORDERED,
	MERGE_REFERENCES	/* an item may refer to earlier ones: $(NAME) in variables */
};

struct merge_key {
	const char *list;	/* name of the list: "containers" */
	const char *kind;	/* of the object it is in; NULL: wherever it is */
	const char *keys[2];	/* members of an item; one or two */
	bool is_number;		/* the first key */
	const char *otherwise;	/* second key of an item that does not have it */
	enum merge_order order;
	const char *noun;	/* what a person calls an item: "variable" */
};

/* The i-th row; NULL behind the last. */
const struct merge_key *merge_key(size_t i);
/* The row of a list of that name in an object of that kind; NULL: it has no keys. */
const struct merge_key *merge_key_of(const char *list, const char *kind);
/* "web", "8080/TCP"; free() it.  NULL: the item does not have the key. */
char *merge_key_text(const struct merge_key *row, const json_t *item);

/* The list as an object by key; new reference.  NULL: it must stay a list, because an item does
 * not have the key, or two have the same.  Exact: of a custom resource, of whose list nobody knows
 * whether it has an order and defaults; it comes back to the byte. */
json_t *merge_fold(const struct merge_key *row, const json_t *list, bool exact);
/* The list again; new reference.  NULL: a member is no object, or its name is no such key;
 * *problem is the member then. */
json_t *merge_unfold(const struct merge_key *row, const json_t *folded, const char **problem);
/* The keys of a folded list in the order of its items; new reference to a list of strings. */
json_t *merge_order(const struct merge_key *row, const json_t *folded);

#endif
