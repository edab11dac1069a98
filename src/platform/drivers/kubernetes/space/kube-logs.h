/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the containers of a space print: asked of the cluster when a log is opened, and taken when
 * it is read.  Of pods that are gone the cluster keeps nothing.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SPACE_KUBE_LOGS_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SPACE_KUBE_LOGS_H

#include <stdbool.h>

struct driver_log;
struct driver_log_query;
struct driver_logs;
struct kube_driver;
struct kube_log;

/* As driver.h says. */
struct kube_log *kube_log_open(struct kube_driver *driver, const char *space,
			       const struct driver_log_query *query);
bool kube_log_read(struct driver_log *log, struct driver_logs *out);
void kube_log_close(struct driver_log *log);

#endif
