/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a cluster's object uses by the name that its source uses, too: an account in a cloud, a
 * queue, a lock, a volume, what the whole cluster has. */
#ifndef SIDESTAGE_COMPARE_ISOLATION_ACCOUNTS_H
#define SIDESTAGE_COMPARE_ISOLATION_ACCOUNTS_H

#include <jansson.h>
#include <stdbool.h>

struct isolation_search;

/* By these annotations a pod is somebody in a cloud, and may do there what the original may. */
bool isolation_is_account(const char *key);
/* What a string is called by: the value of a variable, which a cluster's object has below its name,
 * by that.  `owner` has the member. */
const char *isolation_called_by(const char *path, const char *owner, const char *member);
/* Adds a finding for a string of a cluster's object ("/modules/web/spec/manifests/...") that is one
 * of them, if it has none yet.  `key` is what its variable or annotation is called; the search has
 * what stands before it (option). */
void isolation_search_accounts(struct isolation_search *search, const json_t *value,
			       const char *path, const char *key);
/* The same of an object with a "roleRef": who of another namespace it lets hold the clone's locks. */
void isolation_search_binding(struct isolation_search *search, const json_t *object,
			      const char *path);

#endif
