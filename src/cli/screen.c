/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A session, the screen on it, and the exit code that scripts see.
 *
 * Three faces share one way in: the screen, the plain lines, and one command.  Which it is
 * depends on the arguments and the terminal alone and never on what the platform says.
 */
#include "config.h"

#include "cli/screen.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "cli/command.h"
#include "cli/contexts.h"
#include "cli/names.h"
#include "cli/output-text.h"
#include "cli/plain.h"
#include "flow/session.h"
#include "ui/theme-file.h"
#include "ui/ui.h"
#include "ui/view.h"

#define NAMES_MS 2000

/* A terminal that cannot place its cursor has no screen. */
static bool
is_dumb(void)
{
	const char *kind = getenv("TERM");

	return kind && strcmp(kind, "dumb") == 0;
}

static const char *
chosen_theme(const struct arguments *arguments, const struct contexts *configured)
{
	const char *theme = arguments->theme ? arguments->theme : getenv("SIDESTAGE_THEME");

	return theme && *theme ? theme : configured->theme;
}

/*
 * A board of what is not there would be another board, or none.  Names are looked up in what the
 * cache has, and else in what the platform says within a moment; when it says nothing the board
 * opens with them, and says that the platform is away.  0, or -1 with err.
 */
static int
find_application(struct session *session, char **org, char **app, struct error *err)
{
	const struct world *world = session_world(session);
	const int64_t until = clock_steady_ms() + NAMES_MS;
	const char *found_org = *org, *found_app;
	struct error why = {0};

	if (!*org && !*app)
		return 0;
	while ((*app ? names_application(world, *org, *app, &found_org, &found_app, &why)
		     : names_organization(world, *org, &why)) != 0) {
		if (session_settled(session, *org, NULL, NEED_APPLICATIONS, 0)) {
			if (session_unreadable(session, *org, NULL, NEED_APPLICATIONS))
				return 0;
			*err = why;
			return -1;
		}
		if (clock_steady_ms() > until)
			return 0;
		(void)session_turn(session, NULL, NULL, 0, 50);
	}
	if (!*org)
		*org = xstrdup(found_org);
	return 0;
}

/* The theme first: that it is wrong should be said before anybody is asked for anything. */
static int
run_screen(const struct arguments *arguments, const struct contexts *configured,
	   const struct session_options *options, struct ui_contexts *contexts, struct error *err)
{
	char *org = arguments->org ? xstrdup(arguments->org) : NULL;
	char *app = arguments->app ? xstrdup(arguments->app) : NULL;
	struct session *session = NULL;
	struct theme theme;
	int ret = EXIT_USAGE;

	if (theme_load(&theme, chosen_theme(arguments, configured), err) != 0)
		goto out;
	if (arguments->ascii || configured->ascii)
		text_use_ascii_only();
	session = session_new(options, err);
	if (!session) {
		ret = exit_code_of(err->kind, EXIT_STAGE_WORDS);
		goto out;
	}
	if (find_application(session, &org, &app, err) != 0)
		goto out;
	if (org && app)
		session_focus(session, org, app);
	ret = ui_run(session,
		     &(struct ui_options){
			     .ascii = arguments->ascii || configured->ascii,
			     .read_only = arguments->read_only,
			     .reduced_motion = arguments->reduced_motion ||
					       configured->reduced_motion,
			     .no_mouse = configured->no_mouse,
			     .theme = &theme,
			     .bindings = configured->bindings,
			     .contexts = contexts,
			     .org = org,
			     .app = app,
		     },
		     err) == 0
		      ? EXIT_OK
		      : EXIT_FAILED;
out:
	session_free(session);
	free(org);
	free(app);
	return ret;
}

/* One command finds its names itself. */
static int
run_lines(struct session *session, struct arguments *arguments, struct error *err)
{
	char *org = arguments->org ? xstrdup(arguments->org) : NULL;
	char *app = arguments->app ? xstrdup(arguments->app) : NULL;
	int ret = EXIT_USAGE;

	if (arguments->verb || find_application(session, &org, &app, err) == 0) {
		arguments->org = org;
		arguments->app = app;
		ret = plain_run(session, arguments, err);
	}
	free(org);
	free(app);
	return ret;
}

int
screen_run(const struct arguments *arguments, const struct session_options *given,
	   struct ui_contexts *contexts, struct error *err)
{
	struct session_options options = *given;
	struct arguments once = *arguments;
	struct contexts configured;
	struct session *session;
	int ret = EXIT_USAGE;

	/* The board in JSON is the board once. */
	if (arguments->json && !arguments->verb)
		once.verb = "board";
	arguments = &once;
	/* What the configuration says of every platform alike. */
	if (contexts_read(&configured, err) == 0) {
		options.clone_ttl_ms = configured.clone_ttl_ms;
		if (!arguments->verb && !arguments->linear && !is_dumb()) {
			ret = run_screen(arguments, &configured, &options, contexts, err);
		} else if ((session = session_new(&options, err))) {
			if (arguments->ascii || configured.ascii)
				text_use_ascii_only();
			if (session_history_problem(session))
				output_text_error("sidestage: %s",
						  session_history_problem(session));
			ret = run_lines(session, &once, err);
			session_free(session);
		} else {
			ret = exit_code_of(err->kind, EXIT_STAGE_WORDS);
		}
	}
	contexts_clear(&configured);
	return ret;
}
