/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A container of a pod, and those that run before it. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/objects/objects-parts.h"

#define INITS_MAX 20

/* --- probes --- */

static json_t *
headers_of(const json_t *headers)
{
	const char **keys = kube_sorted_keys(headers);
	json_t *list = json_array();

	for (size_t i = 0; keys[i]; i++) {
		char *text = kube_text(json_object_get(headers, keys[i]));

		if (text)
			json_array_append_new(list, json_pack("{s:s, s:s}", "name", keys[i],
							      "value", text));
		free(text);
	}
	free(keys);
	return list;
}

/* What is asked; NULL: it does not say what. */
static json_t *
action_of(const json_t *probe)
{
	const char *type = json_member_string(probe, "type");
	const char *path = json_member_string(probe, "path");
	json_int_t port = workload_field_number(json_object_get(probe, "port"));
	const json_t *command = json_object_get(probe, "command"), *headers;
	json_t *action;

	if (type && strcmp(type, "command") == 0)
		return json_array_size(command) == 0
			       ? NULL
			       : json_pack("{s:{s:O}}", "exec", "command", command);
	if (!type || port < 1 || port > 65535)
		return NULL;
	if (strcmp(type, "tcp") == 0)
		return json_pack("{s:{s:I}}", "tcpSocket", "port", port);
	if (strcmp(type, "grpc") == 0)
		return json_pack("{s:{s:I, s:s*}}", "grpc", "port", port, "service",
				 json_member_string(probe, "service"));
	if (strcmp(type, "http") != 0 || (path && path[0] != '/'))
		return NULL;
	action = json_pack("{s:s, s:I}", "path", path ? path : "/", "port", port);
	headers = json_object_get(probe, "headers");
	if (json_object_size(headers) > 0)
		json_object_set_new(action, "httpHeaders", headers_of(headers));
	return json_pack("{s:o}", "httpGet", action);
}

static int
add_probe(const struct kube_workload *w, const json_t *container, const char *key, const char *as,
	  json_t *out, struct error *err)
{
	static const char *const numbers[] = {"initialDelaySeconds", "periodSeconds",
					      "timeoutSeconds", "successThreshold",
					      "failureThreshold"};
	const json_t *probe = kube_member(container, key);
	const char *type = json_member_string(probe, "type");
	json_t *made;

	if (!probe)
		return 0;
	made = action_of(probe);
	if (!made && type && strcmp(type, "command") == 0)
		return error_set_code(err, CODE_PROBE_WITHOUT_COMMAND, .member = key,
				      .workload = w->declared->module);
	if (!made)
		return error_set_code(err, CODE_PROBE_INVALID, .member = key,
				      .workload = w->declared->module);
	/* 0 is as good as nothing, as elsewhere. */
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (workload_field_number(json_object_get(probe, numbers[i])) > 0)
			kube_copy_number(made, probe, numbers[i]);
	json_object_set_new(out, as, made);
	return 0;
}

static int
add_probes(const struct kube_workload *w, const json_t *container, json_t *out, struct error *err)
{
	if (add_probe(w, container, "startup_probe", "startupProbe", out, err) != 0 ||
	    add_probe(w, container, "readiness_probe", "readinessProbe", out, err) != 0)
		return -1;
	return add_probe(w, container, "liveness_probe", "livenessProbe", out, err);
}

/* --- what it is run with --- */

static int
add_variables(const struct kube_workload *w, const char *schedule, const char *container,
	      const json_t *variables, json_t *by_name, struct error *err)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)variables, name, value) {
		char *place = schedule
				      ? kube_place("spec", "schedules", schedule, "containers",
						   container, "variables", name, NULL)
				      : kube_place("spec", "containers", container, "variables",
						   name, NULL);
		json_t *variable = kube_variable(w, name, value, place, err);

		free(place);
		if (!variable)
			return -1;
		json_object_set_new(by_name, name, variable);
	}
	return 0;
}

/* A schedule's go before those of all, and are added to them. */
static int
add_env(const struct kube_workload *w, const char *container, const json_t *declared,
	const char *schedule, const json_t *changes, json_t *out, struct error *err)
{
	json_t *by_name = json_object();
	int ret = add_variables(w, NULL, container, json_object_get(declared, "variables"), by_name,
				err);

	if (ret == 0 && schedule)
		ret = add_variables(w, schedule, container, json_object_get(changes, "variables"),
				    by_name, err);
	if (ret == 0 && json_object_size(by_name) > 0)
		json_object_set_new(out, "env", kube_sorted_values(by_name));
	json_decref(by_name);
	return ret;
}

/* Amounts are texts, so that a number is not written in another way. */
static json_t *
amounts_of(const json_t *amounts)
{
	const char **keys = kube_sorted_keys(amounts);
	json_t *out = json_object();

	for (size_t i = 0; keys[i]; i++) {
		char *text = kube_text(json_object_get(amounts, keys[i]));

		if (text && *text)
			json_object_set_new(out, keys[i], json_string(text));
		free(text);
	}
	free(keys);
	return out;
}

static void
add_resources(const json_t *container, json_t *out)
{
	static const char *const kinds[] = {"limits", "requests"};
	const json_t *declared = json_object_get(container, "resources");
	json_t *resources = json_object();

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		json_t *amounts = amounts_of(json_object_get(declared, kinds[i]));

		if (json_object_size(amounts) > 0)
			json_object_set(resources, kinds[i], amounts);
		json_decref(amounts);
	}
	if (json_object_size(resources) > 0)
		json_object_set(out, "resources", resources);
	json_decref(resources);
}

static int
add_mounts(const struct kube_workload *w, const char *name, const json_t *container, json_t *out,
	   struct error *err)
{
	json_t *mounts = json_object();
	int ret;

	kube_mount_files(w, name, mounts);
	ret = kube_mount_volumes(w, container, mounts, err);
	if (ret == 0 && json_object_size(mounts) > 0)
		json_object_set_new(out, "volumeMounts", kube_sorted_values(mounts));
	json_decref(mounts);
	return ret;
}

/* As the API of Kubernetes has them, under either of their spellings. */
static void
copy_rest(const json_t *container, json_t *out)
{
	kube_copy(out, "securityContext", container, "security_context");
	kube_copy(out, "securityContext", container, "securityContext");
	kube_copy(out, "lifecycle", container, "lifecycle");
	kube_copy(out, "imagePullPolicy", container, "image_pull_policy");
	kube_copy(out, "workingDir", container, "working_dir");
}

/* A command of a schedule takes the place of the other one, and so do arguments. */
static void
copy_words(const json_t *declared, const json_t *changes, json_t *out)
{
	static const char *const words[] = {"command", "args"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const json_t *own = kube_member(changes, words[i]);
		const json_t *list = own ? own : json_object_get(declared, words[i]);

		if (json_array_size(list) > 0)
			json_object_set(out, words[i], (json_t *)list);
	}
}

static json_t *
make_container(const struct kube_workload *w, const char *id, const json_t *declared,
	       const char *schedule, const json_t *changes, struct error *err)
{
	const char *image = json_member_string(declared, "image");
	char *name = kube_name(id, NULL, KUBE_NAME_MAX);
	json_t *out = json_pack("{s:s, s:s}", "name", name, "image", image ? image : "");

	free(name);
	if (!image || !*image) {
		error_set_code(err, CODE_WORKLOAD_NAMES_NO_IMAGE, .workload = w->declared->module);
		json_decref(out);
		return NULL;
	}
	copy_words(declared, changes, out);
	add_resources(declared, out);
	copy_rest(declared, out);
	if (add_env(w, id, declared, schedule, changes, out, err) != 0 ||
	    add_probes(w, declared, out, err) != 0 || add_mounts(w, id, declared, out, err) != 0) {
		json_decref(out);
		return NULL;
	}
	return out;
}

static int
check_schedule(const struct kube_workload *w, const json_t *changes, struct error *err)
{
	const json_t *containers = json_object_get(w->spec, "containers");
	const char *name;
	json_t *change;

	json_object_foreach((json_t *)changes, name, change)
		if (!json_object_get(containers, name))
			return error_set_code(err, CODE_SCHEDULE_CONTAINER_UNKNOWN,
					      .container = name, .workload = w->declared->module);
	return 0;
}

json_t *
kube_containers(const struct kube_workload *w, const char *schedule, struct error *err)
{
	const json_t *containers = json_object_get(w->spec, "containers");
	const json_t *own = json_object_get(w->spec, "schedules");
	const json_t *changes = schedule ? json_object_get(json_object_get(own, schedule),
							   "containers")
					 : NULL;
	const char **ids = kube_sorted_keys(containers);
	json_t *list = json_array();

	if (check_schedule(w, changes, err) != 0)
		goto failed;
	if (!ids[0]) {
		error_set_code(err, CODE_WORKLOAD_NAMES_NO_IMAGE, .workload = w->declared->module);
		goto failed;
	}
	for (size_t i = 0; ids[i]; i++) {
		json_t *made = make_container(w, ids[i], json_object_get(containers, ids[i]),
					      schedule, json_object_get(changes, ids[i]), err);

		if (!made)
			goto failed;
		json_array_append_new(list, made);
	}
	free(ids);
	return list;
failed:
	free(ids);
	json_decref(list);
	return NULL;
}

/* --- what runs before it --- */

/* Of two of one name the later one counts. */
static int
add_init_env(const struct kube_workload *w, size_t number, const json_t *env, json_t *out,
	     struct error *err)
{
	json_t *by_name = json_object();
	const json_t *declared;
	int ret = 0;
	size_t i;

	json_array_foreach(env, i, declared) {
		const char *name = json_member_string(declared, "name");
		char *place = kube_init_place(number, i);
		json_t *empty = json_string("");
		const json_t *value = kube_member(declared, "value");
		json_t *variable = kube_variable(w, name ? name : "", value ? value : empty, place,
						 err);

		if (variable)
			json_object_set_new(by_name, name, variable);
		else
			ret = -1;
		json_decref(empty);
		free(place);
		if (ret != 0)
			break;
	}
	if (ret == 0 && json_object_size(by_name) > 0)
		json_object_set_new(out, "env", kube_sorted_values(by_name));
	json_decref(by_name);
	return ret;
}

static json_t *
make_init(const struct kube_workload *w, size_t number, const json_t *declared, struct error *err)
{
	const char *id = json_member_string(declared, "name");
	const char *image = json_member_string(declared, "image");
	char *name;
	json_t *out;

	if (!id || !*id || !image || !*image) {
		error_set_code(err, CODE_INIT_CONTAINER_INVALID, .workload = w->declared->module);
		return NULL;
	}
	name = kube_name(id, NULL, KUBE_NAME_MAX);
	out = json_pack("{s:s, s:s}", "name", name, "image", image);
	free(name);
	copy_words(declared, NULL, out);
	if (add_init_env(w, number, json_object_get(declared, "env"), out, err) != 0) {
		json_decref(out);
		return NULL;
	}
	return out;
}

int
kube_add_inits(const struct kube_workload *w, json_t *pod, struct error *err)
{
	const json_t *inits = json_object_get(json_object_get(w->spec, "pod"), "initContainers");
	const json_t *declared;
	json_t *list, *made;
	size_t i;

	if (json_array_size(inits) == 0)
		return 0;
	if (json_array_size(inits) > INITS_MAX)
		return error_set_code(err, CODE_INIT_CONTAINER_INVALID,
				      .workload = w->declared->module);
	list = json_array();
	json_array_foreach(inits, i, declared) {
		made = make_init(w, i, declared, err);
		if (!made) {
			json_decref(list);
			return -1;
		}
		json_array_append_new(list, made);
	}
	json_object_set_new(pod, "initContainers", list);
	return 0;
}
