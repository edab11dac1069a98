/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the files that make a plan (plan.c, plan-probes.c) share. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_PLAN_PARTS_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_PLAN_PARTS_H

#include <jansson.h>
#include <stdbool.h>

struct driver_workload;
struct error;
struct images;
struct plan;
struct plan_program;
struct ports;

#define SECONDS_MAX 3600

/* How many of a list of strings, which may be absent; -1 with err that names key and workload. */
int plan_count_strings(const struct plan *plan, const json_t *list, const char *key,
		       struct error *err);
/* Where a shell would find it, by the PATH of these variables; free() it.  NULL: nowhere. */
char *plan_find_program(const char *name, const json_t *variables);
/* A number of seconds as ms, at least 1; `out` stays when there is none.  -1 with err. */
int plan_read_seconds(const struct plan *plan, const json_t *object, const char *key, int *out,
		      struct error *err);

/* Command, arguments and, where they name one, the program that runs in the place of the image;
 * the program's executable is that of the image before.  variables: for its PATH. */
int plan_read_words(struct plan *plan, const json_t *container, const json_t *variables,
		    struct plan_program *program, struct error *err);

/* plan-run.c */

int plan_read_run(struct plan *plan, const struct images *images,
		  const struct driver_workload *workload, const json_t *spec, struct error *err);

/* plan-volumes.c */

int plan_read_volumes(struct plan *plan, const struct driver_workload *workload,
		      const json_t *spec, const json_t *container, struct error *err);

/* plan-service.c */

int plan_read_services(struct plan *plan, const struct driver_workload *workload,
		       const json_t *spec, bool translates, struct error *err);
/* For each port that was taken for it. */
void plan_for_each_taken(const struct plan *plan, void (*change)(struct ports *holder, int port));

/* plan-share.c */

int plan_read_share(struct plan *plan, const json_t *container, struct error *err);

/* plan-schedule.c */

/* Which of its schedules it is, by its replica's number; its container as this one has it.  NULL
 * with err. */
json_t *plan_read_schedule(struct plan *plan, const json_t *spec, const json_t *container,
			   struct error *err);
void plan_clear_schedule(struct plan *plan);

/* plan-probes.c */

int plan_read_probes(struct plan *plan, const json_t *container, struct error *err);
void plan_clear_probes(struct plan *plan);

#endif
