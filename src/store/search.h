/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What store_history_list() does with `find`, in pieces of a few milliseconds each, the newest
 * first, however long the history is.  after, limit, unfinished and unwatched do not count.
 */
#ifndef SIDESTAGE_STORE_SEARCH_H
#define SIDESTAGE_STORE_SEARCH_H

struct error;
struct history_query;
struct operation_list;
struct store;
struct store_search;

/* Borrows the store; the texts of the query are copied.  Finds nothing that is written later. */
struct store_search *store_search_new(struct store *store, const struct history_query *query);
void store_search_free(struct store_search *search);	/* NULL is fine */
/* Looks through the next piece, and adds what it finds to the list, which stays newest first.  1:
 * there is more to look through; 0: that was all; -1 with ERROR_STORE. */
int store_search_step(struct store_search *search, struct operation_list *list, struct error *err)
	__attribute__((warn_unused_result));
int store_search_done(const struct store_search *search); /* how much was looked through, of 1000 */

#endif
