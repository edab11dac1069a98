/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Deployments, and what failed in them. */
#ifndef SIDESTAGE_PLATFORM_API_HANDLERS_DEPLOYMENTS_H
#define SIDESTAGE_PLATFORM_API_HANDLERS_DEPLOYMENTS_H

#include "platform/api/handlers/handler.h"

struct deployment;

handler list_deployments, create_deployment, get_deployment, list_deployment_errors;

/* What create_deployment() does of such a body, in the transaction of the caller, but for the run
 * of the pipeline.  deployment_clear() it, also after -1. */
int deployments_record(struct platform *platform, const struct request *request, const json_t *body,
		       struct response *response, struct deployment *made, struct error *err);

#endif
