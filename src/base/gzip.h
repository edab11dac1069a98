/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Bytes as gzip has them (RFC 1952), in memory. */
#ifndef SIDESTAGE_BASE_GZIP_H
#define SIDESTAGE_BASE_GZIP_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

/* Appends them compressed.  false: the buffer's maximum would be passed. */
bool gzip_append(struct buf *out, const void *bytes, size_t length);
enum gunzip_result {GUNZIP_DONE, GUNZIP_DAMAGED, GUNZIP_TOO_LARGE};
/* Appends what such bytes hold, which may come from anywhere: no more is read than the buffer's
 * maximum allows, and nothing may follow. */
enum gunzip_result gunzip_append(struct buf *out, const void *bytes, size_t length);

#endif
