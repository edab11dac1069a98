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
#include "own-clock.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "model/adoption-report.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/nouns.h"
#include "model/set.h"
#include "net/loop.h"
#include "platform/drivers/registry.h"
#include "platform/drivers/task.h"
#include "platform/engine/adoption.h"
#include "platform/engine/engine.h"
#include "platform/engine/env-driver.h"
#include "platform/engine/follow.h"
#include "platform/engine/problems.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-deployments.h"
#include "platform/state/repository-homes.h"
#include "platform/state/repository-removal.h"
#include "platform/state/repository-sets.h"
#include "quoted-json.h"
#include "tests/patience.h"

#define TYPE "sidestage/kubernetes"

static struct {
	char folder[64];
	struct platform platform;
	struct memory_cluster here, there;
	struct memory_driver machine, cluster, other;
	struct driver_ops ops, other_ops;
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
	json_t *unread;			/* {namespace: true}: as the driver was told */
	/* Of an adoption that was asked for. */
	bool is_done;
	json_t *report;
	char *why;
} world;

/* --- what is found --- */

static uint64_t
declared(struct driver *driver, const char *space, const char *selector)
{
	(void)driver, (void)space, (void)selector;
	return world.declared;
}

static void
set_read(struct driver *driver, const char *namespace, bool is_read)
{
	(void)driver;
	if (is_read)
		json_object_del(world.unread, namespace);
	else
		json_object_set_new(world.unread, namespace, json_true());
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
	if (world.unreadable) {
		error_set_code(&err, CODE_NAMESPACE_GONE, .namespace = world.unreadable);
		driver_task_warn_of(task, "", world.unreadable, &err);
		driver_task_warn(task, "", world.unreadable, "It may not be read.");
	}
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
	own_clock_set_look(0);
	strcpy(world.folder, "/tmp/sidestage-follow-XXXXXX");
	assert_non_null(mkdtemp(world.folder));
	memory_cluster_init(&world.here);
	memory_cluster_init(&world.there);
	memory_platform_open(&world.platform, world.folder, &world.machine, &memory_as_process,
			     &world.here);
	world.ops = memory_as_kubernetes;
	world.ops.survey = survey;
	world.ops.declared = declared;
	world.ops.set_read = set_read;
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
	world.unread = json_object();
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
	json_decref(world.unread);
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

static json_t *
tell(const char *org, struct error *err)
{
	struct adoption_report report;
	json_t *told = follow_tell(world.follow, org, &report, err) == 0
			       ? adoption_report_encode(&report) : NULL;

	adoption_report_clear(&report);
	return told;
}

static int readings_wanted;

/* One more than before, and what came of it. */
static bool
was_read(void)
{
	struct adoption_report told;
	bool has_come = follow_tell(world.follow, "acme", &told, NULL) == 0 &&
			told.state != ADOPTION_READING && world.readings >= readings_wanted;

	adoption_report_clear(&told);
	return has_come && !world.cluster.base.tasks;
}

/* Time goes on by so much, and then the next reading comes. */
static void
read_after(int64_t ms)
{
	readings_wanted = world.readings + 1;
	own_clock_skip(ms);
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
	own_clock_skip(ms);
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

static const char *
warning(size_t i)
{
	return json_string_value(json_array_get(json_object_get(world.report, "warnings"), i));
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

	*told = tell("acme", NULL);
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
	json_t *told = tell("acme", NULL);
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
	readings_wanted = 2;		/* from then on it is followed */
	wait_until(was_read);
	find("[" FOUND("shop", "web:2", "kubectl") "]");
	world.is_slow = true;
	own_clock_skip(60000);
	wait_until(is_slow_reading);
	own_clock_skip(1000);
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
	assert_string_equal(warning(0), "There is no namespace store in the cluster.");
	assert_string_equal(warning(1), "It may not be read.");
}

/* Whoever shows it says it in a language of their own; the cluster's words are what they are. */
static void
what_is_warned_of_has_its_code(void **state)
{
	const json_t *reason;
	struct error err;

	(void)state;
	world.unreadable = "store";
	find("[" FOUND("shop", "web:1", "kubectl") "]");
	adopt(shop);
	reason = json_array_get(json_object_get(world.report, "warning_reasons"), 0);
	assert_true(error_codes_read(&err, reason));
	assert_int_equal(err.parts[0].code, CODE_NAMESPACE_GONE);
	assert_true(json_is_null(
		json_array_get(json_object_get(world.report, "warning_reasons"), 1)));
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
	struct error err = {0};

	(void)state;
	assert_null(tell("acme", &err));
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
	assert_null(tell("other", &err));
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

/* Which labels an option names may be mistyped: that none has them then is no change. */
static void
where_no_workload_has_the_labels_of_an_option_nothing_is_recorded(void **state)
{
	const struct place place = {"acme", "my-shop", "shop"};
	struct follow_source source = source_of(shop);
	char *id, *later;

	(void)state;
	find("[" FOUND("shop", "web:1", "kubectl") "]");
	follow_add(world.follow, &source);
	read_after(0);
	id = newest_id("shop");
	follow_free(world.follow);
	world.follow = follow_new(&world.platform);
	source.selector = "app=wbe";
	find("[" EMPTY("shop") "]");
	follow_add(world.follow, &source);
	assert_int_equal(follow_resume(world.follow, &(struct error){0}), 0);
	read_after(0);
	expect_gone("shop", true);
	assert_string_equal(problem_text(json_array_get(engine_problems(world.platform.engine,
									&place)->list, 0),
					 PROBLEM_SUMMARY),
			    "No workload in the namespace shop has the labels app=wbe.");
	later = newest_id("shop");
	assert_string_equal(later, id);
	free(later);
	/* Where one had them it is. */
	find("[" FOUND("shop", "web:1", "kubectl") "]");
	read_after(61000);
	expect_gone("shop", false);
	find("[" EMPTY("shop") "]");
	read_after(61000);
	expect_gone("shop", false);
	later = newest_id("shop");
	assert_string_not_equal(later, id);
	free(later);
	free(id);
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

/* --- which application it is shown in --- */

static bool
is_in(const char *app, const char *env)
{
	const struct place place = {"acme", app, env};
	struct error err = {0};

	return repository_has(world.platform.repository, &place, &err) == 0;
}

static int
group(const char *groups, struct error *err)
{
	json_t *chosen = parse(groups);
	int ret = follow_group(world.follow, "acme", chosen, err);

	json_decref(chosen);
	return ret;
}

static void
expect_groups(const char *groups)
{
	json_t *told = tell("acme", NULL), *expected = parse(groups);

	assert_true(json_equal(json_object_get(told, "groups"), expected));
	json_decref(told);
	json_decref(expected);
}

static bool
is_moving(void)
{
	struct adoption_report told = {0};
	struct error err = {0};
	bool is;

	assert_int_equal(follow_tell(world.follow, "acme", &told, &err), 0);
	assert_int_equal(told.environment_count, 1);
	is = told.environments[0].is_moving;
	adoption_report_clear(&told);
	return is;
}

static void
refuse_group(const char *groups, const char *why)
{
	struct error err = {0};

	assert_int_equal(group(groups, &err), -1);
	assert_non_null(strstr(err.text, why));
}

/* As a daemon does that starts, with what its option says. */
static void
start_with(const char *option)
{
	const struct follow_source source = source_of(shop);
	struct error err = {0};
	json_t *said = parse(option);

	follow_free(world.follow);
	world.follow = follow_new(&world.platform);
	assert_int_equal(follow_put_option_groups(world.follow, &source.of, said, &err), 0);
	json_decref(said);
	follow_add(world.follow, &source);
	assert_int_equal(follow_resume(world.follow, &err), 0);
	find("[" FOUND("shop", "web:1", "kubectl") "]");
	read_after(0);
	wait_until(has_no_task);
	turns = 0;
	wait_until(some_turns);
	wait_until(has_no_task);
}

static void
a_namespace_that_is_grouped_elsewhere_is_watched_under_one_name(void **state)
{
	(void)state;
	start_with("{}");
	assert_non_null(json_object_get(world.there.spaces, "acme/my-shop/shop"));
	start_with("{'shop': 'Other'}");
	assert_false(is_environment("shop"));
	assert_true(is_in("other", "shop"));
	assert_null(json_object_get(world.there.spaces, "acme/my-shop/shop"));
	assert_non_null(json_object_get(world.there.spaces, "acme/other/shop"));
	expect_groups("{'shop': 'other'}");
}

static void
the_application_that_a_person_chooses_is_kept(void **state)
{
	struct error err = {0};

	(void)state;
	start_with("{}");
	assert_false(is_moving());
	assert_int_equal(group("{'shop': 'front'}", &err), 0);
	expect_groups("{'shop': 'front'}");
	assert_true(is_moving());
	read_after(0);			/* at once */
	assert_false(is_moving());
	assert_true(is_in("front", "shop"));
	assert_false(is_environment("shop"));
	not_read_after(3000);		/* and once */
	start_with("{}");
	assert_true(is_in("front", "shop"));
	expect_groups("{'shop': 'front'}");
	assert_int_equal(group("{'shop': ''}", &err), 0);
	expect_groups("{}");
	read_after(0);
	assert_true(is_environment("shop"));
	assert_false(is_in("front", "shop"));
	start_with("{}");
	assert_true(is_environment("shop"));
}

/* Its last environment but one that is being deleted was grouped elsewhere, and comes back. */
static void
an_application_that_is_going_stays_when_a_namespace_comes_back(void **state)
{
	struct repository *repository = world.platform.repository;
	const struct place app = {"acme", "front", NULL}, last = {"acme", "front", "last"};
	struct application read;
	struct error err = {0};

	(void)state;
	start_with("{'shop': 'front'}");
	assert_int_equal(repository_put_environment(repository, &last, "Last", "production", NULL,
						    "dev", clock_wall_ms(), &err), 0);
	assert_int_equal(repository_set_deleting(repository, &last, clock_wall_ms(), &err), 0);
	assert_int_equal(group("{'shop': 'back'}", &err), 0);
	read_after(0);
	assert_true(is_in("back", "shop"));
	assert_int_equal(repository_read_application(repository, &app, &read, &err), 0);
	assert_int_equal(read.status, APPLICATION_DELETING);
	application_clear(&read);
	assert_int_equal(group("{'shop': 'front'}", &err), 0);
	read_after(0);
	assert_true(is_in("front", "shop"));
	assert_int_equal(repository_forget_environment(repository, &last, &err), 0);
	assert_int_equal(repository_read_application(repository, &app, &read, &err), 0);
	assert_int_equal(read.status, APPLICATION_ACTIVE);
	application_clear(&read);
}

/* What was deployed there can be undone there: with its set, its delta, and what was before it. */
static void
what_was_deployed_goes_with_the_namespace(void **state)
{
	struct repository *repository = world.platform.repository;
	const struct place before = {"acme", "my-shop", "shop"}, now = {"acme", "front", "shop"};
	struct deployment last = {0};
	struct deployment_row row = {.id = "0123456789abcdef", .comment = "promote", .user = "dev",
				     .status = DEPLOYMENT_SUCCEEDED, .mode = "full"};
	struct error err = {0};
	struct set *set;
	json_t *chain;

	(void)state;
	start_with("{}");
	assert_int_equal(repository_read_newest_succeeded(repository, &before, &last, &err), 0);
	row.from_id = untrusted_raw(&last.id);
	row.set_id = untrusted_raw(&last.set_id);
	row.created_at = row.status_changed_at = last.created_at + 1;
	if (repository_put_deployment(repository, &before, &row, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(group("{'shop': 'front'}", &err), 0);
	read_after(0);
	chain = repository_deployments(repository, &now, &err);
	assert_int_equal(json_array_size(chain), 2);
	assert_string_equal(json_member_string(json_array_get(chain, 0), "id"), row.id);
	assert_string_equal(json_member_string(json_array_get(chain, 1), "id"), row.from_id);
	json_decref(chain);
	set = repository_set(repository, &now, row.set_id, &err);
	assert_non_null(set);
	set_unref(set);
	deployment_clear(&last);
	/* It is found once more, and is no other. */
	assert_int_equal(repository_read_newest_succeeded(repository, &now, &last, &err), 0);
	assert_string_equal(untrusted_raw(&last.id), row.id);
	deployment_clear(&last);
	chain = repository_deployments(repository, &before, &err);
	assert_int_equal(json_array_size(chain), 0);
	json_decref(chain);
}

static void
the_newest_choice_of_an_application_wins(void **state)
{
	struct error err = {0};

	(void)state;
	start_with("{'shop': 'option'}");
	assert_true(is_in("option", "shop"));
	assert_int_equal(group("{'shop': 'front'}", &err), 0);
	read_after(0);
	start_with("{'shop': 'option'}");	/* as before */
	assert_true(is_in("front", "shop"));
	start_with("{'shop': 'another'}");
	assert_true(is_in("another", "shop"));
	start_with("{}");
	assert_true(is_in("another", "shop"));
	start_with("{'shop': ''}");
	assert_true(is_environment("shop"));
	assert_int_equal(group("{'shop': 'front'}", &err), 0);
	read_after(0);
	start_with("{'shop': ''}");
	assert_true(is_in("front", "shop"));
}

static void
a_choice_that_cannot_be_is_refused_and_none_is_made(void **state)
{
	struct error err = {0};

	(void)state;
	refuse_group("{}", "was adopted by acme");
	start_with("{}");
	refuse_group("{'shop': 'front', 'mistyped': 'front'}", "mistyped");
	refuse_group("{'shop': 'Front Shop'}", "Front Shop");
	refuse_group("{'shop': null}", "groups: \"shop\" must be a string");
	refuse_group("['shop']", "\"groups\" must be an object");
	assert_int_equal(follow_group(world.follow, "acme", NULL, &err), -1);
	expect_groups("{}");
	not_read_after(3000);
	assert_true(is_environment("shop"));
}

/* One that began before it, and finds that nothing has changed. */
static void
a_choice_is_not_lost_to_a_reading_that_goes_on(void **state)
{
	struct error err = {0};

	(void)state;
	start_with("{}");
	find("[{'namespace': 'shop', 'is_same': true}]");
	world.is_slow = true;
	own_clock_skip(61000);
	wait_until(is_slow_reading);
	assert_int_equal(group("{'shop': 'front'}", &err), 0);
	find("[" FOUND("shop", "web:1", "kubectl") "]");
	readings_wanted = world.readings + 1;
	driver_task_end(world.slow, NULL, json_pack("{s:o, s:{}}", "namespaces", world.slow_found,
						    "gone"), NULL);
	wait_until(has_no_task);
	assert_true(is_environment("shop"));
	own_clock_skip(1000);
	wait_until(was_read);
	assert_true(is_in("front", "shop"));
}

static void
of_many_one_moves_without_being_read_whole(void **state)
{
	const struct follow_source source = source_of(NULL);
	struct error err = {0};

	(void)state;
	world.gives = true;
	world.declared = 7;
	find(MANY("shop", "", "web:1"));
	follow_add(world.follow, &source);
	read_after(0);
	find(MANY("shop", "", "web:1"));
	assert_int_equal(group("{'shop': 'front'}", &err), 0);
	read_after(0);
	assert_true(world.only_workloads);
	assert_string_equal(world.asked, "shop");
	assert_true(is_in("front", "shop"));
}

/* Clones are of the application that they were made in. */
static void
what_has_clones_stays_in_its_application_until_they_are_gone(void **state)
{
	struct repository *repository = world.platform.repository;
	const struct place clone = {"acme", "my-shop", "taken"};
	struct env_home home = {
		.driver_type = (char *)TYPE, .def_id = (char *)"prod", .cluster = (char *)"prod",
		.namespace = (char *)"taken", .namespace_def = (char *)"",
		.labels = json_object(), .origin = (char *)"shop",
	};
	struct error err = {0};

	(void)state;
	start_with("{}");
	assert_int_equal(repository_put_env_home(repository, &clone, &home, &err), 0);
	json_decref(home.labels);
	refuse_group("{'shop': 'front'}", "clones of it are there");
	expect_groups("{}");
	assert_int_equal(group("{'shop': 'my-shop'}", &err), 0);	/* where it is */
	refuse_group("{'shop': ''}", "clones of it are there");	/* wherever that may be */
	expect_groups("{'shop': 'my-shop'}");
	/* The operator's option is not refused: it waits. */
	start_with("{'shop': 'front'}");
	assert_true(is_environment("shop"));
	assert_int_equal(repository_drop_environment(repository, &clone, &err), 0);
	find("[" FOUND("shop", "web:1", "kubectl") "]");
	read_after(61000);
	assert_true(is_in("front", "shop"));
}

/* Where it runs is decided by what it was made from, and only when it is deployed. */
static void
what_is_being_cloned_stays_in_its_application(void **state)
{
	struct repository *repository = world.platform.repository;
	const struct place origin = {"acme", "my-shop", "shop"};
	const struct place clone = {"acme", "my-shop", "begun"};
	struct deployment last = {0};
	struct error err = {0};

	(void)state;
	start_with("{}");
	assert_int_equal(repository_read_newest_succeeded(repository, &origin, &last, &err), 0);
	assert_int_equal(repository_put_environment(repository, &clone, "Begun", "production",
						    untrusted_raw(&last.id), "dev",
						    clock_wall_ms(), &err), 0);
	deployment_clear(&last);
	refuse_group("{'shop': 'front'}", "clones of it are there");
	assert_int_equal(repository_drop_environment(repository, &clone, &err), 0);
	assert_int_equal(group("{'shop': 'front'}", &err), 0);
	read_after(0);
	assert_true(is_in("front", "shop"));
}

static void
a_clone_whose_original_is_gone_is_not_deployed_as_it_was_found(void **state)
{
	struct repository *repository = world.platform.repository;
	const struct place origin = {"acme", "my-shop", "shop"};
	const struct place clone = {"acme", "my-shop", "begun"};
	struct deployment last = {0};
	struct env_home home;
	struct error err = {0};
	bool is_new;

	(void)state;
	start_with("{}");
	find(WHOLE("web:1"));
	read_after(61000);
	assert_int_equal(repository_read_newest_succeeded(repository, &origin, &last, &err), 0);
	assert_int_equal(repository_put_environment(repository, &clone, "Begun", "production",
						    untrusted_raw(&last.id), "dev",
						    clock_wall_ms(), &err), 0);
	deployment_clear(&last);
	assert_int_equal(repository_drop_environment(repository, &origin, &err), 0);
	assert_null(env_driver_keep(&world.platform, &clone, &home, &is_new, &err));
	assert_non_null(strstr(err.text, "begun was cloned from shop, which is gone"));
	env_home_clear(&home);
	assert_int_equal(repository_env_home(repository, &clone, &home, &err), -1);
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
	own_clock_skip(6000);
	turns = -100;
	wait_until(some_turns);
	assert_true(world.readings >= readings_wanted);
	id = newest_id("shop");
	assert_string_equal(id, untrusted_raw(&last.id));
	free(id);
	deployment_clear(&last);
	/* Nor does it go to another application. */
	assert_int_equal(group("{'shop': 'front'}", &err), 0);
	not_read_after(3000);
	assert_true(is_environment("shop"));
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

static bool
has_failed_reading(void)
{
	return world.readings >= readings_wanted && !world.cluster.base.tasks;
}

/* What came before it failed takes some turns, in which somebody may ask. */
static void
a_reading_that_failed_is_ended_before_the_next_begins(void **state)
{
	const struct place place = {"acme", "my-shop", "shop"};
	const struct follow_source source = source_of(NULL);

	(void)state;
	world.declared = 7;
	find(MANY("shop", "", "web:1"));
	follow_add(world.follow, &source);
	read_after(0);
	world.gives = true;
	world.fails = "nobody answers";
	find("[" FOUND("a1", "web:1", "helm") ", " FOUND("a2", "web:1", "helm") ", "
	     FOUND("a3", "web:1", "helm") ", " FOUND("a4", "web:1", "helm") ", "
	     FOUND("a5", "web:1", "helm") ", " FOUND("a6", "web:1", "helm") "]");
	own_clock_skip(120 * 1000);
	readings_wanted = world.readings + 1;
	own_clock_set_look(30);
	wait_until(has_failed_reading);
	assert_false(is_environment("a6"));
	assert_false(follow_is_whole(world.follow, &place));
	own_clock_set_look(0);
	not_read_after(0);
	expect_told("state", "failed");
	assert_true(is_environment("a6"));
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

/* --- what was not chosen at this start --- */

static void
expect_read(const char *namespace, bool is_read)
{
	json_t *told;
	const json_t *place = told_place(&told, namespace);

	assert_non_null(place);
	assert_int_equal(json_is_true(json_object_get(place, "is_unread")), !is_read);
	assert_int_equal(json_object_get(world.unread, namespace) != NULL, !is_read);
	json_decref(told);
	expect_gone(namespace, false);
}

/* Both were adopted; the next start names one. */
static void
start_with_shop_alone(void)
{
	static const char *const both[] = {"shop", "store", NULL};
	const struct follow_source before = source_of(both), now = source_of(shop);

	find("[" FOUND("shop", "web:1", "kubectl") ", " FOUND("store", "web:1", "kubectl") "]");
	follow_add(world.follow, &before);
	read_after(0);
	expect_read("store", true);
	follow_free(world.follow);
	world.follow = follow_new(&world.platform);
	follow_add(world.follow, &now);
	assert_int_equal(follow_resume(world.follow, NULL), 0);
	find("[" FOUND("shop", "web:1", "kubectl") "]");
	read_after(0);
}

static void
what_is_not_chosen_any_more_is_known_and_not_read(void **state)
{
	(void)state;
	start_with_shop_alone();
	assert_string_equal(world.asked, "shop");
	expect_read("shop", true);
	expect_read("store", false);
	assert_true(is_environment("store"));
	world.declared++;
	read_after(6000);
	assert_string_equal(world.asked, "shop");
	read_after(61000);
	assert_string_equal(world.asked, "shop");
	expect_read("store", false);
}

static void
what_is_not_read_is_where_somebody_needs_it(void **state)
{
	static const char *const store[] = {"store", NULL};
	const struct place place = {"acme", "my-shop", "store"};
	char *before, *now;

	(void)state;
	start_with_shop_alone();
	before = newest_id("store");
	find("[" FOUND("store", "web:2", "kubectl") "]");
	world.is_done = false;		/* a review */
	assert_true(follow_survey(world.follow, &place, done, &world));
	wait_until(is_done);
	assert_string_equal(world.asked, "store");
	now = newest_id("store");
	assert_string_not_equal(now, before);
	free(before);
	before = now;
	find("[" FOUND("store", "web:3", "kubectl") "]");
	assert_false(follow_is_whole(world.follow, &place));	/* a clone */
	read_after(0);
	assert_string_equal(world.asked, "store");
	assert_true(follow_is_whole(world.follow, &place));
	now = newest_id("store");
	assert_string_not_equal(now, before);
	free(before);
	free(now);
	expect_read("store", false);
	not_read_after(30000);
	own_clock_skip(30000);
	assert_false(follow_is_whole(world.follow, &place));
	/* Whoever adopts it again has it read from then on. */
	adopt(store);
	expect_read("store", true);
	find("[" FOUND("shop", "web:1", "kubectl") ", " FOUND("store", "web:3", "kubectl") "]");
	read_after(61000);
	assert_non_null(strstr(world.asked, "store"));
}

/* The namespace has the same name there. */
static void
what_is_adopted_in_another_cluster_chooses_nothing_here(void **state)
{
	static const char *const store[] = {"store", NULL};
	struct follow_source source = source_of(store);

	(void)state;
	start_with_shop_alone();
	world.other_ops = world.ops;
	world.other_ops.set_read = NULL;
	memory_driver_init(&world.other, &world.other_ops, world.platform.loop, &world.there);
	world.other.base.cluster = source.of.cluster = source.of.def_id = "test";
	drivers_add(world.platform.drivers, &world.other.base);
	find("[" FOUND("store", "web:1", "kubectl") "]");
	follow_adopt(world.follow, &source, done, &world);
	wait_until(is_done);
	assert_int_equal(json_array_size(json_object_get(world.report, "environments")), 1);
	assert_non_null(json_object_get(world.unread, "store"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_world, remove_world)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_somebody_runs_is_an_environment),
		TEST(what_changed_when_nobody_knows_by_whom_is_of_who_adopts_it_and_now),
		TEST(what_cannot_be_read_is_said_to_who_asked),
		TEST(what_is_warned_of_has_its_code),
		TEST(who_asks_may_go),
		TEST(an_id_that_is_taken_is_another_ones),
		TEST(what_was_made_here_is_not_found),
		cmocka_unit_test(ids_are_those_of_the_api),
		TEST(what_is_asked_for_now_is_not_taken_back_by_a_reading_that_began_before),
		TEST(only_what_changed_is_another_deployment),
		TEST(what_changes_all_the_time_is_read_more_seldom),
		TEST(a_reading_that_failed_is_told_and_tried_again),
		TEST(what_is_gone_is_said_until_it_is_there_again),
		TEST(where_no_workload_has_the_labels_of_an_option_nothing_is_recorded),
		TEST(what_is_forgotten_stays_so_until_it_is_asked_for),
		TEST(what_was_adopted_before_is_followed),
		TEST(a_namespace_that_is_grouped_elsewhere_is_watched_under_one_name),
		TEST(the_application_that_a_person_chooses_is_kept),
		TEST(an_application_that_is_going_stays_when_a_namespace_comes_back),
		TEST(the_newest_choice_of_an_application_wins),
		TEST(a_choice_that_cannot_be_is_refused_and_none_is_made),
		TEST(a_choice_is_not_lost_to_a_reading_that_goes_on),
		TEST(of_many_one_moves_without_being_read_whole),
		TEST(what_was_deployed_goes_with_the_namespace),
		TEST(what_has_clones_stays_in_its_application_until_they_are_gone),
		TEST(what_is_being_cloned_stays_in_its_application),
		TEST(a_clone_whose_original_is_gone_is_not_deployed_as_it_was_found),
		TEST(nothing_is_recorded_while_somebody_deploys),
		TEST(what_is_read_is_of_no_interest_to_a_daemon_that_ends),
		TEST(of_many_the_rest_is_read_when_one_is_asked_for),
		TEST(a_reading_that_failed_is_ended_before_the_next_begins),
		TEST(what_is_known_in_part_replaces_nothing),
		TEST(what_is_not_chosen_any_more_is_known_and_not_read),
		TEST(what_is_not_read_is_where_somebody_needs_it),
		TEST(what_is_adopted_in_another_cluster_chooses_nothing_here),
	};

	return cmocka_run_group_tests_name("follow", tests, NULL, NULL);
}
