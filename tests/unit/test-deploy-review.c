/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A review of a deployment over a driver that is slow and fails on demand: what it is told, what it
 * answers, and that nothing is left of it. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "memory-platform.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/paths.h"
#include "model/json.h"
#include "model/nouns.h"
#include "model/set.h"
#include "net/loop.h"
#include "platform/engine/deploy-review.h"
#include "platform/engine/deploy.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-deployments.h"
#include "platform/state/repository-sets.h"
#include "platform/state/repository.h"
#include "tests/patience.h"

#define SPACE "acme/shop/dev"

static const struct place place = {"acme", "shop", "dev"};

static struct {
	char folder[64];
	struct platform platform;
	struct memory_cluster cluster;
	struct memory_driver memory;
	struct review_run *run;
} world;

static const char import[] =
	"{\"organizations\": [{\"id\": \"acme\", \"env_types\": [{\"id\": \"development\"}],"
	" \"definitions\": [{\"id\": \"db\", \"name\": \"db\", \"type\": \"sqlite\","
	" \"driver_type\": \"memory/sqlite\", \"driver_inputs\": {\"values\": {}},"
	" \"criteria\": [{}]}, {\"id\": \"cluster\", \"type\": \"k8s-cluster\","
	" \"driver_type\": \"memory/cluster\", \"criteria\": [{}]}],"
	" \"applications\": [{\"id\": \"shop\", \"environments\":"
	" [{\"id\": \"dev\", \"type\": \"development\"}]}]}]}";

static int
make_world(void **state)
{
	(void)state;
	log_set_level((enum log_priority)0);	/* what fails here is meant to */
	memset(&world, 0, sizeof(world));
	strcpy(world.folder, "/tmp/sidestage-review-XXXXXX");
	assert_non_null(mkdtemp(world.folder));
	memory_cluster_init(&world.cluster);
	memory_platform_open(&world.platform, world.folder, &world.memory, &memory_ops,
			     &world.cluster);
	world.memory.notes_all = true;
	memory_platform_import(&world.platform, import);
	return 0;
}

static int
remove_world(void **state)
{
	(void)state;
	review_run_free(world.run);
	memory_platform_close(&world.platform);
	memory_cluster_clear(&world.cluster);
	assert_int_equal(paths_remove_tree(world.folder, NULL), 0);
	return 0;
}

#define WORKLOAD(name, variable)                                                                   \
	"\"" name "\": {\"profile\": \"humanitec/default-module\", \"spec\": {\"containers\":"     \
	" {\"c\": {\"id\": \"c\", \"image\": \"local/" name ":1.0.0\", \"variables\":"             \
	" {\"A\": \"" variable "\"}}}}"
#define WEB "{\"modules\": {" WORKLOAD("web", "${externals.db.path}")                              \
	", \"externals\": {\"db\": {\"type\": \"sqlite\"}}}}}"
#define NO_DEFINITION "{\"modules\": {" WORKLOAD("web", "x")                                       \
	", \"externals\": {\"queue\": {\"type\": \"amqp\"}}}}}"
#define NO_VALUE "{\"modules\": {" WORKLOAD("web", "${values.NONE}") "}}}"

/* In a transaction that is taken back, as the route has it. */
static void
begin(const char *text)
{
	struct repository *repository = world.platform.repository;
	struct deploy_request request = {0};
	struct deployment made = {0};
	struct error err = {0};
	json_t *body = json_decode(text, strlen(text), &err);
	struct set *set = body ? set_decode(body, &err) : NULL;

	if (!set)
		fail_msg("%s", err.text);
	assert_int_equal(repository_begin(repository, &err), 0);
	assert_int_equal(repository_put_set(repository, &place, set, &err), 0);
	request.set_id = set_id(set);
	if (deploy_start(&world.platform, &place, &request, &made, &err) == 0)
		world.run = review_run_new(&world.platform, &place, made.id.raw, &err);
	repository_rollback(repository);
	if (!world.run)
		fail_msg("%s", err.text);
	deployment_clear(&made);
	set_unref(set);
	json_decref(body);
}

static void
read_answer(struct deploy_review *out)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	struct error err = {0};

	while (!review_run_answer(world.run)) {
		assert_true(clock_steady_ms() < until);
		(void)loop_turn(world.platform.loop, 100, NULL);
	}
	if (deploy_review_decode(out, review_run_answer(world.run), &err) != 0)
		fail_msg("%s", err.text);
}

static void
expect_nothing(void)
{
	struct error err = {0};
	json_t *deployments = repository_deployments(world.platform.repository, &place, &err);

	assert_int_equal(json_array_size(deployments), 0);
	json_decref(deployments);
	assert_int_equal(json_object_size(memory_cluster_resources(&world.cluster, SPACE)), 0);
	assert_null(strstr(buf_str(&world.memory.calls), "prepare"));
	assert_null(strstr(buf_str(&world.memory.calls), "provision"));
	assert_null(strstr(buf_str(&world.memory.calls), "apply"));
}

/* --- the tests --- */

static void
driver_is_handed_what_a_deployment_would_hand_over(void **state)
{
	struct deploy_review review;

	(void)state;
	begin(WEB);
	read_answer(&review);
	assert_true(review.is_new);
	assert_int_equal(review.finding_count, 0);
	assert_null(review.unasked.raw);
	assert_string_equal(buf_str(&world.memory.calls),
			    "review 1 workloads 1 resources " SPACE "\n");
	expect_nothing();
	deploy_review_clear(&review);
}

static void
what_the_driver_finds_is_told(void **state)
{
	struct deploy_review review;
	const json_t *order;

	(void)state;
	json_object_set_new(world.cluster.spaces, SPACE,
			    json_pack("{s:{s:i}, s:{}}", "runs", "web", 1, "resources"));
	begin(WEB);
	read_answer(&review);
	assert_false(review.is_new);
	assert_int_equal(review.finding_count, 1);
	assert_int_equal(review.findings[0].kind, DEPLOY_RESTART);
	assert_string_equal(review.findings[0].workload.raw, "web");
	order = json_object_get(json_object_get(review.list_order, "Deployment/web"), "/spec/env");
	assert_string_equal(json_string_value(json_array_get(order, 0)), "B");
	deploy_review_clear(&review);
}

/* It would not come as far as the driver. */
static void
what_would_fail_before_the_driver_is_a_refusal(void **state)
{
	static const struct {
		const char *set, *code, *part;
	} cases[] = {
		{NO_DEFINITION, "no-definition", "amqp"},
		{NO_VALUE, "placeholder", "NONE"},
	};
	struct deploy_review review;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin(cases[i].set);
		read_answer(&review);
		assert_int_equal(review.finding_count, 1);
		assert_int_equal(review.findings[0].kind, DEPLOY_REFUSED);
		assert_string_equal(review.findings[0].code.raw, cases[i].code);
		assert_non_null(strstr(review.findings[0].message.raw, cases[i].part));
		expect_nothing();
		deploy_review_clear(&review);
		review_run_free(world.run);
		world.run = NULL;
	}
}

/* A ConfigMap that several workloads use is a part of a set, too. */
static void
objects_of_a_cluster_need_no_image(void **state)
{
	struct deploy_review review;

	(void)state;
	begin("{\"modules\": {\"common\": {\"profile\": \"sidestage/manifests\", \"spec\":"
	      " {\"manifests\": {\"ConfigMap/c\": {\"data\": {\"A\": \"b\"}}}}}}}");
	read_answer(&review);
	assert_null(review.unasked.raw);
	assert_string_equal(buf_str(&world.memory.calls),
			    "review 1 workloads 0 resources " SPACE "\n");
	deploy_review_clear(&review);
}

static void
driver_that_cannot_ask_says_why(void **state)
{
	struct deploy_review review;

	(void)state;
	world.memory.rules[MEMORY_REVIEW].fails = "nobody answers";
	begin(WEB);
	read_answer(&review);
	assert_string_equal(review.unasked.raw, "nobody answers");
	assert_int_equal(review.finding_count, 0);
	deploy_review_clear(&review);
}

static bool
is_held(void)
{
	return memory_is_held(&world.memory, MEMORY_REVIEW);
}

/* Whoever asked has gone away; or a daemon ends. */
static void
review_that_nobody_waits_for_is_cancelled(void **state)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;

	(void)state;
	world.memory.rules[MEMORY_REVIEW].holds = true;
	begin(WEB);
	while (!is_held()) {
		assert_true(clock_steady_ms() < until);
		(void)loop_turn(world.platform.loop, 100, NULL);
	}
	review_run_free(world.run);
	world.run = NULL;
	assert_false(is_held());
	/* Before the driver was asked, and while the driver is freed. */
	begin(WEB);
	review_run_free(world.run);
	begin(WEB);
	while (!is_held())
		(void)loop_turn(world.platform.loop, 100, NULL);
	driver_end_tasks(&world.memory.base);
	assert_non_null(review_run_answer(world.run));
}

int
main(void)
{
#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, make_world, remove_world)
	const struct CMUnitTest tests[] = {
		IN_WORLD(driver_is_handed_what_a_deployment_would_hand_over),
		IN_WORLD(what_the_driver_finds_is_told),
		IN_WORLD(what_would_fail_before_the_driver_is_a_refusal),
		IN_WORLD(objects_of_a_cluster_need_no_image),
		IN_WORLD(driver_that_cannot_ask_says_why),
		IN_WORLD(review_that_nobody_waits_for_is_cancelled),
	};

	return cmocka_run_group_tests_name("deploy-review", tests, NULL, NULL);
}
