/* SPDX-License-Identifier: GPL-3.0-or-later */

/* COMMIT of a rollout. */
#ifndef SIDESTAGE_PLATFORM_ENGINE_ROLLOUT_COMMIT_H
#define SIDESTAGE_PLATFORM_ENGINE_ROLLOUT_COMMIT_H

#include "model/nouns.h"

struct error;
struct rollout;

/* Writes down how it ended: all of it, or -1 with err and nothing. */
int rollout_commit(struct rollout *rollout, struct error *err);
/* As what it is written down. */
enum deployment_status rollout_status(const struct rollout *rollout);

#endif
