/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The runs of a workload that has a schedule.  Each is a workload of its own: a job. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_CRON_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_CRON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cron;
struct error;
struct driver_workload_status;
struct workload;

/* generations: of the driver, for the runs' directories.  Nothing runs yet. */
struct cron *cron_new(struct workload *owner, unsigned *generations);
void cron_free(struct cron *cron);	/* NULL is fine; what runs is ended at once */
/* From now on it runs when it is due. */
void cron_begin(struct cron *cron);
/* Nothing begins any more, and what runs is stopped.  Once nothing does, the owner is told
 * (workload_now_stopped), from the loop. */
void cron_stop(struct cron *cron);
/* Those that run are ended; the next ones begin when they are due. */
void cron_interrupt(struct cron *cron);
/* Of the schedules of one cronjob, at least one: the run that began last, and the earliest of the
 * next ones.  Without a text: none has begun. */
void cron_say(const struct cron *const *crons, size_t count, struct error *said);
/* What of the owner's status its runs decide. */
void cron_get_status(const struct cron *cron, struct driver_workload_status *out);
/* Another number whenever that would be another. */
uint64_t cron_state(const struct cron *cron);

#endif
