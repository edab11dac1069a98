/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Reads what somebody else declared in namespaces, and changes nothing:
 *
 *	NAMESPACES	those that were named, or all but the cluster's own and our clones
 *	LISTS		a paged list for each kind of each namespace, or one for all of them where
 *			all were asked for and may be read; some at a time
 *	end		the objects of each namespace become workloads (survey-modules.h)
 *
 * A kind that may not be read is a warning, which names the right.  A list that fails in another
 * way fails its namespace: what is known in part would look as if the rest had been deleted.
 */
#include "config.h"

#include "platform/drivers/kubernetes/survey/survey.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "net/loop.h"
#include "net/url.h"
#include "platform/drivers/kubernetes/cluster/access.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/kinds.h"
#include "platform/drivers/kubernetes/cluster/list.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/space/kube-driver.h"
#include "platform/drivers/kubernetes/space/kube-prepare.h"
#include "platform/drivers/kubernetes/space/kube-pulse.h"
#include "platform/drivers/kubernetes/space/wide.h"
#include "platform/drivers/kubernetes/survey/survey-owners.h"
#include "platform/drivers/kubernetes/survey/survey-private.h"
#include "platform/drivers/kubernetes/survey/survey-result.h"
#include "platform/drivers/task.h"

#define AT_ONCE 6
#define SELECTOR_MAX 4096

static const struct survey_kind {
	const char *api_version, *kind;
	bool is_workload;	/* the selector is about these */
	bool is_optional;	/* not every cluster has it */
	bool is_evidence;	/* nobody declares it, but an operator that makes it is found so */
	bool scales;		/* it decides what a workload declares */
} kinds[] = {
	{"apps/v1", "Deployment", true, false, false, false},
	{"apps/v1", "StatefulSet", true, false, false, false},
	{"apps/v1", "DaemonSet", true, false, false, false},
	{"batch/v1", "CronJob", true, false, false, false},
	{"batch/v1", "Job", true, false, false, false},
	{"apps/v1", "ReplicaSet", false, true, true, false},
	{"v1", "Service", false, false, false, false},
	{"v1", "ConfigMap", false, false, false, false},
	{"v1", "ServiceAccount", false, false, false, false},
	{"v1", "PersistentVolumeClaim", false, false, false, false},
	{"autoscaling/v2", "HorizontalPodAutoscaler", false, false, false, true},
	{"policy/v1", "PodDisruptionBudget", false, false, false, false},
	{"networking.k8s.io/v1", "NetworkPolicy", false, false, false, false},
	{"networking.k8s.io/v1", "Ingress", false, false, false, false},
	{"gateway.networking.k8s.io/v1", "HTTPRoute", false, true, false, false},
	{"rbac.authorization.k8s.io/v1", "Role", false, false, false, false},
	{"rbac.authorization.k8s.io/v1", "RoleBinding", false, false, false, false},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* A list that is to be made, or is under way. */
struct survey_list {
	struct kube_survey *survey;
	const struct survey_kind *kind;
	struct survey_place *place;	/* NULL: of all */
	char *path;
	struct kube_list *list;		/* NULL: not yet, or no more */
};

/* --- its end --- */

static void
free_list(struct survey_list *list)
{
	kube_list_free(list->list);
	free(list->path);
	free(list);
}

static void
free_survey(struct kube_survey *survey)
{
	struct kube_survey **link = &survey->driver->surveys;

	while (*link != survey)
		link = &(*link)->next;
	*link = survey->next;
	survey_wide_drop(survey);
	kube_cancel(survey->request);
	kube_list_free(survey->namespaces);
	kube_owners_free(survey->owners);
	loop_cancel_task(survey->step);
	for (size_t i = 0; i < survey->count; i++)
		free_list(survey->lists[i]);
	for (size_t i = 0; i < survey->place_count; i++) {
		free(survey->places[i]->name);
		json_decref(survey->places[i]->labels);
		json_decref(survey->places[i]->objects);
		json_decref(survey->places[i]->unread);
		free(survey->places[i]);
	}
	json_decref(survey->gone);
	json_decref(survey->found);
	free(survey->lists);
	free(survey->places);
	json_decref(survey->known);
	free(survey->plain_selector);
	free(survey->selector);
	free(survey);
}

void
kube_drop_surveys(struct kube_driver *driver)
{
	while (driver->surveys)
		free_survey(driver->surveys);
}

void
survey_end(struct kube_survey *survey, const struct error *err, json_t *outputs)
{
	struct driver_task *task = survey->task;
	struct error why = err ? *err : (struct error){0};

	kube_pulse_explain(survey->driver->pulse, &why);
	free_survey(survey);
	driver_task_end(task, err ? &why : NULL, outputs, NULL);
}

static void
cancel_survey(void *data)
{
	struct error err;

	error_set_code(&err, CODE_CANCELLED);
	survey_end(data, &err, NULL);
}

json_t *
survey_kinds_of_many(void)
{
	json_t *read = json_object();

	for (size_t k = 0; k < KINDS; k++)
		if (kinds[k].is_workload || kinds[k].scales)
			json_object_set_new(read, kinds[k].kind, json_true());
	return read;
}

void
survey_finish(struct kube_survey *survey)
{
	if (json_array_size(survey->found) == 0 && survey->err.kind != ERROR_NONE) {
		struct error err = survey->err;

		survey_end(survey, &err, NULL);
	} else {
		survey_end(survey, NULL, json_pack("{s:O, s:O}", "namespaces", survey->found,
						   "gone", survey->gone));
	}
}

/* A namespace in each turn: others are to be answered meanwhile. */
static void
take_next_place(void *data)
{
	struct kube_survey *survey = data;

	survey->step = NULL;
	if (survey->looked == survey->place_count) {
		survey_finish(survey);
		return;
	}
	survey_give(survey, survey->places[survey->looked++]);
	survey->step = loop_defer(survey->driver->base.loop, take_next_place, survey);
}

/* --- what makes it --- */

static struct survey_place *
find_place(const struct kube_survey *survey, const char *name)
{
	for (size_t i = 0; i < survey->place_count; i++)
		if (strcmp(survey->places[i]->name, name) == 0)
			return survey->places[i];
	return NULL;
}

/* What may not be read is not what is declared; of what else was not given nobody knows. */
static void
refuse_owner(void *data, const char *namespace, const char *object, const struct kube_reply *reply)
{
	struct kube_survey *survey = data;

	if (reply->status == 403)
		driver_task_warn_of(survey->task, "", object, &reply->err);
	else
		survey_fail_place(survey, find_place(survey, namespace), &reply->err);
}

void
survey_read_owners(struct kube_survey *survey, json_t *objects, void (*ended)(void *data))
{
	kube_owners_free(survey->owners);
	survey->owners = kube_owners_read(&(struct kube_owners_options){
		.cluster = survey->driver->cluster,
		.objects = objects,
		.refused = refuse_owner,
		.ended = ended,
		.data = survey,
	});
}

static void
end_owners(void *data)
{
	struct kube_survey *survey = data;

	kube_owners_free(survey->owners);
	survey->owners = NULL;
	survey->looked = 0;
	take_next_place(survey);
}

static void
read_owners(void *data)
{
	struct kube_survey *survey = data;
	json_t *objects = json_object();

	survey->step = NULL;
	for (size_t i = 0; i < survey->place_count; i++)
		if (!survey->places[i]->is_gone && !survey->places[i]->has_failed)
			json_object_set(objects, survey->places[i]->name,
					survey->places[i]->objects);
	survey_read_owners(survey, objects, end_owners);
	json_decref(objects);
}

/* --- lists --- */

static void
fail_list(struct kube_survey *survey, struct survey_place *place, const struct error *err)
{
	if (place)
		survey_fail_place(survey, place, err);
	for (size_t i = 0; !place && i < survey->place_count; i++)
		survey_fail_place(survey, survey->places[i], err);
}

static void add_list(struct kube_survey *survey, const struct survey_kind *kind,
		     struct survey_place *place);

/* What may not be read in all namespaces may be in some; what is too much at once is not too much
 * in each. */
static void
read_apart(struct kube_survey *survey, const struct survey_kind *kind, const struct error *why)
{
	if (why->kind != ERROR_LIMIT && survey->place_count > KUBE_APART_MAX) {
		driver_task_warn_of(survey->task, "", kind->kind, why);
		if (kind->is_workload)
			fail_list(survey, NULL, why);
		return;
	}
	for (size_t i = 0; i < survey->place_count; i++)
		add_list(survey, kind, survey->places[i]);
}

static void
note_unread(struct survey_place *place, const char *path)
{
	struct kube_subject subject;

	kube_subject_read(path, &subject);
	json_object_set_new(place->unread, subject.resource, json_true());
}

static void
refuse_list(struct kube_survey *survey, const struct survey_list *list,
	    const struct kube_list_result *result)
{
	if (result->status == 404)
		return;
	if (!list->place && (result->status == 403 || result->err.kind == ERROR_LIMIT))
		read_apart(survey, list->kind, &result->err);
	else if (result->status != 403 || strcmp(list->kind->kind, "Deployment") == 0)
		fail_list(survey, list->place, &result->err);
	else if (!list->kind->is_optional)
		note_unread(list->place, list->path);
}

static void
take_objects(struct kube_survey *survey, const struct survey_list *list, json_t *objects)
{
	const char *key;
	json_t *object;

	json_object_foreach(objects, key, object) {
		const char *namespace = kube_read_text(kube_read_metadata(object), "namespace");
		struct survey_place *place = list->place ? list->place
							 : find_place(survey, namespace);

		if (place)
			json_array_append(place->objects, object);
	}
}

static void start_lists(struct kube_survey *survey);

static void
on_list(void *data, const struct kube_list_result *result)
{
	struct survey_list *list = data;
	struct kube_survey *survey = list->survey;
	struct kube_list *ended = list->list;

	list->list = NULL;
	survey->running--;
	survey->done++;
	if (result->objects)
		take_objects(survey, list, result->objects);
	else if (result->has_expired)
		add_list(survey, list->kind, list->place);
	else
		refuse_list(survey, list, result);
	kube_list_free(ended);
	driver_task_report(survey->task, &(struct driver_progress){survey->done, survey->count,
								   NULL});
	start_lists(survey);
}

static void
start_lists(struct kube_survey *survey)
{
	while (survey->running < AT_ONCE && survey->begun < survey->count) {
		struct survey_list *list = survey->lists[survey->begun++];

		survey->running++;
		list->list = kube_list_start(survey->driver->cluster, list->path,
					     list->kind->is_workload ? survey->selector : NULL,
					     on_list, list);
		kube_list_keep_managers(list->list);
	}
	if (survey->done == survey->count && !survey->step)
		survey->step = loop_defer(survey->driver->base.loop, read_owners, survey);
}

static void
add_list(struct kube_survey *survey, const struct survey_kind *kind, struct survey_place *place)
{
	struct survey_list *list = xcalloc(1, sizeof(*list));

	list->survey = survey;
	list->kind = kind;
	list->place = place;
	list->path = kube_path(kind->api_version, kind->kind, place ? place->name : NULL, NULL);
	survey->lists = xreallocarray(survey->lists, survey->count + 1, sizeof(*survey->lists));
	survey->lists[survey->count++] = list;
}

/* What a watch of all namespaces knows not to be there is not listed. */
static bool
is_absent(const struct kube_wide *wide, const struct survey_kind *kind,
	  const struct survey_place *place)
{
	return wide && kind->is_workload && kube_wide_has_none(wide, place->name, kind->kind);
}

void
survey_read_kinds(struct kube_survey *survey)
{
	const struct kube_wide *wide =
		survey->only_workloads ? kube_wide_find(survey->driver, survey->plain_selector)
				       : NULL;

	for (size_t k = 0; k < KINDS; k++) {
		if (survey->only_workloads && !kinds[k].is_workload && !kinds[k].scales)
			continue;
		if (survey->is_all && !survey->only_workloads && survey->place_count > 1) {
			add_list(survey, &kinds[k], NULL);
			continue;
		}
		for (size_t i = 0; i < survey->place_count; i++)
			if (!survey->places[i]->is_gone && !survey->places[i]->is_same &&
			    !is_absent(wide, &kinds[k], survey->places[i]))
				add_list(survey, &kinds[k], survey->places[i]);
	}
	start_lists(survey);
}

/* --- namespaces --- */

static struct survey_place *
add_place(struct kube_survey *survey, const char *name)
{
	struct survey_place *place = xcalloc(1, sizeof(*place));

	place->name = xstrdup(name);
	place->labels = json_object();
	place->objects = json_array();
	place->unread = json_object();
	survey->places = xreallocarray(survey->places, survey->place_count + 1,
				       sizeof(*survey->places));
	survey->places[survey->place_count++] = place;
	return place;
}

static bool
is_ours(const json_t *namespace)
{
	return *kube_read_note(namespace, KUBE_NOTE_PLATFORM) != '\0';
}

static void
note_labels(struct survey_place *place, const json_t *namespace)
{
	json_t *labels = json_object_get(kube_read_metadata(namespace), "labels");

	if (json_is_object(labels))
		json_object_update(place->labels, labels);
}

/* Those of the cluster itself, those that are going, and our own clones are left out. */
static void
on_namespaces(void *data, const struct kube_list_result *result)
{
	struct kube_survey *survey = data;
	struct kube_list *ended = survey->namespaces;
	json_t *namespace;
	const char *name;

	survey->namespaces = NULL;
	if (!result->objects) {
		struct error err = result->err;

		kube_list_free(ended);
		survey_end(survey, &err, NULL);
		return;
	}
	json_object_foreach(result->objects, name, namespace)
		if (strncmp(name, "kube-", 5) != 0 && !is_ours(namespace) &&
		    !kube_namespace_is_ending(namespace))
			note_labels(add_place(survey, name), namespace);
	kube_list_free(ended);
	if (survey->place_count > KUBE_APART_MAX)
		survey_wide_start(survey);
	else
		survey_read_kinds(survey);
}

static void look_at_next(struct kube_survey *survey);

/* Who may not look at the namespace itself may read what is in it. */
static void
on_namespace(void *data, const struct kube_reply *reply)
{
	struct kube_survey *survey = data;
	struct survey_place *place = survey->places[survey->looked++];
	struct error err = reply->err;

	survey->request = NULL;
	if (err.kind == ERROR_NONE)
		note_labels(place, reply->body);
	if (reply->status == 404 ||
	    (err.kind == ERROR_NONE && kube_namespace_is_ending(reply->body))) {
		place->is_gone = true;
		json_object_set_new(survey->gone, place->name, json_true());
		error_set_code(&err, CODE_NAMESPACE_GONE, .namespace = place->name);
		driver_task_warn_of(survey->task, "", place->name, &err);
	} else if (err.kind == ERROR_NONE && is_ours(reply->body)) {
		place->is_gone = true;
		error_set_code(&err, CODE_NAMESPACE_IS_OURS, .namespace = place->name);
		survey_fail_place(survey, place, &err);
	} else if (err.kind != ERROR_NONE && reply->status != 403) {
		place->is_gone = true;
		survey_fail_place(survey, place, &err);
	}
	look_at_next(survey);
}

static void
look_at_next(struct kube_survey *survey)
{
	char *path;

	if (survey->looked == survey->place_count) {
		survey->looked = 0;
		if (survey->place_count > KUBE_APART_MAX && !survey->only_workloads)
			survey_wide_start(survey);
		else
			survey_read_kinds(survey);
		return;
	}
	path = kube_path("v1", "Namespace", NULL, survey->places[survey->looked]->name);
	survey->request = kube_send(survey->driver->cluster,
				    &(struct kube_request_options){.verb = KUBE_GET,
								   .path = path,
								   .done = on_namespace,
								   .data = survey});
	free(path);
}

static void
choose_places(struct kube_survey *survey, const char *const *namespaces)
{
	const struct kube_target *target =
		kube_access_target(kube_cluster_access(survey->driver->cluster));

	if (!namespaces || !*namespaces)
		add_place(survey, target->namespace ? target->namespace : "default");
	for (size_t i = 0; namespaces && namespaces[i]; i++)
		if (kube_name_is_valid(namespaces[i]))
			add_place(survey, namespaces[i]);
}

static char *
encode_selector(const char *selector)
{
	struct buf text;

	buf_init(&text, SELECTOR_MAX);
	url_append_escaped(&text, selector);
	return buf_take(&text);
}

struct driver_task *
kube_survey(struct kube_driver *driver, const struct driver_survey *asked,
	    const struct driver_waiter *waiter)
{
	struct kube_survey *survey = xcalloc(1, sizeof(*survey));

	survey->driver = driver;
	survey->gone = json_object();
	survey->found = json_array();
	survey->next = driver->surveys;
	driver->surveys = survey;
	survey->task = driver_task_new(&driver->base, waiter, cancel_survey, survey);
	survey->is_all = asked->all;
	survey->only_workloads = asked->only_workloads;
	survey->selector = asked->selector ? encode_selector(asked->selector) : NULL;
	survey->plain_selector = xstrdup_or_null(asked->selector);
	survey->known = json_incref((json_t *)asked->known);
	survey->given = asked->found;
	survey->data = asked->data;
	kube_pulse_use(driver->pulse);
	if (asked->all) {
		survey->namespaces = kube_list_start(driver->cluster, "/api/v1/namespaces", NULL,
						     on_namespaces, survey);
	} else {
		choose_places(survey, asked->namespaces);
		look_at_next(survey);
	}
	return survey->task;
}
