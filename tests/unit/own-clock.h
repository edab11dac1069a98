/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A test's own time, in place of clock_steady_ms() (-Wl,--wrap, local.mk).  It goes on by what the
 * test says, and otherwise hardly: between two looks at the clock a millisecond passes at most,
 * however long the machine stood still.  A loop's timers still ring, since the loop looks at the
 * clock in every turn; nothing comes sooner or later than the test says because it took long.
 */
#ifndef SIDESTAGE_TESTS_UNIT_OWN_CLOCK_H
#define SIDESTAGE_TESTS_UNIT_OWN_CLOCK_H

#include <stdint.h>

/* As the linker names them. */
int64_t __real_clock_steady_ms(void);	/* the machine's: for patience, a limit for hangs */
int64_t __wrap_clock_steady_ms(void);

void own_clock_skip(int64_t ms);
/* From now on each look takes so long, as if there were much to do between them; 0: as before. */
void own_clock_set_look(int64_t ms);

#endif
