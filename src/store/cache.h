/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What can be fetched again: sets by id, and the last answers of each platform.  It never fails
 * loudly; what is not there is asked for again.  `url` is the platform's address.
 */
#ifndef SIDESTAGE_STORE_CACHE_H
#define SIDESTAGE_STORE_CACHE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct store;

/* The set's JSON as it came from the platform.  New reference, or NULL: not cached. */
json_t *store_get_set(struct store *store, const char *url, const char *org, const char *app,
		      const char *set_id);
/* Without effect when it cannot be written. */
void store_put_set(struct store *store, const char *url, const char *org, const char *app,
		   const char *set_id, const json_t *set);
/* Raw bodies of the last answers, e.g. by url + path; free() it.  NULL: not cached.
 * read_at (NULL is fine): wall ms of when it was put. */
char *store_cache_get(struct store *store, const char *key, size_t *length, int64_t *read_at);
/* As above; what was put longest ago goes when there are too many. */
void store_cache_put(struct store *store, const char *key, const char *body, size_t length);
/* Between these two all that is read is read under one lock, and other programs cannot write. */
void store_cache_hold(struct store *store);
void store_cache_release(struct store *store);
void store_cache_drop(struct store *store, const char *key);

#endif
