/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Lists of artefacts and of their versions. */
#ifndef SIDESTAGE_PLATFORM_API_HANDLERS_ARTEFACT_LISTS_H
#define SIDESTAGE_PLATFORM_API_HANDLERS_ARTEFACT_LISTS_H

#include "platform/api/handlers/handler.h"

handler list_artefacts, list_versions_of_artefact, list_artefact_versions;

#endif
