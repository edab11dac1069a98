/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Random, hashed and checked identifiers.
 *
 * Ids that order a list are UUIDs of version 7: they rise with the time, so an index on the
 * id is an index on the time.  Ids that say "the same content" are SHA-256; ids_hash() is
 * neither: it is fast, can be forged, and only spreads entries over tables in memory; and
 * ids_checksum() finds what was damaged.
 */
#include "config.h"

#include "base/ids.h"

#include <nettle/base64.h>
#include <nettle/sha2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/xmalloc.h"

#include "base/clock.h"

#define RANDOM_MAX 256

/* Without randomness there is no id that nobody else has, and nothing sensible to go on with. */
static void
random_bytes(unsigned char *out, size_t count)
{
	/* Up to RANDOM_MAX bytes getrandom() is never interrupted and never short. */
	if (getrandom(out, count, 0) != (ssize_t)count)
		abort();
}

void
ids_uuid7(char out[IDS_UUID_SIZE])
{
	/* RFC 9562 §6.2 method 1: a counter in the 12 bits behind the millisecond. */
	static int64_t last_ms;
	static unsigned counter;
	unsigned char b[16];
	int64_t now = clock_wall_ms();

	random_bytes(b, sizeof(b));
	/* The clock may be set back; ids must rise all the same, since lists are ordered by
	 * them. */
	if (now <= last_ms) {
		counter++;
		if (counter > 0xfff) {
			last_ms++;
			counter = 0;
		}
	} else {
		last_ms = now;
		/* Random, but with its highest bit clear: there is room to count within the
		 * millisecond. */
		counter = (unsigned)(b[6] & 0x07) << 8 | b[7];
	}
	for (int i = 0; i < 6; i++)
		b[i] = (unsigned char)(last_ms >> (40 - 8 * i));
	b[6] = (unsigned char)(0x70 | (counter >> 8 & 0x0f));
	b[7] = (unsigned char)counter;
	b[8] = (unsigned char)(0x80 | (b[8] & 0x3f));
	for (int i = 0, at = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			out[at++] = '-';
		snprintf(out + at, 3, "%02x", b[i]);
		at += 2;
	}
}

void
ids_random_hex(char *out, size_t digits)
{
	/* A call of the system for each digit costs more than a request. */
	unsigned char bytes[RANDOM_MAX];
	size_t more;

	for (size_t i = 0; i < digits; i++) {
		if (i % sizeof(bytes) == 0) {
			more = digits - i;
			random_bytes(bytes, more < sizeof(bytes) ? more : sizeof(bytes));
		}
		out[i] = "0123456789abcdef"[bytes[i % sizeof(bytes)] & 15];
	}
	out[digits] = '\0';
	explicit_bzero(bytes, sizeof(bytes));
}

static void
sha256(uint8_t digest[SHA256_DIGEST_SIZE], const void *bytes, size_t length)
{
	struct sha256_ctx context;

	sha256_init(&context);
	sha256_update(&context, length, bytes);
	sha256_digest(&context, SHA256_DIGEST_SIZE, digest);
}

/* base64url without padding, because the id becomes a part of an address (RFC 4648 §5). */
static void
write_b64(char out[IDS_SHA256_B64_SIZE], const uint8_t digest[SHA256_DIGEST_SIZE])
{
	char padded[BASE64_ENCODE_RAW_LENGTH(SHA256_DIGEST_SIZE)];

	base64_encode_raw(padded, SHA256_DIGEST_SIZE, digest);
	memcpy(out, padded, IDS_SHA256_B64_SIZE - 1);
	out[IDS_SHA256_B64_SIZE - 1] = '\0';
	for (char *c = out; *c; c++)
		*c = (char)(*c == '+' ? '-' : *c == '/' ? '_' : *c);
}

void
ids_sha256_b64(char out[IDS_SHA256_B64_SIZE], const void *bytes, size_t length)
{
	uint8_t digest[SHA256_DIGEST_SIZE];

	sha256(digest, bytes, length);
	write_b64(out, digest);
}

struct ids_sha256 {
	struct sha256_ctx context;
};

struct ids_sha256 *
ids_sha256_new(void)
{
	struct ids_sha256 *digest = xcalloc(1, sizeof(*digest));

	sha256_init(&digest->context);
	return digest;
}

void
ids_sha256_add(struct ids_sha256 *digest, const void *bytes, size_t length)
{
	sha256_update(&digest->context, length, bytes);
}

void
ids_sha256_end_b64(struct ids_sha256 *digest, char out[IDS_SHA256_B64_SIZE])
{
	uint8_t bytes[SHA256_DIGEST_SIZE];

	sha256_digest(&digest->context, sizeof(bytes), bytes);
	write_b64(out, bytes);
	free(digest);
}

void
ids_sha256_hex(char out[IDS_SHA256_HEX_SIZE], const void *bytes, size_t length)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t digest[SHA256_DIGEST_SIZE];

	sha256(digest, bytes, length);
	for (size_t i = 0; i < sizeof(digest); i++) {
		out[2 * i] = digits[digest[i] >> 4];
		out[2 * i + 1] = digits[digest[i] & 15];
	}
	out[2 * sizeof(digest)] = '\0';
}

static bool
is_name_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool
ids_is_name(const char *s)
{
	size_t length = s ? strlen(s) : 0;

	if (length < 2 || length > 50 || s[0] == '-' || s[length - 1] == '-')
		return false;
	for (size_t i = 0; i < length; i++)
		if (!is_name_character(s[i]) && (s[i] != '-' || s[i - 1] == '-'))
			return false;
	return true;
}

bool
ids_is_id(const char *s)
{
	static const char characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "0123456789_-";
	size_t length = s ? strspn(s, characters) : 0;

	return length > 0 && length <= 64 && s[length] == '\0';
}

/* Each step can be undone, so words that differ once lead to sums that differ. */
static uint64_t
add_word(uint64_t sum, const void *bytes, size_t length)
{
	uint64_t word = 0;

	memcpy(&word, bytes, length);
	sum = (sum ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return sum ^ sum >> 32;
}

/* A word that ends early is told from one with zeros by the length, which is in the sum too. */
uint64_t
ids_checksum(const void *bytes, size_t length)
{
	const unsigned char *at = bytes, *end = at + length;
	uint64_t sum = add_word(0, &length, sizeof(length));

	for (; end - at >= 8; at += 8)
		sum = add_word(sum, at, 8);
	return at < end ? add_word(sum, at, (size_t)(end - at)) : sum;
}

/* The separator 0x1f makes {"ab", "c"} another list than {"a", "bc"}. */
uint64_t
ids_hash(const char *const *texts, size_t count)
{
	uint64_t hash = 14695981039346656037u;

	for (size_t i = 0; i < count; i++) {
		for (const char *c = texts[i]; *c; c++)
			hash = (hash ^ (unsigned char)*c) * 1099511628211u;
		hash = (hash ^ 0x1f) * 1099511628211u;
	}
	return hash;
}
