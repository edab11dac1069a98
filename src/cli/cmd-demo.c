/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `sidestage demo`: the board on the sample, with a platform of our own. */
#include "config.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "cli/command.h"
#include "cli/embedded.h"
#include "cli/screen.h"
#include "flow/session.h"

static const struct command_option options[] = {
	{"fresh", NULL, N_("forget the state of the last time"), offsetof(struct arguments, fresh)},
	COMMAND_SCREEN_OPTIONS,
	{0},
};

static int
run(const struct arguments *arguments, struct error *err)
{
	struct embedded embedded;
	char *history, *cache;
	int code;

	if (embedded_start(&embedded, arguments->fresh, err) != 0)
		return EXIT_FAILED;
	history = xasprintf("%s/history.db", embedded.directory);
	cache = xasprintf("%s/cache.db", embedded.directory);
	code = screen_run(arguments,
			  &(struct session_options){
				  .url = "http://localhost",
				  .socket = embedded.socket,
				  .context = "embedded",
				  .history_path = history,
				  .cache_path = cache,
				  .read_only = arguments->read_only,
				  .only_org = arguments->org,
			  },
			  err);
	free(history);
	free(cache);
	embedded_stop(&embedded);
	return code;
}

const struct command command_demo = {
	.name = "demo",
	.help = N_("Open the board on a sample that really runs on this machine."),
	.options = options,
	.run = run,
};
