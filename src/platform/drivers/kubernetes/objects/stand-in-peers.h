/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Peers of the network policies of a clone. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_OBJECTS_STAND_IN_PEERS_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_OBJECTS_STAND_IN_PEERS_H

#include <jansson.h>

struct stand_in_facts;

/* [peer] of a rule that leads everywhere but to the origin, which is known; new reference. */
json_t *stand_in_elsewhere(const struct stand_in_facts *facts);

#endif
