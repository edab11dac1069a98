/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Resource definitions and their matching criteria. */
#ifndef SIDESTAGE_PLATFORM_API_HANDLERS_DEFINITIONS_H
#define SIDESTAGE_PLATFORM_API_HANDLERS_DEFINITIONS_H

#include "platform/api/handlers/handler.h"

handler list_definitions, create_definition, get_definition, put_definition, patch_definition,
	delete_definition, list_resources_by_definition, put_criteria, create_criterion,
	delete_criterion;

#endif
