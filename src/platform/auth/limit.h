/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * How often a caller may ask: token buckets in a table of a fixed size.
 *
 * A bucket holds up to `burst` requests and gets `per_second` back each second.  Who has a
 * token has a bucket of their own; who has none shares that of their address.  An address
 * that shows wrong tokens has a third, small one: while it is empty, tokens that this daemon
 * has not seen lately are refused from there unlooked-at, so that guessing is slow, and
 * those that it has seen go on working.
 *
 * The table is set-associative: a key has eight places.  When all are taken, the bucket
 * that is nearest to full is forgotten, since forgetting a full one changes nothing.
 */
#ifndef SIDESTAGE_PLATFORM_AUTH_LIMIT_H
#define SIDESTAGE_PLATFORM_AUTH_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

struct limiter;

enum limit_kind {
	LIMIT_CALLER,		/* key: the hash of the token */
	LIMIT_STRANGER,		/* key: the address; no token where one is needed */
	LIMIT_WRONG,		/* key: the address; a token that is not ours */
	LIMIT_KIND_COUNT
};

struct limit {
	double per_second;	/* 0: no limit of this kind */
	double burst;		/* at least 1 */
};

struct limiter_options {
	struct limit limits[LIMIT_KIND_COUNT];
};

extern const struct limiter_options limiter_defaults;

/* Copies the options. */
struct limiter *limiter_new(const struct limiter_options *options);
void limiter_free(struct limiter *limiter);	/* NULL is fine */

/* Takes one from the key's bucket: 0, or the seconds (1 and more) until there is one again.
 * now_ms: a clock that never goes back. */
int limiter_take(struct limiter *limiter, enum limit_kind kind, const char *key, int64_t now_ms);
/* The same answer, but takes nothing. */
int limiter_look(struct limiter *limiter, enum limit_kind kind, const char *key, int64_t now_ms);
/* The key has a bucket: something was taken from it lately. */
bool limiter_knows(struct limiter *limiter, enum limit_kind kind, const char *key);

#endif
