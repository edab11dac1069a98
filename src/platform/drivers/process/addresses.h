/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Addresses of this machine's own (127.64.0.0/10), one for each workload that has a service. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_ADDRESSES_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_ADDRESSES_H

#include <netinet/in.h>

struct addresses;

/* `place` tells this daemon from others of the machine, which have workloads of the same names. */
struct addresses *addresses_new(const char *place);
void addresses_free(struct addresses *addresses);	/* NULL is fine */
/* That of a workload of a space: the one that it has, or one that no other has.  It goes by the
 * names, so a next daemon gives the same wherever it can. */
struct in_addr addresses_of(struct addresses *addresses, const char *space, const char *module);
/* Somebody else listens there: the workload has another one from now on. */
void addresses_move(struct addresses *addresses, const char *space, const char *module);
/* Those of a space that is gone. */
void addresses_release(struct addresses *addresses, const char *space);

#endif
