/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A pointer in any text is refused, or its tokens make the same pointer again. */
#include "config.h"

#include "fuzz.h"

#include "base/buf.h"
#include "base/error.h"
#include "model/pointer.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char *text = fuzz_text(bytes, length);
	struct pointer pointer, again;
	struct error err = {0};
	struct buf made;

	if (pointer_parse(&pointer, text, &err) == 0) {
		buf_init(&made, 4 * length + 64);
		(void)buf_puts(&made, "");
		for (size_t i = 0; i < pointer.count; i++)
			pointer_append(&made, pointer.tokens[i]);
		assert(pointer_parse(&again, buf_str(&made), &err) == 0 &&
		       again.count == pointer.count);
		for (size_t i = 0; i < pointer.count; i++)
			assert(strcmp(again.tokens[i], pointer.tokens[i]) == 0);
		pointer_clear(&again);
		pointer_clear(&pointer);
		buf_clear(&made);
	} else {
		assert(err.kind != ERROR_NONE);
	}
	free(text);
	return 0;
}
