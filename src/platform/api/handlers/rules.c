/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Automation rules of an environment: their form.  What a rule means, and which
 * it matches, is engine/automation.c. */
#include "config.h"

#include "platform/api/handlers/rules.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "model/error-codes.h"
#include "model/members.h"
#include "model/rule.h"
#include "platform/engine/automation.h"
#include "platform/state/platform.h"
#include "platform/state/repository-rules.h"

/* GET .../envs/{envId}/rules: what is deployed by itself to an environment. */
int
list_rules(struct platform *platform, const struct request *request, struct response *response,
	   struct error *err)
{
	return answer(response, 200, repository_rules(platform->repository, &request->place, err));
}

/* GET .../envs/{envId}/rules/{ruleId}: one rule. */
int
get_rule(struct platform *platform, const struct request *request, struct response *response,
	 struct error *err)
{
	return answer(response, 200,
		      repository_rule(platform->repository, &request->place, request->ids[0], err));
}

/* The member that is not what a rule is made of, or NULL.  A body of the wrong kind is 422,
 * one whose members contradict each other is 400; both are the API's. */
static const char *
misfit(const json_t *body, const struct rule *rule)
{
	const struct member *odd = rule_misfit(body);

	if (odd)
		return odd->key;
	if (!json_object_get(body, "type"))
		return "type";
	return rule->update_to == RULE_UNKNOWN && json_object_get(body, "update_to") ? "update_to"
										     : NULL;
}

/* As it is sent: an id or times in it are what the client read before.  rule_clear() it. */
static int
read_rule(const struct request *request, struct rule *out, struct error *err)
{
	const char *key;
	int ret = 0;

	rule_read(out, request->body);
	key = misfit(request->body, out);
	if (key)
		ret = error_set_code(err, CODE_RULE_MEMBER_INVALID, .member = key);
	untrusted_set(&out->id, NULL);
	out->created_at = out->updated_at = 0;
	if (!json_object_get(request->body, "active"))
		out->active = true;
	if (ret == 0 && automation_complete_rule(out, err) == 0)
		return 0;
	rule_clear(out);
	return -1;
}

/* A rule has the rights of whoever wrote it last. */
static const char *
maker_of(const struct request *request)
{
	return request->caller->is_all ? "" : request->caller->user;
}

/* POST .../envs/{envId}/rules: deploy new versions of some artefacts by themselves. */
int
create_rule(struct platform *platform, const struct request *request, struct response *response,
	    struct error *err)
{
	char id[IDS_UUID_SIZE];
	struct rule rule;
	int ret;

	if (read_rule(request, &rule, err) != 0)
		return -1;
	ids_uuid7(id);
	ret = repository_put_rule(platform->repository, &request->place, id, &rule,
				  maker_of(request), clock_wall_ms(), err);
	rule_clear(&rule);
	if (ret != 0) {
		if (err->kind == ERROR_CONFLICT)
			error_set_code(err, CODE_RULE_EXISTS, .env = request->place.env);
		return -1;
	}
	return answer(response, 201,
		      repository_rule(platform->repository, &request->place, id, err));
}

/* PUT .../envs/{envId}/rules/{ruleId}: replace a rule. */
int
update_rule(struct platform *platform, const struct request *request, struct response *response,
	    struct error *err)
{
	const char *id = request->ids[0];
	struct rule rule;
	int ret;

	if (repository_has_rule(platform->repository, &request->place, id, err) != 0 ||
	    read_rule(request, &rule, err) != 0)
		return -1;
	ret = repository_update_rule(platform->repository, &request->place, id, &rule,
				     maker_of(request), clock_wall_ms(), err);
	rule_clear(&rule);
	return ret == 0 ? get_rule(platform, request, response, err) : -1;
}

/* DELETE .../envs/{envId}/rules/{ruleId}: drop a rule. */
int
delete_rule(struct platform *platform, const struct request *request, struct response *response,
	    struct error *err)
{
	const char *id = request->ids[0];

	response->status = 204;
	if (repository_has_rule(platform->repository, &request->place, id, err) != 0)
		return -1;
	return repository_drop_rule(platform->repository, &request->place, id, err);
}

/* DELETE .../envs/{envId}/rules/{ruleId}/waiting: what a rule could not deploy is not wanted. */
int
drop_rule_waits(struct platform *platform, const struct request *request,
		struct response *response, struct error *err)
{
	const char *id = request->ids[0];

	response->status = 204;
	if (repository_has_rule(platform->repository, &request->place, id, err) != 0)
		return -1;
	return repository_drop_rule_waits(platform->repository, &request->place, id, err);
}
