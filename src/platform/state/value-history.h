/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the rows of shared values to value set versions on the wire.  Pure.
 *
 * Goes back in time from version to version and touches only what changed on the way, so a
 * long history costs no more than its changes.
 */
#ifndef SIDESTAGE_PLATFORM_STATE_VALUE_HISTORY_H
#define SIDESTAGE_PLATFORM_STATE_VALUE_HISTORY_H

#include <jansson.h>
#include <stddef.h>

#include "platform/state/platform.h"

struct value_history;

/* Rows of VALUE_COLUMNS, all that began or ended at the versions to come or between them.
 * The rows and the place must live as long. */
struct value_history *value_history_new(const struct place *place, const json_t *rows);
void value_history_free(struct value_history *history);	/* NULL is fine */

/* A version as on the wire: its values, and the patch that made them of those before.  To be
 * asked for from newer to older.  New reference. */
json_t *value_history_version(struct value_history *history, const json_t *version);

#endif
