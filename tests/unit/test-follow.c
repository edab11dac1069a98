/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Namespaces that somebody else filled, as environments: what a driver finds is recorded, read
 * again when it has changed, and no longer when nobody wants it.  Time is the test's own.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "memory-platform.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "model/nouns.h"
#include "net/loop.h"
#include "platform/drivers/registry.h"
#include "platform/drivers/task.h"
#include "platform/engine/adoption.h"
#include "platform/engine/engine.h"
#include "platform/engine/follow.h"
#include "platform/engine/problems.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-deployments.h"
#include "platform/state/repository-resources.h"
#include "quoted-json.h"
#include "tests/patience.h"

#define TYPE "sidestage/kubernetes"

int64_t __real_clock_steady_ms(void);
int64_t __wrap_clock_steady_ms(void);

static struct {
	char folder[64];
	struct platform platform;
	struct memory_cluster here, there;
	struct memory_driver machine, cluster;
	struct driver_ops ops;
	struct follow *follow;
	/* What the next reading finds: namespaces and what is gone; or why it finds nothing. */
	json_t *found, *gone;
	const char *fails, *unreadable;
	uint64_t declared;
	bool is_slow;			/* the next reading ends when the test says so: */
	struct driver_task *slow;
	json_t *slow_found;
	int readings;
	char *asked;			/* by the last of them: "shop store", "all shop" */
	bool only_workloads;		/* of that */
	bool gives;			/* what is found as it comes */
	/* Of an adoption that was asked for. */
	bool is_done;
	json_t *report;
	char *why;
} world;
static int64_t skipped;			/* of time */

int64_t
__wrap_clock_steady_ms(void)
{
	return __real_clock_steady_ms() + skipped;
}

/* --- what is found --- */

static uint64_t
declared(struct driver *driver, const char *space)
{
	(void)driver, (void)space;
	return world.declared;
}

static void
give(const struct driver_survey *survey)
{
	json_t *found, *same = json_array();
	size_t i;

	json_array_foreach(world.found, i, found) {
		(void)survey->found(survey->data, found);
		json_array_append_new(same, json_pack("{s:O, s:b}", "namespace",
						      json_object_get(found, "namespace"),
						      "is_same", 1));
	}
	json_decref(world.found);
	world.found = same;
}

static struct driver_task *
survey(struct driver *driver, const struct driver_survey *survey,
       const struct driver_waiter *waiter)
{
	struct driver_task *task = driver_task_new(driver, waiter, NULL, NULL);
	struct error err = {0};
	struct buf asked;

	buf_init(&asked, 4096);
	buf_puts(&asked, survey->all ? "all" : "");
	for (size_t i = 0; survey->namespaces && survey->namespaces[i]; i++)
		buf_printf(&asked, "%s%s", asked.length > 0 ? " " : "", survey->namespaces[i]);
	free(world.asked);
	world.asked = buf_take(&asked);
	world.only_workloads = survey->only_workloads;
	world.readings++;
	if (world.gives)
		give(survey);
	if (world.is_slow) {
		world.is_slow = false;
		world.slow = task;
		world.slow_found = json_incref(world.found);
		return task;
	}
	if (world.unreadable)
		driver_task_warn(task, "", world.unreadable, "It may not be read.");
	if (world.fails)
		error_set(&err, ERROR_UNREACHABLE, "%s", world.fails);
	driver_task_end(task, world.fails ? &err : NULL,
			world.fails ? NULL : json_pack("{s:O, s:O}", "namespaces", world.found,
						       "gone", world.gone),
			NULL);
	return task;
}

#define MODULE(image) \
	"{'profile': 'humanitec/default-module', 'spec': {'containers': {'web': {'id': 'web', " \
	"'image': '" image "'}}}, 'externals': {}}"
#define FOUND(namespace, image, by)                                                                \
	"{'namespace': '" namespace "', 'app': 'My Shop', 'labels': {}, 'left': [{'object': "      \
	"'Secret/key', 'why': 'it is secret'}], 'changed_by': '" by "', 'changed_at': "            \
	"1700000000000, 'modules': {'web': " MODULE(image) "}}"
#define EMPTY(namespace) \
	"{'namespace': '" namespace "', 'labels': {}, 'left': [], 'modules': {}}"

static void
find(const char *list)
{
	json_decref(world.found);
	world.found = parse(list);
}

/* --- the world --- */

static int
make_world(void **state)
{
	(void)state;
	memset(&world, 0, sizeof(world));
	log_set_level((enum log_priority)0);
	skipped = 0;
	strcpy(world.folder, "/tmp/sidestage-follow-XXXXXX");
	assert_non_null(mkdtemp(world.folder));
	memory_cluster_init(&world.here);
	memory_cluster_init(&world.there);
	memory_platform_open(&world.platform, world.folder, &world.machine, &memory_as_process,
			     &world.here);
	world.ops = memory_as_kubernetes;
	world.ops.survey = survey;
	world.ops.declared = declared;
	memory_driver_init(&world.cluster, &world.ops, world.platform.loop, &world.there);
	world.cluster.base.cluster = "prod";
	drivers_add(world.platform.drivers, &world.cluster.base);
	memory_platform_import(&world.platform,
			       "{\"organizations\": [{\"id\": \"acme\", \"env_types\": [{\"id\": "
			       "\"production\"}], \"applications\": [{\"id\": \"my-shop\", "
			       "\"environments\": [{\"id\": \"taken\", \"type\": "
			       "\"production\"}]}]}]}");
	world.follow = follow_new(&world.platform);
	world.found = json_array();
	world.gone = json_object();
	return 0;
}

static int
remove_world(void **state)
{
	(void)state;
	follow_free(world.follow);
	memory_platform_close(&world.platform);
	memory_cluster_clear(&world.here);
	memory_cluster_clear(&world.there);
	json_decref(world.found);
	json_decref(world.gone);
	json_decref(world.report);
	free(world.asked);
	free(world.why);
	assert_int_equal(paths_remove_tree(world.folder, NULL), 0);
	return 0;
}

static struct follow_source
source_of(const char *const *namespaces)
{
	return (struct follow_source){
		.of = {.org = "acme", .driver_type = TYPE, .cluster = "prod", .def_id = "prod",
		       .user = "oncall"},
		.context = "prod-admin",
		.namespaces = namespaces,
		.all = !namespaces,
	};
}

/* --- waiting --- */

static int64_t patience_until;

static void
look(void *data)
{
	bool (*is_so)(void) = *(bool (**)(void))data;

	if (is_so()) {
		loop_stop(world.platform.loop);
		return;
	}
	assert_true(__real_clock_steady_ms() < patience_until);
	loop_add_timer(world.platform.loop, 1, look, data);
}

static void
wait_until(bool (*is_so)(void))
{
	patience_until = __real_clock_steady_ms() + PATIENCE_MS;
	loop_add_timer(world.platform.loop, 0, look, &is_so);
	assert_int_equal(loop_run(world.platform.loop, NULL), 0);
}

static bool
is_done(void)
{
	return world.is_done;
}

static int readings_wanted;

/* One more than before, and what came of it. */
static bool
was_read(void)
{
	json_t *told = follow_tell(world.follow, "acme");
	const char *is = json_member_string(told, "state");
	bool has_come = is && strcmp(is, "reading") != 0 && world.readings >= readings_wanted;

	json_decref(told);
	return has_come && !world.cluster.base.tasks;
}

/* Time goes on by so much, and then the next reading comes. */
static void
read_after(int64_t ms)
{
	readings_wanted = world.readings + 1;
	skipped += ms;
	wait_until(was_read);
}

static int turns;

static bool
some_turns(void)
{
	return ++turns > 5;
}

static void
not_read_after(int64_t ms)
{
	int before = world.readings;

	turns = 0;
	skipped += ms;
	wait_until(some_turns);
	assert_int_equal(world.readings, before);
}

static void
done(void *data, const json_t *report, const struct error *err)
{
	(void)data;
	json_decref(world.report);
	free(world.why);
	world.is_done = true;
	world.report = report ? json_deep_copy(report) : NULL;
	world.why = err ? xstrdup(err->text) : NULL;
}

/* NULL at the end of the names. */
static const json_t *
adopt(const char *const *namespaces)
{
	const struct follow_source source = source_of(namespaces);

	world.is_done = false;
	follow_adopt(world.follow, &source, done, &world);
	wait_until(is_done);
	return world.report;
}

/* --- what became of it --- */

static struct deployment
newest(const char *env)
{
	const struct place place = {"acme", "my-shop", env};
	struct deployment deployment = {0};
	struct error err = {0};

	if (repository_read_newest_succeeded(world.platform.repository, &place, &deployment,
					     &err) != 0)
		fail_msg("%s: %s", env, err.text);
	return deployment;
}

static char *
newest_id(const char *env)
{
	struct deployment deployment = newest(env);
	char *id = xstrdup(untrusted_raw(&deployment.id));

	deployment_clear(&deployment);
	return id;
}

static bool
is_environment(const char *env)
{
	const struct place place = {"acme", "my-shop", env};
	struct error err = {0};

	return repository_has(world.platform.repository, &place, &err) == 0;
}

/* Of the first environment that is told; borrowed from *told. */
static const json_t *
told_place(json_t **told, const char *namespace)
{
	json_t *place;
	size_t i;

	*told = follow_tell(world.follow, "acme");
	json_array_foreach(json_object_get(*told, "environments"), i, place)
		if (strcmp(json_member_string(place, "namespace"), namespace) == 0)
			return place;
	return NULL;
}

static void
expect_gone(const char *namespace, bool is_gone)
{
	const struct place at = {"acme", "my-shop", namespace};
	const struct problems *problems = engine_problems(world.platform.engine, &at);
	json_t *told;
	const json_t *place = told_place(&told, namespace);

	assert_non_null(place);
	assert_int_equal(json_is_true(json_object_get(place, "is_gone")), is_gone);
	json_decref(told);
	assert_int_equal(problems && json_array_size(problems->list) > 0, is_gone);
	if (is_gone)
		assert_string_equal(problem_text(json_array_get(problems->list, 0), PROBLEM_CODE),
				    "namespace-gone");
}

static void
expect_told(const char *member, const char *text)
{
	json_t *told = follow_tell(world.follow, "acme");
	const json_t *value = json_object_get(told, member);

	assert_string_equal(json_is_object(value) ? json_member_string(value, "message")
						  : json_string_value(value), text);
	json_decref(told);
}

/* --- now --- */

static bool
is_slow_reading(void)
{
	return world.slow != NULL;
}

static bool
has_no_task(void)
{
	return !world.cluster.base.tasks;
}

static const char *const shop[] = {"shop", NULL};

/* Whoever reviews asks for that, while a reading goes on that began before. */
static void
what_is_asked_for_now_is_not_taken_back_by_a_reading_that_began_before(void **state)
{
	const struct place here = {"acme", "my-shop", "shop"}, nowhere = {"acme", "my-shop", "store"};
	char *id, *later;

	(void)state;
	find("[" FOUND("shop", "web:1", "kubectl") "]");
	adopt(shop);
	assert_false(follow_survey(world.follow, &nowhere, done, &world));
	readings_wanted = world.readings + 1;	/* from then on it is followed */
	wait_until(was_read);
	find("[" FOUND("shop", "web:2", "kubectl") "]");
	world.is_slow = true;
	skipped += 60000;
	wait_until(is_slow_reading);
	skipped += 1000;
	find("[" FOUND("shop", "web:3", "helm") "]");
	world.is_done = false;
	assert_true(follow_survey(world.follow, &here, done, &world));
	wait_until(is_done);
	assert_string_equal(world.asked, "shop");
	id = newest_id("shop");
	driver_task_end(world.slow, NULL, json_pack("{s:o, s:{}}", "namespaces", world.slow_found,
						    "gone"), NULL);
	wait_until(has_no_task);
	turns = 0;
	wait_until(some_turns);
	later = newest_id("shop");
	assert_string_equal(later, id);
	free(later);
	free(id);
	/* What cannot be read is said, and changes nothing. */
	world.fails = "nobody answers";
	world.is_done = false;
	assert_true(follow_survey(world.follow, &here, done, &world));
	wait_until(is_done);
	assert_string_equal(world.why, "nobody answers");
}

/* --- adopting --- */

static void
what_somebody_runs_is_an_environment(void **state)
{
	const struct place place = {"acme", "my-shop", "shop"};
	struct environment environment = {0};
	struct deployment deployment;
	const json_t *one;
	struct error err;

	(void)state;
	find("[" FOUND("shop", "web:1", "kubectl") "]");
	one = json_array_get(json_object_get(adopt(shop), "environments"), 0);
	assert_string_equal(world.asked, "shop");
	assert_string_equal(json_member_string(one, "app_id"), "my-shop");
	assert_string_equal(json_member_string(one, "env_id"), "shop");
	assert_true(json_is_true(json_object_get(one, "is_new")));
	assert_string_equal(json_member_string(json_array_get(json_object_get(one, "left"), 0),
					       "object"), "Secret/key");
	assert_int_equal(repository_read_environment(world.platform.repository, &place,
						     &environment, &err), 0);
	assert_string_equal(untrusted_raw(&environment.type), ADOPTION_TYPE);
	environment_clear(&environment);
	deployment = newest("shop");
	assert_string_equal(untrusted_raw(&deployment.created_by), "kubectl");
	assert_int_equal(deployment.created_at, 1700000000000);
	deployment_clear(&deployment);
	/* From then on it is followed, and asked for once more it is no other. */
	find("[" FOUND("shop", "web:1", "kubectl") "]");
	one = json_array_get(json_object_get(adopt(shop), "environments"), 0);
	assert_false(json_is_true(json_object_get(one, "is_new")));
}

static void
what_changed_when_nobody_knows_by_whom_is_of_who_adopts_it_and_now(void **state)
{
	struct deployment deployment;

	(void)state;
	find("[{'namespace': 'shop', 'app': 'my-shop', 'labels': {}, 'left': [], 'modules': "
	     "{'web': " MODULE("web:1") "}}]");
	adopt(shop);
	deployment = newest("shop");
	assert_string_equal(untrusted_raw(&deployment.created_by), "oncall");
	assert_true(clock_wall_ms() - deployment.created_at < PATIENCE_MS);
	deployment_clear(&deployment);
}

static void
what_cannot_be_read_is_said_to_who_asked(void **state)
{
	(void)state;
	world.fails = "nobody answers";
	assert_null(adopt(shop));
	assert_string_equal(world.why, "nobody answers");
	world.fails = NULL;
	world.unreadable = "store";
	find("[" FOUND("shop", "web:1", "kubectl") "]");
	adopt(shop);
	assert_string_equal(json_string_value(json_array_get(
					json_object_get(world.report, "warnings"), 0)),
			    "It may not be read.");
}

static void
who_asks_may_go(void **state)
{
	const struct follow_source source = source_of(shop);

	(void)state;
	find("[" FOUND("shop", "web:1", "kubectl") "]");
	follow_adopt(world.follow, &source, done, &world);
	follow_forget(world.follow, &world);
	readings_wanted = 2;		/* the first that follows it */
	wait_until(was_read);
	assert_false(world.is_done);
	assert_true(is_environment("shop"));
}

static void
an_id_that_is_taken_is_another_ones(void **state)
{
	static const char *const taken[] = {"taken", NULL};
	const json_t *one;

	(void)state;
	find("[" FOUND("taken", "web:1", "kubectl") "]");
	one = json_array_get(json_object_get(adopt(taken), "environments"), 0);
	assert_string_equal(json_member_string(one, "namespace"), "taken");
	assert_non_null(strstr(json_member_string(one, "env_id"), "namespace-taken-"));
	/* And the same again. */
	find("[" FOUND("taken", "web:2", "kubectl") "]");
	adopt(taken);
	assert_false(json_is_true(json_object_get(
		json_array_get(json_object_get(world.report, "environments"), 0), "is_new")));
}

static void
what_was_made_here_is_not_found(void **state)
{
	const struct place place = {"acme", "my-shop", "taken"};
	struct env_home home = {
		.driver_type = (char *)TYPE, .def_id = (char *)"prod", .cluster = (char *)"prod",
		.namespace = (char *)"shop", .namespace_def = (char *)"", .origin = (char *)"",
		.labels = json_object()};
	struct error err;

	(void)state;
	assert_int_equal(repository_put_env_home(world.platform.repository, &place, &home, &err),
			 0);
	json_decref(home.labels);
	find("[" FOUND("shop", "web:1", "kubectl") "]");
	adopt(shop);
	assert_int_equal(json_array_size(json_object_get(world.report, "environments")), 0);
	assert_non_null(strstr(json_string_value(json_array_get(
				       json_object_get(world.report, "warnings"), 0)), "shop"));
	assert_false(is_environment("shop"));
}

static void
ids_are_those_of_the_api(void **state)
{
	static const struct {
		const char *name, *id;
		bool is_unique;
	} cases[] = {
		{"shop", "shop", true},
		{"shop-2", "shop-2", true},
		{"My Shop", "my-shop", false},
		{"My Shop", "my-shop-b14e7670", true},
		{"shop.example", "shop-example", false},
		{"--", NULL, false},
		{"", NULL, true},
		{"an-id-of-the-api-has-at-most-fifty-characters-and-this-has-more", NULL, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char id[ADOPTION_ID_SIZE], again[ADOPTION_ID_SIZE];

		adoption_id(id, cases[i].name, cases[i].is_unique);
		adoption_id(again, cases[i].name, cases[i].is_unique);
		assert_string_equal(id, again);
		assert_true(*id && strlen(id) < ADOPTION_ID_SIZE);
		assert_true(strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(id));
		if (cases[i].id)
			assert_string_equal(id, cases[i].id);
	}
}

/* --- following --- */

static void
only_what_changed_is_another_deployment(void **state)
{
	const struct follow_source source = source_of(shop);
	char *first, *second;
	struct deployment deployment;

	(void)state;
	find("[" FOUND("shop", "web:1", "kubectl") "]");
	follow_add(world.follow, &source);
	read_after(0);
	first = newest_id("shop");
	not_read_after(6000);		/* nothing is declared anew */
	world.declared++;
	read_after(6000);
	assert_string_equal(world.asked, "shop");
	second = newest_id("shop");
	assert_string_equal(second, first);
	free(second);
	find("[" FOUND("shop", "web:2", "helm") "]");
	world.declared++;
	read_after(6000);
	deployment = newest("shop");
	assert_string_not_equal(untrusted_raw(&deployment.id), first);
	assert_string_equal(untrusted_raw(&deployment.created_by), "helm");
	assert_string_equal(untrusted_raw(&deployment.from_id), first);
	deployment_clear(&deployment);
	free(first);
}

static void
what_changes_all_the_time_is_read_more_seldom(void **state)
{
	const struct follow_source source = source_of(shop);

	(void)state;
	find("[" FOUND("shop", "web:1", "kubectl") "]");
	follow_add(world.follow, &source);
	read_after(0);
	for (int i = 0; i < 2; i++) {
		world.declared++;
		read_after(5500);
	}
	world.declared++;
	not_read_after(5500);
	read_after(5500);
	world.declared++;
	not_read_after(11000);
	read_after(11000);
}

static void
a_reading_that_failed_is_told_and_tried_again(void **state)
{
	const struct follow_source source = source_of(NULL);

	(void)state;
	assert_null(follow_tell(world.follow, "acme"));
	follow_add(world.follow, &source);
	expect_told("state", "reading");
	world.fails = "nobody answers";
	read_after(0);
	expect_told("state", "failed");
	expect_told("error", "nobody answers");
	not_read_after(1000);
	read_after(1500);
	not_read_after(3000);		/* twice as long */
	world.fails = NULL;
	find("[" FOUND("shop", "web:1", "kubectl") ", " EMPTY("nothing") "]");
	read_after(1500);
	expect_told("state", "done");
	expect_told("context", "prod-admin");
	assert_true(is_environment("shop"));
	assert_false(is_environment("nothing"));
	assert_null(follow_tell(world.follow, "other"));
}

static void
what_is_gone_is_said_until_it_is_there_again(void **state)
{
	const struct follow_source source = source_of(NULL);

	(void)state;
	find("[" FOUND("shop", "web:1", "kubectl") ", " FOUND("store", "web:1", "kubectl") "]");
	follow_add(world.follow, &source);
	read_after(0);
	expect_gone("shop", false);
	find("[" FOUND("store", "web:1", "kubectl") "]");
	world.unreadable = "shop";	/* which is no reason to take it for gone */
	read_after(61000);
	expect_gone("shop", false);
	world.unreadable = NULL;
	read_after(61000);
	expect_gone("shop", true);
	expect_gone("store", false);
	find("[" FOUND("shop", "web:1", "kubectl") ", " FOUND("store", "web:1", "kubectl") "]");
	read_after(61000);
	expect_gone("shop", false);
	/* A part of it was asked for by name. */
	find("[]");
	json_object_set_new(world.gone, "store", json_true());
	world.declared++;
	read_after(6000);
	expect_gone("shop", false);
	expect_gone("store", true);
}

static void
what_is_forgotten_stays_so_until_it_is_asked_for(void **state)
{
	const struct follow_source source = source_of(NULL);
	const struct place place = {"acme", "my-shop", "shop"};
	struct error err;

	(void)state;
	find("[" FOUND("shop", "web:1", "kubectl") ", " FOUND("store", "web:1", "kubectl") "]");
	follow_add(world.follow, &source);
	read_after(0);
	assert_int_equal(repository_forget_environment(world.platform.repository, &place, &err),
			 0);
	for (int i = 0; i < 2; i++) {
		read_after(61000);
		assert_false(is_environment("shop"));
		assert_true(is_environment("store"));
	}
	adopt(shop);
	assert_true(is_environment("shop"));
	read_after(61000);
	assert_true(is_environment("shop"));
}

static void
what_was_adopted_before_is_followed(void **state)
{
	struct error err;

	(void)state;
	find("[" FOUND("shop", "web:1", "kubectl") "]");
	adopt(shop);
	follow_free(world.follow);
	world.follow = follow_new(&world.platform);
	assert_int_equal(follow_resume(world.follow, &err), 0);
	find("[" FOUND("shop", "web:2", "kubectl") "]");
	read_after(0);
	assert_string_equal(world.asked, "shop");
	/* Twice is once. */
	assert_int_equal(follow_resume(world.follow, &err), 0);
	read_after(61000);
	assert_string_equal(world.asked, "shop");
}

static void
nothing_is_recorded_while_somebody_deploys(void **state)
{
	const struct follow_source source = source_of(shop);
	const struct place place = {"acme", "my-shop", "shop"};
	struct deployment last;
	struct deployment_row row = {.id = "0123456789abcdef", .comment = "", .user = "dev",
				     .status = DEPLOYMENT_PENDING, .mode = "full"};
	struct error err = {0};
	char *id;

	(void)state;
	find("[" FOUND("shop", "web:1", "kubectl") "]");
	follow_add(world.follow, &source);
	read_after(0);
	last = newest("shop");
	row.from_id = untrusted_raw(&last.id);
	row.set_id = untrusted_raw(&last.set_id);
	row.created_at = row.status_changed_at = clock_wall_ms();
	world.cluster.rules[MEMORY_APPLY].holds = true;
	if (repository_put_deployment(world.platform.repository, &place, &row, &err) != 0)
		fail_msg("%s", err.text);
	engine_begin(world.platform.engine, &place, row.id);
	assert_true(engine_is_busy(world.platform.engine, &place));
	find("[" FOUND("shop", "web:2", "kubectl") "]");
	world.declared++;
	readings_wanted = world.readings + 1;
	skipped += 6000;
	turns = -100;
	wait_until(some_turns);
	assert_true(world.readings >= readings_wanted);
	id = newest_id("shop");
	assert_string_equal(id, untrusted_raw(&last.id));
	free(id);
	deployment_clear(&last);
}

static void
what_is_read_is_of_no_interest_to_a_daemon_that_ends(void **state)
{
	const struct follow_source source = source_of(shop);

	(void)state;
	find("[" FOUND("shop", "web:1", "kubectl") "]");
	follow_adopt(world.follow, &source, done, &world);
	follow_add(world.follow, &source);
	turns = 0;
	follow_stop(world.follow);
	wait_until(some_turns);
	assert_false(world.is_done);
	assert_false(is_environment("shop"));
}

/* --- of many --- */

#define OBJECTS(more)                                                                              \
	"'modules': {'web': {'profile': 'sidestage/manifests', 'spec': {'manifests': {" more       \
	"}}, 'externals': {}}}"
#define MANY(namespace, more, image)                                                               \
	"[{'namespace': '" namespace "', 'app': 'my-shop', 'labels': {}, 'left': [], 'kinds': "    \
	"{'Deployment': true}, 'declared': 7, " OBJECTS("'Deployment/web': {'image': '" image      \
							"'}" more) "}]"
#define WHOLE(image)                                                                               \
	"[{'namespace': 'shop', 'app': 'my-shop', 'labels': {}, 'left': [], 'declared': 7, "       \
	OBJECTS("'Deployment/web': {'image': '" image "'}, 'Service/web': {'port': 80}") "}]"

/* Whoever asks for one is about to clone it, and a clone without its Services would be none. */
static void
of_many_the_rest_is_read_when_one_is_asked_for(void **state)
{
	const struct place place = {"acme", "my-shop", "shop"};
	const struct follow_source source = source_of(NULL);
	char *part, *whole, *now;

	(void)state;
	world.gives = true;
	world.declared = 7;
	find(MANY("shop", "", "web:1"));
	follow_add(world.follow, &source);
	read_after(0);
	part = newest_id("shop");
	world.declared = 0;		/* nobody knows: that is no change */
	not_read_after(10 * 1000);
	world.declared = 7;
	find(WHOLE("web:1"));
	assert_false(follow_is_whole(world.follow, &place));
	read_after(0);
	assert_string_equal(world.asked, "shop");
	assert_false(world.only_workloads);
	assert_true(follow_is_whole(world.follow, &place));
	whole = newest_id("shop");
	assert_string_not_equal(part, whole);
	/* What was read in part says nothing of the rest, until its workloads are others. */
	find(MANY("shop", "", "web:1"));
	read_after(120 * 1000);
	now = newest_id("shop");
	assert_string_equal(whole, now);
	free(now);
	free(part);
	free(whole);
}

static void
what_is_known_in_part_replaces_nothing(void **state)
{
	const struct follow_source source = source_of(NULL);
	char *whole, *now;

	(void)state;
	world.declared = 7;
	find(WHOLE("web:1"));
	follow_add(world.follow, &source);
	read_after(0);
	whole = newest_id("shop");
	find(MANY("shop", "", "web:2"));
	read_after(120 * 1000);
	now = newest_id("shop");
	assert_string_equal(whole, now);
	free(now);
	/* It is read whole at once instead. */
	find(WHOLE("web:2"));
	read_after(3000);
	assert_string_equal(world.asked, "shop");
	now = newest_id("shop");
	assert_string_not_equal(whole, now);
	free(now);
	free(whole);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_world, remove_world)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_somebody_runs_is_an_environment),
		TEST(what_changed_when_nobody_knows_by_whom_is_of_who_adopts_it_and_now),
		TEST(what_cannot_be_read_is_said_to_who_asked),
		TEST(who_asks_may_go),
		TEST(an_id_that_is_taken_is_another_ones),
		TEST(what_was_made_here_is_not_found),
		cmocka_unit_test(ids_are_those_of_the_api),
		TEST(what_is_asked_for_now_is_not_taken_back_by_a_reading_that_began_before),
		TEST(only_what_changed_is_another_deployment),
		TEST(what_changes_all_the_time_is_read_more_seldom),
		TEST(a_reading_that_failed_is_told_and_tried_again),
		TEST(what_is_gone_is_said_until_it_is_there_again),
		TEST(what_is_forgotten_stays_so_until_it_is_asked_for),
		TEST(what_was_adopted_before_is_followed),
		TEST(nothing_is_recorded_while_somebody_deploys),
		TEST(what_is_read_is_of_no_interest_to_a_daemon_that_ends),
		TEST(of_many_the_rest_is_read_when_one_is_asked_for),
		TEST(what_is_known_in_part_replaces_nothing),
	};

	return cmocka_run_group_tests_name("follow", tests, NULL, NULL);
}
