/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Which driver an environment has: "this machine" and another cluster, two clusters of one type,
 * and the definitions that choose between them.
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
#include "model/error-codes.h"
#include "model/json.h"
#include "model/resource-graph.h"
#include "net/loop.h"
#include "platform/admin/import.h"
#include "platform/api/dispatch.h"
#include "platform/drivers/registry.h"
#include "platform/engine/engine.h"
#include "platform/engine/provision.h"
#include "platform/http/response-cache.h"
#include "platform/http/exchange.h"
#include "platform/state/platform.h"
#include "platform/state/repository-homes.h"
#include "platform/state/repository-resources.h"
#include "quoted-json.h"
#include "tests/patience.h"

#define ENVS "/orgs/acme/apps/shop/envs"
#define DEFS "/orgs/acme/resources/defs"

static struct {
	char folder[64];
	struct platform platform;
	struct memory_cluster here, there, in_prod, in_test;
	struct memory_driver machine, cluster, prod, test;
	struct caller caller;
	char *message;			/* of the last answer; NULL: it had none */
	json_t *answer;
	const char *env, *status;	/* what is waited for; status NULL: that it is gone */
	int64_t until;
} world;

/* --- the world --- */

#define CLUSTER(id, driver_type, criteria)                                                         \
	"{'id': '" id "', 'type': 'k8s-cluster', 'driver_type': '" driver_type                     \
	"', 'criteria': [" criteria "]}"

/* definitions NULL: the file says nothing of them. */
static json_t *
try_import(const char *definitions, const char *deployments, struct error *err)
{
	char *text = xasprintf(
		"{'organizations': [{'id': 'acme', 'env_types': [{'id': 'development'},"
		" {'id': 'production'}], 'definitions': [%s],"
		" 'applications': [{'id': 'shop', 'environments': [{'id': 'dev', 'type':"
		" 'development', 'deployments': [%s]}, {'id': 'live', 'type': 'production'}]}]}]}",
		definitions, deployments);
	char *json = quoted(text);
	json_t *file = json_decode(json, strlen(json), err);
	json_t *report = file ? import_apply(&world.platform, file, NULL, err) : NULL;

	json_decref(file);
	free(json);
	free(text);
	return report;
}

static void
import(const char *definitions)
{
	struct error err = {0};
	json_t *report = try_import(definitions, "", &err);

	if (!report)
		fail_msg("%s", err.text);
	json_decref(report);
}

/* As an older daemon, which has no other driver than this machine. */
static void
open_older_platform(void)
{
	memory_platform_open(&world.platform, world.folder, &world.machine, &memory_as_process,
			     &world.here);
	world.platform.cluster_servers = "192.0.2.10:6443, 192.0.2.11";
	caller_init_own(&world.caller, &world.platform);
}

static void
open_platform(void)
{
	open_older_platform();
	memory_driver_init(&world.cluster, &memory_ops, world.platform.loop, &world.there);
	drivers_add(world.platform.drivers, &world.cluster.base);
}

static void
add_cluster(struct memory_driver *driver, const char *name, struct memory_cluster *cluster)
{
	memory_driver_init(driver, &memory_as_kubernetes, world.platform.loop, cluster);
	driver->base.cluster = name;
	drivers_add(world.platform.drivers, &driver->base);
}

static void
open_platform_with_clusters(void)
{
	open_older_platform();
	add_cluster(&world.prod, "prod", &world.in_prod);
	add_cluster(&world.test, "test", &world.in_test);
}

/* Its operator took a section out of the configuration. */
static void
open_platform_without_prod(void)
{
	open_older_platform();
	add_cluster(&world.test, "test", &world.in_test);
}

static void
close_platform(void)
{
	caller_clear(&world.caller);
	memory_platform_close(&world.platform);
}

static void
make_world_of(void (*open)(void))
{
	log_set_level((enum log_priority)0);
	memset(&world, 0, sizeof(world));
	strcpy(world.folder, "/tmp/sidestage-driver-XXXXXX");
	assert_non_null(mkdtemp(world.folder));
	memory_cluster_init(&world.here);
	memory_cluster_init(&world.there);
	memory_cluster_init(&world.in_prod);
	memory_cluster_init(&world.in_test);
	open();
}

static int
make_world(void **state)
{
	(void)state;
	make_world_of(open_platform);
	return 0;
}

static int
make_clusters(void **state)
{
	(void)state;
	make_world_of(open_platform_with_clusters);
	return 0;
}

static int
remove_world(void **state)
{
	(void)state;
	close_platform();
	free(world.message);
	json_decref(world.answer);
	memory_cluster_clear(&world.here);
	memory_cluster_clear(&world.there);
	memory_cluster_clear(&world.in_prod);
	memory_cluster_clear(&world.in_test);
	assert_int_equal(paths_remove_tree(world.folder, NULL), 0);
	return 0;
}

/* --- asking --- */

static const char *
query_value(void *data, const char *key)
{
	const char *query = data;
	size_t length = strlen(key);

	return query && strncmp(query, key, length) == 0 && query[length] == '='
		       ? query + length + 1 : NULL;
}

static size_t
query_values(void *data, const char *key, const char **values, size_t max)
{
	values[0] = query_value(data, key);
	return max > 0 && values[0];
}

static int
ask(const char *method, const char *path, const char *query, const char *body)
{
	char *bytes = body ? quoted(body) : NULL;
	struct request request = {
		.method = method, .path = path, .caller = &world.caller, .bytes = bytes,
		.length = bytes ? strlen(bytes) : 0, .has_query = query != NULL,
		.query = query_value, .query_all = query_values, .data = (void *)query,
	};
	struct response response;
	const char *message;

	dispatch_answer(&world.platform, &request, &response);
	free(bytes);
	free(world.message);
	json_decref(world.answer);
	world.answer = response.body;
	message = json_is_object(response.body) ? json_member_string(response.body, "message")
						: NULL;
	world.message = message ? xstrdup(message) : NULL;
	free(response.content_type);
	free(response.link);
	cached_response_free(response.keep);
	return response.status;
}

static void
expect(const char *method, const char *path, const char *body, int status)
{
	int is = ask(method, path, NULL, body);

	if (is != status)
		fail_msg("%s %s: %d: %s", method, path, is, world.message);
}

static void
expect_message(const char *part)
{
	if (!world.message || !strstr(world.message, part))
		fail_msg("not \"%s\" in: %s", part, world.message);
}

static void
look(void *data)
{
	char *path = xasprintf(ENVS "/%s", world.env);
	int status = ask("GET", path, NULL, NULL);
	const json_t *last = json_object_get(world.answer, "last_deploy");

	free(path);
	if (world.status ? status == 200 && strcmp(json_member_string(last, "status"),
						   world.status) == 0
			 : status == 404)
		loop_stop(world.platform.loop);
	else if (clock_steady_ms() > world.until)
		fail_msg("%s is not %s", world.env, world.status ? world.status : "gone");
	else
		loop_add_timer(world.platform.loop, 1, look, data);
}

static void
wait_for(const char *env, const char *status)
{
	world.env = env;
	world.status = status;
	world.until = clock_steady_ms() + PATIENCE_MS;
	loop_add_timer(world.platform.loop, 0, look, NULL);
	assert_int_equal(loop_run(world.platform.loop, NULL), 0);
}

#define WEB "'web': {'profile': 'humanitec/default-module', 'spec': {'containers': {'web':"        \
	" {'id': 'web', 'image': 'local/web:1.0.0'}}}}"
#define DEPLOY "/orgs/acme/apps/shop/envs/%s/deploys"

/* The status of the answer. */
static int
try_deploy(const char *env)
{
	char *path = xasprintf(DEPLOY, env), *delta, *body;
	int status;

	expect("POST", "/orgs/acme/apps/shop/deltas", "{'modules': {'add': {" WEB "}}}", 200);
	delta = json_is_string(world.answer) ? xstrdup(json_string_value(world.answer))
					     : xstrdup(json_member_string(world.answer, "id"));
	body = xasprintf("{'delta_id': '%s'}", delta);
	status = ask("POST", path, NULL, body);
	free(body);
	free(delta);
	free(path);
	return status;
}

static void
deploy(const char *env)
{
	int status = try_deploy(env);

	if (status != 201)
		fail_msg("%d: %s", status, world.message);
	wait_for(env, "succeeded");
}

static bool
runs(const struct memory_cluster *cluster, const char *env)
{
	char *space = xasprintf("acme/shop/%s", env);
	const json_t *modules = memory_cluster_runs(cluster, space);

	free(space);
	return json_object_size(modules) > 0;
}

static void
expect_refused(const char *env, const char *part)
{
	assert_int_equal(try_deploy(env), 400);
	expect_message("Cannot ");
	expect_message(env);
	expect_message(part);
	assert_false(runs(&world.here, env));
	assert_false(runs(&world.there, env));
}

/* --- the tests --- */

static void
new_organization_runs_on_this_machine(void **state)
{
	(void)state;
	import("");
	expect("GET", DEFS "/this-machine", NULL, 200);
	assert_string_equal(json_member_string(world.answer, "driver_type"), "sidestage/machine");
	deploy("dev");
	assert_true(runs(&world.here, "dev"));
	assert_false(runs(&world.there, "dev"));
	/* Who took it away does not get it again. */
	expect("DELETE", ENVS "/dev", NULL, 202);
	wait_for("dev", NULL);
	expect("DELETE", DEFS "/this-machine", NULL, 204);
	import("");
	expect("GET", DEFS "/this-machine", NULL, 404);
}

static void
file_that_has_a_cluster_gets_no_other(void **state)
{
	(void)state;
	import(CLUSTER("there", "memory/cluster", "{}"));
	expect("GET", DEFS "/this-machine", NULL, 404);
	deploy("dev");
	assert_true(runs(&world.there, "dev"));
}

static void
id_that_is_taken_is_left_alone(void **state)
{
	const json_t *definition;
	size_t i, machines = 0;

	(void)state;
	import("{'id': 'this-machine', 'type': 'queue', 'driver_type': 'static', 'criteria': [{}]}");
	expect("GET", DEFS, NULL, 200);
	assert_int_equal(json_array_size(world.answer), 2);
	json_array_foreach(world.answer, i, definition)
		machines += strcmp(json_member_string(definition, "driver_type"),
				   "sidestage/machine") == 0;
	assert_int_equal(machines, 1);
	deploy("dev");
	assert_true(runs(&world.here, "dev"));
}

static void
environment_type_decides(void **state)
{
	(void)state;
	import(CLUSTER("this-machine", "sidestage/machine", "{}") ", "
	       CLUSTER("there", "memory/cluster", "{'env_type': 'production'}"));
	deploy("dev");
	deploy("live");
	assert_true(runs(&world.here, "dev"));
	assert_false(runs(&world.there, "dev"));
	assert_true(runs(&world.there, "live"));
	assert_false(runs(&world.here, "live"));
	/* What runs, its output and its resources are asked of the one that has it. */
	expect("GET", ENVS "/live/runtime", NULL, 200);
	assert_non_null(json_object_get(json_object_get(world.answer, "modules"), "web"));
	/* Where it runs is nothing that its application declares. */
	expect("GET", ENVS "/live/resources", NULL, 200);
	assert_int_equal(json_array_size(world.answer), 0);
	expect("DELETE", ENVS "/live", NULL, 202);
	wait_for("live", NULL);
	assert_non_null(strstr(buf_str(&world.cluster.calls), "remove acme/shop/live"));
	assert_null(strstr(buf_str(&world.machine.calls), "acme/shop/live"));
}

static void
no_match_is_refused_with_what_was_tried(void **state)
{
	(void)state;
	import(CLUSTER("there", "memory/cluster", "{'env_type': 'production'}") ", "
	       CLUSTER("far", "memory/cluster", "{'app_id': 'other'}, {'env_id': 'x1', 'class': 'big'}"));
	expect_refused("dev", "environment type development");
	expect_message("there (env_type production)");
	expect_message("far (app_id other; env_id x1, class big)");
	deploy("live");
	/* Nothing of it was made, so nothing is asked of a driver. */
	expect("GET", ENVS "/dev/runtime", NULL, 200);
	expect("DELETE", ENVS "/dev", NULL, 202);
	wait_for("dev", NULL);
	assert_null(strstr(buf_str(&world.cluster.calls), "acme/shop/dev"));
}

static void
without_any_definition_it_is_refused(void **state)
{
	(void)state;
	import("");
	expect("DELETE", DEFS "/this-machine", NULL, 204);
	expect_refused("dev", "no resource definition of type k8s-cluster");
}

static void
two_of_equal_rank_are_refused(void **state)
{
	(void)state;
	import(CLUSTER("this-machine", "sidestage/machine", "{'env_type': 'development'}, {}") ", "
	       CLUSTER("there", "memory/cluster", "{'env_type': 'development'}"));
	expect_refused("dev", "there and this-machine");
	expect_message("env_type development");
	/* Only where both are the best. */
	deploy("live");
	assert_true(runs(&world.here, "live"));
}

static void
driver_that_is_not_here_is_named(void **state)
{
	static const char gke[] = CLUSTER("gke", "humanitec/k8s-cluster-gke", "{}");
	char *body = quoted(gke);
	struct error err = {0};
	json_t *report = try_import(gke, "", &err), *definition;

	(void)state;
	assert_null(report);
	assert_non_null(strstr(err.text, "humanitec/k8s-cluster-gke"));
	assert_non_null(strstr(err.text, "sidestage/machine, memory/cluster"));
	/* One of before, from when it was here. */
	import("");
	expect("DELETE", DEFS "/this-machine", NULL, 204);
	definition = json_decode(body, strlen(body), &err);
	free(body);
	assert_int_equal(repository_put_definition(world.platform.repository, "acme", "gke", definition,
						   &err), 0);
	json_decref(definition);
	expect_refused("dev", "gke");
	expect_message("humanitec/k8s-cluster-gke");
}

static void
platform_describes_each_driver_and_how_it_is_chosen(void **state)
{
	const json_t *drivers;
	size_t count = 0;

	(void)state;
	expect("GET", "/platform", NULL, 200);
	assert_string_equal(json_member_string(json_object_get(world.answer, "driver"), "name"),
			    world.machine.base.ops->name);
	drivers = json_object_get(world.answer, "drivers");
	for (struct driver *driver; (driver = drivers_at(world.platform.drivers, count)); count++) {
		const json_t *one = json_array_get(drivers, count);

		assert_string_equal(json_member_string(one, "name"), driver->ops->name);
		assert_string_equal(json_member_string(one, "driver_type"),
				    driver->ops->driver_type);
	}
	assert_int_equal(count, 2);
	assert_int_equal(json_array_size(drivers), count);
}

static void
environment_stays_with_the_driver_that_made_it(void **state)
{
	struct error err = {0};

	(void)state;
	import(CLUSTER("one", "memory/cluster", "{}"));
	deploy("dev");
	expect("PATCH", DEFS "/one", "{'driver_type': 'sidestage/machine'}", 200);
	/* It is seen, deployed again and started again where it is; what is made now is not. */
	expect("GET", ENVS "/dev/runtime", NULL, 200);
	assert_non_null(json_object_get(json_object_get(world.answer, "modules"), "web"));
	deploy("dev");
	deploy("live");
	assert_true(runs(&world.here, "live"));
	close_platform();
	open_platform();
	assert_int_equal(engine_resume(world.platform.engine, &err), 0);
	deploy("dev");
	assert_true(runs(&world.there, "dev"));
	assert_false(runs(&world.here, "dev"));
	/* Also when the definition is gone, which is told to whoever takes it away. */
	assert_int_equal(ask("DELETE", DEFS "/one", NULL, NULL), 409);
	assert_string_equal(json_member_string(json_array_get(world.answer, 0), "res_id"),
			    "k8s-cluster");
	assert_int_equal(ask("DELETE", DEFS "/one", "force=true", NULL), 204);
	deploy("dev");
	expect("DELETE", ENVS "/dev", NULL, 202);
	wait_for("dev", NULL);
	assert_false(runs(&world.there, "dev"));
	assert_null(strstr(buf_str(&world.machine.calls), "acme/shop/dev"));
	/* One of the same name is another one. */
	import(CLUSTER("one", "sidestage/machine", "{}"));
	deploy("dev");
	assert_true(runs(&world.here, "dev"));
}

/* --- pods --- */

static void
add_container(struct driver_status *out, int pod, const char *container)
{
	out->items = xreallocarray(out->items, out->count + 1, sizeof(*out->items));
	out->items[out->count++] = (struct driver_workload_status){
		.module = xstrdup("web"),
		.replica = pod,
		.container = xstrdup(container),
		.status = RUNTIME_RUNNING,
		.ready = true,
		.runs = true,
		.started_at = 2000,
		.pod = xasprintf("web-7d99c79797-%d", pod),
		.pod_created_at = 1000,
	};
}

static void
observe_pods(struct driver_status *out)
{
	struct driver_workload_status *waiting;

	add_container(out, 0, "beside");
	add_container(out, 0, "web");
	out->items[0].node = xstrdup("node-1");
	add_container(out, 1, "web");
	waiting = &out->items[2];
	waiting->status = RUNTIME_STARTING;
	waiting->ready = waiting->runs = false;
	waiting->ended_at = 3000;
	waiting->waiting = xstrdup("CrashLoopBackOff");
	waiting->message = xstrdup("container web ended with status 3");
	waiting->last = (struct driver_end){.how = xstrdup("status 3"), .exit_code = 3};
}

static const json_t *
member_of(const json_t *object, const char *one, const char *two, const char *three)
{
	return json_object_get(json_object_get(json_object_get(object, one), two), three);
}

/* As the cluster has them: a pod with its containers, its name, its node and its age. */
static void
pods_are_told_with_their_containers(void **state)
{
	const json_t *pods, *pod, *containers, *container;

	(void)state;
	import(CLUSTER("one", "memory/cluster", "{}"));
	deploy("dev");
	world.cluster.observe = observe_pods;
	expect("GET", ENVS "/dev/runtime", NULL, 200);
	pods = member_of(json_object_get(world.answer, "modules"), "web", "web", "pods");
	assert_int_equal(json_array_size(pods), 2);
	pod = json_array_get(pods, 0);
	assert_string_equal(json_member_string(pod, "podName"), "web-7d99c79797-0");
	assert_string_equal(json_member_string(pod, "node"), "node-1");
	assert_string_equal(json_member_string(pod, "pod_created_at"), "1970-01-01T00:00:01.000Z");
	assert_string_equal(json_member_string(pod, "phase"), "Running");
	containers = json_object_get(pod, "containerStatuses");
	assert_int_equal(json_array_size(containers), 2);
	assert_string_equal(json_member_string(json_array_get(containers, 1), "name"), "web");
	assert_non_null(member_of(json_array_get(containers, 1), "state", "running", "started_at"));
	pod = json_array_get(pods, 1);
	assert_null(json_object_get(pod, "node"));
	assert_string_equal(json_member_string(pod, "phase"), "Pending");
	container = json_array_get(json_object_get(pod, "containerStatuses"), 0);
	assert_string_equal(json_string_value(member_of(container, "state", "waiting", "reason")),
			    "CrashLoopBackOff");
	assert_non_null(member_of(container, "last_state", "terminated", "exit_code"));
	world.cluster.observe = NULL;
}

/* --- namespaces --- */

#define NAMESPACE(id, name, criteria)                                                              \
	"{'id': '" id "', 'name': 'Its name', 'type': 'k8s-namespace', 'driver_type': 'static',"   \
	" 'driver_inputs': {'values': {'namespace': '" name "'}}, 'criteria': [" criteria "]}"

static void
expect_namespace(const char *env, const char *name)
{
	char *path = xasprintf(ENVS "/%s/runtime", env);

	expect("GET", path, NULL, 200);
	assert_string_equal(json_member_string(world.answer, "namespace"), name);
	free(path);
}

static void
expect_home(const struct memory_driver *driver, const char *env, const char *namespace)
{
	char *space = xasprintf("acme/shop/%s", env);
	const json_t *home = json_object_get(driver->homes, space);

	assert_string_equal(json_member_string(home, "namespace"), namespace);
	free(space);
}

/* With nothing said it has its own name, whatever the driver makes of that. */
/* Until the driver is at it; then what it says of it. */
static void
report_of(enum memory_op op, const struct error *why)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;

	while (!memory_is_held(&world.cluster, op)) {
		assert_true(clock_steady_ms() < until);
		assert_int_equal(loop_turn(world.platform.loop, 10, NULL), 0);
	}
	memory_report(&world.cluster, op, 1, 3, why);
}

/* Borrowed; the answer is an environment, or a list that begins with it. */
static const json_t *
progress_at(const char *path)
{
	const json_t *one;

	expect("GET", path, NULL, 200);
	one = json_is_array(world.answer) ? json_array_get(world.answer, 0) : world.answer;
	return json_object_get(one, "progress");
}

static void
expect_progress(const char *path, const char *code)
{
	const json_t *progress = progress_at(path);

	assert_int_equal(json_integer_value(json_object_get(progress, "done")), 1);
	assert_int_equal(json_integer_value(json_object_get(progress, "total")), 3);
	if (!code) {
		assert_null(json_object_get(progress, "message"));
		assert_null(json_object_get(progress, "reason"));
		return;
	}
	assert_non_null(strstr(json_member_string(progress, "message"), "two finalizers"));
	assert_string_equal(json_member_string(json_object_get(progress, "reason"), "code"), code);
}

/* As text, and as code and parameters, for as long as it lasts. */
static void
what_is_under_way_says_how_far_it_is(void **state)
{
	struct error why;
	char *deployment;

	(void)state;
	import(CLUSTER("there", "memory/cluster", "{}"));
	error_set_code(&why, CODE_NAMESPACE_IS_ENDING, .namespace = "shop-dev",
		       .reason = "two finalizers");
	world.cluster.rules[MEMORY_APPLY].holds = true;
	assert_int_equal(try_deploy("dev"), 201);
	deployment = xasprintf(ENVS "/dev/deploys/%s", json_member_string(world.answer, "id"));
	report_of(MEMORY_APPLY, &why);
	expect_progress(deployment, "namespace_is_ending");
	expect_progress(ENVS "/dev", "namespace_is_ending");
	expect_progress(ENVS, "namespace_is_ending");
	report_of(MEMORY_APPLY, NULL);
	expect_progress(deployment, NULL);
	memory_release(&world.cluster, MEMORY_APPLY);
	wait_for("dev", "succeeded");
	assert_null(progress_at(deployment));
	assert_null(progress_at(ENVS "/dev"));
	world.cluster.rules[MEMORY_REMOVE].holds = true;
	expect("DELETE", ENVS "/dev", NULL, 202);
	report_of(MEMORY_REMOVE, &why);
	expect_progress(ENVS "/dev", "namespace_is_ending");
	expect_progress(ENVS, "namespace_is_ending");
	memory_release(&world.cluster, MEMORY_REMOVE);
	wait_for("dev", NULL);
	free(deployment);
}

static void
namespace_is_what_its_definition_gives(void **state)
{
	(void)state;
	import("");
	expect_namespace("dev", "acme/shop/dev");
	expect("POST", DEFS,
	       NAMESPACE("by-name", "${context.app.id}-${context.env.id}-${context.env.type}", "{}"),
	       200);
	expect("POST", DEFS, NAMESPACE("of-live", "prod", "{'env_type': 'production'}"), 200);
	deploy("dev");
	deploy("live");
	expect_namespace("dev", "shop-dev-development");
	expect_namespace("live", "prod");
	expect_home(&world.machine, "live", "prod");
	/* It stays there, whatever the definitions say later. */
	expect("PATCH", DEFS "/by-name", "{'driver_inputs': {'values': {'namespace': 'other'}}}",
	       200);
	json_object_clear(world.machine.homes);
	deploy("dev");
	expect_namespace("dev", "shop-dev-development");
	expect_home(&world.machine, "dev", "shop-dev-development");
	/* As where it runs, it is no resource that the application declared. */
	expect("GET", ENVS "/dev/resources", NULL, 200);
	assert_int_equal(json_array_size(world.answer), 0);
	assert_int_equal(ask("DELETE", DEFS "/by-name", NULL, NULL), 409);
	assert_string_equal(json_member_string(json_array_get(world.answer, 0), "res_id"),
			    "k8s-namespace");
	assert_string_equal(json_member_string(json_array_get(world.answer, 0), "env_id"), "dev");
}

/* A clone must not take what is another's for its own. */
static void
environment_is_alone_in_its_namespace(void **state)
{
	(void)state;
	import("");
	expect("POST", DEFS, NAMESPACE("one-for-all", "shop", "{}"), 200);
	deploy("dev");
	assert_int_equal(try_deploy("live"), 400);
	expect_message("live cannot have the namespace \"shop\"");
	expect_message("one-for-all");
	expect_message("acme/shop/dev has it");
	expect_namespace("live", "acme/shop/live");
	deploy("dev");
	json_object_clear(world.machine.homes);
	expect("DELETE", ENVS "/dev", NULL, 202);
	wait_for("dev", NULL);
	expect_home(&world.machine, "dev", "shop");
	deploy("live");
	expect_namespace("live", "shop");
}

static void
two_definitions_of_a_namespace_of_equal_rank_are_refused(void **state)
{
	(void)state;
	import(NAMESPACE("one", "one", "{'env_id': 'dev'}") ", "
	       NAMESPACE("two", "two", "{'env_id': 'dev'}"));
	expect_refused("dev", "one and two");
	deploy("live");
}

/* A name that Kubernetes would refuse is refused before anything is made. */
static void
namespace_must_be_a_name(void **state)
{
	static const char *const names[] = {
		"", "Shop", "a_b", "-a", "a-", "a.b", "a b", "${context.env.name}",
	};

	(void)state;
	import("");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *body = xasprintf(NAMESPACE("bad", "%s", "{}"), names[i]);

		expect("POST", DEFS, body, 200);
		free(body);
		expect("PATCH", ENVS "/dev", "{'name': 'The Dev'}", 200);
		expect_refused("dev", "Cannot tell the namespace of dev");
		expect_message("definition bad gives");
		expect("DELETE", DEFS "/bad", NULL, 204);
	}
	expect("POST", DEFS, NAMESPACE("bad", "${resources.db.name}", "{}"), 200);
	assert_int_equal(try_deploy("dev"), 400);
	expect_message("resource k8s-namespace: ");
	expect_message("${resources.db.name}");
	expect("PATCH", DEFS "/bad", "{'driver_inputs': {'values': {}}}", 200);
	expect_refused("dev", "Cannot tell the namespace of dev");
	expect("DELETE", DEFS "/bad", NULL, 204);
	expect("POST", DEFS,
	       NAMESPACE("good", "a2345678901234567890123456789012345678901234567890123456789012x",
			 "{}"),
	       200);
	deploy("dev");
}

/* It is a name and nothing that a driver makes. */
static void
namespace_of_a_driver_that_makes_something_is_refused(void **state)
{
	static const char *const drivers[] = {"template", "memory/thing", "sidestage/machine",
					      "memory/cluster", "process/dns"};

	(void)state;
	import("");
	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
		char *body = xasprintf("{'id': 'made', 'name': 'Made', 'type': 'k8s-namespace',"
				       " 'driver_type': '%s', 'criteria': [{}]}",
				       drivers[i]);

		expect("POST", DEFS, body, 400);
		expect_message("k8s-namespace");
		expect_message("humanitec/static");
		free(body);
	}
}

static void
start_again(void (*open)(void))
{
	struct error err = {0};

	close_platform();
	open();
	assert_int_equal(engine_resume(world.platform.engine, &err), 0);
}

/* After a start everything was tried once. */
static void
look_resumed(void *data)
{
	if (engine_is_resumed(world.platform.engine))
		loop_stop(world.platform.loop);
	else
		loop_add_timer(world.platform.loop, 1, look_resumed, data);
}

/* --- clusters --- */

#define OF_CLUSTER(id, cluster, criteria)                                                          \
	"{'id': '" id "', 'name': 'Its name', 'type': 'k8s-cluster', 'driver_type':"                \
	" 'sidestage/kubernetes', 'driver_inputs': {'values': {'cluster': '" cluster "'}},"          \
	" 'criteria': [" criteria "]}"
#define TWO_CLUSTERS OF_CLUSTER("for-all", "test", "{}") ", "                                      \
		     OF_CLUSTER("for-production", "prod", "{'env_type': 'production'}")

static void
environment_type_decides_between_two_clusters(void **state)
{
	(void)state;
	import(TWO_CLUSTERS);
	deploy("dev");
	deploy("live");
	assert_true(runs(&world.in_test, "dev"));
	assert_false(runs(&world.in_prod, "dev"));
	assert_true(runs(&world.in_prod, "live"));
	assert_false(runs(&world.in_test, "live"));
	assert_false(runs(&world.here, "live"));
	/* Each is told by its name. */
	expect("GET", "/platform", NULL, 200);
	assert_string_equal(json_member_string(json_array_get(json_object_get(world.answer, "drivers"),
							      1), "cluster"), "prod");
	assert_null(json_object_get(json_array_get(json_object_get(world.answer, "drivers"), 0),
				    "cluster"));
}

/* An environment that exists does not move, neither by a definition nor by a start. */
static void
environment_stays_in_its_cluster(void **state)
{
	(void)state;
	import(TWO_CLUSTERS);
	deploy("live");
	expect("PATCH", DEFS "/for-production", "{'driver_inputs': {'values': {'cluster': 'test'}}}",
	       200);
	deploy("live");
	start_again(open_platform_with_clusters);
	deploy("live");
	assert_true(runs(&world.in_prod, "live"));
	assert_false(runs(&world.in_test, "live"));
	/* Without its cluster it is out of reach, and nobody looks for it elsewhere. */
	start_again(open_platform_without_prod);
	assert_int_equal(try_deploy("live"), 400);
	expect_message("Cannot reach live: it runs in the cluster \"prod\"");
	expect_message("[cluster \"prod\"]");
	assert_int_equal(ask("DELETE", ENVS "/live", NULL, NULL), 400);
	assert_false(runs(&world.in_test, "live"));
	start_again(open_platform_with_clusters);
	expect("DELETE", ENVS "/live", NULL, 202);
	wait_for("live", NULL);
	assert_false(runs(&world.in_prod, "live"));
}

static void
cluster_that_there_is_not_is_refused_when_it_is_written(void **state)
{
	(void)state;
	import(TWO_CLUSTERS);
	expect("POST", DEFS, OF_CLUSTER("far", "staging", "{}"), 400);
	expect_message("The resource definition far names the cluster \"staging\"");
	expect_message("It has prod, test.");
	expect("PATCH", DEFS "/for-all", "{'driver_inputs': {'values': {'cluster': 'tset'}}}", 400);
	expect_message("\"tset\"");
	expect("POST", DEFS, "{'id': 'far', 'name': 'Far', 'type': 'k8s-cluster', 'driver_type':"
			     " 'sidestage/kubernetes', 'criteria': [{}]}", 400);
	expect_message("must name a cluster in \"cluster\"");
	expect("POST", DEFS, "{'id': 'far', 'name': 'Far', 'type': 'k8s-cluster', 'driver_type':"
			     " 'sidestage/kubernetes', 'driver_inputs': {'values': {'cluster':"
			     " 'prod', 'kubeconfig': '/etc/passwd'}}, 'criteria': [{}]}", 400);
	expect_message("kubeconfig");
	/* This machine is no cluster. */
	expect("POST", DEFS, "{'id': 'far', 'name': 'Far', 'type': 'k8s-cluster', 'driver_type':"
			     " 'sidestage/machine', 'driver_inputs': {'values': {'cluster': 'prod'}},"
			     " 'criteria': [{}]}", 400);
	/* What was written when it was there is refused where it would be used. */
	start_again(open_platform_without_prod);
	expect_refused("live", "for-production");
	expect_message("the cluster \"prod\", which this platform does not have");
	start_again(open_older_platform);
	expect("POST", DEFS, OF_CLUSTER("far", "prod", "{}"), 400);
	expect_message("add a section [cluster \"NAME\"] to its configuration");
}

static void
namespace_of_a_cluster_is_always_said(void **state)
{
	(void)state;
	import(TWO_CLUSTERS);
	deploy("dev");
	expect_home(&world.test, "dev", "shop-dev");
	expect_namespace("dev", "shop-dev");
	assert_string_equal(json_member_string(world.answer, "cluster"), "test");
	/* It was decided: a definition that comes later is for others. */
	expect("POST", DEFS, NAMESPACE("late", "late-${context.env.id}", "{}"), 200);
	deploy("dev");
	expect_namespace("dev", "shop-dev");
	deploy("live");
	expect_home(&world.prod, "live", "late-live");
}

/* A start makes nothing of what nobody has deployed. */
static void
environment_without_a_deployment_is_made_nowhere(void **state)
{
	(void)state;
	import(TWO_CLUSTERS);
	deploy("dev");
	start_again(open_platform_with_clusters);
	loop_add_timer(world.platform.loop, 0, look_resumed, NULL);
	assert_int_equal(loop_run(world.platform.loop, NULL), 0);
	assert_non_null(json_object_get(world.test.homes, "acme/shop/dev"));
	assert_int_equal(json_object_size(world.prod.homes), 0);
	expect("PATCH", DEFS "/for-production", "{'driver_inputs': {'values': {'cluster': 'test'}}}",
	       200);
	deploy("live");
	assert_true(runs(&world.in_test, "live"));
}

/* A namespace that is somebody else's: nothing of it was made, so it may be mended. */
static void
environment_that_was_refused_a_place_may_get_another(void **state)
{
	(void)state;
	import(TWO_CLUSTERS);
	world.test.rules[MEMORY_PREPARE].fails = "it is somebody else's";
	assert_int_equal(try_deploy("dev"), 201);
	wait_for("dev", "failed");
	world.test.rules[MEMORY_PREPARE].fails = NULL;
	expect("POST", DEFS, NAMESPACE("other", "other-${context.env.id}", "{}"), 200);
	deploy("dev");
	expect_namespace("dev", "other-dev");
	expect_home(&world.test, "dev", "other-dev");
	/* What was made once is not moved by a later refusal. */
	expect("PATCH", DEFS "/other", "{'driver_inputs': {'values': {'namespace': 'x'}}}", 200);
	world.test.rules[MEMORY_PREPARE].fails = "no";
	assert_int_equal(try_deploy("dev"), 201);
	wait_for("dev", "failed");
	expect_namespace("dev", "other-dev");
}

/* "a-b" of "c" is what "a" of "b-c" would be; and an organization knows nothing of another's. */
static void
default_namespace_that_is_taken_gets_a_hash(void **state)
{
	struct error err = {0};
	const struct place other = {"other", "shop", "dev"};
	struct env_home home = {
		.driver_type = (char *)"sidestage/kubernetes", .def_id = (char *)"for-all",
		.cluster = (char *)"test", .namespace = (char *)"shop-dev",
		.namespace_def = (char *)"", .labels = json_object(),
	};
	const char *name;

	(void)state;
	import(TWO_CLUSTERS);
	assert_int_equal(repository_put_env_home(world.platform.repository, &other, &home, &err),
			 0);
	deploy("dev");
	expect("GET", ENVS "/dev/runtime", NULL, 200);
	name = json_member_string(world.answer, "namespace");
	assert_int_equal(strlen(name), strlen("shop-dev-01234567"));
	assert_memory_equal(name, "shop-dev-", 9);
	/* The same name in another cluster is another namespace. */
	home.namespace = (char *)"shop-live";
	assert_int_equal(repository_put_env_home(world.platform.repository,
						 &(const struct place){"other", "shop", "live"}, &home,
						 &err), 0);
	deploy("live");
	expect_namespace("live", "shop-live");
	json_decref(home.labels);
}

#define LABELLED(labels)                                                                           \
	"{'id': 'labelled', 'name': 'Labelled', 'type': 'k8s-namespace', 'driver_type': 'static',"  \
	" 'driver_inputs': {'values': {'labels': " labels "}}, 'criteria': [{}]}"

static void
namespace_has_the_labels_of_its_definition(void **state)
{
	static const char *const wrong[] = {
		"'x'", "{'team': 1}", "{'': 'x'}", "{'a b': 'x'}", "{'a/b/c': 'x'}", "{'/a': 'x'}",
		"{'team': 'a b'}", "{'-a': 'x'}", "{'A.example/x': 'y'}", "{'team': '-x'}",
		"{'team': 'a23456789012345678901234567890123456789012345678901234567890123x'}",
	};
	const json_t *labels;

	(void)state;
	import(TWO_CLUSTERS);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char *body = xasprintf(LABELLED("%s"), wrong[i]);

		expect("POST", DEFS, body, 200);
		free(body);
		assert_int_equal(try_deploy("dev"), 400);
		expect_message("Cannot tell the labels of the namespace of dev");
		expect("DELETE", DEFS "/labelled", NULL, 204);
	}
	expect("POST", DEFS, LABELLED("{'team': '${context.app.id}', 'example.org/Type':"
				      " '${context.env.type}', 'empty': ''}"), 200);
	deploy("dev");
	expect_home(&world.test, "dev", "shop-dev");
	labels = json_object_get(json_object_get(world.test.homes, "acme/shop/dev"), "labels");
	assert_int_equal(json_object_size(labels), 3);
	assert_string_equal(json_member_string(labels, "team"), "shop");
	assert_string_equal(json_member_string(labels, "example.org/Type"), "development");
}

/* --- clusters that a definition holds whole --- */

#define INLINE(id, values, secrets)                                                                \
	"{'id': '" id "', 'name': 'Its name', 'type': 'k8s-cluster', 'driver_type':"                \
	" 'sidestage/kubernetes', 'driver_inputs': {'values': {" values "}, 'secrets': {" secrets  \
	"}}, 'criteria': [{'env_type': 'production'}]}"
#define SERVER "'server': 'https://192.0.2.10:6443'"
#define FAR "acme/far"

static struct driver *
far_driver(void)
{
	return drivers_find(world.platform.drivers, "sidestage/kubernetes", FAR);
}

/* Where a deployment would bring it, as one that was made there. */
static void
put_live_in_far(void)
{
	const struct place place = {"acme", "shop", "live"};
	struct env_home home = {
		.driver_type = (char *)"sidestage/kubernetes", .def_id = (char *)"far",
		.cluster = (char *)FAR, .namespace = (char *)"shop-live",
		.namespace_def = (char *)"", .labels = json_object(),
	};
	struct error err = {0};

	assert_int_equal(repository_put_env_home(world.platform.repository, &place, &home, &err),
			 0);
	json_decref(home.labels);
}

static void
inline_cluster_gets_its_driver_at_need(void **state)
{
	char *text;

	(void)state;
	import(TWO_CLUSTERS);
	expect("DELETE", DEFS "/for-production", NULL, 204);
	expect("POST", DEFS, INLINE("far", SERVER, "'token': 's3cret-token'"), 200);
	text = json_dumps(world.answer, 0);
	assert_null(strstr(text, "s3cret-token"));
	free(text);
	assert_null(far_driver());
	expect_namespace("live", "shop-live");
	assert_string_equal(json_member_string(world.answer, "cluster"), FAR);
	assert_non_null(far_driver());
	/* It is no name that others could give. */
	expect("POST", DEFS, OF_CLUSTER("other", FAR, "{}"), 400);
	expect_message("It has prod, test.");
}

static void
inline_cluster_is_checked_when_it_is_written(void **state)
{
	static const struct { const char *values, *secrets, *says; } cases[] = {
		{"'server': 'http://192.0.2.10'", "'token': 't'", "https"},
		{"'server': 'file:///etc/passwd'", "'token': 't'", "https://"},
		{"'server': 7", "'token': 't'", "server"},
		{SERVER ", 'ca': '/etc/ssl/ca.pem'", "'token': 't'", "\"ca\""},
		{SERVER ", 'kubeconfig': '/root/.kube/config'", "", "kubeconfig"},
		{SERVER ", 'proxy': 'http://192.0.2.1'", "", "proxy"},
		{SERVER ", 'token': 't'", "", "token"},	/* it would be shown */
		{SERVER, "'token': 'a b'", "token"},
		{SERVER, "'certificate': 'x'", "key"},
		{SERVER, "'exec': 'x'", "exec"},
		{SERVER ", 'cluster': 'prod'", "", "cluster"},
		{"'cluster': 'prod'", "'token': 't'", "secrets"},
	};

	(void)state;
	import(TWO_CLUSTERS);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *body = xasprintf(INLINE("far", "%s", "%s"), cases[i].values, cases[i].secrets);

		expect("POST", DEFS, body, 400);
		expect_message(cases[i].says);
		free(body);
	}
}

/* When it is written and when it is used: a server that was allowed before may not be any more. */
static void
inline_cluster_is_where_the_operator_allows_it(void **state)
{
	static const char *const elsewhere[] = {
		"192.0.2.10", "192.0.2.10:443", "192.0.2.10:64430", "192.0.2.100:6443", "192.0.2.12",
		"127.0.0.1:6443", "far.example.org", "[::1]:6443", "192.0.2.10:6443.example.org",
	};

	(void)state;
	import(TWO_CLUSTERS);
	expect("DELETE", DEFS "/for-production", NULL, 204);
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++) {
		char *body = xasprintf(INLINE("far", "'server': 'https://%s'", "'token': 't'"),
				       elsewhere[i]);

		expect("POST", DEFS, body, 400);
		expect("GET", DEFS "/far", NULL, 404);
		free(body);
	}
	expect("POST", DEFS, INLINE("far", SERVER, "'token': 't'"), 200);
	expect("PATCH", DEFS "/far", "{'driver_inputs': {'values': {'server': 'https://192.0.2.12'},"
				     " 'secrets': {'token': 't'}}}", 400);
	expect_message("cluster-servers");
	put_live_in_far();
	world.platform.cluster_servers = NULL;
	assert_int_equal(ask("GET", ENVS "/live/runtime", NULL, NULL), 400);
	expect_message("far names the server https://192.0.2.10:6443, which is not allowed here");
	assert_null(far_driver());
	expect("POST", DEFS, INLINE("farther", SERVER, "'token': 't'"), 400);
}

static void
inline_cluster_may_get_another_token_but_no_other_server(void **state)
{
	struct driver *before;

	(void)state;
	import(TWO_CLUSTERS);
	expect("DELETE", DEFS "/for-production", NULL, 204);
	expect("POST", DEFS, INLINE("far", SERVER, "'token': 'one'"), 200);
	/* Nothing runs there yet. */
	expect("PATCH", DEFS "/far", "{'driver_inputs': {'values': {'server': 'https://192.0.2.11'},"
				     " 'secrets': {'token': 'one'}}}", 200);
	put_live_in_far();
	expect("GET", ENVS "/live/runtime", NULL, 200);
	before = far_driver();
	assert_non_null(before);
	expect("PATCH", DEFS "/far", "{'driver_inputs': {'values': {'server': 'https://192.0.2.11'},"
				     " 'secrets': {'token': 'two'}}}", 200);
	expect("GET", ENVS "/live/runtime", NULL, 200);
	assert_non_null(far_driver());
	assert_ptr_not_equal(far_driver(), before);
	expect("PATCH", DEFS "/far", "{'driver_inputs': {'values': {" SERVER "},"
				     " 'secrets': {'token': 'two'}}}", 400);
	expect_message("far must keep its server: live runs there");
	expect("PATCH", DEFS "/far", "{'driver_inputs': {'values': {'cluster': 'prod'}}}", 400);
	expect_message("far must keep its server");
	expect("PATCH", DEFS "/far", "{'name': 'Another'}", 200);
	/* Whoever takes it away is told what that means, and after a start nobody is there. */
	assert_int_equal(ask("DELETE", DEFS "/far", NULL, NULL), 409);
	assert_int_equal(ask("DELETE", DEFS "/far", "force=true", NULL), 204);
	close_platform();
	open_platform_with_clusters();
	assert_int_equal(ask("GET", ENVS "/live/runtime", NULL, NULL), 400);
	expect_message("The cluster of the resource definition far cannot be reached");
}

static void
long_name_of_a_namespace_is_cut(void **state)
{
	const char *name;

	(void)state;
	import(TWO_CLUSTERS);
	expect("POST", DEFS,
	       NAMESPACE("long",
			 "a23456789012345678901234567890123456789012345678901---${context.env.id}"
			 "-6789012x",
			 "{}"),
	       200);
	deploy("dev");
	expect("GET", ENVS "/dev/runtime", NULL, 200);
	name = json_member_string(world.answer, "namespace");
	assert_memory_equal(name, "a23456789012345678901234567890123456789012345678901-", 52);
	assert_int_equal(strlen(name), 51 + 1 + 8);
	assert_int_equal(strspn(name + 52, "0123456789abcdef"), 8);
}

static void
expect_out_of_reach(const char *method, const char *path, const char *query, const char *body)
{
	int status = ask(method, path, query, body);

	if (status != 400)
		fail_msg("%s %s: %d", method, path, status);
	expect_message("Cannot reach live: ");
	expect_message("\"memory/cluster\"");
	expect_message("start a version of sidestaged that has it");
}

static void
expect_all_out_of_reach(void)
{
	assert_int_equal(try_deploy("live"), 400);
	expect_message("Cannot reach live: ");
	expect_out_of_reach("GET", ENVS "/live/runtime", NULL, NULL);
	expect_out_of_reach("GET", ENVS "/live/logs", NULL, NULL);
	expect_out_of_reach("GET", ENVS "/live/logs", "follow=true", NULL);
	expect_out_of_reach("PUT", ENVS "/live/runtime/paused", NULL, "true");
	expect_out_of_reach("PATCH", ENVS "/live/runtime/replicas", NULL, "{'web': 2}");
	expect_out_of_reach("DELETE", ENVS "/live", NULL, NULL);
	expect_out_of_reach("DELETE", "/orgs/acme/apps/shop", NULL, NULL);
	/* Beside others, which are not hidden. */
	assert_int_equal(ask("GET", "/orgs/acme/apps/shop/runtime", "id=live", NULL), 200);
	assert_non_null(strstr(json_member_string(json_array_get(world.answer, 0), "error"),
			       "memory/cluster"));
}

static void
environment_of_another_daemons_driver_is_refused_at_once_and_kept(void **state)
{
	(void)state;
	import(CLUSTER("this-machine", "sidestage/machine", "{}") ", "
	       CLUSTER("there", "memory/cluster", "{'env_type': 'production'}"));
	deploy("dev");
	deploy("live");
	start_again(open_older_platform);
	loop_add_timer(world.platform.loop, 0, look_resumed, NULL);
	assert_int_equal(loop_run(world.platform.loop, NULL), 0);
	expect_all_out_of_reach();
	/* Nor does a definition that changes take it away from where it is. */
	expect("PATCH", DEFS "/there", "{'driver_type': 'sidestage/machine'}", 200);
	expect_all_out_of_reach();
	assert_false(runs(&world.here, "live"));
	deploy("dev");
	start_again(open_platform);
	deploy("live");
	assert_true(runs(&world.there, "live"));
	/* A deletion that was begun where it could be goes on where it can. */
	world.cluster.rules[MEMORY_REMOVE].holds = true;
	expect("DELETE", ENVS "/live", NULL, 202);
	start_again(open_older_platform);
	expect_out_of_reach("DELETE", ENVS "/live", NULL, NULL);
	start_again(open_platform);
	wait_for("live", NULL);
	assert_false(runs(&world.there, "live"));
}

#define DEPLOYMENT "{'comment': 'c', 'set': {'modules': {" WEB "}}}"

static void
import_of_what_could_not_run_is_refused(void **state)
{
	struct error err = {0};
	json_t *report = try_import(CLUSTER("there", "memory/cluster", "{'env_id': 'x1'}"),
				    DEPLOYMENT, &err);

	(void)state;
	assert_null(report);
	assert_non_null(strstr(err.text, "Cannot tell where dev is to run"));
	expect("GET", "/orgs", NULL, 200);
	assert_int_equal(json_array_size(world.answer), 0);
	report = try_import(CLUSTER("there", "memory/cluster", "{}"), DEPLOYMENT, &err);
	assert_non_null(report);
	json_decref(report);
	deploy("dev");
	assert_true(runs(&world.there, "dev"));
}

static int ends;

static void
count_end(void *data)
{
	ends++;
	loop_stop(data);
}

static void
release_machine(void *data)
{
	(void)data;
	assert_int_equal(ends, 0);
	memory_release(&world.machine, MEMORY_DETACH);
}

static void
all_drivers_have_detached_before_the_daemon_ends(void **state)
{
	(void)state;
	ends = 0;
	world.machine.rules[MEMORY_DETACH].holds = true;
	drivers_detach(world.platform.drivers, count_end, world.platform.loop);
	loop_add_timer(world.platform.loop, 5, release_machine, NULL);
	assert_int_equal(loop_run(world.platform.loop, NULL), 0);
	assert_int_equal(ends, 1);
}

/* One that has none ends all the same. */
static void
a_daemon_without_drivers_has_detached_at_once(void **state)
{
	struct drivers *none = drivers_new();

	(void)state;
	ends = 0;
	drivers_detach(none, count_end, world.platform.loop);
	assert_int_equal(ends, 1);
	drivers_free(none);
}

static struct error provision_why;
static char provision_culprit[64];

static void
on_provisioned(void *data, const char *culprit, const struct error *err)
{
	provision_why = err ? *err : (struct error){0};
	snprintf(provision_culprit, sizeof(provision_culprit), "%s", culprit ? culprit : "");
	loop_stop(data);
}

/* It would wait for ever, or be left out without a word. */
static void
a_resource_that_needs_what_is_not_there_fails(void **state)
{
	static const char text[] =
		"{'nodes': [{'id': 'shared.a', 'guresid': 'a', 'type': 'dns', 'class': 'default',"
		" 'def_id': 'd', 'def_version_id': 'v', 'criteria_id': 'c', 'driver_type':"
		" 'process/dns', 'depends_on': ['gone']}]}";
	const struct place place = {"acme", "shop", "dev"};
	char *json = quoted(text);
	json_t *body = json_loads(json, 0, NULL);
	const struct declared_resources none = {0};
	const struct known_resources known = {0};
	struct resource_graph graph;
	struct provision_order order = {
		.platform = &world.platform, .place = &place, .driver = &world.machine.base,
		.context = {.deployment_id = "one"}, .declared = &none, .graph = &graph,
		.known = &known,
	};
	struct error err = {0};
	struct provision *provision;

	(void)state;
	import("");
	resource_graph_read(&graph, body);
	provision = provision_start(&order, on_provisioned, world.platform.loop, &err);
	assert_non_null(provision);
	assert_int_equal(loop_run(world.platform.loop, NULL), 0);
	assert_string_equal(provision_culprit, "shared.a");
	assert_string_equal(provision_why.text, "The resource shared.a needs another resource, "
						"which this deployment does not have.");
	provision_free(provision);
	resource_graph_clear(&graph);
	json_decref(body);
	free(json);
}

int
main(void)
{
#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, make_world, remove_world)
	static const struct CMUnitTest tests[] = {
		IN_WORLD(new_organization_runs_on_this_machine),
		IN_WORLD(file_that_has_a_cluster_gets_no_other),
		IN_WORLD(id_that_is_taken_is_left_alone),
		IN_WORLD(environment_type_decides),
		IN_WORLD(no_match_is_refused_with_what_was_tried),
		IN_WORLD(without_any_definition_it_is_refused),
		IN_WORLD(two_of_equal_rank_are_refused),
		IN_WORLD(driver_that_is_not_here_is_named),
		IN_WORLD(platform_describes_each_driver_and_how_it_is_chosen),
		IN_WORLD(environment_stays_with_the_driver_that_made_it),
		IN_WORLD(pods_are_told_with_their_containers),
		IN_WORLD(what_is_under_way_says_how_far_it_is),
		IN_WORLD(namespace_is_what_its_definition_gives),
		IN_WORLD(environment_is_alone_in_its_namespace),
		IN_WORLD(two_definitions_of_a_namespace_of_equal_rank_are_refused),
		IN_WORLD(namespace_must_be_a_name),
		IN_WORLD(namespace_of_a_driver_that_makes_something_is_refused),
#define IN_CLUSTERS(test) cmocka_unit_test_setup_teardown(test, make_clusters, remove_world)
		IN_CLUSTERS(environment_type_decides_between_two_clusters),
		IN_CLUSTERS(environment_stays_in_its_cluster),
		IN_CLUSTERS(cluster_that_there_is_not_is_refused_when_it_is_written),
		IN_CLUSTERS(namespace_of_a_cluster_is_always_said),
		IN_CLUSTERS(environment_without_a_deployment_is_made_nowhere),
		IN_CLUSTERS(environment_that_was_refused_a_place_may_get_another),
		IN_CLUSTERS(default_namespace_that_is_taken_gets_a_hash),
		IN_CLUSTERS(namespace_has_the_labels_of_its_definition),
		IN_CLUSTERS(long_name_of_a_namespace_is_cut),
		IN_CLUSTERS(inline_cluster_gets_its_driver_at_need),
		IN_CLUSTERS(inline_cluster_is_checked_when_it_is_written),
		IN_CLUSTERS(inline_cluster_is_where_the_operator_allows_it),
		IN_CLUSTERS(inline_cluster_may_get_another_token_but_no_other_server),
		IN_WORLD(environment_of_another_daemons_driver_is_refused_at_once_and_kept),
		IN_WORLD(import_of_what_could_not_run_is_refused),
		IN_WORLD(all_drivers_have_detached_before_the_daemon_ends),
		IN_WORLD(a_daemon_without_drivers_has_detached_at_once),
		IN_WORLD(a_resource_that_needs_what_is_not_there_fails),
	};

	return cmocka_run_group_tests_name("env-driver", tests, NULL, NULL);
}
