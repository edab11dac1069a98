/* SPDX-License-Identifier: GPL-3.0-or-later */

/* From one set of workloads of a space to the next. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_SPACE_CHANGE_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_SPACE_CHANGE_H

struct driver_deployment;
struct driver_task;
struct driver_waiter;
struct process_driver;
struct space;

/* driver.h, apply. */
struct driver_task *space_apply(struct process_driver *driver, const char *name,
				const struct driver_deployment *deployment,
				const struct driver_waiter *waiter);

/* Frees what the change declared; its task and the space's phase are the caller's. */
void space_forget_change(struct space *space);

#endif
