/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The way of a rollout (rollout.h) up to PLAN, with resources that are only expected; then the
 * driver looks at it instead of carrying it out.  What would make the deployment fail before it
 * reaches the driver is a finding like the driver's own.
 */
#include "config.h"

#include "platform/engine/deploy-review.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/adoption-report.h"
#include "model/error-codes.h"
#include "model/extensions.h"
#include "model/nouns.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/findings.h"
#include "platform/engine/env-driver.h"
#include "platform/engine/follow.h"
#include "platform/engine/rollout-plan.h"
#include "platform/engine/rollout-private.h"
#include "platform/engine/rollout.h"
#include "platform/state/platform.h"

struct review_run {
	struct rollout *rollout;	/* which is never begun: what it is, and its plan */
	struct driver_home home;	/* borrows from it */
	json_t *findings;
	bool is_new;
	json_t *objects;		/* what would be applied; NULL: it is not said */
	json_t *list_order;		/* NULL: it is not said */
	json_t *answer;
};

/* --- the end --- */

static void
leave_codes_out(const struct platform *platform, json_t *answer)
{
	json_t *finding;
	size_t i;

	if (!(platform->withheld & EXTENSION_BIT(EXTENSION_ERROR_CODES)))
		return;
	json_object_del(answer, "reason");
	json_array_foreach(json_object_get(answer, "findings"), i, finding)
		json_object_del(finding, "reason");
}

/* why NULL: all was asked. */
static void
end_run(struct review_run *run, const struct error *why)
{
	const struct rollout *r = run->rollout;
	struct deploy_review review = {.is_new = run->is_new};

	if (r->driver && r->driver->cluster)
		untrusted_init(&review.cluster, r->driver->cluster);
	if (r->home.namespace && *r->home.namespace)
		untrusted_init(&review.namespace, r->home.namespace);
	if (why) {
		char *text = error_codes_text(why);

		untrusted_init(&review.unasked, text);
		free(text);
	}
	if (why && why->part_count > 0) {
		review.reason = json_object();
		error_codes_write(why, review.reason);
	}
	review.objects = json_incref(run->objects);
	review.list_order = json_incref(run->list_order);
	run->answer = deploy_review_encode(&review);
	deploy_review_clear(&review);
	json_object_set(run->answer, "findings", run->findings);
	leave_codes_out(r->order.platform, run->answer);
}

/* It would fail so, whatever the driver says. */
static void
refuse(struct review_run *run, const struct problem *problem, const struct error *why)
{
	struct finding_subject subject = {problem->object_id, NULL};

	if (strcmp(problem->scope, "workload") != 0)
		subject = (struct finding_subject){NULL, problem->object_id};
	findings_add(run->findings, DEPLOY_REFUSED, &subject, problem->code, why);
	end_run(run, NULL);
}

/* --- what stays --- */

/* What the driver does not say by itself. */
static bool
is_told(enum error_code code)
{
	return code == CODE_LEFT_MAKER || code == CODE_LEFT_TOO_LARGE ||
	       code == CODE_LEFT_CLUSTER_WIDE;
}

/* Of what was found where a clone is made of, what nothing is made of in it. */
static void
add_left(struct review_run *run)
{
	const struct rollout *r = run->rollout;
	const json_t *left = NULL, *one;
	size_t i;

	if (run->home.origin && run->home.is_first)
		left = follow_left(r->order.platform->follow, r->place.org, run->home.origin);
	json_array_foreach(left, i, one) {
		struct left_object object;
		struct error why;

		left_object_read(&object, one);
		if (left_object_error(&object, &why) && is_told(why.parts[0].code))
			findings_add(run->findings, DEPLOY_LEFT,
				     &(struct finding_subject){NULL, object.object.raw}, "left",
				     &why);
		left_object_clear(&object);
	}
}

/* --- the driver --- */

static void
reviewed(void *data, const struct driver_result *result)
{
	struct review_run *run = data;
	json_t *findings = json_object_get(result->outputs, "findings");

	run->rollout->task = NULL;
	run->is_new = json_is_true(json_object_get(result->outputs, "is_new"));
	run->objects = json_incref(json_object_get(result->outputs, "objects"));
	run->list_order = json_incref(json_object_get(result->outputs, "list_order"));
	if (json_is_array(findings))
		json_array_extend(run->findings, findings);
	add_left(run);
	end_run(run, result->err);
}

static void
ask_driver(struct review_run *run)
{
	struct rollout *r = run->rollout;
	const struct driver_waiter waiter = {.ended = reviewed, .data = run};
	struct driver_resource *resources;
	struct driver_review review = {.home = &run->home, .deployment = &r->planned};

	review.resource_count = provision_expected(r->provision, &resources);
	review.resources = resources;
	r->task = r->driver->ops->review(r->driver, r->space, &review, &waiter);
	free(resources);
	driver_deployment_clear(&r->planned);
}

/* --- what it would get --- */

static void
expected(void *data, const char *culprit, const struct error *err)
{
	struct review_run *run = data;
	struct problem problem;
	struct error why = {0};

	if (err) {
		set_problem(&problem, "resource", "cannot-provision", culprit ? culprit : "");
		refuse(run, &problem, err);
	} else if (rollout_make_plan(run->rollout, &problem, &why) != 0) {
		refuse(run, &problem, &why);
	} else {
		ask_driver(run);
	}
}

/* Now, while what definitions it has is in the database; what is expected waits for nobody. */
static int
start_provision(struct review_run *run, struct error *err)
{
	struct rollout *r = run->rollout;
	struct provision_order order = rollout_provision_order(r);

	order.expected_at = &run->home;
	r->provision = provision_start(&order, expected, run, err);
	return r->provision ? 0 : -1;
}

static int
read_all(struct review_run *run, struct error *err)
{
	struct rollout *r = run->rollout;
	struct problem problem;
	char culprit[256] = "";

	r->driver = env_driver_keep(r->order.platform, &r->place, &r->home, &r->is_first, err);
	if (!r->driver || rollout_read_deployment(r, err) != 0)
		return -1;
	run->home = env_driver_home(&r->home);
	run->home.is_first = r->is_first;
	if (!r->driver->ops->review) {
		end_run(run, NULL);
		return 0;
	}
	if (rollout_make_graph(r, culprit, err) == 0)
		return start_provision(run, err);
	if (!culprit[0])
		return -1;
	set_problem(&problem, "resource", "no-definition", culprit);
	refuse(run, &problem, err);
	return 0;
}

struct review_run *
review_run_new(struct platform *platform, const struct place *place, const char *deploy_id,
	       struct error *err)
{
	const struct rollout_order order = {
		.platform = platform, .place = place, .deploy_id = deploy_id};
	struct review_run *run = xcalloc(1, sizeof(*run));

	run->rollout = rollout_new(&order);
	run->findings = json_array();
	if (read_all(run, err) == 0)
		return run;
	review_run_free(run);
	return NULL;
}

const json_t *
review_run_answer(const struct review_run *run)
{
	return run->answer;
}

void
review_run_free(struct review_run *run)
{
	struct driver_task *task;

	if (!run)
		return;
	task = run->rollout->task;
	if (task) {
		run->rollout->task = NULL;
		driver_task_forget(task);
		driver_task_cancel(task);
	}
	rollout_free(run->rollout);
	json_decref(run->findings);
	json_decref(run->objects);
	json_decref(run->list_order);
	json_decref(run->answer);
	free(run);
}
