/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The namespace of an environment:
 *
 *	LOOK --ours--> done
 *	 |  \--ends--> (again, until it is gone)
 *	 \--none--> ASK whether all that is needed may be done --> CREATE --> done
 *	       (of a clone: READ what holds for all in its origin --> CREATE --> CARRY --> done)
 *	                                                             \--there is one now--> LOOK
 *
 * A namespace that is there is used only when it says that it is this environment's, of this
 * platform: everything else in it would be taken for what was deployed.
 */
#include "config.h"

#include "platform/drivers/kubernetes/space/kube-prepare.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "net/loop.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/adopted/kube-carry.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/kube-batch.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/space/kube-driver.h"
#include "platform/drivers/kubernetes/space/kube-pulse.h"
#include "platform/drivers/kubernetes/space/kube-rights.h"
#include "platform/drivers/kubernetes/space/kube-space.h"
#include "platform/drivers/task.h"

#define LOOK_AGAIN_MS 1000
#define TERMINATION_MAX_MS (10 * 60 * 1000)
#define MISSING_MAX 200		/* bytes of rights in one sentence */

struct kube_preparation {
	struct kube_operation operation;
	struct kube_driver *driver;
	struct kube_space *space;
	struct driver_task *task;
	int64_t patience_ms;
	struct kube_batch *batch;
	struct loop_timer *timer;
	int64_t began;			/* steady ms */
	struct buf missing;		/* rights: "create deployments.apps" */
	bool is_there;			/* now, when it was to be made */
	json_t *carried;		/* objects that hold for all in a clone's origin */
	struct error err;
};

static void look(void *data);

static void
free_preparation(struct kube_operation *operation)
{
	struct kube_preparation *p = (struct kube_preparation *)operation;

	kube_batch_free(p->batch);
	loop_remove_timer(p->timer);
	buf_clear(&p->missing);
	json_decref(p->carried);
	free(p);
}

static void
end_preparation(struct kube_preparation *p, const struct error *err)
{
	struct error why = err ? *err : (struct error){0};

	kube_pulse_explain(p->driver->pulse, &why);
	driver_task_end(p->task, err ? &why : NULL, NULL, NULL);
	kube_space_end(p->space);
}

static void
cancel_preparation(void *data)
{
	struct error err;

	error_set_code(&err, CODE_CANCELLED);
	end_preparation(data, &err);
}

static void
report(struct kube_preparation *p, const struct error *why)
{
	driver_task_report(p->task, &(struct driver_progress){0, 1, why});
}

static void
report_wait(void *data, const struct error *why)
{
	report(data, why);
}

/* --- whose it is --- */

/* A clone that another daemon of the same people has made under this name: two of one name would be
 * one.  Who made it first is decided by the cluster, since of two that create a namespace one alone
 * can.  What was made by an older version is known by its record alone. */
static bool
is_of_somebody_else(const struct kube_space *space, const json_t *notes)
{
	const char *made = json_member_string(notes, KUBE_NOTE_MADE);

	if (strcmp(space->driver->platform, KUBE_SHARED_PLATFORM) != 0)
		return false;
	if (made && space->made)
		return strcmp(made, space->made) != 0;
	return space->is_first && (made || json_object_get(notes, KUBE_NOTE_RECORD));
}

/* The organization is each daemon's own, where several share a platform. */
static bool
is_called_alike(const struct kube_space *space, const char *owner)
{
	return strcmp(owner, space->name) == 0 ||
	       (strcmp(space->driver->platform, KUBE_SHARED_PLATFORM) == 0 &&
		strcmp(kube_space_tail(owner), kube_space_tail(space->name)) == 0);
}

static void
say_whose_clone(const struct kube_space *space, const json_t *object, const json_t *notes,
		struct error *err)
{
	const char *owner = json_member_string(notes, KUBE_NOTE_OWNER),
		   *at = kube_read_text(kube_read_metadata(object), "creationTimestamp");

	error_set_code(err, CODE_CLONE_MADE_BY_OTHERS, .env = driver_space_env(space->name),
		       .namespace = space->namespace, .name = owner ? owner : "?", .words = at);
}

bool
kube_namespace_is_ours(const struct kube_space *space, const json_t *object, struct error *err)
{
	const json_t *notes =
		json_object_get(json_object_get(object, "metadata"), "annotations");
	const char *platform = json_member_string(notes, KUBE_NOTE_PLATFORM),
		   *owner = json_member_string(notes, KUBE_NOTE_SPACE);

	if (platform && owner && strcmp(platform, space->driver->platform) == 0 &&
	    !is_of_somebody_else(space, notes) && is_called_alike(space, owner))
		return true;
	if (!platform || !owner)
		error_set_code(err, CODE_NAMESPACE_FOREIGN, .namespace = space->namespace,
			       .space = space->name);
	else if (strcmp(platform, space->driver->platform) != 0)
		error_set_code(err, CODE_NAMESPACE_OF_PLATFORM, .namespace = space->namespace,
			       .space = owner, .platform = platform);
	else if (is_of_somebody_else(space, notes) && is_called_alike(space, owner))
		say_whose_clone(space, object, notes, err);
	else
		error_set_code(err, CODE_NAMESPACE_OF_SPACE, .namespace = space->namespace,
			       .space = owner);
	return false;
}

bool
kube_namespace_is_ending(const json_t *object)
{
	const char *phase = json_member_string(json_object_get(object, "status"), "phase");

	return json_object_get(json_object_get(object, "metadata"), "deletionTimestamp") ||
	       (phase && strcmp(phase, "Terminating") == 0);
}

/* Conditions that are not so are those that are done. */
char *
kube_namespace_hangs(const json_t *object)
{
	json_t *condition;
	struct buf text;
	size_t i;

	buf_init(&text, 2000);
	json_array_foreach(json_object_get(json_object_get(object, "status"), "conditions"), i,
			   condition) {
		const char *status = json_member_string(condition, "status"),
			   *message = json_member_string(condition, "message");

		if (status && message && strcmp(status, "True") == 0)
			(void)buf_printf(&text, "%s%s", text.length > 0 ? "; " : "", message);
	}
	return buf_take(&text);
}

/* --- making it --- */

json_t *
kube_namespace_object(const struct kube_space *space)
{
	json_t *labels = space->labels ? json_deep_copy(space->labels) : json_object(), *notes;

	json_object_set_new(labels, KUBE_LABEL_MANAGED, json_string(KUBE_MANAGED_BY));
	json_object_set_new(labels, KUBE_LABEL_POD_SECURITY,
			    json_string(kube_space_pod_security(space)));
	/* Who finds it is to know what it is, also if its maker never came to write its record. */
	notes = json_pack("{s:s, s:s, s:s*, s:s*, s:s*}", KUBE_NOTE_SPACE, space->name,
			  KUBE_NOTE_PLATFORM, space->driver->platform, KUBE_NOTE_MADE, space->made,
			  KUBE_NOTE_ORIGIN, space->origin, KUBE_NOTE_OWNER, space->made_by);
	if (space->notes)
		json_object_update_missing(notes, space->notes);
	return json_pack("{s:s, s:s, s:{s:s, s:o, s:o}}", "apiVersion", "v1", "kind", "Namespace",
			 "metadata", "name", space->namespace, "labels", labels, "annotations",
			 notes);
}

static void
start_batch(struct kube_preparation *p,
	    void (*answered)(void *data, size_t index, const struct kube_reply *reply),
	    void (*ended)(void *data))
{
	kube_batch_free(p->batch);
	p->batch = kube_batch_new(&(struct kube_batch_options){
		.cluster = p->driver->cluster,
		.patience_ms = p->patience_ms,
		.answered = answered,
		.waits = report_wait,
		.ended = ended,
		.data = p,
	});
}

/* A create whose answer was lost is found by the next look; somebody else's too. */
static void
take_created(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_preparation *p = data;

	(void)index;
	p->err = reply->err;
	p->is_there = reply->status == 409;
	if (reply->err.kind == ERROR_NONE)
		kube_space_note_namespace(p->space, reply->body);
}

/* Without one of them it runs all the same, with more room. */
static void
take_carried(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_preparation *p = data;
	const json_t *object = json_array_get(p->carried, index);

	if (reply->err.kind != ERROR_NONE)
		driver_task_warn_of(p->task, "", kube_read_name(object), &reply->err);
}

static void
end_carry(void *data)
{
	end_preparation(data, NULL);
}

static void
carry(struct kube_preparation *p)
{
	json_t *object;
	size_t i;

	start_batch(p, take_carried, end_carry);
	json_array_foreach(p->carried, i, object)
		kube_batch_add(p->batch, KUBE_APPLY,
			       kube_path("v1", kube_read_text(object, "kind"), p->space->namespace,
					 kube_read_name(object)),
			       object, false);
	kube_batch_start(p->batch);
}

static void
end_create(void *data)
{
	struct kube_preparation *p = data;

	if (p->err.kind == ERROR_NONE)
		carry(p);
	else if (p->is_there)
		look(p);
	else
		end_preparation(p, &p->err);
}

static void
create(struct kube_preparation *p)
{
	json_t *object = kube_namespace_object(p->space);

	start_batch(p, take_created, end_create);
	kube_batch_add(p->batch, KUBE_CREATE, kube_path("v1", "Namespace", NULL, NULL), object,
		       false);
	json_decref(object);
	kube_batch_start(p->batch);
}

/* --- what holds for all where a clone is made of --- */

static void
take_origin(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_preparation *p = data;

	if (reply->err.kind != ERROR_NONE)
		log_line(LOG_PRIORITY_WARNING,
			 "cannot copy quotas, limits and labels from the original namespace",
			 "namespace", p->space->namespace, "original", p->space->origin, "error",
			 reply->err.text, NULL);
	kube_carry_take(index, reply, p->space->namespace, p->space->labels, p->space->notes,
			p->carried);
}

static void
end_origin(void *data)
{
	create(data);
}

static void
read_origin(struct kube_preparation *p)
{
	if (!p->space->origin) {
		create(p);
		return;
	}
	if (!p->space->labels)
		p->space->labels = json_object();
	if (!p->space->notes)
		p->space->notes = json_object();
	start_batch(p, take_origin, end_origin);
	kube_carry_ask(p->batch, p->space->origin);
	kube_batch_start(p->batch);
}

/* --- asking --- */

static void
take_review(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_preparation *p = data;
	char *missing = kube_rights_missing(reply);

	(void)index;
	if (reply->err.kind != ERROR_NONE) {
		p->err = reply->err;
		kube_batch_stop(p->batch);
	} else if (missing && p->missing.length < MISSING_MAX) {
		(void)buf_printf(&p->missing, "%s%s", p->missing.length > 0 ? ", " : "", missing);
	}
	free(missing);
}

static void
end_reviews(void *data)
{
	struct kube_preparation *p = data;

	if (p->err.kind == ERROR_NONE && p->missing.length > 0)
		error_set_code(&p->err, CODE_CLUSTER_RIGHTS_MISSING,
			       .namespace = p->space->namespace, .words = buf_str(&p->missing));
	if (p->err.kind == ERROR_NONE)
		read_origin(p);
	else
		end_preparation(p, &p->err);
}

static void
ask_for_rights(struct kube_preparation *p)
{
	start_batch(p, take_review, end_reviews);
	kube_rights_ask(p->batch, p->space->namespace);
	kube_batch_start(p->batch);
}

/* --- looking --- */

static void
wait_for_its_end(struct kube_preparation *p, const json_t *object)
{
	char *hangs = kube_namespace_hangs(object);
	struct error err;

	error_set_code(&err, CODE_NAMESPACE_IS_ENDING, .namespace = p->space->namespace,
		       .reason = *hangs ? hangs : "Terminating");
	free(hangs);
	report(p, &err);
	p->err = err;
}

/* Whose it is matters to nobody who only looks, and who may not look at the namespace itself may
 * look at what is in it. */
static void
note_adopted(struct kube_preparation *p, const struct kube_reply *reply)
{
	if (reply->status == 403)
		p->err = (struct error){0};
	else if (reply->err.kind == ERROR_NONE && kube_namespace_is_ending(reply->body))
		error_set_code(&p->err, CODE_NAMESPACE_GONE, .namespace = p->space->namespace);
}

static void
take_namespace(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_preparation *p = data;

	(void)index;
	p->err = reply->err;
	kube_space_note_namespace(p->space, reply->body);
	if (reply->status == 404 && p->space->is_adopted)
		error_set_code(&p->err, CODE_NAMESPACE_GONE, .namespace = p->space->namespace);
	else if (p->space->is_adopted)
		note_adopted(p, reply);
	else if (reply->status == 404)
		p->err.kind = ERROR_NOT_FOUND;
	else if (reply->err.kind == ERROR_NONE && kube_namespace_is_ending(reply->body))
		wait_for_its_end(p, reply->body);
	else if (reply->err.kind == ERROR_NONE)
		(void)kube_namespace_is_ours(p->space, reply->body, &p->err);
}

static void
end_look(void *data)
{
	struct kube_preparation *p = data;
	bool ends = p->err.part_count > 0 && p->err.parts[0].code == CODE_NAMESPACE_IS_ENDING;

	if (p->err.kind == ERROR_NONE) {
		end_preparation(p, NULL);
	} else if (p->err.kind == ERROR_NOT_FOUND && !p->space->is_adopted) {
		p->err = (struct error){0};
		ask_for_rights(p);
	} else if (ends && clock_steady_ms() - p->began < TERMINATION_MAX_MS) {
		p->timer = loop_add_timer(p->driver->base.loop, LOOK_AGAIN_MS, look, p);
	} else {
		end_preparation(p, &p->err);
	}
}

static void
look(void *data)
{
	struct kube_preparation *p = data;

	p->timer = NULL;
	p->err = (struct error){0};
	start_batch(p, take_namespace, end_look);
	kube_batch_add(p->batch, KUBE_GET, kube_path("v1", "Namespace", NULL, p->space->namespace),
		       NULL, false);
	kube_batch_start(p->batch);
}

struct driver_task *
kube_prepare(struct kube_driver *driver, struct kube_space *space, int64_t patience_ms,
	     const struct driver_waiter *waiter)
{
	struct kube_preparation *p;
	struct error err;

	if (space->operation) {
		error_set_code(&err, CODE_SPACE_IS_CHANGING, .space = space->name);
		return driver_task_ended(&driver->base, waiter, &err, NULL);
	}
	p = xcalloc(1, sizeof(*p));
	p->operation.free = free_preparation;
	p->driver = driver;
	p->space = space;
	p->task = driver_task_new(&driver->base, waiter, cancel_preparation, p);
	p->patience_ms = patience_ms;
	p->began = clock_steady_ms();
	p->carried = json_array();
	buf_init(&p->missing, 4096);
	space->operation = &p->operation;
	kube_pulse_use(driver->pulse);
	look(p);
	return p->task;
}
