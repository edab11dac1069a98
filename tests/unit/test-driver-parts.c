/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the process driver reads and makes: images, specs, resources, logs. */
#include "config.h"

#include "driver-world.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/nouns.h"
#include "model/workload-fields.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/ports.h"
#include "platform/drivers/process/private.h"
#include "platform/drivers/process/resource-files.h"
#include "platform/drivers/process/workload-private.h"

static void
read_logs(struct world *world, const struct driver_log_query *query, struct driver_logs *logs)
{
	struct driver_log *log = world->driver->ops->open_log(world->driver, SPACE, query);

	world->driver->ops->read_log(log, logs);
	world->driver->ops->close_log(log);
}

static bool
last_line_is_kept(void *data)
{
	struct world *world = data;
	const struct driver_log_query query = {.module = "web", .limit = 1};
	struct driver_logs logs;
	bool kept;

	read_logs(world, &query, &logs);
	kept = logs.count == 1 && strncmp(logs.items[0].text, "019999 ", 7) == 0;
	driver_logs_clear(&logs);
	return kept;
}

static void
logs_are_kept_with_a_limit(void **state)
{
	struct world *world = *state;
	struct web web = {.image = "local/web:1.0.0", .mode = "chatty",
			  .public_port = new_port(world, "modules.web.externals.dns")};
	static const char *const names[] = { "output.log", "output.log.1" };
	struct driver_log_query query = {.module = "web", .limit = 3};
	int64_t before = clock_wall_ms();
	struct driver_logs logs;

	assert_int_equal(apply(world, &web, 1), OUTCOME_READY);
	run_until(world, last_line_is_kept, world);
	read_logs(world, &query, &logs);
	assert_int_equal(logs.count, 3);
	assert_int_equal(strncmp(logs.items[0].text, "019997 ", 7), 0);
	assert_int_equal(strncmp(logs.items[2].text, "019999 ", 7), 0);
	assert_string_equal(logs.items[2].module, "web");
	assert_string_equal(logs.items[2].container, "web");
	assert_true(logs.items[0].at >= before && logs.items[2].at <= clock_wall_ms());
	driver_logs_clear(&logs);
	for (size_t i = 0; i < 2; i++) {
		char *path = xasprintf("%s/modules/web/%s", world->space_dir, names[i]);
		struct stat st;

		assert_int_equal(stat(path, &st), 0);
		assert_true(st.st_size > 0 && st.st_size <= 256 * 1024);
		free(path);
	}
	query.module = "../../../x";
	read_logs(world, &query, &logs);
	assert_int_equal(logs.count, 0);
	driver_logs_clear(&logs);
}

/* Whoever follows a log gets each line once. */
struct follower {
	struct world *world;
	struct driver_log *log;
	size_t lines;
	int64_t until;
};

static bool
reads_ten_more(void *data)
{
	struct follower *follower = data;
	struct driver_logs logs;

	follower->world->driver->ops->read_log(follower->log, &logs);
	follower->lines += logs.count;
	driver_logs_clear(&logs);
	return follower->lines >= 10;
}

static void
a_log_is_read_on(void **state)
{
	struct world *world = *state;
	struct web web = {.image = "local/web:1.0.0", .mode = "count"};
	struct driver_log_query query = {.module = "web", .follows = true};
	struct follower follower = {.world = world};
	static const char *const images[] = {"local/web:1.0.0", "local/web:1.9.0"};

	follower.log = world->driver->ops->open_log(world->driver, SPACE, &query);
	for (size_t i = 0; i < 2; i++) {
		web.image = images[i];
		follower.lines = 0;
		assert_int_equal(apply(world, &web, 1), OUTCOME_READY);
		run_until(world, reads_ten_more, &follower);
		assert_int_equal(follower.lines, 10);
		follower.lines = 0;
		assert_false(reads_ten_more(&follower));
		assert_int_equal(follower.lines, 0);
	}
	world->driver->ops->close_log(follower.log);
	/* What a limit left out does not come afterwards, though it is of the same millisecond. */
	query.limit = 1;
	follower.log = world->driver->ops->open_log(world->driver, SPACE, &query);
	follower.lines = 0;
	assert_false(reads_ten_more(&follower));
	assert_false(reads_ten_more(&follower));
	assert_int_equal(follower.lines, 1);
	world->driver->ops->close_log(follower.log);
}

static bool
reads_both(void *data)
{
	struct follower *follower = data;
	bool is_over = clock_wall_ms() > follower->until;
	struct driver_logs logs;

	follower->world->driver->ops->read_log(follower->log, &logs);
	for (size_t i = 0; i < logs.count; i++)
		follower->lines += strcmp(logs.items[i].text, "a") == 0 ? 1 : 100;
	driver_logs_clear(&logs);
	return is_over;
}

static void
workloads_that_print_in_one_millisecond_are_read_once_each(void **state)
{
	static const char *const modules[][2] = {{"a", "b"}, {"b", "a"}};
	struct world *world = *state;
	struct driver_log_query query = {.follows = true};
	struct follower follower = {.world = world};

	for (size_t i = 0; i < 2;) {
		int64_t at = clock_wall_ms() + 200;
		bool in_time;

		query.from = at;
		follower.log = world->driver->ops->open_log(world->driver, SPACE, &query);
		follower.until = at;
		follower.lines = 0;
		for (size_t k = 0; k < 2; k++) {
			char *directory = xasprintf("%s/modules/%s", world->space_dir,
						    modules[i][k]);
			char *line = xasprintf("%lld d c %s\n", (long long)at, modules[i][k]);

			assert_int_equal(paths_make(directory, NULL), 0);
			write_file(directory, "output.log", line);
			reads_both(&follower);
			free(line);
			free(directory);
		}
		/* On a machine that is that slow: once more. */
		in_time = clock_wall_ms() < at;
		run_until(world, reads_both, &follower);
		if (in_time)
			assert_int_equal(follower.lines, 101);
		i += in_time;
		world->driver->ops->close_log(follower.log);
	}
}

static void
only_what_lies_in_the_images_is_run(void **state)
{
	static const char *const bad[] = {
		"/bin/sh:1",  "../../../../bin:sh", "local/web:../../../outside", "local/web",
		"local/web:", "local/link:1.0.0",   "local/web:1.0.0@sha256:00",  "local:web",
		"",
	};
	struct world *world = *state;
	char *link = xasprintf("%s/local/link/1.0.0", world->images);
	struct error err;
	json_t *images;

	copy_program(world, "../outside");
	copy_program(world, "local/link/2.0.0");
	assert_int_equal(symlink("/bin/sh", link), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct web web = {.image = bad[i]};

		assert_false(world->driver->ops->image_exists(world->driver, bad[i], &err));
		assert_int_equal(err.kind, ERROR_INPUT);
		assert_int_equal(apply(world, &web, 1), OUTCOME_FAILED);
		assert_string_equal(world->code, "image-not-found");
	}
	images = world->driver->ops->images(world->driver);
	assert_int_equal(json_array_size(images), 4);
	assert_string_equal(json_string_value(json_object_get(json_array_get(images, 0), "name")),
			    "local/link");
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(images, 3), "version")), "1.10.0");
	json_decref(images);
	free(link);
}

static void
expect_refused(struct world *world, const char *spec)
{
	struct driver_waiter waiter = change_waiter(world);
	struct driver_deployment deployment = {
		.workloads = xcalloc(1, sizeof(struct driver_workload))};
	int before = world->applied;

	deployment.workloads[deployment.count++] = (struct driver_workload){
		.module = xstrdup("web"),
		.image = xstrdup("local/web:1.0.0"),
		.replicas = 1,
		.spec = json_loads(spec, 0, NULL),
	};
	world->driver->ops->apply(world->driver, SPACE, &deployment, &waiter);
	driver_deployment_clear(&deployment);
	while (world->applied == before)
		run(world);
	assert_int_equal(world->outcome, OUTCOME_FAILED);
	assert_string_equal(world->code, "cannot-start");
	assert_string_equal(world->object, "web");
}

static void
a_bad_spec_is_refused(void **state)
{
	static const char *const specs[] = {
		"{}",
		"{\"containers\": {}}",
		"{\"containers\": {\"a\": {}, \"b\": {}}}",
		"{\"containers\": {\"a\": {\"variables\": {\"A=B\": \"x\"}}}}",
		"{\"containers\": {\"a\": {\"variables\": {\"A\": [1]}}}}",
		"{\"containers\": {\"a\": {\"args\": \"x\"}}}",
		"{\"containers\": {\"a\": {\"files\": {\"/a/../../x\": {\"value\": \"x\"}}}}}",
		"{\"containers\": {\"a\": {\"files\": {\"etc/x\": {\"value\": \"x\"}}}}}",
		"{\"containers\": {\"a\": {\"files\": {\"/etc/x\": {\"mode\": \"4755\", \"value\": \"x\"}}}}}",
		"{\"containers\": {\"a\": {\"readiness_probe\": {\"type\": \"command\"}}}}",
		"{\"containers\": {\"a\": {\"readiness_probe\": {\"type\": \"http\", \"path\": \"/ x\", \"port\": 1}}}}",
	};

	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++)
		expect_refused(*state, specs[i]);
}

/* What it says it honours is a field; nonsense in one of a container is refused. */
static void
what_is_honoured_is_told_and_read(void **state)
{
	struct world *world = *state;
	json_t *all = world->driver->ops->describe(world->driver);
	const json_t *paths = json_object_get(all, "honours"), *path;
	size_t read = 0, i;

	json_array_foreach(paths, i, path) {
		const char *text = json_string_value(path), *key;
		const struct workload_field *field = NULL;
		char *spec;

		for (size_t k = 0; (field = workload_field(k)); k++)
			if (strcmp(field->path, text) == 0)
				break;
		assert_non_null(field);
		if (strncmp(text, "spec/containers/*/", 18) != 0)
			continue;
		key = text + 18;
		if (strchr(key, '/') || strcmp(key, "image") == 0 || strcmp(key, "id") == 0)
			continue;
		spec = xasprintf("{\"containers\": {\"a\": {\"%s\": 7}}}", key);
		expect_refused(world, spec);
		free(spec);
		read++;
	}
	assert_true(read >= 2);		/* args, variables */
	json_decref(all);
}

static int
count_rows(const char *path)
{
	sqlite3_stmt *statement;
	sqlite3 *database;
	int count = -1;

	assert_int_equal(sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(database, "INSERT INTO t VALUES ('more')", NULL, NULL, NULL),
			 SQLITE_OK);
	assert_int_equal(
		sqlite3_prepare_v2(database, "SELECT count(*) FROM t", -1, &statement, NULL),
		SQLITE_OK);
	if (sqlite3_step(statement) == SQLITE_ROW)
		count = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(database);
	return count;
}

static void
put_link(const struct world *world, const char *to, const char *name)
{
	char *path = xasprintf("%s/%s", world->templates, name);

	assert_int_equal(symlink(to, path), 0);
	free(path);
}

static void
put_fifo(const struct world *world, const char *name)
{
	char *path = xasprintf("%s/%s", world->templates, name);

	assert_int_equal(mkfifo(path, 0600), 0);
	free(path);
}

static int
check_inputs(const struct world *world, const char *type, const char *inputs, struct error *err)
{
	json_t *all = json_loads(inputs, 0, NULL);
	struct driver_resource resource = {.name = "a-definition", .type = type, .inputs = all};
	int ret;

	assert_non_null(all);
	ret = world->driver->ops->check_resource(world->driver, &resource, err);
	json_decref(all);
	return ret;
}

/* What a definition says is looked at when it is written: it names what the operator has named. */
static void
a_definition_names_nothing_but_what_the_operator_named(void **state)
{
	static const struct {
		const char *type, *inputs;
	} good[] = {
		{"sqlite", "{}"},
		{"sqlite", "{\"template\": \"t.sql\"}"},
		{"sqlite", "{\"template\": \"shop\"}"},
		{"sqlite", "{\"template\": null}"},
		{"sqlite", "{\"template\": \"${context.env.type}.sql\"}"},
		{"dns", "{}"},
	}, bad[] = {
		{"sqlite", "{\"template\": \"none.sql\"}"},
		{"sqlite", "{\"template\": \"../secret.sql\"}"},
		{"sqlite", "{\"template\": \"/etc/passwd\"}"},
		{"sqlite", "{\"template\": \"link.sql\"}"},
		{"sqlite", "{\"template\": \"fifo.sql\"}"},
		{"sqlite", "{\"template\": \"\"}"},
		{"sqlite", "{\"template\": [\"t.sql\"]}"},
		{"sqlite", "{\"template\": {\"file\": \"/etc/passwd\"}}"},
		{"sqlite", "{\"path\": \"/etc/x.db\"}"},
		{"sqlite", "{\"command\": [\"/bin/sh\"]}"},
		{"dns", "{\"port\": 443}"},
		{"dns", "{\"host\": \"10.0.0.1\"}"},
		{"postgres", "{}"},
		{"", "{}"},
	};
	struct world *world = *state;
	struct driver_template named = {NULL, NULL};
	struct error err = {0};

	write_file(world->templates, "t.sql", "CREATE TABLE t (x TEXT);");
	write_file(world->folder, "secret.sql", "CREATE TABLE t (x TEXT);");
	put_link(world, "../secret.sql", "link.sql");
	put_fifo(world, "fifo.sql");
	named.name = xstrdup("shop");
	named.file = xasprintf("%s/secret.sql", world->folder);
	close_driver(world);
	world->named = &named;
	open_driver(world);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (check_inputs(world, good[i].type, good[i].inputs, &err) != 0)
			fail_msg("%s: %s", good[i].inputs, err.text);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (check_inputs(world, bad[i].type, bad[i].inputs, &err) == 0)
			fail_msg("%s %s", bad[i].type, bad[i].inputs);
	free(named.name);
	free(named.file);
}

/* Also when it is used: the operator may have taken the name away meanwhile. */
static void
a_template_that_is_no_longer_named_fills_nothing(void **state)
{
	struct world *world = *state;
	struct driver_template named = {NULL, NULL};
	struct driver_resource resource = {.name = "shared.db", .type = "sqlite"};
	json_t *inputs = json_pack("{s:s}", "template", "shop"), *outputs;
	struct error err = {0};

	write_file(world->folder, "shop.sql", "CREATE TABLE t (x TEXT); INSERT INTO t VALUES ('a');");
	resource.inputs = inputs;
	assert_null(provision(world, &resource, &err));
	named.name = xstrdup("shop");
	named.file = xasprintf("%s/shop.sql", world->folder);
	close_driver(world);
	world->named = &named;
	open_driver(world);
	outputs = provision(world, &resource, &err);
	assert_non_null(outputs);
	json_decref(outputs);
	close_driver(world);
	world->named = NULL;
	open_driver(world);
	resource.name = "shared.other";
	assert_null(provision(world, &resource, &err));
	assert_non_null(strstr(err.text, "shop"));
	json_decref(inputs);
	free(named.name);
	free(named.file);
}

static void
a_database_is_made_once(void **state)
{
	static const char *const bad[] = { "none.sql", "../secret.sql", "/etc/passwd", "broken.sql",
					   "attach.sql", "link.sql", "fifo.sql", ".", "" };
	struct world *world = *state;
	struct driver_ops const *ops = world->driver->ops;
	struct driver_resource resource = {.name = "shared.db", .type = "sqlite"};
	json_t *inputs = json_pack("{s:s}", "template", "t.sql");
	struct driver_waiter waiter;
	struct error err = {0};
	char *path = NULL;

	write_file(world->templates, "t.sql",
		   "CREATE TABLE t (x TEXT); INSERT INTO t VALUES ('a');");
	write_file(world->templates, "broken.sql", "CREATE TABLE t (x TEXT); NO SUCH STATEMENT;");
	write_file(world->templates, "attach.sql", "ATTACH '/etc/x.db' AS x;");
	write_file(world->folder, "secret.sql", "CREATE TABLE t (x TEXT);");
	put_link(world, "../secret.sql", "link.sql");
	put_fifo(world, "fifo.sql");
	resource.inputs = inputs;
	for (int i = 0; i < 3; i++) {
		json_t *outputs = provision(world, &resource, &err);

		assert_non_null(outputs);
		free(path);
		path = xstrdup(json_string_value(json_object_get(outputs, "path")));
		assert_int_equal(count_rows(path), 2 + i);
		json_decref(outputs);
	}
	waiter = waiter_of(world);
	ops->deprovision(world->driver, SPACE, "sqlite", "shared.db", NULL, &waiter);
	json_decref(wait_for(world, &err));
	assert_int_not_equal(access(path, F_OK), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		json_object_set_new(inputs, "template", json_string(bad[i]));
		assert_null(provision(world, &resource, &err));
		assert_int_equal(err.kind, ERROR_INPUT);
		assert_int_not_equal(access(path, F_OK), 0);
	}
	resource.name = "../x";
	assert_null(provision(world, &resource, &err));
	resource = (struct driver_resource){.name = "shared.x", .type = "postgres"};
	assert_null(provision(world, &resource, &err));
	json_decref(inputs);
	free(path);
}

static void
make_rows(const char *path, int count)
{
	sqlite3 *database;

	assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
	assert_int_equal(sqlite3_exec(database, "CREATE TABLE t (x TEXT)", NULL, NULL, NULL),
			 SQLITE_OK);
	for (int i = 0; i < count; i++)
		assert_int_equal(sqlite3_exec(database, "INSERT INTO t VALUES ('other')", NULL,
					      NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(database), SQLITE_OK);
}

enum planted { PLANTED_DATABASE, PLANTED_TEXT, PLANTED_LINK, PLANTED_LINK_TO_NOTHING,
	       PLANTED_HARD_LINK, PLANTED_FIFO, PLANTED_DIRECTORY, PLANTED_COUNT };

static void
plant(enum planted what, const char *path, const char *victim)
{
	char *inner = xasprintf("%s/inner", path), *nothing = xasprintf("%s.none", victim);

	switch (what) {
	case PLANTED_DATABASE:
		make_rows(path, 20);
		break;
	case PLANTED_TEXT:
		fclose(fopen(path, "w"));
		break;
	case PLANTED_LINK:
		assert_int_equal(symlink(victim, path), 0);
		break;
	case PLANTED_LINK_TO_NOTHING:
		assert_int_equal(symlink(nothing, path), 0);
		break;
	case PLANTED_HARD_LINK:
		assert_int_equal(link(victim, path), 0);
		break;
	case PLANTED_FIFO:
		assert_int_equal(mkfifo(path, 0600), 0);
		break;
	case PLANTED_DIRECTORY:
		assert_int_equal(paths_make(inner, NULL), 0);
		break;
	case PLANTED_COUNT:
		break;
	}
	free(nothing);
	free(inner);
}

/* A workload may have put it there, before the resource was thought of. */
static void
a_new_database_takes_no_file_that_is_there(void **state)
{
	static const char *const beside[] = {"-journal", "-wal", "-shm"};
	struct world *world = *state;
	char *places = xasprintf("%s/resources", world->space_dir);
	char *victim = xasprintf("%s/victim.sqlite", world->folder);
	char *nothing = xasprintf("%s.none", victim);
	json_t *inputs = json_pack("{s:s}", "template", "t.sql");
	int rows = 3;

	write_file(world->templates, "t.sql",
		   "CREATE TABLE t (x TEXT); INSERT INTO t VALUES ('a');");
	make_rows(victim, rows);
	assert_int_equal(paths_make(places, NULL), 0);
	for (int what = 0; what < PLANTED_COUNT; what++) {
		char *name = xasprintf("shared.db%d", what);
		char *path = xasprintf("%s/%s.sqlite", places, name);
		struct driver_resource resource = {.name = name, .type = "sqlite",
						   .inputs = inputs};
		struct error err = {0};
		struct stat st;
		json_t *outputs;

		plant((enum planted)what, path, victim);
		for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
			char *more = xasprintf("%s%s", path, beside[i]);

			fclose(fopen(more, "w"));
			free(more);
		}
		outputs = provision(world, &resource, &err);
		assert_string_equal(err.text, "");
		assert_string_equal(json_string_value(json_object_get(outputs, "path")), path);
		json_decref(outputs);
		for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
			char *more = xasprintf("%s%s", path, beside[i]);

			assert_int_not_equal(access(more, F_OK), 0);
			free(more);
		}
		assert_int_equal(lstat(path, &st), 0);
		assert_true(S_ISREG(st.st_mode) && st.st_nlink == 1);
		assert_int_equal(count_rows(path), 2);
		assert_int_equal(count_rows(victim), ++rows);
		assert_int_not_equal(access(nothing, F_OK), 0);
		free(path);
		free(name);
	}
	json_decref(inputs);
	free(nothing);
	free(victim);
	free(places);
}

static void
on_nothing(void *data, const struct driver_result *result)
{
	(void)data;
	(void)result;
	fail_msg("%s", "nobody is to be told");
}

static void
databases_are_filled_side_by_side_and_without_waiting(void **state)
{
	static const char slow[] =
		"WITH RECURSIVE n(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n"
		" LIMIT 300000000) SELECT max(x) FROM n;";
	struct world *world = *state;
	struct driver_resource resource = {.name = "shared.slow", .type = "sqlite"};
	json_t *inputs = json_pack("{s:s}", "template", "slow.sql");
	struct driver_waiter nobody = {.ended = on_nothing}, waiter = waiter_of(world);
	struct driver_task *task;
	struct error err = {0};
	json_t *outputs;

	write_file(world->templates, "slow.sql", slow);
	resource.inputs = inputs;
	/* It can be cancelled, and then nothing is left of it. */
	task = world->driver->ops->provision(world->driver, SPACE, &resource, &waiter);
	driver_task_cancel(task);
	assert_null(wait_for(world, &err));
	assert_int_equal(err.kind, ERROR_UNAVAILABLE);
	task = world->driver->ops->provision(world->driver, SPACE, &resource, &nobody);
	driver_task_forget(task);
	resource = (struct driver_resource){.name = "shared.fast", .type = "sqlite"};
	outputs = provision(world, &resource, &err);
	assert_non_null(outputs);
	assert_int_equal(access(json_string_value(json_object_get(outputs, "path")), F_OK), 0);
	/* The slow one is still at it; remove_world() ends it, and nobody is told. */
	json_decref(outputs);
	json_decref(inputs);
}

static json_t *
render(struct world *world, const json_t *files, const json_t *previous, struct error *err)
{
	struct driver_waiter waiter = waiter_of(world);

	world->driver->ops->render(world->driver, SPACE, "shared.c", files, previous, &waiter);
	return wait_for(world, err);
}

static void
files_of_a_resource_stay_while_something_reads_them(void **state)
{
	struct world *world = *state;
	json_t *one = json_pack("{s:{s:s, s:s}}", "a.conf", "text", "one", "tag", "1111");
	json_t *two = json_pack("{s:{s:s, s:s}}", "a.conf", "text", "two", "tag", "2222");
	json_t *bad = json_pack("{s:{s:s, s:s}}", "../a", "text", "x", "tag", "3");
	struct error err;
	json_t *first = render(world, one, NULL, &err), *second, *third;
	const char *path;

	assert_non_null(first);
	path = json_string_value(json_object_get(first, "a.conf"));
	second = render(world, two, first, &err);
	assert_int_equal(access(path, F_OK), 0);
	assert_string_not_equal(path, json_string_value(json_object_get(second, "a.conf")));
	third = render(world, two, second, &err);
	assert_int_not_equal(access(path, F_OK), 0);
	assert_int_equal(access(json_string_value(json_object_get(third, "a.conf")), F_OK), 0);
	assert_null(render(world, bad, NULL, &err));
	assert_int_equal(err.kind, ERROR_INPUT);
	json_decref(third);
	third = render(world, NULL, NULL, &err);
	assert_int_equal(json_object_size(third), 0);
	assert_int_not_equal(access(json_string_value(json_object_get(second, "a.conf")), F_OK), 0);
	json_decref(first);
	json_decref(second);
	json_decref(third);
	json_decref(one);
	json_decref(two);
	json_decref(bad);
}

/* A write that is cut is no success, whatever errno an earlier call left. */
static void
a_file_of_a_resource_is_whole_or_not_there(void **state)
{
	struct world *world = *state;
	char *dir = xasprintf("%s/files/conf", world->space_dir);
	json_t *files = json_pack("{s:{s:s, s:s}}", "app.conf", "text", "longer than a few bytes",
				  "tag", "0123456789abcdef");
	struct rlimit before, few;
	struct error err = {0};
	struct dirent *entry;
	DIR *left;

	assert_non_null(files);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	few = before;
	few.rlim_cur = 4;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &few), 0);
	errno = 0;
	assert_null(resource_files_keep(world->space_dir, "conf", files, NULL, &err));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_non_null(strstr(err.text, strerror(EFBIG)));
	left = opendir(dir);
	while (left && (entry = readdir(left)))
		assert_int_equal(entry->d_name[0], '.');
	if (left)
		closedir(left);
	json_decref(files);
	free(dir);
}

static int
port_of(const json_t *outputs)
{
	return (int)json_integer_value(json_object_get(outputs, "port"));
}

/* The port that it gets when the platform remembers this one. */
static int
port_after(struct world *world, const char *name, int remembered)
{
	json_t *previous = json_pack("{s:s, s:i}", "host", "h", "port", remembered), *outputs;
	struct driver_resource resource = {.res_id = name, .name = name, .type = "dns",
					   .previous_outputs = previous};
	struct error err;
	int port;

	outputs = provision(world, &resource, &err);
	assert_non_null(outputs);
	port = port_of(outputs);
	json_decref(outputs);
	json_decref(previous);
	return port;
}

static void
a_port_stays_the_same(void **state)
{
	struct world *world = *state;
	struct driver_resource resource = {.res_id = "modules.web.externals.dns",
					   .name = "modules.web.externals.dns", .type = "dns"};
	struct error err;
	json_t *first = provision(world, &resource, &err);
	json_t *second = provision(world, &resource, &err);

	assert_non_null(first);
	assert_string_equal(json_string_value(json_object_get(first, "host")),
			    "web.production.shop.localhost");
	assert_true(json_equal(first, second));
	json_decref(second);
	/* Our own file says so, whatever the platform remembers. */
	assert_int_equal(port_after(world, "modules.web.externals.dns", 23456), port_of(first));
	/* Of a backup that was brought back there is no file. */
	assert_int_equal(port_after(world, "shared.restored", 23456), 23456);
	assert_int_not_equal(new_port(world, "shared.other"), 23456);
	json_decref(first);
}

/* What a platform remembers may have come from a definition that was another driver's. */
static void
no_port_of_somebody_else_is_taken_over(void **state)
{
	struct world *world = *state;
	int theirs = new_port(world, "shared.theirs");

	assert_int_not_equal(port_after(world, "shared.mine", theirs), theirs);
	assert_int_not_equal(port_after(world, "shared.web", 443), 443);
	assert_int_not_equal(port_after(world, "shared.none", -1), -1);
	assert_int_not_equal(port_after(world, "shared.large", 70000), 70000);
}

static struct ports *
ports_of(const struct world *world)
{
	return ((struct process_driver *)world->driver)->ports;
}

static void
a_removed_space_gives_its_ports_back(void **state)
{
	struct world *world = *state;
	int port = new_port(world, "shared.dns"), given = 0;
	struct error err;

	begin_removal(world, SPACE);
	while (!world->removed)
		run(world);
	/* They go round: each that is free comes once. */
	for (int i = 0; i <= 12001 && given != port; i++) {
		given = ports_take(ports_of(world), &err);
		ports_release(ports_of(world), given);
	}
	assert_int_equal(given, port);
}

static void
an_adopted_space_keeps_its_ports(void **state)
{
	struct world *world = *state;
	int port = new_port(world, "shared.dns");
	const struct driver_home home = {.namespace = ""};
	struct driver_waiter waiter;
	struct error err = {0};

	close_driver(world);
	open_driver(world);
	waiter = waiter_of(world);
	world->driver->ops->adopt(world->driver, SPACE, &home, &waiter);
	json_decref(wait_for(world, &err));
	assert_int_equal(err.kind, ERROR_NONE);
	for (int i = 0; i <= 12001; i++) {
		int given = ports_take(ports_of(world), &err);

		assert_int_not_equal(given, port);
		ports_release(ports_of(world), given);
	}
}

/* In the place of the library's: how often the driver listens. */
static int listened;

int
listen(int fd, int backlog)
{
	listened++;
	return (int)syscall(SYS_listen, fd, backlog);
}

static void
a_port_is_looked_at_without_listening_on_it(void **state)
{
	struct world *world = *state;
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int taken = new_port(world, "shared.dns"),
	    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int before = listened, on = 1;
	struct error err;

	/* Another one's, which was free until now. */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	address.sin_port = htons((uint16_t)ports_take(ports_of(world), &err));
	ports_release(ports_of(world), ntohs(address.sin_port));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(syscall(SYS_listen, fd, 1), 0);
	for (int i = 0; i <= 12001; i++) {
		int port = ports_take(ports_of(world), &err);

		assert_int_not_equal(port, taken);
		assert_int_not_equal(port, ntohs(address.sin_port));
		ports_release(ports_of(world), port);
	}
	assert_int_equal(listened, before);
	close(fd);
}

/* Two daemons of one machine. */
#define CHOICES 40

struct chooser {
	struct ports *ports;
	pthread_barrier_t *start;
	int chosen[CHOICES];
};

/* In the place of the library's: where a daemon begins to look. */
static bool same_random;

ssize_t
getrandom(void *bytes, size_t length, unsigned flags)
{
	if (!same_random)
		return syscall(SYS_getrandom, bytes, length, flags);
	memset(bytes, 1, length);
	return (ssize_t)length;
}

static void *
choose(void *data)
{
	struct chooser *chooser = data;
	struct error err;

	pthread_barrier_wait(chooser->start);
	for (int i = 0; i < CHOICES; i++)
		chooser->chosen[i] = ports_take(chooser->ports, &err);
	return NULL;
}

static void
two_daemons_that_choose_at_once_get_different_ports(void **state)
{
	struct chooser choosers[2] = {0};
	pthread_barrier_t start;
	pthread_t threads[2];
	struct error err;

	(void)state;
	assert_int_equal(pthread_barrier_init(&start, NULL, 2), 0);
	same_random = true;
	for (int i = 0; i < 2; i++)
		choosers[i] = (struct chooser){.ports = ports_new(), .start = &start};
	same_random = false;
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, choose, &choosers[i]), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	for (int i = 0; i < CHOICES; i++)
		for (int k = 0; k < CHOICES; k++) {
			assert_int_not_equal(choosers[0].chosen[i], 0);
			assert_int_not_equal(choosers[0].chosen[i], choosers[1].chosen[k]);
		}
	/* What one daemon had is the other's to choose when that has ended. */
	ports_free(choosers[0].ports);
	for (int i = 0, port = 0; port != choosers[0].chosen[0]; i++) {
		assert_true(i <= 12001);
		port = ports_take(choosers[1].ports, &err);
		ports_release(choosers[1].ports, port);
	}
	ports_free(choosers[1].ports);
	pthread_barrier_destroy(&start);
}

/* Whether the clone of what is broken is excused does not depend on when it is asked. */
static void
what_is_started_again_and_again_is_unwell_in_each_moment(void **state)
{
	const int64_t now = clock_steady_ms(), just = now + 3600000, long_ago = now - STABLE_MS;
	const struct {
		struct workload workload;
		bool is_unwell;
	} rows[] = {
		{{.state = STARTING, .restarts = 1, .started_at = just}, true},
		{{.state = STARTING, .restarts = 1, .started_at = long_ago}, true},
		{{.state = UNREADY, .restarts = 1, .started_at = long_ago}, true},
		{{.state = ENDING, .restarts = 1, .started_at = long_ago}, true},
		{{.state = ENDING, .has_run = true, .started_at = long_ago}, true},
		{{.state = WAITING, .restarts = 1, .started_at = long_ago}, true},
		{{.state = FAILED, .started_at = long_ago}, true},
		{{.state = READY, .restarts = 1, .started_at = just}, true},
		{{.state = READY, .restarts = 1, .started_at = long_ago}, false},
		{{.state = READY, .started_at = just}, false},
		{{.state = STARTING, .started_at = long_ago}, false},
		{{.state = ENDING, .started_at = just}, false},	/* an init container */
		{{.state = STOPPING, .has_run = true, .started_at = long_ago}, false},
		{{.state = DONE, .has_run = true, .started_at = long_ago}, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (workload_is_unwell(&rows[i].workload) != rows[i].is_unwell)
			fail_msg("row %zu: it is %s", i, rows[i].is_unwell ? "unwell" : "well");
}

/* A space is "org/app/env" as long as nobody calls a driver with less. */
static void
the_environment_of_a_space_is_its_last_part(void **state)
{
	(void)state;
	assert_string_equal(driver_space_env("acme/shop/dev"), "dev");
	assert_string_equal(driver_space_env("dev"), "dev");
	assert_string_equal(driver_space_env("acme/"), "");
}

static void
only_the_word_before_goes_before(void **state)
{
	static const struct {
		const char *deploy;
		bool goes_before;
	} rows[] = {
		{"{\"when\": \"before\"}", true}, {"{\"when\": \"after\"}", false},
		{"{\"when\": \"deploy\"}", false}, {"{\"when\": 7}", false}, {"{}", false},
	};
	struct driver_workload workload = {0};

	(void)state;
	assert_false(driver_goes_before(&workload));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		workload.deploy = json_loads(rows[i].deploy, 0, NULL);
		assert_int_equal(driver_goes_before(&workload), rows[i].goes_before);
		json_decref(workload.deploy);
	}
}

/* Also what is added to no task: whoever reads a list of both reads one form. */
static void
a_warning_in_our_own_words_has_its_reason(void **state)
{
	struct driver_warning warning;
	struct error err, read;
	json_t *body;

	(void)state;
	error_set_code(&err, CODE_CLUSTER_CHANGED_BACK);
	body = driver_warning_of("web", "Deployment/web", NULL, &err);
	assert_int_equal(driver_warning_decode(&warning, body, &read), 0);
	assert_string_equal(warning.workload.raw, "web");
	assert_string_equal(warning.object.raw, "Deployment/web");
	assert_string_equal(warning.message.raw, "changed, and then changed back");
	assert_null(warning.code.raw);
	assert_true(error_codes_read(&read, warning.reason));
	assert_int_equal(read.parts[0].code, CODE_CLUSTER_CHANGED_BACK);
	driver_warning_clear(&warning);
	json_decref(body);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_WORLD(logs_are_kept_with_a_limit),
		WITH_WORLD(a_log_is_read_on),
		WITH_WORLD(workloads_that_print_in_one_millisecond_are_read_once_each),
		WITH_WORLD(only_what_lies_in_the_images_is_run),
		WITH_WORLD(a_bad_spec_is_refused),
		WITH_WORLD(what_is_honoured_is_told_and_read),
		WITH_WORLD(a_database_is_made_once),
		WITH_WORLD(a_new_database_takes_no_file_that_is_there),
		WITH_WORLD(a_definition_names_nothing_but_what_the_operator_named),
		WITH_WORLD(a_template_that_is_no_longer_named_fills_nothing),
		WITH_WORLD(databases_are_filled_side_by_side_and_without_waiting),
		WITH_WORLD(files_of_a_resource_stay_while_something_reads_them),
		WITH_WORLD(a_file_of_a_resource_is_whole_or_not_there),
		WITH_WORLD(a_port_stays_the_same),
		WITH_WORLD(no_port_of_somebody_else_is_taken_over),
		WITH_WORLD(a_removed_space_gives_its_ports_back),
		WITH_WORLD(an_adopted_space_keeps_its_ports),
		WITH_WORLD(a_port_is_looked_at_without_listening_on_it),
		cmocka_unit_test(two_daemons_that_choose_at_once_get_different_ports),
		cmocka_unit_test(what_is_started_again_and_again_is_unwell_in_each_moment),
		cmocka_unit_test(the_environment_of_a_space_is_its_last_part),
		cmocka_unit_test(only_the_word_before_goes_before),
		cmocka_unit_test(a_warning_in_our_own_words_has_its_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
