/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The client's two SQLite files.  history.db holds what must never be lost: the journal
 * of operations and their steps, with the way back of each; it is written durably, before
 * the first request of an operation and after each step.  cache.db holds what can be
 * fetched again: sets by id, and the last answers for the first board; it may be deleted or
 * damaged at any time and is then made anew, also while it is open.
 *
 * Several programs may use the same files at once.  `url` is what names the platform: in the
 * history its key (store/platforms.h), whatever its address; in the cache the address.
 */
#ifndef SIDESTAGE_STORE_STORE_H
#define SIDESTAGE_STORE_STORE_H

struct error;
struct store;

/* Makes what is missing (files 0600; the folders must be there or are made 0700) and brings
 * older schemas up to date.  NULL with ERROR_STORE: history.db cannot be opened, is damaged,
 * or is from a newer program (it stays as it was).  A bad cache is never an error. */
struct store *store_open(const char *history_path, const char *cache_path, struct error *err);
void store_close(struct store *store);	/* NULL is fine */
/*
 * After store_open() failed (`why`): what can be read all the same.  A history.db that is good but
 * cannot be written is read; else an empty one in memory stands for it, and lists of operations are
 * an error, not empty.  No operation can begin.  The file stays as it is.  NULL with err: there is
 * no memory for even that.
 */
struct store *store_open_without_history(const char *history_path, const char *cache_path,
					 const struct error *why, struct error *err)
	__attribute__((warn_unused_result));

#endif
