/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `sidestage VERB`: a command of the plain lines, done once, for scripts. */
#include "config.h"

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/i18n.h"
#include "cli/command.h"
#include "cli/contexts.h"
#include "cli/platforms.h"

static const struct command_option options[] = {
	COMMAND_PLATFORM_OPTIONS,
	{"demo", NULL, N_("the sample on this machine"), offsetof(struct arguments, demo)},
	{"org", "ORG", N_("of this organization"), offsetof(struct arguments, org)},
	{"app", "APP", N_("of this application"), offsetof(struct arguments, app)},
	{"read-only", NULL, N_("refuse every change"), offsetof(struct arguments, read_only)},
	{"json", NULL, N_("answer in JSON"), offsetof(struct arguments, json)},
	{"approve", "ENV", N_("do it, where it is about this environment"), offsetof(struct arguments, approve)},
	{"reason", "TEXT", N_("why, where it is protected"), offsetof(struct arguments, reason)},
	{0},
};

static int
run(const struct arguments *arguments, struct error *err)
{
	struct context named = {.url = (char *)(uintptr_t)arguments->url,
				.socket = (char *)(uintptr_t)arguments->socket,
				.token_file = (char *)(uintptr_t)arguments->token_file};
	const struct context *context = NULL;
	struct contexts contexts;
	int code = EXIT_USAGE;

	if (contexts_read(&contexts, err) == 0) {
		if (!arguments->demo)
			context = arguments->url || arguments->socket
					  ? &named : contexts_find(&contexts, arguments->context, err);
		if (context || arguments->demo)
			code = platforms_run(arguments, &contexts, context, err);
		else if (err->kind == ERROR_NONE)
			error_set(err, ERROR_INPUT, _("No platform was named: --context, --url, or --demo does."));
	}
	contexts_clear(&contexts);
	return code;
}

const struct command command_verb = {.options = options, .run = run};
