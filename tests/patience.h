/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How long a test waits for what must come: a limit for what hangs.  Beside other work and under
 * valgrind all of it is a hundred times slower, and still right. */
#ifndef SIDESTAGE_TESTS_PATIENCE_H
#define SIDESTAGE_TESTS_PATIENCE_H

#define PATIENCE_MS (10 * 60 * 1000)

#endif
