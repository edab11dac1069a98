/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * How long something took, to the second, depends on how busy the machine is: what is asked again
 * until it is there takes a few moves of the clock more.  So the client's words for times begin
 * with the minute: below it everything is now and took a second.
 */
#include "config.h"

#include <stdint.h>

#include "base/clock.h"
#include "flow/session.h"
#include "flow/world/words.h"
#include "flow/world/world.h"

#define LATENCY_MS 12
#define MINUTE_MS 60000

const struct world *__wrap_session_world(const struct session *session);
const struct world *__real_session_world(const struct session *session);
void __wrap_clock_duration(char out[16], int64_t ms);
void __real_clock_duration(char out[16], int64_t ms);
void __wrap_clock_age(char out[16], int64_t age_ms);
void __real_clock_age(char out[16], int64_t age_ms);
void __wrap_clock_ago(char out[64], int64_t age_ms);
void __real_clock_ago(char out[64], int64_t age_ms);
void __wrap_clock_local(char out[CLOCK_STAMP_SIZE], int64_t wall_ms);
void __real_clock_local(char out[CLOCK_STAMP_SIZE], int64_t wall_ms);
void __wrap_clock_stamp(char out[CLOCK_STAMP_SIZE], int64_t wall_ms);
void __real_clock_stamp(char out[CLOCK_STAMP_SIZE], int64_t wall_ms);
struct state_words __wrap_words_of_life(int64_t expires_at, int64_t now);
struct state_words __real_words_of_life(int64_t expires_at, int64_t now);
void
__wrap_words_of_clones(char *out, size_t size, const struct world *world, int64_t now);
void
__real_words_of_clones(char *out, size_t size, const struct world *world, int64_t now);

/* An answer that was on its way while the clock was moved would seem to have taken that long. */
const struct world *
__wrap_session_world(const struct session *session)
{
	struct world *world = (struct world *)(uintptr_t)__real_session_world(session);

	if (world->latency_ms >= 0)
		world->latency_ms = LATENCY_MS;
	return world;
}

/* What is left of eight hours is eight hours for a minute. */
void
__wrap_clock_duration(char out[16], int64_t ms)
{
	__real_clock_duration(out, ms < MINUTE_MS ? 1000
						  : (ms + MINUTE_MS - 1) / MINUTE_MS * MINUTE_MS);
}

void
__wrap_clock_age(char out[16], int64_t age_ms)
{
	__real_clock_age(out, age_ms < MINUTE_MS ? 0 : age_ms);
}

void
__wrap_clock_ago(char out[64], int64_t age_ms)
{
	__real_clock_ago(out, age_ms < MINUTE_MS ? 0 : age_ms);
}

void
__wrap_clock_local(char out[CLOCK_STAMP_SIZE], int64_t wall_ms)
{
	__real_clock_local(out, wall_ms - wall_ms % MINUTE_MS);
}

void
__wrap_clock_stamp(char out[CLOCK_STAMP_SIZE], int64_t wall_ms)
{
	__real_clock_stamp(out, wall_ms - wall_ms % MINUTE_MS);
}

struct state_words
__wrap_words_of_life(int64_t expires_at, int64_t now)
{
	int64_t left = expires_at - now;

	if (left > 0)
		now = expires_at - (left + MINUTE_MS - 1) / MINUTE_MS * MINUTE_MS;
	return __real_words_of_life(expires_at, now);
}

void
__wrap_words_of_clones(char *out, size_t size, const struct world *world, int64_t now)
{
	__real_words_of_clones(out, size, world, now - now % MINUTE_MS);
}
