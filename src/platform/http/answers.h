/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Answers that are kept, encoded, until the database (or what else they are made of) changes. */
#ifndef SIDESTAGE_PLATFORM_HTTP_ANSWERS_H
#define SIDESTAGE_PLATFORM_HTTP_ANSWERS_H

#include <stdint.h>

struct answers;

struct known_answer {
	char *key;		/* who asks, and for what */
	char *text;
	char *etag;
	int64_t version;	/* of the repository, see repository_version() */
};

/* Empty; its size has a bound, whatever is put in. */
struct answers *answers_new(void);
void answers_free(struct answers *answers);	/* NULL is fine */

/* Borrowed until the next answers_put(); NULL when it is not known, or of another version. */
const struct known_answer *answers_find(const struct answers *answers, const char *key,
					int64_t version);
/* Copies; what is very large is not kept. */
void answers_put(struct answers *answers, const char *key, int64_t version, const char *text,
		 const char *etag);

#endif
