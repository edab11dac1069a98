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

bool
gzip_append(struct buf *out, const void *bytes, size_t length)
{
	unsigned char piece[PIECE];
	z_stream stream;
	bool fits = true;
	int state = Z_OK;

	prepare(&stream, bytes, length);
	if (length > UINT_MAX || deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_WINDOW,
					      MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	while (fits && state == Z_OK) {
		stream.next_out = piece;
		stream.avail_out = PIECE;
		state = deflate(&stream, Z_FINISH);
		fits = buf_append(out, piece, PIECE - stream.avail_out);
	}
	deflateEnd(&stream);
	return fits && state == Z_STREAM_END;
}

enum gunzip_result
gunzip_append(struct buf *out, const void *bytes, size_t length)
{
	unsigned char piece[PIECE];
	z_stream stream;
	bool fits = true;
	int state = Z_OK;

	prepare(&stream, bytes, length);
	if (length > UINT_MAX || inflateInit2(&stream, GZIP_WINDOW) != Z_OK)
		return GUNZIP_DAMAGED;
	while (fits && state == Z_OK) {
		stream.next_out = piece;
		stream.avail_out = PIECE;
		state = inflate(&stream, Z_NO_FLUSH);
		fits = buf_append(out, piece, PIECE - stream.avail_out);
	}
	inflateEnd(&stream);
	if (!fits)
		return GUNZIP_TOO_LARGE;
	return state == Z_STREAM_END && stream.avail_in == 0 ? GUNZIP_DONE : GUNZIP_DAMAGED;
}
