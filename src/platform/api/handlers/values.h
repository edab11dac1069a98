/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Shared values of an application and of an environment. */
#ifndef SIDESTAGE_PLATFORM_API_HANDLERS_VALUES_H
#define SIDESTAGE_PLATFORM_API_HANDLERS_VALUES_H

#include <jansson.h>

#include "platform/api/handlers/handler.h"

handler list_values, create_value, put_value_by_key, patch_value, delete_value, delete_values;

/* The "values" of a request that deploys: changes of the environment's own, in its transaction.
 * *details becomes what is there now when they were made for another version. */
int values_change(struct platform *platform, const struct request *request, const json_t *values,
		  json_t **details, struct error *err);

#endif
