/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a cluster wrote may be no UTF-8: the member is null then, and the document stays valid. */
#include "config.h"

#include "cli/output-json-outlook.h"

#include <stdlib.h>

#include "cli/output-json-private.h"
#include "flow/verbs/flow.h"
#include "flow/world/world.h"
#include "model/manifest-patch.h"
#include "model/nouns.h"

static json_t *
finding_json(const struct deploy_finding *finding)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:o}", "kind",
			 deploy_finding_kind_word(finding->kind), "workload",
			 foreign(&finding->workload), "object", foreign(&finding->object), "code",
			 foreign(&finding->code), "message", foreign(&finding->message));
}

json_t *
output_json_outlook(const struct deploy_review *outlook)
{
	json_t *findings = json_array();

	for (size_t i = 0; i < outlook->finding_count; i++)
		json_array_append_new(findings, finding_json(&outlook->findings[i]));
	return json_pack("{s:o, s:o, s:b, s:o, s:O?, s:o}", "cluster", foreign(&outlook->cluster),
			 "namespace", foreign(&outlook->namespace), "is_new", outlook->is_new,
			 "unasked", foreign(&outlook->unasked), "objects", outlook->objects,
			 "findings", findings);
}

void
output_json_put_repository(json_t *object, const struct review *review)
{
	json_t *patches = review_repository_patches(review);
	char *text = manifests_patches_text(patches, NULL);

	if (json_array_size(patches) > 0)
		json_object_set_new(object, "repository", json_pack("{s:O, s:s?}", "patches",
								    patches, "text", text));
	free(text);
	json_decref(patches);
}

static json_t *
error_json(const struct deployment_error *error)
{
	return json_pack("{s:o, s:o, s:o}", "object", foreign(&error->object_id), "summary",
			 foreign(&error->summary), "message", foreign(&error->message));
}

json_t *
output_json_errors(const struct flow *flow)
{
	json_t *list = json_array();

	for (size_t i = 0; i < flow_deployment_error_count(flow); i++)
		json_array_append_new(list, error_json(flow_deployment_error(flow, i)));
	return list;
}

void
output_json_put_failure(json_t *object, const struct world_environment *e)
{
	json_t *list;

	if (e->environment.last_deploy.status != DEPLOYMENT_FAILED ||
	    !e->environment.last_deploy.id.raw)
		return;
	list = json_array();
	for (size_t i = 0; i < e->error_count; i++)
		json_array_append_new(list, error_json(&e->errors[i]));
	json_object_set_new(object, "deployment_errors", list);
}

json_t *
output_json_warnings(const struct flow *flow)
{
	json_t *list = json_array();

	for (size_t i = 0; i < flow_warning_count(flow); i++) {
		const struct workload_warning *w = flow_warning(flow, i);

		json_array_append_new(list, json_pack("{s:o, s:o, s:o, s:o}", "workload",
						      foreign(&w->workload), "object",
						      foreign(&w->path), "code",
						      foreign(&w->code), "message",
						      foreign(&w->message)));
	}
	return list;
}
