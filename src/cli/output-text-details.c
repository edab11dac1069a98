/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The plain lines about one environment from near: what runs, what it has, its logs, its
 * hotfix.
 *
 * Each list that is empty says so, and says something else where it was not read: silence
 * would be heard as "none".
 */
#include "config.h"

#include "cli/output-text-details.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "cli/output-text.h"
#include "flow/hotfix-words.h"
#include "flow/hotfix.h"
#include "flow/verbs/flow.h"
#include "flow/world/details.h"
#include "flow/world/logs.h"
#include "flow/world/words.h"
#include "flow/world/world.h"
#include "model/comment.h"
#include "model/image.h"
#include "model/json-text.h"
#include "model/json.h"
#include "model/set.h"

/* "  web: ? (its answer is not understood: ...)".  false: it is. */
static bool
say_problem(const char *name, const struct untrusted *problem)
{
	char *words = words_of_problem(problem);

	if (words)
		output_text_line("  %s: %s", *name ? name : "?", words);
	free(words);
	return problem->raw != NULL;
}

/* Those that do more than run. */
static void
output_containers(const struct runtime_brief *pod)
{
	for (size_t i = 0; i < pod->container_count; i++) {
		char *words = words_of_container(pod, i);

		if (words)
			output_text_line("      %s", words);
		free(words);
	}
}

static void
output_pods(const struct runtime_module *m)
{
	for (size_t i = 0; i < m->brief_count; i++) {
		char *words = words_of_pod(&m->briefs[i]);

		output_text_line("    %s", words);
		free(words);
		output_containers(&m->briefs[i]);
	}
}

static void
output_lines(const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n");

		output_text_line("      %.*s", (int)length, text);
		text += length + (text[length] == '\n');
	}
}

void
output_text_failure(const struct world_environment *e)
{
	if (e->environment.last_deploy.status != DEPLOYMENT_FAILED ||
	    !e->environment.last_deploy.id.raw)
		return;
	for (size_t i = 0; i < e->error_count; i++) {
		const struct deployment_error *error = &e->errors[i];

		output_text_line(_("    failed: %s: %s"), untrusted_raw(&error->object_id),
				 untrusted_raw(&error->summary));
		output_lines(deployment_error_output(error));
	}
}

void
output_text_workloads(const struct world_environment *e)
{
	output_text_line(_("Workloads:"));
	for (size_t i = 0; world_is_known(e, WORLD_RUNTIME) && i < e->runtime.count; i++) {
		const struct runtime_module *m = &e->runtime.modules[i];
		const char *reference = e->set ? set_module_image(e->set, untrusted_raw(&m->module))
					       : NULL;
		char *message;
		char restarts[64];
		char *label = image_label(reference ? reference : "");

		snprintf(restarts, sizeof(restarts),
			 ngettext("%d restart", "%d restarts", (unsigned long)m->restarts),
			 m->restarts);
		if (say_problem(untrusted_raw(&m->module), &m->problem)) {
			free(label);
			continue;
		}
		message = words_of_workload(m);
		output_text_line(_("  %s %s: %s, %s, %s%s%s"), untrusted_raw(&m->module), label,
				 words_of_status(m->status), words_of_pods(m).text, restarts, *message ? ": " : "",
				 message);
		output_pods(m);
		output_text_reach(e, untrusted_raw(&m->module));
		free(message);
		free(label);
	}
	/* Where nothing was deployed, nothing runs, and nobody is asked. */
	if (!world_is_known(e, WORLD_RUNTIME) && e->environment.last_deploy.id.raw)
		output_text_line(_("  The state of the workloads is unknown."));
	else if (!world_is_known(e, WORLD_RUNTIME) || e->runtime.count == 0)
		output_text_line(_("  Nothing runs here."));
}

static void
output_line(const char *name, const json_t *value)
{
	char *text = json_is_string(value) ? NULL
					   : json_text(value, 0);

	output_text_line("    %s: %s", name,
			 text			 ? text
			 : json_is_string(value) ? json_string_value(value)
						 : "");
	free(text);
}

void
output_text_resources(const struct world_environment *e)
{
	const char *name;
	json_t *value;

	output_text_line(_("Resources:"));
	for (size_t i = 0; i < e->resource_count; i++) {
		const struct active_resource *r = &e->resources[i];

		if (say_problem(untrusted_raw(&r->res_id), &r->problem))
			continue;
		output_text_line("  %s (%s): %s", untrusted_raw(&r->res_id),
				 untrusted_raw(&r->type), untrusted_raw(&r->status));
		json_object_foreach(r->outputs, name, value)
			output_line(name, value);
	}
	if (e->resource_count == 0 && !knowledge_has_content(world_known(e, WORLD_RESOURCES)) &&
	    e->environment.last_deploy.id.raw)
		output_text_line(_("  Its resources are unknown."));
	else if (e->resource_count == 0)
		output_text_line(_("  No resources."));
}

/* What stands for a list that was not read; true: so it is. */
static bool
is_unread(bool known, const struct error *error)
{
	if (!known)
		output_text_line("  %s",
				 error->kind != ERROR_NONE ? error->text : _("not known yet"));
	return !known;
}

void
output_text_values(const struct details *details)
{
	output_text_line(_("Shared values:"));
	if (is_unread(details_values_known(details), details_values_error(details)))
		return;
	for (size_t i = 0; i < details_value_count(details); i++) {
		const struct shared_value *v = details_value(details, i);

		if (say_problem(untrusted_raw(&v->key), &v->problem))
			continue;
		output_text_line(untrusted_is(&v->source, "env")
					 ? _("  %s: %s (set in this environment)")
					 : _("  %s: %s (from the application)"),
				 untrusted_raw(&v->key),
				 v->is_secret ? _("a secret") : untrusted_raw(&v->value));
	}
	if (details_value_count(details) == 0)
		output_text_line(_("  No shared values."));
}

void
output_text_deployments(const struct details *details, const struct world_environment *e)
{
	static const char *const states[] = {
		[DEPLOYMENT_PENDING] = N_("pending"),	  [DEPLOYMENT_IN_PROGRESS] = N_("running"),
		[DEPLOYMENT_SUCCEEDED] = N_("succeeded"), [DEPLOYMENT_FAILED] = N_("failed"),
		[DEPLOYMENT_UNKNOWN] = N_("unknown"),
	};

	output_text_line(_("Deployments:"));
	if (is_unread(details_deployments_known(details), details_deployments_error(details)))
		return;
	for (size_t i = 0; i < details_deployment_count(details); i++) {
		const struct deployment *d = details_deployment(details, i);
		const char *comment = untrusted_raw(&d->comment);
		char ago[64];

		if (say_problem(untrusted_raw(&d->id), &d->problem))
			continue;
		clock_ago(ago, clock_wall_ms() - d->created_at);
		output_text_line(_("  %s: %s, %s by %s%s%s%.*s"), untrusted_raw(&d->id),
				 _(states[d->status]), ago, untrusted_raw(&d->created_by),
				 untrusted_equal(&d->id, &e->running.id) ? _(", running") : "",
				 comment_people_length(comment) ? ": " : "",
				 (int)comment_people_length(comment), comment);
	}
	if (details_deployment_count(details) == 0)
		output_text_line(_("  Nothing was deployed here."));
}

void
output_text_log(const struct log_line *line, bool named)
{
	time_t seconds = (time_t)(line->at / 1000);
	char stamp[16] = "";
	struct tm tm;

	if (line->at > 0 && localtime_r(&seconds, &tm))
		strftime(stamp, sizeof(stamp), "%H:%M:%S ", &tm);
	output_text_line("%s%s%s%s", stamp, named ? untrusted_raw(&line->workload) : "",
			 named ? ": " : "", untrusted_raw(&line->payload));
}

static void
step_line(const struct hotfix *hotfix, enum hotfix_step_id id)
{
	const struct hotfix_step *step = hotfix_step(hotfix, id);
	const char *detail = untrusted_raw(&step->detail), *note = untrusted_raw(&step->note);
	struct state_words state = words_of_step_state(id, step);
	char ago[80] = "", took[16] = "";

	if (step->at) {
		ago[0] = ' ';
		clock_ago(ago + 1, clock_wall_ms() - step->at);
	}
	if (step->at && step->took >= 0)
		clock_duration(took, step->took);
	output_text_line("%d %s: %s%s%s%s%s%s%s%s%s%s", (int)id + 1, words_of_step(id), state.text,
			 ago, step->at && step->who.raw ? _(" by ") : "",
			 step->at ? untrusted_raw(&step->who) : "", *took ? _(", took ") : "", took,
			 *detail ? ": " : "", detail, *note ? "; " : "", note);
	if (step->state == HOTFIX_NOW)
		output_text_line("    %s", words_of_step_purpose(id));
}

static void
other_line(const struct hotfix_other *other)
{
	static const char *const states[] = {
		[CARRY_HAS] = N_("has it"),
		[CARRY_LACKS] = N_("lacks it"),
		[CARRY_CONFLICTS] = N_("conflicts"),
	};
	const struct carry *carry = &other->carry;
	const char *nothing = _("nothing");

	if (other->is_known && carry->state == CARRY_CONFLICTS)
		output_text_line(_("    %s: conflicts: %s: here %s, the fix %s"), other->env,
				 carry->object, carry->here ? carry->here : nothing,
				 carry->fix ? carry->fix : nothing);
	else
		output_text_line("    %s: %s", other->env,
				 other->is_known ? _(states[carry->state]) : _("unknown"));
}

void
output_text_hotfix(const struct hotfix *hotfix)
{
	char ago[64] = "";

	clock_ago(ago, clock_wall_ms() - hotfix_began_at(hotfix));
	output_text_line(_("%s of %s, started %s%s"), hotfix_env(hotfix),
			 hotfix_origin(hotfix) ? hotfix_origin(hotfix) : _("unknown"), ago,
			 hotfix_clone_exists(hotfix) ? "" : _(", discarded"));
	for (int id = 0; id < HOTFIX_STEP_COUNT; id++)
		step_line(hotfix, (enum hotfix_step_id)id);
	for (size_t i = 0; i < hotfix_other_count(hotfix); i++)
		other_line(hotfix_other(hotfix, i));
}

void
output_text_clone_list(const json_t *clone)
{
	const json_t *one;
	size_t i;

	if (!clone)
		return;
	output_text_line(_("A clone of it:"));
	if (json_is_true(json_object_get(clone, "is_part")))
		output_text_line(_("  So far only what the board shows was read; the rest is read when "
				   "it is cloned."));
	output_text_objects(json_object_get(clone, "objects"), true);
	output_text_objects(json_object_get(clone, "left_out"), false);
	json_array_foreach(json_object_get(clone, "not_cloned"), i, one) {
		const char *object = json_member_string(one, "object");

		output_text_line(_("  Not cloned: %s: %s"), object ? object : "?",
				 json_member_string(one, "why"));
	}
}
