/* SPDX-License-Identifier: GPL-3.0-or-later */

/* JSON Pointer (RFC 6901).  Tokens are unescaped when a pointer is parsed, so that a path is
 * split at its slashes exactly once; "~1" in a name of a workload must not become a level. */
#include "config.h"

#include "model/pointer.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"

/* As deep as JSON_DEPTH_MAX lets a document be. */
#define TOKENS_MAX 64

/* NULL when a '~' is neither ~0 nor ~1. */
static char *
unescape(const char *text, size_t length)
{
	char *out = xmalloc(length + 1);
	size_t used = 0;

	for (size_t i = 0; i < length; i++) {
		if (text[i] != '~') {
			out[used++] = text[i];
			continue;
		}
		i++;
		if (i >= length || (text[i] != '0' && text[i] != '1')) {
			free(out);
			return NULL;
		}
		out[used++] = text[i] == '0' ? '~' : '/';
	}
	out[used] = '\0';
	return out;
}

int
pointer_parse(struct pointer *pointer, const char *text, struct error *err)
{
	const char *at = text;

	*pointer = (struct pointer){0};
	if (*text != '\0' && *text != '/')
		return error_set_code(err, CODE_POINTER_WITHOUT_SLASH, .path = text);
	while (*at == '/') {
		size_t length = strcspn(++at, "/");
		char *token = unescape(at, length);

		if (!token || pointer->count == TOKENS_MAX) {
			free(token);
			pointer_clear(pointer);
			return error_set_code(
				err, token ? CODE_POINTER_TOO_DEEP : CODE_POINTER_ESCAPE_INVALID,
				.path = text);
		}
		pointer->tokens = xreallocarray(pointer->tokens, pointer->count + 1,
						sizeof(*pointer->tokens));
		pointer->tokens[pointer->count++] = token;
		at += length;
	}
	return 0;
}

void
pointer_clear(struct pointer *pointer)
{
	for (size_t i = 0; i < pointer->count; i++)
		free(pointer->tokens[i]);
	free(pointer->tokens);
	*pointer = (struct pointer){0};
}

/* RFC 6901 §4: no leading zeros.  Nine digits cannot overflow a long of 32 bits. */
long
pointer_index(const char *token)
{
	size_t length = strlen(token);

	if (length == 0 || length > 9 || strspn(token, "0123456789") != length)
		return -1;
	if (token[0] == '0' && length > 1)
		return -1;
	return strtol(token, NULL, 10);
}

json_t *
pointer_find(json_t *root, const struct pointer *pointer)
{
	json_t *at = root;

	for (size_t i = 0; i < pointer->count && at; i++) {
		if (json_is_object(at)) {
			at = json_object_get(at, pointer->tokens[i]);
		} else if (json_is_array(at)) {
			long index = pointer_index(pointer->tokens[i]);

			at = index < 0 ? NULL : json_array_get(at, (size_t)index);
		} else {
			at = NULL;
		}
	}
	return at;
}

void
pointer_append(struct buf *path, const char *token)
{
	/* A path that passes the buffer's limit is cut; callers give room for JSON_DEPTH_MAX
	 * keys. */
	(void)buf_puts(path, "/");
	while (*token) {
		size_t plain = strcspn(token, "~/");

		(void)buf_append(path, token, plain);
		token += plain;
		if (*token)
			(void)buf_puts(path, *token++ == '~' ? "~0" : "~1");
	}
}
