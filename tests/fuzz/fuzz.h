/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A fuzz target reads bytes from outside with one of our parsers, and asserts what must hold of
 * any bytes.  libFuzzer drives it in a build of its own (`make fuzz`); `make check` replays the
 * files of tests/fuzz/corpus/NAME with tests/fuzz/replay.c.
 */
#ifndef SIDESTAGE_TESTS_FUZZ_FUZZ_H
#define SIDESTAGE_TESTS_FUZZ_FUZZ_H

#include <assert.h>
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* A copy with a NUL at its end; free() it. */
static inline char *
fuzz_text(const uint8_t *bytes, size_t length)
{
	char *text = malloc(length + 1);

	if (!text)
		abort();
	if (length > 0)
		memcpy(text, bytes, length);
	text[length] = '\0';
	return text;
}

#endif
