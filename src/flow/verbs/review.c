/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a person approves: the pinned ids, the changes in words and lines, the way back.
 *
 * The comparison is between what runs and what will run, with the values in both, and never
 * between two drafts of ours: a review may be wrong in its words, but what it shows must be
 * what is deployed.  Everything that is read for it is pinned by an id or a digest, and the
 * first step compares them again.
 *
 * Cautions are sentences in the order in which they came up.  They stop nothing; findings do,
 * until each is acknowledged.
 */
#include "config.h"

#include "flow/verbs/review.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "flow/verbs/flow-state.h"
#include "flow/verbs/isolation.h"
#include "flow/verbs/live.h"
#include "flow/verbs/verb.h"
#include "flow/verbs/write-values.h"
#include "flow/world/origin.h"
#include "flow/world/words.h"
#include "flow/world/world.h"
#include "model/extensions.h"
#include "model/image.h"
#include "model/json.h"
#include "model/pointer.h"
#include "model/set.h"

#define CONTEXT_LINES 2
#define LISTED_MAX 3		/* changes named in one line; the others are counted */
#define LINE_MAX_BYTES 4096
#define SHORT_VALUE 24		/* bytes of a value that is named in a line */

void
review_clear(struct review *review)
{
	free(review->org);
	free(review->app);
	free(review->env);
	free(review->source);
	free(review->env_name);
	free(review->place);
	set_unref(review->from);
	set_unref(review->to);
	free(review->from_deployment_id);
	free(review->from_set_id);
	free(review->to_set_id);
	free(review->values_version);
	free(review->values_digest);
	free(review->graph);
	free(review->graph_hash);
	free(review->definitions);
	changes_clear(&review->changes);
	merge_clear(&review->merge);
	for (size_t i = 0; i < review->send_count; i++)
		free(review->sends[i]);
	free(review->sends);
	free(review->way_back);
	for (size_t i = 0; i < review->caution_count; i++)
		free(review->cautions[i]);
	free(review->cautions);
	for (size_t i = 0; i < review->finding_count; i++) {
		free(review->findings[i].id);
		free(review->findings[i].text);
		free(review->findings[i].where);
		free(review->findings[i].was);
	}
	free(review->findings);
	deploy_review_clear(&review->outlook);
	json_decref(review->cronjobs);
	memset(review, 0, sizeof(*review));
}

void
review_drop_cautions(struct review *review, size_t first)
{
	while (review->caution_count > first)
		free(review->cautions[--review->caution_count]);
}

/* For a review that is made again: what was warned of before that part stays. */
void
review_clear_from(struct review *review, size_t cautions)
{
	char **kept = review->cautions;

	review_drop_cautions(review, cautions);
	review->cautions = NULL;
	review->caution_count = 0;
	review_clear(review);
	review->cautions = kept;
	review->caution_count = cautions;
}

static void __attribute__((format(printf, 3, 0)))
add_line(char ***lines, size_t *count, const char *format, va_list ap)
{
	*lines = xreallocarray(*lines, *count + 1, sizeof(**lines));
	(*lines)[(*count)++] = xvasprintf(format, ap);
}

void
review_caution(struct review *review, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add_line(&review->cautions, &review->caution_count, format, ap);
	va_end(ap);
}

struct review_finding *
review_finding_add(struct review *review, const char *id, const char *kind, char *text)
{
	struct review_finding *finding;

	review->findings = xreallocarray(review->findings, review->finding_count + 1,
					 sizeof(*review->findings));
	finding = &review->findings[review->finding_count++];
	*finding = (struct review_finding){.id = xstrdup(id), .kind = kind, .text = text};
	return finding;
}

size_t
review_open_findings(const struct review *review)
{
	size_t open = 0;

	for (size_t i = 0; i < review->finding_count; i++)
		open += !review->findings[i].is_acknowledged;
	return open;
}

void
review_send(struct review *review, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add_line(&review->sends, &review->send_count, format, ap);
	va_end(ap);
}

/* "web 1.4.2 → 1.4.3" forwards, "web image → 1.4.2" back. */
static void
name_change(struct buf *line, const struct change *change, bool back)
{
	char *from, *to;

	if (change->is_value) {
		const char *lead = back ? change->from : change->to;

		buf_printf(line, "%s", change->label);
		if (lead && strlen(lead) <= SHORT_VALUE && !strchr(lead, '\n'))
			buf_printf(line, " → %s", lead);
		return;
	}
	if (!change->is_image || !change->from || !change->to) {
		const char *label = change->label ? change->label : change->path;

		buf_printf(line, "%s%s%s", change->object, *label ? " " : "", label);
		return;
	}
	image_labels(change->from, change->to, &from, &to);
	if (back)
		buf_printf(line, "%s image → %s", change->object, from);
	else
		buf_printf(line, "%s %s → %s", change->object, from, to);
	free(from);
	free(to);
}

/* At most three are named: it is one line of a history. */
char *
review_list_changes(const struct changes *changes, bool back)
{
	struct buf line;
	size_t named = changes->count < LISTED_MAX ? changes->count : LISTED_MAX;

	buf_init(&line, LINE_MAX_BYTES);
	for (size_t i = 0; i < named; i++) {
		if (i)
			buf_puts(&line, ", ");
		name_change(&line, &changes->items[i], back);
	}
	if (changes->count > named)
		buf_printf(&line, ", +%zu", changes->count - named);
	return buf_take(&line);
}

char *
review_summary(const struct review *review)
{
	const struct verb *verb = flow_verb_of(review->verb);
	char *changes = review->changes.count ? review_list_changes(&review->changes, false)
					      : xstrdup("no change");
	char *summary;

	if (!verb->summary)
		return changes;
	summary = flow_verb_text(verb->summary, review->env, review->source, changes);
	free(changes);
	return summary;
}

/* --- the review itself --- */

/* Said first, since it changes what every line below it means. */
static void
warn_primed(struct flow *flow)
{
	struct review *review = &flow->review;
	const struct environment *target = &flow->target.environment;

	review->primed = world_is_primed(target, &flow->target.running);
	if (review->primed)
		review_caution(review,
			       _("%s is primed: its next deployment starts from deployment %s, not "
				 "from its last one, %s"),
			       flow->request.env, untrusted_raw(&target->from_deploy.id),
			       untrusted_raw(&target->last_deploy.id));
	if (target->last_deploy.status == DEPLOYMENT_FAILED && target->last_deploy.id.raw)
		review_caution(review,
			       _("The last deployment of %s failed; the comparison uses what ran before it"),
			       flow->request.env);
}

/* A name is made anew, data is not. */
static bool
holds_data(const json_t *declaration)
{
	const char *type = json_member_string(declaration, "type");

	return type && strcmp(type, "dns") != 0;
}

/* Data is not brought back by an undo, which only declares the resource again. */
static void
warn_lost(struct review *review, const char *id, const json_t *before, const json_t *after)
{
	if (before && !after && holds_data(before))
		review_caution(
			review,
			_("%s is no longer declared: the platform may delete it with its data, and undo makes a "
			  "new one"),
			id);
}

/* What goes with this deployment and does not come back by an undo.  By both places where a
 * resource can be declared: shared by the workloads, or a workload's own. */
static void
list_lost_resources(struct review *review)
{
	const char *module, *name;
	json_t *body, *declaration;

	if (!review->from || !review->to)
		return;
	json_object_foreach(set_shared(review->from), name, declaration)
		warn_lost(review, name, declaration, json_object_get(set_shared(review->to), name));
	json_object_foreach(set_modules(review->from), module, body) {
		const json_t *after = json_object_get(set_module(review->to, module), "externals");

		json_object_foreach(json_object_get(body, "externals"), name, declaration)
			warn_lost(review, name, declaration, json_object_get(after, name));
	}
}

/* What is made now, or was cloned here and is nobody else's since: nobody else works with it. */
static bool
is_own(const struct flow *flow)
{
	struct clone_origin origin = { 0 };
	bool own;

	if (flow->request.verb == FLOW_CLONE)
		return true;
	own = store_clone_origin(session_store(flow->session), session_platform(flow->session),
				 flow->request.org, flow->request.app, flow->request.env, &origin,
				 NULL) == 0 &&
	      origin_is_mine(flow->session, &origin, &flow->target.environment);
	clone_origin_clear(&origin);
	return own;
}

/* The set as it is shown: with the values that it has there, when they are known. */
static struct set *
shown_with(const struct set *set, const struct flow_values *values, bool both)
{
	if (!both)
		return set_ref((struct set *)(uintptr_t)set);
	return set_with_values(set, values_words(&values->list));
}

/* What each value overrides, and where: "in production only; the application's value is 40". */
static void
note_overridden(struct flow *flow)
{
	struct changes *changes = &flow->review.changes;
	const char *env = flow->request.env;

	for (size_t i = 0; i < changes->count; i++) {
		struct change *change = &changes->items[i];
		const char *key = change->label + strlen("value ");
		const struct value *app, *own;
		char *words;

		if (!change->is_value)
			continue;
		app = flow->values_app.known ? values_find(&flow->values_app.list, key) : NULL;
		own = values_find_own(&flow->values_result.list, key);
		words = app ? value_words(app) : NULL;
		if (!own)
			change->note = app ? xstrdup(_("the application's value")) : NULL;
		else if (words)
			change->note = xasprintf(_("in %s only; the application's value is %s"),
						 env, words);
		else if (flow->values_app.known)
			change->note = xasprintf(
				_("in %s only; the application does not define it"), env);
		else
			change->note = xasprintf(_("in %s only"), env);
		free(words);
	}
}

/* Only where they do not go along in the deployment: the list is what will really be sent. */
static void
list_value_requests(struct flow *flow)
{
	struct review *review = &flow->review;
	json_t *together = flow_values_in_request(flow);

	if (together) {
		json_decref(together);
		return;
	}
	for (size_t i = 0; i < flow->value_changes.count; i++) {
		const struct value_change *change = &flow->value_changes.items[i];
		bool is_there = values_find_own(&flow->values_now.list, change->key) != NULL;

		if (change->kind == VALUE_DELETE)
			review_send(review, "DELETE /orgs/%s/apps/%s/envs/%s/values/%s",
				    review->org, review->app, review->env, change->key);
		else if (change->kind == VALUE_RESTORE)
			review_send(
				review,
				"POST /orgs/%s/apps/%s/envs/%s/value-set-versions/%s/restore/%s",
				review->org, review->app, review->env, change->version_id,
				change->key);
		else if (is_there)
			review_send(review, "PUT /orgs/%s/apps/%s/envs/%s/values/%s", review->org,
				    review->app, review->env, change->key);
		else
			review_send(review, "POST /orgs/%s/apps/%s/envs/%s/values (%s)",
				    review->org, review->app, review->env, change->key);
	}
}

void
review_list_sends(struct flow *flow)
{
	struct review *review = &flow->review;

	list_value_requests(flow);
	review_send(review, "POST /orgs/%s/apps/%s/envs/%s/deploys", review->org, review->app,
		    review->env);
}

/* Changes of values that nobody made here: since the last deployment, and deployed with this. */
static void
warn_waiting_values(struct flow *flow)
{
	const struct changes *changes = &flow->review.changes;
	size_t waiting = 0;

	for (size_t i = 0; i < changes->count; i++)
		waiting += changes->items[i].is_value &&
			   !value_changes_find(&flow->value_changes,
					       changes->items[i].label + strlen("value "));
	if (waiting)
		review_caution(
			&flow->review,
			ngettext("%zu value of %s was changed since its last deployment, and "
				 "takes effect with this one",
				 "%zu values of %s were changed since its last deployment, "
				 "and take effect with this one",
				 waiting),
			waiting, flow->request.env);
}

/* What somebody wrote and nobody deployed: the difference has what ran before it. */
static void
warn_replaced_values(struct flow *flow)
{
	const struct values *was = &flow->values_was.list, *now = &flow->values_now.list;

	if (!flow->values_was.known || !flow->values_now.known || !flow->target.running.id.raw)
		return;
	for (size_t i = 0; i < flow->value_changes.count; i++) {
		const char *key = flow->value_changes.items[i].key;
		const struct value *there = values_find(now, key);
		const struct value *result = values_find(&flow->values_result.list, key);
		char *words;

		if (value_compare(values_find(was, key), there) == VALUE_SAME ||
		    value_compare(there, result) == VALUE_SAME)
			continue;
		words = there ? value_words(there) : xstrdup(_("(not set)"));
		review_caution(&flow->review,
			       _("%s is %s in %s now, which was never deployed: this replaces it"),
			       key, words, flow->request.env);
		free(words);
	}
}

static bool
has_secrets(const struct values *values)
{
	for (size_t i = 0; i < values->count; i++)
		if (values->items[i].is_secret)
			return true;
	return false;
}

/* What this platform does without, where it matters to this review. */
static void
warn_absent(struct flow *flow)
{
	/* Nobody else deploys to one's own clone. */
	bool others = flow->review.asks_name;
	const struct { enum extension extension; bool matters; } wanted[] = {
		{EXTENSION_DEPLOY_VALUES, flow->value_changes.count > 0},
		{EXTENSION_VALUE_FINGERPRINTS, has_secrets(&flow->values_result.list)},
		{EXTENSION_DEPLOY_GRAPH, others && flow->graph},
		{EXTENSION_DEPLOY_TAG, others},
	};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (wanted[i].matters &&
		    !api_has_extension(session_api(flow->session), wanted[i].extension))
			review_caution(&flow->review, "%s", extension_absent(wanted[i].extension));
}

/* The digest and not the version alone: others may have written the same once more. */
static void
pin_values(struct flow *flow)
{
	struct review *review = &flow->review;

	if (flow->record.request.raw)
		return;		/* taken from the journal */
	if (flow->values_now.known) {
		if (flow->values_now.list.version_id)
			review->values_version = xstrdup(flow->values_now.list.version_id);
		review->values_digest = values_digest(&flow->values_now.list);
	}
	review->graph = xstrdup_or_null(flow->graph);
	review->graph_hash = xstrdup_or_null(flow->graph_hash);
	if (flow->definitions_known)
		review->definitions = flow_definitions_hash(flow, &flow->definitions);
}

/* As the platform has just said it, or as the board knows it. */
static char *
place_of_target(const struct flow *flow)
{
	const struct deploy_review *outlook = &flow->review.outlook;
	const struct world_environment *e =
		world_environment(session_world(flow->session), flow->request.org,
				  flow->request.app, flow->request.env);

	if (outlook->cluster.raw)
		return words_of_home(outlook->cluster.raw, outlook->namespace.raw);
	return e ? words_of_place(&e->runtime) : NULL;
}

/* What cannot be known (values that could not be read) is left out of the comparison on both
 * sides, never on one. */
void
review_fill(struct flow *flow)
{
	struct review *review = &flow->review;
	const struct environment *target = &flow->target.environment;
	const struct set *from = flow->was ? flow->was : flow->base;
	bool both = flow->values_was.known && flow->values_result.known;

	review->verb = flow->request.verb;
	review->org = xstrdup(flow->request.org);
	review->app = xstrdup(flow->request.app);
	review->env = xstrdup(flow->request.env);
	review->source = xstrdup_or_null(flow->request.source);
	review->env_name = xstrdup(target->name.raw ? target->name.raw :
				   flow->request.name ? flow->request.name : flow->request.env);
	review->place = place_of_target(flow);
	review->is_new_place = review->outlook.is_new;
	review->is_protected =
		session_all_protected(flow->session) ||
		session_is_protected(flow->session, flow->request.env,
				     flow->request.verb == FLOW_CLONE ?
					     flow->request.type : untrusted_raw(&target->type));
	review->asks_name = review->is_protected || !is_own(flow);
	review->from_deployment_id = xstrdup_or_null(target->last_deploy.id.raw);
	if (from) {
		review->from = shown_with(from, &flow->values_was, both);
		review->from_set_id = xstrdup(flow->was ?
					      untrusted_raw(&flow->target.running.set_id) :
					      flow->base_id);
	}
	if (flow->result) {
		review->to = shown_with(flow->result, &flow->values_result, both);
		review->to_set_id = xstrdup(flow->result_id);
		changes_between(&review->changes, review->from, review->to);
		note_overridden(flow);
		list_lost_resources(review);
		pin_values(flow);
	}
	review->way_back = review_list_changes(&review->changes, true);
	if (flow->request.verb != FLOW_CLONE && flow->request.verb != FLOW_DISCARD) {
		warn_primed(flow);
		warn_waiting_values(flow);
		warn_replaced_values(flow);
		warn_absent(flow);
		review_list_sends(flow);
	}
}

/* From here on the target is looked at, as long as a person reads. */
void
review_ready(struct flow *flow)
{
	if (!flow->review.env)
		review_fill(flow);
	flow->reviewed = true;
	flow->state = FLOW_REVIEW;
	live_start(flow);
	session_changed(flow->session);
}
