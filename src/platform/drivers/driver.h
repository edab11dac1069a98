/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What runs an environment.  The engine calls a driver; a driver knows no set, no delta
 * and no repository.  One implementation: process (kubernetes comes later).
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_DRIVER_H
#define SIDESTAGE_PLATFORM_DRIVERS_DRIVER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/nouns.h"

struct error;
struct loop;
struct driver;

/* A space is one environment: "org/app/env", each part checked by ids_is_name(). */

struct driver_resource {
	const char *res_id;		/* "shared.db", "modules.web.externals.dns" */
	const char *name;		/* no other resource of the space has it: letters, digits, ".-_" */
	const char *type;		/* "sqlite", "dns" */
	const json_t *inputs;		/* driver_inputs.values of the definition, placeholders resolved */
	const json_t *previous_outputs;	/* those of last time (stable port); NULL: new */
};
/* Called once, by provision() itself or later from the loop.  Takes the outputs; NULL: err says
 * why there are none. */
typedef void driver_provisioned(void *data, json_t *outputs, const struct error *err);

/* One process to be.  A module with several replicas is several of these, one public port. */
struct driver_workload {
	const char *module;
	int replica;			/* 0, 1, ... */
	const char *deploy_id;		/* its output is kept under this; NULL: none */
	const char *image;		/* of its one container */
	/* The module's `spec` with every placeholder resolved, but for the listen ports of this
	 * instance, which are in `ports`. */
	const json_t *spec;
	/* Ports that must be forwarded: public port -> the instance's own port, given by
	 * driver_listen_port(); the engine put the latter in the spec. */
	const int (*ports)[2];
	size_t port_count;
	/* Texts in the spec that are secret: nothing of its output that holds one is kept.  NULL:
	 * none. */
	json_t *secrets;
	const char *fingerprint;	/* hash of image and spec *before* listen ports: equal = leave it alone */
};

enum driver_phase { DRIVER_WORKING, DRIVER_READY, DRIVER_FAILED };

struct driver_workload_status {
	char *module;			/* owned by the status list */
	int replica;
	char *container;
	int64_t started_at;		/* wall ms, of the last start; 0: never */
	int64_t ended_at;		/* wall ms, of the last end; 0: never */
	int exit_code, signal;		/* of the last end */
	enum runtime_status status;
	char *message;			/* "waiting for GET /healthz on 41873, try 3" */
	long pid;			/* 0: none */
	int restarts;
	bool ready;
};
struct driver_status {
	struct driver_workload_status *items;
	size_t count;
};

/* Which lines of output.  NULL, 0: all. */
struct driver_log_query {
	const char *module, *container, *deploy_id;
	int64_t from, to;		/* wall ms, both included */
	size_t limit;			/* of what is found: the newest, or */
	bool oldest;			/* the oldest */
};
struct driver_log_line {
	int64_t at;			/* wall ms */
	char *module, *container;
	char *text;			/* UTF-8 */
};
struct driver_logs {
	struct driver_log_line *items;	/* by time */
	size_t count, capacity;
};

struct driver_error {
	char *object_id;		/* module */
	char *code;			/* "image-not-found", "exited", "not-ready", "cannot-start" */
	char *summary;			/* one sentence */
	char *message;			/* the last lines of its output */
};
struct driver_errors {
	struct driver_error *items;
	size_t count;
};

/* Called once from the loop for each driver_apply(). */
typedef void driver_applied(void *data, enum driver_phase phase, const struct driver_errors *errors);

struct driver_ops {
	const char *name;
	void (*free)(struct driver *driver);
	/* Is there such an executable?  false with ERROR_INPUT that names the image. */
	bool (*image_exists)(struct driver *driver, const char *image, struct error *err);
	/* [{"name":"local/topicshare-web","version":"1.4.2"}], sorted.  New reference. */
	json_t *(*images)(struct driver *driver);
	int (*ensure_space)(struct driver *driver, const char *space, struct error *err);
	/* Makes or finds the resource; its outputs are a new object (sqlite: {"path"}; dns:
	 * {"host","port"}).  Calling it again changes nothing.  Several may be going on. */
	void (*provision)(struct driver *driver, const char *space,
			  const struct driver_resource *resource, driver_provisioned *provisioned,
			  void *data);
	int (*deprovision)(struct driver *driver, const char *space, const char *type,
			   const char *name, const json_t *outputs, struct error *err);
	/*
	 * Files for a resource that workloads can read: {NAME: {text, tag}} to {NAME: path}.
	 * Another text has another tag, and so another path; of those before, what `previous` (an earlier answer, or NULL) names
	 * stays, and the rest goes.  files NULL: all go.
	 */
	json_t *(*keep_files)(struct driver *driver, const char *space, const char *name,
			      const json_t *files, const json_t *previous, struct error *err);
	/* A free port of this machine for an instance to listen on; 0 with err. */
	int (*listen_port)(struct driver *driver, struct error *err);
	/*
	 * Makes the space run exactly these workloads.  Changed ones are started beside the old
	 * as candidates; when all are ready the forwarded ports switch and the old and the
	 * undeclared are stopped; when one fails all candidates are stopped and the old go on
	 * untouched.  Copies what it keeps.  One apply per space at a time.
	 */
	int (*apply)(struct driver *driver, const char *space,
		     const struct driver_workload *workloads, size_t count,
		     driver_applied *applied, void *data, struct error *err);
	/*
	 * The apply that runs ends as failed, without errors, and the old go on untouched; it is
	 * too late (and does nothing) once all candidates were ready.
	 */
	void (*cancel)(struct driver *driver, const char *space);
	/* Candidates included (their status wins) while an apply runs. */
	void (*status)(struct driver *driver, const char *space, struct driver_status *out);
	/* Another number whenever status() would give something else; much cheaper. */
	uint64_t (*state)(struct driver *driver, const char *space);
	/* Lines by time, also of workloads that are stopped. */
	void (*logs)(struct driver *driver, const char *space, const struct driver_log_query *query,
		     struct driver_logs *out);
	/* How this driver keeps workloads apart, and what it could not have.  New reference. */
	json_t *(*describe)(struct driver *driver);
	/* Stops everything and removes the directory; `done` once nothing is left. */
	int (*remove)(struct driver *driver, const char *space, void (*done)(void *data),
		      void *data, struct error *err);
	/* SIGTERM, after grace SIGKILL, of every process; `done` when none is left. */
	void (*stop_all)(struct driver *driver, void (*done)(void *data), void *data);
};

struct driver {
	const struct driver_ops *ops;
};

void driver_status_clear(struct driver_status *status);
void driver_errors_clear(struct driver_errors *errors);
void driver_logs_clear(struct driver_logs *logs);

/* How much of what the kernel allows is used to keep a workload to its environment. */
enum driver_confine { DRIVER_CONFINE_BEST, DRIVER_CONFINE_LANDLOCK, DRIVER_CONFINE_LIMITS };

struct driver_process_options {
	const char *spaces_dir;		/* one directory an environment: <spaces>/<org>/<app>/<env> */
	const char *images_dir;		/* <images>/<name>/<version> is the executable */
	const char *templates_dir;	/* where resource templates (*.sql) are read from */
	int ready_timeout_ms;		/* 0: 20000 */
	enum driver_confine confine;
};
/* Also kills what an earlier daemon left behind (recorded process groups, checked by start time). */
struct driver *driver_process_new(struct loop *loop, const struct driver_process_options *options,
				  struct error *err);

#endif
