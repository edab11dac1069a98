/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A deployment that is being carried out: what its states share (kube-rollout.c). */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_ROLLOUT_KUBE_ROLLOUT_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_ROLLOUT_KUBE_ROLLOUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/objects/objects.h"
#include "platform/drivers/kubernetes/space/kube-space.h"
#include "platform/drivers/kubernetes/verdict/verdict.h"

struct adopted_change;
struct adopted_changes;
struct kube_batch;
struct kube_facts;
struct kube_inventory;
struct kube_reply;
struct kube_secret_copy;
struct kube_request;

/* Whether the same runs where it was copied from. */
enum kube_original { KUBE_ORIGINAL_UNKNOWN, KUBE_ORIGINAL_WELL, KUBE_ORIGINAL_UNWELL };

/* One object of it. */
struct kube_item {
	const struct kube_object *object;
	char *path;
	json_t *answer;			/* what the cluster made of it; NULL: nothing yet */
	json_t *kept;			/* kube_judge()'s memory */
	int64_t applied_at, deadline;	/* wall ms; from when it was applied */
	int64_t late_since;		/* steady ms; it is past that; 0: it is not */
	bool is_sent;			/* it may have been applied */
	bool is_refused;		/* and was not, as the last answer says */
	bool is_ready, has_failed;
	bool is_excused;		/* it does not run, and the deployment cannot help it */
	bool was_looked_at, was_unwell;	/* before, of what is not changed */
	enum kube_original original;
	const char *original_code;	/* KUBE_ORIGINAL_UNWELL: why, as in a verdict */
	/* Of what somebody else made: what changes of it, and the JSON Patch for it as it was read;
	 * NULL: it is applied. */
	const struct adopted_change *change;
	json_t *operations;
	json_t *fields;			/* that it changes, each with its "owner" of before */
	bool is_back, is_released;	/* it is as before; nothing in it is ours */
};
/* Why one failed, and where it says more. */
struct kube_failure {
	char *pod, *container;		/* NULL: nowhere */
	bool previous;
};

struct kube_rollout;

/* How the cluster comes to hold what is declared: what is ours is applied whole, what somebody else
 * made is changed field by field (kube-adopted.c). */
struct kube_rollout_way {
	void (*declare)(struct kube_rollout *rollout, const struct driver_deployment *deployment);
	/* What there is; then kube_rollout_try(). */
	void (*read)(struct kube_rollout *rollout);
	/* Into a batch; false: there is nothing to ask for. */
	bool (*add)(const struct kube_rollout *rollout, struct kube_batch *batch,
		    const struct kube_item *item, bool dry_run);
	/* A refusal by which it is read and begun again; NULL: none is. */
	bool (*is_outdated)(const struct kube_item *item, const struct kube_reply *reply);
	void (*restore)(struct kube_rollout *rollout, void (*ended)(struct kube_rollout *rollout));
	void (*prune)(struct kube_rollout *rollout, void (*ended)(struct kube_rollout *rollout));
	bool remembers;	/* what was there before, also when an earlier daemon began it */
	bool in_order;			/* each object when the one before was answered */
};
extern const struct kube_rollout_way kube_adopted_way;

struct kube_rollout {
	struct kube_operation operation;
	const struct kube_rollout_way *way;
	struct kube_driver *driver;
	struct kube_space *space;
	struct driver_task *task;
	bool is_resumed, is_paused;
	int64_t begun_at;		/* wall ms, by a daemon before; 0: by this one */
	struct driver_deployment kept;	/* until it is declared; its id until the end */
	char *deploy_id;		/* NULL: none */
	char *copy_of;			/* as driver_deployment has it */
	struct kube_facts *facts;	/* of a clone; NULL: none are needed */
	json_t *kinds;			/* {"apps/v1 Deployment": true}, of what is declared */
	json_t *modules;		/* {module: true when it is held or failed}, all of them */
	struct kube_secret_copy *copies;	/* of Secrets, while they are copied */
	size_t copy_count;
	struct kube_objects *parts;	/* of each workload */
	size_t part_count;
	struct adopted_changes *changes;	/* of each workload; NULL: all is applied */
	size_t change_count;
	int reads;			/* how often it was */
	bool is_outdated;		/* it is now: the batch ends, and it is read again */
	bool was_tried;
	struct kube_item *items;	/* by stage */
	size_t count;

	enum kube_stage stage;
	bool is_watching;		/* the stage is applied, and waited for */
	struct kube_inventory *inventory;
	json_t *before;			/* {path: object}, what there was; NULL: not read yet */
	json_t *contested;	/* paths of what others scale, while it is paused; NULL: none */
	struct kube_batch *batch;
	bool is_applying;		/* the batch does, and tries nothing */
	size_t *asked;			/* which item each of the batch is, and */
	const char **whose;		/* whose workload; borrowed */
	void (*then)(struct kube_rollout *rollout);	/* when the batch has ended */
	void (*pruned)(struct kube_rollout *rollout);	/* when Secrets are gone, too */
	void (*ended)(struct kube_rollout *rollout);	/* when a way's last step has */
	struct loop_timer *timer;
	int64_t patience_ms;		/* with a cluster that gives no answer; 0: as usual */
	int64_t blind_since;		/* steady ms; what is seen cannot be believed; 0: it can */
	int64_t fresh_from;		/* steady ms; lists begun before are too old; 0: none */

	size_t hosts_kind, hosts_pages;	/* which list of routes is read, and how much of it */
	char *hosts_next;		/* where it goes on; NULL: it does not */

	bool cancelled, is_pruning;
	bool is_ending;			/* it is brought back, or pruned: nothing more is judged */
	bool failed;
	struct error why;		/* with failed, where no object is at fault */
	struct driver_errors problems;
	struct kube_failure *failures;	/* of each problem */
	size_t read;			/* problems whose output was read */
	struct kube_request *output;	/* that is being read */
	bool is_second;			/* of the container that runs, when its run before said
					 * nothing */
};

/* A problem of a workload; NULL: of the environment, whose object is called "". */
void kube_rollout_blame(struct kube_rollout *rollout, const char *module, const char *code,
			const struct error *why, const struct kube_failure *failure);

/* Each that is applied and not done is judged by what is seen (kube-judge.c): how many are still
 * coming; *waits is set to what the first of them waits for, where it is NULL. */
size_t kube_rollout_judge(struct kube_rollout *rollout, struct error *waits);

/* Wall ms until which an item that is applied now may take (kube-sight.c). */
int64_t kube_rollout_deadline(const struct kube_rollout *rollout, const struct kube_item *item);
/* ms in which a cluster may give no answer. */
int64_t kube_rollout_patience(const struct kube_rollout *rollout);
/* What is seen can be believed (kube-sight.c); false with err: why not; kind ERROR_NONE: it will be
 * soon. */
bool kube_rollout_sees(struct kube_rollout *rollout, struct error *err);
/* false: it has been waited for that for too long, and err says for what. */
bool kube_rollout_may_wait(const struct kube_rollout *rollout, struct error *err);
/* Whether an item that is not ready at its deadline is so in truth: a list that began after it says
 * so, which is asked for here. */
bool kube_rollout_is_late(struct kube_rollout *rollout, struct kube_item *item);

/* Keeps the deployment (`kept`), and finds out what has to be known before anything of a clone is
 * declared (kube-facts.h), if it is one; then then() is called. */
void kube_rollout_learn(struct kube_rollout *rollout, const struct driver_deployment *deployment,
			void (*then)(struct kube_rollout *rollout));
void kube_rollout_forget(struct kube_rollout *rollout);	/* what that keeps */
/* Fills `items`, and the problems of workloads that cannot be made. */
void kube_rollout_declare(struct kube_rollout *rollout,
			  const struct driver_deployment *deployment);

/* The space knows them from now on, to redact what the cluster and the programs say. */
void kube_rollout_keep_secrets(struct kube_space *space,
			       const struct driver_deployment *deployment);

/* What the output of what failed says is added to the problems, and then ended() called. */
void kube_rollout_read_output(struct kube_rollout *rollout,
			      void (*ended)(struct kube_rollout *rollout));
/* What there was before is there again, and what is new goes; then ended() is called. */
void kube_rollout_restore(struct kube_rollout *rollout,
			  void (*ended)(struct kube_rollout *rollout));
/* What there was before and is not declared goes; then ended() is called. */
void kube_rollout_prune(struct kube_rollout *rollout,
			void (*ended)(struct kube_rollout *rollout));

/* Nothing of what there was runs, and the rest stays; then ended() is called. */
void kube_rollout_pause(struct kube_rollout *rollout,
			void (*ended)(struct kube_rollout *rollout));
/* Whose object of `before` it is; NULL: no workload's of ours. */
const char *kube_rollout_module_of(const json_t *object);

/* driver_ops.apply. */
struct driver_task *kube_apply(struct kube_driver *driver, struct kube_space *space,
			       const struct driver_deployment *deployment,
			       const struct driver_waiter *waiter);

/* All was read, or read again: it is tried, or what was begun goes on. */
void kube_rollout_try(struct kube_rollout *rollout);
/* It ends as failed, and where no object is at fault. */
void kube_rollout_fail(struct kube_rollout *rollout, const struct error *why);
/* For those: a batch of at most so many, in `batch`, with room in `asked` and `whose`. */
struct kube_batch *kube_rollout_batch(struct kube_rollout *rollout, size_t most,
				      void (*answered)(void *data, size_t index,
						       const struct kube_reply *reply),
				      void (*ended)(void *data));
/* The end of one: calls `then`. */
void kube_rollout_go_on(void *data);

#endif
