/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Answers that are kept, encoded, until the database (or what else they are made of) changes. */
#ifndef SIDESTAGE_PLATFORM_HTTP_ANSWERS_H
#define SIDESTAGE_PLATFORM_HTTP_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct answers;
struct driver;
struct place;
struct route;

/* What an answer is made of beside the database; all 0: nothing. */
struct answer_beside {
	bool other_form;	/* of the two that it has, by Accept */
	uint64_t driver;	/* the driver's number for the state of the environment */
	uint64_t problems;	/* how often they have changed */
};

struct known_answer {
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
	struct answer_beside beside;
};

/* Empty; its size has a bound, whatever is put in. */
struct answers *answers_new(void);
void answers_free(struct answers *answers);	/* NULL is fine */

/* Borrowed until the next answers_put(); NULL when it is not known, or of another version. */
const struct known_answer *answers_find(const struct answers *answers, const char *key,
					int64_t version);
/* A key and nothing else, to be filled, and put or freed. */
struct known_answer *known_answer_new(const char *key);
void known_answer_free(struct known_answer *answer);	/* NULL is fine */
/* Takes the answer, and copies the rest; what is very large is not kept. */
void answers_put(struct answers *answers, struct known_answer *answer, int64_t version,
		 const char *text, const char *etag);

#endif
