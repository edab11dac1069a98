/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Taking up what a program that ended had under way.
 *
 * The journal says which step was active; whether its request was carried out is asked of
 * the platform (the step's settle), never guessed.  An operation that another living
 * program works on is left to it.
 */
#include "config.h"

#include "flow/verbs.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "model/json.h"

#define IMAGES_MAX 2000

/* --- what was asked for, as JSON in the journal --- */

static void
put_text(json_t *object, const char *key, const char *text)
{
	if (text)
		json_object_set_new(object, key, json_string(text));
}

/* How the conflicts of the merge were decided, for who reads the journal. */
static json_t *
encode_choices(const struct merge *merge)
{
	json_t *choices = json_array();

	for (size_t i = 0; i < merge->count; i++) {
		const struct merge_entry *entry = &merge->entries[i];

		if (entry->side == MERGE_CONFLICT)
			json_array_append_new(choices, json_pack("{s:s, s:s, s:s}",
				"object", entry->object, "path", entry->path, "chosen",
				entry->chosen == MERGE_OURS ? "ours" : "theirs"));
	}
	return choices;
}

json_t *
flow_encode_request(const struct flow *flow)
{
	json_t *body = json_object();
	json_t *images = json_array();

	put_text(body, "name", flow->request.name);
	put_text(body, "type", flow->request.type);
	put_text(body, "operation_id", flow->request.operation_id);
	put_text(body, "source_last", flow->source.environment.last_deploy.id.raw);
	put_text(body, "from_deploy", flow->target.environment.from_deploy.id.raw);
	for (const char *const *image = flow->request.images; image && *image; image++)
		json_array_append_new(images, json_string(*image));
	json_object_set_new(body, "images", images);
	if (flow->review.merge.conflicts > 0)
		json_object_set_new(body, "choices", encode_choices(&flow->review.merge));
	if (flow->delta)
		json_object_set_new(body, "delta", delta_encode(flow->delta));
	json_object_set_new(body, "pins", flow_encode_pins(flow));
	return body;
}

/* --- and back --- */

static const char **
decode_images(const json_t *body)
{
	const json_t *images = json_object_get(body, "images");
	size_t count = json_array_size(images);
	const char **texts;

	if (count > IMAGES_MAX)
		count = 0;
	texts = xcalloc(count + 1, sizeof(*texts));
	for (size_t i = 0; i < count; i++) {
		const char *text = json_string_value(json_array_get(images, i));

		texts[i] = text ? text : "";
	}
	return texts;
}

/* A set for the review and the count of workloads; the cache is enough, since the step does
 * not need it. */
static struct set *
cached_set(struct session *session, const struct operation *record, const char *id)
{
	json_t *kept = id ? store_get_set(session_store(session), record->url.raw,
					  record->org.raw, record->app.raw, id) : NULL;
	struct set *set = kept ? set_decode(kept, NULL) : NULL;

	if (kept)
		json_decref(kept);
	return set;
}

static void
restore_places(struct flow *flow, const json_t *body)
{
	untrusted_set(&flow->source.environment.last_deploy.id,
		      json_member_string(body, "source_last"));
	untrusted_set(&flow->target.environment.from_deploy.id,
		      json_member_string(body, "from_deploy"));
	untrusted_set(&flow->target.environment.last_deploy.id, flow->record.from_deployment.raw);
	untrusted_set(&flow->target.environment.name, flow->record.env_name.raw);
	untrusted_set(&flow->target.environment.type, flow->record.env_type.raw);
	flow->base = cached_set(flow->session, &flow->record, flow->record.from_set.raw);
	flow->result = cached_set(flow->session, &flow->record, flow->record.to_set.raw);
	flow->base_id = xstrdup(untrusted_raw(&flow->record.from_set));
	flow->result_id = xstrdup(untrusted_raw(&flow->record.to_set));
	if (flow->result && !flow->base)
		flow->base = set_new();
}

static void
restore_steps(struct flow *flow)
{
	static const int states[] = {
		[RECORD_TODO] = STEP_TODO, [RECORD_ACTIVE] = STEP_ACTIVE,
		[RECORD_DONE] = STEP_DONE, [RECORD_FAILED] = STEP_FAILED,
	};

	flow_set_steps(flow);
	for (size_t i = 0; i < flow->verb->step_count; i++) {
		const struct operation_step *kept = &flow->record.steps[i];

		flow->steps[i].state = states[kept->state];
		free(flow->steps[i].detail);
		flow->steps[i].detail = xstrdup(untrusted_raw(&kept->detail));
	}
	while (flow->step + 1 < flow->verb->step_count &&
	       flow->steps[flow->step].state == STEP_DONE)
		flow->step++;
	flow->settling = flow->steps[flow->step].state == STEP_ACTIVE;
}

/* The record moves into the flow.  NULL when it makes no sense: a file may hold anything. */
static struct flow *
restore(struct session *session, struct operation *record)
{
	enum flow_verb verb;
	const char *text = untrusted_raw(&record->request);
	json_t *body = json_decode(text, strlen(text), NULL);
	struct flow_request request = { 0 };
	struct flow *flow = NULL;
	const char **images;

	if (!body || !flow_verb_find(untrusted_raw(&record->verb), &verb) ||
	    !ids_is_name(untrusted_raw(&record->org)) ||
	    !ids_is_name(untrusted_raw(&record->app)) ||
	    !ids_is_name(untrusted_raw(&record->env)) ||
	    (record->source.raw && !ids_is_name(record->source.raw))) {
		json_decref(body);
		return NULL;
	}
	images = decode_images(body);
	request.verb = verb;
	request.org = record->org.raw;
	request.app = record->app.raw;
	request.env = record->env.raw;
	request.source = record->source.raw;
	request.name = json_member_string(body, "name");
	request.type = json_member_string(body, "type");
	request.operation_id = json_member_string(body, "operation_id");
	request.images = images;
	flow = flow_alloc(session, &request);
	free(images);
	if (record->step_count != flow->verb->step_count) {
		flow_free(flow);
		json_decref(body);
		return NULL;
	}
	flow->record = *record;
	memset(record, 0, sizeof(*record));
	if (json_object_get(body, "delta"))
		flow->delta = delta_decode(json_object_get(body, "delta"), NULL);
	if (flow_decode_pins(flow, json_object_get(body, "pins"), NULL)) {
		*record = flow->record;
		memset(&flow->record, 0, sizeof(flow->record));
		flow_free(flow);
		json_decref(body);
		return NULL;
	}
	restore_places(flow, body);
	restore_steps(flow);
	json_decref(body);
	return flow;
}

static void
give_up(struct session *session, struct operation *record)
{
	record->state = OPERATION_ABANDONED;
	record->ended_at = clock_wall_ms();
	untrusted_set(&record->error,
		      _("the program ended while it was under way, and it cannot be taken up"));
	if (store_operation_update(session_store(session), record, SIZE_MAX, NULL))
		return;		/* the next start gives it up again */
}

static void
resume(struct session *session, struct operation *record)
{
	struct flow *flow = restore(session, record);

	if (!flow) {
		give_up(session, record);
		return;
	}
	review_fill(flow);
	flow->reviewed = true;
	flow->journaled = true;
	flow->state = FLOW_RUNNING;
	session_add_flow(session, flow);
	flow_detail(flow, "%s", flow->settling ?
		    _("taken up again: asking whether it was done") : _("taken up again"));
	flow_run_step(flow);
}

void
flow_resume_all(struct session *session)
{
	const struct history_query query = {
		.url = session_platform(session), .unfinished = true,
	};
	struct operation_list list;

	if (session_read_only(session) ||
	    store_history_list(session_store(session), &query, &list, NULL))
		return;
	for (size_t i = list.count; i-- > 0;)
		if (!session_flow_by_id(session, list.items[i].id.raw) &&
		    store_operation_claim(session_store(session), list.items[i].id.raw))
			resume(session, &list.items[i]);
	operation_list_clear(&list);
}
