/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * For `make coverage`, before the first line of each file: what a child of the daemon has executed
 * (a guard, a removal, a copy of a database) counts as well, though it ends by _exit().  What is
 * confined cannot reach the counters; its lines are counted by the tests that confine nothing.
 */
#ifndef SIDESTAGE_TESTS_COVERAGE_H
#define SIDESTAGE_TESTS_COVERAGE_H

extern void _exit(int status) __attribute__((noreturn));
extern void __gcov_dump(void);

static inline void __attribute__((noreturn))
coverage_exit(int status)
{
	__gcov_dump();
	_exit(status);
}

#define _exit(status) coverage_exit(status)

#endif
