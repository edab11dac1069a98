/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The end of a namespace: looked at, deleted when it is ours, with the uid that was seen as
 * precondition, and looked at until it is gone.  What is not there, or is somebody else's, has
 * nothing of this space.
 */
#include "config.h"

#include "platform/drivers/kubernetes/space/kube-remove.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "net/loop.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/kube-batch.h"
#include "platform/drivers/kubernetes/space/kube-driver.h"
#include "platform/drivers/kubernetes/space/kube-prepare.h"
#include "platform/drivers/kubernetes/space/kube-reach.h"
#include "platform/drivers/kubernetes/space/kube-space.h"
#include "platform/drivers/task.h"

#define LOOK_AGAIN_MS 1000
#define REMOVAL_MAX_MS (10 * 60 * 1000)	/* then it fails, and the engine asks again */

struct kube_removal {
	struct kube_operation operation;
	struct kube_driver *driver;
	struct kube_space *space;
	struct driver_task *task;
	struct kube_batch *batch;
	struct loop_timer *timer;
	int64_t began;			/* steady ms */
	char *uid;			/* of what is deleted; NULL: not seen yet */
	bool is_asked;			/* the cluster deletes it */
	bool is_gone;
	json_t *seen;			/* as it was last; NULL: it was not seen */
	struct error err;
	char *told;			/* what it hangs on, as it was logged last; NULL: nothing */
};

static void look(void *data);

static void
free_removal(struct kube_operation *operation)
{
	struct kube_removal *r = (struct kube_removal *)operation;

	kube_batch_free(r->batch);
	loop_remove_timer(r->timer);
	json_decref(r->seen);
	free(r->uid);
	free(r->told);
	free(r);
}

static void
end_removal(struct kube_removal *r, const struct error *err)
{
	struct kube_space *space = r->space;

	space->is_removed = false;
	driver_task_end(r->task, err, NULL, NULL);
	kube_space_end(space);
	if (!err)
		kube_space_free(space);
}

static void
cancel_removal(void *data)
{
	struct error err;

	error_set_code(&err, CODE_CANCELLED);
	end_removal(data, &err);
}

static void
report_wait(void *data, const struct error *why)
{
	struct kube_removal *r = data;

	driver_task_report(r->task, &(struct driver_progress){0, 1, why});
}

static void
ask(struct kube_removal *r, enum kube_verb verb, const json_t *body,
    void (*answered)(void *data, size_t index, const struct kube_reply *reply),
    void (*ended)(void *data))
{
	kube_batch_free(r->batch);
	r->err = (struct error){0};
	r->batch = kube_batch_new(&(struct kube_batch_options){
		.cluster = r->driver->cluster,
		.answered = answered,
		.waits = report_wait,
		.ended = ended,
		.data = r,
	});
	kube_batch_add(r->batch, verb, kube_path("v1", "Namespace", NULL, r->space->namespace),
		       body, false);
	kube_batch_start(r->batch);
}

/* 409: it is another one than the one with this uid. */
static void
take_delete(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_removal *r = data;

	(void)index;
	if (reply->status != 404 && reply->status != 409)
		r->err = reply->err;
}

static void
end_delete(void *data)
{
	struct kube_removal *r = data;

	if (r->err.kind != ERROR_NONE) {
		end_removal(r, &r->err);
		return;
	}
	r->is_asked = true;
	look(r);
}

static void
take_look(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_removal *r = data;
	const char *uid =
		json_member_string(json_object_get(reply->body, "metadata"), "uid");

	(void)index;
	r->err = reply->err;
	if (reply->status == 404) {
		r->err = (struct error){0};
		r->is_gone = true;
	} else if (reply->err.kind == ERROR_NONE && r->uid) {
		r->is_gone = !uid || strcmp(uid, r->uid) != 0;
	} else if (reply->err.kind == ERROR_NONE) {
		r->is_gone = !kube_namespace_is_ours(r->space, reply->body, &r->err);
		if (r->is_gone)
			log_line(LOG_PRIORITY_WARNING, "a namespace is not removed", "space",
				 r->space->name, "reason", r->err.text, NULL);
		r->err = (struct error){0};
		r->uid = xstrdup_or_null(uid);
	}
	json_decref(r->seen);
	r->seen = r->is_gone ? NULL : json_deep_copy(reply->body);
}

static void
log_once(struct kube_removal *r)
{
	if (r->told && strcmp(r->told, r->err.text) == 0)
		return;
	free(r->told);
	r->told = xstrdup(r->err.text);
	log_line(LOG_PRIORITY_INFO, "a namespace is being removed", "space", r->space->name,
		 "state", r->told, NULL);
}

/* Finalizers may keep it for long: which is said while it lasts, and in the end. */
static void
wait_for_its_end(struct kube_removal *r)
{
	char *hangs = kube_namespace_hangs(r->seen);

	error_set_code(&r->err, CODE_NAMESPACE_IS_ENDING, .namespace = r->space->namespace,
		       .reason = *hangs ? hangs : "Terminating");
	free(hangs);
	if (clock_steady_ms() - r->began >= REMOVAL_MAX_MS) {
		end_removal(r, &r->err);
		return;
	}
	log_once(r);
	driver_task_report(r->task, &(struct driver_progress){0, 1, &r->err});
	r->timer = loop_add_timer(r->driver->base.loop, LOOK_AGAIN_MS, look, r);
}

static void
end_look(void *data)
{
	struct kube_removal *r = data;
	const json_t *metadata = json_object_get(r->seen, "metadata");

	if (r->err.kind != ERROR_NONE)
		end_removal(r, &r->err);
	else if (r->is_gone)
		end_removal(r, NULL);
	else if (r->is_asked || json_object_get(metadata, "deletionTimestamp"))
		wait_for_its_end(r);
	else
		ask(r, KUBE_DELETE, r->seen, take_delete, end_delete);
}

static void
look(void *data)
{
	struct kube_removal *r = data;

	r->timer = NULL;
	ask(r, KUBE_GET, NULL, take_look, end_look);
}

struct driver_task *
kube_remove(struct kube_driver *driver, struct kube_space *space,
	    const struct driver_waiter *waiter)
{
	struct kube_removal *r;
	struct error err;

	if (space->operation) {
		error_set_code(&err, CODE_SPACE_IS_CHANGING, .space = space->name);
		return driver_task_ended(&driver->base, waiter, &err, NULL);
	}
	space->is_removed = true;
	kube_space_close(space);
	kube_reach_close(space);
	r = xcalloc(1, sizeof(*r));
	r->operation.free = free_removal;
	r->driver = driver;
	r->space = space;
	r->task = driver_task_new(&driver->base, waiter, cancel_removal, r);
	r->began = clock_steady_ms();
	space->operation = &r->operation;
	look(r);
	return r->task;
}
