/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The database's tables, as the steps that make each version from the one before. */
#ifndef SIDESTAGE_PLATFORM_STATE_SCHEMA_H
#define SIDESTAGE_PLATFORM_STATE_SCHEMA_H

/* schema_steps[n] makes version n + 1 of version n.  A step that was released never changes. */
extern const char *const schema_steps[];
extern const int schema_version;

#endif
