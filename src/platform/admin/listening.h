/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where the API is served: what was handed over (systemd), the Unix socket and the addresses of
 * the settings.  A Unix socket gets the file with what its owner shows (base/owner-secret.h). */
#ifndef SIDESTAGE_PLATFORM_ADMIN_LISTENING_H
#define SIDESTAGE_PLATFORM_ADMIN_LISTENING_H

struct error;
struct http;
struct platform;
struct settings;

/* Fills owner_hash and owner_file of the platform.  0, or -1 with err. */
int listening_start(struct platform *platform, struct http *http, const struct settings *settings,
		    struct error *err) __attribute__((warn_unused_result));
/* Nobody new finds us by the socket of the settings. */
void listening_unlink(const struct settings *settings);

#endif
