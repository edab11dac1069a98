/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Whether a rollout may believe what it sees.  Watches may be cut, may hang with a server that
 * hangs, and may lack an event for good, so what ends a rollout is read once more:
 *
 *	the watches are not connected, or the cluster does not answer	nothing is judged; a rollout
 *					waits until its own deadline, and then says since when
 *	they are again			nothing is judged before all was listed anew
 *	nothing was told for a while	it is listed anew, ever more seldom (watch.h)
 *	a deadline has passed		all is listed anew before that is believed
 */
#include "config.h"

#include "base/clock.h"
#include "base/error.h"
#include "model/error-codes.h"
#include "platform/drivers/kubernetes/kube-private.h"
#include "platform/drivers/kubernetes/kube-rollout.h"

#define BLIND_MIN_MS 10000		/* a deadline is no reason before */
#define REFUSED_MAX_MS (5 * 60 * 1000)	/* of a cluster that answers, but shows nothing */

bool
kube_rollout_sees(struct kube_rollout *r, struct error *err)
{
	int64_t now = clock_steady_ms();

	if (!kube_space_is_seen(r->space, err)) {
		if (r->blind_since == 0)
			r->blind_since = now;
		r->fresh_from = 0;
		return false;
	}
	if (r->blind_since == 0)
		return true;
	if (r->fresh_from == 0) {
		r->fresh_from = now;
		kube_space_refresh(r->space, 0);
	}
	if (kube_space_listed_at(r->space) < r->fresh_from)
		return false;
	r->blind_since = r->fresh_from = 0;
	return true;
}

/* Wall ms: of what is waited for, the last. */
static int64_t
last_deadline(const struct kube_rollout *r)
{
	int64_t last = 0;

	for (size_t i = 0; i < r->count; i++) {
		const struct kube_item *item = &r->items[i];

		if (item->object->is_workload && item->answer && !item->is_ready &&
		    !item->has_failed && item->deadline > last)
			last = item->deadline;
	}
	return last;
}

bool
kube_rollout_may_wait(const struct kube_rollout *r, struct error *err)
{
	int64_t blind_ms = clock_steady_ms() - r->blind_since;
	bool is_absent = err->kind == ERROR_NO_REPLY || err->kind == ERROR_UNREACHABLE;

	if (blind_ms < BLIND_MIN_MS ||
	    (clock_wall_ms() < last_deadline(r) && (is_absent || blind_ms < REFUSED_MAX_MS)))
		return true;
	if (err->kind == ERROR_NONE)
		error_set_code(err, CODE_CLUSTER_UNSEEN, .namespace = r->space->namespace);
	return false;
}

bool
kube_rollout_is_late(struct kube_rollout *r, struct kube_item *item)
{
	if (item->late_since == 0) {
		item->late_since = clock_steady_ms();
		kube_space_refresh(r->space, 0);
	}
	return kube_space_listed_at(r->space) >= item->late_since;
}
