/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The life of the daemon: start, serve, reload, stop. */
#ifndef SIDESTAGE_PLATFORM_ADMIN_DAEMON_H
#define SIDESTAGE_PLATFORM_ADMIN_DAEMON_H

struct error;
struct settings;

/* Serves until it is told to stop.  config_path: read again by SIGHUP; NULL: none.
 * 0, or -1 with err when it could not start or go on. */
int daemon_run(const struct settings *settings, const char *config_path, struct error *err);

#endif
