/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * From the one key of the file come four, by HMAC, so that none says anything about another:
 * one seals, one makes fingerprints, one makes names, and one is kept in the open with the state,
 * to tell whether a key fits.
 *
 * A sealed text is "v1:" and the base64 of nonce, ciphertext and tag.  The nonce is drawn at
 * random for each, 96 bits: at the 2^32 secrets that a key may seal, the chance that two are
 * alike is below 2^-32.
 */
#include "config.h"

#include "platform/state/secret.h"

#include <nettle/base64.h>
#include <nettle/chacha-poly1305.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "platform/state/place.h"
#include "platform/state/secret-key.h"

#define SEALED "v1:"
#define NONCE CHACHA_POLY1305_NONCE_SIZE
#define TAG CHACHA_POLY1305_DIGEST_SIZE
#define HASH SHA256_DIGEST_SIZE

_Static_assert(SECRET_KEY_SIZE == CHACHA_POLY1305_KEY_SIZE && HASH == SECRET_KEY_SIZE &&
		       HASH == SECRET_NAME_KEY_SIZE, "keys");

struct secrets {
	uint8_t sealing[HASH];
	uint8_t printing[HASH];
	uint8_t naming[HASH];
	uint8_t check[HASH];
};

static void
derive(uint8_t out[HASH], const uint8_t key[SECRET_KEY_SIZE], const char *purpose)
{
	struct hmac_sha256_ctx context;

	hmac_sha256_set_key(&context, SECRET_KEY_SIZE, key);
	hmac_sha256_update(&context, strlen(purpose), (const uint8_t *)purpose);
	hmac_sha256_digest(&context, HASH, out);
	explicit_bzero(&context, sizeof(context));
}

/* A page of their own: no child that is forked gets it, nor a core, nor (where the limit
 * allows it) the swap. */
static struct secrets *
keys_map(struct error *err)
{
	void *page = mmap(NULL, sizeof(struct secrets), PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED) {
		error_errno(err, _("There is no memory for the keys of the secrets"));
		return NULL;
	}
	(void)madvise(page, sizeof(struct secrets), MADV_WIPEONFORK);
	(void)madvise(page, sizeof(struct secrets), MADV_DONTDUMP);
	(void)mlock(page, sizeof(struct secrets));
	return page;
}

struct secrets *
secrets_open(const char *key_file, const char *state, bool make, struct error *err)
{
	uint8_t key[SECRET_KEY_SIZE];
	struct secrets *secrets;

	if (secret_key_read(key_file, state, make, key, err) != 0)
		return NULL;
	secrets = keys_map(err);
	if (!secrets) {
		explicit_bzero(key, sizeof(key));
		return NULL;
	}
	derive(secrets->sealing, key, "sidestaged seal 1");
	derive(secrets->printing, key, "sidestaged fingerprint 1");
	derive(secrets->naming, key, "sidestaged name 1");
	derive(secrets->check, key, "sidestaged check 1");
	explicit_bzero(key, sizeof(key));
	return secrets;
}

void
secrets_free(struct secrets *secrets)
{
	if (!secrets)
		return;
	explicit_bzero(secrets, sizeof(*secrets));
	(void)munmap(secrets, sizeof(*secrets));
}

void
secrets_wipe(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}

/* Each part ends in a NUL, which none of them can hold: no two places give the same bytes. */
static uint8_t *
associated_data(const struct place *place, const char *key, size_t *length)
{
	const char *const parts[] = {"value", place->org, place->app, place->env ? place->env : "",
				     key};
	uint8_t *out, *at;

	*length = 0;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		*length += strlen(parts[i]) + 1;
	out = at = xmalloc(*length);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		memcpy(at, parts[i], strlen(parts[i]) + 1);
		at += strlen(parts[i]) + 1;
	}
	return out;
}

static void
prepare(const struct secrets *secrets, const struct place *place, const char *key,
	const uint8_t nonce[NONCE], struct chacha_poly1305_ctx *context)
{
	size_t length;
	uint8_t *data = associated_data(place, key, &length);

	chacha_poly1305_set_key(context, secrets->sealing);
	chacha_poly1305_set_nonce(context, nonce);
	chacha_poly1305_update(context, length, data);
	free(data);
}

char *
secrets_seal(const struct secrets *secrets, const struct place *place, const char *key,
	     const char *text)
{
	struct chacha_poly1305_ctx context;
	size_t length = strlen(text), total = NONCE + length + TAG;
	uint8_t *bytes = xmalloc(total);
	char *out = xmalloc(strlen(SEALED) + BASE64_ENCODE_RAW_LENGTH(total) + 1);

	/* Up to 256 bytes getrandom() is never interrupted and never short. */
	if (getrandom(bytes, NONCE, 0) != NONCE)
		abort();
	prepare(secrets, place, key, bytes, &context);
	chacha_poly1305_encrypt(&context, length, bytes + NONCE, (const uint8_t *)text);
	chacha_poly1305_digest(&context, TAG, bytes + NONCE + length);
	explicit_bzero(&context, sizeof(context));
	memcpy(out, SEALED, strlen(SEALED));
	base64_encode_raw(out + strlen(SEALED), total, bytes);
	out[strlen(SEALED) + BASE64_ENCODE_RAW_LENGTH(total)] = '\0';
	free(bytes);
	return out;
}

/* The bytes of a sealed text, NULL when it is none; free() them. */
static uint8_t *
decode(const char *sealed, size_t *length)
{
	struct base64_decode_ctx context;
	size_t written = strlen(sealed);
	uint8_t *bytes;

	if (strncmp(sealed, SEALED, strlen(SEALED)) != 0)
		return NULL;
	sealed += strlen(SEALED);
	*length = BASE64_DECODE_LENGTH(written);
	bytes = xmalloc(*length);
	base64_decode_init(&context);
	if (base64_decode_update(&context, length, bytes, strlen(sealed), sealed) &&
	    base64_decode_final(&context) && *length >= NONCE + TAG)
		return bytes;
	free(bytes);
	return NULL;
}

/* The tag is known only when the text is; until it is good nobody gets to see that. */
static char *
open_sealed(const struct secrets *secrets, const struct place *place, const char *key,
	    const uint8_t *bytes, size_t length)
{
	struct chacha_poly1305_ctx context;
	size_t left = length - NONCE - TAG;
	char *text = xmalloc(left + 1);
	uint8_t tag[TAG];
	bool good;

	prepare(secrets, place, key, bytes, &context);
	chacha_poly1305_decrypt(&context, left, (uint8_t *)text, bytes + NONCE);
	chacha_poly1305_digest(&context, TAG, tag);
	explicit_bzero(&context, sizeof(context));
	text[left] = '\0';
	good = memeql_sec(tag, bytes + NONCE + left, TAG) != 0;
	if (good)
		return text;
	explicit_bzero(text, left);
	free(text);
	return NULL;
}

char *
secrets_unseal(const struct secrets *secrets, const struct place *place, const char *key,
	       const char *sealed, struct error *err)
{
	size_t length;
	uint8_t *bytes = decode(sealed, &length);
	char *text = bytes ? open_sealed(secrets, place, key, bytes, length) : NULL;

	free(bytes);
	if (!text)
		error_set_code(err, CODE_SECRET_UNREADABLE, .key = key);
	return text;
}

static void
hexadecimal(char out[SECRET_FINGERPRINT_SIZE], const uint8_t *bytes)
{
	for (size_t i = 0; i < SECRET_FINGERPRINT_SIZE / 2; i++)
		snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

/* Over the application and not the environment: a secret that was copied from
 * one environment to another must be seen to be the same, and between
 * applications nothing can be compared. */
void
secrets_fingerprint(const struct secrets *secrets, const struct place *place, const char *text,
		    char out[SECRET_FINGERPRINT_SIZE])
{
	struct hmac_sha256_ctx context;
	uint8_t hash[HASH];

	hmac_sha256_set_key(&context, HASH, secrets->printing);
	hmac_sha256_update(&context, strlen(place->org) + 1, (const uint8_t *)place->org);
	hmac_sha256_update(&context, strlen(place->app) + 1, (const uint8_t *)place->app);
	hmac_sha256_update(&context, strlen(text), (const uint8_t *)text);
	hmac_sha256_digest(&context, HASH, hash);
	explicit_bzero(&context, sizeof(context));
	hexadecimal(out, hash);
}

const uint8_t *
secrets_name_key(const struct secrets *secrets)
{
	return secrets->naming;
}

/* Says whether two keys are the same, and nothing of either. */
void
secrets_key_check(const struct secrets *secrets, char out[SECRET_FINGERPRINT_SIZE])
{
	hexadecimal(out, secrets->check);
}
