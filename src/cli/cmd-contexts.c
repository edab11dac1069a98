/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `sidestage contexts`: which platforms the configuration names. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/contexts.h"
#include "cli/lines.h"

static int
run(const struct arguments *arguments, struct error *err)
{
	struct contexts contexts;
	const struct context *chosen;
	struct error none = {0};
	int ret = contexts_read(&contexts, err);

	(void)arguments;
	chosen = ret == 0 ? contexts_find(&contexts, NULL, &none) : NULL;
	for (size_t i = 0; ret == 0 && i < contexts.count; i++) {
		const struct context *c = &contexts.items[i];

		lines_say("%s %s  %s%s%s%s", c == chosen ? "*" : " ", c->name, c->url ? c->url : c->socket,
			  c->org ? "  " : "", c->org ? c->org : "",
			  c->read_only ? _("  read-only") : c->is_protected ? _("  protected") : "");
	}
	if (ret == 0 && contexts.count == 0)
		lines_say(_("%s names no platform yet.  `sidestage board` asks for one; `sidestage demo` needs "
			    "none."), contexts.path);
	contexts_clear(&contexts);
	return ret == 0 ? EXIT_OK : EXIT_FAILED;
}

const struct command command_contexts = {
	.name = "contexts",
	.help = N_("List the platforms that the configuration names."),
	.options = OPTIONS_JSON,
	.run = run,
};
