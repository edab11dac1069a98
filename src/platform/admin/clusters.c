/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "platform/admin/clusters.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "net/loop.h"
#include "platform/admin/adopt.h"
#include "platform/drivers/kubernetes/cluster/access.h"
#include "platform/drivers/kubernetes/kubernetes.h"
#include "platform/drivers/registry.h"
#include "platform/state/platform.h"
#include "platform/state/repository.h"
#include "platform/state/secret.h"

static struct kube_access_options
options_of(const struct settings_cluster *cluster)
{
	return (struct kube_access_options){
		.kubeconfig = cluster->kubeconfig,
		.context = cluster->context,
		.in_cluster = cluster->in_cluster,
	};
}

static struct kube_access *
open_access(struct loop *loop, const struct settings_cluster *cluster, struct error *err)
{
	const struct kube_access_options options = options_of(cluster);
	struct kube_access *access = kube_access_new(loop, &options, err);

	if (!access)
		error_prefix(err, _("cluster \"%s\""), cluster->name);
	return access;
}

static int
open_cluster(const struct settings_cluster *cluster, struct platform *platform, struct error *err)
{
	struct kube_access *access = open_access(platform->loop, cluster, err);
	const struct kube_driver_options options = {
		.cluster = cluster->name,
		.access = access,
		/* Who looks at the same cluster from elsewhere is to know its clones. */
		.platform = cluster->adopts ? ADOPT_PLATFORM
					    : repository_platform_id(platform->repository),
		.name_key = secrets_name_key(platform->secrets),
	};
	struct driver *driver;

	if (!access)
		return -1;
	driver = kube_driver_new(platform->loop, &options, err);
	if (!driver)
		return error_prefix(err, _("cluster \"%s\""), cluster->name);
	drivers_add(platform->drivers, driver);
	return 0;
}

int
clusters_open(const struct settings_clusters *clusters, struct platform *platform,
	      struct error *err)
{
	for (size_t i = 0; i < clusters->count; i++)
		if (open_cluster(&clusters->items[i], platform, err) != 0)
			return -1;
	return 0;
}

size_t
clusters_check(const struct settings_clusters *clusters, const char *where, config_fault *fault,
	       void *data)
{
	struct error err = {0};
	struct loop *loop = clusters->count > 0 ? loop_new(&err) : NULL;
	size_t faults = 0;

	for (size_t i = 0; i < clusters->count; i++) {
		struct kube_access *access = loop ? open_access(loop, &clusters->items[i], &err)
						  : NULL;
		char *text = access ? NULL : xasprintf("%s: %s", where, err.text);

		if (text) {
			fault(data, text);
			faults++;
		}
		free(text);
		kube_access_free(access);
	}
	if (loop)
		loop_free(loop);
	return faults;
}

char **
clusters_files(const struct settings_clusters *clusters)
{
	char **files = xcalloc(1, sizeof(*files));
	size_t count = 0;

	for (size_t i = 0; i < clusters->count; i++) {
		const struct kube_access_options options = options_of(&clusters->items[i]);
		char **some = kube_access_files(&options);
		size_t more = 0;

		while (some[more])
			more++;
		files = xreallocarray(files, count + more + 1, sizeof(*files));
		memcpy(files + count, some, (more + 1) * sizeof(*files));
		count += more;
		free(some);
	}
	return files;
}

void
clusters_free_files(char **files)
{
	for (size_t i = 0; files[i]; i++)
		free(files[i]);
	free(files);
}
