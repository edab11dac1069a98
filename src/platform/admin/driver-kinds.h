/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The kinds of drivers of this program, in the order in which people read them; NULL ends them. */
#ifndef SIDESTAGE_PLATFORM_ADMIN_DRIVER_KINDS_H
#define SIDESTAGE_PLATFORM_ADMIN_DRIVER_KINDS_H

struct driver_kind;

extern const struct driver_kind *const driver_kinds[];

#endif
