/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of a space, for its rooms alone: space.c (which there are, status, removal),
 * space-change.c (from one set of workloads to the next), space-ports.c (public ports),
 * workloads.c (lists of workloads).
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_SPACE_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_SPACE_H

#include "private.h"

enum phase { IDLE, STARTING, DRAINING, STOPPING, ROLLING_BACK };

struct workloads {
	struct workload **items;
	size_t count;
};

struct declared {
	char *module;
	int replica;
};

struct space {
	struct process_driver *driver;
	struct space *next;
	char *name;
	char *directory;
	struct workloads running, candidates, stopping;
	struct forward **forwards;
	size_t forward_count;

	enum phase phase;
	struct declared *declared;	/* by the change that runs */
	size_t declared_count;
	int64_t drain_until;		/* steady ms */
	struct loop_timer *timer;	/* drains, gives up, or ends the removal */
	struct driver_task *change;	/* NULL: there is none */
	struct driver_errors errors;
	bool cancelled;

	bool removing;
	bool wipe;
	struct driver_task **removals;	/* that end with it */
	size_t removal_count;
	size_t removing_count;		/* workloads that there were when it began */
};

/* workloads.c */

/* Lists borrow: who removes a workload from one frees it. */
void workloads_add(struct workloads *list, struct workload *workload);
bool workloads_remove(struct workloads *list, const struct workload *workload);
/* The process of that number; NULL: the list has none. */
struct workload *workloads_find(const struct workloads *list, const char *module, int replica);
/* Asks each to end; each tells when it has. */
void workloads_stop(const struct workloads *list);
void workloads_free(struct workloads *list);	/* each of them, and the list */

/* space-ports.c */

/* Takes the public ports of the plan that are not taken yet. 0, or -1 with err. */
int space_ensure_forwards(struct space *space, const struct plan *plan, struct error *err);
/* Each to all the running instances behind it; one that has none yet to the candidates that are
 * ready, since others that start with those may need them to become ready themselves. */
int space_point_forwards(struct space *space, struct error *err);
/* Closes the public ports that no running workload has. */
void space_prune_forwards(struct space *space);
/* All of them, open connections too: for a space that is removed. */
void space_close_forwards(struct space *space);
/* To the instances of this list. */
size_t space_open_connections(const struct space *space, const struct workloads *list);

/* space.c */

struct space *space_open(struct process_driver *driver, const char *name, struct error *err);
void space_finish_removal(void *data);
void space_report_removal(const struct space *space);	/* how many workloads are gone */

/* space-change.c */

/* Frees what the change declared; its task and the space's phase are the caller's. */
void space_forget_change(struct space *space);

#endif
