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

#include "platform/http/answers.h"

#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"

#define SLOTS 256
#define TEXT_MAX (128 * 1024)

struct answers {
	struct known_answer *slots[SLOTS];
};

struct answers *
answers_new(void)
{
	return xcalloc(1, sizeof(struct answers));
}

struct known_answer *
known_answer_new(const char *key)
{
	struct known_answer *answer = xcalloc(1, sizeof(*answer));

	answer->key = xstrdup(key);
	return answer;
}

void
known_answer_free(struct known_answer *answer)
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
answers_free(struct answers *answers)
{
	if (!answers)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		known_answer_free(answers->slots[i]);
	free(answers);
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

const struct known_answer *
answers_find(const struct answers *answers, const char *key, int64_t version)
{
	const struct known_answer *answer = answers->slots[slot_of(key)];

	return answer && answer->version == version && strcmp(answer->key, key) == 0 ? answer
										     : NULL;
}

/* A large answer is left out; one of them would be worth the memory
 * of hundreds that are polled. */
void
answers_put(struct answers *answers, struct known_answer *answer, int64_t version,
	    const char *text, const char *etag)
{
	struct known_answer **slot = &answers->slots[slot_of(answer->key)];

	answer->length = strlen(text);
	if (answer->length > TEXT_MAX) {
		known_answer_free(answer);
		return;
	}
	answer->text = xstrdup(text);
	answer->etag = xstrdup(etag);
	answer->version = version;
	known_answer_free(*slot);
	*slot = answer;
}
