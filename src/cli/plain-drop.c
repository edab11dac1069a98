/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * "drop ENV RULE": shows what the rule waits with, and drops it where --approve names the
 * environment.  Without a rule: all that waits in the environment is listed, with the rules' ids.
 */
#include "config.h"

#include "cli/plain-drop.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "cli/command.h"
#include "cli/output-json-environment.h"
#include "cli/output-json.h"
#include "cli/output-text.h"
#include "cli/plain-fail.h"
#include "cli/plain-state.h"
#include "flow/deed.h"
#include "flow/world/words.h"
#include "flow/world/world.h"
#include "model/nouns.h"

static void
tell_waiting(const struct rule_wait *wait)
{
	char *words = words_of_wait(wait);

	output_text_line("%s  %s", untrusted_raw(&wait->rule), words);
	free(words);
}

static void
list_waiting(struct plain *p, const struct environment *environment)
{
	if (plain_wants_json(p)) {
		plain_print_json(p, output_json_waiting(environment));
		return;
	}
	for (size_t i = 0; i < environment->waiting_count; i++)
		tell_waiting(&environment->waiting[i]);
	if (environment->waiting_count == 0)
		output_text_line(_("No rule waits to deploy in %s."),
				 untrusted_raw(&environment->id));
}

/* By its id or a beginning of it that no other has; NULL: there is none, and it was said. */
static const struct rule_wait *
find_waiting(struct plain *p, const struct environment *environment, const char *word)
{
	const struct rule_wait *found = NULL;

	for (size_t i = 0; *word && i < environment->waiting_count; i++) {
		const struct rule_wait *wait = &environment->waiting[i];

		if (strncmp(untrusted_raw(&wait->rule), word, strlen(word)) != 0)
			continue;
		if (found && !untrusted_equal(&found->rule, &wait->rule)) {
			plain_fail(p, EXIT_USAGE, _("Several rules that wait in %s begin with \"%s\"."),
				   untrusted_raw(&environment->id), word);
			return NULL;
		}
		found = wait;
	}
	if (!found)
		plain_fail(p, EXIT_USAGE, _("No rule \"%s\" waits in %s; `sidestage drop %s` lists those that do."),
			   word, untrusted_raw(&environment->id), untrusted_raw(&environment->id));
	return found;
}

static bool
is_answered(void *data)
{
	return deed_is_answered(data);
}

static void
drop(struct plain *p, const char *env, const char *rule)
{
	struct error err = {0};
	struct deed *drop = deed_drop_rule(p->session, p->org, p->app, env, rule, &err);

	if (!drop) {
		plain_fail_error(p, &err, EXIT_STAGE_CHANGE);
		return;
	}
	if (!plain_wait(p, is_answered, drop))
		plain_fail(p, EXIT_RUNNING, "%s", plain_why(NULL));
	else if (deed_error(drop)->kind != ERROR_NONE)
		plain_fail_error(p, deed_error(drop), EXIT_STAGE_CHANGE);
	else if (plain_wants_json(p))
		plain_print_json(p, json_pack("{s:s, s:s, s:b}", "environment", env, "rule", rule,
					      "is_dropped", 1));
	else
		output_text_line(_("Dropped. The rule stays."));
	deed_close(drop);
}

static void
preview(struct plain *p, const struct environment *environment, const struct rule_wait *wait)
{
	const char *env = untrusted_raw(&environment->id);

	if (plain_wants_json(p)) {
		plain_print_json(p, json_pack("{s:s, s:s, s:b}", "environment", env, "rule",
					      untrusted_raw(&wait->rule), "is_dropped", 0));
	} else {
		tell_waiting(wait);
		output_text_line(_("Nothing was changed. Add --approve=%s to approve."), env);
	}
	p->code = EXIT_PREVIEWED;
}

void
plain_drop(struct plain *p, char **words, size_t count)
{
	const struct world_environment *e = plain_environment(p, words[0]);
	const struct rule_wait *wait = NULL;
	const char *approved = p->once ? p->once->approve : NULL;
	char *rule;

	if (!e)
		return;
	if (approved && strcmp(approved, words[0]) != 0) {
		plain_fail(p, EXIT_USAGE,
			   _("This changes %s, but %s was approved. Nothing was changed."), words[0],
			   approved);
		return;
	}
	if (count > 1 && !(wait = find_waiting(p, &e->environment, words[1])))
		return;
	if (!wait && approved) {
		plain_fail(p, EXIT_USAGE, _("Name the rule; `sidestage drop %s` lists those that wait."),
			   words[0]);
	} else if (!wait) {
		list_waiting(p, &e->environment);
	} else if (!approved) {
		preview(p, &e->environment, wait);
	} else {
		rule = xstrdup(untrusted_raw(&wait->rule));
		drop(p, words[0], rule);
		free(rule);
	}
}
