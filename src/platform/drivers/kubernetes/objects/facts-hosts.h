/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The hosts that objects of a cluster have, by which they get visitors from outside. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_OBJECTS_FACTS_HOSTS_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_OBJECTS_FACTS_HOSTS_H

#include <jansson.h>
#include <stdbool.h>

/* Puts those of an Ingress, a route or a Service (whose name external-dns registers) into {host:
 * namespace}, in small letters. */
void facts_take_hosts(json_t *hosts, const char *kind, const json_t *object, const char *namespace);
/* Whether a kept object may have one. */
bool facts_has_hosts(const json_t *kept);
/* Whether nobody has it, nor is it among the hosts of a "*.example.com", nor the other way. */
bool facts_is_free(const json_t *hosts, const char *host);

#endif
