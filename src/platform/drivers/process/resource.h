/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The resources that this machine itself can give, made and unmade: sqlite, dns. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_RESOURCE_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_RESOURCE_H

#include <jansson.h>
#include <stdbool.h>

#include "platform/drivers/driver.h"

struct driver_template;
struct error;
struct ports;
struct remover;

/* What it makes, as in driver_ops. */
extern const struct driver_resource_kind driver_process_resources[];

struct resources {
	const struct driver_template *templates;
	size_t template_count;
	const char *templates_dir;	/* NULL: none */
	struct ports *ports;
	struct remover *remover;
};

/* Whether there is such a type, and it takes these inputs.  A text with a placeholder is looked at
 * when it is resolved, by resource_provision(). */
int resource_check(const struct resources *resources, const struct driver_resource *resource,
		   struct error *err);
/* The outputs.  With *sql (free() it) they hold only when the database at "path" was filled with
 * that.  NULL with err. */
json_t *
resource_provision(const struct resources *resources, const char *space, const char *space_dir,
		   const struct driver_resource *resource, char **sql, struct error *err);
/* 0 also when nothing is there any more: it is asked again after a crash. -1 with err. */
int resource_deprovision(const struct resources *resources, const char *space_dir,
			 const char *type, const char *name, const json_t *outputs,
			 struct error *err);

/* All that the resources of a space have: for when it is adopted, and when it is removed. */
void resource_hold_ports(struct ports *ports, const char *space_dir);
/* For when the space is removed. */
void resource_release_ports(struct ports *ports, const char *space_dir);

/* It can be the name of a file. */
bool resource_is_file_name(const char *name);

#endif
