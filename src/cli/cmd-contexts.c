/* SPDX-License-Identifier: GPL-3.0-or-later */

/* `sidestage contexts`: which platforms the configuration names. */
#include "config.h"

#include "cli/cmd-contexts.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/contexts.h"
#include "cli/output-text.h"

/* No token, nor where one is. */
static void
print_json(const struct contexts *contexts, const struct context *chosen)
{
	json_t *all = json_array();

	for (size_t i = 0; i < contexts->count; i++) {
		const struct context *c = &contexts->items[i];

		json_array_append_new(
			all, json_pack("{s:s, s:s?, s:s?, s:s?, s:s?, s:b, s:b, s:b}", "name",
				       c->name, "url", c->url, "socket", c->socket, "organization",
				       c->org, "application", c->app, "is_chosen", c == chosen,
				       "read_only", c->read_only, "is_protected", c->is_protected));
	}
	json_dumpf(all, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
	puts("");
	json_decref(all);
}

static void
print_lines(const struct contexts *contexts, const struct context *chosen)
{
	for (size_t i = 0; i < contexts->count; i++) {
		const struct context *c = &contexts->items[i];

		output_text_line("%s %s  %s%s%s%s", c == chosen ? "*" : " ", c->name,
				 c->url ? c->url : c->socket, c->org ? "  " : "",
				 c->org ? c->org : "",
				 c->read_only	   ? _("  read-only")
				 : c->is_protected ? _("  protected")
						   : "");
	}
	if (contexts->count == 0)
		output_text_line(
			_("%s has no contexts.  `sidestage board` asks for a platform; `sidestage demo` needs "
			  "none."),
			contexts->path);
}

static int
run(const struct arguments *arguments, struct error *err)
{
	struct contexts contexts;
	const struct context *chosen;
	struct error none = {0};
	int ret = contexts_read(&contexts, err);

	chosen = ret == 0 ? contexts_find(&contexts, NULL, &none) : NULL;
	if (ret == 0 && arguments->json)
		print_json(&contexts, chosen);
	else if (ret == 0)
		print_lines(&contexts, chosen);
	contexts_clear(&contexts);
	return ret == 0 ? EXIT_OK : EXIT_USAGE;
}

const struct command command_contexts = {
	.name = "contexts",
	.help = N_("List the configured platforms"),
	.examples = "sidestage contexts\n"
		"sidestage contexts --json\n",
	.options = OPTIONS_JSON,
	.run = run,
};
