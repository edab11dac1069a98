/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Automation rules of an environment. */
#ifndef SIDESTAGE_PLATFORM_API_HANDLERS_RULES_H
#define SIDESTAGE_PLATFORM_API_HANDLERS_RULES_H

#include "platform/api/handlers/handler.h"

handler list_rules, create_rule, get_rule, update_rule, delete_rule, drop_rule_waits;

#endif
