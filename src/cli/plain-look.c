/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The plain lines' commands that only tell.
 *
 * A command prints what is known, and then fails for what is not: a script that looks at the
 * exit code cannot take half of an answer for the whole, and a person has at least the half.
 */
#include "config.h"

#include "cli/plain-look.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "cli/command.h"
#include "cli/names.h"
#include "cli/output-json-outlook.h"
#include "cli/output-json-environment.h"
#include "cli/output-json.h"
#include "cli/output-text-details.h"
#include "cli/output-text.h"
#include "cli/plain-fail.h"
#include "cli/plain-interrupted.h"
#include "cli/plain-state.h"
#include "compare/changes.h"
#include "flow/clones.h"
#include "flow/hotfix.h"
#include "flow/session.h"
#include "flow/verbs/clone-parts.h"
#include "flow/verbs/interrupted.h"
#include "flow/world/details.h"
#include "flow/world/moments.h"
#include "flow/world/past.h"
#include "flow/world/world.h"
#include "model/adoption-report.h"
#include "model/image.h"
#include "model/set.h"
#include "store/history.h"

#define OWNER_WAIT_MS 3000

/* --- the board --- */

void
plain_board(struct plain *p, char **words, size_t count)
{
	const struct world_application *a = plain_application(p);

	(void)words;
	(void)count;
	if (a && plain_wants_json(p))
		plain_print_json(p, output_json_application(p->org, a));
	else if (a)
		output_text_board(a);
	else
		output_text_line(_("No application is open. \"applications\" lists them."));
	for (size_t i = 0; a && i < a->count; i++)
		plain_check_parts(p, &a->environments[i]);
	if (a)
		(void)plain_clones_told(p);
	plain_check_lists(p);
}

/* "2026-03-02", with "09:15" or not: where the person is.  Also what the API writes. */
static bool
parse_time(const char *text, int64_t *wall_ms)
{
	char *stamp = xasprintf("%.10s %s", text, strlen(text) > 11 ? text + 11 : "00:00");
	bool right = (strlen(text) == 10 || strlen(text) == 16) &&
		     (text[10] == '\0' || text[10] == ' ' || text[10] == 'T') &&
		     clock_parse_local(stamp, wall_ms);

	free(stamp);
	return right || clock_parse(text, wall_ms);
}

void
plain_snapshot(struct plain *p, char **words, size_t count)
{
	char *stamp = count > 1 ? xasprintf("%s %s", words[0], words[1]) : xstrdup(words[0]);
	struct moments *then = NULL;
	struct error err = {0};
	int64_t at;

	if (!p->app || !parse_time(stamp, &at)) {
		plain_fail(p, EXIT_USAGE,
			   _("Invalid time \"%s\". Give a date and time such as 2026-03-02 09:15."),
			   stamp);
	} else if (at > clock_wall_ms()) {
		plain_fail(p, EXIT_USAGE, _("%s is in the future."), stamp);
	} else {
		then = moments_open(p->session, p->org, p->app, at, &err);
		if (!then)	/* nobody can read any more what was not kept */
			plain_fail(p, EXIT_UNREAD, "%s", err.text);
	}
	if (then && moments_world(then)->count > 0 && plain_wants_json(p))
		plain_print_json(
			p, output_json_application(
				   p->org, &moments_world(then)->organizations[0].applications[0]));
	else if (then && moments_world(then)->count > 0)
		output_text_board(&moments_world(then)->organizations[0].applications[0]);
	moments_close(then);
	free(stamp);
}

void
plain_applications(struct plain *p, char **words, size_t count)
{
	const struct world *world = session_world(p->session);
	const char *only = p->once ? p->org : NULL;

	(void)words;
	(void)count;
	plain_check_lists(p);
	if (plain_wants_json(p)) {
		plain_print_json(p, output_json_world(world, only));
		return;
	}
	for (size_t i = 0; i < world->count; i++) {
		const struct world_organization *o = &world->organizations[i];

		if (only && !untrusted_is(&o->organization.id, only))
			continue;
		output_text_line("%s", untrusted_raw(&o->organization.id));
		for (size_t j = 0; j < o->count; j++)
			output_text_line(
				"    %s%s", untrusted_raw(&o->applications[j].application.id),
				p->app && p->org && untrusted_is(&o->organization.id, p->org) &&
						untrusted_is(&o->applications[j].application.id,
							     p->app)
					? _(" (open)")
					: "");
	}
}

void
plain_open(struct plain *p, char **words, size_t count)
{
	const char *org = count > 1 ? words[0] : p->org, *app = words[count - 1];

	if (!org || !world_application(session_world(p->session), org, app)) {
		plain_fail(p, EXIT_USAGE,
			   _("There is no application \"%s\". \"applications\" lists them."), app);
		return;
	}
	if (count > 1) {
		free(p->org);
		p->org = xstrdup(org);
	}
	free(p->app);
	p->app = xstrdup(app);
	session_focus(p->session, p->org, p->app);
	plain_wait_anew(p);
	plain_board(p, NULL, 0);
}

/* --- one environment from near --- */

static bool
are_details_known(void *data)
{
	const struct details *d = data;

	return (details_values_known(d) || details_values_error(d)->kind != ERROR_NONE) &&
	       (details_deployments_known(d) || details_deployments_error(d)->kind != ERROR_NONE);
}

static void
check_details(struct plain *p, const struct details *details)
{
	if (!details_values_known(details))
		plain_fail(p, EXIT_UNREAD, _("The values could not be read: %s"),
			   plain_why(details_values_error(details)));
	if (!details_deployments_known(details))
		plain_fail(p, EXIT_UNREAD, _("The deployments could not be read: %s"),
			   plain_why(details_deployments_error(details)));
}

/* What a clone of it would get, where it was found in a cluster; NULL: it was not. */
static json_t *
clone_list(const struct plain *p, const struct world_environment *e)
{
	const struct world_organization *o = world_organization(session_world(p->session), p->org);
	const json_t *left = o ? adoption_left(&o->adoption, untrusted_raw(&e->environment.id))
			       : NULL;
	json_t *list = json_array();
	const json_t *one;
	size_t i;

	json_array_foreach(left, i, one) {
		struct left_object it;

		left_object_read(&it, one);
		json_array_append_new(list, json_pack("{s:s?, s:s}", "object", it.object.raw, "why",
						      untrusted_raw(&it.why)));
		left_object_clear(&it);
	}
	if (left && e->set)
		return json_pack("{s:b, s:o, s:o, s:o}", "is_part",
				 adoption_is_part(&o->adoption, untrusted_raw(&e->environment.id)),
				 "objects", clone_objects_of_set(e->set, true), "left_out",
				 clone_objects_of_set(e->set, false), "not_cloned", list);
	json_decref(list);
	return NULL;
}

static void
print_details(struct plain *p, const struct world_environment *e, const struct details *details)
{
	json_t *clone = clone_list(p, e);

	if (plain_wants_json(p)) {
		json_t *object = output_json_environment(e, details);

		if (clone)
			json_object_set(object, "clone", clone);
		output_json_put_failure(object, e);
		plain_print_json(p, object);
	} else {
		output_text_head(e);
		output_text_failure(e);
		output_text_workloads(e);
		output_text_resources(e);
		output_text_values(details);
		output_text_deployments(details, e);
		output_text_clone_list(clone);
	}
	json_decref(clone);
}

void
plain_environment_details(struct plain *p, char **words, size_t count)
{
	struct details *details;
	const struct world_environment *e;

	(void)count;
	if (!plain_environment(p, words[0]))
		return;
	details = details_open(p->session, p->org, p->app, words[0]);
	(void)plain_wait(p, are_details_known, details);
	/* It may have gone while that was read. */
	e = plain_environment(p, words[0]);
	if (e) {
		print_details(p, e, details);
		plain_check_parts(p, e);
	}
	if (e && p->once && !p->once->offline)
		check_details(p, details);
	details_close(details);
}

void
plain_versions(struct plain *p, char **words, size_t count)
{
	const struct world_environment *e = plain_environment(p, words[0]);
	const char *reference = e && e->set ? set_module_image(e->set, words[1]) : NULL;
	const struct world_organization *o = world_organization(session_world(p->session), p->org);
	struct image image;

	(void)count;
	if (!e || !o || !plain_workload(p, e, words[1]))
		return;
	if (!reference) {
		plain_fail(p, EXIT_FAILED, _("The workload %s has no image."), words[1]);
		return;
	}
	image_parse(&image, reference);
	if (plain_wants_json(p))
		plain_print_json(p, output_json_versions(o, &image));
	for (size_t i = 0; i < o->version_count && !plain_wants_json(p); i++)
		if (!o->versions[i].archived && untrusted_is(&o->versions[i].name, image.name))
			output_text_line("  %s%s", untrusted_raw(&o->versions[i].version),
					 untrusted_is(&o->versions[i].version, image.version)
						 ? _(" runs here")
						 : "");
	for (size_t i = 0; i < o->version_count && p->code == EXIT_OK; i++)
		if (!untrusted_raw(&o->versions[i].name)[0])
			plain_check_list(p, &o->versions[i].problem);
	image_clear(&image);
}

/* --- one against another --- */

/* What is compared: "qa", or "qa@" and the beginning of a deployment's id. */
struct diff_side {
	char *env, *deployment;		/* deployment NULL: as it is now */
	struct details *details;
	struct past *past;
	struct set *set;		/* with its values when they are known; NULL: not known */
};

static void
close_side(struct diff_side *side)
{
	set_unref(side->set);
	past_close(side->past);
	details_close(side->details);
	free(side->env);
	free(side->deployment);
}

static bool
is_past_known(void *data)
{
	return past_is_settled(data);
}

static void
read_deployment(struct plain *p, struct diff_side *side)
{
	const struct deployment *d = NULL;
	size_t found = 0;

	side->details = details_open(p->session, p->org, p->app, side->env);
	(void)plain_wait(p, are_details_known, side->details);
	if (!details_deployments_known(side->details)) {
		plain_fail(p, EXIT_UNREAD, _("The deployments could not be read: %s"),
			   plain_why(details_deployments_error(side->details)));
		return;
	}
	for (size_t i = 0; i < details_deployment_count(side->details); i++) {
		const struct deployment *one = details_deployment(side->details, i);

		if (strncmp(untrusted_raw(&one->id), side->deployment, strlen(side->deployment)) ==
		    0) {
			d = one;
			found++;
		}
	}
	if (found != 1) {
		plain_fail(
			p, EXIT_USAGE,
			found ? _("Several deployments of %s begin with \"%s\". Give more of the id.")
			      : _("%s has no deployment \"%s\". \"environment\" lists them."),
			side->env, side->deployment);
		return;
	}
	side->past = past_open(p->session, p->org, p->app, side->env, untrusted_raw(&d->id),
			       untrusted_raw(&d->set_id));
	if (!plain_wait(p, is_past_known, side->past))
		plain_fail(p, EXIT_UNREAD, "%s", plain_why(NULL));
	else if (past_set(side->past))
		side->set = past_shown(side->past);
	else
		plain_fail_error(p, past_error(side->past), EXIT_STAGE_READ);
}

static void
read_side(struct plain *p, struct diff_side *side, const char *word)
{
	const char *at = strchr(word, '@');
	const struct world_environment *e;

	side->env = at ? xasprintf("%.*s", (int)(at - word), word) : xstrdup(word);
	side->deployment = at ? xstrdup(at + 1) : NULL;
	e = plain_environment(p, side->env);
	if (!e)
		return;
	if (at && !at[1])	/* every id begins with nothing */
		plain_fail(p, EXIT_USAGE,
			   _("%s has no deployment \"%s\". \"environment\" lists them."), side->env,
			   "");
	else if (side->deployment)
		read_deployment(p, side);
	else if (!e->set)
		plain_fail_set(p, e);
}

/* What was not compared is no "same". */
static void
fail_without_values(struct plain *p, const struct diff_side *side,
		    const struct world_environment *e)
{
	const struct error *why = e ? knowledge_why(world_known(e, WORLD_VALUES)) :
				  side->past ? past_values_error(side->past) : NULL;

	const bool unasked = e && world_known(e, WORLD_VALUES)->state == KNOWLEDGE_NONE;

	/* Its set is then the one that it was made of.  Where its deployments could not be read
	 * that is not known. */
	if (side->set && unasked && e->environment.last_deploy.id.raw && !e->running.id.raw &&
	    world_known(e, WORLD_SET)->state == KNOWLEDGE_KNOWN)
		plain_fail(p, EXIT_UNREAD,
			   _("No deployment to %s has succeeded yet, so it is not compared."),
			   side->env);
	else if (side->set && !set_values(side->set) &&
		 ((why && why->kind != ERROR_NONE) || unasked))
		plain_fail(p, EXIT_UNREAD,
			   _("The values of %s could not be read, and are not compared: %s"),
			   side->env, plain_why(why));
}

/* Nor is what was read and cannot be compared.  Whether there was such. */
static bool
fail_not_comparable(struct plain *p, const struct values *from, const struct values *to)
{
	char *keys = changes_not_comparable(from, to);
	bool are_some = keys != NULL;

	if (are_some)
		plain_fail(p, EXIT_UNREAD, _("Secrets that cannot be compared: %s"), keys);
	free(keys);
	return are_some;
}

/* The exit code of diff means something when it is 1, so no failure may have that code. */
void
plain_diff(struct plain *p, char **words, size_t count)
{
	struct diff_side sides[2] = {0};
	const struct values *values[2] = {NULL, NULL};
	struct changes changes;
	bool are_all_compared;

	(void)count;
	read_side(p, &sides[1], words[1]);
	read_side(p, &sides[0], words[0]);
	/* Reading one side takes time, in which the other's environment may get another set. */
	for (int i = 0; i < 2; i++) {
		const struct world_environment *e = p->code == 0 && !sides[i].deployment
							    ? plain_environment(p, sides[i].env)
							    : NULL;

		if (e)
			sides[i].set = world_shown(e);
		values[i] = e ? e->values : sides[i].past ? past_values(sides[i].past) : NULL;
		fail_without_values(p, &sides[i], e);
	}
	are_all_compared = !fail_not_comparable(p, values[0], values[1]);
	/* That code says that differences were found. */
	if (p->once && p->code == EXIT_FAILED)
		p->code = EXIT_UNREAD;
	if (sides[0].set && sides[1].set) {
		changes_between(&changes, sides[0].set, sides[1].set);
		if (p->once && changes.count > 0 && p->code == 0)
			p->code = EXIT_FAILED;
		if (plain_wants_json(p))
			plain_print_json(p, output_json_changes(&changes));
		else if (changes.count > 0 || are_all_compared)
			output_text_changes(&changes);
		changes_clear(&changes);
	}
	close_side(&sides[0]);
	close_side(&sides[1]);
}

/* --- what was done --- */

static bool
are_clones_told(void *data)
{
	clones_update(data);
	return clones_is_settled(data);
}

void
plain_clones(struct plain *p, char **words, size_t count)
{
	struct clones *clones = clones_open(p->session, p->org);
	size_t shown = 0;
	bool told;

	(void)words;
	(void)count;
	told = plain_wait(p, are_clones_told, clones);
	if (plain_wants_json(p))
		plain_print_json(p, output_json_clones(clones, p->once ? p->app : NULL));
	for (size_t i = 0; i < clones_count(clones) && !plain_wants_json(p); i++) {
		if (p->once && p->app && strcmp(clones_get(clones, i)->app, p->app) != 0)
			continue;
		output_text_clone(clones_get(clones, i));
		shown++;
	}
	if (shown == 0 && !plain_wants_json(p))
		output_text_line(_("There are no clones."));
	if (clones_untold(clones) > 0)
		plain_fail(p, EXIT_UNREAD,
			   ngettext("Whether %zu environment is a clone could not be read.",
				    "Whether %zu environments are clones could not be read.",
				    clones_untold(clones)),
			   clones_untold(clones));
	plain_check_told(p, told, clones_error(clones));
	(void)plain_check_history(p); /* it has the ends of the clones */
	plain_check_lists(p);
	clones_close(clones);
}

/* Without the lists, as with an empty cache, nobody knows that what was named is not there. */
static bool
are_names_known(const struct plain *p)
{
	const struct world *world = session_world(p->session);

	for (size_t i = 0; p->app && i < world->count; i++)
		if ((!p->org || untrusted_is(&world->organizations[i].organization.id, p->org)) &&
		    world->organizations[i].known.at == 0)
			return false;
	return world->known.at > 0;
}

/*
 * Whether the organization and the application that were named are in the history, or were once
 * seen: neither needs the platform.  When not, that was said.
 */
static bool
is_history_there(struct plain *p)
{
	const struct world *world = session_world(p->session);
	struct history_query query = {
		.url = session_platform(p->session), .org = p->org, .app = p->app, .limit = 1};
	struct operation_list list = {0};
	const char *org, *app;
	struct error err = {0};
	size_t count;

	if ((!p->org && !p->app) || !are_names_known(p) ||
	    store_history_list(session_store(p->session), &query, &list, NULL) != 0)
		return true;
	count = list.count;
	operation_list_clear(&list);
	if (count > 0 || (p->app ? names_application(world, p->org, p->app, &org, &app, &err)
				 : names_organization(world, p->org, &err)) == 0)
		return true;
	plain_fail_error(p, &err, EXIT_STAGE_WORDS);
	return false;
}

void
plain_history(struct plain *p, char **words, size_t count)
{
	char *find = plain_joined(p, words, count);
	struct history_query query = {.limit = 100, .find = find};
	struct operation_list list = {0};
	struct error err = {0};

	if (!find)
		return;
	plain_await_records(p);
	/* Which platform answers at the address may have become known by that. */
	query.url = session_platform(p->session);
	if (p->once) {
		query.org = p->org;
		query.app = p->app;
		if (!is_history_there(p)) {
			free(find);
			return;
		}
	}
	if (store_history_list(session_store(p->session), &query, &list, &err) == 0)
		interrupted_mark(p->session, &list);
	if (err.kind != ERROR_NONE)
		plain_fail_error(p, &err, EXIT_STAGE_READ);
	else if (plain_wants_json(p))
		plain_print_json(p, output_json_history(&list));
	else if (list.count == 0 && count > 0)
		output_text_line(_("No match."));
	else
		output_text_history(&list);
	operation_list_clear(&list);
	free(find);
}

struct hotfix_wait {
	struct hotfix *hotfix;
	int64_t settled_at;		/* steady ms; 0: it is not yet */
};

/* What others did is told by the platform alone; one that has just started looks what its owner has
 * made of a promotion, which takes a moment, or for ever. */
static bool
is_hotfix_told(void *data)
{
	struct hotfix_wait *wait = data;

	hotfix_update(wait->hotfix);
	if (!hotfix_is_settled(wait->hotfix))
		return false;
	if (wait->settled_at == 0)
		wait->settled_at = clock_steady_ms();
	return !hotfix_owner_is_unknown(wait->hotfix) ||
	       clock_steady_ms() - wait->settled_at > OWNER_WAIT_MS;
}

void
plain_hotfix(struct plain *p, char **words, size_t count)
{
	struct error err = {0};
	char *env = count    ? xstrdup(words[0])
		    : p->app ? hotfix_newest(p->session, p->org, p->app, &err)
			     : NULL;
	struct hotfix *hotfix;
	bool told;

	if (err.kind != ERROR_NONE) {
		plain_fail_error(p, &err, EXIT_STAGE_READ);
		return;
	}
	if (!env && p->app && !plain_clones_told(p))
		return;
	if (!env && plain_wants_json(p)) {
		plain_print_json(p, json_null());
		return;
	}
	if (!env) {
		output_text_line(_("No hotfix was begun yet. Type \"clone\" to begin one."));
		return;
	}
	if (!p->app) {
		plain_fail(p, EXIT_USAGE,
			   _("No application is open. \"applications\" lists them."));
		free(env);
		return;
	}
	hotfix = hotfix_open(p->session, p->org, p->app, env);
	told = plain_wait(p, is_hotfix_told, &(struct hotfix_wait){.hotfix = hotfix});
	if (hotfix_is_known(hotfix) && plain_wants_json(p))
		plain_print_json(p, output_json_hotfix(hotfix));
	else if (hotfix_is_known(hotfix))
		output_text_hotfix(hotfix);
	else
		plain_fail_hotfix(p, hotfix);
	if (hotfix_is_known(hotfix))
		plain_check_told(p, told, hotfix_error(hotfix));
	hotfix_close(hotfix);
	free(env);
}
