/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The plain lines' commands: the table, "help", and how a line finds its command.
 *
 * What a command needs read, how many words and which options it takes stand in its row, so
 * the help, the completion and the refusals are made from the same.  What is for a talk only
 * is no sub-command (is_talk): it makes no sense alone ("open", "quit"), or is an option of
 * another one there ("follow").
 */
#include "config.h"

#include "cli/plain-verbs.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "base/i18n.h"
#include "cli/output-text.h"
#include "cli/plain-change.h"
#include "cli/plain-drop.h"
#include "cli/plain-fail.h"
#include "cli/plain-interrupted.h"
#include "cli/plain-logs.h"
#include "cli/plain-look.h"
#include "cli/plain-state.h"
#include "flow/session.h"

static void
quit(struct plain *p, char **words, size_t count)
{
	(void)words;
	(void)count;
	p->quit = true;
}

static void help(struct plain *p, char **words, size_t count);

static const struct plain_verb looks[] = {
	{
		.name = "board",
		.arguments = "",
		.help = N_("Show what runs where"),
		.examples = "sidestage board --url=https://api.humanitec.io --org=acme --app=shop --token-file=token\n"
			"sidestage board --demo --json\n",
		.options = LOOKS,
		.needs = NEED_ENVIRONMENTS | NEED_SETS | NEED_RUNTIME | NEED_RESOURCES |
			 NEED_ERRORS | NEED_CLONES,
		.run = plain_board,
	},
	{
		.name = PLAIN_SNAPSHOT,
		.arguments = N_("DATE [TIME]"),
		.help = N_("Show the board as it was at that time"),
		.needs = NEED_APPLICATIONS,
		.is_local = true,
		.is_talk = true,
		.run = plain_snapshot,
	},
	{
		.name = "environment",
		.arguments = N_("ENV"),
		.help = N_("Show an environment: workloads, resources, values, deployments"),
		.examples = "sidestage environment production --demo\n",
		.options = LOOKS,
		.needs = NEED_ENVIRONMENTS | NEED_SETS | NEED_RUNTIME | NEED_RESOURCES |
			 NEED_ERRORS | NEED_CLONES,
		.run = plain_environment_details,
	},
	{
		.name = "versions",
		.arguments = N_("ENV WORKLOAD"),
		.help = N_("List the versions of a workload"),
		.examples = "sidestage versions production api --demo\n",
		.options = LOOKS,
		.needs = NEED_ENVIRONMENTS | NEED_SETS | NEED_VERSIONS,
		.run = plain_versions,
	},
	{
		.name = "diff",
		.arguments = N_("ENV[@DEPLOYMENT] ENV[@DEPLOYMENT]"),
		.help = N_("Show the differences between two environments or deployments"),
		.note = N_("DEPLOYMENT is the id of a deployment of ENV. `sidestage environment ENV` shows them."),
		.examples = "sidestage diff production staging --demo\n"
			"sidestage diff production@0123456789abcdef production --demo --json\n",
		.options = LOOKS | OPTIONS_DIFF,
		.needs = NEED_ENVIRONMENTS | NEED_SETS,
		.run = plain_diff,
	},
	{
		.name = "logs",
		.arguments = N_("ENV [WORKLOAD [CONTAINER]]"),
		.help = N_("Print the logs of an environment, a workload or a container"),
		.note = N_("Without WORKLOAD, the logs of all workloads are printed."),
		.examples = "sidestage logs production api --demo --tail=50\n"
			"sidestage logs production --demo --follow --since=10m\n"
			"sidestage logs production web --demo --previous --container=web\n",
		.options = OPTIONS_ORG | OPTIONS_APP | OPTIONS_FOLLOW | OPTIONS_TAIL,
		.needs = NEED_ENVIRONMENTS | NEED_SETS | NEED_RUNTIME,
		.run = plain_logs,
	},
	{
		.name = "follow",
		.arguments = N_("ENV [WORKLOAD [CONTAINER]]"),
		.help = N_("Print new log lines until Enter is pressed"),
		.needs = NEED_ENVIRONMENTS | NEED_SETS,
		.is_talk = true,
		.run = plain_follow,
	},
	{
		.name = "clones",
		.arguments = "",
		.help = N_("List temporary environments"),
		.examples = "sidestage clones --demo\n",
		.options = LOOKS,
		.needs = NEED_APPLICATIONS | NEED_ENVIRONMENTS,
		.all_apps = true,
		.run = plain_clones,
	},
	{
		.name = "hotfix",
		.arguments = N_("[CLONE]"),
		.help = N_("Show the steps of a hotfix: done, next, to do"),
		.note = N_("Without CLONE, the newest hotfix is shown."),
		.examples = "sidestage hotfix hotfix-1 --demo\n",
		.options = LOOKS,
		.needs = NEED_ENVIRONMENTS | NEED_CLONES,
		.run = plain_hotfix,
	},
	{
		.name = "history",
		.arguments = N_("[WORDS]"),
		.help = N_("Show the operations made from this machine, oldest first"),
		.note = N_("With WORDS, only operations that contain all of them are shown."),
		.examples = "sidestage history --demo\n"
			"sidestage history promote production --demo --json\n",
		.has_rest = true,
		.options = LOOKS,
		.all_apps = true,
		.is_local = true,
		.run = plain_history,
	},
	{
		.name = "applications",
		.arguments = "",
		.help = N_("List organizations and applications"),
		.examples = "sidestage applications --demo\n",
		.options = OPTIONS_ORG | OPTIONS_OFFLINE,
		.needs = NEED_APPLICATIONS,
		.all_apps = true,
		.run = plain_applications,
	},
	{.name = NULL},
};

static const struct plain_verb others[] = {
	{
		.name = "drop",
		.arguments = N_("ENV [RULE]"),
		.help = N_("List deployments that rules wait to make, or drop one; the rule stays"),
		.note = N_("A rule waits where its author may not deploy. Without RULE, all are listed."),
		.examples = "sidestage drop production --demo\n"
			"sidestage drop production RULE --demo --approve=production\n",
		.options = OPTIONS_ORG | OPTIONS_APP | OPTIONS_APPROVE,
		.needs = NEED_ENVIRONMENTS,
		.run = plain_drop,
	},
	{
		.name = "resume",
		.arguments = N_("[ID]"),
		.help = N_("List interrupted operations, or resume one"),
		.note = N_("Without ID, the interrupted operations are listed with their ids."),
		.examples = "sidestage resume --demo\n"
			"sidestage resume ID --demo\n",
		.all_apps = true,
		.is_local = true,
		.run = plain_resume,
	},
	{
		.name = "abandon",
		.arguments = N_("ID [REASON]"),
		.help = N_("Abandon an interrupted operation"),
		.note = N_("`sidestage resume` lists the ids of interrupted operations."),
		.examples = "sidestage abandon ID \"Done by hand\" --demo\n",
		.has_rest = true,
		.all_apps = true,
		.is_local = true,
		.run = plain_abandon,
	},
	{
		.name = "open",
		.arguments = N_("[ORGANIZATION] APPLICATION"),
		.help = N_("Open another application"),
		.is_talk = true,
		.run = plain_open,
	},
	{
		.name = "help",
		.arguments = "",
		.help = N_("List the commands"),
		.is_talk = true,
		.run = help,
	},
	{
		.name = "quit",
		.arguments = "",
		.help = N_("Quit"),
		.is_talk = true,
		.run = quit,
	},
	{.name = NULL},
};

/* In the order of the help. */
static const struct plain_verb *const tables[] = {looks, plain_changes, others};
#define TABLE_COUNT (sizeof(tables) / sizeof(tables[0]))

/* NULL: there are no more. */
static const struct plain_verb *
verb_at(size_t i)
{
	for (size_t t = 0; t < TABLE_COUNT; t++)
		for (const struct plain_verb *verb = tables[t]; verb->name; verb++)
			if (i-- == 0)
				return verb;
	return NULL;
}

static void
help(struct plain *p, char **words, size_t count)
{
	const struct plain_verb *verb;

	(void)p;
	(void)words;
	(void)count;
	for (size_t i = 0; (verb = verb_at(i)) != NULL; i++)
		output_text_line("  %s%s%s: %s", verb->name, *verb->arguments ? " " : "",
				 *verb->arguments ? _(verb->arguments) : "", _(verb->help));
}

const struct plain_verb *
plain_verb(const char *name)
{
	const struct plain_verb *verb;

	for (size_t i = 0; (verb = verb_at(i)) != NULL; i++)
		if (strcmp(verb->name, name) == 0)
			return verb;
	return NULL;
}

/* How many words it takes, as its arguments say.  A last one that may be several may be none: what
 * it is then is the command's to say. */
static void
count_arguments(const struct plain_verb *verb, size_t *least, size_t *most)
{
	size_t depth = 0;

	*least = *most = 0;
	for (const char *at = verb->arguments; *at; at++) {
		bool begins = at == verb->arguments || at[-1] == ' ';

		depth += *at == '[';
		depth -= *at == ']';
		*most += begins;
		*least += begins && depth == 0;
	}
	if (verb->has_rest) {
		*least -= *least == *most;
		*most = PLAIN_WORDS_MAX;
	}
}

int
plain_check_words(struct plain *p, char **words, size_t count)
{
	const struct plain_verb *verb = plain_verb(words[0]);
	size_t least, most;

	if (!verb) {
		plain_fail(p, EXIT_USAGE, _("Unknown command \"%s\". \"help\" lists them."),
			   words[0]);
		return EXIT_USAGE;
	}
	count_arguments(verb, &least, &most);
	if (count - 1 < least || count - 1 > most) {
		plain_fail(p, EXIT_USAGE, _("Usage: %s %s"), verb->name,
			   *verb->arguments ? _(verb->arguments) : "");
		return EXIT_USAGE;
	}
	return 0;
}

int
plain_words(struct plain *p, char **words, size_t count)
{
	const struct plain_verb *verb;

	if (plain_check_words(p, words, count) != 0)
		return EXIT_USAGE;
	verb = plain_verb(words[0]);
	assert(verb);
	verb->run(p, words + 1, count - 1);
	return 0;
}

bool
plain_verb_at(size_t i, const char **name, const char **words, const char **help_text)
{
	const struct plain_verb *verb;

	for (size_t k = 0; (verb = verb_at(k)) != NULL; k++) {
		if (verb->is_talk || i-- > 0)
			continue;
		assert(k < PLAIN_VERBS_MAX); /* lists of the commands have room for all */
		*name = verb->name;
		*words = verb->arguments;
		*help_text = verb->help;
		return true;
	}
	return false;
}

bool
plain_verb_is_local(const char *name)
{
	const struct plain_verb *verb = plain_verb(name);

	return verb && verb->is_local;
}

unsigned
plain_verb_options(const char *name)
{
	const struct plain_verb *verb = plain_verb(name);

	return verb ? verb->options : 0;
}

/* Words are cut at blanks and nothing is quoted: what is free text is the last argument, and
 * is joined again (plain_joined()). */
void
plain_command(struct plain *p, char *line)
{
	char *words[PLAIN_WORDS_MAX], *word, *rest = line;
	size_t count = 0;

	while ((word = strsep(&rest, " \t\r")) != NULL) {
		if (!*word)
			continue;
		if (count == PLAIN_WORDS_MAX) {
			plain_fail(p, EXIT_USAGE, _("Too many words: at most %d are taken."),
				   PLAIN_WORDS_MAX);
			return;
		}
		words[count++] = word;
	}
	if (count > 0)
		(void)plain_words(p, words, count);
}
