/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which platform it is, whatever its address. */
#ifndef SIDESTAGE_STORE_PLATFORMS_H
#define SIDESTAGE_STORE_PLATFORMS_H

struct error;
struct store;

/* An address is a URL, and with a socket "URL unix:PATH".  What names the platform there as long
 * as it does not say which one it is: "example.com", "localhost:8080", "unix:/run/x"; free() it. */
char *store_platform_key(const char *address);
/* The key of the platform that answered there last; free() it.  NULL with err (ERROR_STORE): that
 * cannot be read, and under any other key the history would look empty. */
char *store_platform_at(struct store *store, const char *address, struct error *err);
/* The platform there says that it is this one (Sidestage-Platform): what was written under the
 * address alone is its own from now on.  Its key, free() it; NULL with err, and nothing changed. */
char *store_platform_seen(struct store *store, const char *address, const char *identity,
			  struct error *err);

#endif
