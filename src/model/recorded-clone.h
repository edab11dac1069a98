/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a namespace remembers of the clone in it, for platforms on other machines: where it was
 * cloned from, its first deployment, which is what its origin ran, and the newest one that
 * succeeded.  So that is all that somebody else needs to know what has changed in it.  It has no
 * secret.  The rules are those of nouns.h.
 */
#ifndef SIDESTAGE_MODEL_RECORDED_CLONE_H
#define SIDESTAGE_MODEL_RECORDED_CLONE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "model/nouns.h"

#define RECORDED_CLONE_VERSION 1

struct recorded_application {
	struct untrusted id, name;
};

struct recorded_environment {
	struct untrusted id, name, type, created_by;
	int64_t created_at;		/* wall ms; 0: unknown */
};

struct recorded_clone {
	int64_t version;		/* RECORDED_CLONE_VERSION, or nothing else of it is known */
	struct recorded_application app;
	struct recorded_environment env;
	struct untrusted origin;	/* a namespace */
	struct deployment *deployments;	/* the first, and the newest that succeeded */
	size_t deployment_count;
	struct untrusted made;		/* which of the namespaces of that name; raw NULL: any */
	json_t *set;			/* of the first deployment */
	json_t *delta;			/* from it to that of the other */
	json_t *values;			/* array: {KEY: text} of each; NULL: not recorded */
	struct untrusted problem;
};
void recorded_clone_read(struct recorded_clone *out, const json_t *body);
int recorded_clone_decode(struct recorded_clone *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *recorded_clone_encode(const struct recorded_clone *record);
void recorded_clone_clear(struct recorded_clone *record);
/* Takes what is in it. */
void recorded_clone_add(struct recorded_clone *record, struct deployment *deployment);

#endif
