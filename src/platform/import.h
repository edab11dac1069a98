/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fills an empty platform from a JSON file: users, organizations with their environment
 * types, resource definitions, applications, environments and deployments with their sets.
 */
#ifndef SIDESTAGE_PLATFORM_IMPORT_H
#define SIDESTAGE_PLATFORM_IMPORT_H

#include <stdbool.h>

#include "platform/platform.h"

struct error;

/* Does nothing when the platform has an organization already.  All of it or nothing. */
int import_file(struct platform *platform, const char *path, struct error *err)
	__attribute__((warn_unused_result));

#endif
