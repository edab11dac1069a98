/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Secrets at rest: ChaCha20-Poly1305 (RFC 8439) under the platform's key, with a random nonce,
 * and the place of the secret as associated data, so that a sealed text which is moved to
 * another row is refused.
 *
 * The key is 32 random bytes, written as 64 hexadecimal digits in a file of its own: whoever
 * has a copy of the database alone has no secret.
 */
#ifndef SIDESTAGE_PLATFORM_STATE_SECRET_H
#define SIDESTAGE_PLATFORM_STATE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct place;
struct secrets;

/* The name of this platform's own store. */
#define SECRET_STORE "sidestaged"

#define SECRET_FINGERPRINT_SIZE 33
#define SECRET_NAME_KEY_SIZE 32	/* bytes */

/*
 * Where the key comes from, in this order: `key_file`; the systemd credential
 * "sidestaged.key" ($CREDENTIALS_DIRECTORY); STATE/secret.key, which is made when it is not
 * there and `make` says so.  A file is opened without following a link, and must belong to us
 * and be closed to others (a credential may be root's).  NULL with err.
 */
struct secrets *secrets_open(const char *key_file, const char *state, bool make,
			     struct error *err);
void secrets_free(struct secrets *secrets);	/* NULL is fine; the key is wiped */

/* place->env NULL: of the application.  The sealed text is printable; free() it. */
char *secrets_seal(const struct secrets *secrets, const struct place *place, const char *key,
		   const char *text);
/* secrets_wipe() it.  NULL with ERROR_STORE: changed, moved, or of another key. */
char *secrets_unseal(const struct secrets *secrets, const struct place *place, const char *key,
		     const char *sealed, struct error *err);
void secrets_wipe(char *text);	/* NULL is fine; overwrites and frees */

/* Equal for equal texts of one application, and of no use without the key. */
void secrets_fingerprint(const struct secrets *secrets, const struct place *place,
			 const char *text, char out[SECRET_FINGERPRINT_SIZE]);
/* For names that change with a secret and tell nothing of it: SECRET_NAME_KEY_SIZE bytes,
 * borrowed. */
const uint8_t *secrets_name_key(const struct secrets *secrets);
/* Of the key itself, to notice another one. */
void secrets_key_check(const struct secrets *secrets, char out[SECRET_FINGERPRINT_SIZE]);

#endif
