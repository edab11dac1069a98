/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The clock, and what is random, of the programs whose screens are compared: linked into both in
 * front of the real ones (--wrap, local.mk).
 *
 * Time stands until a story moves it (`tick`): both clocks are what the file $STILL_CLOCK holds,
 * so every age, duration and timer is the story's own, and nothing is asked again meanwhile.  Ids
 * are counted.  Those of requests count apart, since how many there are, and in which order,
 * depends on the machine.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/ids.h"
#include "base/xmalloc.h"
#include "still.h"

#define LOOK_MS 10			/* so soon it is seen that the time was moved */
#define KINDS 64			/* of ids, by their length */

bool still_in_request;

int64_t
__wrap_clock_wall_ms(void)
{
	const char *path = getenv("STILL_CLOCK");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	char text[24] = "";
	int64_t ms = STILL_START_MS;

	if (fd >= 0) {
		if (read(fd, text, sizeof(text) - 1) > 0)
			ms = strtoll(text, NULL, 10);
		close(fd);
	}
	return ms;
}

int64_t
__wrap_clock_steady_ms(void)
{
	return __wrap_clock_wall_ms() - STILL_START_MS + STILL_STEADY_MS;
}

int
__wrap_epoll_wait(int epoll, struct epoll_event *events, int most, int timeout_ms)
{
	if (timeout_ms < 0 || timeout_ms > LOOK_MS)
		timeout_ms = LOOK_MS;
	return __real_epoll_wait(epoll, events, most, timeout_ms);
}

/* Spread over the digits, since people are shown the first few of them: splitmix64. */
static uint64_t
spread(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

void
__wrap_ids_random_hex(char *out, size_t digits)
{
	static uint64_t counts[KINDS], requests;
	uint64_t seed = still_in_request ? ++requests << 32 : ++counts[digits % KINDS];

	for (size_t i = 0; i < digits; i++)
		out[i] = "0123456789abcdef"[spread(seed * 1000 + digits * 7 + i) & 15];
	out[digits] = '\0';
}

/* One that rises from program to program, since each is a new process with the same history. */
static uint64_t
next_number(void)
{
	const char *path = getenv("STILL_CLOCK");
	char *file = xasprintf("%s.%s", path ? path : "/dev/null", program_invocation_short_name);
	int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	static uint64_t n;
	char text[24] = "";

	free(file);
	if (fd < 0)
		return ++n;
	if (pread(fd, text, sizeof(text) - 1, 0) > 0)
		n = strtoull(text, NULL, 10);
	snprintf(text, sizeof(text), "%020llu", (unsigned long long)++n);
	if (pwrite(fd, text, strlen(text), 0) < 0)
		abort();
	close(fd);
	return n;
}

void
__wrap_ids_uuid7(char out[IDS_UUID_SIZE])
{
	uint64_t n = next_number(), ms = STILL_START_MS + n;

	snprintf(out, IDS_UUID_SIZE, "%08x-%04x-7000-8000-%012llx", (unsigned)(ms >> 16),
		 (unsigned)(ms & 0xffff), (unsigned long long)(spread(n) & 0xffffffffffffu));
}
