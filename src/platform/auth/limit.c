/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Token buckets, filled when they are looked at by the time that has passed: no timer, no
 * thread, and a table of a fixed size however many addresses ask.
 *
 * Keys are hashed with a secret of the process: somebody who knew where keys go could fill
 * one set with addresses of their own and push a bucket of somebody else out of it.
 */
#include "config.h"

#include "platform/auth/limit.h"

#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/xmalloc.h"

#define SETS 512
#define WAYS 8
#define KEY_SIZE 16

const struct limiter_options limiter_defaults = {
	.limits = {
		/* A board of a hundred environments that draws itself anew is one burst. */
		[LIMIT_CALLER] = {.per_second = 100, .burst = 1000},
		[LIMIT_STRANGER] = {.per_second = 2, .burst = 60},
		[LIMIT_WRONG] = {.per_second = 0.2, .burst = 10},
	},
};

struct bucket {
	uint8_t key[KEY_SIZE];
	double left;
	int64_t at;		/* steady ms when `left` was right */
	uint8_t kind;
	bool used;
};

struct limiter {
	struct limiter_options options;
	uint8_t secret[16];	/* so that nobody outside can choose where a key goes */
	struct bucket buckets[SETS][WAYS];
};

struct limiter *
limiter_new(const struct limiter_options *options)
{
	struct limiter *limiter = xcalloc(1, sizeof(*limiter));

	limiter->options = *options;
	if (getrandom(limiter->secret, sizeof(limiter->secret), 0) != sizeof(limiter->secret))
		abort();
	return limiter;
}

void
limiter_free(struct limiter *limiter)
{
	free(limiter);
}

/* The key's set; `digest` becomes what it is compared by. */
static struct bucket *
find_set(struct limiter *limiter, enum limit_kind kind, const char *key,
	 uint8_t digest[SHA256_DIGEST_SIZE])
{
	struct sha256_ctx context;
	uint8_t byte = (uint8_t)kind;

	sha256_init(&context);
	sha256_update(&context, sizeof(limiter->secret), limiter->secret);
	sha256_update(&context, 1, &byte);
	sha256_update(&context, strlen(key), (const uint8_t *)key);
	sha256_digest(&context, SHA256_DIGEST_SIZE, digest);
	return limiter->buckets[(digest[30] << 8 | digest[31]) % SETS];
}

static double
left_at(const struct limiter *limiter, const struct bucket *bucket, int64_t now_ms)
{
	const struct limit *limit = &limiter->options.limits[bucket->kind];
	double passed = (double)(now_ms - bucket->at) / 1000;
	double left = bucket->left + (passed > 0 ? passed : 0) * limit->per_second;

	return left < limit->burst ? left : limit->burst;
}

static struct bucket *
find(struct bucket *set, enum limit_kind kind, const uint8_t *digest)
{
	for (int i = 0; i < WAYS; i++)
		if (set[i].used && set[i].kind == kind && memcmp(set[i].key, digest, KEY_SIZE) == 0)
			return &set[i];
	return NULL;
}

/* A share from 0 to 1, so that buckets of different sizes can be compared. */
static double
fullness(const struct limiter *limiter, const struct bucket *bucket, int64_t now_ms)
{
	return bucket->used ? left_at(limiter, bucket, now_ms) /
				      limiter->options.limits[bucket->kind].burst
			    : 2;
}

static struct bucket *
make(struct limiter *limiter, struct bucket *set, enum limit_kind kind, const uint8_t *digest,
     int64_t now_ms)
{
	struct bucket *victim = &set[0];

	for (int i = 1; i < WAYS; i++)
		if (fullness(limiter, &set[i], now_ms) > fullness(limiter, victim, now_ms))
			victim = &set[i];
	*victim = (struct bucket){
		.left = limiter->options.limits[kind].burst,
		.at = now_ms,
		.kind = (uint8_t)kind,
		.used = true,
	};
	memcpy(victim->key, digest, KEY_SIZE);
	return victim;
}

static int
seconds_until_one(const struct limit *limit, double left)
{
	double seconds = (1 - left) / limit->per_second;

	/* Rounded up, so that who waits that long is not refused again. */
	return seconds > 3600 ? 3600 : (int)seconds + (seconds > (int)seconds || seconds < 1);
}

int
limiter_take(struct limiter *limiter, enum limit_kind kind, const char *key, int64_t now_ms)
{
	const struct limit *limit = &limiter->options.limits[kind];
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct bucket *set, *bucket;

	if (limit->per_second <= 0)
		return 0;
	set = find_set(limiter, kind, key, digest);
	bucket = find(set, kind, digest);
	if (!bucket)
		bucket = make(limiter, set, kind, digest, now_ms);
	bucket->left = left_at(limiter, bucket, now_ms);
	bucket->at = now_ms;
	if (bucket->left < 1)
		return seconds_until_one(limit, bucket->left);
	bucket->left -= 1;
	return 0;
}

int
limiter_look(struct limiter *limiter, enum limit_kind kind, const char *key, int64_t now_ms)
{
	const struct limit *limit = &limiter->options.limits[kind];
	uint8_t digest[SHA256_DIGEST_SIZE];
	const struct bucket *bucket;
	double left;

	if (limit->per_second <= 0)
		return 0;
	bucket = find(find_set(limiter, kind, key, digest), kind, digest);
	left = bucket ? left_at(limiter, bucket, now_ms) : limit->burst;
	return left < 1 ? seconds_until_one(limit, left) : 0;
}

bool
limiter_knows(struct limiter *limiter, enum limit_kind kind, const char *key)
{
	uint8_t digest[SHA256_DIGEST_SIZE];

	return find(find_set(limiter, kind, key, digest), kind, digest) != NULL;
}
