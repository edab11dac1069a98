/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What becomes of fields that were changed in objects of somebody else, after nothing in them is
 * ours any more: each is put back by a reconciler or by an apply of the old manifest (reverted),
 * changed to something else, or applied by its owner as well (carried).  It is looked at closely
 * for ten minutes, and from time to time afterwards, until all are carried; also when something
 * else is changed meanwhile, and by a daemon that starts later.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SPACE_KUBE_AFTERMATH_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SPACE_KUBE_AFTERMATH_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct driver_status;
struct error;
struct kube_aftermath;
struct kube_space;

/* Of what the one before has not seen carried; it belongs to the space, in its place. */
struct kube_aftermath *kube_aftermath_new(struct kube_space *space);
void kube_aftermath_free(struct kube_aftermath *aftermath);	/* NULL is fine */

/* One object that was changed. */
struct kube_past {
	const char *module, *key, *path;
	int64_t at;			/* wall ms */
	bool is_recalled;		/* an earlier daemon changed it, or another one */
	bool is_guess;			/* not all of it may have been changed */
};
/* Of that object: the fields that adopted_patch_make() gave, each with the name of its "owner" of
 * before (none: nobody); before it begins. */
void kube_aftermath_add(struct kube_aftermath *aftermath, const struct kube_past *past,
			const json_t *fields);
void kube_aftermath_begin(struct kube_aftermath *aftermath);
/* Of a daemon that has changed nothing there yet: of what others did (driver_deployment.past).
 * Whether the owner has it is seen from the objects alone; past NULL is fine. */
void kube_aftermath_recall(struct kube_space *space, const json_t *past);

/* Whether one of the fields is no longer what the cluster made of it (answer): err says who changed
 * it, and to what. */
bool kube_aftermath_has_moved(const char *key, const json_t *fields, const json_t *answer,
			      const json_t *live, struct error *err);

/* The rows of workloads with such fields say so.  NULL is fine, here and below. */
void kube_aftermath_tell(const struct kube_aftermath *aftermath, struct driver_status *status);
/* Whether their owners have what was changed; is_known: the cluster answers. */
void kube_aftermath_tell_owners(const struct kube_aftermath *aftermath, bool is_known,
				struct driver_status *status);

#endif
