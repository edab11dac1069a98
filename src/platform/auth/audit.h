/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Who did what: one entry for each POST, PUT, PATCH and DELETE of a known caller, also for
 * those that were refused.  An entry is written in the transaction of the change that it tells
 * of: there is never one without the other.  What was refused before it was known who asks
 * (401, 429) is not in here, since strangers could fill the disk with it, but in the daemon's
 * log.
 *
 * GET /orgs/{o}/audit-logs lists the successful ones, as the wire says; our own parameter
 * `outcome` asks for others: "succeeded" (the default), "refused" (status 400 and more),
 * "all".  GET /audit-logs, ours too, is for administrators of the platform: all organizations,
 * and what belongs to none, such as users and their tokens.
 */
#ifndef SIDESTAGE_PLATFORM_AUTH_AUDIT_H
#define SIDESTAGE_PLATFORM_AUTH_AUDIT_H

#include <stdint.h>

struct audit_row;
struct error;
struct platform;

struct audit_options {
	int64_t max_rows;
	int64_t max_age_ms;
};

extern const struct audit_options audit_defaults;

/* A request was or will be answered; the time is now, and a path that is too long is cut. */
int audit_put(struct platform *platform, const struct audit_row *entry, struct error *err);
/* Forgets what is too old or too much, a slice of it; by itself now and then.  1: there is more, 0:
 * there is not, or -1 with err. */
int audit_prune(struct platform *platform, struct error *err);

#endif
