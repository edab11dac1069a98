/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the daemon's parts share: the one platform, and the place of a thing in it. */
#ifndef SIDESTAGE_PLATFORM_PLATFORM_H
#define SIDESTAGE_PLATFORM_PLATFORM_H

#include <stdbool.h>
#include <stdint.h>

struct answers;
struct driver;
struct engine;
struct loop;
struct repository;

struct platform {
	struct loop *loop;
	struct repository *repository;
	struct driver *driver;
	struct engine *engine;
	struct answers *answers;	/* what is kept of them, encoded */
	const char *user;	/* who the changes of this daemon's clients are written down to */
	char *token_hash;	/* SHA-256 in hex of the bearer token; NULL: none is asked for */
	int64_t started_at;	/* wall ms */
};

/* Where something lives.  Borrowed strings; app and env may be NULL. */
struct place {
	const char *org;
	const char *app;
	const char *env;
};

#endif
