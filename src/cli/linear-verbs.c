/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plain lines' commands: the table, "help", and how a line finds its command. */
#include "config.h"

#include <string.h>

#include "base/i18n.h"
#include "cli/linear-parts.h"
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
	{"board", "", N_("say what runs where"), 0, 0, linear_board},
	{"then", N_("DATE [TIME]"), N_("say what ran where at that time (UTC)"), 1, 2, linear_board_then},
	{"environment", N_("ENV"), N_("tell workloads, resources, values and deployments"), 1, 1,
	 linear_environment_near},
	{"versions", N_("ENV WORKLOAD"), N_("list the versions there are"), 2, 2, linear_versions},
	{"diff", N_("ENV[@DEPLOYMENT] ENV[@DEPLOYMENT]"),
	 N_("say what the second has otherwise than the first"), 2, 2, linear_diff},
	{"logs", N_("ENV [WORKLOAD [CONTAINER]]"), N_("tell what was written last"), 1, 3, linear_logs},
	{"follow", N_("ENV [WORKLOAD [CONTAINER]]"), N_("tell what is written, until Enter"), 1, 3,
	 linear_follow},
	{"clone", N_("ENV NAME"), N_("clone an environment"), 2, 2, linear_clone},
	{"version", N_("ENV WORKLOAD VERSION"), N_("deploy another version of a workload"), 3, 3,
	 linear_version},
	{"set", N_("ENV WORKLOAD PLACE VALUE"), N_("change a value of a workload's configuration"), 4,
	 LINEAR_WORDS_MAX, linear_set},
	{"unset", N_("ENV WORKLOAD PLACE"), N_("take a value out of it"), 3, 3, linear_unset},
	{"deploy", N_("ENV"), N_("deploy again what it holds"), 1, 1, linear_deploy},
	{"promote", N_("CLONE"), N_("take a clone's changes to where it came from"), 1, 1, linear_promote},
	{"carry", N_("CLONE ENV"), N_("take a promoted fix to another environment"), 2, 2, linear_carry},
	{"undo", N_("ENV"), N_("return to the deployment before"), 1, 1, linear_undo},
	{"discard", N_("CLONE"), N_("delete a clone and all that is its own"), 1, 1, linear_discard},
	{"clones", "", N_("list the clones, and what of them is not promoted"), 0, 0, linear_clones},
	{"life", N_("CLONE LENGTH"), N_("say how long a clone is still needed: 8h, 2d, 0"), 2, 2, linear_life},
	{"hotfix", N_("[CLONE]"), N_("tell the steps of a hotfix: done, next, to do"), 0, 1, linear_hotfix},
	{"mark", N_("CLONE STEP [NOTE]"), N_("say that you have seen it: reproduce, verify, carry"), 2,
	 LINEAR_WORDS_MAX, linear_mark},
	{"unmark", N_("CLONE STEP"), N_("take that back"), 2, 2, linear_unmark},
	{"history", N_("[WORDS]"), N_("say what has been done, in order"), 0, LINEAR_WORDS_MAX,
	 linear_history},
	{"applications", "", N_("list organizations and applications"), 0, 0, linear_applications},
	{"open", N_("[ORGANIZATION] APPLICATION"), N_("go to another application"), 1, 2, linear_open},
	{"help", "", N_("list the commands"), 0, 0, help},
	{"quit", "", N_("end"), 0, 0, quit},
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

void
linear_command(struct linear *l, char *line)
{
	char *words[LINEAR_WORDS_MAX], *word, *rest = line;
	size_t count = 0;

	while ((word = strsep(&rest, " \t\r")) != NULL && count < LINEAR_WORDS_MAX)
		if (*word)
			words[count++] = word;
	if (count == 0)
		return;
	for (size_t i = 0; i < VERB_COUNT; i++) {
		if (strcmp(verbs[i].name, words[0]) != 0)
			continue;
		if (count - 1 < verbs[i].least || count - 1 > verbs[i].most)
			linear_fail(l, _("Usage: %s %s"), verbs[i].name,
				    *verbs[i].arguments ? _(verbs[i].arguments) : "");
		else
			verbs[i].run(l, words + 1, count - 1);
		return;
	}
	linear_fail(l, _("There is no command \"%s\"; \"help\" lists them."), words[0]);
}
