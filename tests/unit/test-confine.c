/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a workload can reach.  Where the kernel refuses namespaces there is nothing to be seen of
 * them, and no workload starts.  tests/attack has what a hostile one tries.
 */
#include "config.h"

#include "driver-world.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "tests/skip.h"

static void
confine_by(struct world *world, enum driver_confine confine)
{
	close_driver(world);
	world->confine = confine;
	open_driver(world);
}

/* Of the strengths that this kernel has. */
static int
first_of(const struct world *world)
{
	return world_confines(world) ? DRIVER_CONFINE_NAMESPACES : DRIVER_CONFINE_NONE;
}

static char *
about(struct world *world, const char *mode)
{
	struct web web = {.image = "local/web:1.0.0", .mode = mode,
			  .public_port = new_port(world, "modules.web.externals.dns")};
	char *other = xasprintf("%s/acme/other", world->spaces);
	char *reply;

	assert_int_equal(paths_make(other, NULL), 0);
	free(other);
	assert_int_equal(apply(world, &web, 1), OUTCOME_READY);
	reply = fetch(world, web.public_port, "/about", false);
	assert_non_null(reply);
	return reply;
}

static bool
says(const char *reply, const char *line)
{
	char *whole = xasprintf("\n%s\n", line);
	bool found = strstr(reply, whole) != NULL;

	free(whole);
	return found;
}

/* Below the environment's directory it may; one above and higher up it did try. */
static void
assert_not_written(const struct world *world)
{
	static const char *const places[] = {"spaces/acme/shop/production", "spaces/acme/shop", "spaces/acme", "spaces", "."};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		char *path = xasprintf("%s/%s/written-by-a-workload", world->folder, places[i]);

		assert_int_not_equal(access(path, F_OK), 0);
		free(path);
	}
}

static void
only_its_own_directories_can_be_written_to(void **state)
{
	static const char *const lines[] = {
		"write . 1",
		"write files 0",	/* so are declared files */
		"write ../../../data 1",
		"write ../../../resources 1",
		"write ../../../records 0",
		"write /tmp 1",
		"write /usr 0",
		"write /etc 0",
		"write / 0",
		"read hosts 1",
		"read others 0",
		"processes 2",
		"no-new-privileges 1",
	};
	struct world *world = *state;
	char *reply;

	if (!world_confines(world))
		SKIP_TEST("this kernel refuses namespaces");
	reply = about(world, NULL);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (!says(reply, lines[i]))
			fail_msg("not \"%s\" in:\n%s", lines[i], reply);
	free(reply);
	assert_not_written(world);
}

static void
what_root_keeps_secret_stays_so(void **state)
{
	struct world *world = *state;
	char *reply;

	if (!world_confines(world)) {
		print_message("# this kernel refuses namespaces\n");
		return;
	}
	reply = about(world, NULL);
	assert_true(says(reply, "read shadow 0") || access("/etc/shadow", F_OK) != 0);
	free(reply);
}

/* With namespaces and without. */
static void
nobody_escapes_by_forking_twice(void **state)
{
	struct world *world = *state;

	for (int confine = first_of(world); confine <= DRIVER_CONFINE_NONE; confine++) {
		int before = world->removed;

		confine_by(world, (enum driver_confine)confine);
		free(about(world, "escape"));
		assert_int_equal(count_processes(world), 2);
		begin_removal(world, SPACE);
		while (world->removed == before)
			run(world);
		assert_int_equal(count_processes(world), 0);
	}
}

static bool
nothing_runs(void *data)
{
	return count_processes(data) == 0;
}

/* The program ends by itself: what it left in another session goes as well, and only then is it
 * started again. */
static void
what_a_program_leaves_ends_with_it(void **state)
{
	struct world *world = *state;

	for (int confine = first_of(world); confine <= DRIVER_CONFINE_NONE; confine++) {
		long pid;

		confine_by(world, (enum driver_confine)confine);
		free(about(world, "escape"));
		pid = pid_of(world, "web", NULL, NULL);
		assert_int_equal(kill((pid_t)pid, SIGKILL), 0);
		run_until(world, web_is_down, world);
		run_until(world, nothing_runs, world);
		/* Started again, both. */
		run_until(world, web_is_ready, world);
		assert_int_equal(count_processes(world), 2);
	}
}

static void
trust_is_told(void **state)
{
	struct world *world = *state;
	json_t *all, *confinement;

	confine_by(world, DRIVER_CONFINE_NONE);
	all = world->driver->ops->describe(world->driver);
	assert_string_equal(json_string_value(json_object_get(all, "name")), "process");
	confinement = json_object_get(all, "confinement");
	assert_true(json_is_true(json_object_get(confinement, "no_new_privileges")));
	assert_true(json_is_false(json_object_get(confinement, "private_files")));
	assert_true(json_is_true(json_object_get(confinement, "trusted")));
	json_decref(all);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_WORLD(only_its_own_directories_can_be_written_to),
		WITH_WORLD(what_root_keeps_secret_stays_so),
		WITH_WORLD(nobody_escapes_by_forking_twice),
		WITH_WORLD(what_a_program_leaves_ends_with_it),
		WITH_WORLD(trust_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
