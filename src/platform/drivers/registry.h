/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The drivers that this daemon has.  Each is known by the `driver_type` of the resource
 * definitions that choose it (driver_ops.driver_type) and, where there may be several of one type,
 * by the cluster that it is for (driver.cluster).
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_REGISTRY_H
#define SIDESTAGE_PLATFORM_DRIVERS_REGISTRY_H

#include <stddef.h>

struct driver;
struct drivers;

struct drivers *drivers_new(void);
void drivers_free(struct drivers *drivers);	/* and the drivers; NULL is fine */
/* Takes it; it has all that a driver is to have (driver_ops_lack()). */
void drivers_add(struct drivers *drivers, struct driver *driver);

/* cluster "": of a type of which there is one.  NULL: there is none. */
struct driver *drivers_find(const struct drivers *drivers, const char *driver_type,
			    const char *cluster);
/* It is found no more, and goes with the others: what was begun with it goes on.  Nothing happens
 * where there is none. */
void drivers_retire(struct drivers *drivers, const char *driver_type, const char *cluster);
/* In the order in which they were added; NULL after the last one. */
struct driver *drivers_at(const struct drivers *drivers, size_t i);

/* All of them detach, side by side; `ended` is called from the loop when the last one has,
 * or at once where there is none. */
void drivers_detach(struct drivers *drivers, void (*ended)(void *data), void *data);
/* Then `ended` is not called any more; what they do goes on. */
void drivers_forget_detach(struct drivers *drivers);

#endif
