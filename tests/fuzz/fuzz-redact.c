/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The first line is a secret, the rest what a program prints: the secret is not in what is given
 * on, however the output is cut, and what was taken out is all that is missing. */
#include "config.h"

#include "fuzz.h"

#include "base/buf.h"
#include "platform/drivers/redact.h"

#define SHORTEST 4

static void
keep(void *data, const char *bytes, size_t length)
{
	if (!buf_append(data, bytes, length))
		abort();
}

static void
print(struct buf *out, const char *secret, const char *bytes, size_t length, size_t step)
{
	json_t *secrets = json_pack("[s]", secret);
	struct redact *redact = redact_new(secrets);

	buf_init(out, SIZE_MAX / 2);
	for (size_t at = 0; at < length; at += step)
		redact_take(redact, bytes + at, length - at < step ? length - at : step, keep, out);
	redact_end(redact, keep, out);
	redact_free(redact);
	json_decref(secrets);
}

static int
is_text(const char *text)
{
	json_t *string = json_string(text);

	json_decref(string);
	return string != NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char *text = fuzz_text(bytes, length), *printed = memchr(text, '\n', length);
	struct buf whole, pieces;
	size_t printed_length;

	if (printed) {
		*printed++ = '\0';
		printed_length = length - (size_t)(printed - text);
		if (is_text(text) && !strstr(REDACTED, text)) {
			print(&whole, text, printed, printed_length, SIZE_MAX);
			print(&pieces, text, printed, printed_length, 7);
			if (strlen(text) >= SHORTEST && printed_length > 0)
				assert(!whole.data || !memmem(whole.data, whole.length, text,
							      strlen(text)));
			assert(whole.length == pieces.length);
			assert(whole.length == 0 ||
			       memcmp(whole.data, pieces.data, whole.length) == 0);
			buf_clear(&whole);
			buf_clear(&pieces);
		}
	}
	free(text);
	return 0;
}
