/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Identifiers: making them, and telling good ones from bad. */
#ifndef SIDESTAGE_BASE_IDS_H
#define SIDESTAGE_BASE_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IDS_UUID_SIZE 37
#define IDS_SHA256_B64_SIZE 44
#define IDS_SHA256_HEX_SIZE 65

/* UUID version 7 (RFC 9562), monotonic within the process. */
void ids_uuid7(char out[IDS_UUID_SIZE]);
/* `digits` lower-case hexadecimal digits from getrandom(2), and a NUL. */
void ids_random_hex(char *out, size_t digits);
/* SHA-256 as unpadded base64url (RFC 4648 §5). */
void ids_sha256_b64(char out[IDS_SHA256_B64_SIZE], const void *bytes, size_t length);
/* The same of bytes that come in pieces.  _new() until _end(), which frees it. */
struct ids_sha256 *ids_sha256_new(void);
void ids_sha256_add(struct ids_sha256 *digest, const void *bytes, size_t length);
void ids_sha256_end_b64(struct ids_sha256 *digest, char out[IDS_SHA256_B64_SIZE]);
/* The same as 64 lower-case hexadecimal digits. */
void ids_sha256_hex(char out[IDS_SHA256_HEX_SIZE], const void *bytes, size_t length);
/* FNV-1a over the texts, each with its end: for tables in memory, of nothing that is kept. */
uint64_t ids_hash(const char *const *texts, size_t count);
/* Of bytes that are kept: it is another one for certain when up to eight bytes in a row that begin
 * at a multiple of eight have changed, and else but once in 2^64.  It can be forged. */
uint64_t ids_checksum(const void *bytes, size_t length);
/* ^[a-z0-9](?:-?[a-z0-9]+)+$, 2 to 50 characters: organizations, applications,
 * environments (sch:EnvironmentDefinitionRequest), without a regular expression. */
bool ids_is_name(const char *s);
/* 1 to 64 letters, digits, dashes and underlines: what a platform calls a deployment or a set. */
bool ids_is_id(const char *s);

#endif
