/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A flow as others see it, from its making to its end, and the table of verbs.
 *
 * A verb is data: phases that prepare a review, and steps that carry it out (verb.h).
 * Everything they hold together is in the one struct, and is freed in one place, so that a
 * flow can be ended from any of them.
 */
#include "config.h"

#include "flow/verbs/flow.h"

#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "flow/verbs/clone-values.h"
#include "flow/verbs/flow-advance.h"
#include "flow/verbs/flow-state.h"
#include "flow/verbs/flows.h"
#include "flow/verbs/reads-values.h"
#include "flow/verbs/reads.h"
#include "flow/verbs/request.h"
#include "flow/verbs/review.h"
#include "flow/verbs/verb.h"
#include "model/delta.h"
#include "model/set.h"
#include "net/loop.h"

static const struct verb *const verbs[] = {
#define X(id, name) [FLOW_##id] = &verb_##name,
	VERBS(X)
#undef X
};
#define VERB_COUNT (sizeof(verbs) / sizeof(verbs[0]))
#define TITLE_MAX (64 * 1024)

const char *
flow_verb_name(enum flow_verb verb)
{
	return (size_t)verb < VERB_COUNT ? verbs[verb]->name : "unknown";
}

const char *
flow_verb_words(enum flow_verb verb)
{
	return _(verbs[verb]->words);
}

const struct verb *
flow_verb_of(enum flow_verb verb)
{
	return verbs[verb];
}

const struct verb *
flow_verb_find(const char *name, enum flow_verb *verb)
{
	for (size_t i = 0; i < VERB_COUNT; i++)
		if (!strcmp(verbs[i]->name, name)) {
			*verb = (enum flow_verb)i;
			return verbs[i];
		}
	return NULL;
}

char *
flow_verb_text(const char *text, const char *env, const char *source, const char *changes)
{
	const struct {
		const char *word, *stands_for;
	} words[] = {{"{env}", env}, {"{source}", source}, {"{changes}", changes}};
	struct buf out;

	buf_init(&out, TITLE_MAX);
	while (*text) {
		size_t i = 0;

		while (i < 3 && strncmp(text, words[i].word, strlen(words[i].word)) != 0)
			i++;
		if (i < 3 && words[i].stands_for)
			buf_puts(&out, words[i].stands_for);
		else if (i == 3)
			buf_append(&out, text, 1);
		text += i < 3 ? strlen(words[i].word) : 1;
	}
	return buf_take(&out);
}

/* --- making and freeing --- */

struct flow *
flow_alloc(struct session *session, const struct flow_request *request)
{
	struct flow *flow = xcalloc(1, sizeof(*flow));

	flow->session = session;
	flow->verb = verbs[request->verb];
	flow_copy_request(&flow->request, request);
	if (request->verb == FLOW_CLONE && !request->type)
		flow->request.type = xstrdup("development");
	flow->started_at = clock_steady_ms();
	return flow;
}

void
flow_stop_waiting(struct flow *flow)
{
	if (flow->call)
		api_cancel(flow->call);
	flow->call = NULL;
	loop_remove_timer(flow->timer);
	flow->timer = NULL;
}

static void
clear_place(struct flow_place *place)
{
	environment_clear(&place->environment);
	deployment_clear(&place->running);
}

static void
clear_values(struct flow *flow)
{
	struct flow_values *const all[] = {
		&flow->values_was,	&flow->values_now,    &flow->values_ours,
		&flow->values_ancestor, &flow->values_first,  &flow->values_clone,
		&flow->values_app,	&flow->values_result, &flow->values_seen,
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		flow_values_clear(all[i]);
	value_changes_clear(&flow->value_changes);
	json_decref(flow->carried);
	flow_clear_questions(flow);
	flow_clear_kept(flow);
	json_decref(flow->outputs);
	definitions_clear(&flow->definitions);
	json_decref(flow->acknowledged);
	json_decref(flow->changed);
	json_decref(flow->typed);
	free(flow->outputs_unread);
	free(flow->definitions_unread);
	free(flow->wanted_env);
	free(flow->values_version);
	free(flow->graph);
	free(flow->graph_hash);
}

/* What was only watched is written down as unwatched; what was half done stays as it is in the
 * journal, since only a person may say what becomes of it. */
void
flow_free(struct flow *flow)
{
	if (!flow)
		return;
	flow_stop_waiting(flow);
	if (flow->state == FLOW_RUNNING)
		(void)flow_leave_watched(flow, _("sidestage ended before the operation did; the platform continues it."));
	flow_clear_request(&flow->request);
	clear_place(&flow->target);
	clear_place(&flow->source);
	flow_clear_deployments(flow);
	for (size_t i = 0; i < flow->source_count; i++)
		deployment_clear(&flow->source_list[i]);
	free(flow->source_list);
	deployment_clear(&flow->ancestor_deployment);
	deployment_clear(&flow->before_deployment);
	deployment_clear(&flow->overwritten);
	flow_clear_request(&flow->recovery);
	clear_values(flow);
	clone_origin_clear(&flow->origin);
	set_unref(flow->base);
	set_unref(flow->was);
	set_unref(flow->theirs);
	set_unref(flow->ours);
	set_unref(flow->ancestor);
	set_unref(flow->first);
	set_unref(flow->result);
	set_unref(flow->fix_before);
	set_unref(flow->fix_after);
	delta_free(flow->delta);
	free(flow->base_id);
	free(flow->result_id);
	review_clear(&flow->review);
	free(flow->moved);
	for (size_t i = 0; flow->steps && i < flow->verb->step_count; i++) {
		free(flow->steps[i].detail);
		free(flow->steps[i].waits_for);
	}
	free(flow->steps);
	operation_clear(&flow->record);
	deployment_clear(&flow->deployment);
	for (size_t i = 0; i < flow->error_count; i++)
		deployment_error_clear(&flow->errors[i]);
	free(flow->errors);
	for (size_t i = 0; i < flow->warning_count; i++)
		workload_warning_clear(&flow->warnings[i]);
	free(flow->warnings);
	free(flow);
}

struct flow *
flow_new(struct session *session, const struct flow_request *request, struct error *err)
{
	char id[IDS_UUID_SIZE];
	struct flow *flow;

	if ((size_t)request->verb >= VERB_COUNT) {
		error_set(err, ERROR_INPUT, _("Unknown operation."));
		return NULL;
	}
	if (flow_check_request(session, request, err))
		return NULL;
	flow = flow_alloc(session, request);
	ids_uuid7(id);
	untrusted_init(&flow->record.id, id);
	flow->state = FLOW_PREPARING;
	flow_set_steps(flow);
	session_add_flow(session, flow);
	flow->verb->prepare[0](flow);
	return flow;
}

void
flow_set_steps(struct flow *flow)
{
	flow->steps = xcalloc(flow->verb->step_count, sizeof(*flow->steps));
	for (size_t i = 0; i < flow->verb->step_count; i++) {
		flow->steps[i].id = flow->verb->steps[i].id;
		flow->steps[i].name = flow->verb->steps[i].name;
		flow->steps[i].detail = xstrdup("");
	}
}

/* --- its end by a person --- */

void
flow_dismiss(struct flow *flow)
{
	struct session *session = flow->session;

	if (flow->state <= FLOW_RUNNING)
		flow_cancel(flow);
	session_drop_flow(session, flow);
	session_changed(session);
	flow_free(flow);
}

/* --- looking --- */

const char *
flow_operation_id(const struct flow *flow)
{
	return untrusted_raw(&flow->record.id);
}

enum flow_verb
flow_verb(const struct flow *flow)
{
	return flow->request.verb;
}

enum flow_state
flow_state(const struct flow *flow)
{
	return flow->state;
}

const struct review *
flow_review(const struct flow *flow)
{
	return flow->reviewed ? &flow->review : NULL;
}

const struct flow_request *
flow_request(const struct flow *flow)
{
	return &flow->request;
}

size_t
flow_step_count(const struct flow *flow)
{
	return flow->verb->step_count;
}

const struct flow_step *
flow_step(const struct flow *flow, size_t i)
{
	return i < flow->verb->step_count ? &flow->steps[i] : NULL;
}

const struct deployment *
flow_deployment(const struct flow *flow)
{
	return flow->deployment.id.raw ? &flow->deployment : NULL;
}

size_t
flow_deployment_error_count(const struct flow *flow)
{
	return flow->error_count;
}

const struct deployment_error *
flow_deployment_error(const struct flow *flow, size_t i)
{
	return i < flow->error_count ? &flow->errors[i] : NULL;
}

size_t
flow_warning_count(const struct flow *flow)
{
	return flow->warning_count;
}

const struct workload_warning *
flow_warning(const struct flow *flow, size_t i)
{
	return i < flow->warning_count ? &flow->warnings[i] : NULL;
}

bool
flow_warning_is_unwell(const struct workload_warning *warning)
{
	return untrusted_is(&warning->code, "does-not-run");
}

char *
flow_warning_text(const struct workload_warning *warning)
{
	const char *path = untrusted_raw(&warning->path);
	const char *message = untrusted_raw(&warning->message);

	if (!warning->reason && !flow_warning_is_unwell(warning))
		return xasprintf(_("The cluster warns of %s: %s"), path, message);
	return *path ? xasprintf("%s: %s", path, message) : xstrdup(message);
}

bool
flow_is_unwell(const struct flow *flow)
{
	bool is = false;

	for (size_t i = 0; i < flow->warning_count; i++)
		is |= flow_warning_is_unwell(&flow->warnings[i]);
	return is && flow->request.verb == FLOW_CLONE && flow->state == FLOW_DONE;
}

const struct error *
flow_error(const struct flow *flow)
{
	return &flow->error;
}

int64_t
flow_elapsed_ms(const struct flow *flow)
{
	return (flow->ended_at ? flow->ended_at : clock_steady_ms()) - flow->started_at;
}

int64_t
flow_ended_at(const struct flow *flow)
{
	return flow->ended_at;
}

const struct deployment *
flow_overwritten(const struct flow *flow)
{
	return flow->overwritten.id.raw ? &flow->overwritten : NULL;
}

const struct flow_request *
flow_recovery(const struct flow *flow)
{
	return flow->recovery.org ? &flow->recovery : NULL;
}
