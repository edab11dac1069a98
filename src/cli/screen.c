/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session, the screen on it, and the exit code that scripts see. */
#include "config.h"

#include "cli/screen.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "cli/command.h"
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

int
screen_run(const struct arguments *arguments, const struct session_options *options,
	   struct error *err)
{
	bool linear = arguments->linear || is_dumb();
	struct session *session;
	struct theme theme;
	int ret;

	if (!linear && theme_load(&theme, arguments->theme ? arguments->theme : getenv("SIDESTAGE_THEME"),
				  err) != 0)
		return EXIT_USAGE;
	if (arguments->ascii)
		text_use_ascii_only();
	session = session_new(options, err);
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
