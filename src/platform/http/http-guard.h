/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What libmicrohttpd lets pass and we do not: two Content-Length, two Host, Content-Length
 * beside Transfer-Encoding (each lets two programs on the way disagree about where a request
 * ends), transfer codings that nobody asked for, and too much of anything.
 */
#ifndef SIDESTAGE_PLATFORM_HTTP_HTTP_GUARD_H
#define SIDESTAGE_PLATFORM_HTTP_HTTP_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#include "model/error-codes.h"
#include "platform/auth/admit.h"

/* What is wrong with the address of a request; ERROR_CODE_NONE: nothing. */
enum error_code guard_uri(const char *uri, size_t max_bytes);

/* Zero-initialised, then given one header after the other. */
struct guard_headers {
	size_t count;
	int hosts, lengths, encodings;
	bool odd_encoding;
	unsigned long long length;
	char *if_none_match;	/* owned; all of them joined; NULL: none */
};

/* Counts one header, in any order. */
void guard_header(struct guard_headers *headers, const char *key, const char *value);
/* Why to refuse them; ERROR_CODE_NONE: they are fine. */
enum error_code guard_headers_fault(const struct guard_headers *headers, size_t max_count,
				    unsigned long long max_length);
/* Frees the joined tags. */
void guard_headers_clear(struct guard_headers *headers);

/* The connection came over a Unix socket. */
bool guard_is_unix(int fd);
/* Fills peer for a connection. */
void guard_peer(struct peer *peer, int fd, enum peer_trust trust);

#endif
