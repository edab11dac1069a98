/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A driver that keeps everything in memory, is as slow as it is asked to be, and fails on
 * demand: what it was told to, or a workload whose image says so.  What "runs" is the cluster's, which outlives the driver: another driver over the same
 * cluster finds it again.
 */
#ifndef SIDESTAGE_TESTS_UNIT_MEMORY_DRIVER_H
#define SIDESTAGE_TESTS_UNIT_MEMORY_DRIVER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "platform/drivers/driver.h"

#define MEMORY_FAILS "fails:1"		/* an image that ends at once */
#define MEMORY_UNREADY "unready:1"	/* one that is never ready: its apply goes on */

enum memory_op {
	MEMORY_PREPARE,
	MEMORY_ADOPT,
	MEMORY_PROVISION,
	MEMORY_DEPROVISION,
	MEMORY_RENDER,
	MEMORY_APPLY,
	MEMORY_REVIEW,
	MEMORY_REMOVE,
	MEMORY_DETACH,
	MEMORY_OP_COUNT
};

/* {SPACE: {"runs": {MODULE: replicas}, "resources": {NAME: outputs}, "starts": {MODULE: {"at",
 * "image"}}, "output": [{"at", "module", "text"}]}} */
struct memory_cluster {
	json_t *spaces;
	uint64_t version;		/* another one whenever something of it is another */
};

struct memory_driver {
	struct driver base;
	struct memory_cluster *cluster;
	struct buf calls;		/* "apply REPLICAS acme/shop/dev\n", ... */
	json_t *homes; /* {SPACE: {"namespace", "labels"}}, as it was last told */
	bool notes_all;			/* prepare and adopt as well */
	struct memory_rule {
		bool holds;		/* what is begun goes on until memory_release() */
		bool deaf;		/* and cannot be cancelled */
		const char *fails;	/* it ends as failed, with this as the reason */
	} rules[MEMORY_OP_COUNT];
	/* Called from inside each call that begins something.  NULL: nobody is. */
	void (*begins)(enum memory_op op);
	bool unknown;			/* it cannot see what runs */
	/* What it sees instead.  NULL: what runs. */
	void (*observe)(struct driver_status *out);
	/* Of a resource that is made; new reference.  NULL: {"path": "/data"}. */
	json_t *(*outputs)(const char *space, const struct driver_resource *resource);
	struct memory_task *tasks;	/* that are held */
};

void memory_cluster_init(struct memory_cluster *cluster);
void memory_cluster_clear(struct memory_cluster *cluster);
/* What runs in the space; NULL: it is not there.  Borrowed. */
json_t *memory_cluster_runs(const struct memory_cluster *cluster, const char *space);
json_t *memory_cluster_resources(const struct memory_cluster *cluster, const char *space);

/* Of an apply that is held: what it brings has taken over, what was before has not ended. */
void memory_take_over(struct memory_driver *driver);
/* `name` as in driver.h, also in front of its resources' types: "process/sqlite". */
void memory_driver_init(struct memory_driver *driver, const struct driver_ops *ops,
			struct loop *loop, struct memory_cluster *cluster);
/* Those of a driver whose name is "process", of one whose name is "memory", and of one that has
 * namespaces and may be there for several clusters. */
extern const struct driver_ops memory_as_process, memory_ops, memory_as_kubernetes;
/* As `free` of its ops does. */
void memory_driver_clear(struct memory_driver *driver);
/* Something of this kind is held. */
bool memory_is_held(const struct memory_driver *driver, enum memory_op op);
/* What is held says how far it is.  why NULL: it waits for nothing. */
void memory_report(struct memory_driver *driver, enum memory_op op, size_t done, size_t total,
		   const struct error *why);
/* What is held goes on to its end, with half of it reported before. */
void memory_release(struct memory_driver *driver, enum memory_op op);

#endif
