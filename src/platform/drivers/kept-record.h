/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a driver finds again of what was kept with a space (driver_ops.kept). */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KEPT_RECORD_H
#define SIDESTAGE_PLATFORM_DRIVERS_KEPT_RECORD_H

#include <jansson.h>
#include <stdint.h>

#include "base/text.h"

struct error;

struct kept_record {
	struct untrusted space;		/* "app/env" */
	struct untrusted namespace;
	int64_t created_at;		/* the namespace, wall ms; 0: not known */
	struct untrusted tag;		/* another one whenever any of it is another */
	json_t *notes;			/* {NAME: text} */
	json_t *record;			/* as it was kept; NULL: only the notes are others, or */
	struct untrusted error;		/* why it is unusable */
	struct untrusted problem;
};
/* The rules are those of model/nouns.h. */
void kept_record_read(struct kept_record *out, const json_t *body);
int kept_record_decode(struct kept_record *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *kept_record_encode(const struct kept_record *kept);
void kept_record_clear(struct kept_record *kept);

#endif
