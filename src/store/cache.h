/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What can be fetched again: sets by id, and the last answers of each platform.  It never fails
 * loudly; what is not there is asked for again.  `url` is the platform's address.
 */
#ifndef SIDESTAGE_STORE_CACHE_H
#define SIDESTAGE_STORE_CACHE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ids.h"
#include "model/packed.h"

struct store;

/* The set's JSON as it came from the platform.  New reference, or NULL: not cached.  What equals a
 * part of `like` (NULL: none) is that very part (model/packed.h). */
json_t *store_get_set(struct store *store, const char *url, const char *org, const char *app,
		      const char *set_id, json_t *like);
/* Without effect when it cannot be written. */
void store_put_set(struct store *store, const char *url, const char *org, const char *app,
		   const char *set_id, const json_t *set);
/* The last answers, e.g. by url + path.  New reference, or NULL: not cached.  digest: that of the
 * answer's own bytes, as it was given; read_at: wall ms of when it was put.  NULL is fine for
 * both. */
json_t *store_cache_get(struct store *store, const char *key, char digest[IDS_SHA256_B64_SIZE],
			int64_t *read_at);
/* A cached list, entry by entry, as packed_each() gives them.  false: it is not cached, or is no
 * list; what was given until then is to be thrown away. */
bool store_cache_each(struct store *store, const char *key, char digest[IDS_SHA256_B64_SIZE],
		      int64_t *read_at, packed_take *take, void *data);
/* What was put longest ago goes when there are too many. */
void store_cache_put(struct store *store, const char *key, const json_t *body, const char *digest);
/* The same of what was known at that time already. */
void store_cache_put_of(struct store *store, const char *key, const json_t *body,
			const char *digest, int64_t wall_ms);
/* Between these two all that is read is read under one lock, and other programs cannot write. */
void store_cache_hold(struct store *store);
void store_cache_release(struct store *store);
void store_cache_drop(struct store *store, const char *key);

#endif
