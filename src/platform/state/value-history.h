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

struct value_history;
struct value_row;
struct version_row;

/* All rows that began or ended at the versions to come or between them; they must live as long. */
struct value_history *value_history_new(const struct value_row *rows, size_t count);
void value_history_free(struct value_history *history);	/* NULL is fine */

/* A version as on the wire: its values, and the patch that made them of those before.  To be
 * asked for from newer to older.  New reference. */
json_t *value_history_version(struct value_history *history, const struct version_row *version);

#endif
