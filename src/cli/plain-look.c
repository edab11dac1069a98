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
#include "flow/verbs/interrupted.h"
#include "flow/world/details.h"
#include "flow/world/moments.h"
#include "flow/world/past.h"
#include "flow/world/world.h"
#include "model/image.h"
#include "model/set.h"
#include "store/history.h"

/* --- the board --- */

void
linear_board(struct linear *l, char **words, size_t count)
{
	const struct world_application *a = linear_application(l);

	(void)words;
	(void)count;
	if (a && linear_wants_facts(l))
		linear_facts(l, facts_application(l->org, a));
	else if (a)
		lines_board(a);
	else
		lines_say(_("No application is open. \"applications\" lists them."));
	for (size_t i = 0; a && i < a->count; i++)
		linear_check_parts(l, &a->environments[i]);
	if (a)
		(void)linear_clones_told(l);
	linear_check_lists(l);
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
linear_snapshot(struct linear *l, char **words, size_t count)
{
	char *stamp = count > 1 ? xasprintf("%s %s", words[0], words[1]) : xstrdup(words[0]);
	struct moments *then = NULL;
	struct error err = {0};
	int64_t at;

	if (!l->app || !parse_time(stamp, &at)) {
		linear_fail(
			l, EXIT_USAGE,
			_("Invalid time \"%s\". Give a date and time such as 2026-03-02 09:15."),
			stamp);
	} else if (at > clock_wall_ms()) {
		linear_fail(l, EXIT_USAGE, _("%s has not come yet."), stamp);
	} else {
		then = moments_open(l->session, l->org, l->app, at, &err);
		if (!then)	/* nobody can read any more what was not kept */
			linear_fail(l, EXIT_UNREAD, "%s", err.text);
	}
	if (then && moments_world(then)->count > 0 && linear_wants_facts(l))
		linear_facts(
			l, facts_application(
				   l->org, &moments_world(then)->organizations[0].applications[0]));
	else if (then && moments_world(then)->count > 0)
		lines_board(&moments_world(then)->organizations[0].applications[0]);
	moments_close(then);
	free(stamp);
}

void
linear_applications(struct linear *l, char **words, size_t count)
{
	const struct world *world = session_world(l->session);
	const char *only = l->once ? l->org : NULL;

	(void)words;
	(void)count;
	linear_check_lists(l);
	if (linear_wants_facts(l)) {
		linear_facts(l, facts_world(world, only));
		return;
	}
	for (size_t i = 0; i < world->count; i++) {
		const struct world_organization *o = &world->organizations[i];

		if (only && !untrusted_is(&o->organization.id, only))
			continue;
		lines_say("%s", untrusted_raw(&o->organization.id));
		for (size_t j = 0; j < o->count; j++)
			lines_say("    %s%s", untrusted_raw(&o->applications[j].application.id),
				  l->app && l->org && untrusted_is(&o->organization.id, l->org) &&
						  untrusted_is(&o->applications[j].application.id,
							       l->app)
					  ? _(" (open)")
					  : "");
	}
}

void
linear_open(struct linear *l, char **words, size_t count)
{
	const char *org = count > 1 ? words[0] : l->org, *app = words[count - 1];

	if (!org || !world_application(session_world(l->session), org, app)) {
		linear_fail(l, EXIT_USAGE,
			    _("There is no application \"%s\". \"applications\" lists them."), app);
		return;
	}
	if (count > 1) {
		free(l->org);
		l->org = xstrdup(org);
	}
	free(l->app);
	l->app = xstrdup(app);
	session_focus(l->session, l->org, l->app);
	linear_wait_anew(l);
	linear_board(l, NULL, 0);
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
check_details(struct linear *l, const struct details *details)
{
	if (!details_values_known(details))
		linear_fail(l, EXIT_UNREAD, _("The values could not be read: %s"),
			    linear_why(details_values_error(details)));
	if (!details_deployments_known(details))
		linear_fail(l, EXIT_UNREAD, _("The deployments could not be read: %s"),
			    linear_why(details_deployments_error(details)));
}

void
linear_environment_near(struct linear *l, char **words, size_t count)
{
	struct details *details;
	const struct world_environment *e;

	(void)count;
	if (!linear_environment(l, words[0]))
		return;
	details = details_open(l->session, l->org, l->app, words[0]);
	(void)linear_wait(l, are_details_known, details);
	/* It may have gone while that was read. */
	e = linear_environment(l, words[0]);
	if (e && linear_wants_facts(l)) {
		linear_facts(l, facts_environment(e, details));
	} else if (e) {
		lines_head(e);
		lines_workloads(e);
		lines_resources(e);
		lines_values(details);
		lines_deployments(details, e);
	}
	if (e)
		linear_check_parts(l, e);
	if (e && l->once && !l->once->offline)
		check_details(l, details);
	details_close(details);
}

void
linear_versions(struct linear *l, char **words, size_t count)
{
	const struct world_environment *e = linear_environment(l, words[0]);
	const char *reference = e && e->set ? set_module_image(e->set, words[1]) : NULL;
	const struct world_organization *o = world_organization(session_world(l->session), l->org);
	struct image image;

	(void)count;
	if (!e || !o || !linear_workload(l, e, words[1]))
		return;
	if (!reference) {
		linear_fail(l, EXIT_FAILED, _("The workload %s has no image."), words[1]);
		return;
	}
	image_parse(&image, reference);
	if (linear_wants_facts(l))
		linear_facts(l, facts_versions(o, &image));
	for (size_t i = 0; i < o->version_count && !linear_wants_facts(l); i++)
		if (!o->versions[i].archived && untrusted_is(&o->versions[i].name, image.name))
			lines_say("  %s%s", untrusted_raw(&o->versions[i].version),
				  untrusted_is(&o->versions[i].version, image.version)
					  ? _(" runs here")
					  : "");
	for (size_t i = 0; i < o->version_count && l->code == EXIT_OK; i++)
		if (!untrusted_raw(&o->versions[i].name)[0])
			linear_check_list(l, &o->versions[i].problem);
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
read_deployment(struct linear *l, struct diff_side *side)
{
	const struct deployment *d = NULL;
	size_t found = 0;

	side->details = details_open(l->session, l->org, l->app, side->env);
	(void)linear_wait(l, are_details_known, side->details);
	if (!details_deployments_known(side->details)) {
		linear_fail(l, EXIT_UNREAD, _("The deployments could not be read: %s"),
			    linear_why(details_deployments_error(side->details)));
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
		linear_fail(
			l, EXIT_USAGE,
			found ? _("Several deployments of %s begin with \"%s\". Give more of the id.")
			      : _("%s has no deployment \"%s\". \"environment\" lists them."),
			side->env, side->deployment);
		return;
	}
	side->past = past_open(l->session, l->org, l->app, side->env, untrusted_raw(&d->id),
			       untrusted_raw(&d->set_id));
	if (!linear_wait(l, is_past_known, side->past))
		linear_fail(l, EXIT_UNREAD, "%s", linear_why(NULL));
	else if (past_set(side->past))
		side->set = past_shown(side->past);
	else
		linear_fail_error(l, past_error(side->past), EXIT_STAGE_READ);
}

static void
read_side(struct linear *l, struct diff_side *side, const char *word)
{
	const char *at = strchr(word, '@');
	const struct world_environment *e;

	side->env = at ? xasprintf("%.*s", (int)(at - word), word) : xstrdup(word);
	side->deployment = at ? xstrdup(at + 1) : NULL;
	e = linear_environment(l, side->env);
	if (!e)
		return;
	if (at && !at[1])	/* every id begins with nothing */
		linear_fail(l, EXIT_USAGE,
			    _("%s has no deployment \"%s\". \"environment\" lists them."),
			    side->env, "");
	else if (side->deployment)
		read_deployment(l, side);
	else if (!e->set)
		linear_fail_set(l, e);
}

/* What was not compared is no "same". */
static void
fail_without_values(struct linear *l, const struct diff_side *side,
		    const struct world_environment *e)
{
	const struct error *why = e ? &world_known(e, WORLD_VALUES)->why :
				  side->past ? past_values_error(side->past) : NULL;

	const bool unasked = e && world_known(e, WORLD_VALUES)->state == KNOWLEDGE_NONE;

	if (side->set && !set_values(side->set) && ((why && why->kind != ERROR_NONE) || unasked))
		linear_fail(l, EXIT_UNREAD,
			    _("The values of %s could not be read, and are not compared: %s"),
			    side->env, linear_why(why));
}

/* Nor is what was read and cannot be compared.  Whether there was such. */
static bool
fail_not_comparable(struct linear *l, const struct values *from, const struct values *to)
{
	char *keys = changes_not_comparable(from, to);
	bool are_some = keys != NULL;

	if (are_some)
		linear_fail(l, EXIT_UNREAD, _("Secrets that cannot be compared: %s"), keys);
	free(keys);
	return are_some;
}

/* The exit code of diff means something when it is 1, so no failure may have that code. */
void
linear_diff(struct linear *l, char **words, size_t count)
{
	struct diff_side sides[2] = {0};
	const struct values *values[2] = {NULL, NULL};
	struct changes changes;
	bool are_all_compared;

	(void)count;
	read_side(l, &sides[1], words[1]);
	read_side(l, &sides[0], words[0]);
	/* Reading one side takes time, in which the other's environment may get another set. */
	for (int i = 0; i < 2; i++) {
		const struct world_environment *e = l->code == 0 && !sides[i].deployment
							    ? linear_environment(l, sides[i].env)
							    : NULL;

		if (e)
			sides[i].set = world_shown(e);
		values[i] = e ? e->values : sides[i].past ? past_values(sides[i].past) : NULL;
		fail_without_values(l, &sides[i], e);
	}
	are_all_compared = !fail_not_comparable(l, values[0], values[1]);
	/* That code says that differences were found. */
	if (l->once && l->code == EXIT_FAILED)
		l->code = EXIT_UNREAD;
	if (sides[0].set && sides[1].set) {
		changes_between(&changes, sides[0].set, sides[1].set);
		if (l->once && changes.count > 0 && l->code == 0)
			l->code = EXIT_FAILED;
		if (linear_wants_facts(l))
			linear_facts(l, facts_changes(&changes));
		else if (changes.count > 0 || are_all_compared)
			lines_changes(&changes);
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
linear_clones(struct linear *l, char **words, size_t count)
{
	struct clones *clones = clones_open(l->session, l->org);
	size_t shown = 0;
	bool told;

	(void)words;
	(void)count;
	told = linear_wait(l, are_clones_told, clones);
	if (linear_wants_facts(l))
		linear_facts(l, facts_clones(clones, l->once ? l->app : NULL));
	for (size_t i = 0; i < clones_count(clones) && !linear_wants_facts(l); i++) {
		if (l->once && l->app && strcmp(clones_get(clones, i)->app, l->app) != 0)
			continue;
		lines_clone(clones_get(clones, i));
		shown++;
	}
	if (shown == 0 && !linear_wants_facts(l))
		lines_say(_("There are no clones."));
	if (clones_untold(clones) > 0)
		linear_fail(l, EXIT_UNREAD,
			    ngettext("Whether %zu environment is a clone could not be read.",
				     "Whether %zu environments are clones could not be read.",
				     clones_untold(clones)), clones_untold(clones));
	linear_check_told(l, told, clones_error(clones));
	(void)linear_check_history(l);		/* it has the ends of the clones */
	linear_check_lists(l);
	clones_close(clones);
}

/* Without the lists, as with an empty cache, nobody knows that what was named is not there. */
static bool
are_names_known(const struct linear *l)
{
	const struct world *world = session_world(l->session);

	for (size_t i = 0; l->app && i < world->count; i++)
		if ((!l->org || untrusted_is(&world->organizations[i].organization.id, l->org)) &&
		    world->organizations[i].known.at == 0)
			return false;
	return world->known.at > 0;
}

/*
 * Whether the organization and the application that were named are in the history, or were once
 * seen: neither needs the platform.  When not, that was said.
 */
static bool
is_history_there(struct linear *l)
{
	const struct world *world = session_world(l->session);
	struct history_query query = {
		.url = session_platform(l->session), .org = l->org, .app = l->app, .limit = 1};
	struct operation_list list = {0};
	const char *org, *app;
	struct error err = {0};
	size_t count;

	if ((!l->org && !l->app) || !are_names_known(l) ||
	    store_history_list(session_store(l->session), &query, &list, NULL) != 0)
		return true;
	count = list.count;
	operation_list_clear(&list);
	if (count > 0 || (l->app ? names_application(world, l->org, l->app, &org, &app, &err)
				 : names_organization(world, l->org, &err)) == 0)
		return true;
	linear_fail_error(l, &err, EXIT_STAGE_WORDS);
	return false;
}

void
linear_history(struct linear *l, char **words, size_t count)
{
	char *find = linear_joined(l, words, count);
	struct history_query query = {.limit = 100, .find = find};
	struct operation_list list = {0};
	struct error err = {0};

	if (!find)
		return;
	linear_await_records(l);
	/* Which platform answers at the address may have become known by that. */
	query.url = session_platform(l->session);
	if (l->once) {
		query.org = l->org;
		query.app = l->app;
		if (!is_history_there(l)) {
			free(find);
			return;
		}
	}
	if (store_history_list(session_store(l->session), &query, &list, &err) == 0)
		interrupted_mark(l->session, &list);
	if (err.kind != ERROR_NONE)
		linear_fail_error(l, &err, EXIT_STAGE_READ);
	else if (linear_wants_facts(l))
		linear_facts(l, facts_history(&list));
	else if (list.count == 0 && count > 0)
		lines_say(_("No match."));
	else
		lines_history(&list);
	operation_list_clear(&list);
	free(find);
}

static bool
is_hotfix_told(void *data)
{
	hotfix_update(data);
	return hotfix_is_settled(data);	/* what others did is told by the platform alone */
}

void
linear_hotfix(struct linear *l, char **words, size_t count)
{
	struct error err = {0};
	char *env = count    ? xstrdup(words[0])
		    : l->app ? hotfix_newest(l->session, l->org, l->app, &err)
			     : NULL;
	struct hotfix *hotfix;
	bool told;

	if (err.kind != ERROR_NONE) {
		linear_fail_error(l, &err, EXIT_STAGE_READ);
		return;
	}
	if (!env && l->app && !linear_clones_told(l))
		return;
	if (!env && linear_wants_facts(l)) {
		linear_facts(l, json_null());
		return;
	}
	if (!env) {
		lines_say(_("There is no hotfix yet. \"clone\" begins one."));
		return;
	}
	if (!l->app) {
		linear_fail(l, EXIT_USAGE,
			    _("No application is open. \"applications\" lists them."));
		free(env);
		return;
	}
	hotfix = hotfix_open(l->session, l->org, l->app, env);
	told = linear_wait(l, is_hotfix_told, hotfix);
	if (hotfix_is_known(hotfix) && linear_wants_facts(l))
		linear_facts(l, facts_hotfix(hotfix));
	else if (hotfix_is_known(hotfix))
		lines_hotfix(hotfix);
	else
		linear_fail_hotfix(l, hotfix);
	if (hotfix_is_known(hotfix))
		linear_check_told(l, told, hotfix_error(hotfix));
	hotfix_close(hotfix);
	free(env);
}
