/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * `sidestage VERB`: a command of the plain lines, done once, for scripts.
 *
 * Where it does not say which platform, it fails; unlike the board it never asks, also at a
 * terminal, since what a script does must not depend on where it is run.
 */
#include "config.h"

#include "cli/cmd-verb.h"

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/i18n.h"
#include "cli/command.h"
#include "cli/contexts.h"
#include "cli/platforms.h"

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
		bool is_embedded = arguments->demo || arguments->kube;

		if (!is_embedded)
			context = arguments->url || arguments->socket
					  ? &named
					  : contexts_find(&contexts, arguments->context, err);
		if (context || is_embedded)
			code = platforms_run(arguments, &contexts, context, err);
		else if (err->kind == ERROR_NONE)
			error_set(err, ERROR_INPUT,
				  _("No platform was named. Give --context, --url, --kube or --demo."));
	}
	contexts_clear(&contexts);
	return code;
}

const struct command command_verb = {
	.options = OPTIONS_PLATFORM | OPTIONS_DEMO | OPTIONS_AS_KUBE | OPTIONS_READ_ONLY |
		   OPTIONS_JSON | OPTIONS_TIMEOUT,
	.run = run,
};
