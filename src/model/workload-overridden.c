/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Fields that are written as they must be, and have no effect beside another one: whatever a probe
 * of another type asks for, the less exact of two counts, and the source of a volume that has two.
 */
#include "config.h"

#include "model/workload-overridden.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "model/pointer.h"
#include "model/workload-fields.h"

#define POINTER_MAX 4096

struct overriding {
	const char *profile;
	struct buf pointer;
	workload_report *report;
	void *data;
};

static bool
is_empty(const json_t *value)
{
	return !value || json_is_null(value) ||
	       (json_is_object(value) && json_object_size(value) == 0) ||
	       (json_is_array(value) && json_array_size(value) == 0) ||
	       (json_is_string(value) && json_string_length(value) == 0);
}

static void
report(struct overriding *o, const char *key, const char *by)
{
	size_t before = o->pointer.length;
	struct workload_finding finding = {
		.kind = FINDING_OVERRIDDEN, .profile = o->profile, .meant = by,
	};

	pointer_append(&o->pointer, key);
	finding.path = buf_str(&o->pointer);
	o->report(o->data, &finding);
	buf_truncate(&o->pointer, before);
}

static bool
is_word_of(const char *words, const char *word)
{
	size_t length = strlen(word);

	for (; *words; words += strcspn(words, " "), words += *words == ' ')
		if (strcspn(words, " ") == length && strncmp(words, word, length) == 0)
			return true;
	return false;
}

/* Of a type that there is not it is said that it is wrong, and nothing else. */
static void
check_probe(struct overriding *o, const json_t *probe)
{
	static const struct { const char *key, *types; } members[] = {
		{"path", "http"}, {"headers", "http"}, {"port", "http tcp grpc"},
		{"command", "command"}, {"service", "grpc"},
	};
	const char *type = json_member_string(probe, "type");
	char *by;

	if (!type || !is_word_of("http tcp grpc command", type))
		return;
	by = xasprintf("type: %s", type);
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (!is_empty(json_object_get(probe, members[i].key)) &&
		    !is_word_of(members[i].types, type))
			report(o, members[i].key, by);
	free(by);
}

static void
check_containers(struct overriding *o, const json_t *spec)
{
	static const char *const probes[] = {"startup_probe", "readiness_probe", "liveness_probe"};
	size_t before = o->pointer.length, inside;
	json_t *container;
	const char *name;

	pointer_append(&o->pointer, "containers");
	json_object_foreach(json_object_get(spec, "containers"), name, container) {
		inside = o->pointer.length;
		pointer_append(&o->pointer, name);
		for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
			size_t at = o->pointer.length;

			pointer_append(&o->pointer, probes[i]);
			check_probe(o, json_object_get(container, probes[i]));
			buf_truncate(&o->pointer, at);
		}
		buf_truncate(&o->pointer, inside);
	}
	buf_truncate(&o->pointer, before);
}

static void
check_replicas(struct overriding *o, const json_t *spec)
{
	const json_t *less = json_object_get(spec, "replicas");
	const json_t *more = json_object_get(json_object_get(spec, "deployment"), "replicas");

	if (!is_empty(less) && !is_empty(more) &&
	    workload_field_number(less) != workload_field_number(more))
		report(o, "replicas", "spec/deployment/replicas");
}

/* One that is not empty was found by itself where the driver does nothing with it; where it does,
 * it is the driver's affair. */
static void
check_volumes(struct overriding *o, const json_t *spec, const json_t *honours)
{
	const struct workload_field *empty = workload_field_below(
		workload_field_below(workload_field_below(workload_field_below(NULL, "spec"),
							  "volumes"), "*"), "emptyDir");
	size_t before = o->pointer.length, inside;
	json_t *volume;
	const char *name;

	if (field_is_honoured(empty, honours))
		return;
	pointer_append(&o->pointer, "volumes");
	json_object_foreach(json_object_get(spec, "volumes"), name, volume) {
		const json_t *directory = json_object_get(volume, "emptyDir");

		inside = o->pointer.length;
		pointer_append(&o->pointer, name);
		if (json_is_object(directory) && json_object_size(directory) == 0 &&
		    !is_empty(json_object_get(volume, "persistentVolumeClaim")))
			report(o, "emptyDir", "persistentVolumeClaim");
		buf_truncate(&o->pointer, inside);
	}
	buf_truncate(&o->pointer, before);
}

void
workload_overridden(const json_t *module, const char *profile, const json_t *honours,
		    workload_report *callback, void *data)
{
	const json_t *spec = json_object_get(module, "spec");
	struct overriding o = {.profile = profile, .report = callback, .data = data};

	buf_init(&o.pointer, POINTER_MAX);
	pointer_append(&o.pointer, "spec");
	check_containers(&o, spec);
	check_replicas(&o, spec);
	check_volumes(&o, spec, honours);
	buf_clear(&o.pointer);
}
