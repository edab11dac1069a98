/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A table with one place for each hash of a key: a newer answer takes the place of an older
 * one, so there is nothing to age and the whole is never larger than SLOTS times TEXT_MAX.
 *
 * A kept answer belongs to a version of the database and is of no use at any other, so nobody
 * has to say what a change makes invalid.  Boards poll: between two changes they ask for the
 * same few lists over and over, and those are answered without a query.
 */
#include "config.h"

#include "platform/http/response-cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"

#define SLOTS 256
#define TEXT_MAX (128 * 1024)

struct response_cache {
	struct cached_response *slots[SLOTS];
};

struct response_cache *
response_cache_new(void)
{
	return xcalloc(1, sizeof(struct response_cache));
}

struct cached_response *
cached_response_new(const char *key)
{
	struct cached_response *answer = xcalloc(1, sizeof(*answer));

	answer->key = xstrdup(key);
	return answer;
}

void
cached_response_free(struct cached_response *answer)
{
	if (!answer)
		return;
	free(answer->key);
	free(answer->text);
	free(answer->etag);
	free(answer->content_type);
	free(answer->org);
	free(answer->app);
	free(answer->env);
	free(answer);
}

void
response_cache_free(struct response_cache *cache)
{
	if (!cache)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		cached_response_free(cache->slots[i]);
	free(cache);
}

/* FNV-1a. */
static size_t
slot_of(const char *key)
{
	uint32_t hash = 2166136261u;

	for (; *key; key++)
		hash = (hash ^ (unsigned char)*key) * 16777619u;
	return hash % SLOTS;
}

const struct cached_response *
response_cache_find(const struct response_cache *cache, const char *key, int64_t version)
{
	const struct cached_response *answer = cache->slots[slot_of(key)];

	return answer && answer->version == version && strcmp(answer->key, key) == 0 ? answer
										     : NULL;
}

/* A large answer is left out; one of them would be worth the memory
 * of hundreds that are polled. */
void
response_cache_put(struct response_cache *cache, struct cached_response *answer, int64_t version,
		   const char *text, const char *etag)
{
	struct cached_response **slot = &cache->slots[slot_of(answer->key)];

	answer->length = strlen(text);
	if (answer->length > TEXT_MAX) {
		cached_response_free(answer);
		return;
	}
	answer->text = xstrdup(text);
	answer->etag = xstrdup(etag);
	answer->version = version;
	cached_response_free(*slot);
	*slot = answer;
}
