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
	{"board", "", N_("Show what runs where"), 0, 0, LOOKS, false, linear_board},
	{"then", N_("DATE [TIME]"), N_("Show the board as it was at that time"), 1, 2, LOOKS, false,
	 linear_board_then},
	{"environment", N_("ENV"), N_("Show an environment: workloads, resources, values, deployments"), 1, 1,
	 LOOKS, false, linear_environment_near},
	{"versions", N_("ENV WORKLOAD"), N_("List the versions of a workload"), 2, 2, LOOKS, false,
	 linear_versions},
	{"diff", N_("ENV[@DEPLOYMENT] ENV[@DEPLOYMENT]"),
	 N_("Show the differences between two environments or deployments"), 2, 2, LOOKS | OPTIONS_DIFF, false,
	 linear_diff},
	{"logs", N_("ENV [WORKLOAD [CONTAINER]]"), N_("Print what was written last"), 1, 3,
	 OPTIONS_ORG | OPTIONS_APP | OPTIONS_FOLLOW | OPTIONS_TAIL, false, linear_logs},
	{"follow", N_("ENV [WORKLOAD [CONTAINER]]"), N_("Print what is written, until the input ends"), 1, 3,
	 OPTIONS_ORG | OPTIONS_APP | OPTIONS_TAIL, false, linear_follow},
	{"clone", N_("ENV NAME"), N_("Clone an environment"), 2, 2, CHANGES | OPTIONS_VALUES, false,
	 linear_clone},
	{"version", N_("ENV WORKLOAD VERSION"), N_("Deploy another version of a workload"), 3, 3, CHANGES, false,
	 linear_version},
	{"set", N_("ENV WORKLOAD PATH VALUE"), N_("Change the configuration of a workload"), 3,
	 LINEAR_WORDS_MAX, CHANGES | OPTIONS_JSON_VALUE, false, linear_set},
	{"unset", N_("ENV WORKLOAD PATH"), N_("Remove a part of the configuration of a workload"), 3, 3, CHANGES,
	 false, linear_unset},
	{"deploy", N_("ENV"), N_("Redeploy an environment"), 1, 1, CHANGES, false, linear_deploy},
	{"promote", N_("CLONE"), N_("Bring the changes of a clone to where it came from"), 1, 1,
	 CHANGES | OPTIONS_TAKE, false, linear_promote},
	{"carry", N_("CLONE ENV"), N_("Carry a promoted fix to another environment"), 2, 2, CHANGES | OPTIONS_TAKE,
	 false, linear_carry},
	{"undo", N_("ENV"), N_("Roll back the last deployment"), 1, 1, CHANGES | OPTIONS_TAKE, false, linear_undo},
	{"discard", N_("CLONE"), N_("Delete a clone and everything in it"), 1, 1, CHANGES, false, linear_discard},
	{"clones", "", N_("List temporary environments"), 0, 0, LOOKS, false, linear_clones},
	{"life", N_("CLONE DURATION"), N_("Set how long a clone is kept: 8h, 2d, 0 for no end"), 2, 2,
	 OPTIONS_ORG | OPTIONS_APP, false, linear_life},
	{"hotfix", N_("[CLONE]"), N_("Show the steps of a hotfix: done, next, to do"), 0, 1, LOOKS, false,
	 linear_hotfix},
	{"mark", N_("CLONE STEP [NOTE]"), N_("Record a manual step: reproduce, verify, carry"), 2,
	 LINEAR_WORDS_MAX, OPTIONS_ORG | OPTIONS_APP, false, linear_mark},
	{"unmark", N_("CLONE STEP"), N_("Remove such a record"), 2, 2, OPTIONS_ORG | OPTIONS_APP, false,
	 linear_unmark},
	{"history", N_("[WORDS]"), N_("Show what has been done, oldest first"), 0, LINEAR_WORDS_MAX, LOOKS, false,
	 linear_history},
	{"applications", "", N_("List organizations and applications"), 0, 0, OPTIONS_ORG | OPTIONS_OFFLINE, false,
	 linear_applications},
	{"open", N_("[ORGANIZATION] APPLICATION"), N_("Open another application"), 1, 2, 0, true, linear_open},
	{"help", "", N_("List the commands"), 0, 0, 0, true, help},
	{"quit", "", N_("Quit"), 0, 0, 0, true, quit},
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

int
linear_words(struct linear *l, char **words, size_t count)
{
	for (size_t i = 0; i < VERB_COUNT; i++) {
		if (strcmp(verbs[i].name, words[0]) != 0)
			continue;
		if (count - 1 >= verbs[i].least && count - 1 <= verbs[i].most) {
			verbs[i].run(l, words + 1, count - 1);
			return 0;
		}
		linear_fail(l, EXIT_USAGE, _("Usage: %s %s"), verbs[i].name,
			    *verbs[i].arguments ? _(verbs[i].arguments) : "");
		return EXIT_USAGE;
	}
	linear_fail(l, EXIT_USAGE, _("There is no command \"%s\"; \"help\" lists them."), words[0]);
	return EXIT_USAGE;
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

unsigned
linear_verb_options(const char *name)
{
	for (size_t i = 0; i < VERB_COUNT; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return verbs[i].options;
	return 0;
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
			linear_fail(l, EXIT_USAGE, _("Too many words: at most %d are taken."), LINEAR_WORDS_MAX);
			return;
		}
		words[count++] = word;
	}
	if (count > 0)
		(void)linear_words(l, words, count);
}
