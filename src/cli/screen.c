/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session, the screen on it, and the exit code that scripts see. */
#include "config.h"

#include "cli/screen.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/contexts.h"
#include "cli/linear.h"
#include "flow/session.h"
#include "ui/theme-file.h"
#include "ui/ui.h"

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

static int
run_screen(const struct arguments *arguments, const struct contexts *configured,
	   const struct session_options *options, struct ui_contexts *contexts, struct error *err)
{
	struct session *session;
	struct theme theme;
	int ret;

	if (theme_load(&theme, chosen_theme(arguments, configured), err) != 0)
		return EXIT_USAGE;
	if (arguments->ascii || configured->ascii)
		text_use_ascii_only();
	session = session_new(options, err);
	if (!session)
		return EXIT_FAILED;
	ret = ui_run(session,
		     &(struct ui_options){
			     .ascii = arguments->ascii || configured->ascii,
			     .read_only = arguments->read_only,
			     .reduced_motion = arguments->reduced_motion || configured->reduced_motion,
			     .no_mouse = configured->no_mouse,
			     .theme = &theme,
			     .bindings = configured->bindings,
			     .contexts = contexts,
			     .org = arguments->org,
			     .app = arguments->app,
		     },
		     err);
	session_free(session);
	return ret == 0 ? EXIT_OK : EXIT_FAILED;
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
		options.clone_life_ms = configured.clone_life_ms;
		if (!arguments->verb && !arguments->linear && !is_dumb()) {
			ret = run_screen(arguments, &configured, &options, contexts, err);
		} else if ((session = session_new(&options, err))) {
			if (arguments->ascii || configured.ascii)
				text_use_ascii_only();
			ret = linear_run(session, arguments, err);
			session_free(session);
		} else {
			ret = EXIT_FAILED;
		}
	}
	contexts_clear(&configured);
	return ret;
}
