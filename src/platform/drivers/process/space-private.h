/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The inside of a space, for its rooms alone: space.c (which there are, status, removal),
 * space-change.c (from one set of workloads to the next), space-ports.c (public ports).
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_SPACE_PRIVATE_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_SPACE_PRIVATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/process/workloads.h"

struct tcp_proxy;
struct loop_timer;
struct process_driver;

enum phase { IDLE, STARTING, DRAINING, STOPPING, ROLLING_BACK };

/* What others connect to. */
struct public_port {
	struct tcp_proxy *forward;
	char *module;		/* whose service it is of; NULL: of a resource */
	int port;
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
	struct public_port *ports;
	size_t port_count;

	enum phase phase;
	struct declared *declared;	/* by the change that runs */
	size_t declared_count;
	struct plan **planned;		/* by the change, and not started yet; NULL where it was */
	size_t planned_count;
	char *copy_of;			/* by the change: as driver_deployment has it */
	json_t *left_out;		/* {MODULE: true}: declared, and nothing of it runs */
	bool is_resumed;		/* by the change: what it starts was deployed before */
	bool is_unproven;		/* by the change: but not here */
	bool tentative;			/* public ports lead to the candidates already */
	int64_t drain_until;		/* steady ms */
	struct loop_timer *timer;	/* drains, gives up, or ends the removal */
	struct driver_task *change;	/* NULL: there is none */
	struct driver_errors errors;
	bool cancelled;
	struct error refusal;		/* why nothing may start now; no kind: it may */

	bool removing;
	bool wipe;
	struct driver_task **removals;	/* that end with it */
	size_t removal_count;
	size_t removing_count;		/* workloads that there were when it began */
};

/* --- space.c --- */

/* The space of that name, which is made when there is none; its directory is not.  NULL with
 * ERROR_INPUT: it cannot be one. */
struct space *space_open(struct process_driver *driver, const char *name, struct error *err);
/* For a timer: nothing of the space runs any more.  The space is freed. */
void space_finish_removal(void *data);
void space_report_removal(const struct space *space);	/* how many workloads are gone */

#endif
