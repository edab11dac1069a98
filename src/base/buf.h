/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Bytes that grow up to a maximum which is given where the buffer is made. */
#ifndef SIDESTAGE_BASE_BUF_H
#define SIDESTAGE_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data;		/* always NUL-terminated once something was added; NULL before */
	size_t length;		/* without the NUL */
	size_t capacity;
	size_t max;		/* bytes; an append that would pass it fails and adds nothing */
	bool wipe; /* set after buf_init(): no byte is left in freed memory (secrets) */
};

/* max: how many bytes it may ever hold, without the NUL.  Nothing is allocated yet. */
void buf_init(struct buf *buf, size_t max);
void buf_clear(struct buf *buf);	/* frees; the buffer can be used again */
/* false when max would be passed; the buffer is as it was. */
bool buf_append(struct buf *buf, const void *bytes, size_t length);
/* As buf_append(), of a string and of what printf() makes; no argument may be of the buffer. */
bool buf_puts(struct buf *buf, const char *s);
bool buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Keeps the first `length` bytes, or all when there are fewer. */
void buf_truncate(struct buf *buf, size_t length);
/* The first `count` bytes go away. */
void buf_drop_front(struct buf *buf, size_t count);
/* The string, "" when empty.  Borrowed. */
const char *buf_str(const struct buf *buf);
/* Gives the string away (free() it) and leaves the buffer empty.  Never NULL. */
char *buf_take(struct buf *buf);

#endif
