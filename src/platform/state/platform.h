/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the daemon's parts share: the one platform. */
#ifndef SIDESTAGE_PLATFORM_STATE_PLATFORM_H
#define SIDESTAGE_PLATFORM_STATE_PLATFORM_H

#include <stdbool.h>
#include <stdint.h>

struct answers;
struct audit_options;
struct automation;
struct drivers;
struct engine;
struct follow;
struct records;
struct limiter;
struct loop;
struct metrics;
struct repository;
struct secrets;

struct platform {
	struct loop *loop;
	struct repository *repository;
	struct secrets *secrets;
	struct drivers *drivers;	/* NULL: nothing is run here */
	struct engine *engine;
	struct follow *follow;		/* NULL: nothing can be adopted here */
	struct records *records;	/* of clones of what was adopted; NULL: nothing was */
	struct answers *answers;	/* what is kept of them; NULL: nothing is */
	struct automation *automation;
	struct metrics *metrics;
	const char *user; /* the daemon's own: who comes without a token of their own, where that
			   * will do; who asks is request_user(), and not this */
	char *control_hash;	/* SHA-256 in hex of what the control socket asks for; NULL: nothing
				 * will do */
	char *owner_hash;	/* the same of what the API's Unix socket asks its owner for */
	char *owner_file;	/* where that lies; NULL: there is no such socket */
	char *token_hash;	/* SHA-256 in hex of the token file's; NULL: there is none */
	struct limiter *limiter;	/* NULL: no limits */
	const struct audit_options *audit;	/* NULL: the defaults */
	unsigned withheld;	/* set of enum extension that this platform does without */
	uint64_t audited;	/* entries since the start */
	int64_t started_at;	/* wall ms */
};

#endif
