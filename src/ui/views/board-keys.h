/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the keys of the board do. */
#ifndef SIDESTAGE_UI_VIEWS_BOARD_KEYS_H
#define SIDESTAGE_UI_VIEWS_BOARD_KEYS_H

#include "ui/actions.h"

/* The keys of the board as it is, and as it was. */
extern const struct key board_keys[], board_snapshot_keys[];

#endif
