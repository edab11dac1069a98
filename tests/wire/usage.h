/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a running daemon holds, for tests that nothing grows. */
#ifndef SIDESTAGE_TESTS_WIRE_USAGE_H
#define SIDESTAGE_TESTS_WIRE_USAGE_H

#include <stddef.h>

#include "serve.h"

struct usage {
	size_t descriptors;	/* one a port that it holds, too */
	size_t listening;	/* of these: TCP sockets that connections are taken from */
	size_t memory_kib;	/* resident */
	size_t files;		/* below its state, but for the database's own */
	size_t children;	/* one a process that it supervises */
};

struct usage usage_of(const struct serve *serve);

#endif
