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
complain(const struct plain *p, const char *format, va_list args)
{
	char *text = xvasprintf(format, args);

	if (p->once)
		output_text_error("sidestage: %s", text);
	else
		output_text_line("%s", text);
	free(text);
}

void
plain_fail(struct plain *p, enum exit_code code, const char *format, ...)
{
	va_list args;

	/* The first thing that failed decides. */
	if (p->code == EXIT_OK)
		p->code = code;
	va_start(args, format);
	complain(p, format, args);
	va_end(args);
}

bool
plain_check_history(struct plain *p)
{
	struct history_query query = {.limit = 1};
	struct operation_list list = {0};
	struct error err = {0};

	if (store_history_list(session_store(p->session), &query, &list, &err) != 0)
		plain_fail_error(p, &err, EXIT_STAGE_READ);
	operation_list_clear(&list);
	return err.kind == ERROR_NONE;
}

void
plain_note(struct plain *p, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(p, format, args);
	va_end(args);
}

/* Why the history is not there was said before the command began (screen.c). */
static bool
was_said(const struct plain *p, const struct error *error)
{
	const char *problem = session_history_problem(p->session);

	return problem && strstr(problem, error->text);
}

void
plain_fail_error(struct plain *p, const struct error *error, enum exit_stage stage)
{
	if (was_said(p, error))
		p->code = p->code == EXIT_OK ? exit_code_of(error->kind, stage) : p->code;
	else
		plain_fail(p, exit_code_of(error->kind, stage), "%s", error->text);
}

const char *
plain_why(const struct error *error)
{
	return error && error->kind != ERROR_NONE ? error->text
						  : _("The platform has not answered.");
}

void
plain_check_told(struct plain *p, bool told, const struct error *error)
{
	if (!p->once || p->once->offline || (told && !error))
		return;
	plain_fail(p, EXIT_UNREAD, _("Not everything about it could be read: %s"),
		   plain_why(error));
}

const struct world_environment *
plain_environment(struct plain *p, const char *id)
{
	const struct world_application *a = plain_application(p);
	const struct world_environment *e =
		a ? world_environment(session_world(p->session), p->org, p->app, id) : NULL;
	struct error err = {0};

	if (e)
		return e;
	if (!a)
		plain_fail(p, EXIT_USAGE,
			   _("No application is open. \"applications\" lists them."));
	else if (a->known.at == 0)
		plain_fail(p, EXIT_UNREAD, _("The environments of %s could not be read: %s"),
			   p->app, plain_why(knowledge_why(&a->known)));
	else if (names_no_environment(a, id, &err) != 0)
		plain_fail_error(p, &err, EXIT_STAGE_WORDS);
	return NULL;
}

void
plain_fail_clone(struct plain *p, const char *env)
{
	const struct world_application *a = plain_application(p);
	struct error err = {0};

	if (a)
		(void)!names_no_clone(a, env, &err);
	else
		error_set(&err, ERROR_NOT_FOUND, _("There is no clone \"%s\"."), env);
	plain_fail_error(p, &err, EXIT_STAGE_WORDS);
}

void
plain_fail_hotfix(struct plain *p, const struct hotfix *hotfix)
{
	if (hotfix_error(hotfix))
		plain_fail_error(p, hotfix_error(hotfix), EXIT_STAGE_READ);
	else if (!hotfix_is_settled(hotfix))
		plain_fail(p, EXIT_UNREAD, "%s", plain_why(NULL));
	else
		plain_fail_clone(p, hotfix_env(hotfix));
}

void
plain_fail_set(struct plain *p, const struct world_environment *e)
{
	const struct knowledge *known = world_known(e, WORLD_SET);

	if (known->state == KNOWLEDGE_ABSENT)
		plain_fail(p, EXIT_FAILED, _("Nothing was deployed to %s."),
			   untrusted_raw(&e->environment.id));
	else
		plain_fail(p, EXIT_UNREAD, _("The workloads of %s could not be read: %s"),
			   untrusted_raw(&e->environment.id), plain_why(knowledge_why(known)));
}

bool
plain_workload(struct plain *p, const struct world_environment *e, const char *workload)
{
	const char *env = untrusted_raw(&e->environment.id);
	struct error err = {0};

	if (e->set && set_module(e->set, workload))
		return true;
	if (e->set && names_no_workload(e->set, env, workload, &err) != 0)
		plain_fail_error(p, &err, EXIT_STAGE_WORDS);
	else
		plain_fail_set(p, e);
	return false;
}

/* NULL: it was read, or there is nothing to read. */
static const char *
why_unread(const struct world_environment *e, enum world_part part)
{
	const struct knowledge *known = world_known(e, part);

	return known->state == KNOWLEDGE_UNREADABLE ? knowledge_why(known)->text : NULL;
}

void
plain_check_parts(struct plain *p, const struct world_environment *e)
{
	const char *env = untrusted_raw(&e->environment.id), *why;

	if (!p->once || p->once->offline)
		return;
	if ((why = why_unread(e, WORLD_SET)))
		plain_fail(p, EXIT_UNREAD, _("The workloads of %s could not be read: %s"), env,
			   why);
	if ((why = why_unread(e, WORLD_RUNTIME)))
		plain_fail(p, EXIT_UNREAD, _("The state of %s could not be read: %s"), env, why);
	if ((why = why_unread(e, WORLD_RESOURCES)))
		plain_fail(p, EXIT_UNREAD, _("The resources of %s could not be read: %s"), env,
			   why);
	if ((why = why_unread(e, WORLD_ERRORS)))
		plain_fail(p, EXIT_UNREAD,
			   _("Why the deployment to %s failed could not be read: %s"), env, why);
}

/* An entry without an id cannot be shown, and may be the one that is looked for. */
void
plain_check_list(struct plain *p, const struct untrusted *problem)
{
	if (problem->raw && p->once && !p->once->offline)
		plain_fail(p, EXIT_UNREAD,
			   _("A part of the platform's answer could not be read: %s"),
			   untrusted_raw(problem));
}

void
plain_check_lists(struct plain *p)
{
	const struct world *world = session_world(p->session);
	const struct world_application *a = plain_application(p);

	if (!p->once || p->once->offline)
		return;
	plain_check_list(p, &world->problem);
	for (size_t i = 0; i < world->count; i++)
		if (!p->org || untrusted_is(&world->organizations[i].organization.id, p->org))
			plain_check_list(p, &world->organizations[i].problem);
	if (a)
		plain_check_list(p, &a->problem);
}

bool
plain_clones_told(struct plain *p)
{
	const struct error *why = p->once && !p->once->offline ? session_clones_error(p->session)
							       : NULL;

	if (why)
		plain_fail(p, exit_code_of(why->kind, EXIT_STAGE_READ),
			   _("Which environments are clones could not be read: %s"), why->text);
	return !why;
}
