/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each field of a workload that the process driver honours, seen from the program that runs. */
#include "config.h"

#include "driver-world.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xmalloc.h"

/* The image runs what its first argument says. */
#define SHELL "'image': 'local/sh:1.0.0'"

static int
make(void **state)
{
	static const char script[] = "#!/bin/sh\neval \"$1\"\n";
	struct world *world;
	char *folder, *file;

	if (make_world(state) != 0)
		return -1;
	world = *state;
	folder = xasprintf("%s/local/sh", world->images);
	file = xasprintf("%s/1.0.0", folder);
	assert_int_equal(mkdir(folder, 0700), 0);
	write_file(folder, "1.0.0", script);
	assert_int_equal(chmod(file, 0700), 0);
	free(file);
	free(folder);
	return 0;
}

static json_t *
parse(const char *text)
{
	char *copy = xstrdup(text);
	json_t *value;

	for (char *c = copy; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	value = json_loads(copy, 0, NULL);
	if (!value)
		fail_msg("%s", copy);
	free(copy);
	return value;
}

/* One workload "web" of this spec, with single quotes for double ones. */
static void
begin_spec(struct world *world, const char *spec)
{
	struct driver_waiter waiter = change_waiter(world);
	struct driver_deployment deployment = {
		.id = "one",
		.workloads = xcalloc(1, sizeof(struct driver_workload)),
	};

	deployment.workloads[deployment.count++] = (struct driver_workload){
		.module = xstrdup("web"),
		.image = xstrdup("local/sh:1.0.0"),
		.replicas = 1,
		.spec = parse(spec),
	};
	world->change = world->driver->ops->apply(world->driver, SPACE, &deployment, &waiter);
	driver_deployment_clear(&deployment);
}

static enum outcome
apply_spec(struct world *world, const char *spec)
{
	int before = world->applied;

	begin_spec(world, spec);
	while (world->applied == before)
		run(world);
	return world->outcome;
}

/* The same of one container "c". */
static enum outcome
apply_container(struct world *world, const char *members)
{
	char *spec = xasprintf("{'containers': {'c': {%s}}}", members);
	enum outcome outcome = apply_spec(world, spec);

	free(spec);
	return outcome;
}

/* Its last line of output; free() it. */
static char *
last_line(struct world *world)
{
	const struct driver_log_query query = {.module = "web", .limit = 1};
	struct driver_log *log = world->driver->ops->open_log(world->driver, SPACE, &query);
	struct driver_logs logs;
	char *line;

	world->driver->ops->read_log(log, &logs);
	line = xstrdup(logs.count > 0 ? logs.items[0].text : "");
	driver_logs_clear(&logs);
	world->driver->ops->close_log(log);
	return line;
}

struct awaited_line {
	struct world *world;
	const char *text;
};

static bool
has_line(void *data)
{
	const struct awaited_line *awaited = data;
	char *line = last_line(awaited->world);
	bool same = strcmp(line, awaited->text) == 0;

	free(line);
	return same;
}

static void
expect_line(struct world *world, const char *text)
{
	struct awaited_line awaited = {world, text};

	run_until(world, has_line, &awaited);
}

static void
expect_ready(struct world *world, enum outcome outcome)
{
	if (outcome != OUTCOME_READY)
		fail_msg("%s: %s", world->code, world->summary);
}

static void
expect_failed(struct world *world, enum outcome outcome, const char *words)
{
	assert_int_equal(outcome, OUTCOME_FAILED);
	if (!strstr(world->summary, words))
		fail_msg("%s", world->summary);
}

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
		"{'minReadySeconds': '2'}}"), "ended with status 0 before it was ready");
	expect_failed(world, apply_spec(world,
		"{'containers': {'c': {" SHELL ", 'args': ['exec sleep 600'], 'readiness_probe': "
		"{'type': 'tcp', 'port': 1}}}, 'deployment': {'progressDeadlineSeconds': 1}}"),
		"was not ready after 1.0s");
	expect_failed(world, apply_spec(world,
		"{'containers': {'c': {" SHELL "}}, 'pod': {'terminationGracePeriodSeconds': 86400}}"),
		"terminationGracePeriodSeconds of workload web must be a number of seconds");
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

#define WITH(test) cmocka_unit_test_setup_teardown(test, make, remove_world)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(a_command_runs_in_the_place_of_the_image),
		WITH(a_command_is_refused_where_nothing_is_confined),
		WITH(a_file_lies_where_it_is_declared),
		WITH(a_workload_has_the_time_that_it_declares),
		WITH(a_workload_ends_in_its_own_grace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
