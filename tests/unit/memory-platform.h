/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A platform over the memory driver, as a daemon has it, but for the sockets. */
#ifndef SIDESTAGE_TESTS_UNIT_MEMORY_PLATFORM_H
#define SIDESTAGE_TESTS_UNIT_MEMORY_PLATFORM_H

#include "memory-driver.h"

struct platform;

/* As a daemon does that starts; its database and its key are in the folder. */
void
memory_platform_open(struct platform *platform, const char *folder, struct memory_driver *memory,
		     const struct driver_ops *ops, struct memory_cluster *cluster);
/* As a daemon does that ends, with whatever is going on. */
void memory_platform_close(struct platform *platform);
void memory_platform_import(struct platform *platform, const char *json);

#endif
