/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What is kept of a workload of a large cluster, in the place of the object, which is ten times as
 * long: enough for the board.  How many of it are ready it says itself, so no pod is looked at.
 * Pure.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_VERDICT_WIDE_ROW_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_VERDICT_WIDE_ROW_H

#include <jansson.h>
#include <stdint.h>

struct driver_status;

/* New reference, with what kube_keeper wants; NULL: it is no workload, or one that a schedule has
 * started. */
json_t *wide_row(const json_t *object);
/* Borrowed: the namespace, and "Deployment/web". */
const char *wide_row_namespace(const json_t *row);
const char *wide_row_key(const json_t *row);
/* Another number whenever what is declared is another. */
uint64_t wide_row_declared(const json_t *row);

/* What driver_ops.observe gives of {"Deployment/web": row}, where `found` says whose they are
 * (kube-found.h): a row for each replica, with no pod. */
void wide_row_status(const json_t *rows, const json_t *found, struct driver_status *out);

#endif
