/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a survey says of a namespace when all of it is read: its modules, who changed any of it
 * last, and what could not be read.  Whoever waits for each gets it at once, and its objects are
 * let go then, so that of many namespaces no more is held than of one.
 */
#include "config.h"

#include "platform/drivers/kubernetes/survey/survey-result.h"

#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "model/error-codes.h"
#include "platform/drivers/found-namespace.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/space/wide.h"
#include "platform/drivers/kubernetes/survey/survey-modules.h"
#include "platform/drivers/kubernetes/survey/survey-private.h"
#include "platform/drivers/task.h"

#define WORDS_MAX 2048

/* Controllers write what they observe, which is no declaration. */
static bool
is_of_controller(const json_t *entry)
{
	static const char *const controllers[] = {"kube-controller-manager", "controller-manager",
						  "kube-scheduler", "kubelet"};

	for (size_t i = 0; i < sizeof(controllers) / sizeof(controllers[0]); i++)
		if (kube_read_is(entry, "manager", controllers[i]))
			return true;
	return *kube_read_text(entry, "subresource") != '\0';
}

/* kubectl calls itself by what it was told to do: "kubectl-client-side-apply". */
static const char *
manager_name(const char *manager)
{
	return strncmp(manager, "kubectl-", 8) == 0 ? "kubectl" : manager;
}

/* Whoever changed any of the objects last, and when. */
static void
tell_newest(const json_t *objects, struct found_namespace *found)
{
	const json_t *object, *entry, *newest = NULL;
	int64_t at = 0;
	size_t i, k;

	json_array_foreach(objects, i, object) {
		const json_t *managers = json_object_get(kube_read_metadata(object),
							 "managedFields");

		json_array_foreach(managers, k, entry)
			if (!is_of_controller(entry) && kube_read_time(entry, "time") >= at) {
				newest = entry;
				at = kube_read_time(entry, "time");
			}
	}
	if (newest && at > 0) {
		untrusted_set(&found->changed_by, manager_name(kube_read_text(newest, "manager")));
		found->changed_at = at;
	}
}

void
survey_fail_place(struct kube_survey *survey, struct survey_place *place,
		  const struct error *err)
{
	if (place->has_failed)
		return;
	place->has_failed = true;
	if (survey->err.kind == ERROR_NONE)
		survey->err = *err;
	driver_task_warn_of(survey->task, "", place->name, err);
}

/* One warning for all kinds that may not be read. */
static void
warn_of_unread(struct kube_survey *survey, const struct survey_place *place)
{
	struct buf words;
	struct error err;
	const char *kind;
	json_t *ignored;

	if (json_object_size(place->unread) == 0)
		return;
	buf_init(&words, WORDS_MAX);
	json_object_foreach(place->unread, kind, ignored) {
		(void)ignored;
		buf_printf(&words, "%s%s", words.length > 0 ? ", " : "", kind);
	}
	error_set_code(&err, CODE_ADOPTED_IN_PART, .namespace = place->name,
		       .words = buf_str(&words));
	driver_task_warn_of(survey->task, "", place->name, &err);
	buf_clear(&words);
}

/* As kube_wide_declared() has it. */
static json_t *
declared_in(const struct survey_place *place)
{
	const json_t *object;
	uint64_t sum = 0;
	size_t i;

	json_array_foreach(place->objects, i, object)
		sum += kube_wide_declared_of(object);
	return json_integer((json_int_t)sum);
}

static json_t *
result_of(const struct kube_survey *survey, const struct survey_place *place)
{
	json_t *body = kube_survey_modules(place->objects, survey->selector != NULL);
	struct found_namespace found;

	found_namespace_read(&found, body);
	json_decref(body);
	untrusted_set(&found.namespace, place->name);
	found.labels = json_incref(place->labels);
	tell_newest(place->objects, &found);
	if (kube_wide_find(survey->driver, survey->plain_selector))
		found.declared = declared_in(place);
	if (survey->is_wide || survey->only_workloads)
		found.kinds = survey_kinds_of_many();
	body = found_namespace_encode(&found);
	found_namespace_clear(&found);
	return body;
}

static json_t *
same_result(const struct survey_place *place)
{
	return found_namespace_encode(&(struct found_namespace){
		.namespace = {place->name},
		.is_same = true,
	});
}

void
survey_give(struct kube_survey *survey, struct survey_place *place)
{
	json_t *found;

	if (place->is_gone || place->has_failed)
		return;
	if (place->is_same) {
		json_array_append_new(survey->found, same_result(place));
		return;
	}
	warn_of_unread(survey, place);
	found = result_of(survey, place);
	json_array_clear(place->objects);
	if (!survey->given) {
		json_array_append_new(survey->found, found);
		return;
	}
	(void)survey->given(survey->data, found);
	json_array_append_new(survey->found, same_result(place));
	json_decref(found);
}
