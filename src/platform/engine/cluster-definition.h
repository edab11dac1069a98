/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a definition of type DEFINITION_CLUSTER says: the driver by its `driver_type` and, where a
 * driver may have several clusters, which of them: {"cluster": "prod"} in its values is a section
 * [cluster "prod"] of the operator's configuration.  Paths, programs and addresses stand there and
 * never in a definition.
 */
#ifndef SIDESTAGE_PLATFORM_ENGINE_CLUSTER_DEFINITION_H
#define SIDESTAGE_PLATFORM_ENGINE_CLUSTER_DEFINITION_H

struct definition;
struct error;
struct platform;

/* What it names is there, and it says nothing else.  A platform that runs nothing has no clusters
 * to compare with: there any name will do.  0, or -1 with err, which names what there is. */
int cluster_definition_check(const struct platform *platform, const struct definition *definition,
			     struct error *err);
/* Which cluster it names, as drivers_find() takes it; borrowed.  "": of its driver there is one. */
const char *cluster_definition_name(const struct definition *definition);

#endif
