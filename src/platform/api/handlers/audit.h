/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The audit log, a page at a time. */
#ifndef SIDESTAGE_PLATFORM_API_HANDLERS_AUDIT_H
#define SIDESTAGE_PLATFORM_API_HANDLERS_AUDIT_H

#include "platform/api/handlers/handler.h"

handler list_audit_log;

#endif
