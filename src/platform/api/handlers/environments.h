/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Environments: made from a deployment, rebased, deleted. */
#ifndef SIDESTAGE_PLATFORM_API_HANDLERS_ENVIRONMENTS_H
#define SIDESTAGE_PLATFORM_API_HANDLERS_ENVIRONMENTS_H

#include "platform/api/handlers/handler.h"

handler list_environments, create_environment, get_environment, update_environment,
	rebase_environment, delete_environment;

#endif
