/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a list of a cluster's objects is now: listed once in pages, then watched from its
 * resourceVersion, with bookmarks.  A watch that ends is taken up where it was; after a 410, or an
 * ERROR event that says so, everything is listed again, and what was missed is told as changes.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_WATCH_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_WATCH_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct error;
struct kube_cluster;
struct kube_watch;

struct kube_watch_options {
	const char *path;		/* of the collection: "/api/v1/namespaces/shop/pods" */
	const char *selector;		/* labelSelector; NULL: all */
	/* Something is another: from the loop.  NULL: nobody wants to know. */
	void (*changed)(void *data);
	/* One object: `before` NULL: new, `after` NULL: gone; one that was deleted and made anew is
	 * gone, and then new.  Borrowed.  NULL: not wanted. */
	void (*object)(void *data, const json_t *before, const json_t *after);
	void *data;
};

/* The cluster outlives it. */
struct kube_watch *kube_watch_new(struct kube_cluster *cluster,
				  const struct kube_watch_options *options);
void kube_watch_free(struct kube_watch *watch);	/* also in its own callback; NULL is fine */

/* The first list is whole. */
bool kube_watch_is_listed(const struct kube_watch *watch);
/* {name: object}, whole objects without managedFields; borrowed, until the loop's next turn.  Where
 * the path is of all namespaces the names are "NAMESPACE/NAME". */
const json_t *kube_watch_objects(const struct kube_watch *watch);
/* Wall ms of the last time at which this was known to be so: now while it is connected, or 0: it
 * never was. */
int64_t kube_watch_seen_at(const struct kube_watch *watch);
/* Why it is not connected now, or that what came made no sense and what is known may be wrong;
 * NULL: all is well.  403 is such: it is tried again, seldom. */
const struct error *kube_watch_error(const struct kube_watch *watch);

#endif
