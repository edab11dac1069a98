/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * How long a rollout waits, and whether it may believe what it sees.  Watches may be cut, may hang
 * with a server that hangs, and may lack an event for good, so what ends a rollout is read once
 * more:
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
#include "platform/drivers/kubernetes/cluster/kube-batch.h"
#include "platform/drivers/kubernetes/rollout/kube-rollout.h"
#include "platform/drivers/kubernetes/space/kube-driver.h"

#define BLIND_MIN_MS 10000		/* a deadline is no reason before */
#define RESUMED_PART 10			/* of the usual time, for what is resumed */
#define LEFT_MIN_MS 30000		/* for what is taken up again: it may be ready */
#define REFUSED_MAX_MS (5 * 60 * 1000)	/* of a cluster that answers, but shows nothing */

/* --- time --- */

/* What is resumed is asked for again where it is not ready, and a fix must not wait for that. */
static int64_t
time_of(const struct kube_rollout *r, const struct kube_item *item)
{
	int usual = r->driver->ready_timeout_ms,
	    ms = item->object->timeout_ms > 0 ? item->object->timeout_ms : usual;

	return r->is_resumed && ms > usual / RESUMED_PART ? usual / RESUMED_PART : ms;
}

/* A stage begins when the one before is ready, at the latest. */
static int64_t
time_before(const struct kube_rollout *r, enum kube_stage stage)
{
	int64_t whole = 0;

	for (int earlier = 0; earlier < (int)stage; earlier++) {
		int64_t longest = 0;

		for (size_t i = 0; i < r->count; i++)
			if ((int)r->items[i].object->stage == earlier &&
			    r->items[i].object->is_workload && time_of(r, &r->items[i]) > longest)
				longest = time_of(r, &r->items[i]);
		whole += longest;
	}
	return whole;
}

/* What is taken up again has what is left of its time, and a moment to show that it is done. */
int64_t
kube_rollout_deadline(const struct kube_rollout *r, const struct kube_item *item)
{
	int64_t now = clock_wall_ms(), ms = time_of(r, item);
	int64_t left = r->begun_at + time_before(r, item->object->stage) + ms - now;

	if (r->begun_at == 0 || left > ms)
		left = ms;
	else if (left < LEFT_MIN_MS)
		left = ms < LEFT_MIN_MS ? ms : LEFT_MIN_MS;
	return now + left;
}

/* As long as it may take is waited for a cluster that does not answer, but never less than
 * usual. */
int64_t
kube_rollout_patience(const struct kube_rollout *r)
{
	int64_t longest = KUBE_BATCH_PATIENCE_MS;

	for (size_t i = 0; i < r->count; i++)
		if (time_of(r, &r->items[i]) > longest)
			longest = time_of(r, &r->items[i]);
	return longest;
}

/* --- sight --- */

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
