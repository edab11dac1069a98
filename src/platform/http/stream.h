/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A body that comes in pieces, for as long as somebody reads it. */
#ifndef SIDESTAGE_PLATFORM_HTTP_STREAM_H
#define SIDESTAGE_PLATFORM_HTTP_STREAM_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

/* The first member of what a handler makes; it answers with it, and gives it away. */
struct stream {
	/* Appends what there is now, as far as `out` has room; false: it has ended.  Called again
	 * when the reader has taken that, so a slow one is not written for ahead. */
	bool (*more)(struct stream *stream, struct buf *out);
	void (*free)(struct stream *stream);
	int look_ms;			/* while nothing comes: how long until it is looked again */
};

/* For such as have one text to say: appends what there is room for behind the `sent` bytes before;
 * false: that was all of it. */
bool stream_put(struct buf *out, const char *text, size_t *sent);

#endif
