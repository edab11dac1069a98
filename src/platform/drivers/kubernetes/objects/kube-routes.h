/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Routes from outside of a cluster to its workloads: which host, which path, by what. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_OBJECTS_KUBE_ROUTES_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_OBJECTS_KUBE_ROUTES_H

#include <jansson.h>
#include <stdbool.h>

struct driver_resource;
struct error;

/* The types that the driver makes of them. */
#define KUBE_INGRESS "ingress"
#define KUBE_HTTP_ROUTE "httproute"

bool kube_route_is_type(const char *type);
/* What a definition gives, which may still have placeholders.  0, or -1 with err. */
int kube_route_check(const struct driver_resource *resource, struct error *err);
/*
 * {"host", "path", "url", "route": what its object is made of}; of the type dns also "port" and the
 * port where the workload listens, "listen".  New reference; NULL with err.
 */
json_t *kube_route_make(const char *namespace, const struct driver_resource *resource,
			const char *module, const char *own_name, int listen, struct error *err);

#endif
