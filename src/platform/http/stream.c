/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "platform/http/stream.h"

#include <string.h>

#include "base/buf.h"

bool
stream_put(struct buf *out, const char *text, size_t *sent)
{
	size_t left = strlen(text + *sent), room = out->max - out->length;

	(void)buf_append(out, text + *sent, left < room ? left : room);
	*sent += left < room ? left : room;
	return left > room;
}
