/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Each field of a workload that the process driver honours, seen from the program that runs. */
#include "config.h"

#include "driver-items.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xmalloc.h"

/* --- what runs --- */

static void
a_command_runs_in_the_place_of_the_image(void **state)
{
	struct world *world = *state;

	expect_ready(world, apply_container(world, SHELL ", 'command': ['/bin/sh', '-c'], "
						   "'args': ['echo $0 $1; exec sleep 600', 'a', 'b']"));
	expect_line(world, "a b");
	/* Found as a shell finds it, also by the variables of its own. */
	expect_ready(world, apply_container(world, SHELL ", 'command': ['sh', '-c', 'echo found; "
						   "exec /bin/sleep 600']"));
	expect_line(world, "found");
	expect_failed(world, apply_container(world, SHELL ", 'command': ['sh'], 'variables': "
						    "{'PATH': '/nowhere'}"),
		      "The command \"sh\" of workload web is not a program of this machine.");
	expect_failed(world, apply_container(world, SHELL ", 'command': ['/no/such/program']"),
		      "cannot be started: its program: No such file");
	/* An empty one is none. */
	expect_ready(world, apply_container(world, SHELL ", 'command': [], 'args': "
						   "['echo image; exec sleep 600']"));
	expect_line(world, "image");
}

/* Else whoever may deploy could run anything of this machine. */
static void
a_command_is_refused_where_nothing_is_confined(void **state)
{
	struct world *world = *state;

	close_driver(world);
	world->confine = DRIVER_CONFINE_NONE;
	open_driver(world);
	expect_failed(world, apply_container(world, SHELL ", 'command': ['/bin/sh']"),
		      "workloads are not confined");
	expect_ready(world, apply_container(world, SHELL ", 'args': ['exec sleep 600']"));
}

static void
a_file_lies_where_it_is_declared(void **state)
{
	struct world *world = *state;

	expect_ready(world, apply_container(world,
		SHELL ", 'files': {'/opt/app/one.conf': {'value': 'first'}, '/etc/two.conf': "
		"{'value': 'second', 'mode': '0644'}}, 'args': ['echo $(cat /opt/app/one.conf "
		"/etc/two.conf files/etc/two.conf) $(stat -c %a /etc/two.conf); exec sleep 600']"));
	expect_line(world, "firstsecondsecond 644");
	/* It cannot be changed by who reads it, and another one takes its place. */
	expect_ready(world, apply_container(world,
		SHELL ", 'files': {'/opt/app/one.conf': {'value': 'other'}}, 'args': ['(echo x >"
		"/opt/app/one.conf) 2>/dev/null || echo refused $(cat /opt/app/one.conf); "
		"exec sleep 600']"));
	expect_line(world, "refused other");
	/* What belongs to the system is nobody's to cover. */
	expect_failed(world, apply_container(world, SHELL ", 'files': {'/usr/x/y': {'value': ''}}"),
		      "/usr/x/y");
}

/* A directory of the environment that others do not see, and that stays. */
static void
a_volume_is_seen_where_it_is_mounted(void **state)
{
	struct world *world = *state;

	expect_ready(world, apply_spec(world,
		"{'volumes': {'cache': {}}, 'containers': {'c': {" SHELL ", 'volume_mounts': "
		"{'/var/cache/app': {'id': 'volumes.cache', 'sub_path': '', 'read_only': false}}, "
		"'args': ['echo kept >/var/cache/app/file; exec sleep 600']}}}"));
	/* Another generation of the workload finds it, and cannot change it if it says so. */
	expect_ready(world, apply_spec(world,
		"{'volumes': {'cache': {}}, 'containers': {'c': {" SHELL ", 'volume_mounts': "
		"{'/mnt/x': {'id': 'cache', 'read_only': true}}, 'args': ['(echo no >/mnt/x/file) "
		"2>/dev/null; echo $(cat /mnt/x/file) $(ls ../../../volumes 2>/dev/null | wc -l); "
		"exec sleep 600']}}}"));
	expect_line(world, "kept 0");
	expect_failed(world, apply_spec(world,
		"{'containers': {'c': {" SHELL ", 'volume_mounts': {'/mnt': {'id': 'volumes.x'}}}}}"),
		"There is no volume \"volumes.x\" for workload web");
	expect_failed(world, apply_spec(world,
		"{'volumes': {'/../x': {}}, 'containers': {'c': {" SHELL ", 'volume_mounts': {'/mnt': "
		"{'id': '/../x'}}}}}"), "There is no volume \"/../x\"");
	expect_failed(world, apply_spec(world,
		"{'volumes': {'v': {}}, 'containers': {'c': {" SHELL ", 'volume_mounts': {'/mnt/../etc': "
		"{'id': 'v'}}}}}"), "must be mounted at an absolute path");
	expect_failed(world, apply_spec(world,
		"{'volumes': {'v': {}}, 'containers': {'c': {" SHELL ", 'volume_mounts': {'/mnt': "
		"{'id': 'v', 'sub_path': 'a'}}}}}"), "only a whole volume can be mounted");
}

/* One that is claimed by name is the same for all that claim it; and one of a resource. */
static void
a_volume_may_be_shared(void **state)
{
	static const struct item items[] = {
		{"one", NULL, "{'volumes': {'v': {'persistentVolumeClaim': {'claimName': 'both'}}}, "
		 "'containers': {'c': {" SHELL ", 'volume_mounts': {'/v': {'id': 'volumes.v'}}, 'args': "
		 "['echo shared >/v/file; exec sleep 600']}}}", NULL},
		{"web", NULL, "{'volumes': {'w': {'persistentVolumeClaim': {'claimName': 'both'}}}, "
		 "'containers': {'c': {" SHELL ", 'volume_mounts': {'/w': {'id': 'volumes.w'}}, 'args': "
		 "['while ! test -s /w/file; do sleep 0.05; done; cat /w/file; exec sleep 600']}}}", NULL},
	};
	struct driver_resource resource = {.name = "modules.web.externals.v", .type = "volume"};
	struct world *world = *state;
	struct driver_waiter waiter;
	struct error err = {0};
	json_t *outputs = provision(world, &resource, &err);
	struct stat st;

	expect_ready(world, apply_items(world, "one", items, 2));
	expect_line(world, "shared");
	assert_non_null(outputs);
	assert_int_equal(stat(json_string_value(json_object_get(outputs, "path")), &st), 0);
	waiter = waiter_of(world);
	world->driver->ops->deprovision(world->driver, SPACE, "volume", resource.name, outputs, &waiter);
	json_decref(wait_for(world, &err));
	assert_int_equal(stat(json_string_value(json_object_get(outputs, "path")), &st), -1);
	json_decref(outputs);
}

/* --- how long it has for what --- */

static void
a_workload_has_the_time_that_it_declares(void **state)
{
	struct world *world = *state;
	int64_t before = clock_steady_ms();

	expect_ready(world, apply_spec(world,
		"{'containers': {'c': {" SHELL ", 'args': ['exec sleep 600']}}, 'deployment': "
		"{'minReadySeconds': 1}}"));
	assert_true(clock_steady_ms() - before >= 1000);
	/* One that dies within that time was never ready. */
	expect_failed(world, apply_spec(world,
		"{'containers': {'c': {" SHELL ", 'args': ['sleep 0.5']}}, 'deployment': "
		"{'minReadySeconds': '2'}}"), "ended with status 0; it must stay up for 2.0s");
	expect_failed(world, apply_spec(world,
		"{'containers': {'c': {" SHELL ", 'args': ['exec sleep 600'], 'readiness_probe': "
		"{'type': 'tcp', 'port': 1}}}, 'deployment': {'progressDeadlineSeconds': 1}}"),
		"was not ready after 1.0s");
	expect_failed(world, apply_spec(world,
		"{'containers': {'c': {" SHELL "}}, 'pod': {'terminationGracePeriodSeconds': 86400}}"),
		"terminationGracePeriodSeconds of workload web must be a number of seconds");
}

static void
open_strict(struct world *world, int min_ready_ms)
{
	world->min_ready_ms = min_ready_ms;
	close_driver(world);
	open_driver(world);
}

/* It says nothing of how long it must stay up, and ends long after it has started. */
static void
one_without_a_probe_must_stay_up_for_the_usual_time(void **state)
{
	struct world *world = *state;
	int64_t before;

	open_strict(world, 1500);
	expect_failed(world, apply_container(world, SHELL ", 'args': ['sleep 0.7']"),
		      "ended with status 0; it must stay up for 1.5s");
	before = clock_steady_ms();
	expect_ready(world, apply_container(world, SHELL ", 'args': ['exec sleep 600']"));
	assert_true(clock_steady_ms() - before >= 1500);
	/* What a probe says is enough, and so is what it declares. */
	open_strict(world, 600000);
	expect_ready(world, apply_container(world, SHELL ", 'args': ['exec sleep 601'], "
					    "'readiness_probe': {'type': 'command', 'command': "
					    "['/bin/true']}"));
	expect_ready(world, apply_spec(world,
		"{'containers': {'c': {" SHELL ", 'args': ['exec sleep 602']}}, 'deployment': "
		"{'minReadySeconds': 0}}"));
	/* The usual time is never all of what it has. */
	expect_ready(world, apply_spec(world,
		"{'containers': {'c': {" SHELL ", 'args': ['exec sleep 603']}}, 'deployment': "
		"{'progressDeadlineSeconds': 2}}"));
}

/* After a restart of the daemon nothing waits; and what ends is started again. */
static void
what_was_deployed_before_has_nothing_to_prove(void **state)
{
	struct world *world = *state;

	open_strict(world, 8000);
	world->resumes = true;
	expect_ready(world, apply_container(world, SHELL ", 'args': ['sleep 4']"));
}

/* As in a new deployment: nothing tells that it works on this machine. */
static void
what_was_deployed_elsewhere_must_stay_up_here(void **state)
{
	struct world *world = *state;

	open_strict(world, 1500);
	world->resumes = world->is_unproven = true;
	expect_failed(world, apply_container(world, SHELL ", 'args': ['sleep 0.7']"),
		      "ended with status 0; it must stay up for 1.5s");
	expect_ready(world, apply_container(world, SHELL ", 'args': ['exec sleep 600']"));
}

/* After a restart one that is not there, and one that fails, keep no other from running. */
static void
what_cannot_start_again_keeps_no_other_down(void **state)
{
	static const struct item items[] = {
		{"bad", NULL, "{'containers': {'c': {" SHELL ", 'args': ['exit 3']}}}", NULL},
		{"gone", NULL, "{'containers': {'c': {'image': 'local/none:1.0.0'}}}", NULL},
		{"web", NULL, "{'containers': {'c': {" SHELL ", 'args': ['echo up; exec sleep 600']}}}",
		 NULL},
	};
	struct world *world = *state;
	struct driver_status status = {0};
	long pid;

	expect_failed(world, apply_items(world, "one", items, 3), "local/none:1.0.0");
	world->driver->ops->observe(world->driver, SPACE, &status);
	assert_int_equal(status.count, 0);
	driver_status_clear(&status);
	world->resumes = true;
	for (int i = 0; i < 2; i++) {
		expect_failed(world, apply_items(world, "one", items, 3), "local/none:1.0.0");
		expect_line(world, "up");
		world->driver->ops->observe(world->driver, SPACE, &status);
		assert_int_equal(status.count, 1);
		assert_string_equal(status.items[0].module, "web");
		assert_true(status.items[0].ready);
		/* Trying again leaves it alone. */
		assert_true(i == 0 || status.items[0].pid == pid);
		pid = status.items[0].pid;
		driver_status_clear(&status);
	}
}

/* The grace is what it asked for: it writes, after having been asked to end, later than the usual
 * grace. */
static void
a_workload_ends_in_its_own_grace(void **state)
{
	struct world *world = *state;

	expect_ready(world, apply_spec(world,
		"{'containers': {'c': {" SHELL ", 'args': ['trap \\\"sleep 2.5; echo ended; exit\\\" "
		"TERM; echo up; while :; do sleep 0.1; done']}}, 'pod': "
		"{'terminationGracePeriodSeconds': 30}}"));
	expect_line(world, "up");
	begin_detaching(world);
	expect_line(world, "ended");
}

/* --- probes --- */

/* Its message in the status; free() it. */
static char *
message_of(struct world *world, bool *ready)
{
	struct driver_status status;
	char *message = NULL;

	world->driver->ops->observe(world->driver, SPACE, &status);
	for (size_t i = 0; i < status.count; i++) {
		message = xstrdup(status.items[i].message ? status.items[i].message : "");
		*ready = status.items[i].ready;
	}
	driver_status_clear(&status);
	return message ? message : xstrdup("");
}

struct awaited_status {
	struct world *world;
	bool ready;
	const char *words;
};

static bool
has_status(void *data)
{
	const struct awaited_status *awaited = data;
	bool ready = false;
	char *message = message_of(awaited->world, &ready);
	bool same = ready == awaited->ready && strstr(message, awaited->words);

	free(message);
	return same;
}

static void
expect_status(struct world *world, bool ready, const char *words)
{
	struct awaited_status awaited = {world, ready, words};

	run_until(world, has_status, &awaited);
}

/* It runs where the workload does: it sees its /tmp and its processes, and its variables. */
static void
a_command_probe_runs_where_the_workload_does(void **state)
{
	struct world *world = *state;

	expect_ready(world, apply_container(world,
		SHELL ", 'variables': {'WORD': 'here'}, 'readiness_probe': {'type': 'command', "
		"'command': ['sh', '-c', 'test $(cat /tmp/word) = $WORD && test -d /proc/$(cat "
		"/tmp/pid)/fd && test -f /tmp/seen']}, 'args': ['echo here >/tmp/word; echo $$ "
		">/tmp/pid; sleep 0.3; echo >/tmp/seen; exec sleep 600']"));
	expect_failed(world, apply_spec(world,
		"{'containers': {'c': {" SHELL ", 'args': ['exec sleep 600'], 'readiness_probe': "
		"{'type': 'command', 'command': ['false']}}}, 'deployment': "
		"{'progressDeadlineSeconds': 1}}"), "its command ended with status 1");
	expect_failed(world, apply_spec(world,
		"{'containers': {'c': {" SHELL ", 'args': ['exec sleep 600'], 'readiness_probe': "
		"{'type': 'command', 'command': ['sleep', '60'], 'timeoutSeconds': 1}}}, "
		"'deployment': {'progressDeadlineSeconds': 2}}"), "its command took too long");
	/* 0 is as good as nothing: a try has its time, and there is time between two. */
	expect_ready(world, apply_container(world, SHELL ", 'args': ['exec sleep 600'], "
		"'readiness_probe': {'type': 'command', 'command': ['sleep', '0.3'], "
		"'timeoutSeconds': 0, 'periodSeconds': 0}, 'liveness_probe': {'type': 'command', "
		"'command': ['sleep', '0.3'], 'timeoutSeconds': 0, 'failureThreshold': 1}"));
	expect_failed(world, apply_container(world, SHELL ", 'readiness_probe': {'type': 'command'}"),
		      "has no command");
	expect_failed(world, apply_container(world, SHELL ", 'readiness_probe': {'type': 'ssh', "
						    "'port': 1}"), "of type \"ssh\"");
}

/* A probe that runs a command each second, until that has failed so often in a row. */
#define EACH_SECOND(command, failures)                                                  \
	"{'type': 'command', 'command': [" command "], 'periodSeconds': 1, "              \
	"'failureThreshold': " #failures "}"

static enum outcome
apply_probed(struct world *world, const char *probes, const char *script)
{
	char *members = xasprintf(SHELL ", %s, 'args': ['%s']", probes, script);
	enum outcome outcome = apply_container(world, members);

	free(members);
	return outcome;
}

/* A workload that is ready may become unready, and ready again, without a new start. */
static void
readiness_is_asked_again_and_again(void **state)
{
	struct world *world = *state;
	int restarts = -1;

	expect_ready(world, apply_probed(
		world, "'readiness_probe': " EACH_SECOND("'test', '-e', 'good'", 1),
		"touch good; sleep 2; rm good; sleep 3; touch good; exec sleep 600"));
	expect_status(world, false, "not ready by its command, try");
	expect_status(world, true, "");
	pid_of(world, "web", &restarts, NULL);
	assert_int_equal(restarts, 0);
}

static void
liveness_that_fails_starts_it_again(void **state)
{
	struct world *world = *state;

	expect_ready(world, apply_probed(
		world, "'liveness_probe': " EACH_SECOND("'test', '-e', '/tmp/alive'", 2),
		"touch /tmp/alive; echo up; sleep 1; rm /tmp/alive; exec sleep 600"));
	expect_status(world, false, "ended with a failed liveness probe (its command ended with status 1)");
	expect_status(world, true, "");
}

/* The others wait for it, and it is given the time that it declares. */
static void
startup_goes_first(void **state)
{
	struct world *world = *state;

	expect_ready(world, apply_probed(
		world, "'startup_probe': " EACH_SECOND("'test', '-e', 'up'", 30)
		", 'liveness_probe': " EACH_SECOND("'test', '-e', 'up'", 1),
		"sleep 2.5; touch up; exec sleep 600"));
	expect_failed(world, apply_probed(
		world, "'startup_probe': " EACH_SECOND("'false'", 1), "exec sleep 600"),
		"ended with a failed startup probe (its command ended with status 1)");
}

/* The delay is kept, the successes are counted, and the headers are sent. */
static void
an_http_probe_has_delay_threshold_and_headers(void **state)
{
	struct world *world = *state;
	int64_t before = clock_steady_ms();
	int port = new_port(world, "modules.web.externals.dns");
	char *container = xasprintf(
		"'image': 'local/web:1.0.0', 'variables': {'PORT': '%d'}, 'readiness_probe': {'type': "
		"'http', 'path': '/picky', 'port': %d, 'initialDelaySeconds': 1, 'periodSeconds': 1, "
		"'successThreshold': 2, 'headers': {'X-Probe': 'yes', 'Host': 'web.example'}}", port + 1,
		port + 1);

	expect_ready(world, apply_container(world, container));
	assert_true(clock_steady_ms() - before >= 2000);
	free(container);
	expect_failed(world, apply_container(world, SHELL ", 'readiness_probe': {'type': 'http', 'port': 1, "
						    "'headers': {'X': 'a\\r\\nY: b'}}"),
		      "The header \"X\" of the readiness_probe of workload web cannot be sent.");
	expect_failed(world, apply_container(world, SHELL ", 'readiness_probe': {'type': 'tcp', 'port': 1, "
						    "'successThreshold': 100000}"),
		      "successThreshold of workload web must be a number from 1 to");
}

/* Each of the three; what a program says of a service is its own affair. */
static void
a_grpc_probe_asks_for_the_health_of_a_service(void **state)
{
	struct world *world = *state;
	int port = new_port(world, "modules.web.externals.dns");
	char *container = xasprintf(
		"'image': 'local/web:1.0.0', 'variables': {'PORT': '%d', 'MODE': 'grpc'}, "
		"'startup_probe': {'type': 'grpc', 'port': %d}, 'readiness_probe': {'type': 'grpc', "
		"'port': %d, 'service': 'later'}, 'liveness_probe': {'type': 'grpc', 'port': %d, "
		"'service': 'dying', 'periodSeconds': 1, 'failureThreshold': 1}",
		port + 1, port + 1, port + 1, port + 1);

	expect_ready(world, apply_container(world, container));
	free(container);
	expect_status(world, false, "ended with a failed liveness probe (its health check answered "
				    "NOT_SERVING)");
	expect_status(world, true, "");
	container = xasprintf("{'containers': {'c': {'image': 'local/web:1.0.0', 'variables': {'PORT': "
			      "'%d', 'MODE': 'grpc'}, 'readiness_probe': {'type': 'grpc', 'port': %d, "
			      "'service': 'gone'}}}, 'deployment': {'progressDeadlineSeconds': 3}}",
			      port + 2, port + 2);
	expect_failed(world, apply_spec(world, container), "its health check answered NOT_FOUND");
	free(container);
}

/* --- jobs, and what goes before --- */

/* The deployment waits for its end.  Started again, by a refresh or by another daemon, it is done;
 * in another deployment it runs again. */
static void
a_job_runs_once_in_a_deployment(void **state)
{
	static const struct item items[] = {{"migrate", JOB, RUNS("sleep 0.5; echo ran >>" DIARY), NULL}};
	struct world *world = *state;

	expect_ready(world, apply_items(world, "one", items, 1));
	expect_diary(world, "ran");
	assert_int_equal(status_of(world, "migrate"), RUNTIME_SUCCEEDED);
	expect_ready(world, apply_items(world, "one", items, 1));
	close_driver(world);
	open_driver(world);
	expect_ready(world, apply_items(world, "one", items, 1));
	assert_int_equal(status_of(world, "migrate"), RUNTIME_SUCCEEDED);
	run_for(world, 300);
	expect_diary(world, "ran");
	expect_ready(world, apply_items(world, "two", items, 1));
	expect_diary(world, "ran ran");
	/* What ran before the deployment that failed is known, too. */
	expect_ready(world, apply_items(world, "one", items, 1));
	expect_diary(world, "ran ran");
}

/* However many of it were asked for: a second one would run it twice. */
static void
a_job_has_no_replicas(void **state)
{
	static const struct item items[] = {{"migrate", JOB, RUNS("echo ran >>" DIARY), NULL}};
	struct world *world = *state;

	world->asked = 2;
	expect_ready(world, apply_items(world, "one", items, 1));
	run_for(world, 300);
	expect_diary(world, "ran");
}

/* It counts as done until another deployment lets it run. */
static void
a_suspended_job_does_not_run_until_it_is_let(void **state)
{
	static const struct item items[][2] = {
		{{"job", JOB, "{'containers': {'c': {" SHELL ", 'args': ['echo ran >>" DIARY "']}}, "
		  "'job': {'suspend': true}}", "{'when': 'before'}"},
		 {"web", NULL, RUNS("exec sleep 600"), NULL}},
		{{"job", JOB, "{'containers': {'c': {" SHELL ", 'args': ['echo ran >>" DIARY "']}}, "
		  "'job': {'suspend': false}}", "{'when': 'before'}"},
		 {"web", NULL, RUNS("exec sleep 600"), NULL}}};
	struct world *world = *state;

	expect_ready(world, apply_items(world, "one", items[0], 2));
	assert_int_equal(status_of(world, "job"), RUNTIME_STOPPED);
	run_for(world, 300);
	expect_diary(world, "");
	expect_ready(world, apply_items(world, "two", items[1], 2));
	expect_diary(world, "ran");
}

static void
a_job_that_fails_is_tried_as_often_as_it_says(void **state)
{
	static const struct item usual[] = {{"job", JOB, RUNS("echo a >>" DIARY "; exit 3"), NULL}};
	static const struct item thrice[] = {{"job", JOB,
		"{'containers': {'c': {" SHELL ", 'args': ['echo b >>" DIARY "; exit 4']}}, "
		"'job': {'backoffLimit': 2}}", NULL}};
	static const struct item late[] = {{"job", JOB,
		"{'containers': {'c': {" SHELL ", 'args': ['exec sleep 600']}}, "
		"'job': {'activeDeadlineSeconds': 1}}", NULL}};
	struct world *world = *state;

	expect_failed(world, apply_items(world, "one", usual, 1),
		      "Job job (local/sh:1.0.0) failed: it ended with status 3.");
	expect_diary(world, "a a");
	expect_failed(world, apply_items(world, "two", thrice, 1), "status 4");
	expect_diary(world, "a a b b b");
	expect_failed(world, apply_items(world, "three", late, 1), "its active deadline");
}

/* Before, with and after the others; the last sees them where they will be. */
static void
a_deployment_has_parts(void **state)
{
	static const struct item items[] = {
		{"last", JOB, RUNS("echo last >>" DIARY), "{'when': 'after', 'success': 'complete'}"},
		{"web", NULL, RUNS("echo web >>" DIARY "; exec sleep 600"), NULL},
		{"first", JOB, RUNS("sleep 0.5; echo first >>" DIARY), "{'when': 'before'}"},
	};
	static const struct item failing[] = {
		{"web", NULL, RUNS("echo again >>" DIARY "; exec sleep 600"), NULL},
		{"first", JOB, RUNS("exit 1"), "{'when': 'before', 'success': 'complete'}"},
	};
	static const struct item gone[] = {
		{"web", NULL, RUNS("echo again >>" DIARY "; exec sleep 600"), NULL},
		{"first", JOB, "{'containers': {'c': {'image': 'local/none:1.0.0'}}}",
		 "{'when': 'before'}"},
	};
	struct world *world = *state;
	long pid;

	expect_ready(world, apply_items(world, "one", items, 3));
	expect_diary(world, "first web last");
	pid = pid_of(world, "web", NULL, NULL);
	/* What comes later is not even begun. */
	expect_failed(world, apply_items(world, "two", failing, 2), "Job first");
	expect_diary(world, "first web last");
	assert_int_equal(pid_of(world, "web", NULL, NULL), pid);
	/* Not after a restart either. */
	world->resumes = true;
	expect_failed(world, apply_items(world, "two", failing, 2), "Job first");
	expect_failed(world, apply_items(world, "two", gone, 2), "local/none:1.0.0");
	expect_diary(world, "first web last");
	assert_int_equal(pid_of(world, "web", NULL, NULL), pid);
}

static void
success_is_what_was_asked_for(void **state)
{
	static const struct item started[] = {
		{"job", JOB, RUNS("sleep 1; echo late >>" DIARY), "{'success': 'deploy'}"},
		{"web", NULL, "{'containers': {'c': {" SHELL ", 'args': ['exec sleep 600'], "
		 "'readiness_probe': {'type': 'tcp', 'port': 1}}}}", "{'success': 'deploy'}"},
	};
	static const struct item slow[] = {
		{"job", JOB, RUNS("exec sleep 600"), "{'success': 'complete', 'timeout': 1}"}};
	static const struct item odd[] = {
		{"web", NULL, RUNS("exec sleep 600"), "{'success': 'complete'}"}};
	struct world *world = *state;

	expect_ready(world, apply_items(world, "one", started, 2));
	expect_diary(world, "");
	assert_int_equal(status_of(world, "job"), RUNTIME_RUNNING);
	assert_int_equal(status_of(world, "web"), RUNTIME_STARTING);
	expect_failed(world, apply_items(world, "two", slow, 1), "was not ready after 1.0s");
	expect_failed(world, apply_items(world, "three", odd, 1), "not a job and never ends");
}

/* Nobody waits for it, and it is started again when its time is over: that is the reason, and not
 * the signal that ended it for that. */
static void
what_is_too_slow_says_so_when_it_starts_again(void **state)
{
	static const struct item slow[] = {
		{"web", NULL, "{'containers': {'c': {" SHELL ", 'args': ['exec sleep 600'], "
		 "'readiness_probe': {'type': 'tcp', 'port': 1}}}}",
		 "{'success': 'deploy', 'timeout': 1}"}};
	struct world *world = *state;
	struct driver_status all;

	expect_ready(world, apply_items(world, "one", slow, 1));
	expect_status(world, false, "not ready after 1.0s; starts again after ");
	world->driver->ops->observe(world->driver, SPACE, &all);
	assert_int_equal(all.count, 1);
	assert_string_equal(all.items[0].last.how, "its readiness deadline (1.0s)");
	driver_status_clear(&all);
}

static void
init_containers_run_one_after_the_other(void **state)
{
	struct world *world = *state;

	expect_ready(world, apply_spec(world,
		"{'containers': {'c': {" SHELL ", 'args': ['echo main >>" DIARY "; exec sleep 600']}}, "
		"'pod': {'initContainers': [{'name': 'a', " SHELL ", 'args': ['sleep 0.3; echo $WHO >>"
		DIARY "; echo x >here'], 'env': [{'name': 'WHO', 'value': 'first'}]}, {'name': 'b', "
		SHELL ", 'command': ['sh', '-c', 'test -f here && echo second >>" DIARY "']}]}}"));
	expect_diary(world, "first second main");
	expect_failed(world, apply_spec(world,
		"{'containers': {'c': {" SHELL ", 'args': ['echo never >>" DIARY "; exec sleep 600']}}, "
		"'pod': {'initContainers': [{'name': 'a', " SHELL ", 'args': ['exit 7']}]}}"),
		"ended with status 7 (init container a) before it was ready");
	expect_diary(world, "first second main");
	expect_failed(world, apply_spec(world,
		"{'containers': {'c': {" SHELL "}}, 'pod': {'initContainers': [{'name': 'a', 'image': "
		"'local/nothing:1'}]}}"), "local/nothing");
}

/* --- what cannot be meant --- */

/* It is refused before anything runs, and names the workload and the field. */
static void
what_cannot_be_meant_is_refused_by_name(void **state)
{
	static const struct {
		const char *module, *profile, *spec, *words;
	} rows[] = {
		/* strings */
		{"web", NULL, "{'containers': {'c': {" SHELL ", 'args': ['a', 7]}}}",
		 "String 2 of the args of workload web is not a string"},
		{"web", NULL, "{'containers': {'c': {" SHELL ", 'args': 'a'}}}", "args of workload web"},
		{"web", NULL, "{'containers': {'c': {" SHELL ", 'command': [null]}}}",
		 "String 1 of the command of workload web"},
		{"web", NULL, "{'containers': {'c': {" SHELL ", 'command': ['no-such-program-here']}}}",
		 "\"no-such-program-here\" of workload web is not a program"},
		/* variables */
		{"web", NULL, "{'containers': {'c': {" SHELL ", 'variables': {'': 'x'}}}}",
		 "The variable \"\" of workload web"},
		{"web", NULL, "{'containers': {'c': {" SHELL ", 'variables': {'A=B': 'x'}}}}",
		 "The variable \"A=B\" of workload web"},
		{"web", NULL, "{'containers': {'c': {" SHELL ", 'variables': {'A': {'b': 'c'}}}}}",
		 "The variable \"A\" of workload web"},
		/* files */
		{"web", NULL, "{'containers': {'c': {" SHELL ", 'files': ['/a']}}}",
		 "The files of workload web must be an object"},
		{"web", NULL, "{'containers': {'c': {" SHELL ", 'files': {'/a': {}}}}}",
		 "The file \"/a\" of workload web"},
		{"web", NULL, "{'containers': {'c': {" SHELL ", 'files': {'/a': {'value': 7}}}}}",
		 "The file \"/a\" of workload web"},
		{"web", NULL, "{'containers': {'c': {" SHELL ", 'files': {'/a': {'value': '', 'mode': '999'}}}}}",
		 "The file \"/a\" of workload web"},
		/* volumes */
		{"web", NULL, "{'containers': {'c': {" SHELL ", 'volume_mounts': {'data': {'id': 'v'}}}}, "
		 "'volumes': {'v': {}}}", "not at \"data\""},
		{"web", NULL, "{'containers': {'c': {" SHELL ", 'volume_mounts': {'/a/../b': {'id': 'v'}}}}, "
		 "'volumes': {'v': {}}}", "not at \"/a/../b\""},
		{"web", NULL, "{'containers': {'c': {" SHELL ", 'volume_mounts': {'/d': {'id': 'v', 'sub_path': 'p'}}}},"
		 " 'volumes': {'v': {}}}", "a part of a volume at /d"},
		{"web", NULL, "{'containers': {'c': {" SHELL ", 'volume_mounts': {'/d': {'id': 'none'}}}}}",
		 "no volume \"none\" for workload web"},
		{"web", NULL, "{'containers': {'c': {" SHELL ", 'volume_mounts': {'/d': {}}}}}",
		 "no volume \"\" for workload web"},
		{"web", NULL, "{'containers': {'c': {" SHELL ", 'volume_mounts': {'/d': {'id': 'externals.v'}}}}}",
		 "no volume \"externals.v\" for workload web"},
		{"web", NULL, "{'containers': {'c': {" SHELL ", 'volume_mounts': {'/d': {'id': 'shared.v'}}}}}",
		 "no volume \"shared.v\" for workload web"},
		/* jobs */
		{"job", JOB, "{'containers': {'c': {" SHELL "}}, 'job': {'backoffLimit': -1}}",
		 "The backoffLimit of workload job must be a number from 0 to 1000"},
		{"job", JOB, "{'containers': {'c': {" SHELL "}}, 'job': {'backoffLimit': 1001}}",
		 "The backoffLimit of workload job"},
		{"job", JOB, "{'containers': {'c': {" SHELL "}}, 'job': {'backoffLimit': 'x'}}",
		 "The backoffLimit of workload job"},
		{"job", JOB, "{'containers': {'c': {" SHELL "}}, 'job': {'activeDeadlineSeconds': -5}}",
		 "The activeDeadlineSeconds of workload job"},
		/* names */
		{"../web", NULL, "{'containers': {'c': {" SHELL "}}}", "\"../web\" cannot be the name"},
		{".web", NULL, "{'containers': {'c': {" SHELL "}}}", "\".web\" cannot be the name"},
		{"a/b", NULL, "{'containers': {'c': {" SHELL "}}}", "\"a/b\" cannot be the name"},
		{"", NULL, "{'containers': {'c': {" SHELL "}}}", "\"\" cannot be the name"},
		{"a\x01", NULL, "{'containers': {'c': {" SHELL "}}}", "cannot be the name"},
		/* init containers */
		{"web", NULL, "{'containers': {'c': {" SHELL "}}, 'pod': {'initContainers': [{}]}}",
		 "Each init container of workload web"},
	};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct item item = {rows[i].module, rows[i].profile, rows[i].spec, NULL};

		expect_failed(world, apply_items(world, "one", &item, 1), rows[i].words);
		assert_int_equal(count_processes(world), 0);
	}
}

/* Two of one name would be one directory. */
static void
a_workload_that_is_declared_twice_is_refused(void **state)
{
	static const struct item items[] = {
		{"web", NULL, "{'containers': {'c': {" SHELL ", 'args': ['exec sleep 600']}}}", NULL},
		{"web", NULL, "{'containers': {'c': {" SHELL ", 'args': ['exec sleep 600']}}}", NULL},
	};
	struct world *world = *state;

	expect_failed(world, apply_items(world, "one", items, 2), "The workload web");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SHELL(what_cannot_be_meant_is_refused_by_name),
		WITH_SHELL(a_workload_that_is_declared_twice_is_refused),
		WITH_SHELL(a_command_runs_in_the_place_of_the_image),
		WITH_SHELL(a_command_is_refused_where_nothing_is_confined),
		WITH_SHELL(a_file_lies_where_it_is_declared),
		WITH_SHELL(a_volume_is_seen_where_it_is_mounted),
		WITH_SHELL(a_volume_may_be_shared),
		WITH_SHELL(a_workload_has_the_time_that_it_declares),
		WITH_SHELL(one_without_a_probe_must_stay_up_for_the_usual_time),
		WITH_SHELL(what_was_deployed_before_has_nothing_to_prove),
		WITH_SHELL(what_was_deployed_elsewhere_must_stay_up_here),
		WITH_SHELL(what_cannot_start_again_keeps_no_other_down),
		WITH_SHELL(a_workload_ends_in_its_own_grace),
		WITH_SHELL(a_command_probe_runs_where_the_workload_does),
		WITH_SHELL(readiness_is_asked_again_and_again),
		WITH_SHELL(liveness_that_fails_starts_it_again),
		WITH_SHELL(startup_goes_first),
		WITH_SHELL(a_job_runs_once_in_a_deployment),
		WITH_SHELL(a_job_has_no_replicas),
		WITH_SHELL(a_suspended_job_does_not_run_until_it_is_let),
		WITH_SHELL(a_job_that_fails_is_tried_as_often_as_it_says),
		WITH_SHELL(a_deployment_has_parts),
		WITH_SHELL(success_is_what_was_asked_for),
		WITH_SHELL(what_is_too_slow_says_so_when_it_starts_again),
		WITH_SHELL(init_containers_run_one_after_the_other),
		WITH_SHELL(an_http_probe_has_delay_threshold_and_headers),
		WITH_SHELL(a_grpc_probe_asks_for_the_health_of_a_service),
	};

	if (!machine_confines()) {
		puts("1..0 # SKIP this kernel refuses namespaces");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
