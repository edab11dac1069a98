/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The kinds of drivers that definitions may name, also where this daemon has none of one: a
 * definition is written offline, or before its cluster is there.  Whoever makes the platform gives
 * the table of them (platform.driver_kinds); who reads it knows no kind by its name.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KINDS_H
#define SIDESTAGE_PLATFORM_DRIVERS_KINDS_H

#include <stdint.h>

struct driver;
struct driver_resource_kind;
struct error;
struct loop;

/* A cluster that somebody else than the operator names, with all that is needed to reach it: texts
 * of PEM, and a token.  NULL: it is not given. */
struct driver_cluster {
	const char *server, *ca, *token, *certificate, *key;
};
/* What its driver is told besides. */
struct driver_cluster_options {
	const char *name;		/* driver.cluster */
	const char *platform;		/* who makes things there: the id of this daemon's state */
	const uint8_t *name_key;	/* secrets_name_key(); it outlives the driver */
};

struct driver_kind {
	const char *name, *driver_type;		/* as in driver_ops, and so are its resources */
	const struct driver_resource_kind *resources;
	/* Where a driver is a cluster, of which there may be any number: whether one can be reached
	 * as it says, without a request; and its driver, which copies what it is told, or NULL with
	 * err.  Both NULL: there is at
	 * most one driver, which the daemon makes. */
	int (*check_cluster)(const struct driver_cluster *cluster, struct error *err);
	struct driver *(*open_cluster)(struct loop *loop, const struct driver_cluster *cluster,
				       const struct driver_cluster_options *options,
				       struct error *err);
};

/* NULL ends the table, which may be NULL itself.  NULL: there is none of that type. */
const struct driver_kind *driver_kind_find(const struct driver_kind *const *kinds,
					   const char *driver_type);

#endif
