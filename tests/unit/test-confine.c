/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a workload can reach, with each of the means that the driver may have to make do with.
 * Which of them this kernel allows is asked of the driver; what it refuses is skipped.
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

static bool
has(struct world *world, const char *what)
{
	json_t *all = world->driver->ops->describe(world->driver);
	bool found = json_is_true(json_object_get(json_object_get(all, "confinement"), what));

	json_decref(all);
	return found;
}

static void
confine_by(struct world *world, enum driver_confine confine)
{
	close_driver(world);
	world->confine = confine;
	open_driver(world);
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
	static const char *const places[] = {"spaces/acme/shop", "spaces/acme", "spaces", "."};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		char *path = xasprintf("%s/%s/written-by-a-workload", world->folder, places[i]);

		assert_int_not_equal(access(path, F_OK), 0);
		free(path);
	}
}

static void
only_the_environment_can_be_written_to(void **state)
{
	static const struct {
		const char *line;
		bool with_namespaces, with_landlock;
	} cases[] = {
		{"write . 1", true, true},
		{"write ../../.. 1", true, true},	/* the environment's own */
		{"write /tmp 1", true, false},
		{"write /tmp 0", false, true},
		{"write /usr 0", true, true},
		{"write /etc 0", true, true},
		{"write / 0", true, true},
		{"read hosts 1", true, true},
		{"read others 0", true, false},
		{"processes 2", true, false},
		{"no-new-privileges 1", true, true},
	};
	static const struct {
		enum driver_confine confine;
		const char *needs;
	} means[] = {
		{DRIVER_CONFINE_BEST, "private_files"},
		{DRIVER_CONFINE_LANDLOCK, "landlock"},
	};
	struct world *world = *state;
	bool any = false;

	for (size_t i = 0; i < 2; i++) {
		char *reply;

		confine_by(world, means[i].confine);
		if (!has(world, means[i].needs)) {
			print_message("# this kernel refuses %s\n", means[i].needs);
			continue;
		}
		any = true;
		reply = about(world, NULL);
		for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
			if (!(i == 0 ? cases[k].with_namespaces : cases[k].with_landlock))
				continue;
			if (strcmp(cases[k].line, "processes 2") == 0 &&
			    !has(world, "private_proc"))
				continue;
			if (!says(reply, cases[k].line))
				fail_msg("by %s: not \"%s\" in:\n%s", means[i].needs, cases[k].line,
					 reply);
		}
		free(reply);
		assert_not_written(world);
	}
	if (!any)
		return;	/* not skip(): TAP would have its "not ok" for a failure */
}

static void
what_root_keeps_secret_stays_so(void **state)
{
	struct world *world = *state;
	char *reply;

	if (!has(world, "private_files")) {
		print_message("# this kernel refuses private_files\n");
		return;
	}
	reply = about(world, NULL);
	assert_true(says(reply, "read shadow 0") || access("/etc/shadow", F_OK) != 0);
	free(reply);
}

/* With every means, also with none. */
static void
nobody_escapes_by_forking_twice(void **state)
{
	struct world *world = *state;

	for (int confine = DRIVER_CONFINE_BEST; confine <= DRIVER_CONFINE_LIMITS; confine++) {
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

	for (int confine = DRIVER_CONFINE_BEST; confine <= DRIVER_CONFINE_LIMITS; confine++) {
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
what_is_refused_is_told(void **state)
{
	struct world *world = *state;
	json_t *all, *confinement;

	confine_by(world, DRIVER_CONFINE_LIMITS);
	all = world->driver->ops->describe(world->driver);
	assert_string_equal(json_string_value(json_object_get(all, "name")), "process");
	confinement = json_object_get(all, "confinement");
	assert_true(json_is_true(json_object_get(confinement, "no_new_privileges")));
	assert_true(json_is_false(json_object_get(confinement, "private_files")));
	assert_true(json_is_false(json_object_get(confinement, "landlock")));
	assert_true(json_is_string(json_object_get(confinement, "refused")));
	json_decref(all);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_WORLD(only_the_environment_can_be_written_to),
		WITH_WORLD(what_root_keeps_secret_stays_so),
		WITH_WORLD(nobody_escapes_by_forking_twice),
		WITH_WORLD(what_a_program_leaves_ends_with_it),
		WITH_WORLD(what_is_refused_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
