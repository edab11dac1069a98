/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The machine's form of what the plain lines say.
 *
 * The names of members are a promise to scripts, as options are: they are added to, and not
 * changed.  What is not known is null and not left out, since a script cannot tell a member
 * that is missing from one that it has misspelled.  Only where null would say two things ("no
 * end", "nobody knows the end") a word stands beside it.
 *
 * Nothing is made printable here: JSON escapes what a terminal could obey (plain_print_json()).
 */
#include "config.h"

#include "cli/output-json.h"

#include <stdint.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/output-json-outlook.h"
#include "compare/changes.h"
#include "compare/merge.h"
#include "flow/clones.h"
#include "flow/hotfix.h"
#include "flow/verbs/flow.h"
#include "flow/verbs/interrupted.h"
#include "flow/world/details.h"
#include "flow/world/logs.h"
#include "flow/world/world.h"
#include "model/image.h"
#include "model/set.h"
#include "store/history.h"

/* Text that may be absent, and that may be anything: what is no UTF-8 is null. */
static json_t *
text(const char *bytes)
{
	json_t *value = bytes ? json_string(bytes) : NULL;

	return value ? value : json_null();
}

static json_t *
foreign(const struct untrusted *words)
{
	return text(words->raw);
}

/* wall_ms 0: not known, or none. */
static json_t *
when(int64_t wall_ms)
{
	char stamp[CLOCK_STAMP_SIZE];

	if (wall_ms <= 0)
		return json_null();
	clock_stamp(stamp, wall_ms);
	return json_string(stamp);
}

/* --- environments --- */

/* What is not understood says so; what is has no such member. */
static json_t *
with_problem(json_t *object, const struct untrusted *problem)
{
	if (problem->raw)
		json_object_set_new(object, "problem", foreign(problem));
	return object;
}

static json_t *
deployment_json(const struct deployment *d)
{
	json_t *object;

	if (!d->id.raw && !d->problem.raw)
		return json_null();
	object = json_pack("{s:o, s:s, s:o, s:o, s:o, s:o}", "id", foreign(&d->id), "status",
			   deployment_status_word(d->status), "created_at", when(d->created_at),
			   "created_by", foreign(&d->created_by), "set_id", foreign(&d->set_id),
			   "comment", foreign(&d->comment));
	return with_problem(object, &d->problem);
}

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
foreign_or_null(const struct untrusted *text)
{
	return text->raw ? foreign(text) : json_null();
}

static json_t *
containers_json(const struct runtime_brief *pod)
{
	json_t *list = json_array(), *object;

	for (size_t i = 0; i < pod->container_count; i++) {
		const struct runtime_brief_container *c = &pod->containers[i];

		object = json_pack("{s:o, s:b, s:b, s:o, s:o, s:i, s:o, s:o}", "container",
				   foreign(&c->name), "ready", c->is_ready, "running", c->runs,
				   "reason", foreign_or_null(&c->reason), "message",
				   foreign_or_null(&c->message), "restarts", c->restarts, "ended",
				   foreign_or_null(&c->last_end), "ended_at",
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
				   foreign(&pod->name), "node", foreign_or_null(&pod->node),
				   "phase", status_word(pod->status), "ready", pod->is_ready,
				   "state", foreign_or_null(&pod->state), "restarts",
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

/* What a null in the place of the time means. */
static const char *
expiry_of(int64_t expires_at, bool is_recorded)
{
	return expires_at > 0 ? "set" : is_recorded ? "none" : "unknown";
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
	if (e->runtime.cluster.raw) {
		json_object_set_new(object, "cluster", foreign(&e->runtime.cluster));
		json_object_set_new(object, "namespace", foreign(&e->runtime.namespace));
	}
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

/* --- differences, versions, logs --- */

json_t *
output_json_changes(const struct changes *changes)
{
	static const char *const kinds[] = {
		[CHANGE_ADDED] = "added",
		[CHANGE_REMOVED] = "removed",
		[CHANGE_CHANGED] = "changed",
	};
	json_t *list = json_array();

	for (size_t i = 0; i < changes->count; i++) {
		const struct change *c = &changes->items[i];

		json_array_append_new(list, json_pack("{s:o, s:b, s:o, s:o, s:s, s:o, s:o}",
						      "object", text(c->object), "is_shared",
						      c->shared, "path", text(c->path), "what",
						      text(c->label), "kind", kinds[c->kind],
						      "from", text(c->from), "to", text(c->to)));
		if (c->note)
			json_object_set_new(json_array_get(list, i), "note", text(c->note));
	}
	return list;
}

json_t *
output_json_versions(const struct world_organization *o, const struct image *image)
{
	json_t *list = json_array();

	for (size_t i = 0; i < o->version_count; i++)
		if (!o->versions[i].archived && untrusted_is(&o->versions[i].name, image->name))
			json_array_append_new(
				list,
				json_pack("{s:o, s:o, s:b}", "version",
					  foreign(&o->versions[i].version), "created_at",
					  when(o->versions[i].created_at), "runs_here",
					  untrusted_is(&o->versions[i].version, image->version)));
	return list;
}

json_t *
output_json_log_line(const struct log_line *line)
{
	return json_pack("{s:o, s:o, s:o, s:o}", "at", when(line->at), "workload",
			 foreign(&line->workload), "container", foreign(&line->container), "text",
			 foreign(&line->payload));
}

json_t *
output_json_logs(const struct logs *logs, size_t first)
{
	json_t *list = json_array();

	for (size_t i = first; i < logs_count(logs); i++)
		json_array_append_new(list, output_json_log_line(logs_line(logs, i)));
	return list;
}

/* --- what was done --- */

json_t *
output_json_clones(const struct clones *clones, const char *app)
{
	static const char *const works[] = {
		[CLONE_WORK_UNKNOWN] = "unknown",
		[CLONE_WORK_NONE] = "none",
		[CLONE_WORK_SOME] = "some",
	};
	json_t *list = json_array();

	for (size_t i = 0; i < clones_count(clones); i++) {
		const struct clone *c = clones_get(clones, i);

		if (app && strcmp(c->app, app) != 0)
			continue;
		json_array_append_new(
			list,
			json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:s, s:i, s:i}",
				  "organization", text(c->org), "application", text(c->app),
				  "environment", text(c->env), "clone_of", text(c->origin),
				  "created_by", foreign(&c->who), "created_at", when(c->created_at),
				  "expiry", expiry_of(c->expires_at, c->is_recorded), "expires_at",
				  when(c->expires_at), "not_promoted", works[c->work], "changes",
				  (int)c->changes, "conflicts", (int)c->conflicts));
	}
	return list;
}

/* The store has the newest first; lines that scroll end with it. */
json_t *
output_json_history(const struct operation_list *list)
{
	json_t *all = json_array();

	for (size_t i = list->count; i-- > 0;) {
		const struct operation *o = &list->items[i];
		json_t *object = json_pack(
			"{s:o, s:o, s:s, s:o, s:o, s:o, s:o}", "id", foreign(&o->id), "verb",
			foreign(&o->verb), "state", operation_state_name(o->state), "organization",
			foreign(&o->org), "application", foreign(&o->app), "environment",
			foreign(&o->env), "source", foreign(&o->source));

		json_object_set_new(object, "created_at", when(o->created_at));
		json_object_set_new(object, "ended_at", when(o->ended_at));
		json_object_set_new(object, "who", foreign(&o->who));
		json_object_set_new(object, "reason", foreign(&o->reason));
		json_object_set_new(object, "summary", foreign(&o->summary));
		json_object_set_new(object, "deployment_id", foreign(&o->deployment_id));
		json_object_set_new(object, "way_back", foreign(&o->way_back));
		json_object_set_new(object, "undoes", foreign(&o->undoes));
		json_object_set_new(object, "error", foreign(&o->error));
		json_object_set_new(object, "error_kind", foreign(&o->error_kind));
		json_array_append_new(all, object);
	}
	return all;
}

json_t *
output_json_interrupted(const struct interrupted *interrupted)
{
	json_t *all = json_array();

	for (size_t i = 0; i < interrupted_count(interrupted); i++) {
		const struct interrupted_operation *op = interrupted_get(interrupted, i);
		const struct operation *o = &op->record;
		json_t *object = json_pack(
			"{s:o, s:o, s:s, s:o, s:o, s:o, s:o}", "id", foreign(&o->id), "verb",
			foreign(&o->verb), "kind", interrupted_kind_name(op->kind), "organization",
			foreign(&o->org), "application", foreign(&o->app), "environment",
			foreign(&o->env), "source", foreign(&o->source));

		json_object_set_new(object, "created_at", when(o->created_at));
		json_object_set_new(object, "summary", foreign(&o->summary));
		json_object_set_new(object, "reason", foreign(&o->reason));
		json_object_set_new(object, "step",
				    op->step < o->step_count && o->steps[op->step].id
					    ? text(o->steps[op->step].id)
					    : json_null());
		json_object_set_new(object, "deployment_id", foreign(&o->deployment_id));
		json_object_set_new(object, "deed", json_string(interrupted_deed_name(op->deed)));
		json_object_set_new(object, "moved", json_boolean(op->moved));
		json_object_set_new(object, "now",
				    knowledge_is_current(&op->asked) ? text(op->now) : json_null());
		json_object_set_new(object, "unreadable",
				    op->asked.state == KNOWLEDGE_UNREADABLE
					    ? text(op->asked.why.text)
					    : json_null());
		json_array_append_new(all, object);
	}
	return all;
}

json_t *
output_json_expiry(const char *clone, int64_t expires_at)
{
	return json_pack("{s:o, s:s, s:o}", "clone", text(clone), "expiry",
			 expiry_of(expires_at, true), "expires_at", when(expires_at));
}

json_t *
output_json_mark(const char *clone, const char *step, const char *note)
{
	return json_pack("{s:o, s:s, s:b, s:o}", "clone", text(clone), "step", step, "is_done",
			 note != NULL, "note", text(note));
}

static json_t *
step_json(const struct hotfix *hotfix, enum hotfix_step_id id)
{
	static const char *const names[] = {
		[HOTFIX_CLONE] = "clone",     [HOTFIX_REPRODUCE] = "reproduce",
		[HOTFIX_FIX] = "fix",	      [HOTFIX_VERIFY] = "verify",
		[HOTFIX_PROMOTE] = "promote", [HOTFIX_CLEAN_UP] = "clean up",
		[HOTFIX_CARRY] = "carry",
	};
	static const char *const states[] = {
		[HOTFIX_TODO] = "to do",
		[HOTFIX_NOW] = "next",
		[HOTFIX_DONE] = "done",
		[HOTFIX_SKIPPED] = "skipped",
	};
	const struct hotfix_step *step = hotfix_step(hotfix, id);

	return json_pack("{s:s, s:s, s:b, s:o, s:o, s:o, s:o, s:o}", "step", names[id], "state",
			 step->is_busy ? "running" : states[step->state], "has_failed",
			 step->has_failed, "at", when(step->at), "took_ms",
			 step->took >= 0 ? json_integer(step->took) : json_null(), "who",
			 foreign(&step->who), "detail", foreign(&step->detail), "note",
			 foreign(&step->note));
}

json_t *
output_json_hotfix(const struct hotfix *hotfix)
{
	static const char *const states[] = {
		[CARRY_HAS] = "has it", [CARRY_LACKS] = "lacks it", [CARRY_CONFLICTS] = "conflicts",
	};
	json_t *steps = json_array(), *others = json_array();

	for (int id = 0; id < HOTFIX_STEP_COUNT; id++)
		json_array_append_new(steps, step_json(hotfix, (enum hotfix_step_id)id));
	for (size_t i = 0; i < hotfix_other_count(hotfix); i++) {
		const struct hotfix_other *other = hotfix_other(hotfix, i);

		json_array_append_new(
			others,
			json_pack("{s:o, s:s}", "environment", text(other->env), "fix",
				  other->is_known ? states[other->carry.state] : "unknown"));
	}
	return json_pack("{s:o, s:o, s:b, s:o, s:o, s:o}", "clone", text(hotfix_env(hotfix)),
			 "clone_of", text(hotfix_origin(hotfix)), "clone_exists",
			 hotfix_clone_exists(hotfix), "began_at", when(hotfix_began_at(hotfix)),
			 "steps", steps, "others", others);
}

static json_t *
texts(char *const *items, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, text(items[i]));
	return list;
}

/* The values that wait for a decision. */
static json_t *
value_question_json(const struct flow *flow)
{
	json_t *list = json_array();

	for (size_t i = 0; i < flow_value_count(flow); i++) {
		const struct flow_value_question *q = flow_value(flow, i);

		json_array_append_new(list, json_pack("{s:o, s:b, s:b, s:b, s:o, s:o, s:o}", "key",
						      text(q->key), "is_secret", q->is_secret,
						      "is_reference", q->is_reference, "is_used",
						      q->is_used, "value", text(q->text),
						      "application_value", text(q->app_text), "why",
						      text(q->why)));
	}
	return list;
}

/* What was not decided yet has a null for "take". */
static json_t *
conflict_json(const struct merge *merge)
{
	static const char *const sides[] = {[MERGE_OURS] = "clone", [MERGE_THEIRS] = "target"};
	json_t *list = json_array();

	for (size_t i = 0; i < merge->count; i++) {
		const struct merge_entry *e = &merge->entries[i];
		bool decided = e->chosen == MERGE_OURS || e->chosen == MERGE_THEIRS;

		if (e->side == MERGE_CONFLICT)
			json_array_append_new(
				list,
				json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "object",
					  text(e->object), "path", text(e->path), "base",
					  text(e->base), "theirs", text(e->theirs), "ours",
					  text(e->ours), "take",
					  decided ? json_string(sides[e->chosen]) : json_null()));
	}
	return list;
}

static json_t *
finding_json(const struct review *review)
{
	json_t *list = json_array();

	for (size_t i = 0; i < review->finding_count; i++) {
		const struct review_finding *f = &review->findings[i];

		json_array_append_new(list, json_pack("{s:o, s:s, s:o, s:b}", "id", text(f->id),
						      "kind", f->kind, "text", text(f->text),
						      "is_acknowledged", (int)f->is_acknowledged));
	}
	return list;
}

json_t *
output_json_operation(const struct flow *flow)
{
	static const char *const states[] = {
		[FLOW_PREPARING] = "preparing",	   [FLOW_DECIDING] = "deciding",
		[FLOW_VALUES] = "deciding values", [FLOW_REVIEW] = "reviewed",
		[FLOW_RUNNING] = "running",	   [FLOW_DONE] = "done",
		[FLOW_FAILED] = "failed",	   [FLOW_CANCELLED] = "cancelled",
		[FLOW_UNWATCHED] = "unwatched",
	};
	const struct flow_request *request = flow_request(flow);
	const struct review *review = flow_review(flow);
	const struct deployment *deployment = flow_deployment(flow);
	json_t *object = json_pack(
		"{s:o, s:s, s:s, s:o, s:o, s:o, s:o}", "id", text(flow_operation_id(flow)), "verb",
		flow_verb_name(flow_verb(flow)), "state", states[flow_state(flow)], "organization",
		text(request->org), "application", text(request->app), "environment",
		text(request->env), "source", text(request->source));

	if (flow_value_count(flow) > 0)
		json_object_set_new(object, "values", value_question_json(flow));
	if (flow_merge(flow))
		json_object_set_new(object, "conflicts", conflict_json(flow_merge(flow)));
	if (review) {
		if (review->merge.conflicts > 0)
			json_object_set_new(object, "conflicts", conflict_json(&review->merge));
		json_object_set_new(object, "is_protected", json_boolean(review->is_protected));
		json_object_set_new(object, "asks_name", json_boolean(review->asks_name));
		json_object_set_new(object, "changes", output_json_changes(&review->changes));
		json_object_set_new(object, "sends", texts(review->sends, review->send_count));
		json_object_set_new(object, "cautions",
				    texts(review->cautions, review->caution_count));
		if (review->verb == FLOW_CLONE) {
			json_object_set_new(object, "findings", finding_json(review));
			json_object_set(object, "cronjobs", review->cronjobs);
		}
		json_object_set_new(object, "way_back", text(review->way_back));
		if (review->place)
			json_object_set_new(object, "runs_in", text(review->place));
		if (review->has_outlook)
			json_object_set_new(object, "outlook", output_json_outlook(&review->outlook));
		output_json_put_repository(object, review);
	}
	json_object_set_new(object, "deployment",
			    deployment ? deployment_json(deployment) : json_null());
	json_object_set_new(object, "error",
			    flow_error(flow)->kind != ERROR_NONE ? text(flow_error(flow)->text)
								 : json_null());
	json_object_set_new(object, "deployment_errors", output_json_errors(flow));
	json_object_set_new(object, "warnings", output_json_warnings(flow));
	return object;
}
