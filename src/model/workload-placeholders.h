/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Where a workload may hold placeholders: in its labels, variables and files, as the public API has
 * it, and in its probes and the container ports of its service, as the extension probe-placeholders
 * has it; in objects of a cluster everywhere (manifests.h).  Everywhere else "${HOME}" is six characters for the program itself.
 */
#ifndef SIDESTAGE_MODEL_WORKLOAD_PLACEHOLDERS_H
#define SIDESTAGE_MODEL_WORKLOAD_PLACEHOLDERS_H

#include <stdbool.h>

/* Each is a placeholder_filter, of JSON pointers below a module: "/spec/containers/web/args/0".
 * What is not of its spec is somebody else's affair, and true. */
bool workload_place_is_public(const char *pointer);
bool workload_place_is_any(const char *pointer);	/* with the extension's */

#endif
