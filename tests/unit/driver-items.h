/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Workloads that are scripts of a shell, for the tests of what their fields do. */
#ifndef SIDESTAGE_TESTS_UNIT_DRIVER_ITEMS_H
#define SIDESTAGE_TESTS_UNIT_DRIVER_ITEMS_H

#include "driver-world.h"

#include "model/runtime.h"

/* The image runs what its first argument says. */
#define SHELL "'image': 'local/sh:1.0.0'"
#define RUNS(script) "{'containers': {'c': {" SHELL ", 'args': ['" script "']}}}"
#define JOB "humanitec/default-job"
#define CRONJOB "humanitec/default-cronjob"

struct item {
	const char *module, *profile;	/* profile NULL: a service */
	const char *spec, *deploy;	/* with single quotes for double ones; deploy NULL: none */
};

/* A world with that image. */
int make_shell_world(void **state);
#define WITH_SHELL(test) cmocka_unit_test_setup_teardown(test, make_shell_world, remove_world)

void begin_items(struct world *world, const char *id, const struct item *items, size_t count);
enum outcome apply_items(struct world *world, const char *id, const struct item *items,
			 size_t count);
/* One service "web" of this spec. */
enum outcome apply_spec(struct world *world, const char *spec);
/* The same of one container "c". */
enum outcome apply_container(struct world *world, const char *members);
void expect_ready(struct world *world, enum outcome outcome);
void expect_failed(struct world *world, enum outcome outcome, const char *words);
enum runtime_status status_of(struct world *world, const char *module);

/* The last line of output of a module, or (NULL) of all; free() it. */
char *last_line(struct world *world, const char *module);
/* Runs until the last line of "web" is this. */
void expect_line(struct world *world, const char *text);

/* A file of the environment that each program can write to; its lines, with spaces between. */
#define DIARY "../../../data/diary"
char *read_diary(const struct world *world);	/* free() it */
void expect_diary(const struct world *world, const char *text);

#endif
