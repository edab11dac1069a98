/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "platform/admin/driver-kinds.h"

#include <stddef.h>

#include "platform/drivers/kubernetes/kubernetes.h"
#include "platform/drivers/process/process.h"

const struct driver_kind *const driver_kinds[] = {
	&driver_process_kind,
	&kube_driver_kind,
	NULL,
};
