/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The database of a state directory, for the daemon and for commands that work without one. */
#ifndef SIDESTAGE_PLATFORM_ADMIN_STATE_DATABASE_H
#define SIDESTAGE_PLATFORM_ADMIN_STATE_DATABASE_H

struct error;
struct repository;

/* repository_open() of platform.db in `state`, whose lock the caller has.  ERROR_STORE when it
 * knows no organization while files of environments lie beside it: it was lost, and the next
 * environment of the same name would get them.  A missing one is not made then. */
struct repository *state_database_open(const char *state, struct error *err);

#endif
