/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Artefacts and their versions: what the driver has, and what was registered. */
#ifndef SIDESTAGE_PLATFORM_API_HANDLERS_ARTEFACTS_H
#define SIDESTAGE_PLATFORM_API_HANDLERS_ARTEFACTS_H

#include "platform/api/handlers/handler.h"

handler create_artefact_version, get_artefact_version, patch_artefact_version, delete_artefact,
	get_workload_spec, get_workload_set;

#endif
