/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Applications; which of them a caller sees is decided for each one. */
#ifndef SIDESTAGE_PLATFORM_API_HANDLERS_APPLICATIONS_H
#define SIDESTAGE_PLATFORM_API_HANDLERS_APPLICATIONS_H

#include "platform/api/handlers/handler.h"

handler list_applications, create_application, get_application, patch_application,
	delete_application;

#endif
