/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A review that is under way: what its parts share (kube-review.c). */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_REVIEW_KUBE_REVIEW_PRIVATE_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_REVIEW_KUBE_REVIEW_PRIVATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "model/nouns.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/space/kube-driver.h"
#include "platform/drivers/kubernetes/space/kube-space.h"

struct adopted_change;
struct adopted_changes;
struct kube_batch;
struct kube_facts;
struct kube_inventory;
struct kube_reply;
struct kube_review_kinds;
struct kube_review_room;
struct loop_timer;

/* One object that would be applied. */
struct review_item {
	json_t *object;
	char *path;
	char *module;			/* NULL: it is a resource's */
	/* Of what somebody else made; NULL: it is applied. */
	const struct adopted_change *change;
	bool is_tried;			/* there is something to ask for: */
	enum kube_verb verb;
	json_t *body;
};

struct kube_review {
	struct kube_driver *driver;
	struct kube_review *next;
	struct driver_task *task;
	struct driver_deployment kept;	/* until it is declared */
	char *deploy_id;
	struct kube_facts *facts;	/* of a clone; NULL: none are needed */
	struct kube_review_room *room;	/* of the clone's namespace; NULL: not read */
	struct kube_review_kinds *kinds;	/* of its origin; NULL: not read */
	struct kube_space space;	/* of its own, in no list: what it is called, and secrets */
	struct review_item *items;
	size_t count;
	size_t *makers;			/* of items: whose pods are tried as well */
	size_t maker_count;
	json_t *held;			/* {module: true}: what is theirs stays */
	struct adopted_changes *changes;	/* of each workload; NULL: all is applied */
	size_t change_count;
	struct kube_batch *batch;
	struct kube_inventory *inventory;
	struct loop_timer *timer;	/* until it is late */
	json_t *before;			/* {path: object}; NULL: not read */
	json_t *findings;
	json_t *list_order;		/* {"Deployment/web": adopted_order()} */
	bool is_new, is_ending, is_foreign;
	struct error why;		/* not all could be asked; kind ERROR_NONE: it could */
	struct error waits;		/* why an answer was late, whether or not it came then */
};

/* --- kube-review.c --- */

/* A new batch, in place of the one before. */
void kube_review_batch(struct kube_review *review,
		       void (*answered)(void *data, size_t index, const struct kube_reply *reply),
		       void (*ended)(void *data));
void kube_review_end(struct kube_review *review);

/* --- kube-review-findings.c --- */

/* item NULL: it is about none. */
void kube_review_find(struct kube_review *review, enum deploy_finding_kind kind,
		      const struct review_item *item, const char *code, const struct error *why);
/* In the cluster's words, which may repeat what it was given; free() it. */
char *kube_review_words(const struct kube_review *review, const struct review_item *item,
			const char *text);
void kube_review_find_refusal(struct kube_review *review, const struct review_item *item,
			      const struct kube_reply *reply);
/* No answer to what was asked: nobody can tell then what the cluster would do. */
bool kube_review_is_unasked(struct kube_review *review, const struct kube_reply *reply);
/* What an answer says of the item. */
void kube_review_take(struct kube_review *review, const struct review_item *item,
		      const struct kube_reply *reply);

/* --- kube-review-declare.c --- */

/* Adds what is made for resources to the items, and what workloads become. */
void kube_review_declare_resources(struct kube_review *r, const struct driver_review *review);
void kube_review_declare(struct kube_review *review);
bool kube_review_declares(const struct kube_review *review, const char *path);

/* --- kube-review-adopted.c --- */

/* READ what changes of what somebody else made, then as kube_review_try(). */
void kube_review_adopted(struct kube_review *review);

/* --- kube-review-try.c --- */

/* TRY each of them, and ends the review. */
void kube_review_try(struct kube_review *review);

#endif
