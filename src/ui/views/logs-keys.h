/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the keys of the logs do. */
#ifndef SIDESTAGE_UI_VIEWS_LOGS_KEYS_H
#define SIDESTAGE_UI_VIEWS_LOGS_KEYS_H

#include "ui/actions.h"

extern const struct key logs_keys[];

#endif
