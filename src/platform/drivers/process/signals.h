/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Signals of a child that is on its way to exec(2). */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_SIGNALS_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_SIGNALS_H

/* Handlers are gone with exec(2) anyway, but what is ignored stays ignored over it. */
void signals_reset(void);

#endif
