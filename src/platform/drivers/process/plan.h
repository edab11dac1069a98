/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One process's declaration, checked and copied. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_PLAN_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_PLAN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "model/schedule.h"
#include "platform/drivers/process/cgroups.h"
#include "platform/drivers/process/health.h"
#include "platform/drivers/process/translation.h"

struct driver_workload;
struct error;
struct images;
struct ports;
struct replica;
struct time_zone;

struct plan_file {
	char *path;		/* inside the file root: "etc/x" */
	mode_t mode;
	char *content;
	size_t length;
};

/* A volume that is seen at a path. */
struct plan_mount {
	char *directory;	/* its name in "volumes" of the environment */
	char *at;		/* absolute */
	bool read_only;
};

#define PLAN_SERVICES_MAX TRANSLATION_PORTS_MAX
/* A port of its service. */
struct plan_service {
	int port;		/* that others connect to */
	int container_port;	/* that the program asks for */
	int own_port;		/* that it gets */
};

/* One program with what it is started with. */
struct plan_program {
	char *container;	/* its name */
	char *executable;	/* the image, or the program that runs in its place */
	char **arguments;	/* for execve, NULL at the end */
	char **environment;
};

/* In which part of a deployment it starts: the next part waits for the success of this one. */
enum plan_when { PLAN_BEFORE, PLAN_WITH, PLAN_AFTER };
/* What counts as its success: that it was started, that it is ready, or (of a job) that it ended
 * with 0. */
enum plan_success { PLAN_STARTED, PLAN_AVAILABLE, PLAN_COMPLETE };

/* What happens when it is due and the last run has not ended. */
enum plan_concurrency { PLAN_ALLOW, PLAN_FORBID, PLAN_REPLACE };

/* When a job runs that runs again and again. */
struct plan_schedule {
	char *name;
	struct schedule when;
	struct time_zone *zone;
	enum plan_concurrency concurrency;
	bool suspended;
	int64_t late_ms;	/* that a run may begin after its time */
};

struct plan {
	unsigned references;
	char *module;
	int replica;
	char *deployment;
	char *image;
	char *fingerprint;
	bool is_confined;
	struct plan_program program;
	struct plan_program *inits;	/* that run before it, one after the other */
	size_t init_count;
	bool is_job;		/* it ends, and is not started again */
	struct plan_schedule *schedule;	/* of a job; NULL: it runs once */
	bool is_suspended;	/* a job that waits until another deployment says otherwise */
	enum plan_when when;
	enum plan_success success;
	int back_offs;		/* of a job: how often it is tried again */
	int active_ms;		/* of a job: that it may run; 0: no limit */
	struct plan_file *files;
	size_t file_count;
	struct plan_mount *mounts;
	size_t mount_count;
	struct cgroup_share share;	/* of memory and processors */
	char *memory_text;	/* its limit as it was written; NULL: none */
	int grace_ms;		/* between SIGTERM and SIGKILL; 0: the driver's */
	int ready_timeout_ms;	/* 0: the driver's */
	int settle_ms;		/* that it must stay ready to count as such */
	struct health_probe probes[HEALTH_KINDS];
	int probes_ms;		/* what they may take until it is ready, as far as they say so */
	struct plan_service *services;	/* where other workloads reach it */
	size_t service_count;
	struct ports *holder;	/* of the own ports */
	int (*ports)[2];	/* public, own */
	size_t port_count;
	json_t *secrets;	/* texts that may not be kept of its output */
};

/* What a plan is made with. */
struct plan_setting {
	const struct images *images;
	bool is_confined;	/* a program may be any of this machine */
	bool translates;	/* its ports, where it chose them itself */
	const char *deployment;	/* NULL: none */
};
/* Takes the ports of the replica.  NULL with err, and *code for driver_error. */
struct plan *plan_new(const struct plan_setting *setting, struct replica *replica,
		      const char **code, struct error *err);
/* What its programs are translated by. */
void plan_make_translation(const struct plan *plan, struct translation *out);
/* Where a port of its container is to be asked. */
int plan_own_port(const struct plan *plan, int container_port);
/* While nothing of it runs: nobody else can listen on its own ports, until they are opened. */
void plan_close_ports(const struct plan *plan);
void plan_open_ports(const struct plan *plan);
/* One more owner. */
struct plan *plan_ref(struct plan *plan);
void plan_free(struct plan *plan);	/* when it was the last one; NULL is fine */
/* How many processes the workload is: a job is one, and a cronjob has one for each schedule.
 * -1 with err. */
int plan_count(const struct driver_workload *workload, struct error *err);
/* Writes the declared files below `directory`/files. */
int plan_write_files(const struct plan *plan, const char *directory, struct error *err);

#endif
