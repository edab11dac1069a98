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

struct error;

enum adoption_state {
	ADOPTION_NONE,		/* it adopts nothing, or nobody knows yet */
	ADOPTION_READING,	/* for the first time since the platform started */
	ADOPTION_DONE,
	ADOPTION_FAILED		/* what is shown is what was known before */
};

struct world_adoption {
	enum adoption_state state;
	struct untrusted context;	/* of the kubeconfig */
	struct untrusted namespaces;	/* "shop, shop-db"; "": all */
	struct untrusted selector;	/* raw NULL: every workload */
	struct untrusted problem;	/* why it failed */
	bool is_refused;		/* credentials or a right were missing */
	struct untrusted warnings;	/* a sentence after the other; raw NULL: none */
	/* {env: [{"object", "why", "reason"}]}, those that were found, with what a clone of each does
	 * not carry; NULL: none. */
	json_t *environments;
	json_t *parts;			/* {env: true}: not every kind of it is read yet */
	int64_t read_at;		/* wall ms of the last good look; 0: never */
};

/* 0, or -1 with err: it makes no sense, and `out` is empty.  adoption_clear() it. */
int adoption_read(struct world_adoption *out, const json_t *body, struct error *err);
bool adoption_has(const struct world_adoption *adoption, const char *env);
/* What a clone of it does not carry; borrowed.  NULL: nothing is known. */
const json_t *adoption_left(const struct world_adoption *adoption, const char *env);
/* What is known of it are the kinds of the board: the rest is read when it is cloned. */
bool adoption_is_part(const struct world_adoption *adoption, const char *env);
/* Why, of one of these: in the language of this program if it can be; foreign; free() it. */
char *adoption_why_left(const json_t *left);
bool adoption_equal(const struct world_adoption *a, const struct world_adoption *b);
void adoption_clear(struct world_adoption *adoption);

/* "namespaces shop, shop-db of prod", "all namespaces of prod": for sentences; free() it. */
char *adoption_where(const struct world_adoption *adoption);
/* That nothing is there: "No workload runs in ..."; free() it; it holds foreign text. */
char *adoption_nothing(const struct world_adoption *adoption);
/* What everybody who looks at its environments is to know: that the cluster is away, or what could
 * not be read; NULL: nothing.  free() it; it holds foreign text. */
char *adoption_trouble(const struct world_adoption *adoption, int64_t now);

#endif
