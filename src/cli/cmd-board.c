/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * `sidestage board`, and `sidestage` alone: which platform is meant, and its board.
 *
 * What the command line names comes before what the configuration chooses.  Only where
 * neither says anything is a person asked, and only one who sits at a terminal: a script must
 * get an error and not a question.
 */
#include "config.h"

#include "cli/cmd-board.h"

#include <stdint.h>
#include <stddef.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "cli/cmd-demo.h"
#include "cli/cmd-kube.h"
#include "cli/cmd-verb.h"
#include "cli/command.h"
#include "cli/contexts.h"
#include "cli/first-start.h"
#include "cli/kube-contexts.h"
#include "cli/plain-verbs.h"
#include "cli/platforms.h"

static int
say_what_to_do(struct error *err)
{
	error_set(err, ERROR_INPUT, _("No platform was named.  `sidestage demo` runs one here; "
				      "`sidestage kube` shows what runs in your cluster; "
				      "`sidestage board --url=URL` opens the board of another."));
	return EXIT_USAGE;
}

/* Read again afterwards: what was just answered has become a context like any other. */
static int
start_without(const struct arguments *arguments, struct contexts *contexts, struct error *err)
{
	const struct context *context;
	struct kube_contexts kube;
	enum first_choice choice;
	const char *current = NULL;
	struct error none = {0};

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return say_what_to_do(err);
	if (kube_contexts_read(&kube, &none) == 0)
		current = kube_contexts_find(&kube, NULL, &none);
	choice = first_start(contexts, current, err);
	kube_contexts_clear(&kube);
	switch (choice) {
	case FIRST_SAMPLE:
		return command_demo.run(arguments, err);
	case FIRST_KUBE:
		return command_kube.run(arguments, err);
	case FIRST_PLATFORM:
		contexts_clear(contexts);
		if (contexts_read(contexts, err) != 0)
			return EXIT_FAILED;
		context = contexts_find(contexts, NULL, err);
		return context ? platforms_run(arguments, contexts, context, err) : EXIT_FAILED;
	default:
		return EXIT_USAGE;
	}
}

/* No screen goes back in time by an option: it is one answer, as text or JSON. */
static int
run_snapshot(const struct arguments *arguments, struct error *err)
{
	char *words[] = {(char *)(uintptr_t)arguments->at};
	struct arguments once = *arguments;

	once.verb = PLAIN_SNAPSHOT;
	once.words = words;
	once.word_count = 1;
	return command_verb.run(&once, err);
}

static int
run(const struct arguments *arguments, struct error *err)
{
	struct context named = {.url = (char *)(uintptr_t)arguments->url,
				.socket = (char *)(uintptr_t)arguments->socket,
				.token_file = (char *)(uintptr_t)arguments->token_file};
	const struct context *context;
	struct contexts contexts;
	int code = EXIT_USAGE;

	if (arguments->at)
		return run_snapshot(arguments, err);
	if (arguments->demo)
		return command_demo.run(arguments, err);
	if (arguments->kube)
		return command_kube.run(arguments, err);
	if (contexts_read(&contexts, err) == 0) {
		context = arguments->url || arguments->socket
				  ? &named : contexts_find(&contexts, arguments->context, err);
		if (context)
			code = platforms_run(arguments, &contexts, context, err);
		else if (err->kind == ERROR_NONE)
			code = contexts.count ? say_what_to_do(err)
					      : start_without(arguments, &contexts, err);
	}
	contexts_clear(&contexts);
	return code;
}

const struct command command_board = {
	.name = "board",
	.help = N_("Open the board of a platform"),
	.examples = "sidestage board --url=https://api.humanitec.io --org=acme --app=shop --token-file=token\n"
		"sidestage board --demo --json\n",
	.options = OPTIONS_PLATFORM | OPTIONS_DEMO | OPTIONS_AS_KUBE | OPTIONS_ORG | OPTIONS_APP |
		   OPTIONS_READ_ONLY | OPTIONS_SCREEN | OPTIONS_JSON | OPTIONS_TIMEOUT |
		   OPTIONS_OFFLINE | OPTIONS_AT,
	.run = run,
};
