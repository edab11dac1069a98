/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Which workload an object of an adopted namespace belongs to.  Such objects have no label of ours,
 * so what was declared says it: {"Deployment/web": "web"}, and what these make is theirs.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SPACE_KUBE_FOUND_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SPACE_KUBE_FOUND_H

#include <jansson.h>
#include <stdint.h>

struct driver_deployment;
struct driver_task;
struct driver_waiter;
struct kube_driver;
struct kube_seen;
struct kube_space;

/* Another number whenever what is declared in what is seen is another, as its generation says or,
 * of what has none, its specification.  0: nothing is seen. */
uint64_t kube_found_declared(const struct kube_seen *lists, const json_t *services);

/* What is declared there from now on. */
void kube_found_note(struct kube_space *space, const struct driver_deployment *deployment);
/* A resume: nothing is asked for, and nothing is written; it is known what to look for. */
struct driver_task *kube_found_resume(struct kube_driver *driver, struct kube_space *space,
				      const struct driver_deployment *deployment,
				      const struct driver_waiter *waiter);

/* The objects of a list as if we had made them: with the annotation that names their workload.
 * `lists` is all that is seen, as it came.  New reference; what lies deeper is shared. */
json_t *kube_found_mark(const json_t *found, const struct kube_seen *lists, const json_t *objects);

#endif
