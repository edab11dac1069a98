/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What did not work, for people and for scripts: the words and the exit code.  A name that is not
 * there is told with those that may have been meant; what could not be read is never left out
 * silently.
 */
#include "config.h"

#include "cli/plain-fail.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/knowledge.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "cli/command.h"
#include "cli/names.h"
#include "cli/output-text.h"
#include "cli/plain-state.h"
#include "flow/hotfix.h"
#include "flow/session.h"
#include "flow/world/world.h"
#include "model/set.h"
#include "store/history.h"

static void __attribute__((format(printf, 2, 0)))
complain(const struct linear *l, const char *format, va_list args)
{
	char *text = xvasprintf(format, args);

	if (l->once)
		lines_complain("sidestage: %s", text);
	else
		lines_say("%s", text);
	free(text);
}

void
linear_fail(struct linear *l, enum exit_code code, const char *format, ...)
{
	va_list args;

	/* The first thing that failed decides. */
	if (l->code == EXIT_OK)
		l->code = code;
	va_start(args, format);
	complain(l, format, args);
	va_end(args);
}

bool
linear_check_history(struct linear *l)
{
	struct history_query query = {.limit = 1};
	struct operation_list list = {0};
	struct error err = {0};

	if (store_history_list(session_store(l->session), &query, &list, &err) != 0)
		linear_fail_error(l, &err, EXIT_STAGE_READ);
	operation_list_clear(&list);
	return err.kind == ERROR_NONE;
}

void
linear_note(struct linear *l, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(l, format, args);
	va_end(args);
}

/* Why the history is not there was said before the command began (screen.c). */
static bool
was_said(const struct linear *l, const struct error *error)
{
	const char *problem = session_history_problem(l->session);

	return problem && strstr(problem, error->text);
}

void
linear_fail_error(struct linear *l, const struct error *error, enum exit_stage stage)
{
	if (was_said(l, error))
		l->code = l->code == EXIT_OK ? exit_code_of(error->kind, stage) : l->code;
	else
		linear_fail(l, exit_code_of(error->kind, stage), "%s", error->text);
}

const char *
linear_why(const struct error *error)
{
	return error && error->kind != ERROR_NONE ? error->text
						  : _("The platform has not answered.");
}

void
linear_check_told(struct linear *l, bool told, const struct error *error)
{
	if (!l->once || l->once->offline || (told && !error))
		return;
	linear_fail(l, EXIT_UNREAD, _("Not everything about it could be read: %s"),
		    linear_why(error));
}

const struct world_environment *
linear_environment(struct linear *l, const char *id)
{
	const struct world_application *a = linear_application(l);
	const struct world_environment *e =
		a ? world_environment(session_world(l->session), l->org, l->app, id) : NULL;
	struct error err = {0};

	if (e)
		return e;
	if (!a)
		linear_fail(l, EXIT_USAGE,
			    _("No application is open. \"applications\" lists them."));
	else if (a->known.at == 0)
		linear_fail(l, EXIT_UNREAD, _("The environments of %s could not be read: %s"),
			    l->app, linear_why(&a->known.why));
	else if (names_no_environment(a, id, &err) != 0)
		linear_fail_error(l, &err, EXIT_STAGE_WORDS);
	return NULL;
}

void
linear_fail_clone(struct linear *l, const char *env)
{
	const struct world_application *a = linear_application(l);
	struct error err = {0};

	if (a)
		(void)!names_no_clone(a, env, &err);
	else
		error_set(&err, ERROR_NOT_FOUND, _("There is no clone \"%s\"."), env);
	linear_fail_error(l, &err, EXIT_STAGE_WORDS);
}

void
linear_fail_hotfix(struct linear *l, const struct hotfix *hotfix)
{
	if (hotfix_error(hotfix))
		linear_fail_error(l, hotfix_error(hotfix), EXIT_STAGE_READ);
	else if (!hotfix_is_settled(hotfix))
		linear_fail(l, EXIT_UNREAD, "%s", linear_why(NULL));
	else
		linear_fail_clone(l, hotfix_env(hotfix));
}

void
linear_fail_set(struct linear *l, const struct world_environment *e)
{
	const struct knowledge *known = world_known(e, WORLD_SET);

	if (known->state == KNOWLEDGE_ABSENT)
		linear_fail(l, EXIT_FAILED, _("Nothing was deployed to %s."),
			    untrusted_raw(&e->environment.id));
	else
		linear_fail(l, EXIT_UNREAD, _("The workloads of %s could not be read: %s"),
			    untrusted_raw(&e->environment.id), linear_why(&known->why));
}

bool
linear_workload(struct linear *l, const struct world_environment *e, const char *workload)
{
	const char *env = untrusted_raw(&e->environment.id);
	struct error err = {0};

	if (e->set && set_module(e->set, workload))
		return true;
	if (e->set && names_no_workload(e->set, env, workload, &err) != 0)
		linear_fail_error(l, &err, EXIT_STAGE_WORDS);
	else
		linear_fail_set(l, e);
	return false;
}

/* NULL: it was read, or there is nothing to read. */
static const char *
why_unread(const struct world_environment *e, enum world_part part)
{
	const struct knowledge *known = world_known(e, part);

	return known->state == KNOWLEDGE_UNREADABLE ? known->why.text : NULL;
}

void
linear_check_parts(struct linear *l, const struct world_environment *e)
{
	const char *env = untrusted_raw(&e->environment.id), *why;

	if (!l->once || l->once->offline)
		return;
	if ((why = why_unread(e, WORLD_SET)))
		linear_fail(l, EXIT_UNREAD, _("The workloads of %s could not be read: %s"), env,
			    why);
	if ((why = why_unread(e, WORLD_RUNTIME)))
		linear_fail(l, EXIT_UNREAD, _("The state of %s could not be read: %s"), env, why);
	if ((why = why_unread(e, WORLD_RESOURCES)))
		linear_fail(l, EXIT_UNREAD, _("The resources of %s could not be read: %s"), env,
			    why);
	if ((why = why_unread(e, WORLD_ERRORS)))
		linear_fail(l, EXIT_UNREAD,
			    _("Why the deployment to %s failed could not be read: %s"), env, why);
}

/* An entry without an id cannot be shown, and may be the one that is looked for. */
void
linear_check_list(struct linear *l, const struct untrusted *problem)
{
	if (problem->raw && l->once && !l->once->offline)
		linear_fail(l, EXIT_UNREAD,
			    _("A part of the platform's answer could not be read: %s"),
			    untrusted_raw(problem));
}

void
linear_check_lists(struct linear *l)
{
	const struct world *world = session_world(l->session);
	const struct world_application *a = linear_application(l);

	if (!l->once || l->once->offline)
		return;
	linear_check_list(l, &world->problem);
	for (size_t i = 0; i < world->count; i++)
		if (!l->org || untrusted_is(&world->organizations[i].organization.id, l->org))
			linear_check_list(l, &world->organizations[i].problem);
	if (a)
		linear_check_list(l, &a->problem);
}

bool
linear_clones_told(struct linear *l)
{
	const struct error *why = l->once && !l->once->offline ? session_clones_error(l->session)
							       : NULL;

	if (why)
		linear_fail(l, exit_code_of(why->kind, EXIT_STAGE_READ),
			    _("Which environments are clones could not be read: %s"), why->text);
	return !why;
}
