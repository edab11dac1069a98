/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The sections [cluster "NAME"] of a daemon's configuration.  The name is what resource definitions
 * use, the files are the operator's.
 */
#ifndef SIDESTAGE_PLATFORM_ADMIN_CLUSTER_SETTINGS_H
#define SIDESTAGE_PLATFORM_ADMIN_CLUSTER_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

struct config_entry;
struct error;

#define SETTINGS_CLUSTERS_MAX 64
#define SETTINGS_CLUSTER_KEYS 3

struct settings_cluster {	/* strings are owned */
	char *name;
	char *kubeconfig;		/* paths with ':' between; NULL: in_cluster */
	char *context;			/* NULL: the file's current one */
	bool in_cluster;		/* by what a pod finds beside itself */
	bool adopts;			/* by --adopt-kubeconfig (adopt.h) */
	bool given[SETTINGS_CLUSTER_KEYS];
};

struct settings_clusters {
	struct settings_cluster *items;
	size_t count;
};

/* Takes one key of such a section.  0, or -1 with err; is_value: what is wrong is the value. */
int cluster_settings_read(struct settings_clusters *clusters, const struct config_entry *entry,
			  bool *is_value, struct error *err);
/* What no single key of it can tell: 0, or -1 with err. */
int cluster_settings_check(const struct settings_cluster *cluster, struct error *err);
/* The key cluster-servers of [run], "HOST[:PORT], ...": 0, or -1 with err. */
int cluster_servers_check(const char *value, struct error *err);
void cluster_settings_clear(struct settings_clusters *clusters);

#endif
