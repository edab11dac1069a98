/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How one resource of a graph is made, by the driver that its definition names. */
#ifndef SIDESTAGE_PLATFORM_ENGINE_RESOURCE_DRIVERS_H
#define SIDESTAGE_PLATFORM_ENGINE_RESOURCE_DRIVERS_H

#include <stdbool.h>
#include <stddef.h>

struct driver;
struct resource_job;

/* Begins to make it; provision_made() comes in the end, perhaps at once. */
void provision_make(struct resource_job *m);
/* The driver's word for "process/sqlite"; NULL: the environment's driver does not make it. */
const char *provision_driver_kind(const struct driver *driver, const char *driver_type);
/* The i-th driver type that every environment has; NULL behind the last. */
const char *provision_maker_type(size_t i);
/* Whether it consists of files of its own. */
bool provision_keeps_files(const char *driver_type);

#endif
