/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The inside of a workload, for the files that it is made of: workload.c (from start to start, and
 * what others ask of it), workload-ready.c (from a running program to one that is ready) and
 * workload-status.c (what is shown of it). */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_WORKLOAD_PRIVATE_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_WORKLOAD_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/process/workload.h"

#define ALIVE_MS 300		/* the least that it must have lived to be ready without a probe */
#define STABLE_MS 10000		/* lived so long: the next back-off begins again */

struct cron;
struct health;
struct instance;
struct loop_timer;

enum workload_state {
	STARTING, READY, UNREADY, RUNNING, DONE, ENDING, WAITING, FAILED, STOPPING, STOPPED,
	SCHEDULED, SUSPENDED
};

struct workload {
	struct plan *plan;
	struct loop *loop;
	struct guard_registry *registry;
	struct remover *remover;
	struct http_client *grpc;	/* for its probes */
	const struct confinement *confinement;
	const struct error *refusal;
	char *space_dir;
	char *module_dir;
	char *directory;		/* of this generation */
	char *log;
	int ready_timeout_ms;
	int grace_ms;			/* that it must stay up, without a probe, to be ready */
	workload_changed *changed;
	void *data;

	enum workload_state state;
	bool candidate;
	bool stop_asked;
	bool failed;			/* a candidate that is on its way out */
	struct instance *instance;
	struct health *health;		/* NULL: it has no probes, or does not run */
	struct loop_timer *next; /* start, alive for long enough, a job for too long, or stopped */
	struct loop_timer *deadline;	/* ready by then */
	int64_t started_at;		/* steady ms */
	int64_t started_wall, ended_wall;	/* ms; 0: never */
	int status;			/* wait()'s, of the last end */
	int back_off_ms;
	bool has_directory;
	size_t init_at;			/* which init container runs, or is next; then it itself */
	bool has_run;			/* it itself, and not only what goes before */
	int starts;			/* of what runs now, in a row */
	int failures;			/* of a job */
	bool is_late;			/* a job that ran for too long */
	bool is_slow;			/* we ended it, since it was not ready in time */
	char *how;			/* a job has failed */
	struct cron *cron;		/* its runs; NULL: it has no schedule, or is a run of one */
	int restarts;
	struct driver_end last;		/* for which it was restarted */
	struct error said; /* of its state; "": nothing */
	char *cause;			/* why we ended it; NULL: it ended by itself */
	struct driver_error error;
};

/* The only place where the state changes; it is logged. */
void workload_set_state(struct workload *workload, enum workload_state state);
void workload_say_nothing(struct workload *workload);
/* What is said of it, or NULL. */
const char *workload_words(const struct workload *workload);
/* Every wait of the state machine, whichever is under way: what comes afterwards starts from
 * none. */
void workload_stop_waiting(struct workload *workload);
/* It is asked to stop, and nothing of it runs: told from the loop. */
void workload_stopped_later(struct workload *workload);
void workload_tell(struct workload *workload, enum workload_event event);
/* The reason is kept for who asks, with the last lines of its output. */
void workload_fail_candidate(struct workload *workload, const char *code, const struct error *why);

/* --- workload-ready.c --- */

/* It has no sign of being ready but that it stays up. */
bool workload_needs_grace(const struct workload *workload);

/* It has so long from now on to be ready. */
void workload_limit_wait(struct workload *workload);
/* Its program runs. */
void workload_wait_until_ready(struct workload *workload);

#endif
