/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Any JSON: the canonical text is jansson's, byte for byte, and the text for people reads back as
 * the same value, also where numbers are kept as they were written. */
#include "config.h"

#include "fuzz.h"

#include "base/buf.h"
#include "model/canonical.h"
#include "model/json-text.h"
#include "model/json.h"

#define CANONICAL_FLAGS (JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY)

static void
add_piece(void *data, const char *bytes, size_t length)
{
	if (!buf_append(data, bytes, length))
		abort();
}

static void
look_at_canonical(const json_t *value)
{
	char *theirs = json_dumps(value, CANONICAL_FLAGS), *ours = json_canonical(value);
	struct buf pieces;
	json_t *again;

	buf_init(&pieces, SIZE_MAX / 2);
	canonical_write(value, add_piece, &pieces);
	assert(theirs && strcmp(theirs, ours) == 0 && strcmp(buf_str(&pieces), ours) == 0);
	again = json_decode(ours, strlen(ours), NULL);
	assert(again && json_same(again, value) && json_same(value, again));
	json_decref(again);
	buf_clear(&pieces);
	free(theirs);
	free(ours);
}

static void
look_at_text(const json_t *value, size_t flags)
{
	char *text = json_text(value, flags), *second;
	json_t *again = json_decode(text, strlen(text), NULL);

	assert(again && json_equal(again, value));
	second = json_text(again, flags);
	assert(strcmp(text, second) == 0);
	free(second);
	free(text);
	json_decref(again);
}

/* What is kept as a text is not lost by being written once more. */
static void
look_at_kept(const char *bytes, size_t length)
{
	json_t *kept = json_decode_keeping(bytes, length, NULL), *again;
	char *text;

	if (!kept)
		return;
	text = json_text(kept, 0);
	again = json_decode_keeping(text, strlen(text), NULL);
	assert(again && json_equal(again, kept));
	free(text);
	json_decref(again);
	json_decref(kept);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	json_t *value = json_decode((const char *)bytes, length, NULL), *copy;

	if (value) {
		look_at_canonical(value);
		look_at_text(value, 0);
		look_at_text(value, JSON_INDENT(2) | JSON_SORT_KEYS);
		look_at_text(value, JSON_ENSURE_ASCII);
		copy = json_copy_deep(value);
		assert(json_equal(copy, value));
		json_decref(copy);
		json_decref(value);
	}
	look_at_kept((const char *)bytes, length);
	return 0;
}
