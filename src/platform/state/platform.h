/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the daemon's parts share: the one platform. */
#ifndef SIDESTAGE_PLATFORM_STATE_PLATFORM_H
#define SIDESTAGE_PLATFORM_STATE_PLATFORM_H

#include <stdbool.h>
#include <stdint.h>

struct audit_options;
struct automation;
struct driver_kind;
struct drivers;
struct engine;
struct follow;
struct records;
struct limiter;
struct loop;
struct metrics;
struct repository;
struct response_cache;
struct secrets;

struct platform {
	struct loop *loop;
	struct repository *repository;
	struct secrets *secrets;
	struct drivers *drivers;	/* NULL: nothing is run here */
	/* What definitions may name (drivers/kinds.h); NULL: only what is run here. */
	const struct driver_kind *const *driver_kinds;
	struct engine *engine;
	struct follow *follow;		/* NULL: nothing can be adopted here */
	struct records *records;	/* of clones of what was adopted; NULL: nothing was */
	struct response_cache *response_cache;	/* NULL: nothing is kept */
	struct automation *automation;
	struct metrics *metrics;
	const char *user; /* the daemon's own: who comes without a token of their own, where that
			   * will do; who asks is request_user(), and not this */
	char *control_hash;	/* SHA-256 in hex of what the control socket asks for; NULL: nothing
				 * will do */
	char *owner_hash;	/* the same of what the API's Unix socket asks its owner for */
	char *owner_file;	/* where that lies; NULL: there is no such socket */
	char *token_hash;	/* SHA-256 in hex of the token file's; NULL: there is none */
	const char *cluster_servers;	/* "HOST[:PORT], ...": which a definition may bring us to;
					 * NULL: none */
	struct limiter *limiter;	/* NULL: no limits */
	const struct audit_options *audit;	/* NULL: the defaults */
	unsigned withheld;	/* set of enum extension that this platform does without */
	uint64_t audited;	/* entries since the start */
	int64_t started_at;	/* wall ms */
};

#endif
