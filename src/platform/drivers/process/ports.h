/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Free ports of this machine. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_PORTS_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_PORTS_H

struct error;
struct ports;

struct ports *ports_new(void);
void ports_free(struct ports *ports);
/* One that nothing listens on, that no daemon of this machine holds and that was not given lately;
 * it is held from now on.  0 with err. */
int ports_take(struct ports *ports, struct error *err);
/* One that was this daemon's before.  What is held is given to nobody else, also while nothing
 * listens on it. */
void ports_hold(struct ports *ports, int port);
/* Somebody else may have it now. */
void ports_release(struct ports *ports, int port);

#endif
