/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Three lines are three versions, and image references: the order is strict and transitive, and
 * what differs has labels that differ. */
#include "config.h"

#include "fuzz.h"

#include "model/image.h"
#include "model/version.h"

static void
look_at_pair(const char *a, const char *b)
{
	enum version_order order = version_compare(a, b), back = version_compare(b, a);
	char *x, *y;

	assert((order == VERSION_OLDER) == (back == VERSION_NEWER));
	assert((order == VERSION_SAME) == (back == VERSION_SAME));
	assert(order != VERSION_OLDER || version_sort(a, b) < 0);
	assert(version_compare(a, a) == VERSION_SAME && version_sort(a, a) == 0);
	assert(*version_step(a, b));
	image_labels(a, b, &x, &y);
	assert((strcmp(a, b) == 0) == (strcmp(x, y) == 0));
	free(x);
	free(y);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char *text = fuzz_text(bytes, length), *b = strchr(text, '\n'),
	     *c = b ? strchr(b + 1, '\n') : NULL;

	if (b && c) {
		*b++ = *c++ = '\0';
		look_at_pair(text, b);
		look_at_pair(b, c);
		look_at_pair(text, c);
		if (version_compare(text, b) == VERSION_OLDER &&
		    version_compare(b, c) == VERSION_OLDER)
			assert(version_compare(text, c) == VERSION_OLDER);
		if (version_sort(text, b) <= 0 && version_sort(b, c) <= 0)
			assert(version_sort(text, c) <= 0);
	}
	free(text);
	return 0;
}
