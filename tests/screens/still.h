/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What stands in for a function (__wrap_), and the function itself (__real_), as ld's --wrap names
 * them. */
#ifndef SIDESTAGE_TESTS_SCREENS_STILL_H
#define SIDESTAGE_TESTS_SCREENS_STILL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "base/ids.h"

#define STILL_START_MS 1773457200000	/* 2026-03-14 03:00:00 UTC */
#define STILL_STEADY_MS 100000000	/* long after the machine was started */

/* The id that is made now is a request's. */
extern bool still_in_request;

int64_t __wrap_clock_wall_ms(void);
int64_t __wrap_clock_steady_ms(void);
int __wrap_epoll_wait(int epoll, struct epoll_event *events, int most, int timeout_ms);
int __real_epoll_wait(int epoll, struct epoll_event *events, int most, int timeout_ms);
void __wrap_ids_random_hex(char *out, size_t digits);
void __wrap_ids_uuid7(char out[IDS_UUID_SIZE]);

#endif
