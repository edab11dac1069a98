/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * `sidestage keys`: what every key does, as the configuration has bound them.  The man page's
 * section and tests/keys.sh are made from the same rows, so neither can name a key that does
 * something else.
 */
#include "config.h"

#include "cli/cmd-keys.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "cli/command.h"
#include "cli/contexts.h"
#include "cli/output-text.h"
#include "ui/keys.h"

/* For the manual, which is not translated: a list for each view. */
static void
print_mdoc(const struct bindings *bindings)
{
	char *before = xstrdup("");
	struct key_row row;

	for (size_t i = 0; bindings_row(bindings, i, &row); i++) {
		if (strcmp(before, row.view) != 0) {
			printf("%s.Ss %s (%s)\n.Bl -tag -width PgDn -compact\n",
			       *before ? ".El\n" : "", row.title, row.view);
			free(before);
			before = xstrdup(row.view);
		}
		if (row.help)
			printf(".It Li \\&%s\n%s\n", row.key, row.help);
	}
	puts(".El");
	free(before);
}

static void
print_json(const struct bindings *bindings)
{
	json_t *all = json_array();
	struct key_row row;

	for (size_t i = 0; bindings_row(bindings, i, &row); i++)
		json_array_append_new(all,
				      json_pack("{s:s, s:s, s:s, s:s*}", "view", row.view, "key",
						row.key, "action", row.action, "help", row.help));
	json_dumpf(all, stdout, JSON_INDENT(1));
	puts("");
	json_decref(all);
}

static void
print_bare(const struct bindings *bindings)
{
	struct key_row row;

	for (size_t i = 0; bindings_row(bindings, i, &row); i++)
		printf("%s %s %s\n", row.view, row.key, row.action);
}

static void
print_lines(const struct bindings *bindings)
{
	struct key_row row;

	for (size_t i = 0; bindings_row(bindings, i, &row); i++)
		output_text_line("%-14s %-9s %-14s %s", row.view, row.key, row.action,
				 row.help ? _(row.help) : "");
}

static int
run(const struct arguments *arguments, struct error *err)
{
	struct contexts configured;
	int ret = contexts_read(&configured, err);

	if (ret == 0) {
		if (arguments->mdoc)
			print_mdoc(NULL);	/* the manual is everybody's */
		else if (arguments->lines)
			print_bare(configured.bindings);
		else if (arguments->json)
			print_json(configured.bindings);
		else
			print_lines(configured.bindings);
	}
	contexts_clear(&configured);
	return ret == 0 ? EXIT_OK : EXIT_USAGE;
}

const struct command command_keys = {
	.name = "keys",
	.help = N_("List what every key does"),
	.examples = "sidestage keys\n"
		"sidestage keys --lines | grep \"^board \"\n",
	.options = OPTIONS_JSON | OPTIONS_KEYS,
	.run = run,
};
