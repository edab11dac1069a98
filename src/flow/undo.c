/* SPDX-License-Identifier: GPL-3.0-or-later */
/* undo: deploy the way back that was stored before an operation deployed. */
#include "config.h"

#include "flow/verbs.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/xmalloc.h"
#include "model/json.h"

static int
check_operation(const struct flow *flow, const struct operation *operation, struct error *err)
{
	if (!untrusted_is(&operation->url, session_platform(flow->session)) ||
	    !untrusted_is(&operation->org, flow->request.org) ||
	    !untrusted_is(&operation->app, flow->request.app) ||
	    !untrusted_is(&operation->env, flow->request.env))
		return error_set(err, ERROR_INPUT, _("that operation did not change %s"),
				 flow->request.env);
	if (!operation->undo.raw)
		return error_set(err, ERROR_INPUT, _("%s has no way back"),
				 untrusted_raw(&operation->verb));
	if (!operation->deployment_id.raw)
		return error_set(err, ERROR_INPUT,
				 _("that operation deployed nothing: there is nothing to undo"));
	return 0;
}

/* The newest one on the environment that deployed something. */
static int
find_last(const struct flow *flow, struct operation *out, struct error *err)
{
	const struct history_query query = {
		.url = session_platform(flow->session), .org = flow->request.org,
		.app = flow->request.app, .env = flow->request.env,
	};
	struct operation_list list;
	int ret = -1;

	if (store_history_list(session_store(flow->session), &query, &list, err))
		return -1;
	for (size_t i = 0; ret && i < list.count; i++)
		if (check_operation(flow, &list.items[i], NULL) == 0)
			ret = store_operation_get(session_store(flow->session),
						  list.items[i].id.raw, out, err);
	operation_list_clear(&list);
	if (ret)
		return error_set(err, ERROR_NOT_FOUND,
				 _("nothing in the history of %s can be undone"),
				 flow->request.env);
	return 0;
}

static int
load_delta(struct flow *flow, const struct operation *operation, struct error *err)
{
	json_t *body = json_decode(operation->undo.raw, strlen(operation->undo.raw), err);

	if (!body)
		return -1;
	flow->delta = delta_decode(body, err);
	json_decref(body);
	return flow->delta ? 0 : -1;
}

static void
find_operation(struct flow *flow)
{
	struct operation operation = { 0 };
	struct error err = { 0 };
	const char *id = flow->request.operation_id;
	int ret = id ? store_operation_get(session_store(flow->session), id, &operation, &err) :
		find_last(flow, &operation, &err);

	if (ret == 0)
		ret = check_operation(flow, &operation, &err);
	if (ret == 0)
		ret = load_delta(flow, &operation, &err);
	if (ret == 0) {
		if (!id)
			flow->request.operation_id = xstrdup(operation.id.raw);
		if (!untrusted_equal(&flow->target.environment.last_deploy.id,
				     &operation.deployment_id))
			review_caution(&flow->review,
				       _("%s was deployed to since; only this operation's changes "
					 "are taken back"),
				       flow->request.env);
	}
	operation_clear(&operation);
	if (ret)
		flow_fail(flow, &err);
	else
		flow_next_phase(flow);
}

static flow_phase *const prepare[] = {
	read_target,	read_target_running, read_base_set, read_was_set,
	find_operation, preview_result,	     review_ready,  NULL,
};

const struct verb verb_undo = {
	.name = "undo",
	.prepare = prepare,
	.steps = deploy_steps,
	.step_count = DEPLOY_STEP_COUNT,
};
