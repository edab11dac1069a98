/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Deployments, and what failed in them. */
#ifndef SIDESTAGE_PLATFORM_API_HANDLERS_DEPLOYMENTS_H
#define SIDESTAGE_PLATFORM_API_HANDLERS_DEPLOYMENTS_H

#include "platform/api/handlers/handler.h"

handler list_deployments, create_deployment, get_deployment, list_deployment_errors;

#endif
