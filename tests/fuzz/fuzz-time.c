/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Times and durations in any text: what is taken is written as a time that is the same. */
#include "config.h"

#include "fuzz.h"

#include <stdbool.h>

#include "base/clock.h"

#define YEAR_0 (-62167219200000LL)
#define YEAR_10000 253402300800000LL

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char *text = fuzz_text(bytes, length), stamp[CLOCK_STAMP_SIZE], words[64];
	int64_t at, again;

	if (clock_parse(text, &at)) {
		clock_stamp(stamp, at);
		assert(clock_parse(stamp, &again));
		/* An offset may lead out of the years that can be written. */
		assert(again == at || at < YEAR_0 || at >= YEAR_10000);
	}
	(void)clock_parse_local(text, &at);
	if (clock_parse_duration(text, &at)) {
		clock_age(words, at);
		clock_ago(words, at);
		clock_duration(words, at);
	}
	free(text);
	return 0;
}
