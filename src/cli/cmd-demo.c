/* SPDX-License-Identifier: GPL-3.0-or-later */

/* `sidestage demo`: the board on the sample, with a platform of our own.  The configuration
 * is read for the other platforms only, which can be gone to from there. */
#include "config.h"

#include "cli/cmd-demo.h"

#include <stddef.h>

#include "base/error.h"
#include "base/i18n.h"
#include "cli/command.h"
#include "cli/contexts.h"
#include "cli/platforms.h"

static int
run(const struct arguments *arguments, struct error *err)
{
	struct contexts contexts;
	int code = EXIT_USAGE;

	if (contexts_read(&contexts, err) == 0)
		code = platforms_run(arguments, &contexts, NULL, err);
	contexts_clear(&contexts);
	return code;
}

const struct command command_demo = {
	.name = "demo",
	.help = N_("Run a sample on this machine and open its board"),
	.examples = "sidestage demo\n"
		"sidestage demo --fresh --theme=light\n",
	.options = OPTIONS_FRESH | OPTIONS_ORG | OPTIONS_APP | OPTIONS_READ_ONLY | OPTIONS_SCREEN |
		   OPTIONS_JSON | OPTIONS_TIMEOUT,
	.run = run,
};
