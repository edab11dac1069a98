/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * deploy: other versions in one environment, or what it was made from as it is.
 *
 * A version is looked for in the list of what was built, because a name that was mistyped
 * would otherwise be found out by the platform, in the middle of the deployment, as an image
 * that cannot be fetched.  Where a cluster fetches the images the list need not have them all:
 * there the review says that it does not.
 */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "api/operations.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "flow/verbs/field-warnings.h"
#include "flow/verbs/fixes.h"
#include "flow/verbs/flow-advance.h"
#include "flow/verbs/flow-state.h"
#include "flow/verbs/outlook.h"
#include "flow/verbs/reads-values.h"
#include "flow/verbs/reads.h"
#include "flow/verbs/review.h"
#include "flow/verbs/steps.h"
#include "flow/verbs/verb.h"
#include "flow/world/world.h"
#include "model/delta.h"
#include "model/image.h"
#include "model/set.h"

/* 1: it exists; 0: it does not; -1: it does and was archived. */
static int
find_version(const json_t *versions, const struct image *image)
{
	struct artefact_version version = { 0 };
	int found = 0;

	for (size_t i = 0; found == 0 && i < json_array_size(versions); i++) {
		/* Its name and its version count here; an odd time beside them does not. */
		artefact_version_read(&version, json_array_get(versions, i));
		if (untrusted_is(&version.name, image->name) &&
		    untrusted_is(&version.version, image->version))
			found = version.archived ? -1 : 1;
		artefact_version_clear(&version);
	}
	return found;
}

static bool
runs_in_cluster(const struct flow *flow)
{
	const struct world_environment *e =
		world_environment(session_world(flow->session), flow->request.org,
				  flow->request.app, flow->request.env);

	return e && e->runtime.cluster.raw;
}

static int
check_image(struct flow *flow, const json_t *versions, const char *module, const char *reference,
	    struct error *err)
{
	struct image image;
	int found;

	image_parse(&image, reference);
	found = find_version(versions, &image);
	image_clear(&image);
	if (found == 0 && runs_in_cluster(flow)) {
		review_caution(&flow->review,
			       _("%s: the platform does not know %s; the deployment fails if "
				 "the cluster cannot pull it"),
			       module, reference);
		return 0;
	}
	if (found == 0)
		return error_set(err, ERROR_INPUT,
				 _("%s: there is no version %s; choose one that was built (nothing "
				   "was changed in %s)"),
				 module, reference, flow->request.env);
	if (found < 0)
		return error_set(err, ERROR_INPUT,
				 _("%s: version %s is archived, so it cannot be deployed"), module,
				 reference);
	return 0;
}

static void
got_versions(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	struct error err = reply->error;

	flow->call = NULL;
	for (const char *const *pair = flow->request.images; err.kind == ERROR_NONE && *pair;
	     pair += 2) {
		const char *image = set_module_image(flow->base, pair[0]);

		if (!set_module(flow->base, pair[0])) {
			error_set(&err, ERROR_INPUT, _("%s has no workload %s"), flow->request.env,
				  pair[0]);
		} else if (image && !strcmp(image, pair[1])) {
			continue;
		} else if (check_image(flow, reply->body, pair[0], pair[1], &err) == 0 &&
			   delta_set_image(flow->delta, flow->base, pair[0], pair[1], &err) < 0 &&
			   err.kind == ERROR_NONE) {
			error_set(&err, ERROR_INPUT, _("%s: its image cannot be changed"), pair[0]);
		}
	}
	if (err.kind != ERROR_NONE)
		flow_fail(flow, &err);
	else
		flow_next_phase(flow);
}

/* Values that were given are written to the environment's own level. */
static int
change_values(struct flow *flow, struct error *err)
{
	const struct values *now = &flow->values_now.list;

	if (flow->request.values && flow->request.values->key && !flow->values_now.known)
		return error_set(
			err, ERROR_NOT_FOUND,
			_("The platform does not show the values of %s, so none is changed."),
			flow->request.env);
	for (const struct flow_value *v = flow->request.values; v && v->key; v++) {
		const struct value *old = values_find(now, v->key);
		struct value_change change = {
			.kind = v->kind == FLOW_VALUE_TEXT ? VALUE_SET : VALUE_DELETE,
			.key = (char *)(uintptr_t)v->key,
			.text = (char *)(uintptr_t)v->text,
			.description = old ? old->description : NULL,
			.is_secret = old && old->is_secret,
		};

		if (v->kind == FLOW_VALUE_TEXT && !v->text)
			return error_set(err, ERROR_INPUT, _("No text is given for the value %s."),
					 v->key);
		if (v->kind == FLOW_VALUE_TEXT && change.is_secret && !*v->text)
			return error_set(err, ERROR_INPUT,
					 _("%s is a secret, and an empty one was given"), v->key);
		if (v->kind != FLOW_VALUE_TEXT && v->kind != FLOW_VALUE_APP)
			return error_set(err, ERROR_INPUT, _("Unknown decision about a value."));
		if (v->kind == FLOW_VALUE_APP && !values_find_own(now, v->key))
			return error_set(err, ERROR_INPUT, _("%s does not override the value %s"),
					 flow->request.env, v->key);
		if (change.kind == VALUE_SET && value_change_is_made(&change, now) &&
		    !change.is_secret)
			continue;
		value_changes_put(&flow->value_changes, &change);
	}
	return 0;
}

/* A draft stands for itself; it was made from the set and takes no images beside it. */
static void
make_delta(struct flow *flow)
{
	struct error err = { 0 };

	if (change_values(flow, &err) != 0) {
		flow_fail(flow, &err);
		return;
	}
	if (flow->request.draft) {
		flow->delta = delta_copy(flow->request.draft);
		flow_next_phase(flow);
		return;
	}
	flow->delta = delta_new();
	if (!*flow->request.images) {
		if (flow->target.environment.from_deploy.id.raw)
			flow_next_phase(flow);
		else
			flow_fail_text(flow, ERROR_CONFLICT, _("There is nothing to deploy to %s."),
				       flow->request.env);
		return;
	}
	flow->call = api_list_artefact_versions(session_api(flow->session), flow->request.org,
						got_versions, flow);
}

static flow_phase *const prepare[] = {
	read_target,	 read_target_running, read_base_set,   read_was_set,
	read_target_values, read_was_values,  make_delta,      read_app_values,
	preview_result,	 apply_values,	      read_graph,      read_warnings,
	read_outlook,	 read_fixes,	      review_ready,    NULL,
};

const struct verb verb_deploy = {
	.name = "deploy",
	.words = N_("deploy to"),
	.title = N_("deployment to {env}"),
	.prepare = prepare,
	.steps = deploy_steps,
	.step_count = DEPLOY_STEP_COUNT,
};
