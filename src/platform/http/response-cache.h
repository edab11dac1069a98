/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Answers that are kept, encoded, until the database (or what else they are made of) changes. */
#ifndef SIDESTAGE_PLATFORM_HTTP_RESPONSE_CACHE_H
#define SIDESTAGE_PLATFORM_HTTP_RESPONSE_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct driver;
struct place;
struct response_cache;
struct route;

/* What an answer is made of beside the database; all 0: nothing. */
struct cached_beside {
	bool other_form;	/* of the two that it has, by Accept */
	uint64_t driver;	/* the driver's number for the state of the environment */
	uint64_t problems;	/* how often they have changed */
};

struct cached_response {
	char *key;		/* who asks, and for what */
	char *text;
	size_t length;
	char *etag;
	char *content_type;	/* NULL: JSON */
	int64_t version;	/* of the repository, see repository_version() */

	/* What was found out for its request and holds for each that has the same key. */
	const struct route *route;
	char *org, *app, *env;	/* NULL: it is in none */
	struct driver *driver;	/* borrowed from the platform; NULL: it is not asked */
	struct cached_beside beside;
};

/* Empty; its size has a bound, whatever is put in. */
struct response_cache *response_cache_new(void);
void response_cache_free(struct response_cache *cache);	/* NULL is fine */

/* Borrowed until the next response_cache_put(); NULL when it is not known, or of another
 * version. */
const struct cached_response *response_cache_find(const struct response_cache *cache,
						  const char *key, int64_t version);
/* A key and nothing else, to be filled, and put or freed. */
struct cached_response *cached_response_new(const char *key);
void cached_response_free(struct cached_response *answer);	/* NULL is fine */
/* Takes the answer, and copies the rest; what is very large is not kept. */
void response_cache_put(struct response_cache *cache, struct cached_response *answer,
			int64_t version, const char *text, const char *etag);

#endif
