/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What runs environments.  The engine calls a driver; a driver knows no set, no delta and no
 * repository.
 *
 * Whatever may take time is a task (task.h): it has progress, can be cancelled, and ends with an
 * error or none.  Each can be asked for again after an end that nobody saw, and does then only
 * what is left to do.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_DRIVER_H
#define SIDESTAGE_PLATFORM_DRIVERS_DRIVER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/runtime.h"
#include "platform/drivers/task.h"

struct error;
struct loop;
struct driver;

/* A space is one environment: "org/app/env", each part checked by ids_is_name(). */

/* Where it is: decided before anything of it is made, and the same as long as it is there. */
struct driver_home {
	/* What its definition gave, else default_namespace(); "": the driver has none. */
	const char *namespace;
	const json_t *labels;		/* {key: text} of the namespace; NULL: none */
	/* Somebody else made what is there: it is looked at, changed field by field where a person
	 * asked for it (driver_workload.before), and never made, taken over or removed. */
	bool is_adopted;
	/* Of a clone of such a one: the namespace that its workloads were found in, where what no
	 * set may hold (Secrets) is; NULL: it is none. */
	const char *origin;
	/* Of such a clone: a text by which it is known from another one of its name, and who makes
	 * it; NULL: not known. */
	const char *made, *made_by;
	/* Nothing of it was made by this daemon yet. */
	bool is_first;
};

struct driver_resource {
	const char *res_id;		/* "shared.db", "modules.web.externals.dns" */
	const char *name; /* no other resource of the space has it: letters, digits, ".-_" */
	const char *type;		/* "sqlite", "dns" */
	const char *of; /* the type of its definition, "dns", "route"; NULL: not known */
	const json_t *inputs; /* driver_inputs.values of the definition, placeholders resolved */
	const json_t *params;	/* what the set says for it; NULL: nothing, or not known yet */
	const json_t *previous_outputs;	/* those of last time (stable port); NULL: new */
};

/* A resource of a workload's own that others reach at a port: its output "listen", else "port". */
struct driver_endpoint {
	char *resource;			/* "web-dns" */
	int port;
	/* Stands in the strings of the spec where the port belongs that the workload itself listens
	 * on, which the driver chooses.  It is random, so nothing else looks like it. */
	char *mark;
};

/* A workload, whole. */
struct driver_workload {
	char *module;
	char *profile;			/* "humanitec/default-module"; NULL: none */
	char *image;			/* of its first container */
	int replicas;			/* 0: none runs */
	json_t *spec;			/* with every placeholder resolved */
	/* Of a home that is adopted: its spec as it was found or deployed last, which a change is
	 * the difference to; NULL: the workload is new. */
	json_t *before;
	json_t *volumes;		/* {"externals.cache": path}: those of resources */
	/* {"web-route": outputs}: of the resources of its own that this driver made; NULL: none. */
	json_t *resources;
	json_t *deploy;			/* {"when", "success", "timeout"}; NULL: as usual */
	struct driver_endpoint *endpoints;
	size_t endpoint_count;
	json_t *secret_places; /* JSON pointers below the module, "/spec/...", of secrets in it */
	json_t *secrets;       /* their texts: nothing of its output that holds one is kept */
	/* Nothing else is known of it but its module and when it starts: what runs of it is left as
	 * it is, and nothing is started.  Only of what is resumed. */
	bool is_held;
};
/* All that is to run in a space. */
struct driver_deployment {
	const char *id;			/* output is kept under this; NULL: none */
	/* The space that these are the first copy of: what does not run there either is made all
	 * the same, and that it does not run is a warning (driver_task_warn_unwell()).
	 * NULL: none. */
	char *copy_of;
	struct driver_workload *workloads;
	size_t count;
	/* It succeeded before, and what ended is to run again: nothing has to prove itself. */
	bool is_resumed;
	/* It succeeded elsewhere, and runs here for the first time: each of its workloads has to
	 * stay up as in a new deployment.  Only of what is resumed. */
	bool is_unproven;
	/* What runs is left as it is: another daemon may have changed it since.  Only of what is
	 * resumed. */
	bool is_left;
	/* Nothing is declared, and nothing is to run; what is no process may stay for when it goes
	 * on.  Only of what is resumed. */
	bool is_paused;
	/* Wall ms: an earlier daemon began it then, and ended in its midst; 0: none did.  What is
	 * left of it is done, in what is left of its time.  When it fails, what was there before is
	 * not brought back: nobody knows that any more but who resumes it. */
	int64_t begun_at;
	/* Of a home that is adopted: what this platform changed there, as far as that is known, the
	 * oldest first: [{"module", "key": "Deployment/web", "before", "after": kept objects, "at":
	 * wall ms}], with "is_guess" where not all of it may have been.  Only of what is resumed;
	 * NULL: nothing. */
	json_t *past;
};

/* What a deployment would hand over, and where. */
struct driver_review {
	const struct driver_home *home;
	const struct driver_deployment *deployment;
	const struct driver_resource *resources;	/* that the driver would make */
	size_t resource_count;
};

/* How it ended when it was not asked to. */
struct driver_end {
	char *how;			/* "signal 9 (Killed)", in English; NULL: it did not */
	int64_t started_at, ended_at;	/* wall ms */
	int exit_code, signal;
	bool lacks_memory;
};
void driver_end_clear(struct driver_end *end);

/* "ENV" of the space "ORG/APP/ENV". */
const char *driver_space_env(const char *space);
/* The others start when it is done, and nothing starts when it fails ("when": "before"). */
bool driver_goes_before(const struct driver_workload *workload);

struct driver_workload_status {
	char *module;			/* owned by the status list */
	const char *kind;		/* "Job"; NULL: "Deployment" */
	int replica;
	char *container;
	int64_t started_at;		/* wall ms, of the last start; 0: never */
	int64_t ended_at;		/* wall ms, of the last end; 0: never */
	int exit_code, signal;		/* of the last end */
	enum runtime_status status;
	char *message;			/* "waiting for GET /healthz on 41873, try 3", in English */
	char *reason;			/* the same by error_codes_encode(); NULL: it has none */
	/* Of the first row of a module: what is said of all its rows at once; NULL: each speaks for
	 * itself. */
	char *whole_message, *whole_reason;
	bool is_notice;			/* it is to be read also where all is ready */
	bool is_old;	/* of the version before, which serves until the newest is ready */
	int wanted;			/* how many replicas there are to be; 0: not known */
	long pid;			/* 0: none */
	/* Of what runs in a pod; rows of one are its containers.  NULL: it does not. */
	char *pod, *node;		/* node NULL: it has none yet */
	int64_t pod_created_at;		/* wall ms */
	bool runs;			/* in its pod, where it has no pid of ours */
	char *waiting;			/* why it does not run: "ImagePullBackOff"; NULL: it does */
	int restarts;
	struct driver_end last;		/* the one for which it was restarted */
	bool ready;
};
/* Of a module that was changed and is somebody else's. */
struct driver_owner {
	char *module;
	enum runtime_owner owner;
};
struct driver_status {
	struct driver_workload_status *items;
	size_t count;
	struct driver_owner *owners;	/* also of what has no row */
	size_t owner_count;
	int64_t seen_at; /* wall ms, when this was so; 0: it is not known what runs */
	struct error why;	/* it is not known now; kind ERROR_NONE: it comes, or is known */
};

/* How people on this machine reach a workload that has a service. */
struct driver_address {
	char *module;
	int port;			/* of the service */
	char *address;			/* "http://..."; NULL: none, and why */
	char *command;			/* which leads to it without the platform */
	struct error why;
};
struct driver_addresses {
	struct driver_address *items;
	size_t count;
};

/* Which lines of output.  NULL, 0: all. */
struct driver_log_query {
	const char *module, *container, *deploy_id;
	int64_t from, to;		/* wall ms, both included */
	size_t limit;			/* of what is found: the newest, or */
	bool oldest;			/* the oldest */
	bool follows; /* it is read again and again; `to` and `oldest` are not used */
	/* What a container printed before it was restarted last; only of drivers with a cluster:
	 * others keep it among the rest. */
	bool previous;
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
	char *object_id;		/* module; "": of no workload */
	char *code; /* "image-not-found", "exited", "not-ready", "cannot-start" */
	struct error why;
	char *message;			/* the last lines of its output */
};
struct driver_errors {
	struct driver_error *items;
	size_t count;
};

/* Where somebody else's workloads are looked for. */
struct driver_survey {
	const char *const *namespaces;	/* NULL at the end; NULL: the context's own */
	bool all;		/* every one that may be read, without those of the cluster */
	const char *selector;	/* labels, as kubectl has them; NULL: all workloads */
	/* {namespace: what declared() gave}: of those of which it would give the same nothing is
	 * wanted.  NULL: all is. */
	const json_t *known;
	/* Of the namespaces that are named only the workloads are wanted. */
	bool only_workloads;
	/* Each as soon as it is read, borrowed, in the place of outputs; with NULL it is only asked
	 * whether more is wanted now.  NULL: not wanted. */
	bool (*found)(void *data, const json_t *namespace);
	void *data;
};

#define DRIVER_RECORD_MAX (900 * 1024)

struct driver_log;

/* The definitions that it serves: {driver_type: "process/sqlite", type: "sqlite"}. */
#define DRIVER_KIND_TYPES 3
struct driver_resource_kind {
	const char *name;			/* "sqlite" */
	const char *types[DRIVER_KIND_TYPES];	/* NULL at the end */
};

/* What a driver does not offer is NULL, where its comment says what that means; all else each
 * driver has (driver_ops_lack()). */
struct driver_ops {
	const char *name;		/* in front of its resources' types: "process/sqlite" */
	const char *driver_type;	/* of the k8s-cluster definitions that choose it */
	bool continues;			/* begun_at is understood, else such a deployment fails */
	/* What it runs goes on without a daemon, and may be out of its sight; else detach() ends
	 * it, and observe() always knows. */
	bool outlives;
	/* What it makes; one without a name ends.  NULL: nothing. */
	const struct driver_resource_kind *resources;
	void (*free)(struct driver *driver);	/* driver_end_tasks(), too */
	/* What it is, which profiles and which fields of a workload it honours, by the paths of
	 * model/workload-fields.h, each with all below it:
	 * {"name", "profiles": [...], "honours": [...], ...}.  "partly" may have paths of them, each
	 * with what it does instead, in English, or others, with what is to be used instead; "within"
	 * has paths with values that it honours alone, {"least": 1024} or {"word": "TCP"}, and what
	 * it does "instead"; "ignores" has those that it does nothing with, so that each field of
	 * the table is named by one of the three; with "one_container" it runs workloads of exactly
	 * one container.  New reference. */
	json_t *(*describe)(struct driver *driver);

	/* Is there such an executable?  false with ERROR_INPUT that names the image. */
	bool (*image_exists)(struct driver *driver, const char *image, struct error *err);
	/* [{"name":"local/topicshare-web","version":"1.4.2"}], sorted.  New reference. */
	json_t *(*images)(struct driver *driver);

	/* --- a space, before anything else is asked of it --- */

	/* What its namespace is called when no definition says so; free() it.  Operation NULL: the
	 * driver has no namespaces. */
	char *(*default_namespace)(struct driver *driver, const char *space);
	/* There is room for a new one.  What is kept of the home is copied, here and below. */
	struct driver_task *(*prepare)(struct driver *driver, const char *space,
				       const struct driver_home *home,
				       const struct driver_waiter *waiter);
	/* One that an earlier daemon left: what still runs there is this daemon's from now on. */
	struct driver_task *(*adopt)(struct driver *driver, const char *space,
				     const struct driver_home *home,
				     const struct driver_waiter *waiter);

	/* --- what somebody else made; NULL: the driver finds nothing --- */

	/*
	 * Reads what runs there and changes nothing.  Gives {"namespaces": [each as
	 * found_namespace_encode() writes it], "gone": {NAMESPACE: true} of those that were named
	 * and are not there}; a namespace that cannot be read is a warning of the task (task.h),
	 * and all of them that cannot be are its error.
	 *
	 * Where there are many namespaces only their workloads are read, and `kinds` says which.
	 */
	struct driver_task *(*survey)(struct driver *driver, const struct driver_survey *survey,
				      const struct driver_waiter *waiter);
	/* Another number whenever survey() with that selector would find another declaration in
	 * that home; much cheaper.  Whether what is declared runs is observe()'s affair. */
	uint64_t (*declared)(struct driver *driver, const char *space, const char *selector);
	/* Sets whether the namespace is read (the default).  While it is not, observe(), state()
	 * and attend() ask the cluster nothing, and observe() says so.  NULL: it asks nothing in
	 * any case. */
	void (*set_read)(struct driver *driver, const char *namespace, bool is_read);

	/* --- what this platform is to find again there, from wherever it looks; NULL, both: it
	 *     cannot keep anything --- */

	/* Keeps an object with the space, of at most DRIVER_RECORD_MAX bytes as it is kept (else
	 * ERROR_LIMIT), in the place of the one before (NULL: that stays), and notes: {name: text},
	 * which people may read and write there; those that are not named stay. */
	struct driver_task *(*keep)(struct driver *driver, const char *space, const json_t *record,
				    const json_t *notes, const struct driver_waiter *waiter);
	/* Gives {"records": [each as kept_record_encode() writes it], "gone": {SPACE: true},
	 * "unread": {SPACE: true}, "strays": {NAMESPACE: {"space", "expected"}}}: what was kept
	 * by whichever daemon of this platform, the oldest first, but what has the tag that `known`
	 * ({space: tag}) has; which of those known are not there any more; what is there and could
	 * not be read; and namespaces that say they are of a space and are not, each time all of
	 * them.  Where only the notes are others there is no "record", and where it is unusable
	 * "error" says why in its place.  The note "made" is driver_home.made.  A space is
	 * "app/env" here: the organization is each daemon's own. */
	struct driver_task *(*kept)(struct driver *driver, const json_t *known,
				    const struct driver_waiter *waiter);

	/* --- resources; several may be going on --- */

	/* Whether it makes such a resource of its inputs, which may still have placeholders: asked
	 * when a definition (`name`) is written.  What makes it run a program, read a file or ask a
	 * host must be a name that the operator gave.  NULL: it takes them all.
	 * 0, or -1 with err. */
	int (*check_resource)(struct driver *driver, const struct driver_resource *resource,
			      struct error *err);

	/* Makes or finds it; gives its outputs (sqlite: {"path"}; dns: {"host","port"}). */
	struct driver_task *(*provision)(struct driver *driver, const char *space,
					 const struct driver_resource *resource,
					 const struct driver_waiter *waiter);
	struct driver_task *(*deprovision)(struct driver *driver, const char *space,
					   const char *type, const char *name,
					   const json_t *outputs,
					   const struct driver_waiter *waiter);
	/*
	 * Files for a resource that workloads can read: {NAME: {text, tag}}; gives {NAME: path}.
	 * Another text has another tag, and so another path; of those before, what `previous` (an
	 * earlier answer, or NULL) names stays, and the rest goes.  files NULL: all go.  Where
	 * workloads can read none, it fails.
	 */
	struct driver_task *(*render)(struct driver *driver, const char *space, const char *name,
				      const json_t *files, const json_t *previous,
				      const struct driver_waiter *waiter);

	/* --- workloads --- */

	/*
	 * Makes the space run exactly these.  What did not change is left alone; the rest starts
	 * beside the old, and takes its place when all of it is ready.  When one fails, or it is
	 * cancelled before, the new are stopped and the old go on untouched.  When all of it is
	 * done but for the end of the old, so that it can neither fail nor be cancelled any more,
	 * it may report a progress whose parts are all done.  Copies what it keeps.
	 * Of what is resumed each workload counts for itself: those that cannot start are the
	 * problems of its end, and the others run.  One at a time in a space: another one fails,
	 * and the first goes on.
	 */
	struct driver_task *(*apply)(struct driver *driver, const char *space,
				     const struct driver_deployment *deployment,
				     const struct driver_waiter *waiter);

	/* --- before any of it; NULL, both: the driver has nothing to say --- */

	/*
	 * What stands against a deployment, and what it would do, said by whoever carries it out:
	 * nothing is made or changed, and what is under way in the space goes on.  Its end comes
	 * within ten seconds.  Gives {"is_new": nothing of it is there yet, "findings": an array
	 * (findings.h), "objects": what would be applied, or none, "list_order": of lists whose
	 * order a set does not keep, {object: {pointer: [merge keys]}}, or none}; when not all
	 * could be asked it fails with the reason, and gives those that it has.
	 */
	struct driver_task *(*review)(struct driver *driver, const char *space,
				      const struct driver_review *review,
				      const struct driver_waiter *waiter);
	/* What provision() would give, or render(), with files ({NAME: text}) and no resource;
	 * new reference.  NULL with err: it would be refused. */
	json_t *(*expect)(struct driver *driver, const char *space, const struct driver_home *home,
			  const struct driver_resource *resource, const json_t *files,
			  struct error *err);

	/* --- what runs --- */

	/* Where other workloads of the space reach this one, which has a service: a name or an
	 * address; free() it.  Operation NULL: by the workload's own name. */
	char *(*service_host)(struct driver *driver, const char *space, const char *module);
	/* What it knows now; what is only starting wins over what it is to replace.  Nothing of a
	 * space that is not known. */
	void (*observe)(struct driver *driver, const char *space, struct driver_status *out);
	/* Somebody looks closely, now and for a minute or two: observe() is to know its pods, too.
	 * NULL: it always does. */
	void (*attend)(struct driver *driver, const char *space);
	/* Another number whenever observe() would give something else but its age; much cheaper. */
	uint64_t (*state)(struct driver *driver, const char *space);

	/* By what else than their resources workloads are reached from here; not yet known ones are
	 * left out.  NULL: by nothing else. */
	void (*addresses)(struct driver *driver, const char *space, struct driver_addresses *out);

	/* --- output, also of workloads that are stopped where that is kept; a log is closed before
	 *     its driver is freed --- */

	struct driver_log *(*open_log)(struct driver *driver, const char *space,
				       const struct driver_log_query *query);
	/* What came since the last time, by time, each line once; at first what the query asks
	 * for.  false: not all of that is there yet, and nothing was read: it is to be read again
	 * in a moment.  One that is followed is never so. */
	bool (*read_log)(struct driver_log *log, struct driver_logs *out);
	void (*close_log)(struct driver_log *log);

	/* --- the end --- */

	/* Ends everything in the space and leaves nothing of it, with progress while that takes
	 * time.  Also of a space that this daemon has neither prepared nor adopted, or that is not
	 * there.  In the midst of an apply there, one of the two fails. */
	struct driver_task *(*remove)(struct driver *driver, const char *space,
				      const struct driver_home *home,
				      const struct driver_waiter *waiter);
	/* The daemon ends: what runs stays or is stopped, as `outlives` says. */
	struct driver_task *(*detach)(struct driver *driver, const struct driver_waiter *waiter);
};

struct driver {
	const struct driver_ops *ops;
	struct loop *loop;
	struct driver_task *tasks;	/* that have not ended */
	/* Which of its type, as the operator calls it; borrowed.  NULL: there is one of them. */
	const char *cluster;
};

/* --- for who uses one --- */

/* Each frees what is in it; the struct can be filled again. */
void driver_status_clear(struct driver_status *status);
void driver_addresses_clear(struct driver_addresses *addresses);
void driver_errors_clear(struct driver_errors *errors);
void driver_logs_clear(struct driver_logs *logs);
void driver_deployment_clear(struct driver_deployment *deployment);	/* what is in it */
/* A copy, for what is to be done later: the JSON in it is shared, and the id is borrowed. */
void driver_deployment_keep(const struct driver_deployment *deployment,
			    struct driver_deployment *out);

/* What a driver is to offer and does not, or offers without what goes with it: "read_log".  NULL:
 * all of it is there. */
const char *driver_ops_lack(const struct driver_ops *ops);

/* --- for drivers --- */

/* What every driver begins with: no tasks. */
void driver_init(struct driver *driver, const struct driver_ops *ops, struct loop *loop);
/* Those that are going on fail; each waiter hears of it now. */
void driver_end_tasks(struct driver *driver);

#endif
