/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The order that the items of a live object's lists have, where a set does not keep it. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_ADOPTED_ADOPTED_ORDER_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_ADOPTED_ADOPTED_ORDER_H

#include <jansson.h>

/* {pointer of the list in the kept object: [merge keys of the items]}, of each list that an object
 * made of the kept one has in another order, or shorter, because of two items of one key the set
 * keeps one.  New reference; empty: there is no such list. */
json_t *adopted_order(const json_t *live);

#endif
