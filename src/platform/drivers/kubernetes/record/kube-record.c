/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the platform is to find again in a cluster, from wherever it looks: a ConfigMap in the
 * environment's namespace, and annotations of that, for people and so that it need not be read
 * again as long as it is the same.
 *
 *	keep	apply the ConfigMap --> note its tag at the namespace, and what else is noted
 *	kept	list our namespaces --> get the ConfigMaps of those whose tag is new
 */
#include "config.h"

#include "platform/drivers/kubernetes/record/kube-record-text.h"
#include "platform/drivers/kubernetes/record/kube-record.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/ids.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "model/canonical.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/manifests.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kept-record.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/kube-batch.h"
#include "platform/drivers/kubernetes/cluster/list.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/objects/objects.h"
#include "platform/drivers/kubernetes/rollout/kube-rollout.h"
#include "platform/drivers/kubernetes/space/kube-driver.h"
#include "platform/drivers/kubernetes/space/kube-prepare.h"
#include "platform/drivers/kubernetes/space/kube-space.h"
#include "platform/drivers/task.h"

#define RECORD_NAME "sidestage-environment"
#define NAMESPACES "/api/v1/namespaces"
#define SELECTOR "app.kubernetes.io%2Fmanaged-by%3Dsidestage"
#define TAG_DIGITS 16
#define RECORDS_MAX 1000
#define NOTE_BYTES_MAX 16384

struct kube_record_job {
	struct kube_record_job *next;
	struct kube_driver *driver;
	struct driver_task *task;
	struct kube_batch *batch;
	struct kube_list *list;
	char *namespace;		/* of what is kept */
	json_t *notes;			/* for it, the tag with them */
	/* Of what is found: what there is, what is to be read, and what is to be looked for since
	 * it was on no list. */
	json_t *known, *spaces, *records, *missed, *gone;
	json_t *noted;			/* of which only the notes are others */
	json_t *unread;			/* {space: true} */
	json_t *strays;			/* {NAMESPACE: {"space", "expected"}} */
	struct error err;
};

static void
free_job(struct kube_record_job *job)
{
	struct kube_record_job **link = &job->driver->records;

	while (*link != job)
		link = &(*link)->next;
	*link = job->next;
	kube_batch_free(job->batch);
	kube_list_free(job->list);
	free(job->namespace);
	json_decref(job->notes);
	json_decref(job->known);
	json_decref(job->spaces);
	json_decref(job->records);
	json_decref(job->noted);
	json_decref(job->unread);
	json_decref(job->strays);
	json_decref(job->missed);
	json_decref(job->gone);
	free(job);
}

void
kube_drop_records(struct kube_driver *driver)
{
	while (driver->records)
		free_job(driver->records);
}

/* Takes the outputs. */
static void
end_job(struct kube_record_job *job, json_t *outputs)
{
	struct error err = job->err;

	driver_task_end(job->task, err.kind != ERROR_NONE ? &err : NULL, outputs, NULL);
	free_job(job);
}

static void
cancel_job(void *data)
{
	struct kube_record_job *job = data;

	error_set_code(&job->err, CODE_CANCELLED);
	end_job(job, NULL);
}

static struct kube_record_job *
new_job(struct kube_driver *driver, const struct driver_waiter *waiter)
{
	struct kube_record_job *job = xcalloc(1, sizeof(*job));

	job->driver = driver;
	job->next = driver->records;
	driver->records = job;
	job->task = driver_task_new(&driver->base, waiter, cancel_job, job);
	return job;
}

static void
start_batch(struct kube_record_job *job,
	    void (*answered)(void *data, size_t index, const struct kube_reply *reply),
	    void (*ended)(void *data))
{
	kube_batch_free(job->batch);
	job->batch = kube_batch_new(&(struct kube_batch_options){
		.cluster = job->driver->cluster,
		.answered = answered,
		.ended = ended,
		.data = job,
	});
}

/* --- leaving --- */

struct driver_task *
kube_leave(struct kube_driver *driver, struct kube_space *space,
	   const struct driver_deployment *deployment, const struct driver_waiter *waiter)
{
	for (size_t i = 0; i < deployment->count; i++)
		if (manifests_is(deployment->workloads[i].profile))
			space->has_manifests = true;
	kube_rollout_keep_secrets(space, deployment);
	space->state++;
	return driver_task_ended(&driver->base, waiter, NULL, NULL);
}

/* --- keeping --- */

static void
take_error(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_record_job *job = data;

	(void)index;
	if (reply->err.kind != ERROR_NONE)
		job->err = reply->err;
}

static void
end_keep(void *data)
{
	end_job(data, NULL);
}

/* Last: whoever sees the tag finds what it is of. */
static void
note_tag(void *data)
{
	struct kube_record_job *job = data;
	json_t *body;

	if (job->err.kind != ERROR_NONE) {
		end_job(job, NULL);
		return;
	}
	body = json_pack("{s:{s:O}}", "metadata", "annotations", job->notes);
	start_batch(job, take_error, end_keep);
	kube_batch_add(job->batch, KUBE_MERGE, kube_path("v1", "Namespace", NULL, job->namespace),
		       body, false);
	json_decref(body);
	kube_batch_start(job->batch);
}

static void
apply_record(struct kube_record_job *job, json_t *members)
{
	/* Without our label, which says that a deployment declares it. */
	json_t *object = json_pack("{s:s, s:s, s:{s:s, s:s}}", "apiVersion", "v1", "kind",
				   "ConfigMap", "metadata", "name", RECORD_NAME, "namespace",
				   job->namespace);

	json_object_update(object, members);
	start_batch(job, take_error, note_tag);
	kube_batch_add(job->batch, KUBE_APPLY,
		       kube_path("v1", "ConfigMap", job->namespace, RECORD_NAME), object, false);
	json_decref(object);
	kube_batch_start(job->batch);
}

struct driver_task *
kube_keep(struct kube_driver *driver, const struct kube_space *space, const json_t *record,
	  const json_t *notes, const struct driver_waiter *waiter)
{
	struct kube_record_job *job;
	char hex[IDS_SHA256_HEX_SIZE];
	struct error err = {0};
	const char *env = driver_space_env(space->name);
	json_t *members = record ? kube_record_pack(record, env, hex, &err) : NULL;
	const char *name;
	json_t *note;

	if (record && !members)
		return driver_task_ended(&driver->base, waiter, &err, NULL);
	job = new_job(driver, waiter);
	job->namespace = xstrdup(space->namespace);
	job->notes = json_object();
	json_object_foreach((json_t *)notes, name, note) {
		char *whole = xasprintf(KUBE_NOTE_PREFIX "%s", name);

		json_object_set(job->notes, whole, note);
		free(whole);
	}
	if (!members) {
		note_tag(job);
		return job->task;
	}
	hex[TAG_DIGITS] = '\0';
	json_object_set_new(job->notes, KUBE_NOTE_RECORD, json_string(hex));
	apply_record(job, members);
	json_decref(members);
	return job->task;
}

/* --- finding --- */

static void
take_record(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_record_job *job = data;
	size_t reads = json_array_size(job->records);
	json_t *one = json_array_get(job->records, index), *record;
	struct error err = {0};

	if (index >= reads && reply->status == 404)
		json_object_set_new(job->gone, json_string_value(json_array_get(job->missed,
										index - reads)),
				    json_true());
	if (index < reads && reply->err.kind != ERROR_NONE && reply->status != 404)
		json_object_set_new(job->unread, json_member_string(one, "space"), json_true());
	if (index >= reads || reply->err.kind != ERROR_NONE)
		return;
	record = kube_record_unpack(reply->body, &err);
	if (record)
		json_object_set_new(one, "record", record);
	else
		json_object_set_new(one, "error", json_string(err.text));
}

/* What could not be read is asked for again the next time. */
static void
end_kept(void *data)
{
	struct kube_record_job *job = data;
	json_t *found = json_incref(job->noted), *one;
	size_t i;

	json_array_foreach(job->records, i, one)
		if (json_object_get(one, "record") || json_object_get(one, "error"))
			json_array_append(found, one);
	end_job(job, json_pack("{s:o, s:O, s:O, s:O}", "records", found, "gone", job->gone,
			       "unread", job->unread, "strays", job->strays));
}

/* {NAME: text} of our annotations. */
static json_t *
notes_of(const json_t *annotations)
{
	const size_t prefix = strlen(KUBE_NOTE_PREFIX);
	json_t *notes = json_object(), *text;
	const char *name;

	json_object_foreach((json_t *)(uintptr_t)annotations, name, text)
		if (strncmp(name, KUBE_NOTE_PREFIX, prefix) == 0 && json_is_string(text) &&
		    json_string_length(text) <= NOTE_BYTES_MAX)
			json_object_set(notes, name + prefix, text);
	return notes;
}

/* That of the record and of what it has to agree with, and after a dot that of all notes. */
static char *
tag_of(const char *record, const json_t *notes)
{
	const char *made = json_member_string(notes, "made");
	char *text = json_canonical(notes), hex[IDS_SHA256_HEX_SIZE], *tag;

	ids_sha256_hex(hex, text, strlen(text));
	tag = xasprintf("%s-%s.%.*s", record, made ? made : "", TAG_DIGITS, hex);
	free(text);
	return tag;
}

static bool
is_same_record(const char *known, const char *tag)
{
	size_t length = (size_t)(strrchr(tag, '.') - tag) + 1;

	return known && strncmp(known, tag, length) == 0;
}

/* "ORG/APP/ENV"; NULL: it is not ours, or is going. */
static const char *
whole_of(const struct kube_record_job *job, const json_t *object)
{
	const json_t *notes = json_object_get(json_object_get(object, "metadata"), "annotations");
	const char *platform = json_member_string(notes, KUBE_NOTE_PLATFORM);

	if (!platform || strcmp(platform, job->driver->platform) != 0 ||
	    kube_namespace_is_ending(object))
		return NULL;
	return json_member_string(notes, KUBE_NOTE_SPACE);
}

static void
note_namespace(struct kube_record_job *job, const json_t *object)
{
	const json_t *meta = json_object_get(object, "metadata");
	const json_t *notes = json_object_get(meta, "annotations");
	const char *space = kube_space_tail(whole_of(job, object));
	const char *record = json_member_string(notes, KUBE_NOTE_RECORD), *known;
	struct kept_record kept = {0};

	json_object_set_new(job->spaces, space, json_true());
	known = json_member_string(job->known, space);
	if (!record || json_array_size(job->records) == RECORDS_MAX)
		return;
	untrusted_init(&kept.space, space);
	untrusted_init(&kept.namespace, kube_read_name(object));
	kept.created_at = kube_read_time(meta, "creationTimestamp");
	kept.notes = notes_of(notes);
	kept.tag.raw = tag_of(record, kept.notes);
	if (!known || strcmp(known, kept.tag.raw) != 0)
		json_array_append_new(is_same_record(known, kept.tag.raw) ? job->noted
									  : job->records,
				      kept_record_encode(&kept));
	kept_record_clear(&kept);
}

static const struct kube_space *
find_space(const struct kube_driver *driver, const char *tail)
{
	const struct kube_space *space = driver->spaces;

	while (space && strcmp(kube_space_tail(space->name), tail) != 0)
		space = space->next;
	return space;
}

/* Whether it is called as we call that of such an environment: what was restored or copied under
 * another name has the annotations of what it was copied from. */
static bool
is_called_so(const json_t *object, const char *whole)
{
	const char *name = kube_read_text(kube_read_metadata(object), "name");
	char *expected = kube_namespace_name(whole);
	bool is = strcmp(name, expected) == 0;

	free(expected);
	return is;
}

static void
note_stray(struct kube_record_job *job, const json_t *object, const char *whole)
{
	const char *name = kube_read_text(kube_read_metadata(object), "name");
	char *expected = kube_namespace_name(whole);

	json_object_set_new(job->strays, name,
			    json_pack("{s:s, s:s}", "space", kube_space_tail(whole), "expected",
				      expected));
	free(expected);
}

/* A definition may have given it another name: then we know it by that, and no other is there. */
static void
note_other_name(struct kube_record_job *job, const json_t *object, const char *whole)
{
	const json_t *meta = kube_read_metadata(object);
	const char *tail = kube_space_tail(whole);
	const struct kube_space *space = find_space(job->driver, tail);

	if (!json_object_get(job->spaces, tail) && space &&
	    strcmp(space->namespace, kube_read_text(meta, "name")) == 0)
		note_namespace(job, object);
	else if (json_member_string(json_object_get(meta, "annotations"), KUBE_NOTE_RECORD))
		note_stray(job, object, whole);
}

static void
note_namespaces(struct kube_record_job *job, json_t *objects)
{
	const char *key, *whole;
	json_t *object;

	json_object_foreach(objects, key, object) {
		whole = whole_of(job, object);
		if (whole && is_called_so(object, whole))
			note_namespace(job, object);
	}
	json_object_foreach(objects, key, object) {
		whole = whole_of(job, object);
		if (whole && !is_called_so(object, whole))
			note_other_name(job, object, whole);
	}
}

static int
compare_age(const void *a, const void *b)
{
	const json_t *one = *(json_t *const *)a, *other = *(json_t *const *)b;
	int order = strcmp(kube_read_text(one, "created_at"), kube_read_text(other, "created_at"));

	return order ? order : strcmp(kube_read_text(one, "namespace"),
				      kube_read_text(other, "namespace"));
}

/* When a namespace was made is the one thing in it that nobody can write: what says the same as
 * another is the copy if it is younger. */
static void
sort_by_age(json_t *records)
{
	size_t count = json_array_size(records), i;
	json_t **items = xcalloc(count + 1, sizeof(json_t *)), *one;

	json_array_foreach(records, i, one)
		items[i] = json_incref(one);
	qsort(items, count, sizeof(json_t *), compare_age);
	for (i = 0; i < count; i++)
		json_array_set_new(records, i, items[i]);
	free(items);
}

/* It may only have lost our label: what is gone is not there when it is asked for by its name. */
static void
ask_for_missed(struct kube_record_job *job)
{
	const char *name;
	json_t *tag;

	json_object_foreach(job->known, name, tag) {
		const struct kube_space *space = find_space(job->driver, name);

		if (!space || json_object_get(job->spaces, name))
			continue;
		json_array_append_new(job->missed, json_string(name));
		kube_batch_add(job->batch, KUBE_GET,
			       kube_path("v1", "Namespace", NULL, space->namespace), NULL, false);
	}
}

static void
on_namespaces(void *data, const struct kube_list_result *result)
{
	struct kube_record_job *job = data;
	json_t *one;
	size_t i;

	if (result->status == 403) {
		end_job(job, json_pack("{s:[], s:{}}", "records", "gone"));
		return;
	}
	job->err = result->err;
	if (!result->objects) {
		end_job(job, NULL);
		return;
	}
	note_namespaces(job, result->objects);
	sort_by_age(job->records);
	start_batch(job, take_record, end_kept);
	json_array_foreach(job->records, i, one)
		kube_batch_add(job->batch, KUBE_GET,
			       kube_path("v1", "ConfigMap", json_member_string(one, "namespace"),
					 RECORD_NAME), NULL, false);
	ask_for_missed(job);
	kube_batch_start(job->batch);
}

struct driver_task *
kube_kept(struct kube_driver *driver, const json_t *known, const struct driver_waiter *waiter)
{
	struct kube_record_job *job = new_job(driver, waiter);

	job->known = known ? json_deep_copy(known) : json_object();
	job->spaces = json_object();
	job->records = json_array();
	job->noted = json_array();
	job->unread = json_object();
	job->strays = json_object();
	job->missed = json_array();
	job->gone = json_object();
	job->list = kube_list_start(driver->cluster, NAMESPACES, SELECTOR, on_namespaces, job);
	return job->task;
}
