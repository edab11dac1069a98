/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Value set versions: the history of shared values, and back in it. */
#ifndef SIDESTAGE_PLATFORM_API_HANDLERS_VALUE_VERSIONS_H
#define SIDESTAGE_PLATFORM_API_HANDLERS_VALUE_VERSIONS_H

#include "platform/api/handlers/handler.h"

handler list_value_versions, get_value_version, restore_value_version, purge_value;

#endif
