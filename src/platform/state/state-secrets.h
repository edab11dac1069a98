/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The key that belongs to a state: found, and compared with what was sealed there. */
#ifndef SIDESTAGE_PLATFORM_STATE_STATE_SECRETS_H
#define SIDESTAGE_PLATFORM_STATE_STATE_SECRETS_H

struct error;
struct platform;

/* Gives the platform, which has its repository, its secrets; free them.  A key is made only
 * while nothing was sealed: a new one would open nothing. */
int state_secrets_open(struct platform *platform, const char *key_file, const char *state,
		       struct error *err) __attribute__((warn_unused_result));

#endif
