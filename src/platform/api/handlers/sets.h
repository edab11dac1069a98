/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Sets, and the differences between them. */
#ifndef SIDESTAGE_PLATFORM_API_HANDLERS_SETS_H
#define SIDESTAGE_PLATFORM_API_HANDLERS_SETS_H

#include "platform/api/handlers/handler.h"

handler list_sets, get_set, update_set, get_set_resources, get_diff, list_set_warnings;

#endif
