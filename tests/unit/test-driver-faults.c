/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Each call of the system that the process driver needs fails in its turn, as when descriptors,
 * processes or the disk run out.  What was asked for is done, or fails with a reason; what ran goes
 * on; and asked again, when nothing fails, the driver does it.  Nothing is confined here: what a
 * child in a namespace does is tried by test-confine.
 */
#include "config.h"

#include "driver-items.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/xmalloc.h"
#include "faults.h"
#include "model/json.h"

#define CALLS_MAX 200

static int
make_plain_world(void **state)
{
	struct world *world;

	if (make_shell_world(state) != 0)
		return -1;
	world = *state;
	close_driver(world);
	world->confine = DRIVER_CONFINE_NONE;
	world->min_ready_ms = 50;
	open_driver(world);
	return 0;
}

static int
remove_plain_world(void **state)
{
	fault_end();
	return remove_world(state);
}

#define WITH_FAULTS(test) \
	cmocka_unit_test_setup_teardown(test, make_plain_world, remove_plain_world)

static int
count_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	int count = 0;

	assert_non_null(directory);
	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

/* --- deployments --- */

/* One that failed says why; one that did not, runs.  Either way somebody answers. */
static void
expect_served(struct world *world, int port, enum fault kind, int n)
{
	char *reply;

	if (world->outcome == OUTCOME_FAILED && !world->why.text[0] &&
	    !(world->summary && world->summary[0]))
		fail_msg("%s %d: it failed without a word", fault_name(kind), n);
	run_until(world, web_is_ready, world);
	reply = fetch(world, port, "/", false);
	if (!reply || !strstr(reply, "GREETING"))
		fail_msg("%s %d: %s", fault_name(kind), n, reply ? reply : "no answer");
	free(reply);
}

static void
deploy_while_it_fails(struct world *world, enum fault kind)
{
	const char *const images[] = {"local/web:1.9.0", "local/web:1.10.0"};
	struct web web = {.image = "local/web:1.0.0", .public_port = new_port(world, "dns")};
	bool happened = true;

	assert_int_equal(apply(world, &web, 1), OUTCOME_READY);
	for (int n = 0; happened && n < CALLS_MAX; n++) {
		web.image = images[n % 2];
		fault_once(kind, n);
		apply(world, &web, 1);
		happened = fault_end();
		expect_served(world, web.public_port, kind, n);
	}
	web.image = "local/web:1.0.0";
	assert_int_equal(apply(world, &web, 1), OUTCOME_READY);
}

static bool
nothing_runs(void *data)
{
	return count_processes(data) == 0;
}

static void
deployments_survive(void **state, const enum fault *kinds, size_t count)
{
	struct world *world = *state;
	int before = count_descriptors();

	for (size_t i = 0; i < count; i++)
		deploy_while_it_fails(world, kinds[i]);
	begin_removal(world, SPACE);
	while (world->removed == 0)
		run(world);
	run_until(world, nothing_runs, world);
	run_for(world, 20);
	assert_int_equal(count_descriptors(), before);
}

static void
a_deployment_survives_that_processes_run_out(void **state)
{
	static const enum fault kinds[] = {FAULT_FORK, FAULT_PIPE, FAULT_SOCKETPAIR, FAULT_FCNTL};

	deployments_survive(state, kinds, sizeof(kinds) / sizeof(kinds[0]));
}

static void
a_deployment_survives_that_ports_are_taken(void **state)
{
	static const enum fault kinds[] = {FAULT_SOCKET, FAULT_BIND, FAULT_LISTEN, FAULT_OPTION,
					   FAULT_CONNECT};

	deployments_survive(state, kinds, sizeof(kinds) / sizeof(kinds[0]));
}

static void
a_deployment_survives_that_the_disk_is_full(void **state)
{
	static const enum fault kinds[] = {FAULT_CREATE, FAULT_MKDIR, FAULT_RENAME, FAULT_WRITE};

	deployments_survive(state, kinds, sizeof(kinds) / sizeof(kinds[0]));
}

static void
a_deployment_survives_that_descriptors_run_out(void **state)
{
	static const enum fault kinds[] = {FAULT_OPEN, FAULT_OPENAT, FAULT_OPENDIR};

	deployments_survive(state, kinds, sizeof(kinds) / sizeof(kinds[0]));
}

/* What was up and is killed starts again as soon as it can, and says until then why it cannot. */
static bool
says_why_it_is_down(void *data)
{
	struct world *world = data;
	struct driver_status all;
	bool says = false;

	world->driver->ops->observe(world->driver, SPACE, &all);
	for (size_t i = 0; i < all.count; i++)
		says = says ||
		       (all.items[i].message && strstr(all.items[i].message, strerror(EAGAIN)));
	driver_status_clear(&all);
	return says;
}

static void
what_cannot_start_again_says_so_and_starts_when_it_can(void **state)
{
	struct world *world = *state;
	const struct web web = {.image = "local/web:1.0.0"};

	assert_int_equal(apply(world, &web, 1), OUTCOME_READY);
	fault_from(FAULT_FORK, 0);
	assert_int_equal(kill((pid_t)pid_of(world, "web", NULL, NULL), SIGKILL), 0);
	run_until(world, says_why_it_is_down, world);
	assert_true(web_is_down(world));
	assert_true(fault_end());
	run_until(world, web_is_ready, world);
}

/* A public port that gets no descriptor for a connection answers the next ones. */
static void
a_public_port_outlives_that_descriptors_run_out(void **state)
{
	struct world *world = *state;
	const struct web web = {.image = "local/web:1.0.0", .public_port = new_port(world, "dns")};
	char *reply;

	assert_int_equal(apply(world, &web, 1), OUTCOME_READY);
	for (int i = 0; i < 3; i++) {
		fault_once(i == 1 ? FAULT_SOCKET : FAULT_ACCEPT, 0);
		reply = fetch(world, web.public_port, "/", false);
		free(reply);
		fault_end();
		reply = fetch(world, web.public_port, "/", false);
		assert_non_null(reply);
		assert_non_null(strstr(reply, "GREETING"));
		free(reply);
	}
}

/* --- resources --- */

static int
count_rows(const char *path)
{
	sqlite3_stmt *statement;
	sqlite3 *database;
	int count = -1;

	assert_int_equal(sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	if (sqlite3_prepare_v2(database, "SELECT count(*) FROM t", -1, &statement, NULL) ==
	    SQLITE_OK)
		count = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int(statement, 0)
							      : -1;
	sqlite3_finalize(statement);
	sqlite3_close(database);
	return count;
}

static void
expect_database(struct world *world, json_t *outputs, const struct error *err, enum fault kind,
		int n)
{
	const char *path = json_member_string(outputs, "path");

	(void)world;
	if (!outputs && !err->text[0])
		fail_msg("%s %d: no database and no reason", fault_name(kind), n);
	if (outputs && (!path || count_rows(path) != 2))
		fail_msg("%s %d: %s is not whole", fault_name(kind), n, path ? path : "it");
	json_decref(outputs);
}

/* It is whole or not there, and the next try makes it. */
static void
a_database_is_whole_or_not_there(void **state)
{
	static const enum fault kinds[] = {FAULT_FORK,	FAULT_PIPE,   FAULT_OPEN,  FAULT_CREATE,
					   FAULT_MKDIR, FAULT_RENAME, FAULT_CHMOD, FAULT_WRITE};
	struct world *world = *state;
	json_t *inputs = json_pack("{s:s}", "template", "t.sql");
	struct driver_resource resource = {.type = "sqlite"};
	struct error err = {0};

	write_file(
		world->templates, "t.sql",
		"CREATE TABLE t (x TEXT); INSERT INTO t VALUES ('a'); INSERT INTO t VALUES ('b');");
	resource.inputs = inputs;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		/* A child counts on its own and cannot say whether its call failed: so many are
		 * tried. */
		for (int n = 0; n < 6; n++) {
			char name[40];

			snprintf(name, sizeof(name), "shared.db-%zu-%d", i, n);
			resource.name = name;
			fault_once(kinds[i], n);
			err = (struct error){0};
			expect_database(world, provision(world, &resource, &err), &err, kinds[i],
					n);
			fault_end();
			err = (struct error){0};
			expect_database(world, provision(world, &resource, &err), &err, kinds[i],
					n);
			assert_string_equal(err.text, "");
		}
	json_decref(inputs);
}

/* A name keeps its port, also when that could not be written down at first. */
static void
a_port_is_given_or_refused_with_a_reason(void **state)
{
	static const enum fault kinds[] = {FAULT_SOCKET, FAULT_BIND,  FAULT_LISTEN, FAULT_OPEN,
					   FAULT_CREATE, FAULT_MKDIR, FAULT_RENAME, FAULT_WRITE};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		for (int n = 0; n < 4; n++) {
			struct driver_resource resource = {.type = "dns"};
			struct error err = {0};
			char name[40];
			json_t *outputs;

			snprintf(name, sizeof(name), "dns-%zu-%d", i, n);
			resource.name = resource.res_id = name;
			fault_once(kinds[i], n);
			outputs = provision(world, &resource, &err);
			fault_end();
			if (!outputs && !err.text[0])
				fail_msg("%s %d: no port and no reason", fault_name(kinds[i]), n);
			json_decref(outputs);
			assert_true(new_port(world, name) > 0);
		}
}

static json_t *
render(struct world *world, const json_t *files, struct error *err)
{
	struct driver_waiter waiter = waiter_of(world);

	world->driver->ops->render(world->driver, SPACE, "shared.c", files, NULL, &waiter);
	return wait_for(world, err);
}

static void
expect_text(const char *path, const char *wanted)
{
	char text[64] = "";
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	fclose(file);
	assert_string_equal(text, wanted);
}

static void
files_of_a_resource_are_there_or_the_reason_is(void **state)
{
	static const enum fault kinds[] = {FAULT_OPEN,	 FAULT_CREATE, FAULT_OPENAT, FAULT_MKDIR,
					   FAULT_RENAME, FAULT_WRITE,  FAULT_UNLINK, FAULT_OPENDIR};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		for (int n = 0; n < 4; n++) {
			char tag[40];
			struct error err = {0};
			json_t *files, *outputs;

			snprintf(tag, sizeof(tag), "tag-%zu-%d", i, n);
			files = json_pack("{s:{s:s, s:s}}", "a.conf", "text", tag, "tag", tag);
			fault_once(kinds[i], n);
			outputs = render(world, files, &err);
			fault_end();
			if (!outputs && !err.text[0])
				fail_msg("%s %d: no file and no reason", fault_name(kinds[i]), n);
			json_decref(outputs);
			outputs = render(world, files, &err);
			assert_non_null(outputs);
			expect_text(json_member_string(outputs, "a.conf"), tag);
			json_decref(outputs);
			json_decref(files);
		}
}

/* --- an environment goes --- */

/* Its removal ends, whatever fails, and what stays is removed by the next one. */
static void
a_removal_ends_and_the_next_one_leaves_nothing(void **state)
{
	static const enum fault kinds[] = {FAULT_OPEN,	 FAULT_OPENAT, FAULT_OPENDIR, FAULT_RENAME,
					   FAULT_UNLINK, FAULT_FORK,   FAULT_MKDIR};
	struct world *world = *state;
	const struct web web = {.image = "local/web:1.0.0"};
	struct stat st;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		for (int n = 0; n < 3; n++) {
			int before = world->removed;

			assert_int_equal(apply(world, &web, 1), OUTCOME_READY);
			fault_once(kinds[i], n);
			begin_removal(world, SPACE);
			while (world->removed == before)
				run(world);
			fault_end();
			run_until(world, nothing_runs, world);
			begin_removal(world, SPACE);
			while (world->removed == before + 1)
				run(world);
			if (stat(world->space_dir, &st) == 0)
				fail_msg("%s %d: %s stays", fault_name(kinds[i]), n,
					 world->space_dir);
		}
}

/* --- the daemon starts --- */

/* It begins, or says what it lacks; and what an earlier one left is gone the next time. */
static void
a_driver_begins_or_says_what_it_lacks(void **state)
{
	static const enum fault kinds[] = {FAULT_OPEN, FAULT_CREATE, FAULT_MKDIR, FAULT_RENAME,
					   FAULT_PIPE, FAULT_FORK,   FAULT_WRITE, FAULT_OPENDIR};
	struct world *world = *state;
	const struct web web = {.image = "local/web:1.0.0"};
	struct driver_process_options options = {
		.spaces_dir = world->spaces,
		.images_dir = world->images,
		.templates_dir = world->templates,
		.confine = DRIVER_CONFINE_NONE,
	};

	assert_int_equal(apply(world, &web, 1), OUTCOME_READY);
	close_driver(world);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		bool happened = true;

		for (int n = 0; happened && n < CALLS_MAX; n++) {
			struct loop *loop = loop_new(NULL);
			struct error err = {0};
			struct driver *driver;

			assert_int_equal(loop_take_signals(loop, NULL), 0);
			fault_once(kinds[i], n);
			driver = driver_process_new(loop, &options, &err);
			happened = fault_end();
			if (!driver && !err.text[0])
				fail_msg("%s %d: no driver and no reason", fault_name(kinds[i]), n);
			if (driver)
				driver->ops->free(driver);
			loop_free(loop);
		}
	}
	open_driver(world);
	assert_int_equal(apply(world, &web, 1), OUTCOME_READY);
}

/* --- output --- */

static size_t
count_log(struct world *world)
{
	const struct driver_log_query query = {.module = "web", .limit = 1000};
	struct driver_log *log = world->driver->ops->open_log(world->driver, SPACE, &query);
	struct driver_logs logs;
	size_t count;

	world->driver->ops->read_log(log, &logs);
	count = logs.count;
	driver_logs_clear(&logs);
	world->driver->ops->close_log(log);
	return count;
}

static bool
prints_on(void *data)
{
	return count_log(data) > 3;
}

/* What cannot be written is lost; the program goes on, and so does its log. */
static void
a_program_goes_on_when_its_output_cannot_be_kept(void **state)
{
	static const enum fault kinds[] = {FAULT_CREATE, FAULT_WRITE};
	struct world *world = *state;
	char *log = xasprintf("%s/modules/web/output.log", world->space_dir);

	expect_ready(world,
		     apply_container(world, SHELL ", 'args': ['while echo tick; do sleep 0.02; "
						  "done']"));
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		long pid = pid_of(world, "web", NULL, NULL);

		fault_from(kinds[i], 0);
		assert_int_equal(truncate(log, 0), 0);
		run_until(world, fault_has_happened, NULL);
		assert_true(fault_end());
		assert_int_equal(count_log(world), 0);
		run_until(world, prints_on, world);
		assert_int_equal(pid_of(world, "web", NULL, NULL), pid);
		assert_true(lives(pid));
	}
	free(log);
}

static off_t
size_of(const struct world *world, const char *name)
{
	char *path = xasprintf("%s/modules/web/%s", world->space_dir, name);
	struct stat st;
	off_t size = stat(path, &st) == 0 ? st.st_size : -1;

	free(path);
	return size;
}

static bool
log_is_large(void *data)
{
	return size_of(data, "output.log") > 600 * 1024;
}

static bool
log_was_turned_over(void *data)
{
	return size_of(data, "output.log.1") > 0 && size_of(data, "output.log") < 300 * 1024;
}

/* It grows on, since nothing is to be lost; and is turned over as soon as that can be done. */
static void
a_log_that_cannot_be_turned_over_goes_on(void **state)
{
	struct world *world = *state;

	expect_ready(world, apply_container(world, SHELL ", 'args': ['while head -c 8000 /dev/zero | tr "
							 "\\\\0 x; do echo; done']"));
	fault_from(FAULT_RENAME, 0);
	run_until(world, log_is_large, world);
	assert_true(fault_end());
	assert_true(size_of(world, "output.log.1") < 0 || size_of(world, "output.log.1") < 300 * 1024);
	run_until(world, log_was_turned_over, world);
	assert_true(web_is_ready(world));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FAULTS(a_deployment_survives_that_processes_run_out),
		WITH_FAULTS(a_deployment_survives_that_ports_are_taken),
		WITH_FAULTS(a_deployment_survives_that_the_disk_is_full),
		WITH_FAULTS(a_deployment_survives_that_descriptors_run_out),
		WITH_FAULTS(what_cannot_start_again_says_so_and_starts_when_it_can),
		WITH_FAULTS(a_public_port_outlives_that_descriptors_run_out),
		WITH_FAULTS(a_database_is_whole_or_not_there),
		WITH_FAULTS(a_port_is_given_or_refused_with_a_reason),
		WITH_FAULTS(files_of_a_resource_are_there_or_the_reason_is),
		WITH_FAULTS(a_removal_ends_and_the_next_one_leaves_nothing),
		WITH_FAULTS(a_driver_begins_or_says_what_it_lacks),
		WITH_FAULTS(a_program_goes_on_when_its_output_cannot_be_kept),
		WITH_FAULTS(a_log_that_cannot_be_turned_over_goes_on),
	};

	if (below_valgrind()) {
		puts("1..0 # SKIP so many deployments take too long below valgrind");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
