/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * All objects of a collection, as they are at one moment: asked for in pages, with fewer objects in
 * each when one is too large.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_LIST_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_LIST_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"

struct kube_cluster;
struct kube_list;

#define KUBE_LIST_MAX 20000		/* objects; more is an error */

struct kube_list_result {
	json_t *objects;		/* as kube_watch_objects(); borrowed; NULL: it failed */
	const char *version;		/* to watch from */
	struct error err;
	bool has_expired;		/* in its midst: it is to begin again */
	long status;			/* of what failed; 0: it is no answer */
};

/* Of a collection's path and an encoded labelSelector (NULL: all), which outlive it.  `ended` is
 * called once, from the loop, and may free it. */
struct kube_list *kube_list_start(struct kube_cluster *cluster, const char *path,
				  const char *selector,
				  void (*ended)(void *data, const struct kube_list_result *result),
				  void *data);
/* Its objects keep who manages which of their fields.  Before the first answer. */
void kube_list_keep_managers(struct kube_list *list);
/*
 * Where there may be more objects than fit into memory: what is kept of each, with the managers of
 * its fields, is what `keep` gives, a new reference with metadata.uid and resourceVersion; NULL:
 * nothing is.  At most `max` are kept, however long they were.  Before the first answer.
 */
struct kube_keeper {
	json_t *(*keep)(void *data, json_t *object);
	/* These may be NULL.  A list begins: what one before gave comes again. */
	void (*begun)(void *data);
	/* All of a page was given; is_last: and that was all. */
	void (*page)(void *data, bool is_last);
	/* Whoever takes them has enough for now: it is asked again in a moment. */
	bool (*is_busy)(void *data);
	void *data;
	size_t max;
};
void kube_list_keep_as(struct kube_list *list, const struct kube_keeper *keeper);
void kube_list_free(struct kube_list *list);	/* nobody is called; NULL is fine */

/* The key of an object in what a list of that path gives; free() it.  NULL: it has no name. */
char *kube_list_key(const char *path, const json_t *object);

#endif
