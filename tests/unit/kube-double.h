/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A double of a cluster (tests/kube/double), a driver over it, and a second client that looks at
 * what the driver has done there. */
#ifndef SIDESTAGE_TESTS_UNIT_KUBE_DOUBLE_H
#define SIDESTAGE_TESTS_UNIT_KUBE_DOUBLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "net/loop.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"

#define PLATFORM "0198aaaa-0000-7000-8000-000000000001"
#define NAME_KEY "0123456789abcdef0123456789abcdef"

struct kube_double {
	char *folder;			/* of the double */
	pid_t pid;
	struct loop *loop;
	struct driver *driver;
	int ready_timeout_ms;		/* of the next driver; 0: as usual */
	const char *platform;		/* of the next driver; NULL: PLATFORM */
	int64_t begun_at;		/* of the next deployment; 0: now */
	const char *copy_of;		/* of the next deployment; NULL: none */
	struct kube_cluster *looker;
	/* The last task. */
	struct driver_task *task;
	int ended;
	bool failed;
	struct error err;
	json_t *outputs;		/* NULL: none */
	json_t *warnings;		/* array; NULL: none */
	struct driver_errors problems;	/* owned copies */
	size_t progress_done, progress_total;
	char *progress;			/* the last text; NULL: none */
	/* The last look. */
	bool has_looked;
	long status;
	json_t *seen;
};

/* false, and said in TAP: python3 or openssl are missing.  Before anything else of main(). */
bool kube_double_is_possible(void);
bool kube_double_has_programs(void);	/* the same, and says nothing */
/* For cmocka's setup and teardown of a group; the state of its tests is a struct kube_double. */
int kube_double_start(void **state);
int kube_double_stop(void **state);
/* Ends the driver, as a daemon that is killed, and makes another. */
void kube_double_restart_driver(struct kube_double *d);
void kube_double_start_driver(struct kube_double *d);	/* the latter alone */
/* The rules of the double (faults.py) from now on; "" for none. */
void kube_double_rules(const struct kube_double *d, const char *rules);

/* One turn of the loop. */
void kube_double_turn(const struct kube_double *d);
/* Turns until the last task has ended. */
void kube_double_wait(struct kube_double *d);
/* For a task that is about to begin. */
struct driver_waiter kube_double_waiter(struct kube_double *d);

/* prepare(), and it is to succeed. */
void kube_double_prepare(struct kube_double *d, const char *space);
/* A workload of one container with this image; more: members of the container, or NULL. */
struct driver_workload kube_double_workload(const char *module, const char *image,
					    const char *more);
/* apply() of them, taken; does not wait. */
void kube_double_begin(struct kube_double *d, const char *space, struct driver_workload *workloads,
		       size_t count, bool is_resumed);
/* The same, and waits. */
void kube_double_apply(struct kube_double *d, const char *space, struct driver_workload *workloads,
		       size_t count, bool is_resumed);

/* review() of them, taken, in the usual namespace; waits.  d->outputs has what was found. */
void kube_double_review(struct kube_double *d, const char *space, struct driver_workload *workloads,
			size_t count);

/* Asks the cluster; the body stays until the next.  NULL: it is not there. */
const json_t *kube_double_get(struct kube_double *d, const char *path);
/* The same of one object that is written; asserts that the cluster takes it. */
void kube_double_write(struct kube_double *d, enum kube_verb verb, const char *path,
		       const char *body);
/* How many items such a list has that are ours. */
size_t kube_double_count(struct kube_double *d, const char *path);

#endif
