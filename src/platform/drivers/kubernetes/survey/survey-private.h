/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A survey from inside: what is asked for namespace by namespace (survey.c), what is read of all
 * of them at once (survey-wide.c), and what is said of each (survey-result.c). */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SURVEY_SURVEY_PRIVATE_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SURVEY_SURVEY_PRIVATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "platform/drivers/kubernetes/space/wide.h"

struct driver_task;
struct kube_driver;
struct kube_list;
struct kube_owners;
struct kube_request;
struct loop_task;
struct survey_list;

/* A namespace. */
struct survey_place {
	char *name;
	json_t *labels;
	json_t *objects;		/* array */
	json_t *unread;			/* {"roles.rbac.authorization.k8s.io": true} */
	bool is_gone;			/* or ours: nothing of it is told */
	bool is_same;			/* as it is known */
	bool has_failed;
};

struct kube_survey {
	struct kube_driver *driver;
	struct kube_survey *next;
	struct driver_task *task;
	bool is_all, only_workloads;
	char *selector;			/* encoded; NULL: none */
	char *plain_selector;		/* the same as it was given */
	json_t *known;			/* NULL: nothing is */
	bool (*given)(void *data, const json_t *namespace);	/* driver_survey.found */
	void *data;
	struct survey_place **places;
	size_t place_count;
	struct survey_list **lists;
	size_t count, begun, done;
	size_t running;
	struct kube_request *request;	/* of a namespace; its number is `looked` */
	size_t looked;			/* at the end: those whose objects were taken */
	json_t *found;			/* array: what comes of them */
	struct kube_list *namespaces;
	struct kube_owners *owners;
	struct loop_task *step;
	json_t *gone;			/* {namespace: true}, of what was named and is not there */
	struct error err;		/* the first that failed a namespace */
	/* Of what is read at once: */
	bool is_wide;
	struct kube_wide *wide;		/* that it reads; NULL: it does not, or no more */
	json_t *numbers;		/* {namespace: its number} */
	struct {
		char *last;		/* the namespace that comes now; NULL: none yet */
		bool is_done;
		bool is_missing;	/* it is done without */
	} kinds[KUBE_WIDE_KINDS];
	struct loop_timer *pause;	/* who takes them has enough; NULL: not so */
	size_t held;			/* objects that wait for the rest of their namespace */
	size_t held_of_place;		/* in the one whose owners are being read */
	bool has_failed;		/* it is about to end, or to go on with fewer */
};

/* What custom resources make of the objects of these, {namespace: array}; then `ended`. */
void survey_read_owners(struct kube_survey *survey, json_t *objects, void (*ended)(void *data));
/* All places were taken. */
void survey_finish(struct kube_survey *survey);
void survey_end(struct kube_survey *survey, const struct error *err, json_t *outputs);
/* {"Deployment": true}: what is read where namespaces are many.  New. */
json_t *survey_kinds_of_many(void);
/* The lists of what is not known to be the same. */
void survey_read_kinds(struct kube_survey *survey);

/* All places at once; they are sorted by it. */
void survey_wide_start(struct kube_survey *survey);
/* It is freed. */
void survey_wide_drop(struct kube_survey *survey);

#endif
