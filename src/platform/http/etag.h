/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Entity tags (RFC 9110 §8.8.3): strong, of the bytes that are sent. */
#ifndef SIDESTAGE_PLATFORM_HTTP_ETAG_H
#define SIDESTAGE_PLATFORM_HTTP_ETAG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ids.h"

#define ETAG_SIZE (IDS_SHA256_B64_SIZE + 2)

/* Quoted, as it is sent. */
void etag_make(char out[ETAG_SIZE], const void *bytes, size_t length);
/* If-None-Match holds this tag: "*", or a list of which one is equal by the weak comparison
 * (§8.8.3.2).  A list that is not well-formed matches only before its fault. */
bool etag_matches(const char *if_none_match, const char *etag);

#endif
