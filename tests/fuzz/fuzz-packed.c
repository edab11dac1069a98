/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Any bytes: what is read of them is a value that is written and read back as itself, and all of
 * JSON that is taken goes through it unchanged. */
#include "config.h"

#include "fuzz.h"

#include "base/buf.h"
#include "model/json.h"
#include "model/packed.h"

static void
look_at(json_t *value)
{
	struct buf bytes;
	json_t *again;

	if (!value)
		return;
	buf_init(&bytes, SIZE_MAX / 2);
	if (!packed_write(value, &bytes))
		abort();
	again = packed_read(bytes.data, bytes.length, NULL);
	assert(again && json_equal(again, value));
	json_decref(again);
	json_decref(value);
	buf_clear(&bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	look_at(packed_read((const char *)bytes, length, NULL));
	look_at(json_decode((const char *)bytes, length, NULL));
	return 0;
}
