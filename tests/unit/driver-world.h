/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A process driver over an empty directory, and what its tests do with it. */
#ifndef SIDESTAGE_TESTS_UNIT_DRIVER_WORLD_H
#define SIDESTAGE_TESTS_UNIT_DRIVER_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "net/loop.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/process/process.h"
#include "below-valgrind.h"
#include "tests/patience.h"

#define SPACE "acme/shop/production"
#define READY_MS 80000		/* sooner than that */

enum outcome { OUTCOME_READY, OUTCOME_FAILED };

struct world {
	char *folder, *spaces, *images, *templates, *space_dir;
	const struct driver_template *named;	/* one; NULL: none */
	struct loop *loop;
	struct driver *driver;
	int ready_timeout_ms, min_ready_ms;
	bool resumes;			/* what is applied was deployed before */
	bool is_unproven;		/* and elsewhere */
	int asked;			/* how many of each item are to run; 0: one */
	enum driver_confine confine;
	struct cgroup_limits limits;
	bool given_up;
	bool (*awaited)(void *data);	/* by run_until() */
	void *awaited_data;
	struct loop_timer *tick;
	/* The last change. */
	struct driver_task *change;
	int applied;
	int taken_over;			/* it was done but for the end of the old */
	enum outcome outcome;
	char *code, *object, *summary, *message;
	int removed;
	size_t gone, to_go;	/* workloads, of the last removal */
	/* The last task that begin() was asked for. */
	int ended;
	json_t *outputs;
	struct error why;
};

/* One workload "web". */
struct web {
	const char *module;
	const char *image;
	const char *mode;
	int public_port;	/* 0: none, and no probe */
	int replicas;		/* 0: one */
	int ready_s;		/* how long it may take; 0: as long as the driver gives it */
};

struct request {
	int port;
	const char *path;
	bool half_close;
	struct buf reply;
	bool failed;
	int event;
};

void copy_program(const struct world *world, const char *to);
void write_file(const char *directory, const char *name, const char *text);
void open_driver(struct world *world);
void close_driver(struct world *world);
/* After the driver was freed, and the loop was not. */
void open_driver_again(struct world *world);
/* Whether workloads are confined by namespaces. */
bool world_confines(const struct world *world);
/* The same of any world that this machine can make. */
bool machine_confines(void);
/* With the confinement that there is: where the kernel (or valgrind) refuses it, with none. */
int make_world(void **state);
int remove_world(void **state);
void run(struct world *world);
void stop_loop(void *data);
void run_for(struct world *world, int ms);
/* Turns the loop until `holds` does, asked after each turn; what it stands for is no time. */
void run_until(struct world *world, bool (*holds)(void *data), void *data);
/* For one task at a time. */
struct driver_waiter waiter_of(struct world *world);
/* Runs until the task has ended that was begun with waiter_of().  Its outputs, {} where it gives
 * none; NULL with err. */
json_t *wait_for(struct world *world, struct error *err);
struct driver_waiter change_waiter(struct world *world);
/* `removed` grows at its end. */
void begin_removal(struct world *world, const char *space);
void begin_detaching(struct world *world);
void begin_apply(struct world *world, const struct web *webs, size_t count);
enum outcome apply(struct world *world, const struct web *webs, size_t count);
long pid_of(struct world *world, const char *module, int *restarts, bool *ready);
/* For run_until(), of a world: "web" waits to be started again; it runs and is ready. */
bool web_is_down(void *data);
bool web_is_ready(void *data);
bool lives(long pid);
/* What the driver gives, once it has; NULL with err. */
json_t *provision(struct world *world, const struct driver_resource *resource, struct error *err);
int new_port(struct world *world, const char *res_id);
bool exchange(struct request *request);
char *fetch(struct world *world, int port, const char *path, bool half_close);
size_t count_of(const char *text, const char *what);
int count_processes(const struct world *world);
void forget_result(struct world *world);

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, make_world, remove_world)

#endif
