/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A public port in front of the ports of instances. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_FORWARD_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_FORWARD_H

#include <netinet/in.h>
#include <stddef.h>

struct error;
struct forward;
struct loop;
struct ports;

/* Takes the port, but nothing can connect before the first forward_set_targets(). */
struct forward *forward_new(struct loop *loop, struct ports *ports, int port, struct error *err);
/* The same at an address of its own.  NULL with err and its errno in *reason. */
struct forward *forward_new_at(struct loop *loop, struct in_addr address, int port, int *reason,
			       struct error *err);
void forward_free(struct forward *forward);	/* cuts what is open */
int forward_port(const struct forward *forward);
#define FORWARD_TARGETS_MAX 64
/* For connections from now on, one after the other (1 to FORWARD_TARGETS_MAX).  0, or -1 with
 * err when the port cannot be listened on. */
int forward_set_targets(struct forward *forward, const int *ports, size_t count,
			struct error *err);
/* Open connections to this target. */
size_t forward_count(const struct forward *forward, int target);

#endif
