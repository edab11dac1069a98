/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * JSON in a form that is only for ourselves, and for the cache alone: it is read several times as
 * fast as text, since nothing in it has to be searched for, unescaped or converted.
 */
#ifndef SIDESTAGE_MODEL_PACKED_H
#define SIDESTAGE_MODEL_PACKED_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct buf;

/* Appends the value, which passed json_decode() or is made of such.  false: the buffer's maximum
 * would be passed. */
bool packed_write(const json_t *value, struct buf *out);
/* The value, a new reference.  NULL: the bytes are not what packed_write() makes, or are of a value
 * that json_decode() would refuse, so bytes from anywhere may be given.
 * What of it equals the value in the same place of `like` (NULL: none) is that very value, not a
 * copy: neither may be changed then. */
json_t *packed_read(const char *bytes, size_t length, json_t *like);

typedef void packed_take(void *data, const json_t *element);
/* Gives the elements of a list one after the other, each for the time of the call: a long list
 * takes no more memory than its longest element.  false: the bytes are no such list; what was given
 * until then is to be thrown away. */
bool packed_each(const char *bytes, size_t length, packed_take *take, void *data);

#endif
