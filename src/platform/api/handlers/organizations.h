/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The platform itself, organizations, and environment types. */
#ifndef SIDESTAGE_PLATFORM_API_HANDLERS_ORGANIZATIONS_H
#define SIDESTAGE_PLATFORM_API_HANDLERS_ORGANIZATIONS_H

#include "platform/api/handlers/handler.h"

handler get_platform, list_organizations, get_organization, list_env_types, create_env_type,
	get_env_type, update_env_type, delete_env_type, get_adoption, update_adoption;

#endif
