/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a definition of type DEFINITION_CLUSTER says: the driver by its `driver_type` and, where a
 * driver may have several clusters, which of them:
 *
 *	{"values": {"cluster": "prod"}}		a section [cluster "prod"] of the configuration
 *	{"values": {"server": "https://192.0.2.10:6443", "ca": PEM},
 *	 "secrets": {"token": ...}}		or "certificate" and "key": all that is needed, inline
 *
 * Paths, programs and proxies stand in the configuration and never in a definition, and so do the
 * hosts that a server may be ([run] cluster-servers).  The driver of
 * an inline cluster is made when an environment needs it, and again when the definition changes;
 * its name is "ORG/DEFINITION", which no section can have.
 */
#ifndef SIDESTAGE_PLATFORM_ENGINE_CLUSTER_DEFINITION_H
#define SIDESTAGE_PLATFORM_ENGINE_CLUSTER_DEFINITION_H

#include <stdbool.h>

struct definition;
struct driver;
struct error;
struct platform;

/* What it names is there, or what it holds could be used, and it says nothing else.  A platform
 * that runs nothing has no clusters to compare with: there any name will do.  0, or -1 with err,
 * which names what there is. */
int cluster_definition_check(const struct platform *platform, const char *org,
			     const struct definition *definition, struct error *err);
/* An environment that exists does not move: where environments run by it, an inline cluster stays
 * at its server.  Of a definition of any type; 0, or -1 with err. */
int cluster_definition_check_change(const struct platform *platform, const char *org,
				    const struct definition *now, struct error *err);
/* It was changed: what runs by it is reached as it says now.  Of a definition of any type. */
void cluster_definition_changed(struct platform *platform, const char *org,
				const struct definition *now);

/* Which cluster it says, as drivers_find() takes it; free() it.  "": of its driver there is one. */
char *cluster_definition_name(const struct platform *platform, const char *org,
			      const struct definition *definition);
/* The driver of such a cluster, made where it is inline and nobody needed it yet; NULL, with err
 * where that failed. */
struct driver *cluster_definition_driver(struct platform *platform, const char *driver_type,
					 const char *cluster, struct error *err);

#endif
