/* SPDX-License-Identifier: GPL-3.0-or-later */

/* JSON Pointer (RFC 6901). */
#ifndef SIDESTAGE_MODEL_POINTER_H
#define SIDESTAGE_MODEL_POINTER_H

#include <jansson.h>
#include <stddef.h>

struct error;
struct buf;

/* A pointer split into its unescaped tokens; "" has none. */
struct pointer {
	char **tokens;		/* owned */
	size_t count;
};

/* 0, or -1 with ERROR_INPUT: no leading '/', a '~' that is neither ~0 nor ~1, more than 64
 * tokens. */
int pointer_parse(struct pointer *pointer, const char *text, struct error *err)
	__attribute__((warn_unused_result));
/* Frees the tokens; the struct can be used again. */
void pointer_clear(struct pointer *pointer);
/* Borrowed; NULL when nothing is there. */
json_t *pointer_find(json_t *root, const struct pointer *pointer);
/* Array index per RFC 6901 §4: digits without a leading zero.  -1 when it is not one. */
long pointer_index(const char *token);
/* Appends "/" and the escaped token. */
void pointer_append(struct buf *path, const char *token);

#endif
