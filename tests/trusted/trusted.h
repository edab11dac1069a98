/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whether the daemon of tests trusts its programs, since this machine refuses namespaces
 * (tests/trusted/sidestaged). */
#ifndef SIDESTAGE_TESTS_TRUSTED_TRUSTED_H
#define SIDESTAGE_TESTS_TRUSTED_TRUSTED_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static inline bool
daemon_is_trusting(void)
{
	const char *program = getenv("SIDESTAGED");

	return program && strstr(program, "/trusted/");
}

#endif
