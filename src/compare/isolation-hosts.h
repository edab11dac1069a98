/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Hosts and addresses in a text. */
#ifndef SIDESTAGE_COMPARE_ISOLATION_HOSTS_H
#define SIDESTAGE_COMPARE_ISOLATION_HOSTS_H

#include <stdbool.h>

struct host;
struct isolation_search;

/* An address or a name that each machine has for itself: "localhost", 127.0.0.1. */
bool isolation_is_this_machine(const struct host *host);
/* Whether it is a workload, container or resource of the set itself, which the clone has as
 * well. */
bool isolation_is_neighbour(const struct isolation_search *search, const char *name);
/* The value of a key that holds hosts (DB_HOST) as a text that hosts_find() takes for one; free()
 * it.  NULL: it is no such key, or the text says itself what it is. */
char *isolation_as_host(const struct isolation_search *search, const char *text);
/* All hosts of such a text, as findings. */
void isolation_search_hosts(struct isolation_search *search, char *text);

#endif
