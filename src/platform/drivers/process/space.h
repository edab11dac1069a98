/* SPDX-License-Identifier: GPL-3.0-or-later */

/* An environment: which there are, what runs in them, and their removal. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_SPACE_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_SPACE_H

#include <stdbool.h>
#include <stdint.h>

struct driver_status;
struct driver_task;
struct driver_waiter;
struct error;
struct process_driver;
struct space;

/* Checked; NULL with ERROR_INPUT.  free() it. */
char *space_directory(const struct process_driver *driver, const char *name, struct error *err);
/* The spaces of a driver are a list; NULL: it was the last. */
struct space *space_next(const struct space *space);
const char *space_name(const struct space *space);
/* NULL: no such space here; it may still be on disk. */
struct space *space_find(const struct process_driver *driver, const char *name);
/* driver.h, observe. */
void space_get_status(const struct space *space, struct driver_status *out);
uint64_t space_state(const struct space *space);	/* driver.h, state */
/* Stops all; the task ends once nothing runs, and then the space is gone.  With `wipe` its
 * directory is removed as well. */
struct driver_task *space_remove(struct process_driver *driver, const char *name, bool wipe,
				 const struct driver_waiter *waiter);
/* Something runs, or waits to be started again. */
bool space_runs(const struct space *space);
/* What it takes on the disk, and may take at most: what takes more does not run. */
void space_set_size(struct space *space, int64_t bytes, int64_t most);
/* At once: what runs is killed; its directory stays. */
void space_free(struct space *space);

#endif
