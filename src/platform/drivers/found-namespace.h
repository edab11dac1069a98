/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a survey finds in a namespace that somebody else filled (driver_ops.survey). */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_FOUND_NAMESPACE_H
#define SIDESTAGE_PLATFORM_DRIVERS_FOUND_NAMESPACE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

struct error;

struct found_namespace {
	json_t *modules;		/* {MODULE: {"profile", "spec", "externals"}} */
	json_t *left;			/* array of left_object (model/adoption-report.h) */
	struct untrusted app;		/* what its labels call it; raw NULL: nothing does */
	struct untrusted namespace;
	json_t *labels;
	struct untrusted changed_by;	/* whoever made the newest change; raw NULL: not known */
	int64_t changed_at;		/* when, wall ms; 0: not known */
	json_t *declared;		/* integer: declared() of what was read; NULL: not known */
	/* {KIND: true} of those that were read, with custom resources that make such; NULL: all */
	json_t *kinds;
	bool is_same;			/* as is known, or given already: all else is absent */
	struct untrusted problem;
};
/* The rules are those of model/nouns.h. */
void found_namespace_read(struct found_namespace *out, const json_t *body);
int found_namespace_decode(struct found_namespace *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *found_namespace_encode(const struct found_namespace *found);
void found_namespace_clear(struct found_namespace *found);

#endif
