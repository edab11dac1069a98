/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * `sidestaged serve --adopt-kubeconfig`: a platform for a cluster that has never heard of it.  What
 * others keep in a configuration file and in definitions is made here: the cluster, an organization
 * that is called like the context, and what its environments need.
 */
#ifndef SIDESTAGE_PLATFORM_ADMIN_ADOPT_H
#define SIDESTAGE_PLATFORM_ADMIN_ADOPT_H

#include "platform/drivers/kubernetes/cluster/names.h"

struct error;
struct follow_source;
struct platform;
struct settings;

/* The id of each such platform: the clones are the cluster's, whoever made them. */
#define ADOPT_PLATFORM KUBE_SHARED_PLATFORM

/* Adds the cluster to the settings.  Does nothing where the option is not given; 0, or -1 with
 * err. */
int adopt_settings(struct settings *settings, struct error *err);
/* Makes the organization, where it is not there, and begins to read: 0, or -1 with err. */
int adopt_start(struct platform *platform, const struct settings *settings, struct error *err);

/* "shop,billing" as a list, NULL at the end; adopt_free_names() it. */
char **adopt_names(const char *text);
void adopt_free_names(char **names);

#endif
