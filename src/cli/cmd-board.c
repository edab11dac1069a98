/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `sidestage board`: the board of a platform that is somewhere else. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "cli/command.h"
#include "cli/contexts.h"
#include "cli/first-start.h"
#include "cli/screen.h"
#include "cli/token.h"
#include "flow/session.h"

static const struct command_option options[] = {
	{"url", "URL", N_("the platform, e.g. https://api.humanitec.io"),
	 offsetof(struct arguments, url)},
	{"socket", "PATH", N_("reach the platform through this Unix socket"),
	 offsetof(struct arguments, socket)},
	{"context", "NAME", N_("a platform that the configuration names"),
	 offsetof(struct arguments, context)},
	{"token-file", "FILE", N_("read the token from a file that only you may read"),
	 offsetof(struct arguments, token_file)},
	COMMAND_SCREEN_OPTIONS,
	{0},
};

/* What the header calls this platform: its host, or that it is a socket. */
static char *
host_name(const struct context *context)
{
	const char *host;

	if (context->socket)
		return xstrdup("socket");
	host = strstr(context->url, "://");
	host = host ? host + 3 : context->url;
	return xstrndup(host, strcspn(host, "/"));
}

static int
open_screen(const struct arguments *arguments, const struct context *context, const char *token,
	    struct error *err)
{
	char *state = paths_state(err);
	char *cache = state ? paths_cache(err) : NULL;
	char *history_path, *cache_path, *name;
	int code = EXIT_FAILED;

	if (!cache || paths_make(state, err) != 0 || paths_make(cache, err) != 0) {
		free(state);
		free(cache);
		return EXIT_FAILED;
	}
	history_path = xasprintf("%s/history.db", state);
	cache_path = xasprintf("%s/cache.db", cache);
	name = context->name ? xstrdup(context->name) : host_name(context);
	code = screen_run(arguments,
			  &(struct session_options){
				  .url = context->url ? context->url : "http://localhost",
				  .socket = context->socket,
				  .token = token,
				  .context = name,
				  .history_path = history_path,
				  .cache_path = cache_path,
				  .protect = (const char *const *)context->protect,
				  .read_only = arguments->read_only,
				  .only_org = arguments->org,
			  },
			  err);
	free(history_path);
	free(cache_path);
	free(name);
	free(state);
	free(cache);
	return code;
}

/* The options of the command line win over the context's keys. */
static int
open_context(const struct arguments *given, const struct context *context, struct error *err)
{
	struct arguments arguments = *given;
	char *token = NULL;
	int code;

	if (!arguments.org) {
		arguments.org = context->org;
		if (!arguments.app)
			arguments.app = context->app;
	}
	arguments.read_only = arguments.read_only || context->read_only;
	if (context->token_command && !arguments.token_file)
		code = token_command(context->token_command, &token, err);
	else
		code = token_read(arguments.token_file ? arguments.token_file : context->token_file,
				  &token, err);
	if (code != 0)
		return EXIT_FAILED;
	code = open_screen(&arguments, context, token, err);
	if (token) {
		explicit_bzero(token, strlen(token));
		free(token);
	}
	return code;
}

static int
say_what_to_do(struct error *err)
{
	error_set(err, ERROR_INPUT, _("No platform was named.  `sidestage demo` runs one here; "
				      "`sidestage board --url=URL` opens the board of another."));
	return EXIT_USAGE;
}

static int
start_without(const struct arguments *arguments, struct contexts *contexts, struct error *err)
{
	const struct context *context;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return say_what_to_do(err);
	switch (first_start(contexts, err)) {
	case FIRST_SAMPLE:
		return command_demo.run(arguments, err);
	case FIRST_PLATFORM:
		contexts_clear(contexts);
		if (contexts_read(contexts, err) != 0)
			return EXIT_FAILED;
		context = contexts_find(contexts, NULL, err);
		return context ? open_context(arguments, context, err) : EXIT_FAILED;
	default:
		return EXIT_USAGE;
	}
}

static int
run(const struct arguments *arguments, struct error *err)
{
	struct context named = {.url = (char *)(uintptr_t)arguments->url,
				.socket = (char *)(uintptr_t)arguments->socket};
	const struct context *context;
	struct contexts contexts;
	int code = EXIT_USAGE;

	if (arguments->url || arguments->socket)
		return open_context(arguments, &named, err);
	if (contexts_read(&contexts, err) == 0) {
		context = contexts_find(&contexts, arguments->context, err);
		if (context)
			code = open_context(arguments, context, err);
		else if (err->kind == ERROR_NONE)
			code = contexts.count ? say_what_to_do(err) : start_without(arguments, &contexts, err);
	}
	contexts_clear(&contexts);
	return code;
}

const struct command command_board = {
	.name = "board",
	.help = N_("Open the board of a platform."),
	.options = options,
	.run = run,
};
