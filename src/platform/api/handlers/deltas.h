/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Deltas: who may change which, and what stays as it was deployed. */
#ifndef SIDESTAGE_PLATFORM_API_HANDLERS_DELTAS_H
#define SIDESTAGE_PLATFORM_API_HANDLERS_DELTAS_H

#include "platform/api/handlers/handler.h"

handler list_deltas, create_delta, get_delta, patch_delta, put_delta, archive_delta,
	change_env_of_delta, change_name_of_delta;

#endif
