/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whether this runs under valgrind, which knows not every call of the kernel and is forty times
 * slower: what only takes long there is done with less. */
#ifndef SIDESTAGE_TESTS_UNIT_BELOW_VALGRIND_H
#define SIDESTAGE_TESTS_UNIT_BELOW_VALGRIND_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static inline bool
below_valgrind(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return preload && strstr(preload, "vgpreload");
}

#endif
