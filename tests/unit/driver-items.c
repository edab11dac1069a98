/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "driver-items.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/xmalloc.h"
#include "quoted-json.h"

int
make_shell_world(void **state)
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

void
begin_items(struct world *world, const char *id, const struct item *items, size_t count)
{
	struct driver_waiter waiter = change_waiter(world);
	struct driver_deployment deployment = {
		.id = id,
		.workloads = xcalloc(count, sizeof(struct driver_workload)),
		.is_resumed = world->resumes,
		.is_unproven = world->is_unproven,
	};

	for (size_t i = 0; i < count; i++)
		deployment.workloads[deployment.count++] = (struct driver_workload){
			.module = xstrdup(items[i].module),
			.profile = items[i].profile ? xstrdup(items[i].profile) : NULL,
			.image = xstrdup(strstr(items[i].spec, "local/web")    ? "local/web:1.0.0"
					 : strstr(items[i].spec, "local/none") ? "local/none:1.0.0"
									       : "local/sh:1.0.0"),
			.replicas = world->asked > 0 ? world->asked : 1,
			.spec = parse(items[i].spec),
			.deploy = items[i].deploy ? parse(items[i].deploy) : NULL,
		};
	world->change = world->driver->ops->apply(world->driver, SPACE, &deployment, &waiter);
	driver_deployment_clear(&deployment);
}

enum outcome
apply_items(struct world *world, const char *id, const struct item *items, size_t count)
{
	int before = world->applied;

	begin_items(world, id, items, count);
	while (world->applied == before)
		run(world);
	return world->outcome;
}

/* One service "web" of this spec. */
enum outcome
apply_spec(struct world *world, const char *spec)
{
	const struct item item = {.module = "web", .spec = spec};

	return apply_items(world, "one", &item, 1);
}

/* The same of one container "c". */
enum outcome
apply_container(struct world *world, const char *members)
{
	char *spec = xasprintf("{'containers': {'c': {%s}}}", members);
	enum outcome outcome = apply_spec(world, spec);

	free(spec);
	return outcome;
}

/* The last line of output of a module, or (NULL) of all; free() it. */
char *
last_line(struct world *world, const char *module)
{
	const struct driver_log_query query = {.module = module, .limit = 1};
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
	const char *module, *text;
};

static bool
has_line(void *data)
{
	const struct awaited_line *awaited = data;
	char *line = last_line(awaited->world, awaited->module);
	bool same = strcmp(line, awaited->text) == 0;

	free(line);
	return same;
}

void
expect_line(struct world *world, const char *text)
{
	struct awaited_line awaited = {world, "web", text};

	run_until(world, has_line, &awaited);
}

void
expect_ready(struct world *world, enum outcome outcome)
{
	if (outcome != OUTCOME_READY)
		fail_msg("%s: %s %s", world->code, world->summary, world->message);
}

void
expect_failed(struct world *world, enum outcome outcome, const char *words)
{
	assert_int_equal(outcome, OUTCOME_FAILED);
	if (!strstr(world->summary, words))
		fail_msg("%s", world->summary);
}


char *
read_diary(const struct world *world)
{
	char *path = xasprintf("%s/data/diary", world->space_dir), line[128];
	FILE *file = fopen(path, "r");
	struct buf all;

	buf_init(&all, 4096);
	while (file && fgets(line, sizeof(line), file))
		buf_printf(&all, "%s%.*s", all.length > 0 ? " " : "", (int)strcspn(line, "\n"), line);
	if (file)
		fclose(file);
	free(path);
	return buf_take(&all);
}

void
expect_diary(const struct world *world, const char *text)
{
	char *diary = read_diary(world);

	assert_string_equal(diary, text);
	free(diary);
}

enum runtime_status
status_of(struct world *world, const char *module)
{
	enum runtime_status status = RUNTIME_UNKNOWN;
	struct driver_status all;

	world->driver->ops->observe(world->driver, SPACE, &all);
	for (size_t i = 0; i < all.count; i++)
		if (strcmp(all.items[i].module, module) == 0)
			status = all.items[i].status;
	driver_status_clear(&all);
	return status;
}
