/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Of an organization whose environments somebody else made (`sidestage kube`): where the platform
 * looks for them, and how far it has come.
 */
#ifndef SIDESTAGE_FLOW_WORLD_ADOPTION_H
#define SIDESTAGE_FLOW_WORLD_ADOPTION_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "model/adoption-report.h"

struct error;

struct world_adoption {
	enum adoption_state state;
	struct untrusted context;	/* of the kubeconfig */
	struct untrusted namespaces;	/* "shop, shop-db"; "": all */
	size_t namespace_count;
	json_t *read_names;		/* {namespace: true} of all of those; NULL: all are read */
	struct untrusted selector;	/* raw NULL: every workload */
	struct untrusted problem;	/* why it failed */
	bool is_refused;		/* credentials or a right were missing */
	struct untrusted warnings;	/* a sentence after the other; raw NULL: none */
	/* {env: [{"object", "why", "reason"}]}, those that were found, with what a clone of each does
	 * not carry; NULL: none. */
	json_t *environments;
	json_t *shown;			/* {namespace: true} of those; NULL: none */
	json_t *parts;			/* {env: true}: not every kind of it is read yet */
	json_t *moving;			/* the same: another application was chosen for it */
	json_t *applications;		/* {env: application}; NULL: none */
	json_t *groups;			/* the same of those that a person chose; NULL: none */
	int64_t read_at;		/* wall ms of the last good look; 0: never */
	int64_t clones_read_at;		/* the same of the clones and their notes */
};

/* 0, or -1 with err: it makes no sense, and `out` is empty.  adoption_clear() it. */
int adoption_read(struct world_adoption *out, const json_t *body, struct error *err);
bool adoption_has(const struct world_adoption *adoption, const char *env);
/* Array of left_object (model/adoption-report.h), what a clone of it does not carry; borrowed.
 * NULL: nothing is known. */
const json_t *adoption_left(const struct world_adoption *adoption, const char *env);
/* What is known of it are the kinds of the board: the rest is read when it is cloned. */
bool adoption_is_part(const struct world_adoption *adoption, const char *env);
/* Of which application it is; NULL: it was not found.  Borrowed; foreign. */
const char *adoption_application(const struct world_adoption *adoption, const char *env);
/* It is not of the application yet that was chosen for it last. */
bool adoption_is_moving(const struct world_adoption *adoption, const char *env);
/* A person chose that, and not its labels. */
bool adoption_is_chosen(const struct world_adoption *adoption, const char *env);
bool adoption_equal(const struct world_adoption *a, const struct world_adoption *b);
void adoption_clear(struct world_adoption *adoption);

/* "namespaces shop, shop-db of prod", "all namespaces of prod": for sentences; free() it. */
char *adoption_where(const struct world_adoption *adoption);
/* "reads shop, shop-db (app=web)", which fits into a header; free() it; it holds foreign text. */
char *adoption_reads(const struct world_adoption *adoption);
/* That nothing is there: "No workload runs in ..."; free() it; it holds foreign text. */
char *adoption_nothing(const struct world_adoption *adoption);
/* No workload of all that is read has the labels, whatever was known of it before. */
bool adoption_is_unselected(const struct world_adoption *adoption);
/* Whether something is shown of a namespace that an option names.  0, or -1 with ERROR_NOT_FOUND:
 * why not, and those that are shown, beside which a mistyped name is seen. */
int adoption_check_shown(const struct world_adoption *adoption, const char *namespace, int64_t now,
			 struct error *err);
/* What everybody who looks at its environments is to know: that the cluster is away, or what could
 * not be read; NULL: nothing.  free() it; it holds foreign text. */
char *adoption_trouble(const struct world_adoption *adoption, int64_t now);

#endif
