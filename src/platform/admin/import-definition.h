/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A resource definition from a file, as the route of definitions would take it. */
#ifndef SIDESTAGE_PLATFORM_ADMIN_IMPORT_DEFINITION_H
#define SIDESTAGE_PLATFORM_ADMIN_IMPORT_DEFINITION_H

#include <jansson.h>
#include <stdbool.h>

struct error;
struct platform;

/* Makes it, or brings it to what the file says.  A secret of which the file says only that
 * there is one (as an export does) stays what it is. */
int import_definition(struct platform *platform, const char *org, const json_t *body,
		      struct error *err) __attribute__((warn_unused_result));
/* Whether the platform's key is needed for it. */
bool import_definition_has_secrets(const json_t *definition);

#endif
