/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plain lines' commands: the table, "help", and how a line finds its command. */
#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "base/i18n.h"
#include "cli/command.h"
#include "cli/linear-parts.h"
#include "cli/linear.h"
#include "cli/lines.h"
#include "flow/session.h"

static void
quit(struct linear *l, char **words, size_t count)
{
	(void)words;
	(void)count;
	l->quit = true;
}

static void help(struct linear *l, char **words, size_t count);

/* What a command reads of an application, and what one changes. */
#define LOOKS (OPTIONS_ORG | OPTIONS_APP | OPTIONS_OFFLINE)
#define CHANGES (OPTIONS_ORG | OPTIONS_APP | OPTIONS_CHANGE)

static const struct linear_verb verbs[] = {
	{
		.name = "board",
		.arguments = "",
		.help = N_("Show what runs where"),
		.least = 0,
		.most = 0,
		.options = LOOKS,
		.needs = NEED_ENVIRONMENTS | NEED_SETS | NEED_RUNTIME | NEED_RESOURCES |
			 NEED_ERRORS | NEED_CLONES,
		.run = linear_board,
	},
	{
		.name = LINEAR_SNAPSHOT,
		.arguments = N_("DATE [TIME]"),
		.help = N_("Show the board as it was at that time"),
		.least = 1,
		.most = 2,
		.needs = NEED_APPLICATIONS,
		.is_local = true,
		.is_talk = true,
		.run = linear_snapshot,
	},
	{
		.name = "environment",
		.arguments = N_("ENV"),
		.help = N_("Show an environment: workloads, resources, values, deployments"),
		.least = 1,
		.most = 1,
		.options = LOOKS,
		.needs = NEED_ENVIRONMENTS | NEED_SETS | NEED_RUNTIME | NEED_RESOURCES |
			 NEED_ERRORS | NEED_CLONES,
		.run = linear_environment_near,
	},
	{
		.name = "versions",
		.arguments = N_("ENV WORKLOAD"),
		.help = N_("List the versions of a workload"),
		.least = 2,
		.most = 2,
		.options = LOOKS,
		.needs = NEED_ENVIRONMENTS | NEED_SETS | NEED_VERSIONS,
		.run = linear_versions,
	},
	{
		.name = "diff",
		.arguments = N_("ENV[@DEPLOYMENT] ENV[@DEPLOYMENT]"),
		.help = N_("Show the differences between two environments or deployments"),
		.least = 2,
		.most = 2,
		.options = LOOKS | OPTIONS_DIFF,
		.needs = NEED_ENVIRONMENTS | NEED_SETS,
		.run = linear_diff,
	},
	{
		.name = "logs",
		.arguments = N_("ENV [WORKLOAD [CONTAINER]]"),
		.help = N_("Print the logs of an environment, a workload or a container"),
		.least = 1,
		.most = 3,
		.options = OPTIONS_ORG | OPTIONS_APP | OPTIONS_FOLLOW | OPTIONS_TAIL,
		.needs = NEED_ENVIRONMENTS | NEED_SETS,
		.run = linear_logs,
	},
	{
		.name = "follow",
		.arguments = N_("ENV [WORKLOAD [CONTAINER]]"),
		.help = N_("Print new log lines until Enter is pressed"),
		.least = 1,
		.most = 3,
		.needs = NEED_ENVIRONMENTS | NEED_SETS,
		.is_talk = true,
		.run = linear_follow,
	},
	{
		.name = "clone",
		.arguments = N_("ENV NAME"),
		.help = N_("Clone an environment"),
		.least = 2,
		.most = 2,
		.options = CHANGES | OPTIONS_VALUES | OPTIONS_CLONE,
		.needs = NEED_ENVIRONMENTS | NEED_CLONES,
		.run = linear_clone,
	},
	{
		.name = "version",
		.arguments = N_("ENV WORKLOAD VERSION"),
		.help = N_("Deploy another version of a workload"),
		.least = 3,
		.most = 3,
		.options = CHANGES,
		.needs = NEED_ENVIRONMENTS | NEED_SETS | NEED_VERSIONS,
		.run = linear_version,
	},
	{
		.name = "set",
		.arguments = N_("ENV WORKLOAD PATH VALUE"),
		.help = N_("Change the configuration of a workload"),
		.least = 3,
		.most = LINEAR_WORDS_MAX,
		.options = CHANGES | OPTIONS_JSON_VALUE,
		.needs = NEED_ENVIRONMENTS | NEED_SETS,
		.run = linear_set,
	},
	{
		.name = "unset",
		.arguments = N_("ENV WORKLOAD PATH"),
		.help = N_("Remove a part of the configuration of a workload"),
		.least = 3,
		.most = 3,
		.options = CHANGES,
		.needs = NEED_ENVIRONMENTS | NEED_SETS,
		.run = linear_unset,
	},
	{
		.name = "deploy",
		.arguments = N_("ENV"),
		.help = N_("Redeploy an environment"),
		.least = 1,
		.most = 1,
		.options = CHANGES | OPTIONS_VALUES,
		.needs = NEED_ENVIRONMENTS,
		.run = linear_deploy,
	},
	{
		.name = "promote",
		.arguments = N_("CLONE"),
		.help = N_("Deploy the changes of a clone to its source"),
		.least = 1,
		.most = 1,
		.options = CHANGES | OPTIONS_TAKE,
		.needs = NEED_ENVIRONMENTS | NEED_CLONES,
		.run = linear_promote,
	},
	{
		.name = "carry",
		.arguments = N_("CLONE ENV"),
		.help = N_("Carry a promoted fix to another environment"),
		.least = 2,
		.most = 2,
		.options = CHANGES | OPTIONS_TAKE,
		.needs = NEED_ENVIRONMENTS | NEED_CLONES,
		.run = linear_carry,
	},
	{
		.name = "undo",
		.arguments = N_("ENV"),
		.help = N_("Roll back the last deployment"),
		.least = 1,
		.most = 1,
		.options = CHANGES | OPTIONS_TAKE,
		.needs = NEED_ENVIRONMENTS,
		.run = linear_undo,
	},
	{
		.name = "discard",
		.arguments = N_("CLONE"),
		.help = N_("Delete a clone and everything in it"),
		.least = 1,
		.most = 1,
		.options = CHANGES,
		.needs = NEED_ENVIRONMENTS | NEED_CLONES,
		.run = linear_discard,
	},
	{
		.name = "clones",
		.arguments = "",
		.help = N_("List temporary environments"),
		.least = 0,
		.most = 0,
		.options = LOOKS,
		.needs = NEED_APPLICATIONS | NEED_ENVIRONMENTS,
		.all_apps = true,
		.run = linear_clones,
	},
	{
		.name = "ttl",
		.arguments = N_("CLONE DURATION"),
		.help = N_("Set the time to live of a clone: 8h, 2d, or 0 for no end"),
		.least = 2,
		.most = 2,
		.options = OPTIONS_ORG | OPTIONS_APP,
		.needs = NEED_ENVIRONMENTS | NEED_CLONES,
		.run = linear_ttl,
	},
	{
		.name = "hotfix",
		.arguments = N_("[CLONE]"),
		.help = N_("Show the steps of a hotfix: done, next, to do"),
		.least = 0,
		.most = 1,
		.options = LOOKS,
		.needs = NEED_ENVIRONMENTS | NEED_CLONES,
		.run = linear_hotfix,
	},
	{
		.name = "mark",
		.arguments = N_("CLONE STEP [NOTE]"),
		.help = N_("Record a manual step as done: reproduce, verify or carry"),
		.least = 2,
		.most = LINEAR_WORDS_MAX,
		.options = OPTIONS_ORG | OPTIONS_APP,
		.needs = NEED_ENVIRONMENTS,
		.run = linear_mark,
	},
	{
		.name = "unmark",
		.arguments = N_("CLONE STEP"),
		.help = N_("Remove the record of a manual step"),
		.least = 2,
		.most = 2,
		.options = OPTIONS_ORG | OPTIONS_APP,
		.needs = NEED_ENVIRONMENTS,
		.run = linear_unmark,
	},
	{
		.name = "resume",
		.arguments = N_("[ID]"),
		.help = N_("List interrupted operations, or resume one"),
		.least = 0,
		.most = 1,
		.all_apps = true,
		.is_local = true,
		.run = linear_resume,
	},
	{
		.name = "abandon",
		.arguments = N_("ID [REASON]"),
		.help = N_("Abandon an interrupted operation"),
		.least = 1,
		.most = LINEAR_WORDS_MAX,
		.all_apps = true,
		.is_local = true,
		.run = linear_abandon,
	},
	{
		.name = "history",
		.arguments = N_("[WORDS]"),
		.help = N_("Show the operations of this machine, oldest first"),
		.least = 0,
		.most = LINEAR_WORDS_MAX,
		.options = LOOKS,
		.all_apps = true,
		.is_local = true,
		.run = linear_history,
	},
	{
		.name = "applications",
		.arguments = "",
		.help = N_("List organizations and applications"),
		.least = 0,
		.most = 0,
		.options = OPTIONS_ORG | OPTIONS_OFFLINE,
		.needs = NEED_APPLICATIONS,
		.all_apps = true,
		.run = linear_applications,
	},
	{
		.name = "open",
		.arguments = N_("[ORGANIZATION] APPLICATION"),
		.help = N_("Open another application"),
		.least = 1,
		.most = 2,
		.is_talk = true,
		.run = linear_open,
	},
	{
		.name = "help",
		.arguments = "",
		.help = N_("List the commands"),
		.least = 0,
		.most = 0,
		.is_talk = true,
		.run = help,
	},
	{
		.name = "quit",
		.arguments = "",
		.help = N_("Quit"),
		.least = 0,
		.most = 0,
		.is_talk = true,
		.run = quit,
	},
};

#define VERB_COUNT (sizeof(verbs) / sizeof(verbs[0]))

_Static_assert(VERB_COUNT <= LINEAR_VERBS_MAX, "lists of the commands have no room for all");

static void
help(struct linear *l, char **words, size_t count)
{
	(void)l;
	(void)words;
	(void)count;
	for (size_t i = 0; i < VERB_COUNT; i++)
		lines_say("  %s%s%s: %s", verbs[i].name, *verbs[i].arguments ? " " : "",
			  *verbs[i].arguments ? _(verbs[i].arguments) : "", _(verbs[i].help));
}

const struct linear_verb *
linear_verb(const char *name)
{
	for (size_t i = 0; i < VERB_COUNT; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

int
linear_check_words(struct linear *l, char **words, size_t count)
{
	const struct linear_verb *verb = linear_verb(words[0]);

	if (!verb) {
		linear_fail(l, EXIT_USAGE, _("Unknown command \"%s\". \"help\" lists them."),
			    words[0]);
		return EXIT_USAGE;
	}
	if (count - 1 < verb->least || count - 1 > verb->most) {
		linear_fail(l, EXIT_USAGE, _("Usage: %s %s"), verb->name,
			    *verb->arguments ? _(verb->arguments) : "");
		return EXIT_USAGE;
	}
	return 0;
}

int
linear_words(struct linear *l, char **words, size_t count)
{
	if (linear_check_words(l, words, count) != 0)
		return EXIT_USAGE;
	linear_verb(words[0])->run(l, words + 1, count - 1);
	return 0;
}

bool
linear_verb_at(size_t i, const char **name, const char **words, const char **help_text)
{
	for (size_t k = 0; k < VERB_COUNT; k++) {
		if (verbs[k].is_talk || i-- > 0)
			continue;
		*name = verbs[k].name;
		*words = verbs[k].arguments;
		*help_text = verbs[k].help;
		return true;
	}
	return false;
}

bool
linear_verb_is_local(const char *name)
{
	const struct linear_verb *verb = linear_verb(name);

	return verb && verb->is_local;
}

unsigned
linear_verb_options(const char *name)
{
	const struct linear_verb *verb = linear_verb(name);

	return verb ? verb->options : 0;
}

void
linear_command(struct linear *l, char *line)
{
	char *words[LINEAR_WORDS_MAX], *word, *rest = line;
	size_t count = 0;

	while ((word = strsep(&rest, " \t\r")) != NULL) {
		if (!*word)
			continue;
		if (count == LINEAR_WORDS_MAX) {
			linear_fail(l, EXIT_USAGE, _("Too many words: at most %d are taken."),
				    LINEAR_WORDS_MAX);
			return;
		}
		words[count++] = word;
	}
	if (count > 0)
		(void)linear_words(l, words, count);
}
