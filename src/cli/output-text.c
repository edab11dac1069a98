/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The plain lines.
 *
 * Each line is complete in itself: names, states and signs as words, nothing by its column or
 * colour, since it may be read by a screen reader or looked for with grep.  All text goes
 * through put(), which makes it printable, wherever it is from.
 */
#include "config.h"

#include "cli/output-text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "flow/clones.h"
#include "flow/verbs/clone-parts.h"
#include "flow/verbs/flow.h"
#include "flow/world/reach.h"
#include "flow/world/words.h"
#include "flow/world/world.h"
#include "model/image.h"
#include "model/manifest-patch.h"
#include "model/set.h"
#include "store/history.h"

static void __attribute__((format(printf, 2, 0)))
put(FILE *out, const char *format, va_list args)
{
	char *text = xvasprintf(format, args), *shown = text_printable(text);

	fprintf(out, "%s\n", shown);
	fflush(out);
	free(shown);
	free(text);
}

void
output_text_line(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put(stdout, format, args);
	va_end(args);
}

void
output_text_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put(stderr, format, args);
	va_end(args);
}

/* As the board chooses it, so that both say the same: the first that
 * is protected, else the first. */
static const struct world_environment *
baseline_of(const struct world_application *application)
{
	for (size_t i = 0; i < application->count; i++)
		if (application->environments[i].is_protected)
			return &application->environments[i];
	return application->count ? &application->environments[0] : NULL;
}

static void
workload_line(const struct world_environment *e, const struct world_environment *baseline,
	      const char *module)
{
	enum standing standing = words_standing(e, baseline, module);
	const char *reference = set_module_image(e->set, module);
	static const char *const words[] = {
		[STANDING_BASE] = "",		    [STANDING_UNKNOWN] = N_("unknown"),
		[STANDING_NOWHERE] = "",	    [STANDING_SAME] = N_("the same"),
		[STANDING_ONLY_HERE] = N_("only here"), [STANDING_MISSING] = N_("missing"),
		[STANDING_AHEAD] = N_("ahead"),	    [STANDING_BEHIND] = N_("behind"),
		[STANDING_OTHER] = N_("other configuration"),
	};
	char *label = image_label(reference ? reference : "");

	output_text_line("    %s %s%s%s%s", module, label, *words[standing] ? " (" : "",
			 *words[standing] ? _(words[standing]) : "", *words[standing] ? ")" : "");
	free(label);
}

void
output_text_head(const struct world_environment *e)
{
	struct state_words state = words_of_environment(e);
	const struct deployment *d = &e->environment.last_deploy;
	char ago[64] = "", *problem, *place, *progress;

	if (d->id.raw)
		clock_ago(ago, clock_wall_ms() - d->created_at);
	output_text_line(_("%s (%s%s%s): %s%s%s%s%s"), untrusted_raw(&e->environment.id),
			 untrusted_raw(&e->environment.type),
			 e->is_protected ? _(", protected") : "", e->clone_of ? _(", a clone") : "",
			 state.text, d->id.raw ? _(", deployed ") : "", ago,
			 d->id.raw ? _(" by ") : "", untrusted_raw(&d->created_by));
	if ((problem = words_of_problem(&e->environment.problem)))
		output_text_line("    %s", problem);
	free(problem);
	if (e->environment.status_message.raw)
		output_text_line(_("    cannot be deleted: %s"),
				 e->environment.status_message.raw);
	if ((place = words_of_place(&e->runtime)))
		output_text_line("    %s", place);
	free(place);
	if ((progress = words_of_progress(&e->environment)))
		output_text_line("    %s", progress);
	free(progress);
	for (size_t i = 0; i < e->environment.waiting_count; i++) {
		char *waiting = words_of_wait(&e->environment.waiting[i]);

		output_text_line(_("    waiting: %s"), waiting);
		free(waiting);
	}
}

void
output_text_reach(const struct world_environment *e, const char *module)
{
	const char *command = reach_command(e, module);
	char *address = e->runtime.cluster.raw ? reach_address(e, module) : NULL;

	if (address)
		output_text_line("    %s", address);
	else if (command) {
		char *why = reach_why(e, module);

		output_text_line("    %s", why);
		output_text_line("    %s", command);
		free(why);
	}
	free(address);
}

void
output_text_environment(const struct world_environment *e, const struct world_environment *baseline)
{
	const char *module;
	json_t *body;

	output_text_head(e);
	if (!e->set) {
		output_text_line(_("    its workloads are unknown"));
		return;
	}
	json_object_foreach(set_modules(e->set), module, body)
		workload_line(e, baseline, module);
	for (size_t i = 0; i < e->resource_count; i++) {
		char *address = active_resource_address(&e->resources[i]);

		if (address && !e->runtime.cluster.raw)
			output_text_line("    %s", address);
		free(address);
	}
	for (size_t i = 0; i < e->runtime.count; i++)
		output_text_reach(e, untrusted_raw(&e->runtime.modules[i].module));
}

void
output_text_board(const struct world_application *application)
{
	const struct world_environment *baseline = baseline_of(application);

	for (size_t i = 0; i < application->count; i++)
		output_text_environment(&application->environments[i], baseline);
}

static void
change_line(const struct change *c)
{
	static const char *const kinds[] = {
		[CHANGE_ADDED] = N_("added"), [CHANGE_REMOVED] = N_("removed"),
		[CHANGE_CHANGED] = N_("changed"),
	};

	output_text_line(_("  %s: %s %s: %s%s%s"), c->object, c->label, _(kinds[c->kind]),
			 c->from ? c->from : "", c->from && c->to ? _(" to ") : "",
			 c->to ? c->to : "");
	if (c->note)
		output_text_line("    %s", c->note);
}

void
output_text_changes(const struct changes *changes)
{
	for (size_t i = 0; i < changes->count; i++)
		change_line(&changes->items[i]);
	if (changes->count == 0)
		output_text_line(_("  No differences."));
}

void
output_text_clone(const struct clone *clone)
{
	int64_t now = clock_wall_ms();
	char age[64], changes[96] = "", conflicts[64] = "";

	clock_ago(age, now - clone->created_at);
	if (clone->work == CLONE_WORK_SOME)
		snprintf(changes, sizeof(changes),
			 ngettext("%zu change is not promoted", "%zu changes are not promoted",
				  clone->changes), clone->changes);
	if (clone->work == CLONE_WORK_SOME && clone->conflicts > 0)
		snprintf(conflicts, sizeof(conflicts),
			 ngettext(", %zu conflict", ", %zu conflicts", clone->conflicts),
			 clone->conflicts);
	output_text_line(_("%s: a clone of %s, created %s by %s, %s"), clone->env,
			 clone->origin ? clone->origin : _("unknown"), age,
			 untrusted_raw(&clone->who), words_of_life(clone->expires_at, now).text);
	if (clone->work == CLONE_WORK_NONE)
		output_text_line(_("  Nothing to promote."));
	else if (clone->work == CLONE_WORK_SOME)
		output_text_line("  %s%s%s%s", changes, conflicts, clone->work_words ? ": " : "",
				 clone->work_words ? clone->work_words : "");
	else
		output_text_line(_("  What is left to promote is unknown."));
}

void
output_text_conflict(const struct merge_entry *entry, size_t number, size_t count, const char *ours,
		     const char *theirs)
{
	const char *none = _("(not set)");

	output_text_line(_("Conflict %zu of %zu: %s %s"), number, count, entry->object,
			 entry->label);
	if (strcmp(entry->label, entry->path) != 0)
		output_text_line(_("  path: %s"), entry->path);
	output_text_line(_("  before: %s"), entry->base ? entry->base : none);
	output_text_line("  1: %s: %s", ours, entry->ours ? entry->ours : none);
	output_text_line("  2: %s: %s", theirs, entry->theirs ? entry->theirs : none);
}

void
output_text_value_question(const struct flow_value_question *q)
{
	output_text_line(q->is_secret ? _("Value %s (a secret): %s") : _("Value %s: %s"), q->key,
			 q->why);
	if (q->text)
		output_text_line(_("  the source has: %s"), q->text);
	output_text_line(_("  the application has: %s"),
			 q->app_text ? q->app_text : _("(not set)"));
	if (q->is_used)
		output_text_line(_("  the set uses it"));
}

/* Where others own what is changed: what is to be in their repository, too. */
static void
repository_lines(const struct review *review)
{
	json_t *patches = review_has_owners(review) ? review_repository_patches(review) : NULL;
	struct error err = {0};
	char *text = manifests_patches_text(patches, &err), *rest = NULL;

	if (!text)
		output_text_line("  %s", err.text);
	else if (*text)
		output_text_line(_("  The same as a patch for their repository (kustomize):"));
	for (char *line = text ? strtok_r(text, "\n", &rest) : NULL; line;
	     line = strtok_r(NULL, "\n", &rest))
		output_text_line("    %s", line);
	free(text);
	json_decref(patches);
}

void
output_text_objects(const json_t *objects, bool are_cloned)
{
	json_t *ordered = clone_objects_ordered(objects), *names;
	const char *kind;

	json_object_foreach(ordered, kind, names) {
		char *text = clone_object_names(names);

		output_text_line(are_cloned ? _("  Cloned: %s %s") : _("  Not cloned: %s %s"), kind,
				 text);
		free(text);
	}
	json_decref(ordered);
}

/* What whoever would carry it out says: refusals first. */
static void
outlook_lines(const struct review *review)
{
	static const enum deploy_finding_kind listed[] = {DEPLOY_RESTART, DEPLOY_REMOVAL};
	const struct deploy_review *outlook = &review->outlook;

	for (size_t i = 0; i < outlook->finding_count; i++)
		if (outlook->findings[i].kind == DEPLOY_REFUSED)
			output_text_line(_("  Refused: %s"), outlook->findings[i].message.raw);
	for (size_t i = 0; i < outlook->finding_count; i++)
		if (outlook->findings[i].kind == DEPLOY_WARNING)
			output_text_line(_("  Warning: %s"), outlook->findings[i].message.raw);
	if (review->verb == FLOW_CLONE)
		output_text_objects(outlook->objects, true);
	for (size_t i = 0; i < outlook->finding_count; i++)
		if (outlook->findings[i].kind == DEPLOY_ADJUSTED)
			output_text_line(_("  Adjusted: %s"), outlook->findings[i].message.raw);
	for (size_t i = 0; i < outlook->finding_count; i++)
		if (outlook->findings[i].kind == DEPLOY_NOTE)
			output_text_line(_("  Note: %s"), outlook->findings[i].message.raw);
	for (size_t i = 0; i < outlook->finding_count; i++)
		if (outlook->findings[i].kind == DEPLOY_LEFT)
			output_text_line(_("  Not cloned: %s: %s"),
					 untrusted_raw(&outlook->findings[i].object),
					 untrusted_raw(&outlook->findings[i].message));
	for (size_t i = 0; i < sizeof(listed) / sizeof(listed[0]); i++) {
		char *line = review_outlook_line(review, listed[i]);

		if (line)
			output_text_line("  %s", line);
		free(line);
	}
	repository_lines(review);
}

void
output_text_review(const struct review *review)
{
	output_text_line(_("Review: %s %s%s%s"), flow_verb_name(review->verb),
			 review->source ? review->source : "", review->source ? _(" to ") : "",
			 review->env);
	if (review->verb == FLOW_CLONE) {
		output_text_line(_("  The same workloads and versions, with new resources."));
		for (size_t i = 0; i < review->changes.count; i++)
			if (review->changes.items[i].is_value)
				change_line(&review->changes.items[i]);
	} else if (review->verb == FLOW_DISCARD && review->place) {
		output_text_line("  %s", _("Everything in it is deleted: its namespace with all "
					   "objects, and its history on the platform."));
	} else if (review->verb == FLOW_DISCARD) {
		output_text_line(_(
			"  Everything in it is deleted: processes, databases, and its history on the platform."));
	} else {
		output_text_changes(&review->changes);
	}
	if (review->moved)
		output_text_line(
			_("  %s has moved since it was cloned; what others changed stays."),
			review->env);
	if (review->primed)
		output_text_line(_(
			"  Its base was changed: the next deployment does not start from what is running."));
	for (size_t i = 0; i < review->caution_count; i++)
		output_text_line(_("  Caution: %s"), review->cautions[i]);
	for (size_t i = 0; i < review->finding_count; i++)
		output_text_line(review->findings[i].is_acknowledged ? _("  Acknowledged %s: %s")
								     : _("  Finding %s: %s"),
				 review->findings[i].id, review->findings[i].text);
	outlook_lines(review);
	for (size_t i = 0; i < review->send_count; i++)
		output_text_line(_("  Sends: %s"), review->sends[i]);
	if (review->way_back && *review->way_back)
		output_text_line(_("  Rollback: %s"), review->way_back);
	if (review->place)
		output_text_line(review->is_new_place ? _("  Will run in: %s (new)")
						      : _("  Runs in: %s"),
				 review->place);
}

void
output_text_history(const struct operation_list *list)
{
	static const char *const states[] = {
		[OPERATION_PREPARED] = N_("prepared"), [OPERATION_RUNNING] = N_("running"),
		[OPERATION_DONE] = N_("done"),	       [OPERATION_FAILED] = N_("failed"),
		[OPERATION_ABANDONED] = N_("abandoned"), [OPERATION_UNWATCHED] = N_("unwatched"),
		[OPERATION_INTERRUPTED] = N_("interrupted"),
	};

	for (size_t i = list->count; i-- > 0;) {
		const struct operation *o = &list->items[i];
		char stamp[CLOCK_STAMP_SIZE];

		clock_local(stamp, o->created_at);
		output_text_line("%.10s %.5s %s %s %s%s%s%s%s", stamp, stamp + 11,
				 (size_t)o->state < sizeof(states) / sizeof(states[0])
					 ? _(states[o->state])
					 : "?",
				 untrusted_raw(&o->verb), untrusted_raw(&o->source),
				 o->source.raw ? " > " : "", untrusted_raw(&o->env),
				 *untrusted_raw(&o->summary) ? ": " : "",
				 untrusted_raw(&o->summary));
	}
	if (list->count == 0) {
		output_text_line(_("Nothing has been done from this machine yet."));
		output_text_line(_("\"environment ENV\" lists the deployments of everybody."));
	}
}
