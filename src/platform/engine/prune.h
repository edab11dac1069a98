/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Removing the resources that no deployment needs any more. */
#ifndef SIDESTAGE_PLATFORM_ENGINE_PRUNE_H
#define SIDESTAGE_PLATFORM_ENGINE_PRUNE_H

#include <jansson.h>

#include "platform/state/platform.h"

/* Those that no deployment committed, and those that are to go.  What cannot be removed is said
 * in the log and stays for the next time. */
void prune_resources(struct platform *platform, const struct place *place);
/* One of repository_known_resources(), when the transaction is durable.  If it cannot be, the log
 * says so and it stays for the next time. */
void prune_after_commit(struct platform *platform, const struct place *place, json_t *row);

#endif
