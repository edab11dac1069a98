/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What workloads printed: asked for once, or followed. */
#ifndef SIDESTAGE_PLATFORM_API_HANDLERS_LOGS_H
#define SIDESTAGE_PLATFORM_API_HANDLERS_LOGS_H

#include "platform/api/handlers/handler.h"

handler get_logs;

#endif
