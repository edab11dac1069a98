/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A function for each question, so that no caller looks at a type of JSON itself. */
#include "config.h"

#include "platform/drivers/kubernetes/cluster/object-read.h"

#include <limits.h>
#include <string.h>

#include "base/clock.h"

const char *
kube_read_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

bool
kube_read_is(const json_t *object, const char *key, const char *text)
{
	return strcmp(kube_read_text(object, key), text) == 0;
}

int64_t
kube_read_number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

int
kube_read_count(const json_t *object, const char *key, int otherwise)
{
	int64_t number = kube_read_number(object, key);

	if (!json_object_get(object, key))
		return otherwise;
	return number < 0 ? 0 : number > INT_MAX ? INT_MAX : (int)number;
}

int64_t
kube_read_time(const json_t *object, const char *key)
{
	int64_t ms = 0;

	return clock_parse(kube_read_text(object, key), &ms) && ms > 0 ? ms : 0;
}

const json_t *
kube_read_metadata(const json_t *object)
{
	return json_object_get(object, "metadata");
}

const char *
kube_read_uid(const json_t *object)
{
	return kube_read_text(kube_read_metadata(object), "uid");
}

const char *
kube_read_name(const json_t *object)
{
	return kube_read_text(kube_read_metadata(object), "name");
}

const char *
kube_read_note(const json_t *object, const char *annotation)
{
	return kube_read_text(json_object_get(kube_read_metadata(object), "annotations"),
			      annotation);
}

/* A server lets only one of them be that. */
const json_t *
kube_read_controller(const json_t *object)
{
	const json_t *owners = json_object_get(kube_read_metadata(object), "ownerReferences");
	const json_t *owner;
	size_t i;

	json_array_foreach(owners, i, owner)
		if (json_is_true(json_object_get(owner, "controller")))
			return owner;
	return NULL;
}

bool
kube_read_is_owned(const json_t *object, const char *uid)
{
	return *uid && kube_read_is(kube_read_controller(object), "uid", uid);
}

json_t *
kube_read_template(const json_t *object)
{
	const json_t *spec = json_object_get(object, "spec");

	if (kube_read_is(object, "kind", "CronJob"))
		spec = json_object_get(json_object_get(spec, "jobTemplate"), "spec");
	return json_object_get(spec, "template");
}

const json_t *
kube_read_condition(const json_t *object, const char *type)
{
	const json_t *conditions =
		json_object_get(json_object_get(object, "status"), "conditions");
	const json_t *condition;
	size_t i;

	json_array_foreach(conditions, i, condition)
		if (kube_read_is(condition, "type", type))
			return condition;
	return NULL;
}

const json_t *
kube_read_named(const json_t *array, const char *name)
{
	const json_t *item;
	size_t i;

	json_array_foreach(array, i, item)
		if (kube_read_is(item, "name", name))
			return item;
	return NULL;
}
