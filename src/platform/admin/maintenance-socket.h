/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The socket of maintenance.h by its place in a state directory, however long that is. */
#ifndef SIDESTAGE_PLATFORM_ADMIN_MAINTENANCE_SOCKET_H
#define SIDESTAGE_PLATFORM_ADMIN_MAINTENANCE_SOCKET_H

struct error;

int maintenance_listen(const char *state, struct error *err);	/* -1 with err */
void maintenance_unlink(const char *state);

#endif
