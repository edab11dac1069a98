/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/gzip.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/buf.h"

#define PIECE 16384
#define GZIP_WINDOW (15 + 16)		/* the largest window, with the frame of gzip */
#define MEMORY 8			/* as zlib has it by itself */

/* zlib asks for memory in its own words. */
static void
prepare(z_stream *stream, const void *bytes, size_t length)
{
	*stream = (z_stream){
		.next_in = (Bytef *)(uintptr_t)bytes,
		.avail_in = (uInt)length,
	};
}

/* Until it ends, or `out` is full (*fits); gives the state in which it ended. */
static int
run(z_stream *stream, int (*step)(z_stream *stream, int flush), int flush, struct buf *out,
    bool *fits)
{
	unsigned char piece[PIECE];
	int state = Z_OK;

	*fits = true;
	while (*fits && state == Z_OK) {
		stream->next_out = piece;
		stream->avail_out = PIECE;
		state = step(stream, flush);
		*fits = buf_append(out, piece, PIECE - stream->avail_out);
	}
	return state;
}

bool
gzip_append(struct buf *out, const void *bytes, size_t length)
{
	z_stream stream;
	bool fits;
	int state;

	prepare(&stream, bytes, length);
	if (length > UINT_MAX || deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_WINDOW,
					      MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	state = run(&stream, deflate, Z_FINISH, out, &fits);
	deflateEnd(&stream);
	return fits && state == Z_STREAM_END;
}

enum gunzip_result
gunzip_append(struct buf *out, const void *bytes, size_t length)
{
	z_stream stream;
	bool fits;
	int state;

	prepare(&stream, bytes, length);
	if (length > UINT_MAX || inflateInit2(&stream, GZIP_WINDOW) != Z_OK)
		return GUNZIP_DAMAGED;
	state = run(&stream, inflate, Z_NO_FLUSH, out, &fits);
	inflateEnd(&stream);
	if (!fits)
		return GUNZIP_TOO_LARGE;
	return state == Z_STREAM_END && stream.avail_in == 0 ? GUNZIP_DONE : GUNZIP_DAMAGED;
}
