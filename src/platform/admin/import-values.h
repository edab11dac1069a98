/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The shared values of an application or of an environment, from a file. */
#ifndef SIDESTAGE_PLATFORM_ADMIN_IMPORT_VALUES_H
#define SIDESTAGE_PLATFORM_ADMIN_IMPORT_VALUES_H

#include <jansson.h>
#include <stdbool.h>

struct error;
struct place;
struct platform;
struct value_set_change;

/* Makes the values of the list, or brings them to what it says; others stay.  A secret
 * without a text keeps the one that it has.  Call it in a transaction. */
int import_values(struct platform *platform, const struct place *place, const json_t *list,
		  const struct value_set_change *change, struct error *err)
	__attribute__((warn_unused_result));
/* Whether the platform's key will be needed; of any value. */
bool import_has_secrets(const json_t *file);

#endif
