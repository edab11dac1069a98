/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The database's tables, as the steps that make each version from the one before. */
#ifndef SIDESTAGE_PLATFORM_STATE_SCHEMA_H
#define SIDESTAGE_PLATFORM_STATE_SCHEMA_H

#include "db/migrate.h"

extern const struct db_schema platform_schema;

#endif
