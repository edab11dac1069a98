/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a list of a cluster's objects is now: listed once in pages, then watched from its
 * resourceVersion, with bookmarks.  A watch that ends is taken up where it was; after a 410, or an
 * ERROR event that says so, everything is listed again, and what was missed is told as changes.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_WATCH_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_WATCH_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct error;
struct kube_cluster;
struct kube_keeper;
struct kube_watch;

struct kube_watch_options {
	const char *path;		/* of the collection: "/api/v1/namespaces/shop/pods" */
	const char *selector;		/* labelSelector; NULL: all */
	/* Something is another: from the loop.  NULL: nobody wants to know. */
	void (*changed)(void *data);
	/* One object: `before` NULL: new, `after` NULL: gone; one that was deleted and made anew is
	 * gone, and then new.  Borrowed.  NULL: not wanted. */
	void (*object)(void *data, const json_t *before, const json_t *after);
	/* What is kept of each object (list.h); all of this is about that.  NULL: all but its
	 * managers.  It may not free the watch. */
	const struct kube_keeper *keeper;
	void *data;
};

/* The cluster outlives it. */
struct kube_watch *kube_watch_new(struct kube_cluster *cluster,
				  const struct kube_watch_options *options);
void kube_watch_free(struct kube_watch *watch);	/* also in its own callback; NULL is fine */

/* It is listed anew, at some time within so many ms: what an event should have said and did not is
 * found so.  What is known stays known meanwhile. */
void kube_watch_refresh(struct kube_watch *watch, int64_t within_ms);
/* It is watched over another connection within so many ms, from where it was: the one that there is
 * may be dead.  Where nothing was listed yet nothing is done. */
void kube_watch_reconnect(struct kube_watch *watch, int64_t within_ms);
/* As kube_watch_refresh() when nothing was told for so long that this may be it: 10 to 15 s, and
 * the longer, the more often nothing was missing.  For one who waits for a change, again and
 * again. */
void kube_watch_keep_fresh(struct kube_watch *watch);

/* The first list is whole. */
bool kube_watch_is_listed(const struct kube_watch *watch);
/* {name: object}, whole objects without managedFields; borrowed, until the loop's next turn.  Where
 * the path is of all namespaces the names are "NAMESPACE/NAME". */
const json_t *kube_watch_objects(const struct kube_watch *watch);
/* Steady ms at which the last list that is whole was begun: all that was so then is known.  0:
 * there is none. */
int64_t kube_watch_listed_at(const struct kube_watch *watch);
/* Wall ms of the last time at which this was known to be so: now while it is connected, or 0: it
 * never was. */
int64_t kube_watch_seen_at(const struct kube_watch *watch);
/* Why it is not connected now, or that what came made no sense and what is known may be wrong;
 * NULL: all is well.  403 is such: it is tried again, seldom. */
const struct error *kube_watch_error(const struct kube_watch *watch);

#endif
