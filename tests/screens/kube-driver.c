/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * In place of the driver of a cluster: the one that keeps everything in memory, whose pods have
 * the same names and ages each time.  In an environment "qa" the pod of web crashes, and the image
 * of api cannot be pulled; of "development" the cluster says nothing.
 */
#include "config.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/memory-driver.h"
#include "base/clock.h"
#include "base/xmalloc.h"
#include "platform/drivers/kubernetes/cluster/access.h"
#include "platform/drivers/kubernetes/kubernetes.h"

struct driver *__wrap_kube_driver_new(struct loop *loop, const struct kube_driver_options *options,
				      struct error *err);

struct still_kube {
	struct memory_driver memory;
	struct memory_cluster cluster;
	struct driver_ops ops;
	char *name;
};

static void
still_free(struct driver *driver)
{
	struct still_kube *still = (struct still_kube *)driver;

	memory_driver_clear(&still->memory);
	memory_cluster_clear(&still->cluster);
	free(still->name);
	free(still);
}

static void
fail(struct driver_workload_status *row, const char *waiting, const char *message)
{
	free(row->message);
	row->message = xstrdup(message);
	row->waiting = xstrdup(waiting);
	row->status = RUNTIME_FAILED;
	row->ready = row->runs = false;
	row->pid = 0;
}

static void
still_observe(struct driver *driver, const char *space, struct driver_status *out)
{
	static const char *const hashes[] = {"x2k4p", "m7q9t", "c5w8z"};
	bool is_qa = strcmp(strrchr(space, '/'), "/qa") == 0;
	const int64_t now = clock_wall_ms(), minute = now - now % 60000;

	memory_as_kubernetes.observe(driver, space, out);
	if (strcmp(strrchr(space, '/'), "/development") == 0) {
		driver_status_clear(out);
		*out = (struct driver_status){0};
	}
	for (size_t i = 0; i < out->count; i++) {
		struct driver_workload_status *row = &out->items[i];

		row->pod = xasprintf("%s-6c9f7d9b5-%s", row->module, hashes[row->replica % 3]);
		row->node = xstrdup("node-1");
		row->pod_created_at = minute - 7200000;
		row->runs = true;
		row->pid = 0;
		if (is_qa && strcmp(row->module, "web") == 0) {
			fail(row, "CrashLoopBackOff",
			     "container web ended with status 1 and was restarted 4 times");
			row->restarts = 4;
			row->last = (struct driver_end){.how = xstrdup("status 1"), .exit_code = 1,
							.ended_at = minute - 180000};
		} else if (is_qa && strcmp(row->module, "api") == 0) {
			fail(row, "ImagePullBackOff",
			     "image local/topicshare-api:2.0.0-rc1 of container api cannot be "
			     "pulled: pull access denied, repository does not exist or may "
			     "require authorization");
		}
	}
}

struct driver *
__wrap_kube_driver_new(struct loop *loop, const struct kube_driver_options *options,
		       struct error *err)
{
	struct still_kube *still = xcalloc(1, sizeof(*still));

	(void)err;
	kube_access_free(options->access);
	still->name = xstrdup(options->cluster);
	still->ops = memory_as_kubernetes;
	still->ops.free = still_free;
	still->ops.observe = still_observe;
	memory_cluster_init(&still->cluster);
	memory_driver_init(&still->memory, &still->ops, loop, &still->cluster);
	still->memory.base.cluster = still->name;
	return &still->memory.base;
}
