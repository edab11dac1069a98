/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whose account in a cloud a cluster's object is, and which queue it reads. */
#ifndef SIDESTAGE_COMPARE_ISOLATION_ACCOUNTS_H
#define SIDESTAGE_COMPARE_ISOLATION_ACCOUNTS_H

#include <jansson.h>

struct isolation_search;

/* What a string is called by: the value of a variable, which a cluster's object has below its name,
 * by that.  `owner` has the member. */
const char *isolation_called_by(const char *path, const char *owner, const char *member);
/* Adds a finding for a string of a cluster's object ("/modules/web/spec/manifests/...") that is one
 * of them, if it has none yet.  `key` is what its variable or annotation is called. */
void isolation_search_accounts(struct isolation_search *search, const json_t *value,
			       const char *path, const char *key);

#endif
