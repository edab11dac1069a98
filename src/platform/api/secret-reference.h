/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * "secret_ref": {"store", "ref", "version"} of a shared value: a secret that this platform keeps
 * already, by the place that lists of values tell (secret_store_id, secret_key and, for one that
 * it was before, secret_version).  So a secret is copied or brought back by people who have
 * never seen it.
 *
 * It must be of the same application, and of an environment that the caller may deploy to: what
 * runs there can read it anyway.
 */
#ifndef SIDESTAGE_PLATFORM_API_SECRET_REFERENCE_H
#define SIDESTAGE_PLATFORM_API_SECRET_REFERENCE_H

struct caller;
struct error;
struct place;
struct platform;
struct secret_source;

/* place: where the value is to be.  The text, for secrets_wipe(); NULL with ERROR_INPUT (no such
 * secret, or no such store) or ERROR_ACCESS. */
char *secret_reference_open(struct platform *platform, const struct caller *caller,
			    const struct place *place, const struct secret_source *reference,
			    struct error *err);

#endif
