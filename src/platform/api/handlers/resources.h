/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The resources of an environment, and the graph that they make. */
#ifndef SIDESTAGE_PLATFORM_API_HANDLERS_RESOURCES_H
#define SIDESTAGE_PLATFORM_API_HANDLERS_RESOURCES_H

#include "platform/api/handlers/handler.h"

handler list_active_resources, delete_active_resource, pin_active_resource, create_graph,
	query_graph, get_graph, list_resource_types;

#endif
