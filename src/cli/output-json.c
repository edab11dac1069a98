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

#include "base/text.h"
#include "cli/output-json-outlook.h"
#include "cli/output-json-private.h"
#include "compare/changes.h"
#include "compare/merge.h"
#include "flow/clones.h"
#include "flow/hotfix.h"
#include "flow/verbs/flow.h"
#include "flow/verbs/interrupted.h"
#include "flow/world/logs.h"
#include "flow/world/world.h"
#include "model/image.h"
#include "store/history.h"

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
					    ? text(knowledge_why(&op->asked)->text)
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
			json_object_set_new(object, "outlook",
					    output_json_outlook(&review->outlook));
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
