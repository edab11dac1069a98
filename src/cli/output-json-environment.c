/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What was never asked is null, and what was and is not there is an empty list: where nothing was
 * deployed there are no workloads, and that is known.  output-json.c says more of nulls.
 */
#include "config.h"

#include "cli/output-json-environment.h"

#include "base/text.h"
#include "cli/output-json-private.h"
#include "flow/world/details.h"
#include "flow/world/world.h"
#include "model/image.h"
#include "model/set.h"
#include "model/task-progress.h"

static const char *
status_word(enum runtime_status status)
{
	static const char *const words[] = {
		[RUNTIME_UNKNOWN] = "unknown",	    [RUNTIME_RUNNING] = "running",
		[RUNTIME_SUCCEEDED] = "succeeded",  [RUNTIME_STARTING] = "starting",
		[RUNTIME_FAILED] = "failed",	    [RUNTIME_STOPPED] = "stopped",
		[RUNTIME_PARTLY] = "starting",
	};

	return words[status];
}

static json_t *
containers_json(const struct runtime_brief *pod)
{
	json_t *list = json_array(), *object;

	for (size_t i = 0; i < pod->container_count; i++) {
		const struct runtime_brief_container *c = &pod->containers[i];

		object = json_pack("{s:o, s:b, s:b, s:o, s:o, s:i, s:o, s:o}", "container",
				   foreign(&c->name), "ready", c->is_ready, "running", c->runs,
				   "reason", foreign(&c->reason), "message",
				   foreign(&c->message), "restarts", c->restarts, "ended",
				   foreign(&c->last_end), "ended_at",
				   c->last_end_at ? when(c->last_end_at) : json_null());
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *
pods_json(const struct runtime_module *m)
{
	json_t *list = json_array(), *object;

	for (size_t i = 0; i < m->brief_count; i++) {
		const struct runtime_brief *pod = &m->briefs[i];

		object = json_pack("{s:o, s:o, s:s, s:b, s:o, s:i, s:o, s:o}", "pod",
				   foreign(&pod->name), "node", foreign(&pod->node),
				   "phase", status_word(pod->status), "ready", pod->is_ready,
				   "state", foreign(&pod->state), "restarts",
				   pod->restarts, "created_at", when(pod->created_at),
				   "containers", containers_json(pod));
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *
addresses_json(const struct runtime_module *m)
{
	const struct runtime_address *a = m->addresses;
	json_t *list = json_array();

	for (size_t i = 0; i < m->address_count; i++, a++)
		json_array_append_new(list, json_pack("{s:I, s:s?, s:s?, s:s?}",
			"port", (json_int_t)a->port, "address", a->address.raw,
			"command", a->command.raw, "message", a->message.raw));
	return list;
}

static json_t *
workload_json(const struct world_environment *e, const char *module)
{
	const char *reference = e->set ? set_module_image(e->set, module) : NULL;
	const struct runtime_module *m = NULL;
	struct image image;
	json_t *object;

	for (size_t i = 0; world_is_known(e, WORLD_RUNTIME) && i < e->runtime.count && !m; i++)
		if (untrusted_is(&e->runtime.modules[i].module, module))
			m = &e->runtime.modules[i];
	image_parse(&image, reference ? reference : "");
	object = json_pack("{s:o, s:o, s:o, s:o}", "workload", text(module), "image",
			   text(reference), "version",
			   reference ? text(image.version) : json_null(), "digest",
			   *image.digest ? text(image.digest) : json_null());
	image_clear(&image);
	json_object_set_new(object, "status",
			    json_string(status_word(m ? m->status : RUNTIME_UNKNOWN)));
	if (m) {
		json_object_set_new(object, "ready", json_integer(m->pods_ready));
		json_object_set_new(object, "wanted", json_integer(m->pods_wanted));
		json_object_set_new(object, "restarts", json_integer(m->restarts));
		json_object_set_new(object, "message", foreign(&m->message));
		if (m->last_end_at > 0)
			json_object_set_new(object, "last_end",
					    json_pack("{s:o, s:o}", "at", when(m->last_end_at),
						      "how", foreign(&m->last_end)));
		if (m->address_count > 0)
			json_object_set_new(object, "addresses", addresses_json(m));
		if (m->brief_count > 0)
			json_object_set_new(object, "pods", pods_json(m));
		with_problem(object, &m->problem);
	}
	return object;
}

/* Where nothing was ever deployed the list is empty, and that is known. */
static json_t *
workloads_json(const struct world_environment *e)
{
	json_t *list = json_array(), *body;
	const char *module;

	if (!e->set && world_known(e, WORLD_SET)->state == KNOWLEDGE_ABSENT)
		return list;
	if (!e->set) {
		json_decref(list);
		return json_null();
	}
	json_object_foreach(set_modules(e->set), module, body)
		json_array_append_new(list, workload_json(e, module));
	return list;
}

/* The same: without a deployment nobody was asked, and nothing can be there. */
static json_t *
resources_json(const struct world_environment *e)
{
	json_t *list;

	if (!knowledge_has_content(world_known(e, WORLD_RESOURCES)) &&
	    world_known(e, WORLD_RESOURCES)->state != KNOWLEDGE_ABSENT &&
	    e->environment.last_deploy.id.raw)
		return json_null();
	list = json_array();
	for (size_t i = 0; i < e->resource_count; i++) {
		const struct active_resource *r = &e->resources[i];

		json_array_append_new(
			list,
			with_problem(json_pack("{s:o, s:o, s:o, s:O?}", "id", foreign(&r->res_id),
					       "type", foreign(&r->type), "status",
					       foreign(&r->status), "outputs", r->outputs),
				     &r->problem));
	}
	return list;
}

static json_t *
values_json(const struct details *details)
{
	json_t *list = json_array();

	for (size_t i = 0; i < details_value_count(details); i++) {
		const struct shared_value *v = details_value(details, i);

		json_array_append_new(
			list,
			with_problem(json_pack("{s:o, s:o, s:b, s:o, s:o}", "key", foreign(&v->key),
					       "value", foreign(&v->value), "is_secret",
					       v->is_secret, "source", foreign(&v->source),
					       "description", foreign(&v->description)),
				     &v->problem));
	}
	return list;
}

static json_t *
deployments_json(const struct details *details)
{
	json_t *list = json_array();

	for (size_t i = 0; i < details_deployment_count(details); i++)
		json_array_append_new(list, deployment_json(details_deployment(details, i)));
	return list;
}

json_t *
output_json_waiting(const struct environment *environment)
{
	json_t *list = json_array();

	for (size_t i = 0; i < environment->waiting_count; i++) {
		const struct rule_wait *w = &environment->waiting[i];

		json_array_append_new(list, json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "artefact",
						      foreign(&w->artefact), "version",
						      foreign(&w->version), "rule",
						      foreign(&w->rule), "made_by",
						      foreign(&w->made_by), "registered_by",
						      foreign(&w->registered_by), "reason",
						      foreign(&w->reason)));
	}
	return list;
}

/* {"done", "total"} where its parts are counted, and what is waited for, in English as on the
 * wire, with the code of that. */
static json_t *
progress_json(const json_t *body)
{
	struct task_progress progress;
	const char *code;
	json_t *object;

	task_progress_read(&progress, body);
	code = json_string_value(json_object_get(progress.reason, "code"));
	object = json_pack("{s:o, s:o, s:o, s:o}", "done",
			   progress.total > 0 ? json_integer(progress.done) : json_null(), "total",
			   progress.total > 0 ? json_integer(progress.total) : json_null(),
			   "message", foreign(&progress.message), "code", text(code));
	task_progress_clear(&progress);
	return object;
}

json_t *
output_json_environment(const struct world_environment *e, const struct details *details)
{
	const char *expiry = e->clone_of ? expiry_of(e->clone_expires_at, e->clone_has_expiry)
					 : NULL;
	json_t *object = json_pack("{s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id",
				   foreign(&e->environment.id), "name",
				   foreign(&e->environment.name), "type",
				   foreign(&e->environment.type), "is_protected", e->is_protected,
				   "clone_of", text(e->clone_of), "clone_expiry", text(expiry),
				   "clone_expires_at", when(e->clone_expires_at), "last_deploy",
				   deployment_json(&e->environment.last_deploy), "running",
				   deployment_json(&e->running), "workloads", workloads_json(e),
				   "resources", resources_json(e));

	with_problem(object, &e->environment.problem);
	if (e->environment.status == ENVIRONMENT_DELETING) {
		json_object_set_new(object, "is_deleting", json_true());
		json_object_set_new(object, "delete_error",
				    foreign(&e->environment.status_message));
	}
	if (e->runtime.cluster.raw) {
		json_object_set_new(object, "cluster", foreign(&e->runtime.cluster));
		json_object_set_new(object, "namespace", foreign(&e->runtime.namespace));
	}
	if (e->environment.progress)
		json_object_set_new(object, "progress",
				    progress_json(e->environment.progress));
	if (e->environment.waiting_count > 0)
		json_object_set_new(object, "waiting", output_json_waiting(&e->environment));
	if (details) {
		json_object_set_new(object, "values",
				    details_values_known(details) ? values_json(details)
								  : json_null());
		json_object_set_new(object, "deployments",
				    details_deployments_known(details) ? deployments_json(details)
								       : json_null());
	}
	return object;
}

json_t *
output_json_application(const char *org, const struct world_application *application)
{
	json_t *list = json_array();

	for (size_t i = 0; i < application->count; i++)
		json_array_append_new(list,
				      output_json_environment(&application->environments[i], NULL));
	return json_pack("{s:o, s:o, s:o}", "organization", text(org), "application",
			 foreign(&application->application.id), "environments", list);
}

json_t *
output_json_world(const struct world *world, const char *org)
{
	json_t *all = json_array();

	for (size_t i = 0; i < world->count; i++) {
		const struct world_organization *o = &world->organizations[i];
		json_t *list;

		if (org && !untrusted_is(&o->organization.id, org))
			continue;
		list = json_array();
		for (size_t k = 0; k < o->count; k++)
			json_array_append_new(list, foreign(&o->applications[k].application.id));
		json_array_append_new(all, json_pack("{s:o, s:o}", "organization",
						     foreign(&o->organization.id), "applications",
						     list));
	}
	return all;
}
