/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A request of HTTP/1.1 as somebody sent it, read strictly: whatever two programs could
 * understand differently (two lengths, a length beside chunks, folded lines, bare newlines, dot
 * segments in any disguise) is refused.  Pure.
 */
#ifndef SIDESTAGE_NET_HTTP_HEAD_H
#define SIDESTAGE_NET_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

#define HTTP_HEAD_MAX 32768	/* bytes that a caller should wait for */
#define HTTP_HEADERS_MAX 100

struct http_field {
	const char *name, *value;	/* without the blanks around the value */
};

struct http_head {
	const char *method;
	const char *target;		/* "/path?query"; no part of the path is "." or ".." */
	const char *host;		/* as in the header; NULL: HTTP/1.0 may have none */
	const char *upgrade;		/* to what; NULL: nothing */
	bool is_1_0;
	bool keeps;			/* the connection, after the answer */
	bool is_chunked;
	bool expects;			/* 100 Continue before the body */
	long long length;		/* of the body; 0: none, or it is chunked */
	struct http_field fields[HTTP_HEADERS_MAX];
	size_t count;
};

/* Bytes of the head with the empty line that ends it; 0: its end has not come yet. */
size_t http_head_length(const char *bytes, size_t length);
/* Reads such a head; changes the bytes, which what is read points into.  NULL, or why it is
 * refused, in English, for people: "its path has a part \"..\"". */
const char *http_head_read(struct http_head *out, char *bytes, size_t length);
/* The value of the first field of that name; NULL: none. */
const char *http_head_field(const struct http_head *head, const char *name);
/* Whether a list of a header ("keep-alive, X-Once") has this word, whatever its case. */
bool http_list_has(const char *list, const char *word);

/* A chunked body as it comes; zero-initialised. */
struct http_chunks {
	int state;
	size_t line;			/* bytes of the line that is being read */
	size_t extra;			/* bytes that are no content */
	unsigned long long left;
};
enum http_chunks_end {
	HTTP_CHUNKS_MORE,
	HTTP_CHUNKS_DONE,
	HTTP_CHUNKS_WRONG,
	HTTP_CHUNKS_TOO_LARGE		/* for `out` */
};
/* Appends the content to `out`; `used` is how many bytes belong to the body. */
enum http_chunks_end http_chunks_take(struct http_chunks *chunks, const char *bytes, size_t length,
				      size_t *used, struct buf *out);

#endif
