/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The drivers of a daemon's clusters: what [cluster "NAME"] says, opened. */
#ifndef SIDESTAGE_PLATFORM_ADMIN_CLUSTERS_H
#define SIDESTAGE_PLATFORM_ADMIN_CLUSTERS_H

#include <stddef.h>

#include "base/config-file.h"
#include "platform/admin/cluster-settings.h"

struct error;
struct platform;

/* A driver for each, which borrows from the settings.  Nothing is asked of a cluster yet.
 * 0, or -1 with err, which names the cluster whose files cannot be used. */
int clusters_open(const struct settings_clusters *clusters, struct platform *platform,
		  struct error *err);
/* Whether all of them could be opened: each fault is given to `fault`, after `where`; their
 * number. */
size_t clusters_check(const struct settings_clusters *clusters, const char *where,
		      config_fault *fault, void *data);
/* The files that say who the daemon is there; NULL at the end.  clusters_free_files() it. */
char **clusters_files(const struct settings_clusters *clusters);
void clusters_free_files(char **files);

#endif
