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

static const struct linear_verb verbs[] = {
	{"board", "", N_("say what runs where"), 0, 0, false, linear_board},
	{"then", N_("DATE [TIME]"), N_("say what ran where at that time"), 1, 2, false, linear_board_then},
	{"environment", N_("ENV"), N_("tell workloads, resources, values and deployments"), 1, 1, false,
	 linear_environment_near},
	{"versions", N_("ENV WORKLOAD"), N_("list the versions there are"), 2, 2, false, linear_versions},
	{"diff", N_("ENV[@DEPLOYMENT] ENV[@DEPLOYMENT]"),
	 N_("say what the second has otherwise than the first"), 2, 2, false, linear_diff},
	{"logs", N_("ENV [WORKLOAD [CONTAINER]]"), N_("tell what was written last"), 1, 3, false, linear_logs},
	{"follow", N_("ENV [WORKLOAD [CONTAINER]]"), N_("tell what is written, until Enter"), 1, 3, false,
	 linear_follow},
	{"clone", N_("ENV NAME"), N_("clone an environment"), 2, 2, false, linear_clone},
	{"version", N_("ENV WORKLOAD VERSION"), N_("deploy another version of a workload"), 3, 3, false,
	 linear_version},
	{"set", N_("ENV WORKLOAD PLACE VALUE"), N_("change a value of a workload's configuration"), 4,
	 LINEAR_WORDS_MAX, false, linear_set},
	{"unset", N_("ENV WORKLOAD PLACE"), N_("take a value out of it"), 3, 3, false, linear_unset},
	{"deploy", N_("ENV"), N_("deploy again what it holds"), 1, 1, false, linear_deploy},
	{"promote", N_("CLONE"), N_("take a clone's changes to where it came from"), 1, 1, false, linear_promote},
	{"carry", N_("CLONE ENV"), N_("take a promoted fix to another environment"), 2, 2, false, linear_carry},
	{"undo", N_("ENV"), N_("return to the deployment before"), 1, 1, false, linear_undo},
	{"discard", N_("CLONE"), N_("delete a clone and all that is its own"), 1, 1, false, linear_discard},
	{"clones", "", N_("list the clones, and what of them is not promoted"), 0, 0, false, linear_clones},
	{"life", N_("CLONE LENGTH"), N_("say how long a clone is still needed: 8h, 2d, 0"), 2, 2, false, linear_life},
	{"hotfix", N_("[CLONE]"), N_("tell the steps of a hotfix: done, next, to do"), 0, 1, false, linear_hotfix},
	{"mark", N_("CLONE STEP [NOTE]"), N_("say that you have seen it: reproduce, verify, carry"), 2,
	 LINEAR_WORDS_MAX, false, linear_mark},
	{"unmark", N_("CLONE STEP"), N_("take that back"), 2, 2, false, linear_unmark},
	{"history", N_("[WORDS]"), N_("say what has been done, in order"), 0, LINEAR_WORDS_MAX, false,
	 linear_history},
	{"applications", "", N_("list organizations and applications"), 0, 0, false, linear_applications},
	{"open", N_("[ORGANIZATION] APPLICATION"), N_("go to another application"), 1, 2, true, linear_open},
	{"help", "", N_("list the commands"), 0, 0, true, help},
	{"quit", "", N_("end"), 0, 0, true, quit},
};

#define VERB_COUNT (sizeof(verbs) / sizeof(verbs[0]))

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
