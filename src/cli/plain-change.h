/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The commands that change something. */
#ifndef SIDESTAGE_CLI_PLAIN_CHANGE_H
#define SIDESTAGE_CLI_PLAIN_CHANGE_H

#include "cli/plain-verbs.h"

extern const struct plain_verb plain_changes[]; /* ended by a row without a name */

#endif
