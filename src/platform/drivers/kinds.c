/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "platform/drivers/kinds.h"

#include <stddef.h>
#include <string.h>

const struct driver_kind *
driver_kind_find(const struct driver_kind *const *kinds, const char *driver_type)
{
	for (; kinds && *kinds; kinds++)
		if (strcmp((*kinds)->driver_type, driver_type) == 0)
			return *kinds;
	return NULL;
}
