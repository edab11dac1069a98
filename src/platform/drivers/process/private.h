/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of the process driver.  From below: record (which guards live), images
 * (what may be run), output (log files), probe, forward; replicas (from a workload to its
 * processes), plan (what one of them asks for), confine (what its processes see), guard (what
 * they run below), instance (one program from start to end), workload (a plan kept running),
 * space (all workloads of an environment and the change from one set of them to the next).
 *
 * On disk:
 *	<spaces>/processes.json
 *	<spaces>/<org>/<app>/<env>/resources/<resource>.sqlite, .dns
 *	<spaces>/<org>/<app>/<env>/modules/<module>/output.log, output.log.1
 *	<spaces>/<org>/<app>/<env>/modules/<module>/<generation>/files/...
 * The last but "files/..." is the working directory of one candidate and its restarts: the
 * declared file /etc/x is `files/etc/x` seen from there.  A next deployment gets a directory
 * of its own, so that the files of the processes which may have to go on are not touched.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_PRIVATE_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_PRIVATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "platform/drivers/driver.h"

/* record.c: the guards that live, so that the next daemon can end them. */

struct record;
/* Ends the groups that the file names, and takes over the file. */
struct record *record_open(const char *spaces_dir, struct error *err);
void record_free(struct record *record);
/* A file that cannot be written is logged, not an error: the groups run all the same. */
void record_add(struct record *record, pid_t group);
/* The group has ended; its number may be anybody's from now on. */
void record_remove(struct record *record, pid_t group);

/* beneath.c */

/* A file below an open directory, reached without "..", and through no link.  -1 with errno. */
int beneath_open(int directory, const char *relative, int flags);

/* images.c: the executables below one directory. */

struct images;
/* Holds the directory open: NULL with err when there is none. */
struct images *images_open(const char *directory, struct error *err);
void images_free(struct images *images);
/* The path of the executable; free() it.  NULL with ERROR_INPUT that names the image. */
char *images_find(const struct images *images, const char *reference, struct error *err);
/* [{"name", "version"}], sorted; new reference. */
json_t *images_list(const struct images *images);

/* output.c: what a program prints, kept as lines with their times. */

/* A line is "MILLISECONDS DEPLOYMENT CONTAINER TEXT" in the file; at its limit FILE becomes
 * FILE.1. */
struct output;
struct output *output_new(const char *file, const char *container, const char *deployment);
void output_free(struct output *output); /* writes a last line that has no end; NULL is fine */
void output_take(struct output *output, const char *bytes, size_t length);
/* Adds what the files of one module hold and the query asks for, in their order. */
void output_read(const char *file, const char *module, const struct driver_log_query *query,
		 struct driver_logs *out);
/* The last lines of FILE.1 and FILE together, only the texts; free() it. */
char *output_tail(const char *file, size_t lines);
/* The same of what was printed, from memory, made UTF-8. */
char *output_last_lines(const char *bytes, size_t length, size_t lines);

/* probe.c: one try of a readiness probe. */

struct probe_target {
	bool http;		/* else: the connection is enough */
	char *path;
	int port;
};
struct probe;
/* `done` is called once, from the loop, and the probe is freed after it. */
struct probe *probe_start(struct loop *loop, const struct probe_target *target,
			  void (*done)(void *data, bool ready, const char *why), void *data);
void probe_cancel(struct probe *probe);	/* NULL is fine; not after `done` */

/* forward.c: a public port in front of the port of an instance. */

struct forward;
/* Takes the port, but nothing can connect before the first forward_set_targets(). */
struct forward *forward_new(struct loop *loop, int port, struct error *err);
void forward_free(struct forward *forward);	/* cuts what is open */
int forward_port(const struct forward *forward);
#define FORWARD_TARGETS_MAX 64
/* For connections from now on, one after the other (1 to FORWARD_TARGETS_MAX).  0, or -1 with
 * err when the port cannot be listened on. */
int forward_set_targets(struct forward *forward, const int *ports, size_t count,
			struct error *err);
/* Open connections to this target. */
size_t forward_count(const struct forward *forward, int target);

/* ports.c: free ports of this machine. */

struct ports;
struct ports *ports_new(void);
void ports_free(struct ports *ports);
/* One that nothing listens on, that no daemon of this machine holds and that was not given lately;
 * it is held from now on.  0 with err. */
int ports_take(struct ports *ports, struct error *err);
/* One that was this daemon's before.  What is held is given to nobody else, also while nothing
 * listens on it. */
void ports_hold(struct ports *ports, int port);
/* Somebody else may have it now. */
void ports_release(struct ports *ports, int port);

/* resource.c */

struct resources {
	const char *templates_dir;
	struct ports *ports;
};
/* The outputs.  With *sql (free() it) they hold only when the database at "path" was filled with
 * that.  NULL with err. */
json_t *
resource_provision(const struct resources *resources, const char *space, const char *space_dir,
		   const struct driver_resource *resource, char **sql, struct error *err);
/* 0 also when nothing is there any more: it is asked again after a crash. -1 with err. */
int resource_deprovision(const struct resources *resources, const char *space_dir,
			 const char *type, const char *name, const json_t *outputs,
			 struct error *err);

/* All that the resources of a space have: for when it is adopted, and when it is removed. */
void resource_hold_ports(struct ports *ports, const char *space_dir);
/* For when the space is removed. */
void resource_release_ports(struct ports *ports, const char *space_dir);

/* It can be the name of a file. */
bool resource_is_file_name(const char *name);

/* rendered.c: files that a resource consists of; driver.h, render. */

json_t *rendered_keep(const char *space_dir, const char *name, const json_t *files,
		      const json_t *previous, struct error *err);

/* fill.c: a database is filled in a process of its own. */

struct fill;
/* Called once from the loop, and the fill is gone then; err NULL: it is there. */
typedef void fill_done(void *data, const struct error *err);
/* NULL with err; then `done` is not called. */
struct fill *fill_start(struct loop *loop, const char *path, const char *sql, fill_done *done,
			void *data, struct error *err);
void fill_stop(struct fill *fill);	/* NULL is fine; `done` is not called */

/* replicas.c: from a workload to the processes that it is to be. */

struct replica {
	const struct driver_workload *workload;
	int number;			/* 0, 1, ... */
	const char *fingerprint;	/* equal to that of what runs: leave it alone */
	json_t *spec;			/* with the ports of this one */
	struct ports *holder;		/* of the own ones */
	int (*ports)[2];		/* public, own */
	size_t port_count;
};
/* Of image, spec and public ports.  free() it. */
char *replica_fingerprint(const struct driver_workload *workload);
/* Workload and fingerprint must live as long.  -1 with err: there is no port for it; to be
 * cleared all the same. */
int replica_init(struct replica *replica, const struct driver_workload *workload, int number,
		 const char *fingerprint, struct ports *ports, struct error *err);
void replica_clear(struct replica *replica);

/* plan.c: one process's declaration, checked and copied. */

struct plan_file {
	char *path;		/* inside the file root: "etc/x" */
	mode_t mode;
	char *content;
	size_t length;
};
struct plan {
	char *module;
	int replica;
	char *container;
	char *deployment;
	char *image;
	char *fingerprint;
	char *executable;
	char **arguments;	/* for execve, NULL at the end */
	char **environment;
	struct plan_file *files;
	size_t file_count;
	bool has_probe;
	struct probe_target probe;
	struct ports *holder;	/* of the own ports */
	int (*ports)[2];	/* public, own */
	size_t port_count;
	json_t *secrets;	/* texts that may not be kept of its output */
};
/* {"container": [...]}: which keys of it are read.  New reference. */
json_t *plan_honours(void);
/* Takes the ports of the replica.  NULL with err, and *code for driver_error. */
struct plan *plan_new(const struct images *images, struct replica *replica,
		      const char *deployment, const char **code, struct error *err);
void plan_free(struct plan *plan);
/* Writes the declared files below `directory`/files. */
int plan_write_files(const struct plan *plan, const char *directory, struct error *err);

/* confine.c: what the processes of a workload may see and touch. */

struct confinement;
/* Tries what the kernel allows, and says so in the log.  Never NULL. */
struct confinement *confinement_new(const char *spaces_dir, const char *images_dir,
				    enum driver_confine most);
void confinement_free(struct confinement *confinement);	/* NULL is fine */
/* {"private_files": true, ...}, with "refused" when something stronger was. */
json_t *confinement_describe(const struct confinement *confinement);
/* A process and all that comes from it have numbers of their own, and end together. */
bool confinement_has_pids(const struct confinement *confinement);
/* fork(), into namespaces of its own where there are such. */
pid_t confinement_fork(const struct confinement *confinement);

struct mount_view;
/* Everything can be read that a program needs, `directory` alone can be written to. */
struct mount_view *view_new(const struct confinement *confinement, const char *directory);
void view_free(struct mount_view *view);	/* NULL is fine */
/* In the child of confinement_fork(), then in the one that will execute: only system calls.
 * 0, or -1 with errno and what it was about. */
int view_enter(const struct mount_view *view, const char **step);
/* For what is to be forbidden last, in the process that will execute. */
int view_restrict(const struct mount_view *view, const char **step);

/* landlock.c */

/* For this process and its children, for ever.  Only system calls; -1 with errno, also when the
 * kernel has none. */
int landlock_enter(const char *writable, const char *images);

/* guard.c: the process that a workload's program runs below. */

enum guard_kind {
	GUARD_READY,
	GUARD_STARTED, /* sent by the program's process: the packet's sender is its number */
	GUARD_FAILED,  /* before the program ran: number is the errno, step the rest */
	GUARD_RUNS,    /* the program was executed, or GUARD_FAILED came before */
	GUARD_ENDED    /* number is wait()'s status of the program */
};
struct guard_report {
	enum guard_kind kind;
	int number;
	char step[64];
};
struct guard_setup {
	const char *executable;
	const char *directory;
	char *const *arguments;
	char *const *environment;
	const struct mount_view *view;
	bool has_pids;
	int null, output, report;	/* descriptors above 9 */
	struct rlimit memory, files, processes, core;
};
/* In a child of the daemon. */
void guard_run(const struct guard_setup *setup) __attribute__((noreturn));

/* instance.c: one program (with all that comes from it), from start to end. */

struct instance;
struct instance_place {
	struct loop *loop;
	struct record *record;
	const struct confinement *confinement;
	const char *space_dir;	/* what it may write to */
	const char *directory;	/* its working directory; is there */
	const char *log;	/* file */
};
/* Each is called once at most, from the loop. */
struct instance_events {
	void (*runs)(void *data);	/* the program was executed, and its number is known */
	/* The program has ended, and what it started is being killed; left out when that is over
	 * already. */
	void (*ends)(void *data);
	/* Nothing is left of all that it started; the callee may free the instance in it. */
	void (*ended)(void *data);
	void *data;
};
/* NULL with err when there is no process.  Until `runs` there is none but the guard, which a busy
 * machine may leave there for seconds. */
struct instance *instance_start(const struct plan *plan, const struct instance_place *place,
				const struct instance_events *events, struct error *err);
void instance_free(struct instance *instance);	/* kills what is left, at once */
void instance_stop(struct instance *instance);	/* SIGTERM, after 2 s SIGKILL */
/* 0: the program does not run yet, or has ended. */
long instance_pid(const struct instance *instance);
/* "status 3", "signal 9 (Killed)"; when it could not be run at all *cannot_start is true. */
char *instance_end(const struct instance *instance, bool *cannot_start);
int instance_status(const struct instance *instance);	/* wait()'s, when it has ended */
char *instance_tail(const struct instance *instance, size_t lines);

/* workload.c: a plan that is kept running. */

enum workload_event {
	WORKLOAD_IS_READY,	/* also each time after a restart */
	WORKLOAD_IS_FAILED,	/* a candidate only; ask workload_take_error() */
	WORKLOAD_IS_STOPPED	/* no process is left; the callee may free it in the callback */
};
struct workload;
typedef void workload_changed(void *data, struct workload *workload, enum workload_event event);
struct workload_place {
	struct loop *loop;
	struct record *record;
	const struct confinement *confinement;
	const char *space_dir;
	const char *module_dir;	/* <space>/modules/<module> */
	unsigned generation;
	int ready_timeout_ms;
};
/* Takes the plan.  It begins as a candidate, with its first process at the next turn. */
struct workload *workload_new(struct plan *plan, const struct workload_place *place,
			      workload_changed *changed, void *data);
void workload_free(struct workload *workload);
const struct plan *workload_plan(const struct workload *workload);
/* Its process is, now. */
bool workload_is_ready(const struct workload *workload);
/* No candidate any more: from now on it is started again whenever it ends. */
void workload_accept(struct workload *workload);
/* Do not wait for the end of the pause before the next start. */
void workload_hurry(struct workload *workload);
void workload_stop(struct workload *workload);
void workload_get_status(const struct workload *workload, struct driver_workload_status *out);
/* `sum` with all that decides workload_get_status() mixed in. */
uint64_t workload_mix_state(const struct workload *workload, uint64_t sum);
char *workload_output(const struct workload *workload);	/* the last lines */
void workload_take_error(struct workload *workload, struct driver_error *out);

/* space.c: an environment. */

struct process_driver {
	struct driver base;
	struct record *record;
	struct confinement *confinement;
	struct images *images;
	struct ports *ports;
	char *spaces_dir;
	char *templates_dir;
	int ready_timeout_ms;
	unsigned generation;		/* of the last candidate; grows */
	struct space *spaces;
	struct filling *fillings;	/* that are not done yet */
};
struct space;
/* Checked; NULL with ERROR_INPUT.  free() it. */
char *space_directory(const struct process_driver *driver, const char *name, struct error *err);
struct space *space_next(const struct space *space);
const char *space_name(const struct space *space);
/* NULL: no such space here; it may still be on disk. */
struct space *space_find(const struct process_driver *driver, const char *name);
/* driver.h, apply. */
struct driver_task *space_apply(struct process_driver *driver, const char *name,
				const struct driver_deployment *deployment,
				const struct driver_waiter *waiter);
/* driver.h, observe. */
void space_get_status(const struct space *space, struct driver_status *out);
uint64_t space_state(const struct space *space);	/* driver.h, state */
/* Stops all; the task ends once nothing runs, and then the space is gone.  With `wipe` its
 * directory is removed as well. */
struct driver_task *space_remove(struct process_driver *driver, const char *name, bool wipe,
				 const struct driver_waiter *waiter);
void space_free(struct space *space);

#endif
