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

/* What the configuration says of every platform alike. */
static int
add_configured(struct session_options *options, struct error *err)
{
	struct contexts contexts;
	int ret = contexts_read(&contexts, err);

	options->clone_life_ms = contexts.clone_life_ms;
	contexts_clear(&contexts);
	return ret;
}

int
screen_run(const struct arguments *arguments, const struct session_options *given,
	   struct error *err)
{
	struct session_options options = *given;
	bool linear = arguments->linear || is_dumb();
	struct session *session;
	struct theme theme;
	int ret;

	if (!linear && theme_load(&theme, arguments->theme ? arguments->theme : getenv("SIDESTAGE_THEME"),
				  err) != 0)
		return EXIT_USAGE;
	if (arguments->ascii)
		text_use_ascii_only();
	if (add_configured(&options, err) != 0)
		return EXIT_USAGE;
	session = session_new(&options, err);
	if (!session)
		return EXIT_FAILED;
	if (linear) {
		ret = linear_run(session, arguments, err);
		session_free(session);
		return ret;
	}
	ret = ui_run(session,
		     &(struct ui_options){
			     .ascii = arguments->ascii,
			     .read_only = arguments->read_only,
			     .reduced_motion = arguments->reduced_motion,
			     .theme = &theme,
			     .org = arguments->org,
			     .app = arguments->app,
		     },
		     err);
	session_free(session);
	return ret == 0 ? EXIT_OK : EXIT_FAILED;
}
