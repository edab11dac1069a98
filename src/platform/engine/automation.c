/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A rule's update is a row that waits until its environment is free, so that a crash between
 * the new version and its deployment loses neither.  The row goes in the transaction that
 * records the deployment.  What is refused for good is logged and dropped; what only comes at
 * a bad time stays.
 *
 * Patterns are a person's and are run in the daemon's one thread: their matcher is one that always
 * ends soon (base/pattern.h).
 */
#include "config.h"

#include "platform/engine/automation.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/pattern.h"
#include "base/xmalloc.h"
#include "model/delta.h"
#include "model/error-codes.h"
#include "model/image.h"
#include "model/nouns.h"
#include "model/set.h"
#include "net/loop.h"
#include "platform/auth/access.h"
#include "platform/engine/deploy.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-rules.h"
#include "platform/state/repository-sets.h"
#include "platform/state/repository-users.h"
#include "platform/state/repository.h"

/* Environments are not watched for becoming free: updates are rare,
 * and a look is one small query. */
#define RETRY_MS 300
#define RIGHTS_MS 3000		/* for those that wait for their maker to be allowed to */
#define PATTERN_MAX 256
#define DELTA_ID_DIGITS 40

struct automation {
	struct platform *platform;
	struct loop_timer *timer;
};

/* Rules. */

/* The matcher has its limits (base/pattern.h); a length is for who reads it. */
static int
check_pattern(const char *key, const char *text, struct error *err)
{
	struct error why = {0};
	struct pattern *pattern;

	if (strlen(text) > PATTERN_MAX)
		return error_set_code(err, CODE_MEMBER_TOO_LONG, .member = key, .max = PATTERN_MAX);
	for (const char *c = text; *c; c++) {
		if (*c == '\\' && c[1] >= '1' && c[1] <= '9')
			return error_set_code(err, CODE_PATTERN_REFERS_BACK, .member = key);
		c += *c == '\\' && c[1];
	}
	pattern = pattern_new(text, &why);
	if (!pattern)
		return error_set_code(err, CODE_PATTERN_INVALID, .member = key, .reason = why.text);
	pattern_free(pattern);
	return 0;
}

static bool
is_like(const char *text, const char *ref)
{
	struct pattern *pattern = *text ? pattern_new(text, NULL) : NULL;
	bool same = pattern && pattern_matches(pattern, ref);

	pattern_free(pattern);
	return same || !*text;
}

/* A filter and its opposite, or the old and the new way to say which ref, are given together. */
static int
check_contradictions(const struct rule *rule, struct error *err)
{
	bool has_ref = *untrusted_raw(&rule->match_ref) != '\0';

	if (rule->image_count > 0 && rule->artefact_count > 0)
		return error_set_code(err, CODE_FILTERS_GIVEN);
	if (rule->exclude_images_filter && rule->exclude_artefacts_filter)
		return error_set_code(err, CODE_EXCLUDE_FILTERS_GIVEN);
	if (has_ref && *untrusted_raw(&rule->match))
		return error_set_code(err, CODE_MATCH_REF_GIVEN, .member = "match");
	if (has_ref && rule->update_to != RULE_UNKNOWN)
		return error_set_code(err, CODE_MATCH_REF_GIVEN, .member = "update_to");
	return 0;
}

int
automation_complete_rule(struct rule *rule, struct error *err)
{
	if (check_contradictions(rule, err) != 0 ||
	    check_pattern("match_ref", untrusted_raw(&rule->match_ref), err) != 0 ||
	    check_pattern("match", untrusted_raw(&rule->match), err) != 0)
		return -1;
	if (rule->update_to == RULE_UNKNOWN)
		rule->update_to = RULE_BRANCH;
	return 0;
}

static bool
is_listed(const struct untrusted *names, size_t count, bool exclude, const char *name)
{
	bool found = false;

	for (size_t i = 0; i < count; i++)
		found = found || untrusted_is(&names[i], name);
	return count == 0 || found != exclude;
}

/* "match" is about the name of a branch or tag, "match_ref" about the whole ref. */
static bool
is_ref_wanted(const struct rule *rule, const char *ref)
{
	const char *match = untrusted_raw(&rule->match);
	const char *prefix = rule->update_to == RULE_TAG ? "refs/tags/" : "refs/heads/";

	if (!*match)
		return is_like(untrusted_raw(&rule->match_ref), ref);
	return strncmp(ref, prefix, strlen(prefix)) == 0 && is_like(match, ref + strlen(prefix));
}

static bool
is_wanted(const struct rule *rule, const struct artefact_version *version)
{
	const char *name = untrusted_raw(&version->name);

	return rule->active &&
	       is_listed(rule->artefacts_filter, rule->artefact_count,
			 rule->exclude_artefacts_filter, name) &&
	       is_listed(rule->images_filter, rule->image_count, rule->exclude_images_filter,
			 name) &&
	       is_ref_wanted(rule, untrusted_raw(&version->ref));
}

/* Updates. */

/* Every workload that runs this artefact, whatever its version; one
 * that already has it stays as it is. */
static int
set_images(struct delta *delta, const struct set *set, const struct rule_update *update,
	   struct error *err)
{
	char *wanted = xasprintf("%s:%s", update->name, update->version);
	const char *module;
	json_t *body;
	int ret = 0;

	json_object_foreach(set_modules(set), module, body) {
		const char *reference = set_module_image(set, module);
		struct image image;

		if (!reference || strcmp(reference, wanted) == 0)
			continue;
		image_parse(&image, reference);
		if (ret == 0 && strcmp(image.name, update->name) == 0)
			ret = delta_set_image(delta, set, module, wanted, err);
		image_clear(&image);
	}
	free(wanted);
	return ret;
}

/* A delta that makes the update is stored, and its id given; "" when there is nothing to change. */
static char *
store_delta(struct platform *platform, const struct place *place, const struct set *set,
	    const struct rule_update *update, const char *user, struct error *err)
{
	struct delta *delta = delta_new();
	char id[DELTA_ID_DIGITS + 1] = "";
	int ret = set_images(delta, set, update, err);

	if (ret == 0 && !delta_is_empty(delta)) {
		ids_random_hex(id, DELTA_ID_DIGITS);
		ret = repository_put_delta(platform->repository, place, id, delta, place->env,
					   update->rule, user, clock_wall_ms(), err);
	}
	delta_free(delta);
	return ret == 0 ? xstrdup(id) : NULL;
}

/* The id of a delta that makes the update; "" when there is nothing to change; NULL with err. */
static char *
make_delta(struct platform *platform, const struct place *place, const struct rule_update *update,
	   const char *user, struct error *err)
{
	struct environment env;
	struct set *set;
	char *id;

	if (repository_read_environment(platform->repository, place, &env, err) != 0)
		return NULL;
	if (!env.from_deploy.set_id.raw) {
		environment_clear(&env);
		return xstrdup("");	/* nothing was deployed, so nothing is updated */
	}
	set = repository_set(platform->repository, place, env.from_deploy.set_id.raw, err);
	environment_clear(&env);
	if (!set)
		return NULL;
	id = store_delta(platform, place, set, update, user, err);
	set_unref(set);
	return id;
}

enum outcome { MADE, NOT_NOW, NOT_ALLOWED };

static enum outcome
make_update(struct platform *platform, const struct place *place, const struct rule_update *update)
{
	const char *maker = update->made_by;
	struct deploy_request request = {.user = *maker ? maker : platform->user};
	struct deployment deployment = {0};
	struct error err = {0};
	char *delta = make_delta(platform, place, update, request.user, &err), *comment;
	bool made;

	comment = xasprintf("%s:%s by the rule %s of %s, registered by %s", update->name,
			    update->version, update->rule, request.user, update->registered_by);
	if (delta && *delta) {
		request.delta_id = delta;
		request.comment = comment;
		(void)!deploy_start(platform, place, &request, &deployment, &err);
	} else if (delta) {
		/* Nothing is to be changed, unless what goes on there now changes it. */
		(void)!deploy_check(platform, place, &request, &err);
	}
	/* It is being changed, deleted, or the daemon ends: what is wanted is not forgotten. */
	made = err.kind != ERROR_CONFLICT;
	if (made && err.kind != ERROR_NONE)
		log_line(LOG_PRIORITY_WARNING, "a rule's update was refused", "environment",
			 place->env, "update", comment, "error", err.text, NULL);
	deployment_clear(&deployment);
	free(comment);
	free(delta);
	return made ? MADE : NOT_NOW;
}

static bool
is_gone(struct platform *platform, const struct place *place)
{
	struct error err = {0};

	return repository_has(platform->repository, place, &err) != 0 &&
	       err.kind == ERROR_NOT_FOUND;
}

/* By whoever made the rule; *why is what keeps them from it. */
static enum outcome
make_if_allowed(struct platform *platform, const struct rule_update *update, struct error *why)
{
	struct place place = {update->org, update->app,
			      update->env};
	struct caller maker;
	enum outcome outcome = NOT_NOW;

	if (caller_init_user(&maker, platform, update->made_by, why) != 0)
		return NOT_NOW;
	if (access_check(platform, &maker, PERMISSION_DEPLOY, &place, NULL, why) == 0)
		outcome = make_update(platform, &place, update);
	else if (why->kind == ERROR_ACCESS || why->kind == ERROR_NOT_FOUND)
		outcome = is_gone(platform, &place) ? MADE : NOT_ALLOWED;
	caller_clear(&maker);
	return outcome;
}

/* Said once, and again when the reason is another. */
static int
note_waiting(struct repository *repository, const struct rule_update *update,
	     const struct error *why, struct error *err)
{
	if (strcmp(update->waits_for, why->text) == 0)
		return 0;
	log_line(LOG_PRIORITY_WARNING, "a rule waits for its maker's rights", "environment",
		 update->env, "rule", update->rule, "maker",
		 update->made_by, "why", why->text, NULL);
	return repository_rule_update_waits(repository, update->seq, why->text, err);
}

/* The deployment is asked for and the update forgotten in one. */
static enum outcome
take_update(struct automation *automation, const struct rule_update *update)
{
	struct repository *repository = automation->platform->repository;
	struct error err = {0}, why = {0};
	enum outcome outcome;
	int ret = 0;

	if (repository_begin(repository, &err) == 0) {
		outcome = make_if_allowed(automation->platform, update, &why);
		if (outcome == MADE)
			ret = repository_drop_rule_update(repository, update->seq, &err);
		else if (outcome == NOT_ALLOWED)
			ret = note_waiting(repository, update, &why, &err);
		if (outcome != NOT_NOW && ret == 0 && repository_commit(repository, &err) == 0)
			return outcome;
		repository_rollback(repository);
	}
	if (err.kind != ERROR_NONE)
		log_line(LOG_PRIORITY_ERROR, "cannot make an update", "error", err.text, NULL);
	return NOT_NOW;
}

/* Rights come back seldom. */
static void
work(void *data)
{
	struct automation *automation = data;
	struct error err = {0};
	struct rule_updates updates;
	int64_t again = 0;

	automation->timer = NULL;
	if (repository_rule_updates(automation->platform->repository, &updates, &err) != 0) {
		log_line(LOG_PRIORITY_ERROR, "cannot read what the rules want", "error", err.text,
			 NULL);
		again = RETRY_MS;
	}
	for (size_t i = 0; i < updates.count; i++) {
		enum outcome outcome = take_update(automation, &updates.items[i]);

		if (outcome == NOT_NOW)
			again = RETRY_MS;
		else if (outcome == NOT_ALLOWED && again == 0)
			again = RIGHTS_MS;
	}
	rule_updates_clear(&updates);
	if (again)
		automation->timer = loop_add_timer(automation->platform->loop, again, work,
						   automation);
}

static void
wake(void *data)
{
	struct automation *automation = data;

	loop_remove_timer(automation->timer);
	automation->timer = loop_add_timer(automation->platform->loop, 0, work, automation);
}

int
automation_take_version(struct automation *automation, const char *org,
			const struct artefact_version *version, const char *user,
			struct error *err)
{
	struct repository *repository = automation->platform->repository;
	struct placed_rules rules;
	int ret = repository_rules_of_org(repository, org, &rules, err);

	for (size_t i = 0; i < rules.count; i++) {
		const struct placed_rule *placed = &rules.items[i];
		struct place place = {org, placed->app, placed->env};

		if (ret == 0 && is_wanted(&placed->rule, version))
			ret = repository_put_rule_update(repository, &place, placed->rule.id.raw,
							 untrusted_raw(&version->name),
							 untrusted_raw(&version->version), user,
							 err);
	}
	placed_rules_clear(&rules);
	if (ret == 0)
		repository_after_commit(repository, wake, NULL, automation);
	return ret;
}

struct automation *
automation_new(struct platform *platform)
{
	struct automation *automation = xcalloc(1, sizeof(*automation));

	automation->platform = platform;
	automation->timer = loop_add_timer(platform->loop, RETRY_MS, work, automation);
	return automation;
}

void
automation_free(struct automation *automation)
{
	if (!automation)
		return;
	loop_remove_timer(automation->timer);
	free(automation);
}
