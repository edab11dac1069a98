/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `sidestage board`: the board of a platform that is somewhere else. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "cli/command.h"
#include "cli/screen.h"
#include "cli/token.h"
#include "flow/session.h"

static const struct command_option options[] = {
	{"url", "URL", N_("the platform, e.g. https://api.humanitec.io"),
	 offsetof(struct arguments, url)},
	{"socket", "PATH", N_("reach the platform through this Unix socket"),
	 offsetof(struct arguments, socket)},
	{"token-file", "FILE", N_("read the token from a file that only you may read"),
	 offsetof(struct arguments, token_file)},
	COMMAND_SCREEN_OPTIONS,
	{0},
};

/* What the header calls this platform: its host, or that it is a socket. */
static char *
context_name(const struct arguments *arguments)
{
	const char *host;

	if (arguments->socket)
		return xstrdup("socket");
	host = strstr(arguments->url, "://");
	host = host ? host + 3 : arguments->url;
	return xstrndup(host, strcspn(host, "/"));
}

static int
open_screen(const struct arguments *arguments, const char *token, struct error *err)
{
	char *state = paths_state(err);
	char *cache = state ? paths_cache(err) : NULL;
	char *history_path, *cache_path, *context;
	int code = EXIT_FAILED;

	if (!cache || paths_make(state, err) != 0 || paths_make(cache, err) != 0) {
		free(state);
		free(cache);
		return EXIT_FAILED;
	}
	history_path = xasprintf("%s/history.db", state);
	cache_path = xasprintf("%s/cache.db", cache);
	context = context_name(arguments);
	code = screen_run(arguments,
			  &(struct session_options){
				  .url = arguments->url ? arguments->url : "http://localhost",
				  .socket = arguments->socket,
				  .token = token,
				  .context = context,
				  .history_path = history_path,
				  .cache_path = cache_path,
				  .read_only = arguments->read_only,
				  .only_org = arguments->org,
			  },
			  err);
	free(history_path);
	free(cache_path);
	free(context);
	free(state);
	free(cache);
	return code;
}

static int
run(const struct arguments *arguments, struct error *err)
{
	char *token = NULL;
	int code;

	if (!arguments->url && !arguments->socket) {
		error_set(err, ERROR_INPUT, _("No platform was named.  `sidestage demo` runs one here; "
					      "`sidestage board --url=URL` opens the board of another."));
		return EXIT_USAGE;
	}
	if (token_read(arguments->token_file, &token, err) != 0)
		return EXIT_FAILED;
	code = open_screen(arguments, token, err);
	if (token) {
		explicit_bzero(token, strlen(token));
		free(token);
	}
	return code;
}

const struct command command_board = {
	.name = "board",
	.help = N_("Open the board of a platform."),
	.options = options,
	.run = run,
};
