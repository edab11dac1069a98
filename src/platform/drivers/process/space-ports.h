/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The public ports of a space, and which instances stand behind each. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_SPACE_PORTS_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_SPACE_PORTS_H

#include <stddef.h>

struct error;
struct plan;
struct space;
struct workloads;

/* Takes the public ports of the plan, of its resources and of its service, that are not taken yet.
 * 0, or -1 with err. */
int space_ensure_ports(struct space *space, const struct plan *plan, struct error *err);
/* Each to all the running instances behind it; one that has none yet to the candidates that are
 * ready, since others that start with those may need them to become ready themselves. */
int space_point_ports(struct space *space, struct error *err);
/* Closes the public ports that no running workload has. */
void space_prune_ports(struct space *space);
/* All of them, open connections too: for a space that is removed. */
void space_close_ports(struct space *space);
/* To the instances of this list. */
size_t space_open_connections(const struct space *space, const struct workloads *list);

#endif
