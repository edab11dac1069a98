/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * How one resource of a graph is made, by the driver that its definition names.
 *
 * A definition comes over the API and holds plain values and secrets.  Nothing in it makes the
 * daemon run a program, read a file or ask a host of somebody's choosing: what needs that is named
 * by the operator, and the definition refers to it by that name.  The one exception is the server
 * of an inline cluster (cluster-definition.h), which is asked over https alone.
 */
#ifndef SIDESTAGE_PLATFORM_ENGINE_RESOURCE_DRIVERS_H
#define SIDESTAGE_PLATFORM_ENGINE_RESOURCE_DRIVERS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct definition;
struct driver;
struct error;
struct platform;
struct resource_job;

/* Begins to make it; provision_made() comes in the end, perhaps at once. */
void provision_make(struct resource_job *m);
/* The driver's word for "process/sqlite"; NULL: the environment's driver does not make it. */
const char *provision_driver_kind(const struct driver *driver, const char *driver_type);
/* The i-th driver type that every environment has; NULL behind the last. */
const char *provision_maker_type(size_t i);
/* Whether that one makes nothing: what a definition gives it is what comes of it. */
bool provision_maker_is_static(size_t i);
/* Whether a definition's driver takes its inputs {"values", secrets in any form}: it is looked at
 * when it is written, and what it names is looked at again when it is made.  0 also when there is
 * no such driver; -1 with err. */
int provision_check_inputs(const struct platform *platform, const char *org,
			   const struct definition *definition, struct error *err);
/* Whether it consists of files of its own. */
bool provision_keeps_files(const char *driver_type);

#endif
