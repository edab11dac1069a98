/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Every driver that there is, each over a world of its own, for rules that hold for all of them. */
#ifndef SIDESTAGE_TESTS_UNIT_DRIVER_STAGE_H
#define SIDESTAGE_TESTS_UNIT_DRIVER_STAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "net/loop.h"
#include "platform/drivers/driver.h"

/* What a workload does. */
enum program {
	PROGRAM_FINE,			/* prints something, and runs */
	PROGRAM_UNREADY,		/* runs, and is never ready */
	PROGRAM_FAILS			/* ends at once, with an error */
};

struct stage;

struct stage_driver {
	const char *name;
	bool (*is_possible)(void);	/* NULL: always */
	/* The world with its driver: stage->world, ->loop and ->driver. */
	void (*open)(struct stage *stage);
	void (*close)(struct stage *stage);	/* its driver is freed */
	/* Another driver over the same world, as the next daemon makes it. */
	void (*next)(struct stage *stage);
	struct driver_workload (*workload)(struct stage *stage, const char *module,
					   enum program program);
	/* What runs is out of its sight, or in it again.  NULL: it never is. */
	void (*hide)(struct stage *stage, bool is_hidden);
};

/* A row for each driver; `name` NULL behind the last. */
extern const struct stage_driver stage_drivers[];
/* For cmocka's teardown of a group that opened stages. */
int stage_drivers_end(void **state);

#define STAGE_WAITS 24

/* Somebody who waits for a task. */
struct stage_wait {
	struct stage *stage;
	struct driver_task *task;	/* NULL: it has ended */
	bool is_forgotten;
	int ended;
	bool failed;
	struct error err;
	json_t *outputs;
	json_t *problems;		/* {object: code} */
	json_t *warnings;		/* {workload: code} */
	int reports;
	size_t done, total;		/* of the last report */
	void (*then)(struct stage_wait *wait);	/* called in its end; NULL: nothing */
};

struct stage {
	const struct stage_driver *row;
	void *world;
	struct loop *loop;
	struct driver *driver;
	const char *space;		/* that nothing else has */
	int inside;			/* calls of the driver: no task may end in them */
	struct stage_wait waits[STAGE_WAITS];
	size_t wait_count;
};

/* The state of a test is its stage. */
struct stage *stage_open(const struct stage_driver *row, const char *space);
/* Every task that was begun has ended exactly once, and those that were forgotten for nobody. */
void stage_close(struct stage *stage);
/* The daemon ends; whoever waits hears of it now. */
void stage_free_driver(struct stage *stage);
void stage_restart(struct stage *stage);

void stage_turn(struct stage *stage);
/* A while in which nothing more is to come. */
void stage_settle(struct stage *stage);
#define STAGE_UNTIL(stage, condition)                                                             \
	do {                                                                                      \
		int64_t stage_end = clock_steady_ms() + PATIENCE_MS;                              \
		while (!(condition)) {                                                            \
			assert_true(clock_steady_ms() < stage_end);                               \
			stage_turn(stage);                                                        \
		}                                                                                 \
	} while (0)

/* For a task that is about to begin in stage_begun(). */
struct stage_wait *stage_wait(struct stage *stage);
struct driver_waiter stage_waiter(struct stage_wait *wait);
/* What the operation gave; it has not ended yet. */
void stage_begun(struct stage_wait *wait, struct driver_task *task);
/* Begins it: an operation of the driver, with its arguments behind the driver and in front of
 * the waiter. */
#define STAGE_BEGIN(wait, operation, ...)                                                         \
	do {                                                                                      \
		struct stage *stage_of = (wait)->stage;                                           \
		struct driver_waiter stage_for = stage_waiter(wait);                              \
		stage_of->inside++;                                                               \
		stage_begun(wait, stage_of->driver->ops->operation(stage_of->driver, __VA_ARGS__, \
								   &stage_for));                  \
		stage_of->inside--;                                                               \
	} while (0)
/* Until it has ended; false: it failed. */
bool stage_end(struct stage_wait *wait);

/* The usual operations.  What only begins them is to be waited for; the rest is to succeed. */
void stage_prepare(struct stage *stage);
/* A workload more; the deployment owns it. */
void stage_declare(struct stage *stage, struct driver_deployment *deployment, const char *module,
		   enum program program);
/* apply() of it, which is cleared. */
struct stage_wait *stage_begin(struct stage *stage, struct driver_deployment *deployment);
/* Of one workload alone, "web" or another. */
struct stage_wait *stage_begin_apply(struct stage *stage, enum program program);
struct stage_wait *stage_begin_apply_of(struct stage *stage, const char *module,
					enum program program);
struct stage_wait *stage_begin_resuming(struct stage *stage, enum program program);
void stage_apply(struct stage *stage, enum program program);
struct stage_wait *stage_begin_detach(struct stage *stage);

/* What runs, as observe() has it, without its age; new.  NULL: it is not known. */
json_t *stage_picture(struct stage *stage);
/* Of a space, that one workload is there and ready. */
bool stage_is_ready(struct stage *stage);
/* Until that is so: what runs then; new. */
json_t *stage_ready_picture(struct stage *stage);
/* Until what runs is this, which it takes. */
void stage_expect_picture(struct stage *stage, json_t *picture);

#endif
