/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Replicas, restart and pause: each is drafted, and begun like any other deployment. */
#include "config.h"

#include "cli/plain-scale.h"

#include <jansson.h>

#include "base/error.h"
#include "base/i18n.h"
#include "cli/output-text.h"
#include "cli/plain-fail.h"
#include "cli/plain-state.h"
#include "flow/verbs/flow.h"
#include "flow/verbs/scale.h"
#include "flow/world/world.h"

/* NULL: there is none, or not the workload in it (NULL: any), and that was said. */
static const struct world_environment *
find_environment(struct plain *p, const char *env, const char *workload)
{
	const struct world_environment *e = plain_environment(p, env);

	if (e && workload)
		return plain_workload(p, e, workload) ? e : NULL;
	if (e && !e->set)
		plain_fail_set(p, e);
	return e && e->set ? e : NULL;
}

static void
print_unchanged(struct plain *p, const char *verb, const char *env, const char *text)
{
	if (plain_wants_json(p))
		plain_print_json(p, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "verb", verb, "state",
					      "unchanged", "organization", p->org, "application",
					      p->app, "environment", env, "message", text));
	else
		output_text_line("%s", text);
}

/* Takes what was drafted. */
static void
begin(struct plain *p, const char *verb, const char *env, struct scale_draft *draft)
{
	if (draft->unchanged)
		print_unchanged(p, verb, env, draft->unchanged);
	else
		plain_begin(p, &(struct flow_request){.verb = FLOW_DEPLOY,
						      .org = p->org,
						      .app = p->app,
						      .env = env,
						      .draft = draft->delta});
	scale_draft_clear(draft);
}

void
plain_replicas(struct plain *p, char **words, size_t count)
{
	const struct world_environment *e = find_environment(p, words[0], words[1]);
	const char *workload = words[1];
	struct scale_draft draft = {0};
	struct error err = {0};

	(void)count;
	if (!e)
		return;
	if (scale_replicas(e, &workload, 1, words[2], &draft, &err) == 0)
		begin(p, "replicas", words[0], &draft);
	else
		plain_fail_error(p, &err, EXIT_STAGE_WORDS);
}

void
plain_restart(struct plain *p, char **words, size_t count)
{
	const struct world_environment *e = find_environment(p, words[0], words[1]);
	const char *workload = words[1];
	struct scale_draft draft = {0};
	struct error err = {0};

	(void)count;
	if (!e)
		return;
	if (scale_restart(e, &workload, 1, &draft, &err) == 0)
		begin(p, "restart", words[0], &draft);
	else
		plain_fail_error(p, &err, EXIT_STAGE_WORDS);
}

void
plain_pause(struct plain *p, char **words, size_t count)
{
	const struct world_environment *e = find_environment(p, words[0], NULL);
	struct scale_draft draft = {0};
	struct error err = {0};

	(void)count;
	if (!e)
		return;
	if (scale_pause(e, &draft, &err) == 0)
		begin(p, "pause", words[0], &draft);
	else
		plain_fail_error(p, &err, EXIT_STAGE_WORDS);
}
